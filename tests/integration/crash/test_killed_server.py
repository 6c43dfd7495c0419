"""Killing the server in the middle of writes, fifty times: what was acknowledged is there, and nothing is half done."""

from __future__ import annotations

import json
import os
import random
import threading
import time
from urllib.parse import urlsplit, urlunsplit

import httpx
import psycopg
import pytest

from tests.integration.referrals.conftest import ORDINARY, form_data
from tests.support.people import submission
from tests.support.server import ForkedServer, Server, run_python

KILLS = 50
WRITERS = 4


@pytest.fixture
def database_of_its_own(tmp_path):
    """A fresh database on the engine under test: a SQLite file, or a database on the same PostgreSQL server."""
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        yield f"sqlite:///{tmp_path}/crash.sqlite3"
        return
    name = f"anderhalf_crash_{os.getpid()}"
    parts = urlsplit(url)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    yield urlunsplit(parts._replace(path=f"/{name}"))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def write_until_it_dies(
    server: Server, session: str, patients: list[str], acknowledged: list[str], tried: list[str]
):
    """Send referrals one after the other; a marker is acknowledged when the service answered with its address."""
    with httpx.Client(
        base_url=server.url, cookies={"sessionid": session, "csrftoken": "c" * 32}, timeout=10
    ) as client:
        while True:
            try:
                patient = patients.pop()
            except IndexError:
                return
            marker = f"Verwijzing {submission()}"
            data = form_data(ORDINARY, patient=patient, submission=submission(), reason=marker)
            data["csrfmiddlewaretoken"] = "c" * 32
            tried.append(marker)
            try:
                answer = client.post("/verwijzen/versturen/", data=data)
            except httpx.HTTPError:
                return
            if answer.status_code == 302 and "/verwijzingen/" in answer.headers["location"]:
                acknowledged.append(marker)
            elif answer.status_code != 302:
                raise AssertionError(f"{answer.status_code}: {answer.text[:500]}")


def wait_for_an_answer(acknowledged: list[str], *, patience: float = 15) -> None:
    """Until the freshly started server has answered once, so that the kill falls in the middle of busy writing."""
    before, deadline = len(acknowledged), time.monotonic() + patience
    while len(acknowledged) == before and time.monotonic() < deadline:
        time.sleep(0.01)


@pytest.mark.slow
def test_every_acknowledged_referral_survives_and_none_is_half_done(tmp_path, database_of_its_own):
    server = ForkedServer(tmp_path / "var", database_url=database_of_its_own)
    stage = json.loads(
        run_python(
            "from tests.support.crash import set_the_stage; set_the_stage()", environment=server.environment
        )
    )
    patients: list[str] = stage["patients"]
    acknowledged: list[str] = []
    tried: list[str] = []
    chance = random.Random(7)
    for _ in range(KILLS):
        server.start()
        writers = [
            threading.Thread(
                target=write_until_it_dies,
                args=(server, stage["session"], patients, acknowledged, tried),
                daemon=True,
            )
            for _ in range(WRITERS)
        ]
        for writer in writers:
            writer.start()
        wait_for_an_answer(acknowledged)
        time.sleep(chance.uniform(0, 0.3))
        server.kill()
        for writer in writers:
            writer.join(timeout=15)
    server.stop()
    survived = json.loads(
        run_python(
            "from tests.support.crash import look_what_survived; look_what_survived()",
            environment=server.environment,
        )
    )
    print(
        f"{KILLS} kills, {len(tried)} tried, {len(acknowledged)} acknowledged, {survived['count']} stored, "
        f"{survived['lines']} lines in the log"
    )
    assert len(acknowledged) >= KILLS, "the server must have been killed while it was really writing"
    referrals = survived["referrals"]
    assert [marker for marker in acknowledged if marker not in referrals] == []
    assert survived["count"] == len(referrals), "a referral stands twice"
    assert set(referrals) <= set(tried)
    for marker, parts in referrals.items():
        assert parts["status"] == "sent", marker
        assert parts["changes"][-1] == "sent", marker
        assert parts["observations"] == len(ORDINARY), marker
        assert parts["decisions"] == ["exclusion", "referral", "to_do"], marker
        assert parts["relations"] == 1, marker
        assert parts["logged"], marker
    assert survived["whole"], survived["why"]
