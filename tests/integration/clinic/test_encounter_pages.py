"""The form of a contact: what is kept, what is asked, what is refused and how, and what was typed comes back."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from anderhalf.apps.clinic import actions
from anderhalf.apps.clinic.actions import EncounterText
from anderhalf.apps.clinic.models import Encounter
from anderhalf.apps.record.models import Document, MedicationAgreement, Observation

from . import page_care
from .page_care import PDF, form_of

at = page_care.at
care = page_care.care


# ---- the encounter form ----


def test_a_contact_by_keyboard(care, people, at):
    client, page = people.client("vs"), reverse("clinic:encounter_new", args=[care.pk])
    shown = client.get(page).content.decode()
    assert shown.index("f_systolic_bp") < shown.index('name="complaints"'), "measurements first"
    assert "autofocus" in shown
    assert "vorige: 82,4" in shown
    data = form_of(
        care, at, f_systolic_bp="118", f_diastolic_bp="70", f_weight="81,9", f_nyha="II", f_potassium="4,6",
        laboratory_on=(at.date() - timedelta(days=2)).isoformat(), complaints="beter", plan="doorgaan",
        med_0_kind="start", med_0_drug="bisoprolol", med_0_dose="1,25", med_0_times="1", med_0_reason="HFrEF",
        taught_weight="on", back_weight="on", next_contact_on=(at.date() + timedelta(days=14)).isoformat(),
        next_contact_kind="phone", ecg_file=SimpleUploadedFile("ecg.exe", PDF, "application/x-msdownload"),
    )  # fmt: skip
    response = client.post(page, data)
    assert response.status_code == 302, response.content.decode()[:3000]
    encounter = Encounter.objects.exclude(pk=care.encounters.order_by("recorded_at").first().pk).get()
    values = {row.fact: row for row in Observation.objects.filter(encounter=encounter.pk)}
    assert values["weight"].number == Decimal("81.9")
    assert values["weight"].value_as_given == "81,9"
    assert values["nyha"].code == "II"
    assert timezone.localdate(values["potassium"].at) == at.date() - timedelta(days=2)
    assert timezone.localdate(values["systolic_bp"].at) == at.date()
    row = MedicationAgreement.objects.get(encounter=encounter.pk)
    assert (row.drug, row.atc, row.drug_class, row.dose) == (
        "bisoprolol",
        "C07AB07",
        "beta_blocker",
        Decimal("1.25"),
    )
    assert encounter.education.get().teach_back
    assert Document.objects.get(encounter=encounter.pk).content_type == "application/pdf"
    assert client.post(page, data).url == response.url
    assert Encounter.objects.filter(episode=care).count() == 2


def test_what_can_not_be_is_refused_with_its_range(care, people, at):
    page = reverse("clinic:encounter_new", args=[care.pk])
    response = people.client("vs").post(page, form_of(care, at, f_potassium="48", complaints="wat ik typte"))
    text = response.content.decode()
    assert response.status_code == 422
    assert "1,5 tot 10" in text
    assert "wat ik typte" in text
    assert care.encounters.count() == 1


def test_what_is_unusual_is_asked_and_then_kept(care, people, at):
    client, page = people.client("vs"), reverse("clinic:encounter_new", args=[care.pk])
    data = form_of(care, at, f_potassium="7,1")
    asked = client.post(page, data)
    assert asked.status_code == 422
    assert 'name="sure_potassium" value="7,1"' in asked.content.decode()
    another = client.post(page, data | {"f_potassium": "7,4", "sure_potassium": "7,1"})
    assert another.status_code == 422, "a confirmation holds for the value that was confirmed"
    assert client.post(page, data | {"sure_potassium": "7,1"}).status_code == 302


def test_a_date_in_the_future_is_refused(care, people, at):
    client, page = people.client("vs"), reverse("clinic:encounter_new", args=[care.pk])
    ahead = (at.date() + timedelta(days=1)).isoformat()
    for field in ("happened_on", "laboratory_on", "ecg_on", "echo_on"):
        response = client.post(page, form_of(care, at, **{field: ahead}))
        assert response.status_code == 422, field
        assert "ligt in de toekomst" in response.content.decode()
    assert care.encounters.count() == 1


@pytest.mark.parametrize(
    "row",
    [
        {"med_0_kind": "start", "med_0_drug": "bisoprolol", "med_0_reason": "proef"},
        {
            "med_0_kind": "start",
            "med_0_drug": "bisoprolol",
            "med_0_dose": "-1",
            "med_0_times": "1",
            "med_0_reason": "proef",
        },
        {
            "med_0_kind": "start",
            "med_0_drug": "bisoprolol",
            "med_0_dose": "1e3",
            "med_0_times": "1",
            "med_0_reason": "proef",
        },
        {
            "med_0_kind": "start",
            "med_0_drug": "bisoprolol",
            "med_0_dose": "5",
            "med_0_times": "40",
            "med_0_reason": "proef",
        },
        {"med_0_kind": "start", "med_0_drug": "bisoprolol", "med_0_dose": "5", "med_0_times": "1"},
        {"med_0_kind": "stop", "med_0_drug": "", "med_0_reason": "proef"},
        {"med_0_dose": "5"},
        {
            "med_0_kind": "start",
            "med_0_drug": "bisoprolol",
            "med_0_dose": "50",
            "med_0_times": "1",
            "med_0_reason": "proef",
        },
    ],
    ids=lambda row: ",".join(f"{key[6:]}={value}" for key, value in row.items()),
)
def test_half_or_impossible_medication_is_refused(care, people, at, row):
    response = people.client("vs").post(
        reverse("clinic:encounter_new", args=[care.pk]), form_of(care, at, **row)
    )
    assert response.status_code == 422
    assert not MedicationAgreement.objects.exists()


def test_a_dose_above_the_highest_step_is_asked(care, people, at):
    row = {
        "med_0_kind": "start",
        "med_0_drug": "bisoprolol",
        "med_0_dose": "20",
        "med_0_times": "1",
        "med_0_reason": "proef",
    }
    data = form_of(care, at, **row, sure_med_0_dose="20 mg 1 dd")
    page = reverse("clinic:encounter_new", args=[care.pk])
    assert (
        people.client("vs").post(page, data).status_code == 422
    )  # sure of the dose, and it is no starting dose
    assert not MedicationAgreement.objects.exists()
    data["med_0_despite"] = "gebruikte dit elders al"
    assert people.client("vs").post(page, data).status_code == 302
    assert MedicationAgreement.objects.get().dose == 20


@pytest.mark.parametrize(
    "content", [b"", b"<html><script>alert(1)</script>", b"MZ" * 40, PDF[:-8], PDF + b"x" * (10 * 1024 * 1024)],
    ids=["empty", "page", "program", "cut", "large"],
)  # fmt: skip
def test_hostile_files_are_refused_with_everything_typed_kept(care, people, at, content):
    file = SimpleUploadedFile("ecg.pdf", content, "application/pdf")
    data = form_of(care, at, complaints="wat ik typte", ecg_file=file)
    response = people.client("vs").post(reverse("clinic:encounter_new", args=[care.pk]), data)
    assert response.status_code == 422
    assert "wat ik typte" in response.content.decode()
    assert Document.objects.count() == 1


def test_somebody_else_was_first_and_nothing_is_lost(care, clinic, people, at):
    client, page = people.client("vs"), reverse("clinic:encounter_new", args=[care.pk])
    data = form_of(care, at, complaints="mijn woorden", f_weight="81")
    actions.record_encounter(
        by=people.viewer("hf_nurse"), at=at + timedelta(seconds=1), episode=care.pk,
        text=EncounterText(complaints="die van de collega"),
    )  # fmt: skip
    told = client.post(page, data)
    assert told.status_code == 422
    text = told.content.decode()
    assert "mijn woorden" in text
    assert "Intussen is er iets vastgelegd" in text
    care.refresh_from_db()
    assert f'name="version" value="{care.version}"' in text
    assert client.post(page, data | {"version": care.version}).status_code == 302


def test_a_draft_is_put_back(care, people, at):
    client, page = people.client("vs"), reverse("clinic:encounter_new", args=[care.pk])
    draft = {
        "draft_form": "encounter",
        "draft_about": str(care.pk),
        "complaints": "half af",
        "f_weight": "80,5",
    }
    assert client.post(reverse("save_draft"), draft).status_code == 200
    shown = client.get(page).content.decode()
    assert "half af" in shown
    assert 'value="80,5"' in shown
    assert "half af" not in people.client("hf_nurse").get(page).content.decode()
    assert client.post(page, form_of(care, at, complaints="klaar")).status_code == 302
    assert "half af" not in client.get(page).content.decode()


@pytest.mark.parametrize("role", ["cardiologist", "gp", "district_nurse"])
def test_who_does_not_record(care, people, at, role):
    client = people.client(role)
    page = reverse("clinic:encounter_new", args=[care.pk])
    assert client.get(page).status_code == 403
    assert client.post(page, form_of(care, at)).status_code == 403
    assert care.encounters.count() == 1
