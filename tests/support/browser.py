"""A person at a real browser: signs in with password and code as the demonstration shows them, looks, clicks."""

from __future__ import annotations

import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page
from playwright.sync_api import TimeoutError as NeverCame

LAPTOP = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}
PASSWORD = "Voorbeeld-streek-2025"
PATIENCE = 30_000
"""Milliseconds that somebody waits for a text to come."""

WATCH_WHERE_IT_LEADS = """() => {
  const pressed = window.pressed = { leaves: false };
  addEventListener("click", event => {
    const link = event.target.closest?.("a[href]");
    if (!link || event.defaultPrevented || link.target || link.hasAttribute("download")) return;
    const here = link.hash && link.href.split("#")[0] === location.href.split("#")[0];
    if (!here && /^https?:$/.test(link.protocol)) pressed.leaves = true;
  });
  addEventListener("submit", event => {
    const form = event.target;
    if (!event.defaultPrevented && !form.target && form.method !== "dialog") pressed.leaves = true;
  });
}"""
"""Set in the page before something is pressed. The next page doesn't have it, so its absence is that page's arrival."""

ANSWERED = """() => !window.pressed?.leaves && document.readyState === "complete"
  && !document.querySelector(".htmx-request")"""
UNFOLD_WHY = """() => {
    for (const one of document.querySelectorAll("details.why")) one.open = true;
}"""
"""Opens what says by which rule and source, as a reader who asks "why" does."""
STANDS_THERE = (
    f"texts => {{ ({UNFOLD_WHY})();"
    """
  const shown = document.body.innerText.split(/\\s+/).join(" ");
  return texts.every(text => shown.includes(text));
}"""
)


def chromium_path() -> str | None:
    """Debian's Chromium, or whatever else is called so on this machine."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    return None


@dataclass
class Visitor:
    """One person in one browser context, so that six people are six contexts with their own cookies."""

    context: BrowserContext
    page: Page
    url: str
    problems: list[str]

    def sign_in(self, username: str) -> Visitor:
        """Password, then the code that the demonstration shows."""
        page = self.page
        page.goto(f"{self.url}/account/inloggen/")
        page.fill("input[name=login]", username)
        page.fill("input[name=password]", PASSWORD)
        self.press(page.locator("main button[type=submit]").first)
        if "/code/" in page.url:
            self.press(page.locator("main button[type=submit]").first)
        return self

    def press(self, control: Locator) -> None:
        """Click a link or a button and wait until what it leads to is there: the next page, or the part that changes.

        A form's answer that is on its way is waited for, however long the server takes: until the next page came, the
        page still shows what was there before, and would be read as the answer. Raises Playwright's ``TimeoutError``
        when nothing comes.
        """
        self.page.evaluate(WATCH_WHERE_IT_LEADS)
        control.click()
        self.wait_for_answer()

    def wait_for_answer(self) -> None:
        """Until no page and no part of one is on its way."""
        self.page.wait_for_function(ANSWERED)

    def shown(self, *awaited: str) -> str:
        """All text on the page on one line; first it waits (as long as ``PATIENCE``) for every text ``awaited``.

        What never comes is not in the text that is given, which is for the caller to judge.
        """
        with suppress(NeverCame):
            self.page.wait_for_function(STANDS_THERE, arg=list(awaited), timeout=PATIENCE)
        self.page.evaluate(UNFOLD_WHY)
        return " ".join(self.page.locator("body").inner_text().split())

    def go(self, path: str) -> Page:
        """Open a page of the service."""
        self.page.goto(f"{self.url}{path}")
        return self.page

    def speak(self, language: str) -> None:
        """Choose Dutch or English, as the switch in the shell does."""
        self.context.add_cookies([{"name": "anderhalf_language", "value": language, "url": self.url}])

    def check_accessible(self, where: str = "", *, contrast: bool = True) -> None:
        """No axe violation on the page as it stands (WCAG 2.2 A and AA, and best practices off).

        Without ``contrast`` colours are not compared, which is most of the work: for the same page in other words.
        What stays in view while the page moves is looked at in its own place, and not where it lies by accident over
        half a field: what it hides while somebody types is ``covered``.
        """
        self.page.evaluate(IN_ITS_PLACE, "static")
        levels = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
        options = {
            "runOnly": {"type": "tag", "values": levels},
            "resultTypes": ["violations"],
            "rules": {"color-contrast": {"enabled": contrast}},
        }
        results = Axe().run(self.page, options=options)
        self.page.evaluate(IN_ITS_PLACE, "")
        found = [
            f"{v['id']}: {v['help']} ({len(v['nodes'])}×) {v['nodes'][0]['html'][:160]}"
            for v in results.response["violations"]
        ]
        assert not found, f"{where or self.page.url}: " + "; ".join(found)

    def covered(self) -> list[str]:
        """The fields that are (partly) under something that stays in view when the keyboard is in them."""
        return list(self.page.evaluate(COVERED))

    def shot(self, path: Path) -> None:
        """The whole page as a picture."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=str(path), full_page=True)


IN_ITS_PLACE = """position => {
    const own = [...document.querySelectorAll("main *")];
    for (const one of own.filter(one => getComputedStyle(one).position === "sticky" || one.dataset.stays)) {
        one.dataset.stays = position ? "yes" : "";
        one.style.position = position;
    }
}"""
"""Puts what stays in view where it stands in the page, or back."""
COVERED = """() => {
    const stays = [...document.querySelectorAll("main *")].filter(one => getComputedStyle(one).position === "sticky");
    if (!stays.length) return [];
    const fields = document.querySelectorAll("main :is(input, select, textarea):not([type=hidden]):not(:disabled)");
    const hidden = [];
    for (const field of fields) {
        if (!field.getClientRects().length) continue;
        window.scrollTo(0, 0);
        field.focus();
        const box = field.getBoundingClientRect();
        // of a text of many lines the line in which one begins to write
        const low = field.matches("textarea") ? box.top + 40 : box.bottom;
        const over = stays.find(one => {
            if (one.contains(field)) return false;
            const own = one.getBoundingClientRect();
            return own.top < low - 1 && own.bottom > box.top + 1 && own.left < box.right && own.right > box.left;
        });
        if (over) hidden.push(`${field.outerHTML.slice(0, 80)} under ${over.outerHTML.slice(0, 80)}`);
    }
    document.activeElement?.blur();
    window.scrollTo(0, 0);
    return hidden.slice(0, 4);
}"""
"""What lies over a field that has the focus, of everything that stays in view while the page moves."""
LEFT_MEANWHILE = ("htmx:sendAbort", "htmx:afterRequest")
"""What htmx says when a page is left while one of its requests is under way; the request is no longer wanted."""


def is_problem(message: ConsoleMessage) -> bool:
    """Errors that the page reports, except of requests that ended because somebody went on to another page."""
    return message.type == "error" and not message.text.startswith(LEFT_MEANWHILE)


def new_visitor(
    browser: Browser, url: str, *, size: dict[str, int] | None = None, language: str = "nl", theme: str = ""
) -> Visitor:
    """A browser context of its own; console errors and refused scripts are collected as problems."""
    context = browser.new_context(viewport=size or LAPTOP, locale="nl-NL" if language == "nl" else "en-GB")
    context.add_cookies(
        [
            {"name": "anderhalf_language", "value": language, "url": url},
            *([{"name": "anderhalf_theme", "value": theme, "url": url}] if theme else []),
        ]
    )
    page = context.new_page()
    page.set_default_timeout(60_000)  # a machine may be busy; what never comes still fails
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if is_problem(message) else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    return Visitor(context, page, url, problems)
