"""The text of every step of a referral is asked about as a message is; left with the question open it leaves a task."""

from __future__ import annotations

import pytest
from django.urls import reverse

from anderhalf.apps.record.models import Task
from anderhalf.apps.referrals import actions
from anderhalf.apps.referrals.errors import WrittenDanger
from anderhalf.apps.referrals.models import Message, Referral
from anderhalf.apps.referrals.states import Status
from tests.integration.referrals.conftest import ORDINARY, form_data
from tests.integration.referrals.test_upload import bundle, upload
from tests.spec.cases.test_free_text import asked
from tests.spec.cases.test_free_text_messages import TEXT, now, posts, sent
from tests.support.people import submission

__all__ = ["now", "sent"]

pytestmark = pytest.mark.django_db
STEPS = {
    "withdraw": ("gp", {"because": TEXT}, Status.WITHDRAWN),
    "redirect": ("vs", {"because": TEXT, "line": "second"}, Status.REDIRECTED),
    "ask": ("vs", {"question": TEXT}, Status.MORE_INFORMATION),
    "answer": ("vs", {"answer": TEXT}, Status.ANSWERED),
}


@pytest.mark.parametrize("road", STEPS)
def test_a_step_is_asked_before_it_is_taken(people, sent, road):
    role, typed, _after = STEPS[road]
    page = posts(people, sent, role=role, road=road, **typed)
    html = page.content.decode()
    assert page.status_code == 422 and len(asked(page)) == 2
    assert 'href="tel:112"' in html and TEXT in html
    assert Referral.objects.get(pk=sent.pk).status == Status.SENT
    assert not Message.objects.filter(referral=sent).exists()


@pytest.mark.parametrize("road", STEPS)
def test_not_so_now_and_the_step_is_taken(people, sent, road):
    role, typed, after = STEPS[road]
    questions = asked(posts(people, sent, role=role, road=road, **typed))
    posts(people, sent, role=role, road=road, **typed, **dict.fromkeys(questions, "no"))
    assert Referral.objects.get(pk=sent.pk).status == after
    assert not Task.objects.filter(kind__in=("danger", "emergency_advice"), status="open").exists()


@pytest.mark.parametrize("road", STEPS)
def test_so_now_and_the_page_says_to_call(people, sent, road):
    role, typed, after = STEPS[road]
    questions = asked(posts(people, sent, role=role, road=road, **typed))
    page = posts(people, sent, role=role, road=road, **typed, **dict.fromkeys(questions, "yes"))
    assert Referral.objects.get(pk=sent.pk).status == after
    assert "tel:112" in page.content.decode()
    assert Task.objects.filter(kind__in=("danger", "emergency_advice"), status="open", rank=0).exists()


@pytest.mark.parametrize(("road", "role"), [("message", "gp"), ("message", "vs"), ("supplement", "gp"),
                                            *((road, STEPS[road][0]) for road in STEPS)])  # fmt: skip
def test_left_with_the_question_open_it_stands_on_today_with_name_and_clock(people, sent, now, road, role):
    if road == "supplement":
        actions.ask_more(by=people.viewer("vs"), at=now, referral=sent.pk, question="Wat is het kalium?")
    typed = STEPS[road][1] if road in STEPS else {"text": TEXT}
    for _again in range(2):
        page = posts(people, sent, role=role, road=road, **typed)
    assert page.status_code == 422
    (task,) = Task.objects.filter(kind="emergency_advice", status="open")
    assert task.title.startswith("Als dit klopt: ") and task.due_at is not None
    assert task.owner_id == people.viewer(role).professional_id
    today = people.client(role).get("/", follow=True).content.decode()
    assert sent.patient.full_name in today and "Als dit klopt" in today
    assert people.client(role).get(reverse("referrals:emergency", args=[task.pk])).status_code == 200


def test_the_action_itself_refuses_an_open_question(people, sent, now):
    with pytest.raises(WrittenDanger):
        actions.withdraw(by=people.viewer("gp"), at=now, referral=sent.pk, because=TEXT)


def test_an_ordinary_reason_is_asked_nothing(people, sent):
    posts(people, sent, road="withdraw", because="Patiënt is verhuisd. Geen pijn op de borst.")
    assert Referral.objects.get(pk=sent.pk).status == Status.WITHDRAWN


SPRAY = "nitroglycerine spray 0,4 mg (zo nodig 1 spray bij pijn op de borst)"


def medication(text):
    return {
        "resourceType": "MedicationStatement", "status": "active", "subject": {"reference": "urn:uuid:p"},
        "medicationCodeableConcept": {"text": "nitroglycerine spray 0,4 mg"}, "dosage": [{"text": text}],
    }  # fmt: skip


@pytest.mark.parametrize("own_words", ["", "Vandaag pijn op de borst in rust."])
def test_a_dosage_of_an_imported_list_is_asked_with_where_it_comes_from(people, own_words):
    client, patient = people.client("gp"), people.patient()
    who = {"bsn": patient.bsn, "name": [{"family": patient.family_name}]}
    read = upload(client, bundle(medication("zo nodig 1 spray bij pijn op de borst"), **who))
    assert SPRAY in client.get(read.url).content.decode()
    data = form_data(ORDINARY, patient=str(patient.pk), submission=submission(), treatment_so_far=SPRAY)
    page = client.post(
        reverse("referrals:send"), data | {"reason": own_words or "Hartfalen, graag instellen."}
    )
    html = page.content.decode()
    assert page.status_code == 422 and asked(page) and not Referral.objects.exists()
    if own_words:
        assert "In de tekst staat ‘pijn op de borst’" in html
        return
    assert (
        "In de ingelezen medicatielijst staat ‘pijn op de borst’" in html and "nitroglycerine spray" in html
    )
    client.post(reverse("referrals:send"), data | {"reason": "Hartfalen."} | dict.fromkeys(asked(page), "no"))
    assert Referral.objects.get().status == Status.SENT
