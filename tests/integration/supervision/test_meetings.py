"""Meetings, cases and decisions: who may what, what is refused, and which lines it leaves."""

from __future__ import annotations

from datetime import timedelta

import pytest

from anderhalf.apps.audit.models import AuditLine
from anderhalf.apps.people.access import AccessDenied
from anderhalf.apps.record.models import Task
from anderhalf.apps.supervision import actions, queries
from anderhalf.apps.supervision.errors import (
    AlreadyOnAgenda,
    CareEnded,
    CaseChanged,
    MeetingClosed,
    NotEverybodyThere,
    NotYetHeld,
    PlannedInPast,
    TextMissing,
)
from anderhalf.apps.supervision.models import CaseDiscussion, SupervisionMeeting

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(people, episode, at):
    return actions.add_case(by=people.viewer("vs"), at=at, episode=episode.pk, question="Ivabradine erbij?")


def test_a_series_as_often_as_the_agreement_says(people, clinic, at):
    vs = people.viewer("vs")
    first = at + timedelta(days=1)
    made = actions.plan_meetings(by=vs, at=at, centre=clinic.centre.pk, first=first, times=3)
    assert [one.starts_at for one in made] == [first, first + timedelta(days=7), first + timedelta(days=14)]
    assert {one.minutes for one in made} == {60}
    again = actions.plan_meetings(by=vs, at=at, centre=clinic.centre.pk, first=first, times=4)
    assert [one.starts_at for one in again] == [first + timedelta(days=21)]


def test_a_meeting_keeps_its_hour_when_the_clock_changes(people, clinic, at):
    first = at.replace(month=3, day=24)
    first = first.replace(year=2026)
    made = actions.plan_meetings(by=people.viewer("vs"), at=at, centre=clinic.centre.pk, first=first, times=2)
    stored = [SupervisionMeeting.objects.get(pk=one.pk).starts_at.astimezone(at.tzinfo).hour for one in made]
    assert stored == [10, 10]


def test_planning_elsewhere_or_in_the_past_is_refused(people, clinic, at):
    first = at + timedelta(days=1)
    for viewer in (people.viewer("vs", other=True), people.viewer("gp"), people.viewer("project_leader")):
        with pytest.raises(AccessDenied):
            actions.plan_meetings(by=viewer, at=at, centre=clinic.centre.pk, first=first)
    with pytest.raises(PlannedInPast):
        actions.plan_meetings(
            by=people.viewer("vs"), at=at, centre=clinic.centre.pk, first=at - timedelta(hours=1)
        )


def test_the_cardiologist_decides_and_the_centre_gets_the_task(people, case, meeting, at):
    cardiologist, due = people.viewer("cardiologist"), (at + timedelta(days=3)).date()
    decided = actions.decide_case(
        by=cardiologist,
        at=at,
        case=case.pk,
        version=case.version,
        meeting=meeting.pk,
        decision="Ja, 5 mg 2 dd.",
        task="Ivabradine starten",
        task_due_on=due,
    )
    assert (decided.status, decided.decided_by_id, decided.meeting_id) == (
        "decided",
        cardiologist.professional_id,
        meeting.pk,
    )
    task = Task.objects.get(pk=decided.follow_up_task)
    assert (task.title, task.owner_organisation_id, task.due_on) == (
        "Ivabradine starten",
        case.centre_id,
        due,
    )
    assert task.about == str(case.pk)


@pytest.mark.parametrize("role", ["vs", "pa", "hf_nurse", "gp", "poh", "project_leader"])
def test_nobody_decides_in_the_specialist_s_name(people, case, at, role):
    with pytest.raises(AccessDenied):
        actions.decide_case(by=people.viewer(role), at=at, case=case.pk, decision="Namens de cardioloog: ja.")
    assert CaseDiscussion.objects.get(pk=case.pk).decision == ""


def test_one_decision_per_case(people, case, at):
    cardiologist, internist = people.viewer("cardiologist"), people.viewer("internist")
    actions.decide_case(by=cardiologist, at=at, case=case.pk, decision="Ja", version=1)
    with pytest.raises(CaseChanged) as refused:
        actions.decide_case(by=internist, at=at, case=case.pk, decision="Nee", version=1)
    assert refused.value.present.decision == "Ja"
    with pytest.raises(CaseChanged):
        actions.drop_case(by=people.viewer("vs"), at=at, case=case.pk, because="toch niet")


def test_words_are_needed(people, case, episode, at):
    vs, cardiologist = people.viewer("vs"), people.viewer("cardiologist")
    with pytest.raises(TextMissing):
        actions.decide_case(by=cardiologist, at=at, case=case.pk, decision="  ")
    with pytest.raises(TextMissing):
        actions.drop_case(by=vs, at=at, case=case.pk, because=" ")
    with pytest.raises(TextMissing):
        actions.add_case(by=vs, at=at, episode=episode.pk, question=" ", rule="x")
    with pytest.raises(TextMissing):
        actions.decide_case(
            by=cardiologist,
            at=at,
            case=case.pk,
            decision="Ja",
            task="Bellen",
            task_due_on=(at - timedelta(days=1)).date(),
        )
    assert not Task.objects.exists()


def test_a_patient_waits_once(people, case, episode, at):
    with pytest.raises(AlreadyOnAgenda) as refused:
        actions.add_case(by=people.viewer("pa"), at=at, episode=episode.pk, question="Nog iets")
    assert refused.value.case.pk == case.pk


def test_dropping_keeps_the_case_with_its_reason(people, case, at):
    dropped = actions.drop_case(by=people.viewer("vs"), at=at, case=case.pk, because="telefonisch opgelost")
    assert (dropped.status, dropped.dropped_because) == ("dropped", "telefonisch opgelost")
    assert queries.waiting_cases(people.viewer("vs"), at=at) == []
    assert [one.pk for one in queries.cases_of(people.viewer("vs"), case.patient_id, at=at)] == [case.pk]


def test_a_case_of_another_centre_is_not_there(people, case, meeting, at):
    other = people.viewer("vs", other=True)
    assert queries.waiting_cases(other, at=at) == []
    assert queries.counts(other, at=at) == {"supervision:meetings": 0}
    for refused in (
        lambda: queries.case_for(other, case.pk, at=at),
        lambda: queries.meeting_for(other, meeting.pk, at=at),
        lambda: actions.drop_case(by=other, at=at, case=case.pk, because="x"),
        lambda: actions.attend(by=other, at=at, meeting=meeting.pk, present=[]),
        lambda: actions.close_meeting(by=other, at=at, meeting=meeting.pk),
        lambda: actions.add_case(by=other, at=at, episode=case.episode_id, question="Wat?"),
    ):
        with pytest.raises(AccessDenied):
            refused()
    for role in ("vs", "hf_nurse", "cardiologist", "internist"):
        assert queries.counts(people.viewer(role), at=at) == {"supervision:meetings": 1}
    assert queries.counts(people.viewer("gp"), at=at) == {}


def test_decisions_belong_to_an_open_meeting_of_the_own_centre(people, clinic, case, at):
    west = people.organisation("anderhalf_west")
    (elsewhere,) = actions.plan_meetings(
        by=people.viewer("vs", other=True), at=at, centre=west.pk, first=at + timedelta(hours=1)
    )
    with pytest.raises(AccessDenied):
        actions.decide_case(
            by=people.viewer("cardiologist"), at=at, case=case.pk, decision="Ja", meeting=elsewhere.pk
        )


def test_attendance_is_exactly_who_is_named(people, meeting, at):
    vs = people.viewer("vs")
    here = [people.viewer(role).professional_id for role in ("vs", "cardiologist", "hf_nurse")]
    actions.attend(by=vs, at=at, meeting=meeting.pk, present=here)
    actions.attend(by=vs, at=at, meeting=meeting.pk, present=here[:2])
    assert set(meeting.attendance.values_list("professional", "role")) == {
        (here[0], "vs"),
        (here[1], "cardiologist"),
    }
    with pytest.raises(AccessDenied):
        actions.attend(by=vs, at=at, meeting=meeting.pk, present=[people.viewer("gp").professional_id])
    assert meeting.attendance.count() == 2


def test_a_meeting_closes_when_the_required_roles_were_there(people, meeting, case, at):
    vs = people.viewer("vs")
    actions.attend(by=vs, at=at, meeting=meeting.pk, present=[vs.professional_id])
    with pytest.raises(NotEverybodyThere, match="cardioloog"):
        actions.close_meeting(by=vs, at=at, meeting=meeting.pk)
    shown = queries.meeting_for(vs, meeting.pk, at=at)
    assert shown.missing_roles == ["cardioloog"] and shown.minutes_needed == 6 and shown.waiting == 1
    present = [vs.professional_id, people.viewer("cardiologist").professional_id]
    actions.attend(by=vs, at=at, meeting=meeting.pk, present=present)
    closed = actions.close_meeting(by=vs, at=at, meeting=meeting.pk)
    assert closed.status == "held" and closed.closed_by == vs.name
    for again in (
        lambda: actions.close_meeting(by=vs, at=at, meeting=meeting.pk),
        lambda: actions.attend(by=vs, at=at, meeting=meeting.pk, present=[]),
        lambda: actions.decide_case(
            by=people.viewer("cardiologist"), at=at, case=case.pk, decision="Ja", meeting=meeting.pk
        ),
    ):
        with pytest.raises(MeetingClosed):
            again()


def test_what_was_not_reached_goes_to_the_next_meeting(people, meeting, clinic, episode, at):
    vs = people.viewer("vs")
    case = actions.add_case(by=vs, at=at, episode=episode.pk, question="Later?", meeting=meeting.pk)
    present = [vs.professional_id, people.viewer("cardiologist").professional_id]
    actions.attend(by=vs, at=at, meeting=meeting.pk, present=present)
    actions.close_meeting(by=vs, at=at, meeting=meeting.pk)
    (following,) = actions.plan_meetings(
        by=vs, at=at, centre=clinic.centre.pk, first=meeting.starts_at + timedelta(days=7)
    )
    assert [one.pk for one in queries.agenda_of(vs, following, at=at)] == [case.pk]
    assert queries.agenda_of(vs, queries.meeting_for(vs, meeting.pk, at=at).meeting, at=at) == []


def test_a_meeting_is_not_closed_before_its_day(people, clinic, at):
    vs = people.viewer("vs")
    (tomorrow,) = actions.plan_meetings(by=vs, at=at, centre=clinic.centre.pk, first=at + timedelta(days=1))
    with pytest.raises(NotYetHeld):
        actions.close_meeting(by=vs, at=at, meeting=tomorrow.pk)


def test_nobody_is_discussed_after_care_ended(people, episode, at):
    episode.ended_at = at
    episode.save()
    with pytest.raises(CareEnded):
        actions.add_case(by=people.viewer("vs"), at=at, episode=episode.pk, question="Nog iets?")


def test_every_step_and_every_look_leaves_its_line(people, case, meeting, at):
    queries.case_for(people.viewer("cardiologist"), case.pk, at=at)
    queries.meeting_for(people.viewer("vs"), meeting.pk, at=at)
    actions.decide_case(by=people.viewer("cardiologist"), at=at, case=case.pk, decision="Ja")
    events = set(AuditLine.objects.values_list("event", "action"))
    assert {
        ("supervision:case_added", "C"),
        ("supervision:case_viewed", "R"),
        ("supervision:case_decided", "U"),
        ("supervision:meeting_planned", "C"),
        ("supervision:meeting_viewed", "R"),
    } <= events
    looked = AuditLine.objects.get(event="supervision:case_viewed")
    assert str(looked.patient) == str(case.patient_id) and looked.rule.startswith("cardiologist:view_case:")
