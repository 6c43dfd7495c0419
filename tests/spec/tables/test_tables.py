"""What every decision table answers beside each of its limits, as it was when the table was last agreed.

The lines beside this file were written by `scripts/write_boundaries.py`, from the tables. They say that nothing changed
unseen, not that a limit is right: that is for the cases of the other chapters. A change of a table is shown here line
by line; write the record again, and read what became different.
"""

from __future__ import annotations

import pytest

from tests.support.table_record import RECORD, differences, rules_without_a_line, table_files

AGAIN = "write the record again (make tables) and read the difference"


@pytest.mark.parametrize("name", table_files())
def test_the_table_answers_as_written(name):
    found = list(differences(name))
    assert not found, f"{len(found)} answers of {name} changed; {AGAIN}:\n" + "\n".join(found[:20])


@pytest.mark.parametrize("name", table_files())
def test_every_rule_has_a_line_in_which_it_answers(name):
    assert rules_without_a_line(name) == set(), f"rules of {name} without a line; {AGAIN}"


def test_every_record_is_of_a_table():
    recorded = {path.relative_to(RECORD).as_posix() for path in RECORD.rglob("*.csv")}
    assert recorded - set(table_files()) == set(), f"records of tables that are gone; {AGAIN}"
