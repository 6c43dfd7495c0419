"""Files about a patient, kept as they came in."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from anderhalf.apps.audit import actions as audit
from anderhalf.apps.people.access import Right, check_access
from anderhalf.apps.people.models import Patient
from anderhalf.apps.people.viewer import Viewer

from ..errors import RecordRefused
from ..models import Document
from ..provenance import provenance


@transaction.atomic
def add_document(
    *,
    by: Viewer,
    at: datetime,
    patient: UUID,
    kind: str,
    title: str,
    made_on: date,
    content_type: str,
    content: bytes,
    under: Right,
    encounter: UUID | None = None,
    referral: UUID | None = None,
) -> Document:
    """Keep a file as it came in, encrypted, with its hash. The caller has checked type and size of the content."""
    rule = check_access(by, under, patient=patient, at=at)
    if made_on > timezone.localdate(at):
        raise RecordRefused(_("De datum van dit document ligt in de toekomst."))
    row = Document.objects.create(
        network_id=Patient.objects.values_list("network_id", flat=True).get(pk=patient),
        patient_id=patient,
        kind=kind,
        title=title[:120],
        made_on=made_on,
        content_type=content_type,
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        encounter=encounter,
        referral=referral,
        **provenance(by, at, Document.Origin.IMPORTED),
    )
    audit.record(
        by=by,
        at=at,
        action="C",
        event="document_added",
        object_type="document",
        object_id=row.pk,
        patient=patient,
        rule=rule,
        detail={"kind": kind, "size": len(content)},
    )
    return row
