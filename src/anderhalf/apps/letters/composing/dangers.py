"""The danger of a patient at the head of a letter: what it is, and what was done about it or not yet."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone

from anderhalf.apps.clinic import queries as clinic
from anderhalf.apps.clinic.models import Episode
from anderhalf.apps.clinic.queries.danger import urgent_care
from anderhalf.apps.clinic.queries.words import values_for_a_colleague
from anderhalf.apps.record.models import NOTE_SEPARATOR, Task
from anderhalf.core.pathway.danger import TABLES
from anderhalf.core.pathway.model import Labels, Pathway
from anderhalf.presentation.language import moment_label
from anderhalf.presentation.wording import in_sentences

from .words import bullets, paragraphs, sentence

UNCERTAIN = "Nog niet bevestigd; als dit klopt: "
YES_OF_A_DAY = re.compile(r": ja(?= \(\d\d-\d\d-\d{4}\))")
OPEN = "LET OP, gevaar dat op {now} nog niet is afgehandeld. Het centrum handelt:"
DEALT = "Gevaar dat is afgehandeld:"
_HEADING = re.compile(
    f"(?P<open>{re.escape(OPEN)})|{re.escape(DEALT)}".replace(re.escape("{now}"), "[^\\n]*?")
)
POINT = "• "
"""A point that this module put above a letter; what a signer types himself below one begins otherwise, and stays."""
SEX = re.compile(r"(?:^|, )Geslacht: \w+")


def _lines(found: clinic.PatientDanger | None, *, at: datetime) -> list[str]:
    """A line per danger that nobody dealt with: what to do, why, and the value with its day."""
    if not found:
        return []
    urgent = urgent_care(found.place.organisation.network_id, at=at)
    rows = clinic.one_by_one(found.signs, found.tasks, urgent, at=at)
    return [
        _of_task(one.task, found.place.pathways, certain=one.certain)
        if one.sign is None
        else _line(
            one.sign.sign.action_label, one.sign.sign.why,
            values_for_a_colleague(one.sign.values, found.place.pathways), certain=one.certain,
        )
        for one in rows
    ]  # fmt: skip


def _line(action: Labels, why: Labels, values: str, *, certain: bool) -> str:
    doubt = "" if certain else UNCERTAIN
    said = clinic.label_of(action)
    said = said if certain else said[:1].lower() + said[1:]
    return " ".join(
        part for part in (f"{doubt}{said}.", sentence(clinic.label_of(why)), sentence(values)) if part
    )


def _of_task(task: Task, pathways: Sequence[Pathway], *, certain: bool) -> str:
    """The same of a danger that the record no longer shows: its task knows the rule, and the values in words."""
    values = _plain(task.note.partition(NOTE_SEPARATOR)[0])
    for pathway in pathways:
        for name in (one for one in TABLES if one in pathway.tables):
            table = pathway.table(name)
            labels = next((one.labels for one in table.outputs if one.name == "action"), {})
            for rule in (one for one in table.rules if one.id in task.rules):
                return _line(
                    labels.get(str(rule.outputs.get("action")), {}), rule.why, values, certain=certain
                )
    return " ".join(part for part in (sentence(task.title), sentence(values)) if part)


def _plain(values: str) -> str:
    """Values that were kept in words, without what is no value of a day and without the answer "ja"."""
    return YES_OF_A_DAY.sub("", SEX.sub("", values)).strip(", ")


def of_danger(episode: Episode, *, at: datetime) -> tuple[str, list[str]]:
    """What stands above the letter (empty when there is nothing to say), and the lines in it about what nobody dealt
    with yet. The caller established access."""
    patient = episode.patient
    found = None if patient.deceased_on else clinic.danger_of(patient, patient.network_id, at=at)
    lines, dealt = _lines(found, at=at), clinic.still_holding(episode.patient_id, found)
    done = [
        f"{moment_label(one.at)} door {one.by}: {in_sentences(one.what, one.note)} "
        f"Niet opnieuw gemeten: {_plain(one.seen)}."
        for one in dealt
    ]
    now = moment_label(timezone.localtime(at))
    said = paragraphs(
        f"{OPEN.format(now=now)}\n{bullets(lines, point=POINT)}" if lines else "",
        f"{DEALT}\n{bullets(done, point=POINT)}" if done else "",
    )
    return said, lines


def told_above(text: str) -> tuple[list[str], str]:
    """The lines about open danger above the first text of a letter, and that text without what this module put above
    it; what somebody typed between or below those lines is his text."""
    lines: list[str] = []
    own: list[str] = []
    rest = text.splitlines()
    while rest and (heading := _HEADING.fullmatch(rest[0].strip())) is not None:
        end = next((place for place, line in enumerate(rest) if not line.strip()), len(rest))
        for line in rest[1:end]:
            if not line.startswith(POINT):
                own.append(line)
            elif heading["open"]:
                lines.append(line.removeprefix(POINT))
        rest = "\n".join(rest[end:]).lstrip("\n").splitlines()
    return lines, paragraphs("\n".join(own), "\n".join(rest))
