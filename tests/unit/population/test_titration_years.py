"""Years of invented patients: no step that the sources forbid, and few contacts with nothing but questions.

The second opinion (`benchmarks/titration_recheck.py`) was written from the sources and reads no table of the pathway.
"""

from __future__ import annotations

import csv
import io

import pytest

from anderhalf.content import load_pathway, pathway_folder, read_folder
from anderhalf.content.titration import titration_protocol
from anderhalf.population.titration import ColumnEngine, Labels
from benchmarks.titration import live
from benchmarks.titration_chart import Chart, Step, Taken
from benchmarks.titration_ideal import PUBLISHED, RAPID, bound, days_to_target
from benchmarks.titration_people import profiles
from benchmarks.titration_recheck import forbidden

TODAY = 739_000
MOST_TIRING = 0.08


def engine_of(change=None) -> ColumnEngine:
    """The pathway of the repository, with one file changed."""
    folder = pathway_folder("heart_failure")
    files = dict(read_folder(folder))
    if change is not None:
        name, cell, old, new = change
        files[name] = replaced(files[name], cell, old, new)
    protocol = titration_protocol(load_pathway(files, str(folder)))
    return ColumnEngine(protocol, Labels(protocol, profiles=profiles()))


def replaced(text, cell, old, new) -> str:
    """A table in which a limit of one column is another one, wherever it stands; the rest stays as it is."""
    rows = list(csv.DictReader(io.StringIO(text)))
    assert any(row[cell] == old for row in rows)
    found = io.StringIO()
    writer = csv.DictWriter(found, rows[0].keys(), lineterminator="\n")
    writer.writeheader()
    writer.writerows({**row, cell: new if row[cell] == old else row[cell]} for row in rows)
    return found.getvalue()


@pytest.fixture(scope="module")
def years():
    return live(400, 3, years=4, checked=True, columns=engine_of())


def test_no_step_is_forbidden_by_a_source(years):
    assert years.found.steps > 2000
    assert dict(years.found.forbidden) == {}, dict(years.found.examples)


def test_few_contacts_show_nothing_but_questions(years):
    assert years.contacts > 5000
    assert years.tiring / years.contacts < MOST_TIRING, years.causes.most_common(10)


@pytest.mark.parametrize("every", [14, 7])
def test_the_ideal_patient_is_at_target_as_early_as_the_intervals_allow(every):
    days, each = days_to_target(engine_of().protocol, every=every)
    assert days <= bound(PUBLISHED, every, one_kidney_step=True), each


def test_the_rapid_schedule_is_as_quick_as_its_intervals_allow():
    days, each = days_to_target(engine_of().protocol, every=7, rapid=True)
    assert days <= bound(RAPID, 7, one_kidney_step=True), each


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (("titration/mra.csv", "potassium", ">5.0", ">6.0"), "potassium above 5.0"),
        (("titration/beta_blocker.csv", "congestion", "true", "false"), "congestion"),
        (("titration/mra.csv", "egfr", "<30", "<20"), "eGFR below 30 or dialysis"),
        (("titration/sglt2_inhibitor.csv", "systolic_bp", "<95", "<75"), "systolic below 95"),
    ],
)
def test_a_limit_that_moved_is_seen(change, rule):
    found = live(400, 3, years=2, checked=True, columns=engine_of(change)).found
    assert any(said == rule for _key, said, _source in found.forbidden), found.forbidden


# the second opinion itself, on the vignettes of the clinical facts


def chart_of(
    *, taken=(), age=70, discharged=None, rapid=False, others=(), tolerances=(), answers=None, **values
):
    normal = {
        "potassium": 4.6, "creatinine": 95, "egfr": 62, "systolic_bp": 124, "heart_rate": 72, "lvef": 30, "weight": 80,
    }  # fmt: skip
    says = {
        "heart_failure_known": True, "rhythm": "sinus", "congestion": False, "dehydration": False, "nyha": "II",
        "acute_illness": False, "hypotension_symptoms": False, "beta_blocker_complaints": "none",
    }  # fmt: skip
    series = {
        name: value if isinstance(value, list) else [(TODAY, value)]
        for name, value in {**normal, **values}.items()
    }
    return Chart(
        today=TODAY, age=age, results=series, taken=list(taken), others=frozenset(others), tolerances=tuple(tolerances),
        answers={name: (TODAY, value) for name, value in {**says, **(answers or {})}.items()},
        rapid=rapid, discharged=discharged,
    )  # fmt: skip


def use(key, atc, amount, per_day, ago, until=None, reason=""):
    return Taken(
        key, atc, amount, per_day, TODAY - ago, None if until is None else TODAY - until, reason, "stop"
    )


ENALAPRIL_5 = use("ace_inhibitor", "C09AA02", 5, 2, 21)
ENALAPRIL_UP = Step("ace_inhibitor", "increase", "C09AA02", 10, 2)
RISEN = {"creatinine": [(TODAY - 22, 95), (TODAY, 150)], "egfr": [(TODAY - 22, 62), (TODAY, 35)]}
ARNI_START = Step("arni", "start", "C09DX04", 24, 2)


@pytest.mark.parametrize(
    ("chart", "step", "rules"),
    [
        (chart_of(taken=[ENALAPRIL_5]), ENALAPRIL_UP, set()),  # V1
        (chart_of(taken=[ENALAPRIL_5], **RISEN), ENALAPRIL_UP,
         {"creatinine more than 50 % above that before the treatment began",
          "creatinine more than 50 % above that before the last step"}),  # V3
        (chart_of(taken=[use("ace_inhibitor", "C09AA02", 5, 2, 10)]), ENALAPRIL_UP,
         {"sooner than the published interval"}),  # V13
        (chart_of(taken=[use("ace_inhibitor", "C09AA02", 10, 2, 90, 1, "switch_to_arni")]), ARNI_START,
         {"within 36 hours of the other"}),  # V10
        (chart_of(taken=[use("ace_inhibitor", "C09AA02", 10, 2, 90, 3, "switch_to_arni")], systolic_bp=104),
         ARNI_START, set()),  # V11
        (chart_of(systolic_bp=98), ARNI_START, {"systolic below 100 at the start, or 95 and lower"}),  # V12
        (chart_of(egfr=19), Step("sglt2_inhibitor", "start", "A10BK01", 10, 1), {"eGFR below 20 or dialysis"}),  # V15
        (chart_of(answers={"rhythm": "af"}, taken=[use("beta_blocker", "C07AB07", 10, 1, 99)], age=60),
         Step("ivabradine", "start", "C01EB17", 5, 2), {"not in sinus rhythm"}),  # V16
        (chart_of(taken=[use("beta_blocker", "C07AB07", 5, 1, 30)], heart_rate=47),
         Step("beta_blocker", "increase", "C07AB07", 10, 1), {"pulse below 50"}),  # V6
        (chart_of(taken=[use("mra", "C03DA04", 25, 1, 40)], potassium=5.2),
         Step("mra", "increase", "C03DA04", 50, 1), {"potassium above 5.0"}),  # V9
        (chart_of(taken=[ENALAPRIL_5], potassium=5.1, rapid=True, discharged=TODAY - 20), ENALAPRIL_UP,
         {"potassium above 5.0", "rapid schedule: potassium above 5.0 or eGFR below 30"}),  # V14
        (chart_of(taken=[ENALAPRIL_5]), ARNI_START, {"a second RAS inhibitor"}),
        (chart_of(answers={"heart_failure_known": False}), Step("sglt2_inhibitor", "start", "A10BK01", 10, 1),
         {"diagnosis not made"}),
        (chart_of(potassium=[(TODAY - 5, 4.4), (TODAY, None)], taken=[ENALAPRIL_5]), ENALAPRIL_UP,
         {"no potassium of the last 90 days"}),
    ],
)  # fmt: skip
def test_the_second_opinion_on_the_vignettes(chart, step, rules):
    assert {one.rule for one in forbidden(chart, step)} == rules
