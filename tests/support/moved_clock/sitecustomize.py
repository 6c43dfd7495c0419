"""For a service that a test starts: it is some days later than it is.

Python imports this by its name when the folder is on ``PYTHONPATH``, which only ``tests.support.server`` does; the
service itself has no way to move its clock.
"""

import os
from datetime import datetime, timedelta

from django.utils import timezone

_real, _later = timezone.now, timedelta(days=int(os.environ["MOVED_CLOCK_DAYS"]))


def _moved() -> datetime:
    return _real() + _later


timezone.now = _moved
