"""The typed form of a decision table: what its cells mean, apart from how they were written down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from anderhalf.core.decisions.facts import Fact, FactType, Value
from anderhalf.core.decisions.feel import UnaryTest


class HitPolicy(StrEnum):
    """What the table answers when one or more rules fire."""

    UNIQUE = "U"
    ANY = "A"
    PRIORITY = "P"
    FIRST = "F"
    RULE_ORDER = "R"
    OUTPUT_ORDER = "O"
    COLLECT = "C"
    COLLECT_SUM = "C+"
    COLLECT_MIN = "C<"
    COLLECT_MAX = "C>"
    COLLECT_COUNT = "C#"

    @property
    def is_single(self) -> bool:
        """One rule (or several that agree) gives the answer."""
        return self in (HitPolicy.UNIQUE, HitPolicy.ANY, HitPolicy.PRIORITY, HitPolicy.FIRST)

    @property
    def is_aggregate(self) -> bool:
        """The answer is one number made of all fired rules."""
        return self.value in ("C+", "C<", "C>", "C#")

    @property
    def is_list(self) -> bool:
        """The answer is the list of the outputs of all fired rules."""
        return not self.is_single and not self.is_aggregate


class OnUnknown(StrEnum):
    """What a rule that cannot be decided does to the answer."""

    NEEDS_DATA = "needs_data"
    TREAT_AS_NO_MATCH = "treat_as_no_match"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputSpec:
    """One output column. The order of `values` is the priority (P, O): first is highest."""

    name: str
    type: FactType | None = None
    """None accepts any literal."""
    values: tuple[Value, ...] = ()
    """Allowed outputs; empty allows all of the type."""
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Label of each allowed value, by language."""
    title: Mapping[str, str] = field(default_factory=dict)
    unit: str | None = None
    default: Value | None = None
    """The answer when no rule fires and none is undecided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One row: a test per input, a value per output (None: no value), and why it is there."""

    id: str
    cells: Mapping[str, UnaryTest]
    """By fact name; every input of the table has a cell."""
    outputs: Mapping[str, Value | None]
    why: Mapping[str, str] = field(default_factory=dict)
    source: str = ""
    grade: str = ""
    on_unknown: OnUnknown | None = None
    """None: as the table says."""

    @property
    def local(self) -> bool:
        """Whether the rule is the network's own agreement, not a published criterion."""
        return self.grade == "local"


@dataclass(frozen=True, kw_only=True)
class DecisionTable:
    """Rules over facts with a hit policy. Immutable; identity is `identity.table_hash`."""

    id: str
    version: str
    hit_policy: HitPolicy
    inputs: tuple[Fact, ...]
    outputs: tuple[OutputSpec, ...]
    rules: tuple[Rule, ...]
    on_unknown: OnUnknown = OnUnknown.NEEDS_DATA
    title: Mapping[str, str] = field(default_factory=dict)

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash((self.id, self.version, self.hit_policy, self.rule_ids))

    @cached_property
    def facts(self) -> Mapping[str, Fact]:
        """Inputs by name."""
        return {fact.name: fact for fact in self.inputs}

    @cached_property
    def rule_ids(self) -> tuple[str, ...]:
        """Rule ids in table order."""
        return tuple(rule.id for rule in self.rules)

    def rule(self, rule_id: str) -> Rule:
        """The rule with this id; KeyError when the table has none."""
        for rule in self.rules:
            if rule.id == rule_id:
                return rule
        raise KeyError(rule_id)

    def rule_on_unknown(self, rule: Rule) -> OnUnknown:
        """What this rule does when undecided: its own word, otherwise the table's."""
        return rule.on_unknown or self.on_unknown

    @property
    def default_outcome(self) -> Mapping[str, Value] | None:
        """The outcome when nothing fires, if any output declares a default."""
        found = {spec.name: spec.default for spec in self.outputs if spec.default is not None}
        return found or None
