"""Units as people and machines spell them, normalised once for typed values, FHIR and extracts alike.

`unit_key` gives spellings of one unit the same key: case of the litre, Greek or Latin mu, spaces, braces,
superscripts, a decimal comma, "per minute" in words. A key is only ever looked up among the few units of one fact, so
leaving out the case cannot turn a milligram into a megagram.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache

PERCENT = "%"
_MU = str.maketrans({"\u03bc": "u", ",": ".", "\u00d7": "x"})
_LEFT_OUT = re.compile(r"[\s{}\[\]_^*·]")
_PER_MINUTE = re.compile(
    r"(?:(?:1|x|beats?|slag(?:en)?|hartslag(?:en)?|ademhaling(?:en)?|breaths?)?(?:/|per)(?:min|minute|minuut)|bpm|min-1|"
    r"p/m(?:in)?|slagen|hartslagen|ademhalingen|beats|breaths)"
)
_POWER = re.compile(r"^x?10(?:e|exp)?([369])(?=/)")
_WORDS = (("micromol", "umol"), ("microgram", "ug"), ("mcg", "ug"), ("nanogram", "ng"), ("picogram", "pg"),
          ("milligram", "mg"), ("kilogram", "kg"), ("kilo", "kg"), ("liter", "l"),
          ("litre", "l"), ("procent", "%"), ("percent", "%"), ("fractie", "fraction"))  # fmt: skip
_SURFACE = re.compile(r"^(ml/min)/?(?:per)?1\.73(?:m2)?$")


@lru_cache(maxsize=4096)
def unit_key(text: str) -> str:
    """What is the same for all everyday spellings of a unit: `mL/min/{1.73_m2}` and `ml/min/1,73 m²` alike."""
    plain = _LEFT_OUT.sub("", unicodedata.normalize("NFKC", text).translate(_MU).lower())
    for word, short in _WORDS:
        plain = plain.replace(word, short)
    if _PER_MINUTE.fullmatch(plain):
        return "/min"
    surface = _SURFACE.match(plain)
    if surface:
        return "ml/min/1.73m2"
    return _POWER.sub(r"10\1", plain)


class Amount(StrEnum):
    """What a laboratory counts: molecules or their weight. A code says which, and so does its unit."""

    MOLES = "moles"
    MASS = "mass"


_MOLES = re.compile(r"^(?:[pnum]?mol|m?eq)(?:/|$)")
_MASS = re.compile(r"^[pnumk]?g(?:/|$)")


def amount_of(unit: str) -> Amount | None:
    """Whether a unit is of moles or of mass; None for one that is of neither (mmHg, %, /min)."""
    key = unit_key(unit)
    if _MOLES.match(key):
        return Amount.MOLES
    return Amount.MASS if _MASS.match(key) else None


def contradicts(amounts: Mapping[str, Amount], code: str, unit: str) -> bool:
    """Whether a measurement's code counts moles and its unit is of mass, or the reverse."""
    counted, given = amounts.get(code), amount_of(unit)
    return counted is not None and given is not None and counted is not given


@dataclass(frozen=True, slots=True)
class Conversion:
    """From another unit to the dictionary's: value x factor + offset, exact."""

    factor: Fraction = Fraction(1)
    offset: Fraction = Fraction(0)

    def apply(self, value: Fraction) -> Fraction:
        """The value in the dictionary's unit."""
        return value * self.factor + self.offset
