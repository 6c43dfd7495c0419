"""Every road by which a value enters asks the same eye: the same facts give the same action, and nothing hides a danger."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anderhalf.apps.clinic import actions, queries
from anderhalf.apps.clinic.errors import DangerRefused
from anderhalf.apps.clinic.models import DangerAnswer
from anderhalf.apps.clinic.views.danger import home_panel
from anderhalf.apps.people.access import AccessDenied, Right
from anderhalf.apps.record import actions as record
from anderhalf.apps.record.models import Observation, Task
from anderhalf.core.pathway.danger import ACTIONS
from tests.spec.cases.care import Care

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
HARMLESS = {
    "systolic_bp": Decimal(125), "diastolic_bp": Decimal(75), "heart_rate": Decimal(70), "potassium": Decimal("4.5"),
    "sodium": Decimal(140), "haemoglobin": Decimal("8.5"), "oxygen_saturation": Decimal(97),
    "respiratory_rate": Decimal(14), "chest_pain_at_rest": False, "syncope": False, "icd_shock": "none",
}  # fmt: skip
ENDS = {
    "systolic_bp": (40, 69, 76, 89, 94, 95, 120, 180, 219, 220, 228), "diastolic_bp": (45, 75, 119, 120, 130),
    "heart_rate": (26, 29, 38, 39, 40, 49, 60, 110, 130, 131, 150, 151, 185),
    "potassium": ("2.4", "2.7", "2.8", "4.5", "5.5", "5.6", "6.0", "6.1", "6.8"),
    "sodium": (119, 124, 125, 127, 128, 140, 150, 151, 156), "haemoglobin": ("3.9", "4.9", "5.0", "8.5", "11.6"),
    "oxygen_saturation": (83, 89, 90, 97), "respiratory_rate": (8, 9, 14, 24, 25, 30, 34),
    "chest_pain_at_rest": (True, False), "syncope": (True, False), "icd_shock": ("none", "one", "several"),
}  # fmt: skip
"""Values on and beside every limit, at both ends of each fact."""
PATHWAYS = pytest.mark.parametrize("pathway", ["heart_failure", "atrial_fibrillation"])
FEW = settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@st.composite
def facts(draw: st.DrawFn) -> dict[str, object]:
    """Some facts, often near a limit."""
    names = draw(st.sets(st.sampled_from(sorted(ENDS)), min_size=1, max_size=5))
    return {name: draw(st.sampled_from(ENDS[name])) for name in sorted(names)}


class Undone(Exception):
    """Takes back what an example wrote, so that every example begins with the same patient."""


def seen_by(care: Care, road, given_facts) -> tuple[list[str], list[tuple[int, str]]]:
    """What the record asks for and which tasks wait after the facts came in by one road; then undone."""
    found = None
    try:
        with transaction.atomic():
            if road == "correction":
                care.correction(given_facts, before=HARMLESS)
            else:
                getattr(care, road)(given_facts)
            found = care.actions(), sorted((task.rank, task.about) for task in care.tasks())
            raise Undone
    except Undone:
        assert found is not None
        return found


@pytest.fixture
def hf(people, at) -> Care:
    return Care.begin(people, at)


@PATHWAYS
@FEW
@given(given_facts=facts())
def test_every_road_gives_the_same_action_and_the_same_tasks(people, at, pathway, given_facts):
    care = begun(people, at, pathway)
    first = seen_by(care, "contact", given_facts)
    for road in ("result", "home", "correction"):
        assert seen_by(care, road, given_facts) == first, road
    asked, tasks = first
    assert [ACTIONS[rank] for rank, _about in tasks] == asked, (
        "whatever is asked for has a task, most urgent first"
    )


@PATHWAYS
@FEW
@given(given_facts=facts(), more=facts())
def test_adding_facts_never_lowers_and_hiding_them_never_hides(people, at, pathway, given_facts, more):
    care = begun(people, at, pathway)
    asked, tasks = seen_by(care, "result", given_facts)
    richer, more_tasks = seen_by(care, "result", {**more, **given_facts})
    assert set(asked) <= set(richer)
    for rank, about in tasks:
        assert min(other for other, name in more_tasks if name == about) <= rank
    for name in given_facts:
        alone, _tasks = seen_by(care, "result", {name: given_facts[name]})
        assert set(alone) <= set(asked)


_begun: dict[tuple[int, str], Care] = {}


def begun(people, at, pathway: str) -> Care:
    """One patient in care per test: every example begins with them."""
    key = (id(people), pathway)
    if key not in _begun:
        _begun.clear()
        _begun[key] = Care.begin(people, at, pathway=pathway)
    return _begun[key]


# ---- a task: one per sign, with a clock, and a worse value is never silent ----


def test_a_worse_value_takes_the_place_of_the_milder_and_keeps_the_earlier_clock(hf, at):
    hf.result({"potassium": "5.7"})
    mild = hf.tasks()[0]
    assert (mild.rank, mild.role) == (2, "hf_nurse") and mild.due_at == at.replace(hour=17, minute=0)
    later = at + timedelta(hours=2)
    hf.home({"weight": "80"}, at=later)
    assert [task.pk for task in hf.tasks()] == [mild.pk], "another value leaves it as it is"
    hf.result({"potassium": "6.4"}, at=later)
    (worse,) = hf.tasks()
    assert (worse.rank, worse.role, worse.due_at) == (1, "vs", later + timedelta(minutes=60))
    hf.result({"potassium": "6.5"}, at=later + timedelta(minutes=50))
    (again,) = hf.tasks()
    assert again.pk != worse.pk and again.due_at == worse.due_at, "the clock does not start anew"
    assert Task.objects.get(pk=mild.pk).status == "cancelled"


def test_a_newer_value_ends_it_only_when_a_professional_entered_it(hf, at):
    hf.home({"systolic_bp": "84"})
    hf.home({"systolic_bp": "125"}, at=at + timedelta(hours=1))
    assert [task.about for task in hf.tasks()] == ["danger:systolic_bp"], (
        "typed at home: somebody looks first"
    )
    hf.contact({"systolic_bp": "124"}, at=at + timedelta(hours=2))
    assert hf.tasks() == [] and not hf.danger(at=at + timedelta(hours=2))


def test_a_danger_of_long_ago_waits_until_somebody_answers(hf, at):
    hf.home({"chest_pain_at_rest": True})
    later = at + timedelta(days=9)
    found = hf.danger(at=later)
    assert found and not found.signs and len(found.tasks) == 1, "too old for the table, and nobody looked"


def test_an_unreliable_sample_is_a_danger_if_it_is_right(hf, at):
    hf.result({"potassium": "6.8"})
    row = Observation.objects.get(fact="potassium")
    record.mark_unreliable(by=hf.vs, at=at + timedelta(hours=1), observation_id=row.pk, because="hemolyse")
    found = hf.danger(at=at + timedelta(hours=1))
    assert [(one.sign.rule, one.sign.certain) for one in found.signs] == [("EX-07", False)]
    assert hf.tasks()[0].title.startswith("Als dit klopt")


def test_two_results_of_one_moment_are_both_looked_at(hf):
    hf.result({"potassium": "4.4"})
    hf.result({"potassium": "6.3"})
    assert [(one.sign.rule, one.sign.certain) for one in hf.danger().signs] == [("EX-07", False)]


def test_who_was_referred_and_is_not_in_care_has_a_task_at_the_centre(clinic, people, at):
    referral = clinic.referred(at=at - timedelta(days=1))
    record.record_observations(
        by=people.viewer("gp"), at=at, patient=referral.patient_id, under=Right.REFER, referral=referral.pk,
        items=[record.NewObservation(fact="potassium", value=Decimal("6.8"), at=at)], origin="imported",
    )  # fmt: skip
    task = Task.objects.get(kind="danger")
    assert task.owner_organisation == clinic.centre and task.rank == 1
    item = queries.due_list(clinic.vs, at=at)[0]
    assert (item.task, item.episode) == (task.pk, None)
    assert people.client("vs").get(f"/dossier/{referral.patient_id}/gevaar/").status_code == 200
    actions.answer_danger(
        by=clinic.vs, at=at, patient=referral.patient_id, bases=[task.basis], steps=["called_cardiologist"],
        called="dr. De Vries", called_at=at, note="naar de SEH",
    )  # fmt: skip
    task.refresh_from_db()
    assert task.status == "done" and "De Vries" in task.note


def test_nobody_in_care_and_nothing_referred_raises_nothing(people, at):
    patient = people.patient()
    record.record_observations(
        by=people.viewer("gp"), at=at, patient=patient.pk, under=Right.REFER,
        items=[record.NewObservation(fact="potassium", value=Decimal("6.8"), at=at)],
    )  # fmt: skip
    assert not Task.objects.exists()


# ---- the answer ----


def bases(care: Care) -> list[str]:
    return [one.basis for one in care.danger().signs]


def test_an_answer_needs_the_call_that_the_danger_asks_for(hf, at):
    hf.contact({"potassium": "6.4", "systolic_bp": "76"})
    about = {"by": hf.vs, "at": at, "patient": hf.patient.pk, "bases": bases(hf)}
    for given_answer in (
        {"steps": []}, {"steps": ["nonsense"]}, {"steps": ["stopped"]}, {"steps": ["called_cardiologist"]},
        {"steps": ["called_cardiologist"], "called": "dr. X", "called_at": at + timedelta(hours=1)},
    ):  # fmt: skip
        with pytest.raises(DangerRefused):
            actions.answer_danger(**about, **given_answer)
    with pytest.raises(AccessDenied):
        actions.answer_danger(**{**about, "by": hf.people.viewer("gp")}, steps=["accepted"], note="x")
    actions.answer_danger(
        **about, steps=["called_cardiologist", "repeat_laboratory", "stopped"], called="dr. De Vries", called_at=at,
        note="spironolacton gestopt",
    )  # fmt: skip
    assert not hf.danger() and hf.tasks() == []
    repeat = Task.objects.get(kind="repeat_laboratory")
    assert repeat.due_at == at + timedelta(hours=24) and DangerAnswer.objects.get().called == "dr. De Vries"
    assert [item.urgent for item in queries.due_list(hf.vs, at=at) if item.kind == "repeat"] == [False]
    assert queries.due_list(hf.vs, at=at)[0].task == repeat.pk, "the repeat waits on top"
    hf.contact({"weight": "80"}, at=at + timedelta(minutes=5))
    assert hf.tasks() == [], "answered: the same values are not asked again"
    hf.contact({"potassium": "6.5"}, at=at + timedelta(minutes=10))
    assert [task.about for task in hf.tasks()] == ["danger:potassium"], "another value asks anew"


def test_an_answer_to_what_has_changed_meanwhile_is_refused(hf, at):
    hf.result({"potassium": "6.2"})
    shown = bases(hf)
    hf.result({"potassium": "6.9"}, at=at + timedelta(minutes=1))
    with pytest.raises(DangerRefused, match="nieuwere waarde"):
        actions.answer_danger(
            by=hf.vs, at=at + timedelta(minutes=2), patient=hf.patient.pk, bases=shown, steps=["called_112"],
            called="meldkamer", called_at=at,
        )  # fmt: skip


def test_today_has_a_patient_once_in_the_readers_language(hf, people):
    hf.result({"potassium": "5.7", "sodium": "119"})
    address = reverse("clinic:danger", args=[hf.patient.pk])
    for language, first, more in (
        ("nl", "natrium", "en nog 1 ander gevaar"),
        ("en", "sodium", "and 1 more danger"),
    ):
        page = people.client("vs", language=language).get("/").content.decode()
        assert page.count(f'href="{address}"') == 1, "one row, one page where all of it is dealt with"
        row = page[page.index(address) :].partition("</li>")[0]
        assert first in row.lower() and more in row
    due = people.client("vs", language="en").get(reverse("clinic:due")).content.decode()
    assert "Potassium: 5.7" in due and "Kalium" not in due


# ---- outside working hours ----


@pytest.mark.parametrize(
    ("moment", "open_now"),
    [
        (datetime(2025, 11, 12, 10, 0, tzinfo=AMSTERDAM), True), (datetime(2025, 11, 12, 17, 0, tzinfo=AMSTERDAM), False),
        (datetime(2025, 11, 12, 7, 59, tzinfo=AMSTERDAM), False), (datetime(2025, 11, 15, 11, 0, tzinfo=AMSTERDAM), False),
        (datetime(2025, 12, 25, 11, 0, tzinfo=AMSTERDAM), False),
    ],
)  # fmt: skip
def test_at_home_it_says_truthfully_who_reads_it_and_whom_to_call(people, moment, open_now, client):
    people.at = at = moment
    care = Care.begin(people, at)
    care.home({"systolic_bp": "84"})
    panel = home_panel(people.viewer("patient"), care.patient, at=at)
    assert panel is not None and panel["phones"].open_now is open_now
    assert panel["phones"].out_of_hours == "099-9990090" and panel["phones"].centre == "099-9990011"
    from django.template.loader import render_to_string

    page = render_to_string("clinic/_home_danger.html", {"home_danger": panel})
    assert ("Niemand van het centrum leest dit nu." in page) is not open_now
    assert ('href="tel:099-9990011"' in page) is open_now
    assert ('href="tel:099-9990090"' in page) is not open_now


def test_laboratory_of_the_clinic_is_not_told_to_the_patient_by_the_page(hf, at):
    hf.result({"potassium": "6.8"})
    assert home_panel(hf.people.viewer("patient"), hf.patient, at=at) is None


def test_the_clock_of_a_danger(hf, at):
    evening = at.replace(hour=20)
    hf.result({"potassium": "5.7", "sodium": "119"}, at=evening)
    by_about = {task.about: task for task in hf.tasks()}
    assert by_about["danger:sodium"].due_at == evening + timedelta(minutes=60)
    assert timezone.localtime(by_about["danger:potassium"].due_at) == (at + timedelta(days=1)).replace(
        hour=17, minute=0
    )
