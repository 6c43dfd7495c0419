"""Bad input through the record and the clinic: what was entered wrongly never becomes a step."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.urls import reverse

from anderhalf.apps.audit.models import AuditLine
from anderhalf.apps.clinic import queries
from anderhalf.apps.clinic.errors import AdviceRefused
from anderhalf.apps.clinic.models import AdviceChoice
from anderhalf.apps.people.access import AccessDenied, Right
from anderhalf.apps.record import actions as record
from anderhalf.apps.record.models import MedicationAgreement, Observation
from anderhalf.apps.record.queries import facts_of

from .titration_care import care  # noqa: F401  the fixture

RAS = ("ace_inhibitor", "arb", "arni", "mra")
UP = ("start", "increase", "switch")


def newest(care, fact):  # noqa: F811
    return Observation.objects.filter(patient=care.episode.patient_id, fact=fact).latest("at")


def a_week_ago(care, potassium):  # noqa: F811
    """An earlier good value, that could step in for the newest."""
    items = [
        record.NewObservation(fact="potassium", value=Decimal(potassium), at=care.at - timedelta(days=7))
    ]
    record.record_observations(
        by=care.vs, at=care.at, patient=care.episode.patient_id, items=items, under=Right.WRITE_CLINICAL
    )


def kinds(care, *, when=None):  # noqa: F811
    found = queries.proposals(care.vs, care.episode, at=when or care.at)
    return {card.drug_class: card.kind for card in found.cards}, " ".join(found.problems)


def no_step(found):
    return not any(found[name] in UP for name in RAS)


@pytest.fixture
def without_mra(care):  # noqa: F811
    """Everything allows the start of an MRA, so that a step can be lost."""
    assert kinds(care)[0]["mra"] == "start"
    return care


def test_a_haemolysed_sample_makes_potassium_unknown_whatever_was_measured_before(without_mra):
    care = without_mra  # noqa: F811
    a_week_ago(care, "4.4")
    record.mark_unreliable(
        by=care.vs,
        at=care.at,
        observation_id=newest(care, "potassium").pk,
        because="hemolyse volgens het laboratorium",
    )
    found, problems = kinds(care)
    assert (found["ace_inhibitor"], found["mra"]) == ("needs_data", "hold") and no_step(found), "asked once"
    assert "onbetrouwbaar" in problems and "4,6" in problems
    assert (
        AuditLine.objects.filter(event="observation_unreliable", patient=care.episode.patient_id).count() == 1
    )
    again = care.at + timedelta(hours=2)
    care.measure(when=again, potassium="4.5")
    assert kinds(care, when=again + timedelta(minutes=5))[0]["mra"] == "start"


def test_an_unreliable_value_is_unknown_to_every_table(without_mra):
    care = without_mra  # noqa: F811
    day = care.at.date()
    pathway = queries.pathway_of(care.episode, on=day)
    a_week_ago(care, "4.4")
    before = facts_of(care.episode.patient_id, dictionary=pathway.facts, on=day)
    record.mark_unreliable(
        by=care.vs, at=care.at, observation_id=newest(care, "potassium").pk, because="hemolyse"
    )
    after = facts_of(care.episode.patient_id, dictionary=pathway.facts, on=day)
    assert "potassium" in before and "potassium" not in after
    assert {name for name in before if name != "potassium"} == set(after)


@pytest.mark.parametrize("role", ["gp", "poh", "patient", "project_leader"])
def test_only_the_centre_sets_a_value_aside(without_mra, people, role):
    care = without_mra  # noqa: F811
    with pytest.raises(AccessDenied):
        record.mark_unreliable(
            by=people.viewer(role),
            at=care.at,
            observation_id=newest(care, "potassium").pk,
            because="hemolyse",
        )
    assert newest(care, "potassium").status == "final"


def test_the_page_marks_a_sample_as_unreliable_and_keeps_it_visible(without_mra, people, monkeypatch):
    care = without_mra  # noqa: F811
    monkeypatch.setattr("django.utils.timezone.now", lambda: care.at)
    client, row = people.client("vs"), newest(care, "potassium")
    address = reverse("clinic:observation_correct", args=[row.pk])
    assert "hemolytisch" in client.get(address).content.decode()
    given = {"submission": str(uuid4()), "what": "unreliable", "value": "", "because": "hemolyse"}
    assert client.post(address, given).status_code == 302
    page = client.get(reverse("clinic:measurements", args=[care.episode.patient_id])).content.decode()
    assert "onbetrouwbaar: hemolyse" in page


def test_two_results_of_the_same_minute_that_differ(without_mra):
    care = without_mra  # noqa: F811
    moment = care.at - timedelta(minutes=30)
    items = [record.NewObservation(fact="potassium", value=Decimal("6.2"), at=moment)]
    record.record_observations(
        by=care.vs, at=care.at, patient=care.episode.patient_id, items=items, under=Right.WRITE_CLINICAL
    )
    found, problems = kinds(care)
    assert no_step(found) and "4,6 / 6,2" in problems
    assert (found["ace_inhibitor"], found["mra"]) == ("needs_data", "hold"), "asked once"


@pytest.mark.parametrize("value", ["45", "0.4"])
def test_potassium_45_that_came_in_by_another_door(without_mra, value):
    """The form refuses it; an import or another program may not."""
    care = without_mra  # noqa: F811
    care.measure(when=care.at, potassium=value)
    found, problems = kinds(care, when=care.at + timedelta(minutes=1))
    assert no_step(found) and "kan niet" in problems


def test_swapped_pressure_and_pulse(without_mra):
    care = without_mra  # noqa: F811
    care.measure(when=care.at, systolic_bp="64", heart_rate="122")
    found, problems = kinds(care, when=care.at + timedelta(minutes=1))
    assert found["beta_blocker"] == "needs_data" and "verwisseld" in problems
    assert {name for name, kind in found.items() if kind in UP} == set()


def test_two_drugs_of_one_class_and_a_drug_without_dose_in_the_protocol(care):  # noqa: F811
    care.uses("carvedilol", "6.25", days=20, times_per_day=2)
    found, problems = kinds(care)
    assert found["beta_blocker"] == "discuss" and "twee middelen" in problems
    care.uses("irbesartan", "150", days=20, atc="C09CA04")
    found, problems = kinds(care)
    assert found["arb"] not in UP and "C09CA04" in problems


def started_then_corrected_to(care, potassium: str):  # noqa: F811
    """The MRA is started; a day later its potassium turns out to have been another. Gives that moment."""
    care.choose("mra", "accepted")
    later = care.at + timedelta(days=1)
    record.correct_observation(
        by=care.vs,
        at=later,
        observation_id=newest(care, "potassium").pk,
        value=Decimal(potassium),
        because="verkeerd buisje",
    )
    return later


def test_a_correction_that_arrives_after_the_step_stops_the_next(without_mra):
    care = without_mra  # noqa: F811
    later = started_then_corrected_to(care, "5.3")
    found, problems = kinds(care, when=later + timedelta(minutes=5))
    assert no_step(found) and "gecorrigeerd nadat" in problems


def test_a_correction_above_the_limit_asks_to_stop_what_was_started(without_mra):
    care = without_mra  # noqa: F811
    later = started_then_corrected_to(care, "6.3")
    found, _problems = kinds(care, when=later + timedelta(minutes=5))
    assert (found["mra"], found["ace_inhibitor"]) == ("stop", "stop")


def test_a_combination_tablet_of_the_record_counts_for_both_classes(without_mra):
    """Eplerenone with dapagliflozin, as a referral reports it: neither class is started beside it."""
    care = without_mra  # noqa: F811
    assert kinds(care)[0]["sglt2_inhibitor"] in (*UP, "hold", "keep")
    care.uses("eplerenon/dapagliflozine", None, days=60, kind="reported", atc="C03DA54", times_per_day=None)
    found, _problems = kinds(care)
    assert found["mra"] not in UP and found["sglt2_inhibitor"] not in UP
    with pytest.raises(AdviceRefused, match="combinatietablet"):
        care.measure(when=care.at, potassium="6.4")
        care.choose("mra", "accepted", when=care.at + timedelta(minutes=1))
    assert not AdviceChoice.objects.exists()


def test_a_combination_tablet_can_be_chosen_in_the_consult(care, people):  # noqa: F811
    pathway = queries.pathway_of(care.episode, on=care.at.date())
    drug = queries.drugs_of(pathway)["combination_C09BX02"]
    assert (drug.atc, drug.unit, drug.drug_class) == ("C09BX02", "tablet", "ace_inhibitor")
    row = care.uses(drug.key, "1", days=60, atc=drug.atc, drug_class=drug.drug_class)
    assert MedicationAgreement.objects.get(pk=row.pk).drug_class == "ace_inhibitor"
    record.agree_medication(
        by=care.vs, at=care.at, patient=care.episode.patient_id, kind="stop", drug="bisoprolol", drug_name="bisoprolol",
        reason="in combinatietablet", from_at=care.at, under=Right.WRITE_CLINICAL, stop_reason="switch",
    )  # fmt: skip
    found, problems = kinds(care, when=care.at + timedelta(minutes=1))
    assert found["beta_blocker"] not in UP and found["ace_inhibitor"] not in UP
    assert "twee middelen" in problems  # enalapril stands beside the perindopril of the tablet
