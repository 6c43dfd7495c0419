"""A dangerous end of a fact that no table of the pathway answers.

facts.toml says of every current number which end is a danger (`danger = ["low", "high"]`, `[]` for none), and may say
of a yes-or-no that yes is one (`["yes"]`). Why an end of a measured number is none stands beside it (`no_danger.high`),
in both languages: an end that nobody thought of is no end without danger. At a dangerous end some rule of the pathway's
danger tables must call somebody, with nothing else known and with everything else reassuring; and from there to its
limit, without a hole. What is a danger in one pathway and not in another stands in `[no_danger]` of that other
pathway.toml, with the reason. The other way round, a fact on which alone a rule calls must be declared, so that the
next pathway has to answer it too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from anderhalf.content.faults import ContentFault, Faults
from anderhalf.content.pathway import PATHWAY_FILE
from anderhalf.content.toml import LANGUAGES, TomlFile
from anderhalf.core.decisions.facts import Fact, FactType, FactValue, Value
from anderhalf.core.decisions.feel import format_literal
from anderhalf.core.pathway.danger import TABLES, look_for_danger
from anderhalf.core.pathway.facts import HIGH, LOW, YES, Entry
from anderhalf.core.pathway.model import Pathway

FILE = "facts.toml"
MEASURED = ("measurements", "laboratory", "ecg")
"""Groups of which every number with a unit says of both ends whether they are a danger, however long it counts."""


@dataclass(frozen=True, slots=True)
class _Probe:
    """One pathway, asked about one value at a time."""

    pathway: Pathway
    tables: tuple[str, ...]
    reassuring: Mapping[str, FactValue]
    on: date

    def calls(self, name: str, value: Value, *, others: bool) -> bool:
        """Whether some rule that looks at this fact calls somebody; `others`: everything else is reassuring."""
        known = {**(self.reassuring if others else {}), name: FactValue(value, self.on)}
        found = look_for_danger([self.pathway], known, on=self.on, tables=self.tables)
        return any(name in sign.facts for sign in found.certain)


def danger_faults(pathway: Pathway) -> list[ContentFault]:
    """Every dangerous end that is not answered, not declared, or answered with a hole in it.

    Nothing for a pathway without danger tables.
    """
    tables = tuple(name for name in TABLES if name in pathway.tables)
    if not tables:
        return []
    asked = {fact.name for name in tables for fact in pathway.table(name).inputs}
    probe = _Probe(pathway, tables, _reassuring(pathway), pathway.valid_from)
    own = TomlFile.read(FILE, pathway.files, Faults())
    faults = Faults()
    excused = _excused(pathway, faults)
    found = faults.found
    for name, entry in pathway.dictionary.entries.items():
        fact, declared = entry.fact, entry.danger
        mine = name in own.data
        line = own.line((name,)) if mine else 0
        if declared is None and mine and fact.type is FactType.NUMBER and fact.max_age_days is not None:
            message = f'{name}: say which end is a danger: danger = [], ["low"], ["high"] or both'
            found.append(ContentFault(FILE, line, f"{name}.danger", message))
        if mine:
            found += _unexplained(own, entry)
        messages: list[str] = []
        if name not in excused:
            messages += _ends(probe, fact, declared or ())
        # What follows from a series may be asked by one choice of a setting only.
        if entry.derived is None and name in asked:
            messages += _undeclared(probe, fact, declared or ())
        # A fact of a shared dictionary is answered here, in the tables of this pathway.
        file, line = (FILE, line) if mine else (pathway.table_files[tables[0]], 1)
        found += [
            ContentFault(file, line, f"{name}.danger", f"pathway {pathway.key}: {one}") for one in messages
        ]
    return found


def _unexplained(own: TomlFile, entry: Entry) -> Iterator[ContentFault]:
    """The ends of a measured number that are called no danger without a reason, or both a danger and none."""
    fact = entry.fact
    measured = fact.group in MEASURED or fact.max_age_days is not None
    if fact.type is not FactType.NUMBER or fact.unit is None or not measured:
        return
    given = own.data[fact.name].get("no_danger", {})
    for end in (LOW, HIGH):
        reason, cell = given.get(end, {}), f"{fact.name}.no_danger.{end}"
        line = own.line((fact.name, "no_danger", end)) if end in given else own.line((fact.name,))
        if end in (entry.danger or ()):
            if reason:
                yield ContentFault(FILE, line, cell, f"{fact.name}: {end} is called a danger and no danger")
        elif not all(str(reason.get(language, "")).strip() for language in LANGUAGES):
            message = f"{fact.name}: say in no_danger.{end}, in both languages, why this end is no danger"
            yield ContentFault(FILE, line, cell, message)


def _excused(pathway: Pathway, faults: Faults) -> frozenset[str]:
    """The facts of `[no_danger]` in pathway.toml: no danger in this pathway, with the reason in both languages."""
    root = TomlFile.read(PATHWAY_FILE, pathway.files, Faults()).root
    given = root.section("no_danger", required=False)
    entries = pathway.dictionary.entries
    for section in root.sections("no_danger") if "no_danger" in root else ():
        line = section.file.line(("no_danger", section.name))
        if section.name not in entries or not entries[section.name].danger:
            message = f"{section.name} is no danger in the dictionary, so there is nothing to except"
            faults.add(PATHWAY_FILE, line, f"no_danger.{section.name}", message)
        for language in LANGUAGES:
            if not str(section.data.get(language, "")).strip():
                message = f"say why {section.name} is no danger here, in both languages"
                faults.add(PATHWAY_FILE, line, f"no_danger.{section.name}.{language}", message)
    return frozenset(given.data)


def _reassuring(pathway: Pathway) -> Mapping[str, FactValue]:
    """Everything that can be reassuring without guessing: no to every yes-or-no, the middle of every usual range."""
    found: dict[str, FactValue] = {}
    for name, entry in pathway.dictionary.entries.items():
        fact = entry.fact
        if entry.derived is not None:
            continue
        if fact.type is FactType.BOOLEAN:
            found[name] = FactValue(False, pathway.valid_from)
        elif (
            fact.type is FactType.NUMBER and fact.usual_minimum is not None and fact.usual_maximum is not None
        ):
            middle = (fact.usual_minimum + fact.usual_maximum) / 2
            found[name] = FactValue(middle.quantize(Decimal(1).scaleb(-fact.decimals)), pathway.valid_from)
    return found


def _ends(probe: _Probe, fact: Fact, declared: tuple[str, ...]) -> Iterator[str]:
    """The declared ends at which nobody is called."""
    points = _points(probe, fact)
    for end in declared:
        value: Value = True if end == YES else points[0] if end == LOW else points[-1]
        for others in (False, True):
            if not probe.calls(fact.name, value, others=others):
                circumstances = "everything else reassuring" if others else "nothing else known"
                yield f"{_said(fact, value)} is a danger, and with {circumstances} no rule calls anybody"
                break
        else:
            if end in (LOW, HIGH):
                yield from _hole(probe, fact, end, points)


def _hole(probe: _Probe, fact: Fact, end: str, points: list[Decimal]) -> Iterator[str]:
    """A value further out than one that calls, on the same side of the reassuring middle, which calls nobody."""
    middle = probe.reassuring[fact.name].value if fact.name in probe.reassuring else Decimal(0)
    side = [point for point in points if (point < middle if end == LOW else point > middle)]  # type: ignore[operator]
    outward = side if end == LOW else side[::-1]
    silent: Decimal | None = None
    for point in outward:
        if not probe.calls(fact.name, point, others=False):
            silent = silent if silent is not None else point
        elif silent is not None:
            yield f"{_said(fact, silent)} calls nobody, and {_said(fact, point)}, which is less far out, does"
            return


def _undeclared(probe: _Probe, fact: Fact, declared: tuple[str, ...]) -> Iterator[str]:
    """Ends at which a rule calls on this fact alone, and that facts.toml does not name."""
    if fact.type is FactType.BOOLEAN:
        ends: dict[str, Value] = {YES: True}
    elif fact.type is FactType.NUMBER:
        points = _points(probe, fact)
        ends = {LOW: points[0], HIGH: points[-1]} if points else {}
    else:
        return
    for end, value in ends.items():
        if end not in declared and probe.calls(fact.name, value, others=False):
            yield f'{_said(fact, value)} calls somebody, so facts.toml must say danger = ["{end}"]'


def _points(probe: _Probe, fact: Fact) -> list[Decimal]:
    """The possible ends, and both sides of every limit in between, from low to high."""
    if fact.type is not FactType.NUMBER:
        return []
    step = Decimal(1).scaleb(-fact.decimals)
    limits = {
        limit
        for name in probe.tables
        for rule in probe.pathway.table(name).rules
        if fact.name in rule.cells
        for limit in rule.cells[fact.name].literals
        if isinstance(limit, Decimal)
    }
    points = {limit + sign * step for limit in limits for sign in (-1, 0, 1)} or {Decimal(0)}
    low = fact.minimum if fact.minimum is not None else min(points)
    high = fact.maximum if fact.maximum is not None else max(points)
    return sorted({point for point in points if low <= point <= high} | {low, high})


def _said(fact: Fact, value: Value) -> str:
    unit = f" {fact.unit_label}" if fact.unit_label else ""
    return f"{fact.name} = {format_literal(value)}{unit}"
