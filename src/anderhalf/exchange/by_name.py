"""From the names and words of an upload to what is asked first: nothing of it becomes a value by itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from django.utils.translation import gettext as _

from anderhalf.apps.referrals.imported import ImportedAsk
from anderhalf.core.decisions.facts import FactValue, Value
from anderhalf.core.pathway.danger import look_for_danger
from anderhalf.core.pathway.mentions import Mention, mentions_in
from anderhalf.core.pathway.model import Pathway
from anderhalf.exchange.fhir.record import RecordReading, ReportText


def with_named(
    asks: dict[str, ImportedAsk], reading: RecordReading, *, pathway: Pathway
) -> dict[str, ImportedAsk]:
    """What a person has to settle, with the results that are named and not coded and that would be a danger."""
    found = dict(asks)
    for one in reading.unread_codes:
        for name, value in one.readings.items():
            stands = reading.facts.get(name)
            newer = stands is None or stands.on is None or one.on is None or stands.on <= one.on
            if name not in pathway.facts or not newer:
                continue
            if not _would_be_danger(reading, name, value, one.on, pathway=pathway):
                continue
            known = found.get(name)
            if known is not None:
                found[name] = replace(known, newer=True, values=(*known.values, value))
                continue
            day = f"{one.on:%d-%m-%Y}" if one.on else _("zonder datum")
            found[name] = ImportedAsk(
                text=_("in het bestand staat ‘%(label)s’ (%(day)s) met een code die hier niet bekend is")
                % {"label": one.label[:60], "day": day},
                on=one.on, newer=True, values=(value,), original=one.original[:60],
            )  # fmt: skip
    return found


def reports_of(reading: RecordReading, *, pathway: Pathway) -> Iterator[str]:
    """The sentences of reports that name something that could be a danger, each with its report and day, for the text
    of the letter: what stands there is asked."""
    for report in reading.reports:
        said = dict.fromkeys(
            sentence
            for one in mentions_in(pathway.dictionary, [report.text])
            if _is_recent(one, report, pathway, on=reading.on)
            for sentence in one.sentences
        )
        if said:
            day = f"{report.on:%d-%m-%Y}" if report.on else _("zonder datum")
            about = report.label[:60] or _("verslag")
            # a line of its own: the date of the report must not make what it says something of an earlier year
            yield f"{about}, {day}:\n" + ". ".join(said)


def _would_be_danger(
    reading: RecordReading, name: str, value: Value, day: date | None, *, pathway: Pathway
) -> bool:
    known = {fact: given for fact, given in reading.fact_values().items() if fact != name}
    born = reading.patient.birth_date if reading.patient is not None else None
    danger = look_for_danger(
        [pathway], known, on=reading.on, birth_date=born,
        doubtful={name: [FactValue(value, day or reading.on, "file")]},
    )  # fmt: skip
    return any(name in sign.if_right for sign in danger.if_right)


def _is_recent(one: Mention, report: ReportText, pathway: Pathway, *, on: date) -> bool:
    """Whether what a report says may still hold: no longer ago than the fact stays known."""
    age = pathway.facts[one.fact].max_age_days
    return report.on is None or age is None or (on - report.on).days <= age
