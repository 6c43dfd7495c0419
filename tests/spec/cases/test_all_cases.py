"""No case is forgotten: every id of the file outside the project stands above a test."""

from __future__ import annotations

import re
from pathlib import Path

from .table import FILE, read_cases

HERE = Path(__file__).parent


def test_every_case_has_a_test(shared_data):
    marked = set()
    for module in HERE.glob("test_*.py"):
        marked |= set(re.findall(r'mark\.case\(\s*"([^"]+)"', module.read_text(encoding="utf-8")))
    cases = read_cases(shared_data)
    assert len(cases) > 80, f"{FILE} was not read as it is written"
    assert not sorted(set(cases) - marked)
