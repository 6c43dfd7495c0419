"""From all observations to the one value per fact that may be used, and every entry that may not.

A newest result that cannot be used (impossible, unreliable, in conflict) makes the fact unknown: an older
value never steps in for it, because the newest may be the one that matters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import product
from typing import Protocol, TypeVar

from anderhalf.core.decisions.facts import Fact, FactValue, FactValueError, Value, check_value
from anderhalf.core.pathway.titration.model import Observation, ObservationStatus, Problem, ProblemKind


@dataclass(frozen=True, slots=True)
class Observed:
    """Usable values, usable series (oldest first) and what was set aside."""

    latest: Mapping[str, FactValue]
    series: Mapping[str, tuple[Observation, ...]]
    problems: tuple[Problem, ...]
    doubtful: Mapping[str, tuple[FactValue, ...]]
    """Per fact that is unknown because of a problem: what its readings say if they are right (see `danger`)."""
    contradicting: Mapping[str, tuple[FactValue, ...]] = field(default_factory=dict)
    """Those of `doubtful` with results of one moment that differ: one of them is right, so what follows from every
    one of them is certain (see :func:`observe_each`)."""

    def blocked(self) -> Mapping[str, ProblemKind]:
        """Facts that are unknown because of a problem, and which."""
        return {name: problem.kind for problem in self.problems for name in problem.blocks}


def observe(facts: Mapping[str, Fact], observations: Sequence[Observation], *, at: datetime) -> Observed:
    """Choose per fact (name -> what it is) the latest value that may be used at a moment."""
    problems: list[Problem] = []
    by_fact: dict[str, list[Observation]] = {}
    for observation in observations:
        if observation.fact not in facts or observation.status is ObservationStatus.ENTERED_IN_ERROR:
            continue
        if observation.recorded_at is not None and observation.recorded_at > at:
            continue  # not known yet at that moment
        if observation.at > at:
            name = observation.fact
            problems.append(_problem(facts, ProblemKind.FUTURE, name, [observation.value], (name,)))
            continue
        by_fact.setdefault(observation.fact, []).append(observation)
    latest: dict[str, FactValue] = {}
    doubtful: dict[str, tuple[FactValue, ...]] = {}
    series: dict[str, tuple[Observation, ...]] = {}
    for name, found in by_fact.items():
        found.sort(key=lambda each: (each.at, each.recorded_at or each.at))
        usable = _usable(facts, name, found, problems)
        if usable:
            series[name] = tuple(usable)
        newest = found[-1].at
        if usable and _minute(usable[-1].at) == _minute(newest):
            chosen = usable[-1]
            latest[name] = FactValue(chosen.value, chosen.at.date(), chosen.origin)
        else:
            doubtful[name] = _readings(facts[name], found)
    _implausible_pairs(facts, latest, series, problems, doubtful)
    for problem in problems:
        if problem.kind is ProblemKind.FUTURE:
            latest.pop(problem.about, None)
    conflicts = {each.about for each in problems if each.kind is ProblemKind.CONFLICT}
    contradicting = {name: readings for name, readings in doubtful.items() if name in conflicts}
    return Observed(latest, series, tuple(problems), doubtful, contradicting)


HOME = "home"
"""Origin of what somebody measured at home and typed in there."""


class Entered(Protocol):
    """What :func:`last_entered` needs to know of a row."""

    @property
    def at(self) -> datetime:
        """When it was true."""

    @property
    def recorded_at(self) -> datetime | None:
        """When it was entered."""

    @property
    def origin(self) -> str:
        """Where it came from."""


Row = TypeVar("Row", bound=Entered)


def last_entered(same: Sequence[Row]) -> list[Row]:
    """Of the entries of one minute those that count: all, so that they may contradict each other.

    But who types at home what is so now, and types again within the minute, tells what is so by then: only the last
    of such entries counts. Two values of the very same moment still contradict each other.
    """
    if any(each.origin != HOME or each.recorded_at != each.at for each in same):
        return list(same)
    newest = max(each.at for each in same)
    return [each for each in same if each.at == newest]


MOST_READINGS = 64
"""Combinations of contradicting results that are tried; facts beyond that stay unknown."""


def observe_each(
    facts: Mapping[str, Fact], observations: Sequence[Observation], observed: Observed, *, at: datetime
) -> tuple[Observed, ...]:
    """What would be used if one of the contradicting results were the right one, for every combination of them.

    Empty when nothing contradicts. What stands in all of these stands whichever result is right.
    """
    tried: dict[str, tuple[Value, ...]] = {}
    combinations = 1
    for name, readings in observed.contradicting.items():
        if combinations * len(readings) <= MOST_READINGS:
            tried[name] = tuple(reading.value for reading in readings)
            combinations *= len(readings)
    if not tried:
        return ()
    newest = {
        name: max(_minute(one.at) for one in observations if one.fact == name and _counts(one, at))
        for name in tried
    }
    found = []
    for values in product(*tried.values()):
        right = dict(zip(tried, values, strict=True))
        kept = [
            one
            for one in observations
            if one.fact not in right
            or _minute(one.at) != newest[one.fact]
            or (type(one.value), one.value) == (type(right[one.fact]), right[one.fact])
        ]
        found.append(observe(facts, kept, at=at))
    return tuple(found)


def _counts(observation: Observation, at: datetime) -> bool:
    """Whether it stands in the record at a moment: known then, of then or before, and not entered in error."""
    if observation.status is ObservationStatus.ENTERED_IN_ERROR:
        return False
    return observation.at <= at and (observation.recorded_at is None or observation.recorded_at <= at)


def _readings(fact: Fact, found: list[Observation]) -> tuple[FactValue, ...]:
    """What the newest minute says, each different value once, without what cannot be."""
    newest = last_entered([each for each in found if _minute(each.at) == _minute(found[-1].at)])
    values = dict.fromkeys(each.value for each in newest if _can_be(fact, each.value))
    return tuple(FactValue(value, found[-1].at.date(), newest[0].origin) for value in values)


def _can_be(fact: Fact, value: Value) -> bool:
    try:
        check_value(fact, value)
    except FactValueError:
        return False
    return True


def _usable(
    facts: Mapping[str, Fact], name: str, found: list[Observation], problems: list[Problem]
) -> list[Observation]:
    """One observation per minute, without those that cannot be used; problems only about the newest minute."""
    newest = _minute(found[-1].at)
    usable = []
    minutes: dict[datetime, list[Observation]] = {}
    for observation in found:
        minutes.setdefault(_minute(observation.at), []).append(observation)
    for minute, same in minutes.items():
        corrected = [each for each in same if each.status is ObservationStatus.CORRECTED]
        candidates = corrected[-1:] or last_entered(same)
        kind = _fault(facts, name, candidates)
        if kind is None:
            usable.append(candidates[-1])
        elif minute == newest:
            values = [each.value for each in candidates]
            problems.append(_problem(facts, kind, name, values, (name,)))
    return usable


def _fault(facts: Mapping[str, Fact], name: str, candidates: list[Observation]) -> ProblemKind | None:
    if any(each.status is ObservationStatus.UNRELIABLE for each in candidates):
        return ProblemKind.UNRELIABLE
    if not all(_can_be(facts[name], each.value) for each in candidates):
        return ProblemKind.IMPOSSIBLE
    return ProblemKind.CONFLICT if len({each.value for each in candidates}) > 1 else None


def _implausible_pairs(
    facts: Mapping[str, Fact], latest: dict[str, FactValue], series: Mapping[str, tuple[Observation, ...]],
    problems: list[Problem], doubtful: dict[str, tuple[FactValue, ...]],
) -> None:  # fmt: skip
    """Numbers of one day that cannot both be right; the pair is unknown until someone looks.

    A pulse above the systolic pressure that somebody confirmed, or that was measured twice, is right.
    """
    for lower, higher, both in (
        ("heart_rate", "systolic_bp", True),
        ("diastolic_bp", "systolic_bp", False),
    ):
        one, other = latest.get(lower), latest.get(higher)
        if one is None or other is None or one.on != other.on:
            continue
        if not isinstance(one.value, Decimal) or not isinstance(other.value, Decimal):
            continue
        # A pulse above the systolic pressure is a typing mistake or an emergency: never ground for a step.
        if one.value > other.value or (not both and one.value == other.value):
            if both and _confirmed(series[lower], series[higher]):
                continue
            blocks = (lower, higher)
            problems.append(_problem(facts, ProblemKind.SWAPPED, lower, [one.value, other.value], blocks))
            for name in blocks:
                if (taken := latest.pop(name, None)) is not None:
                    doubtful[name] = (taken,)


def _confirmed(lower: Sequence[Observation], higher: Sequence[Observation]) -> bool:
    """Whether the newest pair was confirmed, or two moments of its day show the same picture."""
    newest = (lower[-1], higher[-1])
    if any(each.confirmed for each in newest):
        return True
    day = newest[0].at.date()
    above = {
        _minute(one.at)
        for one in lower
        for other in higher
        if one.at.date() == day and _minute(one.at) == _minute(other.at) and one.value > other.value  # type: ignore[operator]
    }
    return len(above) > 1


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


_TEXTS: Mapping[ProblemKind, tuple[str, str]] = {
    ProblemKind.IMPOSSIBLE: ("{label}: {shown} kan niet. Niet gebruikt; voer de juiste waarde in.",
                             "{label}: {shown} is impossible. Not used; enter the right value."),
    ProblemKind.CONFLICT: ("{label}: twee uitslagen op hetzelfde moment ({shown}). Telt alleen waar elke uitslag "
                           "hetzelfde zegt; bepaal opnieuw.",
                           "{label}: two different results at the same moment ({shown}). Counts only where each result "
                           "says the same; repeat it."),
    ProblemKind.UNRELIABLE: ("{label}: {shown} is onbetrouwbaar (hemolyse of anders). Niet gebruikt; bepaal opnieuw.",
                             "{label}: {shown} is unreliable (haemolysis or other). Not used; repeat it."),
    ProblemKind.SWAPPED: ("{label} en bovendruk ({shown}): verwisseld? Klopt het wel, dan is dit spoed.",
                          "{label} and systolic pressure ({shown}): swapped? If not, this is an emergency."),
    ProblemKind.FUTURE: ("{label}: {shown} heeft een tijdstip in de toekomst. Niet gebruikt.",
                         "{label}: {shown} has a time in the future. Not used."),
}  # fmt: skip


def _problem(
    facts: Mapping[str, Fact], kind: ProblemKind, name: str, values: Sequence[Value], blocks: tuple[str, ...]
) -> Problem:
    fact = facts[name]
    texts = {
        language: text.format(
            label=fact.label[language],
            shown=" / ".join(dict.fromkeys(_said(fact, value, language) for value in values)),
        )
        for language, text in zip(("nl", "en"), _TEXTS[kind], strict=True)
    }
    return Problem(kind=kind, about=name, texts=texts, blocks=blocks)


def _said(fact: Fact, value: Value, language: str) -> str:
    """A value as a person writes it: yes or no, the name of a code, a number with the language's decimal sign."""
    if isinstance(value, bool):
        return {"nl": ("nee", "ja"), "en": ("no", "yes")}[language][value]
    if isinstance(value, str) and value in fact.values:
        return fact.values[value][language]
    return str(value).replace(".", ",") if language == "nl" else str(value)
