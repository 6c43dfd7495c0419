"""A page looks for the danger of its patient once."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from anderhalf.apps.clinic.queries import danger as eye

from .test_register import Care


@pytest.fixture
def at():
    """Pages read the real clock, so here everything happens now."""
    return timezone.localtime()


@pytest.fixture
def care(clinic, at):
    return Care(clinic, at).well()


@pytest.mark.parametrize(
    "name", ["danger", "encounters", "measurements", "medication", "documents", "plan", "diagnosis"]
)
def test_the_eye_looks_once(care, people, monkeypatch, name):
    looked, look = [], eye.look
    monkeypatch.setattr(eye, "look", lambda *given, **more: looked.append(1) or look(*given, **more))
    page = people.client("vs").get(reverse(f"clinic:{name}", args=[care.patient]))
    assert page.status_code == 200 and len(looked) == 1
