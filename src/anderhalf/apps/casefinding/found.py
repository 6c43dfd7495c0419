"""From a decided chunk of the population to the people on the lists, each with the facts the answer rests on.

What is kept is enough to decide again with the same version on the same day; ``explaining`` does so whenever the
page of a person is opened, so that the reasons shown are those of the tables and not a copy of them.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np

from anderhalf.core.decisions.explain import value_to_json
from anderhalf.core.decisions.facts import FactType
from anderhalf.population.casefind import Chunk
from anderhalf.population.criteria import Criteria
from anderhalf.population.encoding import day_of, decode
from anderhalf.population.kinds import Feature, Kind

from .explaining import ABSENT, ASSUMED, DERIVED


@dataclass(frozen=True, kw_only=True)
class Found:
    """Somebody on at least one list. ``facts`` is name -> {value, on, origin}, JSON-safe."""

    number: str
    born: date | None
    sex: str
    lists: dict[str, Any]
    facts: dict[str, Any]
    basis: str


@dataclass
class _Person:
    lists: dict[str, Any] = field(default_factory=dict)


def found_in(chunk: Chunk, criteria: Criteria, *, on: date) -> Iterator[Found]:
    """The people of a chunk who are on a list, in the order of the extract."""
    listed: dict[str, _Person] = defaultdict(_Person)
    for name, table in chunk.found.lists.items():
        for row in table.to_pylist():
            kept = {key: value for key, value in row.items() if key != "patient" and value not in (None, "")}
            if name == "undecided":
                listed[row["patient"]].lists.setdefault(name, {"questions": []})["questions"].append(kept)
            else:
                listed[row["patient"]].lists[name] = kept
    if not listed:
        return
    numbers = chunk.persons.column("patient").to_pylist()
    places = [at for at, number in enumerate(numbers) if number in listed]
    days = _days(chunk, criteria, wanted={int(chunk.persons.column("row")[at].as_py()) for at in places})
    names = [name for name in chunk.facts.column_names if name in criteria.facts]
    rows = chunk.facts.select(names).take(places).to_pylist()
    for at, values in zip(places, rows, strict=True):
        row = int(chunk.persons.column("row")[at].as_py())
        born = chunk.persons.column("born")[at].as_py()
        lists = listed[numbers[at]].lists
        facts = _facts(values, days.get(row, {}), criteria, on=on)
        yield Found(
            number=numbers[at],
            born=None if born is None else date(born // 10000, born // 100 % 100, born % 100),
            sex=chunk.persons.column("sex")[at].as_py() or "",
            lists=lists,
            facts=facts,
            basis=basis_of(lists, facts),
        )


def basis_of(lists: Mapping[str, Any], facts: Mapping[str, Any]) -> str:
    """What a judgement about somebody rests on: which rules answered, and every yes, no or choice.

    A number counts by the rules it makes true, for a new laboratory value with the same answer is no new fact for
    this question. What only says how far the search got (what is missing, days) does not count.
    """
    rules = {
        name: sorted(str(said.get("rules", "")).split())
        for name, said in lists.items()
        if name not in ("undecided",)
    }
    chosen = {
        name: one["value"]
        for name, one in facts.items()
        if not isinstance(one["value"], Mapping) and one["origin"] not in (ABSENT, ASSUMED)
    }
    text = json.dumps([rules, chosen], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _days(chunk: Chunk, criteria: Criteria, *, wanted: set[int]) -> dict[int, dict[str, date | None]]:
    """Row -> feature -> the newest day on which it was recorded; None for a row without a day."""
    rows = chunk.events.column("row").to_numpy()
    chosen = np.flatnonzero(np.isin(rows, np.fromiter(wanted, dtype=rows.dtype, count=len(wanted))))
    events = chunk.events.select(["row", "feature", "day"]).take(chosen)
    found: dict[int, dict[str, date | None]] = defaultdict(dict)
    for event in events.to_pylist():
        name = criteria.features[event["feature"]].name
        day = None if event["day"] is None else day_of(event["day"])
        before = found[event["row"]].get(name)
        if before is None or (day is not None and day > before):
            found[event["row"]][name] = day
    return found


def _facts(
    values: Mapping[str, Any], days: Mapping[str, date | None], criteria: Criteria, *, on: date
) -> dict[str, Any]:
    features: dict[str, Feature] = {feature.name: feature for feature in criteria.features}
    found: dict[str, Any] = {}
    for name, encoded in values.items():
        fact = criteria.facts[name]
        value = decode(fact, encoded)
        if value is None:
            continue
        feature = features.get(name)
        day: date | None = on
        if name in criteria.assumed:
            origin = ASSUMED
        elif feature is not None and value is False:
            origin = ABSENT  # also when the last prescription is too long ago to count
        elif feature is not None and name in days:
            origin, day = "", days[name]
            if feature.kind is Kind.LATEST_DAY and fact.type is FactType.DATE:
                day = on  # the value is the day itself, known today
        elif feature is not None and feature.kind is Kind.COUNT:
            origin = ABSENT
        else:
            origin = DERIVED
        found[name] = {
            "value": value_to_json(value),
            "on": (day or on).isoformat(),
            "dated": day is not None,
            "origin": origin,
        }
    return found
