"""A reason or a call has to say something: a dot is no answer, on any road of this room."""

from __future__ import annotations

import pytest
from django.urls import reverse

from anderhalf.apps.record.models import Task
from anderhalf.apps.referrals.models import Referral
from anderhalf.presentation.wording import says_something

from .conftest import ORDINARY
from .test_danger import CALL, LOW, emergency_of
from .test_pages import post

pytestmark = pytest.mark.django_db
DOTS = {"called_with": ".", "called_agreed": "."}


@pytest.mark.parametrize("text", ["", " ", ".", "...", "-", "x", "1 2", "??", None])
def test_what_says_nothing(text):
    assert not says_something(text)


@pytest.mark.parametrize("text", ["ja", "dr. A", "K is 6", "Müller"])
def test_what_says_something(text):
    assert says_something(text)


@pytest.mark.parametrize("call", [DOTS, {**CALL, "called_agreed": "."}, {**CALL, "called_with": "-"}])
def test_a_call_of_dots_sends_no_danger(people, a_patient, call):
    client = people.client("poh")
    assert post(client, LOW, patient=a_patient, c_systolic_bp="on", **call).status_code == 422
    chest = {**ORDINARY, "chest_pain_at_rest": True}
    chosen = {"chosen_line": "intermediate", "because": "na overleg zo"}
    assert post(client, chest, patient=a_patient, **call, **chosen).status_code == 200, "the advice, not sent"
    assert not Referral.objects.exists()


def test_a_reason_of_dots_is_refused(people, a_patient):
    client = people.client("poh")
    assert post(client, ORDINARY, patient=a_patient, reason=".").status_code == 422
    second = post(client, ORDINARY, patient=a_patient, chosen_line="second", because=".")
    assert second.status_code == 422 and not Referral.objects.exists()


@pytest.mark.parametrize("words", [DOTS, {"not_called": "."}, {**DOTS, "not_called": "tikfout"}])
def test_an_emergency_is_not_ended_with_dots(people, a_patient, words):
    task, _page = emergency_of(people, a_patient)
    answer = people.client("poh").post(reverse("referrals:emergency", args=[task.pk]), words)
    assert answer.status_code == 422 and Task.objects.get(pk=task.pk).status == "open"
