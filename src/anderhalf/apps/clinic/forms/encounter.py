"""One contact on one form: measurements first, then what was found, agreed and planned."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anderhalf.apps.record.actions import NewObservation
from anderhalf.content.drugs import codes_by_name
from anderhalf.core.decisions.facts import FactValue
from anderhalf.core.pathway.model import Pathway
from anderhalf.presentation.wording import says_something

from ..actions import EncounterText, NewDocument, Taught
from ..errors import FileRefused
from ..models import Appointment
from ..queries import Card, drugs_of, label_of
from ..uploads import sniff
from .drug_rows import DrugRowsMixin
from .during import ProposalsMixin
from .fields import ClinicForm, moment_on, picked_date, words
from .pressure import PRESSURE_SYMPTOMS, PressureMixin
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
               "angioedema_now", "suicidal_thoughts", PRESSURE_SYMPTOMS)  # fmt: skip
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
SIGNS_WITH_DRUG = {"digoxin_signs": "digoxin"}
"""Complaints that are asked of who uses a drug."""
DATED = {"laboratory": LABORATORY, "ecg": ECG, "echo": ECHO}
"""Groups whose values are of their own day: blood is drawn before the visit."""
FILES = (("ecg", gettext_lazy("ECG")), ("echo", gettext_lazy("Echoverslag")))


class EncounterForm(ProposalsMixin, DrugRowsMixin, PressureMixin, WrittenMixin, ClinicForm):
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
        cards: Sequence[Card] = (), listed: Collection[str] = (), awaited: Collection[str] = (),
        doubt: Mapping[str, Sequence[FactValue]] | None = None, **options: Any,
    ) -> None:  # fmt: skip
        super().__init__(data, files, **options)
        self.add_proposals(cards)
        self.at, self.drugs, self.doubt = at, dict(drugs_of(pathway)), doubt or {}
        uses = {name for name, value in (latest or {}).items() if value.value is True}
        waits = "|".join(awaited).casefold()
        self.with_drug = [
            name
            for name, drug in WITH_DRUG.items()
            if name in pathway.facts
            and (drug in uses or label_of(pathway.facts[name].label).casefold() in waits)
        ]
        self.signs = (*ALARM_SIGNS, *(name for name, drug in SIGNS_WITH_DRUG.items() if drug in uses))
        names = [*MEASUREMENTS, *self.signs, *FINDINGS, *LABORATORY, *self.with_drug, *ECG, *ECHO]
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
        self.add_drug_rows()
        for topic in pathway.education.topics:
            self.fields[f"taught_{topic.id}"] = forms.BooleanField(
                required=False, label=label_of(topic.title)
            )
            self.fields[f"back_{topic.id}"] = forms.BooleanField(
                required=False,
                label=_("verteld in eigen woorden: %(topic)s") % {"topic": label_of(topic.title)},
            )
        self.documents: list[NewDocument] = []

    def without_focus(self) -> None:
        """Leave the top of the page in view: something there must be read first."""
        for field in self.fields.values():
            field.widget.attrs.pop("autofocus", None)

    # ---- reading ----

    def clean(self) -> dict[str, Any]:
        """Facts by the dictionary, dates not in the future, medication rows whole, files what they say they are."""
        cleaned = super().clean() or {}
        self.read_facts(cleaned)
        self.read_written(self.described_by)
        self.take_over_stated()
        self.ask_with_pressure(_("De bloeddruk is zeer hoog. Vraag naar klachten, en vul ja of nee in."))
        self.read_proposals(cleaned)
        today = timezone.localdate(self.at)
        for name in ("happened_on", "laboratory_on", "ecg_on", "echo_on"):
            if cleaned.get(name) and cleaned[name] > today:
                self.add_error(name, _("Deze datum ligt in de toekomst."))
        following, happened = cleaned.get("next_contact_on"), cleaned.get("happened_on")
        if following and happened and following < happened:
            self.add_error("next_contact_on", _("Het volgende contact kan niet voor dit contact liggen."))
        self.read_drug_rows(cleaned)
        for kind, label in FILES:
            self._read_file(kind, str(label), cleaned)
        if not self.errors and not self._says_anything(cleaned):
            raise forms.ValidationError(_(
                "Er staat nog niets in dit consult. Vul een meting of bevinding in, leg medicatie of "
                "voorlichting vast, of schrijf in een zin wat u besprak."
            ))  # fmt: skip
        return cleaned

    def take_over_stated(self) -> None:
        """What was answered about the words; a yes stands above what a field says."""
        for name, (value, one) in self.stated().items():
            if one in self.written.confirmed or name not in self.values:
                self.take_over(name, value, one.words[0])

    def _says_anything(self, cleaned: Mapping[str, Any]) -> bool:
        """Whether anything was typed or chosen; the form fills in day, kind and next contact itself."""
        ticked = any(
            value is True for name, value in cleaned.items() if name.startswith(("taught_", "back_"))
        )
        told = ticked or any(says_something(cleaned.get(name)) for name in TEXTS)
        return bool(told or self.values or self.steps or self.documents or self.chosen)

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

    def drugs_for_the_eye(self) -> Collection[str]:
        """What is started, changed or used already by the rows of the form."""
        return {one.taken for one in self.steps} - {""}

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
        sections = {"measurements": MEASUREMENTS, "findings": (*self.signs, *FINDINGS), "laboratory": laboratory,
                    "ecg": ECG, "echo": ECHO, "limits": LIMITS, "assessment": ASSESSMENT}  # fmt: skip
        return {key: self.rows(names) for key, names in sections.items()}

    def beside_rows(self) -> list[dict[str, Any]]:
        """What a second pathway asks besides, a section each."""
        return [{"title": title, "rows": self.rows(names)} for title, names in self.beside]

    def topic_rows(self) -> list[dict[str, Any]]:
        """The education list: topic, discussed, told back."""
        return [
            {"topic": topic, "title": label_of(topic.title), "text": label_of(topic.text),
             "taught": self[f"taught_{topic.id}"], "back": self[f"back_{topic.id}"]}
            for topic in self.pathway.education.topics
        ]  # fmt: skip
