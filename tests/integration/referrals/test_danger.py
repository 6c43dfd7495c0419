"""Danger in a referral: said first, never overruled without a named call, and on top of the receiver's list."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.template.loader import render_to_string
from django.urls import reverse

from anderhalf.apps.network.queries import pathway_on
from anderhalf.apps.record.models import Observation, Task
from anderhalf.apps.referrals import actions, queries
from anderhalf.apps.referrals.models import Override, Referral
from anderhalf.apps.referrals.views.answer import alarms_of
from anderhalf.core.decisions.facts import FactValue
from anderhalf.core.pathway.danger import look_for_danger
from tests.support.people import submission

from .conftest import ORDINARY, form_data, observations
from .test_pages import post

pytestmark = pytest.mark.django_db

CALL = {
    "called_with": "dr. A. Jansen, dienstdoende cardioloog",
    "called_agreed": "Vandaag nog gezien op de SEH.",
}
LOW = {**ORDINARY, "systolic_bp": 88}


def live(client, facts, patient, **more) -> str:
    data = form_data(facts, patient=str(patient.pk), **more)
    return client.post(reverse("referrals:route"), data).content.decode()


def test_a_same_day_danger_is_not_sent_without_a_call(people, a_patient):
    client = people.client("poh")
    refused = post(client, LOW, patient=a_patient, c_systolic_bp="on")
    assert refused.status_code == 422 and not Referral.objects.exists()
    text = refused.content.decode()
    assert "Bel eerst" in text and "EX-08" in text and 'href="tel:099-9990021"' in text
    assert text.index("red-alert") < text.index("error-summary"), (
        "danger is said before any error of the form"
    )
    half = post(client, LOW, patient=a_patient, c_systolic_bp="on", called_with=CALL["called_with"])
    assert half.status_code == 422 and not Referral.objects.exists()
    sent = post(client, LOW, patient=a_patient, c_systolic_bp="on", **CALL)
    assert sent.status_code == 302
    found = Referral.objects.get()
    assert (found.proposed_line, found.urgency, found.danger) == ("second", "within_1_day", 1)
    assert (found.called_with, found.called_agreed) == tuple(CALL.values()) and found.called_at
    page = client.get(sent.url).content.decode()
    assert "Gebeld met dr. A. Jansen" in page and "EX-08" in page


@pytest.mark.parametrize("line", ["", "intermediate", "second"])
def test_an_emergency_goes_nowhere_without_a_call_whatever_line_is_chosen(people, a_patient, line):
    facts = {**ORDINARY, "potassium": "6.4"}
    more = {"chosen_line": line, "because": "kent de patiënt goed"} if line else {}
    response = post(people.client("poh"), facts, patient=a_patient, c_potassium="on", **more)
    assert response.status_code == 200 and "EX-07" in response.content.decode()
    assert not Referral.objects.exists()


def test_after_a_call_an_emergency_may_be_referred_with_a_line_and_a_reason(people, a_patient):
    facts = {**ORDINARY, "potassium": "6.4"}
    client = people.client("poh")
    assert post(client, facts, patient=a_patient, c_potassium="on", **CALL).status_code == 200, (
        "a call alone chooses no line"
    )
    assert not Referral.objects.exists()
    sent = post(
        client,
        facts,
        patient=a_patient,
        c_potassium="on",
        **CALL,
        chosen_line="intermediate",
        because="Na overleg: hier prikken.",
    )
    assert sent.status_code == 302
    assert Override.objects.get().proposed_line == "emergency"
    found = Referral.objects.get()
    assert (found.danger, found.chosen_line) == (1, "intermediate"), "call the cardiologist, at once"
    assert str(Observation.objects.get(fact="potassium").number) == "6.4000"


def test_a_value_that_is_not_confirmed_says_what_to_do_if_it_is_right(people, a_patient):
    client = people.client("poh")
    text = live(client, {**ORDINARY, "systolic_bp": 58}, a_patient)
    assert "Klopt dit?" in text and "58 mmHg" in text and "EX-08" in text
    assert 'id="danger"' in text and "hx-swap-oob" in text
    unusual = post(client, {**ORDINARY, "systolic_bp": 58}, patient=a_patient)
    page = unusual.content.decode()
    assert unusual.status_code == 422 and not Referral.objects.exists()
    assert page.index("red-alert") < page.index("error-summary")
    assert re.search(r'href="tel:\d', page)


def test_a_draft_for_a_colleague_does_not_make_a_danger_wait(people, a_patient):
    client = people.client("poh")
    kept = post(client, {**ORDINARY, "potassium": "6.4"}, patient=a_patient, c_potassium="on", action="save")
    assert kept.status_code == 302
    page = client.get(kept.url).content.decode()
    assert "Wacht hier niet mee." in page and "Bel de dienstdoende cardioloog" in page


def test_heading_line_and_number_say_one_thing(people, a_patient):
    """Within a day, by the cardiologist: not "with the centre" and not "the next working day"."""
    text = live(people.client("poh"), {**ORDINARY, "systolic_bp": 222}, a_patient, c_systolic_bp="on")
    alarm = text.split('<section class="red-alert"')[1].split("</section>")[0]
    assert "EX-27" in alarm and "<h2>Overleg vandaag, uiterlijk morgen</h2>" in alarm
    assert "dienstdoende cardioloog" in alarm and "centrum" not in alarm and "2e lijn" in text


def test_what_may_be_so_is_said_as_a_sentence(people, a_patient, at):
    on = at.date()
    chosen = pathway_on(a_patient.network_id, "heart_failure", on=on)
    doubt = {
        "chest_pain_at_rest": [FactValue(True, on)],
        "syncope": [FactValue(True, on)],
        "systolic_bp": [FactValue(Decimal(58), on)],
    }
    alarms = alarms_of(look_for_danger([chosen], {}, on=on, doubtful=doubt), chosen)
    html = render_to_string("referrals/_danger.html", {"alarms": alarms})
    words = " ".join(re.sub(r"<[^>]+>", " ", html).split())
    assert "Als dit klopt (pijn op de borst in rust): denk aan een acuut coronair syndroom." in words
    assert "Als dit klopt (wegraking):" in words
    assert "bovendruk 58 mmHg):" in words.replace("\xa0", " ")


def test_a_pressure_typed_the_wrong_way_round_is_said_to_be_swapped(people, a_patient):
    facts = {**ORDINARY, "systolic_bp": 80, "diastolic_bp": 130}
    for more in ({}, {"c_systolic_bp": "on", "c_diastolic_bp": "on"}):
        answer = post(people.client("poh"), facts, patient=a_patient, **more)
        page = answer.content.decode()
        assert answer.status_code == 422 and "Verwisseld?" in page and 'id="danger"' in page
        assert more or 'name="c_systolic_bp"' not in page, "no box: no yes makes it right"
    assert not Referral.objects.exists()


def test_a_wrong_date_beside_a_dangerous_value_does_not_hide_it(people, a_patient):
    text = live(
        people.client("poh"), {**ORDINARY, "oxygen_saturation": 84}, a_patient, d_oxygen_saturation="gisteren"
    )
    assert "EX-05" in text and "tel:112" in text


def test_alarm_signs_that_nobody_asked_are_named_at_triage_and_sort_above_the_ordinary(
    people, a_patient, content, at
):
    ordinary = actions.send(
        by=people.viewer("poh"),
        at=at,
        patient=a_patient.pk,
        content=content,
        items=observations(ORDINARY, at),
    )
    unasked = {
        name: value for name, value in ORDINARY.items() if name not in ("syncope", "chest_pain_at_rest")
    }
    other = people.patient(family_name="Onbekend")
    unknown = actions.send(
        by=people.viewer("poh"), at=at, patient=other.pk, content=content, items=observations(unasked, at),
        chosen_line="intermediate", because="patiënt was al weg",
    )  # fmt: skip
    third = people.patient(family_name="Laag")
    low = actions.send(
        by=people.viewer("poh"), at=at, patient=third.pk, content=content, items=observations(LOW, at),
        chosen_line="intermediate", because="cardioloog wil dit zo", call=actions.Call(
            with_whom="dr. Jansen", agreed="morgen hier"),
    )  # fmt: skip
    assert [ordinary.danger, unknown.danger, low.danger] == [None, 3, 1]
    rows = queries.worklist(people.viewer("vs"), queries.Filters(show="triage"), at=at)
    assert [row.pk for row in rows] == [low.pk, unknown.pk, ordinary.pk]
    client = people.client("vs")
    page = client.get(reverse("referrals:triage")).content.decode()
    assert "gevaar" in page and "alarmsignalen onbekend" in page
    detail = client.get(reverse("referrals:referral", args=[unknown.pk])).content.decode()
    assert "Alarmsignalen niet nagevraagd" in detail and "Wegraking" in detail


def test_a_supplement_with_a_danger_is_sent_and_says_first_what_to_do(people, a_patient, content, at):
    sent = actions.send(
        by=people.viewer("poh"),
        at=at,
        patient=a_patient.pk,
        content=content,
        items=observations(ORDINARY, at),
    )
    actions.ask_more(by=people.viewer("vs"), at=at, referral=sent.pk, question="Kalium?")
    client = people.client("poh")
    address = reverse("referrals:supplement", args=[sent.pk])
    page = client.post(address, {"text": "K", "f_potassium": "6,3", "c_potassium": "on"}).content.decode()
    assert "EX-07" in page and "Wacht daar niet op" in page and "tel:" in page
    assert Observation.objects.filter(fact="potassium", number="6.3").exists()
    assert Referral.objects.get(pk=sent.pk).danger == 1


def test_a_supplement_that_is_refused_says_the_danger_too(people, a_patient, content, at):
    sent = actions.send(
        by=people.viewer("poh"),
        at=at,
        patient=a_patient.pk,
        content=content,
        items=observations(ORDINARY, at),
    )
    actions.ask_more(by=people.viewer("vs"), at=at, referral=sent.pk, question="Bloeddruk?")
    address = reverse("referrals:supplement", args=[sent.pk])
    page = people.client("poh").post(address, {"text": "RR", "f_systolic_bp": "58"})
    assert page.status_code == 422
    assert "EX-08" in page.content.decode() and "tel:" in page.content.decode()


# ---- an emergency that was not sent is the referrer's own task until it is written down what was done ----


def emergency_of(people, patient, client=None, **facts):
    answer = post(
        client or people.client("poh"), {**ORDINARY, "chest_pain_at_rest": True, **facts}, patient=patient
    )
    assert answer.status_code == 200
    return Task.objects.get(kind="emergency_advice", status="open"), answer.content.decode()


def test_an_emergency_is_a_task_of_the_referrer_until_the_call_is_written_down(people, a_patient):
    client = people.client("poh")
    task, page = emergency_of(people, a_patient, client)
    url = reverse("referrals:emergency", args=[task.pk])
    assert f'action="{url}"' in page and "Wat hebt u gedaan?" in page
    assert (task.rank, task.patient_id, task.rules) == (0, a_patient.pk, ["EX-01"])
    assert (
        task.due_at
        and task.due_at >= task.created_at
        and task.owner_organisation_id in people.viewer("poh").organisation_ids
    )
    home = people.client("gp").get("/").content.decode()
    assert "Spoed: bel, en leg vast wat u deed" in home and url in home, "the GP of the practice sees it too"
    assert home.index(url) < home.index("<h2", home.index(url)), "above the other blocks"
    assert 'href="tel:112"' in client.get(url).content.decode()
    for address in (url, "/"):
        english = people.client("poh", language="en").get(address).content.decode()
        assert "Emergency: Chest pain at rest" in english and "Pijn op de borst" not in english
    for nothing in ({}, {"called_with": "dr. A. Jansen"}, {"called_agreed": "SEH"}):
        refused = client.post(url, nothing)
        assert refused.status_code == 422 and Task.objects.get(pk=task.pk).status == "open"
    assert client.post(url, CALL).status_code == 302
    task.refresh_from_db()
    assert task.status == "done" and task.note == "Gebeld met " + ": ".join(CALL.values())
    assert "Spoed: bel, en leg vast" not in people.client("gp").get("/").content.decode()


def test_why_nobody_called_is_an_answer_too(people, a_patient):
    task, _page = emergency_of(people, a_patient)
    english = people.client("poh", language="en")
    english.post(
        reverse("referrals:emergency", args=[task.pk]), {"not_called": "Verkeerd vakje aangekruist."}
    )
    task.refresh_from_db()
    assert (task.status, task.note) == ("done", "Niet gebeld: Verkeerd vakje aangekruist.")


def test_it_is_not_ticked_off_and_another_practice_does_not_see_it(people, a_patient):
    task, _page = emergency_of(people, a_patient)
    ticked = people.client("poh").post(reverse("clinic:task_done", args=[task.pk]))
    assert ticked.status_code in (302, 403, 404) and Task.objects.get(pk=task.pk).status == "open"
    url = reverse("referrals:emergency", args=[task.pk])
    for other in (people.client("gp", other=True), people.client("vs"), people.client("patient")):
        assert other.get(url).status_code in (302, 403, 404)
        assert other.post(url, CALL).status_code in (302, 403, 404)
    assert Task.objects.get(pk=task.pk).status == "open"


def test_the_advice_given_twice_is_one_task(people, a_patient):
    client = people.client("poh")
    emergency_of(people, a_patient, client)
    emergency_of(people, a_patient, client, syncope=True)
    assert list(Task.objects.filter(kind="emergency_advice").values_list("status", flat=True).order_by("created_at")) == [
        "cancelled", "open",
    ]  # fmt: skip


@pytest.mark.parametrize("role", ["poh", "gp"])
@pytest.mark.parametrize(
    "more",
    [
        {},
        {"pathway": "atrial_fibrillation", "chosen_line": "intermediate", "because": "kent de situatie niet"},
        {"chosen_line": "second", "because": "kent de situatie niet"},
        {"called_with": "dr. A. Jansen"},
    ],
)
def test_no_referral_is_sent_while_an_emergency_is_open(people, a_patient, role, more):
    """By nobody of the practice, for no pathway, until it is written down there what was done."""
    task, _page = emergency_of(people, a_patient)
    url, client = reverse("referrals:emergency", args=[task.pk]), people.client(role)
    form = client.get(reverse("referrals:new"), {"patient": str(a_patient.pk)}).content.decode()
    assert url in form and form.index(url) < form.index('id="referral-form"')
    refused = post(client, ORDINARY, patient=a_patient, **more)
    page = refused.content.decode()
    assert refused.status_code == 422 and url in page and "nog een spoedadvies open" in page
    task.refresh_from_db()
    assert task.status == "open" and not Referral.objects.exists()
    client.post(url, {"not_called": "Verkeerd vakje aangekruist."})
    free = {key: value for key, value in more.items() if key != "called_with"}
    assert post(client, ORDINARY, patient=a_patient, **free).status_code == 302
    assert url not in client.get(reverse("referrals:new"), {"patient": str(a_patient.pk)}).content.decode()


def test_a_referral_with_the_call_completes_the_emergency(people, a_patient):
    task, _page = emergency_of(people, a_patient)
    assert post(people.client("gp"), ORDINARY, patient=a_patient, **CALL).status_code == 302
    task.refresh_from_db()
    assert (task.status, task.note) == ("done", "Gebeld met " + ": ".join(CALL.values()))
    assert Referral.objects.get().called_with == CALL["called_with"]


def test_registering_the_same_person_again_does_not_pass_an_open_emergency(people, a_patient):
    task, _page = emergency_of(people, a_patient)
    client = people.client("gp")
    person = {
        "concept": submission(), "bsn": a_patient.bsn, "family_name": a_patient.family_name,
        "birth_date": f"{a_patient.birth_date:%d-%m-%Y}", "sex": a_patient.sex,
        "practice": str(a_patient.practice_id),
    }  # fmt: skip
    known = post(client, ORDINARY, **person)
    assert (
        known.status_code == 302
        and reverse("referrals:emergency", args=[task.pk]) in client.get(known.url).content.decode()
    )
    assert post(client, ORDINARY, patient=a_patient).status_code == 422
    assert Task.objects.get(pk=task.pk).status == "open"
