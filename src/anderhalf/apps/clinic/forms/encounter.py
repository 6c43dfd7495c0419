"""One contact on one form: measurements first, then what was found, agreed and planned."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anderhalf.apps.record.actions import NewObservation
from anderhalf.apps.record.models import MedicationAgreement
from anderhalf.core.decisions.facts import FactValue
from anderhalf.core.pathway.model import Pathway

from ..actions import EncounterText, MedicationStep, NewDocument, Taught
from ..errors import FileRefused, QuestionFirst
from ..models import Appointment
from ..queries import Card, Drug, drug_by_code, drugs_of, label_of
from ..queries.doses import DoseRefused, check_dose, read_dose, unit_words
from ..titration.named import code_of, codes_by_name
from ..titration.words import plain_instruction
from ..uploads import sniff
from .during import ProposalsMixin
from .facts import FactsMixin
from .fields import ClinicForm, moment_on, picked_date, words
from .medication import read_since
from .written import TEXTS, WrittenMixin

MEASUREMENTS = (
    "systolic_bp",
    "diastolic_bp",
    "heart_rate",
    "weight",
    "oxygen_saturation",
    "respiratory_rate",
)
ALARM_SIGNS = ("chest_pain_at_rest", "dyspnoea_at_rest", "syncope", "hypoperfusion", "stroke_signs", "bleeding",
               "suicidal_thoughts")  # fmt: skip
"""What nobody may wait with is asked at every contact, a telephone call too."""
FINDINGS = ("nyha", "rhythm", "oedema", "congestion", "raised_jvp", "crackles", "dizziness", "weight_stable",
            "hypotension_symptoms", "dehydration", "acute_illness", "beta_blocker_complaints",
            "diuretic_without_effect")  # fmt: skip
LABORATORY = ("potassium", "sodium", "creatinine", "egfr", "nt_probnp", "haemoglobin", "glucose", "ferritin",
              "transferrin_saturation")  # fmt: skip
ECG = ("ecg_result", "new_ecg_abnormality", "qrs_duration", "qtc", "lbbb")
ECHO = ("lvef", "echo_structural_abnormality", "la_volume_index", "e_over_e", "pasp", "tapse")
LIMITS = (
    "expectations_discussed",
    "hospital_undesirable",
    "palliative_phase",
    "icd_present",
    "device_assessed",
)
ASSESSMENT = ("heart_failure_known", "therapy_status", "advanced_hf_sign", "anticoagulant", "iron_deficiency_handled",
              "infarction_within_40_days")  # fmt: skip
WITH_DRUG = {"digoxin_level": "digoxin"}
"""Laboratory of who uses a drug: asked when it is used, or when a proposal waits for it."""
DATED = {"laboratory": LABORATORY, "ecg": ECG, "echo": ECHO}
"""Groups whose values are of their own day: blood is drawn before the visit."""
DRUG_ROWS = 4
PARTS = ("kind", "drug", "name", "dose", "times", "since", "reason", "despite", "agreed_with")
"""The fields of a row in which medication is agreed."""
OTHER = "other"
FILES = (("ecg", gettext_lazy("ECG")), ("echo", gettext_lazy("Echoverslag")))


class EncounterForm(ProposalsMixin, FactsMixin, WrittenMixin, ClinicForm):
    """The whole contact. ``version`` is the episode's, so that somebody else's contact meanwhile is noticed."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    happened_on = picked_date(label=gettext_lazy("Datum"))
    kind = forms.ChoiceField(label=gettext_lazy("Soort contact"), choices=Appointment.Kind.choices)
    complaints = words(gettext_lazy("Klachten"))
    examination = words(gettext_lazy("Lichamelijk onderzoek"))
    laboratory_on = picked_date(label=gettext_lazy("Datum van afname"), required=False)
    ecg_on = picked_date(label=gettext_lazy("Datum van het ECG"), required=False)
    ecg_findings = words(gettext_lazy("Beoordeling ECG"))
    ecg_file = forms.FileField(label=gettext_lazy("ECG als bestand"), required=False)
    echo_on = picked_date(label=gettext_lazy("Datum van de echo"), required=False)
    echo_findings = words(gettext_lazy("Conclusie echo"))
    echo_file = forms.FileField(label=gettext_lazy("Echoverslag als bestand"), required=False)
    conclusion = words(gettext_lazy("Conclusie"))
    plan = words(gettext_lazy("Plan"), rows=3)
    next_contact_on = picked_date(label=gettext_lazy("Volgend contact"), required=False)
    next_contact_kind = forms.ChoiceField(
        label=gettext_lazy("Soort"), required=False, choices=[("", "–"), *Appointment.Kind.choices]
    )

    def __init__(
        self, data: Any = None, files: Any = None, *, pathway: Pathway, at: datetime,
        latest: Mapping[str, FactValue] | None = None, beside: Sequence[tuple[Pathway, Sequence[str]]] = (),
        cards: Sequence[Card] = (), listed: Collection[str] = (), awaited: Collection[str] = (), **options: Any,
    ) -> None:  # fmt: skip
        super().__init__(data, files, **options)
        self.add_proposals(cards)
        self.at, self.drugs = at, dict(drugs_of(pathway))
        uses = {name for name, value in (latest or {}).items() if value.value is True}
        waits = "|".join(awaited).casefold()
        self.with_drug = [
            name
            for name, drug in WITH_DRUG.items()
            if name in pathway.facts
            and (drug in uses or label_of(pathway.facts[name].label).casefold() in waits)
        ]
        names = [*MEASUREMENTS, *ALARM_SIGNS, *FINDINGS, *LABORATORY, *self.with_drug, *ECG, *ECHO]
        names += [*LIMITS, *ASSESSMENT]
        self.beside: list[tuple[str, list[str]]] = []
        for second, asked in beside:
            self.drugs |= drugs_of(second)
            more = [name for name in asked if name not in names and name not in listed]
            self.beside.append((label_of(second.title), more))
            names += more
        # a second pathway shares the facts of the first and adds its own, so its dictionary describes all of them
        self.add_facts(beside[-1][0] if beside else pathway, names, latest=latest)
        self.pathway = pathway
        self.codes = codes_by_name([pathway, *(second for second, _asked in beside)])
        if not self.is_bound and f"f_{MEASUREMENTS[0]}" in self.fields:
            self.fields[f"f_{MEASUREMENTS[0]}"].widget.attrs["autofocus"] = True
        for name in ("ecg_file", "echo_file"):
            self.fields[name].widget.attrs["accept"] = ".pdf,.png,.jpg,.jpeg"
        for number in range(DRUG_ROWS):
            self._add_drug_row(number)
        for topic in pathway.education.topics:
            self.fields[f"taught_{topic.id}"] = forms.BooleanField(
                required=False, label=label_of(topic.title)
            )
            self.fields[f"back_{topic.id}"] = forms.BooleanField(
                required=False,
                label=_("verteld in eigen woorden: %(topic)s") % {"topic": label_of(topic.title)},
            )
        self.steps: list[MedicationStep] = []
        self.asks_specialist: set[int] = set()
        self.documents: list[NewDocument] = []

    def _add_drug_row(self, number: int) -> None:
        classes: dict[str, list[tuple[str, str]]] = {}
        for drug in self.drugs.values():
            fact = self.pathway.facts.get(drug.drug_class)
            group = label_of(fact.label) if fact else drug.drug_class
            unit = "" if drug.unit in ("", "mg") else f" ({unit_words(drug.unit)})"
            classes.setdefault(group, []).append((drug.key, label_of(drug.label) + unit))
        choices: list[Any] = [("", "–"), *classes.items(), (OTHER, _("ander middel"))]
        add, text = self.fields.__setitem__, forms.TextInput
        kinds = [("", "–"), *MedicationAgreement.Kind.choices]
        add(f"med_{number}_kind", forms.ChoiceField(label=_("Wat"), choices=kinds, required=False))
        add(f"med_{number}_drug", forms.ChoiceField(label=_("Middel"), choices=choices, required=False))
        add(f"med_{number}_name", forms.CharField(label=_("Ander middel"), max_length=80, required=False))
        attrs = {"inputmode": "decimal", "autocomplete": "off"}
        add(
            f"med_{number}_dose",
            forms.CharField(label=_("Dosis"), max_length=12, required=False, widget=text(attrs)),
        )
        add(f"med_{number}_times", forms.CharField(label=_("Keer per dag"), max_length=2, required=False,
                                                   widget=text({**attrs, "inputmode": "numeric"})))  # fmt: skip
        add(f"med_{number}_since", forms.CharField(
            label=_("Sinds"), max_length=10, required=False,
            widget=text({"autocomplete": "off", "placeholder": "2020, 03-2020"}),
        ))  # fmt: skip
        add(f"med_{number}_reason", forms.CharField(label=_("Reden"), max_length=300, required=False))
        add(f"med_{number}_despite", forms.CharField(
            label=_("Waarom toch (VS, PA of arts)"), max_length=140, required=False,
        ))  # fmt: skip
        add(f"med_{number}_agreed_with", forms.CharField(
            label=_("Welke specialist stemde in (naam)"), max_length=60, required=False,
        ))  # fmt: skip

    # ---- reading ----

    def clean(self) -> dict[str, Any]:
        """Facts by the dictionary, dates not in the future, medication rows whole, files what they say they are."""
        cleaned = super().clean() or {}
        self.read_facts(cleaned)
        self.read_written(self.described_by)
        for name, (value, one) in self.stated().items():
            if one in self.written.confirmed or name not in self.values:
                self.take_over(name, value, one.words[0])
        self.read_proposals(cleaned)
        today = timezone.localdate(self.at)
        for name in ("happened_on", "laboratory_on", "ecg_on", "echo_on"):
            if cleaned.get(name) and cleaned[name] > today:
                self.add_error(name, _("Deze datum ligt in de toekomst."))
        following, happened = cleaned.get("next_contact_on"), cleaned.get("happened_on")
        if following and happened and following < happened:
            self.add_error("next_contact_on", _("Het volgende contact kan niet voor dit contact liggen."))
        for number in range(DRUG_ROWS):
            self._read_drug_row(number, cleaned)
        for kind, label in FILES:
            self._read_file(kind, str(label), cleaned)
        return cleaned

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
        text = given["times"].strip()
        if not text:
            return None
        if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 12):
            self.add_error(where + "times", _("Vul een heel getal van 1 tot 12 in."))
            return None
        return int(text)

    def _read_file(self, kind: str, label: str, cleaned: Mapping[str, Any]) -> None:
        upload = cleaned.get(f"{kind}_file")
        if upload is None:
            return
        content = upload.read()
        try:
            sniff(content)
        except FileRefused as refused:
            self.add_error(f"{kind}_file", str(refused))
            return
        made_on = cleaned.get(f"{kind}_on") or cleaned.get("happened_on")
        if made_on is not None:
            self.documents.append(NewDocument(kind=kind, title=label, made_on=made_on, content=content))

    # ---- what the action takes ----

    def moment(self) -> datetime:
        """When the contact was."""
        return moment_on(self.cleaned_data["happened_on"], at=self.at)

    def text(self) -> EncounterText:
        """The words."""
        return EncounterText(**{name: self.cleaned_data[name] for name in TEXTS})

    def new_observations(self) -> list[NewObservation]:
        """The values, laboratory, ECG and echo on their own day."""
        return self.observations(self._days(), default=self.cleaned_data["happened_on"], at=self.at)

    def _days(self) -> dict[str, date]:
        days: dict[str, date] = {}
        for group, names in DATED.items():
            if (day := self.cleaned_data.get(f"{group}_on")) is not None:
                days |= dict.fromkeys((*names, *(self.with_drug if group == "laboratory" else ())), day)
        return days

    def for_the_eye(self) -> tuple[dict[str, FactValue], dict[str, list[FactValue]]]:
        """What was typed, and what is asked about, each on its day (today for a day that could not be read)."""
        default = self.cleaned_data.get("happened_on") or timezone.localdate(self.at)
        days = self._days()
        unconfirmed = self.unconfirmed_facts(days, default=default)
        return self.typed_facts(days, default=default), self.doubted(unconfirmed, day=default)

    def education(self) -> list[Taught]:
        """Topics that were discussed; told back implies discussed."""
        given = self.cleaned_data
        topics = [topic.id for topic in self.pathway.education.topics]
        return [
            Taught(topic=topic, teach_back=given[f"back_{topic}"])
            for topic in topics
            if given[f"taught_{topic}"] or given[f"back_{topic}"]
        ]

    # ---- showing ----

    def fact_rows(self) -> dict[str, list[dict[str, Any]]]:
        """The facts by section."""
        laboratory = (*LABORATORY, *self.with_drug)
        sections = {"measurements": MEASUREMENTS, "findings": (*ALARM_SIGNS, *FINDINGS), "laboratory": laboratory,
                    "ecg": ECG, "echo": ECHO, "limits": LIMITS, "assessment": ASSESSMENT}  # fmt: skip
        return {key: self.rows(names) for key, names in sections.items()}

    def beside_rows(self) -> list[dict[str, Any]]:
        """What a second pathway asks besides, a section each."""
        return [{"title": title, "rows": self.rows(names)} for title, names in self.beside]

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

    def topic_rows(self) -> list[dict[str, Any]]:
        """The education list: topic, discussed, told back."""
        return [
            {"topic": topic, "title": label_of(topic.title), "text": label_of(topic.text),
             "taught": self[f"taught_{topic.id}"], "back": self[f"back_{topic.id}"]}
            for topic in self.pathway.education.topics
        ]  # fmt: skip
