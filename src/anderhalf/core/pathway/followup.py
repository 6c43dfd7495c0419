"""When somebody should be seen next: the contact of the follow-up schedule whose latest day comes first.

Pure calculation over `followup.toml` (`FollowUp`) and, for a pathway with titration, the protocol's `monitoring`.
Every answer says which entry it rests on, with its source; nothing clinical stands here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from anderhalf.core.pathway.model import ContactEvent, ContactRule, FollowUp, Labels, TestRule
from anderhalf.core.pathway.rechecks import Recheck
from anderhalf.core.pathway.titration.model import (
    DOWNWARD,
    UPWARD,
    Advice,
    Patient,
    Proposal,
    ProposalKind,
)
from anderhalf.core.pathway.titration.protocol import Monitoring, Protocol


@dataclass(frozen=True, slots=True)
class Step:
    """A change of dose in a class, and its day."""

    drug_class: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What is known about a patient in care that decides when the next contact is."""

    discharged_on: date | None = None
    """End of the last admission for heart failure."""
    seen_since_discharge: bool = False
    steps: tuple[Step, ...] = ()
    """Changes whose control has not been done yet."""
    ahead: tuple[str, ...] = ()
    """Classes in which something is still to be done (see `ahead_of`)."""
    not_before: date | None = None
    """The first day on which the next step can be taken, when that is later than today."""
    measured_on: Mapping[str, date] | None = None
    """Per fact the day of the latest value, for tests that are due."""
    rechecks: tuple[Recheck, ...] = ()
    """Values that must be measured again within days."""
    optimal_since: date | None = None
    """The day since which therapy is optimal, for the test that follows it; None: not optimal, or no such test here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One entry of the schedule that asks for a contact."""

    rule: str
    event: ContactEvent | None
    title: Labels
    when: Labels
    earliest: date
    latest: date
    measure: tuple[str, ...]
    source: str
    grade: str
    classes: tuple[str, ...] = ()
    """For a contact after a step: the classes that changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NextContact:
    """The contact that the schedule proposes."""

    on: date
    """The latest day of the reason that comes first: never in the past, never on a closed day."""
    earliest: date
    kind: str
    """visit, phone, video or home."""
    measure: tuple[str, ...]
    """What to measure then, tests that recur and will be due by that day included."""
    because: Reason
    others: tuple[Reason, ...]
    """Entries that also hold, later than the one that counts."""
    tests: tuple[TestRule, ...]
    """Tests of the schedule that are due by that day."""
    overdue: bool
    """The day that was agreed lies before today: the contact is proposed for today."""


def ahead_of(protocol: Protocol, patient: Patient, advice: Advice) -> tuple[str, ...]:
    """The classes in which titration is not finished, so that somebody has to look again soon.

    Finished are: not indicated, at target, highest tolerated, and a class that is kept for another reason than a
    measurement. A class that waits for another, for its interval, or for a value that keeps it back is not.
    """
    return tuple(each.drug_class for each in advice.proposals if _is_ahead(protocol, patient, each))


def _is_ahead(protocol: Protocol, patient: Patient, each: Proposal) -> bool:
    if each.kind is ProposalKind.NOT_INDICATED:
        return False
    if each.kind in DOWNWARD | UPWARD or each.own_kind in DOWNWARD | UPWARD or each.held_by:
        return True
    if each.kind is ProposalKind.NEEDS_DATA:
        # What only has to be asked once for a class that is not used can wait for the usual contact.
        asked = {*protocol.safety_facts, *protocol.contact_facts}
        return each.dose_now is not None or any(one.fact in asked for one in each.missing)
    if each.kind is ProposalKind.DISCUSS:
        return each.agenda  # "may be considered" does not hurry anybody
    if each.drug_class in patient.max_tolerated:
        return False
    # A dose that stays because of a measured value is looked at again; congestion that is gone is no such value.
    reasons = {*protocol.safety_facts, "interval_passed", "renal_change", "laboratory_for_step"}
    if each.kind is ProposalKind.HOLD:
        reasons |= set(protocol.contact_facts)
    return bool(_tested_by(protocol, each) & reasons)


def _tested_by(protocol: Protocol, each: Proposal) -> set[str]:
    """The facts at which the rule that speaks looks."""
    tables = (protocol.drug_class[each.drug_class].table, protocol.gate)
    rule = next((rule for table in tables for rule in table.rules if rule.id == each.rule), None)
    return set() if rule is None else {name for name, cell in rule.cells.items() if not cell.any}


def next_contact(
    follow_up: FollowUp,
    situation: Situation,
    *,
    on: date,
    monitoring: Iterable[Monitoring] = (),
    closed: Callable[[date], bool] = lambda day: False,
) -> NextContact | None:
    """The contact that comes first, or None when the schedule has no entry for this situation.

    `closed` says on which days nobody is seen: the day before it that is open is proposed, never one that has passed.
    """
    reasons = [
        *(_reason(one.rule, one.since, _days(one.rule)) for one in situation.rechecks),
        *_after_discharge(follow_up, situation),
        *_after_steps(follow_up, situation, tuple(monitoring)),
    ]
    if situation.ahead and not situation.steps:
        reasons += _waiting(follow_up, situation, on)
    if not reasons:
        reasons = [_reason(rule, on, _days(rule)) for rule in _rules(follow_up, ContactEvent.STABLE)]
    if not reasons:
        return None
    reasons.sort(key=lambda reason: (reason.latest, reason.rule))
    first = reasons[0]
    day = _open_day(max(first.latest, on), on, closed)
    measured = situation.measured_on or {}
    tests = tuple(
        test for test in follow_up.tests if _is_due(test, measured, day, optimal=situation.optimal_since)
    )
    wanted = [*first.measure, *(name for test in tests for name in test.measure)]
    return NextContact(
        on=day, earliest=min(max(first.earliest, on), day), kind=_kind(follow_up, first), because=first,
        measure=tuple(dict.fromkeys(wanted)), others=tuple(reasons[1:]), tests=tests, overdue=first.latest < on,
    )  # fmt: skip


def _rules(follow_up: FollowUp, event: ContactEvent) -> list[ContactRule]:
    return [rule for rule in follow_up.contacts if rule.event is event]


def _days(rule: ContactRule) -> int:
    # content/schedule.py asks for exactly one of the two
    return rule.within_days or rule.every_days or 0


def _reason(
    rule: ContactRule, begin: date, days: int, *, earliest: date | None = None, classes: tuple[str, ...] = ()
) -> Reason:
    return Reason(
        rule=rule.id, event=rule.event, title=rule.title, when=rule.when, earliest=earliest or begin,
        latest=begin + timedelta(days=days), measure=rule.measure, source=rule.source, grade=rule.grade,
        classes=classes,
    )  # fmt: skip


def _after_discharge(follow_up: FollowUp, situation: Situation) -> list[Reason]:
    if situation.discharged_on is None or situation.seen_since_discharge:
        return []
    begin = situation.discharged_on
    return [_reason(rule, begin, _days(rule)) for rule in _rules(follow_up, ContactEvent.DISCHARGE)]


def _after_steps(
    follow_up: FollowUp, situation: Situation, monitoring: tuple[Monitoring, ...]
) -> list[Reason]:
    """Per step its contact: as soon as the control of the class makes sense, no later than either of the two says."""
    found = []
    for step in situation.steps:
        mine = [entry for entry in monitoring if step.drug_class in entry.classes]
        for rule in _rules(follow_up, ContactEvent.STEP):
            days = min([_days(rule), *(entry.until_days for entry in mine)])
            earliest = step.on + timedelta(days=min([days, *(entry.from_days for entry in mine)]))
            reason = _reason(rule, step.on, days, earliest=earliest, classes=(step.drug_class,))
            shortest = min(mine, key=lambda entry: entry.until_days, default=None)
            if shortest is not None and shortest.until_days <= _days(rule):
                reason = _monitored(reason, shortest)
            found.append(reason)
    return found


def _monitored(reason: Reason, entry: Monitoring) -> Reason:
    """The protocol's own control decides the day, so its source is the one to show."""
    return Reason(
        rule=reason.rule, event=reason.event, title=reason.title, when=reason.when, earliest=reason.earliest,
        latest=reason.latest, measure=tuple(dict.fromkeys((*reason.measure, *entry.facts))), source=entry.source,
        grade=entry.grade, classes=reason.classes,
    )  # fmt: skip


def _waiting(follow_up: FollowUp, situation: Situation, on: date) -> list[Reason]:
    """Nothing was changed, but something is still to be done: no later than agreed, not before the step is possible."""
    found = []
    for rule in _rules(follow_up, ContactEvent.WAITING):
        latest = on + timedelta(days=_days(rule))
        possible = max(situation.not_before or on, on)
        found.append(_reason(rule, on, _days(rule), earliest=min(possible, latest), classes=situation.ahead))
    return found


def _kind(follow_up: FollowUp, reason: Reason) -> str:
    return follow_up.contact(reason.rule).kind


def _open_day(day: date, on: date, closed: Callable[[date], bool]) -> date:
    """The last open day up to `day`; when all of those have passed, the first open one after it."""
    earlier = day
    while closed(earlier) and earlier > on:
        earlier -= timedelta(days=1)
    if not closed(earlier):
        return earlier
    later = day
    # A year without an open day is a fault of the calendar, not a reason to go on for ever.
    for _ in range(366):
        if not closed(later):
            return later
        later += timedelta(days=1)
    return day


def once(follow_up: FollowUp) -> tuple[TestRule, ...]:
    """The tests of a schedule that are made once, some time after therapy became optimal."""
    return tuple(test for test in follow_up.tests if test.after_days is not None)


def is_done(test: TestRule, measured: date | None, begin: date) -> bool:
    """Whether a test that is made once was made: not before `after_days` have passed since the beginning."""
    return measured is not None and measured >= begin + timedelta(days=test.after_days or 0)


def due_between(test: TestRule, begin: date) -> tuple[date, date]:
    """From which day a test that is made once is due, and by which day it should be there."""
    first = begin + timedelta(days=test.after_days or 0)
    return first, begin + timedelta(days=test.latest_days or test.after_days or 0)


def _is_due(test: TestRule, measured: Mapping[str, date], day: date, *, optimal: date | None) -> bool:
    """Whether a test will be due on a day. One that recurs: when the oldest value it asks for is older than agreed;
    one that is made once after optimal therapy: when its time has come and it was not made since.

    A value that was never measured makes it due, however fresh the others: a haemoglobin is no iron status.
    """
    latest = [measured[name] for name in test.measure if name in measured]
    oldest = min(latest) if len(latest) == len(test.measure) else None
    if test.after_days is not None:
        return (
            optimal is not None
            and due_between(test, optimal)[0] <= day
            and not is_done(test, oldest, optimal)
        )
    if test.every_days is None:
        return False
    return oldest is None or oldest + timedelta(days=test.every_days) <= day
