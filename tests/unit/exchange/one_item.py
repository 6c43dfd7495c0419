"""The reading of one item of a record, for the tests of what is taken over."""

from __future__ import annotations

from anderhalf.exchange.fhir.problems import Reason
from tests.unit.exchange.builders import (
    ATC,
    bundle,
    coded,
    read,
)


def one(content):
    """The reading of a bundle with Anna and this one resource."""
    return read(bundle(content))


def skipped(reading) -> list[tuple[Reason, str]]:
    return [
        (item.reason, item.where.removeprefix("Bundle.entry[1].resource").removeprefix("."))
        for item in reading.skipped
    ]


BISOPROLOL = coded("C07AB07", ATC, "bisoprolol")
