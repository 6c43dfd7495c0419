"""The texts of a contact, read for what they say of a danger; see ``presentation/written``."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django import forms
from django.utils import timezone

from anderhalf.apps.record.actions import NewObservation
from anderhalf.apps.referrals.listed import drugs_named
from anderhalf.core.decisions.facts import FactType, FactValue, Value
from anderhalf.core.pathway.mentions import Mention, doubtful_with
from anderhalf.core.pathway.model import Pathway
from anderhalf.presentation.written import Written, written_in

from ..actions import EncounterText

TEXTS = tuple(EncounterText().as_fields())


class WrittenMixin(forms.Form):
    """A form with the texts of a contact; ``questions`` are filled in by the view, which asks the eye."""

    at: datetime
    described_by: Pathway

    def for_the_eye(self) -> tuple[dict[str, FactValue], dict[str, list[FactValue]]]:
        """What was typed, and what is asked about."""
        raise NotImplementedError

    def drugs_for_the_eye(self) -> Collection[str]:
        """The ATC codes of what the same form says is taken from now."""
        return ()

    written_fields: Sequence[str] = TEXTS
    """The fields that are read."""

    def read_written(self, pathway: Pathway) -> None:
        """Find what the texts say; call in ``clean``."""
        self.described_by = pathway
        self.written: Written = written_in(pathway.dictionary, self.texts_read(), self.data)
        self.questions: list[forms.BoundField] = []

    def texts_read(self) -> list[str]:
        """What was typed in the fields that are read."""
        return [str(self.data.get(self.add_prefix(name)) or "") for name in self.written_fields]

    def read_drugs(self, network: str, *, on: date) -> None:
        """Find the drugs that the texts name too, all of them together, by the names of the network."""
        denied = [name for name in self.described_by.facts if self.data.get(f"f_{name}") == "false"]
        texts = self.texts_read()
        drugs = drugs_named(self.described_by, texts, denied=denied, network=network, on=on)
        self.written = written_in(self.described_by.dictionary, texts, self.data, beside=drugs)
        self.take_over_stated()

    def take_over_stated(self) -> None:
        """Put what was answered about the words among the values of the form, when it has any."""

    def settle_written(self, keys: Collection[str]) -> None:
        """Leave out what was asked before."""
        waiting = tuple(one for one in self.written.unanswered if one.key not in keys)
        self.written = replace(self.written, unanswered=waiting)

    def stated(self) -> dict[str, tuple[Value, Mention]]:
        """Fact -> what was answered about it: the value that is written, or no for a yes-or-no that is not so now."""
        found: dict[str, tuple[Value, Mention]] = {
            one.fact: (False, one)
            for one in self.written.not_now
            if self.described_by.facts[one.fact].type is FactType.BOOLEAN
        }
        return found | {one.fact: (one.value, one) for one in self.written.confirmed}

    def doubted(self, unconfirmed: Mapping[str, list[FactValue]], *, day: date) -> dict[str, list[FactValue]]:
        """What the form asks about, with what its texts leave open."""
        both = doubtful_with(self.written.unanswered, unconfirmed, on=day)
        return {name: list(given) for name, given in both.items()}


class SpokenTextForm(WrittenMixin):
    """Texts without fields for facts: what is confirmed about them becomes a value of now."""

    def for_the_eye(self) -> tuple[dict[str, FactValue], dict[str, list[FactValue]]]:
        """What was confirmed, and what is asked about."""
        today = timezone.localdate(self.at)
        typed = {name: FactValue(value, today, "form") for name, (value, _one) in self.stated().items()}
        return typed, self.doubted({}, day=today)

    def new_observations(self) -> list[NewObservation]:
        """What was answered, as values of now."""
        return [
            NewObservation(fact=name, value=value, at=self.at, value_as_given=one.words[0][:40])
            for name, (value, one) in self.stated().items()
        ]

    def clean(self) -> dict[str, Any]:
        """Read the texts too."""
        cleaned = super().clean() or {}
        self.read_written(self.described_by)
        return cleaned
