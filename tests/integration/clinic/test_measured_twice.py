"""Who measures twice on one day: the later entry counts, what was confirmed is certain, and nothing vanishes."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from anderhalf.apps.clinic.queries.words import value_lines
from anderhalf.apps.record.models import Observation
from tests.spec.cases.care import Care


@pytest.fixture
def at():
    """Pages read the real clock, so here everything happens now."""
    return timezone.localtime()


@pytest.fixture
def care(people, at) -> Care:
    return Care.begin(people, at)


def words_of(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def panel_of(response) -> str:
    page = response.content.decode()
    assert 'id="gevaar"' in page, "the page says nothing of a danger"
    return " ".join(re.sub(r"<[^>]+>", " ", page.partition('id="gevaar"')[2].split("</section>")[0]).split())


def test_who_gets_worse_within_a_minute_is_believed(care):
    care.typed_at_home(systolic_bp="104", diastolic_bp="60", heart_rate="70", chest_pain_at_rest=False)
    worse = {"systolic_bp": "78", "diastolic_bp": "50", "heart_rate": "120", "chest_pain_at_rest": True}
    said = panel_of(care.typed_at_home(**worse, sure=True))
    assert said.startswith('tabindex="-1"> Bel nu 112'), said
    assert "Klopt dit" not in said and "104" not in said and "Nee" not in said
    team = words_of(care.people.client("vs").get(reverse("clinic:danger", args=[care.patient.pk])))
    assert "nog niet bevestigd" not in team and "Als dit klopt" not in team and "104" not in team
    assert all(one.sign.certain for one in care.danger().signs)
    mine = words_of(care.people.client("patient").get(reverse("people:my_record")))
    assert "78/50" in mine
    form = words_of(
        care.people.client("patient").get(reverse("clinic:home_measurement", args=[care.patient.pk]))
    )
    assert "vorige: 120" in form and form.count("104") == 1, "the earlier entry is in the list below, once"


def test_what_improves_leaves_the_task_to_somebody_of_the_centre(care):
    care.typed_at_home(chest_pain_at_rest=True)
    care.typed_at_home(chest_pain_at_rest=False)
    assert [task.rank for task in care.tasks()] == [0]


def test_a_pulse_above_the_pressure_is_asked_and_certain_once_confirmed(care):
    typed = {"systolic_bp": "96", "diastolic_bp": "60", "heart_rate": "118"}
    asked = care.typed_at_home(**typed)
    assert asked.status_code == 422 and not Observation.objects.filter(fact="heart_rate").exists()
    assert 'name="sure_heart_rate"' in asked.content.decode()
    assert "Klopt dit? Bel dan nu 112" in panel_of(asked)
    saved = panel_of(care.typed_at_home(**typed, sure=True))
    assert "Bel nu 112" in saved and "Klopt dit" not in saved
    assert set(Observation.objects.values_list("fact", "confirmed")) >= {("heart_rate", True)}


def test_two_entries_of_an_earlier_day_stay_a_doubt_that_can_be_read(care, at):
    yesterday = (at - timedelta(days=1)).date().isoformat()
    for pulse in ("70", "34"):
        care.typed_at_home(heart_rate=pulse, measured_on=yesterday, sure=True)
    (sign,) = care.danger().signs
    assert not sign.sign.certain
    (line,) = value_lines(sign.values, care.danger().place.pathways, plainly=True)
    assert line.startswith("Hartslag in rust: 70 of 34\xa0/min")
    mine = words_of(care.people.client("patient").get(reverse("people:my_record")))
    assert "70 of 34" in mine, "what was typed does not vanish from the own overview"


def test_two_different_values_of_the_very_same_moment_contradict_each_other(care):
    care.home({"systolic_bp": "78"})
    care.home({"systolic_bp": "124"})
    (sign,) = care.danger().signs
    assert not sign.sign.certain


def test_a_value_stands_once_above_the_page_however_many_rules_look_at_it(care, at):
    care.home({"weight": "78"}, at=at - timedelta(days=10))
    care.home({"weight": "79"}, at=at - timedelta(days=2))
    said = panel_of(care.typed_at_home(weight="82.4"))
    assert said.count("82,4") == 1
