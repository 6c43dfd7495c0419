"""A patient with a real course of care: referred, seen twice, medication stepped up, discussed."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from anderhalf.apps.clinic import actions as clinic_actions
from anderhalf.apps.clinic.actions import EncounterText, MedicationStep, Taught
from anderhalf.apps.clinic.models import Episode
from anderhalf.apps.record.actions import NewObservation
from anderhalf.apps.supervision import actions as supervision
from anderhalf.core.pathway.mentions import mentions_in
from tests.integration.clinic.conftest import Clinic
from tests.support.titration import pathway

QUESTION = "Spironolacton bij kalium 5,6?"
"""Of an earlier day: whoever wrote it was asked, and said that it is not so now."""
VALUES = {
    "heart_failure_known": True,
    "lvef": Decimal(33),
    "nyha": "II",
    "systolic_bp": Decimal(112),
    "diastolic_bp": Decimal(68),
    "heart_rate": Decimal(64),
    "weight": Decimal("81.2"),
    "potassium": Decimal("4.8"),
    "egfr": Decimal(52),
    "creatinine": Decimal(118),
    "atrial_fibrillation": True,
    "living_alone": True,
}


def step(kind: str, dose: str | None, reason: str, **more: Any) -> MedicationStep:
    given = {
        "drug": "bisoprolol",
        "drug_name": "bisoprolol",
        "drug_class": "beta_blocker",
        "dose_unit": "mg",
    } | more
    return MedicationStep(
        kind=kind,
        dose=Decimal(dose) if dose else None,
        times_per_day=1 if dose else None,
        reason=reason,
        **given,
    )


@pytest.fixture(autouse=True)
def _dutch():
    """A page in English leaves its language behind in the thread; every test begins in Dutch."""
    with translation.override("nl"):
        yield


@pytest.fixture
def clinic(people, at) -> Clinic:
    return Clinic(people, at)


@pytest.fixture
def cared_for(clinic, people, at) -> Episode:
    """Two contacts in eight weeks, bisoprolol from 1,25 to 2,5 mg, spironolactone stopped, one decision."""
    start = at - timedelta(weeks=8)
    episode = clinic.episode(at=start)
    clinic_actions.record_encounter(
        by=clinic.vs,
        at=start + timedelta(days=1),
        episode=episode.pk,
        text=EncounterText(conclusion="Hartfalen met verminderde pompfunctie", plan="Medicatie opbouwen"),
        observations=[
            NewObservation(fact=name, value=value, at=start + timedelta(days=1))
            for name, value in VALUES.items()
        ],
        medication=[
            step("start", "1.25", "HFrEF"),
            step("start", "25", "HFrEF", drug="spironolactone", drug_name="spironolacton", drug_class="mra"),
        ],
        education=[Taught(topic="medication", teach_back=True), Taught(topic="fluids")],
    )
    case = supervision.add_case(
        by=clinic.vs,
        at=start + timedelta(days=1),
        episode=episode.pk,
        question=QUESTION,
        not_now={one.key for one in mentions_in(pathway().dictionary, [QUESTION])},
    )
    supervision.decide_case(
        by=people.viewer("cardiologist"),
        at=start + timedelta(days=6),
        case=case.pk,
        decision="Spironolacton stoppen, over vier weken opnieuw proberen",
    )
    clinic_actions.record_encounter(
        by=clinic.vs,
        at=at - timedelta(days=1),
        episode=episode.pk,
        text=EncounterText(conclusion="Stabiel, NYHA II", plan="Bisoprolol zo laten"),
        observations=[NewObservation(fact="potassium", value=Decimal("5.1"), at=at - timedelta(days=1))],
        medication=[
            step("change", "2.5", "pols 78, nog niet op streefdosis"),
            step(
                "stop", None, "kalium 5,6", drug="spironolactone", drug_name="spironolacton", drug_class="mra"
            ),
        ],
    )
    return Episode.objects.select_related("patient", "centre", "referral").get(pk=episode.pk)
