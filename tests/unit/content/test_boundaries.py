"""The record of the tables notices a planted change, and the script that writes it finds who would show it."""

from __future__ import annotations

import shutil
from decimal import Decimal

import pytest

from anderhalf.content import content_root
from anderhalf.content.paths import ENVIRONMENT_VARIABLE
from anderhalf.core.decisions.facts import Fact, FactType
from anderhalf.core.decisions.table import TableMeta, read_hit_policy, read_table
from scripts.boundary_search import Finder, beside
from scripts.write_boundaries import Writer
from tests.support import table_record
from tests.support.table_record import differences, load_table, read_record

POTASSIUM = Fact(
    name="potassium", type=FactType.NUMBER, label={}, decimals=1, minimum=Decimal(1), maximum=Decimal(10)
)
DIALYSIS = Fact(name="dialysis", type=FactType.BOOLEAN, label={})


def table(*rows, policy="F"):
    text = "\n".join(("id,potassium,dialysis,out:action", *rows))
    meta = TableMeta(id="planted", version="1.0.0", hit_policy=read_hit_policy(policy), title={}, outputs={})
    return read_table(text, meta=meta, facts={"potassium": POTASSIUM, "dialysis": DIALYSIS})


@pytest.fixture
def changed(tmp_path, monkeypatch):
    """Content of its own, with one cell of one table changed."""
    shutil.copytree(content_root() / "pathways", tmp_path / "pathways")
    shutil.copytree(content_root() / "networks", tmp_path / "networks")
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, str(tmp_path))
    load_table.cache_clear()

    def change(name, old, new):
        path = tmp_path / "pathways" / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    yield change
    load_table.cache_clear()


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("heart_failure/exclusion.csv", ",<90,", ",<=90,"),
        ("heart_failure/titration/arni.csv", ",>5.5,", ",>5.6,"),
        ("atrial_fibrillation/exclusion.csv", '"""call_112"""', '"""contact_team"""'),
        ("heart_failure/weight_alarms_adrz.csv", ",>2,", ",-,"),
    ],
)
def test_a_planted_change_is_noticed(changed, name, old, new):
    assert not any(differences(name))
    load_table.cache_clear()
    changed(name, old, new)
    assert any(differences(name))


def test_a_limit_has_a_patient_on_both_sides_and_one_who_was_not_measured():
    given = {line.facts for line in read_record("heart_failure/phenotype.csv") if line.rule == "PH-01"}
    assert {"lvef=39.9", "lvef=40", "lvef=40.1", "lvef=?"} <= given


def test_the_record_is_written_from_the_table_as_it_is():
    name = "heart_failure/phenotype.csv"
    assert Writer(name).write() == read_record(name)


def test_a_rule_is_shown_where_the_rules_above_are_silent():
    """A potassium of 5.6 is decided by the rule above, unless there is dialysis."""
    found = Finder(table('HIGH,>5.5,false,"""stop"""', 'RAISED,>5.0,-,"""hold"""'))
    near = {"potassium": Decimal("5.6"), "dialysis": False}
    assert found.find([1], near=near, fixed={"potassium": Decimal("5.6")})["dialysis"] is True


def test_nobody_is_found_for_a_rule_that_always_comes_too_late():
    found = Finder(table('ALL,>5.0,-,"""stop"""', 'HIGH,>5.5,-,"""hold"""'))
    assert found.find([1], near=found.usual) is None


def test_what_nobody_knows_does_not_hold_back_a_rule_above():
    found = Finder(table('HIGH,>5.5,-,"""stop"""', 'DIA,-,true,"""hold"""'))
    assert found.find([0], near={"potassium": Decimal(6), "dialysis": None})["dialysis"] is None


def test_beside_a_limit_stay_inside_what_a_fact_can_have():
    assert list(beside(POTASSIUM, Decimal(10))) == [Decimal("9.9"), Decimal(10)]
    assert list(beside(POTASSIUM, Decimal("5.25"))) == [Decimal("5.24"), Decimal("5.25"), Decimal("5.26")]


def test_a_table_without_a_record_is_noticed(monkeypatch, tmp_path):
    monkeypatch.setattr(table_record, "RECORD", tmp_path)
    from tests.spec.tables.test_tables import test_every_rule_has_a_line_in_which_it_answers as check

    with pytest.raises(AssertionError, match="without a line"):
        check("heart_failure/phenotype.csv")
