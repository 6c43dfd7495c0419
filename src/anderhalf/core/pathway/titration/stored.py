"""An advice as JSON-safe data: what was known, what was answered, by which protocol, and the same again later.

The patient as the engine saw it is stored with the answer, so an advice of last year can be replayed with last
year's protocol and shown to be what was said.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from anderhalf.core.decisions.explain import value_from_json, value_to_json
from anderhalf.core.decisions.facts import FactValue, Value
from anderhalf.core.pathway.titration.engine import advise
from anderhalf.core.pathway.titration.ladder import Dose
from anderhalf.core.pathway.titration.model import (
    Advice,
    DrugUse,
    NamedUse,
    Observation,
    ObservationStatus,
    Patient,
    Problem,
    Proposal,
    Settled,
    Tolerance,
)
from anderhalf.core.pathway.titration.protocol import Protocol

FORMAT = 1


class ReplayError(ValueError):
    """A stored advice that this protocol cannot replay, and why."""


def store(protocol: Protocol, patient: Patient, *, on: date, at: datetime | None = None) -> dict[str, Any]:
    """Ask for advice and return it with everything needed to ask again."""
    advice = advise(protocol, patient, on=on, at=at)
    return {
        "format": FORMAT,
        "protocol": {"key": advice.protocol, "version": advice.version, "hash": advice.hash},
        "choices": {name: setting.chosen for name, setting in protocol.settings.items()},
        "on": on.isoformat(),
        "at": None if at is None else at.isoformat(),
        "patient": patient_to_dict(patient),
        "advice": advice_to_dict(advice),
    }


def replay(protocol: Protocol, stored: Mapping[str, Any]) -> tuple[str, ...]:
    """Ask again and name every class whose answer is not what was stored; empty proves the stored advice.

    Raises ReplayError when the protocol is not the one that answered.
    """
    if stored.get("format") != FORMAT:
        raise ReplayError(f"stored advice has format {stored.get('format')!r}, not {FORMAT}")
    if stored["protocol"]["hash"] != protocol.texts_hash:
        version = stored["protocol"]["version"]
        raise ReplayError(
            f"answered by another protocol (version {version}, {stored['protocol']['hash'][:12]})"
        )
    moment = stored["at"]
    again = advise(
        protocol, patient_from_dict(stored["patient"]), on=date.fromisoformat(stored["on"]),
        at=None if moment is None else datetime.fromisoformat(moment),
    )  # fmt: skip
    said = {each["drug_class"]: each for each in stored["advice"]["proposals"]}
    now = {each["drug_class"]: each for each in advice_to_dict(again)["proposals"]}
    return tuple(key for key in sorted({*said, *now}) if said.get(key) != now.get(key))


def advice_to_dict(advice: Advice) -> dict[str, Any]:
    """Proposals, problems and facts of an advice."""
    return {
        "on": advice.on.isoformat(),
        "proposals": [proposal_to_dict(each) for each in advice.proposals],
        "problems": [_problem(each) for each in advice.problems],
        "facts": {name: _fact_value(value) for name, value in sorted(advice.facts.items())},
    }


def proposal_to_dict(proposal: Proposal) -> dict[str, Any]:
    """One proposal, with its decisions as the decision engine stores them."""
    return {
        "drug_class": proposal.drug_class,
        "kind": proposal.kind.value,
        "own_kind": proposal.own_kind.value,
        "drug": proposal.drug,
        "dose_now": _dose(proposal.dose_now),
        "dose_new": _dose(proposal.dose_new),
        "percent_of_target": None if proposal.percent_of_target is None else str(proposal.percent_of_target),
        "rule": proposal.rule,
        "why": dict(proposal.why),
        "source": proposal.source,
        "grade": proposal.grade,
        "first": proposal.first,
        "agenda": proposal.agenda,
        "held_by": proposal.held_by,
        "settled_on": None if proposal.settled_on is None else proposal.settled_on.isoformat(),
        "settles": facts_to_dict(proposal.settles),
        "not_before": None if proposal.not_before is None else proposal.not_before.isoformat(),
        "missing": [{"fact": each.fact, "why": each.why} for each in proposal.missing],
        "would_change": [
            {"fact": each.fact, "cell": each.cell, "rule": each.rule, "kind": each.kind}
            for each in proposal.would_change
        ],
        "checks": [
            {
                "facts": list(each.facts), "from": each.from_on.isoformat(), "until": each.until_on.isoformat(),
                "then": dict(each.then), "source": each.source,
            }
            for each in proposal.checks
        ],
        "decisions": [each.to_dict() for each in proposal.decisions],
        **({"named": list(proposal.named)} if proposal.named else {}),
    }  # fmt: skip


def patient_to_dict(patient: Patient) -> dict[str, Any]:
    """The patient as the engine saw it."""
    return {
        "medication": [
            {
                "atc": use.atc, "since": use.since.isoformat(), "until": _moment(use.until),
                "dose": _text(use.dose), "per_day": _text(use.per_day), "stop_reason": use.stop_reason,
                "components": {key: str(amount) for key, amount in use.components.items()},
            }
            for use in patient.medication
        ],
        "observations": [
            {
                "fact": each.fact, "value": value_to_json(each.value), "at": each.at.isoformat(),
                "status": each.status.value, "recorded_at": _moment(each.recorded_at), "origin": each.origin,
                **({"confirmed": True} if each.confirmed else {}),
            }
            for each in patient.observations
        ],
        "facts": {name: _fact_value(value) for name, value in sorted(patient.facts.items())},
        "tolerances": None
        if patient.tolerances is None
        else [
            {
                "kind": each.kind, "drug_class": each.drug_class, "drug": each.drug,
                "on": None if each.on is None else each.on.isoformat(), "reason": each.reason,
            }
            for each in patient.tolerances
        ],
        "tolerances_asked": patient.tolerances_asked,
        "in_doubt": sorted(patient.in_doubt),
        "max_tolerated": sorted(patient.max_tolerated),
        "restart_agreed": sorted(patient.restart_agreed),
        "rapid": patient.rapid,
        "settled": [
            {
                "drug_class": each.drug_class, "rule": each.rule, "drug": each.drug, "on": each.on.isoformat(),
                "facts": facts_to_dict(each.facts),
            }
            for each in patient.settled
        ],
        **({"named": [_named(each) for each in patient.named]} if patient.named else {}),
    }  # fmt: skip


def patient_from_dict(data: Mapping[str, Any]) -> Patient:
    """Read back what `patient_to_dict` wrote."""
    tolerances = data["tolerances"]
    return Patient(
        medication=tuple(
            DrugUse(
                atc=use["atc"], since=datetime.fromisoformat(use["since"]), until=_read_moment(use["until"]),
                dose=_read_number(use["dose"]), per_day=_read_number(use["per_day"]),
                stop_reason=use["stop_reason"],
                components={key: Decimal(amount) for key, amount in use["components"].items()},
            )
            for use in data["medication"]
        ),
        observations=tuple(
            Observation(
                fact=each["fact"], value=_read_value(each["value"]), at=datetime.fromisoformat(each["at"]),
                status=ObservationStatus(each["status"]), recorded_at=_read_moment(each["recorded_at"]),
                origin=each["origin"], confirmed=each.get("confirmed", False),
            )
            for each in data["observations"]
        ),
        facts={
            name: FactValue(
                _read_value(each["value"]), _read_day(each["on"]), each["origin"]
            )
            for name, each in data["facts"].items()
        },
        tolerances=None
        if tolerances is None
        else tuple(
            Tolerance(
                kind=each["kind"], drug_class=each["drug_class"], drug=each["drug"],
                on=_read_day(each["on"]), reason=each["reason"],
            )
            for each in tolerances
        ),
        # advice of before these two were kept was never given in doubt
        tolerances_asked=data.get("tolerances_asked", True), in_doubt=frozenset(data.get("in_doubt", ())),
        max_tolerated=frozenset(data["max_tolerated"]), restart_agreed=frozenset(data["restart_agreed"]),
        rapid=data["rapid"],
        settled=tuple(
            Settled(
                drug_class=each["drug_class"], rule=each["rule"], drug=each["drug"],
                on=date.fromisoformat(each["on"]), facts=facts_from_dict(each["facts"]),
            )
            for each in data.get("settled", ())
        ),
        named=tuple(
            NamedUse(
                drug_class=each["drug_class"], words=tuple(each["words"]), atc=each["atc"], then=each["then"]
            )
            for each in data.get("named", ())
        ),
    )  # fmt: skip


def _named(each: NamedUse) -> dict[str, Any]:
    return {"drug_class": each.drug_class, "words": list(each.words), "atc": each.atc, "then": each.then}


def facts_to_dict(facts: Mapping[str, Value]) -> dict[str, Any]:
    """What an answered card rested on, as JSON-safe data."""
    return {name: value_to_json(value) for name, value in sorted(facts.items())}


def facts_from_dict(data: Mapping[str, Any]) -> dict[str, Value]:
    """Read back what `facts_to_dict` wrote."""
    return {name: _read_value(value) for name, value in data.items()}


def _dose(dose: Dose | None) -> dict[str, str] | None:
    return None if dose is None else {"amount": str(dose.amount), "per_day": str(dose.per_day)}


def _problem(problem: Problem) -> dict[str, Any]:
    return {
        "kind": problem.kind.value, "about": problem.about, "texts": dict(problem.texts), "blocks": list(problem.blocks)
    }  # fmt: skip


def _fact_value(value: FactValue) -> dict[str, Any]:
    day = None if value.on is None else value.on.isoformat()
    return {"value": value_to_json(value.value), "on": day, "origin": value.origin}


def _read_value(data: Any) -> Value:
    value = value_from_json(data)
    if value is None:
        raise ReplayError("a stored value is empty")
    return value


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _read_moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _read_day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _text(number: Decimal | None) -> str | None:
    return None if number is None else str(number)


def _read_number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
