"""What would change an advice is said as people say it, by the words in which the tables themselves are drawn."""

from __future__ import annotations

import re

from anderhalf.apps.clinic import queries

from .titration_care import care  # noqa: F401  the patient on bisoprolol 2.5 mg


def test_a_change_reads_as_a_sentence(care):  # noqa: F811
    said = [card.change for card in queries.proposals(care.vs, care.episode, at=care.at).cards if card.change]
    assert any("boven 5,0" in one or "onder 5" in one for one in said), said
    for one in said:
        assert not re.search(r"[<>≤≥\[\]\"_]|not\(|,(?!\d)\S", one), one
