"""A decision as a card: what, why, by which facts of which age, and what would settle it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from anderhalf.core.decisions.explain import Decision, RuleExplanation
from anderhalf.core.decisions.facts import Freshness
from anderhalf.core.decisions.policy import Status
from anderhalf.core.pathway.model import Pathway
from anderhalf.presentation.values import value_with_unit
from anderhalf.presentation.wording import without_local

from ..queries import label_of

KINDS = {"return": "info", "stay": "wait", "discuss": "info", "forward": "danger"}
"""Which face the component gives to an advice of the ``stable`` table."""
MOST_FACTS = 8


@dataclass(frozen=True, kw_only=True)
class Card:
    """What ``<c-advice>`` takes."""

    kind: str
    title: str
    why: list[str]
    facts: list[dict[str, Any]]
    source: str
    rule: str
    local: bool
    missing: list[str]
    advice: str

    def but(self, **changes: Any) -> Card:
        """The same card with something said differently."""
        return replace(self, **changes)


def stable_card(decision: Decision, pathway: Pathway) -> Card:
    """The answer of the ``stable`` table, ready to show."""
    if decision.status is not Status.DECIDED:
        missing = [_fact_label(pathway, name) for name in decision.facts_missing]
        return Card(
            kind="data",
            title=_("Nog niet te zeggen of deze patiënt terug kan"),
            why=[_("Deze gegevens ontbreken of zijn te oud.")],
            facts=[],
            source="",
            rule="",
            local=False,
            missing=missing,
            advice="",
        )
    face = KINDS.get(str(decision.value("advice")), "info")
    return table_card(decision, pathway, table="stable", output="advice", face=face)


def table_card(decision: Decision, pathway: Pathway, *, table: str, output: str, face: str) -> Card:
    """The answer of any table; ``output`` is the one that is the answer, ``face`` how the component shows it."""
    if not decision.is_decided:
        missing = fact_labels(pathway, decision.facts_missing)
        title = label_of(pathway.table(table).title)
        return Card(kind="data", title=title, why=[_("Deze gegevens ontbreken of zijn te oud.")], facts=[], source="",
                    rule="", local=False, missing=missing, advice="")  # fmt: skip
    advice = str(decision.value(output))
    spec = next(one for one in pathway.table(table).outputs if one.name == output)
    label = label_of(spec.labels.get(advice, {})) or advice
    rule = decision.decisive[0] if decision.decisive else None
    return Card(
        kind=face,
        title=label[:1].upper() + label[1:],
        why=[label_of(rule.why)] if rule else [],
        facts=_facts(decision, rule, pathway),
        source=without_local(rule.source) if rule else "",
        rule=rule.rule_id if rule else "",
        local=rule.local if rule else False,
        missing=[],
        advice=advice,
    )


def fact_labels(pathway: Pathway, names: Iterable[str]) -> list[str]:
    """Facts by name, in the reader's language."""
    return [_fact_label(pathway, name) for name in names]


def _facts(decision: Decision, rule: RuleExplanation | None, pathway: Pathway) -> list[dict[str, Any]]:
    """The facts that made the decision: of the rule itself, else (a rule without conditions) all that counted."""
    named = [cell.fact for cell in rule.cells] if rule else []
    used = [fact for fact in decision.facts_used if not named or fact.name in named][:MOST_FACTS]
    found = []
    for fact in used:
        known = pathway.facts.get(fact.name)
        text = f"{_fact_label(pathway, fact.name)}: {value_with_unit(known, fact.value)}"
        found.append({"text": text, "on": fact.on, "stale": fact.state is Freshness.STALE})
    return found


def _fact_label(pathway: Pathway, name: str) -> str:
    fact = pathway.facts.get(name)
    return label_of(fact.label) if fact is not None else name
