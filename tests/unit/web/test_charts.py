"""Charts: well-formed, escaped, named, without style attributes, and not by colour alone."""

from __future__ import annotations

import re
from datetime import date, timedelta
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from anderhalf.presentation import charts
from anderhalf.presentation.charts import (
    BarRow,
    DoseLane,
    DoseStep,
    Event,
    IntervalRow,
    Limit,
    MeasureLane,
    Point,
    RunPoint,
)
from anderhalf.presentation.charts.lane_parts import LEFT, RIGHT_ROOM, WIDTH
from anderhalf.presentation.charts.measure_lane import _limit_of
from anderhalf.presentation.charts.svg import TimeScale, nice_ticks
from anderhalf.web import style_views

SVG = "{http://www.w3.org/2000/svg}"
START = date(2025, 5, 1)
EVIL = '<script>alert("1")</script>&'


@pytest.fixture(autouse=True)
def _in_dutch():
    with translation.override("nl"):
        yield


def draw(**changes):
    given_ = {
        "title": "Kalium & eGFR",
        "start": START,
        "end": START + timedelta(days=180),
        "dose_lanes": [
            DoseLane(
                label="MRA",
                sub="spironolacton",
                target=50,
                steps=[
                    DoseStep(START, START + timedelta(days=40), 25, "25 mg 1 dd"),
                    DoseStep(START + timedelta(days=100), None, 12.5, "12,5 mg 1 dd"),
                ],
            )
        ],
        "measure_lanes": [
            MeasureLane(
                label="Kalium",
                unit="mmol/l",
                decimals=1,
                points=[
                    Point(START, 4.2),
                    Point(START + timedelta(days=30), 5.8),
                    Point(START + timedelta(days=90), 3.1),
                    Point(START + timedelta(days=120), 4.8),
                ],
                limits=[Limit(low=5.5, tone="danger", label="te hoog"), Limit(high=3.5, label="te laag")],
            )
        ],
        "events": [Event(START + timedelta(days=40), "MRA gestopt", "danger")],
    }
    return charts.timeline_chart(**{**given_, **changes})


def parse(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def texts(svg: str) -> list[str]:
    return [node.text for node in parse(svg).iter(f"{SVG}text") if node.text]


def labels(svg: str) -> list[str]:
    return [node.get("aria-label") for node in parse(svg).iter() if node.get("role") == "img"]


def test_the_picture_has_a_name_and_a_description():
    root = parse(draw())
    assert root.find(f"{SVG}title").text == "Kalium & eGFR"
    assert "Kalium: 4,8 mmol/l (29-08-2025)." in root.find(f"{SVG}desc").text
    assert "MRA: 12,5 mg 1 dd." in root.find(f"{SVG}desc").text
    assert root.get("aria-labelledby") == root.find(f"{SVG}title").get("id")


def test_every_point_says_value_date_and_limit():
    assert "5,8 mmol/l, 31-05-2025, te hoog" in labels(draw())
    assert "3,1 mmol/l, 30-07-2025, te laag" in labels(draw())
    assert "4,2 mmol/l, 01-05-2025" in labels(draw())


def test_every_dose_says_since_when_and_how_far_from_target():
    assert "25 mg 1 dd, 01-05-2025 tot 10-06-2025, 50% van de streefdosis" in labels(draw())
    assert "12,5 mg 1 dd, sinds 09-08-2025, 25% van de streefdosis" in labels(draw())


def test_values_outside_limits_differ_by_shape_and_number():
    svg = draw()
    marks = [node for node in parse(svg).iter(f"{SVG}path") if "ch-mark" in node.get("class", "")]
    assert len(marks) == 2
    assert len(list(parse(svg).iter(f"{SVG}circle"))) == 2
    assert "5,8" in texts(svg)
    assert "3,1" in texts(svg)


def test_the_last_value_and_dose_stand_in_bold():
    bold = [n.text for n in parse(draw()).iter(f"{SVG}text") if "ch-last" in n.get("class", "")]
    assert bold == ["12,5 mg 1 dd", "4,8"]


def test_a_pause_and_a_stop_are_said_in_words():
    assert "gepauzeerd" in texts(draw())
    stopped = DoseLane(label="MRA", steps=[DoseStep(START, START + timedelta(days=10), 25)])
    assert "gestopt" in texts(draw(dose_lanes=[stopped]))
    assert "niet gestart" in texts(draw(dose_lanes=[DoseLane(label="MRA")]))


def test_events_are_lines_with_a_label():
    svg = draw()
    assert "MRA gestopt · 10-06" in texts(svg)
    assert [n for n in parse(svg).iter(f"{SVG}line") if "ch-event" in n.get("class", "")]


def test_an_open_dose_ends_today():
    root = parse(draw(today=START + timedelta(days=120)))
    axis = TimeScale(START, START + timedelta(days=180), LEFT, WIDTH - RIGHT_ROOM)
    areas = [n for n in root.iter(f"{SVG}rect") if "ch-area" in n.get("class", "")]
    right = max(float(n.get("x")) + float(n.get("width")) for n in areas)
    assert right == pytest.approx(axis(START + timedelta(days=120)), abs=0.2)
    assert "vandaag" in texts(draw(today=START + timedelta(days=120)))


def test_one_tab_stop_per_lane():
    root = parse(draw())
    lanes = [node for node in root.iter() if node.get("data-lane") is not None]
    assert len(lanes) == 2
    for lane in lanes:
        stops = [n for n in lane.iter() if n.get("data-point") is not None and n.get("tabindex") == "0"]
        assert len(stops) == 1


def test_names_are_escaped_and_nothing_is_styled_inline():
    svg = draw(
        title=EVIL,
        dose_lanes=[DoseLane(label=EVIL, sub=EVIL, steps=[DoseStep(START, None, 1, EVIL)])],
        measure_lanes=[
            MeasureLane(
                label=EVIL, unit=EVIL, points=[Point(START, 1, EVIL)], limits=[Limit(low=0, label=EVIL)]
            )
        ],
        events=[Event(START, EVIL, EVIL)],
    )
    assert "<script" not in svg
    assert parse(svg).find(f"{SVG}title").text == EVIL
    assert " style=" not in svg
    assert " on" not in re.sub(r'"[^"]*"', "", svg)


def test_an_axis_without_length_is_refused():
    with pytest.raises(ValueError, match="must end after it starts"):
        draw(end=START)


def test_an_empty_lane_says_so():
    assert "geen waarde" in texts(draw(measure_lanes=[MeasureLane(label="Pols", unit="/min")]))


@pytest.mark.parametrize(
    ("value", "side", "tone"),
    [
        (3.0, "below", "danger"),
        (3.7, "below", "attention"),
        (4.5, "inside", None),
        (5.2, "above", "attention"),
        (5.5, "above", "danger"),
    ],
)
def test_the_side_of_a_limit(value, side, tone):
    limits = [
        Limit(low=5.5),
        Limit(low=5.0, high=5.5, tone="attention"),
        Limit(low=3.5, high=4.0, tone="attention"),
        Limit(high=3.5),
    ]
    limit, found = _limit_of(value, limits)
    assert found == side
    assert (limit.tone if limit else None) == tone


def test_a_value_on_the_edge_of_an_open_limit_is_not_in_it():
    assert Limit(low=5.5).holds(5.5)
    assert not Limit(low=5.5, inclusive=False).holds(5.5)
    assert Limit(low=5.5, inclusive=False).holds(5.6)


@given(st.integers(min_value=8, max_value=4000), st.dates(date(2000, 1, 1), date(2050, 1, 1)))
def test_labels_of_the_time_axis_never_touch(days, start):
    axis = TimeScale(start, start + timedelta(days=days), 148.0, 608.0)
    at = [axis(day) for day, _ in axis.ticks()]
    assert all(right - left > 55 for left, right in pairwise(at))


@given(st.floats(-1e6, 1e6), st.floats(0.001, 1e6))
def test_ticks_cover_what_is_shown(low, span):
    ticks = nice_ticks(low, low + span)
    assert ticks[0] <= low + 1e-6 * span
    assert ticks[-1] >= low + span - 1e-6 * span
    assert 2 <= len(ticks) <= 9


def test_shares_show_interval_number_and_norm():
    svg = charts.interval_chart(
        [IntervalRow(label="Op streefdosis", share=0.62, low=0.54, high=0.69, n=146, norm=0.6)],
        title="Uitkomsten",
    )
    assert "Op streefdosis: 62% (54–69%) n=146 norm 60%" in labels(svg)
    assert "norm 60%" in texts(svg)
    assert len([n for n in parse(svg).iter(f"{SVG}line") if n.get("class") == "ch-whisker"]) == 3


def test_too_few_is_said_and_not_drawn():
    svg = charts.interval_chart(
        [IntervalRow(label="Heropname", share=None, n=7, note="minder dan 10")], title="x"
    )
    assert "minder dan 10" in texts(svg)
    assert labels(svg) == []


def test_a_run_chart_breaks_at_a_missing_period_and_marks_signals():
    points = [
        RunPoint("jan", 10),
        RunPoint("feb", 12),
        RunPoint("mrt", None),
        RunPoint("apr", 3, signal=True),
        RunPoint("mei", 4),
    ]
    svg = charts.run_chart(points, title="Wachttijd", unit="dagen", centre=9, lower=5, upper=14, norm=14)
    assert len(list(parse(svg).iter(f"{SVG}polyline"))) == 2
    assert "apr: 3 dagen, signaal" in labels(svg)
    assert [n for n in parse(svg).iter(f"{SVG}path") if "ch-danger" in n.get("class", "")]
    assert {"norm 14", "midden 9", "bovengrens 14", "ondergrens 5"} <= set(texts(svg))


def test_a_run_chart_without_figures_says_so():
    svg = charts.run_chart([RunPoint("jan", None)], title="x")
    assert parse(svg).find(f"{SVG}desc").text == "Nog geen cijfers."


def test_bars_carry_their_number_and_refuse_negative_values():
    svg = charts.bar_chart([BarRow(label="1,5 lijn", value=118, note="75%")], title="Per lijn")
    assert "118" in texts(svg)
    assert "1,5 lijn: 118, 75%" in labels(svg)
    with pytest.raises(ValueError, match="negative"):
        charts.bar_chart([BarRow(label="x", value=-1)], title="x")


@pytest.mark.parametrize("values", [[], [5], [5, 5, 5], [81.2, 78.4]])
def test_a_sparkline_takes_any_number_of_values(values):
    svg = charts.sparkline(values, title="Gewicht", limits=[Limit(low=90)])
    assert parse(svg).find(f"{SVG}title").text == "Gewicht"
    assert len(list(parse(svg).iter(f"{SVG}circle"))) == (1 if values else 0)


def test_the_table_holds_what_the_timeline_shows():
    table = charts.timeline_table(**style_views.example_timeline())
    parsed = ElementTree.fromstring(f"<table>{table}</table>")
    head = [th.text for th in parsed.find("thead").iter("th")]
    assert head[0] == "Datum"
    assert "Kalium (mmol/l)" in head
    rows = [[cell.text or "" for cell in tr] for tr in parsed.find("tbody")]
    assert rows[0][0] > ""
    by_day = {row[0]: row for row in rows}
    column = head.index("Kalium (mmol/l)")
    assert by_day["17-07-2025"][column] == "5,7"
    assert by_day["17-07-2025"][-1] == "MRA gestopt"
    assert by_day["17-07-2025"][head.index("MRA (spironolacton)")] == "gestopt"
    # newest first
    assert rows[0][0].endswith("10-2025")


def test_tables_escape():
    assert "<script" not in charts.bar_table([BarRow(label=EVIL, value=1, note=EVIL)])
    assert "<script" not in charts.run_table([RunPoint(EVIL, 1, signal=True, text=EVIL)], unit=EVIL)
    assert "<script" not in charts.interval_table([IntervalRow(label=EVIL, share=None, note=EVIL)])
