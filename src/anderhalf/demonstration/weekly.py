"""What happens every week whatever the patients: clinic sessions, the supervision hour, and its decisions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import QuerySet

from anderhalf.apps.billing import actions as billing
from anderhalf.apps.billing.models import Claim
from anderhalf.apps.billing.states import ClaimStatus
from anderhalf.apps.clinic import actions as clinic
from anderhalf.apps.clinic.errors import HolidayRefused, SessionRefused
from anderhalf.apps.clinic.models import Episode
from anderhalf.apps.people.models import Organisation
from anderhalf.apps.record import actions as record
from anderhalf.apps.supervision import actions as supervision
from anderhalf.apps.supervision.models import CaseDiscussion

from .cast import Cast

HOURS = time(9), time(15)
ROSTER = {
    "anderhalf_oost": (("vs", (1, 3)), ("vs2", (0, 2)), ("pa", (4,))),
    "anderhalf_west": (("vs.west", (1, 3)),),
}
SUPERVISION_DAY, SUPERVISION_AT = 2, time(12, 45)
VS_OF = {"anderhalf_oost": "vs", "anderhalf_west": "vs.west"}
DECISIONS = (
    ("Beleid akkoord, medicatie verder opbouwen volgens protocol.", ""),
    ("Akkoord. Echo over 3 maanden herhalen.", "Echo over 3 maanden aanvragen"),
    ("Eerst kalium en nierfunctie controleren, daarna volgende stap.", "Kalium en creatinine controleren"),
    ("Akkoord met terugverwijzing zodra stabiel.", ""),
)


def make_roster(cast: Cast, *, first: date, last: date, at: datetime) -> None:
    """Weekly sessions of every professional, holidays left out, from ``first`` to ``last``."""
    for key, people in ROSTER.items():
        centre = cast.organisation(key)
        opened = max(first, centre.opened_on or first)
        for username, weekdays in people:
            for weekday in weekdays:
                day = opened + timedelta(days=(weekday - opened.weekday()) % 7)
                _series(cast, centre, username, day, last, at=at)


def _series(cast: Cast, centre: Organisation, username: str, day: date, last: date, *, at: datetime) -> None:
    while day <= last:
        weeks = min(50, (last - day).days // 7 + 1)
        _sessions(cast, centre, username, day, *HOURS, weeks=weeks, at=at)
        day += timedelta(weeks=weeks)


def _sessions(
    cast: Cast,
    centre: Organisation,
    username: str,
    day: date,
    starts: time,
    ends: time,
    *,
    weeks: int,
    at: datetime,
) -> None:
    try:
        clinic.make_sessions(
            by=cast.viewer(
                username, max(at, datetime.combine(centre.opened_on or day, time(7), tzinfo=at.tzinfo))
            ),
            at=at,
            centre=centre.pk,
            professional=cast.professional(username),
            first_day=day,
            starts=starts,
            ends=ends,
            slot_minutes=30,
            kinds=("visit", "phone", "video"),
            weeks=weeks,
        )
    except (HolidayRefused, SessionRefused):
        return


def make_today(cast: Cast, *, today: date, at: datetime) -> None:
    """Sessions on the very day of the demonstration, weekend or not, so that there is a list of today."""
    for key, username in (("anderhalf_oost", "vs"), ("anderhalf_west", "vs.west")):
        centre = cast.organisation(key)
        _sessions(cast, centre, username, today, *HOURS, weeks=1, at=at)


def supervision_hours(cast: Cast, centre_key: str, *, first: date, until: datetime) -> Iterator[datetime]:
    """Every Wednesday the cases that wait are decided; the meeting after ``until`` is planned and left open."""
    centre = cast.organisation(centre_key)
    day = max(first, centre.opened_on or first)
    day += timedelta(days=(SUPERVISION_DAY - day.weekday()) % 7)
    while True:
        starts = datetime.combine(day, SUPERVISION_AT, tzinfo=until.tzinfo)
        last = starts + timedelta(hours=1) >= until
        moment = until - timedelta(hours=1) if last else starts
        yield moment
        if last or _waiting(centre, at=moment).exists():
            by = cast.viewer(VS_OF[centre_key], moment)
            (meeting,) = supervision.plan_meetings(by=by, at=moment, centre=centre.pk, first=starts)
            if last:
                return
            _hold(cast, centre_key, meeting.pk, at=starts)
        day += timedelta(days=7)


def _waiting(centre: Organisation, *, at: datetime) -> QuerySet[CaseDiscussion]:
    return CaseDiscussion.objects.filter(
        centre=centre, status=CaseDiscussion.Status.WAITING, added_at__lte=at, episode__ended_at__isnull=True
    )


def _hold(cast: Cast, centre_key: str, meeting: UUID, *, at: datetime) -> None:
    """Decide what waits, by the cardiologist; what the decisions ask for is done by the VS before it is due."""
    vs = cast.viewer(VS_OF[centre_key], at)
    cardiologist = cast.viewer("cardioloog", at)
    present = [cast.professional(VS_OF[centre_key]), cast.professional("cardioloog")]
    supervision.attend(by=vs, at=at, meeting=meeting, present=present)
    moment = at
    for case in list(_waiting(cast.organisation(centre_key), at=at)[:14]):
        moment += timedelta(minutes=4)
        decision, task = cast.random.choice(DECISIONS)
        decided = supervision.decide_case(
            by=cardiologist,
            at=moment,
            case=case.pk,
            decision=decision,
            meeting=meeting,
            task=task,
            task_due_on=(moment + timedelta(days=21)).date() if task else None,
        )
        if decided.follow_up_task:
            cast.tasks.append((decided.follow_up_task, VS_OF[centre_key], moment))
    supervision.close_meeting(by=vs, at=moment + timedelta(minutes=2), meeting=meeting)


def bring_up(cast: Cast, *, now: datetime) -> None:
    """Whatever day it is, each centre has a patient to discuss: when none waits, the VS puts one on the agenda."""
    for key, username in VS_OF.items():
        centre = cast.organisation(key)
        if _waiting(centre, at=now).exists():
            continue
        in_care = Episode.objects.filter(centre=centre, ended_at=None, first_seen_at__isnull=False)
        episode = in_care.order_by("-first_seen_at").first()
        if episode is None:
            continue
        at = now - timedelta(hours=1)
        supervision.add_case(
            by=cast.viewer(username, at),
            at=at,
            episode=episode.pk,
            question="Bloeddruk blijft laag-normaal bij goede conditie: volgende stap zetten of wachten?",
        )


def finish_tasks(cast: Cast, *, now: datetime) -> None:
    """Tasks of more than three weeks ago were done within a few days; the newest are still open."""
    for task, username, given_at in cast.tasks:
        done_at = given_at + timedelta(days=5, hours=2)
        if given_at < now - timedelta(days=21):
            record.complete_task(by=cast.viewer(username, done_at), at=done_at, task_id=task)


def settle_claims(cast: Cast, *, now: datetime) -> None:
    """What was ready before the last month was submitted; of what is older than two months nearly all was paid."""
    ready = Claim.objects.filter(
        network=cast.network, status=ClaimStatus.READY, care_on__lt=(now - timedelta(days=30)).date()
    )
    by = cast.viewer("declaraties", now)
    sent = billing.submit(by=by, at=now - timedelta(days=14), claims=list(ready.values_list("pk", flat=True)))
    for number, claim in enumerate(sent):
        if claim.care_on < (now - timedelta(days=60)).date():
            if number % 40 == 7:
                billing.reject(
                    by=by,
                    at=now - timedelta(days=3),
                    claim=claim.pk,
                    because="Verzekerde was op deze datum elders verzekerd",
                )
            else:
                billing.mark_paid(by=by, at=now - timedelta(days=3), claim=claim.pk)
