"""How wide a text is in the letter of the sheet, and how many lines it takes: asked of Typst once, then added up."""

from __future__ import annotations

import json
from functools import cache, lru_cache

import typst

KNOWN = "".join(chr(code) for code in (*range(0x20, 0x7F), *range(0xA0, 0x250))) + "–—‘’“”…•≤≥−"
UNKNOWN = 0.8
"""Width in em of a sign that was not asked: rather too wide."""
NEVER = 1e6
"""The number of lines of a text with a word that is wider than the line."""

# A sign stands between two letters, because a space alone has no width.
ASK = b"""#set text(font: "Libertinus Serif", size: 100pt, hyphenate: false)
#let wide(weight, it) = measure(text(weight: weight, it)).width / 100pt
#context [#metadata(("regular", "bold").map(weight => sys.inputs.signs.clusters().map(sign =>
  wide(weight, "a" + sign + "a") - wide(weight, "aa")))) <widths>]"""


@cache
def _widths() -> tuple[dict[str, float], dict[str, float]]:
    found = json.loads(
        typst.query(
            ASK,
            "<widths>",
            field="value",
            one=True,
            ignore_system_fonts=True,
            sys_inputs={"signs": KNOWN},
        )
    )
    regular, bold = (dict(zip(KNOWN, widths, strict=True)) for widths in found)
    return regular, bold


@lru_cache(maxsize=65536)
def width(text: str, *, bold: bool = False) -> float:
    """The width of a text on one line, in em."""
    table = _widths()[bold]
    return sum(table.get(sign, UNKNOWN) for sign in text)


@lru_cache(maxsize=65536)
def lines(text: str, across: float, *, bold: bool = False) -> float:
    """How many lines a text takes in a width in em; :data:`NEVER` when a word is wider than that."""
    space = width(" ", bold=bold)
    count, filled = 1, 0.0
    for word in text.split(" "):
        long = width(word, bold=bold)
        if long > across:
            return NEVER
        if filled and filled + space + long > across:
            count, filled = count + 1, long
        else:
            filled += long + (space if filled else 0.0)
    return float(count)
