"""Making and sending a referral, and adding to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from anderhalf.apps.network.queries import agreement_on
from anderhalf.apps.people import actions as people
from anderhalf.apps.people.access import Right, check_access
from anderhalf.apps.people.models import Patient
from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.record import actions as record
from anderhalf.apps.record.actions import NewObservation
from anderhalf.core.decisions.facts import FactValue
from anderhalf.core.pathway.mentions import Mention
from anderhalf.core.pathway.routing import Routing

from ..access import check_requester
from ..agreed import answer_before, check_recipient
from ..asked import asked_about
from ..danger import Call, order_of
from ..errors import (
    CallNeeded,
    DoubtNeedsCall,
    EmergencyFound,
    NotToBeSent,
    PatientDeceased,
    ReferralRefused,
    ReportedDead,
)
from ..models import Override, Referral
from ..relations import open_relations
from ..routing import route_patient
from ..states import REFERRAL_STATES, Status
from ..steps import (
    Allergy,
    Content,
    add_line,
    first_row,
    keep_override,
    locked,
    log,
    needed,
    new_row,
    step,
    store_decision,
)
from .emergency import check_emergency, end_emergency
from .warning import end_warnings
from .written import check_written

Direction = Referral.Direction


@transaction.atomic
def save(
    *,
    by: Viewer,
    at: datetime,
    patient: UUID,
    content: Content,
    form_data: dict[str, Any] | None = None,
    direction: str = Direction.FROM_FIRST_LINE,
    recipient: UUID | None = None,
    referral: UUID | None = None,
    version: int | None = None,
) -> Referral:
    """Keep a referral as a draft that colleagues of the own organisation can finish. Nothing of it leaves the house:
    the values stay in the form's data and become observations when it is sent."""
    rule = check_access(by, Right.REFER, patient=patient, at=at)
    if referral is None:
        found = new_row(by=by, at=at, patient=patient, direction=direction)
    else:
        found = locked(referral, by=by, version=version)
        check_requester(by, found, at=at)
        _check_draft(found, patient)
        found.version += 1
    content.fill(found)
    found.form_data = form_data or {}
    if recipient is not None:
        found.recipient_id = recipient
    elif found.recipient_id is None:
        found.recipient = check_recipient(None, line="intermediate", patient=patient, by=by, at=at)
    found.save()
    if referral is None:
        first_row(found, by=by, at=at, rule=rule)
    else:
        log(found, by=by, at=at, rule=rule, event="referral_draft_changed")
    return found


@transaction.atomic
def send(
    *,
    by: Viewer,
    at: datetime,
    patient: UUID,
    content: Content,
    items: Sequence[NewObservation] = (),
    direction: str = Direction.FROM_FIRST_LINE,
    recipient: UUID | None = None,
    chosen_line: str | None = None,
    because: str = "",
    referral: UUID | None = None,
    version: int | None = None,
    on_behalf_of: UUID | None = None,
    call: Call | None = None,
    allergies: Sequence[Allergy] = (),
    allergies_asked: bool = False,
    origin: str = "typed",
    doubtful: Mapping[str, Sequence[FactValue]] | None = None,
    reported_dead: str = "",
    not_now: Sequence[Mention] = (),
) -> Referral:
    """Send a referral (a new one, or the draft ``referral``): decide by the agreement, store values and decisions,
    let the receiver see the record, start the clock.

    ``items`` are the values of the form; ``chosen_line`` other than proposed needs ``because``. A danger needs the
    ``call`` that was made about it; in an emergency the line is then chosen by whoever called. ``allergies`` stand in
    the register from then on, to be confirmed; ``allergies_asked`` says that the patient was asked. Raises
    :class:`EmergencyFound` (nothing sent), :class:`CallNeeded`, :class:`EmergencyOpen`, :class:`NotToBeSent` (the
    answer is the first line, or no receiver), :class:`ReasonNeeded`, :class:`Stale`, :class:`PatientDeceased`.
    ``doubtful``: values that nobody settled; a danger if one of them is right needs the call too. ``reported_dead``:
    the day of death of an uploaded record that nobody contradicted (:class:`ReportedDead`, after the dangers).
    ``not_now``: what the texts mention and was answered with "not now"; any other mention counts as ``doubtful``.
    """
    rule = check_access(by, Right.REFER, patient=patient, at=at)
    _check_alive(patient)
    routing = route_patient(
        by=by,
        at=at,
        patient=patient,
        intent=content.intent,
        direction=direction,
        pathway=content.pathway or _pathway_of_draft(referral, by=by),
        items=items,
        doubtful=doubtful,
        texts=content.texts(),
        listed=content.treatment_so_far,
        not_now=not_now,
        allergies=allergies,
    )
    called = call is not None and call.is_complete
    if routing.is_emergency and not (called and chosen_line):
        raise EmergencyFound(routing)
    if not called:
        _check_danger(routing)
        check_emergency(by=by, patient=patient)
    _check_reported(reported_dead)
    content_reason = needed(
        content.reason, _("Schrijf de reden van de verwijzing op."), error=ReferralRefused
    )
    line = chosen_line or routing.line
    if line in ("", "first"):
        stays = _(
            "Volgens de afspraak blijft deze patiënt bij u. Wilt u toch verwijzen, kies dan een lijn en geef de reden."
        )
        open_ = _(
            "Het antwoord staat nog niet vast. Vul aan wat ontbreekt, of kies zelf een lijn met de reden."
        )
        raise NotToBeSent(stays if line else open_)
    if line == "second" and direction == Direction.FROM_SECOND_LINE:
        raise NotToBeSent(
            _("Volgens de afspraak blijft deze patiënt in de 2e lijn. Kies de 1,5 lijn als u anders wilt.")
        )
    if line != routing.line:
        because = needed(
            because, _("U kiest een andere lijn dan de afspraak voorstelt. Schrijf de reden op.")
        )
    receiver = check_recipient(recipient, line=line, patient=patient, by=by, at=at)
    if referral is None:
        found = new_row(by=by, at=at, patient=patient, direction=direction)
    else:
        found = locked(referral, by=by, version=version)
        check_requester(by, found, at=at)
        _check_draft(found, patient)
    content.fill(found)
    found.reason = content_reason
    found.direction = Direction.TO_SECOND_LINE if line == "second" else direction
    found.recipient = receiver
    found.chosen_line, found.on_behalf_of_id, found.form_data = line, on_behalf_of, {}
    _take_over(found, routing, at=at)
    _keep_not_now(found, not_now, by=by, at=at)
    if call is not None and called:
        call.keep(found, at=at)
    found.sent_at, found.answer_before = at, answer_before(found, at=at)
    if referral is None:
        found.save()
        first_row(found, by=by, at=at, rule=rule)
    step(found, Status.SENT, by=by, at=at, rule=rule, event="referral_sent", because=because.strip())
    if line != routing.line:
        keep_override(found, by=by, at=at, kind=Override.By.REFERRER, chosen=line, reason=because)
    _store(found, routing, by=by, at=at, items=items, origin=origin)
    open_relations(found, by=by, at=at)
    _register(found, allergies, allergies_asked, by=by, at=at)
    end_emergency(by=by, at=at, patient=patient, call=call)
    end_warnings(by=by, at=at, patient=patient, routing=routing)
    return found


def _check_alive(patient: UUID) -> None:
    died_on = Patient.objects.values_list("deceased_on", flat=True).get(pk=patient)
    if died_on is not None:
        raise PatientDeceased(died_on)


def _check_reported(day: str) -> None:
    if day:
        raise ReportedDead(day)


def _register(
    referral: Referral, allergies: Sequence[Allergy], asked: bool, *, by: Viewer, at: datetime
) -> None:
    """What the patient can't have goes to the register, each entry to be confirmed by who treats the patient."""
    for one in allergies:
        people.register_allergy(
            by=by, at=at, patient=referral.patient_id, substance=one.substance, kind=one.kind, atc=one.atc,
            reaction=one.reaction, text=one.text, since=one.since, origin=one.origin, original=one.original,
            referral=referral.pk,
        )  # fmt: skip
    if asked:
        people.ask_allergies(by=by, at=at, patient=referral.patient_id)


def _pathway_of_draft(referral: UUID | None, *, by: Viewer) -> str:
    """What a saved draft is about; empty for a referral that is new."""
    mine = (
        Referral.objects.filter(pk=referral, network=by.network)
        if referral is not None
        else Referral.objects.none()
    )
    return mine.values_list("pathway", flat=True).first() or ""


@transaction.atomic
def supplement(
    *,
    by: Viewer,
    at: datetime,
    referral: UUID,
    text: str,
    items: Sequence[NewObservation] = (),
    version: int | None = None,
    not_now: Sequence[Mention] = (),
) -> Referral:
    """Answer the question of the receiver. New values make a new decision. They are stored whatever they say: the
    receiver must see a danger too, and the page of the sender says first what has to be done now. What the text
    mentions and is ``not_now`` is kept; any other danger in it is asked first (:class:`WrittenDanger`)."""
    found = locked(referral, by=by, version=version)
    rule = check_requester(by, found, at=at)
    REFERRAL_STATES.check(found.status, Status.SENT)
    if not items:
        text = needed(text, _("Schrijf uw aanvulling op."), error=ReferralRefused)
    routing = check_written(found, text, by=by, at=at, items=items, not_now=not_now)
    if not items:
        routing = None
    if routing is not None:
        _take_over(found, routing, at=at)
    _keep_not_now(found, not_now, by=by, at=at)
    found.answer_before = answer_before(found, at=at)
    if text.strip():
        said = asked_about(found, text, at=at, items=items, not_now=not_now)
        add_line(found, by=by, at=at, text=text.strip(), asked=said)
    step(found, Status.SENT, by=by, at=at, rule=rule, event="referral_supplemented", because=text.strip())
    if routing is not None:
        _store(found, routing, by=by, at=at, items=items, origin="typed")
    return found


def _keep_not_now(referral: Referral, not_now: Sequence[Mention], *, by: Viewer, at: datetime) -> None:
    """What the texts mention and does not hold now: who said so, and when, for the reader of the letter."""
    if not_now:
        said = [{"fact": one.fact, "words": list(one.words)} for one in not_now]
        referral.routing = {
            **referral.routing,
            "not_now": {"by": by.name, "at": at.isoformat(), "said": said},
        }


def _check_danger(routing: Routing) -> None:
    """Refuse what needs a call first: a danger, or a value that would be one if it is right."""
    if routing.danger.certain:
        raise CallNeeded(routing)
    if routing.danger.if_right:
        raise DoubtNeedsCall(routing)


def _check_draft(referral: Referral, patient: UUID) -> None:
    REFERRAL_STATES.check(referral.status, Status.SENT)
    if referral.status != Status.DRAFT or referral.patient_id != patient:
        raise ReferralRefused(_("Deze verwijzing is al verstuurd."))


def _take_over(referral: Referral, routing: Routing, *, at: datetime) -> None:
    """What the agreement answered, as it stands in the row (worklists sort by it) and whole in ``routing``."""
    referral.agreement_version = agreement_on(referral.network_id, on=routing.on).version
    referral.pathway = routing.pathway.key
    referral.proposed_line = routing.line
    referral.urgency = routing.urgency
    if routing.days is None:
        referral.see_before = None
    else:
        referral.see_before = routing.on + timedelta(days=routing.days)
    referral.danger = order_of(routing)
    referral.routing = {
        **routing.to_dict(),
        "at": at.isoformat(),
        "agreement": referral.agreement_version,
    }


def _store(
    referral: Referral,
    routing: Routing,
    *,
    by: Viewer,
    at: datetime,
    items: Sequence[NewObservation],
    origin: str,
) -> None:
    for kind in ("imported", origin):
        from_file = kind == "imported"
        chosen = [item for item in items if bool(item.original.get("source")) == from_file]
        if chosen:
            record.record_observations(
                by=by,
                at=at,
                patient=referral.patient_id,
                items=chosen,
                under=Right.REFER,
                referral=referral.pk,
                origin=kind,
            )
    for decision in routing.decisions.values():
        store_decision(decision, routing, patient=referral.patient_id, by=by, at=at, referral=referral.pk)
