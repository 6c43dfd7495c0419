"""An emergency of somebody who is not registered yet: it stands with what is known until somebody answers it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from anderhalf.apps.audit import actions as audit
from anderhalf.apps.network.queries import agreement_on
from anderhalf.apps.people.access import AccessDenied, Right, check_access
from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.record.queries import AMSTERDAM
from anderhalf.core.pathway.danger import ACTIONS
from anderhalf.core.pathway.routing import Routing
from anderhalf.presentation.language import in_each_language
from anderhalf.presentation.wording import shortened

from ..danger import Call, action_of, title_of
from ..errors import ReferralRefused
from ..models import UnnamedEmergency
from ..steps import needed


@transaction.atomic
def hold_emergency(
    *, by: Viewer, at: datetime, draft: str, person: str, routing: Routing
) -> UnnamedEmergency | None:
    """Keep a danger although the form lacks who it is about. Pressed again it is the same one, with its first
    clock; ``person`` is whatever is known of the patient."""
    rule = check_access(by, Right.REGISTER_PATIENT)
    if not by.organisation_ids:
        return None
    moment = timezone.localtime(at, AMSTERDAM)
    action = action_of(routing)
    due = agreement_on(by.network, on=moment.date()).urgent.due_at(action, moment)
    titles = in_each_language(lambda: title_of(routing))
    rank = ACTIONS.index(action) if action in ACTIONS else 0
    row, made = UnnamedEmergency.objects.get_or_create(
        organisation_id=by.organisation_ids[0],
        draft=draft[:60],
        done_at=None,
        defaults={
            "network_id": by.network, "created_at": at, "created_by": by.name, "due_at": due,
            "title": shortened(titles["nl"], 200), "rank": rank,
        },
    )  # fmt: skip
    row.person, row.title = person[:300], shortened(titles["nl"], 200)
    row.wording = {key: shortened(text, 200) for key, text in titles.items() if key != "nl"}
    row.rules = [one.rule for one in routing.danger.signs or routing.reasons]
    row.rank, row.due_at = rank, min(row.due_at, due)
    row.save()
    if made:
        _log(row, by=by, at=at, rule=rule, event="emergency_advice")
    return row


@transaction.atomic
def answer_unnamed(*, by: Viewer, at: datetime, emergency: UUID, call: Call, because: str = "") -> None:
    """Write down what was done: the call, or why there was none. Refused like :func:`answer_emergency`."""
    rule = check_access(by, Right.REGISTER_PATIENT)
    row = UnnamedEmergency.objects.filter(
        pk=emergency, organisation__in=by.organisation_ids, done_at=None
    ).first()
    if row is None:
        raise AccessDenied
    if call.is_complete:
        note = f"Gebeld met {call.with_whom.strip()}: {call.agreed.strip()}"
    elif call.with_whom.strip() or call.agreed.strip():
        raise ReferralRefused(_("Schrijf op met wie u belde en wat u afsprak."))
    else:
        missing = _("Schrijf op met wie u belde en wat u afsprak, of waarom er niet is gebeld.")
        note = f"Niet gebeld: {needed(because, missing, error=ReferralRefused)}"
    end_unnamed(row, by=by, at=at, note=note)
    _log(row, by=by, at=at, rule=rule, event="emergency_answered")


def named_now(*, by: Viewer, at: datetime, draft: str) -> None:
    """The form has a patient now: the emergency, or the referral with its call, stands with that patient."""
    for row in UnnamedEmergency.objects.filter(
        organisation__in=by.organisation_ids, draft=draft[:60], done_at=None
    ):
        end_unnamed(row, by=by, at=at, note="De patiënt is ingeschreven; het staat bij de patiënt.")


def end_unnamed(row: UnnamedEmergency, *, by: Viewer, at: datetime, note: str) -> None:
    """It is over: ``note`` says why."""
    row.done_at, row.done_by, row.note = at, by.name, note[:300]
    row.save(update_fields=["done_at", "done_by", "note"])


def _log(row: UnnamedEmergency, *, by: Viewer, at: datetime, rule: str, event: str) -> None:
    audit.record(
        by=by, at=at, action="E", event=event, object_type="unnamed_emergency", object_id=row.pk, rule=rule,
        detail={"rules": row.rules},
    )  # fmt: skip
