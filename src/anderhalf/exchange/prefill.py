"""From a reading of an uploaded record to what waits beside the draft of a referral. Pure: nothing is stored here."""

from __future__ import annotations

import re
from datetime import date, datetime

from django.utils.translation import gettext as _

from anderhalf.apps.people.models import Patient
from anderhalf.apps.referrals.imported import ImportedFact, ImportedRecord
from anderhalf.core.pathway.facts import RefusedValue
from anderhalf.core.pathway.model import Pathway
from anderhalf.exchange.fhir.messages import describe
from anderhalf.exchange.fhir.record import FoundFact, PatientDetails, RecordReading

LISTED = 25
"""So many problems or drugs are put into the letter's text at most; the sender shortens it further."""
FROM_THE_PERSON = frozenset({"birth_date", "sex", "age", "question", "referred_from"})


def imported_record(
    reading: RecordReading, *, pathway: Pathway, file_name: str, read_at: datetime
) -> ImportedRecord:
    """What the form needs of a reading: values with origin and date, texts for the letter, and who it is about."""
    facts = []
    for name, found in reading.facts.items():
        if name in pathway.facts and name not in FROM_THE_PERSON and _acceptable(pathway, found):
            facts.append(_fact(found))
    return ImportedRecord(
        file_name=file_name[:120],
        read_at=read_at.isoformat(),
        facts=tuple(facts),
        conditions=tuple(
            _line(_plain(one.text), _year(one.onset)) for one in reading.active_conditions[:LISTED]
        ),
        medication=tuple(_line(one.text, one.dosage) for one in reading.active_medication[:LISTED]),
        allergies=tuple(dict.fromkeys(one.text for one in reading.allergies if one.active is not False))[
            :LISTED
        ],
        skipped=tuple((describe(one), one.original[:60]) for one in reading.skipped),
        skipped_beyond=reading.skipped_beyond,
        person=person_of(reading.patient) if reading.patient is not None else {},
        deceased=_deceased(reading.patient) if reading.patient is not None else "",
    )


def person_of(details: PatientDetails) -> dict[str, str]:
    """The patient's particulars as the form's fields; a BSN only when the file has a valid one."""
    given = details.given[0] if details.given else ""
    born: date | None = details.birth_date
    return {
        "bsn": details.bsn or "",
        "family_name": details.family or details.name_text,
        "given_name": given,
        "initials": " ".join(f"{name[:1]}." for name in details.given if name),
        "birth_date": f"{born.day:02d}-{born.month:02d}-{born.year}" if born else "",
        "sex": details.sex if details.sex in Patient.Sex.values else "",
    }


def _fact(found: FoundFact) -> ImportedFact:
    return ImportedFact(
        name=found.name,
        value=found.value,
        on=found.on,
        where=found.where,
        original_value=found.original_value[:60],
        original_unit=(found.original_unit or "")[:40],
        code=f"{found.code.system}|{found.code.code}"[:200],
        unusual=found.unusual,
    )


def _acceptable(pathway: Pathway, found: FoundFact) -> bool:
    """The reader has checked the range already; the dictionary of this pathway has the last word."""
    try:
        pathway.dictionary.validate(found.name, found.value)
    except RefusedValue:
        return False
    return True


def _deceased(details: PatientDetails) -> str:
    """The day of death as the file gives it; a dash when it only says that the patient died; empty when alive."""
    if not details.deceased:
        return ""
    return f"{details.deceased_on:%d-%m-%Y}" if details.deceased_on else "–"


def _plain(text: str) -> str:
    """A diagnosis without SNOMED's own tag behind it: "Asthma (disorder)" is for terminologists."""
    return re.sub(r" \((?:disorder|finding|situation|procedure)\)$", "", text)


def _year(day: date | None) -> str:
    return str(day.year) if day else ""


def _line(text: str, detail: str) -> str:
    return _("%(text)s (%(detail)s)") % {"text": text, "detail": detail} if detail else text
