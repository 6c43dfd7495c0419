"""The calculators on screen: the answer or the range it can still be, the inputs with their dates, the source."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from anderhalf.apps.people.access import Right, check_access
from anderhalf.apps.people.viewer import Viewer
from anderhalf.core.decisions.facts import FactValue, Freshness, Value, freshness, usable_value
from anderhalf.core.pathway.scores import (
    Range,
    Scores,
    body_mass_index,
    cockcroft_gault,
    egfr,
    h2fpef_probability,
    score,
)
from anderhalf.presentation.units import unit_of
from anderhalf.presentation.values import value_with_unit

from ..models import Episode
from .advice import known_facts, pathway_of
from .agreed_scores import scores_of
from .beside import runs_along
from .chart import label_of
from .drugs import number_label

POINTS = ("h2fpef", "hfa_peff", "nyha", "iron_deficiency", "anaemia", "improved_lvef", "cha2ds2_va", "cha2ds2_vasc",
          "has_bled")  # fmt: skip
"""Point scores in the order of the page; those that the pathways do not have are left out."""
WORDS = frozenset({"nyha", "iron_deficiency", "anaemia", "improved_lvef"})
"""Scores whose points are only a way to a class: the class is the answer."""
FORMULAS: dict[str, tuple[tuple[str, ...], int, str]] = {
    "egfr": (("creatinine", "age", "sex"), 0, "egfr"),
    "cockcroft_gault": (("creatinine", "age", "weight", "sex"), 0, "creatinine_clearance"),
    "bmi": (("weight", "height"), 1, "bmi"),
    "h2fpef_probability": (("age", "bmi", "e_over_e", "pasp", "atrial_fibrillation"), 0, ""),
}
"""Per formula its inputs, the decimals of its answer, and the fact of the dictionary that it works out."""


@dataclass(frozen=True, kw_only=True)
class Input:
    """One input as it stands in the record."""

    label: str
    text: str
    on: date | None
    stale: bool


@dataclass(frozen=True, kw_only=True)
class Calculated:
    """One calculator for one patient today."""

    id: str
    title: str
    answer: str
    """A number or the range it can still be; empty when nothing at all narrows it."""
    unit: str
    meaning: str
    inputs: list[Input]
    missing: list[str]
    source: str


def calculators(viewer: Viewer, episode: Episode, *, at: datetime) -> list[Calculated]:
    """Every calculator of the pathways this patient is in, from the record as it stands."""
    check_access(viewer, Right.VIEW_CLINICAL, patient=episode.patient_id, at=at)
    on = timezone.localdate(at)
    main = pathway_of(episode, on=on)
    widest = next(iter(runs_along(episode, at=at)), main)
    scores = scores_of(episode.network_id, widest, on=on)
    facts = known_facts(
        episode.patient_id, widest, on=on, birth_date=episode.patient.birth_date, sex=episode.patient.sex
    )
    known = {name: usable_value(fact, facts, on=on) for name, fact in scores.facts.items() if name in facts}
    found = [_formula(scores, name, facts, known, on=on) for name in FORMULAS]
    found += [_points(scores, name, facts, on=on) for name in POINTS if name in scores.points]
    return found


def _formula(
    scores: Scores, name: str, facts: Mapping[str, FactValue], known: Mapping[str, Value | None], *, on: date
) -> Calculated:
    names, decimals, works_out = FORMULAS[name]
    given: dict[str, Any] = {one: known.get(one) for one in names}
    compute: dict[str, Callable[..., Range]] = {
        "egfr": egfr, "cockcroft_gault": cockcroft_gault, "bmi": body_mass_index,
        "h2fpef_probability": h2fpef_probability,
    }  # fmt: skip
    answer = compute[name](scores, **given)
    chosen = scores.settings["egfr_equation"] if name == "egfr" else name
    described = scores.formulas.get(chosen, {})
    title = label_of(described["title"]) if "title" in described else _("BMI")
    return Calculated(
        id=name,
        title=title,
        answer=_range(answer.rounded(decimals)) if len(answer.missing) < len(names) else "",
        unit=_unit(scores, works_out) or str(described.get("unit", "")),
        meaning="",
        inputs=_inputs(scores, names, facts, on=on),
        missing=_labels(scores, answer.missing),
        source=str(described.get("source", "")),
    )


def _unit(scores: Scores, name: str) -> str:
    fact = scores.facts.get(name)
    return unit_of(fact) if fact is not None else ""


def _points(scores: Scores, name: str, facts: Mapping[str, FactValue], *, on: date) -> Calculated:
    described, result = scores.points[name], score(scores, name, facts, on=on)
    names = list(dict.fromkeys(fact for item in described.items for fact in item.tests))
    bands = " / ".join(label_of(band.label) for band in result.bands)
    return Calculated(
        id=name,
        title=label_of(described.title),
        answer="" if name in WORDS else _range(result.points),
        unit="",
        meaning=bands,
        inputs=_inputs(scores, names, facts, on=on),
        missing=_labels(scores, result.points.missing),
        source=described.source,
    )


def _range(answer: Range) -> str:
    """``57`` or ``48 – 61``, with the reader's decimal sign."""
    low, high = number_label(answer.low), number_label(answer.high)
    return low if answer.is_exact else f"{low} – {high}"


def _inputs(
    scores: Scores, names: Any, facts: Mapping[str, FactValue], *, on: date
) -> list[Input]:  # fmt: skip
    """What is known, with its date; what is too old says so."""
    found = []
    for name in names:
        fact, given = scores.facts.get(name), facts.get(name)
        if fact is None or given is None:
            continue
        found.append(
            Input(label=label_of(fact.label), text=value_with_unit(fact, given.value), on=given.on,
                  stale=freshness(fact, given, on=on) is Freshness.STALE)
        )  # fmt: skip
    return found


def _labels(scores: Scores, names: Any) -> list[str]:
    return [label_of(scores.facts[name].label) for name in dict.fromkeys(names) if name in scores.facts]
