"""References in a record, made comparable: http or https, a version, or the case of a uuid make no difference."""

from __future__ import annotations

import re

RELATIVE = re.compile(r"(?P<type>[A-Z][A-Za-z]{1,63})/(?P<id>[A-Za-z0-9.-]{1,64})")
_VERSION = re.compile(r"/_history/[A-Za-z0-9.-]{1,64}\Z")
_ABSOLUTE = re.compile(
    r"https?://(?P<base>[^\s?#]+)/(?P<tail>[A-Z][A-Za-z]{1,63}/[A-Za-z0-9.-]{1,64})\Z", re.I
)


def unversioned(reference: str) -> str:
    """Without `/_history/…`."""
    return _VERSION.sub("", reference)


def normal(reference: str) -> str:
    """The form in which two references to the same thing are equal."""
    plain = unversioned(reference.strip())
    if plain.lower().startswith("urn:"):
        return plain.lower()
    return re.sub(r"\Ahttps?://", "//", plain, flags=re.I)


def base_and_tail(reference: str) -> tuple[str, str] | None:
    """Server and `Type/id` of an absolute address; None for anything else."""
    found = _ABSOLUTE.match(unversioned(reference.strip()))
    return (found["base"].lower(), found["tail"]) if found else None
