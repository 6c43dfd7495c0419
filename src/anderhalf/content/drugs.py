"""The one list of drug groups of a pathway: which ATC codes count for a class, for import, extract and titration alike.

The list stands in the pathway's `doses.toml` (drugs by class, combination tablets, classes and other groups by ATC
prefix) and `interactions.toml` (groups that do not go together). A fact of facts.toml names its groups with `drugs`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from anderhalf.content.faults import Faults
from anderhalf.content.toml import TomlFile
from anderhalf.core.pathway.model import Pathway
from anderhalf.core.pathway.spelling import one_letter
from anderhalf.core.wording import within

DOSES, INTERACTIONS = "doses.toml", "interactions.toml"
FILES = (DOSES, INTERACTIONS)
SHORTEST_NAME, LONG_NAME = 5, 8
"""Letters of a name: what is shorter is no name; what is as long as the second is known with one letter wrong."""
FORM = " … "
"""Between a name and the form of a drug for the skin or eye: a strength or a salt may stand there."""
_WORD = re.compile(r"[a-zà-ÿ]+")
_STRENGTH = r"(?: (?:\d+|mg|g|gr|gram|mcg|ml|procent|natrium|kalium|diethylamine|hydro|forte|huid))*"
_NAME_WORD = re.compile(r"[a-z0-9à-ÿ]+")


def drug_groups(
    files: Mapping[str, str], faults: Faults, *, folder: str = ""
) -> Mapping[str, tuple[str, ...]]:
    """ATC prefixes by group, each group's shortest prefixes only; empty for a pathway without these files.

    A group is a class of drugs, a key of `[related]`, or a group of interactions. A combination tablet counts for the
    class of everything it contains.
    """
    found: dict[str, set[str]] = {}
    for group, prefix in _listed(files, faults, folder):
        found.setdefault(group, set()).add(prefix)
    return {group: _shortest(prefixes) for group, prefixes in found.items()}


def _listed(files: Mapping[str, str], faults: Faults, folder: str) -> Iterator[tuple[str, str]]:
    data = [
        TomlFile.read(f"{folder}{name}", files, faults).data if f"{folder}{name}" in files else {}
        for name in FILES
    ]
    doses, interactions = data
    drugs = _tables(doses, "drugs")
    for drug in drugs.values():
        yield str(drug.get("class")), str(drug.get("atc"))
    for atc, tablet in _tables(doses, "combinations").items():
        for part in tablet.get("contains", ()):
            yield str(drugs[part].get("class")) if part in drugs else str(part), atc
    for section in ("class_prefixes", "related"):
        for group, prefixes in dict(doses.get(section, {})).items():
            yield from ((group, prefix) for prefix in prefixes if isinstance(prefixes, list))
    for group, entry in _tables(interactions, "groups").items():
        yield from ((group, prefix) for prefix in entry.get("atc", ()))


def drug_names(files: Mapping[str, str]) -> Mapping[str, frozenset[str]]:
    """How people write drugs, in lower case, with the groups that they belong to: first words of the labels, trade
    names and classes of `[names]`.

    For proposing, never for deciding, what a drug without a known code is.
    """
    found: dict[str, set[str]] = {}

    def add(group: str, names: Iterable[object]) -> None:
        for name in names:
            word = _WORD.match(str(name).lower())
            if word is not None and len(word[0]) >= SHORTEST_NAME:
                found.setdefault(word[0], set()).add(group)

    doses = TomlFile.read(DOSES, files, Faults()).data if DOSES in files else {}
    names = doses.get("names", {})
    for key, drug in _tables(doses, "drugs").items():
        label = drug.get("label", {})
        words = label.values() if isinstance(label, Mapping) else ()
        add(str(drug.get("class")), (key.replace("_", " "), *words, *names.get("drugs", {}).get(key, ())))
    for group, words in names.get("classes", {}).items():
        add(group, words)
    return {name: frozenset(groups) for name, groups in found.items()}


def drug_codes(files: Mapping[str, str]) -> Mapping[str, str]:
    """The ATC code by name of a drug (lower case, words with one space): labels and trade names of `doses.toml`, and
    `[names]` of `interactions.toml`, which names the drugs that no table titrates by their code.
    """
    found: dict[str, str] = {}
    doses = TomlFile.read(DOSES, files, Faults()).data if DOSES in files else {}
    written = doses.get("names", {}).get("drugs", {})
    for key, drug in _tables(doses, "drugs").items():
        label = drug.get("label", {})
        labels = [str(one).partition("(")[0] for one in label.values()] if isinstance(label, Mapping) else []
        for name in (key.replace("_", " "), *labels, *written.get(key, ())):
            found.setdefault(name_words(name), str(drug.get("atc")))
    interactions = TomlFile.read(INTERACTIONS, files, Faults()).data if INTERACTIONS in files else {}
    for atc, names in dict(interactions.get("names", {})).items():
        for name in names if isinstance(names, list) else ():
            found.setdefault(name_words(name), atc)
    found = {name: atc for name, atc in found.items() if len(name) >= SHORTEST_NAME}
    topical = interactions.get("topical", {})
    on_skin = {
        f"{name}{FORM}{name_words(form)}": topical["codes"][atc]
        for name, atc in found.items()
        if atc in topical.get("codes", {})
        for form in topical.get("forms", ())
    }
    return found | on_skin


_pathways: dict[str, Pathway] = {}


def codes_by_name(pathways: Iterable[Pathway]) -> Mapping[str, str]:
    """ATC code by name, of some pathways together."""
    keys = []
    for one in pathways:
        _pathways.setdefault(one.hash, one)
        keys.append(one.hash)
    return _codes(tuple(keys))


def labels_by_code(pathways: Iterable[Pathway], codes: Collection[str]) -> dict[str, Mapping[str, str]]:
    """How the drugs of these ATC codes are called here, per language."""
    pathways = tuple(pathways)
    found: dict[str, Mapping[str, str]] = {}
    for pathway in pathways:
        doses = TomlFile.read(DOSES, pathway.files, Faults()).data if DOSES in pathway.files else {}
        for drug in _tables(doses, "drugs").values():
            label = drug.get("label", {})
            if drug.get("atc") in codes and isinstance(label, Mapping):
                words = {one: within(str(text).partition("(")[0].strip()) for one, text in label.items()}
                found.setdefault(str(drug["atc"]), words)
    for name, code in codes_by_name(pathways).items():
        if code in codes and FORM not in name:
            found.setdefault(code, {"nl": name, "en": name})
    return found


def name_of(code: str, pathways: Iterable[Pathway]) -> str:
    """How a drug is written here, by its ATC code; empty for one without a name."""
    return next((name for name, atc in codes_by_name(pathways).items() if atc == code), "")


@lru_cache(maxsize=16)
def _codes(keys: tuple[str, ...]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for key in keys:
        for name, atc in drug_codes(_pathways[key].files).items():
            found.setdefault(name, atc)
    return found


def name_words(text: str) -> str:
    """A name, or a text in which one stands, as words in lower case with one space between."""
    return " ".join(_NAME_WORD.findall(text.casefold()))


def codes_in(text: str, codes: Mapping[str, str]) -> tuple[str, ...]:
    """The ATC codes of the drugs that a text names as whole words, the longest name first, each code once.

    A long word that is no name is read as the name from which it differs by one letter. A drug in a form for the skin
    or eye has the code of that form.
    """
    words = f" {name_words(text)} "
    found: dict[str, None] = {}
    for name in sorted(codes, key=len, reverse=True):
        if FORM in name:
            drug, _, form = name.partition(FORM)
            if drug not in words or form not in words:
                continue
            left = re.sub(f" {re.escape(drug)}{_STRENGTH} {re.escape(form)} ", " | ", words)
        elif name in words:
            left = words.replace(f" {name} ", " | ")
        else:
            continue
        if left != words:
            words = left
            found[codes[name]] = None
    for word in words.split():
        if len(word) >= LONG_NAME and (name := _misspelt(word, codes)):
            # read again: a form may follow it
            found |= dict.fromkeys(codes_in(words.replace(f" {word} ", f" {name} "), codes))
            break
    return tuple(found)


def _misspelt(word: str, codes: Mapping[str, str]) -> str:
    """The one drug of which this is the name with one letter wrong; empty when it may be two, or none."""
    near = [
        name for name in codes
        if name[0] == word[0] and -1 <= len(name) - len(word) <= 1 and len(name) >= LONG_NAME and one_letter(word, name)
    ]  # fmt: skip
    return near[0] if len({codes[name] for name in near}) == 1 else ""


def _tables(data: Mapping[str, Any], key: str) -> Mapping[str, Mapping[str, Any]]:
    found = data.get(key, {})
    return {name: entry for name, entry in found.items() if isinstance(entry, Mapping)}


def _shortest(prefixes: Iterable[str]) -> tuple[str, ...]:
    """Without those that begin with another of the list."""
    kept: list[str] = []
    for prefix in sorted(prefixes):
        if not kept or not prefix.startswith(kept[-1]):
            kept.append(prefix)
    return tuple(kept)
