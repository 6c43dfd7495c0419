"""From what stands in the file to a value of a fact: units, closed lists, ranges. Nothing is assumed.

A number without a unit, with an unknown unit, or written as an inequality (``<50``) is not taken over: what
it would be is for a person to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from anderhalf.core.decisions.facts import Fact, FactType, Value
from anderhalf.exchange.fhir.dates import read_when
from anderhalf.exchange.fhir.dictionary import CodeIndex, UnknownRatio
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


def read_value(node: Node, fact: Fact, *, index: CodeIndex) -> ReadValue:
    """The value of an Observation or of one component, for ``fact``.

    Raises :class:`Unusable` when there is none of the right kind, its unit is missing or unknown, it is an
    inequality, it is not in the closed list, or it is outside the range that is possible.
    """
    key = next((key for key in VALUE_KEYS[fact.type] if node.has(key)), None)
    if key is None:
        raise Unusable(Reason.NO_VALUE, node.path)
    if key == "valueQuantity":
        return _quantity(node, fact, index)
    if key == "valueInteger":
        number = node.number(key)
        if number is None or fact.unit != "1":
            raise Unusable(Reason.NO_UNIT, node.at(key))
        return _number(fact, number, "1", None, node.at(key), index)
    if key == "valueCodeableConcept":
        return _answer(node, fact, index)
    if key == "valueBoolean":
        answer = node.boolean(key)
        return ReadValue(value=answer is True, original=str(answer).lower(), unit=None, where=node.at(key))
    if key == "valueDateTime":
        when = read_when(node, key)
        if when is None or when.on is None:
            raise Unusable(Reason.INCOMPLETE_DATE, node.at(key), original=when.text if when else "")
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


def _quantity(node: Node, fact: Fact, index: CodeIndex) -> ReadValue:
    quantity = node.child("valueQuantity")
    number = quantity.number("value") if quantity is not None else None
    if quantity is None or number is None:
        raise Unusable(Reason.NO_VALUE, node.at("valueQuantity"))
    if quantity.has("comparator"):
        raise Unusable(Reason.INEQUALITY, quantity.at("comparator"))
    label = quantity.text("unit") or ""
    code = (quantity.text("code") or "") if quantity.text("system") == UCUM else ""
    if not code and not label:
        raise Unusable(Reason.NO_UNIT, quantity.at("unit"))
    where = quantity.at("code" if code else "unit")
    try:
        ratio = index.ratio(fact, code or label)
    except UnknownRatio:
        raise Unusable(Reason.UNKNOWN_UNIT, where, unit=code or label, expected=fact.unit or "") from None
    if code and label and code != label:
        _check_label(fact, ratio, label, quantity, index)
    return _number(fact, number, code or label, label or code, quantity.at("value"), index)


def _check_label(fact: Fact, ratio: Fraction, label: str, quantity: Node, index: CodeIndex) -> None:
    """The unit for people and the unit for machines must not say two different things."""
    try:
        by_label = index.ratio(fact, label)
    except UnknownRatio:
        return  # a label in words ("gram"): the code decides
    if by_label != ratio:
        raise Unusable(Reason.CONTRADICTING_UNIT, quantity.at("unit"), unit=label)


def _number(
    fact: Fact, number: Number, unit: str, original_unit: str | None, where: str, index: CodeIndex
) -> ReadValue:
    """The number in the dictionary's unit. The range is checked before rounding: 300.4 is not rounded into
    0–300.
    """
    exact = Fraction(number) * index.ratio(fact, unit)
    too_low = fact.minimum is not None and exact < fact.minimum
    too_high = exact > (LARGEST if fact.maximum is None else fact.maximum) or exact < -LARGEST
    if too_low or too_high:
        raise Unusable(
            Reason.OUT_OF_RANGE,
            where,
            lowest=str(fact.minimum),
            highest=str(fact.maximum),
            unit=fact.unit_label or fact.unit or "",
        )
    value = index.in_unit(fact, Decimal(number), unit)
    unusual = (fact.usual_minimum is not None and value < fact.usual_minimum) or (
        fact.usual_maximum is not None and value > fact.usual_maximum
    )
    return ReadValue(value=value, original=number.text, unit=original_unit, where=where, unusual=unusual)


def _answer(node: Node, fact: Fact, index: CodeIndex) -> ReadValue:
    codings = node.codings("valueCodeableConcept")
    answers = {answer for coding in codings if (answer := index.answer(fact, coding)) is not None}
    where = node.at("valueCodeableConcept")
    if len(answers) != 1:
        raise Unusable(Reason.UNKNOWN_ANSWER, where, answer=node.wording("valueCodeableConcept"))
    return ReadValue(
        value=answers.pop(), original=node.wording("valueCodeableConcept"), unit=None, where=where
    )
