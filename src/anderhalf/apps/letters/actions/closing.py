"""Ending a period of care in one go: letter, outcome, and for a forward the referral to the hospital."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone, translation

from anderhalf.apps.clinic import actions as clinic
from anderhalf.apps.clinic.errors import EpisodeEnded
from anderhalf.apps.clinic.models import Episode, Outcome
from anderhalf.apps.people import actions as people
from anderhalf.apps.people.access import AccessDenied, Right
from anderhalf.apps.people.permission import permit
from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.record.actions import NewObservation
from anderhalf.apps.referrals import actions as referrals
from anderhalf.apps.supervision import actions as supervision
from anderhalf.presentation.kept_reasons import kept

from ..composing import plain_text
from ..errors import AlreadyClosed, DayOfDeathNeeded, OtherLetter
from ..kinds import letter_kind_of
from ..models import Letter
from .drafts import ROOM, edit_letter, new_draft
from .signing import fix_and_deliver
from .written import settle_letter


@transaction.atomic
def close_care(
    *,
    by: Viewer,
    at: datetime,
    episode: UUID,
    outcome: str,
    reason: str = "",
    plan: str = "",
    targets: str = "",
    alarm_limits: str = "",
    refer_again_when: str = "",
    next_contact_on: date | None = None,
    urgency: str = "",
    texts: Mapping[str, str] | None = None,
    letter: UUID | None = None,
    version: int | None = None,
    undiscussed_because: str = "",
    decision: UUID | None = None,
    deceased_on: date | None = None,
    submission: str = "",
    observations: Sequence[NewObservation] = (),
    not_now: Collection[str] = (),
) -> tuple[Outcome, Letter]:
    """Sign the letter, record the outcome and, for a forward, send the hospital its referral: all or nothing.

    ``texts`` are headings of the letter as the signer leaves them; ``plan`` (with the changes and the schedule of the
    record beneath it), ``targets``, ``alarm_limits``, ``refer_again_when`` and ``reason`` fill their headings when
    ``texts`` does not. What nobody gives is taken from the record and the pathway. The outcome keeps what the signed
    letter says, so that the two can't differ.

    ``letter`` is the draft that the signer worked in, at ``version``; without it the letter is drafted here. The
    letter is signed before care ends, because signing asks for a patient in care. A forward also informs the
    practice. Cases that still wait for the meeting leave the agenda, with ``undiscussed_because``.

    After a death ``deceased_on`` is needed (``DayOfDeathNeeded``): it is recorded, and every other open episode of the
    patient ends too.

    What somebody typed in the letter, and why a return was not discussed, is read for danger: ``observations`` are so
    now, the mentions with the keys ``not_now`` are not. Raises ``WrittenDanger`` when nobody was asked; what the record
    itself proposed for the letter was asked when it was written.

    With a ``submission`` key that was used before nothing happens again: ``AlreadyClosed``.
    Raises ``LetterRefused``, ``ClinicRefused``, ``ReferralRefused``; then nothing has changed.
    """
    kind = letter_kind_of(outcome)
    found = Episode.objects.select_related("patient", "centre").filter(pk=episode, network=by.network).first()
    if found is None:
        raise AccessDenied
    if found.ended_at is not None:
        raise EpisodeEnded
    permit(ROOM, by, Right.SIGN_LETTER, at=at, patient=found.patient_id)
    if submission and not people.submit_once(by=by, at=at, key=submission):
        raise AlreadyClosed
    if outcome == Outcome.Kind.DECEASED:
        _record_death(found, by=by, at=at, on=deceased_on)
    typed = bool(texts)
    texts = _said(
        outcome, kind, reason, texts,
        targets=targets, alarm_limits=alarm_limits, refer_again=refer_again_when,
    )  # fmt: skip
    if letter is None:
        signing = new_draft(
            by=by,
            at=at,
            episode=episode,
            kind=kind,
            texts=texts,
            next_contact_on=next_contact_on,
            plan=plan.strip(),
        )
    else:
        signing = edit_letter(by=by, at=at, letter=letter, texts=texts if typed else {}, version=version)
    if signing.episode_id != episode or signing.kind != kind:
        raise OtherLetter
    settle_letter(
        found, signing, by=by, at=at, beside=[reason, plan, undiscussed_because],
        observations=observations, not_now=not_now,
    )  # fmt: skip
    signed = fix_and_deliver(by=by, at=at, letter=signing.pk, answered=bool(observations or not_now))
    text = {str(section["id"]): str(section["text"]).strip() for section in signed.sections}
    if kind == Letter.Kind.FORWARD:
        _forward(found, signed, by=by, at=at, urgency=urgency)
    if outcome in Outcome.ENDING:
        because = undiscussed_because.strip() or kept("zorg afgesloten: %(outcome)s", outcome=_label(outcome))
        supervision.drop_waiting(by=by, at=at, episode=episode, because=because)
    row = clinic.end_episode(
        by=by,
        at=at,
        episode=episode,
        outcome=outcome,
        reason=reason or text.get("reason", ""),
        plan=plan.strip() or text.get("policy", ""),
        targets=text.get("targets", targets),
        alarm_limits=text.get("alarm_limits", alarm_limits),
        refer_again_when=text.get("refer_again", refer_again_when),
        next_contact_on=next_contact_on,
        decision=decision,
    )
    if submission:
        people.keep_result(by=by, key=submission, result=str(signed.pk))
    return row, signed


def _said(
    outcome: str, kind: str, reason: str, texts: Mapping[str, str] | None, **headings: str
) -> dict[str, str]:
    """What the letter says under its headings, as far as somebody gave it: typed texts go before the others."""
    said = {
        **headings,
        "reason": reason or ("" if kind == Letter.Kind.FORWARD else _label(outcome).capitalize() + "."),
    }
    return {heading: text for heading, text in said.items() if text.strip()} | dict(texts or {})


def _label(outcome: str) -> str:
    with translation.override("nl"):  # it stands in the letter, which is Dutch
        return str(Outcome.Kind(outcome).label)


def _record_death(episode: Episode, *, by: Viewer, at: datetime, on: date | None) -> None:
    """Keep the day, and end every other period of care: what is planned in it is called off, its cases are dropped."""
    if on is None and episode.patient.deceased_on is None:
        raise DayOfDeathNeeded
    if on is not None:
        people.record_death(by=by, at=at, patient=episode.patient_id, on=on)
    others = Episode.objects.filter(patient_id=episode.patient_id, ended_at__isnull=True).exclude(
        pk=episode.pk
    )
    because = kept("patiënt overleden")
    for other in others:
        supervision.drop_waiting(by=by, at=at, episode=other.pk, because=because)
        clinic.end_episode(by=by, at=at, episode=other.pk, outcome=Outcome.Kind.DECEASED, reason=because)


def _forward(episode: Episode, signed: Letter, *, by: Viewer, at: datetime, urgency: str) -> None:
    """Send the hospital the referral that the letter goes with, and tell the practice."""
    sections = {str(section["id"]): section for section in signed.sections}
    written = {name: plain_text(section) for name, section in sections.items()}
    referrals.create_forward(
        by=by,
        at=at,
        patient=episode.patient_id,
        recipient=signed.recipient_id,
        reason=written.get("reason", ""),
        treatment_so_far=written.get("treatment", ""),
        further_information="\n\n".join(
            written[name] for name in ("diagnosis", "other") if written.get(name)
        ),
        urgency=urgency,
        follows=episode.referral_id,
        pathway=episode.pathway,
    )
    told = new_draft(
        by=by,
        at=at,
        episode=episode.pk,
        kind=Letter.Kind.INTERIM,
        texts={
            "policy": f"Verwezen naar {signed.recipient.name} op {timezone.localdate(at):%d-%m-%Y}.\n\n"
            + written.get("reason", "")
        },
    )
    fix_and_deliver(by=by, at=at, letter=told.pk)  # what it says of the closing letter was asked there
