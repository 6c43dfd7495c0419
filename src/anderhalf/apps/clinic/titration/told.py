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
from .said import class_words, denied, denied_since


def with_told(
    recorded: Iterable[MedicationAgreement], patients: Collection[object], *, on: date
) -> list[MedicationAgreement]:
    """The rows of the record, and those that a referral tells of drugs that the record never held.

    A drug told is used already, in an unknown dose, so nothing starts beside it and its dangers count. It ends as soon
    as the record has a row of that drug or of its class, also a row that says it was stopped. What was given in
    hospital is not used at home, nor is what somebody answered afterwards not to be used. Nothing is saved.
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
    text, network, sent_at = episode.referral.treatment_so_far, episode.network_id, episode.referral.sent_at
    held = with_codes(MedicationAgreement.objects.filter(patient=episode.patient_id, status="final"), on=on)
    codes, classes = _held(held)
    every = drugs_in_list(text, drug_names_on(network, on=on), every=True)
    about = {line: _about(line, named, network, on) for line, named in every}
    no = denied([episode.patient_id], {name for facts in about.values() for name in facts})
    answered = {
        name for _patient, name in no if sent_at and denied_since(no, episode.patient_id, name, sent_at)
    }

    def open_(line: str, named: tuple[str, ...]) -> bool:
        if named:
            return any(
                not _is_held(code, codes, classes, network, on)
                and not _facts_of(code, network, on) & answered
                for code in named
            )
        return not about[line] or not about[line] <= {*classes, *answered}

    return [line for line, named in every if open_(line, named)]


def _about(line: str, named: tuple[str, ...], network: str, on: date) -> set[str]:
    """The facts that a line names: by its drugs, or by the name of a class ("bètablokker op startdosis")."""
    if named:
        return {name for code in named for name in _facts_of(code, network, on)}
    return {name for pathway in pathways_on(network, on=on) for name in class_words(line, pathway)}


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
    found: list[tuple[MedicationAgreement, set[str]]] = []
    for patient, network, text, sent_at in referrals:
        codes, classes = _held(of[patient])
        for line, named in drugs_in_list(text, drug_names_on(network, on=on)):
            if is_of_admission(line, text):
                continue
            found += [
                (MedicationAgreement(
                    network_id=network, patient_id=patient, kind=MedicationAgreement.Kind.REPORTED, drug=code.lower(),
                    drug_name=line, atc=code, from_at=sent_at, recorded_at=sent_at, status="final",
                ), _facts_of(code, network, on))
                for code in named
                if not _is_held(code, codes, classes, network, on)
            ]  # fmt: skip
    no = denied({row.patient_id for row, _facts in found}, {name for _row, facts in found for name in facts})
    return [
        row for row, facts in found
        if not any(denied_since(no, row.patient_id, name, row.from_at) for name in facts)
    ]  # fmt: skip


def _held(rows: Iterable[MedicationAgreement]) -> tuple[frozenset[str], frozenset[str]]:
    listed = list(rows)
    return frozenset(row.atc for row in listed if row.atc), frozenset(
        row.drug_class for row in listed if row.drug_class
    )


def _is_held(code: str, codes: Collection[str], classes: Collection[str], network: str, on: date) -> bool:
    """Whether the record has that drug, or another of its class."""
    return code in codes or bool(_facts_of(code, network, on) & set(classes))


def _facts_of(code: str, network: str, on: date) -> set[str]:
    return {name for pathway in pathways_on(network, on=on) for name in facts_of_list(pathway, [code])}
