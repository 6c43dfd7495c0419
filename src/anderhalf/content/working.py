"""staffing, communication, supervision and letters: how the partners work together."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from anderhalf.content.agreement import (
    Centre,
    Heading,
    LetterKind,
    Moment,
    Role,
    Situation,
    Staff,
    Supervision,
    Training,
)
from anderhalf.content.cells import read_cells
from anderhalf.content.network import PATIENT, known_role
from anderhalf.content.schedule import unique_ids
from anderhalf.content.sources import check_graded
from anderhalf.content.toml import LANGUAGES, Section
from anderhalf.core.pathway.model import Pathway

LETTER_KINDS = ("referral", "return", "interim", "forward", "end")
EVENTS = (
    "first_encounter", "medication_stopped", "visits_without_step", "return_proposed", "classes_not_tolerated",
    "dose_raised",
)  # fmt: skip
"""What can happen in a record that must be discussed."""


def read_staff(root: Section, roles: Mapping[str, Role], centres: Mapping[str, Centre]) -> tuple[Staff, ...]:
    """`[[staff]]`: nobody works at a centre before it exists."""
    found = []
    for section in root.items("staff", required=True):
        section.only(
            "role",
            "centre",
            "fte",
            "from",
            "clinic_minutes_new",
            "clinic_minutes_follow_up",
            "assumption",
            "source",
        )
        role, centre, start = section.text("role"), section.text("centre"), section.day("from") or date.min
        known_role(section, "role", role, roles)
        if centre not in centres:
            section.fault("centre", f"{centre!r} is not a centre of this agreement")
        elif start < centres[centre].from_day:
            section.fault("from", f"centre {centre} exists only from {centres[centre].from_day}")
        found.append(
            Staff(
                role=role,
                centre=centre,
                fte=section.number("fte", minimum=0) or Decimal(0),
                from_day=start,
                minutes_new=section.whole("clinic_minutes_new", required=False, minimum=1),
                minutes_follow_up=section.whole("clinic_minutes_follow_up", required=False, minimum=1),
                assumption=section.flag("assumption"),
                source=section.text("source"),
            )
        )
    return tuple(found)


def read_competences(root: Section, roles: Mapping[str, Role]) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """`[[competences]]`: role -> language -> items."""
    found = {}
    for section in root.items("competences", required=True):
        section.only("role", "items_nl", "items_en")
        known_role(section, "role", section.text("role"), roles)
        found[section.text("role")] = {lang: section.words(f"items_{lang}") for lang in LANGUAGES}
    return found


def read_training(root: Section, roles: Mapping[str, Role]) -> tuple[Training, ...]:
    """`[[training]]`."""
    unique_ids(root, "training")
    found = []
    for section in root.items("training", required=True):
        section.only("id", "title_nl", "title_en", "roles", "hours", "every_months", "before_start", "source")
        for role in section.words("roles"):
            known_role(section, "roles", role, roles)
        found.append(
            Training(
                id=section.text("id"),
                title=section.labels("title"),
                roles=section.words("roles"),
                hours=section.number("hours", minimum=0) or Decimal(0),
                every_months=section.whole("every_months", minimum=1) or 0,
                before_start=section.flag("before_start"),
                source=section.text("source"),
            )
        )
    return tuple(found)


def read_communication(root: Section, roles: Mapping[str, Role]) -> tuple[Moment, ...]:
    """`[[moments]]`: on a day, or every so many months."""
    root.only("moments")
    unique_ids(root, "moments")
    found = []
    for section in root.items("moments", required=True):
        section.only(
            "id",
            "title_nl",
            "title_en",
            "on",
            "every_months",
            "audience",
            "channel_nl",
            "channel_en",
            "message_nl",
            "message_en",
        )
        if ("on" in section) == ("every_months" in section):
            section.fault(None, "give either `on` (a day) or `every_months`")
        for role in section.words("audience"):
            if role != PATIENT:
                known_role(section, "audience", role, roles)
        found.append(
            Moment(
                id=section.text("id"),
                title=section.labels("title"),
                audience=section.words("audience"),
                channel=section.labels("channel"),
                message=section.labels("message"),
                on=section.day("on", required=False),
                every_months=section.whole("every_months", required=False, minimum=1),
            )
        )
    return tuple(found)


def read_supervision(
    root: Section, roles: Mapping[str, Role], pathways: Mapping[str, Pathway]
) -> Supervision:
    """supervision.toml; the tests of a situation are read against the pathway's dictionary.

    A pathway that is not in `pathways` cannot be checked; its situations with cells are a fault.
    """
    root.only("meeting", "situations")
    unique_ids(root, "situations")
    meeting = root.section("meeting")
    meeting.only("every_days", "minutes", "required_roles", "invited_roles", "minutes_per_case", "source")
    for key in ("required_roles", "invited_roles"):
        for role in meeting.words(key):
            known_role(meeting, key, role, roles)
    return Supervision(
        every_days=meeting.whole("every_days", minimum=1) or 0,
        minutes=meeting.whole("minutes", minimum=1) or 0,
        minutes_per_case=meeting.whole("minutes_per_case", minimum=1) or 0,
        required_roles=meeting.words("required_roles"),
        invited_roles=meeting.words("invited_roles"),
        situations=tuple(
            _situation(section, pathways) for section in root.items("situations", required=True)
        ),
        source=meeting.text("source"),
    )


def read_letters(root: Section) -> Mapping[str, LetterKind]:
    """letters.toml by kind; every kind of letter has its headings."""
    root.only("letters", "source")
    unique_ids(root, "letters")
    found = {}
    for section in root.items("letters", required=True):
        section.only("id", "title_nl", "title_en", "headings")
        unique_ids(section, "headings")
        kind = section.choice("id", LETTER_KINDS)
        found[kind] = LetterKind(
            id=kind,
            title=section.labels("title"),
            headings=tuple(_heading(heading) for heading in section.items("headings", required=True)),
        )
    for kind in LETTER_KINDS:
        if kind not in found:
            root.fault("letters", f"the letter {kind} is missing")
    return found


def _heading(section: Section) -> Heading:
    section.only("id", "title_nl", "title_en", "required", "snomed", "loinc")
    return Heading(
        id=section.text("id"),
        title=section.labels("title"),
        required=section.flag("required"),
        snomed=section.text("snomed", required=False),
        loinc=section.text("loinc", required=False),
    )


def _situation(section: Section, pathways: Mapping[str, Pathway]) -> Situation:
    section.only(
        "id", "pathway", "title_nl", "title_en", "cells", "event", "count", "within_days", "classes", "urgent",
        "source", "grade",
    )  # fmt: skip
    if ("cells" in section) == ("event" in section):
        section.fault(None, "give either `cells` (tests on facts) or `event`")
    key = section.text("pathway")
    pathway = pathways.get(key)
    source, grade = section.text("source"), section.text("grade")
    if pathway is None:
        section.fault("pathway", f"{key!r} is not a pathway of this agreement")
    else:
        source, grade = check_graded(section, pathway.sources)
    event = section.choice("event", EVENTS, required=False)
    classes = section.words("classes", required=event in ("classes_not_tolerated", "dose_raised"))
    for name in classes:
        if pathway is not None and name not in pathway.dictionary:
            section.fault("classes", f"{name} is not a drug class of pathway {key}")
    return Situation(
        id=section.text("id"),
        pathway=key,
        title=section.labels("title"),
        cells={} if pathway is None else read_cells(section, "cells", pathway.dictionary),
        urgent=section.flag("urgent", default=False),
        event=event,
        count=section.whole("count", required=event in ("visits_without_step", "dose_raised"), minimum=1),
        within_days=section.whole("within_days", required=event == "dose_raised", minimum=1),
        classes=classes,
        source=source,
        grade=grade,
    )
