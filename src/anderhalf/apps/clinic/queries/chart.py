"""The picture of a patient: doses over time toward their targets, measurements with the agreement's limits.

Everything here is plain data; ``web`` draws it. Access is checked by the caller's page (``episode``, ``patient_for``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anderhalf.apps.people.queries import register_of
from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.record.models import MedicationAgreement, Observation
from anderhalf.apps.record.queries import contradicting_of, facts_of, medication_history, value_of
from anderhalf.core.decisions.facts import Fact, FactValue, Freshness, Value, freshness
from anderhalf.core.decisions.ranges import Range
from anderhalf.core.pathway.derivations import OF_A_FORMULA
from anderhalf.core.pathway.model import Pathway
from anderhalf.core.wording import within
from anderhalf.presentation.language import day_label, label_of
from anderhalf.presentation.units import unit_of
from anderhalf.presentation.values import value_label

from ..followers import DISCUSSED, TIMELINE_EVENTS
from ..home_words import home_label
from .advice import limits_of
from .drugs import Drug, drugs_of, number_label

LANES = ("potassium", "egfr", "systolic_bp", "heart_rate", "weight", "nt_probnp")
"""What is drawn beneath the doses, in this order, when it was measured."""
STRIP = (
    "nyha", "weight", "systolic_bp", "diastolic_bp", "heart_rate", "rhythm", "potassium", "creatinine", "egfr",
    "sodium", "nt_probnp", "lvef",
)  # fmt: skip
"""The latest values that stand on top of the chart."""
Kind = MedicationAgreement.Kind


@dataclass(frozen=True, kw_only=True)
class Latest:
    """The latest value of one fact, with its age; ``stale`` when a rule would no longer use it."""

    name: str
    label: str
    text: str
    unit: str
    on: date | None
    stale: bool
    outside: str
    """Why the agreement reacts to this value, empty when it doesn't."""
    note: str = ""
    """What else must be known of it: an eGFR that is older than the creatinine beside it."""
    doubt: bool = False
    """Whether it holds values that contradict each other."""


def latest_values(
    patient: UUID,
    pathway: Pathway,
    *,
    on: date,
    names: Sequence[str] = STRIP,
    observed: Mapping[str, FactValue] | None = None,
    plainly: bool = False,
    with_doubt: bool = False,
) -> list[Latest]:
    """The latest value per fact of ``names`` that is known; ``plainly`` in words for the patient.

    One query, none when ``observed`` was read before; ``plainly`` and ``with_doubt`` one more, for what was entered
    twice and differs: the patient finds back what they typed, and no letter gives a value worked out in its place.
    """
    dictionary = {name: pathway.facts[name] for name in names if name in pathway.facts}
    known = facts_of(patient, dictionary=dictionary, on=on) if observed is None else observed
    limits = limits_of(pathway)
    doubt = contradicting_of(patient, dictionary=dictionary, on=on) if plainly or with_doubt else {}
    found = []
    for name, fact in dictionary.items():
        if name in doubt:
            found.append(_in_doubt(name, fact, doubt[name], on=on, plainly=plainly))
            continue
        if (given := known.get(name)) is None:
            continue
        outside = ""
        if isinstance(given.value, Decimal | Range):
            hit = [b for b in limits.get(name, ()) if _inside(b.low, b.high, given.value)]
            outside = label_of(hit[0].why) if hit else ""
        found.append(
            Latest(
                name=name,
                label=home_label(fact) if plainly else label_of(fact.label),
                text=value_label(fact, given.value),
                unit=unit_of(fact),
                on=given.on,
                stale=freshness(fact, given, on=on) is Freshness.STALE,
                outside=outside,
                note=_older_than_its_source(pathway, name, known),
            )
        )
    return _blood_pressure_as_one(found)


def _older_than_its_source(pathway: Pathway, name: str, known: Mapping[str, FactValue]) -> str:
    """That a reported value of a formula is older than what it follows from: it says nothing of the newer one."""
    how = pathway.dictionary.follows.get(name)
    if how is None or how.how not in OF_A_FORMULA:
        return ""
    source, own = known.get(how.inputs[0]), known[name]
    if source is None or source.on is None or own.on is None or own.on >= source.on:
        return ""
    label = within(label_of(pathway.facts[how.inputs[0]].label))
    return _("ouder dan de laatste %(fact)s") % {"fact": label}


def _in_doubt(name: str, fact: Fact, said: Sequence[FactValue], *, on: date, plainly: bool) -> Latest:
    """Every value of one moment, for who entered them: nobody knows which is right."""
    label = (
        home_label(fact)
        if plainly
        else _("%(fact)s, twee uitslagen die elkaar tegenspreken,") % {"fact": label_of(fact.label)}
    )
    return Latest(
        name=name, label=label, doubt=True, text=either_label(fact, (one.value for one in said)),
        unit=unit_of(fact), on=said[0].on, stale=freshness(fact, said[0], on=on) is Freshness.STALE, outside="",
    )  # fmt: skip


def either_label(fact: Fact | None, values: Iterable[Value]) -> str:
    """Values that contradict each other, as one writes them: ``70 of 130``, ``nee of ja``."""
    return _(" of ").join(value_label(fact, one) for one in values)


def _blood_pressure_as_one(found: list[Latest]) -> list[Latest]:
    """Systolic and diastolic of the same day read as one value: ``112/72``."""
    by_name = {one.name: one for one in found}
    high, low = by_name.get("systolic_bp"), by_name.get("diastolic_bp")
    if high is None or low is None or high.on != low.on:
        return found
    both = replace(
        high, label=_("Bloeddruk"), text=f"{high.text}/{low.text}", outside=high.outside or low.outside
    )
    return [both if one is high else one for one in found if one is not low]


def _inside(low: Decimal | None, high: Decimal | None, value: Decimal | Range) -> bool:
    """Whether a number, or a whole range, lies between two ends."""
    if isinstance(value, Range):
        above = low is None or (value.low is not None and value.low >= low)
        return above and (high is None or (value.high is not None and value.high <= high))
    return (low is None or value >= low) and (high is None or value <= high)


def since_label(row: MedicationAgreement) -> str:
    """Since when, as exactly as it is known: a date, ``03-2021``, ``2020``; what was used already says so."""
    if row.kind != Kind.REPORTED:
        return day_label(row.from_at)
    if row.used_since is None:
        return _("gebruikt al")
    shape = {"month": "%m-%Y", "year": "%Y"}.get(row.used_since_is)
    when = row.used_since.strftime(shape) if shape else day_label(row.used_since)
    return _("sinds %(when)s") % {"when": when}


def times_label(times: int) -> str:
    """How often a day, as written on a list: ``2 dd``."""
    return _("%(times)d dd") % {"times": times}


def dose_text(row: MedicationAgreement, drug: Drug | None = None) -> str:
    """``5 mg 2 dd``; what is paused or stopped says so."""
    if row.kind == Kind.STOP:
        return _("gestopt")
    if row.kind == Kind.PAUSE:
        return _("gepauzeerd")
    if row.dose is None:
        return row.instructions
    amount = drug.dose_label(row.dose) if drug else number_label(row.dose)
    parts = [f"{amount} {row.dose_unit}".strip()]
    if row.times_per_day:
        parts.append(times_label(row.times_per_day))
    if row.every_days > 1:
        parts.append(_("om de %(n)d dagen") % {"n": row.every_days})
    return " ".join(parts)


def plain_dose(row: MedicationAgreement, drug: Drug | None = None) -> str:
    """The dose in words for the patient: ``5 mg, 2 keer per dag``."""
    if row.kind in (Kind.STOP, Kind.PAUSE) or row.dose is None:
        return dose_text(row, drug)
    amount = drug.dose_label(row.dose) if drug else number_label(row.dose)
    times = ngettext("%(n)d keer per dag", "%(n)d keer per dag", row.times_per_day or 0) % {
        "n": row.times_per_day or 0
    }
    if row.every_days > 1:
        times = _("om de %(n)d dagen") % {"n": row.every_days}
    return f"{amount} {row.dose_unit}".strip() + (f", {times}" if row.times_per_day else "")


def timeline(patient: UUID, pathway: Pathway, *, at: datetime, months: int = 6) -> dict[str, Any]:
    """What ``timeline_chart`` draws, for the last ``months`` months: dose lanes, measure lanes, events."""
    today = timezone.localdate(at)
    start = today - timedelta(days=round(months * 30.44))
    doses, events = _doses(
        medication_history(patient).filter(status=Observation.Status.FINAL), pathway, start, today
    )
    events += _remembered(patient, start, today)
    for more in TIMELINE_EVENTS:
        events += more(patient, start, today)
    return {
        "start": start,
        "end": today + timedelta(days=1),
        "today": today,
        "dose_lanes": doses,
        "measure_lanes": _measures(patient, pathway, start, today),
        "events": events,
    }


def discussed(viewer: Viewer, patient: UUID, *, at: datetime) -> list[dict[str, Any]]:
    """What the specialist decided about a patient, newest first, by the rooms above that know."""
    return [row for known in DISCUSSED for row in known(viewer, patient, at)]


def _remembered(patient: UUID, start: date, today: date) -> list[dict[str, Any]]:
    """What stands in the register, on the day since which it holds."""
    found = []
    for row in register_of(patient).entries:
        day = row.since or timezone.localdate(row.recorded_at)
        if start <= day <= today:
            found.append({"on": day, "label": row.words, "tone": "attention"})
    return found


def _doses(
    rows: Iterable[MedicationAgreement], pathway: Pathway, start: date, today: date
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    drugs, by_drug = drugs_of(pathway), {}
    for row in rows:
        by_drug.setdefault(row.drug, []).append(row)
    lanes, events = [], []
    for key, history in by_drug.items():
        drug = drugs.get(key)
        steps = _steps(history, drug, today)
        if not steps or all(step["end"] is not None and step["end"] < start for step in steps):
            continue
        drug_class = history[-1].drug_class
        fact = pathway.facts.get(drug_class)
        target = drug.target_per_day if drug else None
        lanes.append(
            {
                "label": label_of(fact.label) if fact else history[-1].drug_name,
                "sub": history[-1].drug_name if fact else "",
                "steps": steps,
                "target": target,
                "order": list(pathway.facts).index(drug_class) if fact else len(pathway.facts),
            }
        )
        events += [
            {
                "on": timezone.localdate(row.from_at),
                "label": f"{row.drug_name} {dose_text(row)}",
                "tone": "danger",
            }
            for row in history
            if row.kind in (Kind.STOP, Kind.PAUSE) and start <= timezone.localdate(row.from_at) <= today
        ]
    lanes.sort(key=lambda lane: lane.pop("order"))
    return lanes, events


def _steps(history: Sequence[MedicationAgreement], drug: Drug | None, today: date) -> list[dict[str, Any]]:
    """From agreements to the doses that held; each ends where the next begins."""
    steps: list[dict[str, Any]] = []
    for row in history:
        day = _began(row)
        if day > today:
            continue
        if steps and steps[-1]["end"] is None:
            steps[-1]["end"] = day
        if row.kind in (Kind.STOP, Kind.PAUSE) or row.dose is None:
            continue
        total = row.dose * (row.times_per_day or 1) / row.every_days
        text = dose_text(row, drug)
        if row.kind == Kind.REPORTED:
            text = f"{text} ({since_label(row)})"
        steps.append({"start": day, "end": None, "dose": total, "text": text})
    return [step for step in steps if step["end"] is None or step["end"] > step["start"]]


def _began(row: MedicationAgreement) -> date:
    """From which day a dose is drawn: what was used already from when it was used, else when it was told."""
    if row.kind == Kind.REPORTED and row.used_since is not None:
        return row.used_since
    return timezone.localdate(row.from_at)


def _measures(patient: UUID, pathway: Pathway, start: date, today: date) -> list[dict[str, Any]]:
    names = [name for name in LANES if name in pathway.facts]
    rows = Observation.objects.filter(
        patient=patient,
        fact__in=names,
        status=Observation.Status.FINAL,
        number__isnull=False,
    ).order_by("at", "recorded_at")
    points: dict[str, dict[date, Observation]] = {}
    for row in rows:
        day = timezone.localdate(row.at)
        if start <= day <= today:
            points.setdefault(row.fact, {})[day] = row  # of several on one day the last one stands
    return [_measure_lane(pathway, name, points[name]) for name in names if name in points]


def _measure_lane(pathway: Pathway, name: str, points: Mapping[date, Observation]) -> dict[str, Any]:
    """A limit (``> 90``) is a point at its number and keeps its sign: else the line would end at an older value."""
    fact = pathway.facts[name]
    return {
        "label": label_of(fact.label),
        "unit": unit_of(fact),
        "decimals": fact.decimals,
        "points": [
            {"on": day, "value": row.number, "shown": value_label(fact, value_of(row))}
            for day, row in points.items()
        ],
        "limits": [
            {"low": bound.low, "high": bound.high, "tone": "danger", "label": ""}
            for bound in limits_of(pathway).get(name, ())
        ],
    }


@dataclass(frozen=True, kw_only=True)
class Measured:
    """All values of one fact, newest first, with what was corrected."""

    fact: Fact
    rows: list[tuple[Observation, str]]
    """Each observation with its value as one writes it."""
    chart: dict[str, Any] | None
    """What ``timeline_chart`` draws for this fact alone; None for one value or for codes."""

    @property
    def corrected(self) -> int:
        """How many values were corrected or entered in error."""
        return sum(1 for row, _text in self.rows if row.status != Observation.Status.FINAL)

    @property
    def newest(self) -> tuple[Observation, str] | None:
        """The newest value that counts."""
        return next((pair for pair in self.rows if pair[0].status == Observation.Status.FINAL), None)

    @property
    def label(self) -> str:
        """The name of the fact in the reader's language."""
        return label_of(self.fact.label)


def measured(rows: Iterable[Observation], pathway: Pathway, *, start: date, today: date) -> list[Measured]:
    """Observations per fact in the order of the dictionary, each with its little chart on the same time axis."""
    by_fact: dict[str, list[Observation]] = {}
    for row in rows:
        by_fact.setdefault(row.fact, []).append(row)
    found = []
    for name in dict.fromkeys((*LANES, *STRIP, *pathway.facts)):  # what is followed in the chart stands first
        fact = pathway.facts.get(name)
        if fact is None or name not in by_fact:
            continue
        mine = by_fact[name]
        points = {
            timezone.localdate(row.at): row
            for row in reversed(mine)
            if row.number is not None and row.status == Observation.Status.FINAL
        }
        shown = {day: row for day, row in points.items() if start <= day <= today}
        chart = None
        if len(shown) > 1:
            lane = _measure_lane(pathway, name, shown)
            chart = {"start": start, "end": today + timedelta(days=1), "measure_lanes": [lane]}
        found.append(
            Measured(fact=fact, rows=[(row, value_label(fact, value_of(row))) for row in mine], chart=chart)
        )
    return found
