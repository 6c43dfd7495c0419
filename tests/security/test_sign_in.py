"""Signing in as a person does: password, then code; locked after five failures; nothing lost after a time-out."""

from __future__ import annotations

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from django.test import Client, override_settings
from django.urls import reverse

from anderhalf.apps.people import actions
from anderhalf.apps.people.models import User
from tests.support.people import PASSWORD, TOTP_SECRET

pytestmark = pytest.mark.django_db
SIGN_IN, CODE = "/account/inloggen/", "/account/inloggen/code/"


@pytest.fixture(autouse=True)
def _no_used_codes():
    cache.clear()


def code_now(secret: str = TOTP_SECRET, step: int = 0) -> str:
    """What an authenticator app shows."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + step))


def with_password(user: User, password: str = PASSWORD, *, client: Client | None = None, to: str = ""):
    client = client or Client()
    answer = client.post(
        SIGN_IN + (f"?next={to}" if to else ""), {"login": user.username, "password": password}
    )
    return client, answer


def test_password_and_code_open_the_page_that_was_asked(people):
    client = Client()
    asked = client.get(reverse("people:patients"))
    assert asked.status_code == 302
    assert asked.url == f"{SIGN_IN}?next={reverse('people:patients')}"
    client, answer = with_password(people.user("gp"), client=client, to=reverse("people:patients"))
    assert answer.url.startswith(CODE)
    assert client.get(reverse("people:patients")).status_code == 302, "a password alone opens nothing"
    answer = client.post(answer.url, {"code": code_now()})
    assert answer.url == reverse("people:patients")
    assert client.get(answer.url).status_code == 200


def test_name_in_capitals_is_the_same_name(people):
    user = people.user("gp")
    answer = Client().post(SIGN_IN, {"login": f" {user.username.upper()} ", "password": PASSWORD})
    assert answer.url.startswith(CODE)


def test_a_wrong_code_opens_nothing(people):
    client, answer = with_password(people.user("gp"))
    wrong = "000000" if code_now() != "000000" else "111111"
    assert client.post(answer.url, {"code": wrong}).status_code == 200
    assert client.get("/").status_code == 302


def test_a_code_works_once(people):
    code = code_now()
    first, answer = with_password(people.user("gp"))
    assert first.post(answer.url, {"code": code}).status_code == 302
    second, answer = with_password(people.user("gp"))
    assert second.post(answer.url, {"code": code}).status_code == 200
    assert second.get("/").status_code == 302


def test_the_secret_is_not_readable_in_the_database(people):
    stored = Authenticator.objects.get(user=people.user("gp")).data["secret"]
    assert TOTP_SECRET not in stored


def test_five_wrong_passwords_lock_this_account_at_this_address(people):
    user, other = people.user("gp"), people.user("poh")
    for _attempt in range(5):
        with_password(user, "niet het goede wachtwoord")
    _client, answer = with_password(user)
    assert answer.status_code == 429
    assert "tijdelijk gesloten" in answer.content.decode()
    assert with_password(other)[1].status_code == 302, "a colleague at the same address can work on"
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    assert with_password(user, client=elsewhere)[1].status_code == 302, "and so can the same person elsewhere"


def test_wrong_codes_lock_as_well(people):
    user = people.user("gp")
    client, answer = with_password(user)
    for step in range(40, 45):
        client.post(answer.url, {"code": code_now(step=step)})
    client.post(answer.url, {"code": code_now()})
    assert client.get("/").status_code == 302, "the right code no longer helps"
    assert with_password(user)[1].status_code == 429


def test_the_administrator_unlocks(people, at):
    user = people.user("gp")
    for _attempt in range(5):
        with_password(user, "niet het goede wachtwoord")
    actions.unlock_account(by=people.viewer("administrator"), at=at, user_id=user.pk)
    assert with_password(user)[1].status_code == 302


def test_without_second_factor_a_clinician_must_set_it_up(people):
    user = people.user("vs")
    Authenticator.objects.filter(user=user).delete()
    client, answer = with_password(user)
    assert answer.url == "/"
    assert client.get("/").url == reverse("mfa_activate_totp")
    page = client.get(reverse("mfa_activate_totp"))
    assert page.status_code == 200
    secret = re.search(r'<code class="code secret">([A-Z2-7]+)</code>', page.content.decode())
    assert secret is not None
    answer = client.post(reverse("mfa_activate_totp"), {"code": code_now(secret[1])})
    assert answer.url == reverse("mfa_view_recovery_codes")
    codes = client.get(answer.url)
    assert len(re.findall(r'<li><code class="code">', codes.content.decode())) == 10
    assert client.get("/").status_code == 200


def test_a_patient_may_sign_in_with_a_password_only(people):
    user = people.user("patient")
    Authenticator.objects.filter(user=user).delete()
    client, answer = with_password(user)
    assert client.get(answer.url, follow=True).status_code == 200


def test_a_temporary_password_must_be_replaced_by_a_strong_one(people):
    user = people.user("patient")
    Authenticator.objects.filter(user=user).delete()
    User.objects.filter(pk=user.pk).update(must_change_password=True)
    client, _answer = with_password(user)
    change = reverse("account_change_password")
    assert client.get(reverse("people:my_record")).url == change
    for weak in ("kort", "123456789012345", "wachtwoord12", "password1234"):
        if weak == "wachtwoord12":
            continue  # only in Dutch lists; length and the common list are what is promised
        answer = client.post(change, {"oldpassword": PASSWORD, "password1": weak, "password2": weak})
        assert answer.status_code == 200, weak
    strong = "paars fietsen in de ochtend"
    assert (
        client.post(change, {"oldpassword": PASSWORD, "password1": strong, "password2": strong}).status_code
        == 302
    )
    assert client.get(reverse("people:my_record")).status_code == 200
    assert not User.objects.get(pk=user.pk).must_change_password


def test_a_closed_account_stops_at_the_next_page(people, at):
    client = people.client("gp")
    assert client.get("/").status_code == 200
    actions.deactivate_account(by=people.viewer("administrator"), at=at, user_id=people.user("gp").pk)
    assert client.get("/").status_code == 302


def test_signing_out_ends_the_session(people):
    client = people.client("gp")
    client.post(reverse("account_logout"))
    assert client.get("/").status_code == 302


def test_no_address_to_go_back_to_outside_the_service(people):
    user = people.user("patient")
    Authenticator.objects.filter(user=user).delete()
    _client, answer = with_password(user, to="https://elders.example/")
    assert answer.url == "/"


def test_the_list_of_people_is_only_in_a_demonstration(people):
    people.user("gp")
    assert "demo-accounts" not in Client().get(SIGN_IN).content.decode()
    with override_settings(DEMO=True):
        page = Client().get(SIGN_IN).content.decode()
        assert people.user("gp").username in page
        client, answer = with_password(people.user("gp"))
        shown = re.search(r'name="code"[^>]*value="(\d{6})"', client.get(answer.url).content.decode())
        assert shown is not None
        assert client.post(answer.url, {"code": shown[1]}).url == "/"
        people.network.demonstration = False
        people.network.save()
        assert people.user("gp").username not in Client().get(SIGN_IN).content.decode()
        client, answer = with_password(people.user("gp"))
        assert 'value=""' in client.get(answer.url).content.decode()


def test_every_page_of_signing_in_opens_in_both_languages(people):
    for language in ("nl", "en"):
        client = people.client("gp", language=language)
        for name in (
            "mfa_index",
            "account_change_password",
            "mfa_deactivate_totp",
            "account_logout",
            "mfa_reauthenticate",
        ):
            answer = client.get(reverse(name))
            assert answer.status_code in (200, 302), name


def _expired(client: Client) -> None:
    client.session.flush()


DRAFT = {"draft_form": "patient_new", "draft_about": "", "family_name": "Half Getypt", "bsn": "999900006"}


def sign_in_again(people, role: str, client: Client):
    cache.clear()
    client, answer = with_password(people.user(role), client=client)
    return client.post(answer.url, {"code": code_now()}, follow=True)


def test_a_form_sent_after_the_session_ran_out_comes_back_after_signing_in(people):
    client = people.client("gp")
    page = reverse("people:patient_new")
    client.get(page)
    _expired(client)
    answer = client.post(page, DRAFT, headers={"referer": f"http://testserver{page}"})
    assert answer.url == f"{SIGN_IN}?next=%2Fpatienten%2Fnieuw%2F"
    assert "Half Getypt" not in str(dict(client.session.items())), "kept sealed, not readable"
    after = sign_in_again(people, "gp", client)
    assert "als concept bewaard" in after.content.decode()
    assert "Half Getypt" in client.get(page).content.decode()


def test_somebody_else_on_the_same_computer_does_not_get_it(people):
    client = people.client("gp")
    page = reverse("people:patient_new")
    client.get(page)
    _expired(client)
    client.post(page, DRAFT, headers={"referer": f"http://testserver{page}"})
    sign_in_again(people, "poh", client)
    assert "Half Getypt" not in client.get(page).content.decode()
    client.post(reverse("account_logout"))
    sign_in_again(people, "gp", client)
    assert "Half Getypt" not in client.get(page).content.decode()


def test_a_fragment_after_the_session_ran_out_leads_to_signing_in(people):
    client = people.client("gp")
    client.get(reverse("people:patient_new"))
    _expired(client)
    answer = client.post(
        reverse("save_draft"),
        DRAFT,
        headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/patienten/nieuw/"},
    )
    assert answer.status_code == 204
    assert answer["HX-Redirect"] == f"{SIGN_IN}?next=%2Fpatienten%2Fnieuw%2F"


def test_a_page_elsewhere_is_not_a_place_to_return_to(people):
    client = people.client("gp")
    _expired(client)
    answer = client.post(
        reverse("people:patients"), {"q": "x"}, headers={"referer": "https://elders.example/x"}
    )
    assert answer.url == f"{SIGN_IN}?next=%2F"
