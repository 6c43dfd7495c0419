"""Scores made of points: items in scores.toml, each a set of tests over facts.

Within one domain the highest item counts; domains are added. An item whose facts are missing is undecided,
so the score is a range: what certainly counts to what may still count.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

from anderhalf.core.decisions.facts import Fact, FactValues, usable_value
from anderhalf.core.decisions.feel import UnaryTest, parse_cell
from anderhalf.core.pathway.scores_range import Range


class ScoreError(ValueError):
    """A scores.toml that cannot be used, or a score that does not exist."""


@dataclass(frozen=True, slots=True)
class ScoreItem:
    """One line of a score: its points when every test holds."""

    id: str
    domain: str
    points: int
    tests: Mapping[str, UnaryTest]
    label: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Band:
    """What a number of points means."""

    low: int
    high: int
    code: str
    label: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ItemResult:
    """Whether an item counts: True, False or None (undecided), with the facts that would decide it."""

    item: ScoreItem
    counts: bool | None
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ScoreResult:
    """A score for one patient on one day: points as a range, the bands still possible, and every item."""

    score: str
    points: Range
    bands: tuple[Band, ...]
    items: tuple[ItemResult, ...]

    @property
    def band(self) -> Band | None:
        """The one band that applies, or None while more than one is possible."""
        return self.bands[0] if len(self.bands) == 1 else None


@dataclass(frozen=True, slots=True)
class PointScore:
    """A score as read from scores.toml."""

    id: str
    title: Mapping[str, str]
    source: str
    items: tuple[ScoreItem, ...]
    bands: tuple[Band, ...]
    alternatives: tuple[frozenset[str], ...] = ()
    """Facts that stand in for each other: when one is known, another that is missing does not count."""


def read_point_score(score_id: str, raw: Mapping[str, Any], facts: Mapping[str, Fact]) -> PointScore:
    """Read one `[scores.<id>]`; raises ScoreError for an unknown fact, an unreadable cell or a band gap."""
    items = []
    for entry in raw["items"]:
        tests = {}
        for name, cell in entry["when"].items():
            if name not in facts:
                raise ScoreError(f"{score_id}.{entry['id']}: {name} is not in the data dictionary")
            tests[name] = parse_cell(cell, facts[name])
        label = {"nl": entry["nl"], "en": entry["en"]}
        items.append(ScoreItem(entry["id"], entry["domain"], int(entry["points"]), tests, label))
    bands = tuple(
        Band(int(b["from"]), int(b["to"]), b["code"], {"nl": b["nl"], "en": b["en"]}) for b in raw["bands"]
    )
    for lower, upper in pairwise(bands):
        if upper.low != lower.high + 1:
            raise ScoreError(f"{score_id}: the bands leave a gap or overlap at {lower.high}")
    alternatives = tuple(frozenset(group) for group in raw.get("alternatives", ()))
    score = PointScore(score_id, raw["title"], raw["source"], tuple(items), bands, alternatives)
    if (bands[0].low, bands[-1].high) != (0, _maximum(score)):
        raise ScoreError(f"{score_id}: the bands must run from 0 to {_maximum(score)}")
    return score


def score_points(
    score: PointScore, facts: Mapping[str, Fact], values: FactValues, *, on: date
) -> ScoreResult:
    """Compute a point score on a day. Raises FactValueError for a value that a fact cannot have."""
    known = {
        name: usable_value(facts[name], values, on=on) for name in {n for i in score.items for n in i.tests}
    }
    ignored = {
        name
        for group in score.alternatives
        if any(known.get(other) is not None for other in group)
        for name in group
        if known.get(name) is None
    }
    results = tuple(_judge(item, known, ignored) for item in score.items)
    low = high = 0
    missing: list[str] = []
    for domain in dict.fromkeys(item.domain for item in score.items):
        of_domain = [r for r in results if r.item.domain == domain]
        certain = max((r.item.points for r in of_domain if r.counts), default=0)
        possible = max((r.item.points for r in of_domain if r.counts is not False), default=0)
        low, high = low + certain, high + possible
        if possible > certain:
            undecided = [r for r in of_domain if r.counts is None and r.item.points > certain]
            missing += [name for r in undecided for name in r.missing if name not in missing]
    points = Range(Decimal(low), Decimal(high), tuple(missing))
    bands = tuple(band for band in score.bands if band.low <= high and band.high >= low)
    return ScoreResult(score.id, points, bands, results)


def _judge(item: ScoreItem, known: Mapping[str, Any], ignored: set[str]) -> ItemResult:
    missing = []
    for name, test in item.tests.items():
        if name in ignored:
            return ItemResult(item, False)
        holds = test.matches(known[name])
        if holds is False:
            return ItemResult(item, False)
        if holds is None:
            missing.append(name)
    return ItemResult(item, None if missing else True, tuple(missing))


def _maximum(score: PointScore) -> int:
    domains: dict[str, int] = {}
    for item in score.items:
        domains[item.domain] = max(domains.get(item.domain, 0), item.points)
    return sum(domains.values())
