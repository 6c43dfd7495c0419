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

    @classmethod
    def read(cls, raw: Mapping[str, Any]) -> EgfrFormula:
        """From `[formulas.<name>]` of a scores.toml; KeyError for a coefficient that is missing."""
        by_sex = {
            name: {sex: float(raw[name][sex]) for sex in SEXES} for name in ("kappa", "alpha", "sex_factor")
        }
        return cls(
            factor=float(raw["factor"]), umol_per_mg_dl=float(raw["umol_per_mg_dl"]),
            above_exponent=float(raw["above_exponent"]), age_base=float(raw["age_base"]), **by_sex,
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
    same_time_days: int = 0,
) -> FactValue | None:
    """What is worked out from a creatinine, dated by it; None where the laboratory's own value stands.

    That is: one reported with this creatinine or a later one, or a lower one of at most `same_time_days` earlier (the
    careful reading of two that differ). None too without a number for creatinine, an age, or one of the two sexes.
    """
    if creatinine is None or not isinstance(creatinine.value, Decimal) or creatinine.value <= 0:
        return None
    if reported is not None and _not_before(reported.on, creatinine.on):
        return None
    if age is None or not isinstance(age.value, Decimal) or sex is None or sex.value not in SEXES:
        return None
    exact = formula.exact(creatinine=float(creatinine.value), age=float(age.value), sex=str(sex.value))
    computed = recorded(Fraction(repr(exact)))
    if reported is not None and _days_apart(reported.on, creatinine.on) <= same_time_days:
        highest = reported.value.high if isinstance(reported.value, Range) else reported.value
        if isinstance(highest, Decimal) and highest <= computed:
            return None
    return FactValue(computed, creatinine.on, COMPUTED)


def _not_before(reported: date | None, creatinine: date | None) -> bool:
    return reported is not None and (creatinine is None or reported >= creatinine)


def _days_apart(one: date | None, other: date | None) -> int:
    return abs((one - other).days) if one is not None and other is not None else 0
