"""Two ways to ask a table, with the same answer: explained for one patient, compiled for a population."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from anderhalf.core.decisions.compiled import CompiledTable, compile_table
from anderhalf.core.decisions.evaluate import evaluate
from anderhalf.core.decisions.explain import Decision, RuleState
from anderhalf.core.decisions.facts import FactValues, Value
from anderhalf.core.decisions.model import DecisionTable
from anderhalf.core.decisions.policy import Status, policy_of


@dataclass(frozen=True, slots=True)
class Asked:
    """Which rules of a table fire and which are undecided, as bitmasks (bit i is rule i)."""

    table: DecisionTable
    fired: int
    undecided: int
    values: tuple[Value | None, ...]
    """Per input of the table, None for missing."""
    decision: Decision | None
    """The full explanation, when it was asked for."""

    def missing_for(self, at: int) -> tuple[str, ...]:
        """The facts, missing or not precise enough, that leave rule `at` undecided."""
        rule = self.table.rules[at]
        return tuple(
            fact.name
            for fact, value in zip(self.table.inputs, self.values, strict=True)
            if rule.cells[fact.name].matches(value) is None
        )

    def output(self, name: str) -> Value | None:
        """One output of a table that answers by itself (phenotype, renal change); None while undecided."""
        answer = policy_of(self.table).answer(self.fired, self.undecided)
        if answer.status is not Status.DECIDED or isinstance(answer.outcome, tuple):
            return None
        return answer.outcome[name]


Ask = Callable[[DecisionTable, FactValues, date], Asked]


def ask_explained(table: DecisionTable, facts: FactValues, on: date) -> Asked:
    """Ask with the whole explanation."""
    decision = evaluate(table, facts, on=on)
    known = {used.name: used.value for used in decision.facts_used}
    fired = undecided = 0
    for at, rule in enumerate(decision.said.rules):
        if rule.state is RuleState.FIRED:
            fired |= 1 << at
        elif rule.state is RuleState.UNDECIDED:
            undecided |= 1 << at
    return Asked(table, fired, undecided, tuple(known.get(fact.name) for fact in table.inputs), decision)


def ask_compiled(table: DecisionTable, facts: FactValues, on: date) -> Asked:
    """Ask for the masks only: many times faster, without the explanation."""
    compiled = _compiled(table)
    values = compiled.values(facts, on=on)
    fired, undecided = compiled.masks(*values)
    return Asked(table, fired, undecided, values, None)


@lru_cache(maxsize=256)
def _compiled(table: DecisionTable) -> CompiledTable:
    return compile_table(table)
