"""A second pathway beside the one a patient is in: atrial fibrillation beside heart failure, on the same facts.

A pathway runs along when its ``inclusion`` table says so for this patient, or when the patient was referred for it.
Its tables then read the same record: one measurement, one medication list. What is known to one pathway is never asked
again for the other.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache, partial
from hashlib import sha256

from django.utils import timezone

from anderhalf.apps.network.queries import pathways_on
from anderhalf.apps.people.access import Right, check_access
from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.record.models import MedicationAgreement, Observation
from anderhalf.apps.record.queries import facts_of, medication_history
from anderhalf.content.titration import SCORES, pathway_scores
from anderhalf.core.decisions.evaluate import evaluate
from anderhalf.core.decisions.explain import Decision
from anderhalf.core.decisions.facts import FactType, FactValue
from anderhalf.core.pathway.model import Pathway
from anderhalf.core.pathway.scores import Range, ScoreResult, Scores, score
from anderhalf.core.pathway.scores_anticoagulation import anticoagulation_facts, creatinine_clearance
from anderhalf.core.pathway.titration import Problem

from ..models import Episode
from .advice import undoubted_facts

INCLUSION, STABLE = "inclusion", "stable"
INCLUDED = "included"
TABLES = (
    "exclusion",
    "anticoagulation",
    "anticoagulant_dose",
    "anticoagulant_monitoring",
    "rate_control",
    STABLE,
)
"""What is answered for a patient in care, in the order of the chart; ``referral`` is for who sends somebody."""
STROKE, BLEEDING = "cha2ds2_va", "has_bled"
DRUG, NONE = "anticoagulant_drug", "none"
WORKED_OUT = frozenset({"age", "sex", "creatinine_clearance", "apixaban_low_dose_criteria", "stroke_risk",
                        "bleeding_risk_high"})  # fmt: skip
"""Inputs of the tables that nobody types: they follow from other facts or from registration."""
Kind = MedicationAgreement.Kind


@dataclass(frozen=True, kw_only=True)
class Beside:
    """A second pathway for one patient on one day."""

    pathway: Pathway
    inclusion: Decision
    decisions: Mapping[str, Decision]
    """Per table its answer; empty while the pathway does not run along."""
    facts: Mapping[str, FactValue]
    stroke: ScoreResult | None = None
    bleeding: ScoreResult | None = None
    clearance: Range | None = None
    anticoagulant: MedicationAgreement | None = None
    """The anticoagulant of the medication list, which holds the dose that is really taken."""
    own: bool = False
    """Whether the patient was referred for this very pathway."""
    problems: tuple[Problem, ...] = ()
    """What was set aside, of the facts that this pathway uses."""

    @property
    def runs(self) -> bool:
        """Whether this pathway is this patient's too."""
        return self.own or (self.inclusion.is_decided and self.inclusion.value("advice") == INCLUDED)

    @property
    def unknown(self) -> bool:
        """Whether nobody can say: then it is asked, and nothing is shown as if it were "no"."""
        return not self.own and not self.inclusion.is_decided


def pathways_beside(episode: Episode, *, on: date) -> list[Pathway]:
    """The pathways of the agreement that say whom they include, the episode's own among them when it is such a one."""
    return [one for one in pathways_on(episode.network_id, on=on) if INCLUSION in one.tables]


def beside(viewer: Viewer, episode: Episode, *, at: datetime) -> list[Beside]:
    """Every second pathway with its answers of this moment, computed and not stored."""
    check_access(viewer, Right.VIEW_CLINICAL, patient=episode.patient_id, at=at)
    on = timezone.localdate(at)
    return [answer(episode, pathway, at=at) for pathway in pathways_beside(episode, on=on)]


def answer(episode: Episode, pathway: Pathway, *, at: datetime) -> Beside:
    """What a second pathway says about this patient. The caller has checked access."""
    on = timezone.localdate(at)
    history = _history(episode)
    facts, problems = _facts(episode, pathway, history, on=on, at=at)
    inclusion = evaluate(pathway.table(INCLUSION), facts, on=on)
    own = pathway.key == episode.pathway
    if not own and (not inclusion.is_decided or inclusion.value("advice") != INCLUDED):
        return Beside(pathway=pathway, inclusion=inclusion, decisions={}, facts=facts)
    scores, facts = _with_scores(episode, pathway, facts, on=on)
    # Whether a patient can go back is on the page already, as the answer of the episode's own pathway.
    tables = [name for name in TABLES if name in pathway.tables and not (own and name == STABLE)]
    return Beside(
        pathway=pathway,
        inclusion=inclusion,
        decisions={name: evaluate(pathway.table(name), facts, on=on) for name in tables},
        facts=facts,
        stroke=score(scores, STROKE, facts, on=on) if STROKE in scores.points else None,
        bleeding=score(scores, BLEEDING, facts, on=on) if BLEEDING in scores.points else None,
        clearance=creatinine_clearance(scores, facts, on=on),
        anticoagulant=_anticoagulant(pathway, history, at=at),
        own=own,
        problems=tuple(one for one in problems if _uses(pathway, one)),
    )  # fmt: skip


def facts_with_scores(episode: Episode, pathway: Pathway, *, at: datetime) -> dict[str, FactValue]:
    """Everything the tables of such a pathway may use, with what its calculators work out."""
    on = timezone.localdate(at)
    facts, _problems = _facts(episode, pathway, _history(episode), on=on, at=at)
    return _with_scores(episode, pathway, facts, on=on)[1]


def _history(episode: Episode) -> list[MedicationAgreement]:
    return list(medication_history(episode.patient_id).filter(status=Observation.Status.FINAL))


def _with_scores(
    episode: Episode, pathway: Pathway, facts: Mapping[str, FactValue], *, on: date
) -> tuple[Scores, dict[str, FactValue]]:
    scores = scores_of(episode.network_id, pathway, on=on)
    return scores, dict(anticoagulation_facts(scores, facts, on=on))


def runs_along(episode: Episode, *, at: datetime) -> list[Pathway]:
    """The second pathways that this patient is in, without their answers: one table each."""
    on, found = timezone.localdate(at), []
    for pathway in pathways_beside(episode, on=on):
        if pathway.key == episode.pathway:
            found.append(pathway)
            continue
        names = {name: pathway.facts[name] for name in pathway.table(INCLUSION).facts}
        known = facts_of(episode.patient_id, dictionary=names, on=on)
        decision = evaluate(pathway.table(INCLUSION), known, on=on)
        if decision.is_decided and decision.value("advice") == INCLUDED:
            found.append(pathway)
    return found


def answered_by_list(episode: Episode, pathways: Iterable[Pathway], *, at: datetime) -> frozenset[str]:
    """The facts that the medication list answers today, so that nobody is asked for them."""
    history, on, found = _history(episode), timezone.localdate(at), set()
    for pathway in pathways:
        found |= set(_from_medication(pathway, history, {}, on=on, at=at))
    return frozenset(found)


def widest(episode: Episode, pathway: Pathway, *, on: date) -> Pathway:
    """The pathway whose dictionary describes every fact that may be in the record; for names and units only."""
    return next(
        (one for one in pathways_beside(episode, on=on) if set(pathway.facts) <= set(one.facts)), pathway
    )


def asked_by(network: str, pathway: Pathway, *, on: date) -> list[str]:
    """The facts that a person is asked for by a second pathway: inputs of its tables and scores, in form order."""
    wanted: set[str] = set()
    for name in TABLES:
        if name in pathway.tables:
            wanted |= set(pathway.table(name).facts)
    for item_score in scores_of(network, pathway, on=on).points.values():
        if item_score.id in (STROKE, BLEEDING):
            wanted |= {fact for item in item_score.items for fact in item.tests}
    return [name for name in pathway.facts if name in wanted - WORKED_OUT]


def basis_of(decision: Decision) -> str:
    """A fingerprint of a decision: as long as it is the same, so are its facts and its answer."""
    return sha256(json.dumps(decision.to_dict(), sort_keys=True).encode()).hexdigest()[:32]


# ---- facts ----


def _facts(
    episode: Episode, pathway: Pathway, history: Sequence[MedicationAgreement], *, on: date, at: datetime
) -> tuple[dict[str, FactValue], tuple[Problem, ...]]:
    """Observations, who the patient is, and the medication list: what is taken today is known today."""
    patient = episode.patient
    known, problems = undoubted_facts(episode, pathway, at=at)
    if patient.sex in ("male", "female"):
        known["sex"] = FactValue(patient.sex, None, "record")
    known |= _from_medication(pathway, history, known, on=on, at=at)
    return dict(pathway.dictionary.derive(known, on=on, birth_date=patient.birth_date)), problems


def _uses(pathway: Pathway, problem: Problem) -> bool:
    """Whether a table of care looks at what was set aside."""
    tables = (pathway.table(name) for name in TABLES if name in pathway.tables)
    return any(name in table.facts for table in tables for name in problem.blocks or (problem.about,))


def _from_medication(
    pathway: Pathway, history: Sequence[MedicationAgreement], known: Mapping[str, FactValue], *, on: date, at: datetime
) -> dict[str, FactValue]:  # fmt: skip
    """Facts that a code on the medication list answers.

    A drug that runs makes its fact true today. One that was stopped after the fact was last recorded makes it false
    from then. A list that never held it says nothing: unknown stays unknown.
    """
    found: dict[str, FactValue] = {}
    for name, fact in pathway.facts.items():
        codes = fact.codes.get("atc", ())
        if fact.type is not FactType.BOOLEAN or not codes:
            continue
        rows = [row for row in history if row.from_at <= at and row.atc.startswith(tuple(codes)) and row.atc]
        if any(row.kind not in (Kind.STOP, Kind.PAUSE) for row in _latest_per_drug(rows)):
            found[name] = FactValue(True, on, "medication")
        elif _ended_since(rows, known.get(name)):
            found[name] = FactValue(False, on, "medication")
    if DRUG in pathway.dictionary:
        found |= _drug(pathway, history, known.get(DRUG), on=on, at=at)
    return found


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
    row = _anticoagulant(pathway, history, at=at)
    if row is not None:
        return {DRUG: FactValue(str(value_of(row.atc)), on, "medication")}
    ended = [one for one in history if one.from_at <= at and value_of(one.atc) is not None]
    return {DRUG: FactValue(NONE, on, "medication")} if _ended_since(ended, given) else {}


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


def _anticoagulant(
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


# ---- calculators ----

_read: dict[tuple[str, ...], tuple[Pathway, ...]] = {}


def scores_of(network: str, pathway: Pathway, *, on: date) -> Scores:
    """The calculators of a pathway and of those whose facts it has too, with the agreement's choices."""
    known = set(pathway.facts)
    under = (one for one in pathways_on(network, on=on) if one.key != pathway.key and set(one.facts) <= known)
    every = (*under, pathway)
    key = tuple(_key(one) for one in every)
    _read.setdefault(key, every)
    return _scores(key)


def _key(pathway: Pathway) -> str:
    return f"{pathway.hash} {sorted(pathway.choices_of(SCORES).items())}"


@lru_cache(maxsize=16)
def _scores(key: tuple[str, ...]) -> Scores:
    return pathway_scores(*_read[key])
