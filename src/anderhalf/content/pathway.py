"""A pathway folder as text, read into a `Pathway` with every fault named by file, line and cell."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from anderhalf.content.dictionary import read_dictionary
from anderhalf.content.faults import Faults
from anderhalf.content.folder import content_hash
from anderhalf.content.schedule import read_education, read_follow_up
from anderhalf.content.settings import ENGINE_FILES, read_settings
from anderhalf.content.sources import check_source, read_sources, source_faults
from anderhalf.content.toml import Section, TomlFile
from anderhalf.core.decisions.model import DecisionTable
from anderhalf.core.decisions.table import TableErrors, read_meta, read_table
from anderhalf.core.pathway.danger import ALARM_TABLES
from anderhalf.core.pathway.kidney import EgfrFormula
from anderhalf.core.pathway.model import (
    AlarmAnswer,
    Approval,
    Education,
    FollowUp,
    Labels,
    Pathway,
    Setting,
    Source,
    Urgency,
)
from anderhalf.core.pathway.referral import REFERRAL

PATHWAY_FILE = "pathway.toml"
SCORES, EGFR_EQUATION = ENGINE_FILES[1], "egfr_equation"
NO_CODE = "none"
"""In a table: no line, no urgency (nothing is excluded, no appointment is needed)."""
_VERSION = re.compile(r"\d+\.\d+\.\d+")


def read_pathway(
    files: Mapping[str, str], faults: Faults, *, origin: str, choices: Mapping[str, str]
) -> Pathway:
    """Read a pathway; faults are noted, so the result counts only when there are none.

    `choices` are an agreement's answers to the pathway's `[settings]`: setting -> option.
    """
    root = TomlFile.read(PATHWAY_FILE, files, faults).root
    root.only(
        "key",
        "version",
        "valid_from",
        "title_nl",
        "title_en",
        "summary_nl",
        "summary_en",
        "facts",
        "facts_from",
        "changelog",
        "approvals",
        "sources",
        "lines",
        "urgencies",
        "groups",
        "tables",
        "settings",
        "no_danger",
        "alarm_at_referral",
    )
    version = root.text("version")
    if version and not _VERSION.fullmatch(version):
        root.fault("version", f"{version!r} is not a version like 1.0.0")
    sources = read_sources(root)
    groups = {section.name: section.labels() for section in root.sections("groups")}
    lines = {section.name: section.labels() for section in root.sections("lines")}
    urgencies = _urgencies(root, sources)
    facts_from = root.words("facts_from", required=False)
    dictionary = read_dictionary(
        files,
        root.text("facts", required=False) or "facts.toml",
        faults,
        groups=groups,
        sources=sources,
        facts_from=facts_from,
    )
    settings = read_settings(root, files, sources, choices)
    dictionary = replace(dictionary, egfr=_egfr(files, settings, faults))
    tables: dict[str, DecisionTable] = {}
    table_files: dict[str, str] = {}
    for section in root.sections("tables"):
        table_files[section.name] = _table_file(section, settings, files)
        table = _table(
            section, table_files[section.name], files, faults, version, dictionary.facts, lines, urgencies
        )
        if table is not None:
            tables[section.name] = table
            check_rules(table, table_files[section.name], files, faults, sources)
            _check_codes(section, table, lines, urgencies)
    _check_unused(files, table_files, settings, faults)
    alarm_at_referral = _alarm_at_referral(root, tables, lines, urgencies)
    changelog = root.text("changelog", required=False) or "CHANGELOG.md"
    if version and version not in files.get(changelog, ""):
        faults.add(changelog, 0, "", f"version {version} is not described here")
    follow_up, education = FollowUp(), Education(methods={})
    if "followup.toml" in files:
        follow_up = read_follow_up(files, faults, sources=sources, dictionary=dictionary, settings=settings)
    if "education.toml" in files:
        education = read_education(files, faults, sources=sources)
    valid_from = root.day("valid_from")
    approvals = tuple(_approval(section) for section in root.items("approvals", required=True))
    faults.raise_any()
    return Pathway(
        key=root.text("key"),
        version=version,
        valid_from=valid_from or date.min,
        title=root.labels("title"),
        summary=root.labels("summary", required=False),
        dictionary=dictionary,
        groups=groups,
        tables=tables,
        table_files=table_files,
        lines=lines,
        urgencies=urgencies,
        sources=sources,
        settings=settings,
        approvals=approvals,
        follow_up=follow_up,
        education=education,
        changelog=files.get(changelog, ""),
        hash=content_hash(files),
        origin=origin,
        files=files,
        alarm_at_referral=alarm_at_referral,
    )


def rule_lines(csv_text: str) -> Mapping[str, int]:
    """Rule id -> the line where its row begins."""
    reader = csv.reader(io.StringIO(csv_text.removeprefix("\ufeff"), newline=""))
    found: dict[str, int] = {}
    line, at = 1, None
    for row in reader:
        cells = [cell.strip() for cell in row]
        if at is None:
            at = cells.index("id") if "id" in cells else None
        elif at < len(cells):
            found.setdefault(cells[at], line)
        line = reader.line_num + 1
    return found


def _egfr(files: Mapping[str, str], settings: Mapping[str, Setting], faults: Faults) -> EgfrFormula | None:
    """The equation, of those in scores.toml, by which eGFR follows from creatinine; None without calculators."""
    if SCORES not in files or EGFR_EQUATION not in settings:
        return None
    chosen = settings[EGFR_EQUATION].chosen
    root = TomlFile.read(SCORES, files, faults).root.data
    try:
        return EgfrFormula.read(root["formulas"][chosen])
    except (KeyError, TypeError, ValueError):
        faults.add(SCORES, 0, f"formulas.{chosen}", "this equation lacks a coefficient")
        return None


def _urgencies(root: Section, sources: Mapping[str, Source]) -> Mapping[str, Urgency]:
    found = {}
    for section in root.sections("urgencies"):
        section.only("days", "nl", "en", "source")
        found[section.name] = Urgency(
            code=section.name,
            label=section.labels(),
            source=section.text("source", required=False),
            days=section.whole("days", required=False, minimum=0),
        )
        if found[section.name].days is not None:
            first = found[section.name].source.split(";")[0]
            check_source(section, "source", first, sources)
            if not first:
                section.fault("source", "a term in days needs a source")
    return found


def _alarm_at_referral(
    root: Section,
    tables: Mapping[str, DecisionTable],
    lines: Mapping[str, Labels],
    urgencies: Mapping[str, Urgency],
) -> AlarmAnswer | None:
    """What an alarm makes of a referral; must be said by a pathway that has both."""
    if REFERRAL not in tables or not any(name in tables for name in ALARM_TABLES):
        return None
    section = root.section("alarm_at_referral")
    section.only("line", "urgency", "source")
    found = AlarmAnswer(line=section.text("line"), urgency=section.text("urgency"))
    if found.line and found.line not in lines:
        section.fault("line", f"{found.line} is not described in [lines]")
    term = urgencies.get(found.urgency)
    if found.urgency and (term is None or term.days is None):
        section.fault("urgency", f"{found.urgency} is no term in days of [urgencies]")
    section.text("source")
    return found


def _table_file(section: Section, settings: Mapping[str, Setting], files: Mapping[str, str]) -> str:
    name = section.text("file")
    for setting in settings.values():
        option = setting.options.get(setting.chosen)
        if option is not None and section.name in option.tables:
            name = option.tables[section.name]
    if name and name not in files:
        section.fault("file", f"there is no file {name}")
    return name


def _table(
    section: Section,
    file: str,
    files: Mapping[str, str],
    faults: Faults,
    version: str,
    facts: Mapping[str, object],
    lines: Mapping[str, Mapping[str, str]],
    urgencies: Mapping[str, Urgency],
) -> DecisionTable | None:
    if file not in files:
        return None
    try:
        meta = read_meta(
            _with_labels(section.data, lines, urgencies),
            table_id=section.name,
            version=version,
            filename=PATHWAY_FILE,
        )
        return read_table(files[file], meta=meta, facts=facts, filename=file)  # type: ignore[arg-type]
    except TableErrors as errors:
        for fault in errors.faults:
            line = fault.line
            if fault.file == PATHWAY_FILE:
                line = section.file.line(tuple(fault.column.split(".")))
            faults.add(fault.file, line, fault.column, fault.message)
        return None


def _with_labels(
    data: Mapping[str, object], lines: Mapping[str, Mapping[str, str]], urgencies: Mapping[str, Urgency]
) -> Mapping[str, object]:
    """Outputs called line and urgency take their labels from the pathway when they have none themselves."""
    outputs = data.get("outputs")
    if not isinstance(outputs, Mapping):
        return data
    known: Mapping[str, Mapping[str, Mapping[str, str]]] = {
        "line": lines,
        "urgency": {code: urgency.label for code, urgency in urgencies.items()},
    }
    filled = {
        name: spec | {"labels": dict(known[name])}
        if name in known and isinstance(spec, dict) and "labels" not in spec
        else spec
        for name, spec in outputs.items()
    }
    return {**data, "outputs": filled}


def check_rules(
    table: DecisionTable, file: str, files: Mapping[str, str], faults: Faults, sources: Mapping[str, Source]
) -> None:
    """Note every rule without an explanation in both languages, or without a source that the pathway knows."""
    lines = rule_lines(files[file])
    for rule in table.rules:
        line = lines.get(rule.id, 0)
        for lang, name in (("nl", "Dutch"), ("en", "English")):
            if not rule.why.get(lang, "").strip():
                faults.add(file, line, f"why_{lang}", f"rule {rule.id} has no explanation in {name}")
        for message in source_faults(rule.source, rule.grade, sources):
            column = "source" if "[sources]" in message or "missing" in message else "grade"
            faults.add(file, line, column, f"rule {rule.id}: {message}")


def _check_codes(
    section: Section,
    table: DecisionTable,
    lines: Mapping[str, Mapping[str, str]],
    urgencies: Mapping[str, Urgency],
) -> None:
    for spec in table.outputs:
        known = {"line": lines, "urgency": urgencies}.get(spec.name)
        for value in spec.values if known is not None else ():
            if value != NO_CODE and value not in (known or ()):
                section.section("outputs").fault(
                    spec.name, f"{value} is not described in [{_plural(spec.name)}]"
                )


def _plural(output: str) -> str:
    return {"line": "lines", "urgency": "urgencies"}[output]


def _check_unused(
    files: Mapping[str, str], table_files: Mapping[str, str], settings: Mapping[str, Setting], faults: Faults
) -> None:
    """A CSV beside pathway.toml that no table names would be silently ignored."""
    named = set(table_files.values())
    for setting in settings.values():
        for option in setting.options.values():
            named.update(option.tables.values())
    for name in files:
        if name.endswith(".csv") and "/" not in name and name not in named:
            faults.add(name, 0, "", "no [tables] entry in pathway.toml uses this file")


def _approval(section: Section) -> Approval:
    section.only("name", "role_nl", "role_en", "on")
    return Approval(name=section.text("name"), role=section.labels("role"), on=section.day("on") or date.min)
