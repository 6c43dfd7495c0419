"""Rooms above the clinic that have work after its steps; they register themselves in their ``AppConfig.ready``."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from anderhalf.apps.people.viewer import Viewer

Follower = Callable[..., object]

AFTER_ENCOUNTER: list[Follower] = []
"""Called as ``f(by=…, at=…, encounter=…)`` inside the transaction that records a contact: supervision puts cases on
its agenda, billing claims the contact."""

AFTER_END: list[Follower] = []
"""Called as ``f(by=…, at=…, outcome=…)`` inside the transaction that ends an episode: the patient is asked for a
mark."""

AFTER_ADVICE: list[Follower] = []
"""Called as ``f(by=…, at=…, choice=…)`` inside the transaction that stores what was done with a titration advice:
supervision puts on its agenda what the protocol wants discussed."""

AFTER_UNDO: list[Follower] = []
"""Called as ``f(by=…, at=…, choice=…)`` inside the transaction that undoes a choice: supervision takes back the cases
that this choice put on its agenda."""

TIMELINE_EVENTS: list[Callable[[UUID, date, date], list[dict[str, Any]]]] = []
"""Called as ``f(patient, first_day, last_day)`` for events ``{on, label, tone}`` of rooms above in the picture."""

DISCUSSED: list[Callable[[Viewer, UUID, datetime], list[dict[str, Any]]]] = []
"""Called as ``f(viewer, patient, at)`` for what the specialist decided, newest first, as rows
``{case, asked, decision, by, on}`` beside the proposals."""
