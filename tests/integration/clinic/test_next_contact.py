"""The next contact by the follow-up schedule, from the record: after a step, after discharge, when nothing is ahead."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from anderhalf.apps.clinic import actions, queries
from anderhalf.apps.people.access import AccessDenied, Right
from anderhalf.apps.record import actions as record
from anderhalf.core.calendar import is_working_day

from .titration_care import WELL, value_of


@pytest.fixture
def episode(clinic, at):
    found = clinic.episode()
    measure(clinic, found, at, **WELL)
    measure(clinic, found, at, days=210, creatinine="88", egfr="72")
    actions.ask_tolerances(by=clinic.vs, at=at - timedelta(minutes=10), episode=found.pk)
    return found


def measure(clinic, episode, at, *, days=0, **facts):
    moment = at - timedelta(days=days, minutes=30)
    items = [
        record.NewObservation(
            fact=name, value=value if isinstance(value, date) else value_of(name, value), at=moment
        )
        for name, value in facts.items()
    ]
    record.record_observations(
        by=clinic.vs, at=at, patient=episode.patient_id, items=items, under=Right.WRITE_CLINICAL
    )


def agree(clinic, episode, at, drug, dose, *, days=0, kind="start", times=1):
    record.agree_medication(
        by=clinic.vs, at=at, patient=episode.patient_id, kind=kind, drug=drug, drug_name=drug, reason="HFrEF",
        from_at=at - timedelta(days=days, minutes=5), under=Right.WRITE_CLINICAL, dose=Decimal(dose), dose_unit="mg",
        times_per_day=times,
    )  # fmt: skip


def at_target(clinic, episode, at):
    for drug, dose, times in (
        ("sacubitril_valsartan", "97", 2), ("bisoprolol", "10", 1), ("spironolactone", "50", 1), ("dapagliflozin", "10", 1)
    ):  # fmt: skip
        agree(clinic, episode, at, drug, dose, days=200, times=times)


def test_after_a_step_today_the_control_of_the_class_decides(clinic, episode, at):
    agree(clinic, episode, at, "spironolactone", "25")
    found = queries.next_contact(clinic.vs, episode, at=at, during=True)
    assert (found.rule, found.kind, found.on) == ("titration", "visit", at.date() + timedelta(days=7))
    assert "kalium" in found.measure and found.source == "SPS-SPI" and not found.local
    assert found.why.endswith("(MRA)")


def test_classes_on_the_form_count_before_they_are_agreed(clinic, episode, at):
    at_target(clinic, episode, at)
    assert queries.next_contact(clinic.vs, episode, at=at, during=True).rule == "under_control"
    found = queries.next_contact(clinic.vs, episode, at=at, during=True, steps=["arni"])
    assert (found.rule, found.earliest) == ("titration", at.date() + timedelta(days=7))


def test_nothing_ahead_is_half_a_year_on_a_day_that_the_centre_is_open(clinic, episode, at):
    at_target(clinic, episode, at)
    found = queries.next_contact(clinic.vs, episode, at=at, during=True)
    latest = at.date() + timedelta(days=182)
    assert latest - timedelta(days=4) <= found.on <= latest and is_working_day(found.on)
    assert "ECG (QRS, ritme)" in found.tests


def test_a_discharge_that_nobody_followed_is_told_as_late(clinic, episode, at):
    at_target(clinic, episode, at)
    measure(clinic, episode, at, last_hf_admission_on=at.date() - timedelta(days=20))
    found = queries.next_contact(clinic.vs, episode, at=at)
    assert (found.rule, found.overdue, found.on) == ("after_discharge", True, at.date())
    assert queries.next_contact(clinic.vs, episode, at=at, during=True).rule == "under_control"


def test_a_step_of_before_this_contact_is_controlled_by_it(clinic, episode, at):
    at_target(clinic, episode, at)
    agree(clinic, episode, at, "spironolactone", "50", kind="change", days=3)
    outside = queries.next_contact(clinic.vs, episode, at=at)
    assert (outside.rule, outside.on) == ("titration", at.date() + timedelta(days=4)) or not is_working_day(
        at.date() + timedelta(days=4)
    )
    assert queries.next_contact(clinic.vs, episode, at=at, during=True).rule != "titration"


@pytest.mark.parametrize("role", ["gp", "project_leader", "billing"])
def test_only_who_sees_the_clinical_record_is_told(clinic, people, episode, at, role):
    with pytest.raises(AccessDenied):
        queries.next_contact(people.viewer(role), episode, at=at)
