"""Which facts an entry of the register can make true, by the absolute contra-indications of the pathways."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from anderhalf.apps.network.queries import pathways_on
from anderhalf.apps.referrals.register import kinds_of


def reactions_looked_at(network: str, *, at: datetime) -> frozenset[str]:
    """The facts that an entry of the register can make true."""
    pathways = pathways_on(network, on=timezone.localdate(at))
    return frozenset(kind.fact for one in pathways for kind in kinds_of(one) if kind.reaction)
