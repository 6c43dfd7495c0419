"""After a session ran out no form is lost: every form that can be posted is kept, shown again and not yet done."""

from __future__ import annotations

import html
import json
from base64 import b64decode

import pytest
from django.urls import reverse
from django.urls.resolvers import RoutePattern

from anderhalf.apps.people.identifiers import decrypt
from anderhalf.apps.people.models import Draft
from anderhalf.web.lost_sessions import CONTEXT, PARKED
from tests.support.addresses import addresses

from .expectations import EXPECTED
from .test_sign_in import SIGN_IN, _expired, sign_in_again

pytestmark = pytest.mark.django_db
TYPED = "Pijn op de borst & benauwd,\nsinds vanochtend."
NIL = "0d6e2c7e-7a0f-4b6e-8c25-9a4c5f1f1a11"
NOT_TYPED = {"set_language", "set_theme", "health", "style", "sheet_file"}
"""Open to everybody, or without anything that is typed."""


def arguments(pattern):
    converters = pattern.pattern.converters
    return {
        name: NIL
        if type(one).__name__ == "UUIDConverter"
        else 1
        if type(one).__name__ == "IntConverter"
        else "nt"
        for name, one in converters.items()
    }


def every_form():
    for name, pattern in addresses().items():
        base = name.split(":")[-1]
        if not isinstance(pattern.pattern, RoutePattern):
            continue  # only files are named by a pattern
        if base.startswith(("account_", "mfa_")) or base in NOT_TYPED or EXPECTED[name].public:
            continue
        yield reverse(name, kwargs=arguments(pattern))


def test_every_form_of_the_service_is_kept(people):
    client = people.client("gp")
    client.get("/")
    lost = []
    tried = 0
    for address in every_form():
        _expired(client)
        client.post(
            address, {"because": TYPED, "answer": "yes"}, headers={"referer": f"http://testserver{address}"}
        )
        tried += 1
        sealed = client.session.get(PARKED)
        kept = json.loads(decrypt(b64decode(sealed), context=CONTEXT)) if sealed else {}
        if TYPED not in str(kept.get("data", {}).get("fields", {}).get("because", [""])[0]):
            lost.append(address)
        assert TYPED not in str(dict(client.session.items()))
    assert tried > 120
    assert lost == []


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("referrals:emergency", "gp"),
        ("clinic:danger", "vs"),
        ("clinic:home_measurement", "patient"),
        ("clinic:plan", "vs"),
        ("referrals:message", "gp"),
    ],
)
def test_what_was_typed_is_shown_after_signing_in_until_it_is_sent(people, name, role):
    client = people.client(role)
    client.get("/")
    _expired(client)
    action = reverse(name, kwargs=arguments(addresses()[name]))
    client.post(action, {"text": TYPED, "choice": "yes"}, headers={"referer": "http://testserver/"})
    login = client.get(f"{SIGN_IN}?next=/patienten/").content.decode()
    assert "is bewaard en nog niet verstuurd" in login
    assert TYPED not in login
    sign_in_again(people, role, client)
    page = client.get("/", follow=True).content.decode()
    assert html.escape(TYPED) in page and "dit is nog niet vastgelegd" in page
    filled = json.loads(
        page.split('<script id="lost-form" type="application/json">')[1].split("</script>")[0]
    )
    assert filled == {"action": action, "fields": {"text": [TYPED], "choice": ["yes"]}}
    assert html.escape(TYPED) in client.get("/", follow=True).content.decode(), "also on the next page"
    client.post(action, {"text": TYPED, "choice": "yes"})
    assert html.escape(TYPED) not in client.get("/", follow=True).content.decode()
    assert not Draft.objects.exists()


def test_it_can_be_thrown_away_and_a_password_is_never_kept(people):
    client = people.client("gp")
    client.get("/")
    _expired(client)
    client.post(reverse("account_change_password"), {"password1": "Geheim-Woord-9"})
    assert PARKED not in client.session
    assert (
        "is bewaard en nog niet verstuurd" not in client.get(f"{SIGN_IN}?next=/patienten/").content.decode()
    )
    client.post(
        reverse("clinic:plan", args=[NIL]), {"goal": TYPED}, headers={"referer": "http://testserver/"}
    )
    sign_in_again(people, "gp", client)
    assert html.escape(TYPED) in client.get("/", follow=True).content.decode()
    client.post(reverse("forget_lost"))
    assert html.escape(TYPED) not in client.get("/", follow=True).content.decode()


def test_somebody_else_does_not_see_it(people):
    client = people.client("gp")
    client.get("/")
    _expired(client)
    client.post(
        reverse("clinic:plan", args=[NIL]), {"goal": TYPED}, headers={"referer": "http://testserver/"}
    )
    sign_in_again(people, "poh", client)
    assert html.escape(TYPED) not in client.get("/", follow=True).content.decode()
    assert not Draft.objects.exists()
