"""Reading and writing decision tables as CSV: every fault is collected, with file, line and column.

Columns: `id`, one per input fact, `out:<name>` per output, and `why_nl`, `why_en`, `source`, `grade`,
`on_unknown`. The words around the table (hit policy, titles, allowed outputs) are its `TableMeta`.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

from anderhalf.core.decisions.facts import Fact, FactType, Value, is_of_type, same_value
from anderhalf.core.decisions.feel import CellError, UnaryTest, format_literal, parse_cell, parse_literal
from anderhalf.core.decisions.identity import table_hash
from anderhalf.core.decisions.meta import (
    TableErrors,
    TableFault,
    TableMeta,
    read_hit_policy,
    read_meta,
    read_on_unknown,
)
from anderhalf.core.decisions.model import DecisionTable, HitPolicy, OnUnknown, OutputSpec, Rule

__all__ = [
    "DecisionTable", "HitPolicy", "OnUnknown", "OutputSpec", "Rule", "TableErrors", "TableFault", "TableMeta",
    "read_hit_policy", "read_meta", "read_table", "table_hash", "write_table",
]  # fmt: skip

MAX_RULES = 5000
MAX_COLUMNS = 200
TEXT_COLUMNS = ("why_nl", "why_en", "source", "grade", "on_unknown")
_RULE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]*")


def read_table(
    csv_text: str,
    *,
    meta: TableMeta,
    facts: Mapping[str, Fact],
    filename: str = "table.csv",
    strict: bool = True,
) -> DecisionTable:
    """Read a decision table; raises TableErrors with all faults found, each with line and column.

    With `strict=False` codes outside a closed list and outputs that are not allowed are let through, so
    that `check.check_table` can report them with a witness; everything else is still a fault.
    """
    return _TableReader(csv_text, meta=meta, facts=facts, filename=filename, strict=strict).read()


class _TableReader:
    def __init__(
        self, csv_text: str, *, meta: TableMeta, facts: Mapping[str, Fact], filename: str, strict: bool
    ) -> None:
        self.text = csv_text.removeprefix("\ufeff")
        self.meta = meta
        self.facts = facts
        self.filename = filename
        self.strict = strict
        self.faults: list[TableFault] = []

    def fault(self, line: int, column: str, message: str) -> None:
        self.faults.append(TableFault(self.filename, line, column, message))

    def read(self) -> DecisionTable:
        rows = self._rows()
        if not rows:
            self.fault(0, "", "the file has no header row")
            raise TableErrors(self.faults)
        header_line, header = rows[0]
        header = [name.strip() for name in header]
        inputs, outputs = self._columns(header_line, header)
        if self.faults:
            # Cells under a header that was not understood would only give faults that follow from it.
            raise TableErrors(self.faults)
        rules = [self._rule(line, header, row, inputs, outputs) for line, row in rows[1:]]
        self._duplicate_ids(rows[1:], header)
        if not rules:
            self.fault(0, "", "the table has no rules")
        if self.faults:
            raise TableErrors(self.faults)
        return DecisionTable(
            id=self.meta.id, version=self.meta.version, hit_policy=self.meta.hit_policy,
            on_unknown=self.meta.on_unknown, title=self.meta.title, inputs=tuple(inputs),
            outputs=tuple(outputs.values()), rules=tuple(rule for rule in rules if rule is not None),
        )  # fmt: skip

    def _rows(self) -> list[tuple[int, list[str]]]:
        """Rows that are not blank, each with the line where it begins."""
        if "\0" in self.text:
            self.fault(
                self.text[: self.text.index("\0")].count("\n") + 1, "", "the file holds binary data (NUL)"
            )
            raise TableErrors(self.faults)
        reader = csv.reader(io.StringIO(self.text, newline=""), strict=True)
        rows: list[tuple[int, list[str]]] = []
        line = 1
        try:
            for row in reader:
                if any(cell.strip() for cell in row):
                    rows.append((line, row))
                if len(rows) > MAX_RULES + 1:
                    self.fault(line, "", f"more than {MAX_RULES} rules; split the table")
                    break
                line = reader.line_num + 1
        except csv.Error as error:
            self.fault(
                line, "", f"this row is not readable CSV ({error}); a quote inside a cell is written twice"
            )
        if self.faults:
            raise TableErrors(self.faults)
        return rows

    def _columns(self, line: int, header: list[str]) -> tuple[list[Fact], dict[str, OutputSpec]]:
        inputs: list[Fact] = []
        outputs: dict[str, OutputSpec] = {}
        if len(header) == 1 and ";" in header[0]:
            self.fault(line, "", "columns are separated by semicolons; save the file with commas")
            return inputs, outputs
        if len(header) > MAX_COLUMNS:
            self.fault(line, "", f"more than {MAX_COLUMNS} columns")
            return inputs, outputs
        for name in sorted({name for name in header if header.count(name) > 1}):
            self.fault(line, name, "this column stands twice in the header")
        if "id" not in header:
            self.fault(line, "id", "the column id is missing: every rule needs a stable id")
        for name in header:
            if name in self.facts and name not in ("id", *TEXT_COLUMNS):
                inputs.append(self.facts[name])
            elif name.startswith("out:"):
                output = name.removeprefix("out:").strip()
                outputs[output] = self.meta.outputs.get(output, OutputSpec(name=output))
            elif name != "id" and name not in TEXT_COLUMNS:
                message = "this is not a fact of the dictionary, an out: column or a text"
                self.fault(line, name or "(empty)", message)
        self._check_outputs(line, outputs)
        return inputs, outputs

    def _check_outputs(self, line: int, outputs: Mapping[str, OutputSpec]) -> None:
        declared = self.meta.outputs
        if not outputs:
            self.fault(line, "", "the table has no out: column")
        for output in outputs:
            if declared and output not in declared:
                self.fault(
                    line, f"out:{output}", f"this output is not declared; known: {', '.join(declared)}"
                )
        for output in declared:
            if output not in outputs:
                self.fault(line, f"out:{output}", "this output is declared but has no column")
        policy = self.meta.hit_policy
        if policy.is_aggregate and len(outputs) > 1:
            self.fault(line, "", f"hit policy {policy} adds up one output; this table has {len(outputs)}")

    def _rule(
        self, line: int, header: list[str], row: list[str], inputs: list[Fact], outputs: dict[str, OutputSpec]
    ) -> Rule | None:
        if len(row) != len(header):
            self._wrong_length(line, header, row)
            return None
        before = len(self.faults)
        by_name = dict(zip(header, (cell.strip() for cell in row), strict=True))
        rule_id = by_name["id"]
        if not _RULE_ID.fullmatch(rule_id):
            self.fault(line, "id", f"{rule_id!r} is not an id: letters, digits, and _ . : - inside")
        cells: dict[str, UnaryTest] = {}
        for fact in inputs:
            try:
                cells[fact.name] = parse_cell(by_name[fact.name], fact)
            except CellError as error:
                self.fault(line, fact.name, str(error))
                continue
            if self.strict:
                self._check_codes(line, fact, cells[fact.name])
        values = {name: self._output(line, spec, by_name[f"out:{name}"]) for name, spec in outputs.items()}
        on_unknown = None
        if by_name.get("on_unknown"):
            on_unknown = read_on_unknown(by_name["on_unknown"])
            if on_unknown is None:
                self.fault(
                    line, "on_unknown", f"{by_name['on_unknown']!r} is not one of {', '.join(OnUnknown)}"
                )
        if len(self.faults) > before:
            return None
        return Rule(
            id=rule_id, cells=cells, outputs=values, source=by_name.get("source", ""),
            grade=by_name.get("grade", ""), on_unknown=on_unknown,
            why={lang: by_name[f"why_{lang}"] for lang in ("nl", "en") if by_name.get(f"why_{lang}")},
        )  # fmt: skip

    def _wrong_length(self, line: int, header: list[str], row: list[str]) -> None:
        """The commonest cause is a decimal comma that CSV took for the next column: say where."""
        message = f"this row has {len(row)} cells, the header has {len(header)}"
        for column, cell, following in zip(header, row, row[1:], strict=False):
            if re.search(r"[0-9]$", cell) and re.fullmatch(r"[0-9]+[\])\[]?", following):
                hint = f"{cell},{following} looks like a decimal comma; write {cell}.{following} with a point"
                self.fault(line, column, f"{message}: {hint}")
                return
        self.fault(line, "", f"{message}; a cell with a comma inside is written between quotes")

    def _check_codes(self, line: int, fact: Fact, test: UnaryTest) -> None:
        if fact.type is FactType.CODE and fact.values:
            for value in test.literals:
                if value not in fact.values:
                    known = ", ".join(fact.values)
                    self.fault(
                        line, fact.name, f"{format_literal(value)} is not in the list of this fact ({known})"
                    )

    def _output(self, line: int, spec: OutputSpec, text: str) -> Value | None:
        column = f"out:{spec.name}"
        if text in ("", "-", "null"):
            if spec.values or self.meta.hit_policy.is_aggregate:
                self.fault(line, column, "the cell is empty; this output needs a value")
            return None
        try:
            value = parse_literal(text)
        except CellError as error:
            self.fault(line, column, str(error))
            return None
        if spec.type is not None and not is_of_type(value, spec.type):
            self.fault(line, column, f"{text} is not a {spec.type.value}")
        elif self.strict and spec.values and not any(same_value(value, known) for known in spec.values):
            allowed = ", ".join(format_literal(known) for known in spec.values)
            self.fault(line, column, f"{text} is not allowed here; allowed: {allowed}")
        elif self.meta.hit_policy in _NUMERIC and not isinstance(value, Decimal):
            self.fault(line, column, f"hit policy {self.meta.hit_policy} needs a number, not {text}")
        return value

    def _duplicate_ids(self, rows: list[tuple[int, list[str]]], header: list[str]) -> None:
        first: dict[str, int] = {}
        at = header.index("id")
        for line, row in rows:
            rule_id = row[at].strip() if at < len(row) else ""
            if rule_id in first:
                self.fault(line, "id", f"{rule_id} is already the id of the rule on line {first[rule_id]}")
            elif rule_id:
                first[rule_id] = line


_NUMERIC = (HitPolicy.COLLECT_SUM, HitPolicy.COLLECT_MIN, HitPolicy.COLLECT_MAX)


def write_table(table: DecisionTable) -> str:
    """Write a table as CSV; `read_table` with the same meta and facts reads back an equal table."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    text_columns = list(_used_text_columns(table))
    inputs = [fact.name for fact in table.inputs]
    writer.writerow(["id", *inputs, *(f"out:{spec.name}" for spec in table.outputs), *text_columns])
    for rule in table.rules:
        texts = {f"why_{lang}": text for lang, text in rule.why.items()}
        texts |= {"source": rule.source, "grade": rule.grade, "on_unknown": rule.on_unknown or ""}
        values = (rule.outputs[spec.name] for spec in table.outputs)
        writer.writerow([
            rule.id, *(rule.cells[name].text for name in inputs),
            *("" if value is None else format_literal(value) for value in values),
            *(texts.get(column, "") for column in text_columns),
        ])  # fmt: skip
    return out.getvalue()


def _used_text_columns(table: DecisionTable) -> Iterator[str]:
    for column in TEXT_COLUMNS:
        if column != "on_unknown" or any(rule.on_unknown for rule in table.rules):
            yield column
