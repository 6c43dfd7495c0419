"""The rows of a contact in which medication is agreed: what, which drug, how much, since when and why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from anderhalf.apps.record.models import MedicationAgreement
from anderhalf.core.pathway.model import Pathway
from anderhalf.presentation.fields import in_row

from ..actions import MedicationStep
from ..errors import QuestionFirst
from ..queries import Drug, drug_by_code, label_of
from ..queries.doses import DoseRefused, check_dose, read_dose, unit_words
from ..titration.named import code_of
from ..titration.words import plain_instruction
from .medication import SINCE_LENGTH, TIMES_LENGTH, read_since, read_times

DRUG_ROWS = 4
PARTS = ("kind", "drug", "name", "dose", "times", "since", "reason", "despite", "agreed_with")
"""The fields of a row in which medication is agreed."""
OTHER = "other"


class DrugRowsMixin(forms.Form):
    """Fields ``med_<number>_<part>``; what was read is in ``steps``."""

    at: datetime
    pathway: Pathway
    drugs: dict[str, Drug]
    codes: Mapping[str, str]
    to_confirm: dict[str, str]

    def add_drug_rows(self) -> None:
        """Make the fields; call in ``__init__``, when ``drugs`` are known."""
        self.steps: list[MedicationStep] = []
        self.asks_specialist: set[int] = set()
        for number in range(DRUG_ROWS):
            self._add_drug_row(number)

    def read_drug_rows(self, cleaned: Mapping[str, Any]) -> None:
        """Read every row that something stands in; call in ``clean``."""
        for number in range(DRUG_ROWS):
            self._read_drug_row(number, cleaned)

    def _add_drug_row(self, number: int) -> None:
        classes: dict[str, list[tuple[str, str]]] = {}
        for drug in self.drugs.values():
            fact = self.pathway.facts.get(drug.drug_class)
            group = label_of(fact.label) if fact else drug.drug_class
            unit = "" if drug.unit in ("", "mg") else f" ({unit_words(drug.unit)})"
            classes.setdefault(group, []).append((drug.key, label_of(drug.label) + unit))
        choices: list[Any] = [("", "–"), *classes.items(), (OTHER, _("ander middel"))]
        text, row = forms.TextInput, _("Medicatie, regel %(n)d") % {"n": number + 1}

        def add(name: str, field: forms.Field) -> None:
            self.fields[name] = in_row(field, row)

        kinds = [("", "–"), *MedicationAgreement.Kind.choices]
        add(f"med_{number}_kind", forms.ChoiceField(label=_("Wat"), choices=kinds, required=False))
        add(f"med_{number}_drug", forms.ChoiceField(label=_("Middel"), choices=choices, required=False))
        add(f"med_{number}_name", forms.CharField(label=_("Ander middel"), max_length=80, required=False))
        attrs = {"inputmode": "decimal", "autocomplete": "off"}
        add(
            f"med_{number}_dose",
            forms.CharField(label=_("Dosis"), max_length=20, required=False, widget=text(attrs)),
        )
        add(f"med_{number}_times", forms.CharField(label=_("Keer per dag"), max_length=TIMES_LENGTH, required=False,
                                                   widget=text({**attrs, "inputmode": "numeric"})))  # fmt: skip
        add(f"med_{number}_since", forms.CharField(
            label=_("Sinds"), max_length=SINCE_LENGTH, required=False,
            widget=text({"autocomplete": "off", "placeholder": "2020, 03-2020"}),
        ))  # fmt: skip
        add(f"med_{number}_reason", forms.CharField(label=_("Reden"), max_length=300, required=False))
        add(f"med_{number}_despite", forms.CharField(
            label=_("Waarom toch (VS, PA of arts)"), max_length=140, required=False,
        ))  # fmt: skip
        add(f"med_{number}_agreed_with", forms.CharField(
            label=_("Welke specialist stemde in (naam)"), max_length=60, required=False,
        ))  # fmt: skip

    def _read_drug_row(self, number: int, cleaned: Mapping[str, Any]) -> None:
        given = {part: cleaned.get(f"med_{number}_{part}") or "" for part in PARTS}
        if not any(given.values()):
            return
        where = f"med_{number}_"
        chosen = self.drugs.get(given["drug"])
        name = label_of(chosen.label) if chosen else given["name"].strip()
        atc = chosen.atc if chosen else code_of(name, self.codes)
        drug = chosen or drug_by_code(atc, self.drugs.values())
        reported = given["kind"] == MedicationAgreement.Kind.REPORTED
        no_reason = not given["reason"].strip() and not reported
        for part, missing in (("kind", not given["kind"]), ("drug", not given["drug"]),
                              ("name", not name), ("reason", no_reason)):  # fmt: skip
            if missing:
                self.add_error(where + part, _("Vul dit in, of maak de hele regel leeg."))
        dose, times = self._dose(where, given, drug), self._times(where, given)
        used_since, exact = self._since(where, given)
        stops = given["kind"] in (MedicationAgreement.Kind.STOP, MedicationAgreement.Kind.PAUSE)
        if not stops:
            self._check_day(where, drug, dose, times)
        if given["kind"] in (MedicationAgreement.Kind.START, MedicationAgreement.Kind.CHANGE):
            for part, value in (("dose", dose), ("times", times)):
                if value is None and f"{where}{part}" not in self.errors:
                    self.add_error(where + part, _("Vul dosis en aantal keer per dag in."))
        if any(error.startswith(where) for error in self.errors):
            return
        self.steps.append(
            MedicationStep(
                kind=given["kind"],
                drug=chosen.key if chosen else name.lower()[:80],
                drug_name=name[:120],
                reason=given["reason"].strip() or "gebruikt al",
                atc=atc,
                drug_class=drug.drug_class if drug else "",
                dose=None if stops else dose,
                dose_unit=drug.unit if drug and drug.unit else "mg",
                times_per_day=None if stops else times,
                instructions=plain_instruction(
                    given["kind"], name, dose, drug.unit if drug and drug.unit else "mg", times
                ),
                used_since=used_since,
                used_since_is=exact,
                despite=given["despite"].strip(),
                agreed_with=given["agreed_with"].strip(),
            )
        )

    def _since(self, where: str, given: Mapping[str, str]) -> tuple[date | None, str]:
        """Since when a drug is used that was used already; only then."""
        if not given["since"].strip():
            return None, ""
        if given["kind"] != MedicationAgreement.Kind.REPORTED:
            self.add_error(where + "since", _("Alleen bij een middel dat de patiënt al gebruikt."))
            return None, ""
        try:
            return read_since(given["since"], at=self.at)
        except forms.ValidationError as wrong:
            self.add_error(where + "since", wrong)
            return None, ""

    def ask_despite(self, refused: QuestionFirst) -> None:
        """Show what stands against it at the row of the drug, with a field for a prescriber's reason; for what is
        absolute one for the specialist who agreed as well."""
        for number in range(DRUG_ROWS):
            chosen = self.cleaned_data.get(f"med_{number}_drug") or ""
            name = (self.cleaned_data.get(f"med_{number}_name") or "").strip().lower()
            if refused.drug and refused.drug in (chosen, name):
                self.add_error(f"med_{number}_despite", str(refused))
                if refused.absolute:
                    self.asks_specialist.add(number)
                return
        self.add_error(None, str(refused))

    def _dose(self, where: str, given: Mapping[str, str], drug: Drug | None) -> Decimal | None:
        try:
            return read_dose(given["dose"], drug)
        except DoseRefused as refused:
            self.add_error(where + "dose", str(refused))
            return None

    def _check_day(self, where: str, drug: Drug | None, dose: Decimal | None, times: int | None) -> None:
        """The dose of a whole day against the protocol, once both can be read."""
        if dose is None or f"{where}times" in self.errors:
            return
        try:
            asked = check_dose(drug, dose, times)
        except DoseRefused as refused:
            self.add_error(where + "dose", str(refused))
            return
        if asked is not None and self.data.get(f"sure_{where}dose", "").strip() != asked.confirm:
            self.to_confirm[f"{where}dose"] = asked.confirm
            self.add_error(where + "dose", asked.question)

    def _times(self, where: str, given: Mapping[str, str]) -> int | None:
        try:
            return read_times(given["times"])
        except forms.ValidationError as wrong:
            self.add_error(where + "times", wrong)
            return None

    def drug_rows(self) -> list[dict[str, Any]]:
        """The rows in which medication is agreed."""
        return [
            {
                **{part: self[f"med_{number}_{part}"] for part in PARTS},
                "asks_despite": bool(
                    self.is_bound
                    and (self.data.get(f"med_{number}_despite") or f"med_{number}_despite" in self.errors)
                ),
                "asks_specialist": self.is_bound
                and (number in self.asks_specialist or bool(self.data.get(f"med_{number}_agreed_with"))),
                "confirm": self.to_confirm.get(f"med_{number}_dose", ""),
                "sure_name": f"sure_med_{number}_dose",
                "number": number + 1,
            }
            for number in range(DRUG_ROWS)
        ]
