"""One dose is one share of its target wherever it is shown: on the card, in the list of titration, at the medication."""

from __future__ import annotations

from decimal import Decimal

import pytest

from anderhalf.core.pathway.titration import Dose
from anderhalf.presentation.formatting import percent
from tests.support.titration import protocol


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_card_rounds_as_the_pages_do(language):
    drugs = [one for one in protocol().drugs.values() if one.target_for(None) is not None]
    assert drugs
    seen = set()
    for drug in drugs:
        target = drug.target_for(None).daily
        for parts in range(1, 17):
            whole = drug.percent_of_target(Dose(target * parts / 16, Decimal(1)), None)
            assert percent(Decimal(parts) / 16, language=language) == f"{whole}%", drug.key
            seen.add(parts)
    assert 2 in seen, "an eighth is 12,5%: the dose that was shown as 12 and as 13"
