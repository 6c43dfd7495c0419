"""What the agreement wants discussed comes on the agenda by itself: exactly at the limit, and once."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from anderhalf.apps.clinic import actions as clinic
from anderhalf.apps.clinic.actions import MedicationStep
from anderhalf.apps.clinic.queries.danger import danger_of
from anderhalf.apps.letters import actions as letters
from anderhalf.apps.supervision import actions
from anderhalf.apps.supervision.models import CaseDiscussion

pytestmark = pytest.mark.django_db
OPTIMAL = {"optimal_therapy_3_months": True}


@pytest.mark.parametrize(
    ("rule", "below", "at_limit"),
    [
        ("high_potassium", {"potassium": "5.5"}, {"potassium": "5.6"}),
        ("low_egfr", {"egfr": "30"}, {"egfr": "29"}),
        ("low_pressure", {"systolic_bp": "90"}, {"systolic_bp": "89"}),
        ("slow_heart", {"heart_rate": "50"}, {"heart_rate": "49"}),
        ("advanced_hf", {"advanced_hf_sign": False}, {"advanced_hf_sign": True}),
        (
            "device",
            {"lvef": "30", "device_assessed": False, "icd_wish": "does_not_want"} | OPTIMAL,
            {"lvef": "30", "device_assessed": False, "icd_wish": "undecided"} | OPTIMAL,
        ),
        (
            "icd_in_palliative_phase",
            {"icd_present": True, "palliative_phase": True, "icd_deactivation_discussed": True},
            {"icd_present": True, "palliative_phase": True, "icd_deactivation_discussed": False},
        ),
        (
            "icd_with_comfort_as_goal",
            {"icd_present": True, "treatment_goal": "complaints"},
            {"icd_present": True, "treatment_goal": "comfort"},
        ),
        ("advanced_hf_admissions", {"hf_admissions_12_months": "1"}, {"hf_admissions_12_months": "2"}),
        ("advanced_hf_lvef", {"lvef": "20"}, {"lvef": "19"}),
        ("symptoms_despite_therapy", {"nyha": "II"} | OPTIMAL, {"nyha": "III"} | OPTIMAL),
        (
            "symptoms_despite_therapy",
            {"nyha": "IV", "optimal_therapy_3_months": False},
            {"nyha": "IV"} | OPTIMAL,
        ),
        (
            "device",
            {"lvef": "36", "device_assessed": False} | OPTIMAL,
            {"lvef": "35", "device_assessed": False} | OPTIMAL,
        ),
        (
            "device",
            {"lvef": "30", "device_assessed": True} | OPTIMAL,
            {"lvef": "30", "device_assessed": False} | OPTIMAL,
        ),
    ],
)
def test_a_case_comes_exactly_at_the_limit(seen, waiting, rule, below, at_limit):
    seen(**below)
    assert rule not in waiting()
    seen(after=1, **at_limit)
    assert rule in waiting()


def test_what_is_unknown_is_not_put_on_the_agenda(seen, waiting):
    """NYHA III without knowing the therapy: the pathway asks for it, the agenda does not assume it."""
    seen(nyha="III")
    assert waiting() == {"new_patient"}


def test_the_first_contact_is_discussed_once(seen, waiting, people, at):
    seen()
    assert waiting() == {"new_patient"}
    case = CaseDiscussion.objects.get()
    assert case.added_by == people.viewer("vs").name and not case.urgent
    actions.decide_case(by=people.viewer("cardiologist"), at=at, case=case.pk, decision="Zo doorgaan")
    seen(after=1)
    assert waiting() == set()


def test_a_decided_value_comes_back_only_with_a_new_value(seen, waiting, people, at):
    seen(potassium="5.8")
    assert "high_potassium" in waiting()
    for case in CaseDiscussion.objects.filter(status="waiting"):
        actions.decide_case(by=people.viewer("cardiologist"), at=at, case=case.pk, decision="Halveren")
    seen(after=1, weight="80")
    assert waiting() == set()
    seen(after=2, potassium="5.7")
    assert "high_potassium" in waiting()
    seen(after=3, potassium="5.9")
    assert CaseDiscussion.objects.filter(rule="high_potassium", status="waiting").count() == 1


def step(
    kind: str, dose: str | None, drug: str = "bisoprolol", drug_class: str = "beta_blocker"
) -> MedicationStep:
    return MedicationStep(
        kind=kind,
        drug=drug,
        drug_name=drug,
        drug_class=drug_class,
        reason="volgens protocol",
        despite="eerder dan het protocol, met de specialist besproken",
        dose=Decimal(dose) if dose else None,
        dose_unit="mg",
        times_per_day=1 if dose else None,
    )


def test_a_stopped_drug_is_discussed(seen, waiting):
    seen(medication=[step("start", "1.25")])
    assert "class_stopped" not in waiting()
    seen(after=1, medication=[step("stop", None)])
    assert "class_stopped" in waiting()


def test_three_contacts_without_a_step_are_discussed(seen, waiting):
    seen(medication=[step("start", "1.25")])
    seen(after=1)
    seen(after=2)
    assert "no_progress" not in waiting()
    seen(after=3)
    assert "no_progress" in waiting()


def test_who_is_at_target_makes_no_progress_and_need_not(seen, waiting, episode, people, at):
    """Three contacts without a step are no standstill when the protocol has nothing left to do."""
    from anderhalf.apps.clinic.actions import ask_tolerances
    from tests.integration.clinic.titration_care import WELL, value_of

    ask_tolerances(by=people.viewer("vs"), at=at, episode=episode.pk)
    target = [
        step("reported", "10"), step("reported", "50", "spironolactone", "mra"),
        step("reported", "10", "dapagliflozin", "sglt2_inhibitor"), step("reported", "32", "candesartan", "arb"),
    ]  # fmt: skip
    well = {name: value_of(name, value) for name, value in WELL.items()} | {
        "hf_admissions_12_months": Decimal(0)
    }
    seen(medication=target, **well)
    for after in (1, 2, 3):
        seen(after=after, **well)
    assert "no_progress" not in waiting()
    seen(after=4, **well | {"potassium": Decimal("5.3")})
    assert "no_progress" in waiting()


@pytest.mark.parametrize(
    ("rule", "classes"),
    [
        ("advanced_hf_beta_blocker", ["beta_blocker"]),
        ("advanced_hf_ras_inhibitor", ["ace_inhibitor", "arb", "arni"]),
    ],
)
def test_what_is_not_tolerated_is_discussed_once_every_class_of_the_rule_is(
    seen, waiting, people, episode, at, rule, classes
):
    from anderhalf.apps.clinic.actions import remember_tolerance

    seen()
    for after, drug_class in enumerate(classes):
        assert rule not in waiting()
        remember_tolerance(
            by=people.viewer("vs"), at=at + timedelta(minutes=after), episode=episode.pk, kind="intolerance",
            drug_class=drug_class, reason="niet verdragen",
        )  # fmt: skip
        seen(after=after + 1)
    assert rule in waiting()


def test_a_refusal_is_no_sign_of_advanced_heart_failure(seen, waiting, people, episode, at):
    from anderhalf.apps.clinic.actions import remember_tolerance

    remember_tolerance(
        by=people.viewer("vs"), at=at, episode=episode.pk, kind="patient_refuses", drug_class="beta_blocker",
        reason="wil dit niet",
    )  # fmt: skip
    seen(after=1)
    assert "advanced_hf_beta_blocker" not in waiting()


def test_a_diuretic_that_goes_up_twice_is_discussed(seen, waiting):
    def loop(kind, dose):
        return [step(kind, dose, "furosemide", "loop_diuretic")]

    seen(medication=loop("start", "40"))
    seen(after=1, medication=loop("change", "80"))
    seen(after=2, medication=loop("change", "40"))
    assert "advanced_hf_diuretic" not in waiting()
    seen(after=3, medication=loop("change", "80"))
    assert "advanced_hf_diuretic" in waiting()


def test_a_step_starts_the_count_again(seen, waiting):
    seen(medication=[step("start", "1.25")])
    seen(after=1)
    seen(after=2)
    seen(after=3, medication=[step("change", "2.5")])
    assert "no_progress" not in waiting()


def test_proposing_a_return_is_discussed(seen, waiting, people, episode, at):
    seen()
    assert "before_return" not in waiting()
    letters.draft_letter(by=people.viewer("vs"), at=at, episode=episode.pk, kind="interim")
    assert "before_return" not in waiting()
    letters.draft_letter(by=people.viewer("vs"), at=at, episode=episode.pk, kind="return")
    assert "before_return" in waiting()


def test_after_care_ended_nothing_is_put_on_the_agenda(seen, people, episode, at):
    seen(potassium="5.8", heart_failure_known=True)
    about = {"by": people.viewer("vs"), "at": at + timedelta(minutes=30), "patient": episode.patient_id}
    danger = danger_of(episode.patient, episode.network_id, at=about["at"])
    clinic.answer_danger(
        **about,
        bases=[one.basis for one in danger.signs],
        steps=["accepted"],
        note="besproken, past bij de patiënt",
    )
    letters.close_care(
        by=people.viewer("vs"), at=at + timedelta(hours=1), episode=episode.pk, outcome="returned"
    )
    assert not CaseDiscussion.objects.filter(status="waiting").exists()
    later = at + timedelta(days=1)
    assert actions.put_required_cases(by=people.viewer("vs"), at=later, episode=episode.pk) == []


def test_measured_limits_stand_before_the_rest(seen, people, at):
    from anderhalf.apps.supervision import queries

    seen(potassium="5.8")
    agenda = queries.waiting_cases(people.viewer("vs"), at=at)
    assert [case.rule for case in agenda] == ["high_potassium", "new_patient"]
