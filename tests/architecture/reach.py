"""What of the clinical core the service can reach: a static call graph over `src/anderhalf`, by name and import.

A definition is reached when something that is reached names it: the service outside the core, or what the core itself
does when it is imported (a registry). Functions and classes are followed by import; methods by name, so that one may
be called reached that is not, never the reverse.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache

Key = tuple[str, str]
"""(module, name) of a definition; a method is `Class.method`."""


@dataclass
class Module:
    """One module: what it defines, what its names mean, and what it names at the top."""

    name: str
    tree: ast.Module
    imports: dict[str, Key] = field(default_factory=dict)
    """Local name -> (module, name), or (module, "") for a module."""
    definitions: dict[str, ast.AST] = field(default_factory=dict)


class Graph:
    """The service as modules, and the walk from what runs to what it names."""

    def __init__(self, sources: Mapping[str, str], clinical: tuple[str, ...]) -> None:
        self.modules = {name: _module(name, text) for name, text in sources.items()}
        self.inside = {name for name in self.modules if name.startswith(clinical)}
        self.reached: set[Key] = set()
        self.attributes: set[str] = set()
        self.todo: list[tuple[Module, ast.AST]] = []
        self.methods: dict[str, list[Key]] = {}
        for name in self.inside:
            for defined in self.modules[name].definitions:
                if "." in defined:
                    self.methods.setdefault(defined.rpartition(".")[2], []).append((name, defined))

    def walk(self) -> set[Key]:
        """Everything in the clinical modules that is reached."""
        for name, module in self.modules.items():
            if name in self.inside:
                self.todo += [(module, node) for node in module.tree.body if not _is_definition(node)]
            else:
                self.todo.append((module, module.tree))
        while self.todo:
            module, node = self.todo.pop()
            for found in _walked(node):
                if isinstance(found, str):
                    self._asked_for(found)
                else:
                    for key in _meaning(module, found, self.modules):
                        self._reach(key)
        return self.reached

    def _asked_for(self, attribute: str) -> None:
        """A method or property of that name is used, of whichever class that is reached."""
        if attribute not in self.attributes:
            self.attributes.add(attribute)
            for key in self.methods.get(attribute, ()):
                if (key[0], key[1].partition(".")[0]) in self.reached:
                    self._reach(key)

    def _reach(self, key: Key) -> None:
        if key in self.reached or key[0] not in self.inside:
            return
        module = self.modules[key[0]]
        node = module.definitions.get(key[1])
        if node is None:
            return
        self.reached.add(key)
        self.todo += [(module, part) for part in _own_parts(node)]
        if isinstance(node, ast.ClassDef):  # what Python itself calls, and what was asked for before
            for method in module.definitions:
                owner, _, short = method.rpartition(".")
                if owner == key[1] and (short.startswith("__") or short in self.attributes):
                    self._reach((key[0], method))


def unreached(sources: Mapping[str, str], clinical: tuple[str, ...]) -> set[Key]:
    """The public functions, classes, methods and properties of clinical modules that the service never reaches.

    `sources` is module name -> text, the whole service without tests; a package's text begins with ``#package``.
    `clinical` are prefixes of module names.
    """
    graph = Graph(sources, clinical)
    reached = graph.walk()
    return {
        (name, defined)
        for name in graph.inside
        for defined in graph.modules[name].definitions
        if not any(part.startswith("_") for part in defined.split("."))
    } - reached


@lru_cache(maxsize=2000)
def _module(name: str, text: str) -> Module:
    module = Module(name, ast.parse(text))
    package = name if text.startswith("#package\n") else name.rpartition(".")[0]
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            for one in node.names:
                module.imports[one.asname or one.name.partition(".")[0]] = (one.name, "")
        elif isinstance(node, ast.ImportFrom):
            target = _target(node, package)
            for one in node.names:
                module.imports[one.asname or one.name] = (target, one.name)
    for node in module.tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            module.definitions[node.name] = node
        if isinstance(node, ast.ClassDef):
            methods = (part for part in node.body if isinstance(part, ast.FunctionDef))
            module.definitions |= {f"{node.name}.{part.name}": part for part in methods}
    return module


def _target(node: ast.ImportFrom, package: str) -> str:
    """The module that an import takes from, also when it is written with dots."""
    if not node.level:
        return node.module or ""
    base = package
    for _ in range(node.level - 1):
        base = base.rpartition(".")[0]
    return f"{base}.{node.module}" if node.module else base


@cache
def _walked(node: ast.AST) -> tuple[ast.Name | ast.Attribute | str, ...]:
    return tuple(_names(node))


def _is_definition(node: ast.AST) -> bool:
    """A definition, an import and `__all__` name things without using them."""
    if isinstance(node, ast.Assign) and any(
        isinstance(t, ast.Name) and t.id == "__all__" for t in node.targets
    ):
        return True
    return isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom)


def _own_parts(node: ast.AST) -> list[ast.AST]:
    """What a definition names when it is used; the bodies of a class's methods only when they are."""
    if not isinstance(node, ast.ClassDef):
        return [node]
    parts: list[ast.AST] = [*node.bases, *node.decorator_list]
    return parts + [part for part in node.body if not isinstance(part, ast.FunctionDef)]


def _names(node: ast.AST) -> Iterator[ast.Name | ast.Attribute | str]:
    """Every name used, and every attribute asked for; imports are no use."""
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            yield part
        elif isinstance(part, ast.Attribute):
            yield part
            yield part.attr


def _meaning(module: Module, found: ast.Name | ast.Attribute, modules: Mapping[str, Module]) -> Iterator[Key]:
    if isinstance(found, ast.Name):
        if found.id in module.definitions:
            yield (module.name, found.id)
        elif found.id in module.imports:
            yield from _follow(module.imports[found.id], modules)
    elif isinstance(found.value, ast.Name) and found.value.id in module.imports:
        target, name = module.imports[found.value.id]
        inner = f"{target}.{name}" if name else target
        if inner in modules:
            yield from _follow((inner, found.attr), modules)


def _follow(key: Key, modules: Mapping[str, Module], depth: int = 0) -> Iterator[Key]:
    """A name through packages that only pass it on."""
    target = modules.get(key[0])
    if target is None or depth > 10:
        return
    if key[1] in target.definitions:
        yield key
    elif key[1] in target.imports:
        yield from _follow(target.imports[key[1]], modules, depth + 1)
