"""Bad input has a defined answer, and none of it yields an unsafe proposal."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from anderhalf.core.pathway.titration import Observation, ObservationStatus, ProblemKind, Tolerance, advise
from anderhalf.core.pathway.titration.model import UPWARD
from tests.support.titration import TODAY, moment, patient, protocol

RAS = "enalapril 5 bid 21d"


def seen(value, *, fact="potassium", days=0, status=ObservationStatus.FINAL, recorded=None):
    return Observation(
        fact=fact, value=Decimal(str(value)), at=moment(days), status=status,
        recorded_at=None if recorded is None else moment(recorded),
    )  # fmt: skip


def advice(regimen, **kwargs):
    return advise(protocol(), patient(regimen, **kwargs), on=TODAY)


def kinds(found):
    return {problem.kind for problem in found.problems}


def no_step_on_potassium(found):
    return all(found.of(name).kind not in UPWARD for name in ("ace_inhibitor", "arb", "arni", "mra"))


@pytest.mark.parametrize("value", ["45", "0.4", "-4.5"])
def test_potassium_45_for_4_5(value):
    found = advice(RAS, potassium=value)
    assert ProblemKind.IMPOSSIBLE in kinds(found)
    assert found.of("ace_inhibitor").kind.value == "needs_data"
    assert ("potassium", "impossible") in {
        (each.fact, each.why) for each in found.of("ace_inhibitor").missing
    }
    assert no_step_on_potassium(found)


def test_an_older_good_value_never_stands_in_for_an_impossible_newest():
    found = advice(RAS, potassium="45", extra=(seen("4.4", days=7),))
    assert found.of("ace_inhibitor").kind.value == "needs_data"


def test_haemolysed_sample():
    found = advice(
        RAS, omit=["potassium"], extra=(seen("6.4", status=ObservationStatus.UNRELIABLE), seen("4.4", days=7))
    )
    assert ProblemKind.UNRELIABLE in kinds(found)
    assert found.of("ace_inhibitor").kind.value == "needs_data"
    assert no_step_on_potassium(found)


def test_two_results_on_the_same_minute_that_differ():
    found = advice(RAS, omit=["potassium"], extra=(seen("4.4"), seen("6.2")))
    assert ProblemKind.CONFLICT in kinds(found)
    assert no_step_on_potassium(found)


def test_two_results_on_the_same_minute_that_agree():
    found = advice(
        "enalapril 5 bid 21d; spironolactone 50 od 60d", omit=["potassium"], extra=(seen("4.4"), seen("4.4"))
    )
    assert kinds(found) == set()
    assert found.of("ace_inhibitor").own_kind.value == "increase"


def test_a_correction_replaces_the_result_of_the_same_moment():
    found = advice(
        RAS,
        omit=["potassium"],
        extra=(seen("4.4"), seen("5.8", status=ObservationStatus.CORRECTED, recorded=0)),
    )
    assert found.of("ace_inhibitor").kind.value == "stop"
    assert ProblemKind.CONFLICT not in kinds(found)


def test_a_correction_that_arrives_after_the_step():
    """Stepped up 10 days ago on a potassium of 4.4 that turned out to be 5.4: no new step until it is repeated."""
    corrected = (seen("4.4", days=22), seen("5.4", days=22, status=ObservationStatus.CORRECTED, recorded=15))
    found = advice(RAS, omit=["potassium"], extra=corrected, potassium=None)
    assert ProblemKind.CORRECTED_AFTER_STEP in kinds(found)
    assert no_step_on_potassium(found)
    repeated = advice(
        "enalapril 5 bid 21d; spironolactone 50 od 60d",
        omit=["potassium"],
        extra=(*corrected, seen("4.5", days=1)),
    )
    assert repeated.of("ace_inhibitor").own_kind.value == "increase"
    assert ProblemKind.CORRECTED_AFTER_STEP not in kinds(repeated)


def test_a_correction_before_the_repeat_keeps_the_step_away():
    corrected = (seen("4.4", days=22), seen("4.9", days=22, status=ObservationStatus.CORRECTED, recorded=0))
    found = advice(RAS, omit=["potassium"], extra=(*corrected, seen("4.5", days=1)))
    assert found.of("ace_inhibitor").own_kind.value == "discuss"
    assert found.of("ace_inhibitor").rule == "STEP-08"


def test_pulse_and_pressure_swapped():
    found = advice("bisoprolol 5 od 30d", systolic_bp=68, heart_rate=118, diastolic_bp=None)
    assert ProblemKind.SWAPPED in kinds(found)
    assert all(
        each.kind not in UPWARD
        for each in found.proposals
        if each.drug_class in ("beta_blocker", "ace_inhibitor", "arni")
    )
    assert (
        "spoed"
        in next(problem for problem in found.problems if problem.kind is ProblemKind.SWAPPED).texts["nl"]
    )


def test_pulse_and_pressure_swapped_keep_every_step_away():
    """Also of a class that looks at neither: swapped it is a mistake, and true it is an emergency."""
    calm = advice("enalapril 10 bid 200d; bisoprolol 10 od 200d", tolerances=())
    assert calm.of("mra").own_kind.value == "start"
    found = advice(
        "enalapril 10 bid 200d; bisoprolol 10 od 200d",
        tolerances=(),
        systolic_bp=64,
        heart_rate=122,
        diastolic_bp=None,
    )
    assert not [each.drug_class for each in found.proposals if each.kind in UPWARD]
    assert (found.of("mra").kind.value, found.of("mra").rule) == ("needs_data", "STEP-17")
    asked = {(each.fact, each.why) for each in found.of("mra").missing}
    assert asked == {("heart_rate", "swapped"), ("systolic_bp", "swapped")}


@pytest.mark.parametrize(("high", "low"), [(70, 118), (90, 90)])
def test_upper_and_lower_pressure_swapped(high, low):
    found = advice(RAS, systolic_bp=high, diastolic_bp=low, heart_rate=60)
    assert ProblemKind.SWAPPED in kinds(found)
    assert found.of("ace_inhibitor").kind.value == "needs_data"


def test_a_result_from_the_future():
    found = advice(RAS, extra=(seen("4.4", days=-30),))
    assert ProblemKind.FUTURE in kinds(found)
    assert no_step_on_potassium(found)


def test_a_result_that_was_not_known_yet_is_not_used():
    found = advice(
        "enalapril 5 bid 21d; spironolactone 50 od 60d", extra=(seen("6.4", days=-30, recorded=-30),)
    )
    assert found.of("ace_inhibitor").own_kind.value == "increase"


def test_entered_in_error_is_as_if_never_entered():
    found = advice(
        "enalapril 5 bid 21d; spironolactone 50 od 60d",
        extra=(seen("6.4", status=ObservationStatus.ENTERED_IN_ERROR),),
    )
    assert found.of("ace_inhibitor").own_kind.value == "increase"


@pytest.mark.parametrize("atc", ["C09AA06", "C09AA09", "C09AA07"])
def test_a_drug_without_agreed_dose_gets_no_step_but_keeps_its_limits(atc):
    stable = advice(f"{atc} 4 od 60d")
    assert stable.of("ace_inhibitor").kind.value == "discuss"
    assert ProblemKind.NOT_IN_PROTOCOL in kinds(stable)
    assert advice(f"{atc} 4 od 60d", potassium="5.8").of("ace_inhibitor").kind.value == "stop"


def test_duplicates_of_one_class():
    found = advice("bisoprolol 5 od 60d; carvedilol 6.25 bid 30d")
    assert ProblemKind.DUPLICATE in kinds(found)
    assert found.of("beta_blocker").kind.value == "discuss"
    assert found.of("beta_blocker").agenda


@pytest.mark.parametrize("dose", ["0", "-5"])
def test_a_dose_that_cannot_be(dose):
    found = advice(f"bisoprolol {dose} od 60d")
    assert ProblemKind.IMPOSSIBLE_DOSE in kinds(found)
    assert found.of("beta_blocker").kind.value == "discuss"


def test_a_dose_above_the_maximum_is_looked_at_not_congratulated():
    found = advice("bisoprolol 100 od 60d")
    assert ProblemKind.IMPOSSIBLE_DOSE in kinds(found)
    assert found.of("beta_blocker").kind.value == "discuss"


def test_a_combination_tablet_counts_for_both_classes():
    from anderhalf.core.pathway.titration import DrugUse

    tablet = DrugUse(
        atc="C09BX02",
        since=moment(60),
        components={"bisoprolol": Decimal(5), "perindopril_arginine": Decimal(5)},
        per_day=Decimal(1),
    )
    one = patient("")
    found = advise(
        protocol(),
        type(one)(medication=(tablet,), observations=one.observations, facts=one.facts, tolerances=()),
        on=TODAY,
    )
    assert found.of("beta_blocker").kind.value == "discuss"
    assert found.of("ace_inhibitor").kind.value == "keep", "at target, and no switch inside one tablet"
    assert found.of("beta_blocker").percent_of_target == 50
    assert found.of("arni").kind.value == "not_indicated"


@pytest.mark.parametrize(
    ("fact", "days"),
    [("potassium", 31), ("creatinine", 31), ("systolic_bp", 15), ("heart_rate", 15), ("congestion", 15)],
)
def test_what_is_too_old_for_a_step_is_asked_again(fact, days):
    fresh, old = ({"days_ago": {fact: days - 1}}, {"days_ago": {fact: days}})
    for drug_class in ("beta_blocker", "ace_inhibitor"):
        regimen = (
            "bisoprolol 5 od 90d"
            if drug_class == "beta_blocker"
            else "enalapril 5 bid 90d; spironolactone 50 od 90d; bisoprolol 10 od 90d"
        )
        needs = {
            "beta_blocker": ("heart_rate", "systolic_bp", "congestion"),
            "ace_inhibitor": ("potassium", "creatinine", "systolic_bp"),
        }
        if fact not in needs[drug_class]:
            continue
        assert advice(regimen, **fresh).of(drug_class).own_kind.value == "increase"
        assert advice(regimen, **old).of(drug_class).own_kind.value == "needs_data"


def test_laboratory_before_the_step_does_not_count_for_the_next():
    early = advice(
        "enalapril 5 bid 21d; spironolactone 50 od 90d", days_ago={"potassium": 17, "creatinine": 17}
    )
    assert early.of("ace_inhibitor").rule == "STEP-10"
    asked = {(each.fact, each.why) for each in early.of("ace_inhibitor").missing}
    assert asked == {("potassium", "stale"), ("creatinine", "stale")}
    enough = advice(
        "enalapril 5 bid 21d; spironolactone 50 od 90d", days_ago={"potassium": 16, "creatinine": 16}
    )
    assert enough.of("ace_inhibitor").own_kind.value == "increase"


def test_a_high_potassium_stops_even_when_everything_else_is_missing():
    everything = ["creatinine", "egfr", "systolic_bp", "heart_rate", "lvef", "hypotension_symptoms", "sodium"]
    found = advice("spironolactone 25 od 60d", potassium="6.2", omit=everything)
    assert found.of("mra").kind.value == "stop"


def test_potassium_of_today_and_creatinine_of_last_year():
    found = advice(
        "enalapril 5 bid 21d; spironolactone 50 od 90d",
        days_ago={"creatinine": 200},
        before={"creatinine": None},
    )
    assert found.of("ace_inhibitor").kind.value == "needs_data"
    assert ("creatinine", "stale") in {(each.fact, each.why) for each in found.of("ace_inhibitor").missing}


def test_a_repeat_prescription_is_no_step():
    """The same dose prescribed again yesterday does not start the interval anew."""
    text = "enalapril 5 bid 60d until 1d; enalapril 5 bid 1d; spironolactone 50 od 90d"
    assert advice(text).of("ace_inhibitor").own_kind.value == "increase"
    changed = "enalapril 2.5 bid 60d until 1d; enalapril 5 bid 1d; spironolactone 50 od 90d"
    found = advice(changed).of("ace_inhibitor")
    assert found.rule == "STEP-09"
    assert found.not_before == moment(1) + timedelta(days=14)


@pytest.mark.parametrize(
    ("fact", "drug_class"), [("asthma", "beta_blocker"), ("angioedema_history", "ace_inhibitor"), ("angioedema_history", "arni")]
)  # fmt: skip
def test_a_contraindication_that_was_answered_in_a_referral_or_consult_counts_like_one_in_the_record(
    fact, drug_class
):
    answered = (Observation(fact=fact, value=True, at=moment(400)),)
    assert advice("", extra=answered, tolerances=()).of(drug_class).kind.value == "not_indicated"


def test_an_old_answer_about_congestion_is_no_reason_to_lower_the_diuretic_first():
    regimen = "enalapril 5 bid 60d; furosemide 40 od 60d"
    complaints = {"systolic_bp": 92, "hypotension_symptoms": True}
    fresh = advice(regimen, **complaints).of("ace_inhibitor")
    assert (fresh.kind.value, fresh.first) == ("hold", "review_blood_pressure_drugs")
    stale = advice(regimen, days_ago={"congestion": 20}, **complaints).of("ace_inhibitor")
    assert stale.kind.value == "needs_data" and {each.fact for each in stale.missing} == {"congestion"}


def test_another_drug_never_resumes_at_the_dose_of_the_one_before():
    """Bisoprolol 10 mg was paused while ill and then not tolerated: carvedilol begins at its own start."""
    refused = (Tolerance(kind="intolerance", drug_class="beta_blocker", drug="bisoprolol"),)
    paused = "bisoprolol 10 od 90d until 10d because acute_illness"
    found = advice(paused, tolerances=refused).of("beta_blocker")
    assert (found.kind.value, found.drug, found.dose_new.amount) == ("start", "carvedilol", Decimal("3.125"))
    same = advice(paused, tolerances=()).of("beta_blocker")
    assert (same.kind.value, same.drug, same.dose_new.amount) == ("start", "bisoprolol", Decimal(10))


@pytest.mark.parametrize(
    ("atc", "classes"),
    [
        ("C09BX02", "ace_inhibitor beta_blocker"), ("C09BX05", "ace_inhibitor beta_blocker"),
        ("C09BX07", "ace_inhibitor beta_blocker"), ("C09DX05", "arb beta_blocker"),
        ("C03DA54", "mra sglt2_inhibitor"), ("C07FX05", "beta_blocker ivabradine"),
        ("C09BA02", "ace_inhibitor"), ("C10BX06", "ace_inhibitor"), ("C09DA03", "arb"), ("C10BX10", "arb"),
        ("C07FB07", "beta_blocker"), ("A10BD25", "sglt2_inhibitor"), ("C03EB01", "loop_diuretic"),
        ("C09DX04", "arni"), ("C09DX02", "arb"), ("B01AC06", ""),
    ],
)  # fmt: skip
def test_a_tablet_counts_for_every_class_that_it_contains(atc, classes):
    """None of these classes is started beside it, whatever else the tablet contains."""
    assert set(protocol().classes_of_atc(atc)) == set(classes.split())
    found = advice(f"{atc} ? od 60d", tolerances=())
    for drug_class in classes.split():
        answer = found.of(drug_class)
        assert answer.kind.value not in ("start", "switch") and answer.own_kind.value not in (
            "increase",
            "start",
        )


@pytest.mark.parametrize(
    ("atc", "drug_class", "kind"),
    [("C03EB01", "mra", "discuss"), ("C03CB01", "mra", "discuss"), ("C03EA01", "mra", "discuss")],
)
def test_potassium_in_a_combination_tablet_counts(atc, drug_class, kind):
    """Furosemide with triamterene or with potassium is a potassium-sparing drug too."""
    plain = advice("enalapril 10 bid 200d; bisoprolol 10 od 200d", tolerances=()).of(drug_class)
    beside = advice(f"enalapril 10 bid 200d; bisoprolol 10 od 200d; {atc} ? od 60d", tolerances=()).of(
        drug_class
    )
    assert plain.own_kind.value == "start"
    assert beside.own_kind.value != "start", (beside.rule, kind)


def test_verapamil_in_a_combination_tablet_keeps_the_beta_blocker_away():
    assert advice("C09BB10 ? od 60d", tolerances=()).of("beta_blocker").kind.value not in (
        "start",
        "increase",
    )
