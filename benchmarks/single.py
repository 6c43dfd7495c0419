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
from benchmarks.measure import Line, at_least, least, least_of
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

    first_time = least(_each(explain, strangers), times=1) / COUNT * 1e6
    few, middle = dictionaries[:FEW], dictionaries[:MIDDLE]
    runs: dict[str, tuple[Callable[[], object], int]] = {
        "ours": (_each(masks, whole, apart=True), COUNT),
        "outcome": (_each(lambda row: answer(*masks(*row)), whole), COUNT),
        "exact": (_each(lambda row: answer(*exact(*row)), values), COUNT),
        "full": (_each(explain, strangers), COUNT),
        "written": (_each(lambda facts: explain(facts).to_json(), strangers), COUNT),
        "by_rule": (_each(lambda facts: explain(facts).rules, strangers[:MIDDLE]), MIDDLE),
        "zen": (_each(zen.decide, dictionaries), COUNT),
        "zen_batch": (lambda: zen.batch(dictionaries), COUNT),
        "zen_trace": (_each(zen.traced, middle), MIDDLE),
        "zen_written": (_each(lambda person: json.dumps(zen.traced(person)), middle), MIDDLE),
        "spiff": (_each(spiffed, few), FEW),
    }
    spent = least_of({name: run for name, (run, _) in runs.items()})
    took = {name: spent[name] / count * 1e6 for name, (_, count) in runs.items()}
    zen_best = min(took["zen"], took["zen_batch"])
    yield Line("fired and undecided rules, whole numbers", took["ours"], "us")
    yield Line("the same with the hit policy's answer", took["outcome"], "us")
    yield Line("the same with the answer, exact decimals", took["exact"], "us")
    yield Line(
        "full explanation, values and ages checked: first time these people are seen", first_time, "us"
    )
    yield Line("full explanation, values and ages checked", took["full"], "us")
    yield Line("full explanation, written as JSON", took["written"], "us")
    yield Line("full explanation, laid out rule by rule as objects", took["by_rule"], "us")
    yield Line("zen, loader with compiled content", took["zen"], "us")
    yield Line("zen, evaluate_batch", took["zen_batch"], "us")
    yield Line("zen with trace", took["zen_trace"], "us")
    yield Line("zen with trace, written as JSON", took["zen_written"], "us")
    yield Line("SpiffWorkflow DMN", took["spiff"], "us")
    yield at_least("SpiffWorkflow / rules fired", took["spiff"] / took["ours"], 100)
    yield at_least("zen at its best / rules fired", zen_best / took["ours"], 20)
    yield Line("zen at its best / rules fired with the answer", zen_best / took["outcome"], "x")
    yield Line("zen at its best / full explanation", zen_best / took["full"], "x")
    yield at_least("zen with trace / full explanation", took["zen_trace"] / took["full"], 5)
    yield Line("the same, both written as JSON", took["zen_written"] / took["written"], "x")


def _each(run: Callable[..., object], over: Sequence[Any], *, apart: bool = False) -> Callable[[], object]:
    """Decide for everybody; results are let go, as a service does. `apart`: one argument per value."""
    calls = starmap if apart else map
    return lambda: deque(calls(run, over), maxlen=0)


def _same(compiled, persons, dictionaries, zen, spiffed) -> None:  # type: ignore[no-untyped-def]
    """The peers must decide alike where missing counts as no match, or the comparison means nothing."""
    table = compiled.table
    for person, given in zip(persons[:FEW], dictionaries[:FEW], strict=True):
        row = tuple(person[fact.name] for fact in table.inputs)
        mine = table.rules[compiled.policy.answer(compiled.masks(*row)[0], 0).decisive[0]].id
        assert mine == zen.decide(given) == spiffed(given), (given, mine)
        assert zen.batch([given]) == [mine]
        compiled.explain(as_dated_facts(person, seed=1), on=ON)
