"""Finding what is wrong with a table before it is used, each time with a patient who shows it.

Exact: the facts are cut into regions between which no cell sees a difference (`regions`), with "missing" as
a region of its own, and the space of all patients is searched (`coverage`). Two rules overlap, or one covers
another, exactly when they do so in every column, whatever the size of the table. Only the search for gaps
and for rules masked by several others together can grow beyond its budget; then `CheckReport.not_proved`
names them, and what was found until then still holds.

Which faults are looked for depends on the hit policy: gaps for U, A, P and F (unless an output has a
default); overlaps for U; differing answers for A; masked rules for F and P. C, R and O tables answer with
all rules, so there a patient without a rule, or with several, is no fault.

Numbers are taken to have at most the decimals of their fact: `<=49` and `>=50` leave no gap in an age.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from anderhalf.core.decisions.coverage import DEFAULT_STEPS, SearchTooLarge, Steps, find_uncovered
from anderhalf.core.decisions.facts import Fact, FactType, FactValue, is_of_type, same_value
from anderhalf.core.decisions.feel import format_literal
from anderhalf.core.decisions.findings import CheckReport, Finding, FindingKind, Severity
from anderhalf.core.decisions.model import DecisionTable, HitPolicy, OnUnknown
from anderhalf.core.decisions.policy import bits, policy_of
from anderhalf.core.decisions.space import Space

__all__ = ["CheckReport", "Finding", "FindingKind", "Severity", "check_table"]

REFERENCE_DAY = date(2000, 1, 1)
MAX_GAPS = 10
MAX_PER_KIND = 50


def check_table(table: DecisionTable, *, on: date = REFERENCE_DAY, steps: int = DEFAULT_STEPS) -> CheckReport:
    """Check a table; witnesses are dated `on`. `steps` bounds each of the two searches (gaps, masked)."""
    return _Check(table, on=on, steps=steps).run()


class _Check:
    def __init__(self, table: DecisionTable, *, on: date, steps: int) -> None:
        self.table = table
        self.on = on
        self.steps = steps
        self.space = Space(table)
        self.findings: list[Finding] = []
        self.counts: Counter[FindingKind] = Counter()
        self.not_proved: list[FindingKind] = []
        self.unreachable = 0
        """Rules that can never hold."""
        self.explained: set[tuple[int, int]] = set()
        """Pairs already reported as duplicate or contradiction, lower index first."""

    def run(self) -> CheckReport:
        policy = self.table.hit_policy
        self._unreachable_rules()
        self._same_conditions()
        if policy is HitPolicy.UNIQUE:
            self._overlaps(FindingKind.OVERLAP)
        elif policy is HitPolicy.ANY:
            self._overlaps(FindingKind.CONFLICT)
            self._subsumed()
        elif policy.is_single:
            self._masked()
        if policy.is_single and self.table.default_outcome is None:
            self._gaps()
        self._literals()
        self._outputs()
        self._unused_facts()
        self._sources()
        order = list(FindingKind)
        self.findings.sort(key=lambda finding: order.index(finding.kind))
        return CheckReport(
            table_id=self.table.id, findings=tuple(self.findings), on=self.on,
            not_proved=tuple(self.not_proved),
            left_out={kind: count - MAX_PER_KIND for kind, count in self.counts.items() if count > MAX_PER_KIND},
        )  # fmt: skip

    def add(self, finding: Finding) -> None:
        """Keep a finding, up to MAX_PER_KIND of a kind; the rest is counted."""
        self.counts[finding.kind] += 1
        if self.counts[finding.kind] <= MAX_PER_KIND:
            self.findings.append(finding)

    def ids(self, *rules: int) -> tuple[str, ...]:
        return tuple(self.table.rules[at].id for at in rules)

    def witness(self, rule: int) -> dict[str, FactValue] | None:
        """A patient for whom this rule fires, or None when there is none."""
        choice = self.space.first_choice(rule)
        return None if choice is None else self.space.facts(choice, on=self.on)

    def _unreachable_rules(self) -> None:
        for at, rule in enumerate(self.table.rules):
            for fact in self.table.inputs:
                if self.space.holds(at, fact.name):
                    continue
                self.unreachable |= 1 << at
                self.add(Finding(
                    kind=FindingKind.UNREACHABLE, rules=(rule.id,), column=fact.name,
                    text=rule.cells[fact.name].text,
                    witness=self.space.facts(self.space.nearest_choice(at), on=self.on),
                ))  # fmt: skip

    def _same_conditions(self) -> None:
        """Rules that ask exactly the same: duplicates, or contradictions when their answers differ."""
        groups: dict[tuple[int, ...], list[int]] = defaultdict(list)
        for at in range(len(self.table.rules)):
            if not self.unreachable >> at & 1:
                groups[self.space.signature(at)].append(at)
        for group in groups.values():
            group.sort(key=policy_of(self.table).place)
            for place, at in enumerate(group):
                # A rule is compared with the first that it equals, and the first that it contradicts.
                same = [other for other in group[:place] if self._same_outputs(other, at)]
                differ = [other for other in group[:place] if not self._same_outputs(other, at)]
                self.explained.update((min(at, other), max(at, other)) for other in group[:place])
                if same:
                    self._pair(FindingKind.DUPLICATE, same[0], at)
                if differ and self.table.hit_policy.is_single:
                    self._pair(FindingKind.CONTRADICTION, differ[0], at)

    def _pair(self, kind: FindingKind, one: int, other: int) -> None:
        self.add(Finding(kind=kind, rules=self.ids(one, other), witness=self.witness(other)))

    def _overlaps(self, kind: FindingKind) -> None:
        for at in range(len(self.table.rules)):
            for other in bits(self.space.overlapping(at) >> (at + 1)):
                pair = (at, at + 1 + other)
                if pair in self.explained:
                    continue
                if kind is FindingKind.CONFLICT and self._same_outputs(*pair):
                    continue
                if self.counts[kind] >= MAX_PER_KIND:
                    self.counts[kind] += 1
                    continue
                choice, box = self.space.common(*pair)
                self.add(Finding(
                    kind=kind, rules=self.ids(*pair), detail=self._written(box),
                    witness=self.space.facts(choice, on=self.on),
                ))  # fmt: skip

    def _subsumed(self) -> None:
        for at in range(len(self.table.rules)):
            if self.unreachable >> at & 1:
                continue
            for other in bits(self.space.covering(at) & ~(1 << at)):
                if (min(at, other), max(at, other)) not in self.explained and self._same_outputs(at, other):
                    self.add(Finding(
                        kind=FindingKind.SUBSUMED, rules=self.ids(at, other), witness=self.witness(at)
                    ))  # fmt: skip
                    break

    def _masked(self) -> None:
        """Rules that never make the outcome because rules of higher priority always go first (F, P)."""
        policy = policy_of(self.table)
        steps = Steps(self.steps)
        higher = 0
        for at in sorted(range(len(self.table.rules)), key=policy.place):
            before, higher = higher, higher | 1 << at
            if self.unreachable >> at & 1:
                continue
            covering = list(bits(self.space.covering(at) & before))
            if any((min(at, other), max(at, other)) in self.explained for other in covering):
                continue
            if covering:
                other = covering[0]
                kind = FindingKind.SUBSUMED if self._same_outputs(at, other) else FindingKind.MASKED
                self.add(Finding(kind=kind, rules=self.ids(at, other), witness=self.witness(at)))
                continue
            loose = sum(1 << other for other in bits(before) if self._blocks_when_undecided(other, at))
            columns = self.space.inside(at, strict=before & ~loose, loose=loose)
            rivals = before & ~policy.stepping_aside(at)
            for column in columns:
                met = 0
                for mask in column:
                    met |= mask
                rivals &= met
            try:
                free = find_uncovered(columns, rivals, steps)
            except SearchTooLarge:
                self.not_proved.append(FindingKind.MASKED)
                return
            if free is None:
                self.add(Finding(
                    kind=FindingKind.MASKED, rules=self.ids(at, *bits(rivals)), witness=self.witness(at)
                ))  # fmt: skip

    def _blocks_when_undecided(self, other: int, at: int) -> bool:
        asks = self.table.rule_on_unknown(self.table.rules[other]) is OnUnknown.NEEDS_DATA
        return asks and not self._same_outputs(other, at)

    def _gaps(self) -> None:
        rules = len(self.table.rules)
        columns = [list(column) for column in self.space.possible]
        steps = Steps(self.steps)
        # Each gap found is filled with an imaginary rule, so that the next search finds another one.
        for extra in range(rules, rules + MAX_GAPS + 1):
            try:
                choice = find_uncovered(columns, (1 << extra) - 1, steps)
            except SearchTooLarge:
                self.not_proved.append(FindingKind.GAP)
                return
            if choice is None:
                return
            if extra == rules + MAX_GAPS:
                # There are more, and counting them all could take very long.
                self.not_proved.append(FindingKind.GAP)
                return
            box = _largest_box(columns, choice)
            self._add_gap(choice, box)
            for column, inside in zip(columns, box, strict=True):
                for region in inside:
                    column[region] |= 1 << extra

    def _add_gap(self, choice: Sequence[int], box: Sequence[Sequence[int]]) -> None:
        nearest, column = self.space.nearest_rule(choice)
        region = self.space.write(box)
        self.add(Finding(
            kind=FindingKind.GAP, rules=self.ids(nearest), column=column,
            text=self.table.rules[nearest].cells[column].text, detail=self._written(box), region=region,
            witness=self.space.facts(choice, on=self.on),
        ))  # fmt: skip

    def _written(self, box: Sequence[Sequence[int]]) -> str:
        return "; ".join(f"{name} {text}" for name, text in self.space.write(box).items())

    def _literals(self) -> None:
        for at, rule in enumerate(self.table.rules):
            for fact in self.table.inputs:
                for value in rule.cells[fact.name].literals:
                    kind = _literal_fault(fact, value)
                    if kind is not None:
                        self.add(Finding(
                            kind=kind, rules=(rule.id,), column=fact.name, text=rule.cells[fact.name].text,
                            detail=format_literal(value),
                            witness={**(self.witness(at) or {}), fact.name: FactValue(value, self.on)},
                        ))  # fmt: skip

    def _outputs(self) -> None:
        for at, rule in enumerate(self.table.rules):
            for spec in self.table.outputs:
                value = rule.outputs[spec.name]
                allowed = not spec.values or any(same_value(value, known) for known in spec.values)
                typed = value is None or spec.type is None or is_of_type(value, spec.type)
                if not (allowed and typed):
                    self.add(Finding(
                        kind=FindingKind.OUTPUT_NOT_ALLOWED, rules=(rule.id,), column=f"out:{spec.name}",
                        text="" if value is None else format_literal(value), witness=self.witness(at),
                    ))  # fmt: skip

    def _unused_facts(self) -> None:
        for fact in self.table.inputs:
            if all(rule.cells[fact.name].any for rule in self.table.rules):
                reachable = (self.witness(at) for at in range(len(self.table.rules)))
                witness = next((found for found in reachable if found is not None), None)
                if witness is not None:
                    witness.pop(fact.name, None)
                self.add(Finding(kind=FindingKind.UNUSED_FACT, column=fact.name, witness=witness))

    def _sources(self) -> None:
        for at, rule in enumerate(self.table.rules):
            if not rule.source.strip():
                self.add(Finding(
                    kind=FindingKind.NO_SOURCE, rules=(rule.id,), column="source", witness=self.witness(at)
                ))  # fmt: skip

    def _same_outputs(self, one: int, other: int) -> bool:
        theirs = self.table.rules[other].outputs
        return all(same_value(value, theirs[name]) for name, value in self.table.rules[one].outputs.items())


def _literal_fault(fact: Fact, value: object) -> FindingKind | None:
    if isinstance(value, Decimal):
        low = fact.minimum is not None and value < fact.minimum
        high = fact.maximum is not None and value > fact.maximum
        return FindingKind.OUT_OF_RANGE if low or high else None
    if fact.type is FactType.CODE and fact.values and value not in fact.values:
        return FindingKind.NOT_IN_LIST
    return None


def _largest_box(columns: Sequence[Sequence[int]], choice: Sequence[int]) -> list[list[int]]:
    """The regions around an uncovered patient that can be taken together without meeting a rule."""
    box = [[region] for region in choice]
    for at, column in enumerate(columns):
        met = -1
        for other, inside in enumerate(box):
            if other != at:
                held = 0
                for region in inside:
                    held |= columns[other][region]
                met &= held
        box[at] = [region for region, mask in enumerate(column) if not mask & met]
    return box
