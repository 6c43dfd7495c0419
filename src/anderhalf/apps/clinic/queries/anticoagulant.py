"""The dose of an anticoagulant: what the rules give, what is on the list, and which step brings one to the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from anderhalf.core.decisions.explain import Decision
from anderhalf.core.pathway.scores_anticoagulation import INTERACTION, check_anticoagulant_dose

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


def parse_dose(text: str) -> tuple[Decimal, int] | None:
    """``2.5 mg 2x`` as amount and times a day; None for what is no such dose (an INR target, none)."""
    parts = text.split()
    if len(parts) != 3 or parts[1] != "mg" or not parts[2].endswith("x"):
        return None
    try:
        return Decimal(parts[0]).normalize(), int(parts[2][:-1])
    except (ArithmeticError, ValueError):
        return None


def doses_match(found: Beside) -> bool | None:
    """Whether the dose on the medication list is the one that the table gives; None when either is unknown."""
    decision, row = found.decisions.get(DOSE), found.anticoagulant
    if decision is None or row is None or row.dose is None or not row.times_per_day:
        return None
    wanted = dose_of(decision)
    if wanted is None:
        return None
    return wanted == (row.dose.normalize(), row.times_per_day) and row.every_days == 1


def dose_step(found: Beside) -> DoseStep | None:
    """The drug in use in the dose of the rules; None when the list says so already, or the rules give no dose."""
    given, decision = found.facts.get(DRUG), found.decisions.get(DOSE)
    if given is None or decision is None or doses_match(found) is True:
        return None
    return _step(found, str(given.value), decision)


def starts(found: Beside, *, on: date) -> list[DoseStep]:
    """What can be started where an anticoagulant is recommended and none is used: each in the dose of the rules.

    A drug of which the rules can't say the dose, or which they advise against, is not among them.
    """
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
    none_used = given is not None and given.value == NONE
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


def dose_of(decision: Decision) -> tuple[Decimal, int] | None:
    """The dose that the table gives; None while it can't say, and where it gives no amount (an INR target, none)."""
    return parse_dose(str(decision.value("dose"))) if decision.is_decided else None
