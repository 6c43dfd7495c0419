"""Between consults and around them: alarms at home, laboratory, the population, the meeting, the pages."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.template.loader import render_to_string
from django.utils import timezone

from anderhalf.apps.clinic import actions, queries
from anderhalf.apps.clinic.actions.medication import agree
from anderhalf.apps.clinic.errors import MedicationRefused
from anderhalf.apps.clinic.models import AdviceChoice
from anderhalf.apps.people.access import AccessDenied, Right
from anderhalf.apps.record import actions as record
from anderhalf.apps.record.models import MedicationAgreement, Observation, Task

from . import titration_care
from .titration_care import home, kinds

care = titration_care.care


def test_weight_gain_at_home_is_an_alarm_with_an_owner_and_an_end(care):
    friday = care.at + timedelta(days=2)
    home(care, when=friday, weight="82.0")
    assert not Task.objects.filter(kind="danger").exists()
    saturday = care.at + timedelta(days=3)
    home(care, when=saturday, weight="82.5")
    alarm = Task.objects.get(kind="danger", about="danger:weight_gain_3_days")
    assert (
        "AL-01" in alarm.note and alarm.owner_organisation == care.episode.centre and alarm.role == "hf_nurse"
    )
    assert alarm.due_on == care.at.date() + timedelta(days=5), "Saturday's alarm is looked at on Monday"
    home(care, when=saturday + timedelta(hours=2), weight="82.6")
    waiting = Task.objects.filter(kind="danger", about="danger:weight_gain_3_days", status="open")
    assert waiting.count() == 1 and waiting[0].due_on == alarm.due_on, "one task, of the newest weight"
    item = queries.due_list(care.vs, at=saturday)[0]
    assert (item.kind, item.urgent) == ("danger", True) and item.owner
    bases = [task.basis for task in Task.objects.filter(kind="danger", status="open")]
    actions.answer_danger(
        by=care.vs, at=saturday + timedelta(hours=3), patient=care.episode.patient_id, bases=bases,
        steps=["called_patient", "stopped"], called="mevrouw zelf", called_at=saturday + timedelta(hours=3),
    )  # fmt: skip
    assert "danger" not in kinds(care, when=saturday + timedelta(hours=4))


def test_fainting_tells_to_call_112_the_same_day(care):
    home(care, when=care.at + timedelta(hours=1), syncope=True)
    alarm = Task.objects.get(kind="danger")
    assert alarm.title.startswith("Bel 112") and alarm.due_at == care.at + timedelta(hours=1)
    found = queries.danger_of(care.episode.patient, care.episode.network_id, at=care.at + timedelta(hours=1))
    assert [one.sign.rule for one in found.signs] == ["EX-04"]


def test_laboratory_that_stays_out_after_a_step_is_due_and_then_done(care):
    care.choose("mra", "accepted")
    due_on = care.at + timedelta(days=8)
    assert "laboratory" not in kinds(care, when=care.at + timedelta(days=7))
    item = next(item for item in queries.due_list(care.vs, at=due_on) if item.kind == "laboratory")
    assert item.days_late == 1 and "kalium" in item.text
    care.measure(when=due_on, potassium="4.9", creatinine="92", egfr="70", sodium="139", systolic_bp="112")
    assert "laboratory" not in kinds(care, when=due_on)
    actions.record_encounter(by=care.vs, at=due_on + timedelta(hours=1), episode=care.episode.pk)
    assert Task.objects.get(kind="monitoring", about="check:mra").status == "done"


def test_a_result_that_arrives_waits_for_a_reader(care):
    when = care.at + timedelta(days=1)
    record.record_observations(
        by=care.vs, at=when, patient=care.episode.patient_id, under=Right.WRITE_CLINICAL, origin="imported",
        items=[record.NewObservation(fact="potassium", value=Decimal("5.1"), at=when)],
    )  # fmt: skip
    item = next(
        item for item in queries.due_list(care.vs, at=when + timedelta(days=3)) if item.kind == "result"
    )
    assert item.days_late == 3 and "5,1" in item.text and item.owner
    assert actions.review_results(by=care.vs, at=when, episode=care.episode.pk) == 1
    assert "result" not in kinds(care, when=when)
    assert Observation.objects.filter(reviewed_by=care.vs.name).count() == 1


def test_the_population_shows_share_of_target_next_step_and_why_not(care):
    found = queries.population(care.vs, at=care.at)
    lines = {line.drug_class: line for line in found.page.object_list}
    assert lines["beta_blocker"].percent == 25 and lines["beta_blocker"].kind == "increase"
    assert lines["ace_inhibitor"].percent == 100
    assert lines["beta_blocker"].last_step == (care.at - timedelta(days=30)).date()
    assert lines["beta_blocker"].next_due and lines["beta_blocker"].why
    only = queries.population(care.vs, at=care.at, filters={"state": "target", "sort": "-percent"})
    assert {line.drug_class for line in only.page.object_list} == {"ace_inhibitor"}


def test_the_population_costs_as_many_queries_for_three_as_for_one(
    care, people, django_assert_max_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as one:
        queries.population(care.vs, at=care.at)
        queries.due_list(care.vs, at=care.at)
    for _number in range(2):
        care.clinic.episode(people.patient())
    with django_assert_max_num_queries(len(one)):
        found = queries.population(care.vs, at=care.at)
        queries.due_list(care.vs, at=care.at)
    assert found.patients == 3


# ---- the meeting ----


def test_what_the_protocol_wants_discussed_puts_itself_on_the_agenda_once(care):
    from anderhalf.apps.supervision.models import CaseDiscussion

    care.uses("spironolactone", "25", days=60)
    care.measure(when=care.at - timedelta(minutes=5), potassium="6.2")
    actions.record_encounter(by=care.vs, at=care.at, episode=care.episode.pk)
    case = CaseDiscussion.objects.get(rule="titration:MRA-02")
    assert case.urgent and "Kalium boven 6,0" in case.question
    care.choose("mra", "declined", reason="eerst herhalen, monster hemolytisch")
    assert CaseDiscussion.objects.filter(rule="titration:MRA-02").count() == 1


def test_a_case_of_a_choice_names_the_class_that_it_is_about(care):
    """ "Kalium boven 6,0: stoppen" alone leaves the specialist to guess which drug."""
    from anderhalf.apps.supervision.models import CaseDiscussion

    care.uses("spironolactone", "25", days=60)
    care.measure(when=care.at - timedelta(minutes=5), potassium="6.2")
    care.choose("mra", "declined", reason="eerst herhalen")
    case = CaseDiscussion.objects.get(rule="titration:MRA-02")
    assert case.question.startswith("MRA: Kalium boven 6,0") and case.wording["en"].startswith(
        "MRA: Potassium"
    )


# ---- the pages ----


def test_the_chart_shows_a_card_and_accepting_there_takes_the_step(care, people, monkeypatch):
    from django.urls import reverse

    monkeypatch.setattr("django.utils.timezone.now", lambda: care.at)
    client = people.client("vs")
    page = client.get(reverse("clinic:chart", args=[care.episode.patient_id]))
    assert "Bisoprolol verhogen: 2,5 → 5 mg 1 dd" in page.content.decode()
    given = {
        "submission": str(uuid4()), "drug_class": "beta_blocker", "basis": care.card("beta_blocker").basis,
        "choice": "accepted",
    }  # fmt: skip
    address = reverse("clinic:advice_choose", args=[care.episode.pk])
    answer = client.post(address, given)
    assert answer.status_code == 302 and AdviceChoice.objects.count() == 1
    stale = client.post(address, {**given, "submission": str(uuid4())})
    assert stale.status_code == 409 and AdviceChoice.objects.count() == 1
    assert "iets veranderd" in stale.content.decode()
    for name in ("proposals", "tolerances"):
        assert client.get(reverse(f"clinic:{name}", args=[care.episode.patient_id])).status_code == 200
    for name in ("due", "population", "today"):
        assert client.get(reverse(f"clinic:{name}")).status_code == 200
    assert people.client("gp").get(reverse("clinic:population")).status_code == 403


def test_the_patient_who_types_an_alarming_weight_is_told_what_happens(clinic, people, at):
    from anderhalf.apps.people.models import Patient

    self = people.viewer("patient")
    episode = clinic.episode(Patient.objects.get(user=people.user("patient")))
    for days, weight in ((2, "80.0"), (0, "83.0")):
        moment = at - timedelta(days=days)
        item = record.NewObservation(fact="weight", value=Decimal(weight), at=moment)
        actions.enter_home_measurements(by=self, at=moment, patient=episode.patient_id, items=[item])
    told = Task.objects.get(kind="danger", about="danger:weight_gain_3_days")
    assert told.title.endswith("Meer dan 2 kg erbij in 3 dagen.") and told.owner_organisation == clinic.centre
    with pytest.raises(AccessDenied):
        queries.due_list(self, at=at)


def test_the_switch_to_arni_says_36_hours_and_the_moment(care, at):
    """A date alone could be 24 hours: the card, the agreement and what the patient reads all say the hour."""
    care.measure(nyha="III", when=at - timedelta(minutes=1))
    care.uses("bisoprolol", "10", kind="change", days=20)
    care.uses("spironolactone", "50", days=60)
    shown = care.card("arni")
    assert shown.kind == "switch", (shown.missing, shown.why, shown.rule)
    earliest = at + timedelta(hours=36)
    moment = f"{timezone.localtime(earliest):%d-%m-%Y %H:%M}"
    assert "36 uur" in shown.begins and moment in shown.begins
    page = render_to_string(
        "clinic/_proposal.html", {"card": shown, "may_write": False, "episode": care.episode}
    )
    assert shown.begins in page
    care.choose("arni", "accepted")
    begun = MedicationAgreement.objects.get(drug="sacubitril_valsartan")
    assert begun.from_at == earliest
    assert (
        f"{timezone.localtime(earliest):%d-%m-%Y} om {timezone.localtime(earliest):%H:%M} uur"
        in begun.instructions
    )


@pytest.mark.parametrize(
    ("first", "then", "fields"), [("enalapril", "arni", {}), ("sacubitril_valsartan", "ace_inhibitor", {})]
)
def test_a_stop_of_which_only_the_day_is_known_counts_from_the_end_of_that_day(care, at, first, then, fields):
    """Also the other way round: card and refusal count the same hours."""
    noon = timezone.localtime(at).replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=1)
    MedicationAgreement.objects.filter(drug="enalapril").delete()
    care.uses(first, "24" if "sac" in first else "10", days=90, times_per_day=2)
    record.agree_medication(
        by=care.vs, at=at, patient=care.episode.patient_id, kind="stop", drug=first, drug_name=first, reason="test",
        from_at=noon, under=Right.WRITE_CLINICAL, stop_reason="switch_to_arni" if then == "arni" else "switch",
    )  # fmt: skip
    shown = care.card(then)
    earliest = noon.replace(hour=23, minute=59) + timedelta(hours=36)
    assert (shown.kind, shown.not_before) == ("hold", earliest), shown.why
    drug, dose = ("sacubitril_valsartan", "24") if then == "arni" else ("enalapril", "2.5")

    def begin(moment):
        return agree(
            care.episode, by=care.vs, at=at, kind="start", drug=drug, drug_name=drug, reason="test", despite="met reden",
            agreed_with="dr. Bos", from_at=moment, under=Right.WRITE_CLINICAL, dose=Decimal(dose), dose_unit="mg",
            times_per_day=2,
        )  # fmt: skip

    with pytest.raises(MedicationRefused, match="36 uur"):
        begin(earliest - timedelta(minutes=1))
    assert begin(earliest).pk


def test_low_pressure_with_symptoms_names_what_can_go_down(care, at):
    """On an ACE inhibitor with amlodipine and doxazosin: a card that is seen, and that names them."""
    care.measure(systolic_bp="92", hypotension_symptoms=True, when=at - timedelta(minutes=1))
    care.uses("amlodipine", "5", atc="C08CA01")
    care.uses("doxazosine", "4", atc="C02CA04")
    shown = care.card("ace_inhibitor")
    assert (shown.kind, shown.rule) == ("discuss", "USE-06"), shown.why
    assert "amlodipine" in shown.first and "doxazosine" in shown.first
    assert shown in queries.proposals(care.vs, care.episode, at=at).asked_for


def test_no_doubling_on_top_of_metolazone(care, at):
    """Congested on furosemide and metolazone with a sodium of 128: discussed, and metolazone is named."""
    care.measure(sodium="128", congestion=True, when=at - timedelta(minutes=1))
    care.uses("furosemide", "80")
    care.uses("metolazon", "2.5", atc="C03BA08")
    shown = care.card("loop_diuretic")
    assert (shown.kind, shown.rule) == ("discuss", "LOOP-30"), shown.why
    assert "metolazon" in shown.first
    found = queries.danger_of(care.episode.patient, care.episode.network_id, at=at)
    assert "EX-92" in {one.sign.rule for one in found.signs}
