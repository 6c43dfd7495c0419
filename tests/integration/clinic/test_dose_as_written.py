"""A dose as people write it: with its unit, or with both strengths of a tablet of two drugs."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from anderhalf.apps.clinic import queries
from anderhalf.apps.clinic.forms.medication import read_since, read_times
from anderhalf.apps.clinic.queries.doses import DoseRefused, read_dose
from anderhalf.apps.record.models import MedicationAgreement
from tests.support.titration import pathway

from .page_care import form_of
from .test_error_list import summary
from .test_register import Care

TODAY = datetime(2026, 11, 29, 12, 0, tzinfo=ZoneInfo("Europe/Amsterdam"))


@pytest.fixture
def at():
    """Pages read the real clock, so here everything happens now."""
    return timezone.localtime()


def drug(name):
    return {**queries.drugs_of(pathway("atrial_fibrillation")), **queries.drugs_of(pathway())}[name]


@pytest.mark.parametrize(
    ("name", "text", "dose"),
    [
        ("bisoprolol", "5 mg", "5"),
        ("bisoprolol", "2,5mg", "2.5"),
        ("bisoprolol", "1.25 MG", "1.25"),
        ("digoxin", "125 µg", "125"),
        ("digoxin", "125 mcg", "125"),
        ("digoxin", "125 microgram", "125"),
        ("sacubitril_valsartan", "49/51", "49"),
        ("sacubitril_valsartan", "97/103 mg", "97"),
        ("sacubitril_valsartan", "24 / 26 mg", "24"),
        ("sacubitril_valsartan", "49", "49"),
        ("combination_C09BX02", "1 tablet", "1"),
        ("combination_C09BX02", "2 tabletten", "2"),
        (None, "400 mg", "400"),
    ],
)
def test_the_same_unit_and_the_strengths_of_a_tablet_are_understood(name, text, dose):
    assert read_dose(text, drug(name) if name else None) == Decimal(dose)


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("bisoprolol", "5 g", "Schrijf de dosis van dit middel in mg."),
        ("bisoprolol", "500 µg", "Schrijf de dosis van dit middel in mg."),
        ("digoxin", "0,125 mg", "Schrijf de dosis van dit middel in µg."),
        ("bisoprolol", "5/10", "Schrijf één getal"),
        ("sacubitril_valsartan", "50/50", "Dit middel is er in 24/26, 49/51 en 97/103."),
        ("combination_C09BX02", "5/10 mg", "hoeveel tabletten per keer"),
        ("bisoprolol", "vijf", "Vul een getal groter dan 0 in."),
        ("bisoprolol", "-5 mg", "Vul een getal groter dan 0 in."),
        ("bisoprolol", "1e3", "Vul een getal groter dan 0 in."),
    ],
)
def test_what_is_not_understood_is_explained(name, text, told):
    with pytest.raises(DoseRefused, match=told.split(".")[0]):
        read_dose(text, drug(name))


@pytest.mark.parametrize(
    ("name", "text", "asked"),
    [
        ("digoxin", "0.125 mg", "Bedoelt u 125 µg?"),
        ("digoxin", "0,125 mg", "Bedoelt u 125 µg?"),
        ("digoxin", "0,0625mg", "Bedoelt u 62,5 µg?"),
        ("bisoprolol", "2500 µg", "Bedoelt u 2,5 mg?"),
        ("bisoprolol", "0,005 g", "Bedoelt u 5 mg?"),
    ],
)
def test_a_dose_in_another_unit_is_asked_in_the_own_one(name, text, asked):
    with pytest.raises(DoseRefused, match=re.escape(asked)):
        read_dose(text, drug(name))


@pytest.mark.parametrize(
    ("text", "times"),
    [("1dd1", 1), ("1 dd 1", 1), ("2dd", 2), ("2 DD", 2), ("2x daags", 2), ("3 keer per dag", 3), ("2x", 2), ("2", 2), ("", None)],
)  # fmt: skip
def test_times_a_day_are_read_as_people_write_them(text, times):
    assert read_times(text) == times


@pytest.mark.parametrize(("text", "told"), [("1dd2", "alleen in hoe vaak per dag, bijvoorbeeld 1"), ("0dd1", "van 1 tot 12"), ("13", "van 1 tot 12"), ("zo nodig", "van 1 tot 12")])  # fmt: skip
def test_times_a_day_that_say_something_else_are_explained(text, told):
    with pytest.raises(ValidationError) as wrong:
        read_times(text)
    assert told in str(wrong.value)


@pytest.mark.parametrize(
    ("text", "day", "exact"),
    [
        ("sept 2026", date(2026, 9, 1), "month"), ("Sept. 2026", date(2026, 9, 1), "month"),
        ("mrt 2021", date(2021, 3, 1), "month"), ("12 oktober 2025", date(2025, 10, 12), "day"),
        ("May 2020", date(2020, 5, 1), "month"), ("03-2021", date(2021, 3, 1), "month"),
    ],
)  # fmt: skip
def test_since_a_month_in_words(text, day, exact):
    assert read_since(text, at=TODAY) == (day, exact)


@pytest.mark.parametrize("text", ["ju 2026", "zomer 2024", "jan", "sept"])
def test_since_a_word_that_is_no_month_is_explained(text):
    with pytest.raises(ValidationError):
        read_since(text, at=TODAY)


def test_a_contact_takes_times_as_they_are_written(care, at):
    row = {
        "kind": "reported",
        "drug": "other",
        "name": "Sertraline",
        "dose": "50 mg",
        "times": "1dd1",
        "since": "sept 2025",
    }
    assert post(care, at, **{f"med_0_{part}": one for part, one in row.items()}).status_code == 302
    kept = MedicationAgreement.objects.get(drug="sertraline")
    assert (kept.times_per_day, kept.used_since) == (1, date(2025, 9, 1))


def start(number, name, dose, **more):
    row = {
        "kind": "start",
        "drug": "other",
        "name": name,
        "dose": dose,
        "times": "1",
        "reason": "proef",
        **more,
    }
    return {f"med_{number}_{part}": value for part, value in row.items()}


def post(care, at, **typed):
    address = reverse("clinic:encounter_new", args=[care.episode.pk])
    return care.clinic.people.client("vs").post(address, form_of(care.episode, at, **typed))


@pytest.fixture
def care(clinic, at):
    found = Care(clinic, at).well()
    found.note("Enalapril: dikke tong 2019")
    found.note("Verapamil: flauwte in 2017")
    return found


def test_a_dose_with_its_unit_is_stored_as_the_number(care, at):
    row = {"kind": "reported", "drug": "sacubitril_valsartan", "dose": "49/51 mg", "times": "2"}
    assert post(care, at, **{f"med_0_{part}": value for part, value in row.items()}).status_code == 302
    row = MedicationAgreement.objects.get(drug="sacubitril_valsartan")
    assert (row.dose, row.dose_unit) == (Decimal(49), "mg")


def test_what_stands_against_two_drugs_is_asked_at_once(care, at):
    page = post(care, at, **start(0, "enalapril", "5 mg"), **start(2, "verapamil", "240 mg"))
    said = summary(page.content.decode())
    assert page.status_code == 422 and not care.agreed()
    assert "Medicatie, regel 1: waarom toch" in said and "dikke tong 2019" in said
    assert "Medicatie, regel 3: waarom toch" in said and "flauwte in 2017" in said


def test_two_drugs_in_one_row_are_asked_about_at_once(care, at):
    said = summary(post(care, at, **start(0, "enalapril en verapamil", "5 mg")).content.decode())
    assert "dikke tong 2019" in said and "flauwte in 2017" in said and not care.agreed()
