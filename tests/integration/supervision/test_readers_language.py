"""What the service words and keeps is read in the reader's language: agenda, Today, notes, dates."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from anderhalf.apps.clinic import actions as clinic
from anderhalf.apps.clinic.models import DangerAnswer
from anderhalf.apps.clinic.titration.words import period
from anderhalf.apps.record.models import Task
from anderhalf.apps.supervision import actions
from anderhalf.apps.supervision.models import CaseDiscussion
from anderhalf.apps.supervision.queries import asked_in
from tests.spec.cases.care import Care


@pytest.fixture
def at():
    """Pages read the real clock, so here everything happens now."""
    return timezone.localtime()


@pytest.fixture
def care(people, at) -> Care:
    return Care.begin(people, at)


def today(care, language, role="vs"):
    browser = care.people.client(role)
    browser.cookies["anderhalf_language"] = language
    return browser.get(reverse("home")).content.decode()


def test_a_meeting_line_on_today_is_in_the_readers_language(care, at):
    care.contact({"weight": "80"})
    case = CaseDiscussion.objects.get(rule="new_patient")
    assert case.question == "Nieuwe patiënt na eerste consult"
    assert "Nieuwe patiënt na eerste consult" in today(care, "nl")
    page = today(care, "en")
    assert "Nieuwe patiënt na eerste consult" not in page
    with translation.override("en"):
        assert asked_in(case) in page


def test_own_words_stay_as_they_were_typed(care, at):
    actions.add_case(by=care.vs, at=at, episode=care.episode.pk, question="Wat nu met de plastablet?")
    for language in ("nl", "en"):
        assert "Wat nu met de plastablet?" in today(care, language)


def test_a_case_of_the_protocol_says_why_in_both_languages_and_not_that_it_is_one(care, at):
    care.contact({"potassium": "5.7", "systolic_bp": "124"})
    case = CaseDiscussion(
        rule="titration:MRA-01", question="MRA: kalium te hoog", wording={"en": "MRA: potassium too high"},
        network=care.episode.network, added_at=at,
    )  # fmt: skip
    with translation.override("en"):
        assert asked_in(case) == "MRA: potassium too high"
    with translation.override("nl"):
        assert asked_in(case) == "MRA: kalium te hoog"


def test_dates_in_kept_notes_are_written_as_the_reader_writes_them(care, at):
    care.result({"potassium": "6.8"}, at=at - timedelta(hours=1))
    found = care.danger()
    (task,) = Task.objects.filter(kind="danger")
    day = timezone.localdate(at - timedelta(hours=1))
    english, dutch = f"{day.day} {day:%b} {day.year}", f"{day:%d-%m-%Y}"
    assert dutch in task.note and english in task.wording["en"]["note"]
    clinic.answer_danger(
        by=care.vs, at=at, patient=care.patient.pk, bases=[one.basis for one in found.signs],
        steps=["called_cardiologist", "repeat_laboratory"], called="dr. Bos", called_at=at,
    )  # fmt: skip
    repeat = Task.objects.get(kind="repeat_laboratory")
    assert english[:6] in repeat.wording["en"]["note"] or f"{at.day} " in repeat.wording["en"]["note"]
    assert dutch[:2] in repeat.note and "-" not in repeat.wording["en"]["note"].split("Bos")[1][:14]
    assert set(DangerAnswer.objects.get().signs[0]["values"]) == {"nl", "en"}


@pytest.mark.parametrize(("language", "text"), [("nl", "28-11 – 05-12-2025"), ("en", "28 Nov – 5 Dec 2025")])
def test_a_period_too(language, text):
    with translation.override(language):
        assert period(date(2025, 11, 28), date(2025, 12, 5)) == text


def test_what_was_done_about_a_danger_reads_in_both_languages(care, at):
    care.result({"potassium": "6.8"}, at=at - timedelta(hours=1))
    clinic.answer_danger(
        by=care.vs, at=at, patient=care.patient.pk, bases=[one.basis for one in care.danger().signs],
        steps=["called_cardiologist"], called="dr. Bos", called_at=at,
    )  # fmt: skip
    for language, word in (("nl", "Kalium: 6,8"), ("en", "Potassium: 6.8")):
        browser = care.people.client("vs")
        browser.cookies["anderhalf_language"] = language
        assert word in browser.get(reverse("clinic:danger", args=[care.patient.pk])).content.decode()
