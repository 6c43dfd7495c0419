"""What was read from an uploaded record, kept beside the draft until the referral is sent, then forgotten.

The reader itself is in ``anderhalf.exchange``, above this room; what it found comes in as plain data.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from anderhalf.apps.people.models import Patient
from anderhalf.apps.people.same_person import differences
from anderhalf.core.decisions.explain import value_from_json, value_to_json
from anderhalf.core.decisions.facts import FactValue, Value

FORM = "record"
"""Name of the draft in which an upload waits, under the same key as the form it belongs to."""
FROM_FILE = "file"
"""Origin of a reading that an uploaded file leaves to a person."""


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
class ImportedAsk:
    """What the file leaves to a person about one fact: the sentence beside its field.

    ``newer`` means that there is a result of ``on`` (None: of an unknown day) that could not be read; no value of
    that day or before may pass as the newest. ``values`` are such results as far as they can be read (not final,
    contradictory): for danger only.
    """

    text: str
    on: date | None = None
    newer: bool = False
    values: tuple[Value, ...] = ()
    original: str = ""
    """What the file says where the value should stand."""

    @property
    def is_value(self) -> bool:
        """Whether a result was left out, and not only a drug or a problem asked about."""
        return self.newer or bool(self.values)

    def to_dict(self) -> dict[str, Any]:
        """JSON-safe, for the draft."""
        return {
            **asdict(self),
            "on": self.on.isoformat() if self.on else None,
            "values": [value_to_json(value) for value in self.values],
        }

    @classmethod
    def from_dict(cls, row: Mapping[str, Any]) -> ImportedAsk:
        """Read back what :meth:`to_dict` wrote."""
        values = tuple(value for kept in row["values"] if (value := value_from_json(kept)) is not None)
        day = date.fromisoformat(row["on"]) if row["on"] else None
        return cls(
            text=str(row["text"]), on=day, newer=bool(row["newer"]), values=values,
            original=str(row.get("original", "")),
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class ImportedAllergy:
    """What the file says that the patient can't have, in its own words; to be confirmed by a person."""

    substance: str
    text: str = ""
    kind: str = "allergy"
    reaction: str = ""
    atc: str = ""
    since: date | None = None
    where: str = ""

    def original(self) -> dict[str, str]:
        """For the register: where in the file it stands."""
        return {"where": self.where, "source": "FHIR"}


@dataclass(frozen=True, kw_only=True)
class ImportedRecord:
    """One upload. Lists are texts for people; ``skipped`` says what was not taken over, the original and where.

    ``notices`` are about the file as a whole, ``to_confirm`` names drugs and problems that may be there,
    ``unplaced`` drugs of which the class is not known (``drugs_missed``: and one could not be read at all), ``unread``
    measurements with a code that nothing here asks for. ``asks`` says per fact what a person has to settle.
    """

    file_name: str
    read_at: str
    facts: tuple[ImportedFact, ...]
    earlier: tuple[ImportedFact, ...] = ()
    """Older values of what changes are looked at (creatinine, weight), oldest first: they go along into the record."""
    conditions: tuple[str, ...] = ()
    medication: tuple[str, ...] = ()
    allergies: tuple[ImportedAllergy, ...] = ()
    no_allergies: bool = False
    """The file says that it was asked, and that there are none."""
    skipped: tuple[tuple[str, str, str], ...] = ()
    skipped_beyond: int = 0
    person: Mapping[str, str] = field(default_factory=dict)
    deceased: str = ""
    notices: tuple[str, ...] = ()
    to_confirm: tuple[str, ...] = ()
    unplaced: tuple[str, ...] = ()
    drugs_missed: bool = False
    unread: tuple[str, ...] = ()
    asks: Mapping[str, ImportedAsk] = field(default_factory=dict)
    reports: tuple[str, ...] = ()
    """Sentences of reports that name what could be a danger: they stand in the letter and are asked."""

    def differences(self, patient: Patient) -> list[str]:
        """What the file says otherwise about who it is, in words; empty when it can be this patient."""
        try:
            day, month, year = self.person.get("birth_date", "").split("-")
            born = date(int(year), int(month), int(day))
        except ValueError:
            born = None
        name, sex = self.person.get("family_name", ""), self.person.get("sex", "")
        return differences(patient, family_name=name, birth_date=born, sex=sex)

    def values(self) -> dict[str, FactValue]:
        """The values as the form takes them."""
        return {fact.name: FactValue(fact.value, on=fact.on, origin=fact.where) for fact in self.facts}

    def earlier_values(self) -> dict[str, tuple[FactValue, ...]]:
        """Per fact its older values, oldest first."""
        found: dict[str, tuple[FactValue, ...]] = {}
        for fact in self.earlier:
            found[fact.name] = (*found.get(fact.name, ()), FactValue(fact.value, fact.on, fact.where))
        return found

    def originals(self) -> dict[str, dict[str, str]]:
        """Per fact what stood in the file."""
        return {fact.name: fact.original() for fact in self.facts}

    def to_dict(self) -> dict[str, Any]:
        """JSON-safe, for the draft."""
        data = asdict(self)
        data["allergies"] = [
            {**asdict(one), "since": one.since.isoformat() if one.since else None} for one in self.allergies
        ]
        for name, facts in (("facts", self.facts), ("earlier", self.earlier)):
            data[name] = [
                {
                    **asdict(fact),
                    "value": value_to_json(fact.value),
                    "on": fact.on.isoformat() if fact.on else None,
                }
                for fact in facts
            ]
        data["asks"] = {name: one.to_dict() for name, one in self.asks.items()}
        return data

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> ImportedRecord:
        """Read back what :meth:`to_dict` wrote."""
        return cls(
            file_name=data["file_name"],
            read_at=data["read_at"],
            facts=_facts(data["facts"]),
            earlier=_facts(data.get("earlier", ())),
            conditions=tuple(data["conditions"]),
            medication=tuple(data["medication"]),
            allergies=tuple(_allergy(row) for row in data["allergies"]),
            no_allergies=bool(data.get("no_allergies", False)),
            skipped=tuple(_skipped(row) for row in data["skipped"]),
            skipped_beyond=int(data["skipped_beyond"]),
            person=dict(data["person"]),
            deceased=str(data.get("deceased", "")),
            notices=tuple(data.get("notices", ())),
            to_confirm=tuple(data.get("to_confirm", ())),
            unplaced=tuple(data.get("unplaced", ())),
            drugs_missed=bool(data.get("drugs_missed", False)),
            unread=tuple(data.get("unread", ())),
            asks={name: ImportedAsk.from_dict(row) for name, row in data.get("asks", {}).items()},
            reports=tuple(data.get("reports", ())),
        )


def _facts(rows: Sequence[Mapping[str, Any]]) -> tuple[ImportedFact, ...]:
    facts = []
    for row in rows:
        value = value_from_json(row["value"])
        if value is not None:
            day = date.fromisoformat(row["on"]) if row["on"] else None
            facts.append(ImportedFact(**{**row, "value": value, "on": day}))
    return tuple(facts)


def _skipped(row: Sequence[str]) -> tuple[str, str, str]:
    """A line of a draft; drafts of before had no separate place."""
    text, original, *where = (str(part) for part in row)
    return text, original, where[0] if where else ""


def _allergy(row: Mapping[str, Any] | str) -> ImportedAllergy:
    """One row of a draft; a draft of before the register kept only the words."""
    if isinstance(row, str):
        return ImportedAllergy(substance=row)
    since = row["since"]
    return ImportedAllergy(**{**row, "since": date.fromisoformat(since) if since else None})
