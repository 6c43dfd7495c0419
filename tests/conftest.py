"""Fixtures that every kind of test shares."""

from __future__ import annotations

import gc
import os
from datetime import datetime
from importlib import import_module
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from hypothesis import settings

# A landing must not hang on the luck of a draw: the same cases each run, and new ones by `make test-random`.
settings.register_profile("repeatable", derandomize=True, database=None)
settings.register_profile("random", print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("ANDERHALF_SHARED", ROOT.parent / "shared"))


def pytest_configure():
    """It is today, half past ten, for everything in this process: "an hour ago" is never yesterday.

    The service asks the time in one way only, so one function is moved; ``tests.support.server`` starts services of
    their own, on the real clock. The cache counts in the machine's seconds and so keeps the real clock too.
    """
    import_module("django.core.cache.backends.db")
    real = timezone.now
    local = timezone.localtime(real(), ZoneInfo("Europe/Amsterdam"))
    moved = local.replace(hour=10, minute=30, second=0, microsecond=0) - local
    timezone.now = lambda: real() + moved


def pytest_collection_finish():
    """Fifteen thousand tests and their arguments are no garbage: don't look through them again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real input that nobody of the project wrote; absent at users of the project."""
    data = SHARED / "data"
    if not data.is_dir():
        pytest.skip(f"no outside data at {data}; set ANDERHALF_SHARED to run this test")
    return data


@pytest.fixture
def at() -> datetime:
    """A Wednesday morning in the demonstration network's second year."""
    return AT


AT = datetime(2025, 11, 12, 10, 0, tzinfo=ZoneInfo("Europe/Amsterdam"))
NETWORK = "voorbeeldstreek"


def _publish():
    from anderhalf.apps.network.actions import publish_folder

    publish_folder(key=NETWORK, at=AT, demonstration=True)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The test database with the demonstration network in it: checking and publishing it takes a while, so once."""
    with django_db_blocker.unblock():
        _publish()


@pytest.fixture
def network(db):
    """The demonstration network, checked and published in the test database; again where a test emptied it."""
    from anderhalf.apps.people.models import Network

    if not Network.objects.filter(key=NETWORK).exists():
        _publish()
    return Network.objects.get(key=NETWORK)


@pytest.fixture
def people(network, at):
    """People of the network by role; see tests/support/people.py."""
    from tests.support.people import People

    return People(network, at)


@pytest.fixture
def a_patient(people):
    """A man of 77 of practice De Linde."""
    return people.patient()


def pytest_terminal_summary(terminalreporter):
    """After a run of the cases: what the service says, beside what was decided beforehand and its source."""
    from tests.spec.cases.table import print_table

    said = [
        (text, report.passed)
        for outcome in ("passed", "failed")
        for report in terminalreporter.stats.get(outcome, ())
        for name, text in getattr(report, "user_properties", ())
        if name == "case_says" and report.when == "call"
    ]
    if said:
        print_table(terminalreporter.write_line, said, SHARED / "data")
