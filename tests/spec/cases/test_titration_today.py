"""Proposals that can't wait for the next contact: sick days, digoxin that piles up, pairs that are contraindicated."""

from __future__ import annotations

import pytest

from tests.spec.cases.titration_patient import DAY, TitrationPatient


@pytest.fixture
def patient(people):
    people.at = DAY
    return TitrationPatient(people)


@pytest.mark.parametrize(
    ("drug_class", "regimen"),
    [
        ("ace_inhibitor", "ramipril 5 bid 90d"),
        ("arb", "losartan 50 od 90d"),
        ("arni", "sacubitril_valsartan 49 bid 90d"),
        ("mra", "spironolactone 25 od 90d"),
        ("sglt2_inhibitor", "dapagliflozin 10 od 90d"),
    ],
)
def test_on_a_sick_day_it_pauses_with_when_to_resume(patient, drug_class, regimen):
    card = patient.given(f"{regimen}; bisoprolol 5 od 90d", acute_illness=True).card(drug_class)
    assert card.kind == "pause"
    assert "Hervatten" in str(card.why)
    assert card.agenda


def test_without_illness_nothing_pauses(patient):
    assert patient.given("ramipril 5 bid 90d; dapagliflozin 10 od 90d").card("ace_inhibitor").kind != "pause"


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        ({"potassium": "3.2", "egfr": 28, "heart_rate": 52}, "pause"),
        ({"potassium": "3.2", "heart_rate": 48}, "pause"),
        ({"egfr": 28, "heart_rate": 48}, "pause"),
        ({"potassium": "3.2", "egfr": 75}, "discuss"),
    ],
)
def test_digoxin_beside_amiodarone_with_low_potassium(patient, facts, kind):
    card = patient.given("digoxin 250 od 90d; C01BD01 200 od 10d", **facts).card("digoxin")
    assert card.kind == kind
    assert "amiodaron" in str(card.why).lower()
    if "potassium" in facts:
        assert "kalium" in str(card.why).lower()


def test_verapamil_beside_digoxin_is_named(patient):
    card = patient.given("digoxin 125 od 90d; C08DA01 240 od 10d", lvef=50).card("digoxin")
    assert "verapamil" in str(card.why).lower()


@pytest.mark.parametrize("rate", [45, 60, 75])
def test_ivabradine_beside_clarithromycin_stops(patient, rate):
    card = patient.given("ivabradine 5 bid 90d; J01FA09 500 bid 3d", heart_rate=rate).card("ivabradine")
    assert card.kind == "stop"
    assert "gecontra-indiceerd" in str(card.why)


@pytest.mark.parametrize(
    ("drug_class", "regimen"),
    [
        ("mra", "eplerenone 25 od 90d; J01FA09 500 bid 3d"),
        ("vericiguat", "vericiguat 5 od 90d; C02KX05 1 od 3d"),
        ("ace_inhibitor", "ramipril 5 bid 90d; C09XA02 150 od 3d"),
    ],
)
@pytest.mark.parametrize("pressure", [84, 95, 120])
def test_every_contraindicated_pair_is_discussed_today_whatever_else_is_done(
    patient, drug_class, regimen, pressure
):
    card = patient.given(regimen, systolic_bp=pressure, hypotension_symptoms=pressure < 100).card(drug_class)
    assert card.kind in (
        ("stop", "pause", "decrease", "discuss") if pressure < 100 else ("stop", "pause", "discuss")
    )
    assert card.agenda
    assert "ontra-indic" in str(card.why) or "niet samen" in str(card.why).lower()


@pytest.mark.parametrize("beside", ["M01AE02 250 bid 5d", "B01AC06 80 od 90d"])
def test_a_bleeding_risk_beside_an_anticoagulant_is_told(patient, beside):
    page = patient.given(f"B01AF02 5 bid 90d; {beside}").page()
    assert any("bloeding" in text for text in page.problems)
