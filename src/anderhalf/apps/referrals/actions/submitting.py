"""The whole form at once: register a new patient if need be, send, or keep the emergency advice; never twice."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from anderhalf.apps.people import actions as people
from anderhalf.apps.people.queries import earlier_result
from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.record.actions import NewObservation
from anderhalf.core.pathway.routing import Routing

from ..errors import EmergencyFound
from ..imported import FORM as RECORD_FORM
from ..queries.drafts import FORM
from ..steps import Content
from .emergency import record_emergency
from .sending import send
from .unnamed import named_now

AFTER_SUBMIT: list[Callable[..., None]] = []
"""Rooms above this one that begin referrals from lists of their own, each called as ``f(by=…, at=…, referral=…,
drafts=…)`` inside the transaction, with the keys of the drafts of form and upload that this referral came from."""


@dataclass(frozen=True, kw_only=True)
class Submitted:
    """What became of a submission: ``referral`` when it was sent, ``routing`` when it is an emergency and was not.

    ``repeat`` is the earlier result of the same submission key (an id, or ``emergency``).
    """

    referral: UUID | None = None
    patient: UUID | None = None
    routing: Routing | None = None
    task: UUID | None = None
    """The referrer's own task, when it is an emergency."""
    repeat: str = ""


@transaction.atomic
def submit(
    *,
    by: Viewer,
    at: datetime,
    key: str,
    draft: str,
    content: Content,
    items: Callable[[], Sequence[NewObservation]],
    record: str = "",
    patient: UUID | None = None,
    person: Mapping[str, Any] | None = None,
    not_taken_over: Sequence[str] = (),
    **choices: Any,
) -> Submitted:
    """Send what stands in the form once. ``person`` registers a new patient first (``register_patient``'s arguments).

    An emergency registers the patient and keeps the advice, and sends nothing; the draft stays. Everything else that
    is refused leaves no trace at all and frees the key. ``draft`` and ``record`` are the keys of the drafts of form
    and upload, forgotten once it is sent. ``not_taken_over``: what the file holds and no field does; it goes along in
    the letter. ``choices`` go to :func:`send`.
    """
    if not people.submit_once(by=by, at=at, key=key):
        return Submitted(repeat=earlier_result(by, key) or "unknown")
    if patient is None:
        patient = people.register_patient(by=by, at=at, **(person or {})).pk
        named_now(by=by, at=at, draft=draft)
    values = items()
    content = content.with_not_taken_over(not_taken_over)
    try:
        with transaction.atomic():
            sent = send(by=by, at=at, patient=patient, content=content, items=values, **choices)
    except EmergencyFound as found:
        task = record_emergency(by=by, at=at, patient=patient, routing=found.routing)
        people.keep_result(by=by, key=key, result="emergency")
        return Submitted(patient=patient, routing=found.routing, task=task.pk if task else None)
    people.keep_result(by=by, key=key, result=str(sent.pk))
    for follower in AFTER_SUBMIT:
        follower(by=by, at=at, referral=sent, drafts=frozenset({draft, record or draft}))
    people.discard_draft(by=by, form=FORM, about=draft)
    people.discard_draft(by=by, form=RECORD_FORM, about=record or draft)
    return Submitted(referral=sent.pk, patient=patient)
