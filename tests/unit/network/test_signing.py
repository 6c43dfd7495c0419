"""Who signs for whom, and when it is enough."""

from __future__ import annotations

import pytest

from anderhalf.apps.network.signing import parties_of, party_for, still_needed
from anderhalf.apps.network.states import DRAFT_STATES, DraftState
from anderhalf.content import load_network, load_pathway, network_folder, pathway_folder, read_folder

PATHWAY = load_pathway(read_folder(pathway_folder("heart_failure")), "heart_failure")
AGREEMENT = load_network(
    read_folder(network_folder("voorbeeldstreek")),
    "voorbeeldstreek",
    pathways={
        "heart_failure": PATHWAY,
        "atrial_fibrillation": load_pathway(
            read_folder(pathway_folder("atrial_fibrillation")), "atrial_fibrillation"
        ),
    },
)


def test_the_partners_are_those_under_the_running_agreement():
    assert [party.key for party in parties_of(AGREEMENT)] == ["ziekenhuis", "huisartsengroep"]


@pytest.mark.parametrize(
    ("role", "organisations", "party"),
    [
        ("cardiologist", ("ziekenhuis", "anderhalf_oost"), "ziekenhuis"),
        ("gp", ("praktijk_de_linde",), "huisartsengroep"),
        ("vs", ("anderhalf_oost",), "huisartsengroep"),
        # a cardiologist who only visits a centre does not sign for the general practices
        ("cardiologist", ("anderhalf_oost",), None),
        ("gp", ("laboratorium",), None),
        ("gp", (), None),
        ("nobody", ("ziekenhuis",), None),
        ("gp", ("unknown_practice",), None),
    ],
)
def test_for_whom_somebody_signs(role, organisations, party):
    found = party_for(AGREEMENT, role=role, organisations=organisations)
    assert (found.key if found else None) == party


@pytest.mark.parametrize(
    ("signed", "complete"),
    [
        ([], False),
        ([("a", "ziekenhuis")], False),
        ([("a", "ziekenhuis"), ("b", "ziekenhuis")], False),
        ([("a", "ziekenhuis"), ("a", "huisartsengroep")], False),
        ([("a", "ziekenhuis"), ("b", "huisartsengroep")], True),
        ([("a", "ziekenhuis"), ("b", "huisartsengroep"), ("c", "ziekenhuis")], True),
    ],
)
def test_every_partner_and_at_least_two_people(signed, complete):
    assert still_needed(AGREEMENT, signed).is_complete is complete


def test_nothing_follows_on_a_published_version():
    assert set(DRAFT_STATES.transitions) == set(DraftState)
    assert set(DRAFT_STATES.final_states) == {DraftState.PUBLISHED, DraftState.WITHDRAWN}
    assert not DRAFT_STATES.allows(DraftState.DRAFT, DraftState.PUBLISHED)
