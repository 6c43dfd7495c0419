"""Referral cases (Q), by the form that a practice nurse fills in: what the answer beside it says, and what is sent."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from anderhalf.apps.referrals.models import Referral
from tests.integration.referrals.conftest import ORDINARY, form_data
from tests.support.people import submission

pytestmark = pytest.mark.django_db

KNOWN = {
    **{name: value for name, value in ORDINARY.items() if name not in ("nt_probnp", "ecg_result")},
    "heart_failure_known": True, "new_ecg_abnormality": False, "advanced_hf_sign": False, "hf_admission_ever": False,
    "hf_admissions_12_months": 0, "lvef": 32, "optimal_therapy_3_months": False, "device_assessed": True,
    "creatinine": 90, "egfr": 62, "therapy_status": "titrating", "congestion": False, "weight_stable": True,
}  # fmt: skip
RED_FLAGS = ("dyspnoea_at_rest", "chest_pain_at_rest", "syncope", "hypoperfusion", "abrupt_deterioration")


def without(facts, *names):
    return {name: value for name, value in facts.items() if name not in names}


class Desk:
    """The form of a practice nurse about one patient."""

    def __init__(self, people):
        self.people, self.client = people, people.client("poh")
        self.patient = people.patient()

    def says(self, facts, **more) -> str:
        """The text of the answer beside the form, danger first."""
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", self.page(facts, **more)))

    def line(self, facts, **more) -> str:
        """The line that is answered, as it is marked on the rail; empty when it is not certain yet."""
        chosen = re.search(r'<li[^>]* aria-current="true">([^<]*)', self.page(facts, **more))
        return chosen[1] if chosen else ""

    def page(self, facts, **more) -> str:
        data = form_data(facts, patient=str(self.patient.pk), **more)
        return self.client.post(reverse("referrals:route"), data).content.decode()

    def sends(self, facts, **more) -> Referral | None:
        """Press send; the referral, or None when nothing was sent. Never for a fact that the form can't read."""
        data = form_data(facts, patient=str(self.patient.pk), submission=submission(), **more)
        page = self.client.post(reverse("referrals:send"), data).content.decode()
        for errors in re.findall(r'<div class="error-summary".*?</div>', page, re.DOTALL):
            assert "#id_f_" not in errors, errors
        return Referral.objects.filter(patient=self.patient).first()


@pytest.fixture
def desk(people):
    return Desk(people)


@pytest.mark.case("Q01")
def test_potassium_while_alarm_signs_are_open(desk, answer):
    facts = without({**KNOWN, "potassium": "6.4", "systolic_bp": 120, "heart_rate": 80}, *RED_FLAGS)
    said = desk.says(facts, intent="titration")
    assert "EX-07" in said and "Bel de dienstdoende cardioloog" in said
    more = {"intent": "titration", "c_potassium": "on"}
    assert desk.sends(facts, **more, chosen_line="intermediate", because="kent de patiënt goed") is None
    answer("EX-07, emergency, call the cardiologist now; other choice sends nothing without a named call")


@pytest.mark.case("Q02")
def test_low_pressure_while_alarm_signs_are_open(desk, answer):
    facts = without({**KNOWN, "systolic_bp": 72}, "chest_pain_at_rest", "syncope", "hypoperfusion")
    more = {"c_systolic_bp": "on", "intent": "titration"}
    said = desk.says(facts, **more)
    assert "EX-08" in said and "Bel 112" in said, "with a pulse of 82 above it this may be shock"
    assert desk.sends(facts, **more, chosen_line="intermediate", because="kent de patiënt goed") is None
    answer("EX-08, and 112 when the pulse is above it; not sent without a named call")


@pytest.mark.case("Q04")
def test_abrupt_deterioration_while_syncope_is_open(desk, answer):
    facts = without({**KNOWN, "abrupt_deterioration": True}, "syncope")
    said = desk.says(facts, intent="titration")
    assert "EX-10" in said and "Bel de dienstdoende cardioloog" in said
    answer("EX-10, call the cardiologist")


@pytest.mark.case("Q05")
def test_unusual_values_that_are_not_confirmed(desk, answer):
    said = desk.says({**KNOWN, "systolic_bp": 72, "heart_rate": 32}, intent="titration")
    assert "Klopt dit?" in said and "72 mmHg" in said and "32 /min" in said
    assert "EX-08" in said and "EX-09" in said and "099-9990021" in said
    answer("is this right? then call now, with the number; EX-08 and EX-09")


@pytest.mark.case("Q07")
def test_severe_hypokalaemia(desk, answer):
    said = desk.says({**KNOWN, "potassium": "2.4"}, intent="titration", c_potassium="on")
    assert "Bel" in said and "binnen 4 weken" not in said
    referral = desk.sends({**KNOWN, "potassium": "2.4"}, intent="titration", c_potassium="on")
    assert referral is None
    answer("call first; nothing sent without a named call")


@pytest.mark.case("Q09")
def test_severe_anaemia(desk, answer):
    said = desk.says({**KNOWN, "haemoglobin": "3.9"}, intent="titration", c_haemoglobin="on")
    assert "Bel" in said and "binnen 4 weken" not in said
    assert desk.sends({**KNOWN, "haemoglobin": "3.9"}, intent="titration", c_haemoglobin="on") is None
    answer("call first, the same day; nothing sent without a named call")


@pytest.mark.case("Q11")
def test_fast_breathing(desk, answer):
    said = desk.says({**ORDINARY, "respiratory_rate": 34}, c_respiratory_rate="on")
    assert "tel:112" in said or "Bel 112" in said
    assert desk.sends({**ORDINARY, "respiratory_rate": 34}, c_respiratory_rate="on") is None
    answer("emergency, call 112")


@pytest.mark.case("Q20")
def test_egfr_follows_from_creatinine(desk, answer):
    said = desk.says(without({**KNOWN, "creatinine": 70}, "egfr"), intent="titration")
    assert "1,5 lijn" in said and "Nog niet te zeggen" not in said
    answer("eGFR is worked out from creatinine; intermediate")


@pytest.mark.parametrize(
    ("more", "rule", "said"),
    [
        ({"digoxin_level": "2.9"}, "EX-100", "Bel de dienstdoende cardioloog"),
        ({"digoxin_level": "2.9", "heart_rate": 48}, "EX-101", "Bel de dienstdoende cardioloog"),
        ({"digoxin_level": "3.6"}, "EX-103", "Bel de dienstdoende cardioloog"),
    ],
)
def test_a_toxic_digoxin_level_is_not_sent_without_a_call(desk, more, rule, said):
    sure = {f"c_{name}": "on" for name in more}
    facts = {**KNOWN, "digoxin": True, **more}
    text = desk.says(facts, intent="titration", **sure)
    assert rule in text and said in text and "binnen 4 weken" not in text
    assert desk.sends(facts, intent="titration", **sure) is None


def test_a_digoxin_level_in_the_usual_range_is_sent(desk):
    sent = desk.sends({**KNOWN, "digoxin": True, "digoxin_level": "0.9"}, intent="titration")
    assert sent is not None and sent.danger is None


@pytest.mark.parametrize(
    ("fact", "typed"),
    [("potassium", "6.9 hemolytisch"), ("glucose", "LO"), ("qtc", "0,54"), ("haemoglobin", "tachtig")],
)
def test_what_cannot_be_read_leaves_no_line_certain(desk, fact, typed):
    """What was meant may be a danger; the panel may not say an ordinary line meanwhile."""
    said = desk.says({**KNOWN, fact: typed}, intent="titration")
    assert "Nog niet te zeggen" in said or "Nog geen lijn: eerst nagaan" in said, said[:800]
    assert "binnen 4 weken" not in said
    assert desk.line({**KNOWN, fact: typed}, intent="titration") == ""
