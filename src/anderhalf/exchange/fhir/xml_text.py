"""FHIR XML, read without DTD or entities, into the same tree of dicts as FHIR JSON.

Uses expat directly: a DOCTYPE is refused as soon as it starts, so no entity is ever declared or expanded, no
address is ever opened, and depth and size are counted while reading. Narrative (XHTML) is left out.
"""

from __future__ import annotations

from typing import Any
from xml.parsers import expat

from anderhalf.exchange.fhir.json_text import Number
from anderhalf.exchange.fhir.problems import Reason, RecordRefused
from anderhalf.exchange.fhir.unpack import Limits

FHIR = "http://hl7.org/fhir"
XHTML = "http://www.w3.org/1999/xhtml"

# FHIR XML does not say which elements repeat; these do in R4, in every place where this reader looks at them.
REPEATING = frozenset(
    {
        "address", "category", "coding", "component", "contained", "dosage", "dosageInstruction", "entry",
        "extension", "given", "hasMember", "identifier", "interpretation", "line", "link",
        "manifestation", "modifierExtension", "note", "participant", "performer", "prefix", "reaction",
        "reasonCode", "reasonReference", "section", "suffix", "telecom",
    }
)  # fmt: skip
# …and these only inside the named parent.
REPEATING_IN = {
    "Patient": frozenset({"name", "contact", "communication", "generalPractitioner"}),
    "Practitioner": frozenset({"name", "qualification"}),
    "Encounter": frozenset({"type", "location", "diagnosis"}),
    "Medication": frozenset({"ingredient"}),
}


def parse_xml(text: str, *, limits: Limits) -> dict[str, Any]:
    """The resource in ``text`` as FHIR JSON would have it (numbers of quantities as :class:`Number`).

    Raises :class:`RecordRefused` for text that is not well-formed XML, has a DOCTYPE, is not in the FHIR
    namespace, or is too deep or too large.
    """
    builder = _Builder(limits)
    # Given an encoding, expat ignores the one in the XML declaration: the text was already decoded as UTF-8.
    parser = expat.ParserCreate(encoding="utf-8", namespace_separator=" ")
    builder.parser = parser
    parser.StartDoctypeDeclHandler = builder.refuse
    parser.EntityDeclHandler = builder.refuse
    parser.ExternalEntityRefHandler = builder.refuse
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    try:
        parser.Parse(text.encode("utf-8"), True)
    except expat.ExpatError as error:
        raise RecordRefused(Reason.NOT_XML, f"line {error.lineno} column {error.offset + 1}") from None
    if builder.root is None:
        raise RecordRefused(Reason.NOT_FHIR, "")
    return builder.root


class _Builder:
    """Builds the tree with its own stack, one frame per open element."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.parser: Any = None
        self.root: dict[str, Any] | None = None
        self.stack: list[tuple[str, dict[str, Any], str | None]] = []
        self.ignored = 0  # depth inside narrative
        self.nodes = 0

    def place(self) -> str:
        return f"line {self.parser.CurrentLineNumber} column {self.parser.CurrentColumnNumber + 1}"

    def refuse(self, *_declaration: object) -> int:
        raise RecordRefused(Reason.FORBIDDEN_XML, self.place())

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.nodes += 1
        if self.nodes > self.limits.nodes:
            raise RecordRefused(Reason.TOO_MANY, self.place(), limit=str(self.limits.nodes))
        if len(self.stack) + self.ignored >= self.limits.depth:
            raise RecordRefused(Reason.TOO_DEEP, self.place(), limit=str(self.limits.depth))
        namespace, _, name = tag.rpartition(" ")
        if self.ignored or (self.stack and namespace == XHTML):
            self.ignored += 1
            return
        if namespace != FHIR:
            raise RecordRefused(Reason.NOT_FHIR, self.place())
        node: dict[str, Any] = {key: attributes[key] for key in ("id", "url") if key in attributes}
        self.stack.append((name, node, attributes.get("value")))

    def end(self, _tag: str) -> None:
        if self.ignored:
            self.ignored -= 1
            return
        name, node, value = self.stack.pop()
        if not self.stack:
            self.root = {"resourceType": name, **node}
            return
        parent_name, parent, _ = self.stack[-1]
        if name[:1].isupper():  # <resource><Patient>…: the type is the element inside
            if parent_name not in {"resource", "contained", "outcome"} or "resourceType" in parent:
                raise RecordRefused(Reason.WRONG_TYPE, self.place())
            parent["resourceType"] = name
            parent.update(node)
            return
        if value is None:
            self.put(parent_name, parent, name, node)
            return
        self.put(parent_name, parent, name, self.primitive(parent_name, name, value))
        if node:
            parent.setdefault(f"_{name}", node)

    def put(self, parent_name: str, parent: dict[str, Any], name: str, item: Any) -> None:
        if name in REPEATING or name in REPEATING_IN.get(parent_name, ()):
            parent.setdefault(name, []).append(item)
        elif name in parent:
            # Repeats though this reader did not expect it: as JSON, a list. What is read as one is then
            # refused.
            present = parent[name]
            if isinstance(present, list):
                present.append(item)
            else:
                parent[name] = [present, item]
        else:
            parent[name] = item

    def primitive(self, parent_name: str, name: str, value: str) -> Any:
        if name.endswith("Boolean") or name in {"active", "doNotPerform"}:
            return {"true": True, "false": False}.get(value, value)
        if (name == "value" and parent_name.endswith("Quantity")) or name in {"valueInteger", "valueDecimal"}:
            if len(value) > self.limits.number_length:
                raise RecordRefused(Reason.NUMBER_TOO_LONG, self.place())
            try:
                return Number(value)
            except ValueError:
                raise RecordRefused(Reason.NOT_A_NUMBER, self.place()) from None
        return value
