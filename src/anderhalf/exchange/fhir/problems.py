"""What can be wrong with an uploaded record: named reasons, each with the place in the file.

Two kinds: :class:`RecordRefused` when the file as a whole can't be used (nothing of it is kept), and
:class:`SkippedItem` when the record is sound but one item in it is not taken over. Texts for people are in
:mod:`anderhalf.exchange.fhir.messages`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from anderhalf.core.decisions.facts import Value


class Reason(StrEnum):
    """Why a file or an item is not used. The value is stable: it may be stored and counted."""

    # the file as a whole
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    DAMAGED_GZIP = "damaged_gzip"
    NOT_UTF8 = "not_utf8"
    NOT_JSON = "not_json"
    NOT_XML = "not_xml"
    FORBIDDEN_XML = "forbidden_xml"
    TOO_DEEP = "too_deep"
    TOO_MANY = "too_many"
    NOT_A_NUMBER = "not_a_number"
    NUMBER_TOO_LONG = "number_too_long"
    DUPLICATE_KEY = "duplicate_key"
    NOT_FHIR = "not_fhir"
    WRONG_RESOURCE = "wrong_resource"
    WRONG_BUNDLE = "wrong_bundle"
    NO_PATIENT = "no_patient"
    SEVERAL_PATIENTS = "several_patients"
    SAME_BSN_OTHER_BIRTH = "same_bsn_other_birth"
    OTHER_PATIENT = "other_patient"
    # the file or one item
    WRONG_TYPE = "wrong_type"
    BAD_TEXT = "bad_text"
    IMPOSSIBLE_DATE = "impossible_date"
    FUTURE_DATE = "future_date"
    BEFORE_BIRTH = "before_birth"
    # one item
    INCOMPLETE_DATE = "incomplete_date"
    NO_DATE = "no_date"
    NO_SUBJECT = "no_subject"
    OTHER_SUBJECT = "other_subject"
    OTHER_FOCUS = "other_focus"
    AFTER_DEATH = "after_death"
    NOT_FINAL = "not_final"
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"
    CONTAINED = "contained"
    POOR_SAMPLE = "poor_sample"
    NO_VALUE = "no_value"
    NOT_DONE = "not_done"
    VALUE_AND_ABSENT = "value_and_absent"
    INEQUALITY = "inequality"
    NO_UNIT = "no_unit"
    UNKNOWN_UNIT = "unknown_unit"
    CONTRADICTING_UNIT = "contradicting_unit"
    CODE_AGAINST_UNIT = "code_against_unit"
    FRACTION = "fraction"
    OUT_OF_RANGE = "out_of_range"
    UNKNOWN_ANSWER = "unknown_answer"
    UNKNOWN_MODIFIER = "unknown_modifier"
    AMBIGUOUS_CODE = "ambiguous_code"
    CONFLICTING_COPIES = "conflicting_copies"
    CONFLICTING_VALUES = "conflicting_values"
    BAD_BSN = "bad_bsn"


class Remark(StrEnum):
    """What must be known of a file as a whole although it can be read."""

    MORE_PAGES = "more_pages"
    SAME_PERSON_TWICE = "same_person_twice"
    REPLACED = "replaced"
    RESULTS_MISSING = "results_missing"


@dataclass(frozen=True, slots=True)
class Notice:
    """A remark about the file; ``details`` fill in its text."""

    remark: Remark
    details: Mapping[str, str]


class RecordRefused(Exception):
    """The file can't be used at all. ``where`` is a place in it, such as
    ``Bundle.entry[12].resource.subject``.
    """

    def __init__(self, reason: Reason, where: str, **details: str) -> None:
        super().__init__(f"{reason} at {where}" if where else str(reason))
        self.reason = reason
        self.where = where
        self.details: Mapping[str, str] = details


class Unusable(Exception):
    """One item can't be used. Inside this package only: it becomes a :class:`SkippedItem` or a refusal."""

    def __init__(self, reason: Reason, where: str, **details: str) -> None:
        super().__init__(f"{reason} at {where}")
        self.reason = reason
        self.where = where
        self.details: Mapping[str, str] = details

    def refusal(self) -> RecordRefused:
        """The same problem as a reason to refuse the whole file."""
        return RecordRefused(self.reason, self.where, **self.details)


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedItem:
    """An item that is in the file and was not taken over.

    ``fact`` is the dictionary name it would have been, ``label`` what the file itself calls it, ``kind`` the type of
    its resource. ``original`` is what stands in the file (value and unit to the letter), ``on`` its date when that
    could be read, ``order`` its moment and ``timed`` whether the file gives one. ``corrects`` means that it replaces
    an earlier result. ``values`` are what was read and may not be used as a value, because it is not
    final or contradicts another: they count for danger ("if this is right"). ``details`` fill in the text for people.
    """

    reason: Reason
    where: str
    fact: str | None = None
    on: date | None = None
    original: str = ""
    order: datetime | None = None
    timed: bool = False
    corrects: bool = False
    label: str = ""
    kind: str = ""
    values: tuple[Value, ...] = ()
    details: Mapping[str, str] = field(default_factory=dict)
