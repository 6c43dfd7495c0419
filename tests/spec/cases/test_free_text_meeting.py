"""What somebody writes for the meeting, as its decision, as the reason of a cancelling or in the plan is asked too."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from anderhalf.apps.clinic import actions as clinic
from anderhalf.apps.clinic.errors import WrittenDanger
from anderhalf.apps.clinic.models import Appointment, Slot
from anderhalf.apps.record.models import Observation, Task
from anderhalf.apps.record.queries import value_of
from anderhalf.apps.supervision import actions
from anderhalf.apps.supervision.models import CaseDiscussion
from tests.spec.cases.care import Care
from tests.spec.cases.test_free_text import asked
from tests.support.people import submission

TEXT = "Is gisteren flauwgevallen en heeft pijn op de borst. Wat nu?"
FACTS = {"syncope", "chest_pain_at_rest"}
ROADS = ["question", "decision", "task", "drop", "cancel", "plan"]


@pytest.fixture
def at():
    """Pages read the real clock, so here everything happens now."""
    return timezone.localtime()


@pytest.fixture
def care(people, at) -> Care:
    return Care.begin(people, at)


class Road:
    """One of the forms, posted as its page posts it."""

    def __init__(self, care, people, at, road):
        self.people, self.road, self.role = (
            people,
            road,
            "cardiologist" if road in ("decision", "task") else "vs",
        )
        vs, of = people.viewer("vs"), [care.episode.pk]
        self.fixed, name = {}, "supervision:add"
        if road in ("decision", "task", "drop"):
            self.case = actions.add_case(by=vs, at=at, episode=care.episode.pk, question="Hoe verder?")
            of, name = [self.case.pk], "supervision:drop" if road == "drop" else "supervision:decide"
            self.fixed = {} if road == "drop" else {"version": self.case.version, "decision": "Zo laten.",
                          "task_due_on": (at.date() + timedelta(days=9)).isoformat()}  # fmt: skip
        if road == "cancel":
            day = at.date() + timedelta(days=7 - at.weekday() + 1)
            clinic.make_sessions(
                by=vs, at=at, centre=care.episode.centre_id, professional=vs.professional_id, first_day=day,
                starts=at.replace(hour=13, minute=0, second=0, microsecond=0).time(),
                ends=at.replace(hour=16, minute=0, second=0, microsecond=0).time(),
            )  # fmt: skip
            slot = Slot.objects.filter(starts_at__date=day).first()
            made = clinic.book(by=vs, at=at, slot=slot.pk, episode=care.episode.pk)
            of, name, self.fixed = [made.pk], "clinic:appointment_cancel", {"submission": submission()}
        self.episode = care.episode
        if road == "plan":
            of, name = [care.patient.pk], "clinic:plan"
            self.fixed = {"submission": submission(), "version": care.episode.version}
        self.address = reverse(name, args=of)
        self.field = {"question": "question", "decision": "decision", "task": "task", "plan": "plan"}.get(
            road, "because"
        )

    def posts(self, text=TEXT, **more):
        return self.people.client(self.role).post(self.address, {**self.fixed, self.field: text, **more})

    @property
    def done(self):
        if self.road == "cancel":
            return Appointment.objects.get().status == "cancelled"
        if self.road == "plan":
            self.episode.refresh_from_db()
            return self.episode.plan != ""
        if self.road == "question":
            return CaseDiscussion.objects.filter(question=TEXT).exists()
        self.case.refresh_from_db()
        return self.case.status in ("decided", "dropped")


@pytest.fixture(params=ROADS)
def road(request, care, people, at):
    return Road(care, people, at, request.param)


def test_it_is_asked_before_it_is_kept_and_leaves_a_task(road):
    page = road.posts()
    html = page.content.decode()
    assert page.status_code == 422 and len(asked(page)) == 2 and not road.done
    assert "Als dit klopt" in html and "flauwgevallen" in html
    tasks = Task.objects.filter(kind="danger", status="open")
    assert tasks and all(task.due_at is not None for task in tasks)
    assert {task.owner_id for task in tasks} == {road.people.viewer(road.role).professional_id}


def test_not_so_now_and_it_is_kept_without_a_danger(road):
    questions = asked(road.posts())
    assert road.posts(**dict.fromkeys(questions, "no")).status_code == 302 and road.done
    assert not Task.objects.filter(kind="danger", status="open").exists()


def test_so_now_becomes_a_value_and_a_danger(road):
    questions = asked(road.posts())
    assert road.posts(**dict.fromkeys(questions, "yes")).status_code == 302 and road.done
    given = {row.fact for row in Observation.objects.filter(fact__in=FACTS) if value_of(row) is True}
    assert given == FACTS
    assert Task.objects.filter(kind="danger", status="open", rank=0).exists()


def test_an_ordinary_text_is_asked_nothing(road):
    if road.road == "question":
        road.posts(text="Mag de bètablokker omhoog? Geen syncope.")
        assert CaseDiscussion.objects.count() == 1
        return
    assert road.posts(text="Zo laten. Geen pijn op de borst, bij flauwvallen bellen.").status_code == 302
    assert road.done


def test_the_actions_themselves_refuse_an_open_question(care, people, at):
    with pytest.raises(WrittenDanger):
        actions.add_case(by=people.viewer("vs"), at=at, episode=care.episode.pk, question=TEXT)
    with pytest.raises(WrittenDanger):
        clinic.write_plan(
            by=people.viewer("vs"), at=at, episode=care.episode.pk, plan=TEXT, version=care.episode.version
        )
    case = actions.add_case(by=people.viewer("vs"), at=at, episode=care.episode.pk, question="Hoe verder?")
    with pytest.raises(WrittenDanger):
        actions.decide_case(by=people.viewer("cardiologist"), at=at, case=case.pk, decision=TEXT)
