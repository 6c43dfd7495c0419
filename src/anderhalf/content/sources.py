"""Sources and grades: every number says where it comes from, and nothing unconfirmed passes.

A source text is one or more references separated by `;`, each an id from `[sources]` with an optional place:
`ESC21 p.3619; TRIJN`. Grades: A (primary document, read) … D (needs checking), `local` (own agreement).
U (unconfirmed) is refused: such a number never becomes content.
"""

from __future__ import annotations

from collections.abc import Mapping

from anderhalf.content.toml import Section
from anderhalf.core.pathway.model import Source

GRADES = ("A", "B", "C", "D", "local")
LOCAL = "local"


def read_sources(root: Section) -> Mapping[str, Source]:
    """The `[sources]` of pathway.toml by id."""
    found = {}
    for section in root.sections("sources"):
        section.only("grade", "title", "url")
        found[section.name] = Source(
            id=section.name,
            grade=section.choice("grade", GRADES),
            title=section.text("title"),
            url=section.text("url", required=False),
        )
        if found[section.name].url and not found[section.name].url.startswith(("https://", "http://")):
            section.fault("url", "a link starts with https://")
    return found


def cited(text: str) -> tuple[str, ...]:
    """The ids in a source text."""
    return tuple(part.split()[0] for part in text.split(";") if part.strip())


def source_faults(text: str, grade: str | None, sources: Mapping[str, Source]) -> list[str]:
    """What is wrong with a source text, and with the grade if there is one."""
    ids = cited(text)
    if not ids:
        return ["the source is missing"]
    wrong = [f"{name} is not one of [sources] in pathway.toml" for name in ids if name not in sources]
    if grade is None or wrong:
        return wrong
    if grade not in GRADES:
        note = " (unconfirmed numbers are never content)" if grade == "U" else ""
        return [f"grade {grade!r} is not one of {', '.join(GRADES)}{note}"]
    if grade not in {sources[name].grade for name in ids}:
        return [f"grade {grade} is not the grade of any cited source ({', '.join(ids)})"]
    return []


def check_source(section: Section, key: str, text: str, sources: Mapping[str, Source]) -> None:
    """Note faults of a source text at a key of a TOML section."""
    for message in source_faults(text, None, sources) if text else ():
        section.fault(key, message)


def check_graded(section: Section, sources: Mapping[str, Source]) -> tuple[str, str]:
    """Read and check `source` and `grade` of a section."""
    source, grade = section.text("source"), section.text("grade")
    for message in source_faults(source, grade, sources) if source and grade else ():
        section.fault("source" if "source" in message or "sources" in message else "grade", message)
    return source, grade
