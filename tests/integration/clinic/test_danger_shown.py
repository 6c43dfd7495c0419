"""What people see of a danger: first, with a number, named one by one, undoable, and by whoever is concerned."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from anderhalf.apps.clinic import actions, queries
from anderhalf.apps.clinic.errors import DangerRefused
from anderhalf.apps.clinic.models import DangerAnswer
from anderhalf.apps.record.models import Task
from anderhalf.core.decisions.facts import FactValue
from anderhalf.core.decisions.ranges import Range
from anderhalf.presentation.wording import shortened
from anderhalf.web.home_danger import dangers, dangers_elsewhere
from tests.spec.cases.care import Care

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
SATURDAY = datetime(2026, 11, 28, 14, 0, tzinfo=AMSTERDAM)


@pytest.fixture
def at():
    """Pages read the real clock, so here everything happens now."""
    return timezone.localtime()


@pytest.fixture
def care(people, at):
    return Care.begin(people, at)


def page(care, name, role="vs"):
    response = care.people.client(role).get(reverse(name, args=[care.patient.pk]))
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split()), response.content.decode()


# ---- a number, and a clock that a weekend doesn't stop ----


@pytest.mark.parametrize("facts", [{"potassium": "5.8"}, {"systolic_bp": 78}, {"chest_pain_at_rest": True}])
@pytest.mark.parametrize("name", ["clinic:danger", "clinic:proposals", "clinic:chart"])
def test_every_block_of_a_danger_has_the_number_of_who_is_on_duty(care, facts, name):
    care.contact(facts)
    words, html = page(care, name)
    assert (
        "Gevaar" in html
        and 'href="tel:099-9990021"' in html
        and "dienstdoende cardioloog 099-9990021" in words
    )
    if not queries.phones_of(care.episode.centre, at=timezone.now()).open_now:
        assert 'href="tel:099-9990090"' in html, "and outside hours that of the out-of-hours post"


def test_within_a_day_is_not_monday_for_who_sees_it_on_saturday(people):
    care = Care.begin(people, SATURDAY)
    care.contact({"potassium": "5.8", "systolic_bp": 78})
    found = care.danger(at=SATURDAY).signs
    assert any(one.sign.action == "call_cardiologist" or one.sign.days for one in found)
    for one in found:
        (task,) = [task for task in care.tasks() if task.basis == one.basis]
        if one.sign.days or one.sign.action != "contact_team":
            assert task.due_at <= SATURDAY + timedelta(days=1), task.title
    urgent = queries.danger.urgent_care(care.episode.network_id, at=SATURDAY)
    assert urgent.due_at("call_cardiologist", SATURDAY) == SATURDAY + timedelta(minutes=60)
    assert urgent.due_at("contact_team", SATURDAY, days=1) == SATURDAY + timedelta(days=1)
    assert urgent.due_at("contact_team", SATURDAY) == datetime(2026, 11, 30, 17, 0, tzinfo=AMSTERDAM)


# ---- Today: certain first ----


def doubt(care, **typed):
    """A professional typed it, was asked whether it is right, and walked away."""
    actions.warn_of_unsaved(
        by=care.vs, at=care.at, patient=care.patient.pk, typed={},
        unconfirmed={name: [FactValue(one, care.at.date())] for name, one in typed.items()},
    )  # fmt: skip


def test_what_is_certain_stands_first_on_today_and_no_112_hides_behind_a_number(care):
    doubt(care, systolic_bp=74, heart_rate=170)
    care.contact({"chest_pain_at_rest": True, "potassium": "5.8"})
    (row,) = dangers(care.vs, at=care.at).rows
    first, *more = row.sub.split("\n")
    assert not first.startswith("Als dit klopt") and "ijn op de borst" in first
    assert any("anders" in one or "ander gevaar" in one or "andere gevaren" in one for one in more)
    assert "Wie handelt: " in more[-1]


def test_two_certain_emergencies_are_both_named(care):
    care.contact({"chest_pain_at_rest": True, "syncope": True})
    (row,) = dangers(care.vs, at=care.at).rows
    assert "borst" in row.sub and "Wegraking" in row.sub


def test_a_possible_112_above_a_certain_lesser_one_is_named_too(care):
    care.contact({"potassium": "5.8"})
    doubt(care, oxygen_saturation=80)
    (row,) = dangers(care.vs, at=care.at).rows
    lines = row.sub.split("\n")
    assert "alium" in lines[0] and lines[1].startswith("Als dit klopt"), lines


def test_too_late_is_said(care):
    care.contact({"potassium": "5.8"})
    later = care.at + timedelta(days=4)
    (row,) = dangers(care.vs, at=later).rows
    assert row.badge.startswith("te laat")


def test_a_line_is_never_cut_within_a_word():
    text = "Kalium is te hoog. De nierfunctie is gedaald sinds de vorige keer."
    assert shortened(text, 24) == "Kalium is te hoog. De…" and shortened(text, 200) == text


# ---- named one by one, and undone ----


def answer(care, signs, **more):
    given = {"steps": ["called_112"], "called": "meldkamer", "called_at": care.at, **more}
    return actions.answer_danger(
        by=care.vs, at=care.at, patient=care.patient.pk, bases=[one.basis for one in signs], **given
    )


def test_one_press_ends_only_what_was_ticked(care):
    care.contact({"chest_pain_at_rest": True, "potassium": "5.8"})
    found = care.danger().signs
    chest = [one for one in found if "chest_pain_at_rest" in one.measured]
    answer(care, chest)
    left = care.danger().signs
    assert chest and {one.basis for one in left} == {one.basis for one in found} - {
        one.basis for one in chest
    }
    assert {task.basis for task in care.tasks()} == {one.basis for one in left}


def test_without_a_tick_nothing_ends(care):
    care.contact({"chest_pain_at_rest": True, "potassium": "5.8"})
    with pytest.raises(DangerRefused, match="Kruis aan"):
        answer(care, [])
    client = care.people.client("vs")
    address = reverse("clinic:danger", args=[care.patient.pk])
    shown = client.get(address).content.decode()
    boxes = re.findall(r'<input type="checkbox" name="basis"[^>]*>', shown)
    assert len(boxes) == len(care.danger().signs) > 1 and not any("checked" in one for one in boxes)
    press = {"steps": ["called_112"], "called": "meldkamer", "called_time": "00:00"}
    assert client.post(address, press).status_code == 422 and not DangerAnswer.objects.exists()


def test_one_danger_is_ticked_already(care):
    care.contact({"potassium": "5.8"})
    assert len(care.danger().signs) == 1
    assert re.search(r'name="basis"[^>]*checked', page(care, "clinic:danger")[1])


def test_it_can_be_taken_back_and_stands_struck_through(care):
    care.contact({"chest_pain_at_rest": True, "systolic_bp": 78})
    before = {task.basis: task.due_at for task in care.tasks()}
    done = answer(care, care.danger().signs, steps=["called_112", "repeat_laboratory"])
    assert not care.danger() and not care.tasks()
    client = care.people.client("vs")
    assert "Ongedaan maken" in page(care, "clinic:danger")[0]
    assert client.post(reverse("clinic:danger_undo", args=[done.pk])).status_code == 302
    assert {task.basis: task.due_at for task in care.tasks()} == before, "with the clock that it had"
    assert not Task.objects.filter(kind="repeat_laboratory", status="open").exists()
    words, html = page(care, "clinic:danger")
    assert "<del>" in html and "Ongedaan gemaakt door" in words and "Bel nu 112" in words
    with pytest.raises(DangerRefused):
        actions.undo_answer(by=care.vs, at=care.at, answer=done.pk)


def test_only_who_may_answer_may_take_back(care):
    care.contact({"systolic_bp": 78})
    done = answer(care, care.danger().signs)
    address = reverse("clinic:danger_undo", args=[done.pk])
    assert care.people.client("gp").post(address).status_code == 403
    assert not care.danger(), "it stays dealt with"


def test_dealt_with_is_not_said_as_no_danger(care):
    earlier = care.at - timedelta(hours=2)
    care.contact({"chest_pain_at_rest": True, "systolic_bp": 78}, at=earlier)
    answer(care, care.danger().signs)
    words, _html = page(care, "clinic:danger")
    assert "afgehandeld door" in words and "112 gebeld" in words and "Niet opnieuw gemeten sindsdien" in words
    assert "Er staat geen gevaar open" not in words
    care.contact({"chest_pain_at_rest": False, "systolic_bp": 124}, at=care.at)
    words, _html = page(care, "clinic:danger")
    assert "Er staat geen gevaar open" in words, "measured again, it is"


# ---- by whoever is concerned ----


@pytest.mark.parametrize("role", ["gp", "poh"])
def test_the_practice_reads_it_on_today_and_above_the_plan(care, role):
    care.contact({"potassium": "5.8"})
    block = dangers_elsewhere(care.people.viewer(role), at=care.at)
    (row,) = block.rows
    assert row.title == care.patient.full_name and "alium" in row.sub and care.episode.centre.name in row.sub
    assert row.badge and row.url == reverse("clinic:plan", args=[care.patient.pk])
    words, html = page(care, "clinic:plan", role)
    assert (
        "Er staat een gevaar open bij deze patiënt" in words and "handelt" in words and "uiterlijk" in words
    )
    assert html.index("Er staat een gevaar open") < html.index("Laatste metingen"), "before all the rest"
    answer(care, care.danger().signs)
    assert not dangers_elsewhere(care.people.viewer(role), at=care.at).rows
    assert "Er staat een gevaar open" not in page(care, "clinic:plan", role)[0]


def test_the_supervising_cardiologist_has_it_on_today(care):
    care.contact({"systolic_bp": 82, "heart_rate": 38})
    client = care.people.client("cardiologist")
    words = " ".join(re.sub(r"<[^>]+>", " ", client.get("/").content.decode()).split())
    assert "Gevaar bij uw patiënten" in words and care.patient.full_name in words
    (row,) = dangers_elsewhere(care.people.viewer("cardiologist"), at=care.at).rows
    assert client.get(row.url).status_code == 200, "and what it leads to opens"


def test_another_practice_sees_nothing(care):
    care.contact({"potassium": "5.8"})
    assert not dangers_elsewhere(care.people.viewer("gp", other=True), at=care.at).rows


# ---- one patient with many dangers never hides another ----


@pytest.mark.parametrize("name", ["clinic:today", "clinic:due"])
def test_a_patient_with_many_dangers_is_one_row_and_the_more_urgent_one_stands_first(care, people, at, name):
    care.contact(
        {"potassium": "5.8", "sodium": "126", "glucose": "26", "haemoglobin": "11.8", "heart_rate": "48"}
    )
    other = Care.second(people, at)
    other.contact({"chest_pain_at_rest": True})
    html = people.client("vs").get(reverse(name)).content.decode()
    rows = html.split('<li class="danger-row">')[1:]
    assert len(rows) == 2, "one row per patient"
    assert other.patient.full_name in rows[0] and care.patient.full_name in rows[1]
    assert "en nog 4 andere gevaren" in re.sub(r"\s+", " ", rows[1])
    wanted = ("Kalium", "Natrium", "Glucose", "Hemoglobine", "AL-21")
    assert [word for word in wanted if word not in rows[1]] == [], "none is left out"


def test_the_row_has_the_clock_that_runs_out_first(care, at):
    care.contact({"potassium": "5.8"})
    care.contact({"chest_pain_at_rest": True}, at=at + timedelta(minutes=2))
    later = at + timedelta(minutes=3)
    (row,) = queries.dangers_by_patient(queries.due_list(care.vs, at=later), at=later)
    assert row.due_at == min(task.due_at for task in care.tasks())
    assert row.named[0].rank == row.rank == 0


def test_a_value_of_two_dangers_is_told_once_when_it_was_dealt_with(care, at):
    care.home({"weight": "78"}, at=at - timedelta(days=10))
    care.home({"weight": "79"}, at=at - timedelta(days=5))
    care.home({"weight": "82.4"})
    signs = care.danger().signs
    assert len(signs) > 1
    answer(care, signs, steps=["called_patient"])
    assert DangerAnswer.objects.get().seen.count("82,4") == 1


def test_an_egfr_that_is_older_than_the_creatinine_beside_it_says_so(care, at):
    care.result({"egfr": "62", "creatinine": "98"}, at=at - timedelta(days=15))
    strip = {one.name: one for one in latest(care, at)}
    assert not strip["egfr"].note
    care.result({"creatinine": "180"}, at=at - timedelta(days=1))
    strip = {one.name: one for one in latest(care, at)}
    assert strip["egfr"].note == "ouder dan de laatste creatinine" and not strip["creatinine"].note
    assert "ouder dan de laatste creatinine" in page(care, "clinic:chart")[0]


def latest(care, at):
    pathway = queries.pathway_of(care.episode, on=at.date())
    return queries.latest_values(care.patient.pk, pathway, on=at.date())


def test_the_form_shows_both_results_that_contradict(care):
    care.result({"creatinine": "104", "egfr": Range.of("<", Decimal(15))})
    care.result({"egfr": "14"})
    page = (
        care.people.client("vs").get(reverse("clinic:encounter_new", args=[care.episode.pk])).content.decode()
    )
    found = page.index('name="f_egfr"')
    note = page[found : page.index("f_nt_probnp", found)]
    assert re.search(r"vorige: (14 of &lt;\s15|&lt;\s15 of 14), spreken elkaar tegen", note)


def test_the_form_of_a_contact_takes_no_focus_while_a_danger_stands_above_it(care):
    address = reverse("clinic:encounter_new", args=[care.episode.pk])
    assert " autofocus" in care.people.client("vs").get(address).content.decode()
    care.contact({"potassium": "6.4"})
    page = care.people.client("vs").get(address).content.decode()
    assert 'id="gevaar"' in page and " autofocus" not in page


def test_who_has_no_known_general_practitioner_is_shown_with_the_practice(care):
    care.patient.gp = None
    care.patient.save(update_fields=["gp"])
    assert f"Huisarts {care.patient.practice.name}" in page(care, "clinic:chart")[0]
