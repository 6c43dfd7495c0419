"""Measurements: recorded, corrected, marked as an error. Nothing is overwritten."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from anderhalf.apps.audit import actions as audit
from anderhalf.apps.people.access import Right, check_access
from anderhalf.apps.people.models import Patient
from anderhalf.apps.people.viewer import Viewer
from anderhalf.core.decisions.facts import Value
from anderhalf.core.decisions.ranges import Range
from anderhalf.presentation.wording import says_something

from ..errors import RecordRefused
from ..followers import AFTER_OBSERVATIONS
from ..models import Observation
from ..provenance import check_not_future, provenance


@dataclass(frozen=True, kw_only=True)
class NewObservation:
    """One value to record: ``value`` in the dictionary's unit, and as it was given."""

    fact: str
    value: Value
    at: datetime
    value_as_given: str = ""
    unit_as_given: str = ""
    original: Mapping[str, Any] = field(default_factory=dict)
    confirmed: bool = False
    """Whether somebody was asked if it is right, and said yes."""


def _columns_of(value: Value) -> dict[str, Any]:
    """The one column that a value of this type fills; a range with one end fills two."""
    if isinstance(value, bool):
        return {"flag": value}
    if isinstance(value, Decimal):
        return {"number": value}
    if isinstance(value, Range):
        if not value.comparator:
            raise ValueError(f"{value} has two ends; a measurement is reported with one")
        return {"number": value.ends[0], "comparator": value.comparator}
    if isinstance(value, date):
        return {"day": value}
    return {"code": value} if len(value) <= 60 and "\n" not in value else {"text": value}


@transaction.atomic
def record_observations(
    *,
    by: Viewer,
    at: datetime,
    patient: UUID,
    items: Sequence[NewObservation],
    under: Right,
    referral: UUID | None = None,
    encounter: UUID | None = None,
    origin: str = Observation.Origin.TYPED,
) -> list[Observation]:
    """Add observations about one patient under the right ``under`` (referring, clinic, home measurement).

    Refuses values from the future and values from before birth. One audit line for the whole set.
    """
    rule = check_access(by, under, patient=patient, at=at)
    about = Patient.objects.only("network_id", "birth_date").get(pk=patient)
    rows = []
    for item in items:
        check_not_future(item.at, at)
        if item.at.date() < about.birth_date:
            raise RecordRefused(_("Deze datum ligt voor de geboortedatum van de patiënt."))
        rows.append(
            Observation(
                network_id=about.network_id,
                patient_id=patient,
                fact=item.fact,
                at=item.at,
                value_as_given=item.value_as_given[:60],
                unit_as_given=item.unit_as_given[:40],
                original=dict(item.original),
                confirmed=item.confirmed,
                referral=referral,
                encounter=encounter,
                **_columns_of(item.value),
                **provenance(by, at, origin),
            )
        )
    Observation.objects.bulk_create(rows)
    if rows:
        audit.record(
            by=by,
            at=at,
            action="C",
            event="observations_recorded",
            object_type="observation",
            object_id=encounter or referral or rows[0].pk,
            patient=patient,
            rule=rule,
            detail={"facts": sorted({row.fact for row in rows})},
        )
        _tell(by, at, patient, {row.fact for row in rows})
    return rows


def _tell(by: Viewer, at: datetime, patient: UUID, facts: set[str]) -> None:
    """Whatever entered or left the record is looked at by the rooms above, in the same transaction."""
    for follower in AFTER_OBSERVATIONS:
        follower(by=by, at=at, patient=patient, facts=facts)


def _open_observation(observation_id: UUID) -> Observation:
    found = Observation.objects.select_for_update().select_related("patient").get(pk=observation_id)
    if found.status != Observation.Status.FINAL:
        raise RecordRefused(_("Deze waarde is al gecorrigeerd. Bekijk de nieuwste waarde."))
    return found


@transaction.atomic
def correct_observation(
    *,
    by: Viewer,
    at: datetime,
    observation_id: UUID,
    value: Value,
    because: str,
    value_as_given: str = "",
    unit_as_given: str | None = None,
    confirmed: bool = False,
) -> Observation:
    """Replace a value by a better one. The old one stays, marked as corrected, with the reason.

    ``confirmed`` says that somebody was asked whether the new one is right, and said yes.
    """
    old = _open_observation(observation_id)
    rule = check_access(by, Right.WRITE_CLINICAL, patient=old.patient_id, at=at)
    if not says_something(because):
        raise RecordRefused(_("Schrijf op waarom u de waarde corrigeert."))
    new = Observation.objects.create(
        network_id=old.network_id,
        patient_id=old.patient_id,
        fact=old.fact,
        at=old.at,
        value_as_given=value_as_given[:60],
        unit_as_given=old.unit_as_given if unit_as_given is None else unit_as_given[:40],
        referral=old.referral,
        encounter=old.encounter,
        replaces=old,
        confirmed=confirmed,
        **_columns_of(value),
        **provenance(by, at, Observation.Origin.TYPED),
    )
    old.status, old.status_because = Observation.Status.CORRECTED, because[:200]
    old.save(update_fields=["status", "status_because"])
    audit.record(
        by=by,
        at=at,
        action="U",
        event="observation_corrected",
        object_type="observation",
        object_id=old.pk,
        patient=old.patient_id,
        rule=rule,
        detail={"fact": old.fact, "replaced_by": str(new.pk)},
    )
    _tell(by, at, old.patient_id, {old.fact})
    return new


@transaction.atomic
def mark_in_error(*, by: Viewer, at: datetime, observation_id: UUID, because: str) -> Observation:
    """Say that a value was never true (wrong patient, typing error). It stays visible as such and counts nowhere."""
    status = Observation.Status.ENTERED_IN_ERROR
    return _set_aside(
        observation_id, by=by, at=at, status=status, because=because, event="observation_in_error"
    )


@transaction.atomic
def mark_unreliable(*, by: Viewer, at: datetime, observation_id: UUID, because: str) -> Observation:
    """Say that a value can't be trusted (haemolysed sample, wrong cuff). It stays visible, and no older value steps in:
    until it is measured again the fact is unknown.
    """
    status = Observation.Status.UNRELIABLE
    return _set_aside(
        observation_id, by=by, at=at, status=status, because=because, event="observation_unreliable"
    )


def _set_aside(
    observation_id: UUID, *, by: Viewer, at: datetime, status: str, because: str, event: str
) -> Observation:
    found = _open_observation(observation_id)
    rule = check_access(by, Right.WRITE_CLINICAL, patient=found.patient_id, at=at)
    if not says_something(because):
        raise RecordRefused(_("Schrijf op waarom deze waarde niet klopt."))
    found.status, found.status_because = status, because[:200]
    found.save(update_fields=["status", "status_because"])
    audit.record(
        by=by,
        at=at,
        action="U",
        event=event,
        object_type="observation",
        object_id=found.pk,
        patient=found.patient_id,
        rule=rule,
        detail={"fact": found.fact},
    )
    _tell(by, at, found.patient_id, {found.fact})
    return found
