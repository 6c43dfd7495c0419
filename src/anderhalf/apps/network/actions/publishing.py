"""Publishing content: the agreement and its pathways become immutable versions in the database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from anderhalf.apps.audit import actions as audit
from anderhalf.apps.people.models import Network, Organisation
from anderhalf.apps.people.viewer import Viewer, system_viewer
from anderhalf.content import (
    Agreement,
    ContentErrors,
    load_network,
    load_pathway,
    network_folder,
    pathway_folder,
    pathways_used,
    read_folder,
)
from anderhalf.content.check import rule_faults
from anderhalf.core.pathway.model import Pathway

from ..models import Approval, ContentVersion
from ..queries.versions import look_anew


class PublicationRefused(Exception):
    """A published version can't be changed; give the changed content a new version number."""


@dataclass(frozen=True)
class Published:
    """What is now in force: the agreement, its pathways, and how many versions were new."""

    agreement: Agreement
    pathways: Mapping[str, Pathway]
    new_versions: int


def publish_folder(
    *, key: str, at: datetime, by: Viewer | None = None, demonstration: bool = False
) -> Published:
    """Read ``networks/<key>`` and the pathways it uses, check them, and publish what is new.

    Raises ``ContentErrors`` naming every fault, and :class:`PublicationRefused` when content differs under a version
    number that was published before. Nothing is published then.
    """
    files = read_folder(network_folder(key))
    pathways = {}
    for name, use in pathways_used(files).items():
        folder = read_folder(pathway_folder(name))
        pathways[name] = load_pathway(folder, origin=f"pathways/{name}", choices=use.get("settings", {}))
    agreement = load_network(files, origin=f"networks/{key}", pathways=pathways)
    return publish(agreement=agreement, pathways=pathways, at=at, by=by, demonstration=demonstration)


@transaction.atomic
def publish(
    *,
    agreement: Agreement,
    pathways: Mapping[str, Pathway],
    at: datetime,
    by: Viewer | None = None,
    demonstration: bool = False,
) -> Published:
    """Store the content as versions and bring the organisations of the agreement into being.

    Raises ``ContentErrors`` for a new version of a pathway in which a rule decides something else than in the version
    before it while its explanation or source stayed behind, or names a number that the rule does not have.
    """
    network, _created = Network.objects.get_or_create(
        key=agreement.key, defaults={"name": agreement.title["nl"], "demonstration": demonstration}
    )
    who = by or system_viewer(network.key)
    new = 0
    for kind, content in (
        (ContentVersion.Kind.AGREEMENT, agreement),
        *((ContentVersion.Kind.PATHWAY, pathway) for pathway in pathways.values()),
    ):
        new += _publish_version(network, kind, content, at=at, by=who)
    for partner in agreement.organisations.values():
        centre = next((c for c in agreement.centres.values() if c.organisation == partner.id), None)
        Organisation.objects.update_or_create(
            network=network,
            key=partner.id,
            defaults={
                "kind": partner.kind,
                "name": partner.name,
                "agb": partner.agb,
                "uzovi": partner.uzovi,
                "phone": partner.phone,
                "phone_urgent": partner.phone_urgent,
                "city": partner.city,
                "address": centre.address if centre else "",
                "opened_on": partner.from_day,
            },
        )
    return Published(agreement, pathways, new)


def _publish_version(
    network: Network, kind: str, content: Agreement | Pathway, *, at: datetime, by: Viewer
) -> int:
    earlier = ContentVersion.objects.filter(
        network=network, kind=kind, key=content.key, version=content.version
    ).first()
    if earlier is not None:
        if earlier.content_hash != content.hash:
            raise PublicationRefused(
                f"{kind} {content.key} {content.version} was published on {earlier.published_at:%d-%m-%Y} with other "
                "content; a published version is never edited: raise the version number and its valid_from"
            )
        return 0
    look_anew()
    if isinstance(content, Pathway):
        _check_rules(network, content)
    version = ContentVersion.objects.create(
        network=network,
        kind=kind,
        key=content.key,
        version=content.version,
        content_hash=content.hash,
        files=dict(content.files),
        valid_from=content.valid_from,
        published_at=at,
        published_by=by.name,
    )
    Approval.objects.bulk_create(
        Approval(
            version=version,
            name=f"{approval.name}, {approval.role['nl']}",
            at=datetime.combine(approval.on, datetime.min.time(), tzinfo=at.tzinfo),
        )
        for approval in content.approvals
    )
    audit.record(
        by=by,
        at=at,
        action="C",
        event="content_published",
        object_type=str(kind),
        object_id=version.pk,
        detail={"key": content.key, "version": content.version, "hash": content.hash[:12]},
    )
    return 1


def _check_rules(network: Network, pathway: Pathway) -> None:
    """The explanations of the rules follow their cells, also since the version that was published last."""
    last = (
        ContentVersion.objects.filter(network=network, kind=ContentVersion.Kind.PATHWAY, key=pathway.key)
        .order_by("published_at", "pk")
        .last()
    )
    faults = rule_faults(pathway, before=last.files if last is not None else None)
    if faults:
        raise ContentErrors(faults)
