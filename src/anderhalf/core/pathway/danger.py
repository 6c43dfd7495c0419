"""One eye for danger: do these facts of this person now need emergency or same-day action?

Asked first wherever a value enters: a referral, a contact, a result from outside, a measurement at home. The answer is
three-valued. A danger that is certain is given although everything else is unknown; "no danger" is only said when no
open question could still be one. What nobody confirmed yet (an unusual value, two results of one moment) is looked at
as well: *if this is right, call now*.

The limits stand in the pathways' tables: every rule whose output ``action`` is one of :data:`ACTIONS` is a danger.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from itertools import combinations
from typing import Any

from anderhalf.core.decisions.evaluate import evaluate
from anderhalf.core.decisions.explain import Decision, RuleExplanation
from anderhalf.core.decisions.facts import (
    FactValue,
    FactValueError,
    FactValues,
    Freshness,
    check_value,
    freshness,
)
from anderhalf.core.decisions.model import OnUnknown
from anderhalf.core.pathway.kidney import COMPUTED, EgfrFormula, contradicting_egfr, implied_creatinine
from anderhalf.core.pathway.model import Labels, Pathway
from anderhalf.core.pathway.replaced import NOTHING_NOW, GivenNow
from anderhalf.core.pathway.spared import is_spared
from anderhalf.core.pathway.used import naming_the_used

EXCLUSION, HOME_ALARMS, WEIGHT_ALARMS = "exclusion", "home_alarms", "weight_alarms"
EGFR = "egfr"
ALARM_TABLES = (HOME_ALARMS, WEIGHT_ALARMS)
"""What asks for contact with who treats the patient, no call before it."""
TABLES = (EXCLUSION, *ALARM_TABLES)
"""The tables of a pathway that know dangers, as far as it has them."""
ACTIONS = ("call_112", "call_cardiologist", "contact_team")
"""What a danger asks for, the most urgent first: the codes that the tables answer with."""
NO_CALL = ACTIONS.index("contact_team")
"""Rank from which a danger asks for no call."""

_NO_TERM = 2
"""Days by which a danger is sorted that asks for no call and of which the table gives no term: more than a day."""

IN_WORDS = "words"
"""Origin of a reading that a text gave: it is about somebody else when this person is not even asked."""

Series = Mapping[str, Sequence[FactValue]]
"""Per fact its values over time, each with its day, the oldest first."""


class DangerState(StrEnum):
    """How sure the eye is."""

    CERTAIN = "certain"
    IF_RIGHT = "if_right"
    """A value that nobody confirmed yet would be a danger."""
    UNKNOWN = "unknown"
    """Nothing that is known is a danger; an open question could be."""
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """One danger: what to do, how soon, by which rule, and on which facts."""

    action: str
    action_label: Labels
    line: str
    urgency: str
    days: int | None
    """Days within which somebody must act; 0 is now. None: the table does not say."""
    pathway: str
    table: str
    rule: str
    why: Labels
    source: str
    grade: str
    facts: tuple[str, ...]
    """The facts that the rule looked at."""
    certain: bool
    """False: only if the values of `if_right` are right. True beside them: it is so whichever of the results that
    contradict each other is right."""
    if_right: Mapping[str, FactValue]

    @property
    def local(self) -> bool:
        """Whether the rule is the network's own agreement."""
        return self.grade == "local"

    def to_dict(self) -> dict[str, Any]:
        """JSON-safe, without the values: a stored decision holds those."""
        return {
            "action": self.action, "line": self.line, "urgency": self.urgency, "pathway": self.pathway,
            "table": self.table, "rule": self.rule, "why": dict(self.why), "source": self.source,
            "grade": self.grade, "facts": list(self.facts), "certain": self.certain,
        }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Danger:
    """Every danger of this moment, the most urgent first, and what is still open."""

    signs: tuple[Sign, ...]
    missing: tuple[str, ...]
    """Facts that are not known and that could be a danger worse than what is certain."""
    decisions: Mapping[tuple[str, str], Decision]
    """(pathway, table) -> its decision on what is certain, to be stored and replayed."""

    @property
    def certain(self) -> tuple[Sign, ...]:
        """The dangers that are so, whatever else is unknown."""
        return tuple(sign for sign in self.signs if sign.certain)

    @property
    def if_right(self) -> tuple[Sign, ...]:
        """The dangers that hang on a value that nobody confirmed."""
        return tuple(sign for sign in self.signs if not sign.certain)

    @property
    def first(self) -> Sign | None:
        """The most urgent one, certain or not."""
        return self.signs[0] if self.signs else None

    @property
    def state(self) -> DangerState:
        """Certain, if right, unknown, or none."""
        if self.certain:
            return DangerState.CERTAIN
        if self.signs:
            return DangerState.IF_RIGHT
        return DangerState.UNKNOWN if self.missing else DangerState.NONE


def look_for_danger(
    pathways: Sequence[Pathway],
    facts: FactValues,
    *,
    on: date,
    birth_date: date | None = None,
    doubtful: Mapping[str, Sequence[FactValue]] | None = None,
    contradicting: Collection[str] = (),
    series: Series | None = None,
    tables: Sequence[str] = TABLES,
    now: GivenNow = NOTHING_NOW,
) -> Danger:
    """Every danger in the facts of one person on a day, by the tables of the pathways that this person is in.

    `facts` holds what is known, in the dictionary's units; what follows from it is derived here. `doubtful` holds
    per fact the readings that nobody confirmed; they never count as known, and each is tried, also together with
    others (a pulse above a pressure). Of the facts in `contradicting` one of the readings is right: a danger that all
    of them are is certain. `series` holds per fact its values over time, for changes (weight gained or
    lost); a doubtful reading is tried as the latest of its series too. A value that its fact cannot have counts as
    unknown here, it is refused where it is entered: whatever the record holds, this function answers. What only words
    say of a fact that this person is not asked (a birth, of a man) is about somebody else. Of what a form gives `now`
    no older value is looked at beside it.
    """
    series = series or {}
    signs: list[Sign] = []
    missing: dict[str, None] = {}
    decisions: dict[tuple[str, str], Decision] = {}
    asked = doubtful or {}
    for pathway in pathways:
        known = _known(pathway, facts, series, on=on, birth_date=birth_date)
        doubtful = {**_about(pathway, asked, known), **_other_kidney(pathway, facts, known, asked, on=on)}
        for name in (name for name in tables if name in pathway.tables):
            decision = evaluate(pathway.table(name), known, on=on)
            decisions[pathway.key, name] = decision
            certain = _signs(pathway, name, decision, {}, known)
            certain = [sign for sign in certain if not now.mixes(pathway, sign.facts)]
            tried = _if_right(
                pathway, name, facts, doubtful or {}, series, on=on, birth_date=birth_date, now=now
            )
            either = {
                fact: given for fact, given in (doubtful or {}).items() if fact in contradicting and given
            }
            certain += _either_way(
                pathway, name, facts, either, certain, series, on=on, birth_date=birth_date
            )
            said = {sign.rule for sign in certain}
            signs += [*certain, *(sign for sign in tried if sign.rule not in said)]
            missing |= dict.fromkeys(_open(pathway, name, decision, certain))
    signs.sort(key=lambda sign: (*_rank(sign), not sign.certain))
    return Danger(signs=tuple(signs), missing=tuple(missing), decisions=decisions)


def with_signs(danger: Danger, more: Sequence[Sign]) -> Danger:
    """The same danger with these signs among its own, the most urgent first."""
    signs = sorted((*danger.signs, *more), key=lambda sign: (*_rank(sign), not sign.certain))
    return replace(danger, signs=tuple(signs))


def other_egfr(
    pathway: Pathway, facts: FactValues, known: FactValues, *, on: date, formula: EgfrFormula | None = None
) -> FactValue | None:
    """What eGFR would be by the creatinine, when the one that was given contradicts it; None when it does not.

    `facts` are as they were given, `known` has what follows from them (the age). `formula` is the equation for a
    pathway whose own calculators have none.
    """
    formula, egfr = pathway.dictionary.egfr or formula, pathway.dictionary.entries.get(EGFR)
    if formula is None or egfr is None or egfr.derived is None:
        return None
    names = (EGFR, *egfr.derived.inputs)
    given = {**known, **{EGFR: facts[EGFR]}} if EGFR in facts else {}
    reported, creatinine, age, sex = (
        given[name]
        if name in given and freshness(pathway.dictionary[name], given[name], on=on) is Freshness.KNOWN
        else None
        for name in names
    )
    return contradicting_egfr(formula, reported=reported, creatinine=creatinine, age=age, sex=sex)


def other_creatinine(
    pathway: Pathway, facts: FactValues, known: FactValues, *, on: date, formula: EgfrFormula | None
) -> FactValue | None:
    """What creatinine would be by the eGFR that was given, when the two contradict each other; None when they do not.

    A dose that goes by the clearance looks at creatinine alone: this is the second reading that it must hear of.
    `facts`, `known` and `formula` as for :func:`other_egfr`.
    """
    formula = pathway.dictionary.egfr or formula
    if formula is None or other_egfr(pathway, facts, known, on=on, formula=formula) is None:
        return None
    egfr, age, sex = facts[EGFR], known["age"].value, known["sex"].value
    value = implied_creatinine(formula, egfr=float(str(egfr.value)), age=float(str(age)), sex=str(sex))
    return FactValue(value, egfr.on, COMPUTED)


def _other_kidney(
    pathway: Pathway,
    facts: FactValues,
    known: FactValues,
    asked: Mapping[str, Sequence[FactValue]],
    *,
    on: date,
) -> Mapping[str, Sequence[FactValue]]:
    """The eGFR that nobody gave and that is right when the given one is not: one reading more."""
    other = other_egfr(pathway, facts, known, on=on)
    return {} if other is None else {EGFR: (*asked.get(EGFR, ()), other)}


def _about(
    pathway: Pathway, asked: Mapping[str, Sequence[FactValue]], known: FactValues
) -> dict[str, Sequence[FactValue]]:
    """The doubtful readings without what words say of a fact that this person is not asked."""
    return {
        name: [one for one in readings if one.origin != IN_WORDS]
        if name in pathway.dictionary and is_spared(pathway.dictionary[name], known)
        else readings
        for name, readings in asked.items()
    }


def _known(
    pathway: Pathway, facts: FactValues, series: Series, *, on: date, birth_date: date | None
) -> Mapping[str, FactValue]:
    """The facts with what follows from them, without what cannot be."""
    possible = {name: given for name, given in facts.items() if _can_be(pathway, name, given)}
    derived = pathway.dictionary.derive(possible, on=on, birth_date=birth_date, series=series)
    return {name: given for name, given in derived.items() if _can_be(pathway, name, given)}


def _can_be(pathway: Pathway, name: str, given: FactValue) -> bool:
    if name not in pathway.dictionary:
        return True  # facts of another pathway are not looked at
    try:
        check_value(pathway.dictionary[name], given.value)
    except FactValueError:
        return False
    return True


def _if_right(
    pathway: Pathway,
    table: str,
    facts: FactValues,
    doubtful: Mapping[str, Sequence[FactValue]],
    series: Series,
    *,
    on: date,
    birth_date: date | None,
    now: GivenNow = NOTHING_NOW,
) -> list[Sign]:
    """The dangers that doubtful readings would be, each with the fewest readings that show it."""
    found: dict[str, Sign] = {}
    for readings in _together(pathway, doubtful):
        longer = {name: (*series.get(name, ()), reading) for name, reading in readings.items()}
        beside = now.beside(facts, readings)
        known = _known(pathway, {**beside, **readings}, {**series, **longer}, on=on, birth_date=birth_date)
        decision = evaluate(pathway.table(table), known, on=on)
        for sign in _signs(pathway, table, decision, readings, known):
            found.setdefault(sign.rule, sign)
    return [found[rule] for rule in pathway.table(table).rule_ids if rule in found]


def _either_way(
    pathway: Pathway,
    table: str,
    facts: FactValues,
    either: Mapping[str, Sequence[FactValue]],
    certain: Sequence[Sign],
    series: Series,
    *,
    on: date,
    birth_date: date | None,
) -> list[Sign]:
    """The least of what each reading of one fact would be, when every one of them is a danger."""
    found: dict[str, Sign] = {}
    for name, readings in either.items():
        if name not in pathway.dictionary:
            continue
        worst = []
        for reading in readings:
            tried = _if_right(pathway, table, facts, {name: (reading,)}, series, on=on, birth_date=birth_date)
            new = [sign for sign in tried if all(sign.rule != known.rule for known in certain)]
            worst.append(min(new, key=_rank, default=None))
        if all(worst):
            least = max((sign for sign in worst if sign is not None), key=_rank)
            found.setdefault(least.rule, replace(least, certain=True))
    return list(found.values())


def _together(
    pathway: Pathway, doubtful: Mapping[str, Sequence[FactValue]]
) -> Iterator[Mapping[str, FactValue]]:
    """Each reading alone, every two of different facts, and all at once."""
    every = [
        (name, reading)
        for name, readings in doubtful.items()
        if name in pathway.dictionary
        for reading in readings
    ]
    yield from ({name: reading} for name, reading in every)
    yield from (dict(two) for two in combinations(every, 2) if two[0][0] != two[1][0])
    if len(every) > 2:
        yield dict(every)


def _signs(
    pathway: Pathway, table: str, decision: Decision, if_right: Mapping[str, FactValue], known: FactValues
) -> list[Sign]:
    found = [
        _sign(pathway, table, rule, if_right)
        for rule in decision.fired
        if rule.outputs.get("action") in ACTIONS
    ]
    return [replace(one, why=naming_the_used(one.why, pathway, one.facts, known)) for one in found]


def _sign(pathway: Pathway, table: str, rule: RuleExplanation, if_right: Mapping[str, FactValue]) -> Sign:
    action, urgency = str(rule.outputs["action"]), str(rule.outputs.get("urgency") or "")
    term = pathway.urgencies.get(urgency)
    # an alarm with a term of its own is said with that term, as the rules that have one say it
    said = EXCLUSION if term is not None and table in ALARM_TABLES and EXCLUSION in pathway.tables else table
    labels = next((one.labels for one in pathway.table(said).outputs if one.name == "action"), {})
    return Sign(
        action=action, action_label=labels.get(action, {}), line=str(rule.outputs.get("line") or ""),
        urgency=urgency, days=term.days if term else None, pathway=pathway.key, table=table, rule=rule.rule_id,
        why=rule.why, source=rule.source, grade=rule.grade, facts=tuple(cell.fact for cell in rule.cells),
        certain=not if_right, if_right=dict(if_right),
    )  # fmt: skip


def _open(pathway: Pathway, table: str, decision: Decision, certain: Sequence[Sign]) -> list[str]:
    """The facts of dangers that are undecided, when they would be more urgent than what is certain."""
    worst = min((_rank(sign) for sign in certain), default=None)
    rules = pathway.table(table)
    given = {used.name for used in decision.facts_used if used.state is Freshness.IMPRECISE}
    return [
        name
        for rule in decision.undecided
        if rule.outputs.get("action") in ACTIONS
        # A value that is there but of which only a limit is known is asked about, also where an absent one is not.
        and (
            rules.rule_on_unknown(rules.rule(rule.rule_id)) is not OnUnknown.TREAT_AS_NO_MATCH
            or given & set(rule.undecided_by)
        )
        if worst is None or _rank(_sign(pathway, table, rule, {})) < worst
        for name in rule.undecided_by
    ]


def _rank(sign: Sign) -> tuple[int, int]:
    """Lower is more urgent: what to do, then how soon. A call without a term is for now; what asks for no call and has
    no term waits for a working day, so after what must be dealt with within a day."""
    return urgency_of(ACTIONS.index(sign.action), sign.days)


def urgency_of(rank: int, days: int | None) -> tuple[int, int]:
    """The same for what is known by its rank and its term only: lower is more urgent."""
    no_term = _NO_TERM if rank == NO_CALL else 0
    return rank, no_term if days is None else days
