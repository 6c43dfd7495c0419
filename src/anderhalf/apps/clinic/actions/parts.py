"""The parts of which an encounter is made, as its form or an import hands them in."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, kw_only=True)
class EncounterText:
    """The words of an encounter. ``plan`` is what the patient and everybody around them goes home with."""

    complaints: str = ""
    examination: str = ""
    ecg_findings: str = ""
    echo_findings: str = ""
    conclusion: str = ""
    plan: str = ""

    def as_fields(self) -> dict[str, str]:
        """Field name to text, trimmed."""
        return {name: str(text).strip() for name, text in asdict(self).items()}


@dataclass(frozen=True, kw_only=True)
class MedicationStep:
    """One drug started, changed, stopped, paused or reported as in use; ``dose`` per intake in ``dose_unit``.

    ``used_since`` (as exactly as ``used_since_is``) is for what was used already; ``despite`` is why a prescriber
    starts or raises what something stands against, ``agreed_with`` the specialist who agreed to a contra-indication.
    """

    kind: str
    drug: str
    drug_name: str
    reason: str
    atc: str = ""
    drug_class: str = ""
    dose: Decimal | None = None
    dose_unit: str = ""
    times_per_day: int | None = None
    instructions: str = ""
    used_since: date | None = None
    used_since_is: str = ""
    despite: str = ""
    agreed_with: str = ""

    @property
    def taken(self) -> str:
        """The ATC code of what is taken after this step; empty when it is stopped or paused, or has no code."""
        return "" if self.kind in ("stop", "pause") else self.atc


@dataclass(frozen=True, kw_only=True)
class NewDocument:
    """A file to keep with the encounter; what it really is, is told from its bytes."""

    kind: str
    title: str
    made_on: date
    content: bytes


@dataclass(frozen=True, kw_only=True)
class Taught:
    """A topic of the education list that was discussed; ``teach_back`` = the patient told it back in own words."""

    topic: str
    teach_back: bool = False
