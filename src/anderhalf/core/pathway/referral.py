"""Where a referral goes: which line, how soon, why, what is missing, and what the referrer still has to do.

The one routing of the service. Danger is looked for first (`danger.look_for_danger`): what is certain is given at
once, even while other questions are open, because facts that are still missing could only make it more urgent. Then
three tables answer: `exclusion` (who must never wait here), `referral` (line and urgency) and `to_do`. What is an
alarm in care makes the term no later than the pathway says (`alarm_at_referral`): a value waits no longer because it
comes with a referral.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from anderhalf.core.decisions.evaluate import evaluate
from anderhalf.core.decisions.explain import Decision, RuleExplanation
from anderhalf.core.decisions.facts import (
    FactType,
    FactValue,
    FactValues,
    Freshness,
    check_value,
    freshness,
)
from anderhalf.core.decisions.policy import Status
from anderhalf.core.pathway.danger import (
    ACTIONS,
    ALARM_TABLES,
    EXCLUSION,
    IN_WORDS,
    look_for_danger,
    other_egfr,
    with_signs,
)
from anderhalf.core.pathway.interactions import Interaction, Severity
from anderhalf.core.pathway.model import Pathway
from anderhalf.core.pathway.routing import EMERGENCY, Missing, Reason, Routing, RoutingStatus, ToDo

REFERRAL, TO_DO = "referral", "to_do"
NONE = "none"
UNDESIRABLE = "hospital_undesirable"
NOW = "now"
"""The moment of a task that waits for no appointment: said also to who is not referred on."""
FIRST_LINE, INTERMEDIATE, SECOND_LINE = "first", "intermediate", "second"
CALL = "call"
"""What an open question can become that is no line of care: somebody is called about it the same day. Where the patient
is seen follows from that call, which hears first whether hospital care is wanted at all."""
WITH_ITS_DRUG = frozenset(
    {"mechanical_valve", "mitral_stenosis", "dialysis", "asthma", "ace_inhibitor_stopped"}
)
"""What only matters beside a drug: asked when that drug is used, so when this answer alone makes the difference."""
ASKED_ITSELF = frozenset({"is_known", "any_of", "two_of", "egfr"})
"""Derivations that can only say "yes" by themselves, need many answers, or stand in for what a laboratory reports: the
fact itself is asked as well."""


def route_referral(
    pathway: Pathway,
    facts: FactValues,
    *,
    on: date,
    birth_date: date | None = None,
    doubtful: Mapping[str, Sequence[FactValue]] | None = None,
    series: Mapping[str, Sequence[FactValue]] | None = None,
    pairs: Sequence[Interaction] = (),
) -> Routing:
    """Route a referral on a day.

    `facts` holds what is known, in the dictionary's units; facts that follow (age from birth_date, BMI, days
    since admission) are worked out here. `doubtful`: per fact the readings that nobody confirmed; they count for
    danger only, as does `series`: per fact its values over time (see `look_for_danger`). `pairs`: drugs of this person
    that do not go together (see `pairs.pairs_on_list`). Raises KeyError for a pathway
    without the tables `exclusion` and `referral`, and FactValueError for a value that its fact cannot have.
    """
    found = route_by_tables(pathway, facts, on=on, birth_date=birth_date, doubtful=doubtful, series=series)
    alarms = _alarms(found, facts, birth_date=birth_date, doubtful=doubtful or {}, series=series)
    return _no_slower(alarms, pairs)


def route_by_tables(
    pathway: Pathway,
    facts: FactValues,
    *,
    on: date,
    birth_date: date | None = None,
    doubtful: Mapping[str, Sequence[FactValue]] | None = None,
    series: Mapping[str, Sequence[FactValue]] | None = None,
) -> Routing:
    """What the tables of the referral alone answer; arguments as for :func:`route_referral`."""
    for name in facts.keys() & pathway.facts.keys():
        check_value(pathway.dictionary[name], facts[name].value)
    known = pathway.dictionary.derive(facts, on=on, birth_date=birth_date)
    danger = look_for_danger(
        [pathway], facts, on=on, birth_date=birth_date, doubtful=doubtful, series=series, tables=(EXCLUSION,)
    )
    exclusion = danger.decisions[pathway.key, EXCLUSION]
    referral = evaluate(pathway.table(REFERRAL), known, on=on)
    decisions = {EXCLUSION: exclusion, REFERRAL: referral}
    certain = _certain_exclusion(exclusion)
    outcome: Mapping[str, Any] = {}
    rules: tuple[RuleExplanation, ...] = ()
    if certain is not None:
        status, outcome, rules = _no_nearer(referral, *_excluded(exclusion, certain))
    elif not exclusion.is_decided:
        status = RoutingStatus(exclusion.status.value)
    else:
        status = RoutingStatus(referral.status.value)
        outcome = referral.outcome if isinstance(referral.outcome, Mapping) else {}
        rules = referral.decisive
    line, urgency = _code(outcome, "line"), str(outcome.get("urgency") or "")
    if TO_DO in pathway.tables:
        decisions[TO_DO] = evaluate(pathway.table(TO_DO), known, on=on)
    term = pathway.urgencies.get(urgency)
    return Routing(
        pathway=pathway, status=status, line=line,
        likely=line or (_code(referral.outcome, "line") if referral.is_decided else ""),  # type: ignore[arg-type]
        urgency=urgency, days=term.days if term else None, action=_code(outcome, "action"),
        excluded=certain is not None, danger=danger,
        reasons=tuple(
            Reason(rule=rule.rule_id, texts=rule.why, source=rule.source, local=rule.local) for rule in rules
        ),
        missing=_missing(
            pathway, _open(status, exclusion, referral, outcome, excluded=certain is not None), _becomes(outcome),
            {name for name, given in known.items() if _is_fresh(pathway, name, given, on)},
        ),
        to_do=_for_line(line, _to_do(decisions.get(TO_DO))),
        decisions=decisions, on=on, other_egfr=other_egfr(pathway, facts, known, on=on),
        hospital_undesirable=UNDESIRABLE in known and known[UNDESIRABLE].value is True,
    )  # fmt: skip


def _alarms(
    routing: Routing,
    facts: FactValues,
    *,
    birth_date: date | None,
    doubtful: Mapping[str, Sequence[FactValue]],
    series: Mapping[str, Sequence[FactValue]] | None,
) -> Routing:
    """The routing with what is an alarm in care, by the same facts. A number that nobody confirmed and that would be
    one is said as a danger is: "is this right?". What only words say is asked for the dangers alone."""
    pathway = routing.pathway
    tables = tuple(name for name in ALARM_TABLES if name in pathway.tables)
    numbers = {
        name: [one for one in readings if one.origin != IN_WORDS or _is_gain(pathway, name)]
        for name, readings in doubtful.items()
        if name in pathway.facts and pathway.facts[name].type is FactType.NUMBER
    }
    found = look_for_danger(
        [pathway], facts, on=routing.on, birth_date=birth_date, doubtful=numbers, series=series, tables=tables
    )
    worse = {name for sign in routing.danger.signs for name in sign.if_right}
    more = [sign for sign in found.if_right if not worse & sign.if_right.keys()]
    routing = replace(routing, danger=with_signs(routing.danger, more))
    if not found.certain:
        return routing
    decided = {name: found.decisions[pathway.key, name] for name in tables}
    return replace(routing, alarms=found.certain, decisions={**routing.decisions, **decided})


def _is_gain(pathway: Pathway, name: str) -> bool:
    derived = pathway.dictionary.entry(name).derived
    return derived is not None and derived.how == "gain"


def _no_slower(routing: Routing, pairs: Sequence[Interaction]) -> Routing:
    """The routing, no slower than an alarm or a contraindicated pair asks for in care."""
    routing = replace(routing, pairs=tuple(pairs))
    pathway, answer = routing.pathway, routing.pathway.alarm_at_referral
    because = [
        Reason(rule=one.rule, texts=one.why, source=one.source, local=one.local) for one in routing.alarms
    ] + [
        Reason(rule=pair.id, texts=pair.why, source=pair.source, local=pair.grade == "local")
        for pair in pairs
        if pair.severity is Severity.CONTRAINDICATED
    ]
    if answer is None or not because or _days(pathway, routing.urgency) <= _days(pathway, answer.urgency):
        return routing
    # While an alarm sign is still open no line is answered: it may be an emergency. The term is said already.
    sign_open = not routing.line and not routing.decisions[EXCLUSION].is_decided
    line = "" if sign_open else answer.line if routing.line in ("", FIRST_LINE) else routing.line
    return replace(
        routing, line=line, likely=line or routing.likely or answer.line,
        urgency=answer.urgency, days=pathway.urgencies[answer.urgency].days,
        status=routing.status if routing.line or sign_open else RoutingStatus.AT_LEAST,
        # Why somebody would have stayed with the GP is no reason to be seen.
        reasons=(*because, *(routing.reasons if routing.line == line else ())),
        to_do=_for_line(line, _to_do(routing.decisions.get(TO_DO))),
    )  # fmt: skip


def _days(pathway: Pathway, urgency: str) -> float:
    """The longest wait of a term; no appointment, or nothing decided, is the longest of all."""
    term = pathway.urgencies.get(urgency)
    return float("inf") if term is None or term.days is None else term.days


def _certain_exclusion(exclusion: Decision) -> RuleExplanation | None:
    """The most urgent exclusion rule that fired, whatever else is still unknown: the table is written in that order."""
    for rule in exclusion.fired:
        if rule.outputs.get("line") != NONE:
            return rule
    return None


def _excluded(
    exclusion: Decision, certain: RuleExplanation
) -> tuple[RoutingStatus, Mapping[str, Any], tuple[RuleExplanation, ...]]:
    """The exclusion's answer; only `at least` when a rule that is still open could make it more urgent."""
    worse = any(
        _urgent(rule) != _urgent(certain) and exclusion.rules.index(rule) < exclusion.rules.index(certain)
        for rule in exclusion.undecided
    )
    open_question = worse and exclusion.status is Status.NEEDS_DATA
    status = RoutingStatus.AT_LEAST if open_question else RoutingStatus.DECIDED
    same = tuple(rule for rule in exclusion.fired if _urgent(rule) == _urgent(certain))
    return status, certain.outputs, same


def _no_nearer(
    referral: Decision, status: RoutingStatus, outcome: Mapping[str, Any], rules: tuple[RuleExplanation, ...]
) -> tuple[RoutingStatus, Mapping[str, Any], tuple[RuleExplanation, ...]]:
    """What is discussed within a day in the 1.5 line takes nobody away from the cardiologist: whoever belongs in the
    2nd line by the table of the referral stays there, and while that is open it is the least."""
    if _code(outcome, "line") != INTERMEDIATE:
        return status, outcome, rules
    if not referral.is_decided:
        return RoutingStatus.AT_LEAST, outcome, rules
    if _code(referral.outcome, "line") != SECOND_LINE:  # type: ignore[arg-type]
        return status, outcome, rules
    return status, {**outcome, "line": SECOND_LINE}, (*rules, *referral.decisive)


def _open(
    status: RoutingStatus,
    exclusion: Decision,
    referral: Decision,
    outcome: Mapping[str, Any],
    *,
    excluded: bool,
) -> tuple[Decision, ...]:
    """The decisions whose open questions could change the answer: none when the most urgent one is certain."""
    if excluded and _code(outcome, "line") == INTERMEDIATE and not referral.is_decided:
        return exclusion, referral
    if excluded:
        return (exclusion,) if status is RoutingStatus.AT_LEAST else ()
    return exclusion, referral


def _urgent(rule: RuleExplanation) -> tuple[Any, Any]:
    return rule.outputs.get("line"), rule.outputs.get("urgency")


def _code(outcome: Mapping[str, Any], name: str) -> str:
    value = outcome.get(name)
    return value if isinstance(value, str) and value != NONE else ""


def _becomes(outputs: Mapping[str, Any]) -> str:
    """The line of these outputs, or CALL for a danger that is no emergency yet."""
    line = _code(outputs, "line")
    return CALL if outputs.get("action") in ACTIONS and line != EMERGENCY else line


def _is_fresh(pathway: Pathway, name: str, given: FactValue, on: date) -> bool:
    fact = pathway.facts.get(name)
    return fact is not None and freshness(fact, given, on=on) is Freshness.KNOWN


def _missing(
    pathway: Pathway, decisions: Sequence[Decision], answered: str, known: Collection[str]
) -> tuple[Missing, ...]:
    """The facts that could change the answer, the blocking ones first; a derived fact is asked by those of its inputs
    that are not `known` yet (a rise needs an earlier creatinine: the one that was typed is not asked again)."""
    found: dict[str, Missing] = {}
    for decision in decisions:
        rules = {rule.rule_id: rule for rule in decision.rules}
        states = {hinge.fact: hinge for hinge in decision.would_change}
        names = [*decision.facts_missing, *(name for name in states if name not in decision.facts_missing)]
        for name in names:
            hinge = states.get(name)
            on_hinge = [rules[rule_id] for rule_id in hinge.rules] if hinge else []
            lines = dict.fromkeys(_becomes(rule.outputs) for rule in on_hinge)
            told = [one for one in lines if one not in ("", answered)]
            alone = any(_becomes(rule.outputs) in told and _hangs_only_on(name, rule) for rule in on_hinge)
            cells = tuple(cell.text for r in on_hinge for cell in r.cells if cell.fact == name)
            if name in WITH_ITS_DRUG and not alone and name not in decision.facts_missing:
                continue
            for source in _asked_by(pathway, name):
                if source != name and source in known:
                    continue
                if source in found and found[source].blocking >= (name in decision.facts_missing):
                    continue
                found[source] = Missing(
                    fact=source,
                    lines=tuple(told),
                    cells=cells if source == name else (),
                    blocking=name in decision.facts_missing,
                    state=str(hinge.state.value) if hinge else "missing",
                    alone=alone and source == name,
                )
    return tuple(sorted(found.values(), key=lambda one: not one.blocking))


def _hangs_only_on(name: str, rule: RuleExplanation) -> bool:
    """Whether every other cell of a rule that is open is known to hold."""
    return all(cell.result for cell in rule.cells if cell.fact != name)


def _asked_by(pathway: Pathway, name: str) -> tuple[str, ...]:
    derived = pathway.dictionary.entry(name).derived
    if derived is None or derived.how in ASKED_ITSELF:
        return (name,)
    return tuple(source for one in derived.inputs for source in _asked_by(pathway, one))


def _for_line(line: str, tasks: tuple[ToDo, ...]) -> tuple[ToDo, ...]:
    """The tasks to say: none in an emergency, and without a referral only what can't wait."""
    if line == EMERGENCY:
        return ()
    return tasks if line != FIRST_LINE else tuple(one for one in tasks if one.moment == NOW)


def _to_do(decision: Decision | None) -> tuple[ToDo, ...]:
    """What is left to do, each task once."""
    found: dict[str, ToDo] = {}
    for rule in decision.fired if decision else ():
        task = str(rule.outputs["task"])
        found.setdefault(
            task, ToDo(task=task, moment=str(rule.outputs["moment"]), rule=rule.rule_id, texts=rule.why)
        )
    return tuple(found.values())
