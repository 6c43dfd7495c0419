"""Signing a change on behalf of a partner; with the last signature the new version is published."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone, translation

from anderhalf.apps.people.access import Right
from anderhalf.apps.people.models import Organisation
from anderhalf.apps.people.permission import Permission, permit
from anderhalf.apps.people.roles import Role
from anderhalf.apps.people.viewer import Viewer
from anderhalf.content import Agreement, load_network, load_pathway
from anderhalf.core.pathway.model import Pathway

from ..drafting.checking import check_draft
from ..drafting.comparing import compare_tables
from ..drafting.new_version import Signature, agreement_files, pathway_files
from ..drafting.toml_text import next_version
from ..errors import AlreadySigned, DraftNotReady, NotAPartner, SelfApproval, StepNotNow
from ..models import Approval, ContentVersion, Draft, DraftApproval
from ..queries.versions import base_pathway, pathway_on, version_on
from ..signing import party_for, still_needed
from ..states import DRAFT_STATES, DraftState
from ..steps import check_base, check_date, check_reason, record_step
from .publishing import publish


@transaction.atomic
def approve_draft(*, by: Viewer, at: datetime, draft_id: UUID, version: int) -> Draft:
    """Sign a submitted draft on behalf of a partner; publishes it when every partner has signed.

    ``version`` is the version of the draft that was read. Raises ``SelfApproval``, ``AlreadySigned``, ``NotAPartner``,
    ``StepNotNow``, ``BaseOutdated``, ``WrongDate`` (the day it should begin has passed) and ``DraftNotReady`` (the
    check has come to know a fault since it was submitted).
    """
    permission = permit("network", by, Right.APPROVE_AGREEMENT, at=at)
    draft = _submitted(by, draft_id)
    if draft.author_id == by.professional_id:
        raise SelfApproval
    if draft.version != version:
        raise StepNotNow
    check_date(draft, draft.valid_from, today=timezone.localdate(at))
    agreement = check_base(draft, draft.valid_from)
    if check_draft(draft.files, base=base_pathway(draft.base, by.network))["errors"]:
        raise DraftNotReady
    keys = Organisation.objects.filter(pk__in=by.organisation_ids).values_list("key", flat=True)
    party = party_for(agreement, role=by.role, organisations=tuple(keys))
    if party is None:
        raise NotAPartner
    try:
        with transaction.atomic():
            DraftApproval.objects.create(
                draft=draft,
                professional_id=by.professional_id,
                organisation=Organisation.objects.get(network=draft.network_id, key=party.key),
                role=by.role,
                at=at,
            )
    except IntegrityError:
        raise AlreadySigned from None
    permission.log("E", "draft_signed", draft, party=party.key)
    signed = [
        (one.professional_id, one.organisation.key) for one in draft.approvals.select_related("organisation")
    ]
    if still_needed(agreement, signed).is_complete:
        _publish(permission, draft, agreement)
    return draft


@transaction.atomic
def reject_draft(*, by: Viewer, at: datetime, draft_id: UUID, because: str) -> Draft:
    """Say no, with the reason; the author may change it and ask again."""
    permission = permit("network", by, Right.APPROVE_AGREEMENT, at=at)
    draft = _submitted(by, draft_id)
    if draft.author_id == by.professional_id:
        raise SelfApproval
    check_reason(because)
    draft.approvals.all().delete()
    draft.state, draft.changed_at = DraftState.REJECTED, at
    draft.save(update_fields=["state", "changed_at"])
    record_step(permission, draft, DraftState.REJECTED, note=because.strip())
    permission.log("E", "draft_rejected", draft)
    return draft


def _submitted(by: Viewer, draft_id: UUID) -> Draft:
    draft = (
        Draft.objects.select_for_update(of=("self",))
        .select_related("base")
        .get(pk=draft_id, network=by.network)
    )
    if not DRAFT_STATES.allows(draft.state, DraftState.PUBLISHED):
        raise StepNotNow
    return draft


def _publish(permission: Permission, draft: Draft, agreement: Agreement) -> None:
    """Make the new pathway version and the new agreement version that runs it, both from the agreed day."""
    network, at = draft.network_id, permission.at
    taken = _taken_versions(network)
    signatures = _signatures(draft, agreement)
    base = base_pathway(draft.base, network)
    number = next_version(base.version, taken[draft.pathway])
    pathway = load_pathway(
        pathway_files(
            base.files,
            draft.files,
            version=number,
            valid_from=draft.valid_from,
            signatures=signatures,
            why=_why(draft, base),
        ),
        origin=f"{draft.pathway} {number}",
        choices=agreement.pathways[draft.pathway].settings,
    )
    others = {
        key: pathway_on(network, key, on=draft.valid_from)
        for key in agreement.pathways
        if key != draft.pathway
    }
    row = version_on(network, ContentVersion.Kind.AGREEMENT, network, on=draft.valid_from)
    following = next_version(agreement.version, taken[network])
    files = agreement_files(
        row.files,
        pathway=draft.pathway,
        pathway_version=number,
        version=following,
        valid_from=draft.valid_from,
        signatures=signatures,
        why=[f"{draft.pathway} {number}: {draft.title}"],
    )
    pathways = {**others, draft.pathway: pathway}
    renewed = load_network(files, origin=f"{network} {following}", pathways=pathways)
    publish(agreement=renewed, pathways=pathways, at=at, by=permission.by)
    draft.published = _name_signers(draft, ContentVersion.Kind.PATHWAY, draft.pathway, number)
    draft.agreement = _name_signers(draft, ContentVersion.Kind.AGREEMENT, network, following)
    draft.state, draft.changed_at = DraftState.PUBLISHED, at
    draft.save(update_fields=["state", "changed_at", "published", "agreement"])
    record_step(permission, draft, DraftState.PUBLISHED)
    permission.log("E", "draft_published", draft, pathway=number, agreement=following)


def _taken_versions(network: str) -> dict[str, list[str]]:
    taken: dict[str, list[str]] = {}
    for key, number in ContentVersion.objects.filter(network=network).values_list("key", "version"):
        taken.setdefault(key, []).append(number)
    return taken


def _signatures(draft: Draft, agreement: Agreement) -> list[Signature]:
    found = []
    for one in draft.approvals.select_related("professional", "organisation").order_by("at"):
        role = agreement.roles[one.role].title if one.role in agreement.roles else {}
        with translation.override("nl"):
            label = str(Role(one.role).label)
        found.append(
            Signature(
                name=one.professional.full_name,
                role_nl=f"{role.get('nl', label)}, {one.organisation.name}",
                role_en=f"{role.get('en', label)}, {one.organisation.name}",
                organisation=one.organisation.key,
                on=timezone.localdate(one.at),
            )
        )
    return found


def _name_signers(draft: Draft, kind: str, key: str, number: str) -> ContentVersion:
    """The published version, its signatures linked to the people and partners who gave them."""
    version = ContentVersion.objects.get(network=draft.network_id, kind=kind, key=key, version=number)
    for one in draft.approvals.select_related("professional"):
        Approval.objects.filter(version=version, name__startswith=f"{one.professional.full_name}, ").update(
            professional=one.professional, organisation=one.organisation_id, at=one.at
        )
    return version


def _why(draft: Draft, base: Pathway) -> list[str]:
    """The changelog entry: why, and per table which rules differ."""
    changed = load_pathway({**base.files, **draft.files}, origin="draft", choices={
        setting.code: setting.chosen for setting in base.settings.values()
    })  # fmt: skip
    lines = [f"{draft.title} · {draft.because}".replace("\n", " ")]
    for name, table in changed.tables.items():
        rules = [f"{one.rule} ({', '.join(one.kinds)})" for one in compare_tables(base.tables[name], table)]
        if rules:
            lines.append(f"{name}: {', '.join(rules)}")
    return lines
