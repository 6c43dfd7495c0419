"""A letter says what was recorded and nothing else; and every value on which "may go back" rested."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from anderhalf.apps.clinic import actions as clinic_actions
from anderhalf.apps.clinic import queries as clinic
from anderhalf.apps.clinic.actions import EncounterText
from anderhalf.apps.clinic.models import EducationGiven
from anderhalf.apps.clinic.queries.evidence import measured_by
from anderhalf.apps.letters.composing import compose
from anderhalf.apps.letters.models import Letter
from anderhalf.apps.network.queries import agreement_on
from anderhalf.apps.record.actions import NewObservation
from anderhalf.apps.record.models import MedicationAgreement

JUDGED = {
    "nyha": "II", "systolic_bp": Decimal(124), "diastolic_bp": Decimal(72), "heart_rate": Decimal(66),
    "haemoglobin": Decimal("8.4"), "oxygen_saturation": Decimal(97), "sodium": Decimal(139),
    "potassium": Decimal("4.6"), "egfr": Decimal(58), "ferritin": Decimal(210), "transferrin_saturation": Decimal(28),
    "congestion": False,
}  # fmt: skip
CLAIMS = ("kreeg mee", "De patiënt weet", "Geen hartfalen vastgesteld")


@pytest.fixture
def seen(clinic, cared_for, at):
    """The last contact, on which every value that the table judges was measured."""
    clinic_actions.record_encounter(
        by=clinic.vs, at=at - timedelta(hours=1), episode=cared_for.pk, text=EncounterText(conclusion="Stabiel"),
        kind="phone",
        observations=[NewObservation(fact=name, value=value, at=at - timedelta(hours=1)) for name, value in JUDGED.items()],
    )  # fmt: skip
    return cared_for


def text_of(episode, at, kind=Letter.Kind.RETURN):
    """The whole letter as one text."""
    agreement = agreement_on(episode.network_id, on=at.date())
    return "\n".join(one["text"] for one in compose(episode, agreement=agreement, kind=kind, at=at).sections)


def test_every_value_of_the_contact_that_the_table_judged_is_in_the_return_letter(seen, at):
    text = text_of(seen, at)
    for words in ("bloeddruk 124/72 mmHg", "66", "8,4", "97", "139", "4,6", "58", "210", "28", "Niet: "):
        assert words in text, words
    pathway = clinic.pathway_of(seen, on=at.date())
    judged = measured_by((pathway,), pathway.table("stable").facts)
    for name in judged & set(JUDGED) - {"systolic_bp"}:
        label = pathway.facts[name].label["nl"]
        assert label.casefold()[:8] in text.casefold(), f"{name} was judged and is not told"


@pytest.mark.parametrize(
    "kind", [Letter.Kind.RETURN, Letter.Kind.INTERIM, Letter.Kind.FORWARD, Letter.Kind.END]
)
def test_no_letter_claims_education_that_nobody_recorded(seen, at, kind):
    EducationGiven.objects.all().delete()
    text = text_of(seen, at, kind)
    for claim in (*CLAIMS, "Uitgelegd"):
        assert claim not in text, claim


def test_what_was_taught_is_told_and_that_nothing_was_recorded_is_said(seen, at):
    assert "Uitgelegd" in text_of(seen, at)
    EducationGiven.objects.all().delete()
    assert "niet vastgelegd wat aan de patiënt is uitgelegd" in text_of(seen, at)


def test_a_telephone_contact_is_not_told_as_seen(clinic, people, at):
    episode = clinic.episode(at=at - timedelta(weeks=2))
    clinic_actions.record_encounter(
        by=clinic.vs, at=at - timedelta(days=1), episode=episode.pk, text=EncounterText(conclusion="Stabiel"),
        kind="phone",
    )  # fmt: skip
    text = text_of(episode, at)
    assert "Wij spraken de patiënt" in text and "Wij zagen" not in text


def test_a_drug_of_which_the_dose_is_unknown_is_not_called_at_target(seen, at):
    MedicationAgreement.objects.update(dose=None, times_per_day=None)
    assert "hebben die bereikt" not in text_of(seen, at)
