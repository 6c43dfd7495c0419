"""The forms of letters: one text per heading, and what belongs to the end of care."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from anderhalf.apps.clinic.forms.written import SpokenTextForm
from anderhalf.apps.clinic.models import Outcome
from anderhalf.core.pathway.model import Pathway
from anderhalf.presentation.wording import says_something

from .typed import typed_lines

PREFIX = "h_"
LONGEST = 8000
INPUT_FORMATS = ["%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y", "%d.%m.%Y"]
OTHER_ENDINGS = (Outcome.Kind.DECLINED, Outcome.Kind.MOVED, Outcome.Kind.DECEASED)


def _rows_for(text: str) -> int:
    """So high that the whole text is seen, within reason."""
    lines = sum(1 + len(line) // 80 for line in text.splitlines()) if text else 0
    return max(3, min(lines + 1, 16))


class LetterForm(forms.Form):
    """One text per heading of the letter. ``version`` is the draft's, 0 while there is none."""

    use_required_attribute = False
    version = forms.IntegerField(widget=forms.HiddenInput, initial=0)
    submission = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def __init__(self, data: Any = None, *, sections: Sequence[dict[str, Any]], **options: Any) -> None:
        super().__init__(data, **options)
        self.sections = sections
        for section in sections:
            text = str(section["text"])
            self.fields[PREFIX + section["id"]] = forms.CharField(
                label=section["title"],
                required=False,
                max_length=LONGEST,
                initial=text,
                widget=forms.Textarea(attrs={"rows": _rows_for(text), "lang": "nl"}),
            )

    def rows(self) -> list[dict[str, Any]]:
        """Fields in the order of the letter, with the medication table that stands under one of them."""
        return [
            {
                "field": self[PREFIX + section["id"]],
                "medication": section.get("medication"),
                "required": section.get("required"),
            }
            for section in self.sections
        ]

    def texts(self) -> dict[str, str]:
        """Heading to text, as the actions take it."""
        given = {**{PREFIX + s["id"]: s["text"] for s in self.sections}, **getattr(self, "cleaned_data", {})}
        return {section["id"]: str(given[PREFIX + section["id"]]) for section in self.sections}

    def shown_sections(self) -> list[dict[str, Any]]:
        """The sections with what is typed now, for the preview."""
        typed = {s["id"]: str(self.data.get(PREFIX + s["id"], s["text"])) for s in self.sections}
        return [{**section, "text": typed[section["id"]][:LONGEST]} for section in self.sections]

    def check_headings(self) -> None:
        """Note every required heading that is empty; only for signing, a draft may have holes."""
        for section in self.sections:
            name = PREFIX + section["id"]
            if section.get("required") and not str(self.cleaned_data.get(name, "")).strip():
                self.add_error(name, gettext("Dit kopje hoort in elke brief van deze soort. Vul het in."))


class WrittenLetterForm(SpokenTextForm, LetterForm):
    """A letter to sign: what was typed beside what the record ``proposed`` is read for danger."""

    beside: tuple[str, ...] = ()
    """Fields that are read too."""

    def __init__(
        self, data: Any = None, *, pathway: Pathway, at: datetime, proposed: Sequence[str], **options: Any
    ) -> None:
        super().__init__(data, **options)
        self.described_by, self.at, self.proposed = pathway, at, proposed

    def texts_read(self) -> list[str]:
        """What was typed beside what the record proposed, and in the fields beside the letter."""
        given = [str(self.data.get(PREFIX + one["id"]) or "") for one in self.sections]
        beside = (str(self.data.get(name) or "") for name in self.beside)
        return [*typed_lines(given, self.proposed), *beside]


class CloseForm(WrittenLetterForm):
    """The end of a period of care: the letter's headings, and what the chosen outcome asks for."""

    beside = ("undiscussed_because",)

    ending = forms.ChoiceField(
        label=_("Waarom eindigt de zorg?"),
        required=False,
        choices=[(str(kind), kind.label) for kind in OTHER_ENDINGS],
        widget=forms.RadioSelect,
    )
    next_contact_on = forms.DateField(
        label=_("Volgend contact"),
        required=False,
        input_formats=INPUT_FORMATS,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": _("Vul een datum in als dag-maand-jaar.")},
    )
    deceased_on = forms.DateField(
        label=_("Overleden op"),
        required=False,
        input_formats=INPUT_FORMATS,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": _("Vul een datum in als dag-maand-jaar.")},
        help_text=_("Alleen bij overlijden."),
    )
    urgency = forms.ChoiceField(label=_("Hoe snel te zien"), required=False)
    undiscussed_because = forms.CharField(
        label=_("Waarom terug zonder bespreking?"),
        required=False,
        max_length=200,
        help_text=_("Deze reden blijft bij de casus staan."),
    )

    def __init__(
        self, data: Any = None, *, outcome: str, urgencies: Iterable[tuple[str, str]] = (), **options: Any
    ) -> None:
        super().__init__(data, **options)
        self.outcome = outcome
        self.fields["urgency"].choices = [("", _("geen termijn")), *urgencies]  # type: ignore[attr-defined]

    def chosen(self) -> str:
        """The outcome as the action takes it."""
        return self.cleaned_data.get("ending", "") if self.outcome == "other" else self.outcome

    def _check_death(self, today: date, *, born: date) -> None:
        day: date | None = self.cleaned_data.get("deceased_on")
        if day is None and "deceased_on" not in self.errors:
            self.add_error("deceased_on", gettext("Vul in op welke dag de patiënt is overleden."))
        elif day is not None and day > today:
            self.add_error("deceased_on", gettext("Deze datum ligt in de toekomst."))
        elif day is not None and day < born:
            self.add_error("deceased_on", gettext("Deze datum ligt voor de geboortedatum."))

    def check_outcome(self, *, at: datetime, undiscussed: bool, born: date) -> None:
        """Note what the outcome still lacks; only for signing. ``born`` is the patient's birth date."""
        given = self.cleaned_data
        if self.outcome == "other" and not given.get("ending"):
            self.add_error("ending", gettext("Kies waarom de zorg eindigt."))
        if self.chosen() == Outcome.Kind.DECEASED:
            self._check_death(timezone.localdate(at), born=born)
        if self.outcome == Outcome.Kind.UNDER_CONTROL:
            day: date | None = given.get("next_contact_on")
            if day is None and "next_contact_on" not in self.errors:
                self.add_error(
                    "next_contact_on", gettext("Wie onder controle blijft, heeft een datum nodig.")
                )
            elif day is not None and day < timezone.localdate(at):
                self.add_error("next_contact_on", gettext("Deze datum ligt in het verleden."))
        if (
            self.outcome == Outcome.Kind.RETURNED
            and undiscussed
            and not says_something(given.get("undiscussed_because", ""))
        ):
            self.add_error(
                "undiscussed_because",
                gettext(
                    "De afspraak wil dit eerst bespreken. Zet de patiënt op de agenda, of schrijf waarom niet."
                ),
            )
