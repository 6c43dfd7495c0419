"""An answer that is still open: nobody is sent by it, nobody is kept by it, and a danger is said first."""

from __future__ import annotations

import pytest

from anderhalf.apps.referrals import actions
from anderhalf.apps.referrals.models import Referral

from .conftest import ORDINARY, observations

pytestmark = pytest.mark.django_db


def test_a_low_value_that_treatment_may_explain_keeps_nobody_and_sends_nobody(people, a_patient, at):
    """Nobody said whether a drug lowers NT-proBNP: the answer is open, and not "stays in the first line"."""
    facts = {**ORDINARY, "ecg_result": "normal", "nt_probnp": 60}
    give = {
        "by": people.viewer("gp"),
        "at": at,
        "patient": a_patient.pk,
        "content": actions.Content(intent="diagnosis", reason="Twijfel."),
        "items": observations(facts, at),
    }
    with pytest.raises(actions.NotToBeSent, match="staat nog niet vast"):
        actions.send(**give)
    with pytest.raises(actions.NotToBeSent):
        actions.send(**give, chosen_line="first", because="Waarde is laag.")
    with pytest.raises(actions.ReasonNeeded):
        actions.send(**give, chosen_line="intermediate")
    assert not Referral.objects.exists()
    danger = {**give, "items": observations({**facts, "potassium": "6.4"}, at), "chosen_line": "intermediate"}
    with pytest.raises(actions.EmergencyFound):
        actions.send(**danger, because="Grote ongerustheid.")
    sent = actions.send(**give, chosen_line="intermediate", because="Grote ongerustheid.")
    assert (sent.proposed_line, sent.overrides.get().chosen_line) == ("", "intermediate")
