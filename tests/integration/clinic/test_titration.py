"""From the record to a proposal, and from a proposal to what was done with it: stored, replayed, refused when stale."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.template.loader import render_to_string
from django.utils import timezone

from anderhalf.apps.audit.models import AuditLine
from anderhalf.apps.clinic import actions, queries
from anderhalf.apps.clinic.actions.medication import agree
from anderhalf.apps.clinic.errors import AdviceChanged, AdviceRefused, MedicationRefused, ToleranceRefused
from anderhalf.apps.clinic.models import AdviceChoice
from anderhalf.apps.people.access import AccessDenied, Right
from anderhalf.apps.record import actions as record
from anderhalf.apps.record.models import MedicationAgreement, Observation, StoredDecision, Task
from anderhalf.apps.record.queries import current_medication

WELL = {
    "potassium": "4.6", "creatinine": "88", "egfr": "72", "sodium": "140", "systolic_bp": "118", "diastolic_bp": "70",
    "heart_rate": "68", "weight": "80", "lvef": "30", "rhythm": "sinus", "nyha": "I", "congestion": False,
    "dehydration": False, "hypotension_symptoms": False, "beta_blocker_complaints": "none", "acute_illness": False,
    "weight_stable": True, "dialysis": False, "palliative_phase": False, "frailty": "none", "pregnant": False,
    "lvef_ever_40_or_less": True, "diabetes": False,
}  # fmt: skip
CODES = ("rhythm", "nyha", "beta_blocker_complaints", "frailty")


def value_of(name, raw):
    return raw if isinstance(raw, bool) or name in CODES else Decimal(raw)


@pytest.fixture
def care(clinic, at):
    """A patient in care on enalapril at target and bisoprolol 2.5 mg for a month, everything else normal and asked about."""
    episode = clinic.episode()

    def measure(*, when=None, **facts):
        items = [
            record.NewObservation(fact=name, value=value_of(name, raw), at=when or at - timedelta(minutes=30))
            for name, raw in facts.items()
        ]
        return record.record_observations(
            by=clinic.vs, at=when or at - timedelta(minutes=20), patient=episode.patient_id, items=items,
            under=Right.WRITE_CLINICAL,
        )  # fmt: skip

    def uses(drug, dose, *, days=30, kind="start", **more):
        return record.agree_medication(
            by=clinic.vs, at=at - timedelta(hours=1), patient=episode.patient_id, kind=kind, drug=drug, drug_name=drug,
            reason="HFrEF", from_at=at - timedelta(days=days), under=Right.WRITE_CLINICAL,
            dose=None if dose is None else Decimal(dose), dose_unit="mg", **{"times_per_day": 1, **more},
        )  # fmt: skip

    def card(drug_class, *, by=None, when=at):
        return next(
            one
            for one in queries.proposals(by or clinic.vs, episode, at=when).cards
            if one.drug_class == drug_class
        )

    def choose(drug_class, choice, *, when=at, **more):
        shown = card(drug_class, when=when)
        return actions.choose_advice(
            by=clinic.vs, at=when, episode=episode.pk, drug_class=drug_class, choice=choice,
            **{"basis": shown.basis, **more},
        )  # fmt: skip

    measure(**WELL)
    uses("bisoprolol", "2.5")
    uses("enalapril", "10", days=90, times_per_day=2)
    actions.ask_tolerances(by=clinic.vs, at=at - timedelta(minutes=10), episode=episode.pk)
    return SimpleNamespace(
        clinic=clinic,
        vs=clinic.vs,
        episode=episode,
        measure=measure,
        uses=uses,
        card=card,
        choose=choose,
        at=at,
    )


def test_a_well_patient_gets_one_step_with_reasons(care):
    card = care.card("beta_blocker")
    assert (card.kind, card.title) == ("increase", "Bisoprolol verhogen: 2,5 → 5 mg 1 dd")
    assert card.rule == "BB-90" and "ESC21" in card.source and card.why
    assert any("68" in fact["text"] and fact["on"] == care.at.date() for fact in card.facts)
    assert card.change and card.checks


def test_nothing_is_proposed_while_data_is_missing(clinic, at):
    """A patient about whom nothing is known gets no step, only questions."""
    episode = clinic.episode()
    found = queries.proposals(clinic.vs, episode, at=at)
    assert not [card for card in found.cards if card.steps]
    assert found.without_data and found.missing
    assert not found.tolerances_asked


def test_never_asked_is_not_the_same_as_none(care, clinic):
    """The same facts without the question about intolerances give no step."""
    from anderhalf.apps.people.models import AllergiesAsked

    AllergiesAsked.objects.all().delete()
    assert care.card("beta_blocker").kind == "needs_data" or not care.card("mra").steps
    assert care.card("mra").kind == "needs_data"


def test_a_stale_pressure_is_no_ground_for_a_step(care):
    later = care.at + timedelta(days=40)
    assert care.card("beta_blocker", when=later).kind == "needs_data"


def test_accepting_makes_the_agreement_the_instruction_the_control_and_the_record(care):
    row = care.choose("beta_blocker", "accepted")
    agreed = MedicationAgreement.objects.get(pk=row.medication[0])
    assert (agreed.kind, agreed.drug, agreed.dose, agreed.times_per_day) == (
        "change",
        "bisoprolol",
        Decimal(5),
        1,
    )
    assert agreed.instructions == "Neem bisoprolol 5 mg, 1 keer per dag."
    assert "BB-90" in agreed.reason
    task = Task.objects.get(kind="monitoring", about="check:beta_blocker")
    assert task.due_on == care.at.date() + timedelta(days=14)
    assert task.owner_organisation == care.episode.centre
    kept = StoredDecision.objects.get(pk=row.decision_id)
    assert (kept.table, kept.status) == ("titration", "increase")
    assert (
        kept.decision["patient"]["observations"]
        and kept.decision["advice"]["proposals"][0]["rule"] == "BB-90"
    )
    assert (
        AuditLine.objects.filter(event="clinic:advice_accepted", patient=care.episode.patient_id).count() == 1
    )
    assert care.card("beta_blocker").kind != "increase"


def test_what_was_chosen_can_be_replayed_after_the_facts_changed(care):
    row = care.choose("beta_blocker", "accepted")
    care.measure(when=care.at + timedelta(hours=1), heart_rate="44", potassium="6.1")
    assert queries.replay_choice(care.vs, row.pk, at=care.at + timedelta(days=400)) == ()
    StoredDecision.objects.filter(pk=row.decision_id).update(
        decision={
            **row.decision.decision,
            "patient": {**row.decision.decision["patient"], "observations": []},
        }
    )
    assert queries.replay_choice(care.vs, row.pk, at=care.at) == ("beta_blocker",)


def test_adapting_needs_a_reason_and_a_dose_of_the_ladder(care):
    with pytest.raises(AdviceRefused):
        care.choose("beta_blocker", "adapted", dose="3.75|1")
    with pytest.raises(AdviceRefused):
        care.choose("beta_blocker", "adapted", dose="40|1", reason="sneller")
    row = care.choose("beta_blocker", "adapted", dose="3.75|1", reason="kleine stap, snel moe")
    agreed = MedicationAgreement.objects.get(pk=row.medication[0])
    assert (agreed.dose, row.choice, row.reason) == (Decimal("3.75"), "adapted", "kleine stap, snel moe")


def test_declining_needs_a_reason_and_changes_nothing(care):
    before = MedicationAgreement.objects.count()
    with pytest.raises(AdviceRefused):
        care.choose("beta_blocker", "declined")
    row = care.choose("beta_blocker", "declined", reason="eerst de operatie afwachten")
    assert (MedicationAgreement.objects.count(), Task.objects.filter(kind="monitoring").count()) == (
        before,
        0,
    )
    assert row.medication == [] and queries.replay_choice(care.vs, row.pk, at=care.at) == ()


def test_an_advice_whose_facts_changed_since_it_was_shown_is_refused(care):
    shown = care.card("beta_blocker")
    care.measure(when=care.at, heart_rate="48")
    with pytest.raises(AdviceChanged):
        care.choose("beta_blocker", "accepted", basis=shown.basis)
    assert not AdviceChoice.objects.exists()
    assert {row.drug: row.dose for row in current_medication(care.episode.patient_id, at=care.at)}[
        "bisoprolol"
    ] == Decimal("2.5")


def test_pressing_twice_takes_one_step(care):
    key, shown = str(uuid4()), care.card("beta_blocker")
    about = {"by": care.vs, "at": care.at, "episode": care.episode.pk, "drug_class": "beta_blocker"}
    first = actions.choose_advice(**about, choice="accepted", basis=shown.basis, submission=key)
    again = actions.choose_advice(**about, choice="accepted", basis=shown.basis, submission=key)
    assert first == again and AdviceChoice.objects.count() == 1


@pytest.mark.parametrize("role", ["gp", "poh", "project_leader", "billing", "cardiologist"])
def test_only_who_writes_the_clinical_record_decides(care, people, role):
    shown = care.card("beta_blocker")
    with pytest.raises(AccessDenied):
        actions.choose_advice(
            by=people.viewer(role), at=care.at, episode=care.episode.pk, drug_class="beta_blocker", choice="accepted",
            basis=shown.basis,
        )  # fmt: skip


def test_the_other_centre_sees_no_proposals(care, people):
    with pytest.raises(AccessDenied):
        queries.proposals(people.viewer("vs", other=True), care.episode, at=care.at)


def test_hyperkalaemia_stops_the_mra_and_a_restart_is_discussed_first(care):
    care.uses("spironolactone", "25", days=60)
    care.measure(when=care.at - timedelta(minutes=5), potassium="6.2")
    assert care.card("mra").title == "Spironolacton stoppen"
    row = care.choose("mra", "accepted", stop_reason="hyperkalaemia")
    stopped = MedicationAgreement.objects.get(pk=row.medication[0])
    assert (stopped.kind, stopped.stop_reason) == ("stop", "hyperkalaemia")
    assert stopped.instructions == "Stop met spironolacton."
    later = care.at + timedelta(days=30)
    care.measure(when=later, potassium="4.5", creatinine="88", egfr="72", hypotension_symptoms=False,
                 acute_illness=False, systolic_bp="118", heart_rate="68", congestion=False,
                 dehydration=False)  # fmt: skip
    assert care.card("mra", when=later).kind == "discuss"
    actions.agree_dosing(
        by=care.vs,
        at=later,
        episode=care.episode.pk,
        kind="restart_agreed",
        drug_class="mra",
        reason="besproken",
    )
    assert care.card("mra", when=later).kind == "start"


def test_no_restart_shortly_after_hyperkalaemia_even_when_it_was_agreed(care):
    care.uses("spironolactone", "25", days=60)
    care.measure(when=care.at - timedelta(minutes=5), potassium="6.2")
    care.choose("mra", "accepted", stop_reason="hyperkalaemia")
    later = care.at + timedelta(days=10)
    care.measure(when=later, potassium="4.5", creatinine="88", egfr="72", hypotension_symptoms=False,
                 acute_illness=False, systolic_bp="118", heart_rate="68", congestion=False,
                 dehydration=False)  # fmt: skip
    actions.agree_dosing(
        by=care.vs,
        at=later,
        episode=care.episode.pk,
        kind="restart_agreed",
        drug_class="mra",
        reason="besproken",
    )
    card = care.card("mra", when=later)
    assert (card.kind, card.rule) == ("hold", "STEP-24")


def test_a_remembered_intolerance_ends_proposals_for_the_class_until_it_ends(care):
    assert care.card("mra").kind == "start"
    with pytest.raises(ToleranceRefused):
        actions.remember_tolerance(
            by=care.vs,
            at=care.at,
            episode=care.episode.pk,
            kind="contraindication",
            drug_class="mra",
            reason=" ",
        )
    row = actions.remember_tolerance(
        by=care.vs,
        at=care.at,
        episode=care.episode.pk,
        kind="contraindication",
        drug_class="mra",
        reason="bijnieren",
    )
    assert care.card("mra").kind == "not_indicated"
    actions.end_tolerance(by=care.vs, at=care.at, allergy=row.pk, because="vergissing")
    assert care.card("mra").kind == "start"


def test_a_class_that_only_the_referral_knows_is_not_started_again(care):
    """The referral says that an SGLT2 inhibitor is used; the list knows nothing of it: that is not "not used"."""
    assert care.card("sglt2_inhibitor").kind == "start"
    care.measure(sglt2_inhibitor=True)
    assert not care.card("sglt2_inhibitor").steps


def test_a_step_of_a_drug_whose_dose_nobody_recorded_is_not_taken_blindly(care):
    care.measure(loop_diuretic=True)
    card = care.card("loop_diuretic")
    assert (card.kind, card.unclear, card.doses) == ("decrease", True, [])
    with pytest.raises(AdviceRefused):
        care.choose("loop_diuretic", "accepted")
    assert not AdviceChoice.objects.exists() and not StoredDecision.objects.filter(table="titration").exists()


def test_an_ace_inhibitor_makes_way_for_the_arni_with_the_hours_between(care):
    """Symptoms despite the ACE inhibitor: it stops now, the ARNI begins 36 hours later and not before."""
    care.uses("spironolactone", "50", days=120)  # at target: a start of another class would go first
    care.measure(when=care.at - timedelta(minutes=5), nyha="II")
    before = record.NewObservation(fact="creatinine", value=Decimal("88"), at=care.at - timedelta(days=100))
    record.record_observations(
        by=care.vs, at=care.at, patient=care.episode.patient_id, items=[before], under=Right.WRITE_CLINICAL
    )
    assert care.card("arni").kind == "switch"
    row = care.choose("arni", "accepted")
    stopped, started = (MedicationAgreement.objects.get(pk=key) for key in row.medication)
    assert (stopped.kind, stopped.drug, stopped.stop_reason) == ("stop", "enalapril", "switch_to_arni")
    assert (started.kind, started.from_at - stopped.from_at) == ("start", timedelta(hours=36))
    assert care.card("arni", when=care.at + timedelta(hours=35)).kind not in ("start", "increase", "switch")
    assert "sacubitril_valsartan" not in [
        one.drug for one in current_medication(care.episode.patient_id, at=care.at)
    ]


def test_an_erroneous_value_does_not_count_and_a_correction_replaces(care):
    wrong = care.measure(when=care.at - timedelta(minutes=5), potassium="6.3")[0]
    care.uses("spironolactone", "25", days=60)
    assert care.card("mra").kind == "stop"
    record.correct_observation(
        by=care.vs,
        at=care.at,
        observation_id=wrong.pk,
        value=Decimal("4.6"),
        because="hemolyse, opnieuw bepaald",
    )
    assert Observation.objects.get(pk=wrong.pk).status == "corrected"
    assert care.card("mra").kind != "stop"


# ---- between consults ----


def home(care, *, when, **facts):
    items = [
        record.NewObservation(fact=name, value=value_of(name, raw), at=when) for name, raw in facts.items()
    ]
    return actions.enter_home_measurements(by=care.vs, at=when, patient=care.episode.patient_id, items=items)


def kinds(care, *, when):
    return [item.kind for item in queries.due_list(care.vs, at=when)]


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
