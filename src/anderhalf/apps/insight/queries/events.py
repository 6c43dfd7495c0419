"""What really happened, as plain rows: one query per kind of event, whatever is asked of them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import Case, DateTimeField, F, Min, OuterRef, Q, Subquery, Value, When
from django.utils import timezone

from anderhalf.apps.clinic.models import Episode, Outcome
from anderhalf.apps.people.models import Network, Organisation
from anderhalf.apps.referrals.models import Override, Referral
from anderhalf.apps.referrals.states import Status
from anderhalf.core.evaluation.indicators import FIRST, SECOND, Events, Mark, Seen, Triaged

from ..models import Experience
from .scope import Scope

TRIAGED = (Status.ACCEPTED, Status.REDIRECTED, Status.ANSWERED)
"""The steps by which a referral is decided."""


def read_events(
    network: str | Network, *, scope: Scope | None, first: date, last: date, at: datetime
) -> Events:
    """Every event from ``first`` up to ``last`` (local days) as known at ``at``; the scope's own, or all of them."""
    start, end = _moment(first), min(_moment(last + timedelta(days=1)), at + timedelta(microseconds=1))
    keys = dict(Organisation.objects.filter(network=network).values_list("pk", "key"))
    return Events(
        seen=list(_seen(network, scope, start, end, at, keys)),
        marks=list(_marks(network, scope, start, end, keys)),
        triaged=list(_triaged(network, scope, start, end, keys)),
    )


def _moment(day: date) -> datetime:
    """Midnight of a local day, as UTC."""
    return datetime.combine(day, time.min, tzinfo=timezone.get_default_timezone()).astimezone(UTC)


def _own(scope: Scope | None, centre: str, practice: str) -> Q:
    """The restriction of a scope on rows whose centre and practice lie behind these names."""
    found = Q()
    if scope is not None and scope.only_centres is not None:
        found &= Q(**{f"{centre}__in": scope.only_centres})
    if scope is not None and scope.only_practices is not None:
        found &= Q(**{f"{practice}__in": scope.only_practices})
    return found


def _seen(
    network: Any, scope: Scope | None, start: datetime, end: datetime, at: datetime, keys: dict[Any, str]
) -> Any:
    newest = (
        Outcome.objects.filter(episode=OuterRef("pk"), at__lte=at).order_by("-at", "-id").values("kind")[:1]
    )
    rows = (
        Episode.objects.filter(_own(scope, "centre", "patient__practice"), network=network)
        .filter(first_seen_at__gte=start, first_seen_at__lt=end)
        .values_list(
            "first_seen_at", "centre_id", "patient__practice_id", "referral__direction", "referral__sent_at",
            Subquery(newest),
        )
    )  # fmt: skip
    for seen_at, centre, practice, direction, sent_at, outcome in rows.iterator():
        on = timezone.localdate(seen_at)
        yield Seen(
            on=on,
            centre=keys[centre],
            practice=keys[practice],
            direction=FIRST if direction == Referral.Direction.FROM_FIRST_LINE else SECOND,
            outcome=outcome or "",
            waited=max(0, (on - timezone.localdate(sent_at)).days) if sent_at else None,
        )


def _marks(network: Any, scope: Scope | None, start: datetime, end: datetime, keys: dict[Any, str]) -> Any:
    episode = "invitation__episode"
    rows = Experience.objects.filter(
        _own(scope, f"{episode}__centre", f"{episode}__patient__practice"),
        network=network,
        at__gte=start,
        at__lt=end,
    ).values_list("at", f"{episode}__centre_id", f"{episode}__patient__practice_id", "mark")
    for at, centre, practice, mark in rows.iterator():
        yield Mark(on=timezone.localdate(at), centre=keys[centre], practice=keys[practice], mark=mark)


def _triaged(network: Any, scope: Scope | None, start: datetime, end: datetime, keys: dict[Any, str]) -> Any:
    """Referrals into the 1.5 line, at their first decision. What a centre sends on to the hospital is not triage."""
    overrides = Override.objects.filter(referral=OuterRef("pk")).order_by("-at", "-pk")
    by_referrer = overrides.filter(by_kind=Override.By.REFERRER)
    by_triage = overrides.filter(by_kind=Override.By.TRIAGE)
    rows = (
        Referral.objects.filter(_own(scope, "recipient", "patient__practice"), network=network)
        .filter(recipient__kind=Organisation.Kind.CENTRE)
        .exclude(direction=Referral.Direction.TO_SECOND_LINE)
        .annotate(
            decided_at=Min("changes__at", filter=Q(changes__status__in=TRIAGED), output_field=DateTimeField())
        )
        .filter(decided_at__gte=start, decided_at__lt=end)
        .annotate(
            line_of_referrer=Subquery(by_referrer.values("chosen_line")[:1]),
            line_of_triage=Subquery(by_triage.values("chosen_line")[:1]),
        )
        .annotate(
            overruled=Case(
                # triage that goes along with the referrer's choice repeats it; it did not overrule by itself
                When(line_of_referrer__isnull=False, line_of_triage__isnull=True, then=Value("referrer")),
                When(line_of_referrer=F("line_of_triage"), then=Value("referrer")),
                When(line_of_triage__isnull=False, then=Value("triage")),
                default=Value(""),
            )
        )
        .values_list("decided_at", F("recipient_id"), F("patient__practice_id"), "overruled")
    )
    for decided_at, centre, practice, overruled in rows.iterator():
        yield Triaged(
            on=timezone.localdate(decided_at),
            centre=keys[centre],
            practice=keys[practice],
            overruled_by=overruled,
        )
