"""A real record for the journey: one of the Synthea records of outside, moved in time."""

from __future__ import annotations

import gzip
import json
import re
from datetime import date
from pathlib import Path

PERSON = "Tommy_Friesen"
"""The one of the 24 who is alive at the end of the record."""
DAY = re.compile(rb'(?<=")(\d{4})-(\d\d)-(\d\d)(?=["T])')


def recent_record(folder: Path, *, until: date) -> bytes:
    """The record with every date moved by the same number of days, so that its last measurement is of ``until``.

    The values, their order, the time between them and the age at each of them stay what they were; nothing is added.
    The file as it came ends in 2020, and old values count as missing (which ``tests/conformance`` shows).
    """
    (path,) = folder.glob(f"{PERSON}_*.json.gz")
    text = gzip.decompress(path.read_bytes())
    resources = [entry["resource"] for entry in json.loads(text)["entry"]]
    last = max(one["effectiveDateTime"][:10] for one in resources if one["resourceType"] == "Observation")
    later = until - date.fromisoformat(last)

    def moved(found: re.Match[bytes]) -> bytes:
        return (date(*map(int, found.groups())) + later).isoformat().encode()

    return gzip.compress(DAY.sub(moved, text))
