"""The peers, each used at its best: zen-engine through a loader with compiled content, SpiffWorkflow's DMN engine."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from types import SimpleNamespace

from anderhalf.core.decisions.model import DecisionTable
from benchmarks.table import as_expression

Decide = Callable[[Mapping[str, object]], str | None]


def zen_document(table: DecisionTable) -> str:
    """The table in zen's own format; a missing value never matches."""
    inputs = [{"id": f"i{at}", "name": fact.name, "field": fact.name} for at, fact in enumerate(table.inputs)]
    rules = []
    for rule in table.rules:
        row: dict[str, str] = {"_id": rule.id, "o0": f'"{rule.id}"'}
        for at, fact in enumerate(table.inputs):
            cell = rule.cells[fact.name]
            # Its own cell texts, without a test for null: in a table a cell that cannot be compared does not match.
            row[f"i{at}"] = "" if cell.any else cell.text.replace("]40..49]", "(40..49]")
        rules.append(row)
    content = {
        "hitPolicy": "first",
        "inputs": inputs,
        "outputs": [{"id": "o0", "name": "rule", "field": "rule"}],
        "rules": rules,
    }
    place = {"x": 0, "y": 0}
    nodes = [
        {"id": "in", "type": "inputNode", "name": "in", "position": place},
        {"id": "t", "type": "decisionTableNode", "name": "t", "position": place, "content": content},
        {"id": "out", "type": "outputNode", "name": "out", "position": place},
    ]
    edges = [
        {"id": "a", "sourceId": "in", "targetId": "t", "type": "edge"},
        {"id": "b", "sourceId": "t", "targetId": "out", "type": "edge"},
    ]
    return json.dumps({"nodes": nodes, "edges": edges})


class Zen:
    """zen-engine: content compiled once, found through a loader (ten times quicker than create_decision)."""

    def __init__(self, table: DecisionTable) -> None:
        import zen

        content = zen.ZenDecisionContent(zen_document(table))
        self.engine = zen.ZenEngine({"loader": lambda key: content})

    def decide(self, person: Mapping[str, object]) -> str | None:
        """One decision, without trace."""
        return self.engine.evaluate("t", person)["result"].get("rule")

    def traced(self, person: Mapping[str, object]) -> object:
        """One decision with its trace."""
        return self.engine.evaluate("t", person, {"trace": True})["trace"]

    def batch(self, people: Sequence[Mapping[str, object]]) -> list[str | None]:
        """Many decisions in one call."""
        answers = self.engine.evaluate_batch([{"key": "t", "context": person} for person in people])
        return [answer["data"]["result"].get("rule") for answer in answers]


def spiff(table: DecisionTable) -> Decide:
    """SpiffWorkflow: its DMN engine on a decision table built from its own classes, without a workflow around it."""
    from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
    from SpiffWorkflow.dmn.engine.DMNEngine import DMNEngine
    from SpiffWorkflow.dmn.specs import model

    made = model.DecisionTable("t", "t", model.HitPolicy.UNIQUE.value)  # it takes the first match
    made.inputs = [model.Input(fact.name, fact.name, fact.name, fact.name, None) for fact in table.inputs]
    output = model.Output("rule", "rule", "rule", None)
    for number, rule in enumerate(table.rules):
        row = model.Rule(rule.id)
        row.row_number = number
        for given, fact in zip(made.inputs, table.inputs, strict=True):
            cell = rule.cells[fact.name]
            if not cell.any:
                entry = model.InputEntry(f"{rule.id}-{fact.name}", given)
                text = as_expression(cell, "?", both="and", equal="==", true="True", false="False")
                entry.lhs.append(f"? is not None and ({text})")
                row.inputEntries.append(entry)
        answer = model.OutputEntry(f"{rule.id}-out", output)
        answer.text = f'"{rule.id}"'
        row.outputEntries.append(answer)
        made.rules.append(row)
    engine = DMNEngine(made)
    workflow = SimpleNamespace(script_engine=PythonScriptEngine())

    def decide(person: Mapping[str, object]) -> str | None:
        return engine.result(SimpleNamespace(data=dict(person), workflow=workflow)).get("rule")

    return decide
