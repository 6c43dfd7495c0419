"""A changed rule can't lie: on screen, by file and from the folder its text and source must follow."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from anderhalf.apps.network import actions, queries
from anderhalf.apps.network.drafting.checking import meta_of
from anderhalf.apps.network.drafting.grid import read_grid, write_grid
from anderhalf.apps.network.models import ContentVersion
from anderhalf.apps.network.queries.drafts import base_of, text_of_table
from anderhalf.content import ContentErrors, load_pathway, pathway_folder, read_folder
from anderhalf.core.decisions.dmn import write_dmn
from anderhalf.core.decisions.table import read_table
from tests.support.drafting import PATHWAY, page, sent, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("the_clock")]
NETWORK = "voorbeeldstreek"


def upload(client, draft, content, name, table="referral"):
    draft.refresh_from_db()
    return client.post(
        reverse("network:draft_import", args=[draft.pk, table]),
        {"file": SimpleUploadedFile(name, content), "version": draft.version},
        follow=True,
    )


NEW_TEXT = {
    "EX_08__why_nl": "Bovendruk onder 100 mmHg: dezelfde dag bellen.",
    "EX_08__why_en": "Systolic pressure below 100 mmHg: call the same day.",
}


def cell_of(draft, rule, column, table="exclusion"):
    draft.refresh_from_db()
    grid = read_grid(text_of_table(draft, base_of(draft), table))
    row = [row[0] for row in grid.rows].index(rule)
    return grid.at(row, column)


def kinds(draft):
    """Rule by rule what the check says of texts and sources of the exclusion table."""
    draft.refresh_from_db()
    found = draft.checks["tables"]["exclusion"]["faults"]
    return {fault["column"] for fault in found if "EX-08" in fault["message"]}


def typed(vs, draft, **cells):
    return text(vs.post(page(draft, "exclusion"), sent(draft, table="exclusion", **cells), follow=True))


def by_csv(vs, draft, **cells):
    base = base_of(draft).files["exclusion.csv"]
    return text(upload(vs, draft, _typed_over(base, cells).encode(), "exclusion.csv", "exclusion"))


def by_dmn(vs, draft, **cells):
    """As another tool gives it back: with the rules, without a source or grade of its own."""
    base = base_of(draft)
    table = read_table(
        _typed_over(base.files["exclusion.csv"], cells),
        meta=meta_of(base.tables["exclusion"]),
        facts=base.facts,
    )
    bare = replace(table, rules=tuple(replace(rule, source="", grade="") for rule in table.rules))
    return text(upload(vs, draft, write_dmn([bare], name="exclusion"), "exclusion.dmn", "exclusion"))


def _typed_over(base, cells):
    grid = read_grid(base)
    rows = [list(row) for row in grid.rows]
    for name, value in cells.items():
        rule, column = name.split("__", 1)
        at = [row[0] for row in rows].index(rule.replace("_", "-"))
        rows[at][grid.header.index(column)] = value
    return write_grid(replace(grid, rows=tuple(tuple(row) for row in rows)))


@pytest.mark.parametrize("road", [typed, by_csv, by_dmn])
def test_a_changed_rule_must_say_so_by_every_road(vs, draft, at, road):
    road(vs, draft, EX_08__systolic_bp="<100")
    assert {"why_nl", "why_en"} <= kinds(draft)
    refused = vs.post(
        reverse("network:draft_submit", args=[draft.pk]),
        {"valid_from": f"{at:%d-%m-%Y}", "because": "Proef."},
        follow=True,
    )
    assert "fouten in de tabellen" in text(refused)
    draft.refresh_from_db()
    assert draft.state == "draft"
    road(vs, draft, EX_08__systolic_bp="<100", **NEW_TEXT)
    assert kinds(draft) == set()


@pytest.mark.parametrize("road", [typed, by_csv, by_dmn])
def test_a_published_source_becomes_the_own_agreement_by_every_road(vs, draft, road):
    before = (cell_of(draft, "EX-05", "source"), cell_of(draft, "EX-05", "grade"))
    assert before == ("ESC21 Table 21", "A")
    road(vs, draft, EX_05__oxygen_saturation="<92")
    assert cell_of(draft, "EX-05", "source") == "local; ESC21 Table 21"
    assert cell_of(draft, "EX-05", "grade") == "local"
    road(vs, draft, EX_05__oxygen_saturation="<90")
    draft.refresh_from_db()
    assert draft.files == {}


def test_who_signs_sees_text_and_source_beside_the_cells(vs, draft):
    typed(vs, draft, EX_05__oxygen_saturation="<92")
    shown = text(vs.get(reverse("network:draft", args=[draft.pk])))
    assert "tekst ongewijzigd" in shown
    assert "Saturatie onder 90%: zuurstof nodig." in shown
    assert "<del>ESC21 Table 21</del>" in shown
    assert "<ins>local; ESC21 Table 21</ins>" in shown
    assert "<del>A</del>" in shown
    typed(vs, draft, EX_05__why_nl="Saturatie onder 92%: zuurstof.")
    shown = text(vs.get(reverse("network:draft", args=[draft.pk])))
    assert "<ins>Saturatie onder 92%: zuurstof.</ins>" in shown


def test_a_change_that_touches_a_number_elsewhere_is_named(vs, draft):
    """The to-do table says that a saturation below 90 is an emergency; the limit stands in another table."""
    typed(
        vs,
        draft,
        EX_05__oxygen_saturation="<91",
        EX_05__why_nl="Saturatie onder 91%: zuurstof nodig.",
        EX_05__why_en="Saturation below 91%: oxygen is needed.",
    )
    draft.refresh_from_db()
    assert draft.checks["errors"] == 2  # in both languages
    assert {fault["file"] for fault in draft.checks["elsewhere"]} == {"to_do.csv"}
    shown = text(vs.get(reverse("network:draft", args=[draft.pk])))
    assert "regel TD-16: het getal 90 in de tekst staat in geen cel van de regel" in shown


def test_a_number_elsewhere_is_mended_in_the_same_draft(vs, draft):
    told = {
        "EX_05__oxygen_saturation": "<91",
        "EX_05__why_nl": "Saturatie onder 91%: zuurstof nodig.",
        "EX_05__why_en": "Saturation below 91%: oxygen is needed.",
    }
    typed(vs, draft, **told)
    to_do = {
        "TD_16__why_nl": "Meet de saturatie: onder 91% is het spoed.",
        "TD_16__why_en": "Measure the saturation: below 91% is an emergency.",
    }
    vs.post(page(draft, "to_do"), sent(draft, table="to_do", **to_do), follow=True)
    draft.refresh_from_db()
    assert draft.checks["errors"] == 0


def test_a_folder_whose_changed_rule_kept_its_text_is_not_published(draft, at):
    """The road of an upgrade: the folder is read again beside the version that was published before."""
    folder = pathway_folder(PATHWAY)
    files = dict(read_folder(folder))
    files["exclusion.csv"] = _typed_over(files["exclusion.csv"], {"EX_08__systolic_bp": "<100"})
    number = base_of(draft).version
    files["pathway.toml"] = files["pathway.toml"].replace(f'version = "{number}"', 'version = "9.0.0"', 1)
    files["CHANGELOG.md"] += "\n## 9.0.0\n"
    pathways = {PATHWAY: load_pathway(files, "folder")}
    running = queries.agreement_on(NETWORK, on=at.date())
    with pytest.raises(ContentErrors) as refused:
        actions.publish(agreement=running, pathways=pathways, at=at)
    said = {(fault.file, fault.cell) for fault in refused.value.faults}
    assert {("exclusion.csv", "why_nl"), ("exclusion.csv", "why_en")} <= said
    assert not ContentVersion.objects.filter(key=PATHWAY, version="9.0.0").exists()
    # with the words that go with it, it is
    told = {"EX_08__systolic_bp": "<100", **NEW_TEXT}
    files["exclusion.csv"] = _typed_over(base_of(draft).files["exclusion.csv"], told)
    actions.publish(agreement=running, pathways={PATHWAY: load_pathway(files, "folder")}, at=at)
    assert ContentVersion.objects.filter(key=PATHWAY, version="9.0.0").exists()
