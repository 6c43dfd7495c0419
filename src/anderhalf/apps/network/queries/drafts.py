"""Drafts of the agreement, as those who may write or sign them see them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from anderhalf.apps.people.access import Right, can_access, check_access
from anderhalf.apps.people.models import Organisation
from anderhalf.apps.people.viewer import Viewer
from anderhalf.content import load_pathway
from anderhalf.core.decisions.meta import TableErrors
from anderhalf.core.decisions.model import DecisionTable
from anderhalf.core.pathway.model import Pathway

from ..drafting.checking import read_draft_table
from ..drafting.comparing import RuleChange, compare_tables
from ..models import ContentVersion, Draft
from ..signing import Party, StillNeeded, parties_of, party_for, still_needed
from ..states import DRAFT_STATES, DraftState
from .versions import agreement_on, base_pathway


def drafts_of(viewer: Viewer) -> QuerySet[Draft]:
    """The drafts of the viewer's network, newest first."""
    check_access(viewer, Right.EDIT_AGREEMENT)
    return (
        Draft.objects.filter(network=viewer.network)
        .select_related("author", "base", "published")
        .order_by("-changed_at")
    )


def draft_for(viewer: Viewer, draft_id: UUID) -> Draft:
    """One draft of the viewer's network, with its steps and signatures; raises ``Draft.DoesNotExist``."""
    with_history = ("steps", "approvals__professional", "approvals__organisation")
    return drafts_of(viewer).prefetch_related(*with_history).get(pk=draft_id)


def base_of(draft: Draft) -> Pathway:
    """The pathway that the draft changes."""
    return base_pathway(draft.base, draft.network_id)


def pathway_of_draft(draft: Draft) -> Pathway:
    """The pathway as it would become; raises ``ContentErrors`` while the draft holds faults."""
    return _drafted(draft.base, draft.network_id, tuple(sorted(draft.files.items())))


@lru_cache(maxsize=32)
def _drafted(base: ContentVersion, network: str, files: tuple[tuple[str, str], ...]) -> Pathway:
    running = base_pathway(base, network)
    choices = {setting.code: setting.chosen for setting in running.settings.values()}
    return load_pathway({**running.files, **dict(files)}, f"draft of {running.key}", choices=choices)


def text_of_table(draft: Draft, base: Pathway, table: str) -> str:
    """The CSV of a table in the draft, changed or not."""
    file = base.table_files[table]
    return str(draft.files.get(file, base.files[file]))


def table_of_draft(draft: Draft, base: Pathway, table: str) -> DecisionTable | None:
    """A table of the draft; None while it cannot be read."""
    if base.table_files[table] not in draft.files:
        return base.tables[table]
    try:
        return read_draft_table(text_of_table(draft, base, table), base=base, table=table)
    except TableErrors:
        return None


def changes_of(draft: Draft, base: Pathway) -> Mapping[str, tuple[RuleChange, ...] | None]:
    """Per changed table what differs, rule by rule; None for a table that cannot be read."""
    found: dict[str, tuple[RuleChange, ...] | None] = {}
    for table, file in base.table_files.items():
        if file in draft.files:
            changed = table_of_draft(draft, base, table)
            found[table] = None if changed is None else compare_tables(base.tables[table], changed)
    return found


def used_ids(draft: Draft, base: Pathway, table: str) -> frozenset[str]:
    """Rule ids that any published version of the table had: they mean something in stored decisions."""
    file = base.table_files[table]
    found: set[str] = set()
    for version in ContentVersion.objects.filter(
        network=draft.network_id, kind=ContentVersion.Kind.PATHWAY, key=draft.pathway
    ):
        found.update(
            line.partition(",")[0].strip('"') for line in version.files.get(file, "").splitlines()[1:]
        )
    return frozenset(found)


@dataclass(frozen=True, kw_only=True)
class Signing:
    """How far the signing is, and what this viewer may do."""

    parties: tuple[Party, ...]
    needed: StillNeeded
    own_party: Party | None
    may_sign: bool
    why_not: str
    """``author``, ``signed``, ``no_party``, ``right`` or empty."""
    is_author: bool
    outdated: bool
    """Another version of the pathway was published since the draft began."""


def signing_of(viewer: Viewer, draft: Draft, *, at: datetime) -> Signing:
    """The partners, who signed, who must still, and whether the viewer may."""
    on = draft.valid_from or timezone.localdate(at)
    agreement = agreement_on(draft.network_id, on=on)
    signed = [(one.professional_id, one.organisation.key) for one in draft.approvals.all()]
    keys = tuple(Organisation.objects.filter(pk__in=viewer.organisation_ids).values_list("key", flat=True))
    party = party_for(agreement, role=viewer.role, organisations=keys)
    is_author = draft.author_id == viewer.professional_id
    why_not = ""
    if is_author:
        why_not = "author"
    elif not can_access(viewer, Right.APPROVE_AGREEMENT):
        why_not = "right"
    elif any(who == viewer.professional_id for who, _key in signed):
        why_not = "signed"
    elif party is None:
        why_not = "no_party"
    use = agreement.pathways.get(draft.pathway)
    open_now = draft.state in (DraftState.DRAFT, DraftState.SUBMITTED, DraftState.REJECTED)
    return Signing(
        parties=parties_of(agreement),
        needed=still_needed(agreement, signed),
        own_party=party,
        may_sign=not why_not and DRAFT_STATES.allows(draft.state, DraftState.PUBLISHED),
        why_not=why_not,
        is_author=is_author,
        outdated=open_now and (use is None or use.version != draft.base.version),
    )
