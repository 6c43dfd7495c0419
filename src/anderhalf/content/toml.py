"""TOML with a memory for places: every value is read by key, and a wrong one is reported with its line.

Python's tomllib gives no line numbers. `TomlFile` finds the line of a key by scanning the text: exact for
headers and plain `key = value` lines, and the line of the nearest enclosing key for what stands inside
inline tables and arrays.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from anderhalf.content.faults import Faults

Path = tuple[str | int, ...]
LANGUAGES = ("nl", "en")

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"\s*((?:[\w-]+|\"[^\"]*\"|'[^']*')(?:\s*\.\s*(?:[\w-]+|\"[^\"]*\"|'[^']*'))*)\s*=")
_NAME = re.compile(r"[\w-]+|\"[^\"]*\"|'[^']*'")


_Wrong = tuple[int, str, str]


@lru_cache(maxsize=128)
def _parsed(text: str) -> tuple[Mapping[str, Any], dict[Path, int], _Wrong | None]:
    """The data of a text, where its keys stand, and what is wrong with it (line, cell, message).

    Parsed once, because checking a draft reads the same files over and over. Nobody changes what comes out.
    """
    places = _scan(text)
    try:
        return tomllib.loads(text, parse_float=Decimal), places, None
    except tomllib.TOMLDecodeError as error:
        told = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        line = int(told.group(1)) if told else text.count("\n") + 1
        return {}, places, (line, "", f"not valid TOML: {re.sub(r' *[(]at .*', '', str(error))}")


@dataclass(slots=True)
class TomlFile:
    """One file: its data, and where its keys stand. A file that cannot be parsed has empty data."""

    name: str
    faults: Faults
    data: Mapping[str, Any] = field(default_factory=dict)
    places: dict[Path, int] = field(default_factory=dict)

    @classmethod
    def read(cls, name: str, files: Mapping[str, str], faults: Faults, *, required: bool = True) -> TomlFile:
        """Parse one of the files; notes a fault when it is missing (if required) or not TOML."""
        found = cls(name, faults)
        text = files.get(name)
        if text is None:
            if required:
                faults.add(name, 0, "", "this file is missing")
            return found
        found.data, found.places, wrong = _parsed(text)
        if wrong is not None:
            faults.add(name, *wrong)
        return found

    @property
    def root(self) -> Section:
        """The whole file as a section."""
        return Section(self, (), self.data)

    def line(self, path: Path) -> int:
        """The line of a key, or of the nearest key around it; 0 when nothing is known."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.places:
                return self.places[path[:length]]
        return 0


@dataclass(frozen=True, slots=True)
class Section:
    """One table of a TOML file. Reading a key that is missing or of the wrong type notes a fault."""

    file: TomlFile
    path: Path
    data: Mapping[str, Any]

    def __contains__(self, key: str) -> bool:
        return key in self.data

    @property
    def cell(self) -> str:
        """The section's place as text, `a.b[1].c`."""
        return _cell(self.path)

    @property
    def name(self) -> str:
        """The last key of the section's place."""
        return str(self.path[-1]) if self.path else ""

    def fault(self, key: str | int | None, message: str) -> None:
        """Note a fault at a key of this section (None: the section itself)."""
        path = self.path if key is None else (*self.path, key)
        self.file.faults.add(self.file.name, self.file.line(path), _cell(path), message)

    def text(self, key: str, *, required: bool = True, default: str = "") -> str:
        """A text; must not be empty when required."""
        value = self._value(key, str, "a text", required)
        if value is None:
            return default
        if required and not value.strip():
            self.fault(key, "this text is empty")
        return str(value)

    def day(self, key: str, *, required: bool = True) -> date | None:
        """A date, written 2025-12-31 without quotes."""
        value = self._value(key, date, "a date (2025-12-31, without quotes)", required)
        if isinstance(value, datetime):
            self.fault(key, "a date has no time of day")
            return value.date()
        return value if isinstance(value, date) else None

    def number(
        self, key: str, *, required: bool = True, minimum: Decimal | int | None = None
    ) -> Decimal | None:
        """A number as Decimal."""
        value = self._value(key, (int, Decimal), "a number", required)
        if value is None:
            return None
        found = Decimal(value)
        if not found.is_finite():
            self.fault(key, "this is not a finite number")
            return None
        if minimum is not None and found < minimum:
            self.fault(key, f"{found} is below {minimum}")
        return found

    def whole(self, key: str, *, required: bool = True, minimum: int | None = None) -> int | None:
        """A whole number."""
        value = self._value(key, int, "a whole number", required)
        if value is not None and minimum is not None and value < minimum:
            self.fault(key, f"{value} is below {minimum}")
        return None if value is None else int(value)

    def flag(self, key: str, *, default: bool | None = None) -> bool:
        """true or false; required when there is no default."""
        value = self._value(key, bool, "true or false", default is None)
        return bool(default) if value is None else bool(value)

    def words(self, key: str, *, required: bool = True) -> tuple[str, ...]:
        """A list of texts."""
        value = self._value(key, list, "a list of texts", required)
        for at, word in enumerate(value or ()):
            if not isinstance(word, str):
                self.fault(key, f"item {at + 1} is not a text")
        return tuple(word for word in value or () if isinstance(word, str))

    def labels(self, key: str = "", *, required: bool = True) -> Mapping[str, str]:
        """A text in both languages: `key_nl` and `key_en`, or `key = {nl, en}`, or (no key) `nl` and `en`."""
        inline = self.data.get(key) if key else self.data
        source: Section = self
        names = {lang: f"{key}_{lang}" for lang in LANGUAGES}
        if isinstance(inline, Mapping) and (key or set(LANGUAGES) & set(inline)):
            source, names = self.section(key) if key else self, {lang: lang for lang in LANGUAGES}
        found = {lang: source.text(name, required=False) for lang, name in names.items()}
        given = [lang for lang in LANGUAGES if found[lang].strip()]
        if len(given) < len(LANGUAGES) and (required or given):
            for lang in LANGUAGES:
                if lang not in given:
                    source.fault(
                        names[lang], f"the text in {'Dutch' if lang == 'nl' else 'English'} is missing"
                    )
        return {lang: text for lang, text in found.items() if text}

    def section(self, key: str, *, required: bool = True) -> Section:
        """A table inside this one; an empty one when missing."""
        value = self._value(key, Mapping, "a table", required)
        return Section(self.file, (*self.path, key), value if isinstance(value, Mapping) else {})

    def sections(self, key: str, *, required: bool = False) -> Iterator[Section]:
        """The tables directly under a key, `[key.<name>]`, in order."""
        inner = self.section(key, required=required)
        for name in inner.data:
            if isinstance(inner.data[name], Mapping):
                yield inner.section(name)
            else:
                inner.fault(name, "this is not a table")

    def items(self, key: str, *, required: bool = False) -> Iterator[Section]:
        """The entries of an array of tables, `[[key]]`."""
        value = self._value(key, list, f"a list of [[{key}]]", required)
        for at, item in enumerate(value or ()):
            if isinstance(item, Mapping):
                yield Section(self.file, (*self.path, key, at), item)
            else:
                self.fault(key, f"item {at + 1} is not a table")

    def choice(self, key: str, allowed: Collection[str], *, required: bool = True, default: str = "") -> str:
        """A text out of a closed list."""
        value = self.text(key, required=required, default=default)
        if value and value not in allowed:
            self.fault(key, f"{value!r} is not one of {', '.join(allowed)}")
        return value

    def only(self, *known: str) -> None:
        """Note a fault for every key that is not known: a misspelt key must not pass unseen."""
        allowed = set(known)
        for key in self.data:
            if key not in allowed:
                self.fault(key, f"unknown key; known here: {', '.join(sorted(allowed))}")

    def _value(self, key: str, kind: Any, described: str, required: bool) -> Any:
        if key not in self.data:
            if required:
                self.fault(key, f"{key} is missing")
            return None
        value = self.data[key]
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            self.fault(key, f"this must be {described}, not {value!r}")
            return None
        return value


def _cell(path: Path) -> str:
    text = ""
    for part in path:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _scan(text: str) -> dict[Path, int]:
    places: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    header: Path = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if found := _HEADER.match(line):
            parts: Path = tuple(_names(found.group(2)))
            header = _with_indexes(parts, counts, new=found.group(1) == "[[")
            places.setdefault(header, number)
        elif found := _KEY.match(line):
            key = (*header, *_names(found.group(1)))
            for length in range(len(header) + 1, len(key) + 1):
                places.setdefault(key[:length], number)
    return places


def _with_indexes(parts: Path, counts: dict[Path, int], *, new: bool) -> Path:
    """Turn [[a]], [a.b] into paths with list positions: ('a', 0, 'b')."""
    path: Path = ()
    for at, part in enumerate(parts):
        path = (*path, part)
        last = at == len(parts) - 1
        if last and new:
            counts[path] = counts.get(path, 0) + 1
        if path in counts:
            path = (*path, counts[path] - 1)
    return path


def _names(text: str) -> list[str]:
    return [name.strip("\"'") for name in _NAME.findall(text)]
