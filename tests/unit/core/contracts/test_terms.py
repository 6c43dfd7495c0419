"""Which terms apply: per insurer, centre, day and direction of the referral."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from anderhalf.content import load_network, load_pathway, network_folder, pathway_folder, read_folder
from anderhalf.core.contracts import NoContract, terms_for

NORTH, SOUTH = "verzekeraar_noord", "verzekeraar_zuid"


@pytest.fixture(scope="module")
def agreement():
    pathway = load_pathway(read_folder(pathway_folder("heart_failure")), "test")
    return load_network(
        read_folder(network_folder("voorbeeldstreek")),
        "test",
        pathways={
            "heart_failure": pathway,
            "atrial_fibrillation": load_pathway(
                read_folder(pathway_folder("atrial_fibrillation")), "atrial_fibrillation"
            ),
        },
    )


@pytest.mark.parametrize(
    ("insurer", "centre", "on", "direction", "service", "code", "amount", "deductible"),
    [
        (NORTH, "oost", date(2024, 1, 1), "first", "episode", "VB101", "310.00", False),
        (NORTH, "oost", date(2024, 1, 1), "second", "episode", "VB201", "345.00", True),
        (NORTH, "oost", date(2025, 6, 1), "second", "advice", "VB111", "55.00", False),
        (NORTH, "west", date(2025, 9, 1), "first", "episode", "VB401", "88.00", False),
        (SOUTH, "oost", date(2025, 12, 31), "first", "episode", "VB301", "295.00", True),
        (SOUTH, "oost", date(2026, 1, 1), "first", "episode", "VB302", "304.00", False),
        (SOUTH, "west", date(2026, 1, 1), "first", "episode", "VB303", "301.00", True),
        (SOUTH, "west", date(2026, 1, 1), "second", "episode", "VB203", "345.00", True),
    ],
)
def test_terms(agreement, insurer, centre, on, direction, service, code, amount, deductible):
    terms = terms_for(
        agreement, insurer=insurer, centre=centre, on=on, referral_direction=direction, service=service
    )
    assert (terms.service_code, terms.amount, terms.deductible) == (code, Decimal(amount), deductible)
    assert terms.why["nl"]
    assert terms.source
    assert terms.on == on


@pytest.mark.parametrize(
    ("insurer", "centre", "on"),
    [
        (NORTH, "oost", date(2023, 12, 31)),
        (NORTH, "west", date(2025, 8, 31)),
        ("verzekeraar_oost", "oost", date(2025, 1, 1)),
        (NORTH, "noord", date(2025, 1, 1)),
    ],
    ids=["before the start", "before the centre", "unknown insurer", "unknown centre"],
)
def test_without_contract_nothing_is_guessed(agreement, insurer, centre, on):
    with pytest.raises(NoContract) as caught:
        terms_for(agreement, insurer=insurer, centre=centre, on=on, referral_direction="first")
    assert f"{on:%d-%m-%Y}" in caught.value.texts["nl"]


@pytest.mark.parametrize(
    ("direction", "service"), [("any", "episode"), ("up", "episode"), ("first", "visit")]
)
def test_unknown_directions_and_services_are_refused(agreement, direction, service):
    with pytest.raises(ValueError, match="is"):
        terms_for(
            agreement,
            insurer=NORTH,
            centre="oost",
            on=date(2025, 1, 1),
            referral_direction=direction,
            service=service,
        )
