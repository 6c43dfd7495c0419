"""Rooms above that have work after the register changed; they register themselves in ``AppConfig.ready``."""

from __future__ import annotations

from collections.abc import Callable

AFTER_REGISTER: list[Callable[..., object]] = []
"""Called as ``f(by=…, at=…, patient=…)`` inside the transaction that changed the register of what someone can't have,
whatever the road: the clinic looks for danger. Whoever changed it was allowed to."""
