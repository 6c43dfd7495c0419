"""What people do at their screens, as given, when and then; each step looks whether the page is accessible."""

from __future__ import annotations

import io
import re
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pypdf import PdfReader

from tests.support.browser import LAPTOP, PATIENCE, PHONE, UNFOLD_WHY, NeverCame, Visitor

LOOKED_AT: set[tuple[str, ...]] = set()
PATIENTS_SEEN, RETURNED = "Patiënten gezien", "Terug naar de 1e lijn"


def day(when: date) -> str:
    """As it is typed and shown: 14-03-2025."""
    return f"{when:%d-%m-%Y}"


def saved(person: Person) -> None:
    """Wait until the draft of a form is kept on the server: a save that is cut off by going on is told as an error."""
    person.page.wait_for_timeout(1000)
    person.page.wait_for_function("() => !document.querySelector('.htmx-request')")


@dataclass
class Person:
    """Somebody at a screen."""

    visitor: Visitor

    @property
    def page(self) -> Any:
        return self.visitor.page

    def looks(self) -> None:
        """Whether the page is accessible. One that comes by again with the same parts was looked at already."""
        headings = {one.strip() for one in self.page.locator("main h2").all_inner_texts()}
        parts = (self.page.title(), *sorted(headings))
        if parts not in LOOKED_AT:
            self.visitor.check_accessible()
            LOOKED_AT.add(parts)

    def opens(self, path: str) -> None:
        """Go somewhere, and look whether it is accessible."""
        answer = self.page.goto(path if path.startswith("http") else self.visitor.url + path)
        assert answer.status == 200, (path, answer.status)
        self.looks()

    def follows(self, name: str) -> None:
        """Click a link and look at what comes."""
        self.clicks(self.page.get_by_role("link", name=name).first)

    def presses(self, name: str, *, exact: bool = True) -> None:
        """Press a button and look at what comes."""
        self.clicks(self.page.get_by_role("button", name=name, exact=exact).first)

    def clicks(self, control: Any) -> None:
        """Click a link or button that leads somewhere, and look at what comes."""
        self.visitor.press(control)
        self.looks()

    def types(self, label: str, text: str) -> None:
        """A cell of a decision table; what it means, or what is wrong with it, stands beneath it afterwards."""
        with self.page.expect_response(lambda response: "/cel/" in response.url):
            self.page.get_by_label(label, exact=True).fill(text)
            self.page.keyboard.press("Tab")
        self.visitor.wait_for_answer()

    def fills(self, **values: str) -> None:
        """Fields by name; a list is chosen from by its value, a choice by its radio."""
        for name, value in values.items():
            control = self.page.locator(f"main [name={name}]").first
            for fold in self.page.locator(f"main details:has([name={name}])").all():
                if fold.get_attribute("open") is None:
                    fold.locator("> summary").click()
            if control.get_attribute("type") == "radio":
                self.page.locator(f"main [name={name}][value='{value}']").locator(
                    "xpath=ancestor::label"
                ).click()
            elif control.get_attribute("type") == "checkbox":
                one = control if value == "on" else self.page.locator(f"main [name={name}][value='{value}']")
                one.check()
            elif control.evaluate("one => one.tagName") == "SELECT":
                control.select_option(value)
            else:
                control.fill(value)

    def fills_and_waits(self, **values: str) -> None:
        """Fill in a referral and wait until the answer has followed."""
        with self.page.expect_response(lambda response: "/verwijzen/antwoord/" in response.url):
            self.fills(**values)
        self.page.wait_for_load_state("networkidle")

    def answered(self, *texts: str) -> None:
        """Wait until the answer beside the form says all of this."""
        with suppress(NeverCame):
            self.page.wait_for_function(
                f"texts => {{ ({UNFOLD_WHY})(); return texts.every("
                "text => document.querySelector('#answer').innerText.includes(text)) }",
                arg=list(texts),
                timeout=PATIENCE,
            )
        said = self.text("#answer")
        assert all(text in said for text in texts), f"{texts} is not the answer: {said}"
        self.looks()

    def text(self, selector: str = "main") -> str:
        """What is to be read there."""
        self.page.evaluate(UNFOLD_WHY)
        return self.page.locator(selector).first.inner_text()

    def sees(self, *texts: str) -> None:
        """Every one of these stands on the page, now or when a part that is on its way has come."""
        shown = self.visitor.shown(*texts)
        for text in texts:
            assert text in shown, f"{text!r} is not on {self.page.url}: {shown[:400]}"

    def sees_not(self, *texts: str) -> None:
        """None of these stands on the page, when all of it has come."""
        self.visitor.wait_for_answer()
        shown = self.visitor.shown()
        for text in texts:
            assert text not in shown, f"{text!r} is on {self.page.url}"


@dataclass
class Road:
    """One patient's way through the service. ``visit("vs")`` gives a signed-in visitor."""

    visit: Any
    today: date
    name: str = ""
    chart: str = ""
    referral: str = ""
    number: str = ""
    letter: str = ""
    before: dict[str, int] = field(default_factory=dict)
    _people: dict[str, Person] = field(default_factory=dict)

    def person(self, account: str) -> Person:
        """The same person each time, in a browser of their own."""
        if account not in self._people:
            self._people[account] = Person(self.visit(account))
        return self._people[account]

    # ---- given ----

    def given_the_figures(self) -> None:
        """What the project leader sees before anything happened."""
        self.before = self.figures()

    def figures(self) -> dict[str, int]:
        """Counts of centre Oost since it opened: enough patients to be shown to who may not see small counts."""
        leader = self.person("projectleider")
        leader.opens("/resultaten/?naast=centra")
        heads = leader.page.locator(".results-table thead th").all_inner_texts()
        column = next(n for n, head in enumerate(heads) if "Oost" in head) - 1
        found = {}
        for label in (PATIENTS_SEEN, RETURNED):
            row = leader.page.locator(
                ".results-table tr", has=leader.page.locator("th", has_text=label)
            ).first
            shown = row.locator("td .figure").nth(column).inner_text()
            assert shown.isdigit(), f"{label}: {shown!r} is no count to compare"
            found[label] = int(shown)
        return found

    # ---- when: the first line ----

    def when_the_poh_uploads_a_record(self, record: bytes, *, found: list[str]) -> None:
        """Chooses the file; the form is filled in from it."""
        poh = self.person("poh")
        poh.opens("/verwijzen/")
        poh.follows("Bestand kiezen")
        poh.page.set_input_files(
            "input[name=record]",
            {"name": "dossier.json.gz", "mimeType": "application/gzip", "buffer": record},
        )
        poh.presses("Inlezen")
        poh.sees("In het bestand staat geen BSN", *found)

    def when_the_poh_begins_for_a_new_patient(self, **particulars: str) -> None:
        """Without a file."""
        poh = self.person("poh")
        poh.opens("/verwijzen/?nieuw=1")
        poh.fills(**particulars)

    def when_the_poh_fills_in(self, **values: str) -> None:
        """Answers what is asked; the answer follows by itself."""
        self.person("poh").fills_and_waits(**values)

    def then_the_answer_is(self, *texts: str) -> None:
        """The answer beside the form, with the rule it rests on."""
        self.person("poh").answered(*texts)

    def when_the_poh_sends(self) -> None:
        """Lands on the referral."""
        self._sent_by(self.person("poh"))

    def _sent_by(self, sender: Person) -> None:
        sender.presses("Verwijzing versturen")
        assert re.search(r"/verwijzingen/[0-9a-f-]{36}/$", sender.page.url), sender.text()[:300]
        self.referral = sender.page.url.removeprefix(sender.visitor.url)
        self.number = sender.text("h2").split()[-1]

    def when_the_poh_presses_send_all_the_same(self) -> None:
        """The button says by then that the advice is kept; nothing else is offered."""
        poh = self.person("poh")
        assert poh.page.get_by_role("button", name="Verwijzing versturen").count() == 0
        poh.presses("Spoedadvies vastleggen")

    def then_it_is_an_emergency(self, *texts: str) -> None:
        """Whom to call stands on the page, and that nothing was sent or booked."""
        poh = self.person("poh")
        poh.sees("Spoed: bel nu", "112", "Er wordt niets verstuurd of ingepland.", *texts)
        for size in (PHONE, LAPTOP):
            poh.page.set_viewport_size(size)
            pressed = poh.page.locator('main a[href="tel:112"]:visible')
            assert pressed.count() == 1, f"a number to press, once, at {size['width']} px"

    def then_nothing_was_sent(self) -> None:
        """Neither the practice, nor triage, nor the waiting list has this patient."""
        for account, path in (
            ("poh", "/verwijzingen/"),
            ("poh", "/verwijzingen/?toon=alles"),
            ("vs", "/triage/"),
            ("vs", "/verwijzingen/"),
            ("vs", "/wachtlijst/"),
            ("vs", "/vandaag/"),
        ):
            self.person(account).opens(path)
            self.person(account).sees_not(self.name)

    # ---- when: the second line ----

    def when_the_cardiologist_refers_down(self, bsn: str, *, answer: list[str], **values: str) -> None:
        """Looks the patient up by BSN, registers, fills in, sends to the centre."""
        cardiologist = self.person("cardioloog")
        cardiologist.opens("/terugverwijzen-naar-centrum/")
        cardiologist.fills(bsn=bsn)
        cardiologist.presses("Patiënt zoeken")
        cardiologist.sees("Nog niet bekend in dit netwerk")
        cardiologist.follows("Inschrijven en verwijzen")
        cardiologist.fills_and_waits(**values)
        cardiologist.answered(*answer)
        self._sent_by(cardiologist)

    def then_the_hospital_sees_the_referral(self, *texts: str) -> None:
        """In the list of what came in, with what the VS wrote."""
        cardiologist = self.person("cardioloog")
        cardiologist.opens("/verwijzingen/")
        cardiologist.page.locator("#id_zoek").fill(self.name)
        cardiologist.page.locator("#id_zoek").press("Enter")
        row = cardiologist.page.locator("main tr, main li", has_text=self.name)
        link = row.filter(has_text="Anderhalvelijnscentrum Oost").locator("a[href*='/verwijzingen/']")
        cardiologist.clicks(link.first)
        cardiologist.sees(self.name, "Anderhalvelijnscentrum Oost", *texts)

    # ---- when: the centre ----

    def when_the_vs_accepts(self, *reasons: str) -> None:
        """Finds it in triage, reads why, accepts."""
        vs = self.person("vs")
        vs.opens("/triage/")
        vs.sees(self.number)
        vs.opens(self.referral)
        vs.sees(*reasons)
        vs.presses("Aannemen")
        vs.sees("aangenomen")

    def when_the_vs_books(self) -> None:
        """The first free time."""
        vs = self.person("vs")
        vs.opens("/wachtlijst/")
        row = vs.page.locator("tr, li", has_text=self.name).first
        self.chart = row.locator("a[href*='/dossier/']").first.get_attribute("href")
        vs.clicks(row.get_by_role("link", name="Plannen"))
        vs.clicks(vs.page.locator("button[name=slot]").first)
        vs.opens(self.referral)
        vs.sees("afspraak gemaakt")

    def when_the_vs_records_a_contact(self, **values: str) -> None:
        """Calls before the visit; what is said and measured at home is the first contact."""
        vs = self.person("vs")
        vs.opens(self.chart)
        vs.follows("Consult starten")
        vs.fills(kind="phone", **values)
        vs.presses("Consult vastleggen")
        vs.sees("Het consult is vastgelegd")

    def when_the_vs_asks_the_meeting(self, question: str) -> None:
        """Puts the patient on the agenda."""
        vs = self.person("vs")
        vs.opens(self.chart)
        vs.page.locator("summary", has_text="Meer").last.click()
        vs.follows("Inbrengen in de bespreking")
        vs.fills(question=question)
        vs.presses("Op de agenda zetten")

    def when_the_cardiologist_decides(self, question: str, decision: str) -> None:
        """Opens the case from the agenda and decides."""
        cardiologist = self.person("cardioloog")
        self._decides(question, decision)
        while self._cases_of(self.name).count():  # what the agreement itself put on the agenda
            self._decides(self.name, "Akkoord met het plan.")
        cardiologist.sees_not(self.name)

    def _cases_of(self, text: str) -> Any:
        cardiologist = self.person("cardioloog")
        cardiologist.opens("/bespreking/")
        return cardiologist.page.locator("main a[href*='/casus/']", has_text=text)

    def _decides(self, text: str, decision: str) -> None:
        cardiologist = self.person("cardioloog")
        cardiologist.clicks(self._cases_of(text).first)
        cardiologist.sees(self.name, text)
        case = cardiologist.page.url
        cardiologist.fills(decision=decision)
        cardiologist.presses("Besluit vastleggen")  # leads on to the next case
        cardiologist.opens(case)
        cardiologist.sees(self.name, decision)

    def when_the_vs_proposes_to_return(self, **headings: str) -> None:
        """Keeps the letter as a draft: the agreement wants a proposed return discussed, and puts it on the agenda."""
        vs = self._vs_closes("Terug naar de huisarts", "Concept bewaren", **headings)
        vs.sees("De patiënt staat op de agenda van de bespreking.")

    def when_the_vs_returns_the_patient(self) -> None:
        """Opens the draft again, now that it was discussed, and signs."""
        vs = self._vs_closes("Terug naar de huisarts", "Ondertekenen en afsluiten")
        self._signed(vs)

    def when_the_vs_forwards_the_patient(self, **headings: str) -> None:
        """To the hospital, with a letter that is the referral."""
        vs = self._vs_closes("Naar het ziekenhuis", "Ondertekenen en verwijzen", **headings)
        self._signed(vs)

    def _vs_closes(self, outcome: str, press: str, **headings: str) -> Person:
        vs = self.person("vs")
        vs.opens(self.chart)
        vs.page.locator("summary", has_text="Meer").last.click()
        vs.follows("Zorg afsluiten")
        vs.follows(outcome)
        vs.fills(**headings)
        vs.presses(press)
        return vs

    def _signed(self, vs: Person) -> None:
        assert "/afsluiten/" not in vs.page.url, vs.text()[:600]
        self.letter = vs.page.url

    def then_nothing_is_planned_any_more(self) -> None:
        """The visit that was booked is free for somebody else."""
        vs = self.person("vs")
        vs.opens("/wachtlijst/")
        vs.sees_not(self.name)
        vs.opens("/in-zorg/")
        vs.sees_not(self.name)

    # ---- then ----

    def then_the_gp_reads_the_letter(self, *texts: str) -> None:
        """In the practice's inbox; opens the PDF and finds in it what was decided."""
        gp = self.person("huisarts")
        gp.opens("/brieven/")
        gp.follows(self.name)
        gp.sees("gelezen")
        link = gp.page.get_by_role("link", name="Openen als PDF").get_attribute("href")
        answer = gp.visitor.context.request.get(gp.visitor.url + link)
        assert answer.headers["content-type"] == "application/pdf"
        printed = " ".join(
            " ".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.body())).pages).split()
        )
        for text in texts:
            assert text in printed, f"{text!r} is not in the letter: {printed[:3000]}"

    def when_the_patient_gives_a_mark(self, mark: int) -> None:
        """By the link that the VS hands out, on a telephone that never signed in; the link works once."""
        vs = self.person("vs")
        vs.page.goto(self.letter)
        vs.follows("Vragenlijst meegeven")
        address = vs.text(".address").strip()
        patient = Person(self.visit("", size={"width": 390, "height": 844}))
        patient.opens(address)
        patient.sees("Hoe was de zorg?")
        patient.sees_not(self.name)
        patient.fills(mark=str(mark))
        patient.presses("Versturen")
        assert patient.page.url.endswith("/bedankt/")
        assert patient.page.goto(address).status == 410
        patient.visitor.problems.clear()  # the browser calls 410 an error
        patient.looks()

    def then_one_more_is_counted(self) -> None:
        """Seen and returned: one more of each, and no other count moved by it."""
        after = self.figures()
        assert after == {label: count + 1 for label, count in self.before.items()}
