"""Cases that somebody else decided beforehand: each is entered by the road that the service uses, and a table is printed.

The cases themselves stand outside the project (`ANDERHALF_SHARED`); the tests hold their exact input, so they run
without that folder. Where it is present, every id of it must have a test (`test_all_cases.py`).
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

SAID = "case_says"


@pytest.fixture
def answer(request, record_property) -> Callable[[str], None]:
    """Say what the service answers now, in a few words, for the table at the end of the run."""
    ids = [mark.args[0] for mark in request.node.iter_markers("case")]
    assert ids, "a case needs @pytest.mark.case(id)"

    def say(text: str) -> None:
        for name in ids:
            record_property(SAID, f"{name}\t{text}")

    return say
