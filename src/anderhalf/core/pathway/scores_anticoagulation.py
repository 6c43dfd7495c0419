"""What the anticoagulation tables need to know: clearance, dose criteria, stroke and bleeding risk.

A derived fact is given only when every answer that is still possible agrees: with a weight missing, apixaban's
criteria may be known all the same, and the clearance is not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from anderhalf.core.decisions.evaluate import evaluate
from anderhalf.core.decisions.explain import Decision
from anderhalf.core.decisions.facts import Fact, FactValue, FactValues, Value, usable_value
from anderhalf.core.decisions.model import DecisionTable
from anderhalf.core.pathway.interactions import Interaction, Interactions, Severity
from anderhalf.core.pathway.scores import Range, Scores, cockcroft_gault, score

DRUG, INTERACTION = "anticoagulant_drug", "doac_interaction"
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


@dataclass(frozen=True, slots=True)
class Company:
    """What stands beside an anticoagulant: the drugs on the list, and what the record answers about groups of them."""

    interactions: Interactions
    facts: Mapping[str, Fact]
    """The dictionary in which the facts of the groups stand."""
    codes: frozenset[str]
    """ATC codes in use."""

    def verdict(self, drug: str, values: FactValues, *, on: date) -> str | None:
        """none, discuss or contraindicated; None while something that was not answered can make it graver."""
        found = self.interactions.verdict((drug,), self.codes, self._answered(values, on))
        if found is None:
            return None
        return found.value if isinstance(found, Severity) else "none"

    def at_hand(self, drug: str, values: FactValues, *, on: date) -> tuple[Interaction, ...]:
        """The pairs that do not go together, the gravest first."""
        yes = {name for name, value in self._answered(values, on).items() if value}
        return self.interactions.of((drug,), self.interactions.present(self.codes, yes))

    def open_facts(self, drug: str, values: FactValues, *, on: date) -> list[str]:
        """What was not answered yet and decides whether they go together, in the order of the dictionary."""
        wanted = self.interactions.facts_about((drug,)) - set(self._answered(values, on))
        return [name for name in self.facts if name in wanted]

    def _answered(self, values: FactValues, on: date) -> dict[str, bool]:
        names = {group.fact for group in self.interactions.groups.values() if group.fact}
        known = {name: usable_value(self.facts[name], values, on=on) for name in names}
        return {name: value for name, value in known.items() if isinstance(value, bool)}


def check_anticoagulant_dose(
    table: DecisionTable, values: FactValues, drug: str, company: Company, *, on: date
) -> Decision:
    """Which dose the rules give for an anticoagulant beside the other drugs, or which facts are missing.

    `values` are those of `anticoagulation_facts`; the drug need not be the one in use.
    """
    facts = {**values, DRUG: FactValue(drug, on, "calculated")}
    facts.pop(INTERACTION, None)
    verdict = company.verdict(drug, values, on=on)
    if verdict is not None:
        facts[INTERACTION] = FactValue(verdict, on, "calculated")
    return evaluate(table, facts, on=on)


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
