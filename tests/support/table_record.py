"""The record of every decision table in `tests/spec/tables`: reading it, and asking the table as the service loads it.

One CSV per table, one patient per line:

`rule`     the rule for whose sake the line is there (`A + 2 below`: two rules below it hold too; `A + next`: of
           A and the next one both hold, or one does and the other may still; `*`: nothing is known)
`patient`  who `facts` are about: `usual` (the patient of the first line, but for these facts), `above` (the first
           patient of this rule, but for these facts) or `only` (these facts, and nothing else is known)
`facts`    `name=value`, in the unit of the fact; `?` is unknown
`fires`    the rules that made the answer
`answer`   the outputs in the order of the columns, one after `|` for each rule of a list; or what is asked for

`scripts/write_boundaries.py` writes the files; nobody types them.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

from anderhalf.content import content_root, load_pathway, read_folder
from anderhalf.content.rule_numbers import is_rules
from anderhalf.content.titration import titration_protocol
from anderhalf.core.decisions.evaluate import evaluate
from anderhalf.core.decisions.facts import Fact, FactType, FactValue, Value
from anderhalf.core.decisions.model import DecisionTable
from anderhalf.core.decisions.policy import Status
from anderhalf.core.pathway.model import Pathway
from anderhalf.population.criteria import FILE as CASEFINDING
from anderhalf.population.criteria import read_criteria

RECORD = Path(__file__).resolve().parents[1] / "spec" / "tables"
HEADER = ("rule", "patient", "facts", "fires", "answer")
TODAY = date(2026, 11, 20)
UNKNOWN = "?"
USUAL, ABOVE, ONLY = "usual", "above", "only"

Known = Mapping[str, Value]
"""What is known of a patient: fact -> value; a fact that is absent is unknown."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a record, as it was written."""

    rule: str
    patient: str
    facts: str
    fires: str
    answer: str


# ---- the tables ------------------------------------------------------------


def table_files() -> list[str]:
    """Every decision table below `pathways/`, as `pathway/file.csv`."""
    return sorted(
        f"{folder.name}/{file.relative_to(folder).as_posix()}"
        for folder in (content_root() / "pathways").iterdir()
        for file in folder.rglob("*.csv")
        if is_rules(file.name, file.read_text(encoding="utf-8"))
    )


@cache
def load_table(name: str) -> DecisionTable:
    """The table of a file, read the way the service reads it: with the pathway that it belongs to.

    A file that only another choice of the agreement uses is read with that choice. Raises KeyError when nothing in the
    pathway uses the file, and what loading raises.
    """
    key, _, file = name.partition("/")
    folder = content_root() / "pathways" / key
    pathway = load_pathway(read_folder(folder), str(folder), choices=_choices(str(folder), file))
    if file.startswith("titration/"):
        return titration_protocol(pathway).tables[f"titration.{Path(file).stem}"]
    for table_id, used in pathway.table_files.items():
        if used == file:
            return pathway.tables[table_id]
    if CASEFINDING in pathway.files:
        criteria = read_criteria(pathway)
        for table_id, used in criteria.table_files.items():
            if used == file:
                return criteria.tables[table_id]
    raise KeyError(name)


def _choices(folder: str, file: str) -> Mapping[str, str]:
    """The choice by which a pathway uses a file that is not its default."""
    pathway: Pathway = load_pathway(read_folder(Path(folder)), folder)
    if file in pathway.table_files.values():
        return {}
    return {
        setting.code: code
        for setting in pathway.settings.values()
        for code, option in setting.options.items()
        if file in option.tables.values()
    }


def record_of(name: str) -> Path:
    """The file that holds the record of a table."""
    return RECORD / name


# ---- asking ------------------------------------------------------------


def ask(table: DecisionTable, known: Known) -> tuple[str, str]:
    """What the table answers for a patient: the rules that made the answer, and the answer."""
    decision = evaluate(table, {name: FactValue(value, TODAY) for name, value in known.items()}, on=TODAY)
    if decision.status is Status.NEEDS_DATA:
        return "", " ".join(("ask", *decision.facts_missing))
    if decision.status is not Status.DECIDED:
        return "", str(decision.status.value).replace("_", " ")
    outcome = decision.outcome if isinstance(decision.outcome, tuple) else (decision.outcome,)
    fires = " ".join(rule.rule_id for rule in decision.said.rules if rule.decisive)
    return fires, "|".join("/".join(written(value) for value in one.values()) for one in outcome)


def known_of(lines: list[Line], facts: Mapping[str, Fact]) -> Iterator[tuple[Line, Known]]:
    """Each line with the whole patient it speaks of."""
    usual: Known = {}
    above: Known = {}
    rule = None
    for line in lines:
        start = {USUAL: usual, ABOVE: above, ONLY: {}}[line.patient]
        known = {**start, **read_facts(line.facts, facts)}
        known = {name: value for name, value in known.items() if value is not None}
        if not line.rule:
            usual = known
        elif line.patient != ABOVE and line.rule != rule:
            rule, above = line.rule, known
        yield line, known


def differences(name: str) -> Iterator[str]:
    """Every line of a record that the table no longer answers as it is written."""
    table = load_table(name)
    for line, known in known_of(read_record(name), table.facts):
        now = ask(table, known)
        if now != (line.fires, line.answer):
            who = f"{line.rule}: {line.patient} {line.facts}"
            yield f"{who}\n  was {line.fires} {line.answer}\n  now {' '.join(now)}"


def rules_without_a_line(name: str) -> set[str]:
    """The rules of a table that answer in no line of its record; all of them when it has none."""
    fired = {rule for line in read_record(name) for rule in line.fires.split()}
    return set(load_table(name).rule_ids) - fired


# ---- reading and writing ------------------------------------------------------------


def read_record(name: str) -> list[Line]:
    """The lines of a table's record, in order; none when there is no file."""
    path = record_of(name)
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return [Line(**row) for row in csv.DictReader(io.StringIO(text, newline=""))]


def write_record(lines: list[Line]) -> str:
    """Lines as CSV."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows((line.rule, line.patient, line.facts, line.fires, line.answer) for line in lines)
    return out.getvalue()


def written(value: Value | None) -> str:
    """A value as it stands in a record."""
    if value is None:
        return UNKNOWN
    if isinstance(value, bool):
        return "true" if value else "false"
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def read_facts(text: str, facts: Mapping[str, Fact]) -> dict[str, Value | None]:
    """`potassium=5.6; rhythm=af; nyha=?` by the types of the facts; None is unknown. A fact that the table no longer
    asks is left out."""
    found: dict[str, Value | None] = {}
    for piece in filter(None, text.split("; ")):
        name, _, value = piece.partition("=")
        if name in facts:
            found[name] = _value(value, facts[name].type)
    return found


def _value(text: str, kind: FactType) -> Value | None:
    if text == UNKNOWN:
        return None
    match kind:
        case FactType.NUMBER:
            return Decimal(text)
        case FactType.BOOLEAN:
            return text == "true"
        case FactType.DATE:
            return date.fromisoformat(text)
    return text
