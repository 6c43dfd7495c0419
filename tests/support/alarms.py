"""What the eye for danger says of a stable patient with changes: the function that the service asks."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import Any

from anderhalf.content import load_pathway, pathway_folder, read_folder
from anderhalf.core.decisions.facts import FactValue
from anderhalf.core.pathway.danger import look_for_danger
from anderhalf.core.pathway.model import Pathway
from tests.support.titration import TODAY, value_of

NOTHING_WRONG: dict[str, Any] = {
    "systolic_bp": "118", "diastolic_bp": "70", "heart_rate": "68", "potassium": "4.6", "sodium": "140",
    "haemoglobin": "8.5", "oxygen_saturation": "97", "respiratory_rate": "14", "acute_illness": False,
    "orthopnoea": False, "chest_pain_at_rest": False, "dyspnoea_at_rest": False, "hypoperfusion": False,
    "syncope": False, "abrupt_deterioration": False, "age": "75", "sex": "male",
}  # fmt: skip


@cache
def pathway(key: str = "heart_failure", *choices: tuple[str, str]) -> Pathway:
    """A pathway of the repository, with other choices than its own as (setting, option) pairs."""
    return load_pathway(read_folder(pathway_folder(key)), f"pathways/{key}", choices=dict(choices))


def fired(
    key: str = "heart_failure",
    *,
    choices: tuple[tuple[str, str], ...] = (),
    weights: tuple[tuple[int, str], ...] = (),
    omit: tuple[str, ...] = (),
    **facts: Any,
) -> list[tuple[str, str]]:
    """Rule and action of every certain danger, most urgent first; `weights` are (days ago, kg)."""
    known = {
        name: FactValue(value_of(raw), TODAY)
        for name, raw in {**NOTHING_WRONG, **facts}.items()
        if name not in omit
    }
    series = [FactValue(value_of(kg), TODAY - timedelta(days)) for days, kg in weights]
    if series:
        known["weight"] = series[-1]
    danger = look_for_danger([pathway(key, *choices)], known, on=TODAY, series={"weight": series})
    return [(sign.rule, sign.action) for sign in danger.certain]
