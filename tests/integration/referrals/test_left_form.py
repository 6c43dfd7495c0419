"""A possible danger in a referral form: no ordinary line stands under it, and it is found again when the form is left."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from anderhalf.apps.record.models import Task
from anderhalf.apps.referrals.models import Referral, UnnamedEmergency
from tests.support.people import submission

from .conftest import ORDINARY, form_data
from .test_pages import post
from .test_upload import bundle, observation, recent, upload

pytestmark = pytest.mark.django_db
KEY = "0d6e2c7e-7a0f-4b6e-8c25-9a4c5f1f1a77"
DOUBTS = [
    {"potassium": "6,4"},
    {"potassium": "6,1"},
    {"systolic_bp": "78"},
    {"heart_rate": "165"},
    {"systolic_bp": "76", "heart_rate": "165"},
]
WHO = {"family_name": "Naamloos", "initials": "P."}


def words(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def live(client, facts, **about):
    return client.post(reverse("referrals:route"), form_data({**ORDINARY, **facts}, **about))


def again(client, facts, **about):
    form = form_data({**ORDINARY, **facts}, action="route", submission=submission(), **about)
    return client.post(reverse("referrals:send"), form)


def open_tasks():
    return Task.objects.filter(kind="emergency_advice", status="open")


@pytest.mark.parametrize("road", [live, again])
@pytest.mark.parametrize("doubt", DOUBTS)
def test_no_ordinary_line_is_offered_while_a_possible_danger_is_open(people, a_patient, doubt, road):
    response = road(people.client("poh"), doubt, patient=str(a_patient.pk))
    text = response.content.decode()
    answer = text[text.index('<div id="answer"') :]
    assert "Klopt dit?" in answer and "Nog geen lijn: eerst nagaan of dit klopt" in answer
    assert "1,5 lijn, centrum" not in answer and "binnen 4 weken" not in answer and "RF-25" not in answer
    assert 'aria-current="true"' not in answer, "no line is preselected"
    assert "Zonder deze gegevens zou het" not in answer


def test_without_a_danger_the_line_is_there_as_before(people, a_patient):
    text = words(live(people.client("poh"), {}, patient=str(a_patient.pk)))
    assert "1,5 lijn, centrum Oost" in text and "Nog geen lijn: eerst" not in text


@pytest.mark.parametrize("road", [live, again])
@pytest.mark.parametrize("doubt", DOUBTS)
def test_left_it_stands_on_today_of_the_practice_with_name_and_clock(people, a_patient, doubt, road):
    client = people.client("poh")
    road(client, doubt, patient=str(a_patient.pk))
    (task,) = open_tasks()
    assert task.title.startswith("Als dit klopt: ") and task.due_at is not None
    assert task.owner_id == people.viewer("poh").professional_id
    for account in (client, people.client("gp")):
        today = words(account.get("/"))
        assert "Spoed: bel, en leg vast wat u deed" in today and "Als dit klopt" in today
        assert a_patient.full_name in today and "voor " in today
    drafts = words(client.get(reverse("referrals:new")))
    assert drafts.index("Begonnen en niet verstuurd") < drafts.index("Als dit klopt")
    assert f"Verwijzing: {a_patient.full_name}" in words(client.get("/")), "a draft has a name"
    road(client, doubt, patient=str(a_patient.pk))
    assert [one.pk for one in open_tasks()] == [task.pk], (
        "the same values make one task, with its first clock"
    )


@pytest.mark.parametrize("road", [live, again])
def test_of_somebody_who_is_not_registered_too(people, road):
    client = people.client("poh")
    road(client, {"potassium": "6,4"}, concept=KEY, **WHO)
    (held,) = UnnamedEmergency.objects.filter(done_at=None)
    assert held.title.startswith("Als dit klopt") and held.due_at
    assert "P. Naamloos" in words(people.client("gp").get("/"))
    road(client, {"potassium": "4,4"}, concept=KEY, **WHO)
    assert not UnnamedEmergency.objects.filter(done_at=None).exists(), "corrected, it ends"


def test_an_uploaded_record_that_is_left_too(people):
    client = people.client("gp")
    file = bundle(observation("2823-3", 6.8, "mmol/L", recent(1)))
    assert client.get(upload(client, file).url).status_code == 200
    (held,) = UnnamedEmergency.objects.filter(done_at=None)
    today = words(client.get("/"))
    assert "Voorbeeld" in today and held.title_shown in today
    drafts = words(client.get(reverse("referrals:new")))
    assert held.title_shown in drafts and "Voorbeeld" in drafts


def test_corrected_it_ends_and_wiped_out_it_does_not(people, a_patient):
    client, about = people.client("poh"), {"patient": str(a_patient.pk)}
    live(client, {"potassium": "6,4"}, **about)
    live(client, {"potassium": ""}, **about)
    assert open_tasks().count() == 1, "unknown is not: no danger"
    live(client, {"potassium": "4,4"}, **about)
    assert not open_tasks().exists()


def test_corrected_and_sent_it_does_not_stand_in_the_way(people, a_patient):
    client = people.client("poh")
    live(client, {"potassium": "6,4"}, patient=str(a_patient.pk))
    assert post(client, ORDINARY, patient=a_patient).status_code == 302
    assert Referral.objects.get().status == "sent" and not open_tasks().exists()


def test_a_colleague_who_opens_the_form_sees_who_typed_it(people, a_patient):
    live(people.client("poh"), {"potassium": "6,4"}, patient=str(a_patient.pk))
    page = words(people.client("gp").get(reverse("referrals:new"), {"patient": str(a_patient.pk)}))
    assert "in een verwijzing die niet is verstuurd" in page


def test_answered_it_is_not_asked_anew_of_the_same_values(people, a_patient):
    client = people.client("poh")
    live(client, {"potassium": "6,4"}, patient=str(a_patient.pk))
    address = reverse("referrals:emergency", args=[open_tasks().get().pk])
    assert client.post(address, {"not_called": "Typefout, het was 4,4."}).status_code == 302
    live(client, {"potassium": "6,4"}, patient=str(a_patient.pk))
    assert not open_tasks().exists()
    live(client, {"potassium": "6,5"}, patient=str(a_patient.pk))
    assert open_tasks().count() == 1, "another value is another danger"


def test_sending_an_emergency_again_does_not_move_its_clock(people, a_patient):
    client = people.client("poh")
    post(client, {**ORDINARY, "potassium": "6,4"}, patient=a_patient, c_potassium="on")
    earlier = timezone.now() - timedelta(hours=2)
    open_tasks().update(due_at=earlier)
    post(client, {**ORDINARY, "potassium": "6,4"}, patient=a_patient, c_potassium="on")
    assert open_tasks().get().due_at == earlier
