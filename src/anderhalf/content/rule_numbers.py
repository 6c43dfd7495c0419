"""The numbers in the explanation of a rule must be those of its cells, in both languages.

A number in a text may stand in a cell or an answer of its rule (a term of 14 days is also 2 weeks; `<80` in a fact
without decimals is also "up to 79"), in the name, label or help of a fact that the rule asks, or, where the rule asks
whether a value is missing, in the age after which it counts as missing. Anywhere else it must be named in
a numbers.toml, which says where it stands; that place is read, so it can't lie either. What is part of a name (NYHA 2b,
CHA2DS2-VA, the 1.5 line, COVID-19, NHG 2023) is no number.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from anderhalf.content.faults import ContentFault, Faults
from anderhalf.content.sources import cited
from anderhalf.content.toml import LANGUAGES, Section, TomlFile
from anderhalf.core.decisions.facts import Fact
from anderhalf.core.decisions.table import TEXT_COLUMNS
from anderhalf.core.pathway.model import Setting, Urgency

FILE = "numbers.toml"
Values = frozenset[Decimal]

_NAMES = re.compile(r"1[.,]5[ -]li(?:ne|jn)|\b[A-Z][A-Z]+[A-Za-z]* (?:19|20)\d\d\b")
_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")
_ORDINALS = frozenset({"e", "de", "ste", "st", "nd", "rd", "th"})
_CELL_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_OPEN_HIGH = re.compile(r"<(?!=)\s*(\d+(?:\.\d+)?)|\.\.(\d+(?:\.\d+)?)\s*[\[)]")
_OPEN_LOW = re.compile(r">(?!=)\s*(\d+(?:\.\d+)?)|[(\]](\d+(?:\.\d+)?)\s*\.\.")
_CLOSED_LOW = re.compile(r">=\s*(\d+(?:\.\d+)?)|\[(\d+(?:\.\d+)?)\s*\.\.")
_CLOSED_HIGH = re.compile(r"<=\s*(\d+(?:\.\d+)?)|\.\.(\d+(?:\.\d+)?)\s*\]")
_STRICT = re.compile(
    r"(?:[<>]|\b(?:onder|boven|(?:minder|meer|lager|hoger|korter|langer) dan|below|above|over|under"
    r"|(?:less|more|lower|higher|fewer|shorter|longer) than)(?: de| the)?)\s*$",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_UNIT_AFTER = re.compile(
    r"(?:\s*(?:-|–|/|tot en met|tot|to|of|or|and|en)\s*\d+(?:[.,]\d+)*)?[\s-]*"
    r"(?P<unit>uur|uren|hours?|dag|dagen|days?|week|weken|weeks?|maand|maanden|months?|jaar|jaren|years?)\b"
)
MONTH_DAYS, YEAR_DAYS = (30, 31), (365, 366)


@dataclass(frozen=True, slots=True)
class Said:
    """One number of a text: as written, and what it can mean (a Dutch 1.500 is fifteen hundred, or one and a half)."""

    text: str
    values: Values
    strict: bool = False
    """Said as a border that is not reached itself ("below 90"): only a cell with that very number says the same."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers that a place holds: as written, and the last values on this side of its borders (`<91`: 90)."""

    exact: Values = frozenset()
    near: Values = frozenset()

    def __or__(self, other: Numbers) -> Numbers:
        return Numbers(self.exact | other.exact, self.near | other.near)

    def hold(self, said: Said) -> bool:
        """Whether a number of a text stands here. "Below 90" beside `<91` does not: 90 itself is then meant too."""
        return bool(said.values & self.exact) or (not said.strict and bool(said.values & self.near))


@dataclass(frozen=True, slots=True)
class Content:
    """The texts of a pathway, and what is needed to read them."""

    files: Mapping[str, str]
    tables: Mapping[str, list[tuple[int, Mapping[str, str]]]]
    """File -> its rows, with the choices of the agreement filled in."""
    facts: Mapping[str, Fact]
    urgencies: Mapping[str, Urgency]
    chosen: Mapping[str, str]
    toml: Mapping[str, Any]
    """TOML file -> what stands in it, read once for every place that a text refers to."""


def content_of(
    files: Mapping[str, str],
    *,
    facts: Mapping[str, Fact],
    urgencies: Mapping[str, Urgency],
    settings: Mapping[str, Setting],
) -> Content:
    """Every table file of the folder, also those that an agreement did not choose."""
    chosen = {name: setting.chosen for name, setting in settings.items()}
    tables = {name: rows_of(_filled(text, chosen)) for name, text in files.items() if is_rules(name, text)}
    toml = {name: TomlFile.read(name, files, Faults()).data for name in files if name.endswith(".toml")}
    return Content(files, tables, facts, urgencies, chosen, toml)


def number_faults(content: Content) -> list[ContentFault]:
    """Every number in an explanation that stands nowhere, and every two languages that name other numbers."""
    faults = Faults()
    elsewhere: dict[tuple[str, str], Numbers] = {}
    for place in _places(content, Faults()):
        for rule in place.rules:
            numbers = _numbers_for(content, place, rule) or Numbers()
            elsewhere[place.file, rule] = elsewhere.get((place.file, rule), Numbers()) | numbers
    for file, rows in content.tables.items():
        for line, row in rows:
            rule = row.get("id", "")
            known = _of_rule(row, content.facts, content.urgencies) | elsewhere.get((file, rule), Numbers())
            said = {lang: numbers_in(row.get(f"why_{lang}") or "") for lang in LANGUAGES}
            for lang, spoken in said.items():
                for one in spoken:
                    if not known.hold(one):
                        message = (
                            f"rule {rule}: the number {one.text} in the text stands in no cell of the rule"
                        )
                        faults.add(file, line, f"why_{lang}", message)
            _compare(file, line, rule, said, faults)
    return sorted(set(faults.found))


def is_rules(name: str, text: str) -> bool:
    """Whether a file of a pathway is a decision table whose rules have explanations."""
    header = text.removeprefix("\ufeff").partition("\n")[0]
    return name.endswith(".csv") and "why_nl" in header


def rows_of(text: str) -> list[tuple[int, Mapping[str, str]]]:
    """The rows of a table as they were typed, by column, each with its line. Unreadable CSV has none."""
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    found: list[tuple[int, Mapping[str, str]]] = []
    header: list[str] | None = None
    line = 1
    try:
        for row in reader:
            if header is None:
                header = [name.strip() for name in row]
            elif any(cell.strip() for cell in row):
                found.append((line, dict(zip(header, (cell.strip() for cell in row), strict=False))))
            line = reader.line_num + 1
    except csv.Error:
        return []
    return found


def is_condition(column: str) -> bool:
    """Whether a column of a table's header is a fact."""
    return column != "id" and not column.startswith("out:") and column not in TEXT_COLUMNS


def numbers_in(text: str) -> list[Said]:
    """The numbers of a text, in order; what is part of a name is left out."""
    clean = _NAMES.sub(lambda found: " " * len(found[0]), text)
    return [
        Said(found[0], _readings(found[0], clean, found.end()), bool(_STRICT.search(clean[: found.start()])))
        for found in _DIGITS.finditer(clean)
        if not _is_name(clean, found.start(), found.end())
    ]


def _is_name(text: str, start: int, end: int) -> bool:
    """Whether digits belong to a word: letters before them, or an ordinal or class letter (2e, NYHA 2b) after."""
    before = text[:start]
    if before and (before[-1].isalpha() or before[-1] in "_^"):
        return True
    if len(before) > 1 and before[-1] == "-" and before[-2].isalpha():
        return True
    suffix = re.match(r"[^\W\d_]*", text[end:])
    letters = suffix[0] if suffix else ""
    return letters in _ORDINALS or (len(letters) == 1 and letters in "abc")


def _readings(written: str, text: str, end: int) -> Values:
    values = {Decimal(part) for part in _as_numbers(written)}
    unit = _UNIT_AFTER.match(text, end)
    if unit is not None:
        values |= {other for value in values for other in _in_days(value, unit["unit"])}
    return frozenset(values)


def _as_numbers(written: str) -> Iterator[str]:
    parts = re.split(r"[.,]", written)
    if len(parts) == 1:
        yield written
        return
    if len(parts) == 2:
        yield ".".join(parts)
    if all(len(part) == 3 for part in parts[1:]):
        yield "".join(parts)
    elif len(parts) > 2:
        yield from parts  # a date or a number of a chapter: every part has to stand somewhere


def _in_days(value: Decimal, unit: str) -> Iterator[Decimal]:
    """The same time in days (and years in months), as the cells write it."""
    if unit[0] in "uh":
        yield value / 24
    elif unit[0] == "w":
        yield value * 7
    elif unit[0] == "m":
        low, high = (int(value * days) for days in MONTH_DAYS)
        yield from (Decimal(days) for days in range(low, high + 1))
    elif unit[0] in "jy":
        yield from (value * days for days in YEAR_DAYS)
        yield value * 12


def _of_rule(row: Mapping[str, str], facts: Mapping[str, Fact], urgencies: Mapping[str, Urgency]) -> Numbers:
    """Every number that the rule itself holds."""
    found = Numbers()
    for column, cell in row.items():
        if column.startswith("out:"):
            term = urgencies.get(cell.strip('"'))
            days = {Decimal(term.days)} if term is not None and term.days is not None else set()
            found |= Numbers(frozenset(_in_code(cell) | days))
        elif is_condition(column) and cell not in ("-", ""):
            found |= _of_cell(column, cell, facts.get(column))
    return found


def _of_cell(column: str, cell: str, fact: Fact | None) -> Numbers:
    found = _in_code(cell) | _in_code(column)
    step = Decimal(1).scaleb(-(fact.decimals if fact is not None else 0))
    near = {Decimal(one or other) - step for one, other in _OPEN_HIGH.findall(cell)}
    near |= {Decimal(one or other) + step for one, other in _OPEN_LOW.findall(cell)}
    if fact is not None:
        texts = (*fact.label.values(), *fact.help.values())
        found |= {value for text in texts for said in numbers_in(text) for value in said.values}
        if "null" in cell and fact.max_age_days is not None:
            found.add(Decimal(fact.max_age_days))
    return Numbers(frozenset(found), frozenset(near))


def _in_code(text: str) -> set[Decimal]:
    return {Decimal(number) for number in _CELL_NUMBER.findall(text)}


def _compare(file: str, line: int, rule: str, said: Mapping[str, list[Said]], faults: Faults) -> None:
    for lang, other in (("nl", "en"), ("en", "nl")):
        for one in said[lang]:
            if not any(one.values & two.values for two in said[other]):
                name = {"nl": "Dutch", "en": "English"}
                message = f"rule {rule}: the {name[lang]} text says {one.text}, the {name[other]} does not"
                faults.add(file, line, f"why_{other}", message)


def _filled(text: str, chosen: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda found: chosen.get(found[1], found[0]), text)


# ---- numbers.toml ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """Where numbers of some rules' texts stand: in `stands_in`, or `says` as `source` states them."""

    section: Section
    file: str
    rules: tuple[str, ...]
    stands_in: str
    says: Values
    source: str


def place_faults(content: Content) -> list[ContentFault]:
    """What is wrong with numbers.toml itself: places and rules that are not there, and places no text needs (any more).

    None of it lets a wrong number pass: a place that is not there explains nothing.
    """
    faults = Faults()
    for place in _places(content, faults):
        for rule in place.rules:
            row = _row_of(content, place.file, rule)
            numbers = _numbers_for(content, place, rule)
            if row is None:
                place.section.fault("rules", f"there is no rule {rule} in {place.file}")
            elif numbers is None and place.source:
                place.section.fault("source", f"rule {rule} does not cite {place.source}")
            elif numbers is None:
                place.section.fault("stands_in", f"there is no {place.stands_in}")
            else:
                own = _of_rule(row, content.facts, content.urgencies)
                said = [one for lang in LANGUAGES for one in numbers_in(row.get(f"why_{lang}") or "")]
                if not any(numbers.hold(one) and not own.hold(one) for one in said):
                    place.section.fault(
                        "rules", f"the text of rule {rule} says no number that needs this (any more)"
                    )
    return sorted(set(faults.found))


def _places(content: Content, faults: Faults) -> list[Place]:
    found = []
    for name in content.files:
        if name.rpartition("/")[2] != FILE:
            continue
        root = TomlFile.read(name, content.files, faults).root
        root.only("numbers")
        for section in root.items("numbers"):
            section.only("file", "rules", "says", "stands_in", "source")
            stands_in = section.text("stands_in", required=False)
            source = section.text("source", required=False)
            says = section.data.get("says", [])
            numbers = isinstance(says, list) and all(isinstance(one, int | Decimal) for one in says)
            if not numbers or bool(says) != bool(source) or bool(source) == bool(stands_in):
                section.fault(
                    "stands_in",
                    "name the place where the numbers stand, or what a source says: source and says",
                )
                continue
            found.append(
                Place(
                    section=section, file=section.text("file"), rules=section.words("rules"), stands_in=stands_in,
                    says=frozenset(Decimal(one) for one in says), source=source,
                )
            )  # fmt: skip
    return found


def _row_of(content: Content, file: str, rule: str) -> Mapping[str, str] | None:
    return next((row for _line, row in content.tables.get(file, ()) if row.get("id") == rule), None)


def _numbers_for(content: Content, place: Place, rule: str) -> Numbers | None:
    """The numbers that a place lends to a rule's text; None when it lends none."""
    if not place.source:
        return _at(place.stands_in, content)
    row = _row_of(content, place.file, rule)
    return Numbers(place.says) if row is not None and place.source in cited(row.get("source") or "") else None


def _beside(row: Mapping[str, str], facts: Mapping[str, Fact]) -> Numbers:
    """The last values that a rule does not answer: beside `>=6.0` that is 5.9."""
    found: set[Decimal] = set()
    for column, cell in row.items():
        if column in facts and is_condition(column):
            step = Decimal(1).scaleb(-facts[column].decimals)
            found |= {Decimal(one or other) - step for one, other in _CLOSED_LOW.findall(cell)}
            found |= {Decimal(one or other) + step for one, other in _CLOSED_HIGH.findall(cell)}
    return Numbers(near=frozenset(found))


def _at(place: str, content: Content) -> Numbers | None:
    """The numbers at `referral.csv RF-26` or `doses.toml drugs.sacubitril_valsartan.low_start`; None: no such place."""
    file, _, key = place.partition(" ")
    if file in content.tables:
        row = _row_of(content, file, key)
        return None if row is None else _of_rule(row, content.facts, {}) | _beside(row, content.facts)
    if file not in content.toml:
        return None
    data = content.toml[file]
    names = key.split(".")
    if names[0] == "settings" and names[-1] in content.chosen:
        return Numbers(frozenset(_in_code(content.chosen[names[-1]])))
    for name in names:
        if not isinstance(data, Mapping) or name not in data:
            return None
        data = data[name]
    code = data if isinstance(data, str) else re.sub(r"[A-Za-z]\w*", " ", str(data))
    return Numbers(frozenset(_in_code(code)))
