"""The XML of a DMN file as plain nodes with line numbers, read without trusting its maker.

A document type or entity is refused before anything is expanded, nothing outside the file is ever fetched,
and size and depth are bounded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

MAX_BYTES = 20_000_000
MAX_DEPTH = 100
MAX_NODES = 1_000_000

NAMESPACES = {
    "http://www.omg.org/spec/DMN/20151101/dmn.xsd": "1.1",
    "http://www.omg.org/spec/DMN/20180521/MODEL/": "1.2",
    "https://www.omg.org/spec/DMN/20191111/MODEL/": "1.3",
    "https://www.omg.org/spec/DMN/20211108/MODEL/": "1.4",
    "https://www.omg.org/spec/DMN/20230324/MODEL/": "1.5",
}
"""The versions of DMN that are read."""


class DmnError(ValueError):
    """A DMN file that cannot be used as a whole: file, line and why."""

    def __init__(self, filename: str, line: int, why: str) -> None:
        super().__init__(f"{filename}:{line}: {why}")
        self.filename = filename
        self.line = line
        self.why = why


@dataclass(slots=True)
class Node:
    """One element: namespace, local name, attributes (without namespace prefix), text and children."""

    namespace: str
    name: str
    attributes: dict[str, str]
    line: int
    text: str = ""
    children: list[Node] = field(default_factory=list)

    def all(self, name: str, namespace: str | None = None) -> Iterator[Node]:
        """Children with this name, in this node's own namespace unless another is given."""
        wanted = self.namespace if namespace is None else namespace
        return (child for child in self.children if child.name == name and child.namespace == wanted)

    def first(self, name: str, namespace: str | None = None) -> Node | None:
        """The first such child, or None."""
        return next(self.all(name, namespace), None)

    def text_of(self, name: str) -> str:
        """The stripped text of the first child with this name; "" when there is none."""
        child = self.first(name)
        return "" if child is None else child.text.strip()


def read_nodes(xml: bytes | str, *, filename: str) -> Node:
    """Read the definitions element of a DMN file; raises DmnError with the line for anything unacceptable."""
    if len(xml) > MAX_BYTES:
        raise DmnError(filename, 0, f"the file is larger than {MAX_BYTES // 1_000_000} MB")
    return _NodeReader(filename).read(xml)


class _NodeReader:
    def __init__(self, filename: str) -> None:
        self.filename = filename
        self.stack: list[Node] = []
        self.root: Node | None = None
        self.count = 0
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        self.parser.StartDoctypeDeclHandler = self._refuse_doctype
        self.parser.EntityDeclHandler = self._refuse_doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters

    def read(self, xml: bytes | str) -> Node:
        try:
            self.parser.Parse(xml, True)
        except expat.ExpatError as error:
            why = f"not well-formed XML ({expat.ErrorString(error.code)})"
            raise DmnError(self.filename, error.lineno, why) from None
        except (UnicodeError, LookupError) as error:
            raise DmnError(self.filename, 0, f"the text cannot be decoded ({error})") from None
        root = self.root
        if root is None or root.name != "definitions" or root.namespace not in NAMESPACES:
            found = "" if root is None else f"; found {root.name} of {root.namespace or 'no namespace'}"
            raise DmnError(self.filename, 1, f"not a DMN 1.1 to 1.5 file{found}")
        return root

    def _refuse_doctype(self, *_: object) -> None:
        raise DmnError(
            self.filename, self.parser.CurrentLineNumber, "a document type or entity is not accepted"
        )

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        line = self.parser.CurrentLineNumber
        self.count += 1
        if len(self.stack) >= MAX_DEPTH or self.count > MAX_NODES:
            raise DmnError(self.filename, line, "the file is nested too deeply or has too many elements")
        namespace, _, local = name.rpartition(" ")
        plain = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        node = Node(namespace, local, plain, line)
        if self.stack:
            self.stack[-1].children.append(node)
        else:
            self.root = node
        self.stack.append(node)

    def _end(self, _: str) -> None:
        self.stack.pop()

    def _characters(self, text: str) -> None:
        self.stack[-1].text += text
