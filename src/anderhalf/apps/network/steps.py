"""What the steps with a draft have in common: whose it is, what is checked before a step, and its row of history."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from anderhalf.apps.people.permission import Permission
from anderhalf.apps.people.viewer import Viewer
from anderhalf.content import Agreement

from .errors import BaseOutdated, NoReason, NotYourDraft, WrongDate
from .models import ContentVersion, Draft, DraftStep
from .queries.versions import agreement_on
from .states import DraftState

SHORTEST_REASON = 10


def own_draft(by: Viewer, draft_id: UUID) -> Draft:
    """The draft, locked, if it is the viewer's own; raises ``NotYourDraft`` and ``Draft.DoesNotExist``."""
    draft = (
        Draft.objects.select_for_update(of=("self",))
        .select_related("base")
        .get(pk=draft_id, network=by.network)
    )
    if draft.author_id != by.professional_id:
        raise NotYourDraft
    return draft


def check_reason(text: str) -> None:
    """A reason is at least a few words; raises ``NoReason``."""
    if len(text.strip()) < SHORTEST_REASON:
        raise NoReason


def check_date(draft: Draft, valid_from: date | None, *, today: date) -> None:
    """A version begins today or later, and not before one that was published for later; raises ``WrongDate``."""
    if valid_from is None or valid_from < today:
        raise WrongDate
    later = ContentVersion.objects.filter(
        network=draft.network_id, kind=ContentVersion.Kind.AGREEMENT, valid_from__gt=valid_from
    )
    if later.exists():
        raise WrongDate


def check_base(draft: Draft, valid_from: date) -> Agreement:
    """The agreement that the new version follows on; raises ``BaseOutdated`` when it runs another pathway version."""
    agreement = agreement_on(draft.network_id, on=valid_from)
    use = agreement.pathways.get(draft.pathway)
    if use is None or use.version != draft.base.version:
        raise BaseOutdated
    return agreement


def record_step(permission: Permission, draft: Draft, state: DraftState, *, note: str = "") -> None:
    """Add a row to the draft's history."""
    DraftStep.objects.create(
        draft=draft,
        state=state,
        at=permission.at,
        by=f"{permission.by.name}, {permission.by.role_label}",
        note=note,
    )
