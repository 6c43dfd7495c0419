"""Searching as a browser does it: posted, and then to the page that the answer leads to."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

FORM = "application/x-www-form-urlencoded"


def search(client: Any, address: str, field: str, text: str, *, follow: bool = True, **more: Any) -> Any:
    """The page with what was found, or with ``follow=False`` the answer to the search itself."""
    body = urlencode({"searching": field, field: text, **more})
    return client.post(address, body, content_type=FORM, follow=follow)
