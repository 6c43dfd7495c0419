"""What was read from an uploaded record, kept beside the draft until the referral is sent, then forgotten.

The reader itself is in ``anderhalf.exchange``, above this room; what it found comes in as plain data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from anderhalf.core.decisions.explain import value_from_json, value_to_json
from anderhalf.core.decisions.facts import FactValue, Value

FORM = "record"
"""Name of the draft in which an upload waits, under the same key as the form it belongs to."""


@dataclass(frozen=True, kw_only=True)
class ImportedFact:
    """A value of the file in the dictionary's unit; ``where`` is its place, ``original`` what stands there."""

    name: str
    value: Value
    on: date | None
    where: str
    original_value: str = ""
    original_unit: str = ""
    code: str = ""
    unusual: bool = False
    source: str = "FHIR"
    """Kind of file: a FHIR record, or the extract of case finding."""

    def original(self) -> dict[str, str]:
        """For the observation's provenance: the file's own words."""
        return {
            "value": self.original_value,
            "unit": self.original_unit,
            "code": self.code,
            "where": self.where,
            "source": self.source,
        }


@dataclass(frozen=True, kw_only=True)
class ImportedRecord:
    """One upload. Lists are texts for people; ``skipped`` says what was not taken over, why and where."""

    file_name: str
    read_at: str
    facts: tuple[ImportedFact, ...]
    conditions: tuple[str, ...] = ()
    medication: tuple[str, ...] = ()
    allergies: tuple[str, ...] = ()
    skipped: tuple[tuple[str, str], ...] = ()
    skipped_beyond: int = 0
    person: Mapping[str, str] = field(default_factory=dict)
    deceased: str = ""

    def values(self) -> dict[str, FactValue]:
        """The values as the form takes them."""
        return {fact.name: FactValue(fact.value, on=fact.on, origin=fact.where) for fact in self.facts}

    def originals(self) -> dict[str, dict[str, str]]:
        """Per fact what stood in the file."""
        return {fact.name: fact.original() for fact in self.facts}

    def to_dict(self) -> dict[str, Any]:
        """JSON-safe, for the draft."""
        data = asdict(self)
        data["facts"] = [
            {
                **asdict(fact),
                "value": value_to_json(fact.value),
                "on": fact.on.isoformat() if fact.on else None,
            }
            for fact in self.facts
        ]
        return data

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> ImportedRecord:
        """Read back what :meth:`to_dict` wrote."""
        facts = []
        for row in data["facts"]:
            value = value_from_json(row["value"])
            if value is not None:
                day = date.fromisoformat(row["on"]) if row["on"] else None
                facts.append(ImportedFact(**{**row, "value": value, "on": day}))
        return cls(
            file_name=data["file_name"],
            read_at=data["read_at"],
            facts=tuple(facts),
            conditions=tuple(data["conditions"]),
            medication=tuple(data["medication"]),
            allergies=tuple(data["allergies"]),
            skipped=tuple((str(text), str(where)) for text, where in data["skipped"]),
            skipped_beyond=int(data["skipped_beyond"]),
            person=dict(data["person"]),
            deceased=str(data.get("deceased", "")),
        )
