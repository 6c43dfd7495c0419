"""The register through a signed-in browser's eyes: judged by one press, no button past it, a reason in the consult."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from anderhalf.apps.people import actions as people
from anderhalf.apps.people.models import AllergyIntolerance
from anderhalf.apps.record.models import MedicationAgreement, Observation
from tests.support.people import submission

from .page_care import form_of
from .test_register import Care


@pytest.fixture
def at():
    """Pages read the real clock, so here everything happens now."""
    return timezone.localtime()


@pytest.fixture
def care(clinic, at):
    return Care(clinic, at).well()


def page(care, name="proposals", role="vs"):
    return (
        care.clinic.people.client(role).get(reverse(f"clinic:{name}", args=[care.patient])).content.decode()
    )


def card_of(text, drug_class):
    """The part of the page about one class: from its form or title to the next card."""
    return next((part for part in text.split("<article") if f'value="{drug_class}"' in part), "")


def test_the_accept_button_is_gone_and_the_text_is_cited(care):
    before = page(care)
    assert "Enalapril starten" in before and 'value="ace_inhibitor"' in before
    care.note("Enalapril: dikke tong 2019")
    text = page(care)
    assert "Enalapril starten" not in text and "Enalapril: dikke tong 2019" in text
    assert "Beoordeel het register" in text and "nog beoordelen" in text


@pytest.mark.parametrize(("do", "state"), [("confirm", "confirmed"), ("reject", "refuted")])
def test_one_press_confirms_or_rejects(care, do, state):
    entry = care.note("Enalapril: dikke tong 2019", by=care.clinic.people.viewer("gp"))
    shown = page(care, "tolerances")
    about = re.findall(r'name="about" value="([^"]+)" checked', shown)
    assert about == ["ace_inhibitor:enalapril"] and '<option value="angioedema" selected>' in shown
    posted = {
        "do": do,
        "about": about,
        "reaction": "angioedema",
        "submission": submission(),
        "because": "andere man",
    }
    client = care.clinic.people.client("vs")
    response = client.post(reverse("clinic:tolerance_judge", args=[care.patient, entry.pk]), posted)
    assert response.status_code == 302
    entry.refresh_from_db()
    assert entry.verification == state
    assert ("Enalapril starten" in page(care)) is (do == "reject")
    if do == "confirm":
        assert (entry.drug_class, entry.drug, entry.reaction) == ("ace_inhibitor", "enalapril", "angioedema")


def test_a_press_of_before_posted_afterwards_starts_nothing(care):
    before = page(care)
    form = next(
        part
        for part in before.split("<form")
        if 'value="ace_inhibitor"' in part and 'value="accepted"' in part
    )
    hidden = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
    care.note("Enalapril: angio-oedeem")
    response = care.clinic.people.client("vs").post(
        reverse("clinic:advice_choose", args=[care.episode.pk]), {**hidden, "despite": "het moet"}
    )
    assert response.status_code == 409
    assert not care.agreed()


def test_the_consult_asks_a_prescriber_why(care, at):
    care.note("Enalapril: angio-oedeem 2019")
    address = reverse("clinic:encounter_new", args=[care.episode.pk])
    start = {"med_0_kind": "start", "med_0_drug": "ramipril", "med_0_dose": "2,5", "med_0_times": "2",
             "med_0_reason": "HFrEF"}  # fmt: skip
    client = care.clinic.people.client("vs")
    refused = client.post(address, form_of(care.episode, at, **start))
    text = refused.content.decode()
    assert refused.status_code == 422 and "Enalapril: angio-oedeem 2019" in text and "med_0_despite" in text
    assert not care.agreed()
    nurse = care.clinic.people.client("hf_nurse")
    assert nurse.post(address, form_of(care.episode, at, **start, med_0_despite="toch")).status_code == 422
    done = client.post(
        address,
        form_of(
            care.episode,
            at,
            **start,
            med_0_despite="allergoloog: andere oorzaak",
            med_0_agreed_with="dr. Bos",
        ),
    )
    assert done.status_code == 302 and care.agreed()[0].reason.startswith(
        "allergoloog: andere oorzaak, akkoord: dr. Bos (ondanks"
    )


@pytest.mark.parametrize(
    ("since", "kept"),
    [
        ("2020", "2020-01-01 year"),
        ("03-2020", "2020-03-01 month"),
        ("12-03-2020", "2020-03-12 day"),
        ("", "None "),
    ],
)
def test_what_is_used_already_says_since_when_and_needs_no_reason(care, at, since, kept):
    drug = {"med_0_kind": "reported", "med_0_drug": "enalapril", "med_0_dose": "10", "med_0_times": "2",
            "med_0_since": since}  # fmt: skip
    client = care.clinic.people.client("vs")
    response = client.post(
        reverse("clinic:encounter_new", args=[care.episode.pk]), form_of(care.episode, at, **drug)
    )
    assert response.status_code == 302
    row = MedicationAgreement.objects.get(drug="enalapril")
    assert f"{row.used_since} {row.used_since_is}" == kept
    text = page(care, "medication")
    assert (f"sinds {since}" if since else "gebruikt al") in text


@pytest.mark.parametrize("since", ["2099", "31-02-2020", "vorig jaar", "13-2020", "1850"])
def test_a_since_that_can_not_be_is_refused(care, at, since):
    drug = {"med_0_kind": "reported", "med_0_drug": "enalapril", "med_0_since": since}
    client = care.clinic.people.client("vs")
    address = reverse("clinic:encounter_new", args=[care.episode.pk])
    assert client.post(address, form_of(care.episode, at, **drug)).status_code == 422


def test_a_declined_proposal_is_folded_and_can_be_undone_or_reopened(care):
    client = care.clinic.people.client("vs")
    shown = page(care)
    basis = re.search(r'value="ace_inhibitor"><input type="hidden" name="basis" value="(\w+)"', shown).group(
        1
    )
    choose = reverse("clinic:advice_choose", args=[care.episode.pk])
    data = {"drug_class": "ace_inhibitor", "basis": basis, "choice": "declined", "reason": "eerst rust"}
    assert client.post(choose, {**data, "submission": submission()}).status_code == 302
    text = page(care)
    assert "1 voorstel afgewezen" in text and "Heropenen" in text and "Ongedaan maken" in text
    assert client.post(choose, {**data, "choice": "accepted", "submission": submission()}).status_code == 409
    undo = re.search(r'action="([^"]*/ongedaan/)"', text).group(1)
    assert client.post(undo).status_code == 302
    text = page(care)
    assert "voorstel afgewezen" not in text and "ongedaan gemaakt" in text
    assert not care.agreed()


def test_the_medication_page_corrects_and_marks_as_an_error(care):
    client = care.clinic.people.client("vs")
    row = MedicationAgreement.objects.get(drug="bisoprolol")
    address = reverse("clinic:medication_correct", args=[row.pk])
    assert address in page(care, "medication")
    empty = client.post(
        address, {"what": "correct", "dose": "", "times": "", "because": "x", "submission": submission()}
    )
    assert empty.status_code == 422
    day = timezone.localdate(row.from_at).isoformat()
    better = {"what": "correct", "dose": "5", "times": "1", "from_on": day, "because": "verschreven"}
    assert client.post(address, {**better, "submission": submission()}).status_code == 302
    new = MedicationAgreement.objects.get(replaces=row)
    assert (new.dose, new.from_at) == (5, row.from_at)
    wrong = {"what": "error", "because": "andere patiënt", "submission": submission()}
    assert client.post(reverse("clinic:medication_correct", args=[new.pk]), wrong).status_code == 302
    text = page(care, "medication")
    assert "verschreven" in text and "andere patiënt" in text and "Geen medicatie vastgelegd" in text


def test_the_register_can_be_added_to_and_ended_on_both_pages(care):
    client = care.clinic.people.client("vs")
    remember = {"do": "remember", "t-kind": "intolerance", "t-about": "mra:spironolactone", "t-reaction": "gynaecomastia",
                "t-reason": "pijnlijk", "t-submission": submission()}  # fmt: skip
    dots = {**remember, "t-reaction": "", "t-reason": "."}
    assert client.post(reverse("clinic:tolerances", args=[care.patient]), dots).status_code in (200, 422)
    assert client.post(reverse("clinic:tolerances", args=[care.patient]), remember).status_code == 302
    entry = AllergyIntolerance.objects.get()
    assert (entry.words, entry.verification) == ("spironolacton: gynaecomastie, pijnlijk", "confirmed")
    gp = care.clinic.people.client("gp")
    note = {"kind": "allergy", "text": "pleisters", "reaction": "rash", "submission": submission()}
    assert gp.post(reverse("people:alerts", args=[care.patient]), note).status_code == 302
    shown = gp.get(reverse("people:alerts", args=[care.patient])).content.decode()
    assert "pleisters: huiduitslag" in shown and "nog bevestigen" in shown
    end = reverse("clinic:tolerance_end", args=[care.patient, entry.pk])
    assert client.post(end, {"because": "verwisseld"}).status_code == 302
    assert "verwisseld" in page(care, "tolerances")


def test_a_planned_operation_is_written_down_before_it_happens(care):
    client, on = care.clinic.people.client("vs"), timezone.localdate() + timedelta(days=2)
    form = {"do": "conditions", "f_surgery_on": f"{on:%d-%m-%Y}", "submission": submission()}
    assert client.post(reverse("clinic:tolerances", args=[care.patient]), form).status_code == 302
    assert Observation.objects.get(fact="surgery_on").day == on


def test_what_the_practice_asked_is_told_with_who_and_when_and_is_still_to_confirm(clinic, at):
    care = Care(clinic, at)
    gp = clinic.people.viewer("gp")
    assert "Nog niet nagevraagd." in page(care, "tolerances")
    people.ask_allergies(by=gp, at=at, patient=care.patient)
    for name in ("tolerances", "proposals"):
        text = page(care, name)
        assert "Geen allergieën bekend: op" in text and f"nagevraagd door {gp.name}" in text, name
        assert "geen stap omhoog" in text, name
    assert "Nog niet nagevraagd." not in page(care, "tolerances")
    assert "zijn niet nagevraagd" not in page(care)
