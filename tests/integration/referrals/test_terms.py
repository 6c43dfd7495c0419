"""Times that are promised: within the hours of the centre, and a wait beyond the term is said as a problem."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.urls import reverse
from django.utils import timezone

from anderhalf.apps.clinic import actions as clinic
from anderhalf.apps.clinic.models import Episode
from anderhalf.apps.network.queries import agreement_on
from anderhalf.apps.referrals import actions
from anderhalf.apps.referrals import queries as referral_queries
from anderhalf.apps.referrals.agreed import answer_before, answered_by
from anderhalf.apps.referrals.danger import Call
from anderhalf.apps.referrals.models import Referral
from anderhalf.apps.referrals.views.answer import too_long
from anderhalf.apps.referrals.views.lists import plan_before
from anderhalf.presentation.formatting import AMSTERDAM
from tests.support.people import submission

from .conftest import ORDINARY, form_data, observations


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM)


@pytest.mark.parametrize(
    ("sent", "days", "answered"),
    [
        ("2025-03-05T10:30", 2, "2025-03-07T10:30"),
        ("2025-03-05T03:51", 2, "2025-03-07T17:00"),
        ("2025-03-05T21:40", 1, "2025-03-06T17:00"),
        ("2025-03-08T03:51", 1, "2025-03-10T17:00"),
        ("2025-03-07T17:00", 1, "2025-03-10T17:00"),
        ("2025-03-07T07:59", 5, "2025-03-14T17:00"),
    ],
)
def test_an_answer_is_promised_within_working_hours(people, sent, days, answered):
    agreement = agreement_on(people.network.pk, on=date(2025, 3, 5))
    found = answered_by(agreement, moment(sent), days)
    assert found == moment(answered)
    urgent = agreement.urgent
    assert urgent.opens <= found.astimezone(AMSTERDAM).time() <= urgent.closes


def test_a_referral_of_the_night_is_answered_by_day(people, a_patient):
    at = moment("2025-03-05T03:51")
    sent = actions.send(
        by=people.viewer("gp"), at=at, patient=a_patient.pk, chosen_line="intermediate", because="kent haar goed",
        content=actions.Content(intent="titration", reason="Hartfalen."),
    )  # fmt: skip
    assert Referral.objects.get(pk=sent.pk).answer_before == moment("2025-03-07T17:00")


@pytest.mark.parametrize(
    ("days", "wait", "said"), [(7, 8, True), (7, 7, False), (28, 8, False), (None, 90, False)]
)
def test_a_wait_longer_than_the_term_is_a_problem(days, wait, said):
    term = SimpleNamespace(days=days, label={"nl": "binnen 1 week"})
    text = too_long(term, wait, "nl")
    assert bool(text) is said
    if said:
        assert "8 dagen" in text and "binnen 1 week" in text and "Bel het centrum" in text


@pytest.mark.parametrize(("wait", "said"), [(30, True), (8, False), (None, False)])
def test_the_form_and_the_referral_say_so(people, a_patient, monkeypatch, wait, said):
    monkeypatch.setattr(referral_queries, "waiting_time", lambda *_given, **_at: wait)
    client = people.client("gp")
    data = form_data(ORDINARY, patient=str(a_patient.pk), submission=submission())
    answer = client.post(reverse("referrals:route"), data).content.decode()
    assert "binnen 4 weken" in answer and ("De wachttijd is nu 30 dagen; dat is later dan" in answer) is said
    client.post(reverse("referrals:send"), data)
    page = client.get(reverse("referrals:referral", args=[Referral.objects.get().pk])).content.decode()
    assert ("De wachttijd is nu 30 dagen; dat is later dan" in page) is said


@pytest.mark.parametrize(("in_days", "said"), [(40, True), (3, False)])
def test_planning_says_that_the_first_free_slot_is_too_late(people, in_days, said):
    now = timezone.localtime()
    sent = actions.send(
        by=people.viewer("gp"), at=now - timedelta(hours=2), patient=people.patient().pk, chosen_line="intermediate",
        because="kent haar goed", content=actions.Content(intent="titration", reason="Hartfalen."),
    )  # fmt: skip
    actions.accept(by=people.viewer("vs"), at=now - timedelta(hours=1), referral=sent.pk, because="past hier")
    Referral.objects.filter(pk=sent.pk).update(see_before=now.date() + timedelta(days=28))
    episode = Episode.objects.get(referral=sent.pk)
    day = now.date() + timedelta(days=in_days)
    while day.weekday() >= 5:
        day += timedelta(days=1)
    clinic.make_sessions(
        by=people.viewer("vs"), at=now, centre=people.organisation("anderhalf_oost").pk,
        professional=people.viewer("vs").professional_id, first_day=day,
        starts=moment("2025-03-05T13:00").time(), ends=moment("2025-03-05T16:00").time(),
    )  # fmt: skip
    page = people.client("vs").get(reverse("clinic:book", args=[episode.pk])).content.decode()
    assert "slot-day" in page and ("De eerste vrije plek is te laat" in page) is said


@pytest.mark.parametrize(
    ("days", "seen", "answered"),
    [(1, "2025-03-07", "2025-03-07T17:00"), (28, "2025-04-03", "2025-03-10T10:30")],
)
def test_the_dates_of_one_row_do_not_contradict_each_other(people, a_patient, at, days, seen, answered):
    """An answer and a plan are due at the latest on the day before which the patient is seen."""
    at = moment("2025-03-06T10:30")
    facts = {**ORDINARY, "systolic_bp": 88} if days == 1 else ORDINARY
    call = Call(with_whom="dr. A. Jansen", agreed="Morgen gezien.") if days == 1 else None
    sent = actions.send(
        by=people.viewer("gp"), at=at, patient=a_patient.pk, chosen_line="intermediate", because="kent haar goed",
        content=actions.Content(intent="titration", reason="Hartfalen."), items=observations(facts, at), call=call,
    )  # fmt: skip
    found = Referral.objects.get(pk=sent.pk)
    assert (found.see_before, found.answer_before) == (date.fromisoformat(seen), moment(answered))
    assert plan_before(found, 28) == found.see_before, "the waiting time that was agreed gives no later day"
    assert plan_before(found, 14) == min(found.see_before, date(2025, 3, 20))
    asked = actions.ask_more(
        by=people.viewer("vs"), at=at + timedelta(hours=1), referral=sent.pk, question="Is er een ECG?"
    )
    assert timezone.localdate(asked.answer_before) <= found.see_before


@pytest.mark.parametrize(
    ("sent", "see_before", "answered"),
    [
        ("2025-03-07T10:30", date(2025, 3, 8), "2025-03-07T17:00"),
        ("2025-03-07T18:30", date(2025, 3, 8), "2025-03-08T17:00"),
        ("2025-03-07T10:30", date(2025, 3, 6), "2025-03-07T10:30"),
        ("2025-03-07T10:30", None, "2025-03-11T10:30"),
    ],
)
def test_an_answer_before_a_patient_is_seen_is_promised_while_somebody_is_there(
    people, sent, see_before, answered
):
    referral = Referral(network=people.network, intent="titration", see_before=see_before)
    assert answer_before(referral, at=moment(sent)) == moment(answered)
