"""A pathway as it runs: one version of the clinical content, read and checked. Immutable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

from anderhalf.core.decisions.facts import Fact, FactType
from anderhalf.core.decisions.feel import UnaryTest
from anderhalf.core.decisions.model import DecisionTable
from anderhalf.core.pathway.facts import FactDictionary
from anderhalf.core.pathway.interactions import FILE, Interactions, read_interactions

Labels = Mapping[str, str]
"""Text by language: {"nl": …, "en": …}."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A document that rules refer to. Grade A to D, or "local" for the network's own agreement."""

    id: str
    grade: str
    title: str
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Urgency:
    """How soon somebody must be seen; `days` is None when no appointment is needed."""

    code: str
    label: Labels
    days: int | None = None
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """Who approved this version, in what role, and when."""

    name: str
    role: Labels
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingOption:
    """One answer to a question on which the sources disagree. `tables`: table id -> file that it brings."""

    code: str
    label: Labels
    source: str
    tables: Mapping[str, str]
    available: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A question on which the sources disagree, with the answer that this pathway runs with."""

    code: str
    title: Labels
    note: Labels
    options: Mapping[str, SettingOption]
    default: str
    chosen: str
    file: str
    """Where the setting is written down: pathway.toml, titration/protocol.toml or scores.toml."""


class ContactEvent(StrEnum):
    """What makes a contact of the schedule the next one."""

    DISCHARGE = "discharge"
    STEP = "step"
    WAITING = "waiting"
    STABLE = "stable"
    FIRST_LINE = "first_line"
    RECHECK = "recheck"
    """A value that must be measured again within days; see `rechecks`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRule:
    """A contact of the follow-up schedule; days count from the event, or recur with `every_days`."""

    id: str
    title: Labels
    when: Labels
    kind: str
    within_days: int | None
    every_days: int | None
    measure: tuple[str, ...]
    source: str
    grade: str
    event: ContactEvent | None = None
    limits: Mapping[str, UnaryTest] = field(default_factory=dict)
    """For a recheck: the values within which it holds, as cells on facts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TestRule:
    """A test that the follow-up schedule asks for: recurring, or once between two days after optimal therapy."""

    id: str
    title: Labels
    measure: tuple[str, ...]
    every_days: int | None
    after_days: int | None
    latest_days: int | None
    source: str
    grade: str
    done: str | None = None
    """Of a test that is made once: the fact that says that it was made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmRule:
    """What a patient must react to. With `fact`: a gain of `gain` (its unit) within `in_days` days."""

    id: str
    action: Labels
    fact: str | None
    gain: Decimal | None
    in_days: int | None
    strictly_more: bool
    source: str
    grade: str
    withhold: Mapping[str, str] = field(default_factory=dict)
    """Classes of drugs that are not taken then -> the setting that must say `pause`, or `always`. `action` names those
    in use as `{drugs}`."""
    without: Labels = field(default_factory=dict)
    """What is said instead to who uses none of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferAgain:
    """A situation in which the GP sends the patient back."""

    id: str
    text: Labels
    source: str
    grade: str
    limits: Mapping[str, UnaryTest] = field(default_factory=dict)
    """The same as cells on facts, any of which is enough; what can't be said in a cell has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """followup.toml: contacts, tests, alarms for the patient, and when to refer again."""

    contacts: tuple[ContactRule, ...] = ()
    tests: tuple[TestRule, ...] = ()
    alarms: tuple[AlarmRule, ...] = ()
    refer_again: tuple[ReferAgain, ...] = ()

    def contact(self, contact_id: str) -> ContactRule:
        """The contact rule with this id; KeyError when there is none."""
        for contact in self.contacts:
            if contact.id == contact_id:
                return contact
        raise KeyError(contact_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """One subject of patient education, in plain language."""

    id: str
    title: Labels
    text: Labels
    source: str
    grade: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Education:
    """education.toml: topics and the ways to check that they were understood."""

    topics: tuple[Topic, ...] = ()
    methods: Mapping[str, Labels]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmAnswer:
    """What an alarm of care makes of a referral: no later than `urgency`, and `line` for whom no line was to see."""

    line: str
    urgency: str


@dataclass(frozen=True, kw_only=True)
class Pathway:
    """One version of a pathway. `hash` identifies the content, whatever its version number says."""

    key: str
    version: str
    valid_from: date
    title: Labels
    summary: Labels
    dictionary: FactDictionary
    groups: Mapping[str, Labels]
    """Sections of forms, in order."""
    tables: Mapping[str, DecisionTable]
    table_files: Mapping[str, str]
    lines: Mapping[str, Labels]
    urgencies: Mapping[str, Urgency]
    sources: Mapping[str, Source]
    settings: Mapping[str, Setting]
    approvals: tuple[Approval, ...]
    follow_up: FollowUp
    education: Education
    changelog: str
    hash: str
    origin: str
    files: Mapping[str, str]
    """The content itself: file name -> text, as it was read."""
    alarm_at_referral: AlarmAnswer | None = None
    """None for a pathway without tables of alarms, or without referrals."""

    @cached_property
    def interactions(self) -> Interactions:
        """The drugs that do not go together; empty for a pathway without interactions.toml."""
        return read_interactions(self.files.get(FILE, ""))

    @cached_property
    def listed_facts(self) -> Mapping[str, tuple[str, ...]]:
        """Per yes-or-no fact that a medication list answers, the beginnings of the ATC codes that count: its own, and
        those of the groups of interactions.toml that name it."""
        found = {
            name: tuple(fact.codes.get("atc", ()))
            for name, fact in self.facts.items()
            if fact.type is FactType.BOOLEAN
        }
        for group in self.interactions.groups.values():
            if group.fact in found:
                found[group.fact] += group.atc
        return {name: atc for name, atc in found.items() if atc}

    def choices_of(self, file: str) -> Mapping[str, str]:
        """The answers this pathway runs with to the settings of one of its files."""
        return {setting.code: setting.chosen for setting in self.settings.values() if setting.file == file}

    @property
    def facts(self) -> Mapping[str, Fact]:
        """The data dictionary as the decision engine wants it."""
        return self.dictionary.facts

    def table(self, table_id: str) -> DecisionTable:
        """The table with this id; KeyError when the pathway has none."""
        return self.tables[table_id]
