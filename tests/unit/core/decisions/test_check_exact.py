"""The check is exact: compared with brute force, on large tables, and honest where it was stopped."""

import time
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import product
from random import Random

import pytest
from hypothesis import given, settings

from anderhalf.core.decisions.check import CheckReport, Finding, FindingKind, check_table
from anderhalf.core.decisions.coverage import SearchTooLarge, Steps, find_uncovered
from anderhalf.core.decisions.evaluate import evaluate
from anderhalf.core.decisions.explain import RuleState
from anderhalf.core.decisions.facts import Fact, FactType
from anderhalf.core.decisions.feel import ANY_CELL, parse_cell
from anderhalf.core.decisions.model import DecisionTable, HitPolicy, OutputSpec, Rule
from anderhalf.core.decisions.policy import Status, policy_of
from tests.unit.core.decisions.decision_builders import AGE, RandomTable, random_tables

D = Decimal
K = FindingKind


def only(report: CheckReport, kind: FindingKind) -> Finding:
    [found] = [finding for finding in report.findings if finding.kind is kind]
    return found


def grid(fact: Fact) -> list[object]:
    """More values than there are regions: every threshold of the random tables, one step below and above."""
    if fact.type is FactType.NUMBER:
        step = D(1).scaleb(-fact.decimals)
        ends = (40, 49, 50, 65) if fact is AGE else ("3.9", "4", "4.5", "5.0", "5.5")
        numbers = {D(end) + delta for end in ends for delta in (-step, D(0), step)}
        return [None, *sorted(numbers)]
    if fact.type is FactType.BOOLEAN:
        return [None, True, False]
    if fact.type is FactType.DATE:
        return [None, *(date(2026, month, day) for month in (1, 3) for day in (1, 2)), date(2025, 12, 31)]
    return [None, "sinus", "af", "paced"]


@given(
    random_tables(
        max_rules=5,
        max_facts=3,
        policies=(HitPolicy.UNIQUE, HitPolicy.ANY, HitPolicy.FIRST, HitPolicy.PRIORITY),
    )
)
@settings(max_examples=120, deadline=None)
def test_findings_equal_brute_force_over_the_grid(random: RandomTable) -> None:  # noqa: C901
    checked = random.table
    rules = range(len(checked.rules))
    policy = policy_of(checked)
    gap, together, firing, decisive = False, set(), set(), set()
    for values in product(*(grid(fact) for fact in checked.inputs)):
        truths = []
        for meaning in random.meanings:
            results = [meaning[fact.name](value) for fact, value in zip(checked.inputs, values, strict=True)]  # type: ignore[arg-type]
            truths.append(False if False in results else (None if None in results else True))
        fired = [at for at in rules if truths[at]]
        answer = policy.answer(
            sum(1 << at for at in fired), sum(1 << at for at in rules if truths[at] is None)
        )
        gap |= all(truth is False for truth in truths)
        together |= {(one, other) for one in fired for other in fired if one < other}
        firing |= set(fired)
        decisive |= set(answer.decisive)
    report = check_table(checked)
    by_kind: dict[FindingKind, list[tuple[int, ...]]] = {kind: [] for kind in FindingKind}
    index = {rule_id: at for at, rule_id in enumerate(checked.rule_ids)}
    for finding in report.findings:
        by_kind[finding.kind].append(tuple(index[rule] for rule in finding.rules))
    assert report.not_proved == () or by_kind[K.GAP]
    assert bool(by_kind[K.GAP]) == gap
    assert {pair[0] for pair in by_kind[K.UNREACHABLE]} == set(rules) - firing
    twins = {pair for kind in (K.DUPLICATE, K.CONTRADICTION) for pair in by_kind[kind]}
    if checked.hit_policy is HitPolicy.UNIQUE:
        assert set(by_kind[K.OVERLAP]) <= together
        assert bool(by_kind[K.OVERLAP] or twins) == bool(together)
    elif checked.hit_policy is HitPolicy.ANY:
        differing = {
            pair for pair in together if checked.rules[pair[0]].outputs != checked.rules[pair[1]].outputs
        }
        assert set(by_kind[K.CONFLICT]) <= differing
        assert bool(by_kind[K.CONFLICT] or by_kind[K.CONTRADICTION]) == bool(differing)
    else:
        at_fault = {pair[0] for kind in (K.MASKED, K.SUBSUMED) for pair in by_kind[kind]}
        at_fault |= {max(pair, key=policy.place) for pair in twins}
        assert at_fault == firing - decisive
    for finding in report.findings:
        if finding.witness is None or finding.kind in (K.OUT_OF_RANGE, K.NOT_IN_LIST):
            continue
        decision = evaluate(checked, finding.witness, on=report.on)
        states = {rule.rule_id: rule for rule in decision.rules}
        if finding.kind is K.GAP:
            assert decision.status is Status.NO_MATCH
        elif finding.kind in (K.OVERLAP, K.CONFLICT, K.DUPLICATE, K.CONTRADICTION):
            assert all(states[rule].state is RuleState.FIRED for rule in finding.rules)
        elif finding.kind in (K.MASKED, K.SUBSUMED) and checked.hit_policy is not HitPolicy.ANY:
            assert states[finding.rules[0]].state is RuleState.FIRED
            assert not states[finding.rules[0]].decisive
        elif finding.kind is K.UNREACHABLE:
            assert states[finding.rules[0]].state is not RuleState.FIRED


def partition(facts: list[Fact], leaves: int, seed: int) -> DecisionTable:
    """A table without gaps or overlaps: the space split again and again at a random threshold."""
    random = Random(seed)
    boxes: list[dict[str, tuple[int, int]]] = [{fact.name: (0, 100) for fact in facts}]
    while len(boxes) < leaves:
        at = random.randrange(len(boxes))
        name = random.choice(facts).name
        low, high = boxes[at][name]
        if high - low > 1:
            cut = random.randint(low + 1, high - 1)
            box = boxes.pop(at)
            boxes += [{**box, name: (low, cut)}, {**box, name: (cut, high)}]
    random.shuffle(boxes)
    rules = []
    for at, box in enumerate(boxes):
        cells = {}
        for fact in facts:
            low, high = box[fact.name]
            text = "-" if (low, high) == (0, 100) else f"[{low}..{high}{']' if high == 100 else ')'}"
            cells[fact.name] = parse_cell(text, fact)
        rules.append(Rule(id=f"r{at}", cells=cells, outputs={"a": D(at)}, source="s"))
    return DecisionTable(
        id="large", version="1", hit_policy=HitPolicy.UNIQUE, inputs=tuple(facts),
        outputs=(OutputSpec(name="a"),), rules=tuple(rules),
    )  # fmt: skip


def numbered(count: int) -> list[Fact]:
    return [
        Fact(name=f"f{at}", type=FactType.NUMBER, label={}, minimum=D(0), maximum=D(100))
        for at in range(count)
    ]


def test_200_rules_and_8_facts_are_checked_exactly_within_seconds() -> None:
    whole = partition(numbered(8), 200, seed=1)
    start = time.process_time()
    assert check_table(whole).is_clean
    first = replace(whole, hit_policy=HitPolicy.FIRST)
    assert check_table(first).is_clean
    holed = replace(whole, rules=whole.rules[:77] + whole.rules[78:])
    report = check_table(holed)
    took = time.process_time() - start
    gap = report.findings[0]
    assert gap.kind is K.GAP
    assert report.not_proved == ()
    expected = {name: cell.text for name, cell in whole.rules[77].cells.items() if not cell.any}
    cells = {name: parse_cell(text, holed.facts[name]) for name, text in gap.region.items()}
    assert set(cells) == set(expected)
    # Exact, so the time is the only thing left to limit; the bound is loose because test machines are shared.
    assert took < 10


def test_what_could_not_be_proved_is_said() -> None:
    whole = partition(numbered(8), 60, seed=2)
    report = check_table(whole, steps=50)
    assert report.not_proved == (K.GAP,)
    assert not report.is_clean
    rest = Rule(
        id="rest", cells={fact.name: ANY_CELL for fact in whole.inputs}, outputs={"a": D(-1)}, source="s"
    )
    lowest = replace(whole, hit_policy=HitPolicy.FIRST, rules=(*whole.rules, rest))
    assert check_table(lowest, steps=50).not_proved == (K.MASKED,)
    assert only(check_table(lowest), K.MASKED).rules[0] == "rest"
    with pytest.raises(SearchTooLarge):
        find_uncovered([[1, 2], [1, 2]], 3, Steps(1))
