"""Whether the dose of the anticoagulant on the medication list is the one that the dose table gives."""

from __future__ import annotations

from decimal import Decimal

from anderhalf.apps.record.models import MedicationAgreement
from anderhalf.core.decisions.explain import Decision


def parse_dose(text: str) -> tuple[Decimal, int] | None:
    """``2.5 mg 2x`` as amount and times a day; None for what is no such dose (an INR target, none)."""
    parts = text.split()
    if len(parts) != 3 or parts[1] != "mg" or not parts[2].endswith("x"):
        return None
    try:
        return Decimal(parts[0]).normalize(), int(parts[2][:-1])
    except (ArithmeticError, ValueError):
        return None


def dose_of(decision: Decision) -> tuple[Decimal, int] | None:
    """The dose that the table gives; None while it can't say, and where it gives no amount (an INR target, none)."""
    return parse_dose(str(decision.value("dose"))) if decision.is_decided else None


def possible_doses(decision: Decision) -> frozenset[tuple[Decimal, int]]:
    """Every dose that the table can still give, whatever the unknown facts turn out to be; the one of a decided answer.

    Of a table that answers with its first rule: that one, and each rule above it of which nobody can say whether it
    holds. A rule that gives no dose (not this drug, discuss first) adds none.
    """
    if decision.is_decided:
        wanted = dose_of(decision)
        return frozenset() if wanted is None else frozenset({wanted})
    first = next((rule.rule_id for rule in decision.fired), "")
    order = [rule.rule_id for rule in decision.rules]
    above = order[: order.index(first)] if first else order
    rules = [*(rule for rule in decision.undecided if rule.rule_id in above), *decision.fired[:1]]
    found = (parse_dose(str(rule.outputs.get("dose"))) for rule in rules)
    return frozenset(dose for dose in found if dose is not None)


def dose_fits(decision: Decision | None, row: MedicationAgreement | None) -> bool | None:
    """Whether the row of the list holds the dose that the table gives; None when that hangs on what is unknown.

    A dose that the table gives in no case is wrong whatever the unknown facts turn out to be.
    """
    if decision is None or row is None or row.dose is None or not row.times_per_day:
        return None
    possible = possible_doses(decision)
    if not possible:
        return None
    fits = (row.dose.normalize(), row.times_per_day) in possible and row.every_days == 1
    return fits if decision.is_decided or not fits else None


def wrong_whatever(decision: Decision, row: MedicationAgreement | None) -> str:
    """``low`` or ``high`` when the dose of the list is so beside every dose that an undecided table can still give;
    empty when it may fit, or lies between them."""
    if decision.is_decided or row is None or row.dose is None or dose_fits(decision, row) is not False:
        return ""
    daily = row.dose * (row.times_per_day or 1) / row.every_days
    others = [amount * times for amount, times in possible_doses(decision)]
    return "low" if daily < min(others) else "high" if daily > max(others) else ""
