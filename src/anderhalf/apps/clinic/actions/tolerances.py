"""What the record remembers about classes of drugs: asked or not, what may not, what was agreed."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from anderhalf.apps.people.access import AccessDenied, Right
from anderhalf.apps.people.viewer import Viewer

from ..access import lock_episode, permit
from ..errors import ToleranceRefused
from ..models import Tolerance, ToleranceAsked
from ..queries.advice import pathway_of
from ..titration.gather import protocol_of


@transaction.atomic
def ask_tolerances(*, by: Viewer, at: datetime, episode: UUID) -> ToleranceAsked:
    """Record that contraindications and intolerances of every class were asked, and what stands is all there is."""
    found = lock_episode(episode, by=by)
    permission = permit(by, Right.WRITE_CLINICAL, at=at, patient=found.patient_id)
    row = ToleranceAsked.objects.create(patient_id=found.patient_id, at=at, by=by.name)
    permission.log("C", "tolerances_asked", row)
    return row


@transaction.atomic
def remember_tolerance(
    *,
    by: Viewer,
    at: datetime,
    episode: UUID,
    kind: str,
    drug_class: str,
    reason: str,
    drug: str = "",
    since: date | None = None,
) -> Tolerance:
    """Remember why a class or drug may not be used, or how to go on with it. Always with a reason.

    Does not say that every class was asked: ``ask_tolerances`` does.
    """
    found = lock_episode(episode, by=by)
    permission = permit(by, Right.WRITE_CLINICAL, at=at, patient=found.patient_id)
    protocol = protocol_of(pathway_of(found, on=timezone.localdate(at)))
    if protocol is None or drug_class not in protocol.drug_class or kind not in Tolerance.Kind.values:
        raise ToleranceRefused(_("Kies een soort en een klasse uit de lijst."))
    if drug and (drug not in protocol.drugs or protocol.drugs[drug].drug_class != drug_class):
        raise ToleranceRefused(_("Dit middel hoort niet bij deze klasse."))
    if not reason.strip():
        raise ToleranceRefused(_("Schrijf op wat er gebeurde of wat is afgesproken."))
    if since is not None and since > timezone.localdate(at):
        raise ToleranceRefused(_("Deze datum ligt in de toekomst."))
    row = Tolerance.objects.create(
        network_id=found.network_id, patient_id=found.patient_id, kind=kind, drug_class=drug_class, drug=drug,
        since=since, reason=reason.strip()[:300], recorded_at=at, recorded_by=by.name,
    )  # fmt: skip
    permission.log("C", "tolerance_remembered", row, kind=kind, drug_class=drug_class)
    return row


@transaction.atomic
def end_tolerance(*, by: Viewer, at: datetime, tolerance: UUID, because: str) -> Tolerance:
    """Say that something no longer holds, with the reason. It stays visible."""
    row = Tolerance.objects.select_for_update(of=("self",)).filter(pk=tolerance, network=by.network).first()
    if row is None:
        raise AccessDenied
    permission = permit(by, Right.WRITE_CLINICAL, at=at, patient=row.patient_id)
    if not because.strip():
        raise ToleranceRefused(_("Schrijf op waarom dit niet meer geldt."))
    if row.ended_at is None:
        row.ended_at, row.ended_by, row.ended_because = at, by.name, because.strip()[:200]
        row.save(update_fields=["ended_at", "ended_by", "ended_because"])
        permission.log("U", "tolerance_ended", row, kind=row.kind, drug_class=row.drug_class)
    return row
