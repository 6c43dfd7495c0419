"""Random cohorts for the column engine: every slot, stale and missing values, odd doses, all tolerances."""

from __future__ import annotations

from decimal import Decimal
from functools import cache

import numpy as np

from anderhalf.core.pathway.titration import Dose, Tolerance
from anderhalf.population.titration import Cohort, ColumnEngine, Labels
from anderhalf.population.titration.cohort import RELATED, Use, groups_beside
from tests.support.titration import TODAY, protocol

PROFILES = (
    (), None,
    (Tolerance(kind="intolerance", drug_class="ace_inhibitor", drug="enalapril"),),
    (Tolerance(kind="angioedema", drug_class="ace_inhibitor", drug="ramipril"),),
    (Tolerance(kind="contraindication", drug_class="beta_blocker"),),
    (Tolerance(kind="intolerance", drug_class="mra", drug="spironolactone"),),
    (Tolerance(kind="intolerance", drug_class="mra", drug="spironolactone"), Tolerance(kind="intolerance", drug_class="mra", drug="eplerenone")),
    (Tolerance(kind="allergy", drug_class="arni", drug="sacubitril_valsartan"), Tolerance(kind="patient_refuses", drug_class="vericiguat")),
    (Tolerance(kind="intolerance", drug_class="beta_blocker", drug="bisoprolol"), Tolerance(kind="contraindication", drug_class="sglt2_inhibitor")),
    (Tolerance(kind="allergy", drug_class="beta_blocker", drug="carvedilol"), Tolerance(kind="intolerance", drug_class="arb", drug="losartan")),
)  # fmt: skip
ODD = (
    ("bisoprolol", Dose(Decimal("15"), Decimal(1))),
    ("enalapril", Dose(Decimal(4), Decimal(2))),
    ("furosemide", Dose(Decimal(60), Decimal(1))),
)
"""Doses outside the ladder: above the maximum, and between two steps."""
NUMBERS = {
    "potassium": (30, 66, 1), "creatinine": (60, 340, 0), "egfr": (8, 90, 0), "sodium": (125, 145, 0),
    "systolic_bp": (78, 160, 0), "diastolic_bp": (40, 95, 0), "heart_rate": (40, 110, 0), "weight": (50, 130, 0),
    "lvef": (200, 600, 1), "hf_admissions_12_months": (0, 4, 0), "surgery_within_days": (0, 12, 0),
    "digoxin_level": (20, 300, 2), "nt_probnp": (200, 9000, 0),
}  # fmt: skip
"""Lowest, highest and decimals of a random value."""
PLACES = (
    "acute_illness", "hypotension_symptoms", "pregnant", "congestion", "dehydration", "beta_blocker_complaints",
    "weight_stable", "diuretic_without_effect", "diabetes", "dialysis", "nyha", "rhythm", "palliative_phase", "treatment_goal", "frailty",
    "lvef_ever_40_or_less", "heart_failure_known", "breast_feeding", "liver_class", "outflow_obstruction", "diabetes_type",
    "av_block", "ketoacidosis_history", "syncope", "nsaid", "salt_substitute", "angioedema_history", "asthma", "potassium_binder", "sex",
)  # fmt: skip
SELDOM = {
    "heart_failure_known", "breast_feeding", "liver_class", "outflow_obstruction", "diabetes_type", "av_block",
    "ketoacidosis_history", "syncope", "nsaid", "salt_substitute",
}  # fmt: skip
"""Answers that are seldom troublesome, also in a cohort full of trouble: nobody would reach a step otherwise."""
RARE = {
    "acute_illness", "hypotension_symptoms", "pregnant", "dehydration", "dialysis", "palliative_phase",
    "angioedema_history", "asthma", "potassium_binder", "diuretic_without_effect", "treatment_goal", "breast_feeding",
    "liver_class", "outflow_obstruction", "av_block", "ketoacidosis_history", "syncope", "nsaid", "salt_substitute",
}  # fmt: skip
"""Answers that are mostly "no": everybody would be stopped otherwise."""


@cache
def engine(*choices) -> ColumnEngine:
    rules = protocol(*choices)
    return ColumnEngine(rules, Labels(rules, profiles=PROFILES, extra_doses=ODD))


def random_cohort(labels: Labels, size: int, seed: int, *, trouble: float = 0.05) -> Cohort:
    """`trouble` is the share of values that are missing, stale or alarming."""
    draw, often = np.random.default_rng(seed), trouble
    today = np.full(size, TODAY.toordinal(), np.int32)
    recent = today - draw.integers(0, 6, size).astype(np.int32)
    numbers, days = {}, {}
    for name, (low, high, decimals) in NUMBERS.items():
        calm = {
            "potassium": (38, 52),
            "creatinine": (70, 150),
            "egfr": (28, 90),
            "systolic_bp": (92, 140),
            "heart_rate": (48, 90),
        }.get(name, (low, high))
        wild = draw.random(size) < trouble * 2
        value = np.where(wild, draw.integers(low, high, size), draw.integers(*calm, size)) / 10**decimals
        numbers[name] = np.where(draw.random(size) < trouble, np.nan, value)
        days[name] = np.where(
            draw.random(size) < trouble, recent - draw.integers(0, 400, size), recent
        ).astype(np.int32)
    days["egfr"] = days["creatinine"]  # a laboratory reports both
    numbers["egfr"] = np.where(
        np.isnan(numbers["creatinine"]), np.nan, np.nan_to_num(numbers["egfr"], nan=55)
    )
    days["diastolic_bp"] = days["systolic_bp"]
    places = {}
    for name in PLACES:
        many, trouble = len(labels.listed(name)), often / 10 if name in SELDOM else often
        found = draw.integers(0, many, size)
        if name == "heart_failure_known":
            found = np.where(draw.random(size) < trouble, 0, 1)
        if name in RARE or name in ("beta_blocker_complaints", "frailty"):
            found = np.where(draw.random(size) < trouble, found, 0)
        places[name] = np.where(draw.random(size) < trouble, -1, found).astype(np.int8)
        days[name] = np.where(
            draw.random(size) < trouble, recent - draw.integers(0, 400, size), recent
        ).astype(np.int32)
    uses = {key: _use(labels, key, today, draw, size) for key in labels.classes}
    on_arni = uses["arni"].slot > 0
    for key in ("ace_inhibitor", "arb"):  # mostly one RAS inhibitor
        uses[key].slot[on_arni & (draw.random(size) < 0.95)] = 0
    uses["arb"].slot[(uses["ace_inhibitor"].slot > 0) & (draw.random(size) < 0.95)] = 0
    flags = lambda share: draw.random(size) < share  # noqa: E731
    before = draw.random(size) < 0.8
    admitted = draw.random(size) < 0.3
    return Cohort(
        labels=labels, today=today, age=draw.integers(40, 92, size).astype(np.int16), numbers=numbers, places=places,
        days=days, uses=uses,
        related={name: draw.random(size) < trouble for name in RELATED},
        profile=np.where(draw.random(size) < 0.5, 0, draw.integers(0, len(labels.profiles), size)).astype(np.int16),
        rapid=draw.random(size) < 0.15,
        creatinine_before=np.where(before, draw.integers(60, 260, size), np.nan).astype(float),
        egfr_before=np.where(before, draw.integers(15, 90, size), np.nan).astype(float),
        lvef_before=np.where(draw.random(size) < 0.2, draw.integers(20, 60, size), np.nan).astype(float),
        nt_probnp_before=np.where(draw.random(size) < 0.7, draw.integers(300, 9000, size), np.nan).astype(float),
        creatinine_start=np.where(before, draw.integers(60, 260, size), np.nan).astype(float),
        egfr_start=np.where(before, draw.integers(15, 90, size), np.nan).astype(float),
        potassium_before=np.where(before, draw.integers(32, 58, size) / 10, np.nan),
        potassium_start=np.where(before, draw.integers(32, 58, size) / 10, np.nan),
        creatinine_ras=np.where(before, draw.integers(60, 260, size), np.nan).astype(float),
        egfr_ras=np.where(before, draw.integers(15, 90, size), np.nan).astype(float),
        potassium_ras=np.where(before, draw.integers(32, 58, size) / 10, np.nan),
        hyperkalaemia_on=np.where(flags(0.1), today - draw.integers(1, 60, size), -1).astype(np.int32),
        groups={name: flags(0.01) for name in groups_beside(labels)},
        discharged=np.where(admitted, today - draw.integers(1, 60, size), -1).astype(np.int32),
    )  # fmt: skip


def _use(labels: Labels, key: str, today, draw, size: int) -> Use:
    top = len(labels.slots[key].slots) + 1
    ended = today - draw.integers(0, 300, size).astype(np.int32)
    flags = lambda share: draw.random(size) < share  # noqa: E731
    used, before = flags(0.6), flags(0.3)
    slot = np.where(used, draw.integers(0, top, size), 0).astype(np.int16)
    last = np.where(before, draw.integers(0, top, size), 0).astype(np.int16)
    last = np.where((last == slot) & (slot > 0), 0, last).astype(np.int16)  # the same dose again is no step
    since = today - draw.integers(0, 120, size).astype(np.int32)
    begun = np.where(flags(0.3), today - draw.integers(0, 900, size), -1).astype(np.int32)
    return Use(
        slot=slot, since=since, last_slot=last, last_since=(np.minimum(ended, since) - 40).astype(np.int32),
        last_until=np.where(slot > 0, np.where(flags(0.5), since, np.minimum(ended, since)), ended).astype(np.int32),
        last_reason=draw.integers(-1, len(labels.reasons), size).astype(np.int16),
        begun=begun, max_tolerated=flags(0.05), restart_agreed=flags(0.05),
    )  # fmt: skip
