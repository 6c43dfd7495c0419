"""What billing refuses, in words for people."""

from __future__ import annotations


class BillingRefused(Exception):
    """The step cannot be taken; the message says why."""
