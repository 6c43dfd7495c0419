"""Drafting a letter: prefilled from what happened, then edited until it is signed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from anderhalf.apps.clinic.models import Episode
from anderhalf.apps.network import queries as network
from anderhalf.apps.people.access import AccessDenied, Right
from anderhalf.apps.people.permission import permit
from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.supervision import actions as supervision

from ..composing import compose, with_danger
from ..errors import LetterChanged, LetterRefused, LetterSigned
from ..models import Letter, LetterChange
from ..states import LETTER_STATES, LetterStatus

ROOM = "letters"


def step(letter: Letter, status: str, *, by: Viewer, at: datetime) -> None:
    """Move a letter one step, by the state table, leaving the step behind as a row."""
    LETTER_STATES.check(letter.status, status)
    letter.status = status
    LetterChange.objects.create(
        letter=letter, status=status, at=at, by=by.name, organisation=by.organisation_name
    )


@transaction.atomic
def draft_letter(
    *,
    by: Viewer,
    at: datetime,
    episode: UUID,
    kind: str,
    recipient: UUID | None = None,
    texts: Mapping[str, str] | None = None,
) -> Letter:
    """Start a letter of ``kind`` about an episode, with every heading of the agreement filled from the record.

    ``texts`` (heading id → text) go before what was composed. The recipient is the patient's practice, and for a
    forward the hospital of the centre, unless ``recipient`` names another organisation. A draft of the same kind
    that is still open is given back instead of a second one, with ``texts`` put in. Drafting a return proposes it:
    when the agreement wants that discussed, the patient comes on the agenda.
    """
    letter = new_draft(by=by, at=at, episode=episode, kind=kind, recipient=recipient, texts=texts)
    if kind == Letter.Kind.RETURN:
        supervision.put_required_cases(by=by, at=at, episode=episode, events=("return_proposed",))
    return letter


@transaction.atomic
def new_draft(
    *,
    by: Viewer,
    at: datetime,
    episode: UUID,
    kind: str,
    recipient: UUID | None = None,
    texts: Mapping[str, str] | None = None,
    next_contact_on: date | None = None,
    plan: str = "",
) -> Letter:
    """The draft alone, for who signs it at once; see :func:`draft_letter` and ``compose`` for ``plan``."""
    found = (
        Episode.objects.select_for_update(of=("self",))
        .select_related("patient", "centre", "referral")
        .filter(pk=episode, network=by.network)
        .first()
    )
    if found is None:
        raise AccessDenied
    if by.professional_id is None:
        raise AccessDenied(_("Alleen een zorgverlener schrijft een brief."))
    if kind not in Letter.Kind.values:
        raise LetterRefused(_("Deze soort brief bestaat niet."))
    permission = permit(ROOM, by, Right.SIGN_LETTER, at=at, patient=found.patient_id)
    open_draft = (
        Letter.objects.select_for_update(of=("self",))
        .filter(episode=found, kind=kind, status=LetterStatus.DRAFT)
        .first()
    )
    if open_draft is not None:
        if texts and _with_texts(open_draft.sections, texts) != open_draft.sections:
            open_draft.sections = _with_texts(open_draft.sections, texts)
            open_draft.version += 1
            open_draft.save(update_fields=["sections", "version"])
            permission.log("U", "letter_edited", open_draft)
        return open_draft
    if next_contact_on is not None:
        found.next_contact_on = (
            next_contact_on  # what the letter says; the episode itself is changed by the outcome
        )
    agreement = network.agreement_on(by.network, on=timezone.localdate(at))
    composed = compose(found, agreement=agreement, kind=kind, at=at, plan=plan)
    sections = _with_texts(composed.sections, texts or {})
    if texts:
        sections = with_danger(sections, composed.danger)  # what somebody typed there does not take its place
    letter = Letter.objects.create(
        network_id=found.network_id,
        patient_id=found.patient_id,
        episode=found,
        kind=kind,
        subject=composed.subject,
        sections=sections,
        sender=found.centre,
        author_id=by.professional_id,
        recipient_id=recipient or composed.recipient,
        status=LetterStatus.DRAFT,
        drafted_at=at,
    )
    LetterChange.objects.create(
        letter=letter, status=LetterStatus.DRAFT, at=at, by=by.name, organisation=by.organisation_name
    )
    permission.log("C", "letter_drafted", letter, kind=kind)
    return letter


def _with_texts(sections: list[dict[str, object]], texts: Mapping[str, str]) -> list[dict[str, object]]:
    """The sections with these texts; a null character, which PostgreSQL can't keep and nobody types, is left out."""
    return [
        {**section, "text": texts[str(section["id"])].replace("\0", "").strip()}
        if section["id"] in texts
        else section
        for section in sections
    ]


def locked(letter: UUID, *, by: Viewer) -> Letter:
    """The letter for writing, held until the commit; refused alike when unknown and when of another network."""
    found = (
        Letter.objects.select_for_update(of=("self",))
        .filter(pk=letter, network=by.network)
        .order_by()
        .first()
    )
    if found is None:
        raise AccessDenied
    return found


@transaction.atomic
def refresh_letter(*, by: Viewer, at: datetime, letter: UUID, version: int | None = None) -> Letter:
    """Take the medication table of a draft from the record again, after a change since it was drafted."""
    found = locked(letter, by=by)
    permission = permit(ROOM, by, Right.SIGN_LETTER, at=at, patient=found.patient_id)
    if found.status != LetterStatus.DRAFT:
        raise LetterSigned
    if version is not None and version != found.version:
        raise LetterChanged(found)
    agreement = network.agreement_on(by.network, on=timezone.localdate(at))
    now = {s["id"]: s for s in compose(found.episode, agreement=agreement, kind=found.kind, at=at).sections}
    found.sections = [
        {**section, "medication": now[section["id"]]["medication"]}
        if "medication" in section and section["id"] in now
        else section
        for section in found.sections
    ]
    found.drafted_at, found.version = at, found.version + 1
    found.save(update_fields=["sections", "drafted_at", "version"])
    permission.log("U", "letter_refreshed", found)
    return found


@transaction.atomic
def edit_letter(
    *, by: Viewer, at: datetime, letter: UUID, texts: Mapping[str, str], version: int | None = None
) -> Letter:
    """Change the text under headings of a draft. Refuses over somebody else's change, and after signing."""
    found = locked(letter, by=by)
    permission = permit(ROOM, by, Right.SIGN_LETTER, at=at, patient=found.patient_id)
    if found.status != LetterStatus.DRAFT:
        raise LetterSigned
    if version is not None and version != found.version:
        raise LetterChanged(found)
    changed = _with_texts(found.sections, texts)
    if changed == found.sections:
        return found
    found.sections = changed
    found.version += 1
    found.save(update_fields=["sections", "version"])
    permission.log("U", "letter_edited", found)
    return found


@transaction.atomic
def discard_letter(*, by: Viewer, at: datetime, letter: UUID) -> Letter:
    """Decide not to send a draft. It stays in the record as not sent."""
    found = locked(letter, by=by)
    permission = permit(ROOM, by, Right.SIGN_LETTER, at=at, patient=found.patient_id)
    if found.status not in (LetterStatus.DRAFT, LetterStatus.DISCARDED):
        raise LetterSigned
    if found.status == LetterStatus.DISCARDED:
        return found
    step(found, LetterStatus.DISCARDED, by=by, at=at)
    found.save(update_fields=["status"])
    permission.log("U", "letter_discarded", found)
    return found
