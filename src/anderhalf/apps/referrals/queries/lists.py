"""The lists of both sides, their filters, and what is overdue. One query per page, however long the list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import (
    Case,
    Count,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)

from anderhalf.apps.people.access import Right, patients_filter
from anderhalf.apps.people.models import Patient
from anderhalf.apps.people.queries import matching_name
from anderhalf.apps.people.viewer import Viewer

from ..access import acting_for
from ..models import Message, Referral
from ..states import OWNERS, REFERRAL_STATES, Status

_RELATED = ("patient", "patient__practice", "requester", "requester_organisation", "recipient")
REQUESTER_TURN = tuple(status for status, owner in OWNERS.items() if owner == "requester")
TRIAGE = (Status.SENT, Status.MORE_INFORMATION)
SORTS = {
    "patient": ("patient__family_name", "patient__initials"),
    "sent": ("sent_at",),
    "status": ("status", "status_since"),
    "urgency": ("danger", "see_before", "sent_at"),
    "answer": ("answer_before", "sent_at"),
}


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What a list is narrowed to; comes from the address of the page. Unknown values count as not given."""

    status: str = ""
    show: str = "open"
    intent: str = ""
    direction: str = ""
    organisation: str = ""
    text: str = ""
    sort: str = ""

    def apply(self, rows: QuerySet[Referral], *, by_organisation: str) -> QuerySet[Referral]:
        """The rows narrowed and sorted; ``by_organisation`` is the column that the organisation filter is about."""
        if self.status in Status.values:
            rows = rows.filter(status=self.status)
        elif self.show == "open":
            rows = rows.filter(status__in=REFERRAL_STATES.open_states)
        elif self.show == "closed":
            rows = rows.filter(status__in=REFERRAL_STATES.final_states)
        if self.intent in Referral.Intent.values:
            rows = rows.filter(intent=self.intent)
        if self.direction in Referral.Direction.values:
            rows = rows.filter(direction=self.direction)
        if self.organisation:
            try:
                rows = rows.filter(**{by_organisation: UUID(self.organisation)})
            except ValueError:
                rows = rows.none()
        for word in self.text.split():
            rows = rows.filter(matching_name(word, "patient__") | Q(number__icontains=word))
        name = self.sort.removeprefix("-")
        if name not in SORTS:
            return rows
        down = self.sort.startswith("-")
        columns = [
            F(column).desc(nulls_last=True) if down else F(column).asc(nulls_last=True)
            for column in SORTS[name]
        ]
        return rows.order_by(*columns, "pk")


def _seen_by(viewer: Viewer, at: datetime) -> QuerySet[Referral]:
    patients = Patient.objects.filter(patients_filter(viewer, Right.VIEW_REFERRALS, at=at))
    return Referral.objects.filter(network=viewer.network, patient__in=patients)


def _with_messages(rows: QuerySet[Referral], viewer: Viewer) -> QuerySet[Referral]:
    """Adds ``unread``: how many lines the other side wrote that nobody here read yet."""
    lines = (
        Message.objects.filter(referral=OuterRef("pk"), read_at__isnull=True)
        .exclude(author_organisation__in=acting_for(viewer))
        .order_by()
        .values("referral")
        .annotate(total=Count("pk"))
        .values("total")
    )
    return rows.annotate(unread=Subquery(lines, output_field=IntegerField()))


def sent_list(viewer: Viewer, filters: Filters, *, at: datetime) -> QuerySet[Referral]:
    """What the viewer's own organisation sent or is writing; whose turn it is comes first unless sorted otherwise."""
    rows = (
        _seen_by(viewer, at).filter(requester_organisation__in=acting_for(viewer)).select_related(*_RELATED)
    )
    own_turn = Case(
        When(status__in=REQUESTER_TURN, then=Value(0)), default=Value(1), output_field=IntegerField()
    )
    rows = rows.annotate(turn=own_turn).order_by("turn", "-status_since", "pk")
    return _with_messages(filters.apply(rows, by_organisation="recipient"), viewer)


def worklist(viewer: Viewer, filters: Filters, *, at: datetime) -> QuerySet[Referral]:
    """What was sent to the viewer's organisation: to be judged first, danger before all, then most urgent first.

    ``show="triage"`` gives only what waits for a decision of this side or for information that was asked.
    """
    rows = (
        _seen_by(viewer, at)
        .filter(recipient__in=acting_for(viewer))
        .exclude(status=Status.DRAFT)
        .select_related(*_RELATED)
    )
    order = Case(
        When(status=Status.SENT, then=Value(0)),
        When(status=Status.MORE_INFORMATION, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    rows = rows.annotate(turn=order).order_by(
        "turn", F("danger").asc(nulls_last=True), F("see_before").asc(nulls_last=True), "sent_at", "pk"
    )
    if filters.show == "triage" and not filters.status:
        rows = rows.filter(status__in=TRIAGE)
    return _with_messages(filters.apply(rows, by_organisation="requester_organisation"), viewer)


def overdue_referrals(viewer: Viewer, *, at: datetime) -> QuerySet[Referral]:
    """Referrals whose agreed answer time has passed while it was the turn of the viewer's own organisation."""
    here = acting_for(viewer)
    late = _seen_by(viewer, at).filter(answer_before__lt=at).select_related(*_RELATED)
    return late.filter(
        Q(status=Status.SENT, recipient__in=here)
        | Q(status=Status.MORE_INFORMATION, requester_organisation__in=here)
    ).order_by("answer_before", "pk")


def accepted_without_episode(centre: UUID) -> QuerySet[Referral]:
    """Accepted referrals of a centre that led to no episode (yet)."""
    return Referral.objects.filter(
        recipient=centre, status=Status.ACCEPTED, episode__isnull=True
    ).select_related(*_RELATED)


def counts(viewer: Viewer, *, at: datetime) -> dict[str, int]:
    """The numbers beside the rail's items, in one query: ``triage`` to judge, ``referrals_turn`` where the sender
    must act."""
    here = acting_for(viewer)
    if not here:
        return {"triage": 0, "referrals_turn": 0}
    to_judge = Q(recipient__in=here, status=Status.SENT)
    to_act = Q(
        requester_organisation__in=here,
        status__in=(Status.MORE_INFORMATION, Status.ANSWERED, Status.REDIRECTED),
    )
    found = (
        _seen_by(viewer, at)
        .filter(to_judge | to_act)
        .aggregate(triage=Count("pk", filter=to_judge), referrals_turn=Count("pk", filter=to_act))
    )
    return {name: int(value or 0) for name, value in found.items()}
