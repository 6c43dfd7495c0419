"""Every class of everybody in a cohort: facts to regions, tables, the gate, doses, and the weighing of classes.

The order of `core.pathway.titration`: `derive` (facts), `classes` (one class), `engine` (classes against each other).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from anderhalf.core.decisions.feel import UnaryTest
from anderhalf.core.decisions.model import DecisionTable
from anderhalf.core.decisions.policy import Status, policy_of
from anderhalf.core.pathway.titration.classes import GATE_OPEN
from anderhalf.core.pathway.titration.model import DOWNWARD, UPWARD, ProposalKind
from anderhalf.core.pathway.titration.protocol import Protocol
from anderhalf.population.titration.codes import (
    MOST_RULES,
    Coding,
    ColumnTable,
    Group,
    Index,
    Mask,
    grouped,
    lowest_bit,
)
from anderhalf.population.titration.cohort import Cohort, Labels, Small
from anderhalf.population.titration.facts import CLASS_FACTS, Derived, class_codes, shared_codes

KINDS = tuple(ProposalKind)
"""What the numbers of a column of kinds stand for."""
GO = len(KINDS)
NO_RULE = MOST_RULES
_NUMBER = {kind: at for at, kind in enumerate(KINDS)}
_WORDS = ("none", "half", "previous", "next", "start", "low_start", "lowest", "same")
_STEP_ORDER = (ProposalKind.SWITCH, ProposalKind.START, ProposalKind.INCREASE)
_SWITCH_FROM = ("ace_inhibitor", "arb")


def _flags(kinds: frozenset[ProposalKind] | tuple[ProposalKind, ...]) -> npt.NDArray[np.bool_]:
    return np.array([*(kind in kinds for kind in KINDS), False])


_UP, _DOWN = _flags(UPWARD), _flags(DOWNWARD)


@dataclass(slots=True)
class Answers:
    """The answer of one class for everybody: kinds as places in `KINDS`, the new dose as a slot (0 none)."""

    kind: Small
    own_kind: Small
    gate: npt.NDArray[np.bool_]
    """Whether the gate spoke, so that `rule` is one of its rules."""
    rule: Small
    """Index in the class table, or the gate's; `NO_RULE` when no rule speaks."""
    slot_new: Small


class _Rules:
    """What the rules of one table answer, ready to be looked up by the index of the rule."""

    def __init__(self, table: DecisionTable, asked: ColumnTable) -> None:
        self.asked = asked
        kinds = [
            GO if r.outputs["action"] == GATE_OPEN else _NUMBER[ProposalKind(str(r.outputs["action"]))]
            for r in table.rules
        ]
        self.kind = np.full(MOST_RULES + 1, -1, np.int16)
        self.kind[: len(kinds)] = kinds
        self.word = np.zeros(MOST_RULES + 1, np.int16)
        self.word[: len(kinds)] = [_WORDS.index(str(rule.outputs["dose"])) for rule in table.rules]
        of_kind = {kind: sum(1 << at for at, each in enumerate(kinds) if each == kind) for kind in set(kinds)}
        self.alike = np.zeros(MOST_RULES + 1, np.uint64)
        self.alike[: len(kinds)] = [of_kind[kind] for kind in kinds]
        moving = sum(1 << at for at, kind in enumerate(kinds) if _UP[kind] or _DOWN[kind])
        self.moving = np.uint64(moving)

    def weigh(self, fired: Mask, undecided: Mask) -> tuple[Small, Index]:
        """Kind and rule: what `classes.weigh` answers for one patient."""
        bit, rule = lowest_bit(fired)
        hit = bit != 0
        open_rules = undecided & (bit - np.uint64(1)) & ~self.asked.ignorable
        kind = self.kind[rule]
        settled = (open_rules & ~self.alike[rule]) == 0
        harmless = (kind != GO) & ~_UP[kind] & ((open_rules & self.moving) == 0)
        stands = hit & (settled | _DOWN[kind] | harmless)
        unanswered = np.where(
            open_rules == 0, _NUMBER[ProposalKind.DISCUSS], _NUMBER[ProposalKind.NEEDS_DATA]
        )
        return np.where(stands, kind, unanswered).astype(np.int16), np.where(stands, rule, NO_RULE)


class ColumnEngine:
    """The protocol made ready for cohorts with these labels; takes a second, so keep it."""

    def __init__(self, protocol: Protocol, labels: Labels) -> None:
        self.protocol, self.labels = protocol, labels
        settings = {name: setting.chosen for name, setting in protocol.settings.items()}
        class_tables = [entry.table for entry in protocol.classes]
        tables = [*class_tables, protocol.gate, protocol.renal, protocol.phenotype]
        self.codings = _codings(protocol, tables, skip={*settings, "drug_class"})
        shared = [coding for name, coding in self.codings.items() if name not in CLASS_FACTS]
        own = [coding for name, coding in self.codings.items() if name in CLASS_FACTS]
        self.renal = _Small(protocol.renal, self.codings, settings, "change", "renal_change")
        self.phenotype = _Small(protocol.phenotype, self.codings, settings, "phenotype", "phenotype")
        asked = {fact.name for table in (*class_tables, protocol.gate) for fact in table.inputs}
        shared = [coding for coding in shared if coding.fact.name in asked]
        self.shared, self.own = (
            grouped(_together(shared, class_tables)),
            grouped(_together(own, class_tables)),
        )
        groups: tuple[Group, ...] = (*self.shared, *self.own)
        self.rules = {
            e.key: _Rules(e.table, ColumnTable(e.table, groups, known=settings)) for e in protocol.classes
        }
        self.gates = {
            entry.key: _Rules(
                protocol.gate, ColumnTable(protocol.gate, groups, known={**settings, "drug_class": entry.key})
            )
            for entry in protocol.classes
        }
        self.excluded = {key: slots.excluded(labels.profiles) for key, slots in labels.slots.items()}
        self.for_other = {
            key: slots.excluded_for_other(labels.profiles) for key, slots in labels.slots.items()
        }
        self.to_start = {key: slots.drug_to_start(labels.profiles) for key, slots in labels.slots.items()}

    def decide(self, cohort: Cohort) -> Mapping[str, Answers]:
        """The proposals of `decide` for everybody, per class."""
        derived = Derived(self, cohort)
        shared = shared_codes(self, cohort, derived)
        indexes = [group.index(shared) for group in self.shared]
        found = {key: self._class(key, cohort, derived, indexes) for key in self.labels.classes}
        self._weigh_together(cohort, found)
        switching = np.zeros(len(cohort), bool)
        for answers in found.values():
            switching |= answers.kind == _NUMBER[ProposalKind.SWITCH]
        for key in _SWITCH_FROM:
            stopped = switching & (cohort.uses[key].slot > 0)
            found[key].kind[stopped] = _NUMBER[ProposalKind.STOP]
            found[key].slot_new[stopped] = 0
        return found

    def _class(self, key: str, cohort: Cohort, derived: Derived, shared: list[Index]) -> Answers:
        codes = class_codes(self, cohort, derived, key)
        indexes = [*shared, *(group.index(codes) for group in self.own)]
        rules, gate_rules = self.rules[key], self.gates[key]
        kind, rule = rules.weigh(*rules.asked.masks(indexes))
        word = rules.word[rule]
        gated = np.zeros(len(cohort), bool)
        up = np.flatnonzero(_UP[kind])
        if len(up):
            gate_kind, gate_rule = gate_rules.weigh(*gate_rules.asked.masks([index[up] for index in indexes]))
            speaks = gate_kind != GO
            stopped = up[speaks]
            kind[stopped], rule[stopped], gated[stopped] = gate_kind[speaks], gate_rule[speaks], True
        slot_new = np.where(gated, 0, self._new_slots(key, cohort, derived, word)).astype(np.int16)
        # Nothing to step to: never an empty step up.
        empty = _UP[kind] & (slot_new == 0)
        kind[empty] = _NUMBER[ProposalKind.DISCUSS]
        use = cohort.uses[key]
        known = (use.slot > 0) & self.labels.slots[key].has_dose[use.slot]
        kind[(kind == _NUMBER[ProposalKind.DECREASE]) & (slot_new == 0) & known] = _NUMBER[ProposalKind.PAUSE]
        return Answers(kind, kind.copy(), gated, rule.astype(np.int16), slot_new)

    def _new_slots(self, key: str, cohort: Cohort, derived: Derived, word: Small) -> Index:
        """The slot that a rule's word stands for; 0 when there is no such step."""
        slots, use = self.labels.slots[key], cohort.uses[key]
        now = use.slot
        found = np.zeros(len(now), np.intp)
        heavy = derived.heavy(key)
        for name, table in (("half", slots.half), ("previous", slots.previous), ("next", slots.following)):
            at = np.flatnonzero((word == _WORDS.index(name)) & (now > 0))
            found[at] = table[now[at], heavy[at], derived.frail[at], cohort.rapid[at].astype(np.intp)]
        start = np.flatnonzero(word >= _WORDS.index("start"))
        if not len(start):
            return found
        begun = self.to_start[key][cohort.profile[start], use.last_slot[start]]
        drug = np.where(now[start] > 0, slots.drug[now[start]], begun)
        able = (drug >= 0) & slots.agreed[drug]
        start, drug = start[able], drug[able]
        with np.errstate(invalid="ignore"):
            is_heavy = (derived.weight[start] > slots.drug_heavy_above[drug]).astype(np.intp)
        last = use.last_slot[start]
        same = (
            (last > 0) & (slots.drug[last] == drug) & slots.has_dose[last] & slots.may_resume[last, is_heavy]
        )
        asked = word[start]
        chosen = np.where(asked == _WORDS.index("low_start"), slots.low_start[drug], slots.start[drug])
        chosen = np.where(asked == _WORDS.index("lowest"), slots.lowest[drug, is_heavy], chosen)
        found[start] = np.where((asked == _WORDS.index("same")) & same, last, chosen)
        return found

    def _weigh_together(self, cohort: Cohort, found: Mapping[str, Answers]) -> None:
        """Steps up that have to wait become "keep" or "hold"; steps of one kind in the order of the classes."""
        groups = self.protocol.together
        down = {key: _DOWN[answers.own_kind] for key, answers in found.items()}
        accepted = {group.key: np.zeros(len(cohort), np.int8) for group in groups}
        applies = {group.key: None if group.rapid else ~cohort.rapid for group in groups}
        for kind in _STEP_ORDER:
            for key, answers in found.items():
                asks = answers.own_kind == _NUMBER[kind]
                mine = [group for group in groups if key in group.classes]
                if not mine or not asks.any():
                    continue
                held = np.zeros(len(cohort), bool)
                for group in mine:
                    blocked = accepted[group.key] >= group.at_once
                    for other in group.classes:
                        if other != key and other in down:
                            blocked |= down[other]
                    limit = applies[group.key]
                    held |= blocked if limit is None else blocked & limit
                for group in mine:
                    accepted[group.key] += asks & ~held
                self._hold(cohort, key, answers, asks & held)

    @staticmethod
    def _hold(cohort: Cohort, key: str, answers: Answers, held: npt.NDArray[np.bool_]) -> None:
        waiting = np.where(cohort.uses[key].slot > 0, _NUMBER[ProposalKind.KEEP], _NUMBER[ProposalKind.HOLD])
        answers.kind[held] = waiting[held]
        answers.slot_new[held] = 0


class _Small:
    """A table with one answer that is worked out for every combination of its facts beforehand."""

    def __init__(
        self,
        table: DecisionTable,
        codings: Mapping[str, Coding],
        settings: Mapping[str, str],
        output: str,
        fact: str,
    ) -> None:
        self.group = Group([codings[fact.name] for fact in table.inputs if fact.name in codings])
        asked = ColumnTable(table, [self.group], known=settings)
        fired, undecided = asked.masks([np.arange(self.group.size)])
        policy = policy_of(table)
        coding = codings[fact]
        self.region = np.full(self.group.size, coding.size - 1, np.intp)
        for at, (one, other) in enumerate(zip(fired.tolist(), undecided.tolist(), strict=True)):
            answer = policy.answer(one, other)
            if answer.status is Status.DECIDED and not isinstance(answer.outcome, tuple):
                self.region[at] = coding.of_value(answer.outcome[output])

    def regions(self, codes: Mapping[str, Index]) -> Index:
        """The region of the answer per person; missing while undecided."""
        return self.region[self.group.index(codes)]


def _codings(protocol: Protocol, tables: list[DecisionTable], *, skip: set[str]) -> dict[str, Coding]:
    tests: dict[str, list[UnaryTest]] = {}
    for table in tables:
        for fact in table.inputs:
            tests.setdefault(fact.name, []).extend(rule.cells[fact.name] for rule in table.rules)
    return {
        name: Coding(protocol.facts[name], cells)
        for name, cells in tests.items()
        if name not in skip and any(not cell.any for cell in cells)
    }


def _together(codings: list[Coding], tables: list[DecisionTable]) -> list[Coding]:
    """Facts that the same tables look at beside each other, so that a table looks in few groups."""

    def used(coding: Coding) -> tuple[int, tuple[bool, ...]]:
        name = coding.fact.name
        by = tuple(
            any(not rule.cells[name].any for rule in table.rules) if name in table.facts else False
            for table in tables
        )
        return (-sum(by), by)

    return sorted(codings, key=used)
