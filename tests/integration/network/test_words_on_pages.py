"""What pages say is for people: titles and not keys, no hash, no half sign."""

from __future__ import annotations

import re

import pytest
from django.template.loader import render_to_string
from django.urls import reverse

from anderhalf.apps.network.queries import pathway_on
from anderhalf.apps.referrals.views.gaps import cell_words

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_agreement_names_its_versions_by_title_and_shows_no_hash(people, language):
    page = people.client("vs", language=language).get(reverse("network:agreement")).content.decode()
    versions = page[page.index('id="versies"') :]
    assert "heart_failure 1" not in versions and "voorbeeldstreek 1" not in versions
    assert re.search(
        r"(zorgpad|pathway) (Hartfalen|Heart failure) \d", " ".join(re.sub("<[^>]+>", " ", versions).split())
    )
    assert not re.search(
        r"\b(?=[0-9a-f]*[a-f])(?=[0-9a-f]*\d)[0-9a-f]{12}\b", re.sub("<[^>]+>", " ", versions)
    )


@pytest.mark.parametrize(("cell", "words"), [(">1", "vaker dan 1 keer"), ("<=2", "2 keer of minder vaak")])
def test_how_often_is_said_in_words(network, at, cell, words):
    fact = pathway_on(network.key, "heart_failure", on=at.date()).facts["hf_admissions_12_months"]
    assert cell_words(cell, fact, "nl") == words


@pytest.mark.parametrize("unknown", ["ACE-remmer nog op startdosis", "ACE-remmer nog op startdosis."])
def test_a_list_that_ends_with_a_full_stop_gets_no_second_one(unknown):
    said = render_to_string("referrals/_unknown.html", {"unknown": unknown})
    assert "nog op startdosis. Controleer zelf." in said
