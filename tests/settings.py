"""The service's own settings, with keys that are only for tests and a database file of its own."""

import os
import tempfile
from pathlib import Path

_var = Path(os.environ.get("ANDERHALF_VAR") or tempfile.mkdtemp(prefix="anderhalf-test-"))
# Processes of one run get the folder from the first; each has its own in it, so that what one leaves there for a
# moment (an extract being searched) is not found by the other.
_worker = os.environ.get("PYTEST_XDIST_WORKER", "")
os.environ["ANDERHALF_VAR"] = str(_var / _worker if _worker and _var.name != _worker else _var)
os.environ.setdefault("ANDERHALF_SECRET", "only for tests, never for people")
os.environ.setdefault("ANDERHALF_DATA", "only for tests, never for people either")

from anderhalf.web.settings import *  # noqa: E402, F403
from anderhalf.web.settings import DATABASES, VAR  # noqa: E402

# A real file, not memory: threads and a killed server must meet the same locks as in production.
DATABASES["default"]["TEST"] = (
    {"NAME": str(VAR / "test.sqlite3")} if "sqlite3" in DATABASES["default"]["ENGINE"] else {}
)
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
(VAR / "static").mkdir(parents=True, exist_ok=True)  # whitenoise warns of a folder that is not there
SEARCH_BESIDE = False
