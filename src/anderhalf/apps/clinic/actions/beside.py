"""What a professional does with an answer of a second pathway: follow it or not, kept with all it rested on."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from anderhalf.apps.people import actions as people
from anderhalf.apps.people.access import AccessDenied, Right
from anderhalf.apps.people.models import Submission
from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.record import actions as record

from ..access import lock_episode, permit
from ..errors import AdviceChanged, AdviceRefused
from ..followers import AFTER_ADVICE
from ..models import AdviceChoice, Encounter
from ..queries.beside import TABLES, answer, basis_of, pathways_beside

Choice = AdviceChoice.Choice
DISCUSSED = frozenset({"discuss", "refer", "forward", "keep_vka", "not", "call_cardiologist"})
"""Answers of the tables that belong in the meeting with the cardiologist."""


@transaction.atomic
def choose_beside(
    *,
    by: Viewer,
    at: datetime,
    episode: UUID,
    pathway: str,
    table: str,
    choice: str,
    basis: str,
    reason: str = "",
    encounter: UUID | None = None,
    submission: str = "",
) -> AdviceChoice:
    """Keep the answer of one table with its version and facts, and whether it is followed.

    ``basis`` is the fingerprint that was shown: :class:`AdviceChanged` when the record gives another answer by now.
    Not following asks for a ``reason``. What must be discussed goes to the agenda by the follower of supervision.
    """
    found = lock_episode(episode, by=by, must_be_open=False)
    permission = permit(by, Right.WRITE_CLINICAL, at=at, patient=found.patient_id)
    if submission and not people.submit_once(by=by, at=at, key=submission):
        result = Submission.objects.values_list("result", flat=True).get(key=submission, owner=by.user_id)
        return AdviceChoice.objects.get(pk=result, network=by.network)
    found = lock_episode(episode, by=by)
    if by.professional_id is None:
        raise AccessDenied(_("Alleen een zorgverlener beslist over een voorstel."))
    if choice not in (Choice.ACCEPTED, Choice.DECLINED):
        raise AdviceRefused(_("Kies overnemen of niet doen."))
    if choice == Choice.DECLINED and not reason.strip():
        raise AdviceRefused(_("Schrijf op waarom u het anders doet."))
    if encounter is not None and not Encounter.objects.filter(pk=encounter, episode=found).exists():
        raise AccessDenied
    second = next(
        (one for one in pathways_beside(found, on=timezone.localdate(at)) if one.key == pathway), None
    )
    decision = answer(found, second, at=at).decisions.get(table) if second and table in TABLES else None
    if second is None or decision is None or not decision.is_decided or basis != basis_of(decision):
        raise AdviceChanged
    kept = record.store_decision(
        by=by, at=at, patient=found.patient_id, pathway=second.key, table=table, version=decision.table_version,
        content_hash=decision.table_hash, status=str(decision.status), decision=decision.to_dict(), encounter=encounter,
    )  # fmt: skip
    said = {str(decision.value(output)) for output in ("advice", "verdict", "action")}
    row = AdviceChoice.objects.create(
        network_id=found.network_id, patient_id=found.patient_id, episode=found, decision=kept, drug_class=table,
        proposed="table", rule=decision.decisive[0].rule_id if decision.decisive else "",
        agenda=bool(said & DISCUSSED), choice=choice, reason=reason.strip()[:300], medication=[],
        encounter=encounter, at=at, by=by.name, by_id=by.user_id,
    )  # fmt: skip
    found.version += 1
    found.save(update_fields=["version"])
    for follower in AFTER_ADVICE:
        follower(by=by, at=at, choice=row)
    if submission:
        people.keep_result(by=by, key=submission, result=str(row.pk))
    permission.log("C", f"advice_{choice}", row, pathway=second.key, table=table, rule=row.rule)
    return row
