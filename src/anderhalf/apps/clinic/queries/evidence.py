"""On what a danger rests: the values that somebody measured or answered, to be shown and to be acted on once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from anderhalf.core.decisions.facts import FactValue, FactValues
from anderhalf.core.pathway.danger import ACTIONS, Series, Sign
from anderhalf.core.pathway.derivations import OF_A_FORMULA, OF_A_SERIES
from anderhalf.core.pathway.kidney import COMPUTED
from anderhalf.core.pathway.model import Pathway

ABOUT = "danger:"
"""What such a task is about begins with this, followed by the facts: one open task per set of facts."""


@dataclass(frozen=True, kw_only=True)
class SeenSign:
    """One danger with the values that it rests on. ``basis`` changes when one of them does."""

    sign: Sign
    values: tuple[tuple[str, FactValue], ...]
    """Fact and value, what was measured: a derived fact by what it follows from."""
    about: str
    basis: str

    @property
    def measured(self) -> frozenset[str]:
        """The facts that somebody measured or answered."""
        return frozenset(name for name, _value in self.values)

    @property
    def rank(self) -> int:
        """0 is the most urgent."""
        return ACTIONS.index(self.sign.action)


def measured_by(pathways: Iterable[Pathway], names: Iterable[str]) -> frozenset[str]:
    """The facts that somebody measures or answers for these, a derived one by what it follows from."""
    found: set[str] = set()
    for name in names:
        found |= _sources(tuple(pathways), name)
    return frozenset(found)


def shown_with(
    sign: Sign,
    pathways: Sequence[Pathway],
    known: FactValues,
    series: Series,
    *,
    on: date,
    birth_date: date | None,
) -> frozenset[str]:
    """The facts whose values made a danger: what was measured or answered, a derived fact by what it follows from.

    An eGFR that the laboratory gave and that stands is shown itself, and not the creatinine of an earlier day; nor is
    that shown for a rise that is not known.
    """
    pathway = next(one for one in pathways if one.key == sign.pathway)
    how = {
        name: pathway.dictionary.follows[name].how
        for name in sign.facts
        if name in pathway.dictionary.follows
    }
    if not OF_A_FORMULA & set(how.values()):
        return measured_by(pathways, sign.facts)
    longer = {name: (*series.get(name, ()), reading) for name, reading in sign.if_right.items()}
    standing = pathway.dictionary.derive(
        {**known, **sign.if_right}, on=on, birth_date=birth_date, series={**series, **longer}
    )
    worked_out = {COMPUTED, *(f"derived:{each}" for each in OF_A_FORMULA)}
    given = {
        name
        for name, each in how.items()
        if each in OF_A_FORMULA and name in standing and standing[name].origin not in worked_out
    }
    unknown = {name for name, each in how.items() if each in OF_A_SERIES and name not in standing}
    return measured_by(pathways, set(sign.facts) - given - unknown) | given


def seen_sign(
    sign: Sign, pathways: Sequence[Pathway], known: FactValues, doubtful: Mapping[str, Sequence[FactValue]],
    moments: Mapping[str, str], *, names: Iterable[str],
) -> SeenSign:  # fmt: skip
    """A sign with its values. What is measured or reported anew is another basis, be it the same value of one day:
    an answer is about what was known then. Of readings that contradict each other all are shown. ``names`` is what
    :func:`shown_with` says."""
    values = tuple(
        (name, value)
        for name in sorted(names)
        for value in (
            doubtful.get(name) or (sign.if_right[name],) if name in sign.if_right else (known.get(name),)
        )
        if value is not None
    )
    whole = [
        sign.rule,
        sign.certain,
        [[name, str(one.value), moments.get(name, str(one.on))] for name, one in values],
    ]
    return SeenSign(
        sign=sign, values=values, about=(ABOUT + "+".join(sorted(sign.facts)))[:60],
        basis=sha256(json.dumps(whole).encode()).hexdigest()[:32],
    )  # fmt: skip


def _sources_of(pathway: Pathway, name: str) -> frozenset[str]:
    derived = pathway.dictionary.entry(name).derived
    if derived is None:
        return frozenset({name})
    return frozenset(source for one in derived.inputs for source in _sources_of(pathway, one))


def _sources(pathways: Sequence[Pathway], name: str) -> frozenset[str]:
    return next((_sources_of(one, name) for one in pathways if name in one.dictionary), frozenset({name}))
