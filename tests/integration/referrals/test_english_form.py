"""The form on an English screen: no Dutch in what a field asks, whatever language the service began in."""

from __future__ import annotations

import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db


def test_how_a_date_is_typed_is_said_in_the_readers_language(people):
    for language, written, other in (("nl", "dd-mm-jjjj", "dd-mm-yyyy"), ("en", "dd-mm-yyyy", "dd-mm-jjjj")):
        client = people.client("poh", language=language)
        page = client.get(reverse("referrals:new"), {"nieuw": "1"}, follow=True).content.decode()
        assert written in page and other not in page


def test_units_are_written_in_the_readers_language(people):
    page = (
        people.client("poh", language="en")
        .get(reverse("referrals:new"), {"nieuw": "1"}, follow=True)
        .content.decode()
    )
    assert "1.73 m²" in page and "1,73 m²" not in page
