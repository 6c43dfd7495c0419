"""What the medication list answers: facts with an ATC code, the anticoagulant, and what stands beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from uuid import UUID

from django.utils import timezone

from anderhalf.apps.record.models import MedicationAgreement, Observation
from anderhalf.apps.record.queries import medication_history
from anderhalf.core.decisions.facts import FactValue
from anderhalf.core.pathway.interactions import Interactions
from anderhalf.core.pathway.model import Pathway
from anderhalf.core.pathway.scores_anticoagulation import DRUG, Company

from ..titration.named import with_codes
from ..titration.told import with_told

NONE = "none"
Kind = MedicationAgreement.Kind


def history_of(patient: UUID, *, on: date) -> list[MedicationAgreement]:
    """The agreements that count, oldest first, and before them what the referral tells of drugs that the record does
    not hold. The caller has established access."""
    recorded = with_codes(medication_history(patient).filter(status=Observation.Status.FINAL), on=on)
    return with_told(recorded, [patient], on=on)


def facts_from_list(
    pathway: Pathway, history: Sequence[MedicationAgreement], known: Mapping[str, FactValue], *, on: date, at: datetime
) -> dict[str, FactValue]:  # fmt: skip
    """Facts that a code on the medication list answers.

    A drug that runs makes its fact true today. One that was stopped after the fact was last recorded makes it false
    from then. A list that never held it says nothing: unknown stays unknown.
    """
    found: dict[str, FactValue] = {}
    for name, codes in pathway.listed_facts.items():
        rows = [row for row in history if row.from_at <= at and row.atc.startswith(codes) and row.atc]
        if any(row.kind not in (Kind.STOP, Kind.PAUSE) for row in _latest_per_drug(rows)):
            found[name] = FactValue(True, on, "medication")
        elif _ended_since(rows, known.get(name)):
            found[name] = FactValue(False, on, "medication")
    if DRUG in pathway.dictionary:
        found |= _drug(pathway, history, known.get(DRUG), on=on, at=at)
    return found


def running_codes(history: Sequence[MedicationAgreement], *, at: datetime) -> frozenset[str]:
    """The ATC codes of what is taken now."""
    rows = [row for row in history if row.from_at <= at and row.atc]
    return frozenset(row.atc for row in _latest_per_drug(rows) if row.kind not in (Kind.STOP, Kind.PAUSE))


def _drug(
    pathway: Pathway,
    history: Sequence[MedicationAgreement],
    given: FactValue | None,
    *,
    on: date,
    at: datetime,
) -> dict[str, FactValue]:
    """Which anticoagulant is taken: the one that runs, or none when the last one was stopped."""
    value_of = partial(pathway.dictionary.value_of_code, DRUG)
    row = anticoagulant_on(pathway, history, at=at)
    if row is not None:
        return {DRUG: FactValue(str(value_of(row.atc)), on, "medication")}
    ended = [one for one in history if one.from_at <= at and value_of(one.atc) is not None]
    if _names_another(pathway, ended, given):
        return {}
    return {DRUG: FactValue(NONE, on, "medication")} if _ended_since(ended, given) else {}


def _names_another(pathway: Pathway, ended: Sequence[MedicationAgreement], given: FactValue | None) -> bool:
    """Whether an answer names an anticoagulant of which the end of what stood on the list says nothing: another drug,
    or that drug on the day of its end or later."""
    if given is None or given.value == NONE or not ended:
        return False
    same = pathway.dictionary.value_of_code(DRUG, ended[-1].atc) == given.value
    return not same or given.on is None or given.on >= timezone.localdate(ended[-1].from_at)


def contradicts(
    pathway: Pathway, history: Sequence[MedicationAgreement], given: FactValue | None, *, at: datetime
) -> bool:
    """Whether the list and the answer to "which anticoagulant" can't both be right.

    An answer that names one while the list ended its last; one that a newer answer names or denies beside what runs;
    an answer "none" beside an anticoagulant that the fact has no value for.
    """
    if DRUG not in pathway.dictionary or given is None:
        return False
    value_of = partial(pathway.dictionary.value_of_code, DRUG)
    running = anticoagulant_on(pathway, history, at=at)
    if running is not None:
        began = timezone.localdate(running.from_at)
        if given.value == NONE:  # a start on the day itself is what followed the answer
            return given.on is not None and given.on > began
        return (given.on is None or given.on >= began) and given.value != value_of(running.atc)
    ended = [one for one in history if one.from_at <= at and value_of(one.atc) is not None]
    return _names_another(pathway, ended, given) or (
        given.value == NONE and runs_anticoagulant(pathway, history, at=at)
    )


def runs_anticoagulant(pathway: Pathway, history: Sequence[MedicationAgreement], *, at: datetime) -> bool:
    """Whether the list holds any anticoagulant that runs, also one that the fact has no value for."""
    fact = pathway.facts.get("anticoagulant")
    codes = tuple(fact.codes.get("atc", ())) if fact is not None else ()
    rows = _latest_per_drug(row for row in history if row.from_at <= at)
    return any(
        row.kind not in (Kind.STOP, Kind.PAUSE) and row.atc and row.atc.startswith(codes) for row in rows
    )


def _ended_since(rows: Sequence[MedicationAgreement], given: FactValue | None) -> bool:
    """Whether rows of which none runs tell more than what was recorded: they end on that day or later."""
    if not rows:
        return False
    return given is None or given.on is None or given.on <= timezone.localdate(rows[-1].from_at)


def _latest_per_drug(rows: Iterable[MedicationAgreement]) -> list[MedicationAgreement]:
    latest: dict[str, MedicationAgreement] = {}
    for row in rows:
        latest[row.drug] = row
    return list(latest.values())


def anticoagulant_on(
    pathway: Pathway, history: Sequence[MedicationAgreement], *, at: datetime
) -> MedicationAgreement | None:
    """The anticoagulant that is taken now; the newest when the list holds two."""
    if DRUG not in pathway.dictionary:
        return None
    running = [
        row
        for row in _latest_per_drug(row for row in history if row.from_at <= at)
        if row.kind not in (Kind.STOP, Kind.PAUSE)
        and pathway.dictionary.value_of_code(DRUG, row.atc) is not None
    ]
    return max(running, key=lambda row: row.from_at, default=None)


def company_of(pathway: Pathway, history: Sequence[MedicationAgreement], *, at: datetime) -> Company:
    """What stands beside an anticoagulant of this pathway at a moment."""
    running = _latest_per_drug(row for row in history if row.from_at <= at)
    codes = {row.atc for row in running if row.atc and row.kind not in (Kind.STOP, Kind.PAUSE)}
    return Company(interactions_of(pathway), pathway.facts, frozenset(codes))


def interactions_of(pathway: Pathway) -> Interactions:
    """What does not go together with an anticoagulant of this pathway; empty for one without anticoagulants."""
    return pathway.interactions if DRUG in pathway.dictionary else Interactions()
