"""Drugs that do not go together: pairs by ATC group, read from a pathway's `interactions.toml`.

A group is a set of ATC prefixes (and, where the record asks about it, a yes/no fact that counts like the list). A
pair says which class or drug of the pathway must not, or not without discussion, be used beside which groups. The
file holds every text and source; a pathway's engine decides what follows from it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

FILE = "interactions.toml"
_ATC = re.compile(r"[A-Z](?:[0-9]{2}(?:[A-Z](?:[A-Z](?:[0-9]{2})?)?)?)?")
_UNCONFIRMED = "U"


class InteractionError(ValueError):
    """A file of interactions that cannot be used: where and why."""


class Severity(StrEnum):
    """What a pair asks for."""

    DISCUSS = "discuss"
    """Not without a decision of a professional."""
    ATTENTION = "attention"
    """Told beside the answer; it decides no dose and holds up no step."""
    CONTRAINDICATED = "contraindicated"
    """Never begun or raised together; who uses both needs a decision now."""


@dataclass(frozen=True, slots=True)
class Group:
    """Drugs that do the same here, by ATC prefix."""

    key: str
    label: Mapping[str, str]
    atc: tuple[str, ...]
    fact: str = ""
    """A yes/no fact of the record that counts as "uses one of these"."""

    def holds(self, atc: str) -> bool:
        """Whether a drug belongs to the group."""
        return any(atc.startswith(prefix) for prefix in self.atc)


@dataclass(frozen=True, slots=True)
class Interaction:
    """One pair: a class or drug of the pathway beside one or more groups."""

    id: str
    about: tuple[str, ...]
    """Keys of classes or of drugs of the pathway."""
    beside: tuple[str, ...]
    severity: Severity
    why: Mapping[str, str]
    source: str
    grade: str
    with_known: bool = False
    """It is about something known of the patient, not about a second drug."""


@dataclass(frozen=True, slots=True)
class Interactions:
    """All groups and pairs of a pathway; empty for a pathway that has none."""

    groups: Mapping[str, Group] = field(default_factory=dict)
    pairs: tuple[Interaction, ...] = ()
    between: tuple[Interaction, ...] = ()
    """Pairs of two groups, whatever the pathway titrates: `about` holds keys of groups."""
    with_fact: tuple[Interaction, ...] = ()
    """Groups that do not go with something known of the patient: `about` holds names of yes/no facts."""

    def present(self, codes: Iterable[str], yes: Collection[str] = ()) -> frozenset[str]:
        """The groups of which somebody uses a drug: by ATC code, or because a fact of the record says so. Where several
        groups share one fact and the list says which of them it is, the yes is about that one."""
        used = set(codes)
        listed = {key for key, group in self.groups.items() if any(group.holds(code) for code in used)}
        explained = {self.groups[key].fact for key in listed}
        return frozenset(
            key
            for key, group in self.groups.items()
            if key in listed or (group.fact in yes and group.fact not in explained)
        )

    def facts_about(self, about: Collection[str]) -> frozenset[str]:
        """The facts of the record that count for the pairs of some classes or drugs."""
        groups = {key for pair in self._deciding() if set(pair.about) & set(about) for key in pair.beside}
        return frozenset(self.groups[key].fact for key in groups if self.groups[key].fact)

    def verdict(
        self, about: Collection[str], codes: Iterable[str], answered: Mapping[str, bool]
    ) -> Severity | bool | None:
        """The gravest pair at hand, False when there is none, None while an unanswered fact can still make it graver.

        `answered` holds the facts of groups that are known: a list that does not hold a drug says nothing about one
        that was never told.
        """
        present = self.present(codes, {name for name, yes in answered.items() if yes})
        found = [one for one in self.of(about, present) if one.severity is not Severity.ATTENTION]
        gravest = found[0].severity if found else None
        if gravest is Severity.CONTRAINDICATED:
            return gravest
        for pair in self._deciding():
            graver = gravest is None or pair.severity is Severity.CONTRAINDICATED
            open_ = any(
                self.groups[key].fact and self.groups[key].fact not in answered for key in pair.beside
            )
            if graver and open_ and set(pair.about) & set(about):
                return None
        return gravest if gravest is not None else False

    def of(self, about: Collection[str], present: Collection[str]) -> tuple[Interaction, ...]:
        """The pairs that are at hand for a class or drug beside the groups in use, the gravest first."""
        found = [
            pair
            for pair in self.pairs
            if any(name in about for name in pair.about) and any(key in present for key in pair.beside)
        ]
        return tuple(sorted(found, key=lambda pair: _GRAVEST_FIRST.index(pair.severity)))

    def among(self, codes: Collection[str]) -> tuple[Interaction, ...]:
        """The pairs of two groups of which two different drugs of a list are, the gravest first."""
        found = [
            pair
            for pair in self.between
            if any(
                one != other and self._any(pair.about, one) and self._any(pair.beside, other)
                for one in codes
                for other in codes
            )
        ]
        return tuple(sorted(found, key=lambda pair: _GRAVEST_FIRST.index(pair.severity)))

    def with_facts(self, yes: Collection[str], present: Collection[str]) -> tuple[Interaction, ...]:
        """What does not go with the facts that are so, beside the groups in use, the gravest first."""
        found = [
            pair
            for pair in self.with_fact
            if any(name in yes for name in pair.about) and any(key in present for key in pair.beside)
        ]
        return tuple(sorted(found, key=lambda pair: _GRAVEST_FIRST.index(pair.severity)))

    def used_beside(self, pair: Interaction, codes: Collection[str]) -> tuple[str, ...]:
        """The codes of a list because of which the pair is at hand; none when only an answer said so."""
        return tuple(sorted(code for code in codes if self._any(pair.beside, code)))

    def _any(self, groups: Iterable[str], code: str) -> bool:
        return any(self.groups[key].holds(code) for key in groups)

    def _deciding(self) -> tuple[Interaction, ...]:
        return tuple(pair for pair in self.pairs if pair.severity is not Severity.ATTENTION)


_GRAVEST_FIRST = (Severity.CONTRAINDICATED, Severity.DISCUSS, Severity.ATTENTION)


def read_interactions(text: str, *, filename: str = FILE) -> Interactions:
    """Read a pathway's file of interactions; an empty text holds none.

    Raises InteractionError with the entry and what is wrong with it.
    """
    raw = tomllib.loads(text)
    groups = {key: _group(key, entry, filename) for key, entry in raw.get("groups", {}).items()}
    pairs = tuple(_pair(entry, groups, filename) for entry in raw.get("pairs", []))
    between = tuple(_between(entry, groups, filename) for entry in raw.get("between", []))
    with_fact = tuple(_with_fact(entry, groups, filename) for entry in raw.get("with_fact", []))
    ids = [pair.id for pair in (*pairs, *between, *with_fact)]
    twice = sorted({one for one in ids if ids.count(one) > 1})
    if twice:
        raise InteractionError(f"{filename}: {', '.join(twice)} stands there twice")
    return Interactions(groups, pairs, between, with_fact)


def check_about(found: Interactions, known: Collection[str], *, filename: str = FILE) -> None:
    """Raise InteractionError when a pair is about a class or drug that the pathway does not have."""
    for pair in found.pairs:
        unknown = [name for name in pair.about if name not in known]
        if unknown:
            raise InteractionError(f"{filename}, {pair.id}: {', '.join(unknown)} is no class or drug here")


def _group(key: str, entry: Mapping[str, Any], filename: str) -> Group:
    where = f"{filename}, group {key}"
    codes = tuple(entry.get("atc", ()))
    if not codes:
        raise InteractionError(f"{where}: no ATC code")
    wrong = [code for code in codes if not isinstance(code, str) or not _ATC.fullmatch(code)]
    if wrong:
        raise InteractionError(f"{where}: {wrong[0]!r} is no ATC code or the beginning of one")
    return Group(key, _texts(entry.get("label"), where), codes, entry.get("fact", ""))


def _pair(entry: Mapping[str, Any], groups: Mapping[str, Group], filename: str) -> Interaction:
    where = f"{filename}, {entry.get('id', 'a pair without id')}"
    for name in ("id", "about", "beside", "severity", "why", "source", "grade"):
        if not entry.get(name):
            raise InteractionError(f"{where}: {name} is missing")
    unknown = [key for key in entry["beside"] if key not in groups]
    if unknown:
        raise InteractionError(f"{where}: {', '.join(unknown)} is no group of this file")
    if entry["severity"] not in list(Severity):
        raise InteractionError(f"{where}: severity {entry['severity']!r} is not one of {', '.join(Severity)}")
    if entry["grade"] == _UNCONFIRMED:
        raise InteractionError(f"{where}: an unconfirmed interaction is never content; give a source")
    return Interaction(
        entry["id"], tuple(entry["about"]), tuple(entry["beside"]), Severity(entry["severity"]),
        _texts(entry["why"], where), entry["source"], entry["grade"],
    )  # fmt: skip


def _between(entry: Mapping[str, Any], groups: Mapping[str, Group], filename: str) -> Interaction:
    """A pair of two groups of the file."""
    where = f"{filename}, {entry.get('id', 'a pair without id')}"
    unknown = [key for key in entry.get("groups", ()) if key not in groups]
    if unknown or not entry.get("groups"):
        raise InteractionError(f"{where}: {', '.join(unknown) or 'nothing'} is no group of this file")
    return _pair({**entry, "about": entry["groups"]}, groups, filename)


def _with_fact(entry: Mapping[str, Any], groups: Mapping[str, Group], filename: str) -> Interaction:
    """A group beside something that is known of the patient."""
    if not entry.get("facts"):
        raise InteractionError(f"{filename}, {entry.get('id', 'a pair without id')}: facts is missing")
    return replace(_pair({**entry, "about": entry["facts"]}, groups, filename), with_known=True)


def _texts(entry: Any, where: str) -> Mapping[str, str]:
    if not isinstance(entry, Mapping) or not all(entry.get(lang) for lang in ("nl", "en")):
        raise InteractionError(f"{where}: a text in nl and en is missing")
    return {"nl": entry["nl"], "en": entry["en"]}
