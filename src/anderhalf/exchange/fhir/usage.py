"""Whether a drug is used, from what the file says about it: period, stop, status. The period decides over the status.

Source of the Dutch rules: Nictiz, information standard Medication process 9 (medicatieafspraak, medicatiegebruik,
verstrekking): the period of use says from when to when; a stop agreement ends what is agreed under the same
pharmaceutical treatment; the status is mostly `unknown`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from anderhalf.exchange.fhir.dates import When, read_when
from anderhalf.exchange.fhir.tree import Node

NICTIZ = "http://nictiz.nl/fhir/StructureDefinition/"
PERIOD, DURATION = NICTIZ + "ext-TimeInterval.Period", NICTIZ + "ext-TimeInterval.Duration"
STOP_TYPE = NICTIZ + "ext-StopType"
TREATMENT = NICTIZ + "ext-PharmaceuticalTreatment.Identifier"
DOSAGE = NICTIZ + "ext-RenderedDosageInstruction"
DAYS_OF = {"d": 1, "wk": 7}
"""UCUM units in which a duration is a number of days."""


class Use(StrEnum):
    """What a record says about the use of a drug today."""

    IN_USE = "in_use"
    TO_CONFIRM = "to_confirm"
    """It may be in use: a person has to ask."""
    ENDED = "ended"
    NOT_TAKEN = "not_taken"
    """The patient says that it is not used, whatever was agreed."""
    STOP = "stop"
    """A stop agreement: no use itself, and the end of its treatment."""


class Doubt(StrEnum):
    """Why a drug has to be confirmed."""

    STATUS = "status"
    """The status is unknown (usual in MP9) and the period is open."""
    DISPENSED = "dispensed"
    """It was handed over; nobody says whether it is used."""
    NOT_TAKEN = "not_taken"
    """It was agreed, and the patient says that it is not used."""
    MAYBE_STOPPED = "maybe_stopped"
    """A stop of the same drug that does not say which treatment it ends."""
    LATER = "later"
    """It begins later."""
    ON_HOLD = "on_hold"
    MAYBE_OLD = "maybe_old"
    """Called in use, without a word of when that was so; or that was too long ago."""


MAYBE_NOW = frozenset({Doubt.STATUS, Doubt.DISPENSED, Doubt.MAYBE_STOPPED, Doubt.MAYBE_OLD})
"""Doubts about a drug that may well be used today: it counts as possible where it would be a danger."""


@dataclass(frozen=True, slots=True)
class Period:
    """From when to when; None is open or not said. `said` tells whether the file gives a period at all."""

    start: date | None = None
    end: date | None = None
    said: bool = False

    def is_over(self, on: date) -> bool:
        """Whether it ended before a day."""
        return self.end is not None and self.end < on

    def is_ahead(self, on: date) -> bool:
        """Whether it begins after a day."""
        return self.start is not None and self.start > on


def period_of(node: Node) -> Period:
    """The period of use; without one that of the dosage, and without that of the prescription's validity.

    Raises :class:`Unusable` for a date that can't be.
    """
    for found in (_of_use(node), _of_dosage(node), _of_validity(node)):
        if found.said:
            return found
    return Period()


def extension(node: Node, url: str, key: str = "extension") -> Node | None:
    """The first extension with an address; the old addresses with a dash in the name count too."""
    known = {url, url.replace("ext-TimeInterval.", "ext-TimeInterval-")}
    return next((one for one in node.children(key) if one.text("url") in known), None)


def treatment_of(node: Node) -> str:
    """The pharmaceutical treatment (MBH) that an item belongs to; empty when the file does not say."""
    found = extension(node, TREATMENT)
    identifier = found.child("valueIdentifier") if found is not None else None
    if identifier is None or not identifier.text("value"):
        return ""
    return f"{identifier.text('system') or ''}|{identifier.text('value')}"


def stops(node: Node) -> bool:
    """Whether an item is a stop agreement."""
    return extension(node, STOP_TYPE, "modifierExtension") is not None


def has_other_modifier(node: Node) -> bool:
    """Whether something unknown changes the meaning of the item."""
    return any(one.text("url") != STOP_TYPE for one in node.children("modifierExtension"))


def rendered_dosage(node: Node) -> str:
    """The dosage in words that MP9 puts in an extension."""
    found = extension(node, DOSAGE)
    return (found.text("valueString") or "") if found is not None else ""


def supply_lasts_until(node: Node, handed: date | None) -> date | None:
    """Until when a dispensed quantity lasts, when the file says for how many days it is."""
    supply = node.child("daysSupply")
    number = supply.number("value") if supply is not None else None
    if handed is None or number is None:
        return None
    return _add(handed, number.text)


def _of_use(node: Node) -> Period:
    whole = node.child("effectivePeriod")
    if whole is not None:
        return _read(whole)
    found = extension(node, PERIOD)
    period = found.child("valuePeriod") if found is not None else None
    read = _read(period) if period is not None else Period()
    lasting = extension(node, DURATION)
    duration = lasting.child("valueDuration") if lasting is not None else None
    if duration is None or read.end is not None:
        return read
    return _lasting(read, duration)


def _lasting(read: Period, duration: Node) -> Period:
    number, unit = duration.number("value"), duration.text("code") or duration.text("unit") or ""
    if number is None or read.start is None or unit not in DAYS_OF:
        return read
    end = _add(read.start, number.text, times=DAYS_OF[unit])
    return Period(read.start, end, True) if end is not None else read


def _add(day: date, number: str, *, times: int = 1) -> date | None:
    try:
        return day + timedelta(days=float(number) * times)
    except (OverflowError, ValueError):
        return None


def _of_dosage(node: Node) -> Period:
    """All dosages together: it is over when the last of them is."""
    key = "dosageInstruction" if node.has("dosageInstruction") else "dosage"
    found: list[Period] = []
    for one in node.children(key):
        timing = one.child("timing")
        repeat = timing.child("repeat") if timing is not None else None
        bounds = repeat.child("boundsPeriod") if repeat is not None else None
        found.append(_read(bounds) if bounds is not None else Period())
    if not any(one.said for one in found):
        return Period()
    starts = [one.start for one in found if one.start is not None]
    ends = [one.end for one in found if one.end is not None]
    return Period(
        min(starts) if len(starts) == len(found) else None,
        max(ends) if len(ends) == len(found) else None,
        True,
    )


def _of_validity(node: Node) -> Period:
    request = node.child("dispenseRequest")
    period = request.child("validityPeriod") if request is not None else None
    return _read(period) if period is not None else Period()


def _read(period: Node) -> Period:
    start, end = read_when(period, "start"), read_when(period, "end")
    return Period(_first_day(start), _last_day(end), start is not None or end is not None)


def _first_day(when: When | None) -> date | None:
    return None if when is None else (when.on or when.order.date())


def _last_day(when: When | None) -> date | None:
    """Of a month or a year the last day: until then it may be used."""
    if when is None or when.on is not None:
        return None if when is None else when.on
    year, month = int(when.text[:4]), int(when.text[5:7] or 12)
    following = date(year + month // 12, month % 12 + 1, 1)
    return following - timedelta(days=1)
