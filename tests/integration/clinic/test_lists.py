"""Today, the waiting list, what is due, and everybody in care: order, own centre only, and as quick with many rows."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from anderhalf.apps.clinic import actions, queries
from anderhalf.apps.people.access import AccessDenied
from anderhalf.apps.referrals.models import Referral


def count_of(function) -> int:
    with CaptureQueriesContext(connection) as captured:
        function()
    return len(captured)


def test_whose_term_ends_first_stands_first(clinic, at):
    long_waiting = clinic.episode(at=at - timedelta(days=30))
    soon = clinic.episode(at=at - timedelta(days=4))
    overdue = clinic.episode(at=at - timedelta(days=20))
    today = at.date()
    for episode, before in (
        (long_waiting, None),
        (soon, today + timedelta(days=2)),
        (overdue, today - timedelta(days=6)),
    ):
        Referral.objects.filter(pk=episode.referral_id).update(see_before=before)
    rows = queries.waiting_list(clinic.vs, at=at)
    assert [row.episode for row in rows] == [overdue, soon, long_waiting]
    assert [(row.days, row.norm, row.days_left, row.overdue) for row in rows] == [
        (20, 14, -6, True),
        (4, 6, 2, False),
        (30, None, None, False),
    ]


def test_without_a_term_the_longest_waiting_stands_first(clinic, at):
    young, old = clinic.episode(at=at - timedelta(days=2)), clinic.episode(at=at - timedelta(days=9))
    Referral.objects.update(see_before=None)
    assert [row.episode for row in queries.waiting_list(clinic.vs, at=at)] == [old, young]


def test_who_is_planned_or_seen_does_not_wait(clinic, at):
    clinic.seen()
    planned, waits = clinic.episode(), clinic.episode()
    actions.book(by=clinic.vs, at=at, slot=clinic.slot().pk, episode=planned.pk)
    assert [row.episode for row in queries.waiting_list(clinic.vs, at=at)] == [waits]


def test_only_the_own_centre(clinic, people, at):
    clinic.episode()
    other = people.viewer("vs", other=True)
    assert queries.waiting_list(other, at=at) == []
    assert queries.worklist(other, at=at).paginator.count == 0
    assert queries.today(other, at=at) == []
    with pytest.raises(AccessDenied):
        queries.agenda(other, centre=clinic.centre.pk, first=at.date(), days=1, at=at)
    with pytest.raises(AccessDenied):
        queries.free_slots(other, centre=clinic.centre.pk, at=at)


@pytest.mark.parametrize(
    "role", ["gp", "cardiologist", "district_nurse", "patient", "project_leader", "administrator"]
)
def test_lists_are_for_the_centre(clinic, people, at, role):
    viewer = people.viewer(role)
    for query in (queries.waiting_list, queries.due_contacts, queries.worklist, queries.today):
        with pytest.raises(AccessDenied):
            query(viewer, at=at)
    assert queries.rail_counts(viewer, at=at) == {}


def test_a_missed_contact_becomes_due(clinic, at):
    episode = clinic.seen(next_contact_on=at.date() + timedelta(days=30))
    assert queries.due_contacts(clinic.vs, at=at) == []
    (soon,) = queries.due_contacts(clinic.vs, at=at + timedelta(days=20))
    assert (soon.episode, soon.days_late) == (episode, -10)
    (late,) = queries.due_contacts(clinic.vs, at=at + timedelta(days=33))
    assert late.days_late == 3
    session = clinic.session(day=(at + timedelta(days=33)).date())
    actions.book(by=clinic.vs, at=at, slot=clinic.slot(session).pk, episode=episode.pk)
    assert queries.due_contacts(clinic.vs, at=at + timedelta(days=33)) == []


def test_numbers_of_the_rail(clinic, at):
    planned, _waits = clinic.episode(), clinic.episode()
    actions.book(by=clinic.vs, at=at, slot=clinic.slot().pk, episode=planned.pk)
    assert queries.rail_counts(clinic.vs, at=at) == {"clinic:today": 1, "clinic:waiting": 1}


def test_today_is_in_the_order_of_the_clock(clinic, at):
    late, early = clinic.episode(), clinic.episode()
    session = clinic.session()
    actions.book(by=clinic.vs, at=at, slot=clinic.slot(session, 4).pk, episode=late.pk)
    actions.book(by=clinic.vs, at=at, slot=clinic.slot(session, 1).pk, episode=early.pk)
    assert [one.episode for one in queries.today(clinic.vs, at=at)] == [early, late]
    assert queries.today(clinic.vs, at=at + timedelta(days=1)) == []


def test_the_worklist_filters_sorts_and_pages(clinic, people, at, monkeypatch):
    first, second, third = (
        clinic.episode(people.patient(family_name=name)) for name in ("Aalbers", "Bos", "Claessen")
    )
    actions.record_encounter(
        by=clinic.vs, at=at, episode=second.pk, next_contact_on=at.date() + timedelta(days=5)
    )
    actions.book(by=clinic.vs, at=at, slot=clinic.slot().pk, episode=third.pk)

    def names(**filters):
        return [one.patient.family_name for one in queries.worklist(clinic.vs, at=at, filters=filters)]

    assert names() == ["Aalbers", "Bos", "Claessen"]
    assert names(sort="-name") == ["Claessen", "Bos", "Aalbers"]
    assert names(q="cla") == ["Claessen"]
    assert names(state="waiting") == ["Aalbers"]
    assert names(state="planned") == ["Claessen"]
    assert names(practitioner="me") == ["Bos"]
    assert names(sort="nonsense") == ["Aalbers", "Bos", "Claessen"]
    later = at + timedelta(days=6)
    assert [one.pk for one in queries.worklist(clinic.vs, at=later, filters={"state": "due"})] == [second.pk]
    monkeypatch.setattr("anderhalf.apps.clinic.queries.waiting.PAGE_SIZE", 2)
    assert [one.pk for one in queries.worklist(clinic.vs, at=at, page=2)] == [third.pk]
    assert queries.worklist(clinic.vs, at=at, page="nonsense").number == 1
    assert first.pk


def test_as_many_queries_for_many_rows_as_for_few(clinic, at):
    """Two patients or eight: the lists ask the database the same number of questions."""

    def fill(number: int, starts: time):
        session = clinic.session(starts=starts, ends=time(starts.hour + 2), slot_minutes=15)
        for place in range(number):
            episode = clinic.episode()
            actions.book(by=clinic.vs, at=at, slot=clinic.slot(session, place).pk, episode=episode.pk)
            clinic.episode()
            seen = clinic.seen(next_contact_on=at.date() + timedelta(days=3))
            assert seen.first_seen_at

    def measure() -> dict[str, int]:
        vs, centre = clinic.vs, clinic.centre.pk
        return {
            "today": count_of(lambda: [one.patient.full_name for one in queries.today(vs, at=at)]),
            "waiting": count_of(
                lambda: [row.episode.patient.practice.name for row in queries.waiting_list(vs, at=at)]
            ),
            "due": count_of(lambda: [row.episode.referral.intent for row in queries.due_contacts(vs, at=at)]),
            "worklist": count_of(lambda: [one.practitioner for one in queries.worklist(vs, at=at)]),
            "agenda": count_of(lambda: queries.agenda(vs, centre=centre, first=at.date(), days=7, at=at)),
            "free": count_of(lambda: queries.by_day(queries.free_slots(vs, centre=centre, at=at))),
        }

    fill(2, time(11))
    few = measure()
    fill(6, time(14))
    assert measure() == few
    assert max(few.values()) <= 8, few
