"""A network's agreement as it runs: one version of networks/<key>/, read and checked. Immutable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from anderhalf.content.goals import AnswerTime, Goal, NumberGoal, Pilot, WaitingNorm
from anderhalf.core.contracts.model import Contract, DeductibleAmount
from anderhalf.core.decisions.feel import UnaryTest
from anderhalf.core.pathway.model import Labels

if TYPE_CHECKING:
    from anderhalf.content.urgent import UrgentCare


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """A partner. `agb` has eight digits (care providers), `uzovi` four (insurers)."""

    id: str
    kind: str
    name: str
    city: str
    phone: str
    from_day: date
    until: date | None = None
    agb: str = ""
    uzovi: str = ""
    phone_urgent: str = ""
    registered_patients: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """From this day these practices refer to the centre, besides those of earlier phases."""

    from_day: date
    practices: tuple[str, ...]
    note: Labels


@dataclass(frozen=True, slots=True, kw_only=True)
class Centre:
    """A place of the 1.5 line."""

    id: str
    organisation: str
    title: Labels
    address: str
    hospital: str
    from_day: date
    phases: tuple[Phase, ...]

    def practices_on(self, day: date) -> tuple[str, ...]:
        """The practices that take part on a day, in order of entry."""
        return tuple(name for phase in self.phases if phase.from_day <= day for name in phase.practices)


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """Who does what, at which kinds of organisation."""

    id: str
    title: Labels
    organisations: tuple[str, ...]
    duties: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PathwayUse:
    """A pathway that the agreement runs, with its answers to the pathway's settings."""

    key: str
    version: str
    from_day: date
    settings: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """Why data are used, on which legal basis, by which roles."""

    id: str
    title: Labels
    text: Labels
    basis: Labels
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Privacy:
    """Privacy agreements; counts below `small_count_below` are hidden from those who may not see patients."""

    processor: Labels
    dpia_on: date
    small_count_below: int
    purposes: tuple[Purpose, ...]
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerApproval:
    """Who signed for which partner."""

    name: str
    role: Labels
    organisation: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """What is counted: `kind` count, share, mean or duration over events."""

    id: str
    title: Labels
    kind: str
    numerator: str
    denominator: str
    better: str
    target: Decimal | None
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SroiInput:
    """What a stakeholder invests, in euro."""

    id: str
    stakeholder: str
    title: Labels
    amount: Decimal
    per_year: bool
    assumption: bool
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SroiOutcome:
    """One row of the value map; deadweight, displacement, attribution and drop_off are shares from 0 to 1."""

    id: str
    stakeholder: str
    title: Labels
    quantity: Decimal
    unit: Labels
    proxy: Decimal
    proxy_source: str
    deadweight: Decimal
    displacement: Decimal
    attribution: Decimal
    drop_off: Decimal
    duration_years: int
    assumption: bool
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sroi:
    """sroi.toml: the value map. `discount_first_year`: whether the first year is discounted too."""

    years: int
    discount_rate: Decimal
    discount_source: str
    discount_first_year: bool
    inputs: tuple[SroiInput, ...]
    outcomes: tuple[SroiOutcome, ...]
    reporting: Mapping[str, Labels]
    sensitivity: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """Agreed staff of a role at a centre, with minutes per contact where the role has its own clinic."""

    role: str
    centre: str
    fte: Decimal
    from_day: date
    minutes_new: int | None
    minutes_follow_up: int | None
    assumption: bool
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """A course for roles, once before the start or every so many months."""

    id: str
    title: Labels
    roles: tuple[str, ...]
    hours: Decimal
    every_months: int
    before_start: bool
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Who hears what, how, on a day or every so many months."""

    id: str
    title: Labels
    audience: tuple[str, ...]
    channel: Labels
    message: Labels
    on: date | None
    every_months: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """A situation that must be discussed: tests on the latest facts (all hold), or an event in the record.

    An urgent one stands first on the agenda.
    """

    id: str
    pathway: str
    title: Labels
    cells: Mapping[str, UnaryTest]
    event: str
    count: int | None
    within_days: int | None
    """For `dose_raised`: the raises that count together lie within so many days."""
    classes: tuple[str, ...]
    """For `classes_not_tolerated` all of these, for `dose_raised` any of them."""
    urgent: bool
    source: str
    grade: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Supervision:
    """supervision.toml: the weekly meeting and what must be discussed there."""

    every_days: int
    minutes: int
    minutes_per_case: int
    required_roles: tuple[str, ...]
    invited_roles: tuple[str, ...]
    situations: tuple[Situation, ...]
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question put to a patient."""

    id: str
    text: Labels


@dataclass(frozen=True, slots=True, kw_only=True)
class Experience:
    """experience.toml: the report mark, the agreed questions with their answers, and free text."""

    valid_days: int
    mark: Labels
    mark_minimum: int
    mark_maximum: int
    mark_lowest: Labels
    mark_highest: Labels
    questions: tuple[Question, ...]
    answers: Mapping[str, Labels]
    free_text: Labels
    free_text_maximum: int
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A heading of a letter with its code, as far as a source gives one."""

    id: str
    title: Labels
    required: bool
    snomed: str = ""
    loinc: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterKind:
    """A kind of letter: referral, return, interim, forward or end."""

    id: str
    title: Labels
    headings: tuple[Heading, ...]


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """One version of a network's agreement. `hash` identifies the content."""

    key: str
    version: str
    valid_from: date
    title: Labels
    summary: Labels
    invented: bool
    form: Mapping[str, Labels]
    start_up_amount: Decimal
    start_up: Labels
    pathways: Mapping[str, PathwayUse]
    target_group: Labels
    target_group_exclusion: Labels
    numbers: tuple[NumberGoal, ...]
    goals: tuple[Goal, ...]
    pilot: Pilot
    waiting: WaitingNorm
    answer_times: Mapping[str, AnswerTime]
    urgent: UrgentCare
    organisations: Mapping[str, Organisation]
    centres: Mapping[str, Centre]
    roles: Mapping[str, Role]
    privacy: Privacy
    approvals: tuple[PartnerApproval, ...]
    contracts: tuple[Contract, ...]
    deductibles: Mapping[int, DeductibleAmount]
    indicators: Mapping[str, Indicator]
    sroi: Sroi
    staff: tuple[Staff, ...]
    competences: Mapping[str, Mapping[str, tuple[str, ...]]]
    training: tuple[Training, ...]
    communication: tuple[Moment, ...]
    supervision: Supervision
    experience: Experience
    letters: Mapping[str, LetterKind]
    changelog: str
    hash: str
    origin: str
    files: Mapping[str, str]

    def of_kind(self, kind: str) -> tuple[Organisation, ...]:
        """The organisations of one kind (practice, hospital, centre, insurer, …)."""
        return tuple(found for found in self.organisations.values() if found.kind == kind)

    def centre_of(self, practice: str, *, on: date) -> Centre | None:
        """The centre to which a practice refers on a day, or None when it does not take part (yet)."""
        for centre in self.centres.values():
            if practice in centre.practices_on(on):
                return centre
        return None
