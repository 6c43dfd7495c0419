"""Guessing links: after a handful of wrong ones an address has to wait.

The counter lies in this worker's memory. A link has 192 bits, so guessing is hopeless anyway; the limit keeps a
machine that tries from costing anything.
"""

from __future__ import annotations

from django.core.cache import cache

WRONG_LINKS = 20
WINDOW_SECONDS = 600


def too_many_wrong_links(network_point: str) -> bool:
    """Whether this address tried too many links that do not exist in the last ten minutes."""
    return int(cache.get(_key(network_point), 0)) >= WRONG_LINKS


def count_wrong_link(network_point: str) -> None:
    """Remember one more; the window starts at the first."""
    if not cache.add(_key(network_point), 1, WINDOW_SECONDS):
        try:
            cache.incr(_key(network_point))
        except ValueError:  # the window ended between the two
            cache.add(_key(network_point), 1, WINDOW_SECONDS)


def _key(network_point: str) -> str:
    return f"insight:wrong-links:{network_point or 'unknown'}"
