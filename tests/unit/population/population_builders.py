"""Random people with events for the tests of the feature layer and case finding."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pyarrow as pa

from anderhalf.core.decisions.facts import FactType
from anderhalf.population.criteria import Criteria
from anderhalf.population.encoding import ABOVE, BELOW, SCALE, UNUSABLE, day_number
from anderhalf.population.features import EVENT_SCHEMA, PERSON_SCHEMA
from anderhalf.population.kinds import Kind
from tests.support.population import ON, Event


def thresholds(criteria: Criteria) -> dict[str, list[int]]:
    """Every threshold of a number fact as a scaled whole number."""
    found: dict[str, set[int]] = {}
    for table in criteria.tables.values():
        for rule in table.rules:
            for name, cell in rule.cells.items():
                fact = table.facts[name]
                if fact.type is FactType.NUMBER:
                    found.setdefault(name, set()).update(int(value * SCALE) for value in cell.literals)  # type: ignore[operator]
    return {name: sorted(values) for name, values in found.items()}


def random_events(criteria: Criteria, *, rows: int, seed: int) -> list[Event]:
    """Values on and around thresholds, on days around the limits of age, undated and in the future."""
    draw = random.Random(seed)
    limits = thresholds(criteria)
    today = day_number(ON)
    drugs = sum(feature.source == "medication" for feature in criteria.features)
    events: list[Event] = []
    for row in range(rows):
        # Two in three have recent, mostly healthy answers to every question, so that decisions are reached.
        careful = draw.random() < 0.67
        for place, feature in enumerate(criteria.features):
            # Who uses one of every drug is always in danger: about one drug each.
            usual = [0] * drugs + [1] if feature.source == "medication" else [1, 1, 2]
            for _ in range(draw.choice(usual if careful else [0, 0, 0, 1, 3])):
                age = feature.fact.max_age_days
                days = [0, 0, 1, 7] + ([age, age, age + 1] if age is not None else [400, 4000]) + [-1]
                day = None if draw.random() < 0.05 else today - draw.choice(days)
                if careful and draw.random() < 0.98:
                    day = today
                events.append(
                    (row, place, day, draw.choice([0, 0, 600]), _value(feature, limits, draw, today, careful))
                )
    draw.shuffle(events)
    return events


def _value(feature, limits, draw: random.Random, today: int, careful: bool) -> int:  # type: ignore[no-untyped-def]
    fact = feature.fact
    if feature.kind is Kind.COUNT:
        return 1
    if fact.type is FactType.BOOLEAN:
        return int(draw.random() < (0.02 if careful else 0.25)) if feature.kind is Kind.LATEST else 1
    if fact.type is FactType.CODE:
        # The first of a list is the mildest ("none", class I): who had shocks is always in danger.
        return 0 if careful and draw.random() < 0.9 else draw.randrange(len(fact.values))
    if fact.type is FactType.DATE:
        return today - draw.choice([0, 41, 42, 89, 90, 500])
    if careful and fact.usual_minimum is not None and fact.usual_maximum is not None and draw.random() < 0.9:
        return int((fact.usual_minimum + fact.usual_maximum) / 2 * SCALE)
    low = int((fact.minimum or 0) * SCALE)
    high = int((fact.maximum or 100) * SCALE)
    if careful and fact.usual_minimum is None and draw.random() < 0.9:
        return min(max(0, low), high)  # what has no usual range is a change, and mostly there is none
    # Beside a threshold by the least that the record keeps, and by half of what the fact is usually given in.
    around = [limit + step for limit in limits.get(fact.name, []) for step in (-SCALE // 2, -1, 0, 1)]
    number = min(max(draw.choice([*around, (low + high) // 2]), low), high)
    kind = draw.random()
    if kind < 0.1:
        return UNUSABLE
    if kind < 0.35:
        base, end = draw.choice([(ABOVE, min(number, high - 1)), (BELOW, max(number, low + 1))])
        return base + 2 * end + draw.choice([0, 1])
    return number


def random_persons(*, rows: int, seed: int) -> pa.Table:
    """Ages around every limit of age, birthdays around the day itself, 29 February, unknown sex."""
    draw = random.Random(seed)
    born = []
    for _ in range(rows):
        years = draw.choice([17, 18, 55, 56, 80, 81, 60, 70])
        day = date(ON.year - years, ON.month, ON.day) + timedelta(draw.choice([-1, 0, 1]))
        born.append(draw.choice([day, date(1948, 2, 29)]))
    columns = [
        pa.array(range(rows), pa.int32()),
        pa.array([f"p{row}" for row in range(rows)]),
        pa.array([day.year * 10000 + day.month * 100 + day.day for day in born], pa.int32()),
        pa.array([draw.choice(["male", "female", "other", None]) for _ in range(rows)]),
        pa.array([draw.choice([0, 0, 0, 1, 2, 3]) for _ in range(rows)], pa.int16()),
    ]
    return pa.table(columns, schema=PERSON_SCHEMA)


def event_table(events: list[Event]) -> pa.Table:
    """Events as the feature layer takes them."""
    columns = list(zip(*events, strict=True)) or [()] * len(EVENT_SCHEMA)
    return pa.table(
        [pa.array(column, field.type) for column, field in zip(columns, EVENT_SCHEMA, strict=True)],
        schema=EVENT_SCHEMA,
    )
