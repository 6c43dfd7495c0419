"""A value that was given now and waits for a yes takes the place of the older one: the two are not looked at as one.

A pressure of 76 of now says nothing beside a pulse of 97 of last month when the pulse of now is 38. What the older
value is by itself stays: a doubt never hides a danger.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from anderhalf.core.decisions.facts import FactValues
from anderhalf.core.pathway.model import Pathway


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenNow:
    """The facts of a form that is not saved yet."""

    typed: Collection[str] = ()
    """Given and accepted: they stand among what is known."""
    waiting: Collection[str] = ()
    """Given and asked about; what is known of them is older."""

    def beside(self, facts: FactValues, readings: Iterable[str]) -> FactValues:
        """What is known beside readings of this form: nothing older of a fact that it gives too."""
        if not {*readings} & {*self.waiting}:
            return facts
        return {name: one for name, one in facts.items() if name not in self.waiting}

    def mixes(self, pathway: Pathway, facts: Iterable[str]) -> bool:
        """Whether a danger in what is known rests on an older value of a fact that waits and on one of now."""
        if not self.waiting or not self.typed:
            return False
        sources = {source for name in facts for source in _measured(pathway, name)}
        return bool(sources & {*self.waiting}) and bool(sources & {*self.typed})


NOTHING_NOW = GivenNow()


def given_now(
    typed: FactValues, unconfirmed: Mapping[str, Iterable[object]], known: FactValues, *, origin: str
) -> GivenNow:
    """What a form gives now. A reading of an older day than what is known takes no place, nor do words that are read
    in a text (another ``origin``)."""

    def is_newer(name: str, reading: object) -> bool:
        on, earlier = getattr(reading, "on", None), known.get(name)
        if getattr(reading, "origin", "") != origin:
            return False
        return earlier is None or earlier.on is None or on is None or earlier.on <= on

    waiting = frozenset(
        name
        for name, readings in unconfirmed.items()
        if name not in typed and any(is_newer(name, one) for one in readings)
    )
    return GivenNow(typed=frozenset(typed), waiting=waiting)


def _measured(pathway: Pathway, name: str) -> set[str]:
    derived = pathway.dictionary.entry(name).derived if name in pathway.dictionary else None
    if derived is None:
        return {name}
    return {name} | {source for one in derived.inputs for source in _measured(pathway, one)}
