"""Who says at home to be ill and losing fluid reads what came in and what to do now, also with an MRA in use."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.utils import timezone

from anderhalf.apps.clinic import queries
from anderhalf.apps.people.access import Right
from anderhalf.apps.record import actions as record
from tests.spec.cases.care import Care

pytestmark = pytest.mark.django_db


@pytest.fixture
def care(people):
    return Care.begin(people, timezone.localtime())


def uses(care, drug: str, name: str, atc: str, drug_class: str, dose: str) -> None:
    record.agree_medication(
        by=care.vs, at=care.at, kind="start", drug=drug, drug_name=name, atc=atc, drug_class=drug_class,
        dose=Decimal(dose), dose_unit="mg", times_per_day=Decimal(1), from_at=care.at, reason="bekend", patient=care.patient.pk,
        under=Right.WRITE_CLINICAL,
    )  # fmt: skip


def panel(care, **more) -> tuple[str, str]:
    page = care.typed_at_home(acute_illness=True, **more).content.decode()
    assert 'id="gevaar"' in page, "nothing is said back"
    part = page.partition('id="gevaar"')[2].partition("</section>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", part).split()), part


@pytest.mark.parametrize("language", ["nl", "en"])
def test_it_is_said_back_with_what_is_not_taken_now_and_a_number(care, language):
    uses(care, "spironolactone", "spironolacton", "C03DA01", "mra", "25")
    said, html = panel(care, language=language)
    if language == "nl":
        assert "overgeven, diarree of koorts" in said and "Ja" in said, said
        assert "Zolang u zo ziek bent: neem spironolacton niet in." in said, said
        assert "MRA" not in said, "no words of the trade"
    else:
        assert "do not take spironolactone" in said.lower(), said
    phones = queries.phones_of(care.episode.centre, at=timezone.now())
    number = phones.centre if phones.open_now or not phones.out_of_hours else phones.out_of_hours
    assert f'href="tel:{number}"' in html
    assert ("Niemand van het centrum leest dit nu." in said) is (language == "nl" and not phones.open_now)


def test_without_such_a_drug_none_is_named(care):
    said, _html = panel(care)
    assert "overgeven" in said and "niet in." not in said
