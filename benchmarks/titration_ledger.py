"""What was measured and taken, written down beside the world: the second opinion leans on no column of the engine."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from anderhalf.core.pathway.titration import ProposalKind
from anderhalf.population.titration import KINDS, Answers, Labels
from anderhalf.population.titration.cohort import NEVER
from benchmarks.titration_chart import Chart, Step, Taken
from benchmarks.titration_recheck import forbidden
from benchmarks.titration_world import World

UP = (ProposalKind.START, ProposalKind.INCREASE, ProposalKind.SWITCH)
SERIES = ("potassium", "creatinine", "egfr", "nt_probnp", "lvef")
"""Measurements of which every value is kept; of the others the newest is enough."""
BOOLEANS = (
    "acute_illness", "hypotension_symptoms", "pregnant", "congestion", "dehydration", "diabetes", "dialysis",
    "lvef_ever_40_or_less", "angioedema_history", "asthma", "heart_failure_known", "av_block", "chest_pain_at_rest",
    "dyspnoea_at_rest", "hypoperfusion", "syncope", "abrupt_deterioration",
)  # fmt: skip
NAMED = ("beta_blocker_complaints", "nyha", "rhythm")
RENAMED = {
    "outflow_obstruction": ("severe_aortic_stenosis", {False: False, True: True}),
    "ketoacidosis_history": ("ketoacidosis", {False: False, True: True}),
    "liver_class": ("liver", {"none": "none", "a": "mild", "b": "moderate", "c": "severe"}),
    "diabetes_type": (
        "diabetes_type",
        {"none": "none", "type_1": "type1", "type_2": "type2", "other": "other"},
    ),
}
GROUPS = {
    "nsaid": "nsaid", "potassium": "potassium", "trimethoprim": "trimethoprim", "lithium": "lithium",
    "aliskiren": "aliskiren", "diltiazem_or_verapamil": "verapamil_diltiazem", "pde5": "pde5", "riociguat": "riociguat",
    "strong_cyp3a4_inhibitor": "strong_cyp3a4_inhibitor",
}  # fmt: skip
EXAMPLES = 5


@dataclass
class Found:
    """Steps that the second opinion looked at, and those that it forbids."""

    steps: int = 0
    forbidden: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """Class, rule and source, with how often."""
    examples: dict[tuple[str, str, str], list[str]] = field(default_factory=lambda: defaultdict(list))

    def add(self, other: Found) -> None:
        """Take another batch in."""
        self.steps += other.steps
        self.forbidden.update(other.forbidden)
        for key, said in other.examples.items():
            self.examples[key] = [*self.examples[key], *said][:EXAMPLES]


class Ledger:
    """One chart per person, filled contact by contact from what the world measured and changed."""

    def __init__(self, world: World) -> None:
        self.labels: Labels = world.labels
        self.series: list[dict[str, list[tuple[int, float | None]]]] = [
            {name: [] for name in SERIES} for _ in range(len(world))
        ]
        self.taken: list[list[Taken]] = [[] for _ in range(len(world))]
        self.found = Found()
        for key, use in world.uses.items():
            for at in np.flatnonzero(use.slot > 0).tolist():
                self._begin(at, key, int(use.slot[at]), int(use.since[at]))
        self._enter(world)

    def _enter(self, world: World) -> None:
        """Old blood that came in late."""
        for people, days, values in world.entered:
            for place, person in enumerate(people.tolist()):
                for name, value in values.items():
                    self.series[person][name].insert(0, (int(days[place]), float(value[place])))

    def _begin(self, person: int, key: str, number: int, day: int) -> None:
        slot = self.labels.slots[key].slot(number)
        assert slot is not None
        dose = slot.dose
        amount, per_day = (float(dose.amount), float(dose.per_day)) if dose is not None else (0.0, 0.0)
        self.taken[person].append(Taken(key, slot.drug.atc, amount, per_day, day))

    def measured(self, world: World) -> None:
        """After the measurements of a contact: what is new goes to the end of each series."""
        for at in np.flatnonzero(world.admitted & ~np.isnan(world.nt_before)).tolist():
            # The hospital measured it on the day of discharge.
            said = (int(world.discharged[at]), float(world.nt_before[at]))
            self.series[int(world.number[at])]["nt_probnp"].append(said)
        columns = [(name, world.days[name].tolist(), world.numbers[name].tolist()) for name in SERIES]
        for name, days, values in columns:
            for person, day, value in zip(world.number.tolist(), days, values, strict=True):
                kept = self.series[person][name]
                good = None if value != value else value
                if (not kept and good is not None) or (kept and kept[-1][0] < day):
                    kept.append((day, good))

    def look(self, world: World, answers: dict[str, Answers]) -> None:
        """Every step up that is proposed, whether it will be done or not."""
        charts: dict[int, Chart] = {}
        for key, answer in answers.items():
            up = np.isin(answer.kind, [KINDS.index(kind) for kind in UP])
            for at in np.flatnonzero(up).tolist():
                if at not in charts:
                    charts[at] = self.chart(world, at)
                self._judge(charts[at], key, answer, at, int(world.number[at]))

    def _judge(self, chart: Chart, key: str, answer: Answers, at: int, person: int) -> None:
        slot = self.labels.slots[key].slot(int(answer.slot_new[at]))
        if slot is None or slot.dose is None:
            return
        kind = KINDS[answer.kind[at]].value
        step = Step(key, kind, slot.drug.atc, float(slot.dose.amount), float(slot.dose.per_day))
        self.found.steps += 1
        for one in forbidden(chart, step):
            said = (key, one.rule, one.source)
            self.found.forbidden[said] += 1
            if len(self.found.examples[said]) < EXAMPLES:
                rule = self.labels.resting[key].tables[0].rules[answer.rule[at]].id
                self.found.examples[said].append(f"person {person}, {rule} {step}\n{describe(chart)}")

    def changed(self, world: World) -> None:
        """After a contact: what ended and what began. Called before anybody leaves the world."""
        self._enter(world)
        for key, who, slots, reasons, kinds in world.moved:
            for at in np.flatnonzero(who).tolist():
                person, day = int(world.number[at]), int(world.last_seen[at])
                for place, one in enumerate(self.taken[person]):
                    if one.until is None and one.drug_class == key:
                        ended = Taken(
                            one.drug_class, one.atc, one.amount, one.per_day, one.since, day,
                            self.labels.reasons[reasons[at]], KINDS[kinds[at]].value,
                        )  # fmt: skip
                        self.taken[person][place] = ended
                if slots[at] > 0:
                    self._begin(person, key, int(slots[at]), day)

    def chart(self, world: World, at: int) -> Chart:
        """One person as the second opinion reads them."""
        person = int(world.number[at])
        results = {name: values for name, values in self.series[person].items() if values}
        for name, values in world.numbers.items():
            if name not in SERIES and not np.isnan(values[at]):
                results[name] = [(int(world.days[name][at]), float(values[at]))]
        profile = self.labels.profiles[int(world.profile[at])]
        codes = {drug.key: drug.atc for slots in self.labels.slots.values() for drug in slots.drugs}
        return Chart(
            today=int(world.today[at]), age=float(np.floor(world.age[at])), results=results,
            answers=dict(self._answers(world, at)), taken=self.taken[person],
            others=frozenset(GROUPS[name] for name, used in world.groups.items() if name in GROUPS and used[at]),
            tolerances=None if profile is None
            else tuple((one.drug_class, one.kind, codes.get(one.drug, "")) for one in profile),
            most_tolerated=frozenset(key for key, use in world.uses.items() if use.max_tolerated[at]),
            restart_agreed=frozenset(key for key, use in world.uses.items() if use.restart_agreed[at]),
            rapid=bool(world.rapid[at]),
            discharged=None if world.discharged[at] == NEVER else int(world.discharged[at]),
        )  # fmt: skip

    def _answers(self, world: World, at: int) -> Iterator[tuple[str, tuple[int, object]]]:
        for name in (*BOOLEANS, *NAMED, *RENAMED):
            place = int(world.places[name][at])
            if place < 0:
                continue
            value: object = self.labels.listed(name)[place]
            if name in RENAMED:
                mine, words = RENAMED[name]
                yield mine, (int(world.days[name][at]), words[value])
            else:
                yield name, (int(world.days[name][at]), value)


def describe(chart: Chart) -> str:
    """One chart in a few lines: days are counted back from today."""
    today = chart.today
    lines = [
        f"  age {chart.age:.0f}, others {sorted(chart.others)}, tolerances {chart.tolerances}, rapid {chart.rapid}"
    ]
    if chart.discharged is not None:
        lines[0] += f", discharged {today - chart.discharged} d ago"
    for name, values in chart.results.items():
        lines.append(f"  {name}: " + ", ".join(f"{value} ({today - day} d)" for day, value in values[-6:]))
    lines.append(
        "  " + ", ".join(f"{name} {value} ({today - day} d)" for name, (day, value) in chart.answers.items())
    )
    for one in chart.taken[-14:]:
        until = "now" if one.until is None else f"{today - one.until} d ago ({one.reason}, {one.ended_by})"
        lines.append(
            f"  {one.drug_class} {one.atc} {one.amount}x{one.per_day}: {today - one.since} d ago to {until}"
        )
    return "\n".join(lines)
