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
from anderhalf.core.pathway.titration.classes import GATE_OPEN, UNCHANGED, measured_by
from anderhalf.core.pathway.titration.history import RAS
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
    ordered,
)
from anderhalf.population.titration.cohort import NEVER, Cohort, Labels, Small, groups_beside
from anderhalf.population.titration.facts import (
    CLASS_FACTS,
    Derived,
    class_codes,
    shared_codes,
)
from anderhalf.population.titration.numbers import class_numbers, shared_numbers
from anderhalf.population.titration.once import Questions
from anderhalf.population.titration.settled import Cards
from anderhalf.population.titration.since import lowered, newer_since_lowering
from anderhalf.population.titration.small import DangerTable, SmallTable
from anderhalf.population.titration.weighing import at_once, doubled

KINDS = tuple(ProposalKind)
"""What the numbers of a column of kinds stand for."""
GO = len(KINDS)
NO_RULE = MOST_RULES
TABLES = ("class", "gate", "lowering", "in_use")
"""The table of the class, the one before every step up, the one before every lowering, the one about what is in use."""
_CLASS, _GATE, _LOWERING, _IN_USE = range(len(TABLES))
_NUMBER = {kind: at for at, kind in enumerate(KINDS)}
_WORDS = ("none", "half", "previous", "next", "start", "low_start", "lowest", "same")
_STEP_ORDER = (ProposalKind.START, ProposalKind.INCREASE, ProposalKind.SWITCH)
_SWITCH_FROM = ("ace_inhibitor", "arb")


def _flags(kinds: frozenset[ProposalKind] | tuple[ProposalKind, ...]) -> npt.NDArray[np.bool_]:
    return np.array([*(kind in kinds for kind in KINDS), False])


_LOWERS = _flags((ProposalKind.DECREASE, ProposalKind.PAUSE))
_UP, _DOWN, _UNCHANGED = _flags(UPWARD), _flags(DOWNWARD), _flags(UNCHANGED)


@dataclass(slots=True)
class Answers:
    """The answer of one class for everybody: kinds as places in `KINDS`, the new dose as a slot (0 none)."""

    kind: Small
    own_kind: Small
    table: Small
    """Which table spoke: a place in `TABLES`."""
    rule: Small
    """Index in that table; `NO_RULE` when no rule speaks."""
    slot_new: Small
    card: Cards
    """What is asked to discuss, and can be settled by an answer."""
    settled: npt.NDArray[np.bool_]
    """Whether it was answered before: the kind is then "keep" or "hold" again."""
    lacking: Mask
    """The rules of the table that spoke which a missing fact leaves open."""


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
        self.not_indicated = np.uint64(of_kind.get(_NUMBER[ProposalKind.NOT_INDICATED], 0))

    def weigh(self, fired: Mask, undecided: Mask) -> tuple[Small, Index, Mask]:
        """Kind, rule, and the rules that missing facts leave open: what `classes.weigh` answers for one patient."""
        bit, rule = lowest_bit(fired)
        hit = bit != 0
        open_rules = undecided & (bit - np.uint64(1)) & ~self.asked.ignorable
        kind = self.kind[rule]
        settled = (open_rules & ~self.alike[rule]) == 0
        untrue = (kind == _NUMBER[ProposalKind.DISCUSS]) & ((open_rules & self.not_indicated) != 0)
        harmless = (kind != GO) & ~_UP[kind] & ((open_rules & self.moving) == 0) & ~untrue
        stands = hit & (settled | _DOWN[kind] | harmless)
        unanswered = np.where(
            open_rules == 0, _NUMBER[ProposalKind.DISCUSS], _NUMBER[ProposalKind.NEEDS_DATA]
        )
        return (
            np.where(stands, kind, unanswered).astype(np.int16),
            np.where(stands, rule, NO_RULE),
            np.where(hit & settled, np.uint64(0), open_rules),
        )


class ColumnEngine:
    """The protocol made ready for cohorts with these labels; takes a second, so keep it."""

    def __init__(self, protocol: Protocol, labels: Labels) -> None:
        self.protocol, self.labels = protocol, labels
        settings = {name: setting.chosen for name, setting in protocol.settings.items()}
        class_tables = [entry.table for entry in protocol.classes]
        gates = [protocol.gate, protocol.lowering, protocol.in_use]
        indication = [] if protocol.indication is None else [protocol.indication]
        danger = [] if protocol.danger is None else [protocol.danger]
        tables = [*class_tables, *gates, protocol.renal, protocol.phenotype, *indication, *danger]
        self.codings = _codings(protocol, tables, skip={*settings, "drug_class"})
        shared = [coding for name, coding in self.codings.items() if name not in CLASS_FACTS]
        own = [coding for name, coding in self.codings.items() if name in CLASS_FACTS]
        self.renal = SmallTable(protocol.renal, self.codings, settings, "change", "renal_change")
        self.phenotype = SmallTable(protocol.phenotype, self.codings, settings, "phenotype", "phenotype")
        self.indication = None
        if protocol.indication is not None:
            self.indication = SmallTable(
                protocol.indication, self.codings, settings, "indication", "indication"
            )
        asked = {fact.name for table in (*class_tables, *gates) for fact in table.inputs}
        shared = [coding for coding in shared if coding.fact.name in asked]
        self.shared, self.own = (
            grouped(ordered(shared, class_tables)),
            grouped(ordered(own, class_tables)),
        )
        groups: tuple[Group, ...] = (*self.shared, *self.own)
        self.rules = {
            e.key: _Rules(e.table, ColumnTable(e.table, groups, known=settings)) for e in protocol.classes
        }
        self.gates, self.lowerings, self.in_use = (
            {
                entry.key: _Rules(
                    table, ColumnTable(table, groups, known={**settings, "drug_class": entry.key})
                )
                for entry in protocol.classes
            }
            for table in gates
        )
        self._danger = DangerTable(protocol, self.codings, settings)
        self.not_tolerated = {
            key: slots.not_tolerated(labels.profiles) for key, slots in labels.slots.items()
        }
        self.about = {key: slots.interacting() for key, slots in labels.slots.items()}
        self.excluded = {key: slots.excluded(labels.profiles) for key, slots in labels.slots.items()}
        self.for_other = {
            key: slots.excluded_for_other(labels.profiles) for key, slots in labels.slots.items()
        }
        self.to_start = {key: slots.drug_to_start(labels.profiles) for key, slots in labels.slots.items()}
        self.questions = Questions(
            protocol, self.codings, {entry.key: (entry.table, *gates) for entry in protocol.classes}
        )

    def in_danger(self, codes: Mapping[str, Index]) -> npt.NDArray[np.bool_]:
        """Who certainly needs action today, whatever else is unknown."""
        return self._danger.fires(codes)

    def decide(self, cohort: Cohort) -> Mapping[str, Answers]:
        """The proposals of `decide` for everybody, per class. Raises ValueError for a class told as a group beside."""
        if told := {*cohort.groups} - {*groups_beside(self.labels)}:
            raise ValueError(f"groups of drugs that count for a class: {', '.join(sorted(told))}")
        derived = Derived(self, cohort)
        shared = shared_codes(self, cohort, derived)
        indexes = [group.index(shared) for group in self.shared]
        found: dict[str, Answers] = {}
        codes: dict[str, Mapping[str, Index]] = {}
        for key in self.labels.classes:
            found[key], codes[key] = self._class(key, cohort, derived, indexes, shared)
        self._weigh_together(cohort, derived, found)
        self._weigh_lowering(cohort, found)
        asks = {key: one.own_kind == _NUMBER[ProposalKind.NEEDS_DATA] for key, one in found.items()}
        for key, waits in self.questions.hold(asks, derived.on, found, codes).items():
            found[key].kind[waits] = _NUMBER[ProposalKind.HOLD]
        switching = np.zeros(len(cohort), bool)
        for answers in found.values():
            switching |= answers.kind == _NUMBER[ProposalKind.SWITCH]
        for key in _SWITCH_FROM:
            stopped = switching & (cohort.uses[key].slot > 0)
            found[key].kind[stopped] = _NUMBER[ProposalKind.STOP]
            found[key].slot_new[stopped] = 0
        return found

    def _class(
        self, key: str, cohort: Cohort, derived: Derived, shared: list[Index], everybody: Mapping[str, Index]
    ) -> tuple[Answers, Mapping[str, Index]]:
        codes = class_codes(self, cohort, derived, key)
        indexes = [*shared, *(group.index(codes) for group in self.own)]
        rules, use = self.rules[key], cohort.uses[key]
        kind, rule, lacking = rules.weigh(*rules.asked.masks(indexes))
        word = rules.word[rule]
        spoke = np.zeros(len(cohort), np.int16)

        def ask(which: int, asked: _Rules, at: Index, indexes: list[Index]) -> None:
            """Let another table speak for some people; nothing happens where it lets them go on."""
            if not len(at):
                return
            other_kind, other_rule, open_rules = asked.weigh(
                *asked.asked.masks([index[at] for index in indexes])
            )
            speaks = other_kind != GO
            if which == _GATE:  # where nobody is asked for facts any more, only an answer counts
                speaks &= ~((kind[at] == _NUMBER[ProposalKind.NEEDS_DATA]) & (other_kind == kind[at]))
            stopped = at[speaks]
            kind[stopped], rule[stopped], spoke[stopped] = other_kind[speaks], other_rule[speaks], which
            lacking[stopped] = open_rules[speaks]

        down = (kind == _NUMBER[ProposalKind.DECREASE]) & lowered(derived, key)
        spared = np.zeros(len(cohort), bool)
        for name in self.protocol.not_asked_when:
            spared |= cohort.places[name] == 1
        spared &= kind == _NUMBER[ProposalKind.NEEDS_DATA]
        at_lowering = np.flatnonzero(down)
        if len(at_lowering):
            codes["newer_since_lowering"] = self._newer(key, derived, rule)
            again = [*shared, *(group.index(codes) for group in self.own)]
        else:
            again = indexes
        ask(_GATE, self.gates[key], np.flatnonzero(_UP[kind] | spared), indexes)
        ask(_LOWERING, self.lowerings[key], at_lowering, again)
        slot_new = np.where(spoke > 0, 0, self._new_slots(key, cohort, derived, word)).astype(np.int16)
        # Nothing to step to: never an empty step up.
        empty = _UP[kind] & (slot_new == 0)
        kind[empty] = _NUMBER[ProposalKind.DISCUSS]
        ask(_IN_USE, self.in_use[key], np.flatnonzero(_UNCHANGED[kind] & (use.slot > 0)), indexes)
        known = (use.slot > 0) & self.labels.slots[key].has_dose[use.slot]
        kind[(kind == _NUMBER[ProposalKind.DECREASE]) & (slot_new == 0) & known] = _NUMBER[ProposalKind.PAUSE]
        answers = Answers(
            kind, kind.copy(), spoke, rule.astype(np.int16), slot_new, self.labels.resting[key].none(len(cohort)),
            np.zeros(len(cohort), bool), lacking,
        )  # fmt: skip
        every = {**everybody, **codes}
        self._settle(key, cohort, derived, answers, every)
        return answers, every

    def _settle(
        self, key: str, cohort: Cohort, derived: Derived, answers: Answers, codes: Mapping[str, Index]
    ) -> None:
        """What was discussed and decided is not asked again while nothing about it changed."""
        complete = ((answers.lacking == 0) | (cohort.uses[key].slot == 0)) & (answers.rule != NO_RULE)
        asks = (answers.kind == _NUMBER[ProposalKind.DISCUSS]) & complete
        if not asks.any():
            return
        rest, use, slots = self.labels.resting[key], cohort.uses[key], self.labels.slots[key]
        numbers = {**shared_numbers(derived), **class_numbers(derived, key)}

        def value(name: str, at: Index) -> npt.NDArray[np.float64]:
            if not self.codings[name].cuts:
                return codes[name][at].astype(np.float64)
            return (numbers[name] if name in numbers else derived.number(name))[at]

        card = answers.card
        asking = np.flatnonzero(asks)
        which = answers.table[asking].astype(np.int32) * (MOST_RULES + 1) + answers.rule[asking]
        for each in np.unique(which).tolist():
            table, rule = divmod(each, MOST_RULES + 1)
            if rest.never[table][rule]:
                continue
            at = asking[which == each]
            card.table[at], card.rule[at] = table, rule
            for place, name in enumerate(rest.names[table][rule]):
                card.facts[at, place] = value(name, at)
        on = use.slot > 0
        card.drug[on] = slots.drug[use.slot[on]]
        card.dose[:] = np.where(slots.has_dose[use.slot], slots.daily[use.slot], np.nan)
        card.pairs[:], card.on[:] = derived.pairs(key), cohort.today
        # A use that ended after the answer, or another drug that began: a new matter.
        began = np.where(~on & (use.last_slot > 0), use.last_until, NEVER)
        began = np.maximum(began, derived.pairs_began(card.pairs))
        for before in cohort.settled.get(key, ()):
            answers.settled |= rest.same(before, card, began=began, earlier=derived.earlier)
        for other, given in cohort.settled.items():
            for before in given:
                answers.settled |= rest.same_pairs(self.labels.resting[other], before, card, began=began)
        answers.settled &= codes["danger"] != self.codings["danger"].of_value(True)
        waiting = np.where(on, _NUMBER[ProposalKind.KEEP], _NUMBER[ProposalKind.HOLD])
        answers.kind[answers.settled] = waiting[answers.settled]

    def _newer(self, key: str, derived: Derived, rule: Index) -> Index:
        """Per person whether what the speaking rule rests on was measured since the last lowering."""
        found = np.full(len(rule), -1, np.int8)
        for at, one in enumerate(self.protocol.drug_class[key].table.rules):
            mine = rule == at
            if ProposalKind(str(one.outputs["action"])) is ProposalKind.DECREASE and mine.any():
                found[mine] = newer_since_lowering(derived, key, measured_by(self.protocol, one))[mine]
        return self.codings["newer_since_lowering"].places(found)

    def _new_slots(self, key: str, cohort: Cohort, derived: Derived, word: Small) -> Index:
        """The slot that a rule's word stands for; 0 when there is no such step."""
        slots, use = self.labels.slots[key], cohort.uses[key]
        now = use.slot
        found = np.zeros(len(now), np.intp)
        heavy = derived.heavy(key)
        for name, table in (("half", slots.half), ("previous", slots.previous), ("next", slots.following)):
            at = np.flatnonzero((word == _WORDS.index(name)) & (now > 0))
            found[at] = table[now[at], heavy[at], derived.frail[at], derived.rapid_step(key)[at]]
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

    def _weigh_together(self, cohort: Cohort, derived: Derived, found: Mapping[str, Answers]) -> None:
        """Steps up that have to wait become "keep" or "hold"; steps of one kind in the order of the classes."""
        groups = self.protocol.together
        two = doubled(derived)
        down = {key: _DOWN[answers.own_kind] for key, answers in found.items()}
        down |= {key: down[key] | (two & derived.on[key]) for key in RAS if key in down}
        accepted = {group.key: np.zeros(len(cohort), np.int8) for group in groups}
        applies = {group.key: None if group.rapid else ~derived.rapid for group in groups}
        most = {group.key: at_once(group, derived) for group in groups}
        for kind in _STEP_ORDER:
            for key, answers in found.items():
                asks = answers.own_kind == _NUMBER[kind]
                mine = [group for group in groups if key in group.classes]
                if not mine or not asks.any():
                    continue
                held = np.zeros(len(cohort), bool)
                for group in mine:
                    blocked = accepted[group.key] >= most[group.key]
                    for other in group.classes:
                        if other != key and other in down:
                            blocked |= down[other]
                    limit = applies[group.key]
                    held |= blocked if limit is None else blocked & limit
                for group in mine:
                    accepted[group.key] += asks & ~held
                self._hold(cohort, key, answers, asks & held)

    def _weigh_lowering(self, cohort: Cohort, found: Mapping[str, Answers]) -> None:
        """Of the classes that would go down for one reason only the first does."""
        places = {
            rule: (one.key, at) for one in self.protocol.classes for at, rule in enumerate(one.table.rule_ids)
        }
        for group in self.protocol.one_down:
            taken = np.zeros(len(cohort), bool)
            for key, at in (places[rule] for rule in group.rules if places[rule][0] in found):
                answers = found[key]
                mine = _LOWERS[answers.own_kind] & (answers.table == _CLASS) & (answers.rule == at)
                self._hold(cohort, key, answers, mine & taken)
                taken |= mine

    @staticmethod
    def _hold(cohort: Cohort, key: str, answers: Answers, held: npt.NDArray[np.bool_]) -> None:
        waiting = np.where(cohort.uses[key].slot > 0, _NUMBER[ProposalKind.KEEP], _NUMBER[ProposalKind.HOLD])
        answers.kind[held] = waiting[held]
        answers.slot_new[held] = 0


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
