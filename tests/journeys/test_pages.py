"""Every page, in both languages, on a laptop and a phone: it is there, sound, accessible, and fits.

``make screenshots`` keeps a picture of each in ``build/screenshots`` and renews ``docs/images/chart.png``.
"""

from __future__ import annotations

import re
from itertools import groupby
from pathlib import Path

import pytest

from scripts.draw_pictures import make_smaller
from tests.support.addresses import addresses
from tests.support.browser import LAPTOP, PHONE, Visitor
from tests.support.server import ROOT
from tests.support.stage import find_stage

from .page_list import NOT_PAGES, PAGES, Shown

README_PICTURE = ROOT / "docs" / "images" / "chart.png"
AT_A_TIME = 12
WALKS = [
    (account, pages[start : start + AT_A_TIME])
    for account, group in groupby(PAGES, key=lambda page: page.account)
    for pages in [list(group)]
    for start in range(0, len(pages), AT_A_TIME)
]
"""One visitor per walk; a long one is cut, so that workers share it."""
LANGUAGES = ("nl", "en")
LOOKED_AT = {("nl", "laptop"): True, ("en", "phone"): False}
"""Where axe looks in an ordinary run, and whether at the contrast of colours, which the language does not change;
``make screenshots`` lets it look at everything at every size in every language."""

CHROME = "button, label, legend, th, dt, summary, nav a, h2, h3, .btn, .badge, .subtitle, .empty, .help"
"""What the service itself says; names and what people wrote is elsewhere, or marked with its own language."""
# Words that are common in one language and are no word, name or part of a name in the other.
OTHER_LANGUAGE = {
    "en": re.compile(
        r"\b(een|voor|niet|naar|wordt|worden|nog|geen|deze|uw|zonder|alle|bij|zijn|opslaan|verwijzing|patiënt|"
        r"patiënten|brief|brieven|meting|metingen|datum|reden|zoeken|volgende|vorige|terug)\b",
        re.IGNORECASE,
    ),
    "nl": re.compile(
        r"\b(the|and|with|your|this|that|not|please|save|referral|patients|search|next|previous|"
        r"back|cancel|submit|from|to)\b",
        re.IGNORECASE,
    ),
}
WIDE = """() => {
    const page = document.scrollingElement;
    if (page.scrollWidth <= page.clientWidth + 1) return "";
    const outside = [...document.querySelectorAll("main *, header *")].filter(one => {
        const box = one.getBoundingClientRect();
        if (!box.width || box.right <= page.clientWidth + 1) return false;
        for (let up = one.parentElement; up; up = up.parentElement)
            if (["auto", "scroll", "hidden", "clip"].includes(getComputedStyle(up).overflowX)) return false;
        return true;
    });
    return `${page.scrollWidth} px wide: ` + outside.slice(0, 3).map(one => one.outerHTML.slice(0, 120)).join(" | ");
}"""
TEXTS = """selector => [...document.querySelectorAll(selector)]
    .filter(one => !one.closest("[lang]:not(html)") && one.getClientRects().length)
    .map(one => one.innerText.trim()).filter(Boolean)"""


@pytest.fixture(scope="module")
def stage(service) -> dict[str, str]:
    """Ids of things to look at."""
    return find_stage(service)


def test_every_address_is_a_page_here_or_said_to_be_none():
    shown = {page.url_name for page in PAGES}
    assert shown | set(NOT_PAGES) == set(addresses())
    assert not shown & set(NOT_PAGES)


def faults_of(
    visitor: Visitor, page: Shown, language: str, size: str, *, everything: bool = True
) -> list[str]:
    """What is wrong with the page as it stands. Unless ``everything``, axe looks once per language, at one size."""
    found = []
    if wide := visitor.page.evaluate(WIDE):
        found.append(f"does not fit: {wide}")
    if (language, size) in LOOKED_AT or everything:
        try:
            visitor.check_accessible(page.title, contrast=everything or LOOKED_AT[language, size])
        except AssertionError as violation:
            found.append(str(violation))
    if size == "phone" and language == "nl":
        found += [f"hidden while it has the focus: {field}" for field in visitor.covered()]
    if size == "laptop":
        foreign = [
            text for text in visitor.page.evaluate(TEXTS, CHROME) if OTHER_LANGUAGE[language].search(text)
        ]
        found += [f"not in the language of the page: {text[:100]!r}" for text in foreign[:4]]
    return found


@pytest.mark.parametrize(
    ("account", "pages"), WALKS, ids=[f"{account or 'nobody'}:{pages[0].title}" for account, pages in WALKS]
)
def test_pages_of(account, pages, visit, service, stage, request):
    folder = request.config.getoption("--screenshots")
    visitor = visit(account)
    faults = []
    for page in pages:
        for language in LANGUAGES:
            visitor.speak(language)
            visitor.page.set_viewport_size(LAPTOP)
            visitor.problems.clear()
            answer = visitor.page.goto(service.url + page.path(stage))
            where = f"{page.title} ({language})"
            if answer is None or answer.status != page.status:
                faults.append(f"{where}: answered {answer and answer.status}")
                continue
            if page.path(stage).split("?")[0] not in visitor.page.url:
                faults.append(f"{where}: led on to {visitor.page.url}")
            for size, measures in (("laptop", LAPTOP), ("phone", PHONE)):
                visitor.page.set_viewport_size(measures)
                faults += [
                    f"{where}, {size}: {fault}"
                    for fault in faults_of(visitor, page, language, size, everything=bool(folder))
                ]
                if folder:
                    visitor.shot(Path(folder) / f"{page.title}-{language}-{size}.png")
            faults += [f"{where}: {problem}" for problem in visitor.problems]
            if folder and page.title == "clinic-chart" and language == "nl":
                visitor.page.set_viewport_size(LAPTOP)
                README_PICTURE.parent.mkdir(parents=True, exist_ok=True)
                visitor.page.screenshot(path=str(README_PICTURE))
                make_smaller(README_PICTURE)
    visitor.problems.clear()  # each stands in the faults already
    assert not faults, "\n".join(faults)
