"""A newer measurement without a usable date lets no older one pass: the fact is unknown and the row is named."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from anderhalf.apps.casefinding.explaining import values_of
from anderhalf.apps.casefinding.models import Search
from tests.support.extract import extract

from .conftest import text

pytestmark = pytest.mark.django_db


def with_row(row, status=""):
    files = extract(timezone.localdate())
    lines = files["metingen.csv"].splitlines()
    if status:
        lines = [
            lines[0] + ";uitslagstatus",
            *(f"{line};definitief" if line.count(";") == 4 else line for line in lines[1:]),
        ]
        row = f"{row};{status}"
    return {**files, "metingen.csv": "\n".join([*lines, row]) + "\n"}, len(lines) + 1


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("31-02-2026", "de datum is niet te lezen"),
        ("", "de datum ontbreekt"),
        ("future", "de datum ligt na de dag van de zoekactie"),
        ("1826-01-01", "de datum ligt voor 1850"),
        ("01-01-1925", "de datum ligt voor de geboorte van de patiënt"),
    ],
)
def test_a_newer_potassium_without_a_usable_date_makes_it_unknown(people, upload, person, written, why):
    if written == "future":
        written = f"{timezone.localdate() + timedelta(days=3):%d-%m-%Y}"
    files, line = with_row(f"101;513;6,8;mmol/l;{written}")
    client = people.client("poh")
    upload(client, files)
    search = Search.objects.get()
    assert search.state == "done", search.refusal
    assert "potassium" not in values_of(person("101")), "4.6 of before may not pass as the newest"
    assert "systolic_bp" in values_of(person("101"))
    page = text(client.get(f"/opsporen/zoekactie/{search.pk}/"))
    assert f"metingen.csv {line} {why}" in page


@pytest.mark.parametrize(
    ("status", "value", "known", "why"),
    [
        ("entered-in-error", "6,8", True, "de uitslag is ingetrokken"),
        ("cancelled", "", True, "de bepaling is geannuleerd; er is geen uitslag"),
        ("cancelled", "6,8", False, "de bepaling is geannuleerd, en toch staat er een waarde"),
    ],
)
def test_what_was_withdrawn_or_cancelled(people, upload, person, status, value, known, why):
    files, line = with_row(f"101;513;{value};mmol/l;{timezone.localdate():%d-%m-%Y}", status=status)
    client = people.client("poh")
    upload(client, files)
    assert ("potassium" in values_of(person("101"))) is known
    page = text(client.get(f"/opsporen/zoekactie/{Search.objects.get().pk}/"))
    assert f"metingen.csv {line} {why}" in page


@pytest.mark.parametrize(
    ("row", "known"),
    [
        ("101;513;6;8;mmol/l;{today}", False),  # the decimal cut in two
        ("101;513;6,8", False),  # cut off
        ('101;513;"6,8;mmol/l;{today}', False),  # a quote that is never closed
        ("nagebeld;101;513;6,8;mmol/l;{today}", False),  # a cell too many in front
        ("101;zie brief;513;6,8;mmol/l;{today}", False),  # a cell too many before the code
        ("102;513;6;8;mmol/l;{today}", True),  # of somebody else
        ("101;357;6;8;mmol/l;{today}", True),  # something else
    ],
)
def test_a_broken_line_of_a_potassium_makes_it_unknown(people, upload, person, row, known):
    files, line = with_row(row.format(today=f"{timezone.localdate():%d-%m-%Y}"))
    client = people.client("poh")
    upload(client, files)
    search = Search.objects.get()
    assert search.state == "done", search.refusal
    assert ("potassium" in values_of(person("101"))) is known
    assert "systolic_bp" in values_of(person("101"))
    page = text(client.get(f"/opsporen/zoekactie/{search.pk}/"))
    assert page.count(f"metingen.csv {line} ") == 1, "named once"
