"""The way to the diagnosis and the calculators on screen: with inputs and dates, and a range while one is missing."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from anderhalf.apps.clinic.queries.calculators import calculators
from anderhalf.apps.clinic.queries.diagnosis import diagnosis_way
from anderhalf.apps.people.access import AccessDenied, Right
from anderhalf.apps.record import actions as record

CODES = ("rhythm", "nyha", "ecg_result")


@pytest.fixture
def about(clinic, at):
    """``about(fact=value)`` records something about a patient of whom nothing is known yet."""
    episode = clinic.episode()

    def measure(**facts):
        items = [
            record.NewObservation(
                fact=name,
                value=raw if isinstance(raw, bool) or name in CODES else Decimal(raw),
                at=at - timedelta(1),
            )
            for name, raw in facts.items()
        ]
        record.record_observations(
            by=clinic.vs, at=at, patient=episode.patient_id, items=items, under=Right.WRITE_CLINICAL
        )

    measure.episode = episode
    return measure


def test_a_calculator_gives_a_range_and_says_what_would_narrow_it(about, clinic, at):
    def found():
        return {one.id: one for one in calculators(clinic.vs, about.episode, at=at)}

    about(weight="80")
    bmi = found()["bmi"]
    assert "–" in bmi.answer and bmi.missing == ["Lengte"] and bmi.unit == "kg/m²"
    about(height="178")
    bmi = found()["bmi"]
    assert (bmi.answer, bmi.missing) == ("25,2", [])
    assert {one.label for one in bmi.inputs} == {"Gewicht", "Lengte"} and bmi.inputs[0].on is not None
    assert found()["egfr"].missing == ["Creatinine"]
    about(creatinine="90")
    egfr = found()["egfr"]
    assert "–" not in egfr.answer and egfr.source and egfr.unit.startswith("ml/min")
    assert "–" in found()["h2fpef"].answer and found()["h2fpef"].meaning


def test_scores_of_a_second_pathway_come_with_it(about, clinic, at):
    names = [one.id for one in calculators(clinic.vs, about.episode, at=at)]
    assert "cha2ds2_va" not in names
    about(rhythm="af")
    names = [one.id for one in calculators(clinic.vs, about.episode, at=at)]
    assert {"cha2ds2_va", "cha2ds2_vasc", "has_bled"} <= set(names)


def test_the_way_says_what_is_open(about, clinic, at):
    way = diagnosis_way(clinic.vs, about.episode, at=at)
    assert {step.state for step in way.steps} == {"open"} and way.known is None
    about(
        nyha="II",
        ecg_result="abnormal",
        rhythm="sinus",
        nt_probnp="900",
        lvef="32",
        specific_cause_suspected=False,
    )
    way = diagnosis_way(clinic.vs, about.episode, at=at)
    states = {step.id: step.state for step in way.steps}
    assert states == {"history": "done", "ecg": "done", "peptide": "done", "echo": "done", "phenotype": "done",
                      "cause": "open"}  # fmt: skip
    assert next(step for step in way.steps if step.id == "phenotype").note.startswith("HFrEF")


def test_what_the_agreement_wants_done_comes_from_its_table(about, clinic, at):
    record.record_observations(
        by=clinic.vs, at=at, patient=about.episode.patient_id, under=Right.WRITE_CLINICAL,
        items=[record.NewObservation(fact="referred_from", value="first", at=at - timedelta(hours=1))],
    )  # fmt: skip
    about(heart_failure_known=False)
    to_do = {what: where for what, _why, where in diagnosis_way(clinic.vs, about.episode, at=at).to_do}
    assert "Maak een ECG" in to_do and "TD-02" in to_do["Maak een ECG"]
    about(ecg_result="normal")
    assert "Maak een ECG" not in {
        what for what, _why, _where in diagnosis_way(clinic.vs, about.episode, at=at).to_do
    }


def test_the_page_is_for_who_sees_the_record(about, people, at, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: at)
    about(weight="80", lvef="32")
    address = reverse("clinic:diagnosis", args=[about.episode.patient_id])
    page = people.client("vs").get(address)
    assert page.status_code == 200 and "Rekenhulpen" in page.content.decode()
    assert people.client("gp").get(address).status_code in (403, 404)
    with pytest.raises(AccessDenied):
        calculators(people.viewer("project_leader"), about.episode, at=at)
