"""The one way by which the clinic agrees on medication: what the register forbids is not started by accident."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from anderhalf.apps.people.roles import LEAD_PRACTITIONERS, SPECIALISTS
from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.record import actions as record
from anderhalf.apps.record.models import MedicationAgreement
from anderhalf.apps.record.queries import current_medication

from ..errors import RegisterForbids
from ..models import Episode
from ..queries.forbidden import Hit, Wanted, hits_of

Kind = MedicationAgreement.Kind
PRESCRIBERS = LEAD_PRACTITIONERS | SPECIALISTS


def agree(
    episode: Episode, *, by: Viewer, at: datetime, kind: str, drug: str, drug_name: str, reason: str, despite: str = "",
    on_proposal: bool = False, **more: Any,
) -> MedicationAgreement:  # fmt: skip
    """A medication agreement (see ``record.actions.agree_medication``) that looks in the register first.

    A start, and a higher dose, of what stands there is refused with :class:`RegisterForbids` unless a prescriber says
    why (``despite``); that reason is kept with the agreement. ``on_proposal``: by a press on a proposal, which never
    goes past angio-oedema. Lowering, stopping, and writing down what is used already are never refused.
    """
    if _goes_up(episode, kind, drug, more, at=at):
        wanted = Wanted(
            drug=drug, name=drug_name, atc=more.get("atc", ""), drug_class=more.get("drug_class", "")
        )
        hits = hits_of(episode, wanted, at=at)
        if hits:
            _check_despite(hits, by=by, drug=drug, despite=despite, on_proposal=on_proposal)
            reason = f"{despite.strip()} (ondanks: {_words_of(hits)}). {reason}"
    return record.agree_medication(
        by=by,
        at=at,
        kind=kind,
        drug=drug,
        drug_name=drug_name,
        reason=reason,
        patient=episode.patient_id,
        **more,
    )


def _words_of(hits: list[Hit]) -> str:
    """What stands in the register, as it is quoted."""
    return "; ".join(hit.entry.words for hit in hits)


def _check_despite(hits: list[Hit], *, by: Viewer, drug: str, despite: str, on_proposal: bool) -> None:
    """Refuse what the register forbids, unless a prescriber gives the reason."""
    words = _words_of(hits)
    if on_proposal and any(hit.never for hit in hits):
        raise RegisterForbids(words, drug=drug, never=True)
    if not despite.strip() or by.role not in PRESCRIBERS:
        raise RegisterForbids(words, drug=drug, reason_given=bool(despite.strip()))


def _goes_up(episode: Episode, kind: str, drug: str, more: dict[str, Any], *, at: datetime) -> bool:
    if kind not in (Kind.START, Kind.CHANGE):
        return False
    now = next((row for row in current_medication(episode.patient_id, at=at) if row.drug == drug), None)
    if kind == Kind.START or now is None or now.dose is None or more.get("dose") is None:
        return True
    daily = Decimal(more["dose"]) * (more.get("times_per_day") or 1) / (more.get("every_days") or 1)
    return daily > now.dose * (now.times_per_day or 1) / now.every_days
