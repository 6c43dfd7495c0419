"""The anticoagulant that a text of the referral names as in use, while the medication list holds none."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from anderhalf.apps.record.models import MedicationAgreement
from anderhalf.apps.record.models import Observation as ObservationRow
from anderhalf.apps.record.queries import COUNTS
from anderhalf.core.pathway.model import Pathway
from anderhalf.core.pathway.scores_anticoagulation import DRUG

from ..models import Episode
from ..titration.said import Told, denied, named_facts, told_of
from ..titration.told import is_told
from .listed import NONE, history_of

ANTICOAGULANT = "anticoagulant"
GROUPS = (ANTICOAGULANT, "doac", "vka")
"""The facts that say that some anticoagulant is used."""


def anticoagulant_named(
    episode: Episode,
    pathway: Pathway,
    *,
    on: date,
    history: Sequence[MedicationAgreement] | None = None,
) -> tuple[str, ...]:
    """The words of the referral's texts that name an anticoagulant in use, when no row of the list (used or stopped)
    and no later answer says whether it is. A drug that the referral's list names counts as used already."""
    if DRUG not in pathway.dictionary:
        return ()
    rows = history_of(episode.patient_id, on=on) if history is None else history
    fact = pathway.facts.get(ANTICOAGULANT)
    codes = tuple(fact.codes.get("atc", ())) if fact is not None else ()
    codes = codes or pathway.listed_facts.get(ANTICOAGULANT, ())
    if any(_is_one(row, pathway, tuple(codes)) for row in rows):
        return ()
    words: dict[str, None] = {}
    for told in told_of([episode.patient_id]):
        words |= dict.fromkeys(_named(told, pathway, on=on))
    return tuple(words)


def _named(told: Told, pathway: Pathway, *, on: date) -> tuple[str, ...]:
    values = [value for value in pathway.facts[DRUG].values if value != NONE]
    facts = {name for name in (*GROUPS, *values) if name in pathway.dictionary}
    found = named_facts(told, pathway, facts, on=on)
    if not found or ANTICOAGULANT in told.settled:
        return ()
    answered = _answered_none(told)
    if answered is not None and answered > told.sent_at:
        return ()
    return tuple(dict.fromkeys(word for one in found.values() for word in one.words))


def _answered_none(told: Told) -> datetime | None:
    """When it was last answered that no anticoagulant is used; None when the newest answer names one."""
    newest = (
        ObservationRow.objects.filter(patient=told.patient, fact=DRUG, status__in=COUNTS)
        .order_by("at", "recorded_at")
        .values_list("code", "recorded_at")
        .last()
    )
    if newest is not None and newest[0] == NONE:
        return newest[1]
    return denied([told.patient], [ANTICOAGULANT]).get((told.patient, ANTICOAGULANT))


def _is_one(row: MedicationAgreement, pathway: Pathway, codes: tuple[str, ...]) -> bool:
    """Whether a row is about an anticoagulant: one that a referral told is in use as long as it counts."""
    if is_told(row) or row.atc:
        return bool(row.atc) and (row.atc.startswith(codes) if codes else False)
    return row.drug_class in (*GROUPS, *pathway.facts[DRUG].values)
