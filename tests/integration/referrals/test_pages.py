"""The pages as a browser gets them."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from anderhalf.apps.people.models import Patient
from anderhalf.apps.record.models import Observation, StoredDecision
from anderhalf.apps.referrals.models import Override, Referral
from tests.support.people import submission
from tests.support.searching import search

from .conftest import ORDINARY, form_data

pytestmark = pytest.mark.django_db


def post(client, facts=ORDINARY, *, patient=None, **more):
    about = {"patient": str(patient.pk)} if patient else {}
    return client.post(reverse("referrals:send"), form_data(facts, submission=submission(), **about, **more))


def test_the_form_shows_the_answer_while_it_is_filled_in(people, a_patient):
    client = people.client("poh")
    page = client.get(reverse("referrals:new"), {"patient": str(a_patient.pk)})
    assert page.status_code == 200
    answer = client.post(reverse("referrals:route"), form_data(ORDINARY, patient=str(a_patient.pk)))
    text = answer.content.decode()
    assert "1,5 lijn, centrum Oost" in text and "RF-25" in text and "binnen 4 weken" in text
    assert "lokale afspraak" in text, "that this is done in the 1.5 line is the network's own choice"
    assert not Referral.objects.exists() and not Observation.objects.exists()


def test_sending_stores_values_decisions_and_leads_to_the_referral(people, a_patient):
    response = post(people.client("poh"), patient=a_patient)
    referral = Referral.objects.get()
    assert response.status_code == 302 and response.url == reverse("referrals:referral", args=[referral.pk])
    assert referral.status == "sent" and referral.number.endswith("-000001")
    potassium = Observation.objects.get(fact="potassium")
    assert (
        str(potassium.number) == "4.8000"
        and potassium.value_as_given == "4,8"
        and potassium.unit_as_given == "mmol/l"
    )
    assert set(StoredDecision.objects.values_list("table", flat=True)) == {"exclusion", "referral", "to_do"}


def test_the_same_form_twice_is_sent_once(people, a_patient):
    client, key = people.client("poh"), submission()
    data = form_data(ORDINARY, patient=str(a_patient.pk), submission=key)
    first, second = (client.post(reverse("referrals:send"), data) for _ in range(2))
    assert Referral.objects.count() == 1
    assert first.url == second.url


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("potassium", "48", "mogelijk is 1,5 tot 10 mmol/l"),
        ("potassium", "veel", "geen getal"),
        ("potassium", "8,1", "ongewoon"),
        ("heart_rate", "0", "mogelijk is 20 tot 250 /min"),
    ],
)
def test_a_value_that_can_not_be_is_refused_with_its_range_and_nothing_is_lost(
    people, a_patient, name, value, message
):
    response = post(
        people.client("poh"), {**ORDINARY, name: value}, patient=a_patient, reason="Deze tekst blijft staan."
    )
    text = response.content.decode()
    assert response.status_code == 422
    assert message in text and f'value="{value}"' in text and "Deze tekst blijft staan." in text
    assert not Referral.objects.exists()


def test_an_unusual_value_is_taken_after_confirmation(people, a_patient):
    client = people.client("poh")
    refused = post(client, {**ORDINARY, "weight": "190"}, patient=a_patient)
    assert refused.status_code == 422 and 'name="c_weight"' in refused.content.decode()
    taken = post(client, {**ORDINARY, "weight": "190"}, patient=a_patient, c_weight="on")
    assert taken.status_code == 302
    assert Observation.objects.get(fact="weight").number == 190


def test_unknown_is_not_no(people, a_patient):
    """Without an answer to the alarm signs there is no line, and sending needs a choice with a reason."""
    facts = {name: value for name, value in ORDINARY.items() if name != "syncope"}
    client = people.client("poh")
    answer = client.post(
        reverse("referrals:route"), form_data(facts, patient=str(a_patient.pk))
    ).content.decode()
    assert "Nog niet te zeggen" in answer and "Wegraking" in answer
    assert post(client, facts, patient=a_patient).status_code == 422
    sent = post(
        client, facts, patient=a_patient, chosen_line="intermediate", because="Kon patiënt niet bereiken."
    )
    assert sent.status_code == 302
    override = Override.objects.get()
    assert (override.by_kind, override.proposed_line, override.chosen_line) == (
        "referrer",
        "",
        "intermediate",
    )


def test_a_red_flag_gives_emergency_advice_and_sends_nothing(people, a_patient):
    client = people.client("poh")
    response = post(client, {**ORDINARY, "syncope": True}, patient=a_patient, reason="")
    text = response.content.decode()
    assert response.status_code == 200 and "tel:112" in text and "EX-04" in text and "099-9990021" in text
    assert not Referral.objects.exists() and not Observation.objects.exists()
    kept = StoredDecision.objects.get(table="exclusion")
    assert kept.decision["outcome"]["line"] == "emergency" and kept.referral is None


def test_a_red_flag_can_not_be_overruled(people, a_patient):
    response = post(
        people.client("poh"),
        {**ORDINARY, "chest_pain_at_rest": True},
        patient=a_patient,
        chosen_line="intermediate",
        because="Patiënt wil niet naar het ziekenhuis.",
    )
    assert response.status_code == 200 and not Referral.objects.exists()


def test_another_line_needs_a_reason_and_is_counted(people, a_patient):
    client = people.client("poh")
    assert post(client, patient=a_patient, chosen_line="second").status_code == 422
    assert (
        post(client, patient=a_patient, chosen_line="second", because="Familie dringt aan.").status_code
        == 302
    )
    override = Override.objects.get()
    assert (override.proposed_line, override.chosen_line) == ("intermediate", "second")
    assert Referral.objects.get().recipient.kind == "hospital"


def test_advice_asks_blood_pressure_and_pulse(people, a_patient):
    facts = {name: value for name, value in ORDINARY.items() if name != "heart_rate"}
    response = post(people.client("gp"), facts, patient=a_patient, intent="advice")
    assert (
        response.status_code == 422
        and "Bij een adviesvraag horen bloeddruk en pols." in response.content.decode()
    )


def test_a_new_patient_is_registered_when_the_referral_is_sent(people, network):
    client = people.client("poh")
    key = submission()
    person = {
        "concept": key, "bsn": "999990019", "family_name": "Dijk", "prefix": "van", "initials": "A.",
        "birth_date": "14-03-1948", "sex": "female", "practice": str(people.organisation("praktijk_de_linde").pk),
    }  # fmt: skip
    assert client.get(reverse("referrals:new"), {"concept": key}).status_code == 200
    wrong = post(client, **{**person, "bsn": "999990018"})
    assert wrong.status_code == 422 and "elfproef" in wrong.content.decode() and not Patient.objects.exists()
    assert post(client, **person).status_code == 302
    assert (
        Patient.objects.get().full_name == "A. van Dijk"
        and Referral.objects.get().patient == Patient.objects.get()
    )


@pytest.mark.parametrize("born", ["01-01-2090", "2090-12-01"])
def test_a_birth_date_to_come_is_refused_and_a_danger_is_said_first(people, network, born):
    client, key = people.client("poh"), submission()
    person = {
        "concept": key, "bsn": "999990019", "family_name": "Dijk", "initials": "A.", "birth_date": born,
        "sex": "female", "practice": str(people.organisation("praktijk_de_linde").pk),
    }  # fmt: skip
    assert client.get(reverse("referrals:new"), {"concept": key}).status_code == 200
    for address in ("referrals:route", "referrals:send"):
        data = form_data({**ORDINARY, "chest_pain_at_rest": True}, **person)
        response = client.post(reverse(address), data)
        assert response.status_code in (200, 422), response.status_code
        assert "Bel 112 of de SEH" in response.content.decode(), address
    assert not Referral.objects.exists() and not Patient.objects.exists()


def test_a_question_that_no_form_offers_asks_nothing(people, a_patient):
    data = form_data(ORDINARY, patient=str(a_patient.pk), intent="x")
    assert people.client("gp").post(reverse("referrals:route"), data).status_code == 200


def test_a_bsn_that_is_known_leads_to_that_patient_with_what_was_typed(people, a_patient):
    client = people.client("poh")
    response = post(
        client, concept=submission(), bsn=a_patient.bsn, family_name=a_patient.family_name, birth_date="14-03-1948",
        sex="male", practice=str(a_patient.practice_id), reason="Blijft bewaard.",
    )  # fmt: skip
    assert response.status_code == 302 and str(a_patient.pk) in response.url
    assert "Blijft bewaard." in client.get(response.url).content.decode()
    assert Patient.objects.count() == 1 and not Referral.objects.exists()


def test_a_draft_comes_back_after_a_lost_session(people, a_patient):
    client = people.client("poh")
    client.post(
        reverse("save_draft"),
        {
            "draft_form": "referral",
            "draft_about": str(a_patient.pk),
            "reason": "Half af",
            "f_potassium": "4,",
            "patient": "x",
        },
    )
    client.logout()
    again = people.client("poh")
    assert again.get(reverse("referrals:send")).url == reverse("referrals:new")
    assert a_patient.full_name in again.get(reverse("referrals:new")).content.decode()
    page = again.get(reverse("referrals:new"), {"patient": str(a_patient.pk)}).content.decode()
    assert "Half af" in page and 'value="4,"' in page


def test_values_of_the_record_are_filled_in_with_their_date(people, a_patient):
    client = people.client("poh")
    post(client, patient=a_patient, d_potassium="")
    page = client.get(reverse("referrals:new"), {"patient": str(a_patient.pk)}).content.decode()
    assert 'name="f_potassium" value="4,8"' in page
    before = Observation.objects.count()
    assert post(client, patient=a_patient, reason="Nog een keer").status_code == 302
    assert Observation.objects.count() == before, "what is known already is not written twice"


@pytest.mark.parametrize("role", ["vs", "hf_nurse", "project_leader", "administrator", "insurer"])
def test_only_who_refers_gets_the_form(people, a_patient, role):
    assert (
        people.client(role).get(reverse("referrals:new"), {"patient": str(a_patient.pk)}).status_code == 403
    )


def test_another_practice_gets_nothing(people, a_patient, sent):
    other = people.client("gp", other=True)
    assert other.get(reverse("referrals:new"), {"patient": str(a_patient.pk)}).status_code == 403
    assert other.get(reverse("referrals:referral", args=[sent.pk])).status_code == 403
    assert a_patient.full_name not in other.get(reverse("referrals:list")).content.decode()


def test_both_sides_see_the_referral_and_only_their_own_steps(people, a_patient, sent):
    own = people.client("poh").get(reverse("referrals:referral", args=[sent.pk])).content.decode()
    centre = people.client("vs").get(reverse("referrals:referral", args=[sent.pk])).content.decode()
    assert "Verwijzing intrekken" in own and "Aannemen" not in own
    assert "Aannemen" in centre and "Verwijzing intrekken" not in centre
    nurse = people.client("hf_nurse").get(reverse("referrals:referral", args=[sent.pk])).content.decode()
    assert "Aannemen" not in nurse
    assert (
        people.client("vs", other=True).get(reverse("referrals:referral", args=[sent.pk])).status_code == 403
    )


def test_the_worklist_shows_what_waits_and_filters_by_address(people, sent):
    client = people.client("vs")
    page = client.get(reverse("referrals:triage")).content.decode()
    assert sent.number in page and "Beoordelen" in page
    assert sent.number not in client.get(reverse("referrals:triage"), {"vraag": "titration"}).content.decode()
    assert (
        sent.number
        in search(client, reverse("referrals:triage"), "zoek", sent.patient.family_name).content.decode()
    )


def test_a_stale_step_is_refused_with_the_text_kept(people, sent):
    client = people.client("vs")
    url = reverse("referrals:ask", args=[sent.pk])
    assert client.post(url, {"version": sent.version, "question": "Recent kalium?"}).status_code == 302
    stale = client.post(
        reverse("referrals:redirect", args=[sent.pk]),
        {"version": sent.version, "line": "second", "because": "Deze reden blijft staan."},
    )
    assert stale.status_code == 409
    text = stale.content.decode()
    assert (
        "intussen gewijzigd" in text and "Deze reden blijft staan." in text and "aanvulling gevraagd" in text
    )


def test_a_draft_for_a_colleague_is_finished_by_another(people, a_patient):
    people.client("poh").post(
        reverse("referrals:send"),
        form_data(
            {"potassium": "4,7"},
            patient=str(a_patient.pk),
            submission=submission(),
            action="save",
            reason="Voor de arts",
        ),
    )
    draft = Referral.objects.get()
    assert draft.status == "draft" and not Observation.objects.exists()
    assert people.client("vs").get(reverse("referrals:referral", args=[draft.pk])).status_code == 403
    doctor = people.client("gp")
    page = doctor.get(reverse("referrals:referral", args=[draft.pk]), follow=True).content.decode()
    assert "Voor de arts" in page and 'value="4,7"' in page
    response = post(doctor, patient=a_patient, verwijzing=str(draft.pk), version=draft.version)
    draft.refresh_from_db()
    assert response.status_code == 302 and draft.status == "sent" and Referral.objects.count() == 1


def test_what_somebody_is_changing_in_a_saved_draft_waits_under_its_own_name(people, a_patient):
    """An own older text about the same patient does not cover what a colleague saved."""
    doctor, nurse = people.client("gp"), people.client("poh")
    doctor.post(
        reverse("save_draft"),
        {"draft_form": "referral", "draft_about": str(a_patient.pk), "reason": "Oude eigen tekst"},
    )
    data = form_data(
        {}, patient=str(a_patient.pk), submission=submission(), action="save", reason="Van de POH"
    )
    nurse.post(reverse("referrals:send"), data)
    draft = Referral.objects.get()
    page = doctor.get(reverse("referrals:new"), {"verwijzing": str(draft.pk)}).content.decode()
    assert "Van de POH" in page and "Oude eigen tekst" not in page
    doctor.post(
        reverse("save_draft"),
        {"draft_form": "referral", "draft_about": str(draft.pk), "reason": "Aan het wijzigen"},
    )
    start = doctor.get(reverse("referrals:new")).content.decode()
    assert f"verwijzing={draft.pk}" in start and "Aan het wijzigen" in start


def test_a_stale_draft_shows_both_versions(people, a_patient):
    client = people.client("poh")
    data = form_data(
        {}, patient=str(a_patient.pk), submission=submission(), action="save", reason="Eerste versie"
    )
    client.post(reverse("referrals:send"), data)
    draft = Referral.objects.get()
    change = {**data, "verwijzing": str(draft.pk), "version": draft.version, "reason": "Van de arts"}
    people.client("gp").post(reverse("referrals:send"), change)
    late = client.post(reverse("referrals:send"), {**change, "reason": "Van de POH"})
    text = late.content.decode()
    assert late.status_code == 409 and "Van de arts" in text and "Van de POH" in text
    draft.refresh_from_db()
    assert draft.reason == "Van de arts"
    again = client.post(
        reverse("referrals:send"),
        {**change, "reason": "Van beiden", "version": re.search(r'name="version" value="(\d+)"', text)[1]},
    )
    draft.refresh_from_db()
    assert again.status_code == 302 and draft.reason == "Van beiden", "the second time is on purpose"
