"""Forms around titration: what is chosen about a proposal, what the record has to remember, standing conditions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anderhalf.apps.record.actions import NewObservation
from anderhalf.core.decisions.facts import FactValue
from anderhalf.core.pathway.model import Pathway
from anderhalf.core.pathway.titration import Protocol

from ..models import AdviceChoice, Tolerance
from ..queries import label_of
from .facts import FactsMixin
from .fields import ClinicForm, picked_date, refuse_future

FROM_ELSEWHERE = ("sex", "birth_date", "lvef", "rhythm")
"""Facts of the record that come from registration, echo and ECG and are not asked here."""


class ChoiceForm(ClinicForm):
    """One press on a card. The action checks everything against the advice of that moment."""

    drug_class = forms.CharField(max_length=40)
    basis = forms.CharField(max_length=64)
    choice = forms.ChoiceField(choices=AdviceChoice.Choice.choices)
    reason = forms.CharField(max_length=300, required=False)
    dose = forms.CharField(max_length=30, required=False)
    stop_reason = forms.CharField(max_length=30, required=False)
    encounter = forms.UUIDField(required=False)


class BesideForm(ClinicForm):
    """One press on a card of a second pathway. The action checks everything against the answer of that moment."""

    pathway = forms.CharField(max_length=60)
    table = forms.CharField(max_length=60)
    basis = forms.CharField(max_length=64)
    choice = forms.ChoiceField(choices=AdviceChoice.Choice.choices)
    reason = forms.CharField(max_length=300, required=False)
    start = forms.CharField(max_length=60, required=False)
    encounter = forms.UUIDField(required=False)


class ToleranceForm(ClinicForm):
    """Something about one class or drug that the record has to remember."""

    kind = forms.ChoiceField(label=gettext_lazy("Wat"), choices=[("", "–"), *Tolerance.Kind.choices])
    about = forms.ChoiceField(label=gettext_lazy("Klasse of middel"))
    since = picked_date(label=gettext_lazy("Sinds"), required=False)
    reason = forms.CharField(label=gettext_lazy("Wat gebeurde er of is afgesproken"), max_length=300)

    def __init__(self, data: Any = None, *, protocol: Protocol, at: datetime, **options: Any) -> None:
        super().__init__(data, **options)
        self.at = at
        choices: list[Any] = [("", "–")]
        for key, entry in protocol.drug_class.items():
            drugs = [
                (f"{key}:{drug.key}", label_of(drug.label))
                for drug in protocol.drugs.values()
                if drug.drug_class == key
            ]
            title = label_of(entry.title)
            choices.append((title, [(f"{key}:", _("%(title)s (hele klasse)") % {"title": title}), *drugs]))
        self.fields["about"].choices = choices  # type: ignore[attr-defined]

    def clean_since(self) -> date | None:
        """Not after today."""
        day: date | None = self.cleaned_data["since"]
        refuse_future(day, at=self.at)
        return day

    def arguments(self) -> dict[str, Any]:
        """What ``remember_tolerance`` takes."""
        drug_class, _colon, drug = self.cleaned_data["about"].partition(":")
        return {
            "kind": self.cleaned_data["kind"], "drug_class": drug_class, "drug": drug,
            "since": self.cleaned_data["since"], "reason": self.cleaned_data["reason"],
        }  # fmt: skip


class ConditionsForm(FactsMixin, ClinicForm):
    """What is asked once and then stands: dialysis, pregnancy possible, frailty, palliative phase, …"""

    def __init__(
        self, data: Any = None, *, pathway: Pathway, protocol: Protocol, at: datetime,
        latest: Mapping[str, FactValue], **options: Any,
    ) -> None:  # fmt: skip
        super().__init__(data, **options)
        self.at = at
        names = [name for name in protocol.record_facts if name not in FROM_ELSEWHERE]
        names += [name for name in protocol.contraindication_facts if name not in names]
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
