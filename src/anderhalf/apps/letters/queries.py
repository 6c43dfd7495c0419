"""Reading letters. Drafts are seen by who may write them; what was delivered by everybody who may read letters."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from anderhalf.apps.clinic.models import Episode
from anderhalf.apps.people.access import AccessDenied, Right, can_access, check_access, patients_filter
from anderhalf.apps.people.models import Patient
from anderhalf.apps.people.queries import matching_name, patient_for
from anderhalf.apps.people.roles import CENTRE, FIRST_LINE, LEAD_PRACTITIONERS, SPECIALISTS
from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.record.models import MedicationAgreement

from .models import Letter, LetterChange
from .states import LetterStatus

PAGE_SIZE = 25
SENT = (LetterStatus.DELIVERED, LetterStatus.READ)
SECRETS = ("bsn", "phone", "email", "address")
RELATED = ("patient", "sender", "recipient", "author")


def _about(viewer: Viewer, *, at: datetime) -> QuerySet[Letter]:
    """Letters about patients whose letters the viewer may read, without their PDF."""
    seen = Patient.objects.filter(patients_filter(viewer, Right.READ_LETTER, at=at))
    return (
        Letter.objects.filter(network=viewer.network, patient__in=seen.values("pk"))
        .select_related(*RELATED)
        .defer("pdf", "sections", *(f"patient__{name}" for name in SECRETS))
    )


def _unread_first(rows: QuerySet[Letter]) -> QuerySet[Letter]:
    unread = Case(
        When(status=LetterStatus.DELIVERED, then=Value(0)), default=Value(1), output_field=IntegerField()
    )
    return rows.annotate(turn=unread).order_by("turn", "-delivered_at", "pk")


def received(viewer: Viewer, *, at: datetime) -> QuerySet[Letter]:
    """What was sent to the viewer's own organisation: unread first, then newest first."""
    if not viewer.organisation_ids:
        return Letter.objects.none()
    return _unread_first(_about(viewer, at=at).filter(recipient__in=viewer.organisation_ids, status__in=SENT))


def sent(viewer: Viewer, *, at: datetime) -> QuerySet[Letter]:
    """What the viewer's own centre sent: what nobody read yet first, then newest first."""
    if viewer.role not in CENTRE:
        return Letter.objects.none()
    return _unread_first(_about(viewer, at=at).filter(sender__in=viewer.organisation_ids, status__in=SENT))


def drafts(viewer: Viewer, *, at: datetime) -> QuerySet[Letter]:
    """Letters that the viewer's own centre began and did not sign, oldest first."""
    if viewer.role not in CENTRE:
        return Letter.objects.none()
    mine = _about(viewer, at=at).filter(sender__in=viewer.organisation_ids, status=LetterStatus.DRAFT)
    return mine.filter(episode__ended_at__isnull=True).order_by("drafted_at", "pk")


def inbox(viewer: Viewer, box: str, *, at: datetime, text: str = "", page: int | str = 1) -> Page[Letter]:
    """One page of a box (``received``, ``sent`` or ``drafts``), narrowed to patients whose name holds ``text``."""
    rows = {"received": received, "sent": sent, "drafts": drafts}[box](viewer, at=at)
    for word in text.split():
        rows = rows.filter(matching_name(word, "patient__"))
    return Paginator(rows, PAGE_SIZE).get_page(page)


def signs(viewer: Viewer) -> bool:
    """Whether this role writes and signs the letters of its own centre; who doesn't, reads what was begun."""
    return viewer.role in LEAD_PRACTITIONERS


def boxes_of(viewer: Viewer) -> list[str]:
    """Which boxes this role has, the one that is opened first in front."""
    if viewer.role in CENTRE:
        return ["drafts", "sent"] if signs(viewer) else ["sent", "drafts"]
    return ["received"] if viewer.role in FIRST_LINE | SPECIALISTS else []


def overdue(viewer: Viewer, *, at: datetime) -> QuerySet[Letter]:
    """Letters that nobody of the recipient read within the agreed time, for both sides; the longest late first."""
    here = viewer.organisation_ids
    late = _about(viewer, at=at).filter(status=LetterStatus.DELIVERED, read_before__lt=at)
    return late.filter(Q(recipient__in=here) | Q(sender__in=here)).order_by("read_before", "pk")


def letters_of(viewer: Viewer, patient_id: UUID, *, at: datetime) -> list[Letter]:
    """The letters about one patient, newest first; drafts and letters that were not sent only for the centre's own."""
    check_access(viewer, Right.READ_LETTER, patient=patient_id, at=at)
    rows = _about(viewer, at=at).filter(patient=patient_id)
    own = Q(sender__in=viewer.organisation_ids) if viewer.role in CENTRE else Q(pk__in=[])
    return list(rows.filter(Q(status__in=SENT) | own).order_by("-drafted_at", "pk"))


def letter_for(viewer: Viewer, letter_id: UUID, *, at: datetime) -> Letter:
    """One letter with its text, after checking that the viewer may read it; leaves the line that this viewer looked.

    A draft is refused like an unknown letter to everybody outside the centre that writes it.
    """
    found = (
        Letter.objects.filter(pk=letter_id, network=viewer.network)
        .select_related("patient__practice", "patient__gp", "sender", "recipient", "author", "network")
        .select_related("episode__referral", "episode__centre")
        .first()
    )
    if found is None:
        raise AccessDenied
    if found.status not in SENT and not (
        viewer.role in CENTRE and found.sender_id in viewer.organisation_ids
    ):
        raise AccessDenied
    patient_for(
        viewer,
        found.patient_id,
        Right.READ_LETTER,
        at,
        event="letters:letter_viewed",
        object_type="letter",
        object_id=found.pk,
    )
    found.episode.patient = found.patient
    return found


def may_write(viewer: Viewer, letter: Letter, *, at: datetime) -> bool:
    """Whether the viewer may change and sign this draft."""
    return letter.status == LetterStatus.DRAFT and can_access(
        viewer, Right.SIGN_LETTER, patient=letter.patient_id, at=at
    )


def receipt_of(letter: Letter) -> LetterChange | None:
    """Who of the recipient opened the letter first, and when."""
    return letter.changes.filter(status=LetterStatus.READ).first()


def open_draft(viewer: Viewer, episode: Episode, kind: str, *, at: datetime) -> Letter | None:
    """The draft of this kind that somebody of the centre began for an episode."""
    check_access(viewer, Right.SIGN_LETTER, patient=episode.patient_id, at=at)
    return (
        Letter.objects.filter(episode=episode, kind=kind, status=LetterStatus.DRAFT)
        .select_related("author", "recipient", "sender", "patient__practice", "network")
        .first()
    )


def medication_changed(letter: Letter) -> bool:
    """Whether medication was changed after the draft took its table from the record."""
    return MedicationAgreement.objects.filter(
        patient=letter.patient_id, recorded_at__gt=letter.drafted_at
    ).exists()


def counts(viewer: Viewer, *, at: datetime) -> dict[str, int]:
    """The number beside the letters in the rail: unread ones for who receives, drafts to sign for who writes."""
    if viewer.role in FIRST_LINE | SPECIALISTS:
        unread = _about(viewer, at=at).filter(
            recipient__in=viewer.organisation_ids, status=LetterStatus.DELIVERED
        )
        return {"letters:inbox": unread.count()}
    if viewer.role in LEAD_PRACTITIONERS:
        return {"letters:inbox": drafts(viewer, at=at).count()}
    return {}
