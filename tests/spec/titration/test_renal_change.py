"""Is the change of renal function acceptable? (S-ACE-6, S-ACE-7, X3, X14) Each line on both sides of its limit."""

from __future__ import annotations

from decimal import Decimal

import pytest

from anderhalf.core.decisions.evaluate import evaluate
from anderhalf.core.decisions.facts import FactValue
from tests.support.titration import TODAY, protocol


def change(rise, creatinine, fall, egfr, clauses="either"):
    given = {
        "creatinine_rise_percent": rise,
        "creatinine": creatinine,
        "egfr_fall_percent": fall,
        "egfr": egfr,
    }
    facts = {
        name: FactValue(Decimal(str(value)), TODAY) for name, value in given.items() if value is not None
    }
    decision = evaluate(
        protocol(("renal_clauses", clauses)).renal,
        {**facts, "renal_clauses": FactValue(clauses, TODAY)},
        on=TODAY,
    )
    return decision.decisive[0].rule_id if decision.decisive else decision.status.value, decision.value(
        "change"
    )


@pytest.mark.parametrize(
    ("rise", "creatinine", "fall", "egfr", "clauses", "rule", "expected"),
    [
        (0, 95, 0, 70, "either", "REN-90", "small"),
        (30, 120, 20, 55, "either", "REN-90", "small"),
        ("30.1", 120, 20, 55, "either", "REN-10", "watch"),
        (50, 140, 30, 45, "either", "REN-10", "watch"),
        ("50.1", 140, 30, 45, "either", "REN-01", "unacceptable"),
        ("50.1", 140, "9.9", 45, "either", "REN-10", "watch"),
        ("50.1", 140, 10, 45, "either", "REN-01", "unacceptable"),
        ("50.1", 240, "9.9", 25, "either", "REN-02", "unacceptable"),
        ("50.1", 240, "9.9", 26, "either", "REN-10", "watch"),
        (10, 265, 12, 40, "either", "REN-90", "small"),
        (10, 266, 12, 40, "either", "REN-03", "unacceptable"),
        (10, 266, 9, 25, "either", "REN-04", "unacceptable"),
        (10, 266, 9, 26, "either", "REN-11", "watch"),
        (0, 266, 12, 40, "either", "REN-90", "small"),
        (50, 140, 9, 45, "both", "REN-10", "watch"),
        (51, 140, 9, 45, "both", "REN-05", "unacceptable"),
        (5, 266, 9, 45, "both", "REN-06", "unacceptable"),
        (5, 120, 10, 45, "both", "REN-07", "unacceptable"),
        (5, 120, "9.9", 45, "both", "REN-90", "small"),
        (5, 200, 9, 25, "both", "REN-08", "unacceptable"),
        (None, 120, None, 45, "either", "needs_data", None),
    ],
)
def test_renal_change(rise, creatinine, fall, egfr, clauses, rule, expected):
    assert change(rise, creatinine, fall, egfr, clauses) == (rule, expected)
