"""Decisions, kept exactly as they were given."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from anderhalf.apps.audit import actions as audit
from anderhalf.apps.people.models import Patient
from anderhalf.apps.people.viewer import Viewer

from ..models import StoredDecision


@transaction.atomic
def store_decision(
    *,
    by: Viewer,
    at: datetime,
    patient: UUID,
    pathway: str,
    table: str,
    version: str,
    content_hash: str,
    status: str,
    decision: Mapping[str, Any],
    referral: UUID | None = None,
    encounter: UUID | None = None,
) -> StoredDecision:
    """Keep a decision exactly as it was given, so that it can be shown and replayed later.

    Called by actions that have checked access to the patient themselves; it logs under their transaction.
    """
    row = StoredDecision.objects.create(
        network_id=Patient.objects.values_list("network_id", flat=True).get(pk=patient),
        patient_id=patient,
        pathway=pathway,
        table=table,
        version=version,
        content_hash=content_hash,
        at=at,
        by=by.name,
        status=status,
        decision=dict(decision),
        referral=referral,
        encounter=encounter,
    )
    audit.record(
        by=by,
        at=at,
        action="E",
        event="decision_stored",
        object_type="decision",
        object_id=row.pk,
        patient=patient,
        detail={"table": table, "version": version, "status": status},
    )
    return row
