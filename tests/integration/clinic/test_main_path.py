"""From accepted to ended: what happens in the clinic, and what the referral says meanwhile."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from anderhalf.apps.audit.models import AuditLine
from anderhalf.apps.clinic import actions, queries
from anderhalf.apps.clinic.actions import EncounterText, MedicationStep, NewDocument, Taught
from anderhalf.apps.clinic.errors import (
    DateRefused,
    EpisodeEnded,
    FileRefused,
    OutcomeRefused,
    ReferralNotAccepted,
    StaleVersion,
)
from anderhalf.apps.clinic.models import Episode, Outcome
from anderhalf.apps.people import actions as people_actions
from anderhalf.apps.people.access import AccessDenied, Right, can_access
from anderhalf.apps.people.models import CareRelation
from anderhalf.apps.record.actions import NewObservation
from anderhalf.apps.record.models import Document, MedicationAgreement, Observation, StoredDecision
from anderhalf.apps.referrals import actions as referrals
from tests.support.people import submission

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer<<>>\n%%EOF\n"


def test_accepting_starts_care_once(clinic, at):
    episode = clinic.episode()
    assert episode.centre == clinic.centre
    assert episode.referral.episode == episode.pk
    assert can_access(clinic.vs, Right.WRITE_CLINICAL, patient=episode.patient_id, at=at)
    assert actions.start_episode(by=clinic.vs, at=at, referral=episode.referral_id) == episode
    assert Episode.objects.count() == 1


def test_care_does_not_start_before_triage_accepts(clinic, at):
    referral = clinic.referred()
    with pytest.raises(ReferralNotAccepted):
        actions.start_episode(by=clinic.vs, at=at, referral=referral.pk)
    assert not Episode.objects.exists()


def test_only_who_judges_referrals_starts_care(clinic, people, at):
    referral = clinic.referred()
    for role in ("hf_nurse", "gp", "cardiologist", "project_leader"):
        with pytest.raises(AccessDenied):
            actions.start_episode(by=people.viewer(role), at=at, referral=referral.pk)


def test_one_contact_stores_everything_that_belongs_to_it(clinic, at):
    episode = clinic.episode()
    appointment = actions.book(by=clinic.vs, at=at, slot=clinic.slot().pk, episode=episode.pk)
    later = at + timedelta(hours=4)
    encounter = actions.record_encounter(
        by=clinic.vs,
        at=later,
        episode=episode.pk,
        appointment=appointment.pk,
        text=EncounterText(complaints="kortademig bij traplopen", plan="over twee weken bellen"),
        observations=[NewObservation(fact="weight", value=Decimal("82.4"), at=later, value_as_given="82,4")],
        medication=[
            MedicationStep(kind="start", drug="bisoprolol", drug_name="bisoprolol", reason="HFrEF",
                           drug_class="beta_blocker", dose=Decimal("1.25"), dose_unit="mg", times_per_day=1)
        ],
        documents=[NewDocument(kind="ecg", title="ECG", made_on=at.date(), content=PDF)],
        education=[Taught(topic="weight", teach_back=True)],
        next_contact_on=at.date() + timedelta(days=14),
        next_contact_kind="phone",
    )  # fmt: skip
    episode.refresh_from_db()
    appointment.refresh_from_db()
    assert (episode.first_seen_at, episode.plan) == (later, "over twee weken bellen")
    assert episode.next_contact_on == at.date() + timedelta(days=14)
    assert episode.practitioner_id == clinic.vs.professional_id
    assert appointment.status == "fulfilled"
    assert episode.referral.__class__.objects.get(pk=episode.referral_id).status == "seen"
    assert Observation.objects.get(encounter=encounter.pk).number == Decimal("82.4")
    assert MedicationAgreement.objects.get(encounter=encounter.pk).dose == Decimal("1.25")
    assert Document.objects.get(encounter=encounter.pk).content_type == "application/pdf"
    assert encounter.education.get().teach_back
    assert (
        AuditLine.objects.filter(event="clinic:encounter_recorded", object_id=str(encounter.pk)).count() == 1
    )


def test_recording_fails_as_a_whole(clinic, at):
    """A file that is not what it says takes the whole contact with it; nothing is left behind half."""
    episode = clinic.episode()
    lines = AuditLine.objects.count()
    with pytest.raises(FileRefused):
        actions.record_encounter(
            by=clinic.vs,
            at=at,
            episode=episode.pk,
            observations=[NewObservation(fact="weight", value=Decimal(80), at=at)],
            documents=[NewDocument(kind="ecg", title="ECG", made_on=at.date(), content=b"<html>")],
        )
    assert not episode.encounters.exists()
    assert not Observation.objects.filter(fact="weight").exists()
    assert AuditLine.objects.count() == lines


def test_the_same_submission_is_recorded_once(clinic, at):
    episode, key = clinic.episode(), submission()
    first = actions.record_encounter(by=clinic.vs, at=at, episode=episode.pk, submission=key)
    again = actions.record_encounter(by=clinic.vs, at=at, episode=episode.pk, submission=key)
    assert first == again
    assert episode.encounters.count() == 1


def test_no_contact_in_the_future_or_before_care(clinic, at):
    episode = clinic.episode()
    for moment in (at + timedelta(minutes=1), at - timedelta(days=30)):
        with pytest.raises(DateRefused):
            actions.record_encounter(by=clinic.vs, at=at, episode=episode.pk, happened_at=moment)
    with pytest.raises(DateRefused):
        actions.record_encounter(
            by=clinic.vs, at=at, episode=episode.pk, next_contact_on=at.date() - timedelta(days=1)
        )


def test_a_contact_typed_in_afterwards_does_not_push_aside_the_newest_plan(clinic, at):
    episode = clinic.episode()
    actions.record_encounter(by=clinic.vs, at=at, episode=episode.pk, text=EncounterText(plan="nieuw"))
    earlier = at - timedelta(days=2)
    actions.record_encounter(
        by=clinic.vs, at=at, episode=episode.pk, happened_at=earlier, text=EncounterText(plan="oud")
    )
    episode.refresh_from_db()
    assert episode.plan == "nieuw"
    assert episode.first_seen_at == earlier


def test_correcting_keeps_the_old_words(clinic, at):
    episode = clinic.seen(text=EncounterText(complaints="moe", plan="bellen"))
    encounter = episode.encounters.get()
    new = EncounterText(complaints="moe en kortademig", plan="langskomen")
    actions.correct_encounter(
        by=clinic.vs,
        at=at + timedelta(hours=1),
        encounter=encounter.pk,
        text=new,
        because="vergeten",
        version=1,
    )
    encounter.refresh_from_db()
    old = encounter.earlier_versions.get()
    assert (encounter.complaints, encounter.version) == ("moe en kortademig", 2)
    assert (old.body["complaints"], old.replaced_because, old.recorded_at) == ("moe", "vergeten", at)
    episode.refresh_from_db()
    assert episode.plan == "langskomen"
    with pytest.raises(StaleVersion) as stale:
        actions.correct_encounter(
            by=clinic.vs, at=at, encounter=encounter.pk, text=new, because="te laat", version=1
        )
    assert stale.value.present.version == 2


def test_correcting_without_change_or_reason_writes_nothing(clinic, at):
    encounter = clinic.seen(text=EncounterText(plan="bellen")).encounters.get()
    actions.correct_encounter(
        by=clinic.vs,
        at=at,
        encounter=encounter.pk,
        text=EncounterText(plan="bellen "),
        because="tikfout",
        version=1,
    )
    with pytest.raises(DateRefused):
        actions.correct_encounter(
            by=clinic.vs, at=at, encounter=encounter.pk, text=EncounterText(plan="y"), because=" ", version=1
        )
    assert not encounter.earlier_versions.exists()


def test_return_ends_care_and_keeps_the_past(clinic, people, at):
    episode = clinic.seen()
    appointment = actions.book(by=clinic.vs, at=at, slot=clinic.slot().pk, episode=episode.pk, kind="visit")
    end = at + timedelta(hours=1)
    row = actions.end_episode(
        by=clinic.vs,
        at=end,
        episode=episode.pk,
        outcome="returned",
        plan="elke 3 maanden controle",
        targets="RR < 140",
    )
    episode.refresh_from_db()
    appointment.refresh_from_db()
    referral = episode.referral.__class__.objects.get(pk=episode.referral_id)
    assert (row.kind, episode.ended_at, appointment.status, referral.status) == (
        "returned",
        end,
        "cancelled",
        "closed",
    )
    assert not can_access(
        clinic.vs, Right.WRITE_CLINICAL, patient=episode.patient_id, at=end + timedelta(seconds=1)
    )
    assert can_access(
        clinic.vs, Right.VIEW_CLINICAL, patient=episode.patient_id, at=end + timedelta(seconds=1)
    )
    assert not CareRelation.objects.filter(
        patient=episode.patient_id, organisation=clinic.centre, ends_at__isnull=True
    ).exists()
    with pytest.raises((EpisodeEnded, AccessDenied)):
        actions.record_encounter(by=clinic.vs, at=end + timedelta(minutes=1), episode=episode.pk)


def test_under_control_leaves_care_open_and_needs_a_date(clinic, at):
    episode = clinic.seen()
    with pytest.raises(OutcomeRefused):
        actions.end_episode(by=clinic.vs, at=at, episode=episode.pk, outcome="under_control")
    on = at.date() + timedelta(days=180)
    actions.end_episode(by=clinic.vs, at=at, episode=episode.pk, outcome="under_control", next_contact_on=on)
    episode.refresh_from_db()
    assert (episode.ended_at, episode.next_contact_on) == (None, on)
    assert Outcome.objects.get().kind == "under_control"


def test_return_without_plan_is_refused(clinic, at):
    episode = clinic.seen()
    with pytest.raises(OutcomeRefused):
        actions.end_episode(by=clinic.vs, at=at, episode=episode.pk, outcome="returned", plan="  ")
    with pytest.raises(OutcomeRefused):
        actions.end_episode(by=clinic.vs, at=at, episode=episode.pk, outcome="vanished")
    assert not Outcome.objects.exists()


def test_who_is_never_seen_ends_too(clinic, at):
    episode = clinic.episode()
    actions.end_episode(by=clinic.vs, at=at, episode=episode.pk, outcome="declined", reason="wil niet")
    episode.refresh_from_db()
    assert episode.ended_at == at
    assert episode.referral.__class__.objects.get(pk=episode.referral_id).status == "withdrawn"


def test_withdrawing_the_referral_ends_the_episode_and_frees_the_slot(clinic, people, at):
    episode = clinic.episode()
    appointment = actions.book(by=clinic.vs, at=at, slot=clinic.slot().pk, episode=episode.pk)
    referrals.withdraw(
        by=people.viewer("gp"), at=at, referral=episode.referral_id, because="patiënt wil niet"
    )
    episode.refresh_from_db()
    appointment.refresh_from_db()
    assert (episode.ended_at, appointment.status) == (at, "cancelled")
    assert episode.outcomes.get().kind == "withdrawn"
    assert not can_access(
        clinic.vs, Right.WRITE_CLINICAL, patient=episode.patient_id, at=at + timedelta(seconds=1)
    )


def test_a_second_episode_keeps_the_care_relation(clinic, people, at):
    patient = people.patient()
    first, second = clinic.episode(patient), clinic.episode(patient)
    actions.record_encounter(by=clinic.vs, at=at, episode=first.pk)
    actions.end_episode(by=clinic.vs, at=at, episode=first.pk, outcome="moved", reason="verhuisd")
    assert can_access(clinic.vs, Right.WRITE_CLINICAL, patient=patient.pk, at=at + timedelta(seconds=1))
    second.refresh_from_db()
    assert second.ended_at is None


def test_the_stable_table_is_asked_and_its_answer_kept(clinic, at):
    facts = {"heart_failure_known": True, "advanced_hf_sign": False, "potassium": Decimal("5.8")}
    items = [NewObservation(fact=name, value=value, at=at) for name, value in facts.items()]
    episode = clinic.seen(observations=items)
    stored = actions.assess_stable(by=clinic.vs, at=at, episode=episode.pk)
    assert stored.status == "decided"
    assert stored.decision["outcome"]["advice"] == "stay"
    assert StoredDecision.objects.filter(table="stable", patient=episode.patient_id).count() == 1
    shown = queries.stable_advice(
        clinic.vs, Episode.objects.select_related("patient").get(pk=episode.pk), at=at
    )
    assert shown.value("advice") == "stay"
    assert [rule.rule_id for rule in shown.decisive] == ["ST-04"]


def test_missing_facts_are_named_not_guessed(clinic, at):
    stored = actions.assess_stable(by=clinic.vs, at=at, episode=clinic.seen().pk)
    assert stored.status == "needs_data"
    assert "advanced_hf_sign" in stored.decision["facts_missing"]


def test_the_plan_is_stale_safe(clinic, at):
    episode = clinic.seen()
    actions.write_plan(by=clinic.vs, at=at, episode=episode.pk, plan="eerste", version=episode.version)
    with pytest.raises(StaleVersion) as stale:
        actions.write_plan(by=clinic.vs, at=at, episode=episode.pk, plan="tweede", version=episode.version)
    assert stale.value.present.plan == "eerste"


def test_next_contact_is_never_in_the_past(clinic, at):
    episode = clinic.seen()
    with pytest.raises(DateRefused):
        actions.schedule_next_contact(
            by=clinic.vs, at=at, episode=episode.pk, on=at.date() - timedelta(days=1)
        )
    actions.schedule_next_contact(by=clinic.vs, at=at, episode=episode.pk, on=at.date())
    episode.refresh_from_db()
    assert episode.next_contact_on == at.date()


def test_who_writes_in_an_emergency_leaves_the_referral_to_the_centre(clinic, people, at):
    episode, other = clinic.episode(), people.viewer("pa", other=True)
    with pytest.raises(AccessDenied):
        actions.record_encounter(by=other, at=at, episode=episode.pk)
    people_actions.break_glass(
        by=other, at=at, patient=episode.patient_id, reason="Acuut benauwd, centrum dicht"
    )
    encounter = actions.record_encounter(
        by=other, at=at, episode=episode.pk, text=EncounterText(complaints="benauwd")
    )
    assert encounter.professional_id == other.professional_id
    assert episode.referral.__class__.objects.get(pk=episode.referral_id).status == "accepted"
    line = AuditLine.objects.get(event="clinic:encounter_recorded")
    assert (line.emergency, line.purpose) == (True, "emergency")


def test_rooms_above_follow_a_contact_and_an_end(clinic, at, monkeypatch):
    told = []
    followers = []
    monkeypatch.setattr("anderhalf.apps.clinic.actions.encounters.AFTER_ENCOUNTER", followers)
    monkeypatch.setattr(
        "anderhalf.apps.clinic.actions.episodes.AFTER_END",
        [lambda *, by, at, outcome: told.append(outcome.kind)],
    )
    followers.append(lambda *, by, at, encounter: told.append(encounter.kind))
    episode = clinic.seen(kind="phone")
    on = at.date() + timedelta(days=90)
    actions.end_episode(by=clinic.vs, at=at, episode=episode.pk, outcome="under_control", next_contact_on=on)
    actions.end_episode(by=clinic.vs, at=at, episode=episode.pk, outcome="moved", reason="verhuisd")
    assert told == ["phone", "moved"]
