"""The dose of an anticoagulant: what the rules give, what is on the list, and which step brings one to the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from anderhalf.core.decisions.explain import Decision
from anderhalf.core.pathway.scores_anticoagulation import INTERACTION, check_anticoagulant_dose

from .anticoagulant_dose import dose_fits, dose_of
from .beside import DOSE, DRUG, Beside
from .drugs import Drug, drugs_of
from .listed import NONE

ANTICOAGULATION = "anticoagulation"
RECOMMENDED = "recommended"


@dataclass(frozen=True, kw_only=True)
class DoseStep:
    """A drug in the dose that the rules give it for this patient."""

    drug: Drug
    amount: Decimal
    times: int
    decision: Decision
    """The answer of the dose table for this drug."""

    @property
    def key(self) -> str:
        """Drug and dose, for a form: another dose meanwhile is another key."""
        return f"{self.drug.key}|{self.amount:f}|{self.times}"


def dose_step(found: Beside) -> DoseStep | None:
    """The drug in use in the dose of the rules; None when the list says so already, or the rules give no dose."""
    given, decision = found.facts.get(DRUG), found.decisions.get(DOSE)
    if given is None or decision is None or dose_fits(decision, found.anticoagulant) is True:
        return None
    step = _step(found, str(given.value), decision)
    return None if step is not None and found.held and _is_more(step, found) else step


def _is_more(step: DoseStep, found: Beside) -> bool:
    """Whether a step gives more on a day than the list says; so it is where the list says no dose."""
    row = found.anticoagulant
    if row is None or row.dose is None or not row.times_per_day:
        return True
    return step.amount * step.times > row.dose * row.times_per_day / row.every_days


def starts(found: Beside, *, on: date) -> list[DoseStep]:
    """What can be started where an anticoagulant is recommended and none is used: each in the dose of the rules.

    A drug of which the rules can't say the dose, or which they advise against, is not among them; while a danger is
    open there are none.
    """
    if found.held:
        return []
    steps = (_step(found, value, decision) for value, decision in _to_start(found, on=on))
    return [step for step in steps if step is not None]


def open_to_start(found: Beside, *, on: date) -> list[str]:
    """The facts for lack of which no dose can be given of some drug that could be started, as somebody answers them."""
    names: dict[str, None] = {}
    for value, decision in _to_start(found, on=on):
        for name in decision.facts_missing if not decision.is_decided else ():
            asked = name == INTERACTION and found.company is not None
            more = found.company.open_facts(value, found.facts, on=on) if asked and found.company else [name]
            names |= dict.fromkeys(more)
    return list(names)


def _to_start(found: Beside, *, on: date) -> Iterator[tuple[str, Decision]]:
    """Per drug what the dose table answers, where an anticoagulant is recommended and none is used."""
    advice, given = found.decisions.get(ANTICOAGULATION), found.facts.get(DRUG)
    asked = advice is not None and advice.is_decided and advice.value("advice") == RECOMMENDED
    none_used = given is not None and given.value == NONE and not found.contradiction
    if not (asked and none_used and DOSE in found.pathway.tables and found.company):
        return
    table = found.pathway.table(DOSE)
    for value in found.pathway.facts[DRUG].values:
        yield value, check_anticoagulant_dose(table, found.facts, value, found.company, on=on)


def _step(found: Beside, value: str, decision: Decision) -> DoseStep | None:
    wanted, pathway = dose_of(decision), found.pathway
    named = (
        one for one in drugs_of(pathway).values() if pathway.dictionary.value_of_code(DRUG, one.atc) == value
    )
    drug = next(named, None)
    if wanted is None or drug is None:
        return None
    return DoseStep(drug=drug, amount=wanted[0], times=wanted[1], decision=decision)
