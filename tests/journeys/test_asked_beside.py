"""What stands outside the form's own box is heard of at once: the questions about a text, and the call."""

from __future__ import annotations

import re

import pytest

from .steps import Person

SEND = "Verwijzing versturen"


def opens_a_referral(person: Person) -> None:
    person.opens("/verwijzen/?nieuw=1")


def gone(person: Person, selector: str) -> bool:
    person.page.wait_for_function(f"() => !document.querySelector('{selector}')", timeout=10_000)
    return person.page.locator(selector).count() == 0


@pytest.mark.parametrize("answer", ["no", "yes"])
def test_the_red_box_follows_the_answer_about_a_text_without_another_field(person, answer):
    poh = person("poh")
    opens_a_referral(poh)
    poh.page.fill("[name=reason]", "Vorige maand flauwgevallen. Graag uw beoordeling.")
    poh.page.wait_for_selector("#answer .red-alert h2:has-text('Klopt dit?')")
    poh.page.keyboard.press("Tab")  # what was typed is done with: only the answer can move the box now
    poh.page.wait_for_timeout(1_500)
    poh.visitor.wait_for_answer()
    poh.page.locator(f"#written input[value={answer}]").check()
    if answer == "no":
        assert gone(poh, "#danger .red-alert") and gone(poh, "#answer .red-alert")
    else:
        poh.page.wait_for_function(
            "() => !document.querySelector('#answer .red-alert h2').innerText.includes('Klopt dit?')",
            timeout=10_000,
        )
    assert poh.page.locator(f"#written input[value={answer}]").is_checked()


def test_the_button_becomes_send_once_the_call_is_written_and_no_letter_is_lost(person):
    poh = person("poh")
    opens_a_referral(poh)
    poh.page.fill("[name=f_potassium]", "6,8")
    poh.page.keyboard.press("Tab")
    first = poh.page.get_by_role("link", name="Bel eerst, of kijk de waarde na")
    first.wait_for()
    assert poh.page.get_by_role("button", name=SEND).count() == 0
    first.click()
    assert poh.page.evaluate("document.activeElement.name") == "called_with"
    poh.page.keyboard.type("dr. A. Jansen, cardioloog", delay=40)
    poh.page.keyboard.press("Tab")
    poh.page.keyboard.type("Morgen terugbellen, vandaag prikken.", delay=60)
    poh.page.get_by_role("button", name=SEND).wait_for(timeout=10_000)
    assert poh.page.input_value("[name=called_with]") == "dr. A. Jansen, cardioloog"
    assert poh.page.input_value("[name=called_agreed]") == "Morgen terugbellen, vandaag prikken."


SMALL_LAPTOP = {"width": 1280, "height": 720}
TO_PRESS = """() => [...document.querySelectorAll('main a[href="tel:112"]')].some(one => {
  const place = one.getBoundingClientRect();
  return one.offsetParent && place.top >= 0 && place.bottom <= window.innerHeight;
})"""


@pytest.mark.parametrize("account", ["poh", "hfv", "vs"])
def test_a_message_with_an_emergency_shows_112_without_scrolling_on_a_small_laptop(visit, account):
    writer = Person(visit(account, size=SMALL_LAPTOP))
    writer.opens("/verwijzingen/?toon=alles")
    addresses = [
        one.get_attribute("href") for one in writer.page.locator("main a[href^='/verwijzingen/']").all()
    ]
    own = [one for one in addresses if re.fullmatch(r"/verwijzingen/[0-9a-f-]{36}/", one)]
    for address in own:  # one about whom no danger is known yet
        writer.opens(address)
        if not writer.page.locator("main .red-alert").count() and writer.page.locator("#id_message").count():
            break
    writer.page.fill("#id_message", f"Nu pijn op de borst en flauwgevallen. Wat nu? ({account})")
    writer.presses("Bericht plaatsen")
    writer.page.wait_for_selector("#thread input[value=yes]")
    writer.page.wait_for_function(TO_PRESS, timeout=5_000)
    for one in writer.page.locator("#thread input[value=yes]").all():
        one.check()
    writer.presses("Bericht plaatsen")
    writer.page.wait_for_function("() => !document.querySelector('#thread input[value=yes]')")
    writer.page.wait_for_function(TO_PRESS, timeout=5_000)
    assert writer.page.locator("main").count() == 1, "no page within a page"
    writer.visitor.problems[:] = [one for one in writer.visitor.problems if "422" not in one]
