"""On a phone every field can be brought into view with nothing over it, and at most one action stays in view."""

from __future__ import annotations

import pytest

from tests.support.browser import PHONE
from tests.support.stage import find_stage

from .page_list import PAGES

LONG_FORMS = (
    "clinic-encounter-new", "letters-edit", "letters-close-episode", "letters-close-episode-control",
    "referrals-new-form", "referrals-new-unknown", "people-patient-new", "people-patient-details", "clinic-plan",
)  # fmt: skip
COVERED = """async () => {
    const found = [];
    const fields = document.querySelectorAll("main input, main select, main textarea, main button, main summary");
    for (const one of fields) {
        if (one.type === "hidden" || one.disabled || !one.checkVisibility()) continue;
        if (one.closest(".visually-hidden") || one.matches(".visually-hidden")) continue;
        const seen = one.matches("[type=radio], [type=checkbox]") ? one.closest("label") || one : one;
        for (const block of ["nearest", "center"]) {
            window.scrollTo(0, block === "nearest" ? 0 : document.body.scrollHeight);
            seen.scrollIntoView({ block, behavior: "instant" });
            const box = seen.getBoundingClientRect();
            const low = Math.min(box.bottom, innerHeight) - 2, high = Math.max(box.top, 0) + 2;
            const x = box.left + Math.min(box.width / 2, 40);
            for (const y of box.height > 300 ? [(low + high) / 2] : [high, (low + high) / 2, low]) {
                const there = document.elementFromPoint(x, y);
                if (!there || (there !== seen && !seen.contains(there) && !there.contains(seen)))
                    found.push(`${one.name || one.id || one.innerText} ${block} at ${Math.round(y)} under `
                        + `${there ? there.outerHTML.slice(0, 80) : "nothing"}`);
            }
        }
    }
    return found;
}"""
STUCK = """() => {
    window.scrollTo(0, document.body.scrollHeight / 3);
    const stuck = [...document.querySelectorAll("main *")].filter(one => {
        const how = getComputedStyle(one);
        return ["sticky", "fixed"].includes(how.position) && how.bottom !== "auto" && one.getClientRects().length;
    });
    const buttons = stuck.flatMap(one => one.matches("button, a") ? [one] : [...one.querySelectorAll("button, a")]);
    const height = stuck.reduce((sum, one) => sum + one.getBoundingClientRect().height, 0);
    return [buttons.length, height];
}"""


@pytest.fixture(scope="module")
def stage(service) -> dict[str, str]:
    return find_stage(service)


@pytest.mark.parametrize("name", LONG_FORMS)
def test_every_field_of_a_form_comes_into_view_with_nothing_over_it(visit, stage, name):
    shown = next(page for page in PAGES if page.title == name)
    visitor = visit(shown.account, size=PHONE)
    page = visitor.page
    page.goto(visitor.url + shown.path(stage))
    assert page.viewport_size == PHONE
    covered = page.evaluate(COVERED)
    assert not covered, "\n".join(covered[:8])
    buttons, height = page.evaluate(STUCK)
    assert buttons <= 1 and height <= 0.1 * PHONE["height"]


NUMBER_IN_VIEW = """() => [...document.querySelectorAll("main a[href^='tel:']")].some(one => {
    const box = one.getBoundingClientRect();
    return box.width && box.top >= 0 && box.bottom <= innerHeight;
})"""
UNDER = """() => {
    const one = document.activeElement;
    if (!one || !one.closest("main") || one.matches("a[href^='tel:']")) return "";
    const seen = one.matches("[type=radio], [type=checkbox]") ? one.closest("label") || one : one;
    const box = seen.getBoundingClientRect();
    const top = document.elementFromPoint(box.left + Math.min(box.width / 2, 40), Math.max(box.top, 0) + 2);
    const free = top && (top === seen || seen.contains(top) || top.contains(seen));
    return free ? "" : `${one.name || one.innerText} under ${top ? top.outerHTML.slice(0, 80) : "nothing"}`;
}"""


def test_the_form_of_a_contact_does_not_jump_past_an_open_danger(visit):
    visitor = visit("vs", size=PHONE)
    page = visitor.page
    page.goto(visitor.url + "/")
    danger = page.locator("main a[href*='/gevaar/']").first.get_attribute("href")
    page.goto(visitor.url + danger.split("gevaar/")[0])
    form = page.locator("a[href*='/consult/nieuw/']").first.get_attribute("href")
    page.goto(visitor.url + form)
    assert page.evaluate("scrollY") == 0 and page.evaluate(NUMBER_IN_VIEW)


def test_going_back_through_a_referral_with_a_danger_no_field_lies_under_it(visit):
    shown = next(page for page in PAGES if page.title == "referrals-new-unknown")
    visitor = visit(shown.account, size=PHONE)
    page = visitor.page
    page.goto(visitor.url + shown.path({}))
    page.locator("[name=f_potassium]").fill("6,8")
    page.locator("[name=f_potassium]").blur()
    page.locator("#danger a[href='tel:112'], #danger a[href^='tel:']").first.wait_for(state="attached")
    assert page.evaluate(NUMBER_IN_VIEW), "wherever one is in the form"
    page.locator("main button[type=submit]").last.focus()
    covered = []
    for _step in range(90):
        page.keyboard.press("Shift+Tab")
        covered.append(page.evaluate(UNDER))
        assert page.evaluate(NUMBER_IN_VIEW)
    assert not any(covered), "\n".join(one for one in covered if one)
