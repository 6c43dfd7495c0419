"""What the tests of case finding share: an extract that was uploaded and searched."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from anderhalf.apps.casefinding.models import FoundPerson, Search
from tests.support.extract import extract, zipped

UPLOAD = "/opsporen/uittreksel/"


@pytest.fixture
def upload():
    """``upload(client, files)``: a dict of files in one zip, or (name, bytes) pairs as loose files."""

    def send(client, files, **data):
        if isinstance(files, dict):
            files = [("uittreksel.zip", zipped(files))]
        return client.post(
            UPLOAD, {"extract": [SimpleUploadedFile(name, raw) for name, raw in files], **data}, follow=True
        )

    return send


@pytest.fixture
def search(people, upload):
    """``search(named=True)``: the practice nurse of De Linde has an extract searched; gives the finished search."""

    def run(role="poh", **how):
        response = upload(people.client(role), extract(timezone.localdate(), **how))
        assert response.status_code == 200, response.content.decode()[:2000]
        found = Search.objects.latest("started_at")
        assert found.state == "done", found.refusal
        return found

    return run


@pytest.fixture
def person():
    """``person("101")`` as it is in the database now."""

    def find(number: str) -> FoundPerson:
        return next(one for one in FoundPerson.objects.select_related("search") if one.number == number)

    return find


@pytest.fixture
def press():
    """``press(client, person, "uitnodigen", …)``: a button on the page of a person, as that page stood."""

    def send(client, someone, step, *, version=None, **data):
        version = someone.version if version is None else version
        address = f"/opsporen/persoon/{someone.pk}/{step}/"
        return client.post(address, {"version": version, **data}, follow=True)

    return send


def text(response) -> str:
    """The page without tags."""
    import re

    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())
