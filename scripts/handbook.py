"""Prints tests/spec as the clinical handbook: chapter = folder, section = file, paragraph = test, line = case."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from enum import Enum
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from anderhalf.content import load_pathway, pathway_folder, read_folder
from anderhalf.content.titration import titration_protocol
from anderhalf.core.decisions.model import DecisionTable
from anderhalf.core.pathway.model import Pathway

from .markdown import cell, page, table

ROOT = Path(__file__).resolve().parents[1]
SPEC = ROOT / "tests" / "spec"
CHAPTERS = {
    "heart_failure": "Heart failure: who must not wait, where to, what to do, who can go back",
    "titration": "Heart failure: titration",
    "atrial_fibrillation": "Atrial fibrillation",
    "scores": "Calculators and scores",
}
WITHOUT_CHAPTER = {"cases", "tables"}
"""Cases that somebody else decided beforehand: they print their own table at the end of a run. And the record of
what each table answers beside its limits, which was written from the tables: it shows a change, not what is right."""
LONG = 60
"""A table with more lines than this is cut into one table per value of its first column."""


@cache
def pathway(key: str) -> Pathway:
    """The pathway as it stands in the repository."""
    return load_pathway(read_folder(pathway_folder(key)), f"pathways/{key}")


def tables_of(chapter: str) -> Mapping[str, DecisionTable]:
    """The decision tables that a chapter of the handbook is about; the scores have none."""
    match chapter:
        case "titration":
            return titration_protocol(pathway("heart_failure"), choices={}).tables
        case "heart_failure" | "atrial_fibrillation":
            return pathway(chapter).tables
    return {}


# values as text


def shown(value: Any) -> str:
    """A value of a case as a clinician would read it."""
    if is_dataclass(value) and not isinstance(value, type):
        given = {field.name: getattr(value, field.name) for field in fields(value)}
        value = {name: each for name, each in given.items() if each not in (None, "", ())}
    match value:
        case None:
            text = "unknown"
        case bool():
            text = "yes" if value else "no"
        case Enum():
            text = str(value.value)
        case date():
            text = value.isoformat()
        case Mapping():
            text = "; ".join(f"{name} = {shown(each)}" for name, each in value.items()) or "as usual"
        case tuple() | list() | set() | frozenset():
            text = ", ".join(shown(each) for each in value) or "nothing"
        case _:
            text = str(value)
    return text


def words(name: str) -> str:
    """``test_who_must_never_wait`` as a heading."""
    text = name.removeprefix("test_").replace("_", " ")
    return text[:1].upper() + text[1:]


# one test


@dataclass(frozen=True)
class Paragraph:
    """One test: its name in words, what its docstring adds, its tables of cases."""

    title: str
    about: str
    tables: tuple[str, ...]


def paragraphs(module: ModuleType, rules: frozenset[str]) -> Iterator[Paragraph]:
    """The tests of a module in the order of the file."""
    tests = [
        each
        for name, each in vars(module).items()
        if name.startswith("test_") and callable(each) and each.__module__ == module.__name__
    ]
    for test in sorted(tests, key=lambda each: each.__code__.co_firstlineno):
        yield Paragraph(
            words(test.__name__),
            " ".join((test.__doc__ or "").split()),
            tuple(found for mark in reversed(_marks(test)) for found in _tables(*mark.args[:2], rules)),
        )


def _marks(test: Callable[..., None]) -> list[Any]:
    return [mark for mark in getattr(test, "pytestmark", []) if mark.name == "parametrize"]


def _tables(names: str | tuple[str, ...], cases: Any, rules: frozenset[str]) -> Iterator[str]:
    header = [part.strip() for part in names.split(",")] if isinstance(names, str) else list(names)
    rows: list[dict[str, object]] = [_row(header, case) for case in cases]
    columns = list(dict.fromkeys(name for row in rows for name in row))
    groups = list(dict.fromkeys(shown(row.get(columns[0], "")) for row in rows))
    if len(rows) <= LONG or len(groups) == len(rows):
        yield _table(columns, rows, rules)
        return
    for group in groups:
        yield f"**{words(group)}**"
        yield _table(columns[1:], [row for row in rows if shown(row.get(columns[0], "")) == group], rules)


def _row(header: list[str], case: Any) -> dict[str, object]:
    values = getattr(case, "values", None)
    name = getattr(case, "id", None) or ""
    if not isinstance(values, tuple):  # not a pytest.param
        values = tuple(case) if len(header) > 1 else (case,)
    found: dict[str, object] = {}
    for title, value in zip(header, values, strict=True):
        if is_dataclass(value) and not isinstance(value, type) and title == "case":
            found |= {field.name: getattr(value, field.name) for field in fields(value)}
            found = _with_patient(found, str(name))
        elif isinstance(value, Mapping) and title == "row":
            found |= value
        else:
            found[title] = value
    return found


def _with_patient(case: dict[str, object], name: str) -> dict[str, object]:
    """Puts the patient (the part of the case's name after its rule) behind the rule."""
    rule = str(case.get("rule", ""))
    rest = {key: value for key, value in case.items() if key != "rule"}
    return {"rule": rule, "patient": name.removeprefix(rule).strip()} | rest


def _table(columns: list[str], rows: list[dict[str, object]], rules: frozenset[str]) -> str:
    header = [words(column) for column in columns]
    return table(header, ([_linked(shown(row.get(name, "")), rules) for name in columns] for row in rows))


_RULE = re.compile(r"\b[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)*-\d+\b")


def _linked(text: str, rules: frozenset[str]) -> str:
    """Rule identifiers lead to the rule, with its reason and its source."""

    def link(found: re.Match[str]) -> str:
        rule = found.group(0)
        return f"[{rule}](rules.md#{rule.lower()})" if rule in rules else rule

    return _RULE.sub(link, cell(text))


# chapters


def _usual(values: Mapping[str, object]) -> str:
    return table(["Fact", "Value"], ([cell(name), cell(shown(value))] for name, value in values.items()))


STARTING_PATIENTS = {"titration": "tests.support.titration"}
"""Chapters whose tests share one module that says who the patient is unless a case says otherwise."""


def _starting_patients(chapter: str, module: ModuleType) -> str:
    """The patients from whom the cases of a module differ: its tables in capitals, folded away."""
    found = []
    shared = importlib.import_module(STARTING_PATIENTS[chapter]) if chapter in STARTING_PATIENTS else None
    if shared is not None:
        found.append(" ".join((shared.__doc__ or "").split()))
    for name, value in (vars(shared) | vars(module) if shared else vars(module)).items():
        if (
            name.isupper()
            and isinstance(value, Mapping)
            and value
            and all(isinstance(each, str) for each in value)
        ):
            heading = name.replace("_", " ").lower()
            found.append(f"<details><summary>Unless a case says otherwise: <i>{heading}</i></summary>\n\n"
                         f"{_usual(value)}\n\n</details>")  # fmt: skip
    return "\n\n".join(found)


def section(chapter: str, path: Path, rules: frozenset[str]) -> str:
    """One file of a chapter as a page."""
    module = importlib.import_module(f"tests.spec.{chapter}.{path.stem}")
    about = " ".join((module.__doc__ or "").split())
    parts, plain = [], []
    for paragraph in paragraphs(module, rules):
        if paragraph.tables:
            parts.append(
                "\n\n".join(filter(None, (f"## {paragraph.title}", paragraph.about, *paragraph.tables)))
            )
        else:
            plain.append(f"- {paragraph.title}." + (f" {paragraph.about}" if paragraph.about else ""))
    if plain:
        parts.append("## Also shown\n\n" + "\n".join(plain))
    source = f"[`tests/spec/{chapter}/{path.name}`](../../../tests/spec/{chapter}/{path.name})"
    return page(words(path.stem), source, about, _starting_patients(chapter, module), *parts)


def _condition(found: DecisionTable, number: int) -> str:
    cells = found.rules[number].cells
    return "; ".join(f"{name} {test.text}" for name, test in cells.items() if not test.any) or "otherwise"


def rules_page(chapter: str) -> str:
    """Every rule of the chapter's tables: when, then, why, source, grade."""
    parts = []
    for found in tables_of(chapter).values():
        rows = []
        for number, rule in enumerate(found.rules):
            outcome = "; ".join(
                f"{name}: {shown(value)}" for name, value in rule.outputs.items() if value is not None
            )
            rows.append([
                f'<a id="{rule.id.lower()}"></a>{rule.id}', cell(_condition(found, number)), cell(outcome),
                cell(rule.why.get("nl", "")), cell(rule.why.get("en", "")), cell(rule.source), cell(rule.grade),
            ])  # fmt: skip
        title = cell(found.title.get("en") or words(found.id))
        about = f"Table `{found.id}`, version {found.version}, hit policy {found.hit_policy.value}."
        header = ["Rule", "When", "Then", "Waarom", "Why", "Source", "Grade"]
        parts.append(f"## {title}\n\n{about}\n\n{table(header, rows)}")
    about = (
        "Grade `local` is a choice of the demonstration network, to be signed off or changed by each region."
    )
    return page(f"Rules: {CHAPTERS[chapter]}", "`pathways/`", about, *parts)


def pages() -> dict[str, str]:
    """Every page of the handbook by its path below docs/handbook/."""
    found: dict[str, str] = {}
    contents = []
    for chapter, title in CHAPTERS.items():
        rules = frozenset(rule for each in tables_of(chapter).values() for rule in each.rule_ids)
        lines = []
        for path in sorted((SPEC / chapter).glob("test_*.py")):
            name = path.stem.removeprefix("test_")
            found[f"{chapter}/{name}.md"] = section(chapter, path, rules)
            lines.append(f"- [{words(path.stem)}]({chapter}/{name}.md)")
        if rules:
            found[f"{chapter}/rules.md"] = rules_page(chapter)
            lines.append(f"- [Rules, with reason and source]({chapter}/rules.md)")
        contents.append(f"## {title}\n\n" + "\n".join(lines))
    missing = (
        {path.name for path in SPEC.iterdir() if any(path.glob("test_*.py"))}
        - set(CHAPTERS)
        - WITHOUT_CHAPTER
    )
    if missing:
        raise SystemExit(f"no title for the chapters {sorted(missing)}: add them to CHAPTERS")
    found["index.md"] = page(
        "The clinical handbook",
        "[`tests/spec`](../../tests/spec)",
        "Every line of a table below is a test: one patient, and what the agreement answers. A rule that changes "
        "changes a line here, so a clinician can read what a change does before it is signed.",
        *contents,
    )
    return found
