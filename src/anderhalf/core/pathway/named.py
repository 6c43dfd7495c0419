"""Which drugs and classes a text of a person names: "Enalapril: dikke tong", "ACE remmers", "metropolol".

A text that names a drug is no code: what is found here only makes the class uncertain until somebody judges the text.
So a spelling that is nearly right counts too; one word too many asks a question, one too few would miss a danger.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

NEARLY = ((9, 2), (6, 1))
"""So many letters a word has at least, so many may be wrong: short words must be exact."""
ANGIOEDEMA = "angioedema"
"""The reaction after which no drug of the renin-angiotensin system is given, whatever drug it came from."""


@dataclass(frozen=True, slots=True, order=True)
class Named:
    """A class, or one drug of it."""

    drug_class: str
    drug: str = ""


@dataclass(frozen=True, slots=True)
class Names:
    """How people write the drugs, classes and reactions of a pathway."""

    words: Mapping[str, tuple[Named, ...]]
    """Per name, without accents, spaces and signs, what it stands for."""
    reactions: Mapping[str, tuple[str, ...]]
    """Per code of a reaction the words that tell of it."""


@lru_cache(maxsize=32)
def read_names(doses: str) -> Names:
    """The names in a pathway's ``doses.toml``: the labels of its drugs and what ``[names]`` adds to them."""
    whole: Mapping[str, Any] = tomllib.loads(doses)
    given: Mapping[str, Any] = whole.get("names", {})
    found: dict[str, set[Named]] = {}
    for key, entry in whole.get("drugs", {}).items():
        own = Named(entry["class"], key)
        # a combination is named by each of its parts; what stands between brackets explains
        labels = [
            part for label in entry["label"].values() for part in re.split(r"[/+]", label.split("(")[0])
        ]
        for name in (*labels, *given.get("drugs", {}).get(key, ())):
            found.setdefault(_joined(name), set()).add(own)
    for key, names in given.get("classes", {}).items():
        for name in names:
            found.setdefault(_joined(name), set()).add(Named(key))
    return Names(
        words={name: tuple(sorted(every)) for name, every in found.items() if name},
        reactions={code: tuple(words) for code, words in given.get("reactions", {}).items()},
    )


def named_in(text: str, names: Iterable[Names]) -> tuple[Named, ...]:
    """What a text names, exactly or nearly so; sorted. Words are also read two together ("ACE remmer")."""
    words = re.findall(r"[a-z0-9]+", _plain(text))
    tried = {*words, *(a + b for a, b in pairwise(words))}
    known: dict[str, set[Named]] = {}
    for each in names:
        for name, every in each.words.items():
            known.setdefault(name, set()).update(every)
    found: set[Named] = set()
    for word in tried:
        # a word that is a name by itself is not also a slip for its neighbour (digoxine, digitoxine)
        meant = [word] if word in known else [name for name in known if _nearly(word, name)]
        found.update(what for name in meant for what in known[name])
    classes = {what.drug_class for what in found if what.drug}
    # "bisoprolol (bètablokker)" is about that drug: the class beside it only explains
    return tuple(sorted(what for what in found if what.drug or what.drug_class not in classes))


def reaction_in(text: str, names: Iterable[Names]) -> str:
    """The reaction that a text tells of, as a code; empty when it names none."""
    plain = _joined(text)
    for each in names:
        for code, words in each.reactions.items():
            if any(_joined(word) in plain for word in words):
                return code
    return ""


def _plain(text: str) -> str:
    """Lower case, without accents."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def _joined(text: str) -> str:
    return "".join(re.findall(r"[a-z0-9]+", _plain(text)))


def _nearly(word: str, name: str) -> bool:
    allowed = next((wrong for length, wrong in NEARLY if len(name) >= length), 0)
    if not allowed or abs(len(word) - len(name)) > allowed:
        return False
    return _distance(word, name) <= allowed


def _distance(one: str, other: str) -> int:
    """How many letters must be added, left out, changed or swapped with their neighbour."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        older, before, row = before, row, [i]
        for j, b in enumerate(other, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
    return row[-1]
