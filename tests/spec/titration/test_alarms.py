"""Alarms on what patients measure and answer at home (clinical facts 5.3), with both sides of every limit."""

from __future__ import annotations

from decimal import Decimal

import pytest

from anderhalf.core.pathway.titration import Observation, alarms
from tests.support.titration import TODAY, moment, patient, protocol


def fired(*, choices=(), **kwargs):
    found = alarms(protocol(*choices), patient(**kwargs), on=TODAY)
    return [(alarm.rule, alarm.kind) for alarm in found]


def weights(*pairs):
    return tuple(Observation(fact="weight", value=Decimal(kg), at=moment(days)) for days, kg in pairs)


def test_a_stable_patient_raises_nothing():
    assert fired() == []


@pytest.mark.parametrize(
    ("gained", "days", "expected"),
    [("82.0", 3, []), ("82.1", 3, [("AL-01", "contact_team")]), ("82.1", 4, []), ("82.1", 1, [("AL-01", "contact_team")])],
)  # fmt: skip
def test_more_than_two_kilos_in_three_days(gained, days, expected):
    assert fired(omit=["weight"], extra=weights((days, "80.0"), (0, gained))) == expected


def test_the_lowest_weight_of_the_three_days_counts():
    assert fired(omit=["weight"], extra=weights((3, "81.0"), (2, "80.0"), (0, "82.5"))) == [
        ("AL-01", "contact_team")
    ]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"systolic_bp": 95}, []), ({"systolic_bp": 94}, [("AL-20", "contact_team")]),
        ({"heart_rate": 50}, []), ({"heart_rate": 49}, [("AL-21", "contact_team")]),
        ({"acute_illness": True}, [("AL-13", "contact_team")]), ({"orthopnoea": True}, [("AL-14", "contact_team")]),
        ({"dyspnoea_at_rest": True}, [("AL-10", "call_112")]), ({"chest_pain_at_rest": True}, [("AL-11", "call_112")]),
        ({"syncope": True}, [("AL-12", "call_112")]),
    ],
)  # fmt: skip
def test_limits_and_complaints(facts, expected):
    assert fired(**facts) == expected


def test_the_most_urgent_comes_first():
    assert fired(systolic_bp=88, syncope=True, heart_rate=48)[0] == ("AL-12", "call_112")


def test_what_nobody_measured_is_no_alarm():
    assert fired(omit=["systolic_bp", "heart_rate", "acute_illness"]) == []


def test_a_protocol_of_before_the_days_were_written_down_still_raises_the_alarm():
    """Its facts say the days in their names: an alarm never falls silent because a version is old."""
    from anderhalf.core.pathway.titration.reading import _weight_gain_days

    old = '[weight_gain_3_days]\ntype = "number"\n[weight_gain_1_day]\ntype = "number"\n[on_drug]\ntype = "boolean"\n'
    assert _weight_gain_days(old) == {"weight_gain_3_days": 3, "weight_gain_1_day": 1}
    assert protocol().weight_gain_days == {"weight_gain_3_days": 3, "weight_gain_1_day": 1}
