"""Heart failure and atrial fibrillation in one patient: one record, one chart, each fact asked once."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from uuid import uuid4

import pytest

from anderhalf.apps.audit.models import AuditLine
from anderhalf.apps.clinic import actions, queries
from anderhalf.apps.clinic.errors import AdviceChanged, AdviceRefused
from anderhalf.apps.clinic.models import AdviceChoice
from anderhalf.apps.clinic.queries.anticoagulant_dose import parse_dose
from anderhalf.apps.clinic.queries.due_dates import months_later
from anderhalf.apps.clinic.views.beside import panel
from anderhalf.apps.people.access import AccessDenied, Right
from anderhalf.apps.record import actions as record
from anderhalf.apps.record.models import StoredDecision
from anderhalf.apps.record.queries import current_medication
from anderhalf.apps.supervision.models import CaseDiscussion

AF = "atrial_fibrillation"
FOUND = {
    "rhythm": "af", "mehra": "1", "heart_rate": "76", "systolic_bp": "128", "weight": "80", "creatinine": "90",
    "congestion": False, "heart_failure_known": True, "hypertension": False, "diabetes": False, "stroke_or_tia": False,
    "vascular_disease": False, "mechanical_valve": False, "mitral_stenosis": False, "hcm_or_amyloidosis": False,
    "dialysis": False, "frailty": "none", "asthma": False, "diltiazem_or_verapamil": False, "lvef": "35",
    "chest_pain_at_rest": False, "dyspnoea_at_rest": False, "hypoperfusion": False, "syncope": False,
    "af_within_48_hours": False, "af_after_cardioversion": False, "rate_control_stable_months": "2",
    "kidney_transplant": False, "liver_disease": False, "major_bleeding": False, "labile_inr": False,
    "antiplatelet": False, "nsaid": False, "alcohol_units_per_week": "0", "coronary_disease": False,
    "systemic_embolism": False, "doac_strong_inhibitor": False, "doac_inducer": False, "pre_excitation": False,
}  # fmt: skip
CODES = ("rhythm", "mehra", "frailty", "anticoagulant_drug", "nyha", "therapy_status")


@pytest.fixture
def both(clinic, at):
    """A patient in heart-failure care about whom everything is asked; atrial fibrillation only when told."""
    episode = clinic.episode()

    def measure(*, when=None, **facts):
        moment = when or at - timedelta(minutes=30)
        items = [
            record.NewObservation(
                fact=name, value=raw if isinstance(raw, bool) or name in CODES else Decimal(raw), at=moment
            )
            for name, raw in facts.items()
        ]
        record.record_observations(
            by=clinic.vs, at=moment, patient=episode.patient_id, items=items, under=Right.WRITE_CLINICAL
        )

    def uses(drug, dose, times, atc, *, kind="start", days=30):
        record.agree_medication(
            by=clinic.vs, at=at - timedelta(hours=1), patient=episode.patient_id, kind=kind, drug=drug, drug_name=drug,
            reason="huisarts", from_at=at - timedelta(days=days), under=Right.WRITE_CLINICAL, atc=atc,
            dose=None if dose is None else Decimal(dose), dose_unit="mg", times_per_day=times,
        )  # fmt: skip

    def found(when=at):
        (one,) = queries.beside(clinic.vs, episode, at=when)
        return one

    def shown(when=at):
        return panel(found(when), on=when.date())

    def card(table, when=at):
        every = shown(when)
        return next(one for one in [*every.cards, every.stable] if one is not None and one.table == table)

    return SimpleNamespace(
        episode=episode, measure=measure, uses=uses, found=found, shown=shown, card=card, vs=clinic.vs, at=at
    )


def test_unknown_is_asked_and_no_is_silent(both):
    assert both.shown().unknown and not both.shown().cards
    both.measure(rhythm="sinus")
    assert both.shown().unknown  # known before is still not asked
    both.measure(atrial_fibrillation=False)
    assert not both.shown().unknown and not both.shown().runs
    both.measure(atrial_fibrillation=True, when=both.at - timedelta(minutes=5))
    assert both.shown().runs


def test_what_heart_failure_knows_is_not_asked_again(both):
    """Pulse, weight, creatinine and the medication list are read where they are."""
    both.measure(**FOUND)
    both.uses("bisoprolol", "5", 1, "C07AB07")
    both.uses("apixaban", "5", 2, "B01AF02")
    shown = both.shown()
    assert shown.missing == []
    facts = both.found().facts
    assert facts["beta_blocker"].value is True and facts["rate_slowing_drug"].value is True
    assert facts["anticoagulant_drug"].value == "apixaban"
    assert [one["label"] for one in shown.scores] == ["CHA₂DS₂-VA", "HAS-BLED", "Klaring"]
    assert both.card("anticoagulant_dose").card.title == "Apixaban: 5 mg 2 dd (gewone dosis)"
    assert not shown.asked_for  # all in order
    assert both.card("stable").card.rule == "AS-06"


@pytest.mark.parametrize(
    ("dose", "times", "face"),
    [("5", 2, "keep"), ("2.5", 2, "raise"), ("5", 3, "lower"), (None, None, "keep")],
)
def test_the_dose_on_the_list_is_laid_beside_the_dose_of_the_rules(both, dose, times, face):
    both.measure(**FOUND)
    both.uses("apixaban", dose, times, "B01AF02", kind="start" if dose else "reported")
    card = both.card("anticoagulant_dose")
    assert card.card.kind == face and card.asks is (face != "keep")
    assert bool(card.notes) is not (dose == "5" and times == 2)


def test_recommended_and_not_taken_is_a_step_and_unknown_is_a_question(both):
    both.measure(**FOUND)
    card = both.card("anticoagulation")
    assert card.card.kind == "info" and "niet vastgelegd" in card.notes[0]
    both.measure(anticoagulant_drug="none", when=both.at - timedelta(minutes=5))
    card = both.card("anticoagulation")
    assert card.card.kind == "start" and card.asks
    both.measure(mechanical_valve=True, when=both.at - timedelta(minutes=4))
    both.uses("apixaban", "5", 2, "B01AF02")
    assert both.card("anticoagulation").card.kind == "stop"
    assert both.card("anticoagulant_dose").card.kind == "stop"


def test_an_alarm_comes_first(both):
    both.measure(**{**FOUND, "syncope": True})
    shown = both.shown()
    assert (shown.cards[0].table, shown.cards[0].card.kind) == ("exclusion", "danger")


def test_a_stopped_drug_is_not_used_and_a_drug_never_listed_is_unknown(both):
    both.measure(**FOUND)
    assert "beta_blocker" not in both.found().facts
    both.uses("bisoprolol", "5", 1, "C07AB07", days=40)
    both.uses("bisoprolol", None, None, "C07AB07", kind="stop", days=10)
    assert both.found().facts["beta_blocker"].value is False


def test_monitoring_counts_from_the_last_creatinine(both):
    both.measure(**FOUND)
    both.uses("apixaban", "5", 2, "B01AF02")
    card = both.card("anticoagulant_monitoring")
    assert not card.asks and "volgende op" in card.card.title


def test_following_and_not_following_are_kept_and_replayed(both, clinic):
    both.measure(**{**FOUND, "heart_rate": "44"})
    both.uses("bisoprolol", "5", 1, "C07AB07")
    both.uses("apixaban", "2.5", 2, "B01AF02")
    rate, dose = both.card("rate_control"), both.card("anticoagulant_dose")
    given = {"by": both.vs, "at": both.at, "episode": both.episode.pk, "pathway": AF}
    with pytest.raises(AdviceRefused):
        actions.choose_beside(**given, table="rate_control", choice="declined", basis=rate.basis)
    with pytest.raises(AdviceChanged):
        actions.choose_beside(**given, table="rate_control", choice="accepted", basis=dose.basis)
    key = str(uuid4())
    row = actions.choose_beside(
        **given, table="rate_control", choice="accepted", basis=rate.basis, submission=key
    )
    again = actions.choose_beside(
        **given, table="rate_control", choice="accepted", basis=rate.basis, submission=key
    )
    assert row == again and AdviceChoice.objects.count() == 1
    actions.choose_beside(
        **given, table="anticoagulant_dose", choice="declined", basis=dose.basis, reason="na bloeding"
    )
    for one in AdviceChoice.objects.all():
        assert queries.replay_choice(both.vs, one.pk, at=both.at) == ()
    lines = queries.choice_lines(queries.choices_of(both.vs, both.episode.patient_id, at=both.at), None)
    assert all(line["title"].startswith("Atriumfibrilleren: ") for line in lines)
    assert set(AuditLine.objects.filter(event__startswith="clinic:advice_").values_list("event", flat=True)) >= {
        "clinic:advice_accepted", "clinic:advice_declined",
    }  # fmt: skip


def follow(both, table, **more):
    card = both.card(table)
    return actions.choose_beside(
        by=both.vs, at=both.at, episode=both.episode.pk, pathway=AF, table=table, choice="accepted",
        basis=card.basis, **more,
    )  # fmt: skip


def in_use(both):
    (row,) = (
        one for one in current_medication(both.episode.patient_id, at=both.at) if one.atc.startswith("B01A")
    )
    return row


def test_following_the_dose_of_the_rules_is_a_medication_agreement(both):
    """Too low by the rules: then the right dose is agreed, with what the patient reads."""
    both.measure(**FOUND, edoxaban_interaction=False)
    both.uses("edoxaban", "30", 1, "B01AF03")
    row = follow(both, "anticoagulant_dose")
    used = in_use(both)
    assert row.medication == [str(used.pk)]
    assert (used.kind, used.drug, used.dose, used.times_per_day) == ("change", "edoxaban", Decimal(60), 1)
    assert used.instructions == "Neem edoxaban 60 mg, 1 keer per dag." and "(DD-24)" in used.reason
    assert both.card("anticoagulant_dose").card.kind == "keep" and not both.shown().asked_for
    assert queries.replay_choice(both.vs, row.pk, at=both.at) == ()


def test_a_reduced_dose_to_consider_is_in_order_once_it_is_taken(both):
    both.measure(**FOUND, gastritis_or_reflux=True, dabigatran_interaction=False, verapamil=False)
    both.uses("dabigatran", "150", 2, "B01AE07")
    assert both.card("anticoagulant_dose").card.kind == "lower"
    follow(both, "anticoagulant_dose")
    assert in_use(both).dose == 110 and both.card("anticoagulant_dose").card.kind == "keep"


def test_declining_or_discussing_changes_no_medication(both):
    both.measure(**{**FOUND, "mechanical_valve": True})
    both.uses("apixaban", "5", 2, "B01AF02")
    assert follow(both, "anticoagulant_dose").medication == [], "stopping is for the cardiologist to say"
    assert follow(both, "anticoagulation").medication == [] and in_use(both).dose == 5


def test_an_anticoagulant_is_started_in_the_dose_of_the_rules(both):
    """Only drugs whose dose the rules can tell are offered; which one is the professional's choice."""
    both.measure(**{**FOUND, "anticoagulant_drug": "none", "edoxaban_interaction": True, "verapamil": False,
                    "dabigatran_interaction": True})  # fmt: skip
    offered = dict(both.card("anticoagulation").starts)
    assert list(offered.values()) == ["apixaban 5 mg 2 dd", "edoxaban 30 mg 1 dd", "rivaroxaban 20 mg 1 dd"]
    with pytest.raises(AdviceChanged):
        follow(both, "anticoagulation", start="apixaban|2.5|2")
    with pytest.raises(AdviceChanged):
        follow(both, "anticoagulation", start="dabigatran|150|2")
    row = follow(both, "anticoagulation", start="edoxaban|30|1")
    used = in_use(both)
    assert row.medication == [str(used.pk)]
    assert (used.kind, used.drug_class, used.dose, used.times_per_day) == (
        "start",
        "anticoagulant",
        Decimal(30),
        1,
    )
    assert "(DD-23)" in used.reason
    stored = StoredDecision.objects.filter(patient=both.episode.patient_id, pathway=AF)
    assert set(stored.values_list("table", flat=True)) == {"anticoagulation", "anticoagulant_dose"}
    assert both.card("anticoagulation").starts == [] and not both.shown().asked_for


def test_nothing_is_offered_where_the_dose_cannot_be_told(both):
    found = {name: value for name, value in FOUND.items() if name not in ("weight", "creatinine")}
    both.measure(**found, anticoagulant_drug="none")
    assert both.card("anticoagulation").starts == []
    row = follow(both, "anticoagulation")
    assert row.medication == []


def test_what_must_be_discussed_goes_to_the_agenda(both):
    both.measure(**{**FOUND, "frailty": "frail"})
    both.uses("acenocoumarol", "1", 1, "B01AA07")
    card = both.card("anticoagulation")
    assert card.card.rule == "AC-04" and card.asks
    actions.choose_beside(
        by=both.vs, at=both.at, episode=both.episode.pk, pathway=AF, table="anticoagulation", choice="accepted",
        basis=card.basis,
    )  # fmt: skip
    assert CaseDiscussion.objects.filter(episode=both.episode, rule=f"{AF}:AC-04").exists()


def test_who_may_not_see_the_record_gets_nothing(both, people):
    with pytest.raises(AccessDenied):
        queries.beside(people.viewer("project_leader"), both.episode, at=both.at)
    both.measure(**FOUND)
    card = both.card("anticoagulation")
    with pytest.raises(AccessDenied):
        actions.choose_beside(
            by=people.viewer("gp"), at=both.at, episode=both.episode.pk, pathway=AF, table="anticoagulation",
            choice="accepted", basis=card.basis,
        )  # fmt: skip


def test_the_pages_show_both_and_the_form_asks_what_is_new(both, people, monkeypatch):
    from django.urls import reverse

    monkeypatch.setattr("django.utils.timezone.now", lambda: both.at)
    client = people.client("vs")
    form = reverse("clinic:encounter_new", args=[both.episode.pk])
    assert "f_mehra" not in client.get(form).content.decode()
    both.measure(**FOUND)
    both.uses("apixaban", "2.5", 2, "B01AF02")
    for name in ("chart", "proposals"):
        page = client.get(reverse(f"clinic:{name}", args=[both.episode.patient_id])).content.decode()
        assert "Apixaban: 5 mg 2 dd" in page and "2,5 mg 2 dd" in page
    page = client.get(form).content.decode()
    assert page.count('name="f_heart_rate"') == 1 and 'name="f_mehra"' in page
    assert 'name="f_beta_blocker"' in page, "nobody knows yet, so it is asked"
    assert 'value="apixaban"' in page and 'name="f_anticoagulant_drug"' not in page
    both.uses("bisoprolol", "5", 1, "C07AB07")
    assert 'name="f_beta_blocker"' not in client.get(form).content.decode(), "the list says so"


@pytest.mark.parametrize(
    ("text", "dose"),
    [
        ("2.5 mg 2x", (Decimal("2.5"), 2)),
        ("60 mg 1x", (Decimal(60), 1)),
        ("INR 2.0-3.0", None),
        ("none", None),
    ],
)
def test_the_dose_of_a_rule_is_read(text, dose):
    assert parse_dose(text) == dose


def test_months_are_calendar_months(at):
    from datetime import date

    assert months_later(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert months_later(date(2026, 11, 21), 6) == date(2027, 5, 21)


def test_whoever_stopped_the_only_anticoagulant_uses_none(both):
    both.measure(**FOUND)
    both.uses("apixaban", "5", 2, "B01AF02", days=40)
    both.uses("apixaban", None, None, "B01AF02", kind="stop", days=10)
    assert both.found().facts["anticoagulant_drug"].value == "none"
    assert both.card("anticoagulation").card.kind == "start"
    both.measure(anticoagulant_drug="edoxaban", when=both.at - timedelta(minutes=5))
    assert both.found().facts["anticoagulant_drug"].value == "edoxaban", "told later than the list"


@pytest.mark.parametrize("answered", ["dabigatran", "apixaban"])
def test_an_answer_that_the_list_contradicts_never_starts_a_second_anticoagulant(both, answered):
    """Stopped on the list, chosen in the form of that same day: nobody knows, so it is asked."""
    both.measure(**FOUND)
    both.uses("apixaban", "5", 2, "B01AF02")
    both.uses("apixaban", None, None, "B01AF02", kind="stop", days=0)
    assert both.card("anticoagulation").starts
    both.measure(anticoagulant_drug=answered, when=both.at - timedelta(minutes=5))
    card = both.card("anticoagulation")
    assert card.card.kind == "info" and not card.starts
    assert "spreken elkaar tegen" in card.notes[0] and "geen antistolling" in card.notes[0]


def test_an_anticoagulant_that_the_question_does_not_name_is_no_none(both):
    both.measure(**FOUND, anticoagulant_drug="none")
    both.uses("warfarine", "5", 1, "")
    card = both.card("anticoagulation")
    assert not card.starts and "spreken elkaar tegen" in card.notes[0]


def test_an_anticoagulant_by_its_trade_name_is_in_use_with_its_interactions(both):
    both.measure(**FOUND)
    both.uses("apixaban", "5", 2, "B01AF02")
    both.uses("apixaban", None, None, "B01AF02", kind="stop", days=2)
    both.uses("Pradaxa", "150", 2, "", days=1)
    both.uses("rifampicine 600", None, None, "", kind="reported", days=1)
    both.uses("ketoconazol", None, None, "", kind="reported", days=1)
    found = both.found()
    assert found.facts["anticoagulant_drug"].value == "dabigatran"
    assert {one.id for one in found.interactions} >= {"DINT-01", "DINT-20"}
    assert both.card("anticoagulant_dose").card.kind == "stop"
    assert not both.card("anticoagulation").starts


def _rule_of_going_back(both):
    decision = queries.stable_advice(both.vs, both.episode, at=both.at)
    assert decision.is_decided, decision.facts_missing
    return decision.decisive[0].rule_id


HEART_FAILURE_IN_ORDER = {
    "potassium": "4.4", "egfr": "61", "sodium": "140", "haemoglobin": "8.6", "nyha": "II", "weight_stable": True,
    "advanced_hf_sign": False, "therapy_status": "at_target", "hf_admission_ever": False, "device_assessed": True,
    "echo_after_optimal_done": True, "self_care_taught": True, "anticoagulant": True, "ferritin": "200",
    "transferrin_saturation": "25", "new_angina": False, "new_ecg_abnormality": False,
    "echo_structural_abnormality": True, "lvef": "42",
}  # fmt: skip


@pytest.fixture
def could_go_back(both):
    """Stable in every respect of heart failure, with atrial fibrillation and apixaban."""
    both.measure(**FOUND | HEART_FAILURE_IN_ORDER, days_since_medication_change="90")
    return both


@pytest.mark.parametrize(
    ("list_of", "facts", "rule"),
    [
        ([("apixaban", "5", 2, "B01AF02")], {}, "ST-99"),
        ([("apixaban", "2.5", 2, "B01AF02")], {}, "ST-33"),
        ([("apixaban", "5", 2, "B01AF02")], {"mechanical_valve": True}, "ST-33"),
        ([("apixaban", None, None, "B01AF02")], {}, "ST-34"),
        ([("apixaban", "5", 2, "B01AF02")], {"pre_excitation": True}, "ST-33"),
        ([], {}, "ST-34"),
        ([], {"anticoagulant_drug": "none"}, "ST-33"),
    ],
)
def test_atrial_fibrillation_keeps_a_patient_whom_heart_failure_would_send_back(
    could_go_back, list_of, facts, rule
):
    """Underdosed, forbidden beside a valve, dose or drug unknown: the heart-failure answer sees it."""
    for drug, dose, times, atc in list_of:
        could_go_back.uses(drug, dose, times, atc, days=90, kind="start" if dose else "reported")
    could_go_back.measure(when=could_go_back.at - timedelta(minutes=5), **facts)
    assert _rule_of_going_back(could_go_back) == rule


def test_a_term_of_the_second_pathway_keeps_nobody(could_go_back):
    """Two months of rate control is too short for who is in that pathway alone; it says nothing about today."""
    could_go_back.uses("apixaban", "5", 2, "B01AF02", days=90)
    assert could_go_back.card("stable").card.rule == "AS-06" and _rule_of_going_back(could_go_back) == "ST-99"
