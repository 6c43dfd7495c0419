"""What the room of results refuses, in words for the patient."""

from __future__ import annotations


class ExperienceRefused(Exception):
    """The link is used or expired, or the answer is not one of the agreed ones. The text is for the patient."""


class UnknownLink(ExperienceRefused):
    """No invitation belongs to this link."""
