"""A card that asks to discuss is answered once: it comes back when what it rested on has changed.

Time alone changes nothing. About a drug in use every value since the answer counts; an interaction is one question for
all classes; in danger no answer rests.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

from anderhalf.core.decisions.facts import Value
from anderhalf.core.pathway.interactions import Interaction
from anderhalf.core.pathway.titration.class_facts import beside
from anderhalf.core.pathway.titration.classes import ClassAnswer
from anderhalf.core.pathway.titration.derive import Context
from anderhalf.core.pathway.titration.model import ProposalKind, Settled
from anderhalf.core.pathway.titration.protocol import Limits

_GIVEN = frozenset({"on_drug", "drug_class", "drug"})
"""Cells that say which card it is, not what made it true."""
PAIRS = "interaction"
"""The fact that holds the interactions at hand, by id."""


def rests_on(context: Context, answer: ClassAnswer) -> Mapping[str, Value] | None:
    """The facts that made a card ask to discuss; None when it can't be settled.

    Not settled: another kind of answer, one about a drug in use that still misses facts, and the rules that the
    protocol never lets rest. Whatever is missing, a drug that is not used is not started by an answer that rests.
    """
    speaking = answer.speaking
    rule = speaking.rule
    if answer.kind is not ProposalKind.DISCUSS or rule is None:
        return None
    if speaking.missing and answer.state.on_drug:
        return None
    if rule.id in context.protocol.limits.settled_never:
        return None
    found: dict[str, Value] = {}
    for name, cell in rule.cells.items():
        given = answer.facts.get(name)
        if (
            not cell.any
            and name not in _GIVEN
            and name not in context.protocol.settings
            and given is not None
        ):
            found[name] = given.value
    pairs = beside(context, answer.drug_class.key, answer.drug)
    if pairs:
        found[PAIRS] = ", ".join(pair.id for pair in pairs)
    use = answer.state.use
    if use is not None and use.dose is not None:
        found["dose"] = format(use.dose.daily.normalize(), "f")
    return found


def settled_on(context: Context, answer: ClassAnswer) -> date | None:
    """The day on which this very card was answered, while nothing that it rests on has changed since."""
    now = rests_on(context, answer)
    if now is None or context.danger:
        return None
    return max(_days(context, answer, now), default=None)


def _days(context: Context, answer: ClassAnswer, now: Mapping[str, Value]) -> Iterator[date]:
    rule, drug = answer.speaking.rule, answer.drug.key if answer.drug is not None else ""
    if rule is None:
        return
    limits, about_pairs = context.protocol.limits, context.protocol.pair_rules
    pairs = beside(context, answer.drug_class.key, answer.drug)
    for each in context.patient.settled:
        days = (context.on - each.on).days
        if days < 0 or (limits.settled_days is not None and days > limits.settled_days):
            continue
        if any(_began_since(context, pair, each.on) for pair in pairs) or _used_since(answer, each.on):
            continue
        if rule.id in about_pairs:
            same = each.rule in about_pairs and _named(now) <= _named(each.facts)
        else:
            asks = next((rules for rules in limits.settled_same if rule.id in rules), (rule.id,))
            same = (
                each.drug_class == answer.drug_class.key
                and each.rule in asks
                and each.drug in ("", drug)
                and _same(limits, each, now)
                and not _was_other(context, each)
            )
        if same:
            yield each.on


def _same(limits: Limits, then: Settled, now: Mapping[str, Value]) -> bool:
    """Whether the facts of then and now are the same ones, and still what they were but for the agreed change.

    An interaction that ended is no change, one that came beside it is.
    """
    names = then.facts.keys() - {PAIRS}
    return (
        names == now.keys() - {PAIRS}
        and _named(now) <= _named(then.facts)
        and not any(_moved(limits, name, then.facts[name], now[name]) for name in names)
    )


def _moved(limits: Limits, name: str, before: Value, after: Value) -> bool:
    change = limits.settled_change.get(name)
    if change is not None and isinstance(before, Decimal) and isinstance(after, Decimal):
        return abs(after - before) >= change
    return before != after


def _named(facts: Mapping[str, Value]) -> frozenset[str]:
    """The interactions that were at hand."""
    return frozenset(str(facts.get(PAIRS, "")).split(", ")) - {""}


def _was_other(context: Context, then: Settled) -> bool:
    """Whether a value since the answer about a drug in use was another one: what came back is a new matter.

    Not of a step up that is not taken meanwhile (the gate).
    """
    if not then.drug or any(then.rule == rule.id for rule in context.protocol.gate.rules):
        return False
    for name, before in then.facts.items():
        newest = context.observed.latest.get(name)
        if newest is None or context.facts.get(name) != newest:
            continue  # worked out, or from the medication list: only now is known
        for one in context.observed.series.get(name, ()):
            if one.at.date() > then.on and _moved(context.protocol.limits, name, before, one.value):
                return True
    return False


def _used_since(answer: ClassAnswer, on: date) -> bool:
    """Whether a class that is not used was used after a day: that it ended (again) is a new matter."""
    last = answer.state.last
    return not answer.state.on_drug and last is not None and last.until is not None and last.until.date() > on


def _began_since(context: Context, pair: Interaction, on: date) -> bool:
    """Whether a drug of the pair was begun after a day."""
    groups = [context.protocol.interactions.groups[key] for key in pair.beside]
    return any(
        since.date() > on and any(group.holds(code) for group in groups)
        for code, since in context.history.unbroken.items()
    )
