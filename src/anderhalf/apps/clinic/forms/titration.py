"""Forms around titration: what is chosen about a proposal, what the record has to remember, standing conditions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anderhalf.apps.people.models import AllergyIntolerance
from anderhalf.apps.record.actions import NewObservation
from anderhalf.core.decisions.facts import FactValue
from anderhalf.core.pathway.model import Pathway
from anderhalf.core.pathway.titration import Protocol
from anderhalf.presentation.fields import ReasonField

from ..models import AdviceChoice, DosingAgreement
from .facts import FactsMixin
from .fields import ClinicForm, picked_date, refuse_future

Groups = Sequence[tuple[str, Sequence[tuple[str, str]]]]
"""Choices by class."""
FROM_ELSEWHERE = ("sex", "birth_date", "lvef", "rhythm", "angioedema_now")
"""Facts of the record that come from registration, echo, ECG and the alarm signs and are not asked here."""


class ChoiceForm(ClinicForm):
    """One press on a card. The action checks everything against the advice of that moment."""

    drug_class = forms.CharField(max_length=40)
    basis = forms.CharField(max_length=64)
    choice = forms.ChoiceField(choices=AdviceChoice.Choice.choices)
    reason = forms.CharField(max_length=300, required=False)
    dose = forms.CharField(max_length=30, required=False)
    stop_reason = forms.CharField(max_length=30, required=False)
    despite = forms.CharField(max_length=200, required=False)
    encounter = forms.UUIDField(required=False)


class BesideForm(ClinicForm):
    """One press on a card of a second pathway. The action checks everything against the answer of that moment."""

    pathway = forms.CharField(max_length=60)
    table = forms.CharField(max_length=60)
    basis = forms.CharField(max_length=64)
    choice = forms.ChoiceField(choices=AdviceChoice.Choice.choices)
    reason = forms.CharField(max_length=300, required=False)
    start = forms.CharField(max_length=60, required=False)
    despite = forms.CharField(max_length=200, required=False)
    encounter = forms.UUIDField(required=False)


class ToleranceForm(ClinicForm):
    """Something that the patient can't have, or how to go on with a class."""

    kind = forms.ChoiceField(label=gettext_lazy("Wat"))
    about = forms.ChoiceField(label=gettext_lazy("Klasse of middel"))
    reaction = forms.ChoiceField(
        label=gettext_lazy("Reactie"),
        required=False,
        choices=[("", "–"), *AllergyIntolerance.Reaction.choices],
    )
    since = picked_date(label=gettext_lazy("Sinds"), required=False)
    reason = ReasonField(label=gettext_lazy("Wat gebeurde er of is afgesproken"), max_length=300)

    def __init__(self, data: Any = None, *, groups: Groups, at: datetime, **options: Any) -> None:
        super().__init__(data, **options)
        self.at = at
        self.fields["about"].choices = [("", "–"), *groups]  # type: ignore[attr-defined]
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            ("", "–"),
            (_("kan de patiënt niet hebben"), AllergyIntolerance.Kind.choices),
            (_("afspraak over de dosis"), DosingAgreement.Kind.choices),
        ]

    def clean_since(self) -> date | None:
        """Not after today."""
        day: date | None = self.cleaned_data["since"]
        refuse_future(day, at=self.at)
        return day

    @property
    def is_dosing(self) -> bool:
        """Whether it is an agreement about dosing, which is no part of the register."""
        return self.cleaned_data["kind"] in DosingAgreement.Kind.values

    def arguments(self) -> dict[str, Any]:
        """What ``agree_dosing`` or ``remember_tolerance`` takes."""
        given = self.cleaned_data
        drug_class, _colon, drug = given["about"].partition(":")
        found = {
            "kind": given["kind"],
            "drug_class": drug_class,
            "since": given["since"],
            "reason": given["reason"],
        }
        return found if self.is_dosing else found | {"drug": drug, "reaction": given["reaction"]}


class JudgeForm(ClinicForm):
    """Confirm what came in, as being about these classes or drugs; or reject it."""

    do = forms.ChoiceField(choices=[("confirm", ""), ("reject", "")])
    about = forms.MultipleChoiceField(required=False)
    other = forms.ChoiceField(required=False)
    reaction = forms.ChoiceField(required=False, choices=[("", "–"), *AllergyIntolerance.Reaction.choices])
    because = forms.CharField(max_length=200, required=False)

    def __init__(self, data: Any = None, *, groups: Groups, **options: Any) -> None:
        super().__init__(data, **options)
        every = [choice for _title, choices in groups for choice in choices]
        self.fields["about"].choices = every  # type: ignore[attr-defined]
        self.fields["other"].choices = [("", "–"), *every]  # type: ignore[attr-defined]

    def chosen(self) -> list[str]:
        """The keys of what it is about."""
        given = self.cleaned_data
        return list(dict.fromkeys([*given["about"], *([given["other"]] if given["other"] else [])]))


class ConditionsForm(FactsMixin, ClinicForm):
    """What is asked once and then stands: dialysis, pregnancy possible, frailty, palliative phase, …"""

    def __init__(
        self, data: Any = None, *, pathway: Pathway, protocol: Protocol, at: datetime,
        latest: Mapping[str, FactValue], **options: Any,
    ) -> None:  # fmt: skip
        super().__init__(data, **options)
        self.at = at
        asked = dict.fromkeys((*protocol.record_facts, *protocol.contraindication_facts))
        names = [name for name in asked if name not in FROM_ELSEWHERE]
        names += ["nsaid", "rapid_titration"]
        self.add_facts(pathway, names, latest=latest)

    def clean(self) -> dict[str, Any]:
        """Read the facts."""
        cleaned: dict[str, Any] = super().clean() or {}
        self.read_facts(cleaned)
        return cleaned

    def new_observations(self) -> list[NewObservation]:
        """What was answered, true from now."""
        return self.observations({}, default=timezone.localdate(self.at), at=self.at)
