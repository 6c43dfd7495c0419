"""The titration protocol of a pathway as one checked object, read from the texts of its folder.

`read_protocol` takes the folder as a mapping of file name to text, so that a version stored in the database
loads exactly as it did from disk. A setting (a choice where sources disagree) replaces `{name}` in a table and
is also a fact of that name, so every table reads the choice that the agreement made.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from hashlib import sha256
from typing import Any

from anderhalf.core.decisions.facts import Fact
from anderhalf.core.decisions.model import DecisionTable
from anderhalf.core.pathway.facts import Derivation
from anderhalf.core.pathway.interactions import Interactions
from anderhalf.core.pathway.model import ContactRule
from anderhalf.core.pathway.named import Names
from anderhalf.core.pathway.scores import Scores
from anderhalf.core.pathway.titration.ladder import Drug


class ProtocolError(ValueError):
    """A protocol that cannot be used, and why."""


@dataclass(frozen=True, slots=True)
class DrugClass:
    """One class of drugs and its table."""

    key: str
    title: Mapping[str, str]
    table: DecisionTable
    needs_laboratory: bool = False


@dataclass(frozen=True, slots=True)
class Combination:
    """A tablet with more than one drug; `contains` are drug keys, or a class for a drug without ladder."""

    atc: str
    label: Mapping[str, str]
    contains: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Careful:
    """At most `at_once` with a systolic pressure (mmHg) below a limit or unknown, or in frailty."""

    at_once: int
    below_systolic: Decimal
    frail: bool


@dataclass(frozen=True, slots=True)
class Rapid:
    """The rapid schedule after admission: which classes, how large the steps, until when."""

    classes: tuple[str, ...]
    own_ladder: tuple[str, ...]
    """Of these the classes whose product text does not allow a leap: they take their usual steps."""
    share_percent: Decimal
    interval_days: int
    ends_after_days: int
    baseline_days: int
    """NT-proBNP counts as "before discharge" when it was measured at most so many days before it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Numbers about time and change that are no cell of a table; see protocol.toml for unit and source."""

    danger_urgencies: tuple[str, ...]
    danger_recheck_days: int | None
    """While a danger is open no control of any card is later than this; None in a version of before."""
    kidney_baseline_days: int
    kidney_potassium_days: int
    """Potassium is compared with a value of at most so many days ago."""
    kidney_gap_days: int
    hyperkalaemia_above: Decimal
    hyperkalaemia_hold_days: int
    after_stop_facts: tuple[str, ...]
    restart_days: int
    """So many days after a stop that asks for newer values a restart is no question yet."""
    resume_days: int | None
    """After a pause of more than so many days a class is built up again; None: versions before did not say."""
    pulse_before_days: int
    """A pulse of another day counts when it is at most so many days older than the newest."""
    recent_af_days: int
    recent_ras_days: int
    digoxin_raised_by: tuple[str, ...]
    digoxin_creatinine_rise_percent: Decimal
    settled_days: int | None
    """Days that an answer stands when its facts do not change; None: no term (versions before had one)."""
    settled_gap_days: int
    """A gap of at most so many days in the use of an interacting drug is no new beginning."""
    settled_same: tuple[tuple[str, ...], ...]
    """Rules that ask the same of a class: an answer to one is an answer to the others."""
    settled_never: tuple[str, ...]
    settled_change: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class Optimal:
    """When therapy counts as optimal: of every group one class at its best dose, or none possible."""

    groups: tuple[tuple[str, ...], ...]
    after_days: int
    """So long it was so before it decides about a device."""


@dataclass(frozen=True, slots=True)
class Together:
    """Classes of which at most `at_once` go up at one moment, and none while another goes down."""

    key: str
    classes: tuple[str, ...]
    at_once: int
    why: Mapping[str, str]
    source: str
    rapid: bool
    """Whether it also holds in the rapid schedule."""
    careful: Careful | None = None
    """When fewer go up at once."""


@dataclass(frozen=True, slots=True)
class OneDown:
    """Rules that lower for one reason: of those that speak only the first lowers, in this order."""

    key: str
    rules: tuple[str, ...]
    why: Mapping[str, str]
    source: str


@dataclass(frozen=True, slots=True)
class Monitoring:
    """What to measure after a change in one of the classes."""

    classes: tuple[str, ...]
    facts: tuple[str, ...]
    from_days: int
    until_days: int
    then: Mapping[str, str]
    source: str
    grade: str


@dataclass(frozen=True, slots=True)
class ProtocolSetting:
    """A choice where sources disagree or say nothing, with its default and what the agreement chose."""

    name: str
    default: str
    options: tuple[str, ...]
    chosen: str
    source: str
    note: Mapping[str, str]
    conflict: str = ""


@dataclass(frozen=True, kw_only=True)
class Protocol:
    """Everything the engine knows about titration in one pathway version."""

    key: str
    version: str
    title: Mapping[str, str]
    classes: tuple[DrugClass, ...]
    gate: DecisionTable
    lowering: DecisionTable
    in_use: DecisionTable
    indication: DecisionTable | None
    """None: a version of before it, whose tables ask for the phenotype."""
    danger: DecisionTable | None
    """Who must never wait: the pathway's own table, asked for the rules that certainly fire."""
    follows: Mapping[str, Derivation]
    """Facts of the dictionary that follow from others and that `danger` may ask: how fast a creatinine rose."""
    rechecks: tuple[ContactRule, ...]
    """The pathway's schedule, for the values that must be measured again sooner than a class asks."""
    renal: DecisionTable
    phenotype: DecisionTable
    drugs: Mapping[str, Drug]
    combinations: Mapping[str, Combination]
    class_prefixes: Mapping[str, tuple[str, ...]]
    first_choice: Mapping[str, tuple[str, ...]]
    related: Mapping[str, tuple[str, ...]]
    interactions: Interactions
    together: tuple[Together, ...]
    one_down: tuple[OneDown, ...]
    monitoring: tuple[Monitoring, ...]
    settings: Mapping[str, ProtocolSetting]
    tolerance: Mapping[str, Mapping[str, tuple[str, ...]]]
    about_one_drug: tuple[str, ...]
    """Kinds of tolerance that were seen with one drug (allergy, intolerance): another of the class may do well."""
    contraindication_facts: Mapping[str, tuple[str, ...]]
    names: Names
    """How people write the drugs and classes in free text."""
    stop_reasons: Mapping[str, Mapping[str, str]]
    facts: Mapping[str, Fact]
    """The pathway's dictionary with this protocol's ages, plus derived facts and settings."""
    not_asked_when: tuple[str, ...]
    safety_facts: tuple[str, ...]
    contact_facts: tuple[str, ...]
    record_facts: tuple[str, ...]
    laboratory_facts: tuple[str, ...]
    laboratory_for_step_days: int
    laboratory_after_step_days: int
    stable_days: int
    stable_facts: tuple[str, ...]
    stable_source: str
    pregnancy_not_asked_from_age: int
    lvef_reduced_at_most: Decimal
    rapid: Rapid
    optimal: Optimal
    limits: Limits
    scores: Scores | None
    texts_hash: str

    @cached_property
    def drug_class(self) -> Mapping[str, DrugClass]:
        """Classes by key."""
        return {entry.key: entry for entry in self.classes}

    @cached_property
    def drugs_by_atc(self) -> Mapping[str, Drug]:
        """Drugs by ATC code; of two salts with one code the one that stands first."""
        return {drug.atc: drug for drug in reversed(tuple(self.drugs.values()))}

    def drug_of(self, atc: str, dose: Decimal | None) -> Drug | None:
        """The drug of a code; of two salts with one code the one that has this dose, else the first."""
        of_code = [drug for drug in self.drugs.values() if drug.atc == atc]
        amounts = {drug.key: {step.amount for step in (*drug.steps, *drug.optional)} for drug in of_code}
        return next((drug for drug in of_code if dose in amounts[drug.key]), of_code[0] if of_code else None)

    def class_of_atc(self, atc: str) -> str | None:
        """The class of a drug that has no ladder here, by its ATC group."""
        for key, prefixes in self.class_prefixes.items():
            if any(atc.startswith(prefix) for prefix in prefixes):
                return key
        return None

    def classes_of_atc(self, atc: str) -> tuple[str, ...]:
        """Every class for which a code counts: those of all parts of a combination tablet; empty for none."""
        combination = self.combinations.get(atc)
        if combination is not None:
            found = [self.drugs[key].drug_class if key in self.drugs else key for key in combination.contains]
            return tuple(dict.fromkeys(found))
        known = self.drugs_by_atc.get(atc)
        single = known.drug_class if known is not None else self.class_of_atc(atc)
        return () if single is None else (single,)

    def stop_kind(self, reason: str | None) -> str:
        """``safety``, ``temporary``, ``switch`` or nothing; a reason that was not given is as an unknown one."""
        return self.stop_reasons.get(reason or "unknown", self.stop_reasons["unknown"])["kind"]

    def related_to(self, atc: str) -> tuple[str, ...]:
        """The groups of other drugs (nsaid, potassium_supplement, …) that an ATC code belongs to."""
        return tuple(
            group for group, prefixes in self.related.items() if any(atc.startswith(p) for p in prefixes)
        )

    def excludes(self, kind: str, drug_class: str) -> tuple[str, ...]:
        """The classes that a tolerance excludes; empty when it is about one drug only."""
        rules = self.tolerance[kind]
        found = rules.get(drug_class, rules["default"])
        if found == ("class",):
            return (drug_class,)
        return () if found == ("drug",) else found

    @cached_property
    def pair_rules(self) -> frozenset[str]:
        """The rules about an interaction that is to be discussed: one question, whichever class shows it.

        A class's own table can hold one too (an interaction that is solved before the diuretic comes down).
        """
        cells = [
            (rule.id, rule.cells["interaction"])
            for table in (self.gate, self.in_use, *(entry.table for entry in self.classes))
            if "interaction" in table.facts
            for rule in table.rules
        ]
        return frozenset(name for name, cell in cells if not cell.any and cell.matches("discuss") is True)

    @property
    def tables(self) -> Mapping[str, DecisionTable]:
        """Every table by id, for drawing and checking."""
        every = (
            *(entry.table for entry in self.classes), self.gate, self.lowering, self.in_use,
            *(() if self.indication is None else (self.indication,)), self.renal, self.phenotype,
        )  # fmt: skip
        return {table.id: table for table in every}


_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def fill_settings(text: str, settings: Mapping[str, ProtocolSetting], *, filename: str) -> str:
    """Replace `{name}` by the chosen value; raises ProtocolError for a name that is no setting."""

    def chosen(found: re.Match[str]) -> str:
        name = found.group(1)
        if name not in settings:
            raise ProtocolError(f"{filename}: {{{name}}} is not a setting of protocol.toml")
        return settings[name].chosen

    return _PLACEHOLDER.sub(chosen, text)


def hash_of(texts: Mapping[str, str], settings: Mapping[str, ProtocolSetting]) -> str:
    """SHA-256 over the texts and the choices: two protocols with the same hash decide the same."""
    whole = sha256()
    for name in sorted(texts):
        whole.update(f"{name}\n{texts[name]}\n".replace("\r\n", "\n").encode())
    for name in sorted(settings):
        whole.update(f"{name}={settings[name].chosen}\n".encode())
    return whole.hexdigest()


def words(raw: Any) -> tuple[str, ...]:
    """A TOML list of texts."""
    if not isinstance(raw, list) or not all(isinstance(word, str) for word in raw):
        raise ProtocolError(f"{raw!r} is not a list of texts")
    return tuple(raw)
