"""What the record refuses, in words for the person who tried."""

from __future__ import annotations


class RecordRefused(Exception):
    """This can't be written down; the message says why, for the person who tried."""
