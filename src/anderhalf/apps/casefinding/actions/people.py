"""What a practice does about somebody whom it found: invite, refer, set aside with a reason, take back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from anderhalf.apps.people import actions as people
from anderhalf.apps.people.access import AccessDenied, Right, check_access
from anderhalf.apps.people.permission import Permission, permit
from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.referrals import queries as referrals
from anderhalf.apps.referrals.actions import FORM
from anderhalf.apps.referrals.imported import FORM as RECORD_FORM

from ..errors import ChangedMeanwhile, ReasonMissing, StepNotAllowed
from ..models import FoundPerson, FoundStep
from ..prefill import imported_from, particulars_of
from ..queries import registered
from ..states import PERSON_STATES, PersonState

SHORTEST_REASON = 5


@transaction.atomic
def invite(*, by: Viewer, at: datetime, person_id: UUID, version: int, on: date | None = None) -> FoundPerson:
    """Record that the practice invites somebody, and when."""
    permission, person = _person(by, at, person_id, version)
    day = on or timezone.localdate(at)
    return _step(permission, person, PersonState.INVITED, note=day.isoformat(), event="person_invited")


@transaction.atomic
def set_aside(*, by: Viewer, at: datetime, person_id: UUID, version: int, reason: str) -> FoundPerson:
    """Not suitable, with the reason; a later search leaves this person out unless the facts have changed."""
    permission, person = _person(by, at, person_id, version)
    if len(reason.strip()) < SHORTEST_REASON:
        raise ReasonMissing
    person.reason = reason.strip()[:300]
    return _step(permission, person, PersonState.NOT_SUITABLE, note=person.reason, event="person_set_aside")


@transaction.atomic
def reopen(*, by: Viewer, at: datetime, person_id: UUID, version: int) -> FoundPerson:
    """Back on the lists, by choice."""
    permission, person = _person(by, at, person_id, version)
    return _step(permission, person, PersonState.OPEN, note="", event="person_reopened")


@transaction.atomic
def start_referral(
    *, by: Viewer, at: datetime, person_id: UUID, version: int, file_name: str
) -> Mapping[str, str]:
    """Fill in a referral from what was found, as far as it goes; returns the form's parameter and key.

    The patient is the registered one with the same BSN when there is one; else the form asks who it is.
    """
    permission, person = _person(by, at, person_id, version)
    given = particulars_of(person)
    known = referrals.patient_by_bsn(by, given["bsn"], at=at) if given.get("bsn") else None
    parameter, key = (
        ("patient", str(known.pk)) if known is not None else ("concept", person.draft_key or str(uuid4()))
    )
    record = imported_from(person, file_name=file_name, read_at=at)
    people.save_draft(by=by, at=at, form=RECORD_FORM, about=key, data=record.to_dict())
    people.discard_draft(by=by, form=FORM, about=key)
    person.draft_key = key
    _step(permission, person, PersonState.REFERRING, note="", event="referral_started")
    return {"parameter": parameter, "key": key}


def note_referral(*, by: Viewer, at: datetime, referral: Any, drafts: frozenset[str]) -> None:
    """Follow a referral to its sending: whoever was begun from a list, or has the same BSN there, is referred now."""
    if not by.is_first_line:
        return
    same = Q(draft_key__in=[key for key in drafts if key])
    if referral.patient.bsn_index:
        same |= Q(bsn_index=referral.patient.bsn_index)
    rows = FoundPerson.objects.select_for_update().filter(
        same, practice__in=by.organisation_ids, network=by.network
    )
    for person in rows:
        if PERSON_STATES.allows(person.state, PersonState.REFERRED):
            permission = permit("casefinding", by, Right.SEARCH_PRACTICE, at=at, patient=referral.patient_id)
            person.referral = referral.pk
            _step(permission, person, PersonState.REFERRED, note=referral.number, event="person_referred")


def _person(by: Viewer, at: datetime, person_id: UUID, version: int) -> tuple[Permission, FoundPerson]:
    check_access(by, Right.SEARCH_PRACTICE)
    person = (
        FoundPerson.objects.select_for_update(of=("self",))
        .select_related("search")
        .filter(pk=person_id, practice__in=by.organisation_ids, network=by.network)
        .first()
    )
    if person is None:
        raise AccessDenied
    if person.version != version:
        raise ChangedMeanwhile
    about = registered(by, person)
    return permit("casefinding", by, Right.SEARCH_PRACTICE, at=at, patient=about), person


def _step(
    permission: Permission, person: FoundPerson, state: PersonState, *, note: str, event: str
) -> FoundPerson:
    if not PERSON_STATES.allows(person.state, state) and person.state != state:
        raise StepNotAllowed
    person.state, person.state_since = state, permission.at
    person.version += 1
    person.save()
    by = f"{permission.by.name}, {permission.by.role_label}"
    FoundStep.objects.create(person=person, state=state, at=permission.at, by=by, note=note)
    permission.log("U", event, person)
    return person
