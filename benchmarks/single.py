"""One patient at a time: this engine, with rules fired and with the full explanation, against zen and SpiffWorkflow."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from itertools import starmap
from typing import Any

from anderhalf.core.decisions.compiled import compile_table, scaled
from anderhalf.core.decisions.evaluate import evaluate
from anderhalf.core.decisions.explain import Decision
from anderhalf.core.decisions.facts import FactValue
from benchmarks.measure import Line, at_least, least
from benchmarks.peers import Zen, spiff
from benchmarks.table import ON, as_dated_facts, benchmark_table, people, plain

COUNT, MIDDLE, FEW = 20_000, 5000, 500


def run() -> Iterator[Line]:
    """Microseconds per decision, and the ratios."""
    table = benchmark_table()
    compiled = compile_table(table)
    persons = people(COUNT)
    values = [tuple(person[fact.name] for fact in table.inputs) for person in persons]
    dictionaries = [plain(person) for person in persons]
    zen, spiffed = Zen(table), spiff(table)
    _same(compiled, persons, dictionaries, zen, spiffed)
    whole = [tuple(scaled(fact, person[fact.name]) for fact in table.inputs) for person in persons]
    masks, exact, answer = compiled.scaled_masks, compiled.masks, compiled.policy.answer
    # Explained are people whom no earlier line has seen, so that nothing was worked out for just them.
    strangers = [as_dated_facts(person, seed=at) for at, person in enumerate(people(COUNT, seed=2))]

    def explain(facts: dict[str, FactValue]) -> Decision:
        return evaluate(table, facts, on=ON)

    ours = _each(masks, whole, apart=True)
    outcome = _each(lambda row: answer(*masks(*row)), whole)
    exact_outcome = _each(lambda row: answer(*exact(*row)), values)
    first_time = _each(explain, strangers, times=1)
    full = _each(explain, strangers)
    written = _each(lambda facts: explain(facts).to_json(), strangers)
    by_rule = _each(lambda facts: explain(facts).rules, strangers[:MIDDLE])
    zen_single = _each(zen.decide, dictionaries)
    zen_batch = least(lambda: zen.batch(dictionaries)) / COUNT * 1e6
    zen_best = min(zen_single, zen_batch)
    zen_trace = _each(zen.traced, dictionaries[:MIDDLE])
    zen_written = _each(lambda person: json.dumps(zen.traced(person)), dictionaries[:MIDDLE])
    spiff_time = _each(spiffed, dictionaries[:FEW])
    yield Line("fired and undecided rules, whole numbers", ours, "us")
    yield Line("the same with the hit policy's answer", outcome, "us")
    yield Line("the same with the answer, exact decimals", exact_outcome, "us")
    yield Line(
        "full explanation, values and ages checked: first time these people are seen", first_time, "us"
    )
    yield Line("full explanation, values and ages checked", full, "us")
    yield Line("full explanation, written as JSON", written, "us")
    yield Line("full explanation, laid out rule by rule as objects", by_rule, "us")
    yield Line("zen, loader with compiled content", zen_single, "us")
    yield Line("zen, evaluate_batch", zen_batch, "us")
    yield Line("zen with trace", zen_trace, "us")
    yield Line("zen with trace, written as JSON", zen_written, "us")
    yield Line("SpiffWorkflow DMN", spiff_time, "us")
    yield at_least("SpiffWorkflow / rules fired", spiff_time / ours, 100)
    yield at_least("zen at its best / rules fired", zen_best / ours, 20)
    yield Line("zen at its best / rules fired with the answer", zen_best / outcome, "x")
    yield Line("zen at its best / full explanation", zen_best / full, "x")
    yield at_least("zen with trace / full explanation", zen_trace / full, 5)
    yield Line("the same, both written as JSON", zen_written / written, "x")


def _each(run: Callable[..., object], over: Sequence[Any], *, apart: bool = False, times: int = 5) -> float:
    """Microseconds per decision; results are let go, as a service does. `apart`: one argument per value."""
    calls = starmap if apart else map
    return least(lambda: deque(calls(run, over), maxlen=0), times=times) / len(over) * 1e6


def _same(compiled, persons, dictionaries, zen, spiffed) -> None:  # type: ignore[no-untyped-def]
    """The peers must decide alike where missing counts as no match, or the comparison means nothing."""
    table = compiled.table
    for person, given in zip(persons[:FEW], dictionaries[:FEW], strict=True):
        row = tuple(person[fact.name] for fact in table.inputs)
        mine = table.rules[compiled.policy.answer(compiled.masks(*row)[0], 0).decisive[0]].id
        assert mine == zen.decide(given) == spiffed(given), (given, mine)
        assert zen.batch([given]) == [mine]
        compiled.explain(as_dated_facts(person, seed=1), on=ON)
