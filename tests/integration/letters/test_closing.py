"""Ending care: outcome, letter and referral in one go, or nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from anderhalf.apps.audit.models import AuditLine
from anderhalf.apps.clinic.errors import EpisodeEnded, OutcomeRefused
from anderhalf.apps.clinic.models import Episode, Outcome
from anderhalf.apps.letters import actions
from anderhalf.apps.letters.errors import AlreadyClosed, HeadingEmpty, LetterChanged, OtherLetter
from anderhalf.apps.letters.models import Letter
from anderhalf.apps.people.access import AccessDenied
from anderhalf.apps.referrals.models import Referral
from anderhalf.apps.supervision.models import CaseDiscussion
from tests.support.people import submission

pytestmark = pytest.mark.django_db


def test_a_return_takes_its_plan_from_the_record_and_says_the_same_in_letter_and_outcome(
    cared_for, people, at
):
    outcome, letter = actions.close_care(
        by=people.viewer("vs"), at=at, episode=cared_for.pk, outcome="returned"
    )
    text = {section["id"]: section["text"] for section in letter.sections}
    assert (outcome.plan, outcome.targets) == (text["policy"], text["targets"])
    assert (outcome.alarm_limits, outcome.refer_again_when) == (text["alarm_limits"], text["refer_again"])
    assert "Bisoprolol zo laten." in outcome.plan
    assert "Kalium onder 3,5 of boven 5,5 mmol/l" in outcome.alarm_limits
    assert letter.recipient == cared_for.patient.practice
    assert (letter.status, letter.kind) == ("delivered", "return")
    cared_for.refresh_from_db()
    assert cared_for.ended_at == at and cared_for.referral.status != "seen"
    assert Referral.objects.get(pk=cared_for.referral_id).status == "closed"


def test_what_the_caller_gives_stands_in_the_letter_with_the_record_beneath_it(cared_for, people, at):
    outcome, letter = actions.close_care(
        by=people.viewer("vs"),
        at=at,
        episode=cared_for.pk,
        outcome="returned",
        plan="Controle bij de POH elke 3 maanden.",
        targets="Gewicht 80 tot 82 kg",
    )
    text = {section["id"]: section["text"] for section in letter.sections}
    assert text["policy"].startswith("Controle bij de POH elke 3 maanden.")
    assert "Spironolacton: gestopt op 11-11-2025 (kalium 5,6)" in text["policy"]
    assert outcome.plan == "Controle bij de POH elke 3 maanden."
    assert outcome.targets == text["targets"] == "Gewicht 80 tot 82 kg"


def test_a_forward_sends_the_hospital_its_referral_and_tells_the_practice(cared_for, people, at):
    _outcome, letter = actions.close_care(
        by=people.viewer("vs"),
        at=at,
        episode=cared_for.pk,
        outcome="forwarded",
        reason="Toename van klachten ondanks behandeling.",
    )
    referral = Referral.objects.get(direction="to_second_line")
    hospital = people.organisation("ziekenhuis")
    assert letter.recipient == referral.recipient == hospital
    assert referral.status == "sent" and referral.follows_id == cared_for.referral_id
    assert referral.reason.startswith("Toename van klachten")
    assert "bisoprolol 2,5 mg 1 dd" in referral.treatment_so_far
    told = Letter.objects.get(kind="interim")
    assert told.recipient == cared_for.patient.practice and told.status == "delivered"
    policy = next(s["text"] for s in told.sections if s["id"] == "policy")
    assert "Verwezen naar Streekziekenhuis Voorbeeld" in policy and "Toename van klachten" in policy


def test_under_control_keeps_the_episode_open_with_the_date_in_the_letter(cared_for, people, at):
    day = (at + timedelta(days=84)).date()
    outcome, letter = actions.close_care(
        by=people.viewer("vs"), at=at, episode=cared_for.pk, outcome="under_control", next_contact_on=day
    )
    cared_for.refresh_from_db()
    assert cared_for.ended_at is None and cared_for.next_contact_on == day
    assert letter.kind == "interim"
    policy = next(s["text"] for s in letter.sections if s["id"] == "policy")
    assert f"Volgend contact bij ons: {day:%d-%m-%Y}" in policy
    assert outcome.kind == "under_control"


@pytest.mark.parametrize("outcome", ["declined", "moved", "deceased"])
def test_every_other_ending_has_its_letter(cared_for, people, at, outcome):
    died = {"deceased_on": at.date()} if outcome == "deceased" else {}
    row, letter = actions.close_care(
        by=people.viewer("vs"), at=at, episode=cared_for.pk, outcome=outcome, **died
    )
    reason = next(s["text"] for s in letter.sections if s["id"] == "reason")
    assert letter.kind == "end" and reason == str(Outcome.Kind(outcome).label).capitalize() + "."
    assert row.kind == outcome


def everything():
    return (
        Letter.objects.count(),
        Outcome.objects.count(),
        Referral.objects.count(),
        AuditLine.objects.count(),
        CaseDiscussion.objects.filter(status="dropped").count(),
        Episode.objects.filter(ended_at__isnull=False).count(),
    )


@pytest.mark.parametrize(
    "breaks",
    [
        "anderhalf.apps.letters.pdf.render_pdf",
        "anderhalf.apps.letters.actions.closing.referrals.create_forward",
        "anderhalf.apps.letters.actions.closing.supervision.drop_waiting",
        "anderhalf.apps.letters.actions.closing.clinic.end_episode",
    ],
)
def test_a_failure_in_the_middle_leaves_nothing(cared_for, people, at, monkeypatch, breaks):
    before = everything()

    def fail(*_args, **_named):
        raise RuntimeError("the power went out")

    monkeypatch.setattr(breaks, fail)
    with pytest.raises(RuntimeError):
        actions.close_care(
            by=people.viewer("vs"), at=at, episode=cared_for.pk, outcome="forwarded", reason="Achteruitgang."
        )
    assert everything() == before


def test_waiting_cases_leave_the_agenda_with_the_reason(cared_for, people, at):
    waiting = CaseDiscussion.objects.filter(episode=cared_for, status="waiting")
    assert waiting.exists()
    actions.close_care(
        by=people.viewer("vs"),
        at=at,
        episode=cared_for.pk,
        outcome="returned",
        undiscussed_because="telefonisch afgestemd",
    )
    assert not waiting.exists()
    assert set(CaseDiscussion.objects.filter(status="dropped").values_list("dropped_because", flat=True)) == {
        "telefonisch afgestemd"
    }


def test_the_same_form_twice_closes_once(cared_for, people, at):
    key, vs, day = submission(), people.viewer("vs"), (at + timedelta(days=84)).date()
    about = {"by": vs, "at": at, "episode": cared_for.pk, "outcome": "under_control", "next_contact_on": day}
    actions.close_care(**about, submission=key)
    with pytest.raises(AlreadyClosed):
        actions.close_care(**about, submission=key)
    assert Letter.objects.count() == 1


def test_refusals(cared_for, people, at):
    vs, about = people.viewer("vs"), {"at": at, "episode": cared_for.pk}
    before = everything()
    with pytest.raises(OutcomeRefused):
        actions.close_care(by=vs, outcome="gone", **about)
    with pytest.raises(OutcomeRefused):
        actions.close_care(by=vs, outcome="under_control", **about)
    with pytest.raises(HeadingEmpty):
        actions.close_care(by=vs, outcome="returned", texts={"diagnosis": "  "}, **about)
    for role, other in (("vs", True), ("gp", False), ("hf_nurse", False), ("cardiologist", False)):
        with pytest.raises(AccessDenied):
            actions.close_care(by=people.viewer(role, other=other), outcome="returned", **about)
    assert everything() == before
    actions.close_care(by=vs, outcome="returned", **about)
    with pytest.raises(EpisodeEnded):
        actions.close_care(by=vs, outcome="returned", **about)


def test_the_draft_that_was_seen_is_the_letter_that_is_signed(cared_for, people, at):
    vs = people.viewer("vs")
    draft = actions.draft_letter(
        by=vs, at=at, episode=cared_for.pk, kind="return", texts={"other": "Zie bijlage."}
    )
    with pytest.raises(OtherLetter):
        actions.close_care(by=vs, at=at, episode=cared_for.pk, outcome="forwarded", letter=draft.pk)
    actions.edit_letter(by=vs, at=at, letter=draft.pk, texts={"other": "Zonder bijlage."})
    with pytest.raises(LetterChanged):
        actions.close_care(
            by=vs, at=at, episode=cared_for.pk, outcome="returned", letter=draft.pk, version=draft.version
        )
    _outcome, letter = actions.close_care(
        by=vs, at=at, episode=cared_for.pk, outcome="returned", letter=draft.pk
    )
    assert letter.pk == draft.pk
    assert next(s["text"] for s in letter.sections if s["id"] == "other") == "Zonder bijlage."
