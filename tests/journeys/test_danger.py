"""Danger in a real browser: at home on a phone, in a result from outside, and in a consult."""

from __future__ import annotations

import json
import re
from datetime import date

import pytest

from tests.support.browser import PHONE

from .steps import Person

SHOWN_FIRST = """() => {
  const box = document.querySelector('#gevaar, .red-alert'), errors = document.querySelector('[data-error-summary]');
  if (!box) return 'no danger shown';
  if (errors && errors.getBoundingClientRect().top < box.getBoundingClientRect().top) return 'errors stand above it';
  return box.getBoundingClientRect().top < window.innerHeight ? '' : 'below the first screen';
}"""


def sees_danger_first(person: Person, *texts: str) -> None:
    """A red box above every error and on the first screen, that says all of this."""
    refused(person)
    person.page.evaluate("window.scrollTo(0, 0)")
    assert person.page.evaluate(SHOWN_FIRST) == ""
    shown = " ".join(person.text("#gevaar, .red-alert").split())
    for text in texts:
        assert text in shown, shown


def refused(person: Person) -> None:
    """The browser reports a form that came back as an error; here that is what was meant to happen."""
    person.visitor.problems[:] = [one for one in person.visitor.problems if "422" not in one]


def somebody_in_care(person: Person) -> str:
    """The name of the first patient in care; their chart is open."""
    person.opens("/in-zorg/")
    link = person.page.locator("main a[href^='/dossier/']").first
    name = link.inner_text()
    person.opens(link.get_attribute("href"))
    return name


def starts_a_consult(person: Person) -> None:
    person.follows("Consult starten")


def confirms_everything(person: Person) -> None:
    for box in person.page.locator("input[type=checkbox][name^=sure_]").all():
        box.check()


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_patient_who_types_chest_pain_on_a_phone_reads_112_first(visit, language):
    patient = Person(visit("patient", size=PHONE))
    patient.visitor.speak(language)
    patient.visitor.go("/")
    patient.opens(patient.page.locator("a[href$='/thuismeting/']").first.get_attribute("href"))
    patient.fills(f_weight="tachtig", f_chest_pain_at_rest="true")
    patient.presses("Meting bewaren" if language == "nl" else "Save measurement", exact=False)
    sees_danger_first(patient, "Bel nu 112" if language == "nl" else "Call 112 now")
    call = patient.page.locator("#gevaar a.call").first
    assert call.get_attribute("href") == "tel:112" and call.bounding_box()["height"] >= 44
    patient.fills(f_weight="")
    patient.presses("Meting bewaren" if language == "nl" else "Save measurement", exact=False)
    sees_danger_first(patient, "112")
    patient.sees_not("De meting is bewaard.")


def test_a_systolic_of_76_in_a_consult_asks_to_call_before_it_is_confirmed(person):
    vs = person("vs")
    somebody_in_care(vs)
    starts_a_consult(vs)
    vs.fills(f_systolic_bp="76", f_heart_rate="60")
    vs.presses("Consult vastleggen")
    sees_danger_first(vs, "Als dit klopt: bel nu de dienstdoende cardioloog", "099-9990021")
    confirms_everything(vs)
    vs.presses("Consult vastleggen")
    sees_danger_first(vs, "Bel nu de dienstdoende cardioloog", "Wat hebt u gedaan?")
    vs.sees("Er is gevaar")


def test_a_potassium_of_6_4_saved_in_a_consult_stays_on_top_until_somebody_wrote_what_was_done(person):
    vs = person("vs")
    name = somebody_in_care(vs)
    starts_a_consult(vs)
    vs.fills(f_potassium="6,4")
    vs.presses("Consult vastleggen")
    confirms_everything(vs)
    if vs.page.locator("[data-error-summary]").count():
        vs.presses("Consult vastleggen")
    sees_danger_first(vs, "Kalium: 6,4", "Bel nu de dienstdoende cardioloog")
    vs.opens("/opvolgen/")
    first = vs.page.locator("main li.danger-row").first
    assert name in vs.text("main") and "gevaar" in first.inner_text()
    vs.opens("/")
    vs.sees("Gevaar: nu doen")
    vs.clicks(vs.page.locator("#blok-danger a", has_text=name).first)
    for box in vs.page.locator("input[type=checkbox][name=basis]").all():  # each danger that was dealt with
        box.check()
    vs.presses("Vastleggen wat ik deed")
    vs.sees("Kies wat u hebt gedaan.")
    refused(vs)
    vs.page.get_by_label("dienstdoende cardioloog gebeld").check()
    vs.page.get_by_label("laboratorium herhalen binnen 24 uur").check()
    vs.page.get_by_label("Met wie gesproken").fill("dr. De Vries")
    vs.page.get_by_label("Hoe laat").fill("00:01")
    vs.presses("Vastleggen wat ik deed")
    vs.sees("Vastgelegd wat u hebt gedaan.", "dr. De Vries")
    vs.opens("/opvolgen/")
    vs.sees("Laboratorium herhaald?")


def test_a_potassium_of_6_8_in_an_imported_record_is_said_first(person, today):
    poh = person("poh")
    poh.opens("/verwijzen/dossier-inlezen/")
    poh.page.set_input_files(
        "input[type=file]",
        files=[{"name": "dossier.json", "mimeType": "application/json", "buffer": record_with("6.8", today)}],
    )
    poh.clicks(poh.page.locator("main form button").last)
    poh.page.wait_for_function("() => document.querySelector('.red-alert')")
    shown = " ".join(poh.text(".red-alert").split())
    assert re.search(r"Kalium boven 6,0", shown) and "099-9990021" in shown, shown


def record_with(potassium: str, today: date) -> bytes:
    """A small FHIR record of an invented person with one result."""
    return json.dumps(
        {
            "resourceType": "Bundle",
            "type": "collection",
            "entry": [
                {
                    "fullUrl": "urn:uuid:1",
                    "resource": {
                        "resourceType": "Patient", "id": "1", "birthDate": "1950-02-03", "gender": "male",
                        "name": [{"family": "Proefpersoon", "given": ["Test"]}],
                    },
                },
                {
                    "fullUrl": "urn:uuid:2",
                    "resource": {
                        "resourceType": "Observation", "id": "2", "status": "final",
                        "subject": {"reference": "urn:uuid:1"}, "effectiveDateTime": today.isoformat(),
                        "code": {"coding": [{"system": "http://loinc.org", "code": "2823-3"}]},
                        "valueQuantity": {
                            "value": float(potassium), "unit": "mmol/l", "code": "mmol/L",
                            "system": "http://unitsofmeasure.org",
                        },
                    },
                },
            ],
        }
    ).encode()  # fmt: skip
