"""The cells of a decision table: the subset of S-FEEL that a clinician can read at a glance.

Allowed in an input cell: `-`, a literal, `< <= > >=` with a literal, intervals `[a..b] (a..b] ]a..b[`,
a comma list (or), `not(...)`, `null`, strings, booleans and `date("2025-01-01")`. Output cells are
literals. Everything else is a CellError that names the text: a cell is never evaluated as code.

Three values: a test is True, False or None (undecided). A missing fact leaves every test undecided
except `-` (always True) and `null`, which matches when the fact is missing (so `not(null)` is False then).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from anderhalf.core.decisions.facts import Fact, FactType, Value
from anderhalf.core.decisions.ranges import Range

MAX_CELL_LENGTH = 2000

Ordered = Decimal | date


class CellError(ValueError):
    """A cell that cannot be understood: why, and the text it is about."""

    def __init__(self, why: str, text: str) -> None:
        super().__init__(f"{why}: {text!r}")
        self.why = why
        self.text = text


@dataclass(frozen=True, slots=True)
class Interval:
    """Everything between two numbers or dates; None is unbounded. Closed means the end itself counts."""

    low: Ordered | None
    low_closed: bool
    high: Ordered | None
    high_closed: bool

    def holds(self, value: Value) -> bool:
        """Whether a known value lies inside; a value of another type does not."""
        if self.low is not None:
            if not _comparable(value, self.low):
                return False
            if not (value > self.low or (self.low_closed and value == self.low)):  # type: ignore[operator]
                return False
        if self.high is not None:
            if not _comparable(value, self.high):
                return False
            if not (value < self.high or (self.high_closed and value == self.high)):  # type: ignore[operator]
                return False
        return True


@dataclass(frozen=True, slots=True)
class Equals:
    """The fact has exactly this value."""

    value: Value

    def holds(self, value: Value) -> bool:
        """Whether a known value is this value; true is not the number 1."""
        return type(value) is type(self.value) and value == self.value


@dataclass(frozen=True, slots=True)
class IsNull:
    """The fact is missing."""

    def holds(self, value: Value) -> bool:
        """A known value is never missing."""
        return False


Part = Interval | Equals | IsNull


@dataclass(frozen=True, slots=True)
class UnaryTest:
    """A parsed input cell: any of `parts`, or with `negated` none of them; `any` is the cell `-`."""

    text: str
    any: bool = False
    negated: bool = False
    parts: tuple[Part, ...] = ()

    def matches(self, value: Value | None) -> bool | None:
        """True, False, or None when a missing value, or a range that the cell cuts in two, leaves it undecided."""
        if self.any:
            return True
        found: bool | None
        if value is None:
            found = True if self.accepts_null else None
        elif isinstance(value, Range):
            found = self._of_range(value)
        else:
            found = any(part.holds(value) for part in self.parts)
        return found if not self.negated or found is None else not found

    def _of_range(self, value: Range) -> bool | None:
        limits = [literal for literal in self.literals if isinstance(literal, Decimal)]
        results = {any(part.holds(number) for part in self.parts) for number in value.samples(limits)}
        return results.pop() if len(results) == 1 else None

    @property
    def accepts_null(self) -> bool:
        """Whether `null` is one of the parts (before negation)."""
        return any(isinstance(part, IsNull) for part in self.parts)

    @property
    def is_exactly_null(self) -> bool:
        """Whether the cell is `null` alone: the rule that speaks for the missing case."""
        return not self.any and not self.negated and all(isinstance(part, IsNull) for part in self.parts)

    @property
    def literals(self) -> Iterator[Value]:
        """Every value written in the cell."""
        for part in self.parts:
            if isinstance(part, Equals):
                yield part.value
            elif isinstance(part, Interval):
                yield from (end for end in (part.low, part.high) if end is not None)


# One for all: most cells of a table are this one, and tables of a hundred rules by a hundred facts are kept by dozens.
ANY_CELL = UnaryTest(text="-", any=True)

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<number>-?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+))
    | (?P<string>"(?:[^"\\]|\\.)*")
    | (?P<op><=|>=|<|>)
    | (?P<dots>\.\.)
    | (?P<punct>[\[\](),])
    | (?P<word>[^\W\d]\w*)
    )""",
    re.VERBOSE,
)
_DECIMAL_COMMA = re.compile(r"[0-9]+,[0-9]+")
_NAMES = {Decimal: "a number", bool: "true or false", str: "a text", date: "a date"}
_WANTED = {
    FactType.NUMBER: Decimal,
    FactType.BOOLEAN: bool,
    FactType.CODE: str,
    FactType.TEXT: str,
    FactType.DATE: date,
}


@dataclass(slots=True)
class _Reader:
    text: str
    tokens: list[tuple[str, str]]
    at: int = 0

    @property
    def peek(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "")

    def next(self) -> tuple[str, str]:
        token = self.peek
        self.at += 1
        return token

    def expect(self, text: str) -> None:
        kind, found = self.next()
        if found != text or kind == "string":
            raise CellError(f"expected {text} but found {found or 'the end'}", self.text)


def parse_cell(text: str, fact: Fact, *, decimal_comma_is_fault: bool = True) -> UnaryTest:
    """Read an input cell for a fact; raises CellError saying why the text cannot be accepted.

    `decimal_comma_is_fault` refuses `4,8` in a number cell (a Dutch decimal, or a list?); the DMN importer
    turns it off because DMN has no decimal comma.
    """
    text = text.strip()
    if not text:
        raise CellError("the cell is empty; write - for any value", text)
    if text == "-":
        return ANY_CELL
    if fact.type is FactType.NUMBER and decimal_comma_is_fault:
        _refuse_decimal_comma(text)
    reader = _Reader(text, list(_tokens(text)))
    negated = False
    if reader.peek == ("word", "not"):
        reader.next()
        reader.expect("(")
        negated = True
    parts = [_part(reader, fact)]
    while reader.peek == ("punct", ","):
        reader.next()
        parts.append(_part(reader, fact))
    if negated:
        reader.expect(")")
    if reader.peek[0] != "end":
        raise CellError(f"unexpected {reader.peek[1]} in the cell", text)
    return UnaryTest(text=text, negated=negated, parts=tuple(parts))


def parse_literal(text: str, *, decimal_comma_is_fault: bool = True) -> Value:
    """Read an output cell: one number, text in double quotes, true, false or date("…")."""
    text = text.strip()
    if not text:
        raise CellError("the cell is empty; an output needs a value", text)
    if decimal_comma_is_fault:
        _refuse_decimal_comma(text)
    reader = _Reader(text, list(_tokens(text)))
    value = _literal(reader)
    if reader.peek[0] != "end":
        raise CellError("an output is one value, not a list or a formula", text)
    return value


def parse_literals(text: str) -> tuple[Value, ...]:
    """Read a comma list of literals, as in DMN's allowed values."""
    reader = _Reader(text, list(_tokens(text)))
    values = [_literal(reader)]
    while reader.peek == ("punct", ","):
        reader.next()
        values.append(_literal(reader))
    if reader.peek[0] != "end":
        raise CellError("not a list of values", text)
    return tuple(values)


def format_literal(value: Value) -> str:
    """Write a value as a FEEL literal; `parse_literal` reads it back unchanged."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return f'date("{value.isoformat()}")'
    if isinstance(value, Range):
        raise TypeError(f"{value} is a measurement, and no cell of a table holds one")
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + escaped.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t") + '"'


def format_test(test: UnaryTest) -> str:
    """Write a cell from its meaning, in one fixed way; `parse_cell` reads the same meaning back."""
    if test.any:
        return "-"
    text = ", ".join(_format_part(part) for part in test.parts)
    return f"not({text})" if test.negated else text


def _format_part(part: Part) -> str:
    if isinstance(part, IsNull):
        return "null"
    if isinstance(part, Equals):
        return format_literal(part.value)
    if part.low is not None and part.high is not None:
        opening, closing = "[" if part.low_closed else "(", "]" if part.high_closed else ")"
        return f"{opening}{format_literal(part.low)}..{format_literal(part.high)}{closing}"
    if part.low is not None:
        return f"{'>=' if part.low_closed else '>'}{format_literal(part.low)}"
    end = part.high if part.high is not None else Decimal(0)
    return f"{'<=' if part.high_closed else '<'}{format_literal(end)}"


def _refuse_decimal_comma(text: str) -> None:
    outside_strings = re.sub(r'"(?:[^"\\]|\\.)*"', '""', text)
    found = _DECIMAL_COMMA.search(outside_strings)
    if found:
        number = found.group().replace(",", ".")
        listed = found.group().replace(",", ", ")
        raise CellError(
            f"decimal comma: write {number} with a point, or {listed} with a space for a list", text
        )


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    if len(text) > MAX_CELL_LENGTH:
        raise CellError(f"the cell is longer than {MAX_CELL_LENGTH} characters", text[:60] + "…")
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            if not text[at:].strip():
                return
            raise CellError(f"{text[at:].strip()[:20]!r} is not part of a table cell", text)
        kind = str(found.lastgroup)
        yield kind, found.group(kind)
        at = found.end()


def _part(reader: _Reader, fact: Fact) -> Part:
    kind, text = reader.peek
    if (kind, text) == ("word", "null"):
        reader.next()
        return IsNull()
    if kind == "op":
        reader.next()
        end = _ordered(_typed(reader, fact), reader, fact)
        if text.startswith("<"):
            return Interval(None, False, end, text == "<=")
        return Interval(end, text == ">=", None, False)
    if kind == "punct" and text in "[(]":
        reader.next()
        low = _ordered(_typed(reader, fact), reader, fact)
        reader.expect("..")
        high = _ordered(_typed(reader, fact), reader, fact)
        kind, closing = reader.next()
        if kind != "punct" or closing not in "])[":
            raise CellError("the interval is not closed with ] or ) or [", reader.text)
        closed = (text == "[", closing == "]")
        if high < low or (low == high and closed != (True, True)):  # type: ignore[operator]
            raise CellError("nothing lies in this interval", reader.text)
        return Interval(low, closed[0], high, closed[1])
    return Equals(_typed(reader, fact))


def _typed(reader: _Reader, fact: Fact) -> Value:
    value = _literal(reader)
    wanted = _WANTED[fact.type]
    if type(value) is not wanted:
        hint = f'; did you mean "{value}"' if wanted is str else ""
        raise CellError(f"{fact.name} is {_NAMES[wanted]}, not {format_literal(value)}{hint}", reader.text)
    return value


def _ordered(value: Value, reader: _Reader, fact: Fact) -> Ordered:
    if not isinstance(value, Decimal | date):
        raise CellError(f"{fact.name} has no order, so <, > and intervals cannot be used", reader.text)
    return value


def _literal(reader: _Reader) -> Value:
    kind, text = reader.next()
    if kind == "number":
        return Decimal(text)
    if kind == "string":
        return _unescape(text, reader.text)
    if kind == "word" and text in ("true", "false"):
        return text == "true"
    if (kind, text) == ("word", "date"):
        reader.expect("(")
        kind, quoted = reader.next()
        if kind != "string":
            raise CellError('a date is written date("2025-12-31")', reader.text)
        reader.expect(")")
        return _date(_unescape(quoted, reader.text), reader.text)
    if kind == "word":
        raise CellError(
            f'text is written in double quotes ("{text}"), and formulas are not allowed', reader.text
        )
    raise CellError(f"expected a value but found {text or 'the end'}", reader.text)


def _date(text: str, cell: str) -> date:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise CellError('a date is written date("2025-12-31")', cell)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CellError(f"{text} is not a day of the calendar", cell) from None


_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\", "'": "'"}


def _unescape(quoted: str, cell: str) -> str:
    def replaced(found: re.Match[str]) -> str:
        mark = found.group(1)
        if mark.startswith("u"):
            # Two escapes of UTF-16 halves are one character.
            units = [int(unit, 16) for unit in re.findall(r"u([0-9a-fA-F]{4})", mark)]
            try:
                return b"".join(unit.to_bytes(2, "big") for unit in units).decode("utf-16-be")
            except UnicodeDecodeError:
                raise CellError(f"\\{mark} is the half of a character", cell) from None
        if mark not in _ESCAPES:
            raise CellError(f"\\{mark} is not an escape in a text", cell)
        return _ESCAPES[mark]

    pair = r"u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    return re.sub(rf"\\({pair}|u[0-9a-fA-F]{{4}}|.)", replaced, quoted[1:-1])


def _comparable(value: Value, end: Ordered) -> bool:
    return type(value) is type(end)
