"""From the record to a proposal, and from a proposal to what was done with it: stored, replayed, refused when stale."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from anderhalf.apps.audit.models import AuditLine
from anderhalf.apps.clinic import actions, queries
from anderhalf.apps.clinic.errors import AdviceChanged, AdviceRefused, ToleranceRefused
from anderhalf.apps.clinic.models import AdviceChoice
from anderhalf.apps.people.access import AccessDenied, Right
from anderhalf.apps.record import actions as record
from anderhalf.apps.record.models import MedicationAgreement, Observation, StoredDecision, Task
from anderhalf.apps.record.queries import current_medication

from . import titration_care

care = titration_care.care


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
    assert found.without_data and all(facts for _classes, facts in found.waiting)
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
    assert agreed.reason == "Verdragen en binnen alle grenzen: een stap omhoog naar de streefdosis."
    assert row.rule == "BB-90", "which rule it was stands with the choice, not in words that people read"
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
