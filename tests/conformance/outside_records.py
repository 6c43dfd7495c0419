"""Records that an outside review describes and that are not in its folder, made here."""

from __future__ import annotations

import copy

UNUSED = "urn:uuid:none"


# ---- the records that the review describes and that are not in its folder ------------------------------------------


def record(*resources, patient=(), **more):
    person = {
        "resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "1950-03-02",
        "identifier": [{"system": "http://fhir.nl/fhir/NamingSystem/bsn", "value": "111222333"}],
        "name": [{"use": "official", "family": "Voorbeeld", "given": ["Anna"]}], **dict(patient),
    }  # fmt: skip
    entries = [person, *resources]
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [
            {
                "resource": one,
                "fullUrl": f"https://ehr.example/fhir/{one['resourceType']}/{one.get('id', f'r{at}')}",
            }
            for at, one in enumerate(entries)
        ],
        **more,
    }


def measured(code, value, unit="mmol/L", day="2026-11-20", **more):
    return {
        "resourceType": "Observation", "status": "final", "subject": {"reference": "Patient/p1"},
        "code": {"coding": [{"system": "http://loinc.org", "code": code}]}, "effectiveDateTime": day,
        "valueQuantity": {"value": value, "unit": unit, "code": unit, "system": "http://unitsofmeasure.org"}, **more,
    }  # fmt: skip


def prescribed(text, *codings, **more):
    return {
        "resourceType": "MedicationRequest", "status": "active", "intent": "order", "authoredOn": "2026-10-01",
        "subject": {"reference": "Patient/p1"},
        "medicationCodeableConcept": {"text": text, "coding": [{"system": s, "code": c} for s, c in codings]}, **more,
    }  # fmt: skip


def problem(system, code, text, status="active", **more):
    clinical = {"clinicalStatus": {"coding": [{"code": status}]}} if status else {}
    return {
        "resourceType": "Condition", "subject": {"reference": "Patient/p1"}, "recordedDate": "2025-01-02",
        "code": {"text": text, "coding": [{"system": system, "code": code}]}, **clinical, **more,
    }  # fmt: skip


ATC, ICPC, SNOMED = "http://www.whocc.no/atc", "http://hl7.org/fhir/sid/icpc-1-nl", "http://snomed.info/sct"


GPK = "urn:oid:2.16.840.1.113883.2.4.4.1"


NICTIZ = "http://nictiz.nl/fhir/StructureDefinition/"


POTASSIUM = measured("2823-3", 4.8)


def twice():
    made = record(POTASSIUM)
    made["entry"].append(copy.deepcopy(made["entry"][0]))
    return made


def period(start, end=None):
    return {
        "url": NICTIZ + "ext-TimeInterval.Period",
        "valuePeriod": {"start": start} | ({"end": end} if end else {}),
    }


def treatment(name):
    return {
        "url": NICTIZ + "ext-PharmaceuticalTreatment.Identifier",
        "valueIdentifier": {"system": "x", "value": name},
    }


def stop(text, *codings, end="2026-11-01", of="MBH_1", **more):
    kind = {
        "url": NICTIZ + "ext-StopType",
        "valueCodeableConcept": {"coding": [{"system": SNOMED, "code": "410546004"}]},
    }
    return prescribed(
        text, *codings, id="stop", authoredOn=end, modifierExtension=[kind],
        extension=[*([treatment(of)] if of else []), period("2025-01-01", end)], **more,
    )  # fmt: skip


METOPROLOL = (ATC, "C07AB02")


INLINE = {
    "PRK-only-metoprolol": record(prescribed("Metoprolol 50 mg tablet", (GPK, "12345"))),
    "born-1906-01-01": record(POTASSIUM, patient={"birthDate": "1906-11-28"}),
    "deceased": record(POTASSIUM, patient={"deceasedDateTime": "2026-10-01"}),
    "identical-Patient-twice": twice(),
    "med-C09BA02-enalapril-HCT": record(prescribed("enalapril/HCT", (ATC, "C09BA02"))),
    "newer-unusable-unit-older-steps-in": record(
        measured("2823-3", 4.4, day="2026-11-01"), measured("2823-3", 6.8, "furlong", day="2026-11-20")
    ),
    "newer-impossible-older-steps-in": record(
        measured("2823-3", 4.4, day="2026-11-01"), measured("2823-3", 128, day="2026-11-20")
    ),
    "same-minute-lvef": record(
        measured("10230-1", 39.1, "%", day="2026-11-20T09:00:00+01:00"),
        measured("10230-1", 40.9, "%", day="2026-11-20T09:00:00+01:00"),
    ),
    "newer-without-day-older-steps-in": record(
        measured("2823-3", 4.4, day="2026-11-01"), measured("2823-3", 6.8, day=None)
    ),
    "stop-without-treatment": record(
        prescribed("metoprolol", METOPROLOL, authoredOn="2026-01-01"), stop("metoprolol", METOPROLOL, of="")
    ),
    "stop-of-another-treatment": record(
        prescribed("metoprolol", METOPROLOL, extension=[treatment("MBH_2"), period("2026-10-02")]),
        stop("metoprolol", METOPROLOL),
    ),
    "stopped-and-started-again": record(
        prescribed(
            "metoprolol", METOPROLOL, authoredOn="2026-11-10", extension=[treatment("MBH_1"), period("2026-11-10")]
        ),
        stop("metoprolol", METOPROLOL),
    ),
    "stop-that-is-still-to-come": record(
        prescribed("metoprolol", METOPROLOL, extension=[treatment("MBH_1"), period("2025-01-01")]),
        stop("metoprolol", METOPROLOL, end="2026-12-31") | {"authoredOn": "2026-11-20"},
    ),
    "validityPeriod-ended": record(
        prescribed(
            "metoprolol", METOPROLOL, dispenseRequest={"validityPeriod": {"start": "2024-01-01", "end": "2024-06-30"}}
        )
    ),
    "dispensed-only": record(
        {
            "resourceType": "MedicationDispense", "status": "completed", "whenHandedOver": "2026-11-01",
            "subject": {"reference": "Patient/p1"},
            "medicationCodeableConcept": {"text": "metoprolol", "coding": [{"system": ATC, "code": "C07AB02"}]},
        }
    ),
    "drug-in-Medication-with-ATC": record(
        {
            "resourceType": "Medication", "id": "m1",
            "code": {"coding": [{"system": GPK, "code": "1"}, {"system": ATC, "code": "C09DX04"}], "text": "Entresto"},
        },
        {
            **prescribed("x"), "medicationCodeableConcept": None,
            "medicationReference": {"reference": "Medication/m1", "display": "Entresto"},
        },
    ),
    "icpc-of-a-gp": record(
        *(
            problem(ICPC, code, f"ICPC {code}")
            for code in ("K78", "K86", "K90", "R96", "B80", "K75", "T90.02", "R95", "K77")
        )
    ),
    "heart-failure-by-a-child": record(problem(SNOMED, "48447003", "Chronic heart failure")),
    "heart-failure-icd10-no-status": record(problem("http://fhir.de/CodeSystem/bfarm/icd-10-gm", "I50.01", "Herz", "")),
    "unknown-code": record(
        measured("x", 12, "mg/L")
        | {"code": {"coding": [{"system": "http://loinc.org", "code": "99999-9"}], "text": "Zeldzame bepaling"}}
    ),
    "smoking-by-LOINC-answer": record(
        measured(
            "72166-2", 0, valueQuantity=None,
            valueCodeableConcept={"coding": [{"system": "http://loinc.org", "code": "LA15920-4"}], "text": "Former"},
            day="2026-11-01",
        )
    ),
    "angio-oedema-on-enalapril": record(
        {
            "resourceType": "AllergyIntolerance", "patient": {"reference": "Patient/p1"},
            "code": {"text": "enalapril", "coding": [{"system": ATC, "code": "C09AA02"}]},
            "reaction": [{"manifestation": [{"text": "Angio-oedeem", "coding": [{"system": SNOMED, "code": "41291007"}]}]}],
        }
    ),
    "corrected-without-unit-at-one-moment": record(
        measured("2823-3", 7.8, day="2026-11-20T09:00:00+01:00"),
        measured("2823-3", 4.8, "furlong", day="2026-11-20T09:00:00+01:00", status="corrected"),
    ),
    "preliminary-older-than-final": record(
        measured("2823-3", 6.8, day="2026-11-19", status="preliminary"), measured("2823-3", 4.8, day="2026-11-20")
    ),
    "same-BSN-other-birth": record(
        POTASSIUM, {"resourceType": "Patient", "id": "p2", "birthDate": "1951-01-01",
                    "identifier": [{"system": "http://fhir.nl/fhir/NamingSystem/bsn", "value": "111222333"}]},
    ),
    "batch": record(POTASSIUM, type="batch"),
    "versioned-reference": record(measured("2823-3", 4.8, subject={"reference": "Patient/p1/_history/3"})),
    "bsn-by-oid": record(
        measured("2823-3", 4.8, subject={"type": "Patient", "identifier": {"system": "urn:oid:2.16.840.1.113883.2.4.6.3", "value": "111222333"}})
    ),
}  # fmt: skip
