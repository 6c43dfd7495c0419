"""Everything that was ticked stands in what was recorded about it; what does not stand there stays open."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone

from anderhalf.apps.clinic.models import DangerAnswer
from tests.spec.cases.care import Care
from tests.support.people import submission

from .page_care import form_of

pytestmark = pytest.mark.django_db
BOX = re.compile(r'<input type="checkbox" name="basis" value="([^"]+)"')


@pytest.fixture
def at():
    """Pages read the real clock, so here everything happens now."""
    return timezone.localtime()


@pytest.fixture
def care(people, at) -> Care:
    return Care.begin(people, at)


def panel(people, care) -> str:
    page = people.client("vs").get(reverse("clinic:danger", args=[care.patient.pk])).content.decode()
    return page.partition('class="danger-signs"')[2].partition("</ul>")[0]


def said(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def press(people, care, boxes, at) -> DangerAnswer:
    answered = people.client("vs").post(
        reverse("clinic:danger", args=[care.patient.pk]),
        {
            "submission": submission(), "basis": boxes, "steps": ["called_112"], "called": "meldkamer",
            "called_time": f"{at:%H:%M}", "note": "Ambulance onderweg.",
        },
    )  # fmt: skip
    assert answered.status_code == 302, said(answered.content.decode())
    return DangerAnswer.objects.get()


def pulse_at_home_then_others(people, care, at) -> None:
    """A pulse of 38 that was typed and never confirmed, and a minute later a weight and a complaint."""
    care.result({"weight": "75.0"}, at=at - timedelta(days=2))
    care.typed_at_home(heart_rate="38")
    care.typed_at_home(weight="78.5", sure=True)
    care.typed_at_home(acute_illness=True)


def test_what_was_typed_at_home_and_left_stands_in_the_answer_when_it_was_ticked(people, care, at):
    pulse_at_home_then_others(people, care, at)
    shown = panel(people, care)
    assert "38" in said(shown) and len(BOX.findall(shown)) > 1
    done = press(people, care, BOX.findall(shown), at)
    assert "38" in done.seen, done.seen
    assert panel(people, care) == ""


def test_what_was_not_ticked_stays_open(people, care, at):
    pulse_at_home_then_others(people, care, at)
    rows = panel(people, care).split("<li>")[1:]
    pulse = [BOX.findall(row)[0] for row in rows if "38" in said(row)]
    others = [BOX.findall(row)[0] for row in rows if "38" not in said(row)]
    done = press(people, care, others, at)
    assert "38" not in done.seen
    after = panel(people, care)
    assert BOX.findall(after) == pulse


def test_a_worse_value_of_the_same_fact_is_not_closed_by_the_tick_beside_the_milder_one(people, care, at):
    care.typed_at_home(heart_rate="25")
    care.home({"heart_rate": "39"}, at=timezone.localtime())
    rows = panel(people, care).split("<li>")[1:]
    milder = [BOX.findall(row)[0] for row in rows if "39" in said(row)]
    assert len(milder) == 1 and len(rows) == 2, said(" ".join(rows))
    press(people, care, milder, at)
    assert "25" in said(panel(people, care))


def typed(people, care, at, **more):
    care.episode.refresh_from_db()
    return people.client("vs").post(
        reverse("clinic:encounter_new", args=[care.episode.pk]), form_of(care.episode, at, **more)
    )


def test_undone_each_danger_stands_there_once_and_was_seen_when_it_was_seen(people, care, at):
    values = {"f_systolic_bp": "76", "f_heart_rate": "38", "f_potassium": "6,4"}
    typed(people, care, at, **values)
    sure = {name.replace("f_", "sure_"): text for name, text in values.items()}
    typed(people, care, at, **values, **sure)
    before = panel(people, care)
    press(people, care, BOX.findall(before), at)
    people.client("vs").post(reverse("clinic:danger_undo", args=[DangerAnswer.objects.get().pk]))
    after = panel(people, care)
    assert said(after) == said(before)
    assert len(BOX.findall(after)) == len(BOX.findall(before))


def test_undone_what_was_typed_at_home_is_told_at_home_again(people, care, at):
    pulse_at_home_then_others(people, care, at)
    before = panel(people, care)
    press(people, care, BOX.findall(before), at)
    people.client("vs").post(reverse("clinic:danger_undo", args=[DangerAnswer.objects.get().pk]))
    assert said(panel(people, care)) == said(before)
    home = people.client("patient").get(reverse("clinic:home_measurement", args=[care.patient.pk]))
    assert "38" in said(home.content.decode())
