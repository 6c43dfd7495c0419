"""Journeys: a real browser against the real service on the demonstration."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.support.browser import Visitor, chromium_path, new_visitor
from tests.support.server import ROOT, Server

from .steps import Person


def pytest_addoption(parser: pytest.Parser) -> None:
    """`make screenshots` passes where the pictures go."""
    parser.addoption("--screenshots", default="", help="folder for a picture of every page")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium without a window.

    Per module and no longer: while it lives, its event loop runs in this thread, and Django refuses the database to
    every other test that this worker takes up.
    """
    with sync_playwright() as playwright:
        path = chromium_path()
        try:
            chromium = playwright.chromium.launch(
                executable_path=path, args=["--no-sandbox", "--disable-gpu"]
            )
        except Exception as error:
            pytest.skip(f"NO BROWSER ON THIS MACHINE, so nothing on screen was tested: {str(error)[:200]}")
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def built_demonstration(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration's folder, built once for all workers of this test run.

    ``ANDERHALF_TEST_DEMO`` names one that was built before: a developer's short cut, brought up to date in a copy.
    """
    shared = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        shared = shared.parent
    var = shared / "demonstration"
    with (shared / "demonstration.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (var / "built").exists():
            server = Server(var, demo=True)
            if ready := os.environ.get("ANDERHALF_TEST_DEMO"):
                shutil.copytree(ready, var)
            command = [sys.executable, "-c", "from anderhalf.cli import app; app()", "demo", "--build-only"]
            subprocess.run(
                command, cwd=ROOT, env=server.environment, check=True, capture_output=True, timeout=600
            )
            (var / "built").write_text("yes")
    return var


@pytest.fixture(scope="module")
def service(built_demonstration: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The service on a copy of the demonstration, so that modules don't disturb each other."""
    var = tmp_path_factory.mktemp("service") / "var"
    shutil.copytree(built_demonstration, var)
    server = Server(var, demo=True)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def visit(browser: Browser, service: Server) -> Iterator[Callable[..., Visitor]]:
    """``visit("vs")`` is that person, signed in; afterwards no page may have reported an error."""
    visitors: list[Visitor] = []

    def make(username: str = "", **more) -> Visitor:
        visitor = new_visitor(browser, service.url, **more)
        visitors.append(visitor)
        return visitor.sign_in(username) if username else visitor

    yield make
    problems = [problem for visitor in visitors for problem in visitor.problems]
    for visitor in visitors:
        visitor.context.close()
    assert not problems, problems


@pytest.fixture
def today():
    """The day it is for the service."""
    return datetime.now(ZoneInfo("Europe/Amsterdam")).date()


@pytest.fixture
def person(visit):
    """``person("vs")`` is the same one each time, in a browser of their own."""
    known: dict[str, Person] = {}

    def find(account: str) -> Person:
        if account not in known:
            known[account] = Person(visit(account))
        return known[account]

    return find
