"""Who must not wait is not on the list of who can go back, whatever the table of going back says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa

from anderhalf.population.casefind import decide_all, facts_of
from anderhalf.population.decide import Decided
from anderhalf.population.engines import open_engine
from anderhalf.population.worklists import KNOWN, make_worklists
from tests.support.population import ON, criteria
from tests.unit.population.population_builders import event_table, random_persons


def fired(decided: Decided, *per_row: str) -> Decided:
    """The answers of a table when these rules fire, a rule per row."""
    ids = [rule.id for rule in decided.table.rules]
    return replace(
        decided,
        pairs=tuple((1 << ids.index(rule), 0) for rule in per_row),
        place=np.arange(len(per_row), dtype=decided.place.dtype),
    )


def test_a_drug_that_must_not_be_used_keeps_somebody_off_the_list():
    chosen, engine = criteria(), open_engine("embedded")
    try:
        persons = random_persons(rows=2, seed=1)
        facts = facts_of(persons, event_table([]), criteria=chosen, on=ON, engine=engine)
        decided, facts = decide_all(facts, criteria=chosen, engine=engine)
    finally:
        engine.close()
    facts = facts.set_column(facts.schema.get_field_index(KNOWN), KNOWN, pa.array([True, True]))
    decided = {
        **decided,
        "stable": fired(decided["stable"], "ST-99", "ST-99"),
        "exclusion": fired(decided["exclusion"], "EX-67", "EX-99"),
    }
    patients = persons.column("patient").combine_chunks()
    lists = make_worklists(chosen, decided, facts, patients).lists
    assert lists["return"].column("patient").to_pylist() == [patients[1].as_py()]
    assert lists["urgent"].column("patient").to_pylist() == [patients[0].as_py()]
