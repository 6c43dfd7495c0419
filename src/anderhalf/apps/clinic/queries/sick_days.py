"""What this patient is told to react to, with the drugs that they use and do not take then."""

from __future__ import annotations

from collections.abc import Iterable

from anderhalf.apps.record.models import MedicationAgreement
from anderhalf.core.pathway.model import AlarmRule, Labels, Pathway
from anderhalf.core.pathway.sick_days import alarm_text, withheld
from anderhalf.presentation.language import label_of

from ..titration.gather import classes_of, protocol_of
from .drugs import drugs_of

TO_CALL = {
    "nl": ("het centrum", "uw huisarts (buiten kantooruren de huisartsenpost)"),
    "en": ("the clinic", "your GP (out of hours the GP post)"),
}
"""Whom the alarms of a pathway name, and whom the patient calls once the care in the centre has ended."""


def alarm_texts(
    pathway: Pathway, current: Iterable[MedicationAgreement], *, ended: bool = False
) -> list[Labels]:
    """The alarms of a pathway by language; ``current`` is what the patient uses now, what is paused left out here.
    With ``ended`` care they name the GP."""
    used = list(current)
    found = [alarm_text(rule, _not_taken(rule, pathway, used)) for rule in pathway.follow_up.alarms]
    return [_to_the_gp(one) for one in found] if ended else found


def not_taken_when_ill(pathway: Pathway, current: Iterable[MedicationAgreement]) -> list[str]:
    """The names of the drugs in use that this patient does not take while ill and losing fluid."""
    used = list(current)
    found = [label_of(one) for rule in pathway.follow_up.alarms for one in _not_taken(rule, pathway, used)]
    return list(dict.fromkeys(found))


def _not_taken(rule: AlarmRule, pathway: Pathway, current: Iterable[MedicationAgreement]) -> list[Labels]:
    protocol, drugs, classes = protocol_of(pathway), drugs_of(pathway), withheld(rule, pathway.settings)
    return [
        drugs[row.drug].label if row.drug in drugs else {"nl": row.drug_name, "en": row.drug_name}
        for row in current
        if row.kind != MedicationAgreement.Kind.PAUSE
        and classes & set(classes_of(row, protocol) if protocol is not None else (row.drug_class,))
    ]


def _to_the_gp(text: Labels) -> Labels:
    return {lang: said.replace(*TO_CALL[lang]) if lang in TO_CALL else said for lang, said in text.items()}
