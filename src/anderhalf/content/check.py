"""Everything that can be wrong with a folder of content: loading, references, and the tables themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from anderhalf.content.agreement import Agreement
from anderhalf.content.danger_regions import danger_faults
from anderhalf.content.faults import ContentErrors, ContentFault
from anderhalf.content.folder import read_folder
from anderhalf.content.following import following_faults
from anderhalf.content.loading import NETWORK_FILE, load_network, load_pathway, pathways_used
from anderhalf.content.paths import content_root
from anderhalf.content.pathway import PATHWAY_FILE, rule_lines
from anderhalf.content.returning import return_faults
from anderhalf.content.rule_numbers import Content, content_of, number_faults, place_faults
from anderhalf.content.settings import ENGINE_FILES
from anderhalf.content.titration import SCORES, anticoagulant_interactions, pathway_facts, titration_protocol
from anderhalf.core.decisions.check import check_table
from anderhalf.core.decisions.facts import FactValue
from anderhalf.core.decisions.feel import format_literal
from anderhalf.core.decisions.findings import CheckReport, Finding, Severity
from anderhalf.core.decisions.model import DecisionTable
from anderhalf.core.decisions.table import TableErrors
from anderhalf.core.pathway.contraindications import FILE as CONTRAINDICATIONS
from anderhalf.core.pathway.contraindications import read_contraindications
from anderhalf.core.pathway.model import Pathway

TITRATION_FILE = ENGINE_FILES[0]
MAX_EXAMPLE_FACTS = 15


@dataclass(frozen=True, slots=True)
class Problem:
    """A fault with its weight, and for a table an example patient that shows it."""

    fault: ContentFault
    severity: Severity = Severity.ERROR
    example: str = ""


More = Callable[[Pathway], Iterable[Problem]]
"""A check of a pathway that lives in a higher layer, such as case finding."""


@dataclass(slots=True)
class Checked:
    """What was checked and what is wrong with it."""

    more: tuple[More, ...] = ()
    against: Path | None = None
    """A folder of pathways as they were before: rules that changed since are compared with it."""
    compared: set[str] = field(default_factory=set)
    """Pathways that were found there."""
    pathways: dict[str, Pathway] = field(default_factory=dict)
    networks: dict[str, Agreement] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    """Pathways that could not be loaded."""

    def add(self, folder: Path, problem: Problem) -> None:
        """Note a problem in a folder, once: a pathway may be read for itself and for a network."""
        fault = problem.fault
        placed = ContentFault(str(folder / fault.file), fault.line, fault.cell, fault.message)
        found = Problem(placed, problem.severity, problem.example)
        if found not in self.problems:
            self.problems.append(found)

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems because of which the content may not be used."""
        return tuple(problem for problem in self.problems if problem.severity is Severity.ERROR)


def check_folders(
    folders: Sequence[Path], *, more: Sequence[More] = (), against: Path | None = None
) -> Checked:
    """Check pathway and network folders, pathways first; a network is checked with its own choices.

    `more` are further checks of each pathway that could be loaded. `against` is a folder that holds pathways as they
    were before (or has them in `pathways/`): a rule that changed since then must have changed its explanation and
    source too. A folder that holds none of them is a fault: nothing compared is not nothing changed.

    Pathways that a network needs and that are not among the folders are taken from beside it
    (`../../pathways/<key>`) or from the content root.
    """
    checked = Checked(more=tuple(more), against=against)
    kinds = {folder: _kind(folder) for folder in folders}
    for folder, kind in kinds.items():
        if kind is None:
            message = (
                f"this folder holds no {PATHWAY_FILE} and no {NETWORK_FILE}"
                if folder.is_dir()
                else "no such folder"
            )
            checked.problems.append(Problem(ContentFault(str(folder), 0, "", message)))
    for folder, kind in kinds.items():
        if kind == PATHWAY_FILE:
            _check_pathway(folder, checked)
    for folder, kind in kinds.items():
        if kind == NETWORK_FILE:
            _check_network(folder, checked)
    if against is not None and not checked.compared:
        message = "holds none of the pathways that are checked: nothing was compared"
        checked.problems.append(Problem(ContentFault(str(against), 0, "", message)))
    return checked


def table_problems(table: DecisionTable, *, file: str, csv_text: str) -> list[Problem]:
    """What the static check finds in one table, each finding at its line and cell with an example patient."""
    report = _report(table)
    lines = rule_lines(csv_text)
    problems = []
    for finding in report.findings:
        line = lines.get(finding.rules[0], 1) if finding.rules else 1
        fault = ContentFault(file, line, finding.column, finding.describe("en"))
        problems.append(Problem(fault, finding.severity, _example(table, finding)))
    for kind, count in report.left_out.items():
        problems.append(Problem(ContentFault(file, 0, "", f"{count} more findings of kind {kind.value}")))
    for kind in report.not_proved:
        message = f"the table is too large to prove that there is no (other) {kind.value}"
        problems.append(Problem(ContentFault(file, 0, "", message), Severity.WARNING))
    return problems


@lru_cache(maxsize=128)
def _report(table: DecisionTable) -> CheckReport:
    """A pathway is checked for itself and for each network that uses it; a table that is equal has the same faults."""
    return check_table(table)


def rule_faults(pathway: Pathway, *, before: Mapping[str, str] | None = None) -> list[ContentFault]:
    """Where the explanations of a pathway's rules say something else than the rules.

    `before` are the files of the version it follows on: a rule that changed must have changed its text and source.
    """
    later = following_faults(before or {}, pathway.files, facts=pathway_facts(pathway))
    return [*number_faults(_content(pathway)), *later]


def _content(pathway: Pathway) -> Content:
    return content_of(
        pathway.files, facts=pathway_facts(pathway), urgencies=pathway.urgencies, settings=pathway.settings
    )


def _kind(folder: Path) -> str | None:
    return next((name for name in (PATHWAY_FILE, NETWORK_FILE) if (folder / name).is_file()), None)


def _check_pathway(
    folder: Path, checked: Checked, *, choices: Mapping[str, str] | None = None
) -> Pathway | None:
    try:
        files = read_folder(folder)
        pathway = load_pathway(files, str(folder), choices=choices)
    except ContentErrors as errors:
        for fault in errors.faults:
            checked.add(folder, Problem(fault))
        checked.broken.add(folder.name)
        return None
    if pathway.key != folder.name:
        fault = ContentFault(PATHWAY_FILE, 1, "key", f"the key {pathway.key} is not the name of the folder")
        checked.add(folder, Problem(fault))
    for table_id, table in pathway.tables.items():
        file = pathway.table_files[table_id]
        for problem in table_problems(table, file=file, csv_text=files[file]):
            checked.add(folder, problem)
    _check_protocol(folder, pathway, checked)
    _check_contraindications(folder, pathway, checked)
    before = _as_it_was(folder.name, checked)
    for fault in (*rule_faults(pathway, before=before), *danger_faults(pathway), *return_faults(pathway)):
        checked.add(folder, Problem(fault))
    for fault in place_faults(_content(pathway)):
        checked.add(folder, Problem(fault, Severity.WARNING))
    for check in checked.more:
        for problem in check(pathway):
            checked.add(folder, problem)
    checked.pathways[pathway.key] = pathway
    return pathway


def _as_it_was(name: str, checked: Checked) -> Mapping[str, str] | None:
    """The files of the pathway in the folder to compare with, if it has them."""
    if checked.against is None:
        return None
    for folder in (checked.against / name, checked.against / "pathways" / name):
        if folder.is_dir():
            checked.compared.add(name)
            return read_folder(folder)
    return None


def _check_contraindications(folder: Path, pathway: Pathway, checked: Checked) -> None:
    """What nobody starts on his own: every fact, table and rule that it names exists."""
    try:
        kinds = read_contraindications(pathway.files.get(CONTRAINDICATIONS, ""))
    except ValueError as error:  # ContraindicationError, and TOML that can't be read
        checked.add(folder, Problem(ContentFault(CONTRAINDICATIONS, 0, "", str(error))))
        return
    for one in kinds:
        table = pathway.tables.get(one.table)
        unknown = [one.fact] if one.fact and one.fact not in pathway.dictionary else []
        if one.table:
            unknown += [one.table] if table is None else sorted(set(one.rules) - set(table.rule_ids))
        for name in unknown:
            text = f"{one.id}: {name} is no fact, table or rule of this pathway"
            checked.add(folder, Problem(ContentFault(CONTRAINDICATIONS, 0, "", text)))


def _check_protocol(folder: Path, pathway: Pathway, checked: Checked) -> None:
    """The titration protocol and its tables, when the pathway has one."""
    try:
        anticoagulant_interactions(pathway)
    except ValueError as error:  # InteractionError, and TOML that can't be read
        checked.add(folder, Problem(ContentFault("interactions.toml", 0, "", str(error))))
        return
    if TITRATION_FILE not in pathway.files:
        return
    try:
        protocol = titration_protocol(
            pathway,
            choices=pathway.choices_of(TITRATION_FILE),
            score_choices=pathway.choices_of(SCORES),
        )
    except TableErrors as errors:
        for fault in errors.faults:
            checked.add(folder, Problem(ContentFault(fault.file, fault.line, fault.column, fault.message)))
        return
    except (KeyError, ValueError) as error:  # ProtocolError and ScoreError are ValueErrors
        missing = f"{error} is missing" if isinstance(error, KeyError) else str(error)
        checked.add(folder, Problem(ContentFault(TITRATION_FILE, 0, "", missing)))
        return
    tables = [drug_class.table for drug_class in protocol.classes]
    for table in (*tables, protocol.gate, protocol.renal):
        file = f"titration/{table.id.removeprefix('titration.')}.csv"
        for problem in table_problems(table, file=file, csv_text=pathway.files.get(file, "")):
            checked.add(folder, problem)


def _check_network(folder: Path, checked: Checked) -> None:
    try:
        files = read_folder(folder)
    except ContentErrors as errors:
        for fault in errors.faults:
            checked.add(folder, Problem(fault))
        return
    needed = pathways_used(files)
    pathways: dict[str, Pathway] = {}
    for key, use in needed.items():
        pathway_folder = _find_pathway(folder, key)
        if pathway_folder is None or key in checked.broken:
            continue
        # With the choices of this agreement other table files may run than the pathway's own default.
        choices = _choices(use)
        pathway = _check_pathway(pathway_folder, checked, choices=choices) if choices is not None else None
        pathway = pathway or checked.pathways.get(key)
        if pathway is not None:
            pathways[key] = pathway
    try:
        agreement = load_network(files, str(folder), pathways=pathways)
    except ContentErrors as errors:
        for fault in errors.faults:
            # That a broken pathway cannot be used was already said, with the reasons.
            if not any(_about_missing_pathway(fault, key) for key in checked.broken):
                checked.add(folder, Problem(fault))
        return
    if agreement.key != folder.name:
        fault = ContentFault(NETWORK_FILE, 1, "key", f"the key {agreement.key} is not the name of the folder")
        checked.add(folder, Problem(fault))
    checked.networks[agreement.key] = agreement


def _about_missing_pathway(fault: ContentFault, key: str) -> bool:
    return f"no pathway {key}" in fault.message or f"{key!r} is not a pathway" in fault.message


def _choices(use: Mapping[str, object]) -> Mapping[str, str] | None:
    """The agreement's answers to the pathway's settings; None when load_network must report them."""
    given = use.get("settings", {})
    if not isinstance(given, dict) or not all(isinstance(choice, str) for choice in given.values()):
        return None
    return given


def _find_pathway(folder: Path, key: str) -> Path | None:
    if not key.isidentifier():
        return None
    for root in (folder.parent.parent, content_root()):
        found = root / "pathways" / key
        if (found / PATHWAY_FILE).is_file():
            return found
    return None


def _example(table: DecisionTable, finding: Finding) -> str:
    """The example patient, as far as the rules concerned look at it."""
    if finding.witness is None:
        return ""
    named = {finding.column, *finding.region}
    for rule_id in finding.rules:
        named.update(name for name, cell in table.rule(rule_id).cells.items() if not cell.any)
    shown = [name for name in finding.witness if name in named] or list(finding.witness)
    parts = [f"{name} = {_written(finding.witness[name])}" for name in shown[:MAX_EXAMPLE_FACTS]]
    return ", ".join(parts) + (", …" if len(shown) > MAX_EXAMPLE_FACTS else "")


def _written(value: FactValue) -> str:
    return format_literal(value.value)
