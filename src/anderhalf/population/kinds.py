"""One fact of the population: which file of an extract holds it, and how many rows become one value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from anderhalf.core.decisions.facts import Fact, FactType
from anderhalf.core.pathway.facts import Entry


class Kind(StrEnum):
    """How many rows about one patient become one value."""

    LATEST = "latest"
    """The newest measured value; its maximum age is the fact's."""
    EVER = "ever"
    """Yes once a row with one of the codes exists."""
    RECENT = "recent"
    """Yes when the newest row with one of the codes is not older than the fact's maximum age."""
    COUNT = "count"
    """The number of rows with one of the codes."""
    LATEST_DAY = "latest_day"
    """The day of the newest row with one of the codes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """One fact of the population and where it comes from."""

    fact: Fact
    kind: Kind
    source: str = ""
    """File of the extract; empty when no file holds it (it stays unknown, or comes from FHIR)."""
    codes: Mapping[str, tuple[str, ...]]
    contact: tuple[str, ...] = ()
    """Only contacts of these kinds."""
    absent_is_no: bool = False
    entry: Entry
    """Units and answer codes for reading values."""

    @property
    def name(self) -> str:
        """The fact's name."""
        return self.fact.name


def default_source(fact: Fact) -> tuple[str, Kind]:
    """Which file of the extract holds a fact of the dictionary, by its type and codes."""
    if fact.type is FactType.BOOLEAN and "icpc" in fact.codes:
        return "problems", Kind.EVER
    if fact.type is FactType.BOOLEAN and "atc" in fact.codes:
        return "medication", Kind.RECENT
    if fact.type is not FactType.BOOLEAN and set(fact.codes) & {"nhg", "loinc"}:
        return "measurements", Kind.LATEST
    return "", Kind.LATEST
