"""Which facts a proposal names as its reasons."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import translation

from anderhalf.apps.clinic.titration.words import facts_of
from tests.support.titration import proposal, protocol


def told(regimen="enalapril 5 bid 30d", drug_class="ace_inhibitor", **patient):
    with translation.override("nl"):
        found = proposal(regimen, drug_class, **patient)
        assert found.facts_used, "a proposal without facts shows nothing here"
        return " / ".join(one["text"] for one in facts_of(found, protocol()))


def test_a_man_is_not_told_that_he_is_not_pregnant():
    assert "wanger" not in told()


@pytest.mark.parametrize("answer", [True, False])
def test_an_answer_that_was_given_is_told(answer):
    woman = {"sex": "female", "birth_date": date(1986, 3, 14), "pregnant": answer}
    assert f"mogelijk zwanger: {'ja' if answer else 'nee'}" in told(record=woman)
