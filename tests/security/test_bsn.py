"""A BSN is checked, stored unreadably, found again, shown masked, and stands in no address and no log."""

from __future__ import annotations

import logging

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from anderhalf.apps.audit.models import AuditLine
from anderhalf.apps.people import actions, queries
from anderhalf.apps.people.identifiers import looks_like_bsn, mask_bsn, normalise_bsn, search_index
from anderhalf.apps.people.models import Patient
from tests.support.searching import search

BSN = "999900006"


@given(st.integers(min_value=0, max_value=999_999_999))
def test_changing_one_digit_is_always_noticed(number):
    digits = f"{number:09d}"
    try:
        normalise_bsn(digits)
    except ValidationError:
        return
    for place in range(9):
        changed = digits[:place] + str((int(digits[place]) + 1) % 10) + digits[place + 1 :]
        with pytest.raises(ValidationError):
            normalise_bsn(changed)


@pytest.mark.parametrize(
    "text", ["", "12345", "1234567890", "99990000a", "٩٩٩٩٠٠٠٠٦", "000000000", "999900007"]
)
def test_what_is_no_bsn_is_refused(text):
    with pytest.raises(ValidationError):
        normalise_bsn(text)


@pytest.mark.parametrize("text", ["999900006", "9999 00 006", "9999.00.006", " 999900006 "])
def test_spaces_and_dots_do_not_matter(text):
    assert normalise_bsn(text) == BSN


@pytest.mark.parametrize(("text", "answer"), [(BSN, True), ("9999 00006", True), ("12345678", True),
                                              ("14-03-1948", False), ("de Vries", False), ("2025", False)])  # fmt: skip
def test_a_date_is_not_taken_for_a_bsn(text, answer):
    assert looks_like_bsn(text) is answer


def test_masked_shows_three_digits():
    assert mask_bsn(BSN) == "••••••006"
    assert mask_bsn("") == ""


@pytest.mark.django_db
def test_the_database_holds_no_readable_number(people):
    patient = people.patient()
    with connection.cursor() as cursor:
        cursor.execute("SELECT bsn, bsn_index FROM people_patient")
        stored, index = cursor.fetchone()
    assert patient.bsn not in stored
    assert patient.bsn not in index
    assert index == search_index(patient.bsn)
    assert Patient.objects.get().bsn == patient.bsn


@pytest.mark.django_db
def test_two_equal_numbers_are_stored_differently_yet_found(people, at):
    patient = people.patient()
    patient.save()
    found = queries.find_patients(people.viewer("gp"), patient.bsn, at)
    assert [one.pk for one in found] == [patient.pk]


@pytest.mark.django_db
def test_no_page_address_or_log_shows_the_number(people, at, caplog):
    caplog.set_level(logging.DEBUG)
    patient = people.patient()
    client = people.client("gp")
    found = search(client, reverse("people:patients"), "q", patient.bsn, follow=False)
    assert patient.bsn not in found.url
    pages = [client.get(found.url, follow=True)]
    names = ("people:patient_details", "people:alerts", "people:consents")
    pages += [client.get(reverse(name, args=[patient.pk])) for name in names]
    pages.append(search(client, reverse("people:patients"), "q", "999900018"))
    for page in pages:
        assert patient.bsn not in page.content.decode()
        assert "999900018" not in page.content.decode()
    assert patient.bsn not in caplog.text and "999900018" not in caplog.text
    for line in AuditLine.objects.values():
        assert patient.bsn not in str(line)


@pytest.mark.django_db
def test_the_number_of_somebody_elsewhere_is_recognised_but_tells_nothing(people, at):
    elsewhere = people.patient(practice="praktijk_westerhof", family_name="Verborgen")
    page = people.client("gp").post(
        reverse("people:patient_new"),
        {
            "submission": "0d6e2c7e-7a0f-4b6e-8c25-9a4c5f1f1a11",
            "bsn": elsewhere.bsn,
            "birth_date": "14-03-1948",
            "sex": "male",
            "family_name": "Ander",
            "practice": str(people.organisation("praktijk_de_linde").pk),
        },
    )
    text = page.content.decode()
    assert page.status_code == 422
    assert "al ingeschreven bij een andere praktijk" in text
    assert "Verborgen" not in text
    assert str(elsewhere.pk) not in text


@pytest.mark.django_db
def test_a_second_registration_is_refused_by_the_action_too(people, at):
    patient = people.patient()
    with pytest.raises(actions.DuplicatePatient) as known:
        actions.register_patient(
            by=people.viewer("gp"),
            at=at,
            bsn=patient.bsn,
            birth_date=patient.birth_date,
            sex="male",
            family_name="X",
        )
    assert known.value.patient == patient.pk
    assert known.value.may_open
