"""What of the data dictionary stands on the form, in which order, and how a fact is shown there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _

from anderhalf.core.decisions.facts import Fact, Value
from anderhalf.core.decisions.ranges import Range
from anderhalf.core.decisions.shown import as_shown
from anderhalf.core.pathway.model import Pathway
from anderhalf.core.pathway.referral import ASKED_ITSELF
from anderhalf.presentation.language import typed_label
from anderhalf.presentation.units import unit_of
from anderhalf.presentation.values import value_with_unit

from .widgets import date_text

TABLES = ("exclusion", "referral", "to_do")
FROM_ELSEWHERE = ("question", "referred_from", "sex", "age", "birth_date")
"""Facts that the form knows from the request and the patient."""

FOR_THE_LETTER = (
    "dyspnoea_on_exertion",
    "fatigue",
    "oedema",
    "raised_jvp",
    "crackles",
    "palpitations",
    "diastolic_bp",
    "rhythm",
    "lbbb",
    "atrial_fibrillation",
    "hypertension",
    "coronary_disease",
    "diabetes",
    "copd",
    "stroke_or_tia",
    "smoking",
    "icd_present",
    "beta_blocker",
    "digoxin",
    "ace_inhibitor",
    "arb",
    "arni",
    "mra",
    "sglt2_inhibitor",
    "anticoagulant",
    "living_alone",
    "informal_carer",
    "home_visit_needed",
    "home_monitoring_possible",
)
"""Facts that no table of the referral uses and that the receiver likes to know; shown folded."""

# What an answer usually hangs on comes first, whatever the order of the dictionary.
GROUP_ORDER = (
    "red_flags",
    "measurements",
    "symptoms",
    "ecg",
    "laboratory",
    "history",
    "echo",
    "medication",
    "request",
    "home",
)
NEVER_FOLDED = ("red_flags", "measurements", "ecg", "laboratory")
"""Groups whose facts keep their place, whether or not they can still change the answer."""
ALWAYS_IN_FRONT = ("diastolic_bp",)
"""Written down together with what does decide."""
EVERYDAY = ("red_flags", "measurements", "symptoms", "ecg", "laboratory", "history")
"""Groups that are always open: without them no referral is decided."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One fact on the form with everything its template needs."""

    fact: Fact
    field: forms.BoundField
    unit_choice: forms.BoundField | None
    date_field: forms.BoundField | None
    confirm_field: forms.BoundField | None
    label: str
    help: str
    note: str
    note_tone: str
    inherited: bool

    @property
    def unit(self) -> str:
        """The unit as a clinician writes it."""
        return "" if self.unit_choice is not None else unit_of(self.fact)

    @property
    def kind(self) -> str:
        """The fact's type, by which the template chooses."""
        return str(self.fact.type.value)


@dataclass(frozen=True, kw_only=True)
class Section:
    """A group of facts: ``rows`` that decide, ``more`` for the letter; ``open`` when it should not be folded. A group
    in which nothing decides is folded whole."""

    key: str
    title: str
    rows: tuple[Row, ...]
    more: tuple[Row, ...]
    open: bool
    filled: int

    @property
    def fields(self) -> tuple[Row, ...]:
        """In front: numbers, lists and dates."""
        return tuple(row for row in self.rows if row.kind != "boolean")

    @property
    def asks(self) -> tuple[Row, ...]:
        """In front: yes, no or unknown."""
        return tuple(row for row in self.rows if row.kind == "boolean")

    @property
    def more_fields(self) -> tuple[Row, ...]:
        """Folded: numbers, lists and dates."""
        return tuple(row for row in self.more if row.kind != "boolean")

    @property
    def more_asks(self) -> tuple[Row, ...]:
        """Folded: yes, no or unknown."""
        return tuple(row for row in self.more if row.kind == "boolean")


def form_facts(pathway: Pathway) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names of the facts on the form: those that tables use (through derived facts too), and those for the letter."""
    used: dict[str, None] = {}

    def add(name: str) -> None:
        derived = pathway.dictionary.entry(name).derived
        if name in FROM_ELSEWHERE:
            return
        if derived is None or derived.how in ASKED_ITSELF:
            used[name] = None
        if derived is not None and derived.how not in ("any_of", "two_of"):
            for source in derived.inputs:
                add(source)

    for table in TABLES:
        if table in pathway.tables:
            for fact in pathway.tables[table].inputs:
                add(fact.name)
    extra = tuple(name for name in FOR_THE_LETTER if name in pathway.dictionary and name not in used)
    return tuple(used), extra


def shown_value(fact: Fact, value: Value, language: str) -> str:
    """A value with its unit, for reading."""
    if isinstance(value, bool):
        return _("ja") if value else _("nee")
    if isinstance(value, Decimal | Range):
        return value_with_unit(fact, value)
    if isinstance(value, date):
        return date_text(value)
    return fact.values.get(value, {}).get(language, value)


def moment_on(day: date, *, at: datetime) -> datetime:
    """A moment on ``day``: now when that is today, else noon in Amsterdam (only the day is known)."""
    if day >= timezone.localdate(at):
        return at
    return timezone.make_aware(datetime.combine(day, time(12)))


def as_text(fact: Fact, value: Value) -> str:
    """A value as it is typed into its field: with the decimals that one shows of it (see ``FactForm._exact``)."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Range):
        return f"{value.comparator}{typed_label(value.ends[0])}"
    if isinstance(value, Decimal):
        return typed_label(as_shown(value, fact.decimals))
    return date_text(value) if isinstance(value, date) else value


def as_initial(data: Mapping[str, Any]) -> dict[str, Any]:
    """Posted values as field initials: one value alone, several as a list."""
    many = {"tests_asked"}
    return {
        name: list(values) if name in many else (values[-1] if values else "")
        for name, values in data.items()
        if isinstance(values, list | tuple)
    }


def as_posted(form: forms.Form) -> dict[str, Any]:
    """The form's starting values as if they were posted."""
    return {name: form[name].value() or "" for name in form.fields if form[name].value()}
