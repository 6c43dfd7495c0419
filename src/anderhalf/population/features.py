"""From raw events to one value per patient and fact: latest, ever, count, last day. One pass, no sorting, no hashing.

An event says: this patient, this fact, this day and minute, this value. Day, minute and value are packed into one
64-bit number that grows with time, so that "the latest value" is a plain maximum (at the same minute the highest
value wins: a rule that does not depend on the order of rows). Patients and facts are small dense numbers, so the
maxima are kept in a matrix instead of a hash table: an event costs one look at the right place.

The same as a group-by in Ibis (`grouped_query`) runs on PostgreSQL and Spark; the matrix is checked against it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from anderhalf.core.decisions.facts import FactType
from anderhalf.core.pathway.derivations import ALWAYS_DERIVED
from anderhalf.core.pathway.facts import Entry
from anderhalf.population.criteria import Criteria, Feature, Kind
from anderhalf.population.encoding import column_type, day_number, places

DAY_OFFSET = 65536
"""Day numbers from about 1790 to 2149 become 1…131071; 0 means undated."""
MINUTES = 2048
VALUE_BITS = 32
VALUE_OFFSET = 2**31
VALUE_MASK = 2**VALUE_BITS - 1
NOTHING = -1

EVENT_SCHEMA = pa.schema(
    [
        ("row", pa.int32()),
        ("feature", pa.int16()),
        ("day", pa.int32()),
        ("minute", pa.int16()),
        ("value", pa.int32()),
    ]
)
PERSON_SCHEMA = pa.schema(
    [("row", pa.int32()), ("patient", pa.string()), ("born", pa.int32()), ("sex", pa.string())]
)
"""`born` is a number like 19480314; with it, whole years of life are a subtraction."""

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Matrix:
    """Per feature that occurs, one number per patient: the packed latest event, or the count; else NOTHING."""

    columns: Mapping[str, Integers]


def stamp(day: int) -> int:
    """The smallest packed number of a day."""
    return (day + DAY_OFFSET) * MINUTES << VALUE_BITS


def fill_matrix(
    events: Mapping[str, npt.NDArray], *, features: Sequence[Feature], first_row: int, rows: int, on: date
) -> Matrix:
    """Aggregate events of patients first_row … first_row + rows - 1; columns as in EVENT_SCHEMA, `day` 0-filled.

    `events["dated"]` says which have a day. Events after `on` do not count. Only features that occur take room.
    """
    occurs = np.bincount(events["feature"], minlength=len(features)) > 0
    slot = np.cumsum(occurs) - 1
    packed = np.full(int(occurs.sum()) * rows, NOTHING, dtype=np.int64)
    day = np.where(events["dated"], events["day"].astype(np.int64) + DAY_OFFSET, 0)
    number = ((day * MINUTES + events["minute"]) << VALUE_BITS) + (
        events["value"].astype(np.int64) + VALUE_OFFSET
    )
    # Feature by feature, so that a finished column is one piece of memory; within it patients come in order.
    place = slot[events["feature"]] * rows + (events["row"].astype(np.int64) - first_row)
    future = day > day_number(on) + DAY_OFFSET
    if future.any():
        place, number = place[~future], number[~future]
    np.maximum.at(packed, place, number)
    columns = {}
    for at in np.flatnonzero(occurs).tolist():
        start = int(slot[at]) * rows
        column = packed[start : start + rows]
        if features[at].kind is Kind.COUNT:
            inside = (place >= start) & (place < start + rows)
            counts = np.bincount(place[inside] - start, minlength=rows)
            column = np.where(counts > 0, counts, NOTHING)
        columns[features[at].name] = column
    return Matrix(columns)


def packed_table(matrix: Matrix, persons: pa.Table) -> pa.Table:
    """The matrix with the persons as the table `packed` that `facts_query` reads."""
    columns: dict[str, pa.Array | pa.ChunkedArray] = {
        "row": persons.column("row").cast(pa.int64()),
        "born": persons.column("born"),
        "sex": persons.column("sex"),
    }
    return pa.table(columns | {name: pa.array(column) for name, column in matrix.columns.items()})


def grouped_query(features: Sequence[Feature], *, on: date) -> ir.Table:
    """The aggregation as a group-by over the unbound table `events`: row and one packed column per feature.

    Patients without events are missing from the result; `NOTHING` stands where a patient has none of a feature.
    """
    events = ibis.table(ibis.schema(EVENT_SCHEMA), name="events")
    today = day_number(on)
    events = events.filter(events.day.isnull() | (events.day <= today))
    day = ibis.cases(
        (events.day.isnull(), ibis.literal(0, "int64")), else_=events.day.cast("int64") + DAY_OFFSET
    )
    minute = ibis.cases((events.minute.isnull(), ibis.literal(0, "int64")), else_=events.minute.cast("int64"))
    number = (day * MINUTES + minute) * 2**VALUE_BITS + (events.value.cast("int64") + VALUE_OFFSET)
    numbered = events.select(row=events.row, feature=events.feature, number=number)
    columns = {}
    for at, feature in enumerate(features):
        here = numbered.feature == at
        if feature.kind is Kind.COUNT:
            counted = (
                ibis.cases((here, ibis.literal(1, "int64")), else_=ibis.literal(0, "int64"))
                .sum()
                .cast("int64")
            )
            columns[feature.name] = ibis.cases((counted > 0, counted), else_=ibis.literal(NOTHING, "int64"))
        else:
            columns[feature.name] = ibis.cases(
                (here, numbered.number), else_=ibis.literal(NOTHING, "int64")
            ).max()
    return numbered.group_by("row").agg(**columns)


def facts_query(criteria: Criteria, *, on: date, occurring: Collection[str]) -> ir.Table:
    """From the unbound table `packed` to `row` and one encoded column per fact, null when missing.

    `occurring` names the features that `packed` has a column for; of the others nobody has an event.

    Stale values are dropped, absence counts as no where the criteria say so, assumptions are filled in, and what
    follows from other facts is worked out, exactly as `FactDictionary.derive` does for one patient.
    """
    schema = {"row": "int64", "born": "int32", "sex": "string"} | dict.fromkeys(sorted(occurring), "int64")
    packed = ibis.table(schema, name="packed")
    nothing = ibis.literal(NOTHING, "int64")
    numbers = {
        feature.name: packed[feature.name] if feature.name in occurring else nothing
        for feature in criteria.features
    }
    known: dict[str, ir.Value] = {"born": packed.born}
    for feature in criteria.features:
        known[feature.name] = (
            _value(feature, packed[feature.name], on=on) if feature.name in occurring else _absent(feature)
        )
    dictionary = criteria.pathway.dictionary
    if "sex" in dictionary:
        listed = places(dictionary["sex"])
        known["sex"] = ibis.cases(
            *((packed.sex == code, ibis.literal(at, "int16")) for code, at in listed.items()),
            else_=ibis.null("int16"),
        )
    given = {feature.name: numbers[feature.name] >= 0 for feature in criteria.features}
    for name, assumptions in criteria.assumed.items():
        known[name] = _assumed(dictionary[name], assumptions, known)
    values = packed.select(row=packed.row, **known)
    columns: dict[str, ir.Value] = {name: values[name] for name in known}
    if criteria.derived:
        flags = packed.select(row=packed.row, **known, **{f"{entry.fact.name}__given": given[entry.fact.name]
                              for entry in criteria.derived if entry.fact.name in given})  # fmt: skip
        columns = {name: flags[name] for name in known}
        for entry in criteria.derived:
            found = _derived(entry, columns, criteria, on=on)
            flag = f"{entry.fact.name}__given"
            if flag in flags.columns and entry.derived and entry.derived.how not in ALWAYS_DERIVED:
                found = ibis.cases((flags[flag], columns[entry.fact.name]), else_=found)
            columns[entry.fact.name] = found
        values = flags
    facts = criteria.facts
    typed = {
        name: columns[name].cast(ibis.dtype(column_type(fact)))
        for name, fact in facts.items()
        if name in columns
    }
    return values.select(row=values.row, **typed)


def _value(feature: Feature, packed: ir.IntegerColumn, *, on: date) -> ir.Value:
    """The usable value of a packed column."""
    fact = feature.fact
    absent = _absent(feature)
    if feature.kind is Kind.COUNT:
        return ibis.cases((packed >= 0, packed), else_=absent)
    oldest = 0 if fact.max_age_days is None else stamp(day_number(on) - fact.max_age_days)
    usable = packed >= oldest
    value = (packed & VALUE_MASK) - VALUE_OFFSET
    if fact.type is FactType.BOOLEAN:
        return ibis.cases((usable, value == 1), else_=absent)
    return ibis.cases((usable, value), else_=absent)


def _absent(feature: Feature) -> ir.Value:
    """What the absence of any event says."""
    if feature.kind is Kind.COUNT and feature.absent_is_no:
        return ibis.literal(0, "int64")
    if feature.fact.type is FactType.BOOLEAN:
        return ibis.literal(False) if feature.absent_is_no else ibis.null("boolean")
    return ibis.null("int64")


def _assumed(fact, assumptions, known: Mapping[str, ir.Value]) -> ir.Value:  # type: ignore[no-untyped-def]
    listed = places(fact)
    branches, otherwise = [], ibis.null("int16")
    for assumption in assumptions:
        value = ibis.literal(listed[assumption.value], "int16")
        if not assumption.when:
            otherwise = value
            break
        branches.append((known[assumption.when], value))
    return ibis.cases(*branches, else_=otherwise) if branches else otherwise


def _derived(entry: Entry, known: Mapping[str, ir.Value], criteria: Criteria, *, on: date) -> ir.Value:
    derived = entry.derived
    if derived is None:
        raise ValueError(f"{entry.fact.name} does not follow from other facts")
    inputs = [known[name] for name in derived.inputs if name in known]
    match derived.how:
        case "age":
            today = on.year * 10000 + on.month * 100 + on.day
            born = known["born"]
            return ibis.cases(
                (born <= today, (ibis.literal(today, "int64") - born) // 10000), else_=ibis.null("int64")
            )
        case "days_since":
            today = day_number(on)
            past = [ibis.cases((day <= today, today - day), else_=ibis.null("int64")) for day in inputs]
            return past[0] if len(past) == 1 else ibis.least(*past)
        case "is_known":
            found = inputs[0].notnull()
            for value in inputs[1:]:
                found = found | value.notnull()
            return ibis.cases((found, ibis.literal(True)), else_=ibis.null("boolean"))
        case "any_of":
            found = inputs[0]
            for value in inputs[1:]:
                found = found | value
            # An input that no extract can hold is unknown for everybody.
            return found if len(inputs) == len(derived.inputs) else found | ibis.null("boolean")
        case "bmi":
            return _bmi(entry, inputs[0], inputs[1], criteria, derived.inputs)
    raise ValueError(f"{entry.fact.name} follows by {derived.how}, which has no column expression")


def _bmi(
    entry: Entry, weight: ir.Value, height: ir.Value, criteria: Criteria, names: Sequence[str]
) -> ir.Value:
    """Half up in whole numbers: (2·above + below) div (2·below)."""
    dictionary = criteria.pathway.dictionary
    kilogram, centimetre = dictionary[names[0]].decimals, dictionary[names[1]].decimals
    above = weight.cast("int64") * 10 ** (2 * centimetre + 4 + entry.fact.decimals)
    below = height.cast("int64") * height.cast("int64") * 10**kilogram
    return ibis.cases((height > 0, (2 * above + below) // (2 * below)), else_=ibis.null("int64"))
