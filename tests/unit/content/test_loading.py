"""Content loads from texts alone, is identified by what it says, and keeps its places."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest

from anderhalf.content import (
    ContentErrors,
    content_hash,
    load_network,
    load_pathway,
    network_folder,
    read_folder,
)
from anderhalf.content.faults import Faults
from anderhalf.content.paths import ContentNotFound, all_folders, content_root, pathway_folder
from anderhalf.content.toml import TomlFile


@pytest.fixture(scope="module")
def pathway_files():
    return dict(read_folder(pathway_folder("heart_failure")))


@pytest.fixture(scope="module")
def pathway(pathway_files):
    return load_pathway(pathway_files, "test")


@pytest.fixture(scope="module")
def agreement(pathway):
    return load_network(
        read_folder(network_folder("voorbeeldstreek")),
        "test",
        pathways={
            "heart_failure": pathway,
            "atrial_fibrillation": load_pathway(
                read_folder(pathway_folder("atrial_fibrillation")), "atrial_fibrillation"
            ),
        },
    )


def test_the_hash_ignores_line_endings_and_order_but_not_a_single_digit(pathway_files):
    other = {name: text.replace("\n", "\r\n") for name, text in reversed(pathway_files.items())}
    assert content_hash(other) == content_hash(pathway_files)
    changed = pathway_files | {"referral.csv": pathway_files["referral.csv"].replace(">=125", ">=126")}
    assert content_hash(changed) != content_hash(pathway_files)


def test_the_hash_cannot_be_fooled_by_moving_text_between_files():
    assert content_hash({"a": "x", "b": "y"}) != content_hash({"a": "xb", "": "y"})


def test_a_pathway_from_the_database_equals_the_one_on_disk(pathway, pathway_files):
    again = load_pathway(dict(pathway_files), "database")
    assert again.hash == pathway.hash
    assert again.tables == pathway.tables
    with pytest.raises(FrozenInstanceError):
        again.version = "2.0.0"


def test_windows_line_endings_give_the_same_tables(pathway, pathway_files):
    again = load_pathway({name: text.replace("\n", "\r\n") for name, text in pathway_files.items()}, "test")
    assert again.tables == pathway.tables


def test_every_label_and_reason_exists_in_both_languages(pathway):
    texts = [fact.label for fact in pathway.facts.values()]
    texts += [label for fact in pathway.facts.values() for label in fact.values.values()]
    texts += [rule.why for table in pathway.tables.values() for rule in table.rules]
    texts += [topic.text for topic in pathway.education.topics]
    assert len(texts) > 200
    assert all(text["nl"].strip() and text["en"].strip() for text in texts)


def test_settings_follow_the_agreement(pathway, pathway_files):
    assert pathway.settings["lvef_40"].chosen == "esc"
    nhg = load_pathway(pathway_files, "test", choices={"lvef_40": "nhg"})
    assert nhg.table_files["phenotype"] == "phenotype_nhg.csv"
    assert nhg.settings["lvef_40"].default == "esc"


def test_the_centre_in_the_west_starts_later_and_grows(agreement):
    assert agreement.centres["west"].practices_on(date(2025, 8, 31)) == ()
    assert len(agreement.centres["west"].practices_on(date(2025, 9, 1))) == 2
    assert len(agreement.centres["west"].practices_on(date(2026, 1, 1))) == 3
    assert agreement.centre_of("praktijk_westerhof", on=date(2025, 1, 1)) is None
    assert agreement.centre_of("praktijk_westerhof", on=date(2025, 9, 1)).id == "west"


def test_the_demonstration_network_has_what_the_service_needs(agreement):
    assert len(agreement.of_kind("practice")) >= 6
    assert len(agreement.of_kind("insurer")) == 2
    assert {"hospital", "home_care", "centre"} <= {one.kind for one in agreement.organisations.values()}
    assert agreement.waiting.days == 28
    assert {"triage", "advice", "letter", "letter_read"} <= set(agreement.answer_times)
    assert (agreement.experience.mark_minimum, agreement.experience.mark_maximum) == (0, 10)
    assert len(agreement.experience.questions) == 3
    assert agreement.invented
    evaluations = agreement.pilot.evaluations
    assert all(150 < (b - a).days < 200 for a, b in pairwise(evaluations))
    assert (
        sum(one.registered_patients for one in agreement.of_kind("practice")) == agreement.numbers[0].expected
    )


def test_sroi_values_are_labelled_as_assumptions(agreement):
    assert all(one.assumption for one in (*agreement.sroi.inputs, *agreement.sroi.outcomes))
    assert any(outcome.proxy < 0 for outcome in agreement.sroi.outcomes), "negative outcomes count too"


def test_paths_follow_the_environment(monkeypatch, tmp_path):
    root = content_root()
    monkeypatch.setenv("ANDERHALF_CONTENT", str(tmp_path))
    with pytest.raises(ContentNotFound, match="pathways/"):
        content_root()
    (tmp_path / "pathways" / "own").mkdir(parents=True)
    (tmp_path / "networks").mkdir()
    assert all_folders() == (tmp_path / "pathways" / "own",)
    assert root != tmp_path


@pytest.mark.parametrize("key", ["../networks", "nothing_here", "/etc", ""])
def test_a_folder_outside_the_content_cannot_be_asked_for(key):
    with pytest.raises(ContentNotFound):
        pathway_folder(key)


def test_places_of_keys_are_found_in_headers_arrays_and_dotted_keys():
    text = "a = 1\n[b]\nc.d = 2\n\n[[e]]\nf = 1\n[[e]]\nf = 2\n[[e.g]]\nh = 1\n[[e.g]]\nh = [\n  1,\n]\n"
    file = TomlFile.read("x.toml", {"x.toml": text}, Faults())
    assert [file.line(path) for path in (
        ("a",), ("b", "c", "d"), ("e", 0, "f"), ("e", 1, "f"), ("e", 1, "g", 0, "h"), ("e", 1, "g", 1, "h"),
        ("b", "unknown"), ("nowhere",),
    )] == [1, 3, 6, 8, 10, 12, 2, 0]  # fmt: skip
    assert file.data["e"][1]["g"][0]["h"] == 1


def test_decimals_are_read_exactly():
    file = TomlFile.read("x.toml", {"x.toml": "a = 0.1"}, Faults())
    assert file.root.number("a") == Decimal("0.1")


def test_a_folder_that_cannot_be_read_names_the_reason(tmp_path):
    with pytest.raises(ContentErrors, match="no such folder"):
        read_folder(tmp_path / "nowhere")
    with pytest.raises(ContentErrors, match="holds no"):
        read_folder(tmp_path)
    (tmp_path / "pathway.toml").write_bytes(b'key = "a"\ntitle = "caf\xe9"\n')
    with pytest.raises(ContentErrors) as caught:
        read_folder(tmp_path)
    assert [(fault.file, fault.line) for fault in caught.value.faults] == [("pathway.toml", 2)]
    (tmp_path / "pathway.toml").write_text("x" * 2_000_001)
    with pytest.raises(ContentErrors, match="larger than"):
        read_folder(tmp_path)


def test_facts_of_another_pathway_travel_along(tmp_path):
    for key in ("one", "two"):
        (tmp_path / key).mkdir()
    (tmp_path / "one" / "facts.toml").write_text("[age]\n")
    (tmp_path / "two" / "pathway.toml").write_text('facts_from = ["one"]\n')
    assert set(read_folder(tmp_path / "two")) == {"pathway.toml", "shared/one/facts.toml"}
