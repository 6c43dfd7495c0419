"""Rooms above the record that have work after a value entered it; they register themselves in ``AppConfig.ready``."""

from __future__ import annotations

from collections.abc import Callable

AFTER_OBSERVATIONS: list[Callable[..., object]] = []
"""Called as ``f(by=…, at=…, patient=…, facts=…)`` inside the transaction that recorded, corrected or set aside values
of ``facts``, whatever the road: the clinic looks for danger. Whoever wrote the values was allowed to."""
