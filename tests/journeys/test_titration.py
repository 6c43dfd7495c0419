"""A patient's medication from the first consult on, in a real browser: what is proposed, done, discussed, repeated.

Time passes between visits: the service is started again on the same database, some days later (``moved_clock``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.support import people
from tests.support.browser import UNFOLD_WHY

from .steps import Person, Road, day
from .test_danger import confirms_everything, refused

BSNS = people.test_bsns()
RED_FLAGS = ("chest_pain_at_rest", "dyspnoea_at_rest", "hypoperfusion", "syncope", "abrupt_deterioration")
WELL = {
    "f_systolic_bp": "118", "f_diastolic_bp": "70", "f_heart_rate": "72", "f_weight": "80", "f_nyha": "II",
    "f_rhythm": "sinus", "f_congestion": "false", "f_weight_stable": "true", "f_hypotension_symptoms": "false",
    "f_dehydration": "false", "f_acute_illness": "false", "f_beta_blocker_complaints": "none",
    "f_potassium": "4,6", "f_sodium": "140", "f_creatinine": "92", "f_egfr": "70",
}  # fmt: skip
"""What is measured, found and asked at every visit of somebody who does well."""
USED = (
    ("enalapril", "10", "2"), ("dapagliflozin", "10", "1"), ("spironolactone", "50", "1"),
)  # fmt: skip
"""What the hospital began and brought to target."""
CONDITIONS = {
    "f_dialysis": "false", "f_palliative_phase": "false", "f_frailty": "none", "f_diabetes": "false",
    "f_lvef_ever_40_or_less": "true",
}  # fmt: skip


@dataclass
class Care:
    """One patient in care, and the people around them. ``service`` is started again when time passes."""

    visit: Any
    service: Any
    name: str
    bsn: str
    chart: str = ""
    referral: str = ""
    _people: dict[str, Person] = field(default_factory=dict)

    @property
    def today(self) -> Any:
        """The day it is for the service."""
        return (datetime.now(ZoneInfo("Europe/Amsterdam")) + timedelta(days=self.service.days_later)).date()

    def person(self, account: str) -> Person:
        """Somebody at a screen, signed in since the last time the service started."""
        if account not in self._people:
            self._people[account] = Person(self.visit(account))
        return self._people[account]

    @property
    def vs(self) -> Person:
        return self.person("vs")

    def after(self, days: int) -> None:
        """So many days pass. Everybody's session has ended by then."""
        self._people.clear()
        self.service.restart(days_later=days)

    # ---- given ----

    def given_a_patient_from_the_hospital(self) -> None:
        """Referred down after an admission and accepted."""
        road = Road(self.visit, self.today, name=self.name)
        road._people = self._people
        road.when_the_cardiologist_refers_down(
            self.bsn, answer=["RF-03"], family_name=self.name, initials="T.", birth_date="03-05-1951", sex="male",
            practice="Huisartsenpraktijk De Linde", intent="titration",
            reason="Ontslagen na opname voor hartfalen (LVEF 32%). Graag de medicatie instellen.",
            discharged_on=day(self.today - timedelta(days=9)), f_heart_failure_known="true", f_systolic_bp="122",
            f_heart_rate="76", f_oxygen_saturation="96", f_potassium="4,6", f_nyha="II", f_advanced_hf_sign="false",
            f_hf_admission_ever="true", f_last_hf_admission_on=day(self.today - timedelta(days=9)),
            patient_informed="on", **{f"f_{name}": "false" for name in RED_FLAGS},
        )  # fmt: skip
        road.when_the_vs_accepts("RF-03")
        self.vs.opens("/wachtlijst/")
        row = self.vs.page.locator("main tr, main li", has_text=self.name).first
        self.chart = row.locator("a[href*='/dossier/']").first.get_attribute("href")

    # ---- when ----

    def begins_a_consult(self) -> None:
        self.vs.opens(self.chart)
        self.vs.follows("Consult starten")

    def records(self, *, sure: bool = False, **values: str) -> None:
        """Fills in the open form and goes on to the proposals; `sure` says yes to what is asked of unusual values."""
        self.vs.fills(**values)
        self.vs.presses("Vastleggen en voorstellen bekijken")
        if sure:
            refused(self.vs)
            confirms_everything(self.vs)
            self.vs.presses("Vastleggen en voorstellen bekijken")
        self.vs.sees("Het consult is vastgelegd")

    def asks_about_everything_once(self, *, refuses: str = "") -> None:
        """Tolerances and standing conditions, on their own page."""
        vs = self.vs
        vs.opens(f"{self.chart}verdraagt/")
        if refuses:
            vs.fills(
                **{
                    "t-kind": "patient_refuses",
                    "t-about": refuses,
                    "t-reason": "wil niet nog een keer wisselen",
                }
            )
            vs.presses("Onthouden")
        vs.presses("Alle klassen nagevraagd", exact=False)
        vs.fills(**CONDITIONS)
        vs.presses("Vastleggen")
        vs.sees("De omstandigheden zijn vastgelegd")

    def card(self, title: str) -> Any:
        """The card that says this, on the page that is open."""
        found = self.vs.page.locator("article.advice", has_text=title)
        assert found.count() == 1, (
            f"{title!r}: {found.count()} on {self.vs.page.url}: {self.vs.text()[:1500]}"
        )
        self.vs.page.evaluate(UNFOLD_WHY)
        return found

    def accepts(self, title: str, **choose: str) -> str:
        """Takes over a proposal; what the card said."""
        self.vs.opens(f"{self.chart}voorstellen/")
        card = self.card(title)
        said = card.inner_text()
        for name, value in choose.items():
            card.locator(f"select[name={name}]").first.select_option(value)
        self.vs.clicks(card.get_by_role("button", name="Overnemen"))
        self.vs.sees("Het voorstel is overgenomen")
        return str(said)

    # ---- then ----

    def nothing_to_step(self) -> None:
        """No button to take anything over."""
        self.vs.opens(f"{self.chart}voorstellen/")
        assert self.vs.page.get_by_role("button", name="Overnemen").count() == 0, self.vs.text()[:1500]

    def lane(self, drug: str) -> str:
        """What the picture says about a drug, read from the table beneath it."""
        self.vs.opens(self.chart)
        self.vs.page.locator("details.as-table summary").click()
        return str(self.vs.page.locator("details.as-table tr", has_text=drug).all_inner_texts())


@pytest.fixture
def care(visit, service):
    """``care("Naam")`` is a patient of that name, from the hospital, accepted by the nurse specialist."""

    def make(name: str) -> Care:
        made = Care(visit, service, name, next(BSNS))
        made.given_a_patient_from_the_hospital()
        made.after(1)  # two values of one minute that differ would both be set aside
        return made

    return make


def reported() -> dict[str, str]:
    """The drugs that are used already, as rows of the form."""
    return {
        f"med_{number}_{part}": value
        for number, (drug, dose, times) in enumerate(USED)
        for part, value in {
            "kind": "reported", "drug": drug, "dose": dose, "times": times, "reason": "in het ziekenhuis ingesteld",
        }.items()
    }  # fmt: skip


def test_from_the_first_consult_to_target_in_four_visits(care):
    patient = care("Ladder")
    patient.begins_a_consult()
    patient.records(
        **WELL, f_lvef="32", **reported(), conclusion="HFrEF na opname.", plan="Medicatie opbouwen."
    )
    patient.asks_about_everything_once(refuses="arni:")
    said = patient.accepts("Bisoprolol starten: 1,25 mg 1 dd")
    assert "ESC21" in said and "regel" in said and "Daarna controleren" in said
    patient.nothing_to_step()  # a second step waits for the interval

    for step in ("1,25 → 2,5", "2,5 → 5", "5 → 10"):
        patient.after(15)
        patient.begins_a_consult()
        patient.records(**WELL)
        patient.accepts(f"Bisoprolol verhogen: {step} mg 1 dd")

    patient.vs.opens(patient.chart)
    patient.vs.sees("10 mg 1 dd", "100% van doel")
    patient.vs.opens(f"{patient.chart}medicatie/")
    patient.vs.sees("Neem bisoprolol 10 mg, 1 keer per dag.")
    patient.nothing_to_step()
    patient.vs.opens(f"{patient.chart}voorstellen/")
    patient.vs.sees("Bètablokker: starten", "Bètablokker: verhogen", "overgenomen")


def test_a_high_potassium_stops_the_mra_is_discussed_and_the_mra_comes_back(care):
    patient = care("Kalium")
    patient.begins_a_consult()
    patient.records(**WELL, f_lvef="32", **reported(), conclusion="HFrEF na opname.")
    patient.asks_about_everything_once(refuses="arni:")

    patient.after(15)
    patient.begins_a_consult()
    patient.records(sure=True, **{**WELL, "f_potassium": "6,2"})
    card = patient.card("Spironolacton stoppen").inner_text()
    assert "Kalium: 6,2 mmol/l" in card and "komt op de agenda van de bespreking" in card
    patient.accepts("Spironolacton stoppen", stop_reason="hyperkalaemia")
    patient.vs.opens(f"{patient.chart}medicatie/")
    patient.vs.sees("Stop met spironolacton.")

    cardiologist = patient.person("cardioloog")
    cardiologist.opens("/bespreking/")
    cardiologist.sees(patient.name)
    decision = "Kalium over een week; onder 5,0 opnieuw beginnen op de startdosis."
    cases = cardiologist.page.locator("main li, main tr", has_text=patient.name).locator("a[href*='/casus/']")
    while cases.count():
        cardiologist.clicks(cases.first)
        cardiologist.fills(decision=decision)
        cardiologist.presses("Besluit vastleggen")
        cardiologist.opens("/bespreking/")
    patient.vs.opens(f"{patient.chart}?maanden=3")
    patient.vs.sees("Bespreking")

    patient.after(30)
    patient.begins_a_consult()
    patient.records(**{**WELL, "f_potassium": "4,5"})
    assert patient.vs.page.locator("article.advice", has_text="Spironolacton starten").count() == 0, (
        "what was stopped for potassium comes back only when that was agreed"
    )
    patient.vs.opens(f"{patient.chart}verdraagt/")
    patient.vs.fills(**{"t-kind": "restart_agreed", "t-about": "mra:", "t-reason": decision})
    patient.vs.presses("Onthouden")
    said = patient.accepts("Spironolacton starten")
    assert "Kalium: 4,5 mmol/l" in said
    patient.vs.opens(f"{patient.chart}medicatie/")
    patient.vs.sees("Neem spironolacton")


def test_one_chart_for_two_pathways(care):
    patient = care("Dubbel")
    patient.begins_a_consult()
    patient.vs.sees_not("mEHRA-klasse")
    patient.records(
        **{**WELL, "f_rhythm": "af", "f_heart_rate": "118"}, f_lvef="32", f_heart_failure_known="true"
    )
    patient.asks_about_everything_once()

    patient.begins_a_consult()
    form = patient.vs.page
    assert form.locator("[name=f_heart_rate]").count() == 1, "a fact of both pathways is asked once"
    no = dict.fromkeys(
        ("hypertension", "stroke_or_tia", "vascular_disease", "mechanical_valve", "mitral_stenosis",
         "hcm_or_amyloidosis", "asthma", "major_bleeding", "liver_disease", "kidney_transplant", "labile_inr",
         "antiplatelet", "nsaid", "diabetes", "dialysis", "beta_blocker", "diltiazem_or_verapamil", "af_within_48_hours", "af_after_cardioversion", "pre_excitation",
         "doac_strong_inhibitor", "doac_inducer"), "false",
    )  # fmt: skip
    patient.records(
        **WELL | {"f_rhythm": "af", "f_heart_rate": "118"}, **{f"f_{name}": value for name, value in no.items()},
        f_mehra="2b", f_rate_control_stable_months="0", f_alcohol_units_per_week="0", f_frailty="none", f_anticoagulant_drug="none",
    )  # fmt: skip
    patient.vs.sees("Voorstellen", "Atriumfibrilleren", "CHA₂DS₂-VA", "HAS-BLED", "Klaring")
    start = patient.card("Antistolling: aanbevolen")
    assert "De patiënt gebruikt nu geen antistolling." in start.inner_text()
    assert "AC-05" in start.inner_text()
    patient.card(
        "Bètablokker starten of verhogen"
    )  # rate control looks at the pulse, the class card at everything
    start.get_by_label("Starten met").select_option(label="apixaban 5 mg 2 dd")
    patient.vs.clicks(start.get_by_role("button", name="Akkoord, zo doen"))
    patient.vs.sees("Het voorstel is overgenomen", "Score 2 of hoger")
    patient.vs.opens(f"{patient.chart}medicatie/")
    patient.vs.sees("Neem apixaban 5 mg, 2 keer per dag.")

    patient.after(1)  # another pulse in the same minute would set both aside
    patient.begins_a_consult()
    patient.records(
        **WELL | {"f_rhythm": "af", "f_heart_rate": "104"},
        med_0_kind="change", med_0_drug="apixaban", med_0_dose="2,5", med_0_times="2", med_0_reason="blauwe plekken",
    )  # fmt: skip
    wrong = patient.card("Apixaban: 5 mg 2 dd (gewone dosis)")
    assert "Op de medicatielijst staat 2,5 mg 2 dd." in wrong.inner_text()
    wrong.locator("summary", has_text="Niet doen").click()
    wrong.locator("input[name=reason]").fill("recente bloeding, in overleg met de cardioloog")
    patient.vs.clicks(wrong.get_by_role("button", name="Niet doen"))
    patient.vs.sees("Vastgelegd dat u het voorstel niet volgt", "recente bloeding")
    patient.vs.opens(patient.chart)
    patient.vs.sees("apixaban", "Kan deze patiënt terug?", "Atriumfibrilleren: Bespreken met de cardioloog")


FOCUSED_TEXT = "document.activeElement.matches('a, button') ? document.activeElement.innerText : ''"


class Keys:
    """Only a keyboard: what it takes is counted."""

    def __init__(self, page: Any) -> None:
        self.page, self.pressed = page, 0

    def press(self, key: str, times: int = 1) -> None:
        for _ in range(times):
            self.page.keyboard.press(key)
            self.pressed += 1

    def types(self, text: str) -> None:
        self.page.keyboard.type(text)
        self.pressed += len(text)

    def focused(self, attribute: str = "name") -> str:
        return str(self.page.evaluate(f"document.activeElement.getAttribute('{attribute}') || ''"))

    def to(self, name: str, *, most: int = 40) -> None:
        """Tab until the field of this name has the focus."""
        for _ in range(most):
            if self.focused() == name:
                return
            self.press("Tab")
        raise AssertionError(f"{name} was not reached in {most} tabs; the focus is on {self.focused()}")

    def to_text(self, text: str, *, most: int = 60) -> None:
        """Tab until the link or button with this text has the focus."""
        for _ in range(most):
            if text in str(self.page.evaluate(FOCUSED_TEXT)):
                return
            self.press("Tab")
        raise AssertionError(f"{text!r} was not reached in {most} tabs")

    def goes(self, key: str = "Enter") -> None:
        """A key that leads to another page."""
        with self.page.expect_navigation():
            self.press(key)
        self.page.wait_for_load_state()


MEASURING_KEYS = 60
"""Somebody who finds one key a second has the measurements in within a minute."""


def test_a_whole_consult_by_keyboard(care):
    patient = care("Toets")
    patient.begins_a_consult()
    patient.records(**WELL, f_lvef="32", **reported())
    patient.asks_about_everything_once(refuses="arni:")
    patient.after(15)

    patient.vs.opens(patient.chart)
    keys = Keys(patient.vs.page)
    keys.to_text("Consult starten")
    keys.goes()
    assert keys.focused() == "f_systolic_bp", "the first measurement has the focus"
    keys.pressed = 0
    for value in ("118", "70", "68", "79,5"):
        keys.types(value)
        keys.press("Tab")
    keys.to("f_nyha")
    assert keys.pressed <= MEASURING_KEYS, keys.pressed
    keys.types("II")  # a list is chosen from by typing
    for name, value in WELL.items():
        if name in ("f_systolic_bp", "f_diastolic_bp", "f_heart_rate", "f_weight", "f_nyha"):
            continue
        keys.to(name)
        control = patient.vs.page.locator(f"main [name={name}]").first
        if control.get_attribute("type") == "radio":
            values = [
                one.get_attribute("value") for one in patient.vs.page.locator(f"main [name={name}]").all()
            ]
            now = patient.vs.page.evaluate(
                "() => [...document.getElementsByName(document.activeElement.name)].indexOf(document.activeElement)"
            )
            wanted = values.index(value)
            keys.press("Space")
            keys.press("ArrowDown" if wanted > now else "ArrowUp", abs(wanted - now))
        elif control.evaluate("one => one.tagName") == "SELECT":
            label = control.locator(f"option[value='{value}']").inner_text()
            keys.types(label[:6])
        else:
            keys.types(value)
    keys.to_text("Vastleggen en voorstellen bekijken", most=120)
    keys.goes()
    patient.vs.looks()
    patient.vs.sees("Het consult is vastgelegd", "Bisoprolol starten: 1,25 mg 1 dd")
    keys.to_text("Overnemen", most=80)
    keys.goes()
    patient.vs.sees("Het voorstel is overgenomen")
    patient.vs.opens(patient.chart)
    patient.vs.sees("118/70", "79,5", "bisoprolol", "1,25 mg 1 dd")
