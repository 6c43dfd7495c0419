"""What the practice does about whom it found: invited, referred with what is known, set aside until facts change."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.utils import timezone

from anderhalf.apps.audit.models import AuditLine
from anderhalf.apps.casefinding import actions, queries
from anderhalf.apps.casefinding.models import FoundPerson, FoundStep
from anderhalf.apps.casefinding.prefill import particulars_of
from anderhalf.apps.people.access import AccessDenied
from anderhalf.apps.people.identifiers import search_index
from anderhalf.apps.referrals.models import Referral
from anderhalf.core.states import StepRefused
from tests.integration.referrals.conftest import ORDINARY, form_data
from tests.support.extract import BSN

from .conftest import text

pytestmark = pytest.mark.django_db


def test_an_invitation_is_kept_with_its_day(people, search, person, press):
    search()
    client = people.client("poh")
    press(client, person("103"), "uitnodigen", on="12-11-2026")
    someone = person("103")
    assert someone.state == "invited"
    page = text(client.get(f"/opsporen/persoon/{someone.pk}/"))
    assert "uitgenodigd" in page
    assert "12-11-2026" in page
    assert "uitgenodigd" in text(client.get("/opsporen/lijst/anderhalve-lijn/"))


def test_not_suitable_needs_a_reason(people, search, person, press):
    search()
    response = press(people.client("poh"), person("103"), "niet-geschikt", reason="nee")
    assert response.status_code == 422
    assert person("103").state == "open"


def test_not_suitable_stays_away_until_the_facts_change(people, search, person, press):
    search()
    client = people.client("poh")
    press(client, person("101"), "niet-geschikt", reason="Bedlegerig, geen wens tot verdere behandeling.")
    assert person("101").state == "not_suitable"
    listed = "/opsporen/lijst/onvolledig/"
    assert "nr. 101" not in text(client.get(listed))
    assert "Bedlegerig" in text(client.get(listed + "?toon=done"))
    assert "1 afgehandeld" in text(client.get("/opsporen/"))

    # another search with the same facts, and one with another number on the same side of every threshold
    search()
    search(lvef="33")
    assert person("101").state == "not_suitable"
    assert "nr. 101" not in text(client.get(listed))

    # now another kind of heart failure: the answer rests on other rules
    search(lvef="52")
    someone = person("101")
    assert someone.state == "open"
    page = text(client.get(f"/opsporen/persoon/{someone.pk}/"))
    assert "de gegevens waarop het antwoord rust zijn veranderd" in page
    assert "Bedlegerig" in page, "what was judged before stays to be read"


def test_who_is_not_found_any_more_falls_off_the_lists_and_keeps_the_history(
    people, search, person, press, upload
):
    search()
    client = people.client("poh")
    press(client, person("103"), "uitnodigen", on="12-11-2026")
    from tests.support.extract import extract

    files = extract(timezone.localdate())
    files["problemen.csv"] = files["problemen.csv"].replace("103;K77", "103;R05")
    upload(client, files)
    assert "nr. 103" not in text(client.get("/opsporen/lijst/anderhalve-lijn/?toon=all"))
    page = text(client.get(f"/opsporen/persoon/{person('103').pk}/"))
    assert "Niet meer gevonden" in page
    assert "Verwijzing maken" not in page


def test_back_on_the_list_by_choice(people, search, person, press):
    search()
    client = people.client("poh")
    press(client, person("103"), "niet-geschikt", reason="vergissing")
    press(client, person("103"), "terugzetten")
    assert person("103").state == "open"
    assert [step.state for step in FoundStep.objects.filter(person=person("103")).order_by("pk")] == [
        "open", "not_suitable", "open",
    ]  # fmt: skip


def test_a_colleague_was_first(people, search, person, press):
    search()
    stale = person("103")
    press(people.client("gp"), stale, "uitnodigen", on="12-11-2026")
    response = press(people.client("poh"), stale, "niet-geschikt", reason="woont elders")
    assert "Een collega heeft intussen" in text(response)
    assert person("103").state == "invited"


def test_one_press_fills_in_a_referral_and_asks_who_it_is(people, search, person, press):
    search()
    response = press(people.client("poh"), person("101"), "verwijzen")
    assert response.redirect_chain[-1][0].startswith("/verwijzen/?concept=")
    page = response.content.decode()
    assert 'value="14-03-1948"' in page
    assert re.search(r'name="f_potassium"[^>]*value="4,6"', page)
    assert re.search(r'name="f_lvef"[^>]*value="34"', page)
    assert re.search(r'name="family_name"(?![^>]*value=)', page), "who it is has to be filled in"
    assert not Referral.objects.exists()
    assert person("101").state == "referring"


def test_with_name_and_bsn_the_patient_is_filled_in(people, search, person, press):
    search(named=True)
    response = press(people.client("poh"), person("101"), "verwijzen")
    page = response.content.decode()
    for shown in (BSN, "Uittreksel", "K.J."):
        assert f'value="{shown}"' in page


def test_a_registered_patient_is_found_by_bsn(people, search, person, press):
    patient = people.patient()
    patient.bsn, patient.bsn_index = BSN, search_index(BSN)
    patient.save()
    search(named=True)
    response = press(people.client("poh"), person("101"), "verwijzen")
    assert response.redirect_chain[-1][0] == f"/verwijzen/?patient={patient.pk}"
    assert re.search(r'name="f_potassium"[^>]*value="4,6"', response.content.decode())
    lines = AuditLine.objects.filter(patient=patient.pk, event__startswith="casefinding:")
    assert lines.exists(), "the patient reads who looked"


def test_sent_from_the_list_it_is_referred(people, search, person, press):
    patient = people.patient()
    patient.bsn, patient.bsn_index = BSN, search_index(BSN)
    search(named=True)
    found = person("101")
    patient.family_name = particulars_of(found)["family_name"]
    patient.birth_date, patient.sex = found.birth_date, found.sex
    patient.save()
    client = people.client("poh")
    press(client, person("101"), "verwijzen")
    data = form_data(ORDINARY, patient=patient.pk, submission=str(uuid4()))
    response = client.post("/verwijzen/versturen/", data, follow=True)
    referral = Referral.objects.exclude(status="draft").first()
    assert referral is not None, text(response)[:1500]
    someone = person("101")
    assert (someone.state, someone.referral) == ("referred", referral.pk)
    assert "Verwijzing bekijken" in text(client.get(f"/opsporen/persoon/{someone.pk}/"))


def test_another_practice_sees_and_changes_nothing(people, search, person, press, at):
    search(named=True)
    someone = person("101")
    for role in ("gp", "poh"):
        client = people.client(role, other=True)
        assert client.get(f"/opsporen/persoon/{someone.pk}/").status_code == 403
        assert client.get(f"/opsporen/zoekactie/{someone.search_id}/").status_code == 403
        assert press(client, someone, "uitnodigen", on="12-11-2026").status_code == 403
        assert "Nog niet gezocht" in text(client.get("/opsporen/"))
        viewer = people.viewer(role, other=True)
        assert queries.latest_of(viewer) is None
        with pytest.raises(AccessDenied):
            actions.invite(by=viewer, at=at, person_id=someone.pk, version=1)
    for role in ("vs", "pa", "cardiologist", "project_leader", "administrator", "privacy_officer", "patient"):
        with pytest.raises(AccessDenied):
            queries.searches_of(people.viewer(role))
        assert queries.to_do_count(people.viewer(role)) == (None, 0)
    assert person("101").state == "open"


def test_two_practices_with_the_same_number_never_meet(people, search, person, press, upload):
    from tests.support.extract import extract

    search()
    press(people.client("poh"), person("103"), "niet-geschikt", reason="woont elders")
    upload(people.client("poh", other=True), extract(timezone.localdate()))
    states = sorted(one.state for one in FoundPerson.objects.all() if one.number == "103")
    assert states == ["not_suitable", "open"]


def test_a_step_that_is_not_in_the_table_is_refused(people, search, person, press, at):
    search()
    someone = person("103")
    press(people.client("poh"), someone, "niet-geschikt", reason="woont elders")
    response = press(people.client("poh"), person("103"), "uitnodigen", on="12-11-2026")
    assert "Deze stap kan niet" in text(response)
    assert person("103").state == "not_suitable"


def test_only_one_search_at_a_time(people, upload, at):
    from datetime import timedelta

    from anderhalf.apps.casefinding.errors import SearchRunning

    poh = people.viewer("poh")
    first = actions.begin_search(by=poh, at=at, practice=None)
    with pytest.raises(SearchRunning):
        actions.begin_search(by=people.viewer("gp"), at=at + timedelta(minutes=1), practice=None)
    # one that told nothing for long was broken off together with the service
    page = text(people.client("poh").get(f"/opsporen/zoekactie/{first.pk}/"))
    assert "De zoekactie is afgebroken" in page
    assert "Er loopt een zoekactie" not in text(people.client("poh").get("/opsporen/"))
    actions.begin_search(by=poh, at=at + timedelta(minutes=11), practice=None)
    first.refresh_from_db()
    assert first.state == "broken_off"
    with pytest.raises(StepRefused):
        actions.break_off_search(by=poh, at=at, search_id=first.pk)
