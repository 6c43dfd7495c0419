"""Periods of care by real actions."""

import pytest

from tests.support.care import Care


@pytest.fixture
def care(people, at) -> Care:
    return Care(people, at)
