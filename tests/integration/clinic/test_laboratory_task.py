"""A task about the laboratory is not ticked off without a result: it asks what happened, and stays open otherwise."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from anderhalf.apps.clinic import actions
from anderhalf.apps.clinic.errors import TaskRefused
from anderhalf.apps.record import actions as record
from anderhalf.apps.record.models import Task
from tests.spec.cases.care import Care
from tests.support.people import submission


@pytest.fixture
def at():
    """Pages read the real clock, so here everything happens now."""
    return timezone.localtime()


@pytest.fixture
def care(people, at) -> Care:
    return Care.begin(people, at)


@pytest.fixture(params=["repeat", "repeat after an answer", "check"])
def task(care, at, request):
    """An open task about potassium: as a danger's answer makes it, of before it named its facts, and after a step."""
    about = {"by": care.vs, "at": at - timedelta(hours=3), "patient": care.patient.pk}
    owner = {"owner_organisation": care.episode.centre, "title": "Controle: kalium, creatinine"}
    if request.param == "repeat":
        return record.add_task(**about, **owner, kind="repeat_laboratory", about="repeat:potassium")
    if request.param == "check":
        return record.add_task(**about, **owner, kind="monitoring", about="check:mra")
    care.result({"potassium": "6.4"}, at=at - timedelta(hours=4))
    actions.answer_danger(
        **about, bases=[one.basis for one in care.danger().signs], steps=["called_cardiologist", "repeat_laboratory"],
        called="dr. Bos", called_at=at - timedelta(hours=3),
    )  # fmt: skip
    return Task.objects.get(kind="repeat_laboratory")


def press(care, task, role="vs", **given):
    """ "Gedaan", or what was filled in after it."""
    return care.people.client(role).post(reverse("clinic:task_done", args=[task.pk]), given)


def is_open(task):
    task.refresh_from_db()
    return task.status == Task.Status.OPEN


def test_done_asks_what_happened_and_leaves_it_open(care, task):
    page = press(care, task)
    assert page.status_code == 200 and "Wat is er gebeurd?" in page.content.decode()
    assert "nog geen nieuwe uitslag van" in page.content.decode() and is_open(task)


def test_the_result_is_in_is_not_believed_without_a_result(care, task):
    page = press(care, task, submission=submission(), outcome="result")
    assert page.status_code == 422 and "Nog geen uitslag in het dossier" in page.content.decode()
    assert is_open(task)


def test_with_the_result_it_ends(care, task, at):
    care.result(
        {"potassium": "4.6", "creatinine": "95", "egfr": "64", "sodium": "140", "systolic_bp": "124"},
        at=at - timedelta(minutes=5),
    )
    if is_open(task):
        assert press(care, task, submission=submission(), outcome="result").status_code == 302
    assert not is_open(task) and task.status == Task.Status.DONE


@pytest.mark.parametrize("because", ["", ".", "-"])
def test_without_a_result_it_asks_why_beside_the_field(care, task, because):
    page = press(care, task, submission=submission(), outcome="none", because=because)
    assert (
        page.status_code == 422 and "waarom er geen uitslag komt" in page.content.decode() and is_open(task)
    )
    with pytest.raises(TaskRefused):
        actions.finish_task(by=care.vs, at=timezone.now(), task=task.pk, outcome="none", because=because)


def test_with_why_it_lapses_and_says_so(care, task):
    press(care, task, submission=submission(), outcome="none", because="patiënt opgenomen, daar geprikt")
    assert not is_open(task) and task.status == Task.Status.CANCELLED and "opgenomen" in task.note


def test_another_task_is_ticked_off_as_before(care, at):
    other = record.add_task(
        by=care.vs,
        at=at,
        patient=care.patient.pk,
        kind="call",
        title="Bellen",
        owner_organisation=care.episode.centre,
    )
    assert press(care, other).status_code == 302 and not is_open(other)
