"""A contact in which nothing was typed and nothing chosen is not stored: the page says what is missing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from anderhalf.apps.clinic.models import Encounter
from anderhalf.apps.people.models import Submission

from .page_care import PDF, form_of

MISSING = "Er staat nog niets in dit consult"


@pytest.fixture
def at():
    """Pages read the real clock, so here everything happens now."""
    return timezone.localtime()


@pytest.fixture
def episode(clinic):
    return clinic.episode()


def post(people, episode, at, **typed):
    address = reverse("clinic:encounter_new", args=[episode.pk])
    return people.client("vs").post(address, form_of(episode, at, **typed))


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"then_steps": "1"},
        {"plan": "  "},
        {"complaints": "-", "conclusion": "."},
        {"next_contact_on": "ahead", "next_contact_kind": "phone"},
        {"kind": "phone"},
    ],
    ids=["nothing", "then steps", "blank", "signs only", "next contact only", "kind only"],
)
def test_an_empty_contact_says_what_is_missing_and_stores_nothing(people, episode, at, typed):
    if "next_contact_on" in typed:  # filled in by the form itself: nobody said anything
        typed = typed | {"next_contact_on": (at.date() + timedelta(days=14)).isoformat()}
    asked = post(people, episode, at, **typed)
    assert asked.status_code == 422
    assert MISSING in asked.content.decode()
    assert not Encounter.objects.exists()
    assert not Submission.objects.filter(result__isnull=False).exclude(result="").exists()
    episode.refresh_from_db()
    assert episode.first_seen_at is None


@pytest.mark.parametrize(
    "typed",
    [
        {"conclusion": "Gaat goed."},
        {"f_weight": "81,4"},
        {"f_syncope": "false"},
        {"taught_weight": "on"},
        {
            "med_0_kind": "reported",
            "med_0_drug": "bisoprolol",
            "med_0_dose": "2,5",
            "med_0_times": "1",
        },
        {"ecg_file": "file"},
    ],
    ids=["a note", "a measurement", "a no", "education", "medication", "a file"],
)
def test_one_thing_is_enough(people, episode, at, typed):
    if "ecg_file" in typed:
        typed = {"ecg_file": SimpleUploadedFile("ecg.pdf", PDF, "application/pdf")}
    stored = post(people, episode, at, **typed)
    assert stored.status_code == 302, stored.content.decode()[:2000]
    assert Encounter.objects.count() == 1


def test_an_error_elsewhere_is_not_called_empty(people, episode, at):
    asked = post(people, episode, at, f_potassium="48")
    assert asked.status_code == 422 and MISSING not in asked.content.decode()
