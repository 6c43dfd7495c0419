"""Medication: since when something is used, and the correction of an agreement."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anderhalf.apps.record.actions import BetterMedication
from anderhalf.apps.record.models import MedicationAgreement

from ..titration.words import plain_instruction
from .fields import ClinicForm, moment_on, picked_date

Since = MedicationAgreement.Since
_SINCE = re.compile(r"^(?:(?:(\d{1,2})[-/. ])?(\d{1,2})[-/. ])?(\d{4})$")


def read_since(text: str, *, at: datetime) -> tuple[date | None, str]:
    """``12-03-2021``, ``03-2021`` or ``2021`` as a day and how exact it is; nothing when empty.

    Raises ``ValidationError`` for anything else, and for what lies after today.
    """
    text = text.strip()
    if not text:
        return None, ""
    match = _SINCE.match(text)
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


class MedicationCorrectionForm(ClinicForm):
    """What a medication agreement should have said, or that it was never made."""

    what = forms.ChoiceField(
        label=gettext_lazy("Wat is er aan de hand?"),
        choices=[
            ("correct", gettext_lazy("Dosis of datum moet anders zijn")),
            ("error", gettext_lazy("Foutief ingevoerd: deze afspraak was er nooit")),
        ],
        widget=forms.RadioSelect,
        initial="correct",
    )
    dose = forms.CharField(label=gettext_lazy("Dosis"), max_length=12, required=False)
    times = forms.IntegerField(
        label=gettext_lazy("Keer per dag"), min_value=1, max_value=12, required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )  # fmt: skip
    from_on = picked_date(label=gettext_lazy("Vanaf"), required=False)
    since = forms.CharField(
        label=gettext_lazy("Sinds"),
        help_text=gettext_lazy("Jaar, maand of datum; leeg als niemand het weet."),
        max_length=10,
        required=False,
    )
    because = forms.CharField(
        label=gettext_lazy("Reden"),
        max_length=200,
        error_messages={"required": gettext_lazy("Vul een reden in.")},
    )

    def __init__(
        self, data: Any = None, *, agreement: MedicationAgreement, at: datetime, **options: Any
    ) -> None:
        super().__init__(data, **options)
        self.agreement, self.at = agreement, at
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

    def clean_dose(self) -> Decimal | None:
        """A number above 0, or nothing."""
        text = self.cleaned_data["dose"].strip().replace(",", ".")
        if not text:
            return None
        try:
            dose = Decimal(text)
        except InvalidOperation:
            dose = Decimal("NaN")
        if not dose.is_finite() or dose <= 0 or "e" in text.lower():
            raise forms.ValidationError(_("Vul een getal groter dan 0 in."))
        return dose

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
