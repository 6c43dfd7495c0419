"""Medication: since when something is used, and the correction of an agreement."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anderhalf.apps.record.actions import BetterMedication
from anderhalf.apps.record.models import MedicationAgreement
from anderhalf.core.pathway.model import Pathway
from anderhalf.presentation.fields import ReasonField
from anderhalf.presentation.written import Written

from ..errors import QuestionFirst
from ..queries import Drug
from ..queries.doses import DoseRefused, check_dose, read_dose
from ..titration.words import plain_instruction
from .fields import ClinicForm, moment_on, picked_date
from .written import SpokenTextForm

Since = MedicationAgreement.Since
_SINCE = re.compile(r"^(?:(?:(\d{1,2})[-/. ])?(\d{1,2})[-/. ])?(\d{4})$")
_MONTHS = (
    ("januari", "january"), ("februari", "february"), ("maart", "march", "mrt"), ("april",), ("mei", "may"),
    ("juni", "june"), ("juli", "july"), ("augustus", "august"), ("september",), ("oktober", "october"),
    ("november",), ("december",),
)  # fmt: skip
_TIMES = re.compile(
    r"(\d{1,2})\s*(?:(?:dd|d\.d\.|x|maal|keer|times)\s*(?:per dag|daags|pd|per day|daily)?\s*(\d{1,2})?)?\.?"
)
TIMES_LENGTH, SINCE_LENGTH = 16, 20
"""Room for what people write: "1dd1", "2 keer per dag"; "12 september 2026"."""


def read_times(text: str) -> int | None:
    """How many times a day: ``2``, ``2dd``, ``1dd1``, ``2x daags``; nothing when empty.

    Two tablets at a time (``1dd2``) is another dose, and the dose stands in a field of its own: that is said.
    """
    text = text.strip().lower()
    if not text:
        return None
    found = _TIMES.fullmatch(text) if text.isascii() else None
    if found is None or not 1 <= int(found[1]) <= 12:
        raise forms.ValidationError(_("Vul een heel getal van 1 tot 12 in."))
    if found[2] is not None and int(found[2]) != 1:
        raise forms.ValidationError(
            _("Vul hier alleen in hoe vaak per dag, bijvoorbeeld %(times)s; de dosis per keer staat ervoor.")
            % {"times": found[1]}
        )
    return int(found[1])


def _with_month_number(text: str) -> str:
    """``sept 2026`` as ``9 2026``; a word that is no month stays."""

    def number(found: re.Match[str]) -> str:
        word = found[0].removesuffix(".")
        months = [at for at, names in enumerate(_MONTHS, 1) if any(one.startswith(word) for one in names)]
        return str(months[0]) if len(months) == 1 else found[0]

    return re.sub(r"[a-z]{3,}\.?", number, text.lower())


def read_since(text: str, *, at: datetime) -> tuple[date | None, str]:
    """``12-03-2021``, ``03-2021``, ``mrt 2021`` or ``2021`` as a day and how exact it is; nothing when empty.

    Raises ``ValidationError`` for anything else, and for what lies after today.
    """
    text = text.strip()
    if not text:
        return None, ""
    match = _SINCE.match(_with_month_number(text))
    if match is None:
        raise forms.ValidationError(_("Vul een jaar, een maand (03-2021) of een datum (12-03-2021) in."))
    day, month, year = match.groups()
    try:
        found = date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        raise forms.ValidationError(_("Deze datum bestaat niet.")) from None
    if found > timezone.localdate(at):
        raise forms.ValidationError(_("Deze datum ligt in de toekomst."))
    if found.year < 1900:
        raise forms.ValidationError(_("Vul een jaar na 1900 in."))
    return found, Since.DAY if day else Since.MONTH if month else Since.YEAR


def since_text(row: MedicationAgreement) -> str:
    """What :func:`read_since` reads back."""
    if row.used_since is None:
        return ""
    return row.used_since.strftime({"month": "%m-%Y", "year": "%Y"}.get(row.used_since_is, "%d-%m-%Y"))


class MedicationCorrectionForm(SpokenTextForm, ClinicForm):
    """What a medication agreement should have said, or that it was never made."""

    written_fields = ("because", "despite")

    what = forms.ChoiceField(
        label=gettext_lazy("Wat is er aan de hand?"),
        choices=[
            ("correct", gettext_lazy("Dosis of datum moet anders zijn")),
            ("error", gettext_lazy("Foutief ingevoerd: deze afspraak was er nooit")),
        ],
        widget=forms.RadioSelect,
        initial="correct",
    )
    dose = forms.CharField(label=gettext_lazy("Dosis"), max_length=20, required=False)
    times = forms.CharField(
        label=gettext_lazy("Keer per dag"), max_length=TIMES_LENGTH, required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )  # fmt: skip
    from_on = picked_date(label=gettext_lazy("Vanaf"), required=False)
    since = forms.CharField(
        label=gettext_lazy("Sinds"),
        help_text=gettext_lazy("Jaar, maand of datum; leeg als niemand het weet."),
        max_length=SINCE_LENGTH,
        required=False,
    )
    because = ReasonField(
        label=gettext_lazy("Reden"),
        max_length=200,
        error_messages={"required": gettext_lazy("Vul een reden in.")},
    )
    despite = forms.CharField(
        label=gettext_lazy("Waarom toch (VS, PA of arts)"), max_length=80, required=False
    )
    agreed_with = forms.CharField(
        label=gettext_lazy("Welke specialist stemde in (naam)"), max_length=40, required=False
    )

    def __init__(
        self, data: Any = None, *, agreement: MedicationAgreement, at: datetime, described_by: Pathway | None,
        drug: Drug | None = None, **options: Any,
    ) -> None:  # fmt: skip
        super().__init__(data, **options)
        self.described_by = described_by  # type: ignore[assignment]
        self.agreement, self.at, self.drug, self.to_confirm = agreement, at, drug, ""
        self.asks_specialist = False
        reported = agreement.kind == MedicationAgreement.Kind.REPORTED
        begun = timezone.localdate(agreement.from_at)
        self.fields["dose"].initial = (
            "" if agreement.dose is None else f"{agreement.dose.normalize():f}".replace(".", ",")
        )
        self.fields["times"].initial = agreement.times_per_day
        self.fields["from_on"].initial = begun
        self.fields["since"].initial = since_text(agreement)
        if agreement.kind in (MedicationAgreement.Kind.STOP, MedicationAgreement.Kind.PAUSE):
            del self.fields["dose"], self.fields["times"]
        del self.fields["from_on" if reported else "since"]

    def read_written(self, pathway: Pathway | None) -> None:
        """Read the reasons; of who is not in care (no pathway) nothing is asked."""
        if pathway is None:
            self.written, self.questions = Written(), []
        else:
            super().read_written(pathway)

    def clean_dose(self) -> Decimal | None:
        """A number above 0, or nothing; the old dose stays readable as it stands there."""
        text = self.cleaned_data["dose"].strip()
        if text and text == self.fields["dose"].initial:
            return self.agreement.dose
        try:
            return read_dose(text, self.drug)
        except DoseRefused as refused:
            raise forms.ValidationError(str(refused)) from None

    def clean_times(self) -> int | None:
        """How many times a day."""
        return read_times(self.cleaned_data["times"])

    def clean(self) -> dict[str, Any]:
        """The dose of a whole day against the protocol, when it is corrected."""
        cleaned: dict[str, Any] = super().clean() or {}
        dose, times = cleaned.get("dose"), cleaned.get("times")
        if cleaned.get("what") != "correct" or dose is None or "times" in self.errors:
            return cleaned
        try:
            asked = check_dose(self.drug, dose, times, every_days=self.agreement.every_days)
        except DoseRefused as refused:
            self.add_error("dose", str(refused))
            return cleaned
        if asked is not None and self.data.get("sure_dose", "").strip() != asked.confirm:
            self.to_confirm = asked.confirm
            self.add_error("dose", asked.question)
        return cleaned

    @property
    def asks_despite(self) -> bool:
        """Whether something stands against the correction, so that a prescriber answers for it."""
        return self.is_bound and (bool(self.data.get("despite")) or "despite" in self.errors)

    def ask_despite(self, refused: QuestionFirst) -> None:
        """Show what stands against it, with the fields by which a prescriber answers."""
        self.add_error("despite", str(refused))
        self.asks_specialist = refused.absolute

    def clean_since(self) -> tuple[date | None, str]:
        """Day and how exact it is."""
        return read_since(self.cleaned_data["since"], at=self.at)

    def better(self) -> BetterMedication:
        """What ``correct_medication`` takes. The hour stays when the day does."""
        given, row = self.cleaned_data, self.agreement
        dose, times = given.get("dose"), given.get("times")
        used_since, exact = given.get("since") or (None, "")
        day = given.get("from_on")
        same = day is None or day == timezone.localdate(row.from_at)
        return BetterMedication(
            dose=dose,
            times_per_day=times,
            from_at=row.from_at if same else moment_on(day, at=self.at),
            used_since=used_since,
            used_since_is=exact,
            instructions=plain_instruction(row.kind, row.drug_name, dose, row.dose_unit, times),
        )
