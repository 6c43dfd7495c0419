"""JSON, read strictly: depth is bounded before parsing, numbers stay to the letter, no key twice, no NaN.

The fast C parser reads the file. Only when something is wrong a slow scanner walks the text again, without
recursion, to name the place.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any, NoReturn, Self

from anderhalf.exchange.fhir.problems import Reason, RecordRefused
from anderhalf.exchange.fhir.unpack import Limits

# Exponents beyond this can't be a measurement, and arithmetic with them could exhaust memory.
LARGEST_EXPONENT = 30
# Decimal alone would also take "1_000", " 1 ", "NaN" and digits of other scripts.
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")

# Possessive, so that hostile text can't make the scan quadratic; an unfinished string runs to the end of the
# text.
_STRING = r'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)'
_MARKS = re.compile(_STRING + r"|[\[\]{},]", re.DOTALL)
_TOKENS = re.compile(_STRING + r"|[\[\]{},:]|[^\s\[\]{},:\"]++", re.DOTALL)


_OPENING, _CLOSING = frozenset("{["), frozenset("}]")
_COMMA, _COLON, _QUOTE = ",", ":", '"'


class Number(Decimal):
    """A decimal that remembers how it was written: ``120.10`` stays ``120.10`` and ``1e2`` stays ``1e2``."""

    __slots__ = ("text",)
    text: str

    def __new__(cls, text: str) -> Self:
        """Raises ``ValueError`` when the text is no finite number of reasonable size."""
        if not _NUMBER.fullmatch(text):
            raise ValueError(text)
        number = super().__new__(cls, text)
        if not number.is_finite() or abs(number.adjusted()) > LARGEST_EXPONENT:
            raise ValueError(text)
        number.text = text
        return number


class _Twice(Exception):
    pass


class _Constant(Exception):
    pass


class _TooLong(Exception):
    pass


def parse_json(text: str, *, limits: Limits) -> Any:
    """The tree of dicts, lists, strings, booleans, None and :class:`Number`.

    Raises :class:`RecordRefused` with the place (line and column, or the path to the key) for text that is
    not JSON, nested too deep, holds a key twice, NaN or Infinity, or a number no measurement can be.
    """
    _check_depth(text, limits=limits)

    def number(written: str) -> Number:
        if len(written) > limits.number_length:
            raise _TooLong
        try:
            return Number(written)
        except ValueError:
            raise _TooLong from None

    try:
        return json.loads(
            text,
            object_pairs_hook=_one_of_each,
            parse_float=number,
            parse_int=number,
            parse_constant=_refuse_constant,
        )
    except json.JSONDecodeError as error:
        raise RecordRefused(Reason.NOT_JSON, f"line {error.lineno} column {error.colno}") from None
    except _Twice:
        raise RecordRefused(Reason.DUPLICATE_KEY, _locate(text, _is_second_key)) from None
    except _Constant:
        raise RecordRefused(Reason.NOT_A_NUMBER, _locate(text, _is_constant)) from None
    except _TooLong:

        def is_long(token: str, _again: bool) -> bool:
            return _is_bad_number(token, longest=limits.number_length)

        raise RecordRefused(Reason.NUMBER_TOO_LONG, _locate(text, is_long)) from None


def _check_depth(text: str, *, limits: Limits) -> None:
    """Count brackets and commas: how deep the tree will be, and how many nodes it will have."""
    depth = nodes = 0
    for match in _MARKS.finditer(text):
        bracket = match[0]
        if bracket[0] == _QUOTE:
            continue
        nodes += 1
        if nodes > limits.nodes:
            raise RecordRefused(Reason.TOO_MANY, "", limit=str(limits.nodes))
        if bracket in _OPENING:
            depth += 1
            if depth > limits.depth:
                line = text.count("\n", 0, match.start()) + 1
                column = match.start() - text.rfind("\n", 0, match.start())
                raise RecordRefused(Reason.TOO_DEEP, f"line {line} column {column}", limit=str(limits.depth))
        elif bracket in _CLOSING:
            depth -= 1


def _one_of_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Twice
    return found


def _refuse_constant(_name: str) -> NoReturn:
    raise _Constant


def _is_second_key(_token: str, again: bool) -> bool:
    return again


def _is_constant(token: str, _again: bool) -> bool:
    return token in {"NaN", "Infinity", "-Infinity"}


def _is_bad_number(token: str, *, longest: int) -> bool:
    if not re.match(r"-?\d", token):
        return False
    if len(token) > longest:
        return True
    try:
        Number(token)
    except ValueError:
        return True
    return False


class _Bracket:
    """An open bracket while locating: where in it the scan is."""

    def __init__(self, opening: str) -> None:
        self.is_object = opening == "{"
        self.key: str | int = "" if self.is_object else 0
        self.seen: set[str] = set()
        self.expects_key = self.is_object

    def next(self) -> None:
        """A comma: on to the next key or index."""
        self.expects_key = self.is_object
        if isinstance(self.key, int):
            self.key += 1

    def step(self) -> str:
        return f"[{self.key}]" if isinstance(self.key, int) else f".{show(self.key)}"


def _locate(text: str, is_wrong: Callable[[str, bool], bool]) -> str:
    """The path of the first token for which ``is_wrong(token, second time this key)`` holds.

    Walks the tokens with its own stack. The text is known to be JSON up to the token that is wrong.
    """
    stack: list[_Bracket] = []
    for match in _TOKENS.finditer(text):
        part = match[0]
        if part in _OPENING:
            stack.append(_Bracket(part))
        elif part in _CLOSING:
            stack.pop()
        elif part == _COMMA:
            stack[-1].next()
        elif part != _COLON and _is_at(part, stack, is_wrong):
            return "".join(bracket.step() for bracket in stack).removeprefix(".")
    return ""


def _is_at(part: str, stack: list[_Bracket], is_wrong: Callable[[str, bool], bool]) -> bool:
    """Whether this key or value is the wrong one; a key becomes the place of what follows it."""
    inner = stack[-1] if stack else None
    if inner is None or not inner.expects_key:
        return is_wrong(part, False)
    key = json.loads(part)
    inner.key, inner.expects_key = key, False
    again = key in inner.seen
    inner.seen.add(key)
    return again and is_wrong(part, True)


def show(text: str) -> str:
    """Text from the file that is safe to repeat in a message: printable and short."""
    shown = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text[:61])
    return shown if len(shown) <= 60 else shown[:59] + "…"
