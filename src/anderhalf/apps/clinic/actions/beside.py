"""What a professional does with an answer of a second pathway: follow it or not, kept with all it rested on."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from anderhalf.apps.people import actions as people
from anderhalf.apps.people.access import AccessDenied, Right
from anderhalf.apps.people.models import Submission
from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.record import actions as record
from anderhalf.apps.record.models import MedicationAgreement, StoredDecision
from anderhalf.core.decisions.explain import Decision
from anderhalf.presentation.wording import says_something

from ..access import lock_episode, permit, permit_lifting
from ..errors import AdviceChanged, AdviceRefused
from ..followers import AFTER_ADVICE
from ..models import AdviceChoice, Encounter, Episode
from ..queries.advice import pathways_beside
from ..queries.anticoagulant import ANTICOAGULATION, DOSE, DoseStep, dose_step, starts
from ..queries.beside import TABLES, Beside, answer, basis_of
from ..queries.choices import about_of_table, declined_of
from ..titration.words import plain_instruction
from .medication import agree

Choice, Kind = AdviceChoice.Choice, MedicationAgreement.Kind
PROTECTS = frozenset({"call_112", "call_cardiologist", "refer", "forward", "not", "reduced", "reduce", "vka"})
"""Answers that ask for less, for another drug or for help: only a prescriber says that they are not followed."""
DISCUSSED = frozenset({"discuss", "refer", "forward", "keep_vka", "not", "call_cardiologist"})
"""Answers of the tables that belong in the meeting with the cardiologist."""


@transaction.atomic
def choose_beside(
    *,
    by: Viewer,
    at: datetime,
    episode: UUID,
    pathway: str,
    table: str,
    choice: str,
    basis: str,
    reason: str = "",
    start: str = "",
    despite: str = "",
    encounter: UUID | None = None,
    submission: str = "",
) -> AdviceChoice:
    """Keep the answer of one table with its version and facts, and whether it is followed.

    ``basis`` is the fingerprint that was shown: :class:`AdviceChanged` when the record gives another answer by now.
    Following a dose makes the medication agreement; so does following the advice to start with ``start``, the key of
    one of the drugs that were offered, each in its dose. Not following asks for a ``reason``. What must be discussed
    goes to the agenda by the follower of supervision. What the register forbids is refused, unless a prescriber says
    why (``despite``).
    """
    found = lock_episode(episode, by=by, must_be_open=False)
    permission = permit(by, Right.WRITE_CLINICAL, at=at, patient=found.patient_id)
    if submission and not people.submit_once(by=by, at=at, key=submission):
        result = Submission.objects.values_list("result", flat=True).get(key=submission, owner=by.user_id)
        return AdviceChoice.objects.get(pk=result, network=by.network)
    found = lock_episode(episode, by=by)
    if by.professional_id is None:
        raise AccessDenied(_("Alleen een zorgverlener beslist over een voorstel."))
    _check_choice(found, choice, reason, encounter)
    answered, decision = _answered(found, pathway, table, basis, at=at)
    said = {str(decision.value(output)) for output in ("advice", "verdict", "action")}
    if choice == Choice.DECLINED and said & PROTECTS:
        permit_lifting(by, at=at, patient=found.patient_id)
    about_what = about_of_table(decision)
    if declined_of(found, table, about_what) is not None:
        raise AdviceRefused(_("Dit voorstel is afgewezen. Heropen het eerst."))
    keep = partial(
        _keep, by=by, at=at, patient=found.patient_id, pathway=answered.pathway.key, encounter=encounter
    )
    kept = keep(table, decision)
    step = _step(answered, table, start, on=timezone.localdate(at)) if choice == Choice.ACCEPTED else None
    medication: list[str] = []
    if step is not None:
        if table != DOSE:
            keep(DOSE, step.decision)
        agreed = _agree(found, answered, step, by=by, at=at, encounter=encounter, despite=despite)
        medication.append(str(agreed.pk))
    row = AdviceChoice.objects.create(
        network_id=found.network_id, patient_id=found.patient_id, episode=found, decision=kept, drug_class=table,
        proposed="table", rule=decision.decisive[0].rule_id if decision.decisive else "",
        agenda=bool(said & DISCUSSED), choice=choice, reason=reason.strip()[:300], medication=medication,
        about=about_what, encounter=encounter, at=at, by=by.name, by_id=by.user_id,
    )  # fmt: skip
    found.version += 1
    found.save(update_fields=["version"])
    for follower in AFTER_ADVICE:
        follower(by=by, at=at, choice=row)
    if submission:
        people.keep_result(by=by, key=submission, result=str(row.pk))
    permission.log("C", f"advice_{choice}", row, pathway=answered.pathway.key, table=table, rule=row.rule)
    return row


def _check_choice(episode: Episode, choice: str, reason: str, encounter: UUID | None) -> None:
    if choice not in (Choice.ACCEPTED, Choice.DECLINED):
        raise AdviceRefused(_("Kies overnemen of niet doen."))
    if choice == Choice.DECLINED and not says_something(reason):
        raise AdviceRefused(_("Schrijf op waarom u het anders doet."))
    if encounter is not None and not Encounter.objects.filter(pk=encounter, episode=episode).exists():
        raise AccessDenied


def _answered(
    episode: Episode, pathway: str, table: str, basis: str, *, at: datetime
) -> tuple[Beside, Decision]:
    """The answer of this moment, when it still is the one that was shown."""
    every = pathways_beside(episode, on=timezone.localdate(at)) if table in TABLES else []
    second = next((one for one in every if one.key == pathway), None)
    if second is not None:
        answered = answer(episode, second, at=at)
        decision = answered.decisions.get(table)
        if decision is not None and decision.is_decided and basis == basis_of(decision):
            return answered, decision
    raise AdviceChanged


def _keep(
    table: str,
    decision: Decision,
    *,
    by: Viewer,
    at: datetime,
    patient: UUID,
    pathway: str,
    encounter: UUID | None,
) -> StoredDecision:
    return record.store_decision(
        by=by, at=at, patient=patient, pathway=pathway, table=table, version=decision.table_version,
        content_hash=decision.table_hash, status=str(decision.status), decision=decision.to_dict(), encounter=encounter,
    )  # fmt: skip


def _step(answered: Beside, table: str, start: str, *, on: date) -> DoseStep | None:
    """The dose to agree on when an answer is followed; None when following it changes no medication."""
    if table == DOSE:
        return dose_step(answered)
    if table != ANTICOAGULATION or not start:
        return None
    found = next((one for one in starts(answered, on=on) if one.key == start), None)
    if found is None:
        raise AdviceChanged
    return found


def _agree(
    episode: Episode, answered: Beside, step: DoseStep, *, by: Viewer, at: datetime, encounter: UUID | None,
    despite: str,
) -> MedicationAgreement:  # fmt: skip
    """The medication agreement of a dose, with why and what the patient reads."""
    drug, row = step.drug, answered.anticoagulant
    name = row.drug_name if row is not None else drug.label["nl"]
    rule = step.decision.decisive[0]
    # Whoever uses the drug already, also where only its name was known, is told a dose and starts nothing.
    in_use = answered.decisions.get(DOSE) is step.decision
    return agree(
        episode, by=by, at=at, despite=despite, on_proposal=True, under=Right.WRITE_CLINICAL, encounter=encounter,
        from_at=at, kind=Kind.CHANGE if in_use else Kind.START, drug=row.drug if row is not None else drug.key,
        drug_name=name,
        atc=drug.atc, drug_class=drug.drug_class, dose=step.amount, dose_unit=drug.unit, times_per_day=step.times,
        instructions=plain_instruction("dose", drug.label["nl"], step.amount, drug.unit, step.times),
        reason=f"{rule.why.get('nl', '')} ({rule.rule_id})",
    )  # fmt: skip
