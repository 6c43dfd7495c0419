"""With English chosen the agreement says in English what it says itself; a Dutch title is marked as Dutch."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db
OWN = re.compile(r"\b(eigen afspraak|verzonnen|aanname|geen norm)\b")


@pytest.mark.parametrize("name", ["network:agreement", "network:training"])
def test_the_agreement_speaks_the_readers_language(people, name):
    page = people.client("gp", language="en").get(reverse(name)).content.decode()
    plain = re.sub(r'<span lang="nl">.*?</span>', "", page)
    assert not OWN.search(plain), OWN.search(plain)
    assert "own agreement" in page or "assumption" in page
    dutch = people.client("gp").get(reverse(name)).content.decode()
    assert OWN.search(dutch) and '<span lang="nl">' not in dutch


def test_numbers_terms_and_signatures_are_in_english_too(people):
    """What the partners wrote beside a number or a term, and as what they signed."""
    page = people.client("gp", language="en").get(reverse("network:agreement")).content.decode()
    for dutch in (
        "omgerekend", "nieuwe diagnoses per jaar", "stap 3 en 4", "polikliniek 4 weken", "digitaal consult", "cardioloog,",
        "kaderhuisarts", "brief dezelfde",
    ):  # fmt: skip
        assert dutch not in page, dutch
    for english in (
        "241,300 per 17.5 million",
        "digital consultation within 48 hours",
        "cardiologist, Streekziekenhuis",
    ):
        assert english in page, english
    dutch = people.client("gp").get(reverse("network:agreement")).content.decode()
    assert "omgerekend" in dutch and "cardioloog, Streekziekenhuis" in dutch and "converted" not in dutch
