"""Types in a DMN file: built-in names, item definitions with allowed values, and components of structures."""

from __future__ import annotations

from collections.abc import Iterable

from anderhalf.core.decisions.dmn_xml import Node
from anderhalf.core.decisions.facts import Fact, FactType, Value
from anderhalf.core.decisions.feel import CellError, parse_cell, parse_literals

_BUILT_IN = {
    "string": FactType.TEXT,
    "number": FactType.NUMBER,
    "boolean": FactType.BOOLEAN,
    "date": FactType.DATE,
}

_ALSO = {"integer": "number", "long": "number", "double": "number"}
"""Names of other tools for a built-in type."""

Found = tuple[FactType, tuple[Value, ...]]
"""A type and its allowed values (empty: all)."""


class DmnTypes:
    """The types and variables that a definitions element declares."""

    def __init__(self, root: Node) -> None:
        self._items = {item.attributes.get("name", ""): item for item in root.all("itemDefinition")}
        self._variables: dict[str, str | None] = {}
        for kind in ("inputData", "decision"):
            for node in root.all(kind):
                variable = node.first("variable")
                reference = variable.attributes.get("typeRef") if variable is not None else None
                self._variables[node.attributes.get("name", "")] = reference

    def is_variable(self, name: str) -> bool:
        """Whether a name is an input, a decision, or a declared component (`person.age`) of one."""
        return name in self._variables or self._component(name) is not None

    def type_of(self, name: str) -> str | None:
        """The type reference of a variable or component; None when not declared."""
        if name in self._variables:
            return self._variables[name]
        component = self._component(name)
        return None if component is None else _reference(component)

    def resolve(self, reference: str | None) -> Found | None:
        """The plain type behind a reference, followed through item definitions; None if it is not plain."""
        seen: set[str] = set()
        allowed: tuple[Value, ...] = ()
        while reference and reference not in seen:
            seen.add(reference)
            plain = reference.rpartition(":")[2]
            if plain not in self._items:
                plain = _ALSO.get(plain, plain)
            if plain in _BUILT_IN and plain not in self._items:
                return _BUILT_IN[plain], allowed
            item = self._items.get(reference) or self._items.get(plain)
            if item is None or item.attributes.get("isCollection") == "true":
                return None
            listed = item.first("allowedValues")
            if listed is not None and not allowed:
                try:
                    allowed = parse_literals(listed.text_of("text"))
                except CellError:
                    return None
            reference = _reference(item)
        return None

    def guess(self, cells: Iterable[str]) -> Found | None:
        """The one type in which all cells of a column can be read, when none is declared."""
        texts = [text for text in cells if text not in ("", "-")]
        for fact_type in _BUILT_IN.values():
            fact = Fact(name="guess", type=fact_type, label={})
            try:
                for text in texts:
                    parse_cell(text, fact, decimal_comma_is_fault=False)
            except CellError:
                continue
            return (fact_type, ()) if texts else None
        return None

    def _component(self, name: str) -> Node | None:
        """The component that a path such as `person.address.city` leads to."""
        root = max(
            (variable for variable in self._variables if name.startswith(variable + ".")), key=len, default=""
        )
        if not root:
            return None
        item = self._items.get(self._variables[root] or "")
        for step in name.removeprefix(root + ".").split("."):
            if item is not None and not list(item.all("itemComponent")):
                item = self._items.get(_reference(item) or "")
            if item is None:
                return None
            parts = (part for part in item.all("itemComponent") if part.attributes.get("name") == step)
            item = next(parts, None)
        return item


def _reference(item: Node) -> str | None:
    # DMN 1.1 and 1.2 write the reference as a child element, later versions too; some tools as an attribute.
    return item.text_of("typeRef") or item.attributes.get("typeRef")
