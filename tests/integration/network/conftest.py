"""Drafts of an agreement, on the day of the test."""

from __future__ import annotations

import pytest

from anderhalf.apps.network import actions
from tests.support.drafting import PATHWAY


@pytest.fixture
def the_clock(monkeypatch, at):
    monkeypatch.setattr("django.utils.timezone.now", lambda: at)


@pytest.fixture
def draft(people, at):
    return actions.start_draft(
        by=people.viewer("vs"),
        at=at,
        pathway=PATHWAY,
        title="Een wijziging om te proberen",
        because="Voor de test.",
    )


@pytest.fixture
def vs(people):
    return people.client("vs")
