"""Danger in a referral: the named call that must go before sending it, and its place in lists."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.utils.translation import gettext as _

from anderhalf.core.pathway.danger import ACTIONS, Sign
from anderhalf.core.pathway.routing import Routing
from anderhalf.presentation.language import label_of
from anderhalf.presentation.wording import says_something

from .models import Referral

EMERGENCY = "emergency_advice"
"""Kind of the task that an emergency gives the referrer, from the advice until it is written down what was done."""
IN_A_FORM = "form:"
"""What such a task is about begins with this, followed by the key of the form, while its danger stands in a referral
that was not sent."""
UNKNOWN = len(ACTIONS)
"""Alarm signs that nobody asked come after every certain danger, and before all that is known to be none."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """Who was called about the danger, and what was agreed."""

    with_whom: str
    agreed: str

    @property
    def is_complete(self) -> bool:
        """Whether both are there, and say something."""
        return says_something(self.with_whom) and says_something(self.agreed)

    def keep(self, referral: Referral, *, at: datetime) -> None:
        """Write it into the row; the receiver reads it above the letter."""
        referral.called_with = self.with_whom.strip()[:120]
        referral.called_agreed = self.agreed.strip()[:300]
        referral.called_at = at


def order_of(routing: Routing) -> int | None:
    """Where a referral stands in a list sorted by danger: lower first; None for no danger. A value that nobody
    confirmed and that was sent after a call counts as if it were right; an alarm of care counts by what it asks for."""
    signs = (*routing.danger.signs, *routing.alarms)
    if signs:
        return min(ACTIONS.index(sign.action) for sign in signs)
    return UNKNOWN if routing.danger.missing else None


def title_of(routing: Routing) -> str:
    """What a list says of the danger in a form, in the language that is active: the emergency, else what is certain,
    else what it would be."""
    if routing.is_emergency:
        return _("Spoed: %(why)s") % {"why": " ".join(label_of(one.texts) for one in routing.reasons)}
    signs = routing.danger.certain or routing.danger.signs
    said = " ".join(f"{label_of(one.action_label)}: {label_of(one.why)}" for one in signs[:1])
    return said if signs[0].certain else _("Als dit klopt: %(danger)s") % {"danger": said}


def action_of(routing: Routing) -> str:
    """The most urgent thing to do: the key of :data:`ACTIONS` that gives the clock and the rank."""
    first = routing.danger.first
    return routing.action if routing.is_emergency or first is None else first.action


def basis_of(routing: Routing) -> str:
    """Fingerprint of the dangers and the values that they rest on; another value is another danger."""
    used = {
        one.name: str(one.value)
        for decision in routing.danger.decisions.values()
        for one in decision.facts_used
    }

    def of(sign: Sign) -> list[object]:
        values = {name: str(given.value) for name, given in sign.if_right.items()}
        return [
            sign.rule,
            sign.certain,
            sorted({name: (used | values).get(name, "") for name in sign.facts}.items()),
        ]

    return sha256(json.dumps([of(one) for one in routing.danger.signs]).encode()).hexdigest()[:32]


def still_open(rules: list[str], routing: Routing) -> bool:
    """Whether one of these rules may still hold by what is known now: it fired, would if a value is right, or lacks a
    fact. A value that was wiped out ends no danger."""
    decisions = routing.danger.decisions.values()
    waiting = {rule.rule_id for decision in decisions for rule in decision.undecided}
    return bool(set(rules) & (waiting | {one.rule for one in routing.danger.signs}))
