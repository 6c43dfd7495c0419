"""The content in words: what a rule asks, what it answers and where it comes from. Pure; language comes in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from anderhalf.core.decisions.facts import Fact, FactType, Value
from anderhalf.core.decisions.feel import Equals, Interval, IsNull, Part, UnaryTest
from anderhalf.core.decisions.model import DecisionTable, OutputSpec, Rule
from anderhalf.core.decisions.ranges import Range
from anderhalf.core.pathway.model import Pathway, Source
from anderhalf.presentation.language import text_in
from anderhalf.presentation.units import unit_of


def value_in_words(value: Value | None, fact: Fact | None, language: str) -> str:
    """``4,8 mmol/l``, ``ja``, ``sinusritme``, ``14-03-2025``."""
    if value is None:
        return _("onbekend")
    if isinstance(value, bool):
        return _("ja") if value else _("nee")
    if isinstance(value, date):
        return f"{value:%d-%m-%Y}"
    if isinstance(value, Decimal | Range):
        text = str(value) if isinstance(value, Range) else format(value, "f")
        text = text if language.startswith("en") else text.replace(".", ",")
        unit = (unit_of(fact) or fact.unit or "") if fact else ""
        return f"{text}\u00a0{unit}".strip() if unit != "%" else f"{text}%"
    if fact is not None and value in fact.values:
        return text_in(fact.values[value], language)
    return value


def _bound(value: object, fact: Fact, language: str) -> str:
    return value_in_words(value, fact, language)  # type: ignore[arg-type]


def _part_in_words(part: Part, fact: Fact, language: str) -> str:
    if isinstance(part, IsNull):
        return _("onbekend")
    if isinstance(part, Equals):
        return value_in_words(part.value, fact, language)
    low = _bound(part.low, fact, language) if part.low is not None else ""
    high = _bound(part.high, fact, language) if part.high is not None else ""
    return interval_in_words(part, low, high)


def interval_in_words(part: Interval, low: str, high: str) -> str:
    """``125 ng/l of meer``, ``minder dan 50 /min``, ``40 tot en met 49%``."""
    if low and high:
        pattern = {
            (True, True): _("%(low)s tot en met %(high)s"),
            (True, False): _("%(low)s tot %(high)s"),
            (False, True): _("meer dan %(low)s tot en met %(high)s"),
            (False, False): _("meer dan %(low)s en minder dan %(high)s"),
        }[part.low_closed, part.high_closed]
        return pattern % {"low": low, "high": high}
    if low:
        return (_("%(low)s of meer") if part.low_closed else _("meer dan %(low)s")) % {"low": low}
    return (_("%(high)s of minder") if part.high_closed else _("minder dan %(high)s")) % {"high": high}


def cell_in_words(test: UnaryTest, fact: Fact, language: str) -> str:
    """A cell as one says it; empty for a cell that accepts anything."""
    if test.any:
        return ""
    words = _(" of ").join(_part_in_words(part, fact, language) for part in test.parts)
    return _("niet %(what)s") % {"what": words} if test.negated else words


@dataclass(frozen=True)
class Condition:
    """One thing a rule asks: the fact and what it must be."""

    fact: str
    label: str
    words: str


@dataclass(frozen=True)
class Answer:
    """One output of a rule in words."""

    title: str
    words: str
    code: str


@dataclass(frozen=True)
class CitedSource:
    """A source as a rule cites it: ``ESC21 p.3641`` is source ESC21 at p.3641."""

    id: str
    place: str
    title: str
    url: str


@dataclass(frozen=True)
class RuleInWords:
    """A rule as the network's partners read it."""

    id: str
    conditions: tuple[Condition, ...]
    answers: tuple[Answer, ...]
    why: str
    sources: tuple[CitedSource, ...]
    grade: str
    local: bool


def rule_in_words(rule: Rule, table: DecisionTable, pathway: Pathway, language: str) -> RuleInWords:
    """Everything that is said about one rule."""
    conditions = []
    for fact in table.inputs:
        words = cell_in_words(rule.cells[fact.name], fact, language)
        if words:
            conditions.append(Condition(fact.name, text_in(fact.label, language), words))
    answers = tuple(
        Answer(
            text_in(spec.title, language) or spec.name,
            output_in_words(rule.outputs[spec.name], spec, pathway, language),
            str(rule.outputs[spec.name]),
        )
        for spec in table.outputs
        if rule.outputs.get(spec.name) is not None
    )
    return RuleInWords(
        id=rule.id,
        conditions=tuple(conditions),
        answers=answers,
        why=text_in(rule.why, language),
        sources=cited(rule.source, pathway.sources),
        grade=rule.grade,
        local=rule.local,
    )


def output_in_words(value: Value | None, spec: OutputSpec, pathway: Pathway, language: str) -> str:
    """The label of an output; lines and urgencies have theirs in the pathway."""
    if isinstance(value, str):
        if value in spec.labels:
            return text_in(spec.labels[value], language)
        if spec.name == "line" and value in pathway.lines:
            return text_in(pathway.lines[value], language)
        if spec.name == "urgency" and value in pathway.urgencies:
            return text_in(pathway.urgencies[value].label, language)
    fact = Fact(name=spec.name, type=spec.type or FactType.TEXT, label=spec.title, unit=spec.unit)
    return value_in_words(value, fact, language)


def cited(text: str, sources: Mapping[str, Source]) -> tuple[CitedSource, ...]:
    """``ESC21 p.3641; ZHN`` as its parts; the marker ``local`` is no source."""
    found = []
    for piece in (part.strip() for part in text.split(";")):
        if not piece or piece == "local":
            continue
        name, _space, place = piece.partition(" ")
        known = sources.get(name)
        found.append(CitedSource(name, place, known.title if known else piece, known.url if known else ""))
    return tuple(found)
