"""A second pathway beside the one a patient is in: atrial fibrillation beside heart failure, on the same facts.

A pathway runs along when its ``inclusion`` table says so for this patient, or when the patient was referred for it.
Its tables then read the same record: one measurement, one medication list. What is known to one pathway is never asked
again for the other.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from hashlib import sha256

from django.utils import timezone

from anderhalf.apps.network.queries import pathways_on
from anderhalf.apps.people.access import Right, check_access
from anderhalf.apps.people.queries import register_of
from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.record.models import DANGER, MedicationAgreement, Task
from anderhalf.apps.record.queries import facts_of
from anderhalf.content.drugs import codes_by_name
from anderhalf.core.decisions.evaluate import evaluate
from anderhalf.core.decisions.explain import Decision
from anderhalf.core.decisions.facts import FactValue
from anderhalf.core.pathway.doubt import for_every_reading
from anderhalf.core.pathway.going_back import STABLE
from anderhalf.core.pathway.interactions import Interaction
from anderhalf.core.pathway.model import Pathway
from anderhalf.core.pathway.scores import Range, ScoreResult, Scores, score
from anderhalf.core.pathway.scores_anticoagulation import (
    DRUG,
    INTERACTION,
    Company,
    anticoagulation_facts,
    check_anticoagulant_dose,
    creatinine_clearance,
)
from anderhalf.core.pathway.titration import Problem
from anderhalf.core.pathway.titration.derive import is_excluded

from ..models import AdviceChoice, Episode
from ..titration.gather import gather_many, protocol_of
from .advice import INCLUSION, Taken, pathways_beside, undoubted_facts
from .agreed_scores import scores_of
from .anticoagulant_dose import dose_fits
from .choices import about_of_table, declined_by_key
from .drugs import drugs_of
from .forbidden import Wanted, hits_of
from .listed import anticoagulant_on, company_of, contradicts, facts_from_list, history_of, interactions_of
from .named_anticoagulant import anticoagulant_named

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
DOSE, VERDICT, DOSE_FITS = "anticoagulant_dose", "anticoagulant_verdict", "anticoagulant_dose_fits"
NOT_TOLERATED, NO_CALCIUM_BLOCKER = "beta_blocker_excluded", "calcium_blocker_excluded"
BETA_BLOCKER = "beta_blocker"
OPEN_DANGER = "open_danger"
"""Whether a danger was seen about which nobody wrote down what was done."""
WORKED_OUT = frozenset({"age", "sex", "creatinine_clearance", "apixaban_low_dose_criteria", "stroke_risk",
                        "bleeding_risk_high", INTERACTION, VERDICT, DOSE_FITS, NOT_TOLERATED, NO_CALCIUM_BLOCKER,
                        OPEN_DANGER})  # fmt: skip
"""Inputs of the tables that nobody types: they follow from other facts or from registration."""
CALCIUM_BLOCKER = "diltiazem_or_verapamil"
"""The group of interactions.toml that rate control may name and no protocol titrates."""
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
    forbidden: Mapping[str, str] = field(default_factory=dict)
    """Per drug of this pathway what the register says against it."""
    declined: Mapping[str, AdviceChoice] = field(default_factory=dict)
    """Per table that its answer was declined, and nothing it rested on has changed since."""
    on: date | None = None
    company: Company | None = None
    """What stands beside the anticoagulant."""
    interactions: tuple[Interaction, ...] = ()
    """What does not go together with the anticoagulant in use, the gravest first."""
    contradiction: bool = False
    """The list and the answer to which anticoagulant is used can't both be right: nothing is started then."""
    named: tuple[str, ...] = ()
    """The words of a text that name an anticoagulant, while the list holds none and nobody settled it."""

    @property
    def runs(self) -> bool:
        """Whether this pathway is this patient's too."""
        return self.own or (self.inclusion.is_decided and self.inclusion.value("advice") == INCLUDED)

    def asked_for(self, names: Iterable[str]) -> list[str]:
        """Missing facts as somebody can answer them: instead of the verdict on other drugs the questions behind it."""
        found: list[str] = []
        drug = self.facts.get(DRUG)
        for name in names:
            if name == INTERACTION and self.company is not None and drug is not None and self.on is not None:
                found += self.company.open_facts(str(drug.value), self.facts, on=self.on)
            else:
                found.append(name)
        return list(dict.fromkeys(found))

    @property
    def held(self) -> bool:
        """Whether a danger is open: nothing is started or raised until somebody wrote down what was done."""
        given = self.facts.get(OPEN_DANGER)
        return given is not None and given.value is True

    @property
    def unknown(self) -> bool:
        """Whether nobody can say: then it is asked, and nothing is shown as if it were "no"."""
        return not self.own and not self.inclusion.is_decided


def beside(viewer: Viewer, episode: Episode, *, at: datetime) -> list[Beside]:
    """Every second pathway with its answers of this moment, computed and not stored."""
    check_access(viewer, Right.VIEW_CLINICAL, patient=episode.patient_id, at=at)
    on = timezone.localdate(at)
    return [answer(episode, pathway, at=at) for pathway in pathways_beside(episode, on=on)]


def answer(episode: Episode, pathway: Pathway, *, at: datetime) -> Beside:
    """What a second pathway says about this patient. The caller has checked access."""
    on = timezone.localdate(at)
    history = history_of(episode.patient_id, on=on)
    taken = _facts(episode, pathway, at=at)
    facts, problems = taken.facts, taken.problems
    inclusion = decided(pathway, INCLUSION, (facts, *taken.readings), on=on)
    own = pathway.key == episode.pathway
    if not own and (not inclusion.is_decided or inclusion.value("advice") != INCLUDED):
        return Beside(pathway=pathway, inclusion=inclusion, decisions={}, facts=facts)
    company = company_of(pathway, history, at=at)
    row = anticoagulant_on(pathway, history, at=at)
    (scores, facts, dose), *scored = (
        _with_scores(episode, pathway, one, company, row, on=on) for one in (facts, *taken.readings)
    )
    # Whether a patient can go back is on the page already, as the answer of the episode's own pathway.
    tables = [name for name in TABLES if name in pathway.tables and not (own and name == STABLE)]
    every = (facts, *(reading for _scores, reading, _dose in scored))
    decisions = {name: decided(pathway, name, every, on=on) for name in tables}
    if dose is not None:
        doses = [one for _scores, _facts, one in scored if one is not None]
        decisions[DOSE] = for_every_reading(pathway.table(DOSE), dose, doses)
    drug = facts.get(DRUG)
    named = anticoagulant_named(episode, pathway, on=on, history=history)
    return Beside(
        pathway=pathway,
        inclusion=inclusion,
        decisions=decisions,
        facts=facts,
        stroke=score(scores, STROKE, facts, on=on) if STROKE in scores.points else None,
        bleeding=score(scores, BLEEDING, facts, on=on) if BLEEDING in scores.points else None,
        clearance=creatinine_clearance(scores, facts, on=on),
        anticoagulant=row,
        own=own,
        problems=tuple(one for one in problems if _uses(pathway, one)),
        forbidden=_forbidden(episode, pathway, at=at),
        declined=declined_by_key(
            episode, {name: about_of_table(one) for name, one in decisions.items() if one.is_decided}
        ),
        on=on,
        company=company,
        interactions=company.at_hand(str(drug.value), facts, on=on) if drug is not None else (),
        contradiction=bool(named) or contradicts(pathway, history, _answered_drug(episode, pathway, on=on), at=at),
        named=named,
    )  # fmt: skip


def _forbidden(episode: Episode, pathway: Pathway, *, at: datetime) -> dict[str, str]:
    register = register_of(episode.patient_id)
    found = {}
    for drug in drugs_of(pathway).values() if register.entries else ():
        wanted = Wanted(drug=drug.key, name=drug.label["nl"], atc=drug.atc, drug_class=drug.drug_class)
        if hits := hits_of(episode, wanted, at=at, register=register):
            found[drug.key] = "; ".join(hit.entry.words for hit in hits)
    return found


def decided(pathway: Pathway, table: str, every: Sequence[Mapping[str, FactValue]], *, on: date) -> Decision:
    """A table's answer; `every` are the facts without what contradicts itself, then those with each of its readings."""
    asked = pathway.table(table)
    first, *readings = (evaluate(asked, facts, on=on) for facts in every)
    return for_every_reading(asked, first, readings)


def facts_with_scores(episode: Episode, pathway: Pathway, *, at: datetime) -> list[dict[str, FactValue]]:
    """Everything ``stable`` of such a pathway may use, with what its calculators work out; after that the same with
    each of the results that contradict each other, if any do.

    When list and answer about the anticoagulant can't both be right, which one is used is unknown.
    """
    return _of_stable(episode, pathway, _facts(episode, pathway, at=at), at=at)


def facts_included(episode: Episode, pathway: Pathway, *, at: datetime) -> list[dict[str, FactValue]] | None:
    """The same for a second pathway that runs along; None for one that does not, or of which nobody can say."""
    taken = _facts(episode, pathway, at=at)
    every = (taken.facts, *taken.readings)
    inclusion = decided(pathway, INCLUSION, every, on=timezone.localdate(at))
    if not inclusion.is_decided or inclusion.value("advice") != INCLUDED:
        return None
    return _of_stable(episode, pathway, taken, at=at)


def _of_stable(
    episode: Episode, pathway: Pathway, taken: Taken, *, at: datetime
) -> list[dict[str, FactValue]]:
    on = timezone.localdate(at)
    history = history_of(episode.patient_id, on=on)
    company, row = company_of(pathway, history, at=at), anticoagulant_on(pathway, history, at=at)
    unclear = contradicts(pathway, history, _answered_drug(episode, pathway, on=on), at=at)
    unclear = unclear or bool(anticoagulant_named(episode, pathway, on=on, history=history))
    left_out = (DRUG, VERDICT, DOSE_FITS) if unclear else ()
    return [
        {
            name: value
            for name, value in _with_scores(episode, pathway, one, company, row, on=on)[1].items()
            if name not in left_out
        }
        for one in (taken.facts, *taken.readings)
    ]


def _answered_drug(episode: Episode, pathway: Pathway, *, on: date) -> FactValue | None:
    given = pathway.facts.get(DRUG)
    return facts_of(episode.patient_id, dictionary={DRUG: given}, on=on).get(DRUG) if given else None


def _with_scores(
    episode: Episode,
    pathway: Pathway,
    facts: Mapping[str, FactValue],
    company: Company,
    row: MedicationAgreement | None,
    *,
    on: date,
) -> tuple[Scores, dict[str, FactValue], Decision | None]:
    """The calculators, the facts with what they work out, and the dose check of the anticoagulant in use (``row``)."""
    scores = scores_of(episode.network_id, pathway, on=on)
    found = dict(anticoagulation_facts(scores, facts, on=on))
    if DOSE not in pathway.tables:
        return scores, found, None
    drug = found.get(DRUG)
    if drug is None:
        return scores, found, evaluate(pathway.table(DOSE), found, on=on)
    decision = check_anticoagulant_dose(pathway.table(DOSE), found, str(drug.value), company, on=on)
    if decision.is_decided and VERDICT in pathway.dictionary:
        found[VERDICT] = FactValue(str(decision.value("verdict")), on, "calculated")
    fits = dose_fits(decision, row)
    if fits is not None and DOSE_FITS in pathway.dictionary:
        found[DOSE_FITS] = FactValue(fits, on, "calculated")
    return scores, found, decision


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
    on, found = timezone.localdate(at), set()
    history = history_of(episode.patient_id, on=on)
    for pathway in pathways:
        found |= set(facts_from_list(pathway, history, {}, on=on, at=at))
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
    if DRUG in pathway.dictionary:
        wanted |= interactions_of(pathway).facts_about(pathway.facts[DRUG].values)
    return [name for name in pathway.facts if name in wanted - WORKED_OUT]


def basis_of(decision: Decision) -> str:
    """A fingerprint of a decision: as long as it is the same, so are its facts and its answer."""
    return sha256(json.dumps(decision.to_dict(), sort_keys=True).encode()).hexdigest()[:32]


# ---- facts ----


def _facts(episode: Episode, pathway: Pathway, *, at: datetime) -> Taken:
    """Observations, who the patient is, and the medication list: what is taken today is known today."""
    on, taken = timezone.localdate(at), undoubted_facts(episode, pathway, at=at)
    always = _register_of_calcium_blockers(episode, pathway, at=at)
    if OPEN_DANGER in pathway.dictionary and episode.ended_at is None:
        waits = Task.objects.filter(patient=episode.patient_id, kind=DANGER, status=Task.Status.OPEN)
        always[OPEN_DANGER] = FactValue(waits.exists(), on, "danger")
    return replace(
        taken,
        facts={**taken.facts, **_not_tolerated(episode, pathway, taken.facts, on=on), **always},
        readings=tuple(
            {**one, **_not_tolerated(episode, pathway, one, on=on), **always} for one in taken.readings
        ),
    )


def _register_of_calcium_blockers(
    episode: Episode, pathway: Pathway, *, at: datetime
) -> dict[str, FactValue]:
    """Whether the register holds something against diltiazem or verapamil."""
    if NO_CALCIUM_BLOCKER not in pathway.dictionary:
        return {}
    on, register = timezone.localdate(at), register_of(episode.patient_id)
    wanted = _calcium_blockers(episode.network_id, on=on) if register.entries else []
    if any(hits_of(episode, one, at=at, register=register) for one in wanted):
        return {NO_CALCIUM_BLOCKER: FactValue(True, on, "register")}
    return {}


def _calcium_blockers(network: str, *, on: date) -> list[Wanted]:
    """The drugs of the group by code, and by every name of `[names]`: an entry of the register may hold either."""
    pathways = pathways_on(network, on=on)
    for one in pathways:
        protocol = protocol_of(one)
        group = protocol.interactions.groups.get(CALCIUM_BLOCKER) if protocol is not None else None
        if group is not None:
            names = [name for name, code in codes_by_name(pathways).items() if group.holds(code)]
            return [*(Wanted(atc=code) for code in group.atc), *(Wanted(name=name) for name in names)]
    return []


def _not_tolerated(
    episode: Episode, pathway: Pathway, known: Mapping[str, FactValue], *, on: date
) -> dict[str, FactValue]:
    """Whether a beta-blocker may not be started, by the titration protocol that knows the class and the register."""
    if NOT_TOLERATED not in pathway.dictionary:
        return {}
    for one in pathways_on(episode.network_id, on=on):
        protocol = protocol_of(one)
        if protocol is None or BETA_BLOCKER not in protocol.drug_class:
            continue
        patient = gather_many([episode.patient], protocol, facts=(), on=on)[episode.patient_id]
        excluded = is_excluded(protocol, patient, BETA_BLOCKER, known)
        return {} if excluded is None else {NOT_TOLERATED: FactValue(excluded, on, "register")}
    return {}


def _uses(pathway: Pathway, problem: Problem) -> bool:
    """Whether a table of care looks at what was set aside."""
    tables = (pathway.table(name) for name in TABLES if name in pathway.tables)
    return any(name in table.facts for table in tables for name in problem.blocks or (problem.about,))
