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
            table = columns.protocol.gate if mine.gate[at] else columns.protocol.drug_class[key].table
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
@pytest.mark.parametrize("trouble", [0.02, 0.25])
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
