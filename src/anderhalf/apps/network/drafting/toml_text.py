"""Small changes in the text of a content file, so that everything else in it stays to the letter. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date

_HEADER = re.compile(r"^\s*\[")


class NotFound(ValueError):
    """The key or section that must be changed is not in the text."""


def literal(value: str | date) -> str:
    """A TOML value: a date bare, a text in double quotes."""
    if isinstance(value, date):
        return value.isoformat()
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + re.sub(r"[\x00-\x1f\x7f]", " ", escaped) + '"'


def with_value(text: str, key: str, value: str | date, *, section: str = "") -> str:
    """The text with ``key`` of ``[section]`` (of the top when empty) set to another value; a comment after it stays.

    Raises :class:`NotFound` when it is not there.
    """
    lines = text.split("\n")
    inside = not section
    pattern = re.compile(rf"^(\s*{re.escape(key)}\s*=\s*)(\"(?:[^\"\\]|\\.)*\"|[^\s#]+)(.*)$")
    for at, line in enumerate(lines):
        if _HEADER.match(line):
            inside = line.strip().startswith(f"[{section}]") if section else False
            continue
        found = pattern.match(line) if inside else None
        if found:
            lines[at] = f"{found[1]}{literal(value)}{found[3]}"
            return "\n".join(lines)
    raise NotFound(f"{key} is not in {f'[{section}]' if section else 'the top of the file'}")


def with_blocks(text: str, name: str, blocks: Sequence[Mapping[str, str | date]]) -> str:
    """The text with all ``[[name]]`` blocks replaced by others; the new ones stand where the first was.

    Raises :class:`NotFound` when there was none.
    """
    kept: list[str] = []
    place: int | None = None
    inside = False
    for line in text.split("\n"):
        if _HEADER.match(line):
            inside = line.strip() == f"[[{name}]]"
            if inside and place is None:
                place = len(kept)
        # Comments between blocks belong to what follows them.
        if not inside or (line.lstrip().startswith("#")):
            kept.append(line)
    if place is None:
        raise NotFound(f"[[{name}]] is not in the file")
    written = []
    for block in blocks:
        written.append(f"[[{name}]]")
        written += [f"{key} = {literal(value)}" for key, value in block.items()]
        written.append("")
    return "\n".join([*kept[:place], *written, *kept[place:]])


def with_entry(changelog: str, heading: str, lines: Sequence[str]) -> str:
    """A changelog with a new entry above the older ones."""
    entry = [f"## {heading}", "", *(f"- {line}" for line in lines), ""]
    at = next((n for n, line in enumerate(changelog.split("\n")) if line.startswith("## ")), None)
    old = changelog.split("\n")
    if at is None:
        return "\n".join([*old, "", *entry])
    return "\n".join([*old[:at], *entry, *old[at:]])


def next_version(version: str, taken: Sequence[str]) -> str:
    """The next minor version that is not taken: 1.0.3 becomes 1.1.0."""
    major, minor, _patch = (int(part) for part in version.split("."))
    while True:
        minor += 1
        if (made := f"{major}.{minor}.0") not in taken:
            return made
