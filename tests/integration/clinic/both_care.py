"""A patient in both pathways at once, and what follows a choice, for their tests."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest

from anderhalf.apps.clinic import actions, queries
from anderhalf.apps.clinic.views.beside import panel
from anderhalf.apps.people.access import Right
from anderhalf.apps.record import actions as record
from anderhalf.apps.record.queries import current_medication

AF = "atrial_fibrillation"


FOUND = {
    "rhythm": "af", "mehra": "1", "heart_rate": "76", "systolic_bp": "128", "weight": "80", "creatinine": "90",
    "congestion": False, "heart_failure_known": True, "hypertension": False, "diabetes": False, "stroke_or_tia": False,
    "vascular_disease": False, "mechanical_valve": False, "mitral_stenosis": False, "hcm_or_amyloidosis": False,
    "dialysis": False, "frailty": "none", "asthma": False, "diltiazem_or_verapamil": False, "lvef": "35",
    "chest_pain_at_rest": False, "dyspnoea_at_rest": False, "hypoperfusion": False, "syncope": False,
    "af_within_48_hours": False, "af_after_cardioversion": False, "rate_control_stable_months": "2",
    "kidney_transplant": False, "liver_disease": False, "major_bleeding": False, "labile_inr": False,
    "antiplatelet": False, "nsaid": False, "alcohol_units_per_week": "0", "coronary_disease": False,
    "systemic_embolism": False, "doac_strong_inhibitor": False, "doac_inducer": False, "pre_excitation": False,
}  # fmt: skip


CODES = ("rhythm", "mehra", "frailty", "anticoagulant_drug", "nyha", "therapy_status")


@pytest.fixture
def both(clinic, at):
    """A patient in heart-failure care about whom everything is asked; atrial fibrillation only when told."""
    episode = clinic.episode()

    def measure(*, when=None, **facts):
        moment = when or at - timedelta(minutes=30)
        items = [
            record.NewObservation(
                fact=name, value=raw if isinstance(raw, bool) or name in CODES else Decimal(raw), at=moment
            )
            for name, raw in facts.items()
        ]
        record.record_observations(
            by=clinic.vs, at=moment, patient=episode.patient_id, items=items, under=Right.WRITE_CLINICAL
        )

    def uses(drug, dose, times, atc, *, kind="start", days=30):
        record.agree_medication(
            by=clinic.vs, at=at - timedelta(hours=1), patient=episode.patient_id, kind=kind, drug=drug, drug_name=drug,
            reason="huisarts", from_at=at - timedelta(days=days), under=Right.WRITE_CLINICAL, atc=atc,
            dose=None if dose is None else Decimal(dose), dose_unit="mg", times_per_day=times,
        )  # fmt: skip

    def found(when=at):
        (one,) = queries.beside(clinic.vs, episode, at=when)
        return one

    def shown(when=at):
        return panel(found(when), on=when.date())

    def card(table, when=at):
        every = shown(when)
        return next(one for one in [*every.cards, every.stable] if one is not None and one.table == table)

    return SimpleNamespace(
        episode=episode, measure=measure, uses=uses, found=found, shown=shown, card=card, vs=clinic.vs, at=at
    )


def follow(both, table, **more):
    card = both.card(table)
    return actions.choose_beside(
        by=both.vs, at=both.at, episode=both.episode.pk, pathway=AF, table=table, choice="accepted",
        basis=card.basis, **more,
    )  # fmt: skip


def in_use(both):
    (row,) = (
        one for one in current_medication(both.episode.patient_id, at=both.at) if one.atc.startswith("B01A")
    )
    return row
