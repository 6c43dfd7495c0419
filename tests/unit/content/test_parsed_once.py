"""What was parsed stays parsed, and never answers for another text, another place or another table."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from anderhalf.apps.network.drafting.checking import check_draft
from anderhalf.content import ContentErrors, load_network, load_pathway, network_folder, read_folder
from anderhalf.content.check import rule_faults, table_problems
from anderhalf.content.danger_regions import danger_faults
from anderhalf.content.faults import Faults
from anderhalf.content.paths import pathway_folder
from anderhalf.content.returning import return_faults
from anderhalf.content.titration import titration_protocol
from anderhalf.content.toml import TomlFile
from anderhalf.core.decisions.evaluate import evaluate
from anderhalf.core.decisions.facts import FactValue

PATHWAYS = ("heart_failure", "atrial_fibrillation")
ON = date(2026, 11, 20)
LIMIT = ("<90", "<99")
"""The lowest pressure that calls somebody, and one that it is not."""


@pytest.fixture(scope="module")
def files():
    return dict(read_folder(pathway_folder("heart_failure")))


def lowered(files):
    """The same folder, in which one rule of `exclusion` has another limit."""
    rows = files["exclusion.csv"].splitlines(keepends=True)
    at = next(at for at, row in enumerate(rows) if LIMIT[0] in row and "EX-08" in row)
    rows[at] = rows[at].replace(*LIMIT, 1)
    return {**files, "exclusion.csv": "".join(rows)}


def fired(table, pressure) -> list[str]:
    known = {"systolic_bp": FactValue(Decimal(pressure), ON)}
    return [rule.rule_id for rule in evaluate(table, known, on=ON).fired]


def test_nobody_changes_what_was_parsed():
    """Everything that reads content has read it; each text still says what it said."""
    pathways = {}
    for key in PATHWAYS:
        pathways[key] = load_pathway(read_folder(pathway_folder(key)), "test")
        rule_faults(pathways[key])
        danger_faults(pathways[key])
        return_faults(pathways[key])
    titration_protocol(pathways["heart_failure"])
    network = read_folder(network_folder("voorbeeldstreek"))
    load_network(network, "test", pathways=pathways)
    texts = {
        f"{key}/{name}": text for key in PATHWAYS for name, text in pathways[key].files.items()
    } | network
    for name, text in texts.items():
        if name.endswith(".toml"):
            read = TomlFile.read(name, texts, Faults())
            assert read.data == tomllib.loads(text, parse_float=Decimal), name


def test_a_fault_is_told_of_the_file_it_is_in():
    text = "a = 1\nb = ["
    for name in ("one.toml", "other.toml", "one.toml"):
        faults = Faults()
        TomlFile.read(name, {name: text}, faults)
        assert [(one.file, one.line) for one in faults.found] == [(name, 2)]
    assert TomlFile.read("one.toml", {"one.toml": text.replace("[", "2")}, Faults()).data == {"a": 1, "b": 2}


def test_a_pathway_says_where_its_own_texts_came_from(files):
    here, there = load_pathway(files, "pathways/here"), load_pathway(files, "database")
    assert (here.origin, there.origin) == ("pathways/here", "database")
    assert here.tables["exclusion"] is there.tables["exclusion"]
    assert load_pathway(files, "pathways/here") is here
    with pytest.raises(ContentErrors):
        load_pathway({**files, "facts.toml": "x = ["}, "database")
    assert load_pathway(files, "database") is there


def test_another_limit_is_another_answer_also_under_the_same_version(files):
    """Both tables have one id, version and set of rules; only a cell differs."""
    was, becomes = (load_pathway(one, "test").tables["exclusion"] for one in (files, lowered(files)))
    assert hash(was) == hash(becomes) and was != becomes
    for _again in range(2):
        assert "EX-08" not in fired(was, 95)
        assert "EX-08" in fired(becomes, 95)
        assert "EX-08" in fired(replace(was), 85)  # an equal table, made anew


def test_some_rules_explained_are_the_same_rules(files):
    for pathway in (load_pathway(files, "test"),):
        for table in pathway.tables.values():
            for known in (
                {},
                {"systolic_bp": FactValue(Decimal(85), ON), "lvef": FactValue(Decimal(30), ON)},
            ):
                decision = evaluate(table, known, on=ON)
                for name, keep in (
                    ("fired", lambda rule: rule.state == "fired"),
                    ("undecided", lambda rule: rule.state == "undecided"),
                    ("decisive", lambda rule: rule.decisive),
                ):
                    assert getattr(decision, name) == tuple(rule for rule in decision.rules if keep(rule))


def test_a_draft_that_changed_is_judged_anew(files):
    base = load_pathway(files, "base")
    changed = {"exclusion.csv": lowered(files)["exclusion.csv"]}
    wrong = check_draft(changed, base=base)
    assert wrong["errors"] > 0 == check_draft({}, base=base)["errors"]
    assert check_draft(changed, base=base) == wrong
    # What the running version has wrong itself is no fault of a draft that does not touch it.
    other = load_pathway(lowered(files), "base")
    assert check_draft({}, base=other)["errors"] == 0


def test_a_hole_is_found_in_the_table_that_has_it(files):
    """Equal but for one cell, under one id, version and set of rules; the whole one first, and again after."""
    csv = files["referral.csv"]
    row = next(row for row in csv.splitlines() if row.startswith("RF-26,"))
    holed = csv.replace(row, row.replace(">=125", ">=150", 1))
    assert holed != csv
    found = {}
    for text in (csv, holed, csv):
        table = load_pathway({**files, "referral.csv": text}, "test").tables["referral"]
        problems = table_problems(table, file="referral.csv", csv_text=text)
        found.setdefault(text, []).append([one.fault.message for one in problems])
    assert found[csv][0] == found[csv][1] != found[holed][0]
    assert any("125" in message or "149" in message for message in found[holed][0])
