"""People who press at the same moment: one form is sent once, numbers stay unique, one triage decision stands."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connection

from anderhalf.apps.referrals import actions
from anderhalf.apps.referrals.models import Referral
from anderhalf.core.states import StepRefused

from .conftest import ORDINARY, observations

pytestmark = pytest.mark.django_db(transaction=True)
HANDS = 6


def at_once(work):
    """Run ``work(number)`` in threads that start together; what each gave or raised."""
    barrier = Barrier(HANDS)

    def run(number):
        barrier.wait()
        try:
            return work(number)
        except Exception as error:  # the test looks at what it is
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(HANDS) as pool:
        return list(pool.map(run, range(HANDS)))


def test_one_form_sent_from_several_windows_makes_one_referral(people, a_patient, content, at):
    key, by = str(uuid4()), people.viewer("poh")
    results = at_once(
        lambda _: actions.submit(
            by=by, at=at, key=key, draft=str(a_patient.pk), content=content, patient=a_patient.pk,
            items=lambda: observations(ORDINARY, at),
        )
    )  # fmt: skip
    assert Referral.objects.count() == 1
    assert [one for one in results if isinstance(one, Exception)] == []
    sent = Referral.objects.get()
    assert sum(one.referral == sent.pk for one in results) == 1
    assert {one.repeat for one in results if one.referral is None} <= {str(sent.pk), "unknown"}


def test_numbers_stay_unique(people, content, at):
    by, patients = people.viewer("poh"), [people.patient().pk for _ in range(HANDS)]
    results = at_once(
        lambda number: actions.send(
            by=by, at=at, patient=patients[number], content=content, items=observations(ORDINARY, at)
        )
    )
    assert sorted(one.number for one in results) == [f"V2025-{number:06d}" for number in range(1, HANDS + 1)]


def test_of_two_triage_decisions_one_stands(people, sent, at):
    by = people.viewer("vs")

    def decide(number):
        if number % 2:
            return actions.answer_advice(by=by, at=at, referral=sent.pk, answer="Zo.", version=sent.version)
        return actions.redirect(
            by=by, at=at, referral=sent.pk, line="first", because="Niet nodig.", version=sent.version
        )

    results = at_once(decide)
    done = [one for one in results if isinstance(one, Referral)]
    refused = [one for one in results if isinstance(one, actions.Stale | StepRefused)]
    assert len(done) == 1 and len(refused) == HANDS - 1
    assert Referral.objects.get(pk=sent.pk).changes.count() == 3
