"""The pages of letters as a browser gets them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from anderhalf.apps.clinic.models import Episode, Outcome
from anderhalf.apps.letters import actions
from anderhalf.apps.letters.models import Letter
from anderhalf.apps.referrals.models import Referral
from anderhalf.apps.supervision.models import CaseDiscussion
from tests.support.people import submission

pytestmark = pytest.mark.django_db


def form_of(page) -> dict[str, str]:
    """What a browser would post back from the form on the page, unchanged."""
    form = page.context["form"]
    posted = {bound.html_name: bound.value() for bound in form}
    posted = {name: str(value) for name, value in posted.items() if value not in (None, "")}
    return posted | {"outcome": page.context.get("outcome", ""), "submission": submission()}


@pytest.fixture
def url(cared_for):
    return reverse("letters:close_episode", args=[cared_for.pk])


@pytest.fixture
def vs(people):
    return people.client("vs")


def test_the_page_proposes_everything_and_shows_the_letter_beside_it(vs, url):
    page = vs.get(url, {"uitkomst": "terug"})
    text = page.content.decode()
    assert page.status_code == 200
    assert "Bisoprolol zo laten." in text and "Brief bij terugverwijzing: hartfalen" in text
    assert "Voorgenomen terugverwijzing" in text, "the agreement wants it discussed"
    assert not Letter.objects.exists()


def test_a_return_without_discussion_asks_for_a_reason(vs, url):
    page = vs.get(url, {"uitkomst": "terug"})
    refused = vs.post(url, form_of(page) | {"do": "sign"})
    assert refused.status_code == 422
    assert "De afspraak wil dit eerst bespreken. Zet de patiënt op de agenda" in refused.content.decode()
    assert not Letter.objects.exists() and not Outcome.objects.exists()
    done = vs.post(url, form_of(page) | {"do": "sign", "undiscussed_because": "telefonisch besproken"})
    letter = Letter.objects.get()
    assert done.status_code == 302 and done.url == reverse("letters:letter", args=[letter.pk])
    assert Outcome.objects.get().kind == "returned"
    assert set(CaseDiscussion.objects.filter(status="dropped").values_list("dropped_because", flat=True)) == {
        "telefonisch besproken"
    }


def test_what_is_typed_is_what_is_signed(vs, url, cared_for):
    page = vs.get(url, {"uitkomst": "controle"})
    day = timezone.localdate() + timedelta(days=90)
    done = vs.post(
        url,
        form_of(page)
        | {"do": "sign", "h_policy": "Helemaal zelf\ngeschreven", "next_contact_on": day.isoformat()},
    )
    assert done.status_code == 302
    letter = Letter.objects.get()
    assert next(s["text"] for s in letter.sections if s["id"] == "policy") == "Helemaal zelf\ngeschreven"
    assert Episode.objects.get(pk=cared_for.pk).next_contact_on == day


def test_the_same_form_twice_is_signed_once(vs, url):
    page = vs.get(url, {"uitkomst": "controle"})
    data = form_of(page) | {
        "do": "sign",
        "next_contact_on": (timezone.localdate() + timedelta(days=90)).isoformat(),
    }
    first, second = vs.post(url, data), vs.post(url, data)
    assert first.url == second.url
    assert Letter.objects.count() == Outcome.objects.count() == 1


def test_keeping_a_proposed_return_puts_the_patient_on_the_agenda(vs, url, cared_for):
    page = vs.get(url, {"uitkomst": "terug"})
    kept = vs.post(url, form_of(page) | {"do": "save", "h_other": "Nog bespreken."})
    assert kept.status_code == 302 and kept.url == f"{url}?uitkomst=terug"
    assert CaseDiscussion.objects.filter(rule="before_return", status="waiting").exists()
    again = vs.get(url)
    assert again.context["outcome"] == "returned", "the page opens where it was left"
    assert "Nog bespreken." in again.content.decode()
    assert Episode.objects.get(pk=cared_for.pk).ended_at is None


def test_a_stale_form_keeps_both_texts(vs, url, people, cared_for, at):
    page = vs.get(url, {"uitkomst": "terug"})
    actions.draft_letter(
        by=people.viewer("pa"), at=at, episode=cared_for.pk, kind="return", texts={"other": "Van de PA."}
    )
    refused = vs.post(url, form_of(page) | {"do": "save", "h_other": "Van de VS."})
    text = refused.content.decode()
    assert refused.status_code == 422 and "Van de PA." in text and "Van de VS." in text
    stored = Letter.objects.get()
    assert next(s["text"] for s in stored.sections if s["id"] == "other") == "Van de PA."
    kept = vs.post(url, form_of(refused) | {"do": "save", "h_other": "Samen."})
    assert kept.status_code == 302
    assert next(s["text"] for s in Letter.objects.get().sections if s["id"] == "other") == "Samen."


def test_a_forward_from_the_page(vs, url):
    page = vs.get(url, {"uitkomst": "ziekenhuis"})
    done = vs.post(
        url,
        form_of(page) | {"do": "sign", "h_reason": "Toename van klachten.", "urgency": "within_2_weeks"},
    )
    assert done.status_code == 302
    referral = Referral.objects.get(direction="to_second_line")
    assert referral.reason == "Toename van klachten." and referral.see_before is not None


@pytest.mark.parametrize(
    ("word", "more", "says"),
    [
        ("controle", {"next_contact_on": "2020-01-01"}, "Deze datum ligt in het verleden."),
        ("controle", {"next_contact_on": "31-31-2020"}, "Vul een datum in als dag-maand-jaar."),
        ("controle", {"next_contact_on": ""}, "heeft een datum nodig"),
        ("anders", {"h_reason": "Verhuisd."}, "Kies waarom de zorg eindigt."),
        ("anders", {"ending": "moved", "h_reason": ""}, "Dit kopje hoort in elke brief"),
        ("ziekenhuis", {"h_reason": "x", "urgency": "gisteren"}, "Selecteer een geldige keuze"),
        ("controle", {"h_policy": "x" * 8001}, "8000"),
    ],
)
def test_what_is_missing_is_said_and_nothing_changes(vs, url, word, more, says):
    page = vs.get(url, {"uitkomst": word})
    refused = vs.post(url, form_of(page) | {"do": "sign"} | more)
    assert refused.status_code == 422 and says in refused.content.decode()
    assert not Letter.objects.exists() and not Outcome.objects.exists()


def test_the_preview_shows_what_is_typed_and_stores_nothing(vs, cared_for):
    url = reverse("letters:close_preview", args=[cared_for.pk])
    page = vs.post(url, {"outcome": "returned", "h_policy": "<b>Vet</b>\n- een punt"})
    text = page.content.decode()
    assert "&lt;b&gt;Vet&lt;/b&gt;" in text and "<li>een punt</li>" in text
    assert not Letter.objects.exists()


def test_an_interim_letter_from_proposal_to_the_practice(vs, people, cared_for):
    url = reverse("letters:interim", args=[cared_for.pk])
    page = vs.get(url)
    kept = vs.post(url, form_of(page) | {"do": "save", "h_policy": "Eerst dit."})
    letter = Letter.objects.get()
    assert kept.url == reverse("letters:edit", args=[letter.pk])
    assert vs.get(url).url == kept.url, "a draft that was begun is continued"
    sent = vs.post(kept.url, form_of(vs.get(kept.url)) | {"do": "sign", "h_policy": "Dan dit."})
    assert sent.url == reverse("letters:letter", args=[letter.pk])
    gp = people.client("gp")
    inbox = gp.get(reverse("letters:inbox")).content.decode()
    assert letter.patient.full_name in inbox and "ongelezen" in inbox
    read = gp.get(sent.url).content.decode()
    assert "Dan dit." in read and people.viewer("gp").name in read
    assert Letter.objects.get().status == "read"
    back = vs.get(sent.url).content.decode()
    assert f"door {people.viewer('gp').name}" in back


def test_the_pdf_comes_inline_and_unchanged(vs, people, cared_for, at):
    letter = actions.draft_letter(by=people.viewer("vs"), at=at, episode=cared_for.pk, kind="interim")
    url = reverse("letters:pdf", args=[letter.pk])
    draft = vs.get(url)
    assert draft.content.startswith(b"%PDF") and people.client("gp").get(url).status_code == 403
    signed = actions.sign_and_deliver(by=people.viewer("vs"), at=at, letter=letter.pk)
    response = people.client("poh").get(url)
    assert response.content == bytes(signed.pdf)
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"].startswith("inline")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert Letter.objects.get(pk=letter.pk).status == "read", "opening the PDF is reading"


def test_a_draft_can_be_dropped_and_a_signed_letter_not(vs, people, cared_for, at):
    letter = actions.draft_letter(by=people.viewer("vs"), at=at, episode=cared_for.pk, kind="interim")
    vs.post(reverse("letters:discard", args=[letter.pk]))
    assert Letter.objects.get().status == "discarded"
    second = actions.draft_letter(by=people.viewer("vs"), at=at, episode=cared_for.pk, kind="interim")
    actions.sign_and_deliver(by=people.viewer("vs"), at=at, letter=second.pk)
    vs.post(reverse("letters:discard", args=[second.pk]))
    assert Letter.objects.get(pk=second.pk).status == "delivered"
    assert vs.get(reverse("letters:edit", args=[second.pk])).url == reverse(
        "letters:letter", args=[second.pk]
    )


@pytest.mark.parametrize(
    ("role", "other"),
    [("gp", False), ("poh", False), ("cardiologist", False), ("hf_nurse", False), ("vs", True)],
)
def test_only_who_may_sign_opens_the_writing_pages(people, url, cared_for, role, other):
    client = people.client(role, other=other)
    assert client.get(url).status_code == 403
    assert client.post(url, {"do": "sign"}).status_code == 403
    assert client.get(reverse("letters:interim", args=[cared_for.pk])).status_code == 403
    assert client.post(reverse("letters:close_preview", args=[cared_for.pk])).status_code == 403
    assert not Letter.objects.exists()


@pytest.mark.parametrize("role", ["billing", "project_leader", "administrator", "paramedic"])
def test_the_inbox_is_for_who_has_letters(people, role):
    assert people.client(role).get(reverse("letters:inbox")).status_code == 403


@pytest.mark.parametrize("asked", ["?patient=geen-uuid", "?patient=00000000-0000-4000-8000-000000000000"])
def test_letters_of_nobody(people, asked):
    assert people.client("gp").get(reverse("letters:inbox") + asked).status_code == 403


def test_patients_see_their_own_letters_in_their_own_page(people, cared_for, at):
    actions.close_care(by=people.viewer("vs"), at=at, episode=cared_for.pk, outcome="returned")
    letter = Letter.objects.get()
    client = people.client("patient")
    assert "Nog geen brieven" in client.get(reverse("letters:inbox")).content.decode()
    assert client.get(reverse("letters:letter", args=[letter.pk])).status_code == 403
    own = people.user("patient").patient
    own.user = None
    own.save()
    letter.patient.user = people.user("patient")
    letter.patient.save()
    assert "Terugverwijzing" in client.get(reverse("letters:inbox")).content.decode()
    page = client.get(reverse("letters:letter", args=[letter.pk]))
    assert page.status_code == 200 and "Bisoprolol zo laten." in page.content.decode()
    assert Letter.objects.get().status == "delivered"


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_page_in_both_languages(people, cared_for, at, language):
    vs = people.client("vs", language=language)
    urls = [
        reverse("letters:close_episode", args=[cared_for.pk]) + f"?uitkomst={word}"
        for word in ("terug", "ziekenhuis", "controle", "anders")
    ]
    urls += [reverse("letters:interim", args=[cared_for.pk]), reverse("letters:inbox")]
    urls += [
        reverse("letters:inbox") + f"?patient={cared_for.patient_id}",
        reverse("letters:inbox") + "?bak=verzonden",
    ]
    for one in urls:
        page = vs.get(one)
        text = page.content.decode()
        assert page.status_code == 200, one
        assert ("Brieven" in text) == (language == "nl") and ("Letters" in text) == (language == "en"), one


def test_who_may_not_sign_is_led_to_reading_a_begun_letter_and_not_to_writing_it(vs, people, cared_for):
    interim = reverse("letters:interim", args=[cared_for.pk])
    vs.post(interim, {**form_of(vs.get(interim)), "action": "save"})
    draft = Letter.objects.get()
    nurse, writing = people.client("hf_nurse"), reverse("letters:edit", args=[draft.pk])
    for page in (
        f"{reverse('letters:inbox')}?bak=concepten",
        f"{reverse('letters:inbox')}?patient={draft.patient_id}",
    ):
        said = nurse.get(page).content.decode()
        assert writing not in said and reverse("letters:letter", args=[draft.pk]) in said
        assert writing in vs.get(page).content.decode()
    assert nurse.get(reverse("letters:letter", args=[draft.pk])).status_code == 200


@pytest.mark.parametrize(
    ("role", "opens"), [("vs", False), ("hf_nurse", False), ("gp", True), ("cardiologist", True)]
)
def test_the_referral_form_is_offered_to_whom_it_opens_for(people, cared_for, role, opens):
    client, address = people.client(role), f"{reverse('referrals:new')}?patient={cared_for.patient_id}"
    page = client.get(reverse("people:patient_details", args=[cared_for.patient_id])).content.decode()
    assert (address in page) is opens
    assert client.get(address).status_code == (200 if opens else 403)
