"""Every invented patient can be referred: the demonstration is built on any day, and each day draws other patients."""

from __future__ import annotations

from random import Random
from types import SimpleNamespace

import pytest

from anderhalf.apps.clinic.models import Outcome
from anderhalf.apps.referrals.routing import route_patient
from anderhalf.demonstration.cases import Body, at_moment, first_line_case, second_line_case
from anderhalf.demonstration.story import NORMAL_LVEF, Plan, body_of

pytestmark = pytest.mark.django_db
CASES = {
    "suspected": lambda body, at: first_line_case(body, kind="suspected"),
    "known": lambda body, at: first_line_case(body, kind="known"),
    "after admission": lambda body, at: second_line_case(body, admitted_days_ago=6, at=at),
    "from the clinic": lambda body, at: second_line_case(body, admitted_days_ago=None, at=at),
}
DRAWN = 80


@pytest.mark.parametrize("kind", CASES)
def test_the_service_sees_no_danger_and_answers_the_intermediate_line(people, a_patient, at, kind):
    """As ``demonstration.story`` sends it: what the service answers is what the network's tables say of it."""
    by = people.viewer("poh" if kind in ("suspected", "known") else "cardiologist")
    for seed in range(DRAWN):
        case = CASES[kind](Body.invent(Random(seed)), at)
        values = {name: value for name, value in case.values.items() if name != "pregnant"}
        found = route_patient(
            by=by,
            at=at,
            patient=a_patient.pk,
            intent=case.content.intent,
            direction=case.direction,
            items=at_moment(values, at),
            texts=case.content.texts(),
            listed=case.content.treatment_so_far,
        )
        assert not found.danger.signs, (seed, case, found.danger.signs)
        assert found.line == "intermediate", (seed, case, found.line)


def test_nobody_goes_back_without_heart_failure_and_with_a_raised_nt_probnp(at):
    """As ``stable`` wants it (ST-35): a normal echo with more than 220 ng/l is discussed."""
    plan = Plan(first_seen=at, kind="suspected", outcome=Outcome.Kind.RETURNED)
    bodies = [body_of(SimpleNamespace(random=Random(seed)), plan) for seed in range(DRAWN)]
    normal = [body for body in bodies if body.lvef >= NORMAL_LVEF]
    assert normal and all(body.nt_probnp <= 220 for body in normal)
    assert any(body.nt_probnp > 220 for body in bodies)
