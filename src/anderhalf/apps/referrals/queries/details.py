"""One referral, its thread and its values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from anderhalf.apps.people import queries as people
from anderhalf.apps.people.access import AccessDenied, Right, patients_filter
from anderhalf.apps.people.identifiers import search_index
from anderhalf.apps.people.models import Patient
from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.record.models import Observation
from anderhalf.apps.record.queries import COUNTS
from anderhalf.presentation.language import label_of

from ..access import acting_for, is_recipient, is_requester
from ..models import Message, Referral
from ..states import REFERRAL_STATES, Status

_RELATED = ("patient", "requester", "requester_organisation", "recipient", "on_behalf_of", "follows")


@dataclass(frozen=True)
class ThreadLine:
    """A line of the thread; ``own`` when it comes from the viewer's side."""

    message: Message
    own: bool

    @property
    def asked(self) -> list[tuple[str, str]]:
        """What was asked about the words, and what was answered, in the reader's language."""
        return [(label_of(one["asked"]), label_of(one["answer"])) for one in self.message.asked]


def referral_for(viewer: Viewer, referral: UUID, *, at: datetime) -> Referral:
    """The referral, after checking access and writing the line that this viewer looked.

    A draft is only seen by the organisation that writes it. An unknown referral is refused like a forbidden one.
    """
    found = Referral.objects.filter(pk=referral, network=viewer.network).select_related(*_RELATED).first()
    hidden = found is not None and found.status == Status.DRAFT and not is_requester(viewer, found)
    if found is None or hidden:
        raise AccessDenied(_("Deze verwijzing bestaat niet of is niet voor u."))
    people.patient_for(
        viewer,
        found.patient_id,
        Right.VIEW_REFERRALS,
        at,
        event="referral.viewed",
        object_type="referral",
        object_id=found.pk,
    )
    return found


def thread_of(viewer: Viewer, referral: Referral) -> list[ThreadLine]:
    """The messages, oldest first. Only the two sides (and the patient, not) read along."""
    if not (is_requester(viewer, referral) or is_recipient(viewer, referral)):
        return []
    rows = referral.messages.select_related("author_organisation")
    here = acting_for(viewer)
    return [ThreadLine(row, own=row.author_organisation_id in here) for row in rows]


def letter_facts(referral: Referral) -> Sequence[Observation]:
    """The values of the letter, as they are now (corrected ones say so): those that were sent with the referral, and of
    every other fact the newest that was in the record then. The form does not send again what is known already, and
    the letter is about the whole patient all the same."""
    of_patient = Observation.objects.filter(patient=referral.patient_id)
    own = list(of_patient.filter(referral=referral.pk).order_by("recorded_at", "fact"))
    sent = {row.fact for row in own}
    then = of_patient.filter(status__in=COUNTS, recorded_at__lte=referral.sent_at or referral.status_since)
    known = {row.fact: row for row in then.order_by("at", "recorded_at") if row.fact not in sent}
    return [*known.values(), *own]


def history_of(patient: UUID) -> QuerySet[Referral]:
    """All referrals of a patient except drafts, newest first; the caller has checked access to the patient."""
    return (
        Referral.objects.filter(patient=patient)
        .exclude(status=Status.DRAFT)
        .select_related(*_RELATED)
        .order_by("-sent_at")
    )


def open_of_patient(patient: UUID) -> QuerySet[Referral]:
    """Referrals of a patient in which something can still happen."""
    return history_of(patient).filter(status__in=REFERRAL_STATES.open_states)


def patient_by_bsn(viewer: Viewer, bsn: str, *, at: datetime) -> Patient | None:
    """The patient with this BSN whom the viewer may refer (a specialist: anyone in the network), or None."""
    return (
        Patient.objects.filter(patients_filter(viewer, Right.REFER, at=at), bsn_index=search_index(bsn))
        .select_related("practice", "gp")
        .first()
    )


def patient_to_refer(viewer: Viewer, patient: UUID | None, *, at: datetime) -> Patient | None:
    """The patient when the viewer may refer this one, for naming a draft; None otherwise."""
    if patient is None:
        return None
    return Patient.objects.filter(patients_filter(viewer, Right.REFER, at=at), pk=patient).first()


def saved_draft(viewer: Viewer, referral: UUID | None, *, at: datetime) -> Referral | None:
    """A draft of the viewer's own organisation, for naming what somebody was changing in it; None otherwise."""
    if referral is None:
        return None
    patients = Patient.objects.filter(patients_filter(viewer, Right.REFER, at=at))
    return (
        Referral.objects.filter(
            pk=referral,
            status=Status.DRAFT,
            requester_organisation__in=acting_for(viewer),
            patient__in=patients,
        )
        .select_related("patient")
        .first()
    )
