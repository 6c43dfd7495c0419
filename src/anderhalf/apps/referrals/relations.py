"""Care relations that come and go with a referral."""

from __future__ import annotations

from datetime import datetime

from anderhalf.apps.people import actions as people
from anderhalf.apps.people.models import CareRelation, Organisation
from anderhalf.apps.people.viewer import Viewer

from .models import Referral
from .states import Status

# While one of these runs, the receiving organisation needs the record because of the referral itself.
_NEEDS_RELATION = (
    Status.SENT,
    Status.MORE_INFORMATION,
    Status.ACCEPTED,
    Status.ANSWERED,
    Status.BOOKED,
    Status.SEEN,
)


def open_relations(referral: Referral, *, by: Viewer, at: datetime) -> None:
    """The receiver may see the record from now on; a hospital that refers keeps sight of what becomes of it."""
    people.open_care_relation(
        by=by,
        at=at,
        patient=referral.patient_id,
        organisation=referral.recipient_id,
        kind=CareRelation.Kind.REFERRED_TO,
        because="referral",
    )
    if referral.requester_organisation.kind == Organisation.Kind.HOSPITAL:
        people.open_care_relation(
            by=by,
            at=at,
            patient=referral.patient_id,
            organisation=referral.requester_organisation_id,
            kind=CareRelation.Kind.REFERRER,
            because="referral",
        )


def end_relation(referral: Referral, kind: str, *, by: Viewer, at: datetime) -> None:
    """End the receiver's relation, unless another referral to the same organisation still needs it."""
    others = Referral.objects.filter(
        patient=referral.patient_id, recipient=referral.recipient_id, status__in=_NEEDS_RELATION
    ).exclude(pk=referral.pk)
    if not others.exists():
        people.end_care_relation(
            by=by, at=at, patient=referral.patient_id, organisation=referral.recipient_id, kind=kind
        )
