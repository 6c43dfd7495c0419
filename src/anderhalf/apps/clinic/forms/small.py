"""The short forms: a session, a reason, a slot, a correction, measurements at home."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anderhalf.apps.people.models import Organisation, Professional
from anderhalf.core.decisions.facts import Fact, FactValue, Value
from anderhalf.core.pathway.facts import RefusedValue
from anderhalf.core.pathway.model import Pathway
from anderhalf.core.wording import within
from anderhalf.presentation.fields import ReasonField
from anderhalf.presentation.language import label_of
from anderhalf.presentation.units import unit_choice
from anderhalf.presentation.wording import without_label

from ..actions import BetterValue, EncounterText
from ..home_words import ASKED_WITH, AT_HOME, home_help, home_label, home_within, is_of_another
from ..models import Appointment, Encounter
from .facts import field_for
from .fields import ClinicForm, picked_date, words
from .pressure import PressureMixin
from .written import TEXTS, SpokenTextForm

WITH_PRESSURE = ("pressure_symptoms", "stroke_signs", "chest_pain_at_rest", "dyspnoea_at_rest")
"""What a very high pressure does to brain, eyes, heart and lungs: it decides between now and within a day."""


class SessionForm(ClinicForm):
    """One session or a weekly series."""

    centre = forms.ChoiceField(label=gettext_lazy("Centrum"))
    professional = forms.ChoiceField(label=gettext_lazy("Behandelaar"))
    first_day = picked_date(label=gettext_lazy("Dag"))
    starts = forms.TimeField(
        label=gettext_lazy("Van"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    ends = forms.TimeField(
        label=gettext_lazy("Tot"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    slot_minutes = forms.IntegerField(
        label=gettext_lazy("Duur van een afspraak"), widget=forms.TextInput(attrs={"inputmode": "numeric"})
    )
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Soorten contact"),
        choices=Appointment.Kind.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    weeks = forms.IntegerField(
        label=gettext_lazy("Aantal weken"),
        help_text=gettext_lazy("1 is eenmalig. Feestdagen worden overgeslagen."),
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )

    def __init__(
        self,
        data: Any = None,
        *,
        centres: Iterable[Organisation],
        professionals: Iterable[Professional],
        **options: Any,
    ) -> None:
        super().__init__(data, **options)
        self.fields["centre"].choices = [(str(one.pk), one.name) for one in centres]
        self.fields["professional"].choices = [(str(one.pk), one.full_name) for one in professionals]

    def arguments(self) -> dict[str, Any]:
        """What ``make_sessions`` takes."""
        given = dict(self.cleaned_data)
        given.pop("submission")
        return given | {"centre": UUID(given["centre"]), "professional": UUID(given["professional"])}


class ReasonForm(ClinicForm):
    """Why something of the agenda is called off."""

    because = ReasonField(
        label=gettext_lazy("Reden"),
        max_length=200,
        error_messages={"required": gettext_lazy("Vul een reden in.")},
    )


class AboutPatientForm(SpokenTextForm, ReasonForm):
    """Why an appointment of a patient is called off: what it says of a danger is asked first."""

    written_fields = ("because",)

    def __init__(self, data: Any = None, *, pathway: Pathway, at: datetime, **options: Any) -> None:
        super().__init__(data, **options)
        self.described_by, self.at = pathway, at


class SubstituteForm(ClinicForm):
    """Who takes a session over."""

    professional = forms.ChoiceField(label=gettext_lazy("Waarnemer"))
    because = ReasonField(label=gettext_lazy("Reden"), max_length=200, required=False)

    def __init__(self, data: Any = None, *, professionals: Iterable[Professional], **options: Any) -> None:
        super().__init__(data, **options)
        self.fields["professional"].choices = [(str(one.pk), one.full_name) for one in professionals]


class SlotForm(ClinicForm):
    """The slot that was pressed."""

    slot = forms.UUIDField()
    kind = forms.ChoiceField(choices=Appointment.Kind.choices, required=False)
    note = forms.CharField(max_length=200, required=False)


class PlanForm(SpokenTextForm, ClinicForm):
    """The plan that everybody around the patient sees: what its words say of a danger is asked first."""

    written_fields = ("plan",)
    version = forms.IntegerField(widget=forms.HiddenInput)
    plan = words(gettext_lazy("Plan"), rows=5)

    def __init__(self, data: Any = None, *, pathway: Pathway, at: datetime, **options: Any) -> None:
        super().__init__(data, **options)
        self.described_by, self.at = pathway, at


class TextForm(SpokenTextForm, ClinicForm):
    """The words of an encounter, to be corrected."""

    written_fields = (*TEXTS, "because")

    version = forms.IntegerField(widget=forms.HiddenInput)
    complaints = words(gettext_lazy("Klachten"))
    examination = words(gettext_lazy("Lichamelijk onderzoek"))
    ecg_findings = words(gettext_lazy("Beoordeling ECG"))
    echo_findings = words(gettext_lazy("Conclusie echo"))
    conclusion = words(gettext_lazy("Conclusie"))
    plan = words(gettext_lazy("Plan"))
    because = ReasonField(
        label=gettext_lazy("Reden van de wijziging"),
        max_length=200,
        error_messages={"required": gettext_lazy("Schrijf op waarom u de tekst wijzigt.")},
    )

    def __init__(self, data: Any = None, *, pathway: Pathway, at: datetime, **options: Any) -> None:
        super().__init__(data, **options)
        self.described_by, self.at = pathway, at

    @classmethod
    def initial_of(cls, encounter: Encounter) -> dict[str, Any]:
        """The present words and version."""
        return {name: getattr(encounter, name) for name in (*TEXTS, "version")}

    def text(self) -> EncounterText:
        """The words as the action takes them."""
        return EncounterText(**{name: self.cleaned_data[name] for name in TEXTS})


class CorrectionForm(SpokenTextForm, ClinicForm):
    """A better value for a measurement, that it can't be trusted, or that it was never true."""

    written_fields = ("because",)

    what = forms.ChoiceField(
        label=gettext_lazy("Wat is er aan de hand?"),
        choices=[
            ("correct", gettext_lazy("De waarde moet anders zijn")),
            (
                "unreliable",
                gettext_lazy("Onbetrouwbaar, bijvoorbeeld een hemolytisch monster: opnieuw bepalen"),
            ),
            ("error", gettext_lazy("De meting hoort niet bij deze patiënt of was er nooit")),
        ],
        widget=forms.RadioSelect,
        initial="correct",
    )
    because = ReasonField(
        label=gettext_lazy("Reden"),
        max_length=200,
        error_messages={"required": gettext_lazy("Vul een reden in.")},
    )

    def __init__(
        self, data: Any = None, *, pathway: Pathway, fact: Fact, at: datetime, born: date, described_by: Pathway,
        **options: Any,
    ) -> None:  # fmt: skip
        super().__init__(data, **options)
        self.described_by, self.at, on = described_by, at, timezone.localdate(at)
        self.pathway, self.fact, self.to_confirm, self.on, self.born = pathway, fact, "", on, born
        self.unconfirmed: tuple[Value, ...] = ()
        self.fields["value"] = field_for(fact)
        self.fields["value"].label = _("Juiste waarde")
        choice = unit_choice(pathway.dictionary, fact)
        if choice is not None:
            self.fields["unit"] = choice

    def clean(self) -> dict[str, Any]:
        """The new value by the dictionary, and confirmed when it is unusual."""
        cleaned = super().clean() or {}
        if cleaned.get("what") != "correct":
            return cleaned
        text = str(cleaned.get("value") or "").strip()
        if not text:
            self.add_error("value", _("Vul de juiste waarde in."))
            return cleaned
        unit = str(cleaned.get("unit") or "")
        try:
            checked = self.pathway.dictionary.read_text(
                self.fact.name, text, unit=unit or None, on=self.on, born=self.born
            )
        except RefusedValue as refused:
            self.add_error("value", without_label(label_of(self.fact.label), label_of(refused.texts)))
            self.unconfirmed = refused.readings
            return cleaned
        with_unit = f"{text} {unit}".strip()
        cleaned["confirmed"] = self.data.get("sure_value", "").strip() == with_unit
        if checked.unusual and not cleaned["confirmed"]:
            self.to_confirm, self.unconfirmed = with_unit, (checked.value,)
            self.add_error("value", without_label(label_of(self.fact.label), label_of(checked.texts)))
            return cleaned
        cleaned["checked"] = checked.value
        cleaned["as_given"] = checked.number or text
        cleaned["unit_as_given"] = checked.unit or unit or self.fact.unit_label or ""
        return cleaned

    def better(self) -> BetterValue | None:
        """The value that takes the place of the old one; None when there is none."""
        given = self.cleaned_data
        if given["what"] != "correct":
            return None
        return BetterValue(
            value=given["checked"], as_given=given["as_given"], unit=given["unit_as_given"],
            confirmed=given["confirmed"],
        )  # fmt: skip

    def with_the_value(self, *, day: date) -> tuple[dict[str, FactValue], dict[str, list[FactValue]]]:
        """What was confirmed about the reason, and what is asked: about it, and about a value of ``day``."""
        typed, asked = self.for_the_eye()
        if self.unconfirmed:
            asked[self.fact.name] = [FactValue(value, day, "form") for value in self.unconfirmed]
        return typed, asked


class TaskForm(ClinicForm):
    """What came of a task of the laboratory."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("Wat is er gebeurd?"),
        choices=[
            ("result", gettext_lazy("de uitslag is binnen")),
            ("none", gettext_lazy("er komt geen uitslag")),
        ],
        widget=forms.RadioSelect,
    )
    because = ReasonField(
        label=gettext_lazy("Waarom geen uitslag?"),
        max_length=200,
        required=False,
        error_messages={"says_nothing": gettext_lazy("Schrijf op waarom er geen uitslag komt.")},
    )

    def clean(self) -> dict[str, Any]:
        """Without a result: why."""
        cleaned = super().clean() or {}
        if cleaned.get("outcome") == "none" and not cleaned.get("because") and "because" not in self.errors:
            self.add_error("because", _("Schrijf op waarom er geen uitslag komt."))
        return {name: value for name, value in cleaned.items() if name in ("outcome", "because")}


class HomeForm(PressureMixin, ClinicForm):
    """Weight, blood pressure and pulse measured at home."""

    lay, asked_with_pressure = True, WITH_PRESSURE
    measured_on = picked_date(label=gettext_lazy("Datum van de meting"))

    def __init__(
        self,
        data: Any = None,
        *,
        pathway: Pathway,
        at: datetime,
        latest: dict[str, FactValue] | None = None,
        doubt: Mapping[str, Sequence[FactValue]] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(data, **options)
        self.at, self.doubt = at, doubt or {}
        has = {name for name, given in (latest or {}).items() if given.value is True}
        wanted = [name for name in AT_HOME if name not in ASKED_WITH or ASKED_WITH[name] in has]
        self.add_facts(pathway, wanted, latest=latest)
        for name in self.fact_names:
            self.fields[f"f_{name}"].label = home_label(pathway.facts[name])
            self.fields[f"f_{name}"].help_text = home_help(name)

    def refused_words(self, fact: Fact, text: str) -> str:
        """Without the name that professionals give the value: the field stands beside it."""
        rest = text.removeprefix(f"{label_of(fact.label)}: ")
        for name, plain in home_within().items():
            rest = rest.replace(within(label_of(self.described_by.facts[name].label)), plain)
        return rest[:1].upper() + rest[1:]

    def contradicting_words(self, either: str) -> str:
        """Both values, in as few words as a patient needs."""
        return either

    def for_the_eye(self) -> tuple[dict[str, FactValue], dict[str, list[FactValue]]]:
        """What was typed, and what is asked about, on the day of the measurement (today when it could not be read)."""
        today = timezone.localdate(self.at)
        given = self.cleaned_data.get("measured_on") or today
        day = min(given, today)
        return self.typed_facts({}, default=day), self.unconfirmed_facts({}, default=day)

    def clean(self) -> dict[str, Any]:
        """At least one value, none from the future."""
        cleaned = super().clean() or {}
        self.read_facts(cleaned)
        self.ask_with_pressure(
            _("De bloeddruk van uw naaste is erg hoog. Beantwoord ook deze vraag.")
            if is_of_another()
            else _("Uw bloeddruk is erg hoog. Beantwoord ook deze vraag.")
        )
        if cleaned.get("measured_on") and cleaned["measured_on"] > timezone.localdate(self.at):
            self.add_error("measured_on", _("Deze datum ligt in de toekomst."))
        if not self.values and not self.errors:
            raise forms.ValidationError(_("Vul ten minste één waarde in."))
        return cleaned
