"""Which version of the agreement and of a pathway answers on a date. What was parsed stays parsed, by version."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from functools import lru_cache
from uuid import UUID

from django.db.models import QuerySet

from anderhalf.content import Agreement, load_network, load_pathway, pathways_used
from anderhalf.content.drugs import codes_by_name
from anderhalf.core.pathway.model import Pathway

from ..models import ContentVersion


class NotPublished(Exception):
    """No version of this content is valid on the date that was asked about."""


_remembered: ContextVar[dict[str, list[ContentVersion]] | None] = ContextVar(
    "versions looked up before", default=None
)


@contextmanager
def versions_remembered() -> Iterator[None]:
    """Within, the versions of a network are looked up once, until somebody publishes here (:func:`look_anew`).

    What another process publishes meanwhile is not seen: for one request, or for one long transaction.
    """
    token = _remembered.set({})
    try:
        yield
    finally:
        _remembered.reset(token)


def look_anew() -> None:
    """From here on versions are looked up each time: who publishes, or decides about publishing, says so first.

    Nothing is remembered again, because what was just published may still be rolled back.
    """
    _remembered.set(None)


def _published(network: str) -> list[ContentVersion]:
    """Every version of a network, newest first; there are few, and what they hold is left where it is until it is
    parsed."""
    remembered = _remembered.get()
    if remembered is not None and str(network) in remembered:
        return remembered[str(network)]
    found = list(
        ContentVersion.objects.filter(network=network).defer("files").order_by("-valid_from", "-published_at")
    )
    if remembered is not None:
        remembered[str(network)] = found
    return found


def version_on(network: str, kind: str, key: str, *, on: date) -> ContentVersion:
    """The newest version valid on ``on``; raises :class:`NotPublished` saying what is missing."""
    return _valid_on(_published(network), network, kind, key, on=on)


def _valid_on(
    published: list[ContentVersion], network: str, kind: str, key: str, *, on: date
) -> ContentVersion:
    for version in published:
        if version.kind == kind and version.key == key and version.valid_from <= on:
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
    return _pinned(_published(network), network, key, number)


def _pinned(published: list[ContentVersion], network: str, key: str, number: str) -> ContentVersion:
    for version in published:
        if version.kind == ContentVersion.Kind.PATHWAY and version.key == key and version.version == number:
            return version
    raise NotPublished(f"{network}: pathway {key} {number} was never published")


def agreement_on(network: str, *, on: date) -> Agreement:
    """The agreement of a network as it was valid on ``on``."""
    return _agreement_on(_published(network), network, on=on)


def _agreement_on(published: list[ContentVersion], network: str, *, on: date) -> Agreement:
    return _agreement(_valid_on(published, network, ContentVersion.Kind.AGREEMENT, network, on=on).pk)


def pathway_on(network: str, key: str, *, on: date) -> Pathway:
    """The pathway that the agreement valid on ``on`` uses, with the agreement's answers to its settings."""
    published = _published(network)
    use = _agreement_on(published, network, on=on).pathways.get(key)
    if use is None:
        raise NotPublished(f"{network}: the agreement of {on.isoformat()} does not use pathway {key!r}")
    return _pathway(_pinned(published, network, key, use.version).pk, tuple(sorted(use.settings.items())))


def pathways_on(network: str, *, on: date) -> tuple[Pathway, ...]:
    """The pathways of the agreement that count on ``on``, in its order, with its answers to their settings."""
    published = _published(network)
    return tuple(
        _pathway(_pinned(published, network, key, use.version).pk, tuple(sorted(use.settings.items())))
        for key, use in _agreement_on(published, network, on=on).pathways.items()
        if use.from_day <= on
    )


def drug_names_on(network: str, *, on: date) -> Mapping[str, str]:
    """ATC code by name of a drug, by the pathways that count on ``on``: the list by which a written name is read."""
    return codes_by_name(pathways_on(network, on=on))


def pathway_of_decision(network: str, *, key: str, version: str, on: date) -> Pathway:
    """The pathway in the version that a stored decision names, with the choices of that day, to replay it."""
    published = _published(network)
    use = _agreement_on(published, network, on=on).pathways.get(key)
    choices = tuple(sorted(use.settings.items())) if use else ()
    return _pathway(_pinned(published, network, key, version).pk, choices)


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
