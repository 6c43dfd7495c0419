"""Writing decision tables as DMN 1.3 XML."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from xml.etree import ElementTree as ET

from anderhalf.core.decisions.chain import feeding
from anderhalf.core.decisions.dmn_names import EXTENSION, POLICY_NAMES, TYPE_NAMES, WRITTEN_NAMESPACE
from anderhalf.core.decisions.dmn_xml import DmnError
from anderhalf.core.decisions.facts import Fact, Value
from anderhalf.core.decisions.feel import format_literal
from anderhalf.core.decisions.model import DecisionTable, OutputSpec, Rule

DI = "https://www.omg.org/spec/DMN/20191111/DMNDI/"
DC = "http://www.omg.org/spec/DMN/20180521/DC/"
_ILLEGAL = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SHAPE = {"decision": ("180", "80", 100), "inputData": ("125", "45", 300)}

for prefix, uri in (("", WRITTEN_NAMESPACE), ("a", EXTENSION), ("dmndi", DI), ("dc", DC)):
    ET.register_namespace(prefix, uri)


def write_dmn(tables: Sequence[DecisionTable], *, name: str, namespace: str = EXTENSION) -> bytes:
    """One DMN 1.3 file (UTF-8) with all tables, their inputs, and which table feeds which.

    Raises ChainError when two tables answer the same input, DmnError for a text that XML cannot hold.
    """
    root = ET.Element(_tag("definitions"), {
        "id": "definitions", "name": name, "namespace": namespace, "exporter": "Anderhalf",
    })  # fmt: skip
    ids = _Ids()
    answered = feeding(tables)
    facts = {fact.name: fact for table in tables for fact in table.inputs}
    for fact in facts.values():
        _input_data(root, fact, ids, answered)
    names = _Names(tables, answered)
    for table in tables:
        _decision(root, table, ids, names)
    _diagram(root)
    for node in root.iter():
        for text in (node.text or "", *node.attrib.values()):
            if found := _ILLEGAL.search(text):
                raise DmnError(
                    name, 0, f"the character {found.group()!r} in {text[:40]!r} cannot stand in XML"
                )
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


class _Names:
    """What a decision is called, so that other tools find the answer that another table asks for.

    In DMN the answer of a decision goes by the decision's name, and one of several outputs by a path. So a
    table with one output that feeds another is called after that output, every other after its own id.
    """

    def __init__(self, tables: Sequence[DecisionTable], answered: Mapping[str, str]) -> None:
        self.answered = answered
        self._tables = {table.id: table for table in tables}
        fed = set(answered.values())
        taken = set(self._tables)
        self._names = {
            table.id: table.outputs[0].name
            if table.id in fed and len(table.outputs) == 1 and table.outputs[0].name not in taken
            else table.id
            for table in tables
        }

    def of(self, table: DecisionTable) -> str:
        """The name of the decision that this table answers."""
        return self._names[table.id]

    def expression(self, fact: Fact) -> str:
        """How an input is written: its own name, or the path to the output that answers it."""
        if fact.name not in self.answered:
            return fact.name
        source = self._tables[self.answered[fact.name]]
        name = self.of(source)
        return name if len(source.outputs) == 1 else f"{name}.{fact.name}"


class _Ids:
    """XML ids that are unique and valid, made from names that need not be."""

    def __init__(self) -> None:
        self._given: dict[tuple[str, str], str] = {}

    def of(self, kind: str, name: str) -> str:
        """The id of a thing; the same for the same kind and name."""
        key = (kind, name)
        if key not in self._given:
            base = f"{kind}_{re.sub('[^A-Za-z0-9_.-]', '_', name)}"
            taken = set(self._given.values())
            number = 1
            unique = base
            while unique in taken:
                number += 1
                unique = f"{base}_{number}"
            self._given[key] = unique
        return self._given[key]


def _tag(name: str, namespace: str = WRITTEN_NAMESPACE) -> str:
    return f"{{{namespace}}}{name}"


def _add(
    parent: ET.Element, name: str, attributes: Mapping[str, str] | None = None, text: str = ""
) -> ET.Element:
    node = ET.SubElement(parent, _tag(name), dict(attributes or {}))
    if text:
        # XML readers turn a bare carriage return into a line feed.
        _add(node, "text").text = text.replace("\r", "\\r")
    return node


def _extension(parent: ET.Element, name: str, attributes: Mapping[str, str | None]) -> ET.Element:
    box = parent.find(_tag("extensionElements"))
    if box is None:
        box = ET.SubElement(parent, _tag("extensionElements"))
    given = {key: value for key, value in attributes.items() if value not in (None, "")}
    return ET.SubElement(box, _tag(name, EXTENSION), {key: str(value) for key, value in given.items()})


def _texts(parent: ET.Element, role: str, texts: Mapping[str, str]) -> None:
    for language, text in texts.items():
        ET.SubElement(parent, _tag("text", EXTENSION), {"role": role, "lang": language, "text": text})


def _optional(value: object) -> str | None:
    return None if value is None else str(value)


def _input_data(root: ET.Element, fact: Fact, ids: _Ids, answered: Mapping[str, str]) -> None:
    if fact.name in answered:
        # The decision that answers it stands in the file; the fact itself is described with the table.
        return
    node = _add(root, "inputData", {"id": ids.of("input", fact.name), "name": fact.name})
    _add(node, "variable", {"name": fact.name, "typeRef": TYPE_NAMES[fact.type]})


def _fact(parent: ET.Element, fact: Fact) -> None:
    node = _extension(parent, "fact", {
        "name": fact.name, "type": fact.type.value, "unit": fact.unit, "unit_label": fact.unit_label,
        "minimum": _optional(fact.minimum), "maximum": _optional(fact.maximum),
        "usual_minimum": _optional(fact.usual_minimum), "usual_maximum": _optional(fact.usual_maximum),
        "decimals": str(fact.decimals), "max_age_days": _optional(fact.max_age_days),
        "source": fact.source, "group": fact.group,
    })  # fmt: skip
    _texts(node, "label", fact.label)
    _texts(node, "help", fact.help)
    for code, labels in fact.values.items():
        _texts(ET.SubElement(node, _tag("value", EXTENSION), {"code": code}), "label", labels)
    for system, codes in fact.codes.items():
        listed = ET.SubElement(node, _tag("codes", EXTENSION), {"system": system})
        for code in codes:
            ET.SubElement(listed, _tag("code", EXTENSION), {"code": code})


def _decision(root: ET.Element, table: DecisionTable, ids: _Ids, names: _Names) -> None:
    policy, aggregation = POLICY_NAMES[table.hit_policy]
    node = _add(root, "decision", {"id": ids.of("decision", table.id), "name": names.of(table)})
    described = _extension(node, "table", {
        "id": table.id, "version": table.version, "on_unknown": table.on_unknown.value,
    })  # fmt: skip
    _texts(described, "title", table.title)
    variable = {"name": names.of(table)}
    if len(table.outputs) == 1 and table.outputs[0].type is not None and not table.hit_policy.is_list:
        variable["typeRef"] = TYPE_NAMES[table.outputs[0].type]
    _add(node, "variable", variable)
    for fact in table.inputs:
        requirement = _add(node, "informationRequirement")
        if fact.name in names.answered:
            source = names.answered[fact.name]
            _add(requirement, "requiredDecision", {"href": "#" + ids.of("decision", source)})
        else:
            _add(requirement, "requiredInput", {"href": "#" + ids.of("input", fact.name)})
    attributes = {"id": ids.of("table", table.id), "hitPolicy": policy}
    if aggregation:
        attributes["aggregation"] = aggregation
    grid = _add(node, "decisionTable", attributes)
    for fact in table.inputs:
        _input(grid, table, fact, ids, names)
    for spec in table.outputs:
        _output(grid, table, spec, ids)
    _add(grid, "annotation", {"name": "why"})
    _add(grid, "annotation", {"name": "source"})
    for rule in table.rules:
        _rule(grid, table, rule, ids)


def _input(grid: ET.Element, table: DecisionTable, fact: Fact, ids: _Ids, names: _Names) -> None:
    label = fact.label.get("nl", fact.name) + (f" ({fact.unit_label or fact.unit})" if fact.unit else "")
    node = _add(grid, "input", {"id": ids.of("column", f"{table.id}_{fact.name}"), "label": label})
    _fact(node, fact)
    _add(node, "inputExpression", {"typeRef": TYPE_NAMES[fact.type]}, names.expression(fact))
    if fact.values:
        _add(node, "inputValues", text=_listed(tuple(fact.values)))


def _output(grid: ET.Element, table: DecisionTable, spec: OutputSpec, ids: _Ids) -> None:
    attributes = {"id": ids.of("output", f"{table.id}_{spec.name}"), "name": spec.name}
    if spec.type is not None:
        attributes["typeRef"] = TYPE_NAMES[spec.type]
    node = _add(grid, "output", attributes)
    described = _extension(node, "output", {
        "name": spec.name, "unit": spec.unit, "type": spec.type.value if spec.type else None,
    })  # fmt: skip
    _texts(described, "title", spec.title)
    for code, labels in spec.labels.items():
        _texts(ET.SubElement(described, _tag("value", EXTENSION), {"code": code}), "label", labels)
    if spec.values:
        _add(node, "outputValues", text=_listed(spec.values))
    if spec.default is not None:
        _add(node, "defaultOutputEntry", text=format_literal(spec.default))


def _rule(grid: ET.Element, table: DecisionTable, rule: Rule, ids: _Ids) -> None:
    rule_id = ids.of("rule", f"{table.id}_{rule.id}")
    node = _add(grid, "rule", {"id": rule_id})
    described = _extension(node, "rule", {
        "id": rule.id, "source": rule.source, "grade": rule.grade,
        "on_unknown": rule.on_unknown.value if rule.on_unknown else None,
    })  # fmt: skip
    _texts(described, "why", rule.why)
    for at, fact in enumerate(table.inputs):
        _add(node, "inputEntry", {"id": f"{rule_id}_in{at}"}, rule.cells[fact.name].text)
    for at, spec in enumerate(table.outputs):
        value = rule.outputs[spec.name]
        entry = _add(node, "outputEntry", {"id": f"{rule_id}_out{at}"})
        _add(entry, "text").text = "" if value is None else format_literal(value)
    for text in (rule.why.get("nl", ""), rule.source):
        _add(node, "annotationEntry", text=text)


def _listed(values: Sequence[Value]) -> str:
    return ", ".join(format_literal(value) for value in values)


def _diagram(root: ET.Element) -> None:
    """Boxes side by side, so that an editor shows the requirements without laying them out first."""
    diagram = ET.SubElement(ET.SubElement(root, _tag("DMNDI", DI)), _tag("DMNDiagram", DI))
    for kind, (width, height, y) in _SHAPE.items():
        for at, node in enumerate(root.findall(_tag(kind))):
            shape = ET.SubElement(diagram, _tag("DMNShape", DI), {"dmnElementRef": node.attrib["id"]})
            ET.SubElement(shape, _tag("Bounds", DC), {
                "x": str(40 + at * 200), "y": str(y), "width": width, "height": height,
            })  # fmt: skip
