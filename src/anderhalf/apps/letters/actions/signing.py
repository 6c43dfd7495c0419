"""Signing a letter, delivering it in the portal, and its receipt."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from anderhalf.apps.audit import actions as audit
from anderhalf.apps.network import queries as network
from anderhalf.apps.people.access import AccessDenied, Right, check_access
from anderhalf.apps.people.models import Professional
from anderhalf.apps.people.permission import permit
from anderhalf.apps.people.purposes import is_emergency, purpose_of
from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.record.actions import NewObservation
from anderhalf.apps.referrals.agreed import answered_by

from ..composing import up_to_date
from ..errors import HeadingEmpty, LetterChanged, LetterSigned
from ..models import Letter
from ..pdf import print_signed
from ..states import LetterStatus
from .drafts import ROOM, locked, step
from .written import settle_letter


@transaction.atomic
def sign_and_deliver(
    *, by: Viewer, at: datetime, letter: UUID, version: int | None = None,
    observations: Sequence[NewObservation] = (), not_now: Collection[str] = (),
) -> Letter:  # fmt: skip
    """Sign a letter: what was typed in it is read for danger, then :func:`fix_and_deliver`.

    ``observations`` are so now, the mentions with the keys ``not_now`` are not. Raises ``WrittenDanger`` when the text
    says a danger and nobody was asked.
    """
    found = locked(letter, by=by)
    permit(ROOM, by, Right.SIGN_LETTER, at=at, patient=found.patient_id)
    if found.status == LetterStatus.DRAFT and version in (None, found.version):
        settle_letter(found.episode, found, by=by, at=at, observations=observations, not_now=not_now)
    return fix_and_deliver(by=by, at=at, letter=letter, version=version)


@transaction.atomic
def fix_and_deliver(
    *, by: Viewer, at: datetime, letter: UUID, version: int | None = None, answered: bool = False
) -> Letter:
    """Sign the draft as it stands, with on top a danger that is open and that it does not tell; fix it as PDF with its
    hash, and deliver it to the recipient's inbox. The caller had its text read for danger; ``answered``: something
    about it was answered since the draft was written, also when that was in this very moment.

    Raises :class:`HeadingEmpty` when a heading that the agreement requires has no text.
    """
    found = locked(letter, by=by)
    permission = permit(ROOM, by, Right.SIGN_LETTER, at=at, patient=found.patient_id)
    if found.status != LetterStatus.DRAFT:
        raise LetterSigned
    if version is not None and version != found.version:
        raise LetterChanged(found)
    empty = [str(s["title"]) for s in found.sections if s.get("required") and not str(s["text"]).strip()]
    if empty:
        raise HeadingEmpty(empty)
    if by.professional_id is None:
        raise AccessDenied(_("Alleen een zorgverlener tekent een brief."))
    if (
        answered or found.drafted_at != at
    ):  # a danger since the draft is told too, on every road to a signature
        found.sections = up_to_date(found, at=at)
    found.author = Professional.objects.get(pk=by.professional_id)
    with translation.override("nl"):
        role = by.role_label
    found.signed_at, found.signed_by = at, f"{by.name}, {role}"
    step(found, LetterStatus.SIGNED, by=by, at=at)
    step(found, LetterStatus.DELIVERED, by=by, at=at)
    found.delivered_at, found.read_before = at, _read_before(found, at=at)
    found.version += 1
    found.save()

    def fix(document: bytes) -> None:
        found.pdf, found.pdf_sha256 = document, hashlib.sha256(document).hexdigest()
        found.save(update_fields=["pdf", "pdf_sha256"])
        permission.log("E", "letter_signed", found, kind=found.kind, sha256=found.pdf_sha256)

    print_signed(found, fix)
    return found


def _read_before(letter: Letter, *, at: datetime) -> datetime | None:
    """By when the agreement wants a letter read."""
    agreement = network.agreement_on(letter.network_id, on=timezone.localdate(at))
    term = agreement.answer_times.get("letter_read")
    return answered_by(agreement, at, term.working_days) if term else None


@transaction.atomic
def mark_read(*, by: Viewer, at: datetime, letter: UUID) -> Letter:
    """The receipt: somebody of the recipient opened the letter. Only the first time changes anything."""
    found = locked(letter, by=by)
    rule = check_access(by, Right.READ_LETTER, patient=found.patient_id, at=at)
    if found.status == LetterStatus.DELIVERED and found.recipient_id in by.organisation_ids:
        step(found, LetterStatus.READ, by=by, at=at)
        found.save(update_fields=["status"])
        audit.record(
            by=by,
            at=at,
            action="U",
            event="letters:letter_received",
            object_type="letter",
            object_id=found.pk,
            patient=found.patient_id,
            rule=rule,
            purpose=purpose_of(by, rule),
            emergency=is_emergency(rule),
        )
    return found
