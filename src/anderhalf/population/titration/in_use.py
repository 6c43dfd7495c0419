"""The drugs in use as facts, for the table of danger of a whole population."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from anderhalf.population.titration.codes import Index

if TYPE_CHECKING:
    from anderhalf.population.titration.engine import ColumnEngine
    from anderhalf.population.titration.facts import Derived

Flags = npt.NDArray[np.bool_]


def in_use(
    engine: ColumnEngine, derived: Derived, places: Mapping[str, npt.NDArray[np.integer]]
) -> dict[str, Index]:
    """The classes in use as facts, and what follows from any of them, for the table of danger (`standing.in_use`)."""
    follows = {name: how for name, how in derived.protocol.follows.items() if how.how == "any_of"}

    def said(name: str) -> Flags:
        given = places[name] if name in places else derived.place(name)
        return (given == 1) | derived.on.get(name, False)

    found: dict[str, Index] = {}
    for name in (*derived.on, *follows):
        coding = engine.codings.get(name)
        if coding is None or coding.cuts:
            continue
        given = places[name] if name in places else derived.place(name)
        used = derived.on[name] if name in derived.on else np.zeros(len(derived.cohort), bool)
        if name in follows:
            inputs = [
                one for one in follows[name].inputs if one in derived.on or one in derived.cohort.places
            ]
            for one in inputs:
                used = used | (said(one) & (given < 0))
        found[name] = coding.places(np.where(used, np.int8(1), given))
    return found
