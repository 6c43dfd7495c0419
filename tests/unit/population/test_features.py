"""The feature layer and all tables of case finding: every engine against a slow twin, person by person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

import pytest

from anderhalf.core.pathway.referral import route_by_tables
from anderhalf.core.pathway.routing import RoutingStatus
from anderhalf.population.casefind import decide_all, facts_of
from anderhalf.population.engines import Engine, EngineUnavailable, PostgreSQLEngine, open_engine
from anderhalf.population.features import facts_query, grouped_query
from anderhalf.population.routing import route_all
from anderhalf.population.worklists import make_worklists
from tests.conformance.test_population_engines import POSTGRESQL
from tests.support.population import ON, criteria, decide_person, facts_of_person, masks_of
from tests.unit.population.population_builders import event_table, random_events, random_persons

ROWS = 150


@pytest.fixture(params=["duckdb", "polars", "postgresql"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Each engine that starts within a second; Spark is in tests/conformance."""
    try:
        found = PostgreSQLEngine(POSTGRESQL) if request.param == "postgresql" else open_engine(request.param)
    except EngineUnavailable as reason:
        pytest.skip(f"{request.param} is NOT tested here: {reason}")
    yield found
    found.close()


def by_person(events) -> dict[int, list]:  # type: ignore[no-untyped-def]
    found = defaultdict(list)
    for event in events:
        found[event[0]].append(event)
    return found


def born(number: int) -> date:
    return date(number // 10000, number // 100 % 100, number % 100)


@pytest.mark.parametrize("seed", [1, 2])
def test_population_decides_as_the_row_engine_does(engine: Engine, seed: int) -> None:
    chosen = criteria()
    events, persons = random_events(chosen, rows=ROWS, seed=seed), random_persons(rows=ROWS, seed=seed)
    facts = facts_of(persons, event_table(events), criteria=chosen, on=ON, engine=engine)
    decided, facts = decide_all(facts, criteria=chosen, engine=engine)
    routes = route_all(decided["exclusion"], decided["referral"])
    worklists = make_worklists(chosen, decided, facts, persons.column("patient").combine_chunks())
    open_questions = defaultdict(set)
    for row in worklists.lists["undecided"].to_pylist():
        open_questions[row["patient"]].add((row["question"], row["missing"]))
    mine, seen = by_person(events), set()
    for person in persons.to_pylist():
        row = person["row"]
        known = facts_of_person(
            mine[row], criteria=chosen, born=born(person["born"]), sex=person["sex"], unsure=person["unsure"]
        )
        decisions = decide_person(known, criteria=chosen)
        for name, decision in decisions.items():
            assert decided[name].pairs[decided[name].place[row]] == masks_of(decision), (name, row, known)
        route, routing = routes.routes[routes.place[row]], route_by_tables(chosen.pathway, known, on=ON)
        found = (route.status, route.line or "", route.urgency or "")
        assert found == (routing.status, routing.line, routing.urgency)
        assert [rule.id for rule in route.rules] == [reason.rule for reason in routing.reasons]
        seen.add((route.status, route.line))
        asked = ("exclusion", "referral")
        if routing.excluded:
            asked = ("exclusion",) if routing.status is RoutingStatus.AT_LEAST else ()
        missing = [name for table in asked for name in routing.decisions[table].facts_missing]
        if "heart_failure_known" in known and known["heart_failure_known"].value is True and missing:
            labels = "; ".join(dict.fromkeys(chosen.pathway.dictionary[name].label["nl"] for name in missing))
            title = chosen.tables["referral"].title["nl"]
            assert (title, labels) in open_questions[person["patient"]]
    assert len(seen) >= 4, seen  # the people above differ enough to mean something


def test_the_matrix_is_the_group_by(engine: Engine) -> None:
    chosen = criteria()
    events, persons = event_table(random_events(chosen, rows=ROWS, seed=3)), random_persons(rows=ROWS, seed=3)
    by_matrix = facts_of(persons, events, criteria=chosen, on=ON, engine=open_engine("polars"))
    grouped = engine.run(grouped_query(chosen.features, on=ON), events, table="events").sort_by("row")
    people = persons.filter(persons.column("row").is_valid()).join(grouped, keys="row").sort_by("row")
    names = [feature.name for feature in chosen.features]
    packed = people.set_column(0, "row", people.column("row").cast("int64")).select(
        ["row", "born", "sex", "unsure", *names]
    )
    by_grouping = engine.run(facts_query(chosen, on=ON, occurring=names), packed, table="packed").sort_by(
        "row"
    )
    rows = set(grouped.column("row").to_pylist())
    assert [row for row in by_matrix.to_pylist() if row["row"] in rows] == by_grouping.to_pylist()


def test_worklists_are_the_same_on_every_engine() -> None:
    chosen = criteria()
    events, persons = event_table(random_events(chosen, rows=400, seed=5)), random_persons(rows=400, seed=5)
    found = []
    for name in ("embedded", "duckdb", "polars"):
        engine = open_engine(name)
        facts = facts_of(persons, events, criteria=chosen, on=ON, engine=engine)
        decided, facts = decide_all(facts, criteria=chosen, engine=engine)
        found.append(make_worklists(chosen, decided, facts, persons.column("patient").combine_chunks()))
    assert found[0] == found[1] == found[2]
    assert all(
        found[0].lists[name].num_rows for name in ("urgent", "refer", "possible", "treatment", "undecided")
    )
