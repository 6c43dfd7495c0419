"""Tests on facts in a TOML file: `cells = { potassium = ">5.5" }`, written as in a decision table."""

from __future__ import annotations

from decimal import Decimal

from anderhalf.content.toml import Section
from anderhalf.core.decisions.feel import CellError, UnaryTest, parse_cell
from anderhalf.core.pathway.facts import FactDictionary


def read_cells(section: Section, key: str, dictionary: FactDictionary) -> dict[str, UnaryTest]:
    """The tests of one entry; a fact that the dictionary does not have, or a value it can't have, is a fault."""
    found: dict[str, UnaryTest] = {}
    cells = section.section(key, required=False)
    for name in cells.data:
        if name not in dictionary:
            cells.fault(name, f"{name} is not a fact of the dictionary")
            continue
        fact = dictionary[name]
        try:
            found[name] = parse_cell(cells.text(name), fact)
        except CellError as error:
            cells.fault(name, str(error))
            continue
        for value in found[name].literals:
            if isinstance(value, Decimal) and (
                (fact.minimum is not None and value < fact.minimum)
                or (fact.maximum is not None and value > fact.maximum)
            ):
                cells.fault(
                    name, f"{value} lies outside the range of {name}, {fact.minimum} to {fact.maximum}"
                )
    return found
