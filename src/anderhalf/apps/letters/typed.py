"""What somebody wrote in a letter beside what the record proposed: only that is asked about."""

from __future__ import annotations

from collections.abc import Iterable


def typed_lines(texts: Iterable[str], proposed: Iterable[str]) -> list[str]:
    """Per text the lines that the record did not propose."""
    known = {line.strip() for text in proposed for line in text.splitlines()}
    return [
        "\n".join(line for line in text.splitlines() if line.strip() and line.strip() not in known)
        for text in texts
    ]
