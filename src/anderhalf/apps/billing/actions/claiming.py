"""Claims come from what happened: a contact in an episode, or an advice that was answered.

They are made by the service itself, inside the transaction of the step they follow. That step checked who may take it;
the clinician has, and needs, no rights about claims.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from anderhalf.apps.audit import actions as audit
from anderhalf.apps.clinic.models import Encounter, Episode
from anderhalf.apps.people.access import Right
from anderhalf.apps.people.models import Organisation, Patient
from anderhalf.apps.people.permission import permit
from anderhalf.apps.people.viewer import Viewer, system_viewer
from anderhalf.apps.referrals.models import Referral
from anderhalf.core.evaluation.periods import Grain, period_of
from anderhalf.presentation.kept_reasons import kept, kept_label

from ..contracts import direction_of, find_terms, snapshot
from ..errors import BillingRefused
from ..models import Claim
from ..states import CLAIM_STATES, ClaimStatus
from .rows import keep_change, locked

EPISODE, ADVICE = "episode", "advice"


def claim_contact(*, by: Viewer, at: datetime, encounter: Encounter) -> None:
    """Follower of a recorded contact: claim it when the contract of that day pays for it.

    ``per`` episode: once, at the first contact. ``per`` quarter: once per calendar quarter with a contact. ``per``
    contact: each day with a contact.
    """
    episode = Episode.objects.select_related("referral", "centre", "patient__insurer").get(
        pk=encounter.episode_id
    )
    _claim(
        at=at,
        referral=episode.referral,
        episode=episode,
        centre=episode.centre,
        patient=episode.patient,
        service=EPISODE,
        on=timezone.localdate(encounter.at),
    )


def claim_advice(*, by: Viewer, at: datetime, referral: Referral) -> None:
    """Follower of an answered advice request; a question put to the hospital is not billed by the network."""
    if referral.recipient.kind != Organisation.Kind.CENTRE:
        return
    patient = Patient.objects.select_related("insurer").get(pk=referral.patient_id)
    _claim(
        at=at,
        referral=referral,
        episode=None,
        centre=referral.recipient,
        patient=patient,
        service=ADVICE,
        on=timezone.localdate(at),
    )


@transaction.atomic
def _claim(
    *,
    at: datetime,
    referral: Referral,
    episode: Episode | None,
    centre: Organisation,
    patient: Patient,
    service: str,
    on: date,
) -> Claim | None:
    """Make the claim, or a blocked one that says why it cannot be claimed; None when it was claimed before."""
    terms, problem = find_terms(
        centre=centre, insurer=patient.insurer, on=on, direction=direction_of(referral), service=service
    )
    earlier = Claim.objects.filter(referral=referral, service=service)
    if _claimed_before(earlier, per=terms.per if terms else "", on=on):
        return None
    claim = Claim(
        network_id=referral.network_id,
        patient=patient,
        referral=referral,
        episode=episode,
        centre=centre,
        insurer=patient.insurer,
        service=service,
        direction=direction_of(referral),
        problem=problem,
        care_on=on,
        created_at=at,
        status=ClaimStatus.READY if terms else ClaimStatus.BLOCKED,
    )
    because = kept_label(Claim.Problem(problem).label) if problem else ""
    if terms:
        _fill(claim, terms)
        if not terms.amount:
            claim.status, because = (
                ClaimStatus.CANCELLED,
                kept("volgens het contract in een andere prestatie begrepen"),
            )
    claim.save(force_insert=True)
    system = system_viewer(referral.network_id)
    keep_change(claim, by=system.name, at=at, because=because)
    audit.record(
        by=system,
        at=at,
        action="C",
        event="billing:claim_made",
        object_type="claim",
        object_id=claim.pk,
        patient=patient.pk,
        rule=f"follows:{service}",
        purpose="billing",
        detail={"status": str(claim.status), "problem": problem},
    )
    return claim


def _claimed_before(earlier, *, per: str, on: date) -> bool:
    """Whether this day is covered by a claim that is there; without terms one visible item per day is enough."""
    if per == "contact":
        return earlier.filter(care_on=on).exists()
    if per == "quarter":
        quarter = period_of(on, Grain.QUARTER)
        return earlier.filter(care_on__range=(quarter.start, quarter.end)).exists()
    return earlier.exists()


def _fill(claim: Claim, terms) -> None:
    claim.service_code, claim.amount, claim.deductible = terms.service_code, terms.amount, terms.deductible
    claim.contract, claim.terms, claim.problem = terms.contract_id, snapshot(terms), ""


@transaction.atomic
def recheck(*, by: Viewer, at: datetime, claim: UUID) -> Claim:
    """Look again for a contract, with the insurer as now recorded. Refuses with the problem that is still there."""
    found = locked(claim, by=by)
    permission = replace(permit("billing", by, Right.VIEW_CLAIMS, at=at), patient=found.patient_id)
    CLAIM_STATES.check(found.status, ClaimStatus.READY)
    if found.status != ClaimStatus.BLOCKED:
        raise BillingRefused(_("Deze declaratie is al compleet."))
    insurer = Patient.objects.select_related("insurer").get(pk=found.patient_id).insurer
    terms, problem = find_terms(
        centre=found.centre,
        insurer=insurer,
        on=found.care_on,
        direction=found.direction,
        service=found.service,
    )
    if terms is None:
        raise BillingRefused(
            _("Nog steeds niet: %(problem)s op %(day)s.")
            % {"problem": Claim.Problem(problem).label, "day": found.care_on.strftime("%d-%m-%Y")}
        )
    found.insurer = insurer
    _fill(found, terms)
    found.status = ClaimStatus.READY
    found.version += 1
    found.save()
    keep_change(found, by=by.name, at=at, because=kept("contract gevonden"))
    permission.log("U", "claim_rechecked", found)
    return found
