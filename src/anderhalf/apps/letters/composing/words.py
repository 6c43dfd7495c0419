"""Small turns of Dutch that letters use: a date, a value with its unit, a drug with its dose, a period."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.utils import timezone

from anderhalf.apps.clinic.queries import dose_text, drugs_of
from anderhalf.apps.clinic.queries.chart import Latest, since_label
from anderhalf.apps.record.models import MedicationAgreement
from anderhalf.core.decisions.feel import Interval
from anderhalf.core.decisions.model import DecisionTable
from anderhalf.core.pathway.model import Pathway
from anderhalf.core.wording import within
from anderhalf.presentation.formatting import format_date

Kind = MedicationAgreement.Kind
YES, NO = "ja", "nee"
"""The two answers as letters, which are in Dutch, have them."""
MANY_LETTERS = 4
"""A value with more letters than this is in words (sinusritme), with fewer it is a class (II)."""
DAYS_PER_MONTH = Decimal("30.44")


def day_of(moment: object) -> str:
    """``12-11-2025`` for a date or a moment."""
    return format_date(moment)  # type: ignore[arg-type]


def bullets(lines: Iterable[str], *, point: str = "- ") -> str:
    """One line per point, as letters show a list."""
    return "\n".join(f"{point}{line}" for line in lines if line)


def paragraphs(*parts: str) -> str:
    """Parts with an empty line between them; empty parts are left out."""
    return "\n\n".join(part.strip() for part in parts if part and part.strip())


def sentence(text: str) -> str:
    """The text with a capital and a full stop; what already ends as a sentence stays."""
    text = text.strip()
    if not text:
        return ""
    if not text[1:2].isupper():  # eGFR stays as it is
        text = text[0].upper() + text[1:]
    return text if text[-1] in ".!?:" else f"{text}."


def inside(label: str) -> str:
    """A label in the middle of a sentence: ``gewicht``, but ``NYHA-klasse`` and ``eGFR`` as they are."""
    return within(label)


def joined(words: list[str]) -> str:
    """``a, b en c``."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} en {words[-1]}" if words else ""


def every(days: int) -> str:
    """``elke 3 maanden``, ``elk jaar``, ``elke 2 weken``."""
    months = int((Decimal(days) / DAYS_PER_MONTH).to_integral_value())
    if months >= 2:
        return "elk jaar" if months == 12 else f"elke {months} maanden"
    if days % 7 == 0:
        return "elke week" if days == 7 else f"elke {days // 7} weken"
    return f"elke {days} dagen"


def values_by_day(latest: list[Latest]) -> list[str]:
    """``12-11-2025: NYHA-klasse II, bloeddruk 112/68 mmHg. Niet: overvuld.``: newest day first."""
    days: dict[date | None, list[Latest]] = {}
    for one in latest:
        days.setdefault(one.on, []).append(one)
    newest_first = sorted(days.items(), key=lambda item: item[0] or date.min, reverse=True)
    return [f"{day_of(day) if day else 'datum onbekend'}: {_of_one_day(rows)}." for day, rows in newest_first]


def _of_one_day(rows: list[Latest]) -> str:
    """What was measured, what was found, and what was asked and is not so: nobody says "palliatieve fase nee"."""
    asked = {answer: [_as_said(one) for one in rows if one.text == answer] for answer in (YES, NO)}
    measured = [_measured(one) for one in rows if one.text not in asked]
    found = asked[YES]
    parts = [", ".join(measured)] if measured else []
    if found:
        parts.append(f"Wel: {joined(found)}" if parts else f"wel: {joined(found)}")
    if asked[NO]:
        parts.append(f"{'Niet' if parts else 'niet'}: {', '.join(asked[NO])}")
    return ". ".join(parts)


def _as_said(one: Latest) -> str:
    return inside(one.label.partition(" (")[0])


def _measured(one: Latest) -> str:
    """``gewicht 81,2 kg``; a value of some words stands behind a colon: ``ritme: sinusritme``."""
    space = "" if one.unit in ("", "%") else " "
    colon = ":" if not one.unit and sum(letter.isalpha() for letter in one.text) > MANY_LETTERS else ""
    return f"{inside(one.label)}{colon} {one.text}{space}{one.unit}"


def change_line(rows: list[MedicationAgreement], pathway: Pathway) -> str:
    """What happened to one drug in this episode, with the reason of the last step."""
    drug = drugs_of(pathway).get(rows[-1].drug)
    last, changed = rows[-1], rows
    before = None
    if rows[0].kind == Kind.REPORTED or (len(rows) > 1 and rows[0].kind != Kind.START):
        before, changed = rows[0], rows[1:] or rows
    name, on = sentence(last.drug_name).rstrip("."), day_of(timezone.localdate(last.from_at))
    why = f" ({last.reason.rstrip('. ')})" if last.reason else ""
    if last.kind == Kind.STOP:
        return f"{name}: gestopt op {on}{why}"
    if last.kind == Kind.PAUSE:
        return f"{name}: tijdelijk gestopt op {on}{why}"
    dose = dose_text(last, drug)
    if changed[0].kind == Kind.START and len(changed) == 1:
        return f"{name}: gestart op {on}, {dose}{why}"
    if changed[0].kind == Kind.START:
        began = day_of(timezone.localdate(changed[0].from_at))
        return f"{name}: gestart op {began} met {dose_text(changed[0], drug)}, sinds {on} {dose}{why}"
    if before is not None and before is not last and before.dose is not None:
        return f"{name}: van {dose_text(before, drug)} naar {dose} op {on}{why}"
    return f"{name}: {dose} sinds {on}{why}"


def medication_rows(rows: list[MedicationAgreement], pathway: Pathway) -> list[dict[str, str]]:
    """The medication table: what is used now, the agreed target dose, and since when."""
    drugs, found = drugs_of(pathway), []
    for row in rows:
        drug = drugs.get(row.drug)
        target = ""
        if drug is not None and drug.target is not None:
            target = f"{drug.dose_label(drug.target)} {drug.unit} {drug.per_day or 1} dd"
        found.append(
            {
                "drug": row.drug_name,
                "dose": dose_text(row, drug) or "dosering niet bekend",
                "target": target,
                "since": since_label(row).removeprefix("sinds "),
                "note": row.instructions if row.dose is not None else "",
            }
        )
    return found


def below_target(rows: list[MedicationAgreement], pathway: Pathway) -> list[str]:
    """``bisoprolol 5 mg 1 dd (streefdosis 10 mg 1 dd)`` for every drug whose daily dose is under its target."""
    drugs, found = drugs_of(pathway), []
    for row in rows:
        drug = drugs.get(row.drug)
        if drug is None or drug.target is None or not drug.target_per_day or row.dose is None:
            continue
        if row.dose * (row.times_per_day or 1) / row.every_days < drug.target_per_day:
            target = f"{drug.dose_label(drug.target)} {drug.unit} {drug.per_day} dd"
            found.append(f"{row.drug_name} {dose_text(row, drug)} (streefdosis {target})")
    return found


def at_target(rows: list[MedicationAgreement], pathway: Pathway) -> bool:
    """Whether every drug that has a target dose is known to be used in it; a pause or an unknown dose is not."""
    drugs = drugs_of(pathway)
    aimed = [row for row in rows if (drug := drugs.get(row.drug)) is not None and drug.target_per_day]
    known = all(row.dose is not None and row.kind != Kind.PAUSE for row in aimed)
    return bool(aimed) and known and not below_target(rows, pathway)


def limit_lines(table: DecisionTable, pathway: Pathway) -> list[str]:
    """``Kalium onder 3,5 of boven 5,5 mmol/l``: the ranges to which a rule of ``table`` reacts on one fact alone.

    Read from the rules themselves, so that a letter can't disagree with the table that the clinic works by.
    """
    found: dict[str, list[str]] = {}
    for rule in table.rules:
        tested = [(name, cell) for name, cell in rule.cells.items() if not cell.any]
        if len(tested) != 1 or tested[0][1].negated:
            continue
        name, cell = tested[0]
        fact = pathway.facts.get(name)
        # durations are the clinic's own waiting times, not something to watch at home or in the practice
        if fact is None or fact.unit_label in ("dagen", None):
            continue
        for part in cell.parts:
            if isinstance(part, Interval) and (text := _outside(part, fact.decimals)):
                found.setdefault(name, []).append(text)
    return [
        f"{_without_whole(pathway.facts[name].label['nl'])} {' of '.join(texts)} {pathway.facts[name].unit_label}"
        for name, texts in found.items()
    ]


def _without_whole(label: str) -> str:
    """``Bovendruk`` for the label "Bloeddruk, bovendruk": within a sentence the part is enough."""
    return sentence(label.rpartition(", ")[2]).rstrip(".")


def _outside(part: Interval, decimals: int) -> str:
    def number(value: object) -> str:
        return f"{value:.{decimals}f}".replace(".", ",")

    if part.low is None and isinstance(part.high, Decimal):
        return f"{'tot en met' if part.high_closed else 'onder'} {number(part.high)}"
    if part.high is None and isinstance(part.low, Decimal):
        return f"{'vanaf' if part.low_closed else 'boven'} {number(part.low)}"
    if isinstance(part.low, Decimal) and isinstance(part.high, Decimal):
        return f"van {number(part.low)} tot {number(part.high)}"
    return ""
