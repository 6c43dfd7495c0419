"""The two doors into content: `load_pathway` and `load_network`, from a mapping of file name to text."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from anderhalf.content.agreement import Agreement
from anderhalf.content.contracts import read_contracts, read_deductibles
from anderhalf.content.faults import Faults
from anderhalf.content.folder import content_hash
from anderhalf.content.measures import read_experience, read_indicators, read_sroi
from anderhalf.content.network import (
    read_answer_times,
    read_approvals,
    read_centres,
    read_goals,
    read_numbers,
    read_organisations,
    read_pathways,
    read_pilot,
    read_privacy,
    read_roles,
    read_waiting,
)
from anderhalf.content.pathway import read_pathway
from anderhalf.content.toml import Section, TomlFile
from anderhalf.content.urgent import read_urgent
from anderhalf.content.working import (
    read_communication,
    read_competences,
    read_letters,
    read_staff,
    read_supervision,
    read_training,
)
from anderhalf.core.pathway.model import Pathway

NETWORK_FILE = "network.toml"
_NETWORK_KEYS = (
    "key",
    "version",
    "valid_from",
    "title_nl",
    "title_en",
    "summary_nl",
    "summary_en",
    "invented",
    "form",
    "start_up",
    "pathways",
    "target_group",
    "numbers",
    "pilot",
    "goals",
    "waiting",
    "answer_times",
    "urgent",
    "organisations",
    "centres",
    "roles",
    "privacy",
    "purposes",
    "approvals",
)


def load_pathway(
    files: Mapping[str, str], origin: str, *, choices: Mapping[str, str] | None = None
) -> Pathway:
    """Read a pathway from the texts of its folder.

    `origin` says where the texts came from (a path, or "database"). `choices` are an agreement's answers to
    the pathway's settings. Raises ContentErrors with every fault by file, line and cell. The same texts are
    parsed once: a pathway never changes after it was read.
    """
    return _pathway(tuple(sorted(files.items())), origin, tuple(sorted((choices or {}).items())))


@lru_cache(maxsize=32)
def _pathway(
    files: tuple[tuple[str, str], ...], origin: str, choices: tuple[tuple[str, str], ...]
) -> Pathway:
    return replace(_read(files, choices), origin=origin)


@lru_cache(maxsize=32)
def _read(files: tuple[tuple[str, str], ...], choices: tuple[tuple[str, str], ...]) -> Pathway:
    """The same from wherever the texts came: what differs is only where they are said to come from."""
    faults = Faults()
    pathway = read_pathway(dict(files), faults, origin="", choices=dict(choices))
    faults.raise_any()
    return pathway


def load_network(files: Mapping[str, str], origin: str, *, pathways: Mapping[str, Pathway]) -> Agreement:
    """Read a network's agreement from the texts of its folder.

    `pathways` holds the loaded pathways that the agreement may use, by key: their versions, facts, sources
    and settings are what the agreement is checked against. Raises ContentErrors with every fault. The same texts with
    the same pathways are parsed once.
    """
    return _network(
        tuple(sorted(files.items())), origin, tuple((key, Itself(one)) for key, one in pathways.items())
    )


@dataclass(frozen=True, eq=False)
class Itself:
    """A pathway as a key: parsed once, so the same object is the same content."""

    pathway: Pathway

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Itself) and other.pathway is self.pathway

    def __hash__(self) -> int:
        return id(self.pathway)


@lru_cache(maxsize=16)
def _network(
    texts: tuple[tuple[str, str], ...], origin: str, known: tuple[tuple[str, Itself], ...]
) -> Agreement:
    files, pathways = dict(texts), {key: one.pathway for key, one in known}
    faults = Faults()
    root = TomlFile.read(NETWORK_FILE, files, faults).root
    root.only(*_NETWORK_KEYS)

    def file(name: str) -> Section:
        return TomlFile.read(name, files, faults).root

    organisations = read_organisations(root)
    centres = read_centres(root, organisations)
    roles = read_roles(root)
    uses = read_pathways(root)
    used: dict[str, Pathway] = {}
    for key, use in uses.items():
        section = root.section("pathways").section(key)
        pathway = pathways.get(key)
        if pathway is None:
            section.fault(None, f"there is no pathway {key}")
            continue
        used[key] = pathway
        if pathway.version != use.version:
            section.fault("version", f"the pathway at hand is version {pathway.version}, not {use.version}")
        if use.from_day < pathway.valid_from:
            section.fault("from", f"the pathway is valid only from {pathway.valid_from}")
        _check_choices(section, use.settings, pathway)
    goals = read_goals(root)
    form, start_up, target = root.section("form"), root.section("start_up"), root.section("target_group")
    form.only("kind", "title_nl", "title_en", "text_nl", "text_en", "source")
    start_up.only("amount_eur", "years", "text_nl", "text_en", "source")
    target.only("text_nl", "text_en", "exclusion_nl", "exclusion_en", "source")
    for section in (form, start_up, target):
        section.text("source")
    staffing, contracts = file("staffing.toml"), file("contracts.toml")
    staffing.only("staff", "competences", "training")
    version = root.text("version")
    if version and version not in files.get("CHANGELOG.md", ""):
        faults.add("CHANGELOG.md", 0, "", f"version {version} is not described here")
    agreement = Agreement(
        key=root.text("key"),
        version=version,
        valid_from=root.day("valid_from") or date.min,
        title=root.labels("title"),
        summary=root.labels("summary"),
        invented=root.flag("invented", default=False),
        form={"title": form.labels("title"), "text": form.labels("text")},
        start_up_amount=start_up.number("amount_eur", minimum=0) or Decimal(0),
        start_up=start_up.labels("text"),
        pathways=uses,
        target_group=target.labels("text"),
        target_group_exclusion=target.labels("exclusion"),
        numbers=read_numbers(root),
        goals=goals,
        pilot=read_pilot(root),
        waiting=read_waiting(root),
        answer_times=read_answer_times(root, roles),
        urgent=read_urgent(root, roles),
        organisations=organisations,
        centres=centres,
        roles=roles,
        privacy=read_privacy(root, roles),
        approvals=read_approvals(root, organisations),
        contracts=read_contracts(contracts, organisations, centres),
        deductibles=read_deductibles(contracts),
        indicators=read_indicators(file("indicators.toml"), goals, root),
        sroi=read_sroi(file("sroi.toml"), organisations),
        staff=read_staff(staffing, roles, centres),
        competences=read_competences(staffing, roles),
        training=read_training(staffing, roles),
        communication=read_communication(file("communication.toml"), roles),
        supervision=read_supervision(file("supervision.toml"), roles, used),
        experience=read_experience(file("experience.toml")),
        letters=read_letters(file("letters.toml")),
        changelog=files.get("CHANGELOG.md", ""),
        hash=content_hash(files),
        origin=origin,
        files=files,
    )
    faults.raise_any()
    return agreement


def pathways_used(files: Mapping[str, str]) -> Mapping[str, Mapping[str, Any]]:
    """The pathways that an agreement names, by key, with at least their `version`: needed to load it.

    Unreadable text gives an empty mapping; `load_network` then names the fault.
    """
    try:
        found = tomllib.loads(files.get(NETWORK_FILE, "")).get("pathways", {})
    except tomllib.TOMLDecodeError:
        return {}
    if not isinstance(found, dict):
        return {}
    return {
        key: use
        for key, use in found.items()
        if isinstance(use, dict) and isinstance(use.get("version"), str)
    }


def _check_choices(section: Section, choices: Mapping[str, str], pathway: Pathway) -> None:
    settings = section.section("settings", required=False)
    for name, choice in choices.items():
        setting = pathway.settings.get(name)
        if setting is None:
            settings.fault(name, f"{name} is not a setting of pathway {pathway.key}")
        elif choice not in setting.options:
            settings.fault(name, f"{choice!r} is not an option; options: {', '.join(setting.options)}")
        elif not setting.options[choice].available:
            settings.fault(name, f"{choice} is written down as an alternative, but no table carries it out")
