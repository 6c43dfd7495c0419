"""Which values must be measured again within days, whatever the schedule of a class or of a contact says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from anderhalf.core.decisions.facts import Fact, FactValues, usable_value
from anderhalf.core.pathway.model import ContactEvent, ContactRule


@dataclass(frozen=True, slots=True)
class Recheck:
    """A rule of the schedule (`event = "recheck"`) that holds, and until when."""

    rule: ContactRule
    since: date
    """The day of the value."""

    @property
    def until(self) -> date:
        """The last day on which it must be measured again."""
        return self.since + timedelta(days=self.rule.within_days or 0)


def rechecks(
    rules: Iterable[ContactRule], facts: Mapping[str, Fact], values: FactValues, *, on: date
) -> tuple[Recheck, ...]:
    """The rules whose limits the values of today are within, the first to fall due first.

    A newer value that is no longer within them ends it by itself; what is unknown or in doubt holds no rule.
    """
    found = []
    for rule in rules:
        if rule.event is not ContactEvent.RECHECK:
            continue
        known = {name: usable_value(facts[name], values, on=on) for name in rule.limits if name in facts}
        if len(known) < len(rule.limits) or not all(
            rule.limits[name].matches(value) is True for name, value in known.items()
        ):
            continue
        days = [day for name in known if name in values and (day := values[name].on) is not None]
        found.append(Recheck(rule, max(days, default=on)))
    return tuple(sorted(found, key=lambda one: (one.until, one.rule.id)))
