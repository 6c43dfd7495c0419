"""Every day on the start pages is written as the reader writes it: no Dutch date on an English page."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.utils.translation import override

import anderhalf.web
from anderhalf.presentation.language import day_label, moment_label

PAGES = sorted(Path(anderhalf.web.__file__).parent.glob("home*.py"))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_no_date_without_the_readers_language(path):
    for line in path.read_text().splitlines():
        assert not re.search(r"\bformat_date(time)?\(", line) or "language=" in line, line


def test_the_same_day_in_both_languages():

    with override("en"):
        assert day_label(date(2026, 11, 28)) == "28 Nov 2026"
        assert moment_label(datetime(2026, 11, 28, 11, 5, tzinfo=UTC)) == "28 Nov 2026 12:05"
    with override("nl"):
        assert day_label(date(2026, 11, 28)) == "28-11-2026"
