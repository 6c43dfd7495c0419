"""The engine for columns answers what the engine for one patient answers, on random patients, for every choice."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from anderhalf.core.pathway.titration.population import decide
from anderhalf.population.titration import KINDS, ColumnEngine, as_patient
from anderhalf.population.titration.engine import NO_RULE
from tests.support.cohorts import engine, random_cohort

CHOICES = [
    (), (("ras_first_choice", "arni"), ("sick_day_ras", "pause"), ("sick_day_sglt2", "pause")),
    (("renal_clauses", "both"), ("acceptable_creatinine_rise", "30"), ("arni_start_potassium", "5.0")),
]  # fmt: skip


def differences(columns: ColumnEngine, cohort):
    """Every answer in which the two engines differ, with the answers of the one for one patient counted."""
    found, counted = [], Counter()
    answers = columns.decide(cohort)
    for at in range(len(cohort)):
        patient, on, moment = as_patient(cohort, at)
        for key, one in decide(columns.protocol, patient, on=on, at=moment).items():
            mine = answers[key]
            rules = columns.protocol
            tables = (rules.drug_class[key].table, rules.gate, rules.lowering, rules.in_use)
            table = tables[mine.table[at]]
            rule = "" if mine.rule[at] == NO_RULE else table.rules[mine.rule[at]].id
            slot = columns.labels.slots[key].slot(int(mine.slot_new[at]))
            changes = KINDS[mine.kind[at]] in ("start", "increase", "switch", "decrease")
            dose = slot.dose if slot is not None and changes else None
            theirs = (one.kind, one.own_kind, one.rule, one.dose_new)
            counted[one.kind] += 1
            if theirs != (KINDS[mine.kind[at]], KINDS[mine.own_kind[at]], rule, dose):
                found.append((at, key, theirs, (KINDS[mine.kind[at]], KINDS[mine.own_kind[at]], rule, dose)))
    return found, counted


@pytest.mark.parametrize("choices", CHOICES, ids=["defaults", "other choices", "strict"])
@pytest.mark.parametrize("trouble", [0.02, 0.15])
def test_columns_answer_what_one_patient_is_answered(choices, trouble):
    columns = engine(*choices)
    cohort = random_cohort(columns.labels, 400, seed=len(choices) + int(trouble * 100), trouble=trouble)
    found, counted = differences(columns, cohort)
    assert found == []
    assert len(counted) >= 10, counted  # nearly every kind of proposal was compared


def test_the_same_cohort_gives_the_same_answers_whatever_stands_beside_it():
    """Nobody's answer depends on who else is in the columns."""
    columns = engine()
    whole = columns.decide(random_cohort(columns.labels, 500, seed=9))
    again = columns.decide(random_cohort(columns.labels, 500, seed=9))
    for key, answers in whole.items():
        assert np.array_equal(answers.kind, again[key].kind)


@pytest.mark.parametrize("choices", CHOICES[:2], ids=["defaults", "other choices"])
def test_answered_cards_rest_as_for_one_patient(choices):
    """Every card is answered, some long ago; then values, doses and drugs move a little for a part of the people.

    Drugs beside began before or after the answer; some are in danger, some of the drugs ended after the answer.
    """
    columns, draw = engine(*choices), np.random.default_rng(3)
    cohort = random_cohort(columns.labels, 500, seed=21)
    first = columns.decide(cohort)
    ago = draw.choice([0, 14, 365, 366], 500, p=(0.4, 0.4, 0.1, 0.1)).astype(np.int32)
    for key, answers in first.items():
        answers.card.on[:] -= ago
        cohort.settled[key] = (columns.labels.resting[key].none(500), answers.card)
    for name, step in (("potassium", 0.1), ("systolic_bp", 5), ("heart_rate", 5), ("lvef", 2.5), ("egfr", 2)):
        cohort.numbers[name] += np.where(draw.random(500) < 0.5, draw.integers(-3, 4, 500) * step, 0)
        cohort.numbers[name] = np.round(cohort.numbers[name], 1)
    for name, flags in cohort.groups.items():
        cohort.groups[name] = flags ^ (draw.random(500) < 0.01)
        cohort.groups_since[name] = cohort.today - draw.choice([5, 30, 800], 500).astype(np.int32)
    cohort.places["syncope"] = np.where(draw.random(500) < 0.05, 1, cohort.places["syncope"]).astype(np.int8)
    found, _counted = differences(columns, cohort)
    assert found == []
    again = columns.decide(cohort)
    settled = sum(int(answers.settled.sum()) for answers in again.values())
    asked = sum(int((answers.kind == KINDS.index("discuss")).sum()) for answers in again.values())
    assert settled > 100
    assert asked > 100, "what changed is asked again"


def test_an_interaction_answered_at_one_class_rests_at_the_others():
    columns = engine()
    cohort = random_cohort(columns.labels, 500, seed=5)
    cohort.groups["nsaid"][:] = True
    for key, flags in cohort.groups.items():
        flags[:] = key == "nsaid"
    first = columns.decide(cohort)
    for answers in first.values():
        answers.card.on[:] = cohort.today
    cohort.settled["mra"] = (first["mra"].card,)
    found, _counted = differences(columns, cohort)
    assert found == []
    again = columns.decide(cohort)
    mine = columns.labels.resting["mra"]
    about = mine.same_pairs(mine, first["mra"].card, first["mra"].card, began=np.full(500, -1, np.int32))
    rested = again["ace_inhibitor"].settled & about
    assert rested.sum() > 20
    cohort.settled["mra"][0].on[:] -= 40
    cohort.groups_since["nsaid"] = cohort.today - 20
    assert not (columns.decide(cohort)["ace_inhibitor"].settled & about).any(), (
        "a new course is a new question"
    )


def test_a_question_is_held_where_another_class_asks_it():
    columns = engine()
    cohort = random_cohort(columns.labels, 600, seed=11, trouble=0.15)
    answers = columns.decide(cohort)
    needs, hold = KINDS.index("needs_data"), KINDS.index("hold")
    waits = {key: (one.own_kind == needs) & (one.kind == hold) for key, one in answers.items()}
    assert sum(int(one.sum()) for one in waits.values()) > 100
    asks = np.any([one.kind == needs for one in answers.values()], axis=0)
    for key, one in waits.items():
        assert not (one & (cohort.uses[key].slot > 0)).any(), "a class in use always asks for itself"
        assert not (one & ~asks).any(), "somebody asks"
