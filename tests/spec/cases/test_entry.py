"""Cases of entry and units (U): what is typed or sent is what is meant, by the form and by FHIR alike."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from anderhalf.apps.record.models import Observation
from anderhalf.apps.referrals.models import Referral
from anderhalf.core.decisions.facts import FactValue
from anderhalf.core.decisions.ranges import Range
from anderhalf.exchange.fhir.reading import read_record
from tests.integration.referrals.conftest import ORDINARY, form_data
from tests.support.people import submission

SUSPECTED = {
    **ORDINARY, "ecg_result": "normal", "weight": "77", "height": 172, "nyha": "II", "rhythm": "sinus",
    "natriuretic_lowering_drug": False,
}  # fmt: skip
KNOWN = {
    **{name: value for name, value in ORDINARY.items() if name not in ("ecg_result", "nt_probnp")},
    "heart_failure_known": True, "new_ecg_abnormality": False, "advanced_hf_sign": False, "lvef": "38",
    "hf_admissions_12_months": "0", "optimal_therapy_3_months": False, "device_assessed": False,
    "therapy_status": "titrating",
}  # fmt: skip
TITRATION = {"intent": "titration"}
UPLOAD = "/verwijzen/dossier-inlezen/"


def answer_of(people: Any, patient: Any, facts: dict[str, Any], *, status: int = 200, **more: Any) -> str:
    response = people.client("gp").post(
        reverse("referrals:route"), form_data(facts, patient=str(patient.pk), **more)
    )
    assert response.status_code == status
    return str(response.content.decode())


def sent(people: Any, patient: Any, facts: dict[str, Any], **more: Any) -> Any:
    more = {"submission": submission(), "patient": str(patient.pk), **more}
    return people.client("gp").post(reverse("referrals:send"), form_data(facts, **more))


def result(
    code: str, value: Any, unit: str, *, on: str = "2025-11-02T09:00:00+01:00", **more: Any
) -> dict[str, Any]:
    quantity = {
        "value": value,
        "unit": unit,
        **({"comparator": more.pop("comparator")} if "comparator" in more else {}),
    }
    return {
        "resourceType": "Observation", "status": more.pop("status", "final"), "effectiveDateTime": on,
        "subject": {"reference": "Patient/p"}, "valueQuantity": quantity, **more,
        "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
    }  # fmt: skip


def record(*resources: dict[str, Any], born: str = "1948-03-14") -> bytes:
    patient = {"resourceType": "Patient", "id": "p", "gender": "male", "birthDate": born,
               "name": [{"family": "Voorbeeld", "given": ["Karel"]}]}  # fmt: skip
    entries = [
        {"fullUrl": "http://x/Patient/p", "resource": patient},
        *({"resource": one} for one in resources),
    ]
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode()


@pytest.fixture
def dictionary():
    from anderhalf.content import load_pathway, pathway_folder, read_folder

    folder = pathway_folder("heart_failure")
    return load_pathway(read_folder(folder), str(folder)).dictionary


def read(dictionary: Any, *resources: dict[str, Any]) -> Any:
    return read_record(record(*resources), dictionary=dictionary, on=date(2025, 11, 12))


@pytest.mark.case("U01")
def test_a_dutch_thousands_dot_is_refused_with_both_readings(people, a_patient, answer):
    facts = {**SUSPECTED, "nt_probnp": "8,900"}
    page = people.client("gp").post(
        reverse("referrals:send"),
        {**form_data(SUSPECTED, submission=submission(), patient=str(a_patient.pk)), "f_nt_probnp": "8.900"},
    )
    text = page.content.decode()
    assert page.status_code == 422 and "op twee manieren te lezen. Schrijf 8900 of 8,9." in text
    assert 'value="8.900"' in text, "what was typed stays in its field"
    assert not Referral.objects.exists() and not Observation.objects.exists()
    for typed in ("8.900", "8,900"):
        said = answer_of(people, a_patient, facts | {"nt_probnp": typed})
        assert "RF-27" not in said and "1 waarde is nog niet bruikbaar" in said
    answer("geweigerd: 8900 of 8,9?")


@pytest.mark.case("U02")
@pytest.mark.parametrize("typed", ["12.500", "5.400", "34.999"])
def test_other_thousands_dots_alike(people, a_patient, answer, typed):
    posted = form_data(SUSPECTED, submission=submission(), patient=str(a_patient.pk)) | {"f_nt_probnp": typed}
    page = people.client("gp").post(reverse("referrals:send"), posted)
    thousands = typed.replace(".", "")
    assert page.status_code == 422 and f"Schrijf {thousands} of" in page.content.decode()
    assert not Observation.objects.exists()
    answer("geweigerd, beide lezingen aangeboden")


@pytest.mark.case("U04")
def test_more_decimals_are_kept_and_compared_as_given(people, a_patient, answer, dictionary):
    done = sent(
        people,
        a_patient,
        {**KNOWN, "egfr": "29.5"},
        **TITRATION,
        chosen_line="intermediate",
        because="bekend",
    )
    assert done.status_code == 302
    assert Observation.objects.get(fact="egfr").number == Decimal("29.5")
    page = people.client("vs").get(done.url).content.decode()
    assert "29,5 ml/min/1,73 m²" in page, "never shown as 30"
    for typed, below in (("29,5", 30), ("19,6", 20), ("12,5", 13)):
        value = dictionary.read_text("egfr", typed).value
        assert value == Decimal(typed.replace(",", ".")) and value < below
    answer("29,5 bewaard en vergeleken als 29,5")


@pytest.mark.case("U06")
def test_a_value_with_a_comparator_is_a_range(people, a_patient, answer, dictionary):
    done = sent(people, a_patient, {**KNOWN, "egfr": ">90"}, **TITRATION)
    assert done.status_code == 302, "a known heart failure no longer waits on an eGFR that was given"
    kept = Observation.objects.get(fact="egfr")
    assert (kept.number, kept.comparator, kept.value_as_given) == (90, ">", ">90")
    page = people.client("vs").get(done.url).content.decode()
    assert "&gt;\u00a090 ml/min/1,73 m²" in page
    found = read(dictionary, result("62238-1", 90, "mL/min/{1.73_m2}", comparator=">")).facts["egfr"]
    assert found.value == Range.of(">", Decimal(90)) and found.original_value == "> 90"
    answer("> 90, als ondergrens: beslist wat de hele grens beslist")


@pytest.mark.case("U06")
def test_a_limit_that_does_not_decide_is_asked_for(people, a_patient, answer):
    facts = {**SUSPECTED, "natriuretic_lowering_drug": False}
    said = answer_of(people, a_patient, {**facts, "nt_probnp": "<400"})
    assert "NT-proBNP (niet precies genoeg)" in said
    assert "NT-proBNP (niet" not in answer_of(people, a_patient, {**facts, "nt_probnp": "<50"})
    assert "RF-27" in answer_of(people, a_patient, {**facts, "nt_probnp": "<50"})
    answer("<50 sluit hartfalen uit, <400 is niet precies genoeg")


@pytest.mark.case("U08")
def test_pmol_beside_ng(people, a_patient, answer):
    page = people.client("gp").get(reverse("referrals:new"), {"patient": str(a_patient.pk)}).content.decode()
    assert 'name="u_nt_probnp"' in page and ">pmol/l<" in page
    said = answer_of(people, a_patient, {**SUSPECTED, "nt_probnp": "35"}, u_nt_probnp="pmol/l")
    assert "RF-27" not in said, "35 pmol/l is 297 ng/l"
    assert sent(people, a_patient, {**SUSPECTED, "nt_probnp": "35"}, u_nt_probnp="pmol/l").status_code == 302
    kept = Observation.objects.get(fact="nt_probnp")
    assert (kept.number, kept.value_as_given, kept.unit_as_given) == (Decimal("296.6102"), "35", "pmol/l")
    answer("35 pmol/l = 297 ng/l")


@pytest.mark.case("U10")
@pytest.mark.parametrize("turned", [False, True])
def test_two_results_of_one_moment_conflict(dictionary, people, answer, turned):
    both = [result("2823-3", 4.4, "mmol/L"), result("2823-3", 6.3, "mmol/L")]
    older = result("2823-3", 4.1, "mmol/L", on="2025-10-01")
    reading = read(dictionary, *(reversed(both) if turned else both), older)
    assert "potassium" not in reading.facts
    day = (timezone.localdate() - timedelta(days=3)).isoformat()
    both = [result("2823-3", value, "mmol/L", on=f"{day}T09:00:00Z") for value in (4.4, 6.3)]
    client = people.client("poh")
    raw = record(*(reversed(both) if turned else both))
    landed = client.post(UPLOAD, {"record": SimpleUploadedFile("dossier.json", raw)})
    page = client.get(landed.url).content.decode()
    assert "Twee verschillende uitslagen van hetzelfde moment" in page
    assert "4.4 mmol/L" in page and "6.3 mmol/L" in page and 'name="f_potassium" value=' not in page
    answer("tegenstrijdig: onbekend, en gezegd")


@pytest.mark.case("U10")
@pytest.mark.parametrize("turned", [False, True])
def test_a_corrected_result_goes_before_what_it_corrects(dictionary, answer, turned):
    both = [result("2823-3", 4.8, "mmol/L", status="corrected"), result("2823-3", 7.8, "mmol/L")]
    assert read(dictionary, *(reversed(both) if turned else both)).facts["potassium"].value == Decimal("4.8")
    answer("de correctie telt, in elke volgorde")


@pytest.mark.case("U12")
@pytest.mark.parametrize(
    ("code", "value", "unit", "fact", "expected"),
    [
        ("10535-3", 1.5, "ug/l", "digoxin_level", "1.5"),
        ("10535-3", 1.5, "nmol/l", "digoxin_level", "1.1709"),
        ("30934-4", 120, "ng/l", "bnp", "120"),
        ("30934-4", 20, "pmol/L", "bnp", "69.28"),
        ("42637-9", 120, "pg/ml", "bnp", "120"),
        ("62238-1", 42, "ml/min/1,73 m²", "egfr", "42"),
        ("14682-9", 90, "{micromol/l}", "creatinine", "90"),
        ("14682-9", 90, "\u03bcmol/l", "creatinine", "90"),
        ("8480-6", 120, "mm Hg", "systolic_bp", "120"),
        ("29463-7", 80, "Kg ", "weight", "80"),
    ],
)
def test_everyday_spellings_are_read(dictionary, answer, code, value, unit, fact, expected):
    assert read(dictionary, result(code, value, unit)).facts[fact].value == Decimal(expected)
    answer("alle spellingen van een eenheid zijn één eenheid")


@pytest.mark.case("U12")
@pytest.mark.parametrize(
    ("code", "value", "unit", "said"),
    [
        ("14682-9", 1.0, "mg/dL", "code_against_unit"),
        ("2160-0", 90, "µmol/l", "code_against_unit"),
        ("33763-4", 300, "ng/l", "code_against_unit"),
        ("59260-0", 12.1, "g/dL", "code_against_unit"),
        ("62238-1", 42, "mL/min", "unknown_unit"),
    ],
)
def test_a_unit_that_its_code_contradicts_is_set_aside(dictionary, answer, code, value, unit, said):
    reading = read(dictionary, result(code, value, unit))
    assert [item.reason for item in reading.skipped] == [said] and not set(reading.facts) - {
        "birth_date",
        "sex",
    }
    answer("een code die haar eenheid tegenspreekt telt niet, en dat wordt gezegd")


@pytest.mark.case("U14")
def test_a_discharge_in_the_future_is_refused(people, a_patient, answer):
    page = sent(people, a_patient, {**KNOWN, "last_hf_admission_on": "01-01-2030"})
    assert page.status_code == 422 and "01-01-2030 ligt in de toekomst." in page.content.decode()
    assert not Observation.objects.exists()
    before = sent(people, a_patient, {**KNOWN, "last_hf_admission_on": "01-01-1900"})
    assert before.status_code == 422 and "ligt voor de geboortedatum" in before.content.decode()
    answer("geweigerd")


@pytest.mark.case("Q20")
def test_egfr_follows_from_creatinine_in_the_referral(people, a_patient, answer):
    without = answer_of(people, a_patient, KNOWN, **TITRATION)
    assert "Nog niet te zeggen" in without and "eGFR" in without
    said = answer_of(people, a_patient, {**KNOWN, "creatinine": "70"}, **TITRATION)
    assert "1,5 lijn" in said and "Nog niet te zeggen" not in said
    assert "is berekend" in said and "uit creatinine, leeftijd en geslacht" in said.lower()
    assert sent(people, a_patient, {**KNOWN, "creatinine": "70"}, **TITRATION).status_code == 302
    assert not Observation.objects.filter(fact="egfr").exists(), (
        "what follows is not stored as if it was measured"
    )
    answer("berekend; 1,5 lijn")


def test_a_reported_egfr_of_the_same_blood_stands(dictionary):
    """U and Q20: the laboratory's own value, also a range, is not replaced by one that is worked out."""
    on = date(2025, 11, 12)
    facts = {"creatinine": FactValue(Decimal(70), on), "sex": FactValue("male", on)}
    born = date(1948, 3, 14)
    assert dictionary.derive(facts, on=on, birth_date=born)["egfr"].value > 80
    for reported in (Decimal(42), Range.of(">", Decimal(90))):
        known = dictionary.derive(facts | {"egfr": FactValue(reported, on)}, on=on, birth_date=born)
        assert known["egfr"].value == reported
    older = facts | {"egfr": FactValue(Decimal(42), on - timedelta(days=31))}
    assert dictionary.derive(older, on=on, birth_date=born)["egfr"].value > 80
