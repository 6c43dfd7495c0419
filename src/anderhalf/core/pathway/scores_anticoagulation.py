"""What the anticoagulation tables need to know: clearance, dose criteria, stroke and bleeding risk.

A derived fact is given only when every answer that is still possible agrees: with a weight missing, apixaban's
criteria may be known all the same, and the clearance is not.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from anderhalf.core.decisions.evaluate import evaluate
from anderhalf.core.decisions.explain import Decision
from anderhalf.core.decisions.facts import FactValue, FactValues, Value, usable_value
from anderhalf.core.decisions.model import DecisionTable
from anderhalf.core.pathway.scores import Range, Scores, cockcroft_gault, score

_STROKE_BAND_SCORE = "cha2ds2_va"
"""CHA2DS2-VASc with its own limits (2 in men, 3 in women) is CHA2DS2-VA plus one point for women: both scores
give the same advice, so one of them fills `stroke_risk`; both are shown."""


def creatinine_clearance(scores: Scores, values: FactValues, *, on: date) -> Range:
    """Cockcroft-Gault from the facts as they stand (dose decisions use clearance, not eGFR)."""
    sex = _known(scores, values, "sex", on)
    return cockcroft_gault(
        scores,
        creatinine=_number(_known(scores, values, "creatinine", on)),
        age=_number(_known(scores, values, "age", on)),
        weight=_number(_known(scores, values, "weight", on)),
        sex=None if sex is None else str(sex),
    )


def anticoagulation_facts(scores: Scores, values: FactValues, *, on: date) -> FactValues:
    """The facts plus creatinine_clearance, apixaban_low_dose_criteria, stroke_risk and bleeding_risk_high."""
    found = dict(values)

    def put(name: str, value: Value | None) -> None:
        if value is not None:
            found[name] = FactValue(value, on, "calculated")

    clearance = creatinine_clearance(scores, values, on=on)
    if "creatinine_clearance" not in values:
        put("creatinine_clearance", clearance.value)
    put("apixaban_low_dose_criteria", _is_band(scores, "apixaban_criteria", "reduced", values, on))
    stroke = score(scores, _STROKE_BAND_SCORE, values, on=on).band
    put("stroke_risk", None if stroke is None else stroke.code)
    put("bleeding_risk_high", _is_band(scores, "has_bled", "frequent", values, on))
    return found


def check_anticoagulant_dose(
    table: DecisionTable, scores: Scores, values: FactValues, *, on: date
) -> Decision:
    """Which dose the rules give for the anticoagulant in `anticoagulant_drug`, or which facts are missing."""
    return evaluate(table, anticoagulation_facts(scores, values, on=on), on=on)


def _is_band(scores: Scores, score_id: str, code: str, values: FactValues, on: date) -> bool | None:
    bands = score(scores, score_id, values, on=on).bands
    codes = {band.code for band in bands}
    if codes == {code}:
        return True
    return None if code in codes else False


def _known(scores: Scores, values: FactValues, name: str, on: date) -> Value | None:
    return usable_value(scores.facts[name], values, on=on)


def _number(value: Value | None) -> Decimal | None:
    return value if isinstance(value, Decimal) else None
