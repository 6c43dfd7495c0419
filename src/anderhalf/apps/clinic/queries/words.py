"""Rows of the record as lines that a person reads: changes, medication, education."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.record.models import MedicationAgreement, Observation
from anderhalf.apps.record.queries import value_of
from anderhalf.core.decisions.facts import FactValue
from anderhalf.core.pathway.model import Pathway
from anderhalf.core.pathway.titration.observed import HOME
from anderhalf.presentation.formatting import NBSP, format_date
from anderhalf.presentation.language import language
from anderhalf.presentation.values import value_label, value_with_unit

from ..home_words import home_label, home_line
from ..models import Episode
from ..titration.told import not_taken_over
from .chart import dose_text, label_of, plain_dose, since_label, times_label
from .drugs import drugs_of
from .episodes import Changes, education_of

STANDING = frozenset({"sex", "birth_date", "age"})
"""What somebody is: a danger may be worked out with it, but nobody measured it."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of the record: ``label`` what, ``text`` the value with its unit, ``on`` when, ``note`` where from."""

    label: str
    text: str
    on: date
    note: str = ""
    row: Any = None
    moment: datetime | None = None
    """When exactly, where that is known: typed at home as it was measured. Two of one day are told apart by it."""


def observation_lines(
    rows: Iterable[Observation], pathway: Pathway, *, by_fact: bool = False, plainly: bool = False
) -> list[Line]:
    """Observations with their names and units as a clinician writes them; ``plainly`` in words for the patient.

    In the given order, or in the dictionary's with ``by_fact``.
    """
    found = []
    place = {name: number for number, name in enumerate(pathway.facts)}
    ordered = sorted(rows, key=lambda row: place.get(row.fact, len(place))) if by_fact else rows
    for row in ordered:
        fact = pathway.facts.get(row.fact)
        found.append(
            Line(
                label=(home_label(fact) if plainly else label_of(fact.label)) if fact else row.fact,
                text=value_with_unit(fact, value_of(row)),
                on=timezone.localdate(row.at),
                note=str(row.get_origin_display()),
                row=row,
                moment=row.at if row.origin == HOME and row.recorded_at == row.at else None,
            )
        )
    return found


def values_in_words(
    values: Iterable[tuple[str, FactValue]], pathways: Iterable[Pathway], *, plainly: bool = False
) -> str:
    """Values of a danger with their day: ``Kalium 6,4 mmol/l (28-11-2026)``; ``plainly`` in words for the patient."""
    return ", ".join(value_lines(values, pathways, plainly=plainly))


def value_lines(
    values: Iterable[tuple[str, FactValue]], pathways: Iterable[Pathway], *, plainly: bool = False
) -> list[str]:
    """The same, each fact one line; one that contradicts itself says both: ``Kalium: 4,1 of 6,4 mmol/l``."""
    every, parts = tuple(pathways), []
    by_fact: dict[str, list[FactValue]] = {}
    for name, one in values:
        by_fact.setdefault(name, []).append(one)
    for name, readings in by_fact.items():
        given = readings[-1]
        fact = next((one.facts[name] for one in every if name in one.facts), None)
        text = value_with_unit(fact, given.value, space=NBSP)
        if len(readings) > 1:
            text = _(" of ").join([*(value_label(fact, one.value) for one in readings[:-1]), text])
        day = f" ({format_date(given.on, language=language())})" if given.on else ""
        if plainly and fact is not None:
            parts.append(f"{home_line(fact, text)}{day}")
            continue
        parts.append(f"{label_of(fact.label) if fact else name}: {text}{day}")
    return parts


def values_for_a_colleague(values: Iterable[tuple[str, FactValue]], pathways: Iterable[Pathway]) -> str:
    """The same as a colleague writes them: ``Kalium 5,8 mmol/l (29-11-2026), NSAID``. What somebody is (sex) is no
    value of a day; of a drug in use only its name is said."""
    every, parts = tuple(pathways), []
    by_fact: dict[str, list[FactValue]] = {}
    for name, one in values:
        if name not in STANDING:
            by_fact.setdefault(name, []).append(one)
    for name, readings in by_fact.items():
        fact, given = next((one.facts[name] for one in every if name in one.facts), None), readings[-1]
        label = label_of(fact.label) if fact else name
        text = _(" of ").join(
            [
                *(value_label(fact, one.value) for one in readings[:-1]),
                value_with_unit(fact, given.value, space=NBSP),
            ]
        )
        if len(readings) == 1 and isinstance(given.value, bool):
            said = label if given.value else _("niet: %(what)s") % {"what": label}
        else:
            said = f"{label} {text}"
        listed = isinstance(given.value, bool) and fact is not None and fact.group == "medication"
        day = format_date(given.on, language=language()) if given.on and not listed else ""
        parts.append(f"{said} ({day})" if day else said)
    return ", ".join(parts)


def medication_lines(rows: Iterable[MedicationAgreement], pathway: Pathway | None) -> list[Line]:
    """Medication agreements: drug, dose and reason."""
    drugs = drugs_of(pathway) if pathway else {}
    return [
        Line(
            label=row.drug_name,
            text=dose_text(row, drugs.get(row.drug)),
            on=timezone.localdate(row.from_at),
            note=row.reason,
            row=row,
        )
        for row in rows
    ]


def changes_in_words(changes: Changes, pathway: Pathway) -> dict[str, Any]:
    """What is new since the last contact."""
    return {
        "since": changes.since,
        "nothing": changes.nothing,
        "observations": observation_lines(changes.observations, pathway),
        "medication": medication_lines(changes.medication, pathway),
        "documents": changes.documents,
    }


def brought_by_referral(episode: Episode | None, *, at: datetime) -> list[str]:
    """The drugs as the referral listed them, a line each, as far as nobody wrote them down here."""
    return not_taken_over(episode, on=timezone.localdate(at))


def drug_lines(rows: Iterable[MedicationAgreement], pathway: Pathway) -> list[dict[str, Any]]:
    """What is used now, with the class and how far the dose is from its target."""
    drugs, found = drugs_of(pathway), []
    for row in rows:
        drug, fact = drugs.get(row.drug), pathway.facts.get(row.drug_class)
        share = None
        if drug is not None and drug.target_per_day and row.dose is not None and row.times_per_day:
            share = min(float(row.dose * row.times_per_day / row.every_days / drug.target_per_day), 1.0)
        found.append(
            {
                "row": row,
                "name": row.drug_name,
                "class": label_of(fact.label) if fact else "",
                "dose": dose_text(row, drug),
                "plain": plain_dose(row, drug),
                "target": f"{drug.dose_label(drug.target)} {drug.unit} {times_label(drug.per_day)}"
                if drug is not None and drug.target is not None and drug.per_day
                else "",
                "share": share,
                "since": since_label(row),
                "paused": row.kind == MedicationAgreement.Kind.PAUSE,
            }
        )
    return found


def medication_overview(
    current: list[MedicationAgreement],
    history: Iterable[MedicationAgreement],
    pathway: Pathway | None,
    *,
    at: datetime,
) -> dict[str, Any]:
    """The medication page: in use, stopped, and every agreement, newest first."""
    every = list(history)
    running = {row.drug for row in current}
    newest: dict[str, MedicationAgreement] = {}
    for row in every:
        if row.status == Observation.Status.FINAL and row.from_at <= at:
            newest[row.drug] = row
    stopped = [row for row in newest.values() if row.drug not in running]
    return {
        "drugs": drug_lines(current, pathway) if pathway else [],
        "stopped": medication_lines(sorted(stopped, key=lambda row: row.from_at, reverse=True), pathway),
        "history": medication_lines(reversed(every), pathway),
    }


def topics_of(viewer: Viewer, patient_id: UUID, pathway: Pathway, *, at: datetime) -> list[dict[str, Any]]:
    """The education list: what was discussed and told back, and what not yet."""
    given = education_of(viewer, patient_id, at=at)
    return [
        {"title": label_of(topic.title), "text": label_of(topic.text), "given": given.get(topic.id)}
        for topic in pathway.education.topics
    ]
