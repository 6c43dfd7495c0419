"""Drugs that do not go together are discussed within a day by the GP or the nurse specialist: the 1.5 line, not the
hospital. Whoever has a reason to be seen by the cardiologist keeps that line."""

from __future__ import annotations

import pytest

from tests.spec.cases.test_pairs_within_a_day import NAMES, PAIRS, known
from tests.spec.cases.test_referral import Desk

pytestmark = pytest.mark.django_db

WHAMMY = "ibuprofen 400 mg 3dd\nenalapril 10 mg 2dd\nfurosemide 40 mg 1dd"


BRADYCARDIA = {"EX-139"}
"""Beside the beta-blocker of the ordinary patient verapamil is a matter of the hospital (EX-69)."""


@pytest.mark.parametrize(
    ("codes", "facts", "rule"), [one for one in PAIRS if one.values[2] not in BRADYCARDIA]
)
def test_the_pair_goes_to_the_line_and_a_half_within_a_day(people, codes, facts, rule):
    desk, listed = Desk(people), "\n".join(NAMES[code] for code in codes)
    said = desk.says(known(facts), intent="titration", treatment_so_far=listed)
    assert rule in said and "dezelfde of volgende dag" in said and "Overleg vandaag, uiterlijk morgen" in said
    assert desk.line(known(facts), intent="titration", treatment_so_far=listed) == "1,5 lijn"


def test_who_belongs_with_the_cardiologist_stays_there(people):
    facts = known({"advanced_hf_sign": True})
    assert Desk(people).line(facts, intent="titration") == "2e lijn"
    desk = Desk(people)
    assert desk.line(facts, intent="titration", treatment_so_far=WHAMMY) == "2e lijn"
    assert "dezelfde of volgende dag" in desk.says(facts, intent="titration", treatment_so_far=WHAMMY)


def test_a_danger_of_the_hospital_beside_a_pair_is_said_first(people):
    low, high = known({"potassium": "3.4", "digoxin": True}), known({"potassium": "7.0"})
    assert Desk(people).line(low, intent="titration", treatment_so_far=WHAMMY) == "2e lijn"
    said = Desk(people).says(high, intent="titration", treatment_so_far=WHAMMY, c_potassium="on")
    assert "EX-07" in said and "Bel de dienstdoende cardioloog" in said
