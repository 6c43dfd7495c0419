"""What the codes of an extract mean: feature, unit factor and possible range, worked out once per distinct code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

import pyarrow as pa

from anderhalf.core.decisions.facts import FactType
from anderhalf.population.criteria import PREFIX_SYSTEMS, Criteria, Feature, Kind
from anderhalf.population.encoding import places
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
        ("above", pa.int64()),
        ("below", pa.int64()),
        ("plain", pa.bool_()),
        ("unit_unknown", pa.bool_()),
        ("lowest", pa.int64()),
        ("highest", pa.int64()),
        ("answers", pa.map_(pa.string(), pa.int32())),
    ]
)


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
            if not _asks(feature, code, unit):
                continue
            asked.add((code, unit))
            book.append({"meant_code": code, "meant_unit": unit, "feature": place, **_reading(feature, unit)})
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


def _reading(feature: Feature, unit: str | None) -> Mapping[str, object]:
    fact = feature.fact
    found: dict[str, object] = {
        "mode": "ever", "above": 1, "below": 1, "plain": True, "unit_unknown": False, "lowest": LOWEST,
        "highest": HIGHEST, "answers": [],
    }  # fmt: skip
    if feature.kind is Kind.LATEST_DAY:
        return found | {"mode": "day"}
    if feature.kind in (Kind.RECENT, Kind.COUNT):
        return found | {"mode": "row"}
    if feature.kind is Kind.EVER:
        return found
    if fact.type is FactType.CODE:
        return found | {"mode": "answer", "answers": list(_answers(feature).items())}
    if fact.type is not FactType.NUMBER:
        return found
    factor = _factor(feature, unit)
    scale = Fraction(10**fact.decimals)
    exact = (factor or Fraction(1)) * scale
    return found | {
        "mode": "number",
        "above": exact.numerator,
        "below": exact.denominator,
        "plain": exact.denominator == 1 and exact.numerator <= 1000,
        "unit_unknown": factor is None,
        "lowest": _scaled(fact.minimum, scale, LOWEST),
        "highest": _scaled(fact.maximum, scale, HIGHEST),
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
    fact = feature.fact
    given = (unit or "").strip()
    if given in (fact.unit, fact.unit_label) or (not given and fact.unit in (None, "1")):
        return Fraction(1)
    return feature.entry.conversions.get(given)


def _scaled(limit: Decimal | None, scale: Fraction, otherwise: int) -> int:
    return otherwise if limit is None else int(Fraction(limit) * scale)
