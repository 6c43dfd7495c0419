"""From what stands in the file to a value of a fact: units, closed lists, ranges. Nothing is assumed.

A number without a unit, with an unknown unit or with one that its code contradicts is not taken over: what it would
be is for a person to say. An inequality (``<50``) is a range.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from anderhalf.core.decisions.facts import Fact, FactType, Value
from anderhalf.core.decisions.ranges import COMPARATORS, Range
from anderhalf.core.pathway.facts import UnknownUnit
from anderhalf.core.pathway.validity import can_be, is_unusual
from anderhalf.exchange.fhir.dates import check_when, read_when
from anderhalf.exchange.fhir.dictionary import CodeIndex
from anderhalf.exchange.fhir.json_text import Number
from anderhalf.exchange.fhir.problems import Reason, Unusable
from anderhalf.exchange.fhir.tree import Node

# A fact without a range still can't hold a number that arithmetic has no digits for.
LARGEST = 10**15
UCUM = "http://unitsofmeasure.org"
VALUE_KEYS = {
    FactType.NUMBER: ("valueQuantity", "valueInteger"),
    FactType.CODE: ("valueCodeableConcept",),
    FactType.BOOLEAN: ("valueBoolean",),
    FactType.DATE: ("valueDateTime",),
    FactType.TEXT: ("valueString",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadValue:
    """A value in the dictionary's unit beside what stands in the file."""

    value: Value
    original: str
    unit: str | None
    where: str
    unusual: bool = False


def has_value(node: Node) -> bool:
    """Whether an Observation or component carries a value of any kind."""
    return any(key.startswith("value") and value is not None for key, value in node.content.items())


def read_value(
    node: Node, fact: Fact, *, index: CodeIndex, code: str = "", on: date, born: date | None
) -> ReadValue:
    """The value of an Observation or of one component, for ``fact``; ``code`` is the code that meant the fact.

    Raises :class:`Unusable` when there is none of the right kind, its unit is missing, unknown or against its code,
    it is not in the closed list, it is outside the range that is possible, or it is a date in the future or before
    birth.
    """
    key = next((key for key in VALUE_KEYS[fact.type] if node.has(key)), None)
    if key is None:
        raise Unusable(Reason.NO_VALUE, node.path)
    if key == "valueQuantity":
        return _quantity(node, fact, index, code)
    if key == "valueInteger":
        number = node.number(key)
        if number is None or fact.unit != "1":
            raise Unusable(Reason.NO_UNIT, node.at(key))
        return _number(fact, number, None, "1", None, node.at(key), index)
    if key == "valueCodeableConcept":
        return _answer(node, fact, index)
    if key == "valueBoolean":
        answer = node.boolean(key)
        return ReadValue(value=answer is True, original=str(answer).lower(), unit=None, where=node.at(key))
    if key == "valueDateTime":
        when = read_when(node, key)
        if when is None or when.on is None:
            raise Unusable(Reason.INCOMPLETE_DATE, node.at(key), original=when.text if when else "")
        if not index.dictionary.entry(fact.name).may_lie_ahead:
            check_when(when, on=on, born=born)
        return ReadValue(value=when.on, original=when.text, unit=None, where=node.at(key))
    text = node.text(key) or ""
    return ReadValue(value=text, original=text, unit=None, where=node.at(key))


def original_of(node: Node) -> str:
    """What stands in the file, for showing beside the reason why it was not used; empty when that can't be
    read.
    """
    try:
        quantity = node.child("valueQuantity")
        if quantity is None:
            return node.wording("valueCodeableConcept") or node.text("valueString") or ""
        number = quantity.number("value")
        parts = (
            quantity.text("comparator"),
            number.text if number is not None else "",
            _shown_unit(quantity),
        )
    except Unusable:
        return ""
    return " ".join(part for part in parts if part)


def _shown_unit(quantity: Node) -> str:
    return quantity.text("unit") or quantity.text("code") or ""


def _quantity(node: Node, fact: Fact, index: CodeIndex, meant_by: str) -> ReadValue:
    quantity = node.child("valueQuantity")
    number = quantity.number("value") if quantity is not None else None
    if quantity is None or number is None:
        raise Unusable(Reason.NO_VALUE, node.at("valueQuantity"))
    sign = quantity.text("comparator")
    if sign is not None and sign not in COMPARATORS:
        raise Unusable(Reason.INEQUALITY, quantity.at("comparator"), sign=sign)
    label = quantity.text("unit") or ""
    code = (quantity.text("code") or "") if quantity.text("system") == UCUM else ""
    if not code and not label:
        raise Unusable(Reason.NO_UNIT, quantity.at("unit"))
    where = quantity.at("code" if code else "unit")
    try:
        how = index.dictionary.conversion(fact.name, code or label)
    except UnknownUnit:
        expected = fact.unit_label or fact.unit or ""
        raise Unusable(Reason.UNKNOWN_UNIT, where, unit=code or label, expected=expected) from None
    if code and label and code != label:
        try:
            if index.dictionary.conversion(fact.name, label) != how:
                raise Unusable(Reason.CONTRADICTING_UNIT, quantity.at("unit"), unit=label)
        except UnknownUnit:
            pass  # a label in words ("gram"): the code decides
    if index.dictionary.contradicts(fact.name, meant_by, code or label):
        raise Unusable(Reason.CODE_AGAINST_UNIT, where, unit=code or label)
    return _number(fact, number, sign, code or label, label or code, quantity.at("value"), index)


def _number(
    fact: Fact,
    number: Number,
    sign: str | None,
    unit: str,
    original_unit: str | None,
    where: str,
    index: CodeIndex,
) -> ReadValue:
    """The number, or with a sign the range, in the dictionary's unit."""
    exact = Decimal(number)
    if abs(exact) > LARGEST:
        raise _out_of_range(fact, where)
    given: Decimal | Range = Range.of(sign, exact) if sign is not None else exact
    if index.dictionary.is_fraction(fact.name, given, unit):
        raise Unusable(Reason.FRACTION, where, unit=unit)
    value = index.in_unit(fact, given, unit)
    if not can_be(fact, value):
        raise _out_of_range(fact, where)
    original = f"{sign} {number.text}" if sign is not None else number.text
    return ReadValue(
        value=value, original=original, unit=original_unit, where=where, unusual=is_unusual(fact, value)
    )


def _out_of_range(fact: Fact, where: str) -> Unusable:
    return Unusable(
        Reason.OUT_OF_RANGE,
        where,
        lowest=str(fact.minimum),
        highest=str(fact.maximum),
        unit=fact.unit_label or fact.unit or "",
    )


def _answer(node: Node, fact: Fact, index: CodeIndex) -> ReadValue:
    codings = node.codings("valueCodeableConcept")
    answers = {answer for coding in codings if (answer := index.answer(fact, coding)) is not None}
    where = node.at("valueCodeableConcept")
    if len(answers) != 1:
        raise Unusable(Reason.UNKNOWN_ANSWER, where, answer=node.wording("valueCodeableConcept"))
    return ReadValue(
        value=answers.pop(), original=node.wording("valueCodeableConcept"), unit=None, where=where
    )
