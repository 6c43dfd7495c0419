"""A patient is in one place at a time, and nobody is planned with somebody who does not work there any more."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from anderhalf.apps.clinic import actions, queries
from anderhalf.apps.clinic.errors import PatientBusy, ProfessionalLeft
from anderhalf.apps.clinic.models import Appointment
from anderhalf.apps.people import actions as people_actions
from anderhalf.apps.people.models import Membership
from tests.support.people import submission

pytestmark = pytest.mark.django_db


@pytest.fixture
def elsewhere(clinic):
    """A session of another professional at the same centre; ``elsewhere(time(13, 15))`` begins it then."""
    return lambda starts=time(13): clinic.session(role="pa", starts=starts)


@pytest.mark.parametrize("starts", [time(13), time(13, 15), time(12, 45)])
def test_two_appointments_of_one_patient_do_not_overlap(clinic, elsewhere, at, starts):
    episode = clinic.episode()
    mine = clinic.slot()
    theirs = clinic.slot(elsewhere(starts))
    actions.book(by=clinic.vs, at=at, slot=mine.pk, episode=episode.pk)
    with pytest.raises(PatientBusy) as busy:
        actions.book(by=clinic.vs, at=at, slot=theirs.pk, episode=episode.pk)
    assert "12-11-2025 om 13:00 bij" in str(busy.value)
    assert Appointment.objects.count() == 1
    # another patient may come then, and the same patient right after
    actions.book(by=clinic.vs, at=at, slot=theirs.pk, episode=clinic.episode().pk)
    after = theirs.session.slots.order_by("starts_at")[1]
    if after.starts_at >= mine.ends_at:
        actions.book(by=clinic.vs, at=at, slot=after.pk, episode=episode.pk)


def test_an_appointment_that_was_moved_or_called_off_is_in_nobodys_way(clinic, elsewhere, at):
    episode, mine, theirs = clinic.episode(), clinic.slot(), clinic.slot(elsewhere())
    first = actions.book(by=clinic.vs, at=at, slot=mine.pk, episode=episode.pk)
    moved = actions.move(by=clinic.vs, at=at, appointment=first.pk, slot=theirs.pk)
    actions.cancel(by=clinic.vs, at=at, appointment=moved.pk, because="anders")
    actions.book(by=clinic.vs, at=at, slot=mine.pk, episode=episode.pk)


def test_the_screen_says_where_the_patient_is_then(clinic, elsewhere, people, at, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: at)
    episode, mine, theirs = clinic.episode(), clinic.slot(), clinic.slot(elsewhere())
    actions.book(by=clinic.vs, at=at, slot=mine.pk, episode=episode.pk)
    for language, said in (("nl", "heeft dan al een afspraak"), ("en", "already has an appointment")):
        response = people.client("vs", language=language).post(
            reverse("clinic:book", args=[episode.pk]),
            {"submission": submission(), "slot": theirs.pk, "kind": "visit"},
        )
        assert response.status_code == 422
        assert said in response.content.decode()
    assert Appointment.objects.count() == 1


def test_the_database_itself_refuses_one_patient_twice_at_one_moment(clinic, elsewhere, at):
    episode, mine, theirs = clinic.episode(), clinic.slot(), clinic.slot(elsewhere())
    first = actions.book(by=clinic.vs, at=at, slot=mine.pk, episode=episode.pk)
    fields = {
        "slot": theirs, "patient": episode.patient, "episode": episode, "booked_at": at, "booked_by": "x",
        "begins_at": theirs.starts_at,
    }  # fmt: skip
    for status in ("booked", "arrived", "fulfilled", "no_show"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Appointment.objects.create(**fields, status=status)
    Appointment.objects.filter(pk=first.pk).update(status="cancelled")
    Appointment.objects.create(**fields)


@pytest.fixture(params=["account closed", "work ended"])
def leave(request, people, clinic, at):
    """``leave("pa")``: that professional is gone from tomorrow on."""

    def go(role: str) -> None:
        user = people.user(role)
        if request.param == "account closed":
            people_actions.deactivate_account(by=people.viewer("administrator"), at=at, user_id=user.pk)
        else:
            Membership.objects.filter(professional=user.professional).update(until=at.date())

    return go


def test_who_left_is_offered_for_nothing_new(clinic, people, at, leave, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: at)
    tomorrow = at.date() + timedelta(days=1)
    session = clinic.session(role="pa", day=tomorrow)
    episode, gone = clinic.episode(), people.user("pa").professional
    slots = lambda: queries.free_slots(clinic.vs, centre=clinic.centre.pk, at=at)  # noqa: E731
    assert slots()
    leave("pa")
    assert slots() == []
    with pytest.raises(ProfessionalLeft):
        actions.book(by=clinic.vs, at=at, slot=clinic.slot(session).pk, episode=episode.pk)
    later = tomorrow + timedelta(days=7)
    with pytest.raises(Exception, match=r"werkt hier niet meer|ander centrum"):
        clinic.session(role="pa", day=later)
    closed = not people.user("pa").__class__.objects.get(pk=people.user("pa").pk).is_active
    for address in (reverse("clinic:sessions_new"), reverse("clinic:book", args=[episode.pk])):
        page = people.client("vs").get(address).content.decode()
        if closed:
            assert str(gone.pk) not in page, address


def test_the_coming_patients_of_who_left_are_a_task_of_planner_and_project_leader(
    clinic, people, at, leave, monkeypatch
):
    monkeypatch.setattr("django.utils.timezone.now", lambda: at)
    session = clinic.session(role="pa", day=at.date() + timedelta(days=1))
    clinic.session(role="pa", day=at.date() + timedelta(days=2))  # nobody in it
    episode = clinic.episode()
    actions.book(by=clinic.vs, at=at, slot=clinic.slot(session).pk, episode=episode.pk)
    title = "Spreekuren zonder behandelaar"
    assert title not in people.client("vs").get("/").content.decode()
    leave("pa")
    planner = people.client("vs").get("/").content.decode()
    leader = people.client("project_leader").get("/").content.decode()
    for page in (planner, leader):
        assert title in page
        assert "1 afspraak" in page
        assert f"{people.user('pa').professional.full_name} werkt hier niet meer" in page
        assert episode.patient.family_name not in leader
    assert reverse("clinic:session", args=[session.pk]) in planner
    assert reverse("clinic:session", args=[session.pk]) not in leader
    actions.substitute(
        by=clinic.vs, at=at, session=session.pk, professional=clinic.vs.professional_id, because="weg"
    )
    assert title not in people.client("vs").get("/").content.decode()
