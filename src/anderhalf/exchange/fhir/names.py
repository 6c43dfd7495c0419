"""Names as the Netherlands writes them in FHIR: tussenvoegsel, call name, initials, and which of several names counts.

Source: Nictiz, zib NameInformation (nl-core): the qualifier of iso21090 says what a part is (VV tussenvoegsel, IN
initials, BR first name at birth, CL call name); own and partner's names are extensions of the family name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from anderhalf.exchange.fhir.dates import read_when
from anderhalf.exchange.fhir.problems import Unusable
from anderhalf.exchange.fhir.tree import Node

QUALIFIER = "http://hl7.org/fhir/StructureDefinition/iso21090-EN-qualifier"
PREFIXES = tuple(
    f"http://hl7.org/fhir/StructureDefinition/humanname-{whose}-prefix" for whose in ("own", "partner")
)
VV, INITIAL, BIRTH, CALL = "VV", "IN", "BR", "CL"
# Which of several names is meant, best first (FHIR NameUse).
NAME_USES = ("official", "usual", "", "nickname", "temp", "anonymous", "old", "maiden")
CALL_USES = ("usual", "nickname")
# Words of which a Dutch tussenvoegsel consists; a title (Dr., Ir., mevr.) is none.
WORDS = frozenset(
    {
        "van", "de", "der", "den", "het", "'t", "’t", "'s", "’s", "ten", "ter", "te", "op", "in", "aan", "bij", "onder",
        "over", "uit", "voor", "tot", "la", "le", "du", "des", "di", "da", "del", "della", "dos", "el", "al", "von",
        "vom", "zu", "zum", "zur", "und", "en", "d'", "l'", "van't", "van’t",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Name:
    """A name in the parts that this service keeps; empty when the file does not give it."""

    family: str = ""
    prefix: str = ""
    given_name: str = ""
    initials: str = ""
    given: tuple[str, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class _Part:
    text: str
    qualifiers: frozenset[str]


def read_name(patient: Node, *, on: date) -> Name:
    """The name that counts today, with the call name of whichever current name gives it."""
    names = sorted(patient.children("name"), key=lambda name: _rank(name, on))
    if not names:
        return Name()
    best = names[0]
    current = [name for name in names if not _is_over(name, on)] or [best]
    prefix, family = _family(best)
    parts = _parts(best, "given")
    return Name(
        family=family,
        prefix=prefix,
        given_name=_call_name(best, current),
        initials=_initials(parts),
        given=tuple(part.text for part in parts),
        text=best.text("text") or "",
    )


def _rank(name: Node, on: date) -> tuple[bool, bool, int]:
    use = name.text("use") or ""
    place = NAME_USES.index(use) if use in NAME_USES else len(NAME_USES)
    return _is_over(name, on), not (name.has("family") or name.has("text")), place


def _is_over(name: Node, on: date) -> bool:
    period = name.child("period")
    if period is None:
        return False
    try:
        ended = read_when(period, "end")
    except Unusable:
        return False
    return ended is not None and ended.on is not None and ended.on < on


def _family(name: Node) -> tuple[str, str]:
    """Tussenvoegsel and family name."""
    family = name.text("family") or ""
    prefix = " ".join(part.text for part in _parts(name, "prefix") if _is_tussenvoegsel(part))
    if prefix:
        return prefix, family
    beside = name.child("_family")
    named = [
        value
        for one in (beside.children("extension") if beside is not None else ())
        if one.text("url") in PREFIXES and (value := (one.text("valueString") or "").strip())
    ]
    for value in named:
        if family.startswith(f"{value} "):
            return value, family[len(value) :].strip()
    words = family.split()
    count = next((at for at, word in enumerate(words) if word not in WORDS), 0)
    return " ".join(words[:count]), " ".join(words[count:]) if count else family


def _is_tussenvoegsel(part: _Part) -> bool:
    if part.qualifiers:
        return VV in part.qualifiers
    return all(word.lower() in WORDS for word in part.text.split())


def _call_name(best: Node, current: list[Node]) -> str:
    """The call name; else the first given name that is more than an initial."""
    for name in current:
        for part in _parts(name, "given"):
            if CALL in part.qualifiers:
                return part.text
    for name in current:
        if name.text("use") in CALL_USES and name is not best:
            for part in _parts(name, "given"):
                if not _is_initial(part):
                    return part.text
    return next((part.text for part in _parts(best, "given") if not _is_initial(part)), "")


def _initials(parts: list[_Part]) -> str:
    """Of all names at birth, in their order; initials written beside the full names are not counted twice."""
    full = [part for part in parts if not _is_initial(part) and CALL not in part.qualifiers]
    short = [letter for part in parts if _is_initial(part) for letter in _letters(part.text)]
    if short[: len(full)] == [part.text[:1].upper() for part in full]:
        letters = short
    else:
        letters = [
            letter
            for part in parts
            if CALL not in part.qualifiers
            for letter in (_letters(part.text) if _is_initial(part) else [part.text[:1]])
        ]
    return " ".join(f"{letter}." for letter in letters)


def _is_initial(part: _Part) -> bool:
    return INITIAL in part.qualifiers or part.text.endswith(".") or len(part.text) == 1


def _letters(text: str) -> list[str]:
    pieces = [piece for piece in text.replace(" ", ".").split(".") if piece]
    return [piece[:1].upper() for piece in pieces]


def _parts(name: Node, key: str) -> list[_Part]:
    """The strings of a list with the qualifiers that stand beside them."""
    texts = name.content.get(key) or []
    beside = name.content.get(f"_{key}")
    found = []
    for at, text in enumerate(texts if isinstance(texts, list) else []):
        if not isinstance(text, str) or not text.strip():
            continue
        extra = beside[at] if isinstance(beside, list) and at < len(beside) else None
        found.append(_Part(text.strip(), frozenset(_qualifiers(extra))))
    # What is no list of texts is refused with its place.
    name.texts(key)
    return found


def _qualifiers(extra: object) -> Iterator[str]:
    if isinstance(extra, dict):
        for one in extra.get("extension") or []:
            if (
                isinstance(one, dict)
                and one.get("url") == QUALIFIER
                and isinstance(one.get("valueCode"), str)
            ):
                yield one["valueCode"]
