"""What a professional does with a titration advice: accept, adapt or decline; stored with everything it rested on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from anderhalf.apps.people import actions as people
from anderhalf.apps.people.access import AccessDenied, Right
from anderhalf.apps.people.models import Submission
from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.record import actions as record
from anderhalf.apps.record.models import MedicationAgreement, StoredDecision, Task
from anderhalf.apps.record.queries import current_medication
from anderhalf.core.pathway.titration import (
    Dose,
    Drug,
    Patient,
    Proposal,
    ProposalKind,
    Protocol,
    store,
)
from anderhalf.core.pathway.titration.model import DOWNWARD
from anderhalf.core.pathway.titration.named_use import asks_only_use
from anderhalf.presentation.wording import says_something

from ..access import lock_episode, permit, permit_lifting
from ..errors import AdviceChanged, AdviceRefused
from ..followers import AFTER_ADVICE
from ..models import AdviceChoice, Encounter, Episode
from ..queries.advice import pathway_of
from ..queries.chart import label_of
from ..queries.choices import about_of, declined_of
from ..queries.danger import REPEAT
from ..queries.proposals import ASKED_FOR, advice_about, basis_of, dose_choices, lacks_dose
from ..titration import words
from ..titration.gather import TITRATION, local
from .controls import add_control
from .medication import agree

Kind = MedicationAgreement.Kind
Choice = AdviceChoice.Choice
STOPS = {ProposalKind.STOP: Kind.STOP, ProposalKind.PAUSE: Kind.PAUSE}


@transaction.atomic
def choose_advice(
    *,
    by: Viewer,
    at: datetime,
    episode: UUID,
    drug_class: str,
    choice: str,
    basis: str,
    reason: str = "",
    dose: str = "",
    stop_reason: str = "",
    despite: str = "",
    encounter: UUID | None = None,
    submission: str = "",
) -> AdviceChoice:
    """Do what was chosen and keep advice, version, facts, choice and reason.

    ``basis`` is the fingerprint that was shown: :class:`AdviceChanged` when the facts gave another advice meanwhile.
    ``dose`` (of the card's choices) belongs to *adapted*; ``reason`` to *adapted* and *declined*. Accepting makes the
    medication agreement with the patient's instruction, and the controls as tasks of the centre. What the register
    forbids is refused (``actions.medication.agree``); ``despite`` is a prescriber's reason. So is a step of a class
    whose proposal was declined and not opened again. Not following a stop, pause or lower dose takes a prescriber.
    """
    found = lock_episode(episode, by=by, must_be_open=False)
    permission = permit(by, Right.WRITE_CLINICAL, at=at, patient=found.patient_id)
    if submission and not people.submit_once(by=by, at=at, key=submission):
        return _earlier(by, submission)
    found = lock_episode(episode, by=by)
    if by.professional_id is None:
        raise AccessDenied(_("Alleen een zorgverlener beslist over een voorstel."))
    protocol, patient, proposal = _answered(found, drug_class, basis, at=at)
    _check_choice(by, at, found, proposal, choice, reason)
    if encounter is not None and not Encounter.objects.filter(pk=encounter, episode=found).exists():
        raise AccessDenied
    about_what = about_of(protocol, proposal)
    if declined_of(found, drug_class, about_what) is not None:
        raise AdviceRefused(_("Dit voorstel is afgewezen. Heropen het eerst."))
    chosen = _dose_of(proposal, protocol, dose) if choice == Choice.ADAPTED else proposal.dose_new
    agreements: list[MedicationAgreement] = []
    tasks: list[Task] = []
    if choice != Choice.DECLINED:
        about = {
            "by": by, "at": at, "under": Right.WRITE_CLINICAL, "encounter": encounter,
            "reason": _reason(proposal, reason), "despite": despite, "on_proposal": True,
        }  # fmt: skip
        adapted = choice == Choice.ADAPTED
        agreements = _agree(found, proposal, protocol, chosen, stop_reason, about, instead=adapted)
        tasks = _plan_checks(by, at, found, proposal, protocol, changed=bool(agreements))
    kept = _keep(by, at, found, patient, protocol, proposal, encounter)
    row = AdviceChoice.objects.create(
        network_id=found.network_id, patient_id=found.patient_id, episode=found, decision=kept,
        drug_class=drug_class, proposed=proposal.kind.value, rule=proposal.rule, agenda=proposal.agenda,
        choice=choice, reason=reason.strip()[:300], medication=[str(one.pk) for one in agreements],
        tasks=[str(one.pk) for one in tasks], about=about_what, encounter=encounter, at=at, by=by.name,
        by_id=by.user_id,
    )  # fmt: skip
    found.version += 1
    found.save(update_fields=["version"])
    for follower in AFTER_ADVICE:
        follower(by=by, at=at, choice=row)
    if submission:
        people.keep_result(by=by, key=submission, result=str(row.pk))
    permission.log("C", f"advice_{choice}", row, drug_class=drug_class, proposed=row.proposed, rule=row.rule)
    return row


def _check_choice(
    by: Viewer, at: datetime, episode: Episode, proposal: Proposal, choice: str, reason: str
) -> None:
    if choice not in Choice.values:
        raise AdviceRefused(_("Kies overnemen, aanpassen of niet doen."))
    if choice == Choice.ACCEPTED:
        if proposal.named and asks_only_use(proposal.missing):
            raise AdviceRefused(label_of(proposal.why))
        return
    if not says_something(reason):
        raise AdviceRefused(_("Schrijf op waarom u het anders doet."))
    if proposal.kind in DOWNWARD:
        permit_lifting(by, at=at, patient=episode.patient_id)


def _answered(
    episode: Episode, drug_class: str, basis: str, *, at: datetime
) -> tuple[Protocol, Patient, Proposal]:
    """The advice of this moment about a class, when it still is the one that was shown."""
    answered = advice_about(episode, at=at)
    if answered is None:
        raise AdviceRefused(_("Dit zorgpad heeft geen titratieprotocol."))
    protocol, patient, advice = answered
    for proposal in advice.proposals:
        asked = proposal.drug_class == drug_class and proposal.kind in ASKED_FOR
        if asked and basis == basis_of(protocol, patient, proposal):
            return protocol, patient, proposal
    raise AdviceChanged


def _earlier(by: Viewer, submission: str) -> AdviceChoice:
    """What the first press of the same button made."""
    result = Submission.objects.values_list("result", flat=True).get(key=submission, owner=by.user_id)
    return AdviceChoice.objects.get(pk=result, network=by.network)


def _dose_of(proposal: Proposal, protocol: Protocol, given: str) -> Dose:
    """The dose that was chosen instead; only one that the card offered."""
    if given not in {value for value, _label in dose_choices(proposal, protocol)}:
        raise AdviceRefused(_("Kies een dosis uit de lijst."))
    amount, per_day = given.split("|")
    return Dose(Decimal(amount), Decimal(per_day))


def _reason(proposal: Proposal, given: str) -> str:
    """Why, on the medication agreement: the protocol's words, and those of the professional."""
    why = proposal.why.get("nl", "")
    return f"{given.strip()} (voorstel: {why})" if given.strip() else why


def _agree(
    episode: Episode, proposal: Proposal, protocol: Protocol, dose: Dose | None, stop_reason: str,
    about: Mapping[str, Any], *, instead: bool,
) -> list[MedicationAgreement]:  # fmt: skip
    """The medication agreements that a choice leads to; none for what is only discussed or measured."""
    at = about["at"]
    in_class = _in_use(episode, proposal.drug_class, protocol, at=at)
    if proposal.kind in STOPS and not instead:
        if stop_reason and stop_reason not in protocol.stop_reasons:
            raise AdviceRefused(_("Kies een reden uit de lijst."))
        code = "switch_to_arni" if proposal.held_by == "arni" else stop_reason
        return _end(episode, in_class, STOPS[proposal.kind], protocol, proposal, code, about)
    drug = protocol.drugs.get(proposal.drug or "")
    if lacks_dose(proposal):
        raise AdviceRefused(_("Leg eerst middel en dosis vast bij de medicatie."))
    if drug is None or dose is None:
        return []
    if proposal.kind is ProposalKind.SWITCH:
        return _switch(episode, proposal, protocol, drug, dose, about)
    row = next((one for one in in_class if one.drug == drug.key or one.atc == drug.atc), None)
    on_it = row is not None and row.kind != Kind.PAUSE
    kind = Kind.CHANGE if on_it else Kind.START
    # a step that may begin later (after a wash-out, after the interval) is agreed from then on
    begins = max(at, proposal.not_before) if proposal.not_before is not None else at
    return [_dose_agreement(episode, kind, drug, dose, about, row=row, from_at=begins)]


def _in_use(
    episode: Episode, drug_class: str, protocol: Protocol, *, at: datetime
) -> list[MedicationAgreement]:
    """What is used of a class now, paused drugs included."""
    found = []
    for row in current_medication(episode.patient_id, at=at):
        if row.atc in protocol.combinations and drug_class in protocol.classes_of_atc(row.atc):
            raise AdviceRefused(
                _("%(drug)s is een combinatietablet. Leg de wijziging zelf vast bij het consult.")
                % {"drug": row.drug_name}
            )
        known = protocol.drugs_by_atc.get(row.atc) or protocol.drugs.get(row.drug)
        of_class = known.drug_class if known is not None else protocol.class_of_atc(row.atc) or row.drug_class
        if of_class == drug_class:
            found.append(row)
    return found


def _end(
    episode: Episode, rows: list[MedicationAgreement], kind: str, protocol: Protocol, proposal: Proposal,
    stop_reason: str, about: Mapping[str, Any],
) -> list[MedicationAgreement]:  # fmt: skip
    """Stop or pause everything of a class; a class that only a referral told of is named as such."""
    running = [row for row in rows if row.kind != Kind.PAUSE or kind == Kind.STOP]
    common = {**about, "kind": kind, "from_at": about["at"], "stop_reason": stop_reason or "unknown"}
    if not running:
        name = protocol.drug_class[proposal.drug_class].title["nl"]
        return [
            agree(
                episode, drug=proposal.drug_class, drug_name=name, drug_class=proposal.drug_class,
                instructions=f"Stop met {name}.", **common,
            )
        ]  # fmt: skip
    found = []
    for row in running:
        drug = protocol.drugs_by_atc.get(row.atc) or protocol.drugs.get(row.drug)
        text = words.instruction_for(str(kind), drug, None) if drug else ""
        found.append(
            agree(
                episode, drug=row.drug, drug_name=row.drug_name, atc=row.atc, drug_class=proposal.drug_class,
                instructions=text, **common,
            )
        )  # fmt: skip
    return found


def _dose_agreement(
    episode: Episode,
    kind: str,
    drug: Drug,
    dose: Dose,
    about: Mapping[str, Any],
    *,
    row: MedicationAgreement | None,
    from_at: datetime,
    waits: bool = False,
) -> MedicationAgreement:
    seldom = dose.per_day < 1
    later = words.begins_later(from_at) if waits else ""
    return agree(
        episode,
        kind=kind,
        drug=row.drug if row is not None else drug.key,
        drug_name=row.drug_name if row is not None else drug.label["nl"],
        atc=drug.atc, drug_class=drug.drug_class, dose=dose.amount, dose_unit=drug.unit,
        times_per_day=1 if seldom else int(dose.per_day), every_days=int(1 / dose.per_day) if seldom else 1,
        instructions=words.instruction_for("dose", drug, dose) + later, from_at=from_at, **about,
    )  # fmt: skip


def _switch(
    episode: Episode, proposal: Proposal, protocol: Protocol, drug: Drug, dose: Dose, about: Mapping[str, Any]
) -> list[MedicationAgreement]:
    """Stop the ACE inhibitor or ARB now; the ARNI begins after the agreed hours without ACE inhibitor."""
    at, found, wait = about["at"], [], timedelta(0)
    for key in ("ace_inhibitor", "arb"):
        rows = [row for row in _in_use(episode, key, protocol, at=at) if row.kind != Kind.PAUSE]
        if not rows:
            continue
        if key == "ace_inhibitor":
            wait = timedelta(hours=int(protocol.settings["ace_inhibitor_washout_hours"].chosen))
        found += _end(
            episode, rows, Kind.STOP, protocol, replace(proposal, drug_class=key), "switch_to_arni", about
        )
    if not found:
        raise AdviceRefused(_("Leg eerst vast welke ACE-remmer of ARB de patiënt gebruikt."))
    begins = max(at + wait, proposal.not_before or at)
    waits = begins > at
    return [
        *found,
        _dose_agreement(episode, Kind.START, drug, dose, about, row=None, from_at=begins, waits=waits),
    ]


def _plan_checks(
    by: Viewer, at: datetime, episode: Episode, proposal: Proposal, protocol: Protocol, *, changed: bool
) -> list[Task]:
    """The controls that belong to a step, as tasks of the centre with their dates.

    What is only discussed is followed by no control, unless its rule asks to measure again: that is no control of a
    drug, for nothing was changed.
    """
    discussed = not changed and proposal.kind is ProposalKind.DISCUSS
    if discussed and proposal.first != REPEAT:
        return []

    return [
        add_control(
            by=by, at=at, episode=episode, protocol=protocol, drug_class=proposal.drug_class, check=check,
            changed=not discussed,
        )
        for check in proposal.checks
    ]  # fmt: skip


def _keep(
    by: Viewer, at: datetime, episode: Episode, patient: Patient, protocol: Protocol, proposal: Proposal,
    encounter: UUID | None,
) -> StoredDecision:  # fmt: skip
    """The advice with the patient as the engine saw them. Of the other classes only what was said, not why."""
    day = timezone.localdate(at)
    whole = store(protocol, patient, on=day, at=local(at))
    every = whole["advice"]["proposals"]
    whole["advice"]["proposals"] = [one for one in every if one["drug_class"] == proposal.drug_class]
    whole["others"] = [
        {name: one[name] for name in ("drug_class", "kind", "rule")}
        for one in every
        if one["drug_class"] != proposal.drug_class
    ]
    pathway = pathway_of(episode, on=day)
    return record.store_decision(
        by=by, at=at, patient=episode.patient_id, pathway=pathway.key, table=TITRATION, version=pathway.version,
        content_hash=protocol.texts_hash, status=proposal.kind.value, decision=whole, encounter=encounter,
    )  # fmt: skip
