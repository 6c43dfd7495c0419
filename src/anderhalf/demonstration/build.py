"""Building the demonstration: refuse a database with anything else in it, play all stories in order of time, count."""

from __future__ import annotations

import gc
import heapq
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import count
from random import Random

from django.db import connections, transaction
from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from anderhalf.apps.audit.actions import written_together
from anderhalf.apps.letters.pdf import printed_meanwhile
from anderhalf.apps.network.actions import publish_folder
from anderhalf.apps.network.queries import versions_remembered
from anderhalf.apps.people.access import care_relations_remembered
from anderhalf.apps.people.models import Network, Patient, User

from .both_pathways import follow_both_pathways
from .cast import Cast, account_for_carer, account_for_patient, enter
from .plans import AMSTERDAM, COHORTS, Plan, cohort_plans, later_plans, recent_plans
from .story import story
from .weekly import bring_up, finish_tasks, make_roster, make_today, settle_claims, supervision_hours

KEY = "voorbeeldstreek"
START = datetime(2024, 1, 2, 7, 30, tzinfo=AMSTERDAM)


class DemonstrationRefused(Exception):
    """The database holds something that is not the demonstration; it is left alone."""


def is_built() -> bool:
    """True when the demonstration is there, whole: it is built in one transaction, so half never is."""
    return Network.objects.filter(key=KEY, demonstration=True).exists()


def check_may_build() -> None:
    """Refuse a database with any network or account that is not the demonstration's."""
    if Network.objects.exclude(key=KEY, demonstration=True).exists() or (
        not is_built() and (Patient.objects.exists() or User.objects.exists())
    ):
        raise DemonstrationRefused(
            "This database holds something other than the demonstration, so nothing was changed. Point DATABASE_URL "
            "or ANDERHALF_VAR at an empty place. / In deze database staan andere gegevens; er is niets veranderd."
        )


def build(*, seed: int, console: Console, now: datetime | None = None) -> None:
    """Make the demonstration, all or nothing. Does nothing when it is there already.

    The same ``seed`` and ``now`` give the same people and events.
    """
    check_may_build()
    if is_built():
        console.print("De demonstratie staat er al. / The demonstration is already there.")
        return
    now = (now or timezone.now()).astimezone(AMSTERDAM)
    with _no_garbage_collection(), transaction.atomic():
        published = publish_folder(key=KEY, at=START, demonstration=True)
        random = Random(seed)
        cast = enter(Network.objects.get(key=KEY), random, at=START)
        console.print(
            f"{published.agreement.title['nl']} {published.agreement.version} · {len(cast.users)} accounts"
        )
        make_roster(cast, first=START.date(), last=(now + timedelta(days=70)).date(), at=START)
        make_today(cast, today=now.date(), at=now - timedelta(days=8))
        plans = [plan for cohort in COHORTS for plan in cohort_plans(cohort, random)] + later_plans(
            now, random
        )
        plans += recent_plans(now, random)
        with (
            _no_savepoints(),
            written_together(),
            versions_remembered(),
            care_relations_remembered(),
            printed_meanwhile(),
        ):
            _play(cast, plans, now=now, console=console)
            follow_both_pathways(cast, plans, now=now)
            bring_up(cast, now=now)
            finish_tasks(cast, now=now)
            settle_claims(cast, now=now)
        _portal(plans, now=now)


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """Building makes millions of short-lived objects without cycles; looking for cycles costs a fifth of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.collect()


@contextmanager
def _no_savepoints() -> Iterator[None]:
    """Every action sets a savepoint to be able to fail alone. Here nothing may fail: one refusal ends the building."""
    own = connections["default"]
    own.savepoint = _no_savepoint  # type: ignore[method-assign]
    try:
        yield
    finally:
        del own.savepoint


def _no_savepoint() -> None:
    """What Django itself answers for a database without savepoints."""


def _play(cast: Cast, plans: list[Plan], *, now: datetime, console: Console) -> None:
    """Run every story and the weekly hours in order of time: whoever's next step is earliest goes first."""
    order = count()
    queue: list[tuple[datetime, int, Iterator[datetime], bool]] = []

    def push(steps: Iterator[datetime], *, patient: bool) -> bool:
        moment = next(steps, None)
        if moment is None or moment > now:
            return False
        heapq.heappush(queue, (moment, next(order), steps, patient))
        return True

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("Verzonnen patiënten", total=len(plans))
        for plan in plans:
            push(story(cast, plan, now=now), patient=True)
        for centre in ("anderhalf_oost", "anderhalf_west"):
            push(supervision_hours(cast, centre, first=START.date(), until=now), patient=False)
        while queue:
            _moment, _number, steps, patient = heapq.heappop(queue)
            if not push(steps, patient=patient) and patient:
                progress.advance(task)


def _portal(plans: list[Plan], *, now: datetime) -> None:
    """A patient and an informal carer with an account: somebody in care since long, with something to see."""
    in_care = [
        plan for plan in plans if plan.until == "seen" and plan.centre == "anderhalf_oost" and plan.patient
    ]
    chosen = max(in_care, key=lambda plan: plan.visits).patient
    assert chosen is not None
    account_for_patient(chosen, "patient")
    account_for_carer(chosen, "mantelzorger", since=(now - timedelta(days=60)).date())
