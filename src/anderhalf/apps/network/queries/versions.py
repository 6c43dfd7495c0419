"""Which version of the agreement and of a pathway answers on a date. What was parsed stays parsed, by version."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from functools import lru_cache
from uuid import UUID

from django.db.models import QuerySet

from anderhalf.content import Agreement, load_network, load_pathway, pathways_used
from anderhalf.core.pathway.model import Pathway

from ..models import ContentVersion


class NotPublished(Exception):
    """No version of this content is valid on the date that was asked about."""


_remembered: ContextVar[dict[tuple[str, str, str], list[ContentVersion]] | None] = ContextVar(
    "versions looked up before", default=None
)


@contextmanager
def versions_remembered() -> Iterator[None]:
    """Within, the versions of an agreement or pathway are looked up once. Only where nothing is published meanwhile."""
    token = _remembered.set({})
    try:
        yield
    finally:
        _remembered.reset(token)


def _published(network: str, kind: str, key: str) -> list[ContentVersion]:
    """Every version, newest first; there are few, and what they hold is left where it is until it is parsed."""
    remembered = _remembered.get()
    name = (str(network), str(kind), key)
    if remembered is not None and name in remembered:
        return remembered[name]
    found = list(
        ContentVersion.objects.filter(network=network, kind=kind, key=key)
        .defer("files")
        .order_by("-valid_from", "-published_at")
    )
    if remembered is not None:
        remembered[name] = found
    return found


def version_on(network: str, kind: str, key: str, *, on: date) -> ContentVersion:
    """The newest version valid on ``on``; raises :class:`NotPublished` saying what is missing."""
    for version in _published(network, kind, key):
        if version.valid_from <= on:
            return version
    raise NotPublished(f"{network}: no {kind} {key!r} is valid on {on.isoformat()}")


@lru_cache(maxsize=64)
def _agreement(version_id: UUID) -> Agreement:
    """Versions are immutable and few, so what was parsed once stays parsed."""
    version = ContentVersion.objects.get(pk=version_id)
    pathways = {
        key: _pathway(pinned_version(version.network_id, key, use["version"]).pk)
        for key, use in pathways_used(version.files).items()
    }
    return load_network(version.files, origin=f"{version.key} {version.version}", pathways=pathways)


@lru_cache(maxsize=64)
def _pathway(version_id: UUID, choices: tuple[tuple[str, str], ...] = ()) -> Pathway:
    version = ContentVersion.objects.get(pk=version_id)
    return load_pathway(version.files, origin=f"{version.key} {version.version}", choices=dict(choices))


def pinned_version(network: str, key: str, number: str) -> ContentVersion:
    """The pathway version with this number; raises :class:`NotPublished`."""
    for version in _published(network, ContentVersion.Kind.PATHWAY, key):
        if version.version == number:
            return version
    raise NotPublished(f"{network}: pathway {key} {number} was never published")


def agreement_on(network: str, *, on: date) -> Agreement:
    """The agreement of a network as it was valid on ``on``."""
    return _agreement(version_on(network, ContentVersion.Kind.AGREEMENT, network, on=on).pk)


def pathway_on(network: str, key: str, *, on: date) -> Pathway:
    """The pathway that the agreement valid on ``on`` uses, with the agreement's answers to its settings."""
    use = agreement_on(network, on=on).pathways.get(key)
    if use is None:
        raise NotPublished(f"{network}: the agreement of {on.isoformat()} does not use pathway {key!r}")
    return _pathway(pinned_version(network, key, use.version).pk, tuple(sorted(use.settings.items())))


def pathways_on(network: str, *, on: date) -> tuple[Pathway, ...]:
    """The pathways of the agreement that count on ``on``, in its order, with its answers to their settings."""
    uses = agreement_on(network, on=on).pathways
    return tuple(pathway_on(network, key, on=on) for key, use in uses.items() if use.from_day <= on)


def pathway_of_decision(network: str, *, key: str, version: str, on: date) -> Pathway:
    """The pathway in the version that a stored decision names, with the choices of that day, to replay it."""
    use = agreement_on(network, on=on).pathways.get(key)
    choices = tuple(sorted(use.settings.items())) if use else ()
    return _pathway(pinned_version(network, key, version).pk, choices)


def base_pathway(version: ContentVersion, network: str) -> Pathway:
    """A published pathway version with the answers to its settings of the agreement valid now or at its start."""
    agreements = ContentVersion.objects.filter(
        network=network, kind=ContentVersion.Kind.AGREEMENT, key=network
    )
    for row in agreements.order_by("-valid_from", "-published_at"):
        use = pathways_used(row.files).get(version.key, {})
        if use.get("version") == version.version:
            return _pathway(version.pk, tuple(sorted(use.get("settings", {}).items())))
    return _pathway(version.pk)


def versions_of(network: str) -> QuerySet[ContentVersion]:
    """Every published version of a network, newest first, with who approved it."""
    return (
        ContentVersion.objects.filter(network=network)
        .prefetch_related("approvals")
        .order_by("-valid_from", "kind")
    )
