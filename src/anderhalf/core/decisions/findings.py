"""What a check of a table can find, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from anderhalf.core.decisions.facts import FactValues


class FindingKind(StrEnum):
    """The kinds of fault."""

    GAP = "gap"
    OVERLAP = "overlap"
    CONFLICT = "conflict"
    CONTRADICTION = "contradiction"
    MASKED = "masked"
    UNREACHABLE = "unreachable"
    DUPLICATE = "duplicate"
    SUBSUMED = "subsumed"
    OUT_OF_RANGE = "out_of_range"
    NOT_IN_LIST = "not_in_list"
    OUTPUT_NOT_ALLOWED = "output_not_allowed"
    UNUSED_FACT = "unused_fact"
    NO_SOURCE = "no_source"


class Severity(StrEnum):
    """An error makes a table unfit for use; a warning asks for a look."""

    ERROR = "error"
    WARNING = "warning"


_WARNINGS = frozenset(
    {FindingKind.DUPLICATE, FindingKind.SUBSUMED, FindingKind.OUT_OF_RANGE, FindingKind.UNUSED_FACT,
     FindingKind.NO_SOURCE}
)  # fmt: skip

_WORDS: Mapping[FindingKind, tuple[str, str]] = {
    FindingKind.GAP: (
        "geen regel geldt voor {detail}; het dichtst bij is {rules}, cel {column} ({text})",
        "no rule holds for {detail}; the nearest is {rules}, cell {column} ({text})",
    ),
    FindingKind.OVERLAP: (
        "{rules} gelden tegelijk voor {detail}, terwijl er maar één regel mag gelden",
        "{rules} hold together for {detail}, while only one rule may",
    ),
    FindingKind.CONFLICT: (
        "{rules} gelden tegelijk voor {detail} en geven een verschillende uitkomst",
        "{rules} hold together for {detail} and answer differently",
    ),
    FindingKind.CONTRADICTION: (
        "{rules} stellen dezelfde voorwaarden en geven een verschillende uitkomst",
        "{rules} ask the same and answer differently",
    ),
    FindingKind.MASKED: (
        "{rule} bepaalt nooit de uitkomst: {others} gaan altijd voor",
        "{rule} never makes the outcome: {others} always go first",
    ),
    FindingKind.UNREACHABLE: (
        "{rule} kan nooit gelden: geen toegestane waarde van {column} past bij {text}",
        "{rule} can never hold: no possible value of {column} fits {text}",
    ),
    FindingKind.DUPLICATE: ("{rules} zijn dezelfde regel", "{rules} are the same rule"),
    FindingKind.SUBSUMED: (
        "{rule} voegt niets toe: {others} geldt altijd ook en geeft dezelfde uitkomst",
        "{rule} adds nothing: {others} always holds too and answers the same",
    ),
    FindingKind.OUT_OF_RANGE: (
        "{rule}: {detail} ligt buiten het bereik van {column}",
        "{rule}: {detail} is outside the range of {column}",
    ),
    FindingKind.NOT_IN_LIST: (
        "{rule}: {detail} staat niet in de lijst van {column}",
        "{rule}: {detail} is not in the list of {column}",
    ),
    FindingKind.OUTPUT_NOT_ALLOWED: (
        "{rule}: {text} is geen toegestane uitkomst van {column}",
        "{rule}: {text} is not an allowed value of {column}",
    ),
    FindingKind.UNUSED_FACT: ("geen regel gebruikt {column}", "no rule uses {column}"),
    FindingKind.NO_SOURCE: ("{rule} heeft geen bron", "{rule} has no source"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One fault in a table, with an example patient that shows it."""

    kind: FindingKind
    rules: tuple[str, ...] = ()
    """The rule at fault first, then the others; for a gap the rule that comes nearest."""
    column: str = ""
    """The fact, or `out:<name>`, of the cell at fault; empty when no single cell is."""
    text: str = ""
    """The text of that cell."""
    detail: str = ""
    """The values concerned: a region of patients, or a literal."""
    region: Mapping[str, str] = field(default_factory=dict)
    """For a gap: the cells of a rule that would fill it, by fact (a fact left out is `-`)."""
    witness: FactValues | None = None
    """Facts that show the fault when they are decided on `CheckReport.on`. For values out of range or list
    they are the facts that the engine refuses. None when no patient reaches the rule."""

    @property
    def severity(self) -> Severity:
        """How bad it is."""
        return Severity.WARNING if self.kind in _WARNINGS else Severity.ERROR

    def describe(self, language: str = "nl") -> str:
        """The finding as a sentence, "nl" or "en"."""
        dutch, english = _WORDS[self.kind]
        joined = " en " if language == "nl" else " and "
        anybody = "iedereen" if language == "nl" else "everybody"
        return (dutch if language == "nl" else english).format(
            rules=joined.join(self.rules),
            rule=self.rules[0] if self.rules else "",
            others=joined.join(self.rules[1:]),
            column=self.column,
            text=self.text,
            detail=self.detail or anybody,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """All findings of a check, and what it could not prove."""

    table_id: str
    findings: tuple[Finding, ...]
    left_out: Mapping[FindingKind, int]
    """Findings beyond the first ones of a kind, counted and not listed."""
    not_proved: tuple[FindingKind, ...]
    """Kinds for which the search was stopped: that none (more) was found proves nothing."""
    on: date
    """The day on which the witnesses are dated and must be decided."""

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that make the table unfit for use."""
        return tuple(finding for finding in self.findings if finding.severity is Severity.ERROR)

    @property
    def is_clean(self) -> bool:
        """Nothing was found and everything was proved."""
        return not self.findings and not self.not_proved

    def counts(self) -> Mapping[FindingKind, int]:
        """How many findings of each kind there are, also those left out."""
        return Counter(finding.kind for finding in self.findings) + Counter(self.left_out)
