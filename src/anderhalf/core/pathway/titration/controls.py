"""The controls that belong to a card: what to measure again, from when and until when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from anderhalf.core.decisions.facts import FactValues
from anderhalf.core.pathway.rechecks import rechecks
from anderhalf.core.pathway.titration.classes import ClassAnswer
from anderhalf.core.pathway.titration.derive import Context
from anderhalf.core.pathway.titration.model import DOWNWARD, UPWARD, Check, MissingFact, ProposalKind
from anderhalf.core.pathway.titration.named_use import NAMED, asks_only_use
from anderhalf.core.pathway.titration.protocol import Protocol


def checks_of(
    context: Context, answer: ClassAnswer, kind: ProposalKind, missing: Sequence[MissingFact]
) -> tuple[Check, ...]:
    """By the schedule of the class, sooner where a value asks for it, and never later than an open danger does."""
    danger = context.danger or context.patient.open_danger
    return tuple(
        _in_danger(context.protocol, each, on=context.on, danger=danger)
        for each in _scheduled(context, answer, kind, missing)
    )


def after_step(
    protocol: Protocol, drug_class: str, facts: FactValues, *, begin: date, on: date, danger: bool
) -> tuple[Check, ...]:
    """The same for a step that was taken without a card, from `begin`; `facts` with what follows from them."""
    return tuple(
        _in_danger(protocol, each, on=on, danger=danger)
        for each in _of_class(protocol, drug_class, facts, begin=begin, on=on)
    )


def _in_danger(protocol: Protocol, check: Check, *, on: date, danger: bool) -> Check:
    """A control is never later than that of an open danger."""
    days = protocol.limits.danger_recheck_days
    if days is None or not danger:
        return check
    latest = on + timedelta(days=days)
    return replace(check, from_on=min(check.from_on, latest), until_on=min(check.until_on, latest))


def _of_class(
    protocol: Protocol, drug_class: str, facts: FactValues, *, begin: date, on: date
) -> tuple[Check, ...]:
    usual = (
        Check(
            facts=entry.facts, from_on=begin + timedelta(days=entry.from_days),
            until_on=begin + timedelta(days=entry.until_days), then=entry.then, source=entry.source,
        )
        for entry in protocol.monitoring
        if drug_class in entry.classes
    )  # fmt: skip
    return tuple(_sooner(protocol, facts, each, on=on) for each in usual)


def _scheduled(
    context: Context, answer: ClassAnswer, kind: ProposalKind, missing: Sequence[MissingFact]
) -> tuple[Check, ...]:
    protocol, on, key = context.protocol, context.on, answer.drug_class.key
    if kind is ProposalKind.NEEDS_DATA:
        if asks_only_use(missing):
            return ()
        names = tuple(each.fact for each in missing if each.why != NAMED) or protocol.laboratory_facts
        return (Check(facts=names, from_on=on, until_on=on),)
    repeat = answer.speaking.output("first") == "repeat_laboratory"
    if kind in UPWARD or kind in DOWNWARD or repeat:
        begin = max(on, answer.not_before.date()) if answer.not_before is not None else on
        return _of_class(protocol, key, context.facts, begin=begin, on=on)
    if not answer.state.on_drug:
        return ()
    dates = [
        value.on for name in protocol.laboratory_facts if (value := context.facts.get(name)) and value.on
    ]
    due = min(dates) + timedelta(days=protocol.stable_days) if dates else on
    return (
        Check(facts=protocol.stable_facts, from_on=on, until_on=max(on, due), source=protocol.stable_source),
    )


def _sooner(protocol: Protocol, facts: FactValues, check: Check, *, on: date) -> Check:
    """A check that falls due within days because of a value as it is now: after potassium 6.4 nobody waits a week."""
    about = [
        one
        for one in rechecks(protocol.rechecks, protocol.facts, facts, on=on)
        if set(one.rule.measure) & set(check.facts)
    ]
    if not about or about[0].until >= check.until_on:
        return check
    until = max(about[0].until, on)
    return replace(check, from_on=min(check.from_on, until), until_on=until, source=about[0].rule.source)
