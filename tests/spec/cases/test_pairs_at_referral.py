"""Drugs that do not go together are said at the referral that brings their list, as in a contact."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from tests.spec.cases.care import Care
from tests.spec.cases.test_referral import KNOWN, Desk

pytestmark = pytest.mark.django_db

NAMES = {
    "C09XA02": "aliskiren 150 mg", "C09AA05": "ramipril 5 mg", "C09CA06": "candesartan 8 mg", "J01EA01": "trimethoprim 300 mg",
    "C03DA01": "spironolacton 25 mg", "N05AN01": "lithiumcarbonaat 400 mg", "C03AA03": "hydrochloorthiazide 12,5 mg",
    "M01AE01": "ibuprofen 400 mg", "B01AE07": "dabigatran 150 mg", "J02AB02": "ketoconazol 200 mg", "J04AB02": "rifampicine 600 mg",
    "B01AF02": "apixaban 5 mg", "C07AB07": "bisoprolol 5 mg", "C03CA01": "furosemide 40 mg",
    "B01AF03": "edoxaban 60 mg", "L04AD01": "ciclosporine 100 mg", "J01FA01": "erytromycine 500 mg",
}  # fmt: skip


def record_with(codes, *, at, results=()):
    """A FHIR record of an invented person who uses these drugs, an hour old."""
    when = (at - timedelta(hours=1)).isoformat()
    person = {"resourceType": "Patient", "id": "1", "birthDate": "1950-02-03", "gender": "female",
              "name": [{"family": "Proefpersoon", "given": ["Test"]}]}  # fmt: skip
    drugs = [
        {"resourceType": "MedicationStatement", "id": f"m{code}", "status": "active", "subject": {"reference": "Patient/1"},
         "effectivePeriod": {"start": (at - timedelta(days=60)).date().isoformat()}, "dateAsserted": when,
         "medicationCodeableConcept": {"text": NAMES[code], "coding": [{"system": "http://www.whocc.no/atc", "code": code}]}}
        for code in codes
    ]  # fmt: skip
    measured = [
        {"resourceType": "Observation", "id": f"o{code}", "status": "final", "subject": {"reference": "Patient/1"},
         "effectiveDateTime": when, "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
         "valueQuantity": {"value": value, "unit": unit, "code": unit, "system": "http://unitsofmeasure.org"}}
        for code, value, unit in results
    ]  # fmt: skip
    entries = [
        {"fullUrl": f"urn:x:{one['resourceType']}/{one['id']}", "resource": one}
        for one in (person, *drugs, *measured)
    ]
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode()


def page_after_upload(people, codes, results=()):
    client = people.client("poh")
    file = SimpleUploadedFile("dossier.json", record_with(codes, at=timezone.now(), results=results))
    answer = client.post("/verwijzen/dossier-inlezen/", {"record": file})
    assert answer.status_code == 302, answer.content.decode()[:1000]
    return client, answer.url, client.get(answer.url).content.decode()


def said(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


PAIRS = [
    (("C09XA02", "C09AA05", "C09CA06"), ("INT-06",)),
    (("J01EA01", "C03DA01", "C09AA05"), ("INT-03",)),
    (("N05AN01", "C03AA03", "M01AE01", "C09AA05"), ("INT-05", "INT-01", "INT-62")),
    (("B01AE07", "J02AB02"), ("DINT-01",)),
    (("J04AB02", "B01AF02"), ("DINT-20",)),
]  # fmt: skip


WHAMMY = "ibuprofen 400 mg 3dd, enalapril 10 mg 2dd, spironolacton 25 mg 1dd, furosemide 40 mg 1dd"


def test_a_typed_list_answers_what_is_asked_about_drugs(people):
    """An NSAID beside a RAS inhibitor, an MRA and a diuretic tablet, named and not ticked."""
    values = {**KNOWN, "potassium": "5.5", "egfr": 25, "creatinine": 200}
    page = Desk(people).says(values, intent="titration", treatment_so_far=WHAMMY)
    assert "EX-105" in page and "EX-106" in page and "dezelfde of volgende dag" in page
    without = Desk(people).says(
        values, intent="titration", treatment_so_far=WHAMMY.replace("ibuprofen", "paracetamol")
    )
    assert "EX-105" not in without and "EX-106" not in without


@pytest.mark.parametrize(
    ("beside", "rule", "pair"),
    [
        ("aliskiren 150 mg", "EX-97", "INT-06"),
        ("aliskiren 150 mg\ncandesartan 8 mg", "EX-81", "INT-06"),
        ("lithiumcarbonaat 400 mg", "EX-129", "INT-05"),
        ("spironolacton 25 mg\ntrimethoprim 300 mg", "EX-126", "INT-03"),
    ],
)
def test_a_pair_of_a_typed_list_that_is_a_danger_leaves_only_after_a_call(people, beside, rule, pair):
    listed, desk = f"{ORDINARY_LIST}\n{beside}", Desk(people)
    page = desk.says(KNOWN, intent="titration", treatment_so_far=listed)
    assert rule in page and pair in page
    assert desk.sends(KNOWN, intent="titration", treatment_so_far=listed) is None


def test_a_no_beside_the_list_is_in_doubt(people):
    values = {**KNOWN, "potassium": "5.5", "nsaid": False}
    page = Desk(people).says(values, intent="titration", treatment_so_far=WHAMMY)
    assert "EX-105" in page, page[:2000]


def test_a_drug_that_was_stopped_answers_nothing(people):
    stopped = "ibuprofen gestopt\nenalapril 10 mg\nspironolacton 25 mg\nfurosemide 40 mg"
    values = {**KNOWN, "potassium": "5.5"}
    assert "EX-105" not in Desk(people).says(values, intent="titration", treatment_so_far=stopped)


@pytest.mark.parametrize(("codes", "rules"), PAIRS)
def test_the_pairs_of_a_list_that_was_read_are_said_before_sending(people, codes, rules):
    _client, _url, page = page_after_upload(people, codes)
    for rule in rules:
        assert rule in said(page), said(page)[-3000:]


@pytest.mark.parametrize("codes", [("C09AA05", "C07AB07", "C03CA01"), ("B01AF02", "C07AB07")])
def test_a_list_without_a_pair_says_nothing(people, codes):
    _client, _url, page = page_after_upload(people, codes)
    assert "niet zomaar samengaan" not in said(page)


ORDINARY_LIST = "ramipril 5 mg\nbisoprolol 5 mg\nfurosemide 40 mg"


@pytest.mark.parametrize(
    ("listed", "rule", "contraindicated"),
    [
        ("dabigatran 150 mg 2dd, ketoconazol 200 mg", "DINT-01", True),
        ("rifampicine 600 mg; apixaban 5 mg 2dd", "DINT-20", True),
        (f"{ORDINARY_LIST}\nenalapril 5 mg", "INT-63", False),
        ("losartan 50 mg\ncandesartan 8 mg", "INT-64", False),
        (f"{ORDINARY_LIST}\nbumetanide 1 mg", "INT-65", False),
        ("dapagliflozine 10 mg\nempagliflozine 10 mg", "INT-66", False),
    ],
)
def test_the_pairs_of_a_typed_list_are_said_and_stored(people, listed, rule, contraindicated):
    desk = Desk(people)
    assert rule in desk.says(KNOWN, intent="titration", treatment_so_far=listed)
    found = desk.sends(KNOWN, intent="titration", treatment_so_far=listed)
    assert found is not None
    assert rule in {one["id"] for one in found.routing["pairs"]}
    assert (rule in {one["rule"] for one in found.routing["reasons"]}) is contraindicated
    assert (found.urgency == "within_1_day") is contraindicated, found.urgency
    page = people.client("vs").get(reverse("referrals:referral", args=[found.pk])).content.decode()
    assert rule in page, "the receiver reads it too"


def test_every_pair_of_a_list_is_named(people):
    said_now = Desk(people).says(
        KNOWN, intent="titration",
        treatment_so_far="digoxine 0,125 mg\namiodaron 200 mg\nverapamil 120 mg\nbisoprolol 5 mg",
    )  # fmt: skip
    for rule in ("INT-23", "INT-25", "INT-28", "INT-29"):
        assert rule in said_now


@pytest.mark.parametrize("listed", [ORDINARY_LIST, "ketoconazol gestopt in mei\ndabigatran 150 mg", ""])
def test_no_pair_no_word(people, listed):
    desk = Desk(people)
    assert "niet zomaar samengaan" not in desk.says(KNOWN, intent="titration", treatment_so_far=listed)
    found = desk.sends(KNOWN, intent="titration", treatment_so_far=listed)
    assert found is not None and found.urgency == "routine" and found.routing["pairs"] == []


def test_the_list_of_the_referral_stands_on_the_page_until_medication_is_written_down(people, at):
    """After an accepted referral with a list nobody reads that no medication is known."""
    care = Care.begin(people, at)
    care.episode.referral.treatment_so_far = ORDINARY_LIST
    care.episode.referral.save()
    client = people.client("vs")
    for address in (
        reverse("clinic:medication", args=[care.patient.pk]),
        reverse("clinic:encounter_new", args=[care.episode.pk]),
    ):
        page = client.get(address).content.decode()
        assert (
            "Geen medicatie vastgelegd" not in page
            and "ramipril 5 mg" in page
            and "Zo stond het in de verwijzing" in page
        )
    care.episode.referral.treatment_so_far = ""
    care.episode.referral.save()
    assert (
        "Geen medicatie vastgelegd"
        in client.get(reverse("clinic:medication", args=[care.patient.pk])).content.decode()
    )


@pytest.mark.parametrize("beside", ["ketoconazol 200 mg", "erytromycine 500 mg", "dronedaron 400 mg", "ciclosporine 100 mg",
                                    "erythromycin 500 mg", "ketokonazol 200 mg"])  # fmt: skip
def test_edoxaban_with_what_halves_its_dose_is_said_and_goes_along(people, beside):
    desk, listed = Desk(people), f"edoxaban 60 mg 1dd\n{beside}"
    page = desk.says(KNOWN, intent="titration", treatment_so_far=listed)
    assert "DINT-40" in page and "30 mg per dag, niet 60 mg" in page
    assert page.count("DINT-40") == 1, "once, though both pathways have it"
    if beside.startswith("dronedaron"):  # a danger of its own in heart failure: a call first
        return
    found = desk.sends(KNOWN, intent="titration", treatment_so_far=listed)
    assert found is not None and [one["id"] for one in found.routing["pairs"]].count("DINT-40") == 1


@pytest.mark.parametrize("codes", [("B01AF03", "J02AB02"), ("B01AF03", "L04AD01"), ("B01AF03", "J01FA01")])
def test_edoxaban_with_what_halves_its_dose_is_said_of_a_file(people, codes):
    _client, _url, page = page_after_upload(people, codes)
    assert "DINT-40" in said(page)


@pytest.mark.parametrize("beside", ["ketoconazol creme", "ketoconazol 2% shampoo", "erytromycine gel"])
def test_a_drug_for_the_skin_is_in_no_pair(people, beside):
    listed = f"edoxaban 60 mg 1dd\n{beside}\ndabigatran 150 mg"
    page = Desk(people).says(KNOWN, intent="titration", treatment_so_far=listed)
    assert "DINT-40" not in page and "DINT-01" not in page


@pytest.mark.parametrize("gel", ["diclofenac gel", "ibuprofen gel zo nodig", "Voltaren emulgel 1%"])
def test_an_nsaid_gel_is_no_nsaid(people, gel):
    desk = Desk(people)
    page = desk.says(KNOWN, intent="titration", treatment_so_far=f"{ORDINARY_LIST}\napixaban 5 mg\n{gel}")
    assert "INT-70" not in page and "INT-61" not in page and "EX-131" not in page
