"""A letter's text as paragraphs and lists: the same reading for the screen and for the PDF."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Any

POINTS = ("- ", "• ", "* ")


def clean(text: str) -> str:
    """Text without control characters and in composed form; line ends as ``\\n``."""
    composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(
        one for one in composed if one == "\n" or unicodedata.category(one) not in ("Cc", "Cs", "Cf")
    )


def blocks_of(text: str) -> list[dict[str, Any]]:
    """``{"kind": "text" | "list", "items": [line, …]}`` per paragraph.

    Lines that begin with ``- `` are points of a list; an empty line ends a paragraph.
    """
    found: list[dict[str, Any]] = []
    fresh = True
    for line in clean(text).split("\n"):
        stripped = line.strip()
        if not stripped:
            fresh = True
            continue
        kind = "list" if stripped.startswith(POINTS) else "text"
        said = stripped[2:].strip() if kind == "list" else stripped
        if fresh or not found or found[-1]["kind"] != kind:
            found.append({"kind": kind, "items": []})
        found[-1]["items"].append(said)
        fresh = False
    return found


def readable(sections: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The sections that say something: ``{"id", "title", "blocks", "medication"}``."""
    return [
        {
            "id": section["id"],
            "title": str(section["title"]),
            "blocks": blocks_of(str(section["text"])),
            "medication": [
                {name: clean(str(value)) for name, value in row.items()}
                for row in section.get("medication") or []
            ],
        }
        for section in sections
        if str(section["text"]).strip() or section.get("medication")
    ]
