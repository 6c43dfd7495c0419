"""What the codes of an extract mean: feature, unit factor and possible range, worked out once per distinct code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

import pyarrow as pa

from anderhalf.core.decisions.facts import FactType
from anderhalf.core.pathway.units import PERCENT, contradicts, unit_key
from anderhalf.population.criteria import PREFIX_SYSTEMS, Criteria
from anderhalf.population.encoding import SCALE, places
from anderhalf.population.kinds import Feature, Kind
from anderhalf.population.shapes import CONTACT_KINDS

LOWEST, HIGHEST = -(2**31), 2**31 - 1
Pair = tuple[str | None, str | None]
"""A code with its unit (measurements) or contact kind (contacts), as they stand in the file."""

MEANING_SCHEMA = pa.schema(
    [
        ("meant_code", pa.string()),
        ("meant_unit", pa.string()),
        ("feature", pa.int16()),
        ("mode", pa.string()),
        ("max_age", pa.int32()),
        ("above", pa.int64()),
        ("below", pa.int64()),
        ("plain", pa.bool_()),
        ("unit_unknown", pa.bool_()),
        ("unit_missing", pa.bool_()),
        ("unit_taken", pa.bool_()),
        ("against", pa.bool_()),
        ("percent", pa.bool_()),
        ("lowest", pa.int64()),
        ("highest", pa.int64()),
        ("answers", pa.map_(pa.string(), pa.int32())),
    ]
)
CODED = {
    "problems": ("icpc", "ICPC", r"^[A-Z] ?[0-9]{2}([.,][0-9]{1,2})?$"),
    "medication": ("atc", "ATC", r"^[A-Z][0-9]{2}[A-Z]{2}([0-9]{2})?$"),
}
"""Per file the system of its codes, and how a code looks that says in which group something is."""


def meanings(
    criteria: Criteria, shape: str, pairs: Sequence[Pair]
) -> tuple[list[Mapping[str, object]], set[Pair]]:
    """What each code (with unit or kind) of a file means; and the pairs that any feature asks for."""
    book: list[Mapping[str, object]] = []
    asked: set[Pair] = set()
    for place, feature in enumerate(criteria.features):
        if feature.source != shape:
            continue
        for code, unit in pairs:
            known = (
                criteria.own_codes.get(code.strip().upper(), code)
                if code and shape == "measurements"
                else code
            )
            if not _asks(feature, known, unit):
                continue
            asked.add((code, unit))
            fixed = (known or "").strip() in criteria.unit_fixed
            reading = _reading(feature, known or "", unit, unit_fixed=fixed)
            book.append({"meant_code": code, "meant_unit": unit, "feature": place, **reading})
    return book, asked


def _asks(feature: Feature, code: str | None, unit: str | None) -> bool:
    if code is None:
        return False
    if feature.contact:
        kind = (unit or "").lower()
        if CONTACT_KINDS.get(kind, kind) not in feature.contact:
            return False
    plain = code.strip().upper()
    return any(
        plain == known.upper() or (system in PREFIX_SYSTEMS and plain.startswith(known.upper()))
        for system, codes in feature.codes.items()
        for known in codes
    )


def _reading(feature: Feature, code: str, unit: str | None, *, unit_fixed: bool) -> Mapping[str, object]:
    fact = feature.fact
    found: dict[str, object] = {
        "mode": "ever", "max_age": None, "above": 1, "below": 1, "plain": True, "unit_unknown": False,
        "unit_missing": False, "unit_taken": False, "against": False, "percent": False, "lowest": LOWEST,
        "highest": HIGHEST, "answers": [],
    }  # fmt: skip
    if feature.kind is Kind.LATEST_DAY:
        return found | {"mode": "day"}
    if feature.kind in (Kind.RECENT, Kind.COUNT):
        return found | {"mode": "row", "max_age": fact.max_age_days if feature.kind is Kind.RECENT else None}
    if feature.kind is Kind.EVER:
        return found
    if fact.type is FactType.CODE:
        return found | {"mode": "answer", "answers": list(_answers(feature).items())}
    if fact.type is not FactType.NUMBER:
        return found
    factor = _factor(feature, unit)
    none = factor is None and not (unit or "").strip()
    if none and unit_fixed:
        factor = _factor(feature, fact.unit)
    # From millionths to the whole numbers of a column.
    exact = (factor or Fraction(1)) * Fraction(SCALE, 10**6)
    return found | {
        "mode": "number",
        "above": exact.numerator,
        "below": exact.denominator,
        "plain": exact.numerator <= 1000,
        "unit_unknown": factor is None,
        "unit_missing": factor is None and none,
        "unit_taken": none and unit_fixed,
        "against": contradicts(feature.entry.amounts, code.strip(), unit or ""),
        "percent": fact.unit == PERCENT and unit_key(unit or "") == PERCENT,
        "lowest": _scaled(fact.minimum, LOWEST),
        "highest": _scaled(fact.maximum, HIGHEST),
    }


def _answers(feature: Feature) -> Mapping[str, int]:
    """Answer as written, in capitals -> place in the closed list: the list's own codes, foreign codes, labels."""
    listed = places(feature.fact)
    found = {code.upper(): place for code, place in listed.items()}
    for foreign, code in feature.entry.value_codes.items():
        found.setdefault(foreign.upper(), listed[code])
    for code, labels in feature.fact.values.items():
        for label in labels.values():
            found.setdefault(label.upper(), listed[code])
    return found


def _factor(feature: Feature, unit: str | None) -> Fraction | None:
    """By what a number is multiplied to be in the fact's unit; None for a unit that is not known."""
    how = feature.entry.known_units.get(unit_key(unit or ""))
    # A unit with an offset (HbA1c in %) has no plain factor; nothing that an extract is searched for has one.
    return None if how is None or how.offset else how.factor


def _scaled(limit: Decimal | None, otherwise: int) -> int:
    return otherwise if limit is None else int(Fraction(limit) * SCALE)
