"""A patient in titration at the centre, for the tests of proposals."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest

from anderhalf.apps.clinic import actions, queries
from anderhalf.apps.people.access import Right
from anderhalf.apps.record import actions as record

WELL = {
    "potassium": "4.6", "creatinine": "88", "egfr": "72", "sodium": "140", "systolic_bp": "118", "diastolic_bp": "70",
    "heart_rate": "68", "weight": "80", "lvef": "30", "rhythm": "sinus", "nyha": "I", "congestion": False,
    "dehydration": False, "hypotension_symptoms": False, "beta_blocker_complaints": "none", "acute_illness": False,
    "weight_stable": True, "dialysis": False, "palliative_phase": False, "frailty": "none", "pregnant": False,
    "lvef_ever_40_or_less": True, "diabetes": False,
}  # fmt: skip


CODES = ("rhythm", "nyha", "beta_blocker_complaints", "frailty")


def value_of(name, raw):
    return raw if isinstance(raw, bool) or name in CODES else Decimal(raw)


@pytest.fixture
def care(clinic, at):
    """A patient in care on enalapril at target and bisoprolol 2.5 mg for a month, everything else normal and asked about."""
    episode = clinic.episode()

    def measure(*, when=None, **facts):
        items = [
            record.NewObservation(fact=name, value=value_of(name, raw), at=when or at - timedelta(minutes=30))
            for name, raw in facts.items()
        ]
        return record.record_observations(
            by=clinic.vs, at=when or at - timedelta(minutes=20), patient=episode.patient_id, items=items,
            under=Right.WRITE_CLINICAL,
        )  # fmt: skip

    def uses(drug, dose, *, days=30, kind="start", **more):
        return record.agree_medication(
            by=clinic.vs, at=at - timedelta(hours=1), patient=episode.patient_id, kind=kind, drug=drug, drug_name=drug,
            reason="HFrEF", from_at=at - timedelta(days=days), under=Right.WRITE_CLINICAL,
            dose=None if dose is None else Decimal(dose), dose_unit="mg", **{"times_per_day": 1, **more},
        )  # fmt: skip

    def card(drug_class, *, by=None, when=at):
        return next(
            one
            for one in queries.proposals(by or clinic.vs, episode, at=when).cards
            if one.drug_class == drug_class
        )

    def choose(drug_class, choice, *, when=at, **more):
        shown = card(drug_class, when=when)
        return actions.choose_advice(
            by=clinic.vs, at=when, episode=episode.pk, drug_class=drug_class, choice=choice,
            **{"basis": shown.basis, **more},
        )  # fmt: skip

    measure(**WELL)
    uses("bisoprolol", "2.5")
    uses("enalapril", "10", days=90, times_per_day=2)
    actions.ask_tolerances(by=clinic.vs, at=at - timedelta(minutes=10), episode=episode.pk)
    return SimpleNamespace(
        clinic=clinic,
        vs=clinic.vs,
        episode=episode,
        measure=measure,
        uses=uses,
        card=card,
        choose=choose,
        at=at,
    )


# ---- between consults ----


def home(care, *, when, **facts):
    items = [
        record.NewObservation(fact=name, value=value_of(name, raw), at=when) for name, raw in facts.items()
    ]
    return actions.enter_home_measurements(by=care.vs, at=when, patient=care.episode.patient_id, items=items)


def kinds(care, *, when):
    return [item.kind for item in queries.due_list(care.vs, at=when)]
