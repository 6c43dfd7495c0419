"""The service's own settings, with keys that are only for tests and a database file of its own."""

import os
import tempfile

os.environ.setdefault("ANDERHALF_VAR", tempfile.mkdtemp(prefix="anderhalf-test-"))
os.environ.setdefault("ANDERHALF_SECRET", "only for tests, never for people")
os.environ.setdefault("ANDERHALF_DATA", "only for tests, never for people either")

from anderhalf.web.settings import *  # noqa: F403
from anderhalf.web.settings import DATABASES, VAR

# A real file, not memory: threads and a killed server must meet the same locks as in production.
DATABASES["default"]["TEST"] = (
    {"NAME": str(VAR / "test.sqlite3")} if "sqlite3" in DATABASES["default"]["ENGINE"] else {}
)
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
(VAR / "static").mkdir(parents=True, exist_ok=True)  # whitenoise warns of a folder that is not there
SEARCH_BESIDE = False
