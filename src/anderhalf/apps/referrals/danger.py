"""Danger in a referral: the named call that must go before sending it, and its place in lists."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from anderhalf.core.pathway.danger import ACTIONS, Danger, DangerState

from .models import Referral

EMERGENCY = "emergency_advice"
"""Kind of the task that an emergency gives the referrer, from the advice until it is written down what was done."""
UNKNOWN = len(ACTIONS)
"""Alarm signs that nobody asked come after every certain danger, and before all that is known to be none."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """Who was called about the danger, and what was agreed."""

    with_whom: str
    agreed: str

    @property
    def is_complete(self) -> bool:
        """Whether both are there."""
        return bool(self.with_whom.strip() and self.agreed.strip())

    def keep(self, referral: Referral, *, at: datetime) -> None:
        """Write it into the row; the receiver reads it above the letter."""
        referral.called_with = self.with_whom.strip()[:120]
        referral.called_agreed = self.agreed.strip()[:300]
        referral.called_at = at


def order_of(danger: Danger) -> int | None:
    """Where a referral stands in a list sorted by danger: lower first; None for no danger."""
    if danger.state is DangerState.CERTAIN:
        return min(ACTIONS.index(sign.action) for sign in danger.certain)
    return UNKNOWN if danger.missing else None
