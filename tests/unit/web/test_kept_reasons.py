"""What the service wrote beside a step is read in the reader's language; what a person typed as it was typed."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from anderhalf.apps.billing.models import Claim
from anderhalf.apps.clinic.models import Outcome
from anderhalf.presentation.kept_reasons import KEPT, kept, kept_label, shown_reason


@pytest.mark.parametrize("writer", ["nl", "en"])
@pytest.mark.parametrize("reason", KEPT)
def test_a_reason_of_the_service_is_said_in_the_language_of_who_reads(reason, writer):
    values = {name: "x" for name in ("why", "outcome") if f"%({name})s" in reason}
    with override(writer):
        stored = kept(reason, **values)
    with override("nl"):
        assert shown_reason(stored) == stored
    with override("en"):
        assert shown_reason(stored) != stored


def test_what_was_typed_within_it_stays():
    stored = kept("spreekuur vervallen: %(why)s", why="De arts is ziek.\nMorgen weer.")
    with override("en"):
        assert shown_reason(stored) == "clinic session cancelled: De arts is ziek.\nMorgen weer."


def test_an_outcome_is_a_word_of_the_service():
    stored = kept("zorg afgesloten: %(outcome)s", outcome=kept_label(Outcome.Kind.DECEASED.label))
    with override("en"):
        assert str(Outcome.Kind.DECEASED.label) in shown_reason(stored)


@pytest.mark.parametrize("typed", ["niet verschenen, wel gebeld", "Patiënt wil niet.", "ja", ""])
def test_what_a_person_typed_comes_back_as_it_was(typed):
    with override("en"):
        assert shown_reason(typed) == typed


@pytest.mark.parametrize("problem", list(Claim.Problem))
def test_a_label_of_a_closed_list_is_known_again(problem):
    with override("en"):
        stored = kept_label(problem.label)
        labels = [one.label for one in Claim.Problem]
        assert shown_reason(stored, labels) == str(problem.label) != stored


def test_only_reasons_of_the_list_are_kept():
    with pytest.raises(ValueError, match="no reason"):
        kept("zomaar iets")
