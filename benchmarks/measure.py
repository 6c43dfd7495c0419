"""Measuring: processor time of this process (all threads), the least of a few runs; peak memory per run."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """One figure: what, how much, compared with what is wanted."""

    name: str
    value: float
    unit: str
    wanted: str = ""
    holds: bool | None = None


def processor_seconds() -> float:
    """User and system time of this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def least(run: Callable[[], object], *, times: int = 5) -> float:
    """Processor seconds of the quickest of some runs: what other work on the machine adds is left out."""
    found = []
    for _ in range(times):
        before = processor_seconds()
        run()
        found.append(processor_seconds() - before)
    return min(found)


def least_of(
    runs: Mapping[str, Callable[[], object]], *, rounds: int = 5, seconds: float = 0.1
) -> dict[str, float]:
    """:func:`least` of some runs that are compared, taken in turns: what slows the machine down for a while slows
    all of them. In each round a quick run is repeated for so many seconds."""
    found = dict.fromkeys(runs, float("inf"))
    for _ in range(rounds):
        for name, run in runs.items():
            spent = 0.0
            while spent < seconds:
                took = least(run, times=1)
                found[name] = min(found[name], took)
                spent += max(took, 1e-6)
    return found


def peak_megabytes() -> float:
    """The most memory this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def at_least(name: str, ratio: float, wanted: float) -> Line:
    """A ratio that should be at least so much."""
    return Line(name, ratio, "x", f"at least {wanted:g}", ratio >= wanted)


def at_most(name: str, ratio: float, wanted: float) -> Line:
    """A ratio that should be at most so much."""
    return Line(name, ratio, "x", f"at most {wanted:g}", ratio <= wanted)


def stopwatch() -> Callable[[], float]:
    """Seconds on the clock since now."""
    start = time.perf_counter()
    return lambda: time.perf_counter() - start
