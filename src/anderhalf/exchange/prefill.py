"""From a reading of an uploaded record to what waits beside the draft of a referral. Pure: nothing is stored here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from anderhalf.apps.people.birth_dates import check_birth_date
from anderhalf.apps.people.models import Patient
from anderhalf.apps.referrals.imported import ImportedAllergy, ImportedAsk, ImportedFact, ImportedRecord
from anderhalf.content.drugs import DOSES, drug_names
from anderhalf.core.decisions.facts import FactType, FactValue, Value
from anderhalf.core.pathway.danger import EXCLUSION, look_for_danger
from anderhalf.core.pathway.facts import RefusedValue
from anderhalf.core.pathway.model import Pathway
from anderhalf.core.pathway.named import Names, reaction_in, read_names
from anderhalf.core.pathway.validity import can_be
from anderhalf.exchange.by_name import reports_of, with_named
from anderhalf.exchange.fhir.allergies import AllergyRead
from anderhalf.exchange.fhir.dictionary import system_name
from anderhalf.exchange.fhir.messages import DOUBTS, STATES, asked, line, place, remark
from anderhalf.exchange.fhir.problems import Reason
from anderhalf.exchange.fhir.record import Ask, FoundFact, PatientDetails, RecordReading, Unread, Why
from anderhalf.exchange.fhir.usage import Doubt, Use
from anderhalf.presentation.language import language

EARLIER = 12
"""So many older values of one fact go along at most: enough to see how fast it changed."""
LISTED = 25
"""So many problems or drugs are put into the letter's text at most; the sender shortens it further."""
ACE_INHIBITOR, JUST_STOPPED = "ace_inhibitor", timedelta(days=2)
"""An ARNI waits 36 hours for an ACE inhibitor; a file gives days."""
# What happened, SNOMED CT (international edition): the code of a manifestation and the register's word for it.
REACTIONS = {
    "41291007": "angioedema", "39579001": "anaphylaxis", "49727002": "cough", "14140009": "hyperkalaemia",
    "271807003": "rash", "126485001": "rash", "267036007": "dyspnoea", "45007003": "hypotension",
    "48867003": "bradycardia",
}  # fmt: skip
_SPLITS = re.compile(r"[;\n]|,(?!\d)")
_NUMBER = re.compile(r"\s*\d{1,6}(?:[.,]\d{1,3})?(?![\d.,])")
FROM_THE_PERSON = frozenset({"birth_date", "sex", "age", "question", "referred_from"})


def imported_record(
    reading: RecordReading,
    *,
    pathway: Pathway,
    file_name: str,
    read_at: datetime,
    pathways: Iterable[Pathway],
) -> ImportedRecord:
    """What the form needs of a reading: values with origin and date, texts for the letter, and who it is about.

    ``pathway`` read it; ``pathways`` are all to which somebody refers: a reaction is written as any of them knows it.
    """
    names = [read_names(one.files[DOSES]) for one in pathways if DOSES in one.files]
    facts = []
    for name, found in reading.facts.items():
        if name in pathway.facts and name not in FROM_THE_PERSON and _acceptable(pathway, found):
            facts.append(_fact(found))
    return ImportedRecord(
        file_name=file_name[:120],
        read_at=read_at.isoformat(),
        facts=tuple(facts),
        earlier=tuple(
            _fact(one)
            for name in sorted(pathway.dictionary.in_series)
            for one in reversed(reading.history.get(name, ())[:EARLIER])
            if one.on is not None and _acceptable(pathway, one)
        ),
        conditions=tuple(
            _line(_plain(one.text), _year(one.onset)) for one in reading.active_conditions[:LISTED]
        ),
        medication=(
            *(_line(one.text, one.dosage) for one in reading.active_medication[:LISTED]),
            *_just_stopped(reading),
        ),
        notices=(
            *(remark(one) for one in reading.notices),
            *_birth_date(reading),
            *_taken_back(reading, pathway),
        ),
        to_confirm=tuple(_to_confirm(reading)),
        unplaced=tuple(_unplaced(reading, pathway)),
        drugs_missed=reading.drugs_missed,
        asks=with_named(
            {
                name: ImportedAsk(
                    text=asked(one),
                    on=one.on,
                    newer=one.why in (Why.UNREADABLE, Why.CONFLICT),
                    values=_values(pathway, name, one, on=reading.on),
                    original=one.text[:60],
                )
                for name, one in reading.asks.items()
                if name in pathway.facts
            },
            reading,
            pathway=pathway,
        ),
        reports=tuple(reports_of(reading, pathway=pathway))[:LISTED],
        unread=tuple(_unread(one) for one in reading.unread_codes),
        allergies=tuple(
            {
                one.substance: one for read in reading.allergies if (one := _allergy(read, names)) is not None
            }.values()
        )[:LISTED],
        no_allergies=any(one.none_known for one in reading.allergies),
        skipped=tuple(
            (line(one, label=_label(pathway, one.fact)), one.original[:60], place(one)[:200])
            for one in reading.skipped
        ),
        skipped_beyond=reading.skipped_beyond,
        person=person_of(reading.patient, on=reading.on) if reading.patient is not None else {},
        deceased=_deceased(reading.patient) if reading.patient is not None else "",
    )


def _just_stopped(reading: RecordReading) -> Iterator[str]:
    """The ACE inhibitors of which the use ended in the last days, as a line of the list: an ARNI has to wait for them.
    Whether it is 36 hours ago a person has to say."""
    for one in reading.medication:
        end = one.period.end
        if ACE_INHIBITOR not in one.classes or one.use not in (Use.ENDED, Use.STOP) or end is None:
            continue
        if timedelta(0) <= reading.on - end <= JUST_STOPPED:
            name = _SPLITS.sub(" ", one.text)  # one line: what stands before a comma would count as used
            yield f"{name}: ACE-remmer gestopt op {end:%d-%m-%Y}"


def person_of(details: PatientDetails, *, on: date) -> dict[str, str]:
    """The patient's particulars as the form's fields; a BSN only when the file has a valid one, and no birth date that
    cannot be: then the form asks for it."""
    born = None if _refusal_of(details.birth_date, on) else details.birth_date
    return {
        "bsn": details.bsn or "",
        "family_name": details.family or details.name_text,
        "prefix": details.prefix,
        "given_name": details.given_name,
        "initials": details.initials,
        "birth_date": f"{born.day:02d}-{born.month:02d}-{born.year}" if born else "",
        "sex": details.sex if details.sex in Patient.Sex.values else "",
    }


def _birth_date(reading: RecordReading) -> Iterator[str]:
    """What is said about a birth date that can't be, with the date itself."""
    born = reading.patient.birth_date if reading.patient is not None else None
    if born is not None and (refused := _refusal_of(born, reading.on)):
        yield _("%(about)s: %(sentence)s") % {"about": f"{born:%d-%m-%Y}", "sentence": refused}


def _taken_back(reading: RecordReading, pathway: Pathway) -> Iterator[str]:
    """Results that their author took back while an older one stands in the form: said above it, not only in a list."""
    for one in reading.skipped:
        if one.reason not in (Reason.WITHDRAWN, Reason.CANCELLED) or one.fact is None:
            continue
        stands = reading.facts.get(one.fact)
        if stands is None or one.fact not in pathway.facts or (one.on and stands.on and stands.on > one.on):
            continue
        said = line(one, label=_label(pathway, one.fact))
        day = f"{stands.on:%d-%m-%Y}" if stands.on else "–"
        yield _("%(said)s Ingevuld is de uitslag van %(day)s.") % {"said": said, "day": day}


def _to_confirm(reading: RecordReading) -> Iterator[str]:
    """Drugs, problems and allergies of which the file does not say for sure that they are there now."""
    doubted = [(drug, drug.doubt) for drug in reading.medication_to_confirm if drug.doubt is not None]
    doubted += [(drug, Doubt.MAYBE_OLD) for drug in reading.maybe_old]
    for drug, doubt in doubted[: 2 * LISTED]:
        state, begun = str(DOUBTS[doubt]), drug.period.start
        day = begun if doubt is Doubt.LATER else drug.started or begun
        yield _line(_line(drug.text, drug.dosage), f"{state}, {day:%d-%m-%Y}" if day else state)
    for problem in reading.conditions_to_confirm[:LISTED]:
        state = str(STATES[Why.ABATED if problem.active else Why.NO_STATUS])
        day = problem.abatement or problem.recorded or problem.onset
        yield _line(_plain(problem.text), f"{state}, {day:%d-%m-%Y}" if day else state)
    for allergy in reading.allergies[:LISTED]:
        if allergy.active is False and not allergy.none_known:
            yield _line(allergy.in_words, _("allergie, %(state)s") % {"state": _no_longer()})


def _no_longer() -> str:
    return _("volgens het bestand voorbij; bevestig")


def _unplaced(reading: RecordReading, pathway: Pathway) -> Iterator[str]:
    """Drugs without a code that tells their class, with the class that the name points at: to be confirmed."""
    names = drug_names(pathway.files)
    for drug in reading.unplaced[:LISTED]:
        words = re.findall(r"[a-zà-ÿ]+", drug.text.lower())
        groups = {
            one for word in words for name, found in names.items() if word.startswith(name) for one in found
        }
        classes = [label for group in sorted(groups) if (label := _label(pathway, group))]
        yield _line(
            drug.text, _("de naam past bij: %(classes)s") % {"classes": ", ".join(classes)} if classes else ""
        )


def _unread(one: Unread) -> str:
    code = f"{system_name(one.code.system) or one.code.system} {one.code.code}".strip()
    day = f"{one.on:%d-%m-%Y}" if one.on else ""
    return " · ".join(part[:120] for part in (one.label, code, day, one.original) if part)


def _label(pathway: Pathway, fact: str | None) -> str:
    return pathway.facts[fact].label[language()] if fact in pathway.facts else ""


def _values(pathway: Pathway, name: str, one: Ask, *, on: date) -> tuple[Value, ...]:
    """Results that may not be used, as far as the fact can have them: they count for danger only."""
    found = []
    for value in one.values:
        with suppress(RefusedValue):
            found.append(pathway.dictionary.validate(name, value).value)
    if found or one.why is not Why.UNREADABLE:
        return tuple(found)
    try:  # a number without a unit, or in words: as somebody would type it
        return (pathway.dictionary.read_text(name, one.text, on=on).value,)
    except RefusedValue as refused:
        return tuple(refused.readings) or _in_every_unit(pathway, name, one.text, on=on)


def _in_every_unit(pathway: Pathway, name: str, text: str, *, on: date) -> tuple[Value, ...]:
    """A number in a unit that nobody knows, as each unit of the fact would have it: only when it would be a danger in
    every one, or a laboratory's own spelling would ask for a call about each ordinary result."""
    number = _NUMBER.match(text)
    if number is None or pathway.facts[name].type is not FactType.NUMBER:
        return ()
    typed = Decimal(number[0].strip().replace(",", "."))
    units = pathway.dictionary.units_of(name)
    read = dict.fromkeys(pathway.dictionary.convert(name, typed, unit) for unit in units)
    found = [value for value in read if can_be(pathway.facts[name], value)]
    tried = ({name: FactValue(value, on, "file")} for value in found)
    every = all(look_for_danger([pathway], facts, on=on, tables=(EXCLUSION,)).certain for facts in tried)
    return tuple(found) if every else ()


def _allergy(read: AllergyRead, names: list[Names]) -> ImportedAllergy | None:
    """What the patient can't have; None for "none known". One that is over according to the file comes along with that
    word: who takes it away has seen it. The reaction by its code, else by the words for it: the sender sees it
    filled in and can change it."""
    if read.none_known:
        return None
    over = (_no_longer(),) if read.active is False else ()
    codes = {coding.code for coding in read.manifestations}
    return ImportedAllergy(
        substance=read.text[:200],
        text="; ".join(part for part in (*over, *(one.text for one in read.reactions), read.note) if part)[
            :300
        ],
        kind="intolerance" if read.kind == "intolerance" else "allergy",
        reaction=next((reaction for code, reaction in REACTIONS.items() if code in codes), "")
        or reaction_in(f"{read.in_words} {read.note}", names),
        atc=next(iter(read.atc), "")[:10],
        since=read.onset,
        where=read.where[:200],
    )


def _refusal_of(born: date | None, on: date) -> str:
    """Why a birth date cannot be; empty when it can."""
    if born is None:
        return ""
    try:
        check_birth_date(born, on=on)
    except ValidationError as refused:
        return " ".join(refused.messages)
    return ""


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
