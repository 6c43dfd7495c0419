"""Which value of a fact is the newest. A newer result that could not be read never lets an older one pass as newest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from anderhalf.core.decisions.facts import Fact, Freshness, Value, freshness, same_value
from anderhalf.exchange.fhir.dates import DUTCH_TIME
from anderhalf.exchange.fhir.problems import Reason, SkippedItem
from anderhalf.exchange.fhir.record import Ask, FoundFact, Why

# Set aside, yet no result of this patient: an older value stays the newest. What names nobody may well be this
# patient's: there is one in the file.
NO_RESULT = frozenset(
    {Reason.OTHER_SUBJECT, Reason.OTHER_FOCUS, Reason.AFTER_DEATH, Reason.NOT_DONE, Reason.WITHDRAWN}
)
# Asked for, and without a value there never was a result; with one nobody knows what it is worth.
WITHOUT_RESULT = frozenset({Reason.NOT_FINAL, Reason.CANCELLED})
# A result of the same moment that is only not final yet, or in another unit beside: the readable one holds.
HOLDS_AT_ONCE = frozenset({Reason.POOR_SAMPLE, Reason.CONFLICTING_COPIES, Reason.CONFLICTING_VALUES})


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A result that could not be used; without a day it may be newer than anything."""

    on: date | None
    order: datetime | None
    timed: bool
    holds_at_once: bool
    original: str
    values: tuple[Value, ...]
    why: Why

    def may_be_newer(self, found: FoundFact) -> bool:
        """Whether it may have been measured after the value that was read."""
        if self.on is None or found.on is None or self.order is None:
            return True
        if self.on != found.on:
            return self.on > found.on
        timed = found.at is not None
        if self.timed and timed:
            return self.order > found.order or (self.holds_at_once and self.order == found.order)
        # On one day without both times nobody knows which came last.
        return self.timed or timed or self.holds_at_once


def unreadable(item: SkippedItem) -> Unreadable | None:
    """A set-aside result of this patient as something that may be newer; None for anything else."""
    if item.fact is None or item.reason in NO_RESULT:
        return None
    if item.reason in WITHOUT_RESULT and not item.original:
        return None
    dated = item.reason not in (Reason.FUTURE_DATE, Reason.BEFORE_BIRTH)
    return Unreadable(
        on=item.on if dated else None,
        order=item.order if dated else None,
        timed=item.timed,
        holds_at_once=item.reason in HOLDS_AT_ONCE or item.corrects,
        original=item.original,
        values=item.values,
        why=Why.CONFLICT if item.reason is Reason.CONFLICTING_VALUES else Why.UNREADABLE,
    )


def newest_first(found: Iterable[FoundFact]) -> list[FoundFact]:
    """The values of one fact, newest first. A correction takes the place of what it corrects, whatever the order in
    the file: the uncorrected values of its moment are left out."""
    placed = list(enumerate(found))
    corrected = {minute_of(one) for _place, one in placed if one.corrected}
    kept = [(at, one) for at, one in placed if one.corrected or minute_of(one) not in corrected]
    kept.sort(key=lambda pair: (pair[1].order, pair[0]), reverse=True)
    return [one for _place, one in kept]


def minute_of(found: FoundFact) -> datetime:
    """The moment of a value: results of one minute are one moment."""
    return found.order.replace(second=0, microsecond=0)


def conflict(newest_first: Sequence[FoundFact]) -> SkippedItem | None:
    """What is set aside when the newest moment has different values: neither the file's order nor the value decides."""
    if not newest_first:
        return None
    same = [one for one in newest_first if minute_of(one) == minute_of(newest_first[0])]
    if all(same_value(one.value, same[0].value) for one in same):
        return None
    shown = " / ".join(
        dict.fromkeys(" ".join(filter(None, (one.original_value, one.original_unit))) for one in same)
    )
    return SkippedItem(
        reason=Reason.CONFLICTING_VALUES,
        where=same[0].where,
        fact=same[0].name,
        on=same[0].on,
        original=shown,
        order=same[0].order,
        timed=same[0].at is not None,
        kind="Observation",
        values=tuple(one.value for one in same),
        details={"values": shown},
    )


def held_back(
    fact: Fact, found: Sequence[FoundFact], unread: Iterable[Unreadable], *, on: date
) -> Ask | None:
    """What must be asked because a newer result could not be read; None when the newest value is the newest result.

    `found` is newest first and may be empty: then any unread result is asked. Each of the results that may be the
    newest counts for danger, also the one that was read when it is recent and the other has no day.
    """
    newer = [one for one in unread if not found or one.may_be_newer(found[0])]
    if not newer:
        return None
    last = max(newer, key=lambda one: (one.on is None, one.order or datetime.min.replace(tzinfo=DUTCH_TIME)))
    values = [*last.values, *(value for one in newer for value in one.values)]
    recent = found and freshness(fact, found[0].as_fact_value(), on=on) is Freshness.KNOWN
    if recent and last.on is None:
        values.append(found[0].value)
    return Ask(why=last.why, text=last.original, on=last.on, values=tuple(dict.fromkeys(values)))
