"""Whom somebody searches for stands in no address: not in the browser's history, not in a referrer, not in a log."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.urls import reverse

import anderhalf
from anderhalf.apps.people.searches import FIELDS, KEPT
from tests.support.searching import search

SOURCE = Path(anderhalf.__file__).parent
FORM = re.compile(r"<form\b.*?</form>|<c-filter-bar\b.*?</c-filter-bar>", re.DOTALL)
TYPED = re.compile(r'<input[^>]*type="(?:search|text)"|<textarea|<input(?![^>]*type=)', re.DOTALL)
FACTS_OF_NOBODY = {"try_out.html"}
"""Values of an invented person on the try-out of an agreement."""
SEARCHES = [
    ("gp", "people:patients", "q"),
    ("gp", "referrals:new", "zoek"),
    ("gp", "referrals:list", "zoek"),
    ("gp", "letters:inbox", "zoek"),
    ("vs", "referrals:triage", "zoek"),
    ("vs", "clinic:in_care", "q"),
    ("vs", "clinic:population", "q"),
]


def asks_in_the_address(text: str) -> list[str]:
    """The forms in a template that put typed words in the address."""
    found = []
    for form in FORM.findall(text):
        opening = form[: form.index(">") + 1]
        filter_bar = opening.startswith("<c-filter-bar")
        posted = (
            "search=" in opening if filter_bar else 'method="post"' in opening or 'method="dialog"' in opening
        )
        if not posted and TYPED.search(form):
            found.append(opening)
    return found


def test_no_form_puts_typed_words_in_an_address():
    templates = [one for one in SOURCE.rglob("*.html") if one.name not in FACTS_OF_NOBODY]
    assert len(templates) > 100
    wrong = {
        f"{one.relative_to(SOURCE)}": found
        for one in templates
        if (found := asks_in_the_address(one.read_text()))
    }
    # The component is both: with `search` it is posted.
    assert set(wrong) <= {"web/templates/cotton/filter_bar.html"}
    assert asks_in_the_address('<form method="get"><input type="search" name="q"></form>'), "the scan sees it"
    assert asks_in_the_address('<c-filter-bar target="#l"><input type="search" name="q"></c-filter-bar>')


def test_no_view_reads_searched_words_from_the_address():
    reads = re.compile(rf'GET(?:\.get\(|\[)"(?:{"|".join(FIELDS)})"')
    wrong = [one.name for one in SOURCE.rglob("*.py") if reads.search(one.read_text())]
    assert wrong == []


@pytest.mark.django_db
@pytest.mark.parametrize(("role", "name", "field"), SEARCHES)
@pytest.mark.parametrize("typed", ["Voorbeeldsma", "999990019", "14-03-1948"])
def test_a_search_leads_to_an_address_without_the_words(people, role, name, field, typed):
    client = people.client(role)
    address = reverse(name)
    response = search(client, address, field, typed, follow=False, page=2)
    assert response.status_code == 302 and response.url.startswith(f"{address}?{field}=")
    assert typed not in response.url and typed.lower() not in response.url.lower()
    assert typed not in str(client.session[KEPT]), "sealed in the session too"
    page = client.get(response.url)
    assert page.status_code == 200
    links = re.findall(r'(?:href|action|hx-get|hx-post)="([^"]*)"', page.content.decode())
    assert not [one for one in links if typed in one]
    assert search(client, address, field, typed, follow=False).url == response.url, (
        "one key for the same words"
    )


@pytest.mark.django_db
def test_the_key_works_again_and_only_here(people, a_patient):
    client = people.client("gp")
    to = search(client, "/patienten/", "q", a_patient.family_name, follow=False).url
    for _again in range(2):  # a reload, the back button
        assert a_patient.full_name.split()[-1] in client.get(to).content.decode()
    other = people.client("poh").get(to).content.decode()
    assert "Deze zoekactie is niet meer bekend" in other
    raw = client.get(f"/patienten/?q={a_patient.family_name}").content.decode()
    assert "Deze zoekactie is niet meer bekend" in raw, "words in an address are not searched for"


@pytest.mark.django_db
def test_the_next_page_keeps_the_search(people):
    for _one in range(60):
        people.patient(family_name="Bladerman")
    client = people.client("gp")
    to = search(client, "/patienten/", "q", "Bladerman", follow=False).url
    page = client.get(to).content.decode()
    following = re.search(r'href="([^"]*page=2[^"]*)"', page)[1].replace("&amp;", "&")
    assert to.split("?")[1] in following and "Bladerman" not in following
    assert (
        "Bladerman"
        in client.get(f"/patienten/{following}" if following.startswith("?") else following).content.decode()
    )
