"""What the tests of referrals share: facts of an ordinary suspicion of heart failure, and a referral that was sent."""

from __future__ import annotations

from decimal import Decimal

import pytest

from anderhalf.apps.record.actions import NewObservation
from anderhalf.apps.referrals import actions

ORDINARY = {
    "dyspnoea_at_rest": False,
    "chest_pain_at_rest": False,
    "syncope": False,
    "hypoperfusion": False,
    "abrupt_deterioration": False,
    "systolic_bp": 142,
    "heart_rate": 82,
    "oxygen_saturation": 97,
    "potassium": "4.8",
    "heart_failure_known": False,
    "new_angina": False,
    "correctable_cause_suspected": False,
    "specific_cause_suspected": False,
    "orthopnoea": False,
    "nyha": "II",
    "ecg_result": "abnormal",
    "rhythm": "sinus",
    "nt_probnp": 840,
    "weight": "78.4",
    "height": 172,
}
"""Nothing alarming; the agreement answers 1.5 line, within four weeks."""


def observations(facts, at):
    def value(given):
        return Decimal(str(given)) if not isinstance(given, bool) and str(given)[0].isdigit() else given

    return [NewObservation(fact=name, value=value(given), at=at) for name, given in facts.items()]


@pytest.fixture
def content():
    return actions.Content(
        intent="diagnosis",
        reason="Sinds vijf weken kortademig bij traplopen. Graag diagnostiek.",
        tests_asked=("echo",),
    )


@pytest.fixture
def sent(people, a_patient, content, at):
    """A referral of the practice nurse of De Linde to centre Oost."""
    return actions.send(
        by=people.viewer("poh"),
        at=at,
        patient=a_patient.pk,
        content=content,
        items=observations(ORDINARY, at),
    )


def form_data(facts, **more):
    """What a browser posts for these facts."""
    posted = {
        "intent": "diagnosis",
        "tests_asked": "echo",
        "reason": "Kortademig.",
        "patient_informed": "on",
        **more,
    }
    for name, given in facts.items():
        posted[f"f_{name}"] = (
            ("true" if given else "false") if isinstance(given, bool) else str(given).replace(".", ",")
        )
    return posted
