"""What goes along with recording a contact: choices about proposals carried out, the next contact proposed."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from anderhalf.apps.record.actions import RecordRefused

from .. import actions, queries
from ..errors import ClinicRefused
from ..forms.during import Chosen
from ..models import Episode
from ..queries.next_contact import ProposedContact

TOLD = "proposed_contact"


def proposed_contact(request: HttpRequest, episode: Episode) -> ProposedContact | None:
    """The next contact by the follow-up schedule, worked out once per page."""
    if not hasattr(request, TOLD):
        found = queries.next_contact(request.viewer, episode, at=request.now, during=True)
        setattr(request, TOLD, found)
    kept: ProposedContact | None = getattr(request, TOLD)
    return kept


def carry_out(request: HttpRequest, episode: Episode, chosen: Iterable[Chosen], encounter: UUID) -> bool:
    """Do what was chosen in the form, now that the measurements of this contact are in.

    A proposal that the new measurements changed is not carried out: it is named, and looked at again. True when there
    is such a one.
    """
    changed = False
    for one in chosen:
        found = queries.proposals(request.viewer, episode, at=request.now)
        card = (
            next((card for card in found.cards if card.drug_class == one.drug_class), None) if found else None
        )
        if card is None or card.says != one.says:
            title = card.class_title if card is not None else one.drug_class
            messages.warning(
                request,
                _(
                    "%(title)s: na deze metingen is het voorstel anders; er is niets gewijzigd. Bekijk het opnieuw."
                )
                % {"title": title},
            )
            changed = True
            continue
        try:
            actions.choose_advice(
                by=request.viewer, at=request.now, episode=episode.pk, drug_class=one.drug_class, choice=one.choice,
                basis=card.basis, reason=one.reason, dose=one.dose, stop_reason=one.stop_reason, encounter=encounter,
            )  # fmt: skip
        except (ClinicRefused, RecordRefused) as refused:
            messages.error(request, f"{card.class_title}: {refused}")
            changed = True
        else:
            messages.success(request, f"{card.title}: {dict(choices())[one.choice]}")
    return changed


def choices() -> list[tuple[str, str]]:
    """What was done, in words."""
    return [("accepted", _("overgenomen")), ("adapted", _("aangepast")), ("declined", _("niet gevolgd"))]
