"""network.toml: partners, centres, roles, target group, pilot, waiting norms, privacy."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from anderhalf.content.agreement import (
    Centre,
    Organisation,
    PartnerApproval,
    PathwayUse,
    Phase,
    Privacy,
    Purpose,
    Role,
)
from anderhalf.content.goals import AnswerTime, Goal, NumberGoal, Pilot, WaitingNorm
from anderhalf.content.schedule import unique_ids
from anderhalf.content.toml import LANGUAGES, Section

KINDS = (
    "practice",
    "hospital",
    "centre",
    "gp_group",
    "home_care",
    "pharmacy",
    "laboratory",
    "insurer",
    "patient_group",
)
ROLE_KEYS = (
    "gp",
    "poh",
    "vs",
    "pa",
    "hf_nurse",
    "cardiologist",
    "internist",
    "district_nurse",
    "paramedic",
    "enurse",
    "pharmacist",
    "project_leader",
    "billing",
    "insurer",
)
PATIENT = "patient"
_AGB = re.compile(r"\d{8}")
_UZOVI = re.compile(r"\d{4}")
PHONE = re.compile(r"0(\d[- ]?){8}\d")


def read_organisations(root: Section) -> Mapping[str, Organisation]:
    """`[[organisations]]` by id, with AGB or UZOVI codes and telephone numbers checked for their shape."""
    unique_ids(root, "organisations")
    found: dict[str, Organisation] = {}
    agbs: dict[str, str] = {}
    for section in root.items("organisations", required=True):
        section.only(
            "id",
            "kind",
            "name",
            "city",
            "agb",
            "uzovi",
            "phone",
            "phone_urgent",
            "registered_patients",
            "from",
            "until",
        )
        kind = section.choice("kind", KINDS)
        agb = section.text("agb", required=kind not in ("insurer", "patient_group"))
        uzovi = section.text("uzovi", required=kind == "insurer")
        if agb and not _AGB.fullmatch(agb):
            section.fault("agb", f"{agb!r} is not an AGB code: eight digits")
        if uzovi and not _UZOVI.fullmatch(uzovi):
            section.fault("uzovi", f"{uzovi!r} is not a UZOVI number: four digits")
        if agb and agbs.setdefault(agb, section.text("id")) != section.text("id"):
            section.fault("agb", f"{agb} is already the AGB code of {agbs[agb]}")
        for key in ("phone", "phone_urgent"):
            phone = section.text(key, required=key == "phone")
            if phone and not PHONE.fullmatch(phone):
                section.fault(key, f"{phone!r} is not a Dutch telephone number of ten digits")
        from_day, until = _period(section, "from", "until")
        found[section.text("id")] = Organisation(
            id=section.text("id"),
            kind=kind,
            name=section.text("name"),
            city=section.text("city"),
            agb=agb,
            uzovi=uzovi,
            phone=section.text("phone"),
            phone_urgent=section.text("phone_urgent", required=False),
            registered_patients=section.whole("registered_patients", required=kind == "practice", minimum=1),
            from_day=from_day,
            until=until,
        )
    return found


def read_centres(root: Section, organisations: Mapping[str, Organisation]) -> Mapping[str, Centre]:
    """`[[centres]]` with their phases; a practice belongs to one centre only, not before either started."""
    unique_ids(root, "centres")
    found: dict[str, Centre] = {}
    taken: dict[str, str] = {}
    for section in root.items("centres", required=True):
        section.only("id", "organisation", "title_nl", "title_en", "address", "hospital", "from", "phases")
        known_organisation(
            section, "organisation", section.text("organisation"), organisations, kind="centre"
        )
        known_organisation(section, "hospital", section.text("hospital"), organisations, kind="hospital")
        from_day, _ = _period(section, "from", "until")
        phases = []
        for phase in section.items("phases", required=True):
            phase.only("from", "practices", "note_nl", "note_en")
            start = phase.day("from") or date.min
            if start < from_day:
                phase.fault("from", f"this phase starts before the centre ({from_day})")
            for practice in phase.words("practices"):
                known_organisation(phase, "practices", practice, organisations, kind="practice")
                if practice in organisations and organisations[practice].from_day > start:
                    phase.fault(
                        "practices", f"{practice} takes part only from {organisations[practice].from_day}"
                    )
                if taken.setdefault(practice, section.text("id")) != section.text("id"):
                    phase.fault("practices", f"{practice} already belongs to centre {taken[practice]}")
            phases.append(
                Phase(from_day=start, practices=phase.words("practices"), note=phase.labels("note"))
            )
        found[section.text("id")] = Centre(
            id=section.text("id"),
            organisation=section.text("organisation"),
            title=section.labels("title"),
            address=section.text("address"),
            hospital=section.text("hospital"),
            from_day=from_day,
            phases=tuple(sorted(phases, key=lambda phase: phase.from_day)),
        )
    for organisation in organisations.values():
        if organisation.kind == "practice" and organisation.id not in taken:
            root.fault("centres", f"practice {organisation.id} belongs to no centre")
    return found


def read_roles(root: Section) -> Mapping[str, Role]:
    """`[[roles]]` by id."""
    unique_ids(root, "roles")
    found = {}
    for section in root.items("roles", required=True):
        section.only("id", "title_nl", "title_en", "organisations", "duties_nl", "duties_en")
        kinds = section.words("organisations")
        for kind in kinds:
            if kind not in KINDS:
                section.fault("organisations", f"{kind!r} is not one of {', '.join(KINDS)}")
        role = section.choice("id", ROLE_KEYS)
        found[role] = Role(
            id=role,
            title=section.labels("title"),
            organisations=kinds,
            duties={lang: section.words(f"duties_{lang}") for lang in LANGUAGES},
        )
    return found


def read_pathways(root: Section) -> Mapping[str, PathwayUse]:
    """`[pathways.<key>]`: which version of which pathway, with the agreement's choices."""
    found = {}
    for section in root.sections("pathways", required=True):
        section.only("version", "from", "settings")
        settings = section.section("settings", required=False)
        found[section.name] = PathwayUse(
            key=section.name,
            version=section.text("version"),
            from_day=section.day("from") or date.min,
            settings={name: settings.text(name) for name in settings.data},
        )
    return found


def read_numbers(root: Section) -> tuple[NumberGoal, ...]:
    """`[[numbers]]`: expected and wanted."""
    unique_ids(root, "numbers")
    found = []
    for section in root.items("numbers", required=True):
        section.only("id", "title_nl", "title_en", "expected", "wanted", "source", "source_en")
        found.append(
            NumberGoal(
                id=section.text("id"),
                title=section.labels("title"),
                source=section.text("source"),
                source_en=section.text("source_en", required=False),
                expected=section.number("expected", minimum=0),
                wanted=section.number("wanted", required=False, minimum=0),
            )
        )
    return tuple(found)


def read_goals(root: Section) -> tuple[Goal, ...]:
    """`[[goals]]`; whether their indicators exist is checked where both are known."""
    unique_ids(root, "goals")
    return tuple(
        Goal(id=section.text("id"), text=section.labels("text"), indicator=section.text("indicator"))
        for section in root.items("goals", required=True)
    )


def read_pilot(root: Section) -> Pilot:
    """`[pilot]`: at least two evaluations a year, the first after the start."""
    section = root.section("pilot")
    section.only("from", "until", "evaluations", "text_nl", "text_en", "source", "source_en")
    start, end = _period(section, "from", "until", required=True)
    given = section.data.get("evaluations", [])
    evaluations = tuple(day for day in given if isinstance(day, date)) if isinstance(given, list) else ()
    if not evaluations or len(evaluations) != len(given):
        section.fault("evaluations", "this must be a list of dates")
    if list(evaluations) != sorted(set(evaluations)):
        section.fault("evaluations", "the evaluations are not in order of date")
    if evaluations and evaluations[0] <= start:
        section.fault("evaluations", "the first evaluation lies before the start")
    return Pilot(
        from_day=start,
        until=end or date.max,
        evaluations=evaluations,
        text=section.labels("text"),
        source=section.text("source"),
        source_en=section.text("source_en", required=False),
    )


def read_waiting(root: Section) -> WaitingNorm:
    """`[waiting]`."""
    section = root.section("waiting")
    section.only("norm_days", "title_nl", "title_en", "source", "source_en")
    return WaitingNorm(
        days=section.whole("norm_days", minimum=1) or 0,
        title=section.labels("title"),
        source=section.text("source"),
        source_en=section.text("source_en", required=False),
    )


def read_answer_times(root: Section, roles: Mapping[str, Role]) -> Mapping[str, AnswerTime]:
    """`[[answer_times]]` by id; each has an owner that is a role of the agreement."""
    unique_ids(root, "answer_times")
    found = {}
    for section in root.items("answer_times", required=True):
        section.only("id", "title_nl", "title_en", "working_days", "owner", "source", "source_en")
        known_role(section, "owner", section.text("owner"), roles)
        found[section.text("id")] = AnswerTime(
            id=section.text("id"),
            title=section.labels("title"),
            owner=section.text("owner"),
            working_days=section.whole("working_days", minimum=0) or 0,
            source=section.text("source"),
            source_en=section.text("source_en", required=False),
        )
    return found


def read_privacy(root: Section, roles: Mapping[str, Role]) -> Privacy:
    """`[privacy]` and `[[purposes]]`."""
    unique_ids(root, "purposes")
    purposes = []
    for section in root.items("purposes", required=True):
        section.only("id", "title_nl", "title_en", "text_nl", "text_en", "basis_nl", "basis_en", "roles")
        for role in section.words("roles"):
            known_role(section, "roles", role, roles)
        purposes.append(
            Purpose(
                id=section.text("id"),
                title=section.labels("title"),
                text=section.labels("text"),
                basis=section.labels("basis"),
                roles=section.words("roles"),
            )
        )
    section = root.section("privacy")
    section.only("processor_nl", "processor_en", "dpia_on", "small_count_below", "source")
    return Privacy(
        processor=section.labels("processor"),
        dpia_on=section.day("dpia_on") or date.min,
        small_count_below=section.whole("small_count_below", minimum=2) or 0,
        purposes=tuple(purposes),
        source=section.text("source"),
    )


def read_approvals(root: Section, organisations: Mapping[str, Organisation]) -> tuple[PartnerApproval, ...]:
    """`[[approvals]]`: at least two people, of two partners."""
    found = []
    for section in root.items("approvals", required=True):
        section.only("name", "role_nl", "role_en", "organisation", "on")
        known_organisation(section, "organisation", section.text("organisation"), organisations)
        found.append(
            PartnerApproval(
                name=section.text("name"),
                role=section.labels("role"),
                organisation=section.text("organisation"),
                on=section.day("on") or date.min,
            )
        )
    if len({approval.organisation for approval in found}) < 2:
        root.fault("approvals", "an agreement is approved by at least two partners")
    return tuple(found)


def known_organisation(
    section: Section, key: str, name: str, organisations: Mapping[str, Organisation], *, kind: str = ""
) -> None:
    """Note a fault when `name` is not an organisation of the agreement, or of another kind."""
    if name not in organisations:
        section.fault(key, f"{name!r} is not an organisation of this agreement")
    elif kind and organisations[name].kind != kind:
        section.fault(key, f"{name} is a {organisations[name].kind}, not a {kind}")


def known_role(section: Section, key: str, name: str, roles: Mapping[str, Role]) -> None:
    """Note a fault when `name` is not a role of the agreement."""
    if name not in roles:
        section.fault(key, f"{name!r} is not a role of this agreement")


def _period(section: Section, start: str, end: str, *, required: bool = False) -> tuple[date, date | None]:
    from_day, until = section.day(start), section.day(end, required=required)
    if from_day is not None and until is not None and until < from_day:
        section.fault(end, f"{until} lies before {from_day}")
    return from_day or date.min, until
