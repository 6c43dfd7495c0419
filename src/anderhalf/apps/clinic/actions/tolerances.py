"""What a patient can't have of the protocol's drugs, kept in the register; and how to go on with a class, kept here."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from anderhalf.apps.people import actions as people
from anderhalf.apps.people.access import AccessDenied, Right
from anderhalf.apps.people.models import AllergiesAsked, AllergyIntolerance
from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.referrals.register import meant_by, names_in, reaction_of
from anderhalf.core.pathway.named import Named
from anderhalf.core.pathway.titration import Protocol
from anderhalf.presentation.wording import says_something

from ..access import lock_episode, permit, permit_lifting
from ..errors import ToleranceRefused
from ..models import DosingAgreement, Episode
from ..queries.advice import pathway_of
from ..queries.drugs import drugs_of
from ..queries.forbidden import pathways_of
from ..titration.gather import protocol_of

KINDS = frozenset(AllergyIntolerance.Kind.values)


@transaction.atomic
def ask_tolerances(*, by: Viewer, at: datetime, episode: UUID) -> AllergiesAsked:
    """Record that contraindications and intolerances of every class were asked, and what stands is all there is."""
    found = lock_episode(episode, by=by)
    permit(by, Right.WRITE_CLINICAL, at=at, patient=found.patient_id)
    return people.ask_allergies(by=by, at=at, patient=found.patient_id, every_class=True)


@transaction.atomic
def remember_tolerance(
    *,
    by: Viewer,
    at: datetime,
    episode: UUID,
    kind: str,
    drug_class: str,
    reason: str,
    drug: str = "",
    reaction: str = "",
    since: date | None = None,
) -> AllergyIntolerance:
    """Put in the register that a class or drug of a pathway may not be used. Always with what happened.

    Does not say that every class was asked: ``ask_tolerances`` does.
    """
    found = lock_episode(episode, by=by)
    permit(by, Right.WRITE_CLINICAL, at=at, patient=found.patient_id)
    name = _name_of(found, drug_class, drug, at=at)
    if kind not in KINDS or not name:
        raise ToleranceRefused(_("Kies een soort en een klasse of middel uit de lijst."))
    if not says_something(reason) and not reaction:
        raise ToleranceRefused(_("Schrijf op wat er gebeurde of wat is afgesproken."))
    try:
        return people.register_allergy(
            by=by, at=at, patient=found.patient_id, substance=name, kind=kind, drug_class=drug_class, drug=drug,
            reaction=reaction, text=reason, since=since,
        )  # fmt: skip
    except ValidationError as wrong:
        raise ToleranceRefused(wrong.messages[0]) from wrong


@transaction.atomic
def judge_tolerance(
    *, by: Viewer, at: datetime, allergy: UUID, about: Iterable[Named], kind: str = "", reaction: str = ""
) -> AllergyIntolerance:
    """Confirm an entry of the register as being about these classes or drugs; none: about no drug of the pathways.

    Whoever may not prescribe confirms what the words say, or more; to make less of it takes a prescriber.
    """
    about = tuple(about)
    entry = _entry(allergy, by=by)
    if entry.to_judge and _makes_less(entry, about, kind=kind, reaction=reaction, at=at):
        permit_lifting(by, at=at, patient=entry.patient_id)
    try:
        chosen = [(one.drug_class, one.drug) for one in about]
        return people.judge_allergy(by=by, at=at, allergy=allergy, about=chosen, kind=kind, reaction=reaction)
    except ValidationError as wrong:
        raise ToleranceRefused(wrong.messages[0]) from wrong


@transaction.atomic
def reject_tolerance(*, by: Viewer, at: datetime, allergy: UUID, because: str) -> AllergyIntolerance:
    """Reject an entry that came in from elsewhere, by a prescriber and with the reason."""
    try:
        return people.reject_allergy(by=by, at=at, allergy=allergy, because=because)
    except ValidationError as wrong:
        raise ToleranceRefused(wrong.messages[0]) from wrong


@transaction.atomic
def end_tolerance(
    *, by: Viewer, at: datetime, allergy: UUID, because: str, in_error: bool = False
) -> AllergyIntolerance:
    """Say that an entry no longer holds or never did, by a prescriber and with the reason. It stays visible."""
    permit_lifting(by, at=at, patient=_entry(allergy, by=by).patient_id)
    try:
        return people.end_allergy(by=by, at=at, allergy=allergy, because=because, in_error=in_error)
    except ValidationError as wrong:
        raise ToleranceRefused(wrong.messages[0]) from wrong


@transaction.atomic
def restore_tolerance(*, by: Viewer, at: datetime, allergy: UUID) -> AllergyIntolerance:
    """Undo that an entry was ended, rejected or called an error."""
    permit(by, Right.WRITE_CLINICAL, at=at, patient=_entry(allergy, by=by).patient_id)
    try:
        return people.restore_allergy(by=by, at=at, allergy=allergy)
    except ValidationError as wrong:
        raise ToleranceRefused(wrong.messages[0]) from wrong


@transaction.atomic
def agree_dosing(
    *,
    by: Viewer,
    at: datetime,
    episode: UUID,
    kind: str,
    drug_class: str,
    reason: str,
    since: date | None = None,
) -> DosingAgreement:
    """Agree how to go on with a class (``DosingAgreement.Kind``). Always with a reason."""
    found = lock_episode(episode, by=by)
    permission = permit(by, Right.WRITE_CLINICAL, at=at, patient=found.patient_id)
    protocol = _protocol(found, at=at)
    if protocol is None or drug_class not in protocol.drug_class or kind not in DosingAgreement.Kind.values:
        raise ToleranceRefused(_("Kies een soort en een klasse of middel uit de lijst."))
    if not says_something(reason):
        raise ToleranceRefused(_("Schrijf op wat er gebeurde of wat is afgesproken."))
    if since is not None and since > timezone.localdate(at):
        raise ToleranceRefused(_("Deze datum ligt in de toekomst."))
    row = DosingAgreement.objects.create(
        network_id=found.network_id, patient_id=found.patient_id, kind=kind, drug_class=drug_class, since=since,
        reason=reason.strip()[:300], recorded_at=at, recorded_by=by.name,
    )  # fmt: skip
    permission.log("C", "dosing_agreed", row, kind=kind, drug_class=drug_class)
    return row


@transaction.atomic
def end_dosing(*, by: Viewer, at: datetime, agreement: UUID, because: str) -> DosingAgreement:
    """Say that an agreement about dosing no longer holds, by a prescriber, with the reason. It stays visible."""
    row = (
        DosingAgreement.objects.select_for_update(of=("self",))
        .filter(pk=agreement, network=by.network)
        .first()
    )
    if row is None:
        raise AccessDenied
    permission = permit_lifting(by, at=at, patient=row.patient_id)
    if not says_something(because):
        raise ToleranceRefused(_("Schrijf op waarom dit niet meer geldt."))
    if row.ended_at is None:
        row.ended_at, row.ended_by, row.ended_because = at, by.name, because.strip()[:200]
        row.save(update_fields=["ended_at", "ended_by", "ended_because"])
        permission.log("U", "dosing_ended", row, kind=row.kind, drug_class=row.drug_class)
    return row


def _makes_less(
    entry: AllergyIntolerance, about: tuple[Named, ...], *, kind: str, reaction: str, at: datetime
) -> bool:
    """Whether the judgement protects from less than the words do: a drug left out, or a reaction or kind replaced."""
    episode = Episode.objects.filter(patient=entry.patient_id, ended_at__isnull=True).first()
    names = names_in(pathways_of(episode, at=at)) if episode is not None else []
    whole = {one.drug_class for one in about if not one.drug}
    said, kept = reaction_of(entry, names), reaction or entry.reaction
    left_out = any(one not in about and one.drug_class not in whole for one in meant_by(entry, names))
    return left_out or (bool(said) and kept != said) or kind not in ("", entry.kind)


def _entry(allergy: UUID, *, by: Viewer) -> AllergyIntolerance:
    row = AllergyIntolerance.objects.filter(pk=allergy, patient__network=by.network).first()
    if row is None:
        raise AccessDenied
    return row


def _protocol(episode: Episode, *, at: datetime) -> Protocol | None:
    return protocol_of(pathway_of(episode, on=timezone.localdate(at)))


def _name_of(episode: Episode, drug_class: str, drug: str, *, at: datetime) -> str:
    """What a class or drug is called, in Dutch as it is stored; empty when no pathway of this patient has it."""
    drugs = {key: one for pathway in pathways_of(episode, at=at) for key, one in drugs_of(pathway).items()}
    if drug:
        known = drugs.get(drug)
        return known.label["nl"] if known is not None and known.drug_class == drug_class else ""
    protocol = _protocol(episode, at=at)
    if protocol is not None and drug_class in protocol.drug_class:
        return protocol.drug_class[drug_class].title["nl"]
    return drug_class if any(one.drug_class == drug_class for one in drugs.values()) else ""
