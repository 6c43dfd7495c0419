"""What goes into the titration engine and what comes out of it.

In: what the patient uses and used (`DrugUse`), what was measured (`Observation`), what the record remembers
(`Tolerance`, agreements) together in `Patient`. Out: one `Proposal` per class inside an `Advice`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from anderhalf.core.decisions.explain import Decision, FactUsed
from anderhalf.core.decisions.facts import FactValue, FactValues, Value
from anderhalf.core.pathway.titration.ladder import Dose


class ProposalKind(StrEnum):
    """What is proposed for a class."""

    STOP = "stop"
    PAUSE = "pause"
    DECREASE = "decrease"
    DISCUSS = "discuss"
    NEEDS_DATA = "needs_data"
    SWITCH = "switch"
    START = "start"
    INCREASE = "increase"
    HOLD = "hold"
    KEEP = "keep"
    NOT_INDICATED = "not_indicated"


DOWNWARD = frozenset({ProposalKind.STOP, ProposalKind.PAUSE, ProposalKind.DECREASE})
UPWARD = frozenset({ProposalKind.START, ProposalKind.INCREASE, ProposalKind.SWITCH})


class ObservationStatus(StrEnum):
    """How much a result can be trusted."""

    FINAL = "final"
    CORRECTED = "corrected"
    """Replaces an earlier result of the same moment."""
    UNRELIABLE = "unreliable"
    """For instance a haemolysed sample: shown, never used."""
    ENTERED_IN_ERROR = "entered_in_error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One measured or answered fact, in the dictionary's unit."""

    fact: str
    value: Value
    at: datetime
    status: ObservationStatus = ObservationStatus.FINAL
    recorded_at: datetime | None = None
    """When it became known here; None means at the same time."""
    origin: str = ""
    confirmed: bool = False
    """Somebody looked at an unlikely value and said that it is right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrugUse:
    """One drug in one dose over one period. A change of dose ends one use and begins the next."""

    atc: str
    since: datetime
    until: datetime | None = None
    dose: Decimal | None = None
    """Amount per intake in the drug's unit; None when it was not recorded."""
    per_day: Decimal | None = None
    """Intakes a day; 0.5 is every other day. None: as the protocol gives the drug."""
    stop_reason: str = ""
    """A code of [stop_reasons] when the use ended; empty counts as a change of dose if another use follows."""
    components: Mapping[str, Decimal] = field(default_factory=dict)
    """For a combination tablet: amount per intake of each drug it contains."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance:
    """What the record remembers about a drug or a class."""

    kind: str
    """contraindication, allergy, angioedema, intolerance, patient_refuses (see [tolerance])."""
    drug_class: str
    drug: str = ""
    on: date | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedUse:
    """A class that a kept text names as in use, while the medication list holds nothing of it."""

    drug_class: str
    words: tuple[str, ...]
    """As they were written."""
    atc: str
    """A code that counts for the class: what would be so if it is used is tried with it."""
    then: bool = False
    """It was given in hospital, or the words fit more classes: nothing stops because of it, but nothing starts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """One card that asked to discuss and was answered: what it rested on then."""

    drug_class: str
    rule: str
    on: date
    drug: str = ""
    facts: Mapping[str, Value] = field(default_factory=dict)
    """The facts that made the rule true; it is asked again once one of them changed (see [settled])."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """Everything the engine may know about one patient."""

    medication: tuple[DrugUse, ...] = ()
    observations: tuple[Observation, ...] = ()
    facts: FactValues = field(default_factory=dict)
    """Standing facts of the record (sex, birth_date, dialysis, frailty, lvef_ever_40_or_less, …)."""
    tolerances: tuple[Tolerance, ...] | None = None
    """None: contraindications and tolerances were never asked; empty: asked, there are none."""
    tolerances_asked: bool = True
    """False: what stands in `tolerances` is known, but nobody asked whether there is more."""
    in_doubt: frozenset[str] = frozenset()
    """Classes about which the record holds something that nobody has judged yet: may they be used? Unknown."""
    max_tolerated: frozenset[str] = frozenset()
    """Classes whose present dose is recorded as the highest tolerated (or a switch as not wanted)."""
    restart_agreed: frozenset[str] = frozenset()
    """Classes whose restart was agreed in supervision."""
    rapid: bool = False
    """The rapid schedule after admission was agreed."""
    settled: tuple[Settled, ...] = ()
    """Answers to cards that asked to discuss."""
    open_danger: bool = False
    """A danger was seen and nobody wrote down yet what was done about it."""
    named: tuple[NamedUse, ...] = ()
    """What texts name as in use and nobody settled in the medication list: used or not? Unknown."""


class ProblemKind(StrEnum):
    """Why an entry was not used as it stands."""

    IMPOSSIBLE = "impossible"
    CONFLICT = "conflict"
    UNRELIABLE = "unreliable"
    SWAPPED = "swapped"
    FUTURE = "future"
    CORRECTED_AFTER_STEP = "corrected_after_step"
    NOT_IN_PROTOCOL = "not_in_protocol"
    DUPLICATE = "duplicate"
    IMPOSSIBLE_DOSE = "impossible_dose"
    WHICH_SALT = "which_salt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One entry that was set aside or needs a look, in plain words."""

    kind: ProblemKind
    about: str
    """A fact name, an ATC code or a class."""
    texts: Mapping[str, str]
    blocks: tuple[str, ...] = ()
    """Facts that count as unknown because of it."""


@dataclass(frozen=True, slots=True)
class MissingFact:
    """A fact that would settle the answer, and why it counts as missing."""

    fact: str
    why: str
    """missing, stale, undated, future, or a ProblemKind."""


@dataclass(frozen=True, slots=True)
class WouldChange:
    """One fact away: when `fact` meets `cell`, `rule` would answer `kind` instead."""

    fact: str
    cell: str
    rule: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What to measure when after this proposal is followed."""

    facts: tuple[str, ...]
    from_on: date
    until_on: date
    then: Mapping[str, str] = field(default_factory=dict)
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """The answer for one class, with its reasons."""

    drug_class: str
    kind: ProposalKind
    drug: str | None
    dose_now: Dose | None
    dose_new: Dose | None
    percent_of_target: Decimal | None
    rule: str
    why: Mapping[str, str]
    source: str
    grade: str
    first: str
    """What comes first or goes along: a code such as review_nephrotoxics, or none."""
    agenda: bool
    """Whether it belongs on the supervision agenda."""
    facts_used: tuple[FactUsed, ...]
    missing: tuple[MissingFact, ...]
    would_change: tuple[WouldChange, ...]
    checks: tuple[Check, ...]
    not_before: datetime | None
    own_kind: ProposalKind
    """The answer of the class itself, before classes were weighed against each other."""
    held_by: str = ""
    """The class because of which a step up waits."""
    settles: Mapping[str, Value] = field(default_factory=dict)
    """For a card that asks to discuss: the facts to remember with its answer; empty when it can't be settled."""
    settled_on: date | None = None
    """The day on which this was discussed and decided: the kind is then "keep" or "hold" again."""
    decisions: tuple[Decision, ...] = ()
    """The class table and, for a step up, the gate: complete and replayable."""
    named: tuple[str, ...] = ()
    """The words of a kept text that name a drug in use on which this answer hangs, while the list is silent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """All proposals of one moment, most urgent first."""

    proposals: tuple[Proposal, ...]
    problems: tuple[Problem, ...]
    facts: Mapping[str, FactValue]
    """The facts that counted, derived ones included (class-specific ones are in the decisions)."""
    protocol: str
    version: str
    hash: str
    on: date

    def of(self, drug_class: str) -> Proposal:
        """The proposal of a class; KeyError when the protocol has no such class."""
        for proposal in self.proposals:
            if proposal.drug_class == drug_class:
                return proposal
        raise KeyError(drug_class)
