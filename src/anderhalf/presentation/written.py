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
from anderhalf.presentation.formatting import in_words
from anderhalf.presentation.language import label_of, number_label

YES, NO = "yes", "no"


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


def written_in(dictionary: FactDictionary, texts: Iterable[str], given: Mapping[str, Any]) -> Written:
    """What the texts mention, with the answers of a form (``said_<key>``)."""
    by_answer: dict[str, list[Mention]] = {YES: [], NO: [], "": []}
    for one in mentions_in(dictionary, texts):
        answer = str(given.get(said_name(one)) or "")
        by_answer[answer if answer in (YES, NO) else ""].append(one)
    return Written(
        confirmed=tuple(by_answer[YES]), not_now=tuple(by_answer[NO]), unanswered=tuple(by_answer[""])
    )


def said_name(mention: Mention) -> str:
    """The name of the field in which it is answered."""
    return f"said_{mention.key}"


def question_about(mention: Mention) -> str:
    """The question, with the words as they were written."""
    words = in_words([f"‘{one}’" for one in mention.words])
    return _("In de tekst staat %(words)s. Is dat nu zo?") % {"words": words}


def ask_written(
    form: forms.Form,
    written: Written,
    asked: Collection[Mention],
    *,
    facts: Mapping[str, Fact],
    form_id: str = "",
) -> list[forms.BoundField]:
    """Add the questions to the form, those that are open with an error; an answer that was given stays in view.

    ``form_id`` is the form's id in the page, when the questions stand outside it.
    """
    found = []
    for one in (*written.confirmed, *written.not_now, *asked):
        name = said_name(one)
        attrs = {"form": form_id} if form_id else {}
        form.fields[name] = forms.ChoiceField(
            label=question_about(one),
            choices=[
                (YES, _("ja: %(fact)s") % {"fact": _in_words(one, facts[one.fact])}),
                (NO, _("nee, nu niet")),
            ],
            widget=forms.RadioSelect(attrs=attrs),
            required=False,
        )
        if one in asked and form.is_bound and name not in form.errors:
            form.add_error(name, _("Kies ja of nee: zonder antwoord wordt dit niet verstuurd of vastgelegd."))
        found.append(form[name])
    return found


def _in_words(mention: Mention, fact: Fact) -> str:
    label = label_of(fact.label)
    label = label if label[:2].isupper() else label[:1].lower() + label[1:]
    if fact.type is FactType.BOOLEAN:
        return label
    if fact.type is FactType.CODE:
        return f"{label}: {label_of(fact.values[str(mention.value)])}"
    unit = fact.unit_label or ""
    return " ".join(part for part in (label, number_label(mention.value), unit) if part)
