"""What a referral lists as used, until the record holds it: told by the referrer, with the dose still to be written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date

from anderhalf.apps.network.queries import drug_names_on, pathways_on
from anderhalf.apps.record.models import MedicationAgreement
from anderhalf.apps.referrals.listed import drugs_in_list, is_of_admission
from anderhalf.core.pathway.pairs import facts_of_list

from ..models import Episode
from .named import with_codes


def with_told(
    recorded: Iterable[MedicationAgreement], patients: Collection[object], *, on: date
) -> list[MedicationAgreement]:
    """The rows of the record, and those that a referral tells of drugs that the record never held.

    A drug told is used already, in an unknown dose, so nothing starts beside it and its dangers count. It ends as soon
    as the record has a row of that drug or of its class, also a row that says it was stopped. What was given in
    hospital is not used at home. Nothing is saved.
    """
    rows = list(recorded)
    return [*_told(patients, rows, on=on), *rows]


def is_told(row: MedicationAgreement) -> bool:
    """Whether a referral tells it; such a row is not saved."""
    return row._state.adding


def not_taken_over(episode: Episode | None, *, on: date) -> list[str]:
    """The lines of the referral's list of which a drug is not in the record yet, or that name no drug known here."""
    if episode is None or not episode.referral.treatment_so_far:
        return []
    text = episode.referral.treatment_so_far
    held = with_codes(MedicationAgreement.objects.filter(patient=episode.patient_id, status="final"), on=on)
    codes, classes = _held(held)
    return [
        line
        for line, named in drugs_in_list(text, drug_names_on(episode.network_id, on=on), every=True)
        if not named or any(not _is_held(code, codes, classes, episode.network_id, on) for code in named)
    ]


def _told(
    patients: Collection[object], rows: Iterable[MedicationAgreement], *, on: date
) -> list[MedicationAgreement]:
    of: dict[object, list[MedicationAgreement]] = defaultdict(list)
    for row in rows:
        of[row.patient_id].append(row)
    referrals = (
        Episode.objects.filter(patient__in=list(patients), ended_at__isnull=True)
        .exclude(referral__treatment_so_far="")
        .values_list("patient_id", "network_id", "referral__treatment_so_far", "referral__sent_at")
    )
    found = []
    for patient, network, text, sent_at in referrals:
        codes, classes = _held(of[patient])
        for line, named in drugs_in_list(text, drug_names_on(network, on=on)):
            if is_of_admission(line, text):
                continue
            found += [
                MedicationAgreement(
                    network_id=network, patient_id=patient, kind=MedicationAgreement.Kind.REPORTED, drug=code.lower(),
                    drug_name=line, atc=code, from_at=sent_at, recorded_at=sent_at, status="final",
                )
                for code in named
                if not _is_held(code, codes, classes, network, on)
            ]  # fmt: skip
    return found


def _held(rows: Iterable[MedicationAgreement]) -> tuple[frozenset[str], frozenset[str]]:
    listed = list(rows)
    return frozenset(row.atc for row in listed if row.atc), frozenset(
        row.drug_class for row in listed if row.drug_class
    )


def _is_held(code: str, codes: Collection[str], classes: Collection[str], network: str, on: date) -> bool:
    """Whether the record has that drug, or another of its class."""
    if code in codes:
        return True
    named = {name for pathway in pathways_on(network, on=on) for name in facts_of_list(pathway, [code])}
    return bool(named & set(classes))
