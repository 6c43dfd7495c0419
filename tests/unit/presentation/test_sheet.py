"""The A4s themselves: two pages, in both languages, with every criterion and every outcome on it as text."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import replace
from datetime import date

import pytest
from pypdf import PdfReader
from typer.testing import CliRunner

from anderhalf.cli import app
from anderhalf.content import load_network, load_pathway, network_folder, pathway_folder, read_folder
from anderhalf.core.pathway.flowchart.chart import build_chart
from anderhalf.core.pathway.flowchart.words import criterion
from anderhalf.presentation.sheet import SIZES, DoesNotFit, draw_sheet
from anderhalf.presentation.sheet.letterhead import letterhead_of

SMALLEST_READABLE = 6.5
WALL = 7.5
LANGUAGES = ("nl", "en")
DAY = date(2025, 11, 12)


@pytest.fixture(scope="module")
def pathways():
    return {
        key: load_pathway(read_folder(pathway_folder(key)), key)
        for key in ("heart_failure", "atrial_fibrillation")
    }


@pytest.fixture(scope="module")
def pathway(pathways):
    return pathways["heart_failure"]


@pytest.fixture(scope="module")
def agreement(pathways):
    return load_network(read_folder(network_folder("voorbeeldstreek")), "voorbeeldstreek", pathways=pathways)


def drawn(pathway, agreement, language, form="pdf", page=1):
    head = letterhead_of(
        agreement, pathway, on=DAY, url="https://voorbeeld.test/afspraak/a4/", language=language
    )
    return draw_sheet(build_chart(pathway, language=language), head, format=form)[page - 1]


def squeezed(text: str) -> str:
    """Text without white space (or what keeps words together): where a line was broken does not matter."""
    return re.sub(r"[\s\u2060]+", "", text)


def usual_size(page) -> float:
    """The letter size of most of the text of a page, in points."""
    found: Counter[float] = Counter()

    def note(text, _cm, tm, _font, size):
        found[round(size * abs(tm[3] or tm[0]), 2)] += len(text.strip())

    page.extract_text(visitor_text=note)
    return found.most_common(1)[0][0]


def text_of(pdf: bytes) -> str:
    reader = PdfReader(io.BytesIO(pdf))
    return squeezed("".join(page.extract_text() for page in reader.pages))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", ["heart_failure", "atrial_fibrillation"])
def test_it_is_two_landscape_a4s(pathways, agreement, language, key):
    reader = PdfReader(io.BytesIO(drawn(pathways[key], agreement, language)))
    assert len(reader.pages) == 2
    for page in reader.pages:
        assert (round(float(page.mediabox.width)), round(float(page.mediabox.height))) == (842, 595)


@pytest.mark.parametrize("key", ["heart_failure", "atrial_fibrillation"])
def test_danger_stands_whole_on_the_first_page_and_the_rest_on_the_second(pathways, agreement, key):
    pathway = pathways[key]
    reader = PdfReader(io.BytesIO(drawn(pathway, agreement, "nl")))
    first, second = (squeezed(page.extract_text()) for page in reader.pages)
    for rule in pathway.tables["exclusion"].rules:
        assert rule.id in first
        assert rule.id not in second
    for name in ("referral", "to_do"):
        for rule in pathway.tables[name].rules:
            assert rule.id in second
            assert rule.id not in first


@pytest.mark.parametrize(
    ("language", "to_second", "to_first"),
    [
        ("nl", "blad 2: waarheen", "eerst blad 1: is het spoed"),
        ("en", "page 2: where to", "page 1 first: is it urgent"),
    ],
)
def test_each_page_says_where_the_other_is_and_whom_to_call(
    pathway, agreement, language, to_second, to_first
):
    reader = PdfReader(io.BytesIO(drawn(pathway, agreement, language)))
    first, second = (squeezed(page.extract_text()) for page in reader.pages)
    assert squeezed(to_second) in first
    assert squeezed(to_first) in second
    for page in (first, second):
        assert "099-9990021" in page
        assert "1.0.0" in page


def test_a_page_says_how_old_the_facts_it_asks_may_be(pathway):
    first, second = build_chart(pathway, language="nl").pages
    asked = {fact for one in first.freshness for fact in one.facts}
    assert "Klachten bij zeer hoge bloeddruk" in asked
    assert "TSH" not in asked
    assert "TSH" in {fact for one in second.freshness for fact in one.facts}


@pytest.mark.parametrize("key", ["heart_failure", "atrial_fibrillation"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_both_pages_are_read_from_the_wall(pathways, agreement, language, key):
    """Well above the smallest letter that is allowed: when this fails, the next rules need another decision."""
    reader = PdfReader(io.BytesIO(drawn(pathways[key], agreement, language)))
    for page in reader.pages:
        assert usual_size(page) >= WALL


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_criterion_and_every_outcome_is_on_it(pathway, agreement, language):
    text = text_of(drawn(pathway, agreement, language))
    for name in ("exclusion", "referral", "to_do"):
        table = pathway.tables[name]
        for rule in table.rules:
            assert rule.id in text
            for fact in table.inputs:
                asked = criterion(fact, rule.cells[fact.name], language)
                assert squeezed(asked) in text, (rule.id, asked)
            for spec in table.outputs:
                if rule.outputs.get("line") == "none" and spec.name != "action":
                    continue  # "no exclusion" is the way down, not a box
                value = str(rule.outputs[spec.name])
                labels = {
                    "line": pathway.lines,
                    "urgency": {k: u.label for k, u in pathway.urgencies.items()},
                }
                label = labels.get(spec.name, spec.labels)[value][language]
                assert squeezed(label) in text, (rule.id, label)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_criterion_stands_beside_its_rule(pathway, agreement, language):
    """The text between one rule id and the next holds what that rule asks, or what it shares with the rule before, which
    is said once: nothing has changed places."""
    text = text_of(drawn(pathway, agreement, language))
    table = pathway.tables["exclusion"]
    start, before = 0, set()
    for rule in table.rules[:-1]:
        end = text.index(rule.id, start)
        asked = {squeezed(criterion(fact, rule.cells[fact.name], language)) for fact in table.inputs}
        assert {one for one in asked if one not in text[start:end]} <= before, rule.id
        start, before = end, asked


def test_numbers_of_the_tables_themselves_are_on_it(pathway, agreement):
    """Apart from our own wording: every number in a cell of the CSV is on the paper, as Dutch readers write it."""
    text = text_of(drawn(pathway, agreement, "nl"))
    for name in ("exclusion", "referral", "to_do"):
        numbers = {
            number
            for rule in pathway.tables[name].rules
            for test in rule.cells.values()
            for number in re.findall(r"\d+(?:\.\d+)?", test.text)
        }
        for number in numbers:
            assert number.replace(".", ",") in text


def test_a_changed_table_changes_the_sheet(pathway, agreement):
    files = dict(pathway.files)
    files["exclusion.csv"] = files["exclusion.csv"].replace(">6.0", ">5.7")
    changed = load_pathway(files, "changed")
    text = text_of(drawn(changed, agreement, "nl"))
    assert "Kaliumboven5,7mmol/l" in text
    assert "Kaliumboven6,0mmol/l" not in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_letter_is_too_small_to_read(pathway, agreement, language):
    sizes = set()

    def note(text, _cm, tm, _font, size):
        if text.strip():
            sizes.add(round(size * abs(tm[3] or tm[0]), 2))

    for page in PdfReader(io.BytesIO(drawn(pathway, agreement, language))).pages:
        page.extract_text(visitor_text=note)
    assert min(sizes) >= SMALLEST_READABLE - 0.01
    assert min(SIZES) >= SMALLEST_READABLE


def test_whose_it_is_and_whom_to_call(pathway, agreement):
    text = text_of(drawn(pathway, agreement, "nl"))
    for said in (
        "099-9990021",
        "099-9990011",
        "099-9990012",
        "versie1.0.0",
        "geldigvanaf01-01-2024",
        "CentrumOost",
    ):
        assert said in text
    before_west = letterhead_of(agreement, pathway, on=date(2025, 1, 1), url="https://x.test", language="nl")
    assert "Centrum West" not in [phone.name for phone in before_west.phones]


def test_the_drawing_is_vector(pathway, agreement):
    pdf = drawn(pathway, agreement, "nl")
    assert not any(page.images for page in PdfReader(io.BytesIO(pdf)).pages)
    for page in (1, 2):
        root = ET.fromstring(drawn(pathway, agreement, "nl", "svg", page))
        assert root.tag.endswith("svg")
        assert drawn(pathway, agreement, "nl", "png", page).startswith(b"\x89PNG")


def test_the_same_tables_give_the_same_file(pathway, agreement):
    first = drawn(pathway, agreement, "en")
    draw_sheet.cache_clear()
    assert drawn(pathway, agreement, "en") == first


def test_text_of_a_table_is_never_code(pathway, agreement):
    files = dict(pathway.files)
    files["facts.toml"] = files["facts.toml"].replace('nl = "Kalium"', 'nl = "#panic(1) *Kalium* $x$ <a>"')
    assert squeezed("#panic(1) *Kalium* $x$ <a>") in text_of(
        drawn(load_pathway(files, "odd"), agreement, "nl")
    )


def test_more_than_a_page_can_hold_is_refused_not_cut_off(pathway, agreement):
    table = pathway.tables["referral"]
    many = tuple(replace(rule, id=f"{rule.id}-{copy}") for copy in range(6) for rule in table.rules)
    crowded = replace(pathway, tables={**pathway.tables, "referral": replace(table, rules=many)})
    with pytest.raises(DoesNotFit, match="page 2 of Hartfalen does not fit"):
        drawn(crowded, agreement, "nl")


def test_the_command_writes_what_its_file_name_says(tmp_path):
    runner = CliRunner()
    for name in ("a4.pdf", "a4.svg"):
        made = runner.invoke(app, ["agreement", "draw", "--on", "2025-11-12", "--out", str(tmp_path / name)])
        assert made.exit_code == 0, made.output
    assert (tmp_path / "a4.pdf").read_bytes().startswith(b"%PDF")
    assert not (tmp_path / "a4.svg").exists()
    first, second = ((tmp_path / f"a4-{page}.svg").read_bytes() for page in (1, 2))
    assert b"<svg" in first[:200]
    assert b"<svg" in second[:200]
    assert first != second


@pytest.mark.parametrize(
    ("arguments", "code", "why"),
    [
        (["--out", "a4.docx"], 2, ".pdf, .svg or .png"),
        (["--out", "a4.pdf", "--language", "fr"], 2, "nl or en"),
        (["--out", "a4.pdf", "--network", "nergens"], 1, "no folder"),
        (["--out", "a4.pdf", "--pathway", "copd"], 1, "not copd"),
    ],
)
def test_the_command_says_why_it_cannot(arguments, code, why, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    made = CliRunner().invoke(app, ["agreement", "draw", *arguments])
    assert made.exit_code == code
    assert why in " ".join(made.output.split())
    assert not list(tmp_path.iterdir())
