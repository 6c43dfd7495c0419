"""The danger of a patient at the head of a letter: what it is, and what was done about it or not yet."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from anderhalf.apps.clinic import queries as clinic
from anderhalf.apps.clinic.models import Episode
from anderhalf.presentation.language import moment_label

from .words import bullets, paragraphs


def open_lines(episode: Episode, *, at: datetime) -> list[str]:
    """A line per danger that nobody dealt with, certain ones first; the caller established access."""
    return _lines(_danger(episode, at=at))


def _danger(episode: Episode, *, at: datetime) -> clinic.PatientDanger | None:
    patient = episode.patient
    return None if patient.deceased_on is not None else clinic.danger_of(patient, patient.network_id, at=at)


def _lines(found: clinic.PatientDanger | None) -> list[str]:
    if not found:
        return []
    lines = []
    for one in sorted(found.signs, key=lambda sign: (not sign.sign.certain, sign.rank)):
        doubt = "" if one.sign.certain else "Nog niet bevestigd; als dit klopt: "
        values = clinic.values_in_words(one.values, found.place.pathways)
        said = f"{clinic.label_of(one.sign.action_label)}. {clinic.label_of(one.sign.why)}"
        lines.append(f"{doubt}{values}. {said}")
    return lines + [f"{task.title} {task.note}".strip() for task in found.tasks]


def of_danger(episode: Episode, *, at: datetime) -> str:
    """What stands above the letter; empty when there is nothing to say."""
    found = _danger(episode, at=at)
    lines, dealt = _lines(found), clinic.still_holding(episode.patient_id, found)
    done = [
        f"{moment_label(one.at)} door {one.by}: {one.what}{f'. {one.note}' if one.note else ''}. "
        f"Niet opnieuw gemeten: {one.seen}."
        for one in dealt
    ]
    now = moment_label(timezone.localtime(at))
    return paragraphs(
        f"LET OP, gevaar dat op {now} nog niet is afgehandeld. Het centrum handelt:\n" + bullets(lines)
        if lines
        else "",
        "Gevaar dat is afgehandeld:\n" + bullets(done) if done else "",
    )
