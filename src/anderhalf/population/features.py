"""From raw events to one value per patient and fact: latest, ever, count, last day. One pass, no sorting, no hashing.

An event says: this patient, this fact, this day and minute, this value. Day, minute and value are packed into one
64-bit number that grows with time, so that "the latest value" is a plain maximum. Two different values of one minute
are a conflict: the fact is then unknown, whatever the order of rows, and so it is when the newest measurement cannot
be used; no older one steps in. Patients and facts are small dense numbers, so the
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

from anderhalf.core.decisions.facts import FactType, NotAskedOf
from anderhalf.core.pathway.derivations import ALWAYS_DERIVED, OF_A_FORMULA, is_group_of_drugs
from anderhalf.core.pathway.facts import FactDictionary
from anderhalf.population.criteria import Criteria
from anderhalf.population.derived import Columns, derived_column
from anderhalf.population.encoding import SCALE, UNUSABLE, column_type, day_number, places
from anderhalf.population.kinds import Feature, Kind

DAY_OFFSET = 65536
"""Day numbers from about 1790 to 2149 become 1…131071; 0 means undated."""
MINUTES = 2048
VALUE_BITS = 35
"""With day and minute the 63 bits of a whole number: a value takes what `encoding` needs for numbers and ranges."""
VALUE_OFFSET = 2**33
VALUE_MASK = 2**VALUE_BITS - 1
NOTHING = -1

EVENT_SCHEMA = pa.schema(
    [
        ("row", pa.int32()),
        ("feature", pa.int16()),
        ("day", pa.int32()),
        ("minute", pa.int16()),
        ("value", pa.int64()),
    ]
)
PERSON_SCHEMA = pa.schema(
    [
        ("row", pa.int32()),
        ("patient", pa.string()),
        ("born", pa.int32()),
        ("sex", pa.string()),
        ("unsure", pa.int16()),
    ]
)
"""`born` is a number like 19480314; with it, whole years of life are a subtraction. `unsure` has a bit of `UNSURE` for
each source of which something about this person could not be used: what is absent there is unknown, not no."""
UNSURE = {"problems": 1, "medication": 2}

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Matrix:
    """Per feature that occurs, one number per patient: the packed latest event, or the count; else NOTHING."""

    columns: Mapping[str, Integers]
    conflicts: int = 0
    """Patients and features with two different values of the newest minute."""


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
    newest = packed[place]
    differs = (newest >> VALUE_BITS == number >> VALUE_BITS) & (newest != number)
    in_conflict = np.unique(place[differs])
    packed[in_conflict] |= VALUE_MASK
    columns = {}
    for at in np.flatnonzero(occurs).tolist():
        start = int(slot[at]) * rows
        column = packed[start : start + rows]
        if features[at].kind is Kind.COUNT:
            inside = (place >= start) & (place < start + rows)
            counts = np.bincount(place[inside] - start, minlength=rows)
            column = np.where(counts > 0, counts, NOTHING)
        columns[features[at].name] = column
    return Matrix(columns, len(in_conflict))


def packed_table(matrix: Matrix, persons: pa.Table) -> pa.Table:
    """The matrix with the persons as the table `packed` that `facts_query` reads."""
    columns: dict[str, pa.Array | pa.ChunkedArray] = {
        "row": persons.column("row").cast(pa.int64()),
        "born": persons.column("born"),
        "sex": persons.column("sex"),
        "unsure": persons.column("unsure"),
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
    # The same moment with the values upside down: of the newest minute this finds the smallest value.
    turned = (day * MINUTES + minute) * 2**VALUE_BITS + (
        VALUE_MASK - VALUE_OFFSET - events.value.cast("int64")
    )
    numbered = events.select(row=events.row, feature=events.feature, number=number, turned=turned)
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
            nothing = ibis.literal(NOTHING, "int64")
            columns[feature.name] = ibis.cases((here, numbered.number), else_=nothing).max()
            columns[f"{feature.name}__turned"] = ibis.cases((here, numbered.turned), else_=nothing).max()
    grouped = numbered.group_by("row").agg(**columns)
    return grouped.select(
        row=grouped.row,
        **{
            feature.name: grouped[feature.name]
            if feature.kind is Kind.COUNT
            else _unless_in_conflict(grouped[feature.name], grouped[f"{feature.name}__turned"])
            for feature in features
        },
    )


def _unless_in_conflict(number: ir.IntegerColumn, turned: ir.IntegerColumn) -> ir.IntegerColumn:
    """The newest event; with every bit of its value set when another event of that minute has another value."""
    agree = (number & VALUE_MASK) + (turned & VALUE_MASK) == VALUE_MASK
    return ibis.cases((number < 0, number), (agree, number), else_=number | VALUE_MASK)


def facts_query(criteria: Criteria, *, on: date, occurring: Collection[str]) -> ir.Table:
    """From the unbound table `packed` to `row` and one encoded column per fact, null when missing.

    `occurring` names the features that `packed` has a column for; of the others nobody has an event.

    Stale values are dropped, absence counts as no where the criteria say so, assumptions are filled in, and what
    follows from other facts is worked out, exactly as `FactDictionary.derive` does for one patient.
    """
    person = {"row": "int64", "born": "int32", "sex": "string", "unsure": "int16"}
    packed = ibis.table(person | dict.fromkeys(sorted(occurring), "int64"), name="packed")
    nothing = ibis.literal(NOTHING, "int64")
    numbers = {
        feature.name: packed[feature.name] if feature.name in occurring else nothing
        for feature in criteria.features
    }
    known: dict[str, ir.Value] = {"born": packed.born}
    for feature in criteria.features:
        absent = _absent(feature, packed.unsure)
        known[feature.name] = (
            _value(feature, packed[feature.name], absent, on=on) if feature.name in occurring else absent
        )
    dictionary = criteria.pathway.dictionary
    if "sex" in dictionary:
        listed = places(dictionary["sex"])
        known["sex"] = ibis.cases(
            *((packed.sex == code, ibis.literal(at, "int16")) for code, at in listed.items()),
            else_=ibis.null("int16"),
        )
    given = {
        feature.name: (numbers[feature.name] >= 0)
        & ((numbers[feature.name] & VALUE_MASK) - VALUE_OFFSET < UNUSABLE)
        for feature in criteria.features
    }
    for name, assumptions in criteria.assumed.items():
        known[name] = _assumed(dictionary[name], assumptions, known)
    more = {
        f"{entry.fact.name}__given": given[entry.fact.name]
        for entry in criteria.derived
        if entry.fact.name in given
    }
    more |= {
        f"{name}__day": numbers[name] // (MINUTES << VALUE_BITS)
        for entry in criteria.derived
        if entry.derived is not None and entry.derived.how in ("above", *OF_A_FORMULA)
        for name in (entry.fact.name, *entry.derived.inputs)
        if name in numbers
    }
    more |= {
        f"{feature.name}__yes": given[feature.name]
        & ((numbers[feature.name] & VALUE_MASK) - VALUE_OFFSET == 1)
        for feature in criteria.features
        if feature.fact.not_asked_of is not None
    }
    columns = Columns(packed.select(row=packed.row, **known, **more))
    for entry in criteria.derived:
        name = entry.fact.name
        found = derived_column(entry, columns, criteria, on=on)
        follows = entry.derived is not None and entry.derived.how in ALWAYS_DERIVED | OF_A_FORMULA
        if f"{name}__given" in columns and not follows:
            kept = columns[f"{name}__given"]
            if entry.derived is not None and is_group_of_drugs(entry.derived.how, entry.fact):
                kept = kept & ~((columns[name] == ibis.literal(False)) & found).fill_null(False)
            found = ibis.cases((kept, columns[name]), else_=found)
        columns.add(**{name: found})
    for name, fact in criteria.facts.items():
        if fact.not_asked_of is not None:
            columns.add(**{name: _spared(name, fact.not_asked_of, columns, dictionary)})
    typed = {
        name: columns[name].cast(ibis.dtype(column_type(fact)))
        for name, fact in criteria.facts.items()
        if name in columns
    }
    return columns.table.select(row=columns["row"], **typed)


def _spared(name: str, whom: NotAskedOf, known: Columns, dictionary: FactDictionary) -> ir.Value:
    """The column with no for whom the fact is not asked, as `core.pathway.spared` says for one patient."""
    answer = known[name] if name in known else ibis.null("boolean")
    spared = ibis.literal(False)
    if "age" in known:
        spared = spared | (known["age"] >= int(whom.from_age * SCALE)).fill_null(False)
    if "sex" in known:
        listed = places(dictionary["sex"])
        spared = spared | known["sex"].isin([listed[one] for one in whom.sexes]).fill_null(False)
    if f"{name}__yes" in known:
        spared = spared & ~known[f"{name}__yes"].fill_null(False)
    return ibis.cases((spared, ibis.literal(False)), else_=answer)


def _value(feature: Feature, packed: ir.IntegerColumn, absent: ir.Value, *, on: date) -> ir.Value:
    """The usable value of a packed column, else what its absence says."""
    fact = feature.fact
    if feature.kind is Kind.COUNT:
        return ibis.cases((packed >= 0, packed * SCALE), else_=absent)
    oldest = 0 if fact.max_age_days is None else stamp(day_number(on) - fact.max_age_days)
    usable = packed >= oldest
    value = (packed & VALUE_MASK) - VALUE_OFFSET
    unusable = usable & (value >= UNUSABLE)
    if fact.type is FactType.BOOLEAN:
        return ibis.cases((unusable, ibis.null("boolean")), (usable, value == 1), else_=absent)
    return ibis.cases((unusable, ibis.null("int64")), (usable, value), else_=absent)


def _absent(feature: Feature, unsure: ir.IntegerColumn) -> ir.Value:
    """What the absence of any event says; nothing, for whom something of that source could not be used."""
    boolean = feature.kind is not Kind.COUNT and feature.fact.type is FactType.BOOLEAN
    unknown = ibis.null("boolean") if boolean else ibis.null("int64")
    if not feature.absent_is_no or not (boolean or feature.kind is Kind.COUNT):
        return unknown
    no = ibis.literal(False) if boolean else ibis.literal(0, "int64")
    bit = UNSURE.get(feature.source)
    return no if bit is None else ibis.cases(((unsure.fill_null(0) & bit) != 0, unknown), else_=no)


def _assumed(fact, assumptions, known: Mapping[str, ir.Value]) -> ir.Value:  # type: ignore[no-untyped-def]
    listed = places(fact)
    branches, otherwise = [], ibis.null("int16")
    for assumption in assumptions:
        value = ibis.literal(listed[assumption.value], "int16")
        if not assumption.when:
            otherwise = value
            break
        # Of whom it is not known whether this holds, nothing is taken for granted.
        branches.append((known[assumption.when].isnull(), ibis.null("int16")))
        branches.append((known[assumption.when], value))
    return ibis.cases(*branches, else_=otherwise) if branches else otherwise
