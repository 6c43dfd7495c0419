"""Somebody with heart failure who turns out to have atrial fibrillation too: two pathways on one chart."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from anderhalf.apps.clinic import actions as clinic
from anderhalf.apps.clinic import queries
from anderhalf.apps.network.queries import pathway_on
from anderhalf.core.decisions.facts import Value

from .cases import at_moment
from .cast import Cast
from .plans import Plan

PATHWAY = "atrial_fibrillation"
CENTRE = "anderhalf_oost"
FOUND: dict[str, Value] = {
    "rhythm": "af", "atrial_fibrillation": True, "af_pattern": "persistent", "mehra": "2b",
    "af_within_48_hours": False, "af_after_cardioversion": False, "wants_fewer_attacks": False,
    "chest_pain_at_rest": False, "dyspnoea_at_rest": False, "hypoperfusion": False, "syncope": False,
    "systolic_bp": Decimal(124), "diastolic_bp": Decimal(76), "heart_rate": Decimal(92), "weight": Decimal("78.4"),
    "potassium": Decimal("4.6"), "creatinine": Decimal(98), "egfr": Decimal(61), "sodium": Decimal(139),
    "congestion": False, "hypertension": True, "diabetes": False, "stroke_or_tia": False, "vascular_disease": False,
    "mechanical_valve": False, "mitral_stenosis": False, "hcm_or_amyloidosis": False, "asthma": False,
    "diltiazem_or_verapamil": False, "kidney_transplant": False, "liver_disease": False, "major_bleeding": False,
    "labile_inr": False, "antiplatelet": False, "nsaid": False, "alcohol_units_per_week": Decimal(3),
    "frailty": "none", "dialysis": False, "rate_control_stable_months": Decimal(0),
}  # fmt: skip
"""What the nurse specialist finds and asks that day. The pulse is above the strict target, and the anticoagulant that
the patient already uses is in a dose for which there is no reason: both show on the chart."""


def follow_both_pathways(cast: Cast, plans: Sequence[Plan], *, now: datetime) -> None:
    """Let one patient in care at the first centre be found with atrial fibrillation yesterday."""
    in_care = [
        plan
        for plan in plans
        if plan.until == "seen" and plan.centre == CENTRE and plan.visits > 1 and plan.episode
    ]
    at = (now - timedelta(days=1)).replace(hour=15, minute=20, second=0, microsecond=0)
    chosen = max(in_care, key=lambda plan: (plan.first_seen, plan.visits))
    if chosen.episode is None or chosen.first_seen >= at:
        return
    drug = queries.drugs_of(pathway_on(cast.network.key, PATHWAY, on=at.date()))["apixaban"]
    clinic.record_encounter(
        by=cast.viewer(chosen.practitioner, at),
        at=at,
        episode=chosen.episode,
        kind="phone",
        text=clinic.EncounterText(
            complaints="Sinds enkele weken hartkloppingen bij traplopen, geen pijn op de borst.",
            ecg_findings="Atriumfibrilleren, 92 per minuut.",
            conclusion="Hartfalen met persisterend atriumfibrilleren, gebruikt apixaban via de huisarts.",
            plan="Pols en antistolling beoordelen, verder opbouwen volgens protocol.",
        ),
        observations=at_moment(dict(FOUND), at - timedelta(minutes=15)),
        medication=[
            clinic.MedicationStep(
                kind="reported", drug="apixaban", drug_name=drug.label["nl"], atc=drug.atc, drug_class=drug.drug_class,
                dose=Decimal("2.5"), dose_unit=drug.unit, times_per_day=2, reason="gestart door de huisarts",
            )
        ],
        next_contact_on=(now + timedelta(days=13)).date(),
        next_contact_kind="visit",
    )  # fmt: skip
