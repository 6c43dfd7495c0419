"""Small records and a small dictionary, so that these tests don't change when the clinical content does."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from anderhalf.core.decisions.facts import Fact, FactType
from anderhalf.core.pathway.facts import Entry, FactDictionary
from anderhalf.core.pathway.units import Amount, Conversion
from anderhalf.exchange.fhir.reading import Limits, RecordReading, read_record

TODAY = date(2026, 11, 20)
LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
UCUM = "http://unitsofmeasure.org"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
ATC = "http://www.whocc.no/atc"
PATIENT_URL = "urn:uuid:11111111-1111-1111-1111-111111111111"
LABEL = {"nl": "gegeven", "en": "fact"}


def number(name: str, unit: str, low: str, high: str, *loinc: str, decimals: int = 0, **more: Any) -> Entry:
    conversions = {key: Conversion(Fraction(value)) for key, value in more.items()}
    return Entry(
        fact=Fact(
            name=name,
            type=FactType.NUMBER,
            label=LABEL,
            unit=unit,
            unit_label=unit,
            minimum=Decimal(low),
            maximum=Decimal(high),
            usual_minimum=Decimal(low) + 5,
            usual_maximum=Decimal(high) - 50,
            decimals=decimals,
            codes={"loinc": loinc},
        ),
        conversions=conversions,
    )


def yes_no(name: str, **codes: tuple[str, ...]) -> Entry:
    return Entry(fact=Fact(name=name, type=FactType.BOOLEAN, label=LABEL, codes=codes))


DICTIONARY = FactDictionary(
    {
        entry.fact.name: entry
        for entry in (
            Entry(fact=Fact(name="birth_date", type=FactType.DATE, label=LABEL)),
            Entry(
                fact=Fact(
                    name="sex", type=FactType.CODE, label=LABEL, values={"female": LABEL, "male": LABEL}
                )
            ),
            number("systolic_bp", "mm[Hg]", "40", "300", "8480-6", mmHg="1", kPa="7.50062"),
            number("diastolic_bp", "mm[Hg]", "20", "200", "8462-4", mmHg="1"),
            number("weight", "kg", "20", "350", "29463-7", decimals=1, g="0.001"),
            replace(
                number("creatinine", "umol/L", "10", "2500", "2160-0", "14682-9", **{"mg/dL": "88.4"}),
                amounts={"2160-0": Amount.MASS, "14682-9": Amount.MOLES},
            ),
            number("lvef", "%", "5", "90", "10230-1", decimals=1),
            Entry(
                fact=Fact(
                    name="nyha",
                    type=FactType.CODE,
                    label=LABEL,
                    values={"II": LABEL, "III": LABEL},
                    codes={"loinc": ("88020-3",)},
                ),
                value_codes={"LA28405-1": "II", "421704003": "II", "420913000": "III"},
            ),
            yes_no("heart_failure_known", icpc=("K77",), snomed=("84114007",)),
            Entry(fact=Fact(name="last_hf_admission_on", type=FactType.DATE, label=LABEL)),
            yes_no("echo_done", snomed=("40701008",)),
            yes_no("beta_blocker", atc=("C07AB",), rxnorm=("866414",)),
            yes_no("loop_diuretic", atc=("C03CA",)),
        )
    }
)


def patient(**changes: Any) -> dict[str, Any]:
    return {
        "resourceType": "Patient",
        "id": "p1",
        "name": [{"use": "official", "family": "Jansen", "given": ["Anna", "Maria"]}],
        "gender": "female",
        "birthDate": "1948-03-14",
        **changes,
    }


def quantity(value: Any, unit: str | None = "mm[Hg]", **changes: Any) -> dict[str, Any]:
    written = {"value": value, "unit": unit, "system": UCUM, "code": unit, **changes}
    return {key: item for key, item in written.items() if item is not None}


def coded(code: str, system: str = LOINC, display: str = "") -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code, "display": display or f"code {code}"}]}


def observation(code: Any = "8480-6", value: Any = None, **changes: Any) -> dict[str, Any]:
    made = {
        "resourceType": "Observation",
        "status": "final",
        "code": coded(code) if isinstance(code, str) else code,
        "subject": {"reference": "Patient/p1"},
        "effectiveDateTime": "2026-11-01",
        "valueQuantity": quantity(120) if value is None else value,
        **changes,
    }
    return {key: item for key, item in made.items() if item is not None}


def resource(kind: str, **content: Any) -> dict[str, Any]:
    owner = "patient" if kind == "AllergyIntolerance" else "subject"
    made = {"resourceType": kind, owner: {"reference": PATIENT_URL}, **content}
    return {key: item for key, item in made.items() if item is not None}


def bundle(*resources: dict[str, Any], kind: str = "collection", with_patient: bool = True) -> dict[str, Any]:
    """A bundle with Anna Jansen as entry 0 (unless told otherwise) and then the given resources."""
    entries: list[dict[str, Any]] = [{"resource": item} for item in resources]
    if with_patient:
        entries.insert(0, {"fullUrl": PATIENT_URL, "resource": patient()})
    return {"resourceType": "Bundle", "type": kind, "entry": entries}


def read(content: Any, *, limits: Limits | None = None, zipped: bool = False, **more: Any) -> RecordReading:
    """Read a tree, a text or bytes with the small dictionary on a fixed day."""
    raw = content if isinstance(content, bytes) else None
    if raw is None:
        raw = (content if isinstance(content, str) else json.dumps(content)).encode()
    if zipped:
        raw = gzip.compress(raw)
    return read_record(raw, dictionary=DICTIONARY, on=TODAY, limits=limits, **more)
