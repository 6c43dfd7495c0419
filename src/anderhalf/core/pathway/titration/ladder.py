"""Doses and the ladder of steps of one drug."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal


@dataclass(frozen=True, slots=True)
class Dose:
    """An amount per intake and the intakes a day (0.5 = every other day)."""

    amount: Decimal
    per_day: Decimal

    @property
    def daily(self) -> Decimal:
        """The amount a day, by which doses are compared."""
        return self.amount * self.per_day


@dataclass(frozen=True, slots=True, kw_only=True)
class Drug:
    """One drug of doses.toml. Without `agreed` it has no ladder: it counts for its class, no more."""

    key: str
    drug_class: str
    atc: str
    label: Mapping[str, str]
    source: str
    grade: str
    agreed: bool = True
    unit: str = ""
    per_day: Decimal = Decimal(1)
    steps: tuple[Dose, ...] = ()
    optional: tuple[Dose, ...] = ()
    derived: tuple[Decimal, ...] = ()
    """Amounts that are arithmetic steps in between, not listed by the guideline."""
    step_labels: Mapping[str, str] = field(default_factory=dict)
    aliases: Mapping[Decimal, Decimal] = field(default_factory=dict)
    start: Dose | None = None
    start_at_most: Dose | None = None
    """The end of the range of starting doses, where the source gives a range."""
    low_start: Dose | None = None
    target: Dose | None = None
    maximum: Dose | None = None
    heavy_above_kg: Decimal | None = None
    heavy_target: Dose | None = None
    interval_days: int | None = None
    low_start_interval_days: int | None = None
    only_per_day: Decimal | None = None
    """Taken otherwise it may be another salt: then no dose is known and it is asked."""
    only_per_day_note: Mapping[str, str] = field(default_factory=dict)
    furosemide_equivalent: Decimal | None = None
    with_drug: str = ""

    def dose(self, amount: Decimal, per_day: Decimal | None = None) -> Dose:
        """A recorded amount as a dose; a total tablet strength is read as this file's name for it."""
        return Dose(self.aliases.get(amount, amount), self.per_day if per_day is None else per_day)

    def target_for(self, weight: Decimal | None) -> Dose | None:
        """The target dose; a heavy patient may have a higher one. Unknown weight: the usual target."""
        if self._is_heavy(weight):
            return self.heavy_target
        return self.target

    def maximum_for(self, weight: Decimal | None) -> Dose | None:
        """The end of the ladder for this weight."""
        return self.heavy_target if self._is_heavy(weight) else self.maximum

    def ladder(self, weight: Decimal | None, *, fine: bool = False) -> tuple[Dose, ...]:
        """The steps up to the maximum, ascending; `fine` adds the strengths in between."""
        top = self.maximum_for(weight)
        steps = (*self.steps, *self.optional) if fine else self.steps
        allowed = [step for step in steps if top is None or step.daily <= top.daily]
        return tuple(sorted(allowed, key=lambda step: step.daily))

    def next_step(self, dose: Dose, weight: Decimal | None, *, fine: bool = False) -> Dose | None:
        """The first step above a dose, or None at the top."""
        return next((step for step in self.ladder(weight, fine=fine) if step.daily > dose.daily), None)

    def previous_step(self, dose: Dose, weight: Decimal | None, *, fine: bool = False) -> Dose | None:
        """The first step below a dose, or None at the bottom."""
        below = [step for step in self.ladder(weight, fine=fine) if step.daily < dose.daily]
        return below[-1] if below else None

    def half(self, dose: Dose, weight: Decimal | None) -> Dose | None:
        """The highest step that is at most half a dose, or None when there is none."""
        below = [step for step in self.ladder(weight) if step.daily * 2 <= dose.daily]
        return below[-1] if below else None

    def large_step(self, dose: Dose, weight: Decimal | None, *, share_percent: Decimal) -> Dose | None:
        """The rapid schedule: first to a share of the target, never past it in a leap, then to the target.

        Where no step is exactly that share: to the highest step below it, and from there one step.
        """
        target = self.target_for(weight)
        if target is None:
            return None
        if dose.daily * 100 >= target.daily * share_percent:
            return target if dose.daily < target.daily else None
        within = [step for step in self.ladder(weight) if step.daily * 100 <= target.daily * share_percent]
        leap = within[-1] if within else None
        return leap if leap is not None and leap.daily > dose.daily else self.next_step(dose, weight)

    def percent_of_target(self, dose: Dose, weight: Decimal | None) -> Decimal | None:
        """The daily dose as a whole percentage of the target, rounded as every page rounds: 12,5 is 13."""
        target = self.target_for(weight)
        if target is None:
            return None
        return (dose.daily * 100 / target.daily).quantize(Decimal(1), rounding=ROUND_HALF_UP)

    def interval_after(self, dose: Dose) -> int | None:
        """Shortest number of days before the next step up from a dose; None when no step is ever agreed."""
        if self.low_start_interval_days is not None and dose == self.low_start:
            return self.low_start_interval_days
        return self.interval_days

    def _is_heavy(self, weight: Decimal | None) -> bool:
        return self.heavy_above_kg is not None and weight is not None and weight > self.heavy_above_kg
