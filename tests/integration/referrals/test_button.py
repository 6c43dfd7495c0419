"""The button under the referral form offers what the server would do: what needs a call first does not say "send"."""

from __future__ import annotations

import pytest
from django.urls import reverse

from anderhalf.apps.referrals.models import Referral

from .conftest import ORDINARY, form_data
from .test_danger import CALL, LOW
from .test_pages import post

pytestmark = pytest.mark.django_db
SEND, ADVICE = "Verwijzing versturen", "Spoedadvies vastleggen"
CALL_FIRST, DOUBT = "Bel eerst, en schrijf op met wie", "Bel eerst, of kijk de waarde na"
HIGH = {**ORDINARY, "potassium": "6.8"}
FAINTED = {"reason": "Flauwgevallen tijdens het lopen. Graag uw beoordeling."}

STATES = {
    "nothing wrong": (ORDINARY, {}, SEND),
    "a danger": (LOW, {"c_systolic_bp": "on"}, CALL_FIRST),
    "a danger, half a call": (LOW, {"c_systolic_bp": "on", "called_with": "dr. A. Jansen"}, CALL_FIRST),
    "a danger, a call of dots": (
        LOW,
        {"c_systolic_bp": "on", "called_with": ".", "called_agreed": "-"},
        CALL_FIRST,
    ),
    "a danger, called": (LOW, {"c_systolic_bp": "on", **CALL}, SEND),
    "not confirmed": (HIGH, {}, DOUBT),
    "an emergency": (HIGH, {"c_potassium": "on"}, ADVICE),
    "an emergency, called, no line chosen": (HIGH, {"c_potassium": "on", **CALL}, ADVICE),
    "an emergency, called and chosen": (
        HIGH,
        {
            "c_potassium": "on",
            **CALL,
            "chosen_line": "second",
            "because": "Samen besloten met de cardioloog.",
        },
        SEND,
    ),
    "a text that nobody was asked about": (ORDINARY, FAINTED, DOUBT),
}


@pytest.mark.parametrize("state", STATES)
def test_the_button_says_what_the_server_would_do(people, a_patient, state):
    facts, more, button = STATES[state]
    client = people.client("poh")
    shown = client.post(reverse("referrals:route"), form_data(facts, patient=str(a_patient.pk), **more))
    text = shown.content.decode()
    assert [one for one in (SEND, ADVICE, CALL_FIRST, DOUBT) if one in text] == [button]
    if button in (CALL_FIRST, DOUBT):
        assert 'href="#id_called_with"' in text and 'name="called_with"' in text, "it leads to what is needed"
    answer = post(client, facts, patient=a_patient, **more)
    assert Referral.objects.filter(status="sent").exists() is (button == SEND)
    assert answer.status_code == {SEND: 302, ADVICE: 200}.get(button, 422)


def test_the_whole_page_has_the_same_button(people, a_patient):
    refused = post(people.client("poh"), LOW, patient=a_patient, c_systolic_bp="on").content.decode()
    assert CALL_FIRST in refused and SEND not in refused
