"""What was pressed can be taken back, what was declined loses its button, and medication can be corrected."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from anderhalf.apps.clinic import actions, queries
from anderhalf.apps.clinic.errors import AdviceRefused
from anderhalf.apps.clinic.models import AdviceChoice
from anderhalf.apps.people.access import AccessDenied
from anderhalf.apps.record import actions as record
from anderhalf.apps.record.models import MedicationAgreement, Task
from anderhalf.apps.record.queries import current_medication
from anderhalf.apps.supervision.models import CaseDiscussion

from . import titration_care

care = titration_care.care


def proposals(care, when=None):
    return queries.proposals(care.vs, care.episode, at=when or care.at)


# ---- a declined proposal ----


def test_a_declined_proposal_loses_its_button_and_a_press_from_before_is_refused(care):
    shown = care.card("beta_blocker")
    row = care.choose("beta_blocker", "declined", reason="eerst rust")
    found = proposals(care)
    assert "beta_blocker" not in [card.drug_class for card in found.asked_for]
    assert [(card.drug_class, card.declined) for card in found.declined] == [("beta_blocker", row)]
    later = care.at + timedelta(minutes=1)
    with pytest.raises(AdviceRefused):
        care.choose("beta_blocker", "accepted", when=later)
    with pytest.raises(AdviceRefused):
        actions.choose_advice(
            by=care.vs, at=later, episode=care.episode.pk, drug_class="beta_blocker", choice="accepted",
            basis=shown.basis,
        )  # fmt: skip
    assert not MedicationAgreement.objects.filter(kind="change").exists()


def test_it_is_open_again_after_reopening_by_whoever_treats(care, clinic):
    row = care.choose("beta_blocker", "declined", reason="eerst rust")
    later = care.at + timedelta(minutes=1)
    with pytest.raises(AccessDenied):
        actions.reopen_advice(by=clinic.people.viewer("gp"), at=later, choice=row.pk)
    actions.reopen_advice(by=clinic.people.viewer("pa"), at=later, choice=row.pk)
    assert not proposals(care).declined
    care.choose("beta_blocker", "accepted", when=later)
    assert AdviceChoice.objects.get(pk=row.pk).withdrawn.kind == "reopened"


def test_it_is_open_again_when_its_facts_change_and_not_by_the_passing_of_a_day(care):
    care.choose("beta_blocker", "declined", reason="eerst rust")
    tomorrow = care.at + timedelta(days=1)
    assert "beta_blocker" in [card.drug_class for card in proposals(care, tomorrow).declined]
    care.measure(when=care.at + timedelta(minutes=5), heart_rate="80")
    assert "beta_blocker" not in [
        card.drug_class for card in proposals(care, care.at + timedelta(minutes=6)).declined
    ]


def test_it_is_open_again_after_the_next_contact_but_not_after_the_one_it_belongs_to(care):
    first = actions.record_encounter(by=care.vs, at=care.at, episode=care.episode.pk)
    care.choose("beta_blocker", "declined", reason="eerst rust", encounter=first.pk)
    assert proposals(care).declined
    actions.record_encounter(by=care.vs, at=care.at + timedelta(hours=1), episode=care.episode.pk)
    assert not proposals(care, care.at + timedelta(hours=2)).declined


# ---- undo ----


def test_undoing_an_accepted_step_brings_everything_back_and_erases_nothing(care):
    before = [(row.drug, row.dose) for row in current_medication(care.episode.patient_id, at=care.at)]
    card = care.card("beta_blocker")
    row = care.choose("beta_blocker", "accepted")
    later = care.at + timedelta(minutes=2)
    assert queries.undoable_by(care.vs, AdviceChoice.objects.get(pk=row.pk), at=later)
    actions.undo_choice(by=care.vs, at=later, choice=row.pk)
    now = current_medication(care.episode.patient_id, at=later)
    assert [(one.drug, one.dose) for one in now] == before
    made = MedicationAgreement.objects.get(pk=row.medication[0])
    assert (made.status, made.status_because) == ("entered_in_error", "Ongedaan gemaakt.")
    assert [task.status for task in Task.objects.filter(kind="monitoring")] == ["cancelled"]
    assert care.card("beta_blocker", when=later).says == card.says
    with pytest.raises(AdviceRefused):
        actions.undo_choice(by=care.vs, at=later, choice=row.pk)


def test_undoing_a_stop_takes_its_case_off_the_agenda(care):
    care.uses("spironolactone", "25", days=60)
    care.measure(when=care.at - timedelta(minutes=5), potassium="6.2")
    waiting = CaseDiscussion.objects.filter(status="waiting")
    row = care.choose("mra", "accepted", stop_reason="hyperkalaemia")
    assert waiting.filter(rule__contains="MRA").exists()
    actions.undo_choice(by=care.vs, at=care.at + timedelta(minutes=2), choice=row.pk)
    assert not waiting.filter(rule__contains="MRA").exists()
    assert "spironolactone" in [
        one.drug for one in current_medication(care.episode.patient_id, at=care.at + timedelta(hours=1))
    ]


def test_undoing_a_decline_gives_the_button_back(care):
    row = care.choose("beta_blocker", "declined", reason="vergist")
    actions.undo_choice(by=care.vs, at=care.at, choice=row.pk)
    assert not proposals(care).declined


@pytest.mark.parametrize("who", ["another person", "another day", "decided after it", "changed after it"])
def test_only_the_last_choice_of_today_by_the_same_person_can_be_undone(care, clinic, who):
    row = care.choose("beta_blocker", "accepted")
    by, at = care.vs, care.at + timedelta(minutes=2)
    if who == "another person":
        by = clinic.people.viewer("pa")
    elif who == "another day":
        at = care.at + timedelta(days=1)
    elif who == "decided after it":
        care.measure(
            when=care.at + timedelta(minutes=1), heart_rate="45", beta_blocker_complaints="slow_pulse"
        )
        care.choose("beta_blocker", "declined", when=care.at + timedelta(minutes=2), reason="al gedaan")
        at = care.at + timedelta(minutes=3)
    else:
        care.episode.refresh_from_db()
        actions.record_encounter(
            by=care.vs, at=at, episode=care.episode.pk,
            medication=[actions.MedicationStep(kind="stop", drug="bisoprolol", drug_name="bisoprolol", reason="traag")],
        )  # fmt: skip
        at += timedelta(minutes=1)
    with pytest.raises(AdviceRefused):
        actions.undo_choice(by=by, at=at, choice=row.pk)
    assert MedicationAgreement.objects.get(pk=row.medication[0]).status == "final"


def test_an_undone_choice_is_not_told_in_the_letter_and_stays_in_the_list(care):
    row = care.choose("beta_blocker", "declined", reason="vergist")
    actions.undo_choice(by=care.vs, at=care.at, choice=row.pk)
    lines = queries.choice_lines(queries.choices_of(care.vs, care.episode.patient_id, at=care.at), None)
    assert [(line["text"], line["withdrawn"].kind) for line in lines] == [("niet gevolgd", "undone")]
    from anderhalf.apps.letters.composing.gathering import gather

    assert gather(care.episode, at=care.at).otherwise == []


# ---- correcting medication ----


def test_a_corrected_dose_counts_everywhere_and_the_old_one_stays_readable(care):
    old = MedicationAgreement.objects.get(drug="bisoprolol")
    new = record.correct_medication(
        by=care.vs, at=care.at, agreement=old.pk, because="verschreven",
        better=record.BetterMedication(dose=Decimal(5), times_per_day=1),
    )  # fmt: skip
    old.refresh_from_db()
    assert (old.status, old.status_because, new.replaces_id) == ("corrected", "verschreven", old.pk)
    assert care.card("beta_blocker").title.startswith("Bisoprolol verhogen: 5 →")
    assert [
        one.dose
        for one in current_medication(care.episode.patient_id, at=care.at)
        if one.drug == "bisoprolol"
    ] == [5]
    with pytest.raises(record.RecordRefused):
        record.mark_medication_in_error(by=care.vs, at=care.at, agreement=old.pk, because="nog eens")


def test_what_was_entered_in_error_was_never_agreed(care):
    row = MedicationAgreement.objects.get(drug="bisoprolol")
    with pytest.raises(record.RecordRefused):
        record.mark_medication_in_error(by=care.vs, at=care.at, agreement=row.pk, because=" ")
    record.mark_medication_in_error(by=care.vs, at=care.at, agreement=row.pk, because="andere patiënt")
    assert care.card("beta_blocker").kind == "start"
    found = queries.medication_overview(
        current_medication(care.episode.patient_id, at=care.at),
        MedicationAgreement.objects.filter(patient=care.episode.patient_id),
        queries.pathway_of(care.episode, on=care.at.date()),
        at=care.at,
    )
    assert "bisoprolol" not in [one["name"] for one in found["drugs"]]
    assert [one.row.status for one in found["history"] if one.label == "bisoprolol"] == ["entered_in_error"]


# ---- a loop diuretic has no target, and "used already" is no step ----


def test_a_loop_diuretic_has_no_target_anywhere(care):
    care.uses("furosemide", "20", days=60)
    pathway = queries.pathway_of(care.episode, on=care.at.date())
    (line,) = [
        one
        for one in queries.drug_lines(current_medication(care.episode.patient_id, at=care.at), pathway)
        if one["name"] == "furosemide"
    ]
    assert (line["target"], line["share"]) == ("", None)
    lanes = queries.timeline(care.episode.patient_id, pathway, at=care.at)["dose_lanes"]
    assert [lane["target"] for lane in lanes if "furosemide" in (lane["sub"], lane["label"])] == [None]
    assert care.card("loop_diuretic").percent is None
    from anderhalf.apps.letters.composing.words import below_target, medication_rows

    rows = current_medication(care.episode.patient_id, at=care.at)
    assert [row["target"] for row in medication_rows(rows, pathway) if row["drug"] == "furosemide"] == [""]
    assert not [text for text in below_target(rows, pathway) if "furosemide" in text]


@pytest.mark.parametrize(
    ("since", "exact", "told", "waits"),
    [
        (None, "", "gebruikt al", False),
        (date(2020, 1, 1), "year", "sinds 2020", False),
        (date(2025, 9, 1), "month", "sinds 09-2025", False),
        (date(2025, 1, 1), "year", "sinds 2025", False),
        (date(2025, 11, 10), "day", "sinds 10-11-2025", True),
        (date(2025, 11, 1), "month", "sinds 11-2025", True),
    ],
)
def test_used_already_is_no_step_of_today(care, since, exact, told, waits):
    """Only a day (or a month) that lies within the interval makes the next step wait; what nobody knows never does."""
    MedicationAgreement.objects.filter(drug="bisoprolol").delete()
    care.uses("bisoprolol", "2.5", kind="reported", days=0, used_since=since, used_since_is=exact)
    card = care.card("beta_blocker")
    assert (card.kind == "hold" or bool(card.not_before)) is waits, card.why
    pathway = queries.pathway_of(care.episode, on=care.at.date())
    rows = [
        one for one in current_medication(care.episode.patient_id, at=care.at) if one.drug == "bisoprolol"
    ]
    assert queries.drug_lines(rows, pathway)[0]["since"] == told
    from anderhalf.apps.letters.composing.words import medication_rows

    assert medication_rows(rows, pathway)[0]["since"] == told.removeprefix("sinds ")
