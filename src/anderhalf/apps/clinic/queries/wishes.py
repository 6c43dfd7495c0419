"""What a patient wants, or what was agreed, about care in hospital: heard before anybody calls."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils import timezone

from anderhalf.apps.record.queries import facts_of
from anderhalf.presentation.language import label_of

from .danger import Place

WISHES = ("hospital_undesirable", "palliative_phase")
"""Facts that change whom to call first in an emergency."""


def wishes_of(patient: UUID, place: Place, *, at: datetime) -> list[str]:
    """The labels of what was recorded as so. The caller has checked access."""
    every = {name: fact for pathway in place.pathways for name, fact in pathway.facts.items()}
    facts = {name: every[name] for name in WISHES if name in every}
    known = facts_of(patient, dictionary=facts, on=timezone.localdate(at))
    return [
        label_of(fact.label) for name, fact in facts.items() if name in known and known[name].value is True
    ]
