"""Calculators: eGFR, Cockcroft-Gault, BMI, H2FPEF, HFA-PEFF, NYHA, stroke and bleeding scores, iron deficiency.

The coefficients live in `pathways/*/scores.toml`, each with its source; here is only the shape of each formula.
Every answer is a `Range`: one number when all inputs are known, otherwise everything it can still be.
Continuous formulas rise or fall steadily in each input, so their extremes lie at the ends of the missing inputs.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import product
from typing import Any

from anderhalf.core.decisions.facts import Fact, FactValues
from anderhalf.core.pathway.kidney import SEXES as _SEXES
from anderhalf.core.pathway.kidney import EgfrFormula
from anderhalf.core.pathway.scores_points import (
    Band,
    ItemResult,
    PointScore,
    ScoreError,
    ScoreItem,
    ScoreResult,
    read_point_score,
    score_points,
)
from anderhalf.core.pathway.scores_range import Range

__all__ = [
    "Band",
    "ItemResult",
    "PointScore",
    "Range",
    "ScoreError",
    "ScoreItem",
    "ScoreResult",
    "Scores",
    "body_mass_index",
    "cockcroft_gault",
    "egfr",
    "egfr_formula",
    "h2fpef_probability",
    "read_scores",
    "score",
]

_FOUR_DECIMALS = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Scores:
    """Every calculator of the pathways: formulas with coefficients, point scores, settings, outer limits."""

    formulas: Mapping[str, Mapping[str, Any]]
    points: Mapping[str, PointScore]
    settings: Mapping[str, str]
    limits: Mapping[str, tuple[Decimal, Decimal]]
    facts: Mapping[str, Fact]


def read_scores(*texts: str, facts: Mapping[str, Fact], settings: Mapping[str, str] | None = None) -> Scores:
    """Read one or more scores.toml texts against the data dictionary.

    `settings` are the agreement's choices (for instance which eGFR equation); a choice outside the listed
    options, an unknown fact or an unreadable cell raises ScoreError.
    """
    formulas: dict[str, Mapping[str, Any]] = {}
    points: dict[str, PointScore] = {}
    chosen: dict[str, str] = {}
    limits: dict[str, tuple[Decimal, Decimal]] = {}
    for text in texts:
        raw = tomllib.loads(text, parse_float=Decimal)
        formulas.update(raw.get("formulas", {}))
        for score_id, entry in raw.get("scores", {}).items():
            points[score_id] = read_point_score(score_id, entry, facts)
        for name, setting in raw.get("settings", {}).items():
            choice = (settings or {}).get(name, setting["default"])
            if choice not in setting["options"]:
                raise ScoreError(f"{name}: {choice} is not one of {', '.join(setting['options'])}")
            chosen[name] = choice
        for name, (low, high) in raw.get("limits", {}).items():
            limits[name] = (Decimal(low), Decimal(high))
    return Scores(formulas, points, chosen, limits, facts)


def egfr(
    scores: Scores,
    *,
    creatinine: Decimal | None,
    age: Decimal | None,
    sex: str | None,
    equation: str | None = None,
) -> Range:
    """eGFR in mL/min/1.73 m² from creatinine in µmol/L, age in years and sex (`female` or `male`).

    Without `equation` the agreement's choice (`egfr_equation`) is used. Any other sex counts as unknown.
    """
    formula = EgfrFormula.read(_formula(scores, equation or scores.settings["egfr_equation"]))

    def compute(given: Mapping[str, Any]) -> float:
        return formula.exact(
            creatinine=float(given["creatinine"]), age=float(given["age"]), sex=str(given["sex"])
        )

    return _over_missing(scores, compute, creatinine=creatinine, age=age, sex=_known_sex(sex))


def cockcroft_gault(
    scores: Scores,
    *,
    creatinine: Decimal | None,
    age: Decimal | None,
    weight: Decimal | None,
    sex: str | None,
    si_form: bool = False,
) -> Range:
    """Creatinine clearance in mL/min from creatinine in µmol/L, age in years, weight in kg and sex.

    `si_form` uses the one rounded factor per sex (1.23 and 1.04) instead of 72 mg/dL and 0.85.
    """
    formula = _formula(scores, "cockcroft_gault_si" if si_form else "cockcroft_gault")

    def compute(given: Mapping[str, Any]) -> float:
        years = float(formula["age_from"]) - float(given["age"])
        amount = years * float(given["weight"]) * float(formula["sex_factor"][given["sex"]])
        creat = float(given["creatinine"])
        if si_form:
            return amount / creat
        return amount / (float(formula["divisor"]) * creat / float(formula["umol_per_mg_dl"]))

    known = {"creatinine": creatinine, "age": age, "weight": weight, "sex": _known_sex(sex)}
    return _over_missing(scores, compute, **known)


def body_mass_index(scores: Scores, *, weight: Decimal | None, height: Decimal | None) -> Range:
    """BMI in kg/m² from weight in kg and height in cm."""

    def compute(given: Mapping[str, Any]) -> float:
        metres = float(given["height"]) / 100
        return float(given["weight"]) / metres**2

    return _over_missing(scores, compute, weight=weight, height=height)


def h2fpef_probability(
    scores: Scores,
    *,
    age: Decimal | None,
    bmi: Decimal | None,
    e_over_e: Decimal | None,
    pasp: Decimal | None,
    atrial_fibrillation: bool | None,
) -> Range:
    """Probability of HFpEF in percent by the continuous H2FPEF model (Reddy 2018)."""
    formula = _formula(scores, "h2fpef_probability")

    def compute(given: Mapping[str, Any]) -> float:
        y = float(formula["intercept"]) + sum(float(formula[n]) * float(v) for n, v in given.items())
        return 100 / (1 + math.exp(-y))

    known = {"age": age, "bmi": bmi, "e_over_e": e_over_e, "pasp": pasp}
    return _over_missing(scores, compute, **known, atrial_fibrillation=atrial_fibrillation)


def egfr_formula(scores: Scores) -> EgfrFormula | None:
    """The equation that the agreement chose; None for calculators without one."""
    chosen = scores.settings.get("egfr_equation", "")
    return EgfrFormula.read(scores.formulas[chosen]) if chosen in scores.formulas else None


def score(scores: Scores, score_id: str, values: FactValues, *, on: date) -> ScoreResult:
    """Compute a point score by its id. Raises ScoreError when there is no such score."""
    if score_id not in scores.points:
        raise ScoreError(f"there is no score {score_id}")
    return score_points(scores.points[score_id], scores.facts, values, on=on)


def _formula(scores: Scores, name: str) -> Mapping[str, Any]:
    try:
        return scores.formulas[name]
    except KeyError:
        raise ScoreError(f"there is no formula {name}") from None


def _known_sex(sex: str | None) -> str | None:
    return sex if sex in _SEXES else None


def _over_missing(scores: Scores, compute: Callable[[Mapping[str, Any]], float], **known: Any) -> Range:
    """The lowest and highest outcome over the ends of every missing input."""
    choices: list[tuple[Any, ...]] = []
    for name, value in known.items():
        if value is not None:
            choices.append((value,))
        elif name == "sex":
            choices.append(_SEXES)
        elif name in scores.limits:
            choices.append(scores.limits[name])
        else:
            choices.append((False, True))
    outcomes = [compute(dict(zip(known, combination, strict=True))) for combination in product(*choices)]
    missing = tuple(name for name, value in known.items() if value is None)
    return Range(_decimal(min(outcomes)), _decimal(max(outcomes)), missing)


def _decimal(number: float) -> Decimal:
    return Decimal(repr(number)).quantize(_FOUR_DECIMALS)
