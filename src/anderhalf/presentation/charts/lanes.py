"""What goes into the clinician's chart: doses, measured values with their limits, events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from .svg import Number


@dataclass(frozen=True, slots=True)
class DoseStep:
    """Held from ``start`` to ``end`` (None: still). 0 draws nothing. ``text`` as one writes it."""

    start: date
    end: date | None
    dose: Number
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseLane:
    """One drug (class): ``label`` "Bètablokker", ``sub`` "bisoprolol"; ``target`` in the doses' unit."""

    label: str
    sub: str = ""
    steps: Sequence[DoseStep] = ()
    target: Number | None = None
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Point:
    """One measured value on a day. ``shown`` is the value as one writes it, with the sign of a limit (``> 90``)."""

    on: date
    value: Number
    text: str = ""
    shown: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A shaded range; an open end (None) runs to the edge of the lane. ``tone``: danger or attention.

    ``inclusive`` says whether a value exactly on the edge lies in the range (``>=``) or not (``>``).
    """

    low: Number | None = None
    high: Number | None = None
    tone: str = "danger"
    label: str = ""
    inclusive: bool = True

    def holds(self, value: Number) -> bool:
        """True when the value lies in this range."""
        if self.inclusive:
            return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)
        return (self.low is None or value > self.low) and (self.high is None or value < self.high)


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureLane:
    """One measured fact over time with its limits."""

    label: str
    unit: str = ""
    points: Sequence[Point] = ()
    limits: Sequence[Limit] = ()
    decimals: int = 0


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened on a day: a line through all lanes with a label at the foot."""

    on: date
    label: str
    tone: str = "neutral"


def lanes_from(data: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of ``timeline_chart`` and ``timeline_table``, from mappings with the same names as their parts.

    Rooms hand over plain data like this, because it is also kept and compared.
    """
    return {
        "start": data["start"],
        "end": data["end"],
        "today": data.get("today"),
        "dose_lanes": [
            DoseLane(**{**lane, "steps": [DoseStep(**step) for step in lane["steps"]]})
            for lane in data.get("dose_lanes", ())
        ],
        "measure_lanes": [
            MeasureLane(
                **{
                    **lane,
                    "points": [Point(**point) for point in lane["points"]],
                    "limits": [Limit(**limit) for limit in lane.get("limits", ())],
                }
            )
            for lane in data.get("measure_lanes", ())
        ],
        "events": [Event(**event) for event in data.get("events", ())],
    }
