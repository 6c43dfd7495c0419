"""From somebody on a list to what a referral's form starts with."""

from __future__ import annotations

import json
from datetime import date, datetime

from django.utils.translation import gettext as _

from anderhalf.apps.referrals.imported import ImportedFact, ImportedRecord
from anderhalf.core.decisions.explain import value_from_json
from anderhalf.presentation.language import day_label

from .explaining import criteria_of
from .models import FoundPerson

SOURCE = "extract"


def particulars_of(person: FoundPerson) -> dict[str, str]:
    """Name parts and BSN, as far as the extract had them."""
    return dict(json.loads(person.particulars)) if person.particulars else {}


def full_name(person: FoundPerson) -> str:
    """The name as people write it; empty when the extract had none."""
    given = particulars_of(person)
    parts = (given.get("initials") or given.get("given_name"), given.get("prefix"), given.get("family_name"))
    return " ".join(part for part in parts if part) if given.get("family_name") else ""


def imported_from(person: FoundPerson, *, file_name: str, read_at: datetime) -> ImportedRecord:
    """The measured values with their own dates. What follows from other values, or only from the absence of a code,
    is left for the referrer to say."""
    dictionary = criteria_of(person).pathway.facts
    where = _("uittreksel van %(day)s") % {"day": day_label(person.search.on)}
    facts = []
    for name, one in person.facts.items():
        value = value_from_json(one["value"])
        if one["origin"] or name not in dictionary or value is None:
            continue
        on = date.fromisoformat(one["on"]) if one["dated"] else None
        facts.append(ImportedFact(name=name, value=value, on=on, where=where, source=SOURCE))
    who = particulars_of(person)
    if person.birth_date:
        who["birth_date"] = f"{person.birth_date:%d-%m-%Y}"
    if person.sex:
        who["sex"] = person.sex
    return ImportedRecord(file_name=file_name, read_at=read_at.isoformat(), facts=tuple(facts), person=who)
