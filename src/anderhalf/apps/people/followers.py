"""Rooms above that have work after the register changed, or know what belongs beside it; they register themselves in
``AppConfig.ready``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

AFTER_REGISTER: list[Callable[..., object]] = []
"""Called as ``f(by=…, at=…, patient=…)`` inside the transaction that changed the register of what someone can't have,
whatever the road: the clinic looks for danger. Whoever changed it was allowed to."""


@dataclass(frozen=True, kw_only=True)
class Condition:
    """A finding of the record that forbids drugs by itself: "Angio-oedeem doorgemaakt"."""

    words: str
    """What it is and what it forbids, in the reader's language."""
    on: date


CONDITIONS: list[Callable[[UUID], Sequence[Condition]]] = []
"""Called as ``f(patient)``: what stands in no entry of the register and is shown with it everywhere, so that nobody
reads "none known" of somebody who can't have a class. Whoever asks established access."""
