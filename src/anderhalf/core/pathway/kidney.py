"""eGFR worked out from creatinine (CKD-EPI), in one place for referral, titration and calculators.

The coefficients live in `pathways/*/scores.toml`, each with its source; here is only the shape of the formula.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from anderhalf.core.decisions.facts import FactValue
from anderhalf.core.decisions.ranges import Range
from anderhalf.core.pathway.entry import recorded

SEXES = ("female", "male")
COMPUTED = "computed"


@dataclass(frozen=True, slots=True)
class EgfrFormula:
    """One CKD-EPI equation; `kappa`, `alpha` and `sex_factor` by sex."""

    factor: float
    umol_per_mg_dl: float
    kappa: Mapping[str, float]
    alpha: Mapping[str, float]
    above_exponent: float
    age_base: float
    sex_factor: Mapping[str, float]
    same_time_days: int = 0
    """A reported value of at most so many days before the creatinine is of the same time: the lower of two stands."""
    contradicts_from: float = 0.0
    """A reported value and one worked out of which one is so many times the other contradict each other; 0: never."""

    @classmethod
    def read(cls, raw: Mapping[str, Any]) -> EgfrFormula:
        """From `[formulas.<name>]` of a scores.toml; KeyError for a coefficient that is missing."""
        by_sex = {
            name: {sex: float(raw[name][sex]) for sex in SEXES} for name in ("kappa", "alpha", "sex_factor")
        }
        return cls(
            factor=float(raw["factor"]), umol_per_mg_dl=float(raw["umol_per_mg_dl"]),
            above_exponent=float(raw["above_exponent"]), age_base=float(raw["age_base"]), **by_sex,
            same_time_days=int(raw.get("same_time_days", 0)),
            contradicts_from=float(raw.get("contradicts_from", 0)),
        )  # fmt: skip

    def exact(self, *, creatinine: float, age: float, sex: str) -> float:
        """mL/min/1.73 m² from creatinine in µmol/L, age in years and sex (`female` or `male`)."""
        ratio = creatinine / self.umol_per_mg_dl / self.kappa[sex]
        return float(
            self.factor
            * min(ratio, 1.0) ** self.alpha[sex]
            * max(ratio, 1.0) ** self.above_exponent
            * self.age_base**age
            * self.sex_factor[sex]
        )


def current_egfr(
    formula: EgfrFormula,
    *,
    reported: FactValue | None,
    creatinine: FactValue | None,
    age: FactValue | None,
    sex: FactValue | None,
) -> FactValue | None:
    """What is worked out from a creatinine, dated by it; None where the laboratory's own value stands.

    That is: one reported with this creatinine or a later one, or a lower one of the same time (`same_time_days`; the
    careful reading of two that differ). None too without a number for creatinine, an age, or one of the two sexes.
    """
    if creatinine is None or not isinstance(creatinine.value, Decimal) or creatinine.value <= 0:
        return None
    if reported is not None and _not_before(reported.on, creatinine.on):
        return None
    computed = _worked_out(formula, creatinine, age, sex)
    if computed is None:
        return None
    if reported is not None and _days_apart(reported.on, creatinine.on) <= formula.same_time_days:
        highest = reported.value.high if isinstance(reported.value, Range) else reported.value
        if isinstance(highest, Decimal) and highest <= computed:
            return None
    return FactValue(computed, creatinine.on, COMPUTED)


def implied_creatinine(formula: EgfrFormula, *, egfr: float, age: float, sex: str) -> Decimal:
    """The creatinine (µmol/l) from which an eGFR above 0 (ml/min/1.73 m²) would follow; it falls as eGFR rises."""
    low, high = 1.0, 1.0
    while formula.exact(creatinine=high, age=age, sex=sex) > egfr:
        high *= 2
    while high - low > 0.01:
        middle = (low + high) / 2
        above = formula.exact(creatinine=middle, age=age, sex=sex) > egfr
        low, high = (middle, high) if above else (low, middle)
    return recorded(Fraction(repr(high)))


def contradicting_egfr(
    formula: EgfrFormula,
    *,
    reported: FactValue | None,
    creatinine: FactValue | None,
    age: FactValue | None,
    sex: FactValue | None,
) -> FactValue | None:
    """What follows from a creatinine, when it and a reported value of the same time can't both be right."""
    if not formula.contradicts_from or reported is None or creatinine is None:
        return None
    if not isinstance(reported.value, Decimal) or reported.value <= 0:
        return None
    if _days_apart(reported.on, creatinine.on) > formula.same_time_days:
        return None
    computed = _worked_out(formula, creatinine, age, sex)
    if not computed:
        return None
    lower, higher = sorted((float(computed), float(reported.value)))
    if higher < lower * formula.contradicts_from:
        return None
    return FactValue(computed, creatinine.on, COMPUTED)


def _worked_out(
    formula: EgfrFormula, creatinine: FactValue, age: FactValue | None, sex: FactValue | None
) -> Decimal | None:
    if not isinstance(creatinine.value, Decimal) or creatinine.value <= 0:
        return None
    if age is None or not isinstance(age.value, Decimal) or sex is None or sex.value not in SEXES:
        return None
    exact = formula.exact(creatinine=float(creatinine.value), age=float(age.value), sex=str(sex.value))
    return recorded(Fraction(repr(exact)))


def _not_before(reported: date | None, creatinine: date | None) -> bool:
    return reported is not None and (creatinine is None or reported >= creatinine)


def _days_apart(one: date | None, other: date | None) -> int:
    return abs((one - other).days) if one is not None and other is not None else 0
