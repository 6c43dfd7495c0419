"""Where classes wait for data, no page says that nothing has to be done or discussed: it says which waits for what."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from anderhalf.apps.clinic import queries
from anderhalf.apps.record.models import Observation

from .test_register import Care

NOTHING = "Nu geen stap en niets te bespreken"


@pytest.fixture
def at():
    """Pages read the real clock, so here everything happens now."""
    return timezone.localtime()


@pytest.fixture
def care(clinic, at):
    return Care(clinic, at).well()


def pages(care) -> dict[str, str]:
    client = care.clinic.people.client("vs")
    found = {
        name: client.get(reverse(f"clinic:{name}", args=[care.patient])).content.decode()
        for name in ("proposals", "chart")
    }
    found["consult"] = client.get(reverse("clinic:encounter_new", args=[care.episode.pk])).content.decode()
    return {name: " ".join(strip_tags(page).split()) for name, page in found.items()}


def test_classes_that_wait_are_named_with_what_they_wait_for(care, at):
    Observation.objects.filter(fact__in=["potassium", "egfr", "creatinine"]).delete()
    found = queries.proposals(care.vs, care.episode, at=at)
    assert found.without_data and not found.quiet
    for name, page in pages(care).items():
        assert NOTHING not in page, name
        for card in found.without_data:
            assert card.class_title in page, (name, card.class_title)
        assert ("Kalium" in page and "wacht" in page) or name == "consult", name


def test_with_only_waiting_classes_the_first_words_are_that_they_wait(care, at):
    Observation.objects.all().update(at=at - timedelta(days=800))
    found = queries.proposals(care.vs, care.episode, at=at)
    assert not found.asked_for and len(found.without_data) >= 2
    page = pages(care)["proposals"]
    assert NOTHING not in page and "Nog niet te zeggen. Dit wacht op gegevens:" in page
    for classes, facts in found.waiting:
        assert f"{classes} wacht op: {facts}" in page


def test_classes_that_wait_for_the_same_are_said_together(care, at):
    Observation.objects.all().update(at=at - timedelta(days=800))
    found = queries.proposals(care.vs, care.episode, at=at)
    facts = [facts for _classes, facts in found.waiting]
    assert len(facts) == len(set(facts))
    told = " ".join(classes for classes, _facts in found.waiting)
    assert all(card.class_title in told for card in found.without_data)


def test_quiet_is_said_only_when_all_is_known(care, at):
    for card in queries.proposals(care.vs, care.episode, at=at).cards:
        assert not card.waits
    found = queries.proposals(care.vs, care.episode, at=at)
    assert found.quiet is (not found.asked_for)
