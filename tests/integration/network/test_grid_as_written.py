"""The grid as a person writes it: 5,5 and ja on a Dutch screen, 5.5 and yes on an English one, the same table below."""

from __future__ import annotations

import html
import re

import pytest
from django.urls import reverse

from anderhalf.apps.network.drafting.grid import read_grid
from anderhalf.apps.network.queries.drafts import base_of, text_of_table
from tests.support.drafting import page, sent, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("the_clock")]
TABLE = "exclusion"


def grid_of(draft):
    draft.refresh_from_db()
    return read_grid(text_of_table(draft, base_of(draft), TABLE))


def place(draft, rule, column):
    grid = grid_of(draft)
    return f"c-{[row[0] for row in grid.rows].index(rule)}-{grid.header.index(column)}"


def shown_on(client, draft):
    """What the page sends back when nothing is changed: each field with its value."""
    shown = client.get(page(draft, TABLE)).content.decode()
    fields = dict(re.findall(r'<input name="(c-\d+-\d+)" value="([^"]*)"', shown))
    fields |= dict(re.findall(r'<textarea name="(c-\d+-\d+)"[^>]*>([^<]*)</textarea>', shown))
    for name, options in re.findall(r'<select name="(c-\d+-\d+)"[^>]*>(.*?)</select>', shown, flags=re.S):
        fields[name] = re.findall(r'<option value="([^"]*)" selected>', options)[0]
    return {name: html.unescape(value) for name, value in fields.items()}


@pytest.mark.parametrize(
    ("language", "limit", "yes", "either"),
    [("nl", "<=3,0", "ja", "nee, onbekend"), ("en", "<=3.0", "yes", "no, unknown")],
)
def test_the_page_writes_as_the_reader_and_an_unchanged_page_changes_nothing(
    people, draft, language, limit, yes, either
):
    client = people.client("vs", language=language)
    fields = shown_on(client, draft)
    assert fields[place(draft, "EX-38", "potassium")] == limit
    assert fields[place(draft, "EX-38", "digoxin")] == yes
    assert fields[place(draft, "EX-65", "copd")] == either
    assert not [value for value in fields.values() if value in ("true", "false", "null")]
    before = grid_of(draft)
    assert len(fields) == before.cells
    draft.refresh_from_db()
    client.post(page(draft, TABLE), {**fields, "version": draft.version, "op": ""})
    assert grid_of(draft) == before


@pytest.mark.parametrize(
    ("language", "limit", "no"), [("nl", "<=3,1", "nee"), ("en", "<=3.1", "no"), ("nl", "<=3.1", "Nee")]
)
def test_what_is_typed_that_way_stands_in_the_table_in_its_own(people, draft, language, limit, no):
    client = people.client("vs", language=language)
    client.post(page(draft, TABLE), sent(draft, TABLE, EX_38__potassium=limit, EX_38__digoxin=no))
    grid = grid_of(draft)
    row = [one[0] for one in grid.rows].index("EX-38")
    assert (grid.at(row, "potassium"), grid.at(row, "digoxin")) == ("<=3.1", "false")


@pytest.mark.parametrize(("language", "typed"), [("nl", "<1.250"), ("nl", "3,0,5"), ("en", "<3,1")])
def test_a_number_that_may_be_two_is_not_saved_and_marked_with_all_that_was_typed(
    people, draft, language, typed
):
    client = people.client("vs", language=language)
    data = sent(draft, TABLE, EX_38__potassium=typed, EX_38__why_nl="Een andere uitleg, 3,1.")
    response = client.post(page(draft, TABLE), data)
    shown = html.unescape(text(response))
    assert response.status_code == 422
    assert f'value="{typed}"' in shown and "Een andere uitleg, 3,1." in shown
    assert ("op meer dan één manier" if language == "nl" else "in more than one way") in shown
    draft.refresh_from_db()
    assert draft.files == {}


def test_the_example_of_how_to_write_is_in_the_readers_own_way(people, draft):
    for language, limit, yes in (("nl", "&gt;=5,5", "ja"), ("en", "&gt;=5.5", "yes")):
        shown = people.client("vs", language=language).get(page(draft, TABLE)).content.decode()
        assert f"<code>{limit}</code>" in shown and f"<code>{yes}</code>" in shown


def test_a_cell_is_checked_in_the_readers_own_way(people, draft):
    address = reverse("network:draft_cell", args=[draft.pk, TABLE])
    name = place(draft, "EX-38", "digoxin")
    assert "wrong" not in text(people.client("vs").get(address, {name: "ja"}))
    assert "wrong" in text(people.client("vs").get(address, {name: "misschien"}))
    assert "wrong" not in text(people.client("vs", language="en").get(address, {name: "yes"}))


@pytest.mark.parametrize(
    ("language", "typed", "told", "well"),
    [
        ("nl", "misschien", "Schrijf ja of nee", "Bewaard en gecontroleerd"),
        ("en", "perhaps", "Write yes or no", "Saved and checked"),
    ],
)
def test_a_word_in_a_column_of_yes_and_no_says_what_to_write_and_nothing_green(
    people, draft, language, typed, told, well
):
    client = people.client("vs", language=language)
    data = sent(draft, TABLE, EX_38__digoxin=typed)
    name = place(draft, "EX-38", "digoxin")
    beside = client.get(reverse("network:draft_cell", args=[draft.pk, TABLE]), {name: typed}).content.decode()
    assert told in beside
    said = client.post(page(draft, TABLE), data, follow=True).content.decode()
    assert told in said and well not in said


def test_the_sign_for_at_least_is_a_limit(people, draft):
    client = people.client("vs")
    client.post(page(draft, TABLE), sent(draft, TABLE, EX_38__potassium="≤ 3,1"))
    grid = grid_of(draft)
    assert grid.at([one[0] for one in grid.rows].index("EX-38"), "potassium").replace(" ", "") == "<=3.1"
