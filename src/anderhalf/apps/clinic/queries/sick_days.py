"""What this patient is told to react to, with the drugs that they use and do not take then."""

from __future__ import annotations

from collections.abc import Iterable

from anderhalf.apps.record.models import MedicationAgreement
from anderhalf.core.pathway.model import Labels, Pathway
from anderhalf.core.pathway.sick_days import alarm_text, withheld

from ..titration.gather import classes_of, protocol_of
from .drugs import drugs_of


def alarm_texts(pathway: Pathway, current: Iterable[MedicationAgreement]) -> list[Labels]:
    """The alarms of a pathway by language; ``current`` is what the patient uses now, what is paused left out here."""
    protocol, drugs = protocol_of(pathway), drugs_of(pathway)
    used = [row for row in current if row.kind != MedicationAgreement.Kind.PAUSE]
    found = []
    for rule in pathway.follow_up.alarms:
        classes = withheld(rule, pathway.settings)
        mine = [
            drugs[row.drug].label if row.drug in drugs else {"nl": row.drug_name, "en": row.drug_name}
            for row in used
            if classes & set(classes_of(row, protocol) if protocol is not None else (row.drug_class,))
        ]
        found.append(alarm_text(rule, mine))
    return found
