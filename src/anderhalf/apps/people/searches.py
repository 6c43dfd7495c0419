"""What is searched for among people (a name, a BSN, a birth date) never stands in an address.

A search is posted. The words stay in the session, sealed; the address gets a key that says nothing to anybody else.
So paging, the back button and a reload work, and browser history, referrers and logs hold no person.
"""

from __future__ import annotations

import secrets
from base64 import b64decode, b64encode
from urllib.parse import urlencode

from cryptography.exceptions import InvalidTag
from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from .identifiers import decrypt, encrypt

MARK = "searching"
"""The hidden field of a search form: which of its fields holds the words."""
FIELDS = ("q", "zoek")
"""The fields that may hold words; in an address they hold the key."""
KEPT = "searches"
MOST = 40
"""So many searches are remembered in a session, the oldest is forgotten first."""
CONTEXT = "people.searches"


def posted_search(request: HttpRequest) -> str:
    """Where a posted search leads: its own page with the key for the words; empty when this is no search."""
    if request.method != "POST" or request.content_type != "application/x-www-form-urlencoded":
        return ""  # a body with files is not looked at: it may be too large
    field = request.POST.get(MARK, "")
    if field not in FIELDS:
        return ""
    skip = (MARK, "csrfmiddlewaretoken", "page", *FIELDS)
    kept = [(name, one) for name, all_of in request.POST.lists() if name not in skip for one in all_of if one]
    text = " ".join(request.POST.get(field, "").split())[:200]
    if text:
        kept.append((field, _keep(request, text)))
    return f"{request.path}?{urlencode(kept)}" if kept else request.path


def search_text(request: HttpRequest, field: str) -> str:
    """The words of the search that this page shows; empty, and said, when the key is not of this session."""
    key = request.GET.get(field, "")
    if not key:
        return ""
    try:
        return decrypt(b64decode(request.session.get(KEPT, {})[key]), context=CONTEXT).decode()
    except (KeyError, ValueError, InvalidTag):
        messages.warning(request, _("Deze zoekactie is niet meer bekend. Zoek opnieuw met het zoekveld."))
        return ""


def _keep(request: HttpRequest, text: str) -> str:
    """The key of these words in this session; the same words keep their key."""
    searches: dict[str, str] = request.session.get(KEPT, {})
    for key, sealed in searches.items():
        if decrypt(b64decode(sealed), context=CONTEXT).decode() == text:
            return key
    key = secrets.token_urlsafe(9)
    sealed = b64encode(encrypt(text.encode(), context=CONTEXT)).decode()
    newest = [*searches.items(), (key, sealed)][-MOST:]
    request.session[KEPT] = dict(newest)
    return key
