"""Whatever is an alarm at home or in a contact is answered at a referral at least as soon."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from anderhalf.apps.people.access import Right
from anderhalf.apps.record import actions as record
from anderhalf.apps.referrals.forms.layout import form_facts
from anderhalf.apps.referrals.models import Referral
from anderhalf.core.decisions.evaluate import evaluate
from anderhalf.core.decisions.facts import Fact, FactType, FactValue, Value
from anderhalf.core.decisions.model import Rule
from anderhalf.core.pathway.danger import HOME_ALARMS, WEIGHT_ALARMS
from anderhalf.core.pathway.model import Pathway
from anderhalf.core.pathway.referral import route_referral
from tests.spec.cases.test_referral import KNOWN, Desk, without
from tests.support.alarms import pathway as published

pytestmark = pytest.mark.django_db

ALARM_TABLES = (HOME_ALARMS, WEIGHT_ALARMS)
SOONEST_OF_AN_ALARM = 1
"""Days: "the same or the next working day" is never later than this on the working day of these tests."""
ORDINARY_AF = {**KNOWN, "rhythm": "af", "mehra": "2a", "af_within_48_hours": False,
               "rate_slowing_drug": True, "wpw_or_family_sudden_death": False, "mechanical_valve": False,
               "mitral_stenosis": False, "hcm_or_amyloidosis": False}  # fmt: skip
ORDINARY_OF = {
    "heart_failure": {**KNOWN, "diastolic_bp": 78},
    "atrial_fibrillation": {**ORDINARY_AF, "diastolic_bp": 78},
}


def alarms() -> list[Any]:
    """Every rule of every alarm table of both pathways."""
    return [
        pytest.param(key, table, rule.id, id=f"{key} {rule.id}")
        for key in ORDINARY_OF
        for table in ALARM_TABLES
        if table in published(key).tables
        for rule in published(key).table(table).rules
    ]


def value_that_fires(pathway: Pathway, table: str, rule: Rule, fact: Fact) -> Value:
    """The mildest value at which the rule fires on this fact."""
    if fact.type is FactType.BOOLEAN:
        return True in rule.cells[fact.name].literals
    step = Decimal(1).scaleb(-fact.decimals)
    (limit,) = [one for one in rule.cells[fact.name].literals if isinstance(one, Decimal)]
    on = date(2026, 11, 2)
    for value in (limit, limit + step, limit - step):
        fired = evaluate(pathway.table(table), {fact.name: FactValue(value, on)}, on=on).fired
        if rule.id in {one.rule_id for one in fired}:
            return value
    raise AssertionError(f"{rule.id} never fires at its limit")


def weights(name: str, change: Decimal) -> list[tuple[int, Decimal]]:
    """(days ago, kg) of a change of weight, the last one of today."""
    usual = Decimal(80)
    days = next((int(part) for part in name.split("_") if part.isdigit()), 0)
    less = "loss" in name
    return [(days, usual), (0, usual - change if less else usual + change)]


def send(
    desk: Desk, key: str, facts: dict[str, Any], in_record: list[tuple[str, Value, int]]
) -> Referral | None:
    """Send a referral of an otherwise ordinary person; what the form does not ask stands in the record already."""
    now = timezone.now()
    if in_record:
        record.record_observations(
            by=desk.people.viewer("gp"), at=now,
            patient=desk.patient.pk, under=Right.REFER,
            items=[record.NewObservation(fact=name, value=value, at=now - timedelta(days=ago)) for name, value, ago in in_record],
        )  # fmt: skip
    sure = {f"c_{name}": "on" for name, value in facts.items() if not isinstance(value, bool)}
    return desk.sends(facts, intent="titration", pathway=key, **sure)


@pytest.mark.parametrize(("key", "table", "rule_id"), alarms())
def test_a_referral_is_not_slower_than_the_alarm(people, key, table, rule_id):
    pathway = published(key)
    rule = pathway.table(table).rule(rule_id)
    typed, stored = dict(ORDINARY_OF[key]), []
    on_the_form = {name for names in form_facts(pathway) for name in names}
    for name, cell in rule.cells.items():
        if cell.any:
            continue
        value = value_that_fires(pathway, table, rule, pathway.dictionary[name])
        if table == WEIGHT_ALARMS:
            typed.pop("weight", None)
            if name == "weight_above_target":
                stored += [
                    ("target_weight", Decimal(80), 1),
                    ("weight", Decimal(80) + Decimal(str(value)), 0),
                ]
            else:
                stored += [("weight", kg, ago) for ago, kg in weights(name, Decimal(str(value)))]
        elif name not in on_the_form:
            stored.append((name, value, 0))
        else:
            typed[name] = value
    found = send(Desk(people), key, typed, stored)
    assert found is not None, "nothing was sent: the alarm itself asks for no call before it"
    term = pathway.urgencies[found.urgency].days
    assert term is not None and term <= SOONEST_OF_AN_ALARM, (found.urgency, found.routing["reasons"])
    assert rule_id in {one["rule"] for one in found.routing["reasons"]}, "it is said why"


@pytest.mark.parametrize("key", sorted(ORDINARY_OF))
def test_the_person_of_these_tests_is_ordinary(people, key):
    found = send(Desk(people), key, ORDINARY_OF[key], [])
    assert found is not None and (published(key).urgencies[found.urgency].days or 99) > SOONEST_OF_AN_ALARM


def test_who_would_have_stayed_with_the_gp_is_seen(people):
    desk = Desk(people)
    stable = {**KNOWN, "therapy_status": "at_target", "heart_rate": 48}
    found = desk.sends(stable, intent="follow_up", c_heart_rate="on")
    assert found is not None
    assert (found.proposed_line, found.urgency) == ("intermediate", "within_1_day")
    assert [one["rule"] for one in found.routing["reasons"]] == ["AL-21"], "not why she would have stayed"


def test_the_triage_list_sorts_it_as_what_it_asks_for(people):
    found = Desk(people).sends({**KNOWN, "heart_rate": 48}, intent="titration", c_heart_rate="on")
    assert found is not None and found.danger == 2


@pytest.mark.parametrize(("choice", "expected"), [("esc", "within_1_week"), ("adrz", "within_1_day")])
def test_the_choice_of_the_agreement_counts(choice, expected):
    """More than 1 kg in one day is an alarm where the agreement chose so."""
    on = date(2026, 11, 2)
    series = {"weight": [FactValue(Decimal(80), on - timedelta(days=1)), FactValue(Decimal("81.5"), on)]}
    facts = {
        name: FactValue(Decimal(str(value)) if isinstance(value, int) and not isinstance(value, bool) else value, on)
        for name, value in {**KNOWN, "question": "titration", "referred_from": "first", "orthopnoea": False,
                            "weight": 81, "weight_stable": False}.items()
        if name != "potassium"
    }  # fmt: skip
    facts["weight"] = series["weight"][-1]
    chosen = published("heart_failure", ("weight_alarm", choice))
    assert (
        route_referral(chosen, facts, on=on, birth_date=date(1950, 2, 3), series=series).urgency == expected
    )


def test_an_exclusion_that_may_wait_does_not_make_an_alarm_wait():
    on = date(2026, 11, 2)
    facts = {"heart_rate": FactValue(Decimal(48), on), "systolic_bp": FactValue(Decimal(120), on)} | {
        name: FactValue(False, on)
        for name in (
            "chest_pain_at_rest",
            "dyspnoea_at_rest",
            "hypoperfusion",
            "syncope",
            "abrupt_deterioration",
        )
    }
    found = route_referral(published("heart_failure"), facts, on=on, birth_date=date(2009, 2, 3))
    assert (found.line, found.urgency, found.days) == ("second", "within_1_day", 1)
    assert {one.rule for one in found.reasons} == {"AL-21", "EX-11"}


def test_an_alarm_answers_no_line_while_an_alarm_sign_is_open(people):
    """K 5.8 is a matter of a day; whether it is an emergency hangs on the signs that nobody asked about."""
    open_signs = ("chest_pain_at_rest", "dyspnoea_at_rest", "syncope", "hypoperfusion")
    facts = {**without(KNOWN, *open_signs), "potassium": "5.8"}
    desk = Desk(people)
    said = desk.says(facts, intent="titration", c_potassium="on")
    assert "Nog niet te zeggen" in said and "AL-30" in said, said[:1500]
    assert desk.sends(facts, intent="titration", c_potassium="on") is None
