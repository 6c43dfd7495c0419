"""The laboratory after a step that was typed in a contact stands in the dossier and the letters, as after a card."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone

from anderhalf.apps.clinic import actions
from anderhalf.apps.clinic.actions import EncounterText, MedicationStep
from anderhalf.apps.letters.actions import draft_letter
from anderhalf.apps.record.models import MedicationAgreement, Task

from .page_care import form_of
from .titration_care import care  # noqa: F401  the fixture

pytestmark = pytest.mark.django_db


@pytest.fixture
def at():
    """Pages read the real clock, so here everything happens now."""
    return timezone.localtime()


def row(drug, dose, kind="start", times="1"):
    return {
        "kind": kind,
        "drug": drug,
        "dose": dose,
        "times": times,
        "reason": "volgens afspraak",
        "despite": "proef",
    }


def contact(care, at, *rows, **facts):  # noqa: F811
    data = {f"med_{n}_{part}": one for n, given in enumerate(rows) for part, one in given.items()}
    data |= {f"f_{name}": raw for name, raw in facts.items()}
    client, address = care.clinic.people.client("vs"), reverse("clinic:encounter_new", args=[care.episode.pk])
    done = client.post(address, form_of(care.episode, at, **data))
    assert done.status_code == 302, unescape(done.content.decode()).partition("error-summary")[2][:900]


def controls(care):  # noqa: F811
    tasks = Task.objects.filter(patient=care.episode.patient_id, kind="monitoring", status="open")
    return [(one.about, one.due_on) for one in tasks.order_by("due_on", "about")]


def open_now(care):  # noqa: F811
    page = care.clinic.people.client("vs").get(reverse("clinic:chart", args=[care.episode.patient_id]))
    return unescape(page.content.decode()).partition(">Openstaand<")[2].partition("</ul>")[0]


def letter(care, at, kind):  # noqa: F811
    made = draft_letter(by=care.vs, at=at, episode=care.episode.pk, kind=kind)
    return "\n".join(section["text"] for section in made.sections)


def test_a_started_mra_is_controlled_after_a_week_and_monthly_after_that(care, at):  # noqa: F811
    contact(care, at, row("spironolactone", "12,5"))
    week = at.date() + timedelta(days=7)
    assert controls(care) == [("check:mra", week)]
    said = open_now(care)
    assert "Controle" in said and "kalium" in said and "creatinine" in said and f"{week:%d-%m-%Y}" in said
    assert "daarna 3 maanden lang maandelijks" in said
    later = timezone.now()
    for kind in ("interim", "return"):
        text = letter(care, later, kind)
        assert "Nog te controleren na een wijziging:" in text and "kalium" in text
        assert f"uiterlijk {week:%d-%m-%Y}; daarna 3 maanden lang maandelijks" in text
        assert "Laboratorium bij huisarts: elk jaar" not in text
    assert "Laboratorium bij huisarts: na de controles hierboven elk jaar" in text


def test_a_raised_ace_inhibitor_too_and_what_was_used_already_not(care, at):  # noqa: F811
    contact(care, at, row("enalapril", "20", "change", "2"), row("dapagliflozin", "10", "reported"))
    assert controls(care) == [("check:ace_inhibitor", at.date() + timedelta(days=14))]


def test_a_high_potassium_of_the_day_brings_it_forward(care, at):  # noqa: F811
    contact(care, at, row("spironolactone", "12,5"), potassium="5,7", laboratory_on=at.date().isoformat())
    assert controls(care)[0][0] == "check:mra" and controls(care)[0][1] <= at.date() + timedelta(days=3)


def test_a_beta_blocker_has_no_laboratory(care, at):  # noqa: F811
    contact(care, at, row("bisoprolol", "5", "change"))
    assert controls(care) == []


def typed_in_afterwards(care, at, days):  # noqa: F811
    step = MedicationStep(
        kind="start", drug="spironolactone", drug_name="spironolacton", drug_class="mra", reason="proef",
        dose=Decimal("12.5"), dose_unit="mg", times_per_day=1, despite="proef",
    )  # fmt: skip
    actions.record_encounter(
        by=care.vs, at=at, episode=care.episode.pk, happened_at=at - timedelta(days=days),
        text=EncounterText(conclusion="nagekomen"), medication=[step],
    )  # fmt: skip


def test_a_contact_typed_in_afterwards_counts_from_its_own_day(care, at):  # noqa: F811
    typed_in_afterwards(care, at, 3)
    assert controls(care) == [], "the laboratory of today is of after that day"


def test_a_step_that_never_was_takes_its_controls_back(care, at):  # noqa: F811
    contact(care, at, row("spironolactone", "12,5"))
    agreement = MedicationAgreement.objects.get(drug="spironolactone")
    actions.correct_agreement(
        by=care.vs, at=timezone.now(), agreement=agreement, better=None, because="vergissing"
    )
    assert controls(care) == []
