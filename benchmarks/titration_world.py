"""Invented heart-failure patients who live for years: values that move with doses, illness, admissions, intolerance.

Nothing here is clinical knowledge: the numbers only make a world in which every kind of proposal occurs. What may be
done to a patient follows from the protocol alone.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from anderhalf.core.pathway.model import ContactEvent, FollowUp
from anderhalf.core.pathway.titration import ProposalKind, Protocol
from anderhalf.population.titration import KINDS, Answers, Cohort, Labels
from anderhalf.population.titration.cohort import (
    NEVER,
    RELATED,
    Use,
    latest_step,
    ras_began,
    treatment_began,
)
from anderhalf.population.titration.settled import NO_CARD, Cards
from benchmarks.titration_people import (
    EVENTS,
    NUMBERS,
    OTHERS,
    RAS,
    STOPPED_ON_ADVICE,
    Chain,
    Laboratory,
    StartValues,
    egfr_of,
    facts,
    first_uses,
)
from benchmarks.titration_visit import Visit

NUMBER = {kind: at for at, kind in enumerate(KINDS)}
MOST_WITHOUT_CHANGE = 5
"""So many contacts without a step, and the next one is that of a stable patient."""
KNOWN_BEFORE, FOUND_LATER = 0.8, 0.7
"""How often the laboratory of before the treatment came along, and is found when a card asks for it."""
REMEMBERED = 3
"""So many answered cards of a class are remembered."""


class World(Visit):
    """A batch of patients on their way through the years, each at the day of the next contact."""

    unwilling = 0.04
    """Share of contacts at which somebody does not want what is proposed."""
    answering = 0.95
    """Share of the cards that ask to discuss which are answered at the contact."""
    watch: Callable[[World], None] | None = None
    """Told what changed, before anybody leaves."""

    def __init__(
        self, labels: Labels, follow_up: FollowUp, *, size: int, first_day: int, days: int, seed: int
    ) -> None:
        self.labels, self.protocol = labels, labels.protocol
        self.end = first_day + days
        self.draw = np.random.default_rng(seed)
        self.within = {
            rule.event: rule.within_days or rule.every_days or 0 for rule in follow_up.contacts if rule.event
        }
        self.control = _control_days(self.protocol, self.within[ContactEvent.STEP])
        self.changes = 0
        self.moved: list[tuple[str, np.ndarray, np.ndarray, np.ndarray, np.ndarray]] = []
        """What ended or began at the latest contact: class, persons, new slots, reasons, kinds of proposal."""
        self.number = np.arange(size)
        self._begin(size, first_day)

    # who they are

    def _begin(self, size: int, first_day: int) -> None:
        draw = self.draw
        self.today = (first_day + draw.integers(0, 28, size)).astype(np.int32)
        self.last_seen = self.today - 30
        self.age = np.clip(draw.normal(72, 11, size), 30, 95)
        self.male = draw.random(size) < 0.58
        self.af = draw.random(size) < 0.35
        self.base = {
            "potassium": draw.normal(4.35, 0.3, size), "creatinine": np.exp(draw.normal(4.55, 0.28, size)),
            "systolic_bp": draw.normal(132, 15, size), "heart_rate": draw.normal(80, 10, size) + 8 * self.af,
            "weight": np.clip(draw.normal(81, 15, size), 42, 160), "lvef": np.clip(draw.normal(34, 9, size), 12, 62),
        }  # fmt: skip
        self.improves = draw.random(size) < 0.35
        self.since_start = np.zeros(size)
        none = np.full(size, np.nan)
        self.numbers = {name: none.copy() for name in NUMBERS}
        self.places = facts(self.labels, draw, male=self.male, af=self.af)
        self.days = dict.fromkeys((*self.numbers, *self.places), self.today - 30)
        self.uses = first_uses(self.labels, draw, self.today, self.af)
        self.groups = {name: draw.random(size) < share for name, (share, _begin, _end) in OTHERS.items()}
        self.groups_since = dict.fromkeys(OTHERS, self.today - 60)
        self.settled: dict[str, list[Cards]] = {
            key: [self.labels.resting[key].none(size) for _ in range(REMEMBERED)]
            for key in self.labels.classes
        }
        self.laboratory = Laboratory(size)
        self.entered: list[tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]] = []
        self.start_values = {when: StartValues(size) for when in ("began", "ras")}
        self.chains = {"all": Chain(size), "ras": Chain(size)}
        self._earlier(draw.random(size) < KNOWN_BEFORE)
        self.wanted = np.zeros(size, bool)
        self.operated_on = np.full(size, NEVER, np.int32)
        self.related = {
            name: draw.random(size) < (0.2 if name == "other_bp_lowering" else 0.02) for name in RELATED
        }
        self.profile = np.zeros(size, np.int16)
        self.rapid = np.zeros(size, bool)
        self.lvef_before, self.nt_before = none.copy(), none.copy()
        self.discharged = np.full(size, NEVER, np.int32)
        self.unchanged = np.zeros(size, np.int16)
        self.new = np.ones(size, bool)

    def keep(self, alive: np.ndarray) -> None:
        """Only these go on."""
        for name, value in vars(self).items():
            setattr(self, name, _kept(value, alive))

    # one contact

    def cohort(self) -> Cohort:
        """What the record of this moment says."""
        unknown, never = np.full(len(self), np.nan), np.full(len(self), NEVER, np.int32)
        found = Cohort(
            creatinine_before=unknown, egfr_before=unknown, creatinine_start=unknown, egfr_start=unknown,
            potassium_before=unknown, potassium_start=unknown, creatinine_ras=unknown, egfr_ras=unknown,
            potassium_ras=unknown, hyperkalaemia_on=never, groups=self.groups,
            labels=self.labels, today=self.today, age=self.age.astype(np.int16), numbers=self.numbers,
            places=self.places, days=self.days, uses=self.uses, related=self.related, profile=self.profile,
            rapid=self.rapid, lvef_before=self.lvef_before, nt_probnp_before=self.nt_before,
            discharged=self.discharged, settled=self._standing(), groups_since=self.groups_since,
        )  # fmt: skip
        step, began = latest_step(found), treatment_began(found)
        known, begins = self.laboratory.until, {"began": began, "ras": ras_began(found)}
        start, ras = (self.start_values[when].of_day(self.laboratory, day) for when, day in begins.items())
        found.creatinine_before, found.creatinine_start, found.creatinine_ras = (
            known("creatinine", step), start["creatinine"], ras["creatinine"],
        )  # fmt: skip
        found.egfr_before, found.egfr_start, found.egfr_ras = known("egfr", step), start["egfr"], ras["egfr"]
        found.potassium_before, found.potassium_start, found.potassium_ras = (
            known("potassium", step), start["potassium"], ras["potassium"],
        )  # fmt: skip
        limit = float(self.protocol.limits.hyperkalaemia_above)
        newest = self.days["potassium"]
        found.hyperkalaemia_on = self.laboratory.last_above("potassium", limit, after=step, before=newest)
        return found

    def _standing(self) -> dict[str, list[Cards]]:
        """The answered cards, without those of which a newer value said otherwise."""
        for key, kept in self.settled.items():
            rest = self.labels.resting[key]
            none = rest.none(len(self))
            self.settled[key] = [
                none.where(rest.outdated(cards, self.numbers, self.places, self.days), cards)
                for cards in kept
            ]
        return self.settled

    def follow(self, answers: dict[str, Answers]) -> None:
        """Do what is proposed (one patient in twenty-five does not want to), and plan the next contact."""
        draw, size = self.draw, len(self)
        self.moved, self.entered, self.lacking = [], [], np.zeros(size, bool)
        kidney = [key for key in self.uses if self.protocol.drug_class[key].needs_laboratory]
        for name, keys in (("all", kidney), ("ras", RAS)):
            self.chains[name].go_on([self.uses[key] for key in keys], self.today)
        self.wanted = np.zeros(size, bool)
        willing = draw.random(size) > self.unwilling
        due = np.full(size, self.within[ContactEvent.STABLE], np.int32)
        ahead = np.zeros(size, bool)
        changed = np.zeros(size, bool)
        reason, changing = self._reasons(), self.labels.reasons.index("dose_change")
        ace_used = self.uses["ace_inhibitor"].slot > 0
        switching = answers["arni"].kind == NUMBER[ProposalKind.SWITCH]
        for key, answer in answers.items():
            kind, use = answer.kind, self.uses[key]
            down = np.isin(kind, [NUMBER[one] for one in (ProposalKind.STOP, ProposalKind.PAUSE)])
            ends = willing & down & (use.slot > 0)
            to_arni = switching & (key in ("ace_inhibitor", "arb"))
            because = np.where(to_arni, self.labels.reasons.index("switch_to_arni"), reason)
            self._change(key, ends, np.zeros(size, np.int16), because, kind)
            steps = np.isin(
                kind,
                [NUMBER[one] for one in (ProposalKind.START, ProposalKind.INCREASE, ProposalKind.DECREASE)],
            )
            if key == "arni":
                steps |= switching & ~ace_used
            moves = willing & steps & (answer.slot_new > 0)
            self._change(key, moves, answer.slot_new, np.full(size, changing), kind)
            mine = ends | moves
            due = np.where(mine, np.minimum(due, self.control[key]), due)
            changed |= mine
            ahead |= np.isin(
                kind,
                [NUMBER[ProposalKind.HOLD], NUMBER[ProposalKind.NEEDS_DATA], NUMBER[ProposalKind.DISCUSS]],
            ) & (use.slot > 0)
            ahead |= (kind == NUMBER[ProposalKind.KEEP]) & (
                np.isin(answer.own_kind, [NUMBER[ProposalKind.START], NUMBER[ProposalKind.INCREASE]])
                | (answer.table > 0)
            )
            self._discussed(key, answer)
            self.wanted |= kind == NUMBER[ProposalKind.NEEDS_DATA]
        self._earlier(self.lacking)
        self.changes += int(changed.sum())
        self.unchanged = np.where(changed, 0, self.unchanged + 1).astype(np.int16)
        waits = ahead & ~changed & (self.unchanged < MOST_WITHOUT_CHANGE)
        due = np.where(waits, self.within[ContactEvent.WAITING], due)
        due = np.where(switching & ace_used & willing, 3, due)
        missed = draw.random(size) < 0.05
        self._intolerance()
        self.last_seen = self.today
        self.today = (self.today + due + missed * self.within[ContactEvent.WAITING]).astype(np.int32)
        self.new = np.zeros(size, bool)
        if self.watch is not None:
            self.watch(self)
        dies = draw.random(size) < 1 - 0.93 ** ((self.today - self.last_seen) / 365)
        self.keep((self.today < self.end) & ~dies)

    def _reasons(self) -> np.ndarray:
        place = self.labels.reasons.index
        found = np.full(len(self), place("side_effect"))
        with np.errstate(invalid="ignore"):
            found[self.numbers["systolic_bp"] < 95] = place("hypotension")
            found[self.numbers["heart_rate"] < 50] = place("bradycardia")
            found[self.numbers["egfr"] < 30] = place("renal")
            found[self.numbers["potassium"] > 5.5] = place("hyperkalaemia")
        found[self.places["acute_illness"] == 1] = place("acute_illness")
        return found

    def _change(
        self, key: str, who: np.ndarray, slot: np.ndarray, reason: np.ndarray, kind: np.ndarray
    ) -> None:
        use = self.uses[key]
        begins = who & (slot > 0) & (use.slot == 0)
        begin = self.chains["ras" if key in RAS else "all"].begin(
            self.today, self.protocol.limits.kidney_gap_days
        )
        use.begun[begins] = begin[begins]
        ended = who & (use.slot > 0)
        use.last_slot[ended], use.last_since[ended] = use.slot[ended], use.since[ended]
        use.last_until[ended], use.last_reason[ended] = self.today[ended], reason[ended]
        use.slot[who], use.since[who] = slot[who], self.today[who]
        use.restart_agreed[who] = False
        self.moved.append((key, who, slot, reason, kind.copy()))

    def _discussed(self, key: str, answer: Answers) -> None:
        """Cards are answered nearly always: left so, a restart agreed, more not wanted, or the other drug stopped."""
        use, size = self.uses[key], len(self)
        asked = answer.kind == NUMBER[ProposalKind.DISCUSS]
        chance = self.draw.random(size)
        use.restart_agreed |= asked & (use.slot == 0) & (use.last_slot > 0) & (chance < 0.25)
        use.max_tolerated |= asked & (use.slot > 0) & (chance < 0.15)
        for name, share in STOPPED_ON_ADVICE.items():
            about = asked & (answer.card.pairs != 0) & (self.draw.random(size) < share)
            self.groups[name] = self.groups[name] & ~about
        self.lacking |= asked & self._asks_for_earlier(key, answer) & (self.draw.random(size) < FOUND_LATER)
        answered = asked & (answer.card.table != NO_CARD) & (self.draw.random(size) < self.answering)
        if answered.any():
            kept = self.settled[key]
            newer = [answer.card, *kept[:-1]]
            self.settled[key] = [new.where(answered, old) for new, old in zip(newer, kept, strict=True)]

    def _asks_for_earlier(self, key: str, answer: Answers) -> np.ndarray:
        found = np.zeros(len(self), bool)
        for table, rules in enumerate(self.labels.resting[key].tables):
            for rule, one in enumerate(rules.rules):
                if one.outputs.get("first") == "enter_earlier_creatinine":
                    found |= (answer.table == table) & (answer.rule == rule)
        return found

    def _earlier(self, who: np.ndarray) -> None:
        """Blood of before everything that is used now goes into the record."""
        since = np.min([np.where(use.slot > 0, use.since, self.today) for use in self.uses.values()], axis=0)
        day = (np.minimum(since, self.today) - 10).astype(np.int32)
        creatinine = np.clip(np.round(self.base["creatinine"]), 30, 1500)
        values = {
            "potassium": np.clip(np.round(self.base["potassium"] * 10), 20, 90) / 10, "creatinine": creatinine,
            "egfr": egfr_of(creatinine, self.age, self.male),
        }  # fmt: skip
        who = self.laboratory.put_first(who, day, values)
        self.entered.append(
            (self.number[who], day[who], {name: value[who] for name, value in values.items()})
        )

    def _intolerance(self) -> None:
        for bit, (key, _kind, _drug, share) in enumerate(EVENTS):
            struck = (self.uses[key].slot > 0) & (self.draw.random(len(self)) < share)
            self.profile[struck] |= 1 << bit


def _kept(value: object, alive: np.ndarray) -> object:
    if isinstance(value, np.ndarray):
        return value[alive]
    if isinstance(value, tuple):
        return tuple(_kept(one, alive) for one in value)
    if isinstance(value, dict):
        return {key: _kept(one, alive) for key, one in value.items()}
    if isinstance(value, list):
        return [_kept(one, alive) for one in value if not isinstance(one, tuple)]
    if isinstance(value, Cards | Laboratory | StartValues | Chain):
        return value.of(alive)
    if isinstance(value, Use):
        return Use(**{name: getattr(value, name)[alive] for name in Use.__slots__})
    return value


def _control_days(protocol: Protocol, within: int) -> dict[str, int]:
    """Days to the contact after a change of each class: the protocol's control, at most the schedule's term."""
    return {
        key: min([within, *(entry.until_days for entry in protocol.monitoring if key in entry.classes)])
        for key in protocol.drug_class
    }
