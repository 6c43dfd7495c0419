"""The A4s on screen, trying a table out, the grid cell by cell, and tables in and out as files."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pypdf import PdfReader

from anderhalf.apps.network import queries
from anderhalf.apps.network.drafting.grid import read_grid
from anderhalf.apps.network.queries.drafts import base_of, text_of_table
from anderhalf.core.decisions.dmn import read_dmn
from anderhalf.core.decisions.identity import table_hash
from tests.support.drafting import PATHWAY, page, sent, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("the_clock")]
NETWORK = "voorbeeldstreek"


# ---- the A4 ----


@pytest.mark.parametrize("role", ["gp", "poh", "vs", "cardiologist", "patient", "project_leader"])
def test_everyone_of_the_network_sees_the_a4(people, role):
    client = people.client(role)
    assert reverse("network:sheet") in text(client.get(reverse("network:agreement")))
    shown = client.get(reverse("network:sheet"))
    assert shown.status_code == 200
    assert f"{PATHWAY}-nl.svg?blad=1" in text(shown)
    assert f"{PATHWAY}-nl.svg?blad=2" in text(shown)


@pytest.mark.parametrize(
    ("form", "page", "start", "name"),
    [
        ("pdf", "1", b"%PDF", "heart-failure-1.0.0-en.pdf"),
        ("svg", "1", b"<svg", "heart-failure-1.0.0-en-1.svg"),
        ("svg", "2", b"<svg", "heart-failure-1.0.0-en-2.svg"),
        ("png", "2", b"\x89PNG", "heart-failure-1.0.0-en-2.png"),
    ],
)
def test_the_a4_downloads(vs, form, page, start, name):
    response = vs.get(
        reverse("network:sheet_file", args=[PATHWAY, "en", form]), {"download": "", "blad": page}
    )
    assert response.content.startswith(start)
    assert f'attachment; filename="{name}"' in response["Content-Disposition"]


def test_the_code_on_the_a4_leads_to_the_live_page_and_its_text_to_the_rules(vs):
    response = vs.get(reverse("network:sheet_file", args=[PATHWAY, "nl", "pdf"]))
    words = "".join(PdfReader(io.BytesIO(response.content)).pages[1].extract_text().split())
    assert "NT-proBNPvanaf125ng/l" in words
    assert vs.get("/afspraak/a4/copd-nl.pdf").status_code == 404
    assert vs.get("/afspraak/a4/heart_failure-fr.pdf").status_code == 404


def test_a_picture_is_one_of_the_two_pages(vs):
    address = reverse("network:sheet_file", args=[PATHWAY, "nl", "svg"])
    first, second = (vs.get(address, {"blad": page}).content for page in ("1", "2"))
    assert first != second
    assert vs.get(address).content == first
    assert vs.get(address, {"blad": "3"}).status_code == 404


def test_an_anonymous_reader_is_sent_to_sign_in(client, network):
    assert client.get(reverse("network:sheet")).status_code == 302


# ---- trying out ----


def try_out(client, **facts):
    address = reverse("network:try_out", args=[PATHWAY, "referral"])
    return text(client.get(address, {f"f_{name}": value for name, value in facts.items()}))


SUSPECTED = {
    "question": "diagnosis", "referred_from": "first", "heart_failure_known": "false", "new_angina": "false",
    "correctable_cause_suspected": "false", "specific_cause_suspected": "false", "heart_rate": "80",
    "orthopnoea": "false",
}  # fmt: skip


def test_a_table_is_tried_out(people):
    shown = try_out(people.client("poh"), **SUSPECTED, nt_probnp="125")
    assert "Beslist" in shown
    assert "binnen 4 weken" in shown
    assert "RF-26" in shown


def test_what_is_missing_is_asked(people):
    shown = try_out(people.client("poh"), **SUSPECTED)
    assert "Nog niet te beslissen" in shown
    assert 'href="#id_f_nt_probnp"' in shown


def test_a_value_that_cannot_be_is_said_and_does_not_count(people):
    shown = try_out(people.client("poh"), **SUSPECTED, nt_probnp="-5")
    assert "kan niet" in shown
    assert "Nog niet te beslissen" in shown


def test_a_decimal_comma_is_read(people):
    shown = try_out(
        people.client("poh"), **SUSPECTED, nt_probnp="124,9", ecg_result="normal", rhythm="sinus", bmi="27,5"
    )
    assert "1e lijn" in shown


def test_every_table_can_be_tried_out_in_english(people):
    client = people.client("gp", language="en")
    pathway = queries.pathway_on(NETWORK, PATHWAY, on=people.at.date())
    for table in pathway.tables:
        response = client.get(reverse("network:try_out", args=[PATHWAY, table]))
        assert response.status_code == 200
        assert "What would be decided for" in text(response)


# ---- the grid ----


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (">=150", "150 ng/l of meer"),
        ("-", "maakt niet uit"),
        (">=1,5", "1,5 ng/l of meer"),
        (">=1.5", "1,5 ng/l of meer"),
        (">=1.250", "op meer dan één manier"),
        ("1,2,3", "op meer dan één manier"),
        ("[5..1]", "er ligt niets in dit interval"),
        ('"hoog"', "is een getal"),
        ("", "de cel is leeg"),
    ],
)
def test_a_cell_is_checked_as_it_is_typed(vs, draft, cell, said):
    grid = read_grid(text_of_table(draft, base_of(draft), "referral"))
    name = f"c-25-{grid.header.index('nt_probnp')}"
    shown = text(vs.get(reverse("network:draft_cell", args=[draft.pk, "referral"]), {name: cell}))
    assert said in shown
    draft.refresh_from_db()
    assert draft.files == {}


def test_a_code_that_is_not_in_the_list_is_said_while_typing(vs, draft):
    grid = read_grid(text_of_table(draft, base_of(draft), "referral"))
    name = f"c-25-{grid.header.index('rhythm')}"
    shown = text(vs.get(reverse("network:draft_cell", args=[draft.pk, "referral"]), {name: '"sinus", "vf"'}))
    assert "vf staat niet in de lijst" in shown


def test_a_cell_that_cannot_be_read_is_kept_and_named(vs, draft):
    shown = text(vs.post(page(draft), sent(draft, RF_26__nt_probnp=">=veel"), follow=True))
    draft.refresh_from_db()
    assert draft.checks["errors"] == 1
    assert "Niet te lezen" in shown
    assert 'value="&gt;=veel"' in shown
    assert vs.get(reverse("network:draft_rehearsal", args=[draft.pk, "referral"])).status_code == 302
    assert "nog niet te lezen" in text(vs.get(reverse("network:draft", args=[draft.pk])))


def test_rows_are_added_moved_and_removed(vs, draft):
    before = [row[0] for row in read_grid(text_of_table(draft, base_of(draft), "referral")).rows]
    free = next(name for n in range(1, 100) if (name := f"RF-{n:02}") not in before)
    vs.post(page(draft), sent(draft, op="add:25"))
    draft.refresh_from_db()
    rows = read_grid(draft.files["referral.csv"]).rows
    assert [row[0] for row in rows] == [*before[:26], free, *before[26:]]
    assert draft.checks["errors"] > 0  # a rule without explanation and source
    vs.post(page(draft), sent(draft, op="remove:26"))
    draft.refresh_from_db()
    assert draft.files == {}
    vs.post(page(draft), sent(draft, op="up:25"))
    draft.refresh_from_db()
    moved = [row[0] for row in read_grid(draft.files["referral.csv"]).rows]
    assert moved == [*before[:24], before[25], before[24], *before[26:]]
    assert "andere plaats" in text(vs.get(reverse("network:draft", args=[draft.pk])))


def test_what_was_typed_is_not_lost_by_moving_a_row(vs, draft):
    vs.post(page(draft), sent(draft, op="down:0", RF_26__nt_probnp=">=150"))
    draft.refresh_from_db()
    assert ">=150" in draft.files["referral.csv"]


def test_a_fact_becomes_a_column(vs, draft):
    vs.post(page(draft), sent(draft, op="column:ferritin"))
    draft.refresh_from_db()
    assert "ferritin" in read_grid(draft.files["referral.csv"]).header
    assert draft.checks["warnings"] == 1  # no rule uses it yet
    vs.post(page(draft), sent(draft, op="drop:nt_probnp"))
    draft.refresh_from_db()
    assert "nt_probnp" in read_grid(draft.files["referral.csv"]).header


def test_putting_it_back_as_it_was_changes_nothing(vs, draft):
    vs.post(page(draft), sent(draft, RF_26__nt_probnp=">=150"))
    vs.post(page(draft), sent(draft, RF_26__nt_probnp=">=125"))
    draft.refresh_from_db()
    assert draft.files == {}


def test_a_code_outside_its_list_comes_with_an_example(vs, draft):
    shown = text(vs.post(page(draft), sent(draft, RF_24__rhythm='"vf"'), follow=True))
    assert "Niet in de lijst" in shown or "staat niet in de lijst" in shown
    draft.refresh_from_db()
    assert draft.checks["errors"] >= 1


def test_the_pages_of_changing_are_complete_in_english(people, draft):
    client = people.client("vs", language="en")
    client.post(page(draft), sent(draft, RF_26__nt_probnp=">=150"))
    for address in (reverse("network:drafts"), reverse("network:draft", args=[draft.pk]), page(draft)):
        response = client.get(address)
        assert response.status_code == 200
        shown = text(response)
        for dutch in ("Handtekeningen", "Bewaren", "Geen enkele regel", "Nog niet", "Wijziging"):
            assert dutch not in shown, (address, dutch)
    assert "No rule holds for whoever meets all of the following" in shown


# ---- files ----


def upload(client, draft, content, name, table="referral"):
    draft.refresh_from_db()
    return client.post(
        reverse("network:draft_import", args=[draft.pk, table]),
        {"file": SimpleUploadedFile(name, content), "version": draft.version},
        follow=True,
    )


@pytest.mark.parametrize("table", ["exclusion", "referral", "to_do", "stable", "phenotype"])
@pytest.mark.parametrize("form", ["csv", "dmn"])
def test_out_and_in_again_is_the_same_table(vs, draft, table, form):
    """Nothing is lost on the way: not a unit, a source, a grade or what a rule does when a fact is unknown."""
    content = vs.get(reverse("network:export", args=[PATHWAY, table, form])).content
    shown = upload(vs, draft, content, f"{table}.{form}", table)
    assert "Ingelezen en gecontroleerd" in text(shown)
    draft.refresh_from_db()
    assert draft.files == {}, draft.files.get(f"{table}.csv", "")[:600]


def test_the_dmn_is_what_other_tools_read(vs, at):
    content = vs.get(reverse("network:export", args=[PATHWAY, "referral", "dmn"])).content
    assert ET.fromstring(content).tag.endswith("definitions")
    pathway = queries.pathway_on(NETWORK, PATHWAY, on=at.date())
    (table,) = read_dmn(content, facts=pathway.facts).tables.values()
    assert len(table.rules) == len(pathway.tables["referral"].rules)
    assert table_hash(table) == table_hash(pathway.tables["referral"])


def test_a_changed_file_becomes_the_draft(vs, draft):
    content = vs.get(reverse("network:export", args=[PATHWAY, "referral", "csv"])).content
    upload(vs, draft, content.replace(b">=2000", b">=2500"), "anders.csv")
    draft.refresh_from_db()
    assert ">=2500" in draft.files["referral.csv"]
    exported = vs.get(reverse("network:draft_export", args=[draft.pk, "referral", "csv"])).content
    assert b">=2500" in exported


@pytest.mark.parametrize(
    ("name", "damage", "said"),
    [
        ("a.csv", lambda text: text.replace(b">=125", b'">=1,25"'), "komma in een getal"),
        ("a.csv", lambda text: text.replace(b"RF-02", b"RF-01"), "is al het nummer"),
        ("a.csv", lambda text: text.replace(b",", b";"), "puntkomma"),
        ("a.csv", lambda text: text.replace(b"nt_probnp", b"nt_pro_bnp"), "geen gegeven van het woordenboek"),
        ("a.csv", lambda text: text[: text.index(b"RF-26") + 20], "deze rij"),  # cut off within a row
        ("a.csv", lambda text: text.decode().replace("é", "\xe9").encode("latin-1", "replace"), "UTF-8"),
        ("a.csv", lambda _text: b"\n\n", "geen kopregel"),
        ("a.csv", lambda _text: b"\x00\x01\x02", "binaire gegevens"),
        ("a.dmn", lambda _text: b"<html></html>", "geen DMN-bestand"),
        ("a.xml", lambda _text: b'<!DOCTYPE x [<!ENTITY a "b">]><definitions/>', "entity wordt niet gelezen"),
    ],
)
def test_what_is_wrong_with_a_file_is_named_and_nothing_is_taken_over(vs, draft, name, damage, said):
    content = vs.get(reverse("network:export", args=[PATHWAY, "referral", "csv"])).content
    response = upload(vs, draft, damage(content), name)
    draft.refresh_from_db()
    assert draft.files == {}
    if content != damage(content):
        assert response.status_code == 422
        assert said in text(response)


def test_another_table_does_not_go_in_here(vs, draft):
    content = vs.get(reverse("network:export", args=[PATHWAY, "stable", "dmn"])).content
    response = upload(vs, draft, content, "stable.dmn", "referral")
    assert response.status_code == 422
    draft.refresh_from_db()
    assert draft.files == {}


def test_who_may_not_write_cannot_read_a_file_in(people, draft):
    response = people.client("poh").post(
        reverse("network:draft_import", args=[draft.pk, "referral"]),
        {"file": SimpleUploadedFile("a.csv", b"id")},
    )
    assert response.status_code == 403
