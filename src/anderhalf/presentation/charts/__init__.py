"""Charts as pure functions: data in, one accessible SVG out; each with a table of the same data."""

from .lanes import DoseLane, DoseStep, Event, Limit, MeasureLane, Point, lanes_from
from .runs import RunPoint, run_chart
from .shares import BarRow, IntervalRow, bar_chart, interval_chart
from .sparkline import sparkline
from .tables import bar_table, interval_table, run_table, timeline_table
from .timeline import timeline_chart

__all__ = [
    "BarRow",
    "DoseLane",
    "DoseStep",
    "Event",
    "IntervalRow",
    "Limit",
    "MeasureLane",
    "Point",
    "RunPoint",
    "bar_chart",
    "bar_table",
    "interval_chart",
    "interval_table",
    "lanes_from",
    "run_chart",
    "run_table",
    "sparkline",
    "timeline_chart",
    "timeline_table",
]
