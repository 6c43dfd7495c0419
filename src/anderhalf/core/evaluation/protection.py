"""Small counts in a published table: hidden, and not to be found by subtraction either."""

from __future__ import annotations

from collections.abc import Mapping


def protect(counts: Mapping[str, int], *, smallest: int) -> dict[str, int | None]:
    """Hide cells below ``smallest`` (0 is shown: it says nothing about a person), given that their sum is shown too.

    With one hidden cell, its value is the total minus the rest; then the smallest other cell that is not 0 is hidden
    with it (secondary suppression). If two hidden cells together would still give each other away, because their sum
    is below ``smallest``, another one is hidden. Returns None for a hidden cell. ``smallest`` is the network's
    choice, from its indicators file.
    """
    hidden = {name for name, count in counts.items() if 0 < count < smallest}
    if not hidden:
        return dict(counts)
    others = sorted(
        (name for name in counts if name not in hidden and counts[name] > 0), key=lambda n: (counts[n], n)
    )
    while others and (len(hidden) < 2 or sum(counts[name] for name in hidden) < smallest):
        hidden.add(others.pop(0))
    return {name: None if name in hidden else count for name, count in counts.items()}
