"""Alarms on home measurements: which agreed rules fire for what was just measured or answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from anderhalf.core.decisions.evaluate import evaluate
from anderhalf.core.decisions.explain import Decision
from anderhalf.core.pathway.titration.engine import read_context
from anderhalf.core.pathway.titration.model import Patient
from anderhalf.core.pathway.titration.protocol import Protocol


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm rule that fired: `kind` is contact_team or call_112."""

    rule: str
    kind: str
    why: Mapping[str, str]
    source: str
    decision: Decision


def alarms(
    protocol: Protocol, patient: Patient, *, on: date, at: datetime | None = None
) -> tuple[Alarm, ...]:
    """Every alarm rule that fires today, most urgent first.

    A rule looks at what is known; a fact that is missing raises no alarm (that somebody did not measure is a
    matter for the due list, not an alarm).
    """
    context = read_context(protocol, patient, on=on, at=at)
    decision = evaluate(protocol.alarms, context.facts, on=on)
    found = [
        Alarm(rule.rule_id, str(rule.outputs["alarm"]), rule.why, rule.source, decision)
        for rule in decision.fired
    ]
    return tuple(sorted(found, key=lambda alarm: alarm.kind != "call_112"))
