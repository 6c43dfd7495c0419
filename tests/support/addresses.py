"""Every address of the service, from the resolver itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import get_resolver


def addresses() -> dict[str, Any]:
    """URL patterns by name with namespace; a pattern without a name would be missed, so it is refused."""
    found: dict[str, Any] = {}
    for name, pattern in _walk(get_resolver().url_patterns, ""):
        assert name not in found, f"two addresses are called {name}"
        found[name] = pattern
    return found


def _walk(patterns: Any, space: str) -> Iterator[tuple[str, Any]]:
    for pattern in patterns:
        if hasattr(pattern, "url_patterns"):
            yield from _walk(
                pattern.url_patterns, space + (f"{pattern.namespace}:" if pattern.namespace else "")
            )
        else:
            assert pattern.name, f"the address {pattern.pattern} has no name"
            yield space + pattern.name, pattern
