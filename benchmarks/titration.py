"""Ten years of generated patients through the titration engine, with counts of every proposal kind per class.

Every contact asks the engine for all classes; what it proposes is done, the world moves on, and the next contact comes
when protocol and follow-up schedule say. Compared in the same run with the engine for one patient (which must give the
same answers on a sample from the middle of the years) and with zen-engine on one class table.
"""

from __future__ import annotations

import copy
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache, partial

import numpy as np

from anderhalf.content import load_pathway, pathway_folder, read_folder
from anderhalf.content.titration import titration_protocol
from anderhalf.core.decisions.facts import usable_value
from anderhalf.core.pathway.model import Pathway
from anderhalf.core.pathway.titration import ProposalKind, Protocol
from anderhalf.core.pathway.titration.asking import ask_compiled
from anderhalf.core.pathway.titration.classes import answer_class
from anderhalf.core.pathway.titration.engine import read_context
from anderhalf.core.pathway.titration.model import DOWNWARD, UPWARD
from anderhalf.core.pathway.titration.population import decide
from anderhalf.population.titration import KINDS, Answers, Cohort, ColumnEngine, Labels, as_patient
from anderhalf.population.titration.engine import NO_RULE
from anderhalf.population.titration.facts import Derived, shared_codes
from benchmarks.measure import Line, at_least, least, processor_seconds, stopwatch
from benchmarks.peers import Zen
from benchmarks.titration_ideal import PUBLISHED, RAPID, bound, days_to_target
from benchmarks.titration_ledger import Found, Ledger
from benchmarks.titration_people import profiles
from benchmarks.titration_world import World

FIRST_DAY = date(2026, 1, 5).toordinal()
YEARS = 10
BATCH = 50_000
CHECKED = 20_000
"""Patients whose every step is looked at by the second opinion."""
CAUSES = 15
SAMPLE = 200
"""Patients per batch size of a comparison with the engine for one patient."""
COMPARED_ROUNDS = (0, 4, 12, 25)
ASKING = (ProposalKind.DISCUSS, ProposalKind.NEEDS_DATA)
STEPS = (*DOWNWARD, *UPWARD)


@cache
def pathway() -> Pathway:
    """The pathway of the repository."""
    folder = pathway_folder("heart_failure")
    return load_pathway(read_folder(folder), str(folder))


@cache
def engine() -> ColumnEngine:
    """Made once per process."""
    protocol = titration_protocol(pathway())
    return ColumnEngine(protocol, Labels(protocol, profiles=profiles()))


@dataclass
class Run:
    """What one batch, or all of them together, came to."""

    counts: dict[str, np.ndarray] = field(default_factory=dict)
    """Per class how often each kind was proposed."""
    contacts: int = 0
    changes: int = 0
    """Contacts at which a dose changed."""
    shown: int = 0
    """Contacts at which some card asks to discuss or for data."""
    tiring: int = 0
    """Contacts at which nothing but such cards is shown: no danger, no step up or down. Answered cards do not count."""
    only_data: int = 0
    """Of these: nothing but questions for data."""
    only_danger: int = 0
    """Contacts at which nothing but such cards is shown, below a danger."""
    causes: Counter[str] = field(default_factory=Counter)
    """Of the tiring contacts the cards that were shown, by class and rule."""
    found: Found = field(default_factory=Found)
    """What the second opinion says, where it was asked."""
    decide: float = 0.0
    """Processor seconds in the engine."""
    world: float = 0.0
    """Processor seconds in the invented world."""

    def add(self, other: Run) -> None:
        """Take another batch in."""
        for key, found in other.counts.items():
            self.counts[key] = self.counts.get(key, 0) + found
        self.contacts += other.contacts
        self.changes += other.changes
        self.shown += other.shown
        self.tiring += other.tiring
        self.only_data += other.only_data
        self.only_danger += other.only_danger
        self.causes.update(other.causes)
        self.found.add(other.found)
        self.decide += other.decide
        self.world += other.world


def live(
    size: int, seed: int, *, years: int = YEARS, checked: bool = False, columns: ColumnEngine | None = None
) -> Run:
    """One batch of patients from the first contact to the end; `checked`: the second opinion looks along."""
    columns = columns or engine()
    world = World(
        columns.labels, pathway().follow_up, size=size, first_day=FIRST_DAY, days=years * 365, seed=seed
    )
    ledger = Ledger(world) if checked else None
    if ledger is not None:
        world.watch = ledger.changed
    run = Run({key: np.zeros(len(KINDS), np.int64) for key in columns.labels.classes})
    begin = processor_seconds()
    while len(world):
        world.measure()
        cohort = world.cohort()
        before = processor_seconds()
        answers = columns.decide(cohort)
        run.decide += processor_seconds() - before
        for key, answer in answers.items():
            run.counts[key] += np.bincount(answer.kind, minlength=len(KINDS))
        run.contacts += len(cohort)
        _cards(run, columns, cohort, answers)
        if ledger is not None:
            ledger.measured(world)
            ledger.look(world, dict(answers))
        world.follow(dict(answers))
    if ledger is not None:
        run.found = ledger.found
    run.changes = world.changes
    run.world = processor_seconds() - begin - run.decide
    return run


def _cards(run: Run, columns: ColumnEngine, cohort: Cohort, answers: Mapping[str, Answers]) -> None:
    """What the page of proposals shows: steps, and cards that ask for something else; answered ones rest."""
    kinds = np.stack([answer.kind for answer in answers.values()])
    step = np.isin(kinds, [KINDS.index(kind) for kind in STEPS]).any(axis=0)
    asking = np.isin(kinds, [KINDS.index(kind) for kind in ASKING])
    only = asking.any(axis=0) & ~step
    # The page begins with the danger, and a pulse above the pressure is one.
    derived = Derived(columns, cohort)
    danger = columns.in_danger(shared_codes(columns, cohort, derived)) | derived.implausible["heart_rate"]
    run.shown += int(asking.any(axis=0).sum())
    run.only_danger += int((only & danger).sum())
    only &= ~danger
    run.tiring += int(only.sum())
    run.only_data += int((only & ~(kinds == KINDS.index(ProposalKind.DISCUSS)).any(axis=0)).sum())
    for (key, answer), asks in zip(answers.items(), asking, strict=True):
        tables = columns.labels.resting[key].tables
        which = (answer.kind * 100 + answer.table).astype(np.int64) * 1000 + answer.rule
        for each, number in zip(*np.unique(which[asks & only], return_counts=True), strict=True):
            place, rule = divmod(int(each), 1000)
            kind, table = divmod(place, 100)
            name = "no rule" if rule == NO_RULE else tables[table].rules[rule].id
            run.causes[f"{key} {name} ({KINDS[kind].value})"] += int(number)


def run(*, patients: int = 100_000) -> Iterator[Line]:
    """The years of all patients, the comparison, and the peers."""
    engine()  # before the processes begin: one version of the protocol for all of them, and for the comparison
    clock = stopwatch()
    sizes = [BATCH] * (patients // BATCH) + [patients % BATCH] * (patients % BATCH > 0)
    whole = Run()
    workers = min(len(sizes), os.cpu_count() or 1)
    with ProcessPoolExecutor(workers) as pool:
        for part in pool.map(live, sizes, range(len(sizes))):
            whole.add(part)
        looked = Run()
        for part in pool.map(
            partial(live, checked=True), [CHECKED // workers] * workers, range(10**5, 10**5 + workers)
        ):
            looked.add(part)
    classes = len(whole.counts)
    decisions = whole.contacts * classes
    name = f"{patients:,} patients, {YEARS} years".replace(",", " ")
    yield Line(f"{name}: contacts", whole.contacts / 1e6, "million")
    yield Line(f"{name}: decisions ({classes} classes each)", decisions / 1e6, "million")
    yield Line(f"{name}: contacts at which a dose changed", whole.changes / 1e6, "million")
    yield Line(f"{name}: on the clock, {workers} processes", clock(), "s")
    per_decision = whole.decide / decisions * 1e9
    yield Line("processor time per decision", per_decision, "ns")
    yield Line("processor time per contact, all classes", whole.decide / whole.contacts * 1e6, "us")
    yield Line("the invented world, per contact", whole.world / whole.contacts * 1e6, "us")
    yield from _counts(whole)
    yield from _tiring(whole)
    yield from _second_opinion(looked)
    yield from _ideal()
    yield from _peers(per_decision)


def _tiring(whole: Run) -> Iterator[Line]:
    """How often a professional finds nothing but questions."""
    share = whole.tiring / whole.contacts * 100
    name = "contacts that show nothing but cards to discuss or without data"
    yield Line(name, share, "%", "below 8", share < 8)
    yield Line("the same, only without data", whole.only_data / whole.contacts * 100, "%")
    yield Line("the same below a danger", whole.only_danger / whole.contacts * 100, "%")
    for name, number in whole.causes.most_common(CAUSES):
        yield Line(f"on such contacts: {name}", number / whole.contacts * 100, "%")


def _second_opinion(looked: Run) -> Iterator[Line]:
    """What the rules written from the sources say of every step up."""
    number = sum(looked.found.forbidden.values())
    name = f"steps up that the second opinion forbids, of {looked.found.steps} in {CHECKED} patients"
    yield Line(name, number, "", "0", number == 0)
    for (key, rule, source), times in looked.found.forbidden.most_common():
        yield Line(f"{key}: {rule} ({source})", times, "")


def _ideal() -> Iterator[Line]:
    """Days until all four classes are at target, and the earliest day that published ladders and intervals allow."""
    protocol = engine().protocol
    for name, every, rapid in (
        ("every 14 days", 14, False),
        ("weekly", 7, False),
        ("rapid schedule, weekly", 7, True),
    ):
        ladders = RAPID if rapid else PUBLISHED
        days, _each = days_to_target(protocol, every=every, rapid=rapid)
        earliest = bound(ladders, every, one_kidney_step=True)
        yield Line(
            f"ideal patient, seen {name}: days to target", days, "d", f"at most {earliest}", days <= earliest
        )


def _counts(whole: Run) -> Iterator[Line]:
    for key, counted in whole.counts.items():
        said = ", ".join(
            f"{kind.value} {number}" for kind, number in zip(KINDS, counted.tolist(), strict=True) if number
        )
        yield Line(f"{key}: {said}", float(counted.sum()) / 1e6, "million")
    total = sum(whole.counts.values())
    for kind, number in zip(KINDS, np.asarray(total).tolist(), strict=True):
        yield Line(f"proposals of kind {kind.value}", number / 1e6, "million", "at least one", number > 0)


def _peers(per_decision: float) -> Iterator[Line]:
    """The engine for one patient on patients out of the world, and zen on one class table."""
    columns = engine()
    samples = list(_moments(columns))
    different = sum(_differences(columns, cohort) for cohort in samples)
    compared = sum(len(cohort) for cohort in samples)
    yield Line(
        f"patients compared with the engine for one patient: {compared}; answers that differ", different, "", "0",
        different == 0,
    )  # fmt: skip
    people = [as_patient(samples[1], at) for at in range(len(samples[1]))]
    protocol = columns.protocol
    seconds = least(lambda: [decide(protocol, p, on=on, at=at) for p, on, at in people], times=3)
    one = seconds / len(people) / len(protocol.classes) * 1e9
    yield Line("the engine for one patient, per decision", one, "ns")
    yield at_least("the engine for one patient / columns", one / per_decision, 100)
    table = protocol.drug_class["beta_blocker"].table
    zen, facts = Zen(table), [_plain(protocol, *person) for person in people]
    zen_ns = least(lambda: [zen.decide(each) for each in facts], times=3) / len(facts) * 1e9
    yield Line(f"zen, the beta-blocker table ({len(table.rules)} rules), facts given", zen_ns, "ns")
    yield at_least(
        "zen, matching rules only / columns, with facts derived and doses chosen", zen_ns / per_decision, 10
    )


def _moments(columns: ColumnEngine) -> Iterator[Cohort]:
    """The record of a small world at a few rounds."""
    world = World(
        columns.labels, pathway().follow_up, size=SAMPLE, first_day=FIRST_DAY, days=YEARS * 365, seed=10**6
    )
    for number in range(max(COMPARED_ROUNDS) + 1):
        world.measure()
        cohort = world.cohort()
        if number in COMPARED_ROUNDS:
            yield _copied(cohort)
        world.follow(dict(columns.decide(cohort)))


def _copied(cohort: Cohort) -> Cohort:
    """The world writes in its own columns, so a moment that is kept is a copy."""
    return copy.deepcopy(cohort)


def _differences(columns: ColumnEngine, cohort: Cohort) -> int:
    answers, found = columns.decide(cohort), 0
    for at in range(len(cohort)):
        patient, on, moment = as_patient(cohort, at)
        for key, one in decide(columns.protocol, patient, on=on, at=moment).items():
            found += (one.kind, one.rule, one.dose_new) != _answer(columns, answers[key], key, at)
    return found


def _answer(columns: ColumnEngine, answer: Answers, key: str, at: int) -> tuple[ProposalKind, str, object]:
    table = columns.labels.resting[key].tables[answer.table[at]]
    rule = "" if answer.rule[at] == NO_RULE else table.rules[answer.rule[at]].id
    kind = KINDS[answer.kind[at]]
    changes = kind in (ProposalKind.START, ProposalKind.INCREASE, ProposalKind.SWITCH, ProposalKind.DECREASE)
    slot = columns.labels.slots[key].slot(int(answer.slot_new[at])) if changes else None
    return kind, rule, None if slot is None else slot.dose


def _plain(protocol: Protocol, patient, on, at) -> Mapping[str, object]:  # type: ignore[no-untyped-def]
    """The facts of the beta-blocker table as zen takes them: worked out beforehand, numbers as floats."""
    context = read_context(protocol, patient, on=on, at=at, ask=ask_compiled)
    entry = protocol.drug_class["beta_blocker"]
    facts = answer_class(context, entry, ask_compiled).facts
    found = {fact.name: usable_value(fact, facts, on=on) for fact in entry.table.inputs}
    return {name: float(one) if isinstance(one, Decimal) else one for name, one in found.items()}
