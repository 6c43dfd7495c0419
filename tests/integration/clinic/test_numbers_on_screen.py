"""Numbers that were worked out stand on no page with all their decimals: rounded as their fact is usually given."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from anderhalf.apps.letters import actions as letters
from anderhalf.apps.people.access import Right
from anderhalf.apps.record import actions as record
from anderhalf.apps.record.models import Observation
from anderhalf.apps.referrals.forms import FactForm
from anderhalf.core.decisions.facts import FactValue
from tests.support.titration import pathway

from .test_register import Care

RAW = re.compile(r"\d[.,]\d{3,}")
WORKED_OUT = {
    "creatinine": Decimal("119.9263"),
    "weight": Decimal("82.4173"),
    "height": Decimal("166.0375"),
    "haemoglobin": Decimal("8.0683"),
}
"""As units are converted: to four decimals."""


@pytest.fixture
def at():
    """Pages read the real clock, so here everything happens now."""
    return timezone.localtime()


@pytest.fixture
def care(clinic, at):
    found = Care(clinic, at).well()
    items = [
        record.NewObservation(fact=name, value=value, at=at - timedelta(minutes=3))
        for name, value in WORKED_OUT.items()
    ]
    Observation.objects.filter(fact__in=[*WORKED_OUT, "egfr"]).delete()
    record.record_observations(
        by=found.vs, at=at, patient=found.patient, items=items, under=Right.WRITE_CLINICAL
    )
    record.agree_medication(
        by=found.vs, at=at - timedelta(seconds=35), patient=found.patient, kind="stop", drug="enalapril",
        drug_name="enalapril", atc="C09AA02", reason="hoest", from_at=at - timedelta(seconds=35),
        under=Right.WRITE_CLINICAL,
    )  # fmt: skip
    return found


def raw_numbers(page: str) -> list[str]:
    page = re.sub(r"(?s)<(script|style|svg).*?</\1>", "", page).replace("<", " <")
    page = page.replace("g/dL x 0.6206", "")  # the factor that a source names for a limit
    fields = re.findall(r'<input[^>]*name="f_[^>]*value="([^"]*)"', page)
    return [
        text[max(0, found.start() - 40) : found.end()]
        for text in (strip_tags(page), *fields)
        for found in RAW.finditer(text)
    ]


@pytest.mark.parametrize("role", ["vs", "gp"])
@pytest.mark.parametrize(
    "name",
    ["chart", "proposals", "measurements", "medication", "diagnosis", "plan", "encounters", "tolerances"],
)
def test_no_raw_number_on_a_page_of_the_patient(care, people, name, role):
    page = people.client(role).get(reverse(f"clinic:{name}", args=[care.patient]), follow=True)
    assert raw_numbers(page.content.decode()) == []


def test_no_raw_number_in_the_form_of_a_contact(care, people):
    page = people.client("vs").get(reverse("clinic:encounter_new", args=[care.episode.pk])).content.decode()
    assert "119,9" in page and raw_numbers(page) == []


def test_no_raw_number_in_a_letter(care, at):
    letter = letters.draft_letter(by=care.vs, at=at, episode=care.episode.pk, kind="interim")
    said = str(letter.sections)
    assert "119,9" in said and RAW.findall(said) == []


def test_a_referral_shows_rounded_numbers_and_keeps_the_exact_ones(care, people, at):
    client = people.client("gp")
    page = client.get(reverse("referrals:new"), {"patient": str(care.patient)}, follow=True).content.decode()
    assert 'value="119,9"' in page or 'value="120"' in page, re.findall(r'name="f_creatinine"[^>]*', page)
    assert raw_numbers(page) == []


@pytest.mark.parametrize(("typed", "kept"), [("119,9", "119.9263"), ("119", "119"), ("119,93", "119.93")])
def test_what_was_filled_in_and_left_so_is_the_number_of_the_record(typed, kept, at):
    day = timezone.localdate(at)
    form = FactForm(
        {"f_creatinine": typed, "u_creatinine": "µmol/l"},
        pathway=pathway(),
        on=day,
        known={"creatinine": FactValue(WORKED_OUT["creatinine"], day)},
    )
    form.full_clean()
    assert form.values["creatinine"].value == Decimal(kept)
