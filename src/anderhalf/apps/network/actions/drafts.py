"""Changing a pathway as a draft: begin, save a table, submit for signing, take back, withdraw."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from anderhalf.apps.people.access import Right
from anderhalf.apps.people.permission import permit
from anderhalf.apps.people.viewer import Viewer
from anderhalf.content.following import with_own_sources
from anderhalf.content.titration import pathway_facts

from ..drafting.checking import check_draft
from ..errors import (
    BaseOutdated,
    DraftNotReady,
    NothingChanged,
    StaleDraft,
    StepNotNow,
)
from ..models import ContentVersion, Draft
from ..queries.versions import NotPublished, agreement_on, base_pathway, pinned_version
from ..states import DRAFT_STATES, DraftState
from ..steps import check_base, check_date, check_reason, own_draft, record_step


@transaction.atomic
def start_draft(*, by: Viewer, at: datetime, pathway: str, title: str, because: str) -> Draft:
    """Begin a change of a pathway from the version that runs today. Raises ``NotPublished``, ``NoReason``."""
    permission = permit("network", by, Right.EDIT_AGREEMENT, at=at)
    check_reason(title)
    base = _running(by, pathway, timezone.localdate(at))
    draft = Draft.objects.create(
        network_id=by.network,
        pathway=pathway,
        base=base,
        title=title.strip(),
        because=because.strip(),
        author_id=by.professional_id,
        started_at=at,
        changed_at=at,
        checks=check_draft({}, base=base_pathway(base, by.network)),
    )
    record_step(permission, draft, DraftState.DRAFT, note=draft.because)
    permission.log("C", "draft_started", draft, pathway=pathway, base=base.version)
    return draft


@transaction.atomic
def save_table(*, by: Viewer, at: datetime, draft_id: UUID, table: str, text: str, version: int) -> Draft:
    """Keep one table of the draft as it is now, right or wrong, with what the check says about it.

    A rule that decides something else and kept its published source becomes the network's own agreement.

    ``version`` is the version of the draft that was on the screen; raises ``StaleDraft`` when it was saved since.
    """
    permission = permit("network", by, Right.EDIT_AGREEMENT, at=at)
    draft = own_draft(by, draft_id)
    if draft.state != DraftState.DRAFT:
        raise StepNotNow
    if draft.version != version:
        raise StaleDraft
    base = base_pathway(draft.base, by.network)
    file = base.table_files[table]
    draft.files = {name: kept for name, kept in draft.files.items() if name != file}
    text = with_own_sources(base.files[file], text, facts=pathway_facts(base))
    if text != base.files[file]:
        draft.files[file] = text
    draft.checks = check_draft(draft.files, base=base)
    draft.version += 1
    draft.changed_at = at
    draft.save(update_fields=["files", "checks", "version", "changed_at"])
    permission.log("U", "draft_saved", draft, table=table, errors=draft.checks["errors"])
    return draft


@transaction.atomic
def submit_draft(*, by: Viewer, at: datetime, draft_id: UUID, valid_from: date, because: str) -> Draft:
    """Ask the partners to sign. Nothing can be changed from then on, unless the author takes it back.

    Raises ``DraftNotReady`` or ``NothingChanged``, ``BaseOutdated``, ``WrongDate``, ``NoReason``.
    """
    permission = permit("network", by, Right.EDIT_AGREEMENT, at=at)
    draft = own_draft(by, draft_id)
    if not DRAFT_STATES.allows(draft.state, DraftState.SUBMITTED):
        raise StepNotNow
    if not draft.files:
        raise NothingChanged
    # Checked again: the check may know more than when the table was saved.
    if check_draft(draft.files, base=base_pathway(draft.base, by.network))["errors"]:
        raise DraftNotReady
    check_reason(because)
    check_date(draft, valid_from, today=timezone.localdate(at))
    check_base(draft, valid_from)
    draft.state, draft.valid_from, draft.because = DraftState.SUBMITTED, valid_from, because.strip()
    draft.changed_at = at
    draft.save(update_fields=["state", "valid_from", "because", "changed_at"])
    record_step(permission, draft, DraftState.SUBMITTED, note=draft.because)
    permission.log("U", "draft_submitted", draft, valid_from=valid_from.isoformat())
    return draft


@transaction.atomic
def take_back_draft(*, by: Viewer, at: datetime, draft_id: UUID) -> Draft:
    """Make a submitted or rejected draft changeable again; signatures fall away, for the text may become another."""
    permission = permit("network", by, Right.EDIT_AGREEMENT, at=at)
    draft = own_draft(by, draft_id)
    if not DRAFT_STATES.allows(draft.state, DraftState.DRAFT):
        raise StepNotNow
    dropped, _rows = draft.approvals.all().delete()
    draft.state, draft.changed_at, draft.version = DraftState.DRAFT, at, draft.version + 1
    draft.save(update_fields=["state", "changed_at", "version"])
    record_step(permission, draft, DraftState.DRAFT)
    permission.log("U", "draft_taken_back", draft, signatures_dropped=dropped)
    return draft


@transaction.atomic
def withdraw_draft(*, by: Viewer, at: datetime, draft_id: UUID, because: str = "") -> Draft:
    """Give up a draft; it stays readable."""
    permission = permit("network", by, Right.EDIT_AGREEMENT, at=at)
    draft = own_draft(by, draft_id)
    if not DRAFT_STATES.allows(draft.state, DraftState.WITHDRAWN):
        raise StepNotNow
    draft.state, draft.changed_at = DraftState.WITHDRAWN, at
    draft.save(update_fields=["state", "changed_at"])
    record_step(permission, draft, DraftState.WITHDRAWN, note=because.strip())
    permission.log("U", "draft_withdrawn", draft)
    return draft


@transaction.atomic
def renew_base(*, by: Viewer, at: datetime, draft_id: UUID) -> Draft:
    """Carry a draft over to the version that runs now, when nobody changed the same tables in between.

    Raises ``BaseOutdated`` with the tables that both changed.
    """
    permission = permit("network", by, Right.EDIT_AGREEMENT, at=at)
    draft = own_draft(by, draft_id)
    if draft.state != DraftState.DRAFT:
        raise StepNotNow
    running = _running(by, draft.pathway, timezone.localdate(at))
    if any(running.files.get(file) != draft.base.files.get(file) for file in draft.files):
        raise BaseOutdated
    draft.base = running
    draft.checks = check_draft(draft.files, base=base_pathway(running, by.network))
    draft.changed_at, draft.version = at, draft.version + 1
    draft.save(update_fields=["base", "checks", "changed_at", "version"])
    permission.log("U", "draft_renewed", draft, base=running.version)
    return draft


def _running(by: Viewer, pathway: str, on: date) -> ContentVersion:
    use = agreement_on(by.network, on=on).pathways.get(pathway)
    if use is None:
        raise NotPublished(f"{by.network}: the agreement does not use pathway {pathway!r}")
    return pinned_version(by.network, pathway, use.version)
