"""Q06: a contact in the clinic with values for which a referral would be refused."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from anderhalf.apps.clinic import queries
from tests.spec.cases.care import Care
from tests.support.people import submission

VALUES = {
    "systolic_bp": "84", "heart_rate": "38", "oxygen_saturation": "83", "potassium": "6,8", "sodium": "119",
    "congestion": "true",
}  # fmt: skip


@pytest.fixture
def at():
    """Pages read the real clock, so here everything happens now."""
    return timezone.localtime()


@pytest.fixture
def care(people, at) -> Care:
    return Care.begin(people, at)


@pytest.mark.case("Q06")
def test_a_contact_with_red_flags_calls_now(care, people, at, answer):
    client = people.client("vs")
    address = reverse("clinic:encounter_new", args=[care.episode.pk])
    form = {
        "submission": submission(), "version": care.episode.version, "happened_on": at.date().isoformat(),
        "kind": "visit", "next_contact_on": (at.date() + timedelta(days=13)).isoformat(),
        **{f"f_{name}": value for name, value in VALUES.items()},
    }  # fmt: skip
    asked = client.post(address, form)
    page = asked.content.decode()
    assert asked.status_code == 422
    assert "Als dit klopt" in page.partition("data-error-summary")[0] and 'href="tel:112"' in page
    sure = {f"sure_{name}": value for name, value in VALUES.items()}
    saved = client.post(address, form | sure, follow=True)
    page = saved.content.decode()
    assert saved.status_code == 200 and "Wat hebt u gedaan?" in page and "Bel nu 112 of de SEH" in page
    assert "tel:099-9990021" in page, "the cardiologist on duty"
    assert [task.rank for task in care.tasks()] == [0, 1, 1, 1, 1]
    for name in ("proposals", "chart"):
        page = client.get(reverse(f"clinic:{name}", args=[care.patient.pk])).content.decode()
        assert "Nu geen stap en niets te bespreken" not in page and 'id="gevaar"' in page
    care.episode.refresh_from_db()
    assert care.episode.next_contact_on <= at.date() + timedelta(days=4), "never the routine term"
    found = queries.next_contact(people.viewer("vs"), care.episode, at=timezone.now())
    assert found.on <= at.date() + timedelta(days=4)
    assert [item.kind for item in queries.due_list(people.viewer("vs"), at=timezone.now())][:5] == [
        "danger"
    ] * 5
    answer("bel nu 112 en de cardioloog; vijf taken met een klok bovenaan Opvolgen")


PRESSURES = [{"systolic_bp": "224", "diastolic_bp": "118"}, {"systolic_bp": "150", "diastolic_bp": "125"}]
QUESTION = "De bloeddruk is zeer hoog. Vraag naar klachten, en vul ja of nee in."


def pressed(people, care, at, facts: dict[str, str]):
    """The contact form pressed, everything unusual confirmed."""
    return people.client("vs").post(
        reverse("clinic:encounter_new", args=[care.episode.pk]),
        {
            "submission": submission(), "version": care.episode.version, "happened_on": at.date().isoformat(),
            "kind": "visit", "next_contact_on": (at.date() + timedelta(days=3)).isoformat(),
            **{f"f_{name}": value for name, value in facts.items()},
            **{f"sure_{name}": value for name, value in facts.items()},
        },
        follow=True,
    )  # fmt: skip


@pytest.mark.parametrize("pressure", PRESSURES)
def test_a_contact_with_a_very_high_pressure_asks_for_complaints_and_the_answer_decides(
    care, people, at, pressure
):
    page = pressed(people, care, at, pressure)
    assert page.status_code == 422 and QUESTION in page.content.decode()
    page = pressed(people, care, at, {**pressure, "pressure_symptoms": "true"})
    assert page.status_code == 200 and "Bel nu 112" in page.content.decode()
    assert care.actions()[0] == "call_112"


@pytest.mark.parametrize("pressure", PRESSURES)
def test_a_contact_with_a_very_high_pressure_and_no_complaints_is_kept(care, people, at, pressure):
    page = pressed(people, care, at, {**pressure, "pressure_symptoms": "false"})
    assert page.status_code == 200 and care.actions()[0] == "contact_team"


def test_a_contact_with_an_ordinary_pressure_asks_nothing_more(care, people, at):
    page = pressed(people, care, at, {"systolic_bp": "130", "diastolic_bp": "80"})
    assert page.status_code == 200 and QUESTION not in page.content.decode()
