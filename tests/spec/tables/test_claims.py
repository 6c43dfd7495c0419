"""No rule says of a fact that it is so while nobody knows it.

A rule may leave a fact to the rules above it ("pulse too high", after all rules about a lower one): then an unknown
pulse leaves those undecided, and the rule does not speak. What is looked for here is a rule that speaks all the same.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping

import pytest

from anderhalf.core.decisions.evaluate import evaluate
from anderhalf.core.decisions.facts import FactValue
from anderhalf.core.decisions.model import DecisionTable, Rule
from anderhalf.core.decisions.regions import Region, regions_of
from anderhalf.core.pathway.titration.asking import ask_explained
from anderhalf.core.pathway.titration.classes import weigh
from tests.support.table_record import TODAY, load_table, table_files

CLAIMS = {
    r"[Ss]piegel \d|[Ss]piegel onder": ("digoxin_level",),
    r"(?<!ook )zonder klachten": ("hypotension_symptoms", "beta_blocker_complaints", "mehra"),
    r"zonder hinder": ("mehra",),
    r"[Kk]alium (boven|onder|tussen|te )|laag kalium": ("potassium", "recent_hyperkalaemia"),
    r"Creatinine (boven|is meer)": ("creatinine", "renal_change", "creatinine_rise_percent"),
    r"eGFR (onder|boven|\d|daalt)|daling van eGFR": ("egfr", "egfr_fall_percent", "renal_change"),
    r"[Pp]ols (onder|boven|tussen|blijft|te |van|lager)|[Ss]nelle pols|Hartslag onder": ("heart_rate",),
    r"Bovendruk|met lage bloeddruk": ("systolic_bp",),
    r"^(Niet overvuld|Overvuld)|, niet overvuld": ("congestion",),
    r"^Ondervuld": ("dehydration",),
    r"LVEF (boven|onder|van|hoogstens|\d|laag)": ("lvef", "phenotype", "indication"),
    r"^(HFrEF|HFpEF|Hartfalen)\b|^Bekend hartfalen": ("indication", "phenotype", "heart_failure_known"),
    r"Sinusritme": ("rhythm",),
    r"^Atriumfibrilleren|met atriumfibrilleren": ("rhythm", "atrial_fibrillation"),
    r"Klaring|[Kk]laring (onder|boven|vanaf|van)": ("creatinine_clearance",),
    r"(langer|korter) dan 48 uur": ("af_within_48_hours", "af_onset_within_48_hours"),
    r"zwanger": ("pregnant",),
    r"reden van de pauze is voorbij": (),
    r"criteria": ("apixaban_low_dose_criteria",),
    r"NT-proBNP (onder|vanaf)": ("nt_probnp",),
    r"^ECG normaal": ("ecg_result",),
    r"Gewicht niet stabiel|gewicht stabiel": ("weight_stable",),
}  # fmt: skip
"""What a text says, and the facts of which one has to be known before it may be said."""
SPOKEN_OF_ELSE = {
    ("atrial_fibrillation/exclusion.csv", "AX-04"),  # the pathway is about who has atrial fibrillation
    ("atrial_fibrillation/exclusion.csv", "AX-11"),
    (
        "heart_failure/titration/sglt2_inhibitor.csv",
        "SGL-92",
    ),  # the gate (STEP-19) asks whether the diagnosis is made
}
TRIES = 60


def claims() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Every (table, rule, facts) of which the text says something that the rule's own cells do not test."""
    for name in table_files():
        table = load_table(name)
        for rule in table.rules:
            for words, facts in CLAIMS.items():
                own = [fact for fact in facts if fact in rule.cells and not rule.cells[fact].any]
                if re.search(words, rule.why["nl"]) and not own and (name, rule.id) not in SPOKEN_OF_ELSE:
                    yield name, rule.id, facts


@pytest.mark.parametrize(("name", "rule_id", "facts"), list(claims()))
def test_what_a_text_says_is_known(name, rule_id, facts):
    table = load_table(name)
    found = speaks_without(table, table.rule(rule_id), facts)
    assert found is None, f"{rule_id} speaks while {facts} is unknown: {found}"


def speaks_without(table: DecisionTable, rule: Rule, unknown: tuple[str, ...]) -> Mapping[str, object] | None:
    """Values with which a rule speaks although these facts are unknown; None when none were found."""
    rng = random.Random(rule.id)
    regions = {
        fact.name: regions_of(fact, [one.cells[fact.name] for one in table.rules]) for fact in table.inputs
    }
    fit: dict[str, list[Region]] = {
        name: [each for each in found if rule.cells[name].matches(each.example) is True]
        for name, found in regions.items()
    }
    for name in unknown:
        if name in fit:
            fit[name] = [each for each in regions[name] if each.example is None]
    if not all(fit.values()):
        return None
    for _try in range(TRIES):
        values = {name: rng.choice(found).example for name, found in fit.items()}
        for _step in range(3 * len(table.rules)):
            spoke = speaking(table, values)
            if spoke == rule.id:
                return {name: value for name, value in values.items() if value is not None}
            before = table.rules[: table.rules.index(rule)]
            above = [one for one in before if holds(one, values) is True]
            above = above or [one for one in before if holds(one, values) is None]
            one = rng.choice(above) if above else None
            free = (
                [name for name, cell in one.cells.items() if not cell.any and len(fit[name]) > 1]
                if one
                else []
            )
            if not free:
                break
            name = rng.choice(free)
            values[name] = rng.choice(fit[name]).example
    return None


def holds(rule: Rule, values: Mapping[str, object]) -> bool | None:
    results = [cell.matches(values[name]) for name, cell in rule.cells.items()]
    return False if False in results else None if None in results else True


def speaking(table: DecisionTable, values: Mapping[str, object]) -> str | None:
    """The rule that speaks, as titration weighs its tables and as the others are decided."""
    facts = {name: FactValue(value, TODAY) for name, value in values.items() if value is not None}
    if {output.name for output in table.outputs} >= {"action", "dose"}:
        answer = weigh(ask_explained(table, facts, TODAY))
        return answer.rule.id if answer.rule is not None else None
    decision = evaluate(table, facts, on=TODAY)
    return decision.decisive[0].rule_id if decision.is_decided and decision.decisive else None
