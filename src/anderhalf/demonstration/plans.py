"""How many patients get which story, so that the events add up to the published table.

Published figures (a comparable region, source in docs and in networks/voorbeeldstreek): 2024: 160 patients, 88 from
the 1st line, 20 forwarded, 14 under control, 126 returned; first half of 2025: 93, 57, 14, 7, 72; mean mark 8.5.
They are totals to reach, not results to show: the results page counts events.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from anderhalf.apps.clinic.models import Outcome

from .story import Plan

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
REFERRERS = {
    "praktijk_de_linde": ("poh", "huisarts"),
    "praktijk_de_sluis": ("poh.sluis", "huisarts.sluis"),
    "praktijk_molenzicht": ("poh.molenzicht", "huisarts.molenzicht"),
    "praktijk_het_veer": ("huisarts.veer",),
}
OPENED = {"praktijk_het_veer": datetime(2024, 8, 1, tzinfo=AMSTERDAM)}


@dataclass(frozen=True)
class Cohort:
    """A period of the published table; first visits lie between the two days."""

    first_day: datetime
    last_day: datetime
    patients: int
    from_first_line: int
    forwarded: int
    under_control: int
    returned: int
    answered: int
    mean_mark_tenths: int


COHORTS = (
    Cohort(
        datetime(2024, 1, 18, 8, tzinfo=AMSTERDAM),
        datetime(2024, 12, 12, 8, tzinfo=AMSTERDAM),
        160,
        88,
        20,
        14,
        126,
        112,
        85,
    ),
    Cohort(
        datetime(2025, 1, 7, 8, tzinfo=AMSTERDAM),
        datetime(2025, 6, 17, 8, tzinfo=AMSTERDAM),
        93,
        57,
        14,
        7,
        72,
        64,
        85,
    ),
)


def marks(random: Random, *, answered: int, mean_tenths: int) -> list[int]:
    """``answered`` marks 6-10 whose mean is exactly ``mean_tenths`` / 10; refuses what cannot be."""
    total = answered * mean_tenths
    if total % 10:
        raise ValueError(f"{answered} marks can't have a mean of {mean_tenths / 10}")
    found = [random.choice((8, 8, 9, 9, 10, 7, 8, 9)) for _ in range(answered)]
    difference = total // 10 - sum(found)
    while difference:
        place = random.randrange(answered)
        step = 1 if difference > 0 else -1
        if 6 <= found[place] + step <= 10:
            found[place] += step
            difference -= step
    return found


def cohort_plans(cohort: Cohort, random: Random) -> list[Plan]:
    """A plan per patient of one cohort, in order of first visit."""
    outcomes = (
        [Outcome.Kind.FORWARDED] * cohort.forwarded
        + [Outcome.Kind.UNDER_CONTROL] * cohort.under_control
        + [Outcome.Kind.RETURNED] * cohort.returned
    )
    origins = [True] * cohort.from_first_line + [False] * (cohort.patients - cohort.from_first_line)
    given: list[int | None] = list(
        marks(random, answered=cohort.answered, mean_tenths=cohort.mean_mark_tenths)
    )
    given += [None] * (cohort.patients - cohort.under_control - len(given))
    for rows in (outcomes, origins, given):
        random.shuffle(rows)
    days = (cohort.last_day - cohort.first_day).days
    plans = []
    for index in range(cohort.patients):
        first_seen = cohort.first_day + timedelta(days=round(days * index / (cohort.patients - 1)))
        outcome = outcomes[index]
        from_first = origins[index]
        open_practices = [
            key for key in REFERRERS if first_seen > OPENED.get(key, cohort.first_day - timedelta(days=1))
        ]
        practice = random.choice(open_practices)
        practitioner = random.choice(("vs", "vs", "vs2", "pa"))
        plans.append(
            Plan(
                first_seen=first_seen,
                practice=practice,
                referrer=random.choice(REFERRERS[practice]) if from_first else "cardioloog",
                triager=random.choice(("vs", "vs2")),
                practitioner=practitioner,
                from_first_line=from_first,
                kind=(
                    random.choices(("suspected", "known"), (3, 2))[0]
                    if from_first
                    else random.choices(("after_admission", "clinic"), (2, 1))[0]
                ),
                visits=1 if outcome == Outcome.Kind.FORWARDED else random.choices((1, 2, 3), (30, 2, 1))[0],
                outcome=outcome,
                # who stays under control is asked when care ends, not yet
                mark=given.pop() if outcome != Outcome.Kind.UNDER_CONTROL else None,
                days_waiting=max(3, min(16, round(random.gauss(11, 4)))),
                overrule=("referrer" if index % 23 == 7 else "") if from_first else "",
            )
        )
    return plans


def later_plans(now: datetime, random: Random) -> list[Plan]:
    """Between the published periods and two months ago: a patient every month, in Oost and West."""
    plans = []
    day = datetime(2025, 9, 9, 8, tzinfo=AMSTERDAM)
    index = 0
    while day < now - timedelta(days=75):
        plan = _recent(day, random, until="closed", index=index, visits=random.choice((1, 2, 2)))
        plan.outcome = Outcome.Kind.FORWARDED if index % 7 == 4 else Outcome.Kind.RETURNED
        if plan.outcome == Outcome.Kind.FORWARDED:
            plan.visits = 1
        plan.mark = (9, 8, 9, None)[index % 4]
        plans.append(plan)
        index += 1
        day += timedelta(days=30)
    return plans


def recent_plans(now: datetime, random: Random) -> list[Plan]:
    """Patients of the last weeks, so that every worklist has work: waiting, booked, in care, just closed."""
    morning = now.replace(hour=9, minute=0, second=0, microsecond=0)
    plans = []
    for index in range(4):
        plans.append(_recent(morning - timedelta(days=1, hours=index), random, until="sent", index=index))
    for index in range(5):
        plans.append(_recent(morning - timedelta(days=3, hours=index), random, until="accepted", index=index))
    for index in range(9):  # the list of today; what lies before this moment has been seen
        plan = _recent(morning, random, until="booked", index=index, visits=1)
        plan.days_waiting, plan.practitioner = 7, "vs.west" if plan.centre == "anderhalf_west" else "vs"
        plans.append(plan)
    for index in range(4):  # seen earlier and booked again in the coming weeks
        plans.append(
            _recent(morning - timedelta(days=6 + index), random, until="seen", index=index, visits=2)
        )
    for index in range(9):
        seen = morning - timedelta(days=14 + 12 * index)
        plan = _recent(seen, random, until="seen", index=index, visits=min(5, 1 + index))
        plan.days_waiting = 9
        plans.append(plan)
    for index in range(7):
        closed = _recent(
            morning - timedelta(days=30 + 6 * index), random, until="closed", index=index, visits=1
        )
        closed.outcome = Outcome.Kind.FORWARDED if index == 5 else Outcome.Kind.RETURNED
        closed.read_letter = index > 1
        closed.mark = (9, 8, None, 8)[index % 4]
        plans.append(closed)
    return plans


def _recent(first_seen: datetime, random: Random, *, until: str, index: int, visits: int = 1) -> Plan:
    west = index % 4 == 3
    from_first = index % 3 != 2
    practice = random.choice(("praktijk_westerhof",) if west else tuple(REFERRERS))
    referrer = "poh.westerhof" if west else random.choice(REFERRERS[practice])
    return Plan(
        first_seen=first_seen,
        practice=practice,
        referrer=referrer if from_first else "cardioloog",
        centre="anderhalf_west" if west else "anderhalf_oost",
        triager="vs.west" if west else "vs",
        practitioner="vs.west" if west else random.choice(("vs", "vs", "vs2")),
        from_first_line=from_first,
        kind=random.choice(("suspected", "known")) if from_first else "after_admission",
        visits=visits,
        until=until,
        days_waiting={"sent": 0, "accepted": 0}.get(until, 7),
    )
