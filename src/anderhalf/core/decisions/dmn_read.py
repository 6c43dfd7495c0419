"""Reading decision tables from DMN XML 1.1 to 1.5.

Within the subset: a decision that is a decision table over inputs (or components of inputs, or answers of
other decisions) with cells in S-FEEL, or a decision that is one literal. Every other decision is listed as
`Outside` with the reason; nothing of it is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

from anderhalf.core.decisions.dmn_names import EXTENSION, POLICY_NAMES
from anderhalf.core.decisions.dmn_types import DmnTypes
from anderhalf.core.decisions.dmn_xml import DmnError, Node, read_nodes
from anderhalf.core.decisions.facts import Fact, FactType, Value, is_of_type
from anderhalf.core.decisions.feel import (
    ANY_CELL,
    CellError,
    UnaryTest,
    format_test,
    parse_cell,
    parse_literal,
    parse_literals,
)
from anderhalf.core.decisions.meta import TableErrors, TableFault, read_on_unknown
from anderhalf.core.decisions.model import DecisionTable, HitPolicy, OnUnknown, OutputSpec, Rule


@dataclass(frozen=True, slots=True)
class Outside:
    """A decision that lies outside the subset: which, on what line, and why."""

    decision: str
    line: int
    why: str


@dataclass(frozen=True, slots=True)
class DmnFile:
    """What was read: tables by the decision they answer, and the decisions left out."""

    tables: Mapping[str, DecisionTable]
    """By the name of the decision."""
    outside: tuple[Outside, ...]


class _NotInSubset(Exception):
    def __init__(self, node: Node, why: str) -> None:
        super().__init__(why)
        self.line = node.line
        self.why = why


def read_dmn(
    xml: bytes | str,
    *,
    filename: str = "table.dmn",
    facts: Mapping[str, Fact] | None = None,
    language: str = "nl",
) -> DmnFile:
    """Read all decision tables of a DMN file.

    A fact described in the file's extension elements, otherwise one of `facts`, otherwise one made from
    DMN's own types is used for each input. Rule descriptions of other tools become `why` in `language`.
    Cells of a fact of `facts` are read as strictly as our own CSV: a decimal comma is a fault there, not a list.
    Raises DmnError when the file as a whole cannot be read, TableErrors (all faults, with line, rule and column) when
    a table is in the subset and wrong: two rules with one id, rows with too few cells, an output that is not allowed,
    a column whose description names another fact than its expression.
    """
    root = read_nodes(xml, filename=filename)
    reader = _DmnReader(root, filename=filename, facts=facts or {}, language=language)
    tables: dict[str, DecisionTable] = {}
    outside: list[Outside] = []
    names: set[str] = set()
    for decision in root.all("decision"):
        name = decision.attributes.get("name", "")
        if name in names:
            raise DmnError(filename, decision.line, f"two decisions are called {name}")
        names.add(name)
        try:
            tables[name] = reader.decision(decision)
        except _NotInSubset as refused:
            outside.append(Outside(name, refused.line, refused.why))
    if reader.faults:
        raise TableErrors(reader.faults)
    return DmnFile(tables, tuple(outside))


class _DmnReader:
    def __init__(self, root: Node, *, filename: str, facts: Mapping[str, Fact], language: str) -> None:
        self.filename = filename
        self.facts = facts
        self.language = language
        self.types = DmnTypes(root)
        self.is_ours = root.attributes.get("namespace") == EXTENSION
        self.language_of_file = root.attributes.get("expressionLanguage", "")
        self.answers = {
            decision.attributes.get("name", ""): {
                spec.attributes.get("name", "")
                for grid in decision.all("decisionTable")
                for spec in grid.all("output")
            }
            for decision in root.all("decision")
        }
        """Decision -> the names of its outputs."""
        self.faults: list[TableFault] = []

    def fault(self, node: Node, column: str, message: str) -> None:
        self.faults.append(TableFault(self.filename, node.line, column, message))

    def decision(self, node: Node) -> DecisionTable:
        grid = node.first("decisionTable")
        if grid is not None:
            return self._table(node, grid)
        literal = node.first("literalExpression")
        if literal is None:
            kinds = [child.name for child in node.children if child.name in _EXPRESSIONS]
            raise _NotInSubset(
                node, f"its logic is {kinds[0] if kinds else 'not given'}, not a decision table"
            )
        self._check_language(literal)
        value: Value | None
        try:
            value = parse_literal(literal.text_of("text"), decimal_comma_is_fault=False)
        except CellError as error:
            raise _NotInSubset(literal, f"its logic is a formula: {error.text!r}") from None
        name = node.attributes.get("name", "")
        wanted = self.types.resolve(self.types.type_of(name))
        if wanted is not None and not is_of_type(value, wanted[0]):
            value = None  # DMN: a value that is not of the declared type is null
        return DecisionTable(
            id=name, version="", hit_policy=HitPolicy.UNIQUE, inputs=(), outputs=(OutputSpec(name=name),),
            rules=(Rule(id="constant", cells={}, outputs={name: value}),),
        )  # fmt: skip

    def _table(self, node: Node, grid: Node) -> DecisionTable:
        name = node.attributes.get("name", "")
        described = _described(node, "table")
        self._check_language(grid)
        policy = _policy(grid)
        outputs = [self._output(spec, name) for spec in grid.all("output")]
        inputs = [self._input(column, grid, at) for at, column in enumerate(grid.all("input"))]
        names = [fact.name for fact in inputs]
        if len(set(names)) < len(names):
            raise _NotInSubset(grid, "one input stands in two columns")
        if policy.is_aggregate and len(outputs) != 1:
            raise _NotInSubset(grid, "an aggregation over several outputs")
        on_unknown = self._on_unknown(described)
        table = DecisionTable(
            id=self._table_id(node, described),
            version=described.attributes.get("version", "") if described else "",
            hit_policy=policy, on_unknown=on_unknown or OnUnknown.NEEDS_DATA, inputs=tuple(inputs),
            outputs=tuple(outputs), rules=(), title=_texts(described, "title"),
        )  # fmt: skip
        notes = tuple(note.attributes.get("name", "") for note in grid.all("annotation"))
        rules: dict[str, Rule] = {}
        for at, rule_node in enumerate(grid.all("rule")):
            rule = self._rule(rule_node, table, at, notes)
            if rule is None:
                continue
            if rule.id in rules:
                self.fault(rule_node, "id", f"{rule.id} is the id of two rules")
            rules[rule.id] = rule
        return replace(table, rules=tuple(rules.values()))

    def _table_id(self, node: Node, described: Node | None) -> str:
        """The id in the description; of a file of ours without it, the one that our writer put in the XML id."""
        name = node.attributes.get("name", "")
        if described is not None:
            return described.attributes.get("id", name)
        given = node.attributes.get("id", "")
        return given.removeprefix("decision_") if self.is_ours and given.startswith("decision_") else name

    def _check_language(self, node: Node) -> None:
        """Refuse an expression in another language than FEEL."""
        given = node.attributes.get("expressionLanguage") or self.language_of_file
        if given and "feel" not in given.lower():
            raise _NotInSubset(node, f"an expression in {given}, not in FEEL")

    def _input(self, column: Node, grid: Node, at: int) -> Fact:
        expression = column.first("inputExpression")
        name = expression.text_of("text") if expression is not None else ""
        if expression is None or not name:
            raise _NotInSubset(column, "an input column without an expression")
        self._check_language(expression)
        described = _described(column, "fact")
        if described is not None:
            fact = self._described_fact(described.attributes.get("name", name), described)
            if not self._means(name, fact.name):
                why = f"the column reads {name}, its description says {fact.name}; make them the same"
                self.fault(expression, name, why)
            return fact
        if name in self.facts:
            return self.facts[name]
        if not self.types.is_variable(name):
            raise _NotInSubset(expression, f"the input {name!r} is not the name of an input or decision")
        reference = expression.attributes.get("typeRef") or self.types.type_of(name)
        found = self.types.resolve(reference)
        if reference is None:
            cells = [entry for rule in grid.all("rule") for entry in [*rule.all("inputEntry")][at : at + 1]]
            found = self.types.guess(entry.text_of("text") for entry in cells)
        if found is None:
            raise _NotInSubset(expression, f"the type of {name!r} is not a number, text, boolean or date")
        fact_type, values = found
        listed = column.first("inputValues")
        if listed is not None and fact_type is FactType.TEXT:
            values = self._listed(listed)
        codes = {value: dict[str, str]() for value in values if isinstance(value, str)}
        return Fact(
            name=name, type=FactType.CODE if codes else fact_type, values=codes,
            label={self.language: column.attributes.get("label") or name},
        )  # fmt: skip

    def _means(self, expression: str, fact: str) -> bool:
        """Whether an expression gives this fact: by its name, a path to it, or the decision that answers it."""
        return (
            expression == fact or expression.endswith(f".{fact}") or fact in self.answers.get(expression, ())
        )

    def _described_fact(self, name: str, node: Node) -> Fact:
        given = node.attributes
        try:
            return Fact(
                name=name, type=FactType(given["type"]), label=_texts(node, "label"), unit=given.get("unit"),
                unit_label=given.get("unit_label"), minimum=_number(given, "minimum"),
                maximum=_number(given, "maximum"), usual_minimum=_number(given, "usual_minimum"),
                usual_maximum=_number(given, "usual_maximum"), decimals=int(given.get("decimals", "0")),
                max_age_days=int(given["max_age_days"]) if "max_age_days" in given else None,
                values={value.attributes["code"]: _texts(value, "label") for value in node.all("value")},
                codes={
                    codes.attributes["system"]: tuple(code.attributes["code"] for code in codes.all("code"))
                    for codes in node.all("codes")
                },
                source=given.get("source", ""), help=_texts(node, "help"), group=given.get("group", ""),
            )  # fmt: skip
        except (KeyError, ValueError, InvalidOperation) as error:
            raise self._damaged(node, name, error) from None

    def _output(self, node: Node, decision: str) -> OutputSpec:
        described = _described(node, "output")
        found = self.types.resolve(node.attributes.get("typeRef"))
        listed = node.first("outputValues")
        default = node.first("defaultOutputEntry")
        spec = OutputSpec(
            name=node.attributes.get("name") or decision, type=found[0] if found else None,
            values=self._listed(listed) if listed is not None else (),
            default=self._literal(default, "a default output") if default is not None else None,
        )  # fmt: skip
        if described is None:
            return spec
        given = described.attributes
        try:
            return replace(
                spec, type=FactType(given["type"]) if "type" in given else None, unit=given.get("unit"),
                title=_texts(described, "title"),
                labels={value.attributes["code"]: _texts(value, "label") for value in described.all("value")},
            )  # fmt: skip
        except (KeyError, ValueError) as error:
            raise self._damaged(described, spec.name, error) from None

    def _damaged(self, node: Node, name: str, error: Exception) -> DmnError:
        return DmnError(self.filename, node.line, f"the description of {name} is damaged ({error})")

    def _on_unknown(self, described: Node | None) -> OnUnknown | None:
        text = described.attributes.get("on_unknown") if described is not None else None
        if described is None or text is None:
            return None
        found = read_on_unknown(text)
        if found is None:
            raise self._damaged(described, "on_unknown", ValueError(text))
        return found

    def _listed(self, node: Node) -> tuple[Value, ...]:
        try:
            return parse_literals(node.text_of("text"))
        except CellError as error:
            raise _NotInSubset(node, f"allowed values that are not a list: {error.text!r}") from None

    def _literal(self, node: Node, what: str) -> Value:
        try:
            return parse_literal(node.text_of("text"), decimal_comma_is_fault=False)
        except CellError as error:
            raise _NotInSubset(node, f"{what} that is not a literal: {error.text!r}") from None

    def _rule(self, node: Node, table: DecisionTable, at: int, notes: tuple[str, ...]) -> Rule | None:
        described = _described(node, "rule")
        written = node.attributes.get("id", f"rule{at + 1}")
        # Our writer puts the table before a rule's id, for an id stands once in a file.
        plain = written.removeprefix(f"rule_{re.sub('[^A-Za-z0-9_.-]', '_', table.id)}_")
        rule_id = (described.attributes.get("id") if described else None) or plain
        cells, outputs = list(node.all("inputEntry")), list(node.all("outputEntry"))
        if len(cells) != len(table.inputs) or len(outputs) != len(table.outputs):
            self.fault(node, "", f"rule {rule_id} has another number of cells than the table has columns")
            return None
        why = _texts(described, "why") if described else {}
        given = dict(described.attributes) if described else {}
        if described is None:
            text, given["source"] = _annotations(node, notes)
            why = {self.language: text} if text else {}
        return Rule(
            id=rule_id, why=why, source=given.get("source", ""), grade=given.get("grade", ""),
            on_unknown=self._on_unknown(described),
            cells={fact.name: self._cell(cell, fact, rule_id) for fact, cell in zip(table.inputs, cells, strict=True)},
            outputs={
                spec.name: self._value(entry, spec, table, rule_id)
                for spec, entry in zip(table.outputs, outputs, strict=True)
            },
        )  # fmt: skip

    def _cell(self, node: Node, fact: Fact, rule: str) -> UnaryTest:
        text = node.text_of("text")
        self._check_language(node)
        if text in ("", "-"):
            return ANY_CELL
        own = fact.name in self.facts
        try:
            test = parse_cell(text, fact, decimal_comma_is_fault=own)
        except CellError as error:
            if own:
                self.fault(node, f"{rule} · {fact.name}", str(error))
                return ANY_CELL
            raise _NotInSubset(node, f"a cell of {fact.name} outside S-FEEL: {error}") from None
        try:
            parse_cell(text, fact)
        except CellError:
            # `1,2` is a list here, and would be taken for a decimal comma in our own tables.
            return replace(test, text=format_test(test))
        return test

    def _value(self, node: Node, spec: OutputSpec, table: DecisionTable, rule: str) -> Value | None:
        text = node.text_of("text")
        self._check_language(node)
        if text in ("", "-", "null"):
            return None
        try:
            value = parse_literal(text, decimal_comma_is_fault=bool(self.facts))
        except CellError as error:
            if self.facts:
                self.fault(node, f"{rule} · out:{spec.name}", str(error))
                return None
            raise _NotInSubset(node, f"an output that is not a literal: {error.text!r}") from None
        if spec.type is not None and not is_of_type(value, spec.type):
            self.fault(node, f"{rule} · out:{spec.name}", f"{text} is not a {spec.type.value}")
        if table.hit_policy in _NUMERIC and not isinstance(value, Decimal):
            raise _NotInSubset(node, f"an aggregation over {text}, which is not a number")
        return value


_EXPRESSIONS = ("invocation", "context", "list", "relation", "functionDefinition", "conditional", "filter",
                "for", "some", "every")  # fmt: skip
_NUMERIC = (HitPolicy.COLLECT_SUM, HitPolicy.COLLECT_MIN, HitPolicy.COLLECT_MAX)


def _policy(grid: Node) -> HitPolicy:
    given = (grid.attributes.get("hitPolicy", "UNIQUE"), grid.attributes.get("aggregation", ""))
    # An aggregation only has a meaning with COLLECT; some tools write it always.
    wanted = given if given[0] == "COLLECT" else (given[0], "")
    for policy, names in POLICY_NAMES.items():
        if names == wanted:
            return policy
    raise _NotInSubset(grid, f"hit policy {' '.join(given).strip()}")


def _described(node: Node, name: str) -> Node | None:
    box = node.first("extensionElements")
    return None if box is None else box.first(name, EXTENSION)


def _texts(node: Node | None, role: str) -> dict[str, str]:
    if node is None:
        return {}
    return {
        text.attributes["lang"]: text.attributes["text"]
        for text in node.all("text")
        if text.attributes.get("role") == role and "lang" in text.attributes and "text" in text.attributes
    }


def _annotations(node: Node, names: tuple[str, ...]) -> tuple[str, str]:
    """(why, source) of a rule without our description: our own columns by their name, else all that is written."""
    texts = [entry.text_of("text") for entry in node.all("annotationEntry")]
    named = dict(zip(names, texts, strict=False))
    if "why" in named:
        return node.text_of("description") or named["why"], named.get("source", "")
    return node.text_of("description") or " · ".join(text for text in texts if text), ""


def _number(given: Mapping[str, str], key: str) -> Decimal | None:
    if key not in given:
        return None
    number = Decimal(given[key])
    if not number.is_finite():
        raise ValueError(f"{key} is {number}")
    return number
