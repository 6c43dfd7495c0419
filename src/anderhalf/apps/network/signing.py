"""Who must sign a change: the partners that the agreement itself names, by at least two people, never the author.

The partners are the organisations under the running agreement's own signatures. A group of general practices signs
by one of its members: somebody of a participating practice or of a centre that the group runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from anderhalf.content import Agreement

LEAST_PEOPLE = 2
REPRESENTED_BY: Mapping[str, frozenset[str]] = {"gp_group": frozenset({"gp_group", "practice", "centre"})}
"""Kind of a partner -> kinds of organisation whose people may sign for it; otherwise only its own people."""


@dataclass(frozen=True, slots=True)
class Party:
    """A partner that signs: key and name of the organisation."""

    key: str
    name: str


def parties_of(agreement: Agreement) -> tuple[Party, ...]:
    """The partners whose signature a new version needs."""
    keys = dict.fromkeys(approval.organisation for approval in agreement.approvals)
    return tuple(Party(key, agreement.organisations[key].name) for key in keys)


def party_for(agreement: Agreement, *, role: str, organisations: Sequence[str]) -> Party | None:
    """For which partner somebody in a role at some organisations (keys) signs; None when for none of them.

    An own signature goes before one on behalf of a group. The agreement must know the role at that kind of
    organisation.
    """
    known = agreement.roles.get(role)
    mine = [
        agreement.organisations[key]
        for key in organisations
        if key in agreement.organisations
        and known is not None
        and agreement.organisations[key].kind in known.organisations
    ]
    parties = parties_of(agreement)
    for party in parties:
        if any(one.id == party.key for one in mine):
            return party
    for party in parties:
        kinds = REPRESENTED_BY.get(agreement.organisations[party.key].kind, frozenset())
        if any(one.kind in kinds for one in mine):
            return party
    return None


@dataclass(frozen=True, slots=True)
class StillNeeded:
    """What is missing for a version to be signed."""

    parties: tuple[Party, ...]
    people: int

    @property
    def is_complete(self) -> bool:
        """Every partner signed, by enough people."""
        return not self.parties and self.people == 0


def still_needed(agreement: Agreement, signed: Iterable[tuple[object, str]]) -> StillNeeded:
    """``signed`` holds (who, key of the partner) for each signature."""
    given = list(signed)
    keys = {key for _who, key in given}
    people = len({who for who, _key in given})
    return StillNeeded(
        tuple(party for party in parties_of(agreement) if party.key not in keys),
        max(0, LEAST_PEOPLE - people),
    )
