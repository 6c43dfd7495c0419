"""The controls that belong to a card: what to measure again, from when and until when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from anderhalf.core.pathway.rechecks import rechecks
from anderhalf.core.pathway.titration.classes import ClassAnswer
from anderhalf.core.pathway.titration.derive import Context
from anderhalf.core.pathway.titration.model import DOWNWARD, UPWARD, Check, MissingFact, ProposalKind


def checks_of(
    context: Context, answer: ClassAnswer, kind: ProposalKind, missing: Sequence[MissingFact]
) -> tuple[Check, ...]:
    """By the schedule of the class, sooner where a value asks for it, and never later than an open danger does."""
    return tuple(_in_danger(context, each) for each in _scheduled(context, answer, kind, missing))


def _in_danger(context: Context, check: Check) -> Check:
    """A control is never later than that of an open danger."""
    days = context.protocol.limits.danger_recheck_days
    if days is None or not (context.danger or context.patient.open_danger):
        return check
    latest = context.on + timedelta(days=days)
    return replace(check, from_on=min(check.from_on, latest), until_on=min(check.until_on, latest))


def _scheduled(
    context: Context, answer: ClassAnswer, kind: ProposalKind, missing: Sequence[MissingFact]
) -> tuple[Check, ...]:
    protocol, on, key = context.protocol, context.on, answer.drug_class.key
    if kind is ProposalKind.NEEDS_DATA:
        names = tuple(each.fact for each in missing) or protocol.laboratory_facts
        return (Check(facts=names, from_on=on, until_on=on),)
    repeat = answer.speaking.output("first") == "repeat_laboratory"
    if kind in UPWARD or kind in DOWNWARD or repeat:
        begin = max(on, answer.not_before.date()) if answer.not_before is not None else on
        usual = tuple(
            Check(
                facts=entry.facts, from_on=begin + timedelta(days=entry.from_days),
                until_on=begin + timedelta(days=entry.until_days), then=entry.then, source=entry.source,
            )
            for entry in protocol.monitoring
            if key in entry.classes
        )  # fmt: skip
        return tuple(_sooner(context, each) for each in usual)
    if not answer.state.on_drug:
        return ()
    dates = [
        value.on for name in protocol.laboratory_facts if (value := context.facts.get(name)) and value.on
    ]
    due = min(dates) + timedelta(days=protocol.stable_days) if dates else on
    return (
        Check(facts=protocol.stable_facts, from_on=on, until_on=max(on, due), source=protocol.stable_source),
    )


def _sooner(context: Context, check: Check) -> Check:
    """A check that falls due within days because of a value as it is now: after potassium 6.4 nobody waits a week."""
    about = [
        one
        for one in rechecks(context.protocol.rechecks, context.protocol.facts, context.facts, on=context.on)
        if set(one.rule.measure) & set(check.facts)
    ]
    if not about or about[0].until >= check.until_on:
        return check
    until = max(about[0].until, context.on)
    return replace(check, from_on=min(check.from_on, until), until_on=until, source=about[0].rule.source)
