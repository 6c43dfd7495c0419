"""The register of what a patient can't have: noted, confirmed, rejected, ended; nothing is erased, each step a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from anderhalf.presentation.wording import says_something

from ..access import AccessDenied, Right, can_access
from ..followers import AFTER_REGISTER
from ..models import AllergiesAsked, AllergyChange, AllergyIntolerance
from ..permission import Permission, permit
from ..queries import known_entry
from ..viewer import Viewer

ROOM = "people"
Verification = AllergyIntolerance.Verification
JUDGED = ("kind", "substance", "drug_class", "drug", "reaction", "verification")
"""What judging an entry may change; the values of before are kept in the row of the change."""


def _may_note(by: Viewer, patient: UUID, at: datetime) -> Permission:
    """Whoever treats the patient, and whoever refers and knows the patient (the practice knows the allergies)."""
    permit(ROOM, by, Right.VIEW_PLAN, at=at, patient=patient)
    treats = can_access(by, Right.WRITE_CLINICAL, patient=patient, at=at)
    return permit(ROOM, by, Right.WRITE_CLINICAL if treats else Right.REFER, at=at, patient=patient)


@transaction.atomic
def register_allergy(
    *,
    by: Viewer,
    at: datetime,
    patient: UUID,
    substance: str,
    kind: str = AllergyIntolerance.Kind.ALLERGY,
    drug_class: str = "",
    drug: str = "",
    atc: str = "",
    reaction: str = "",
    text: str = "",
    since: date | None = None,
    origin: str = AllergyIntolerance.Origin.TYPED,
    original: Mapping[str, Any] | None = None,
    referral: UUID | None = None,
) -> AllergyIntolerance:
    """Put something in the register. The same thing twice is kept once, also when it was rejected before in a file.

    It is confirmed at once when somebody of the centre that treats the patient says which class or drug it is about;
    everything else (free text, a referral, a file) is to be confirmed. ``ValidationError`` for an unknown kind or
    reaction, for an empty substance, and for a date after today.
    """
    permission = _may_note(by, patient, at)
    substance, text = " ".join(substance.split())[:200], " ".join(text.split())[:300]
    if not substance:
        raise ValidationError(_("Schrijf op waarvoor de patiënt allergisch is of wat niet mag."))
    if kind not in AllergyIntolerance.Kind.values or reaction not in (
        "",
        *AllergyIntolerance.Reaction.values,
    ):
        raise ValidationError(_("Kies soort en reactie uit de lijst."))
    if since is not None and since > at.date():
        raise ValidationError(_("Deze datum ligt in de toekomst."))
    known = known_entry(
        patient, origin, substance=substance, text=text, drug_class=drug_class, drug=drug, kind=kind
    )
    if known is not None:
        return known
    treats = can_access(by, Right.WRITE_CLINICAL, patient=patient, at=at)
    sure = treats and bool(drug_class) and origin == AllergyIntolerance.Origin.TYPED
    row = AllergyIntolerance.objects.create(
        patient_id=patient, kind=kind, substance=substance, drug_class=drug_class, drug=drug, atc=atc[:10],
        reaction=reaction, text=text, since=since, origin=origin, original=dict(original or {}), referral=referral,
        verification=Verification.CONFIRMED if sure else Verification.UNCONFIRMED,
        recorded_at=at, recorded_by=by.name,
    )  # fmt: skip
    _step(row, "registered", by=by, at=at)
    permission.log("C", "allergy_registered", row, kind=kind, drug_class=drug_class, origin=origin)
    return row


@transaction.atomic
def judge_allergy(
    *,
    by: Viewer,
    at: datetime,
    allergy: UUID,
    about: Sequence[tuple[str, str]],
    kind: str = "",
    reaction: str = "",
) -> AllergyIntolerance:
    """Confirm an entry, and say which classes or drugs (``(class, drug)``) it is about; none: no drug of the protocol.

    A text about two drugs becomes an entry for each of them.
    """
    row, permission = _open(allergy, by=by, at=at)
    if row.verification != Verification.UNCONFIRMED:
        raise ValidationError(_("Deze regel is al beoordeeld."))
    first, *more = about or [("", "")]
    _change(
        row, "confirmed", by=by, at=at, kind=kind or row.kind, reaction=reaction or row.reaction,
        drug_class=first[0], drug=first[1], verification=Verification.CONFIRMED,
    )  # fmt: skip
    for drug_class, drug in more:
        twin = AllergyIntolerance.objects.get(pk=row.pk)
        twin.pk, twin._state.adding = None, True
        twin.id = AllergyIntolerance._meta.get_field("id").get_default()
        twin.drug_class, twin.drug, twin.recorded_at, twin.recorded_by = drug_class, drug, at, by.name
        twin.save(force_insert=True)
        _step(twin, "registered", by=by, at=at, because=f"{row.pk}")
    permission.log("U", "allergy_confirmed", row, drug_classes=sorted({key for key, _drug in about}))
    return row


@transaction.atomic
def reject_allergy(*, by: Viewer, at: datetime, allergy: UUID, because: str) -> AllergyIntolerance:
    """Say that what came in is not so, by who treats and may prescribe. It stays readable, with who said so and why."""
    _open(allergy, by=by, at=at)
    row, permission = _open(allergy, by=by, at=at, right=Right.LIFT_PROTECTION)
    if row.verification != Verification.UNCONFIRMED:
        raise ValidationError(_("Deze regel is al beoordeeld."))
    if not says_something(because):
        raise ValidationError(_("Schrijf op waarom dit niet klopt."))
    _change(row, "refuted", by=by, at=at, because=because, verification=Verification.REFUTED)
    permission.log("U", "allergy_rejected", row)
    return row


@transaction.atomic
def end_allergy(
    *, by: Viewer, at: datetime, allergy: UUID, because: str, in_error: bool = False
) -> AllergyIntolerance:
    """Say that an entry no longer holds, or (``in_error``) never was true; by who may prescribe, with the reason."""
    row, permission = _open(allergy, by=by, at=at, right=Right.LIFT_PROTECTION)
    if not says_something(because):
        raise ValidationError(_("Schrijf op waarom dit niet meer geldt."))
    row.ended_at, row.ended_by, row.ended_because = at, by.name, because.strip()[:200]
    new = {"verification": Verification.ENTERED_IN_ERROR} if in_error else {}
    _change(row, "in_error" if in_error else "ended", by=by, at=at, because=because, **new)
    permission.log("U", "allergy_in_error" if in_error else "allergy_ended", row, drug_class=row.drug_class)
    return row


@transaction.atomic
def restore_allergy(*, by: Viewer, at: datetime, allergy: UUID) -> AllergyIntolerance:
    """Put back what was ended, rejected or called an error; as it stood before. For whoever may note: it protects."""
    row = _locked(allergy, by=by)
    permission = _may_note(by, row.patient_id, at)
    if row.counts:
        raise ValidationError(_("Dit staat al in het register."))
    last = row.changes.last()
    before = last.before.get("verification") if last is not None else None
    row.ended_at, row.ended_by, row.ended_because = None, "", ""
    stood = before if before in AllergyIntolerance.COUNTING else Verification.UNCONFIRMED
    _change(row, "restored", by=by, at=at, verification=stood)
    permission.log("U", "allergy_restored", row, drug_class=row.drug_class)
    return row


@transaction.atomic
def ask_allergies(*, by: Viewer, at: datetime, patient: UUID, every_class: bool = False) -> AllergiesAsked:
    """Record that the patient was asked, and that what stands in the register is what there is.

    ``every_class`` (every class of the protocol was gone through) is for who treats the patient.
    """
    permission = _may_note(by, patient, at)
    if every_class and not can_access(by, Right.WRITE_CLINICAL, patient=patient, at=at):
        raise AccessDenied
    row = AllergiesAsked.objects.create(patient_id=patient, every_class=every_class, at=at, by=by.name)
    permission.log("C", "allergies_asked", row, every_class=every_class)
    return row


def _open(
    allergy: UUID, *, by: Viewer, at: datetime, right: Right = Right.WRITE_CLINICAL
) -> tuple[AllergyIntolerance, Permission]:
    """The entry for writing, by who holds ``right`` about its patient."""
    row = _locked(allergy, by=by)
    permission = permit(ROOM, by, right, at=at, patient=row.patient_id)
    if row.ended_at is not None:
        raise ValidationError(_("Dit geldt al niet meer."))
    return row, permission


def _locked(allergy: UUID, *, by: Viewer) -> AllergyIntolerance:
    """The entry's row, locked; refused alike when unknown and of another network."""
    row = (
        AllergyIntolerance.objects.select_for_update(of=("self",))
        .filter(pk=allergy, patient__network=by.network)
        .first()
    )
    if row is None:
        raise AccessDenied
    return row


def _change(
    row: AllergyIntolerance, what: str, *, by: Viewer, at: datetime, because: str = "", **new: Any
) -> None:
    before = {name: getattr(row, name) for name in JUDGED}
    for name, value in new.items():
        setattr(row, name, value)
    row.save()
    _step(row, what, by=by, at=at, because=because, before=before)


def _step(
    row: AllergyIntolerance, what: str, *, by: Viewer, at: datetime, because: str = "", before: Any = None
) -> None:
    AllergyChange.objects.create(
        allergy=row, what=what, at=at, by=by.name, because=because.strip()[:200], before=before or {}
    )
    for follower in AFTER_REGISTER:
        follower(by=by, at=at, patient=row.patient_id)
