"""What a text says of a danger is asked beside the text: "In de tekst staat ‘flauwgevallen’. Is dat nu zo?"

One way for every form that takes free text. An answer belongs to the words in their sentence (`Mention.key`): who
changes the text is asked again, who leaves it is not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from anderhalf.core.decisions.facts import Fact, FactType
from anderhalf.core.pathway.facts import FactDictionary
from anderhalf.core.pathway.mentions import Mention, mentions_in
from anderhalf.core.wording import within
from anderhalf.presentation.formatting import in_words
from anderhalf.presentation.language import label_of, number_label
from anderhalf.presentation.units import unit_of

YES, NO = "yes", "no"
A_FEW_WEEKS = 31
"""Days: of what counts so long at most it is asked whether it was so lately, of all else whether it is so now."""


@dataclass(frozen=True, kw_only=True)
class Written:
    """The mentions of the texts of one form, by what was answered."""

    confirmed: tuple[Mention, ...] = ()
    """So now: the fact has this value."""
    not_now: tuple[Mention, ...] = ()
    unanswered: tuple[Mention, ...] = ()

    @property
    def not_now_keys(self) -> frozenset[str]:
        """As the actions take them."""
        return frozenset(one.key for one in self.not_now)


def written_in(
    dictionary: FactDictionary,
    texts: Iterable[str],
    given: Mapping[str, Any],
    *,
    beside: Iterable[Mention] = (),
) -> Written:
    """What the texts mention, and what else is asked ``beside`` it, with the answers of a form (``said_<key>``)."""
    by_answer: dict[str, list[Mention]] = {YES: [], NO: [], "": []}
    for one in (*mentions_in(dictionary, texts), *beside):
        answer = str(given.get(said_name(one)) or "")
        by_answer[answer if answer in (YES, NO) else ""].append(one)
    return Written(
        confirmed=tuple(by_answer[YES]), not_now=tuple(by_answer[NO]), unanswered=tuple(by_answer[""])
    )


def said_name(mention: Mention) -> str:
    """The name of the field in which it is answered."""
    return f"said_{mention.key}"


def days_back(fact: Fact) -> int | None:
    """How many days back a yes still counts: who fainted yesterday did not faint "now". None: it is about now."""
    age = fact.max_age_days
    return age if fact.type is FactType.BOOLEAN and age is not None and 1 < age <= A_FEW_WEEKS else None


def question_about(mention: Mention, fact: Fact, listed: Collection[str] = ()) -> str:
    """The question, with the words as they were written, and of a medication list the line they come from."""
    words = in_words([f"‘{one}’" for one in mention.words])
    if mention.denied:
        return _("In de tekst staat %(words)s; u gaf nee op. Is het nu in gebruik?") % {"words": words}
    lines = [" ".join(line.split()) for line in listed]
    if lines and all(any(one in line for line in lines) for one in mention.sentences):
        return _(
            "In de ingelezen medicatielijst staat %(words)s (%(line)s). Is dat nu zo, of hoort het bij het gebruik van "
            "het middel?"
        ) % {"words": words, "line": "; ".join(mention.sentences)}
    if mention.ever:
        return _("In de tekst staat %(words)s. Is dat ooit zo geweest, ook lang geleden?") % {"words": words}
    days = days_back(fact)
    if days is None:
        return _("In de tekst staat %(words)s. Is dat nu zo?") % {"words": words}
    return _("In de tekst staat %(words)s. Is dat nu zo, of was het zo in de laatste %(days)s dagen?") % {
        "words": words,
        "days": days,
    }


def ask_written(
    form: forms.Form,
    written: Written,
    asked: Collection[Mention],
    *,
    facts: Mapping[str, Fact],
    form_id: str = "",
    listed: Collection[str] = (),
) -> list[forms.BoundField]:
    """Add the questions to the form, those that are open with an error; an answer that was given stays in view.

    ``form_id`` is the form's id in the page, when the questions stand outside it. ``listed`` are the lines of a
    medication list that was read in: what such a line says may be how the drug is used, and the question says so.
    """
    found = []
    for one in (*written.confirmed, *written.not_now, *asked):
        name = said_name(one)
        attrs = {"form": form_id} if form_id else {}
        form.fields[name] = forms.ChoiceField(
            label=question_about(one, facts[one.fact], listed),
            choices=[
                (YES, answer_label(one, facts[one.fact], yes=True)),
                (NO, answer_label(one, facts[one.fact], yes=False)),
            ],
            widget=forms.RadioSelect(attrs=attrs),
            required=False,
        )
        if one in asked and form.is_bound and name not in form.errors:
            form.add_error(name, _("Kies ja of nee: zonder antwoord wordt dit niet verstuurd of vastgelegd."))
        found.append(form[name])
    return found


def answer_label(mention: Mention, fact: Fact, *, yes: bool) -> str:
    """An answer as it was chosen."""
    if yes:
        return _("ja: %(fact)s") % {"fact": _in_words(mention, fact)}
    if mention.ever:
        return _("nee, nooit")
    days = days_back(fact)
    return _("nee, nu niet") if days is None else _("nee, niet in de laatste %(days)s dagen") % {"days": days}


def _in_words(mention: Mention, fact: Fact) -> str:
    label = label_of(fact.label)
    label = within(label)
    if fact.type is FactType.BOOLEAN:
        return label
    if fact.type is FactType.CODE:
        return f"{label}: {label_of(fact.values[str(mention.value)])}"
    unit = unit_of(fact)
    return " ".join(part for part in (label, number_label(mention.value), unit) if part)
