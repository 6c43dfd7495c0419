"""Of whom a fact is not asked: without an answer it is no for them, and no form, list or table asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from anderhalf.core.decisions.facts import Fact, FactValue, FactValues


def is_spared(fact: Fact, known: FactValues) -> bool:
    """Whether this person is not asked; whoever once said yes is, and so is who is not known to be spared."""
    whom, given = fact.not_asked_of, known.get(fact.name)
    if whom is None or (given is not None and given.value is True):
        return False
    sex, age = known.get("sex"), known.get("age")
    old = age is not None and isinstance(age.value, Decimal) and age.value >= whom.from_age
    return old or (sex is not None and sex.value in whom.sexes)


def spared_answers(facts: Mapping[str, Fact], known: FactValues, on: date) -> dict[str, FactValue]:
    """No, for every fact that this person is not asked."""
    return {
        name: FactValue(False, on, "derived:not_asked")
        for name, fact in facts.items()
        if fact.not_asked_of is not None and is_spared(fact, known)
    }
