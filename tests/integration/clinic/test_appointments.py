"""Sessions, slots and what can become of an appointment. The database decides who gets a slot."""

from __future__ import annotations

from datetime import UTC, date, time, timedelta
from threading import Barrier, Thread
from uuid import uuid4

import pytest
from django.db import IntegrityError, connections, transaction

from anderhalf.apps.audit.models import AuditLine
from anderhalf.apps.clinic import actions, queries
from anderhalf.apps.clinic.errors import (
    DateRefused,
    HolidayRefused,
    KindNotAllowed,
    OtherCentre,
    SessionCancelled,
    SessionRefused,
    SlotInPast,
    SlotTaken,
)
from anderhalf.apps.clinic.models import Appointment, ClinicSession, Slot
from anderhalf.apps.clinic.states import APPOINTMENT_STATES, AppointmentStatus
from anderhalf.apps.people.access import AccessDenied
from anderhalf.apps.referrals.models import Message, Referral
from anderhalf.core.states import StepRefused

PEOPLE, PRESSES = 40, 5
TRIES = PEOPLE * PRESSES
"""Two hundred attempts: forty people at once, each pressing five times as fast as they can."""


def status_of(episode) -> str:
    return Referral.objects.get(pk=episode.referral_id).status


# ---- one slot, one patient ----


@pytest.mark.django_db(transaction=True)
def test_many_press_at_once_and_one_gets_the_slot(clinic, at):
    episodes = [clinic.episode() for _one in range(PEOPLE)]
    slot, vs, start = clinic.slot(), clinic.vs, Barrier(PEOPLE)
    won, lost, broken = [], [], []

    def press(episode):
        try:
            start.wait(timeout=60)
            for _press in range(PRESSES):
                try:
                    won.append(actions.book(by=vs, at=at, slot=slot.pk, episode=episode.pk))
                except SlotTaken as taken:
                    lost.append(taken)
        except Exception as error:  # reported below, not swallowed
            broken.append(error)
        finally:
            connections.close_all()

    threads = [Thread(target=press, args=(episode,)) for episode in episodes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert broken == []
    assert (len(won), len(lost)) == (1, TRIES - 1)
    assert Appointment.objects.filter(slot=slot).count() == 1
    assert {taken.episode for taken in lost} == {won[0].episode_id}
    booked = [status_of(episode) for episode in episodes]
    assert booked.count("booked") == 1
    assert AuditLine.objects.filter(event="clinic:appointment_booked").count() == 1


def test_the_database_itself_refuses_a_second_live_appointment(clinic, at):
    """Also when somebody writes past the actions."""
    episode, slot = clinic.episode(), clinic.slot()
    first = actions.book(by=clinic.vs, at=at, slot=slot.pk, episode=episode.pk)
    fields = {"slot": slot, "patient": episode.patient, "episode": episode, "booked_at": at, "booked_by": "x"}
    for status in ("booked", "arrived", "fulfilled", "no_show"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Appointment.objects.create(**fields, status=status)
    Appointment.objects.filter(pk=first.pk).update(status="cancelled")
    Appointment.objects.create(**fields)


def test_booking_twice_is_one_booking(clinic, at):
    episode, slot = clinic.episode(), clinic.slot()
    actions.book(by=clinic.vs, at=at, slot=slot.pk, episode=episode.pk)
    with pytest.raises(SlotTaken) as taken:
        actions.book(by=clinic.vs, at=at, slot=slot.pk, episode=episode.pk)
    assert taken.value.episode == episode.pk
    assert Appointment.objects.count() == 1


def test_a_failed_booking_leaves_nothing(clinic, at):
    first, second, slot = clinic.episode(), clinic.episode(), clinic.slot()
    actions.book(by=clinic.vs, at=at, slot=slot.pk, episode=first.pk)
    lines = AuditLine.objects.count()
    with pytest.raises(SlotTaken):
        actions.book(by=clinic.vs, at=at, slot=slot.pk, episode=second.pk)
    assert status_of(second) == "accepted"
    assert AuditLine.objects.count() == lines


def test_what_a_slot_is_not_for(clinic, people, at):
    episode, session = clinic.episode(), clinic.session()
    slot = clinic.slot(session)
    with pytest.raises(KindNotAllowed):
        actions.book(by=clinic.vs, at=at, slot=slot.pk, episode=episode.pk, kind="video")
    with pytest.raises(SlotInPast):
        actions.book(by=clinic.vs, at=slot.starts_at, slot=slot.pk, episode=episode.pk)
    west = actions.make_sessions(
        by=people.viewer("vs", other=True), at=at, centre=people.organisation("anderhalf_west").pk,
        professional=people.viewer("vs", other=True).professional_id, first_day=at.date(), starts=time(13), ends=time(14),
    ).sessions[0]  # fmt: skip
    with pytest.raises(OtherCentre):
        actions.book(by=clinic.vs, at=at, slot=west.slots.first().pk, episode=episode.pk)
    actions.cancel_session(by=clinic.vs, at=at, session=session.pk, because="ziek")
    with pytest.raises(SessionCancelled):
        actions.book(by=clinic.vs, at=at, slot=slot.pk, episode=episode.pk)


@pytest.mark.parametrize("role", ["gp", "poh", "cardiologist", "district_nurse", "patient", "project_leader"])
def test_who_does_not_plan(clinic, people, at, role):
    with pytest.raises(AccessDenied):
        actions.book(by=people.viewer(role), at=at, slot=clinic.slot().pk, episode=clinic.episode().pk)


def test_another_centre_does_not_plan_here(clinic, people, at):
    with pytest.raises(AccessDenied):
        actions.book(
            by=people.viewer("vs", other=True), at=at, slot=clinic.slot().pk, episode=clinic.episode().pk
        )


# ---- what becomes of an appointment ----


def test_moving_frees_the_old_slot(clinic, people, at):
    first, second, session = clinic.episode(), clinic.episode(), clinic.session()
    old = actions.book(by=clinic.vs, at=at, slot=clinic.slot(session).pk, episode=first.pk, note="tolk")
    new = actions.move(
        by=clinic.vs, at=at, appointment=old.pk, slot=clinic.slot(session, 1).pk, because="verhinderd"
    )
    old.refresh_from_db()
    assert (old.status, new.status, new.moved_from, new.note) == ("moved", "booked", old, "tolk")
    assert [change.status for change in old.changes.all()] == ["booked", "moved"]
    assert old.changes.last().because == "verhinderd"
    assert status_of(first) == "booked"
    actions.book(by=clinic.vs, at=at, slot=clinic.slot(session).pk, episode=second.pk)
    with pytest.raises(SlotTaken):
        actions.move(by=clinic.vs, at=at, appointment=new.pk, slot=clinic.slot(session).pk)
    new.refresh_from_db()
    assert new.status == "booked"


def test_cancelling_puts_back_on_the_waiting_list(clinic, at):
    episode = clinic.episode()
    appointment = actions.book(by=clinic.vs, at=at, slot=clinic.slot().pk, episode=episode.pk)
    assert queries.waiting_list(clinic.vs, at=at) == []
    actions.cancel(by=clinic.vs, at=at, appointment=appointment.pk, because="griep")
    assert status_of(episode) == "accepted"
    assert [row.episode for row in queries.waiting_list(clinic.vs, at=at)] == [episode]


def test_no_show_waits_again_and_the_referrer_reads_it(clinic, at):
    episode, slot = clinic.episode(), clinic.slot()
    appointment = actions.book(by=clinic.vs, at=at, slot=slot.pk, episode=episode.pk)
    with pytest.raises(DateRefused):
        actions.no_show(by=clinic.vs, at=at, appointment=appointment.pk)
    after = slot.ends_at
    actions.no_show(by=clinic.vs, at=after, appointment=appointment.pk)
    (row,) = queries.waiting_list(clinic.vs, at=after)
    assert (row.episode, row.missed, status_of(episode)) == (episode, 1, "accepted")
    assert "niet verschenen" in Message.objects.get(referral=episode.referral_id).text


def test_a_follow_up_that_is_missed_does_not_reopen_the_referral(clinic, at):
    episode, slot = clinic.seen(), clinic.slot()
    appointment = actions.book(by=clinic.vs, at=at, slot=slot.pk, episode=episode.pk)
    actions.no_show(by=clinic.vs, at=slot.ends_at, appointment=appointment.pk)
    assert status_of(episode) == "seen"
    assert not Message.objects.exists()


def test_steps_follow_the_table(clinic, at):
    """Every step that the table does not have is refused, every step that it has is possible."""
    assert APPOINTMENT_STATES.final_states == ("fulfilled", "no_show", "moved", "cancelled")
    episode, session = clinic.episode(), clinic.session()
    vs, late = clinic.vs, session.ends_at
    for number, (first, then) in enumerate(
        [("arrived", "no_show"), ("arrived", "arrived"), ("no_show", "arrived"), ("cancel", "cancel")]
    ):
        one = actions.book(by=vs, at=at, slot=clinic.slot(session, number).pk, episode=episode.pk)
        more = {"because": "x"} if first == "cancel" else {}
        getattr(actions, first)(by=vs, at=late, appointment=one.pk, **more)
        with pytest.raises(StepRefused):
            getattr(actions, then)(by=vs, at=late, appointment=one.pk, **more)


def test_a_seen_patient_can_not_be_seen_twice_on_one_appointment(clinic, at):
    episode, slot = clinic.episode(), clinic.slot()
    appointment = actions.book(by=clinic.vs, at=at, slot=slot.pk, episode=episode.pk)
    later = slot.ends_at
    actions.record_encounter(by=clinic.vs, at=later, episode=episode.pk, appointment=appointment.pk)
    with pytest.raises(StepRefused):
        actions.record_encounter(by=clinic.vs, at=later, episode=episode.pk, appointment=appointment.pk)
    assert episode.encounters.count() == 1


# ---- sessions ----


def test_a_session_is_cut_into_slots(clinic):
    session = clinic.session(starts=time(13), ends=time(14, 50), slot_minutes=30)
    local = [slot.starts_at.astimezone(session.starts_at.tzinfo) for slot in session.slots.all()]
    assert len(local) == 3
    assert all(slot.ends_at <= session.ends_at for slot in session.slots.all())


def test_weekly_sessions_keep_their_clock_over_summer_time(clinic, people, at):
    made = actions.make_sessions(
        by=clinic.vs, at=at, centre=clinic.centre.pk, professional=clinic.vs.professional_id,
        first_day=date(2026, 3, 25), starts=time(9), ends=time(10), weeks=2,
    )  # fmt: skip
    hours = [session.starts_at.astimezone(at.tzinfo).hour for session in made.sessions]
    assert hours == [9, 9]
    first, second = (session.starts_at.astimezone(UTC) for session in made.sessions)
    assert second - first == timedelta(days=7) - timedelta(hours=1)


def test_holidays_are_refused_and_skipped_in_a_series(clinic):
    first = date(2025, 12, 25)
    with pytest.raises(HolidayRefused, match="kerstdag"):
        clinic.session(day=first)
    made = actions.make_sessions(
        by=clinic.vs, at=clinic.at, centre=clinic.centre.pk, professional=clinic.vs.professional_id,
        first_day=date(2025, 12, 18), starts=time(9), ends=time(12), weeks=4,
    )  # fmt: skip
    days = [session.starts_at.date() for session in made.sessions]
    assert days == [date(2025, 12, 18), date(2026, 1, 8)]
    assert [day for day, _why in made.skipped] == [first, date(2026, 1, 1)]


@pytest.mark.parametrize(
    "more",
    [
        {"starts": time(14), "ends": time(13)},
        {"slot_minutes": 0},
        {"slot_minutes": 300},
        {"starts": time(13), "ends": time(13, 10)},
        {"kinds": ()},
        {"kinds": ("letter",)},
        {"weeks": 0},
        {"weeks": 500},
        {"day": date(2025, 11, 11)},
    ],
    ids=str,
)
def test_what_is_no_session(clinic, more):
    with pytest.raises(SessionRefused):
        clinic.session(**more)
    assert not ClinicSession.objects.exists()


def test_one_person_is_in_one_place(clinic):
    clinic.session(starts=time(13), ends=time(16))
    with pytest.raises(SessionRefused):
        clinic.session(starts=time(15), ends=time(17))
    clinic.session(starts=time(16), ends=time(17))
    clinic.session(role="hf_nurse", starts=time(13), ends=time(16))


def test_only_people_of_the_centre_have_sessions_there(clinic, people):
    for role in ("gp", "district_nurse"):
        with pytest.raises(OtherCentre):
            clinic.session(role=role)
    with pytest.raises(AccessDenied):
        actions.make_sessions(
            by=people.viewer("vs", other=True), at=clinic.at, centre=clinic.centre.pk,
            professional=clinic.vs.professional_id, first_day=clinic.at.date(), starts=time(13), ends=time(14),
        )  # fmt: skip
    clinic.session(role="cardiologist")


def test_calling_a_session_off_sends_everybody_back(clinic, at):
    session = clinic.session()
    episodes = [clinic.episode() for _one in range(2)]
    for number, episode in enumerate(episodes):
        actions.book(by=clinic.vs, at=at, slot=clinic.slot(session, number).pk, episode=episode.pk)
    hit = actions.cancel_session(by=clinic.vs, at=at, session=session.pk, because="ziek")
    assert {one.episode_id for one in hit} == {episode.pk for episode in episodes}
    assert {row.episode for row in queries.waiting_list(clinic.vs, at=at)} == set(episodes)
    assert queries.free_slots(clinic.vs, centre=clinic.centre.pk, at=at) == []
    assert actions.cancel_session(by=clinic.vs, at=at, session=session.pk, because="ziek") == []


def test_a_substitute_takes_over_with_the_appointments(clinic, people, at):
    session, episode = clinic.session(), clinic.episode()
    appointment = actions.book(by=clinic.vs, at=at, slot=clinic.slot(session).pk, episode=episode.pk)
    nurse = people.viewer("hf_nurse").professional_id
    actions.substitute(by=clinic.vs, at=at, session=session.pk, professional=nurse, because="ziek")
    session.refresh_from_db()
    appointment.refresh_from_db()
    assert (session.professional_id, session.stands_in_for_id) == (nurse, clinic.vs.professional_id)
    assert appointment.status == "booked"
    actions.substitute(by=clinic.vs, at=at, session=session.pk, professional=clinic.vs.professional_id)
    session.refresh_from_db()
    assert session.stands_in_for_id is None
    with pytest.raises(OtherCentre):
        actions.substitute(
            by=clinic.vs, at=at, session=session.pk, professional=people.viewer("gp").professional_id
        )


def test_a_substitute_who_is_busy_is_refused(clinic, people, at):
    session = clinic.session()
    clinic.session(role="hf_nurse")
    with pytest.raises(SessionRefused):
        actions.substitute(
            by=clinic.vs, at=at, session=session.pk, professional=people.viewer("hf_nurse").professional_id
        )


def test_free_slots_are_of_the_kind_that_is_asked(clinic, at):
    clinic.session(kinds=("phone",), starts=time(13), ends=time(14))
    clinic.session(role="hf_nurse", kinds=("visit", "phone"), starts=time(14), ends=time(15))
    free = {kind: len(queries.free_slots(clinic.vs, centre=clinic.centre.pk, at=at, kind=kind)) for kind in
            ("phone", "visit", "home", "")}  # fmt: skip
    assert free == {"phone": 4, "visit": 2, "home": 0, "": 4}
    half_past_one = at.replace(hour=13, minute=30)
    assert len(queries.free_slots(clinic.vs, centre=clinic.centre.pk, at=half_past_one)) == 2
    assert len(queries.free_slots(clinic.vs, centre=clinic.centre.pk, at=at, limit=3)) == 3


def test_an_unknown_slot_is_no_slot(clinic, at):
    with pytest.raises(Slot.DoesNotExist):
        actions.book(by=clinic.vs, at=at, slot=uuid4(), episode=clinic.episode().pk)


def test_the_states_have_words():
    assert {str(state) for state in APPOINTMENT_STATES.transitions} == set(AppointmentStatus.values)
