"""What was chosen about a proposal, and how long that stands: a decline until its facts change or the next contact."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from anderhalf.apps.people.access import AccessDenied, Right, check_access
from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.record.models import MedicationAgreement, Observation
from anderhalf.core.decisions.explain import Decision
from anderhalf.core.pathway.titration import Proposal, Protocol

from ..models import AdviceChoice, Encounter, Episode

DERIVED = "derived"
"""Facts that are worked out change by the day alone; a choice rests on what was measured or asked."""


def about_of(protocol: Protocol, proposal: Proposal) -> str:
    """Fingerprint of what is proposed and the facts that were looked at."""
    dose = proposal.dose_new
    facts = [
        [used.name, str(used.value)]
        for used in proposal.facts_used
        if used.name in protocol.facts and protocol.facts[used.name].group != DERIVED
    ]
    said = [
        proposal.kind.value,
        proposal.drug,
        proposal.rule,
        None if dose is None else str(dose),
        sorted(facts),
    ]
    return _hash(said)


def about_of_table(decision: Decision) -> str:
    """The same for an answer of a second pathway."""
    facts = sorted([used.name, str(used.value)] for used in decision.facts_used)
    return _hash([decision.table_id, [rule.rule_id for rule in decision.decisive], facts])


def _hash(said: Any) -> str:
    return sha256(json.dumps(said, default=str).encode()).hexdigest()


def declined_by_key(episode: Episode, abouts: Mapping[str, str]) -> dict[str, AdviceChoice]:
    """Per class or table the decline that still stands: nothing it rested on changed, and no contact came after."""
    newest: dict[str, AdviceChoice] = {}
    for row in AdviceChoice.objects.filter(
        episode=episode, drug_class__in=list(abouts), withdrawn__isnull=True
    ).order_by("at"):
        newest[row.drug_class] = row
    found = {
        key: row
        for key, row in newest.items()
        if row.choice == AdviceChoice.Choice.DECLINED and row.about == abouts[key]
    }
    if not found:
        return {}
    contacts = list(Encounter.objects.filter(episode=episode).values_list("pk", "recorded_at"))
    return {
        key: row
        for key, row in found.items()
        if not any(recorded > row.at and contact != row.encounter for contact, recorded in contacts)
    }


def declined_of(episode: Episode, key: str, about: str) -> AdviceChoice | None:
    """The same for one class or table."""
    return declined_by_key(episode, {key: about}).get(key)


def undoable_by(viewer: Viewer, choice: AdviceChoice, *, at: datetime) -> bool:
    """Whether this person may still undo a choice: the own one, of today, with nothing decided after it."""
    if choice.by_id != viewer.user_id or timezone.localdate(choice.at) != timezone.localdate(at):
        return False
    if hasattr(choice, "withdrawn"):
        return False
    newer = AdviceChoice.objects.filter(
        episode=choice.episode_id, drug_class=choice.drug_class, at__gt=choice.at, withdrawn__isnull=True
    )
    if newer.exists():
        return False
    made = list(MedicationAgreement.objects.filter(pk__in=choice.medication))
    after = Q(pk__in=[])
    for row in made:
        after |= Q(drug=row.drug, recorded_at__gt=row.recorded_at)
    return not MedicationAgreement.objects.filter(
        after, patient=choice.patient_id, status=Observation.Status.FINAL
    ).exists()


def patient_of_choice(viewer: Viewer, choice: UUID, *, at: datetime) -> UUID:
    """About whom a choice was; refused alike when unknown and when it is not for this viewer."""
    row = AdviceChoice.objects.filter(pk=choice, network=viewer.network).first()
    if row is None:
        raise AccessDenied
    check_access(viewer, Right.VIEW_CLINICAL, patient=row.patient_id, at=at)
    return row.patient_id
