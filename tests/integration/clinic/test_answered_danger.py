"""What was answered about a danger: no longer "now do", one line above the chart, and one row per patient and cause."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone

from anderhalf.apps.clinic import actions
from anderhalf.apps.record.actions import add_task
from anderhalf.apps.record.models import MedicationAgreement, Task
from tests.spec.cases.care import Care

pytestmark = pytest.mark.django_db


@pytest.fixture
def at():
    """Pages read the real clock, so here everything happens now."""
    return timezone.localtime()


@pytest.fixture
def care(people, at) -> Care:
    care = Care.begin(people, at)
    care.result({"potassium": "6.4"}, at=at - timedelta(minutes=30))
    return care


def answer(care, at, *more: str) -> None:
    actions.answer_danger(
        by=care.vs, at=at, patient=care.patient.pk, bases=[one.basis for one in care.danger().signs],
        steps=["called_cardiologist", *more], called="dr. Bos", called_at=at, note="Eplerenon gestopt.",
    )  # fmt: skip


def shown(people, name: str, *about, role: str = "vs") -> str:
    """What a page says between its head and its foot."""
    page = people.client(role).get(reverse(name, args=about)).content.decode()
    main = page[page.index("<main") :]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


LISTS = ("home", "clinic:today", "clinic:due")


@pytest.mark.parametrize("page", LISTS)
def test_an_answered_danger_is_not_to_do_now_even_when_it_is_measured_again(people, care, at, page):
    assert "Gevaar: nu doen" in shown(people, page)
    answer(care, at, "repeat_laboratory")
    after = shown(people, page)
    assert "Gevaar: nu doen" not in after
    assert after.count("Laboratorium herhaald?") == 1, "what was promised stands there, once"


@pytest.mark.parametrize("page", LISTS)
def test_what_was_promised_and_is_late_is_to_do_now(people, care, at, page):
    answer(care, at, "repeat_laboratory")
    Task.objects.filter(kind="repeat_laboratory").update(due_at=at - timedelta(hours=1))
    late = shown(people, page)
    assert "Gevaar: nu doen" in late and late.count("Laboratorium herhaald?") == 1


def rows_about_potassium(people, name: str) -> int:
    """How many rows of a page say something of the potassium, or of measuring it again."""
    page = people.client("vs").get(reverse(name)).content.decode()
    return sum("Kalium" in row or "Laboratorium herhaald" in row for row in page.split("<li")[1:])


@pytest.mark.parametrize("page", LISTS)
def test_one_potassium_is_one_row(people, care, at, page):
    assert rows_about_potassium(people, page) == 1
    answer(care, at, "repeat_laboratory")
    assert rows_about_potassium(people, page) == 1


def test_steps_that_wait_for_the_same_test_are_one_row_and_tasks_of_one_patient_too(people, care, at):
    began = at - timedelta(days=19)
    for code, name, key in (("C09AA02", "Enalapril", "ace_inhibitor"), ("C03DA01", "Spironolacton", "mra")):
        MedicationAgreement.objects.create(
            patient=care.patient, network_id=care.episode.network_id, kind="start", drug=name.lower(), drug_name=name, atc=code,
            drug_class=key, from_at=began, recorded_at=began, recorded_by="test",
        )  # fmt: skip
        add_task(
            by=care.vs, at=began, patient=care.patient.pk, kind="monitoring", title=f"Controle {name}: kalium",
            owner_organisation=care.episode.centre, about=f"check:{key}", due_on=at.date(), allowed="test",
        )  # fmt: skip
    answer(care, at)
    page = shown(people, "clinic:due")
    assert page.count("nog niet bepaald") == 1
    assert f"Enalapril op {began:%d-%m-%Y}" in page and f"Spironolacton op {began:%d-%m-%Y}" in page
    tasks = shown(people, "home").partition(" Taken ")[2]
    assert tasks.count(care.patient.full_name) == 1 and "Enalapril" in tasks and "Spironolacton" in tasks


def test_another_result_is_a_row_of_its_own(people, care, at):
    care.result({"sodium": "139"}, at=at - timedelta(minutes=5))
    page = shown(people, "clinic:due")
    assert "nog niet gezien: Natrium 139" in page and page.count("Kalium") == 2  # the rule and its value


@pytest.mark.parametrize("page", ["clinic:chart", "clinic:measurements", "clinic:danger"])
def test_whoever_opens_the_chart_later_reads_what_was_decided(people, care, at, page):
    assert "afgehandeld door" not in shown(people, page, care.patient.pk)
    answer(care, at)
    said = shown(people, page, care.patient.pk, role="cardiologist")
    assert f"afgehandeld door {care.vs.name}, {at:%d-%m-%Y %H:%M}" in said
    assert "Kalium: 6,4 mmol/l" in said and "dienstdoende cardioloog gebeld. dr. Bos" in said
    assert "Eplerenon gestopt." in said and ".." not in said


def test_it_goes_with_a_newer_value_and_when_it_is_undone(people, care, at):
    answer(care, at)
    done = care.patient.danger_answers.get()
    actions.undo_answer(by=care.vs, at=at, answer=done.pk)
    assert "afgehandeld door" not in shown(people, "clinic:chart", care.patient.pk)
    answer(care, at + timedelta(seconds=1))
    assert "afgehandeld door" in shown(people, "clinic:chart", care.patient.pk)
    care.result({"potassium": "4.6"}, at=timezone.localtime())
    assert "afgehandeld door" not in shown(people, "clinic:chart", care.patient.pk)


def test_who_reads_no_record_reads_no_answer(people, care, at):
    answer(care, at)
    page = people.client("patient").get(reverse("clinic:plan", args=[care.patient.pk])).content.decode()
    assert "dr. Bos" not in page
