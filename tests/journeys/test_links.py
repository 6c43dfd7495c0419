"""Where a page leads, whoever reads it may go; and no page says what only the machine understands."""

from __future__ import annotations

import re
from collections import Counter
from html import unescape

import pytest

ROLES = (
    "huisarts", "poh", "vs", "pa", "hfv", "cardioloog", "internist", "dietist", "wijk", "enurse", "patient",
    "mantelzorger", "projectleider", "declaraties", "verzekeraar", "beheerder", "privacy",
)  # fmt: skip
"""An account of every role of the demonstration."""
KEY = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d+")
LINK = re.compile(r'href="(/[^"#]*)')
HIDDEN = re.compile(r"<(script|style|svg|textarea|option)\b.*?</\1>", re.DOTALL)
NOT_FOR_PEOPLE = re.compile(
    r"(?<!\.)\.\s?\.(?!\.)"  # two full stops
    r"|\b(?=[0-9a-f]*[a-f])(?=[0-9a-f]*\d)[0-9a-f]{8,}\b"  # a hash, or a part of a key
    r"|\bzorgpad [a-z]+_[a-z]+|\bpathway [a-z]+_[a-z]+"
    r"|\bNone\b|\{\{|%\("
)
AT_MOST = 2
"""So many pages of one kind are opened."""
FINGERPRINT = re.compile(r"\(SHA-256\): ?[0-9a-f]{64}")
"""A letter says by what its file is recognised; that stands there to be compared."""


def shape(address: str) -> str:
    """An address without its keys."""
    path, _mark, query = address.partition("?")
    names = sorted(part.split("=")[0] for part in query.split("&")) if query else []
    return KEY.sub("#", path) + "?" + ",".join(names)


def said(page: str) -> str:
    """What somebody reads of a page, without the rail."""
    main = HIDDEN.sub(" ", page[max(page.find("<main"), 0) :])
    return FINGERPRINT.sub(" ", " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split()))


@pytest.mark.parametrize("account", ROLES)
def test_every_link_may_be_followed_by_whoever_it_is_shown_to(visit, account):
    visitor = visit(account)
    waiting, opened, dead, odd = [("/", "")], Counter(), [], []
    seen: set[str] = set()
    while waiting:
        address, source = waiting.pop(0)
        if address in seen or opened[shape(address)] >= AT_MOST or address.startswith("/static/"):
            continue
        seen.add(address)
        opened[shape(address)] += 1
        answer = visitor.context.request.get(visitor.url + address)
        if answer.status >= 400:
            dead.append(f"{answer.status} {address} (from {source})")
        if "html" not in answer.headers.get("content-type", ""):
            continue
        page = answer.text()
        text = said(page)
        odd += [
            f"{address}: …{text[max(0, m.start() - 40) : m.end() + 20]}…"
            for m in NOT_FOR_PEOPLE.finditer(text)
        ]
        waiting += [(unescape(link), address) for link in LINK.findall(page) if "uitloggen" not in link]
    assert len(seen) > 3, "somebody who signed in sees pages"
    assert not dead and not odd, "\n".join([*dead, *odd])
