"""What is wrong with a draft: cells that cannot be read, texts that are missing, and gaps with an example patient.

Pure. The result is plain data, kept with the draft and put into words when it is shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from anderhalf.content import ContentErrors, load_pathway
from anderhalf.content.check import rule_faults
from anderhalf.content.danger_regions import danger_faults
from anderhalf.content.faults import ContentFault
from anderhalf.content.following import following_faults
from anderhalf.content.loading import Itself
from anderhalf.content.pathway import rule_lines
from anderhalf.content.titration import pathway_facts
from anderhalf.core.decisions.check import check_table
from anderhalf.core.decisions.explain import value_from_json, value_to_json
from anderhalf.core.decisions.facts import Value
from anderhalf.core.decisions.findings import Finding, Severity
from anderhalf.core.decisions.meta import TableErrors, TableMeta
from anderhalf.core.decisions.model import DecisionTable
from anderhalf.core.decisions.table import read_table
from anderhalf.core.pathway.model import Pathway


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something that keeps the table from being read. ``row`` counts rules from 0; None is the table as a whole."""

    file: str
    row: int | None
    column: str
    message: str


def meta_of(table: DecisionTable) -> TableMeta:
    """What the pathway says about a table, apart from its rows."""
    return TableMeta(
        id=table.id, version=table.version, hit_policy=table.hit_policy, on_unknown=table.on_unknown,
        title=table.title, outputs={spec.name: spec for spec in table.outputs},
    )  # fmt: skip


def read_draft_table(text: str, *, base: Pathway, table: str) -> DecisionTable:
    """A table of a draft, with the meaning its columns have in ``base``; raises ``TableErrors``.

    Codes outside a list are let through, for the check to report them with an example.
    """
    return read_table(
        text,
        meta=meta_of(base.tables[table]),
        facts=base.facts,
        filename=base.table_files[table],
        strict=False,
    )


def check_draft(files: Mapping[str, str], *, base: Pathway) -> dict[str, Any]:
    """Check the changed table files of a draft against the pathway they start from.

    Gives ``{"tables": {id: {"faults": [...], "findings": [...], "not_proved": [...]}}, "errors": n, "warnings": n}``.
    """
    changed = {file: text for file, text in files.items() if base.files.get(file) != text}
    whole = [
        Fault(
            file=one.file, row=_row(files.get(one.file, ""), one.line), column=one.cell, message=one.message
        )
        for one in _whole({**base.files, **files}, base=base)
    ]
    tables: dict[str, Any] = {}
    for table, file in base.table_files.items():
        if file in changed:
            faults = [fault for fault in whole if fault.file == file]
            tables[table] = _table(changed[file], base, table, faults)
    elsewhere = [fault for fault in whole if fault.file not in changed]
    errors = sum(len(one["faults"]) + _errors(one) for one in tables.values()) + len(elsewhere)
    warnings = sum(len(one["findings"]) - _errors(one) for one in tables.values())
    return {
        "tables": tables,
        "elsewhere": [_fault_to(fault) for fault in elsewhere],
        "errors": errors,
        "warnings": warnings,
    }


def _whole(files: Mapping[str, str], *, base: Pathway) -> list[ContentFault]:
    """What is wrong with the pathway as it would become: what cannot be read, and rules whose text stayed behind.

    What the running version has wrong in its own texts is no fault of this draft, outside the files it changes.
    """
    try:
        pathway = load_pathway(files, base.origin, choices=_choices(base))
    except ContentErrors as errors:
        # What cannot be read comes first; in a table that can be read, texts are looked at all the same.
        unread = {one.file for one in errors.faults}
        later = following_faults(base.files, files, facts=pathway_facts(base))
        return [*errors.faults, *(one for one in later if one.file not in unread)]
    had = {(one.file, one.message) for one in _rules_and_danger(Itself(base))}
    found = _rules_and_danger(Itself(pathway), Itself(base))
    return [
        one for one in found if base.files[one.file] != files[one.file] or (one.file, one.message) not in had
    ]


@lru_cache(maxsize=32)
def _rules_and_danger(one: Itself, before: Itself | None = None) -> tuple[ContentFault, ...]:
    """What the rules' texts and the danger tables have wrong. Asked again at every press, of a base that is the same
    all the time, and of a draft that does not change between sending it in and the last signature."""
    files = before.pathway.files if before is not None else None
    return (*rule_faults(one.pathway, before=files), *danger_faults(one.pathway))


def _choices(base: Pathway) -> Mapping[str, str]:
    return {setting.code: setting.chosen for setting in base.settings.values()}


def _errors(table: Mapping[str, Any]) -> int:
    return sum(1 for one in table["findings"] if one["severity"] == Severity.ERROR)


def _row(text: str, line: int) -> int | None:
    """The rule that a line of the CSV belongs to; the grid writes one line per rule."""
    return line - 2 if line > 1 and text else None


def _table(text: str, base: Pathway, table: str, faults: list[Fault]) -> dict[str, Any]:
    findings: list[dict[str, Any]] = []
    not_proved: list[str] = []
    try:
        report = check_table(read_draft_table(text, base=base, table=table))
        lines = rule_lines(text)
        findings = [_finding_to(one, lines) for one in report.findings]
        not_proved = [kind.value for kind in report.not_proved]
        # A code that is not in the list is both a fault of the file and a finding; the finding has the example.
        both = ("not_in_list", "output_not_allowed")
        shown = {(one["row"], one["column"]) for one in findings if one["kind"] in both}
        faults = [fault for fault in faults if (fault.row, fault.column) not in shown]
    except TableErrors as errors:
        known = {(fault.row, fault.column) for fault in faults}
        for one in errors.faults:
            fault = Fault(file=one.file, row=_row(text, one.line), column=one.column, message=one.message)
            if (fault.row, fault.column) not in known:
                faults = [*faults, fault]
    return {"faults": [_fault_to(fault) for fault in faults], "findings": findings, "not_proved": not_proved}


def _fault_to(fault: Fault) -> dict[str, Any]:
    return {"file": fault.file, "row": fault.row, "column": fault.column, "message": fault.message}


def _finding_to(finding: Finding, lines: Mapping[str, int]) -> dict[str, Any]:
    first = finding.rules[0] if finding.rules else ""
    return {
        "kind": finding.kind.value,
        "severity": finding.severity.value,
        "rules": list(finding.rules),
        "row": lines[first] - 2 if first in lines else None,
        "column": finding.column,
        "text": finding.text,
        "detail": finding.detail,
        "region": dict(finding.region),
        "nl": finding.describe("nl"),
        "en": finding.describe("en"),
        "witness": {name: value_to_json(given.value) for name, given in (finding.witness or {}).items()},
    }


def witness_of(finding: Mapping[str, Any]) -> dict[str, Value]:
    """The example patient of a stored finding, by fact."""
    found = {name: value_from_json(value) for name, value in finding["witness"].items()}
    return {name: value for name, value in found.items() if value is not None}
