"""Every step of a referral: what is allowed, what is refused, who may see afterwards, and what is left behind."""

from __future__ import annotations

from datetime import timedelta

import pytest

from anderhalf.apps.audit.models import AuditLine
from anderhalf.apps.people.access import AccessDenied
from anderhalf.apps.people.models import CareRelation
from anderhalf.apps.record.models import Observation, StoredDecision
from anderhalf.apps.referrals import actions, queries
from anderhalf.apps.referrals.access import steps_now
from anderhalf.apps.referrals.models import Override, Referral
from anderhalf.apps.referrals.states import OWNERS, REFERRAL_STATES, Status
from anderhalf.core.states import StepRefused

from .conftest import ORDINARY, observations

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_rooms_above(monkeypatch):
    """These tests are about this room alone; the clinic follows steps in its own tests."""
    monkeypatch.setattr("anderhalf.apps.referrals.actions.triage.AFTER_ACCEPT", [])
    monkeypatch.setattr("anderhalf.apps.referrals.actions.progress.AFTER_WITHDRAW", [])


def put_in(referral: Referral, status: str) -> None:
    Referral.objects.filter(pk=referral.pk).update(status=status)


def take(status: Status, *, people, referral, at):
    """The action that leads to ``status``, by the side that takes it."""
    triage, sender = people.viewer("vs"), people.viewer("poh")
    common = {"at": at, "referral": referral.pk}
    match status:
        case Status.SENT:
            return actions.supplement(by=sender, text="Hierbij.", **common)
        case Status.MORE_INFORMATION:
            return actions.ask_more(by=triage, question="Kalium?", **common)
        case Status.ACCEPTED:
            return actions.accept(by=triage, **common)
        case Status.REDIRECTED:
            return actions.redirect(by=triage, line="second", because="Klepgebrek.", **common)
        case Status.ANSWERED:
            return actions.answer_advice(by=triage, answer="Verhoog het lisdiureticum.", **common)
        case Status.BOOKED:
            return actions.mark_booked(by=triage, **common)
        case Status.SEEN:
            return actions.mark_seen(by=triage, **common)
        case Status.CLOSED:
            owner = OWNERS[Referral.objects.get(pk=referral.pk).status]
            return actions.close(by=sender if owner == "requester" else triage, **common)
        case Status.WITHDRAWN:
            return actions.withdraw(by=sender, because="Patiënt wil niet.", **common)
    raise AssertionError(status)


STEPS = [
    (here, there) for here in Status for there in Status if there != Status.DRAFT and here != Status.DRAFT
]


@pytest.mark.parametrize(("here", "there"), STEPS, ids=str)
def test_a_step_is_taken_if_and_only_if_the_table_has_it(people, sent, at, here, there):
    put_in(sent, here)
    before = sent.changes.count()
    via_booked = (here, there) == (Status.ACCEPTED, Status.SEEN)  # somebody who came without an appointment
    by_unbook = (here, there) == (Status.BOOKED, Status.ACCEPTED)
    if by_unbook:
        actions.mark_unbooked(by=people.viewer("vs"), at=at, referral=sent.pk)
        assert Referral.objects.get(pk=sent.pk).status == Status.ACCEPTED
        return
    if REFERRAL_STATES.allows(here, there) or via_booked:
        changed = take(there, people=people, referral=sent, at=at)
        assert changed.status == there
        newest = sent.changes.last()
        assert newest.status == there and newest.by
        assert sent.changes.count() == before + (2 if via_booked else 1)
    else:
        with pytest.raises((StepRefused, AccessDenied)):
            take(there, people=people, referral=sent, at=at)
        assert Referral.objects.get(pk=sent.pk).status == here
        assert sent.changes.count() == before


def test_a_referral_that_is_sent_has_number_term_clock_and_relations(people, sent, at):
    assert sent.number == "V2025-000001"
    assert (sent.proposed_line, sent.chosen_line, sent.urgency) == ("intermediate", "intermediate", "routine")
    assert sent.see_before == (at + timedelta(days=28)).date()
    assert sent.answer_before == at + timedelta(days=2), "two working days after a Wednesday"
    assert sent.recipient.key == "anderhalf_oost"
    assert [change.status for change in sent.changes.all()] == ["draft", "sent"]
    relation = CareRelation.objects.get(kind="referred_to", organisation=sent.recipient)
    assert relation.ends_at is None
    assert StoredDecision.objects.filter(referral=sent.pk).count() == 3
    assert AuditLine.objects.filter(event="referral_sent", patient=sent.patient_id).count() == 1
    assert sent.routing["pathway"]["version"] and sent.agreement_version


def test_numbers_follow_each_other(people, content, at):
    numbers = [
        actions.send(
            by=people.viewer("poh"),
            at=at,
            patient=people.patient().pk,
            content=content,
            items=observations(ORDINARY, at),
        ).number
        for _ in range(3)
    ]
    assert numbers == ["V2025-000001", "V2025-000002", "V2025-000003"]


def test_a_practice_of_the_other_centre_refers_there(people, content, at):
    patient = people.patient(practice="praktijk_westerhof")
    sent = actions.send(
        by=people.viewer("gp", other=True),
        at=at,
        patient=patient.pk,
        content=content,
        items=observations(ORDINARY, at),
    )
    assert sent.recipient.key == "anderhalf_west"


@pytest.mark.parametrize(
    ("role", "other", "step"),
    [
        ("gp", False, Status.ACCEPTED),
        ("hf_nurse", False, Status.ACCEPTED),
        ("cardiologist", False, Status.ACCEPTED),
        ("vs", True, Status.ACCEPTED),
        ("pa", True, Status.REDIRECTED),
        ("vs", False, Status.WITHDRAWN),
        ("gp", True, Status.WITHDRAWN),
    ],
)
def test_the_wrong_side_can_not_take_the_step(people, sent, at, role, other, step):
    viewer = people.viewer(role, other=other)
    with pytest.raises(AccessDenied):
        if step == Status.ACCEPTED:
            actions.accept(by=viewer, at=at, referral=sent.pk)
        elif step == Status.REDIRECTED:
            actions.redirect(by=viewer, at=at, referral=sent.pk, line="first", because="x")
        else:
            actions.withdraw(by=viewer, at=at, referral=sent.pk, because="x")
    assert Referral.objects.get(pk=sent.pk).status == Status.SENT


def test_the_steps_shown_are_the_steps_allowed(people, sent, at):
    assert steps_now(people.viewer("vs"), sent, at=at) == ("accept", "answer", "ask", "redirect", "message")
    assert steps_now(people.viewer("poh"), sent, at=at) == ("withdraw", "message")
    assert steps_now(people.viewer("hf_nurse"), sent, at=at) == ("message",)
    assert steps_now(people.viewer("vs", other=True), sent, at=at) == ()


@pytest.mark.parametrize("step", [Status.REDIRECTED, Status.WITHDRAWN])
def test_the_receiver_loses_sight_when_it_ends(people, sent, at, step):
    take(step, people=people, referral=sent, at=at)
    assert not CareRelation.objects.filter(kind="referred_to", ends_at__isnull=True).exists()
    with pytest.raises(AccessDenied):
        queries.referral_for(people.viewer("vs"), sent.pk, at=at + timedelta(seconds=1))
    assert queries.referral_for(people.viewer("gp"), sent.pk, at=at).status == step


def test_sight_stays_while_another_referral_to_the_same_centre_runs(people, sent, content, at):
    second = actions.send(
        by=people.viewer("gp"),
        at=at,
        patient=sent.patient_id,
        content=content,
        items=observations(ORDINARY, at),
    )
    take(Status.WITHDRAWN, people=people, referral=sent, at=at)
    assert queries.referral_for(people.viewer("vs"), second.pk, at=at + timedelta(seconds=1)) == second


def test_triage_that_overrules_the_agreement_gives_a_reason_and_is_counted(people, sent, at):
    Referral.objects.filter(pk=sent.pk).update(proposed_line="second")
    with pytest.raises(actions.ReasonNeeded):
        actions.accept(by=people.viewer("vs"), at=at, referral=sent.pk)
    actions.accept(
        by=people.viewer("vs"),
        at=at,
        referral=sent.pk,
        because="Cardioloog vindt het goed.",
        urgency="within_1_week",
    )
    override = Override.objects.get()
    assert (override.by_kind, override.proposed_line, override.chosen_line) == (
        "triage",
        "second",
        "intermediate",
    )
    sent.refresh_from_db()
    assert sent.see_before == (at + timedelta(days=7)).date()


def test_redirecting_as_the_agreement_proposed_is_no_override(people, sent, at):
    Referral.objects.filter(pk=sent.pk).update(proposed_line="second")
    actions.redirect(
        by=people.viewer("vs"), at=at, referral=sent.pk, line="second", because="Zoals voorgesteld."
    )
    assert not Override.objects.exists()


def test_a_question_goes_back_and_forth_with_the_clock(people, sent, at):
    asked = actions.ask_more(by=people.viewer("vs"), at=at, referral=sent.pk, question="Wat is het kalium?")
    assert asked.owner == "requester" and asked.answer_before == at + timedelta(days=7), "five working days"
    answered = actions.supplement(
        by=people.viewer("gp"), at=at, referral=sent.pk, text="", items=observations({"potassium": "5.1"}, at)
    )
    assert answered.owner == "recipient" and answered.answer_before == at + timedelta(days=2)
    assert [line.message.text for line in queries.thread_of(people.viewer("gp"), answered)] == [
        "Wat is het kalium?"
    ]


def test_a_supplement_that_shows_a_red_flag_reaches_the_receiver_too(people, sent, at):
    """The value is nowhere lost: it stands in the record, and the referral goes to the top of triage."""
    actions.ask_more(by=people.viewer("vs"), at=at, referral=sent.pk, question="Saturatie?")
    actions.supplement(
        by=people.viewer("gp"),
        at=at,
        referral=sent.pk,
        text="85",
        items=observations({"oxygen_saturation": 85}, at),
    )
    found = Referral.objects.get(pk=sent.pk)
    assert (found.status, found.danger, found.proposed_line) == (Status.SENT, 0, "emergency")
    assert Observation.objects.get(fact="oxygen_saturation", number=85).referral == sent.pk


def test_a_stale_version_is_refused(people, sent, at):
    actions.ask_more(
        by=people.viewer("vs"), at=at, referral=sent.pk, question="Kalium?", version=sent.version
    )
    with pytest.raises(actions.Stale) as refused:
        actions.withdraw(by=people.viewer("gp"), at=at, referral=sent.pk, because="x", version=sent.version)
    assert refused.value.referral.status == Status.MORE_INFORMATION


def test_messages_are_read_by_the_other_side(people, sent, at):
    actions.post_message(by=people.viewer("poh"), at=at, referral=sent.pk, text="Patiënt is slechthorend.")
    assert queries.worklist(people.viewer("vs"), queries.Filters(), at=at).get().unread == 1
    assert queries.sent_list(people.viewer("poh"), queries.Filters(), at=at).get().unread is None
    assert actions.mark_messages_read(by=people.viewer("poh"), at=at, referral=sent.pk) == 0
    assert actions.mark_messages_read(by=people.viewer("vs"), at=at, referral=sent.pk) == 1
    assert sent.messages.get().read_at == at
    with pytest.raises(AccessDenied):
        actions.post_message(by=people.viewer("vs", other=True), at=at, referral=sent.pk, text="x")


def test_an_unanswered_referral_is_a_task_for_whose_turn_it_is(people, sent, at):
    late = at + timedelta(days=3)
    assert list(queries.overdue_referrals(people.viewer("vs"), at=at)) == []
    assert list(queries.overdue_referrals(people.viewer("vs"), at=late)) == [sent]
    assert list(queries.overdue_referrals(people.viewer("poh"), at=late)) == []
    assert list(queries.overdue_referrals(people.viewer("vs", other=True), at=late)) == []
    assert queries.counts(people.viewer("vs"), at=late) == {"triage": 1, "referrals_turn": 0}


def test_the_specialist_refers_down_and_keeps_sight(people, content, at):
    """Any practice of the network; the centre is that of the patient's practice."""
    patient = people.patient(practice="praktijk_westerhof")
    down = actions.send(
        by=people.viewer("cardiologist"),
        at=at,
        patient=patient.pk,
        content=actions.Content(
            intent="titration", reason="Na opname: graag instellen.", discharged_on=at.date()
        ),
        items=observations(
            {**ORDINARY, "heart_failure_known": True, "advanced_hf_sign": False, "hf_admission_ever": False},
            at,
        ),
        direction="from_second_line",
    )
    assert (down.direction, down.recipient.key, down.proposed_line) == (
        "from_second_line",
        "anderhalf_west",
        "intermediate",
    )
    assert down.routing["reasons"][0]["rule"] == "RF-04"
    assert CareRelation.objects.filter(
        patient=patient, kind="referrer", organisation__key="ziekenhuis"
    ).exists()
    assert queries.referral_for(people.viewer("gp", other=True), down.pk, at=at) == down


def test_the_centre_forwards_to_the_hospital(people, sent, at):
    forward = actions.create_forward(
        by=people.viewer("vs"),
        at=at,
        patient=sent.patient_id,
        reason="LVEF 18%.",
        urgency="within_2_weeks",
        follows=sent.pk,
    )
    assert (forward.direction, forward.recipient.kind, forward.status) == (
        "to_second_line",
        "hospital",
        "sent",
    )
    assert forward.see_before == (at + timedelta(days=14)).date() and forward.follows == sent
    cardiologist = people.viewer("cardiologist")
    taken = actions.accept(by=cardiologist, at=at, referral=forward.pk)
    assert taken.status == Status.ACCEPTED and not Override.objects.exists()
    assert steps_now(cardiologist, taken, at=at) == ("seen", "message")
    seen = actions.mark_seen(by=cardiologist, at=at, referral=forward.pk)
    assert steps_now(cardiologist, seen, at=at) == ("close", "message")
    assert actions.close(by=cardiologist, at=at, referral=forward.pk).status == Status.CLOSED


def test_a_patient_who_stays_in_the_first_line_is_not_sent_by_accident(people, a_patient, at):
    facts = {**ORDINARY, "ecg_result": "normal", "nt_probnp": 60, "natriuretic_lowering_drug": False}
    content = actions.Content(intent="diagnosis", reason="Twijfel.")
    give = {
        "by": people.viewer("gp"),
        "at": at,
        "patient": a_patient.pk,
        "content": content,
        "items": observations(facts, at),
    }
    with pytest.raises(actions.NotToBeSent):
        actions.send(**give)
    with pytest.raises(actions.ReasonNeeded):
        actions.send(**give, chosen_line="intermediate")
    sent = actions.send(**give, chosen_line="intermediate", because="Grote ongerustheid.")
    assert sent.proposed_line == "first" and sent.overrides.get().reason == "Grote ongerustheid."


def test_the_waiting_time_is_what_really_happened(people, content, at):
    centre = people.organisation("anderhalf_oost")
    for number, days in enumerate((4, 8, 9, 15, 30)):
        assert queries.waiting_time(centre.pk, at=at) is None, f"{number} is too few to say"
        patient = people.patient()
        earlier = at - timedelta(days=days)
        sent = actions.send(
            by=people.viewer("poh"),
            at=earlier,
            patient=patient.pk,
            content=content,
            items=observations(ORDINARY, earlier),
        )
        actions.accept(by=people.viewer("vs"), at=earlier, referral=sent.pk)
        actions.mark_seen(by=people.viewer("vs"), at=at, referral=sent.pk)
    assert queries.waiting_time(centre.pk, at=at) == 9
    assert queries.waiting_time(centre.pk, at=at + timedelta(days=91)) is None


def test_lists_do_not_ask_a_question_per_row(people, content, at, django_assert_max_num_queries):
    for _ in range(6):
        actions.send(
            by=people.viewer("poh"),
            at=at,
            patient=people.patient().pk,
            content=content,
            items=observations(ORDINARY, at),
        )
    viewer = people.viewer("vs")
    with django_assert_max_num_queries(1):
        rows = list(queries.worklist(viewer, queries.Filters(show="triage", sort="-urgency"), at=at))
        assert [(row.patient.full_name, row.requester_organisation.name, row.unread) for row in rows]
    assert len(rows) == 6


def test_nothing_is_left_of_a_step_that_fails_halfway(people, a_patient, content, at, monkeypatch):
    def fail(*_, **__):
        raise RuntimeError("disk full")

    monkeypatch.setattr("anderhalf.apps.referrals.actions.sending.open_relations", fail)
    with pytest.raises(RuntimeError):
        actions.send(
            by=people.viewer("poh"),
            at=at,
            patient=a_patient.pk,
            content=content,
            items=observations(ORDINARY, at),
        )
    assert not Referral.objects.exists() and not StoredDecision.objects.exists()
