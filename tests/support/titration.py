"""Patients for titration tests, written the way a nurse would say them.

`patient("enalapril 5 bid 21d", potassium=5.2)` is a stable man of 75 with HFrEF who takes enalapril 5 mg twice a
day for 21 days and whose potassium is 5.2 today; everything else is normal.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from anderhalf.content import load_pathway, pathway_folder, read_folder
from anderhalf.content.titration import pathway_scores, titration_protocol
from anderhalf.core.decisions.facts import FactValue
from anderhalf.core.pathway.titration import DrugUse, Observation, Patient, Protocol, advise
from anderhalf.core.pathway.titration.engine import read_context
from anderhalf.core.pathway.titration.model import UPWARD, ProposalKind

TODAY = date(2026, 11, 20)
PER_DAY = {"od": "1", "bid": "2", "tid": "3", "alt": "0.5"}
STABLE: dict[str, Any] = {
    "potassium": "4.6", "creatinine": "95", "sodium": "140", "systolic_bp": "118", "diastolic_bp": "70",
    "heart_rate": "68", "weight": "80", "lvef": "30", "rhythm": "sinus", "nyha": "II", "congestion": False,
    "dehydration": False, "hypotension_symptoms": False, "beta_blocker_complaints": "none", "acute_illness": False,
    "weight_stable": True,
}  # fmt: skip
RECORD: dict[str, Any] = {
    "sex": "male", "birth_date": date(1951, 3, 14), "dialysis": False, "palliative_phase": False, "frailty": "none",
    "heart_failure_known": True, "lvef_ever_40_or_less": True, "diabetes": False, "hf_admissions_12_months": "0",
}  # fmt: skip


@cache
def pathway(key: str = "heart_failure"):
    """The pathway as it stands in the repository."""
    return load_pathway(read_folder(pathway_folder(key)), f"pathways/{key}")


@cache
def protocol(*choices: tuple[str, str]) -> Protocol:
    """The protocol with its defaults, or with other choices as (setting, option) pairs."""
    return titration_protocol(pathway(), choices=dict(choices))


@cache
def scores():
    """Every calculator of both pathways."""
    return pathway_scores(pathway(), pathway("atrial_fibrillation"))


def moment(days_ago: float = 0) -> datetime:
    """Nine in the morning, some days ago."""
    return datetime.combine(TODAY, time(9)) - timedelta(days=days_ago)


def value_of(raw: Any) -> Any:
    """Text that is a number becomes one."""
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return Decimal(str(raw))
    if isinstance(raw, str):
        if raw in ("true", "false"):
            return raw == "true"
        try:
            return Decimal(raw)
        except ArithmeticError:
            return raw
    return raw


def uses(text: str) -> tuple[DrugUse, ...]:
    """`enalapril 5 bid 21d; bisoprolol 5 od 30d; enalapril 10 bid 90d until 2d because hyperkalaemia`."""
    found = []
    for part in filter(None, (piece.strip() for piece in text.split(";"))):
        words = part.split()
        drug = protocol().drugs.get(words[0])
        until = words.index("until") if "until" in words else None
        because = words.index("because") if "because" in words else None
        found.append(
            DrugUse(
                atc=drug.atc if drug is not None else words[0],
                dose=None if words[1] == "?" else Decimal(words[1]),
                per_day=Decimal(PER_DAY[words[2]]),
                since=moment(float(words[3].rstrip("d"))),
                until=None if until is None else moment(float(words[until + 1].rstrip("d"))),
                stop_reason="" if because is None else words[because + 1],
            )
        )
    return tuple(found)


def patient(
    regimen: str = "", *, omit: Iterable[str] = (), record: dict[str, Any] | None = None, extra: Any = (),
    tolerances: Any = (), days_ago: dict[str, float] | None = None, before: dict[str, Any] | None = None,
    recent: dict[str, Any] | None = None, **facts: Any,
) -> Patient:  # fmt: skip
    """A stable HFrEF patient with changes.

    `facts` are measured today (or `days_ago[fact]` days ago), `before` are values of 60 days ago, `recent`
    of the day before (None: not measured then), `record` are standing facts, `omit` leaves facts out, `extra` are further observations.
    """
    known = {
        name: value
        for name, value in {**STABLE, **facts}.items()
        if name not in set(omit) and value is not None
    }
    observations = [
        Observation(fact=name, value=value_of(value), at=moment((days_ago or {}).get(name, 0)))
        for name, value in known.items()
        if name not in RECORD
    ]
    pulse, ago = known.get("heart_rate"), (days_ago or {}).get("heart_rate", 0)
    # As fast on an earlier day, unless `recent` says otherwise: one pulse is no trend.
    lately = {"heart_rate": pulse, **(recent or {})}
    observations += [
        Observation(fact=name, value=value_of(value), at=moment(ago + 1))
        for name, value in lately.items()
        if value is not None
    ]
    earlier = {"creatinine": "95", **(before or {})}
    observations += [
        Observation(fact=name, value=value_of(value), at=moment(60))
        for name, value in earlier.items()
        if value is not None
    ]
    standing = {**RECORD, **{name: facts[name] for name in RECORD if name in facts}, **(record or {})}
    flags = {
        key: facts_
        for key, facts_ in standing.items()
        if key not in ("max_tolerated", "restart_agreed", "rapid", "open_danger")
    }
    return Patient(
        medication=uses(regimen),
        observations=(*observations, *extra),
        facts={
            name: FactValue(value_of(value), TODAY, "record")
            for name, value in flags.items()
            if value is not None and name not in set(omit)
        },
        tolerances=tolerances,
        max_tolerated=frozenset(standing.get("max_tolerated", ())),
        restart_agreed=frozenset(standing.get("restart_agreed", ())),
        rapid=bool(standing.get("rapid", False)),
        open_danger=bool(standing.get("open_danger", False)),
    )


def proposal(
    regimen: str, drug_class: str, *, at: datetime | None = None, choices: tuple = (), **kwargs: Any
):
    """The proposal of one class for such a patient."""
    return advise(protocol(*choices), patient(regimen, **kwargs), on=TODAY, at=at).of(drug_class)


def context_of(one: Patient, *, choices: tuple = ()):
    """What the engine works out before it asks a table."""
    return read_context(protocol(*choices), one, on=TODAY)


def boldness(kind: ProposalKind) -> int:
    """0 stop, 1 pause, 2 decrease, 3 no change or no answer yet, 4 a step up: more is bolder."""
    order = (ProposalKind.STOP, ProposalKind.PAUSE, ProposalKind.DECREASE)
    if kind in order:
        return order.index(kind)
    return len(order) + (1 if kind in UPWARD else 0)
