"""A letter as proposed: the agreement's headings in order, with recipient, subject and medication table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone, translation

from anderhalf.apps.clinic.models import Episode
from anderhalf.apps.people.models import Organisation
from anderhalf.content import Agreement
from anderhalf.core.wording import within

from ..models import Letter
from . import headings
from .dangers import of_danger, told_above
from .gathering import gather
from .words import bullets, medication_rows, paragraphs

MEDICATION_UNDER = ("treatment", "policy")
"""The medication table stands under the first of these headings that the letter has."""


@dataclass(frozen=True, kw_only=True)
class Composed:
    """A letter as proposed. ``recipient`` is an organisation's id; sections are in the agreement's order."""

    subject: str
    recipient: UUID
    sections: list[dict[str, Any]]
    danger: str = ""
    """What stands above the first section: a danger, and what was done about it."""


def compose(episode: Episode, *, agreement: Agreement, kind: str, at: datetime, plan: str = "") -> Composed:
    """Propose a letter of ``kind`` about ``episode`` as things stand at ``at``.

    ``plan`` comes first under the policy, instead of the plan of the last contact.

    A section is ``{"id", "title", "text", "required", "code"}``; the one under which medication belongs also has
    ``"medication"``, a list of ``{"drug", "dose", "target", "since", "note"}``. Raises ``KeyError`` when the
    agreement has no headings for this kind of letter.
    """
    with translation.override("nl"):
        found = gather(episode, at=at)
        wanted = agreement.letters[kind]
        names = [heading.id for heading in wanted.headings]
        table_under = next((name for name in MEDICATION_UNDER if name in names), "")
        sections = []
        for heading in wanted.headings:
            section: dict[str, Any] = {
                "id": heading.id,
                "title": heading.title["nl"],
                "text": headings.text_of(heading.id, found, kind=kind, plan=plan),
                "required": heading.required,
                "code": _code(heading.snomed, heading.loinc),
            }
            if heading.id == "diagnosis" and "other" not in names:  # a letter without the place for it
                section["text"] = paragraphs(str(section["text"]), bullets(headings.safety(found)))
            if heading.id == table_under:
                section["medication"] = medication_rows(found.medication, found.pathway)
                section["text"] = paragraphs(headings.not_taken_over(found), str(section["text"]))
            sections.append(section)
        danger, _open = of_danger(episode, at=at)
        return Composed(
            subject=f"{wanted.title['nl']}: {within(found.pathway.title['nl'])}",
            recipient=_recipient(episode, agreement, kind=kind, at=at),
            sections=with_danger(sections, danger),
            danger=danger,
        )


def with_danger(sections: list[dict[str, Any]], said: str) -> list[dict[str, Any]]:
    """The letter with a danger above all its text, in the place of what was said of it before: a reader must not have
    to look for it, nor read it twice, nor read what no longer is."""
    if not sections:
        return sections
    _lines, own = told_above(str(sections[0]["text"]))
    return [{**sections[0], "text": paragraphs(said, own)}, *sections[1:]]


def up_to_date(letter: Letter, *, at: datetime) -> list[dict[str, Any]]:
    """The sections of a draft with the danger that is open now, when the draft does not tell all of it or tells of one
    that is no longer open."""
    with translation.override("nl"):
        sections = list(letter.sections)
        whole = "\n".join(str(section["text"]) for section in sections)
        said, lines = of_danger(letter.episode, at=at)
        told = told_above(str(sections[0]["text"]))[0] if sections else []
        if all(line in whole for line in lines) and set(told) <= set(lines):
            return sections
        return with_danger(sections, said)


def plain_text(section: dict[str, Any]) -> str:
    """A section as text alone: its medication table as lines above what was written."""
    rows = [f"- {row['drug']} {row['dose']}, sinds {row['since']}" for row in section.get("medication") or []]
    return "\n\n".join(part for part in ("\n".join(rows), str(section["text"]).strip()) if part)


def _code(snomed: str, loinc: str) -> dict[str, str]:
    """The heading's code with its system, as FHIR names it; empty when no source gives one."""
    if snomed:
        return {"system": "http://snomed.info/sct", "code": snomed}
    return {"system": "http://loinc.org", "code": loinc} if loinc else {}


def _recipient(episode: Episode, agreement: Agreement, *, kind: str, at: datetime) -> UUID:
    """The patient's practice; for a forward the hospital with which the centre works."""
    if kind != Letter.Kind.FORWARD:
        return episode.patient.practice_id
    day = timezone.localdate(at)
    centres = [
        c for c in agreement.centres.values() if c.organisation == episode.centre.key and c.from_day <= day
    ]
    hospital = centres[0].hospital if centres else agreement.of_kind("hospital")[0].id
    return Organisation.objects.values_list("pk", flat=True).get(network=episode.network_id, key=hospital)
