"""Whatever is in the file: a reading, or a refusal with a reason. Never another exception, never an invented value."""

from __future__ import annotations

import copy
import gzip
import json
from datetime import date
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anderhalf.exchange.fhir.problems import RecordRefused
from anderhalf.exchange.fhir.reading import RecordReading, read_record
from tests.unit.exchange.builders import (
    ATC,
    DICTIONARY,
    PATIENT_URL,
    SNOMED,
    TODAY,
    bundle,
    coded,
    observation,
    patient,
    quantity,
    resource,
)

SETTINGS = settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))

FULL = bundle(
    observation(id="o1", effectiveDateTime="2026-10-01"),
    observation(
        "85354-9",
        id="o2",
        valueQuantity=None,
        component=[
            {"code": coded("8480-6"), "valueQuantity": quantity(142)},
            {"code": coded("8462-4"), "valueQuantity": quantity(86)},
        ],
    ),
    observation("88020-3", valueQuantity=None, valueCodeableConcept=coded("420913000", SNOMED)),
    observation(
        "29463-7", value=quantity(80400, "g"), effectiveDateTime=None, effectivePeriod={"end": "2026-01-01"}
    ),
    resource(
        "Condition", code=coded("84114007", SNOMED), clinicalStatus=coded("active", "s"), onsetDateTime="2020"
    ),
    resource("AllergyIntolerance", code=coded("1", SNOMED)),
    resource("Procedure", code=coded("40701008", SNOMED), status="completed", performedDateTime="2026-01-02"),
    resource(
        "Encounter",
        status="finished",
        **{"class": {"code": "IMP"}},
        period={"start": "2026-08-01", "end": "2026-08-06"},
        reasonCode=[coded("84114007", SNOMED)],
        type=[coded("1", SNOMED)],
    ),
    resource(
        "MedicationRequest",
        status="active",
        intent="order",
        authoredOn="2026-02-01",
        medicationReference={"reference": "#m"},
        contained=[{"resourceType": "Medication", "id": "m", "code": coded("C07AB07", ATC)}],
        dosageInstruction=[{"text": "1x"}],
    ),
    resource(
        "MedicationStatement",
        status="active",
        dateAsserted="2026-01-01",
        effectivePeriod={"start": "2025-01-01"},
        medicationCodeableConcept=coded("C03CA01", ATC),
    ),
    with_patient=False,
)
FULL["entry"].insert(
    0,
    {
        "fullUrl": PATIENT_URL,
        "resource": patient(
            identifier=[{"system": "http://fhir.nl/fhir/NamingSystem/bsn", "value": "999911259"}],
            deceasedBoolean=False,
        ),
    },
)
FULL["timestamp"] = "2026-11-10T12:00:00+01:00"


def places(tree: Any, path: tuple = ()) -> list[tuple]:
    """The paths of all nodes of a tree."""
    found = [path]
    children = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, child in children:
        found += places(child, (*path, key))
    return found


PLACES = [path for path in places(FULL) if path]
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(min_value=-(10**25), max_value=10**25),
    st.floats(allow_nan=True, allow_infinity=True),
    st.text(max_size=8),
    st.sampled_from(
        ["", "Patient/p1", "Patient/zz", "#m", "2023-02-30", "9999-12-31", "0001-01-01T00:00:00+14:00", "2026-01-01T00:00:60Z",
         "final", "active", "mm[Hg]", "mg/dL", "\ud800", "\x00", "a" * 5000, "<x>", "Bundle", "Observation"]
    ),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.sampled_from(["coding", "value", "code", "reference", "x"]), st.integers() | st.text(max_size=3), max_size=3),
)  # fmt: skip


def survive(raw: bytes, *, require_patient: bool = True) -> RecordReading | None:
    try:
        reading = read_record(raw, dictionary=DICTIONARY, on=TODAY, require_patient=require_patient)
    except RecordRefused as refused:
        assert refused.where.isprintable()
        return None
    for name, found in reading.facts.items():
        assert found.name == name
        assert found.on is None or date(1850, 1, 1) <= found.on <= TODAY
        json.dumps([found.original_value, found.where, found.code.display]).encode()
    return reading


def test_the_unharmed_record_has_it_all():
    reading = survive(json.dumps(FULL).encode())
    assert reading is not None
    assert not reading.skipped
    assert set(reading.facts) == set(DICTIONARY.entries) - {"creatinine", "lvef"}


@SETTINGS
@given(
    st.lists(st.tuples(st.sampled_from(PLACES), st.booleans(), ODD), min_size=1, max_size=6), st.booleans()
)
def test_keys_dropped_and_values_swapped(changes, require_patient):
    record = copy.deepcopy(FULL)
    for path, drop, odd in changes:
        parent: Any = record
        try:
            for key in path[:-1]:
                parent = parent[key]
            if drop:
                del parent[path[-1]]
            else:
                parent[path[-1]] = odd
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change took this place away
    survive(json.dumps(record).encode(), require_patient=require_patient)


@SETTINGS
@given(st.sampled_from(PLACES), st.sampled_from(PLACES))
def test_a_part_moved_to_another_place(source, target):
    record = copy.deepcopy(FULL)
    part: Any = FULL
    for key in source:
        part = part[key]
    parent: Any = record
    for key in target[:-1]:
        parent = parent[key]
    parent[target[-1]] = copy.deepcopy(part)
    survive(json.dumps(record).encode())


RAW = json.dumps(FULL).encode()
XML = (
    b'<?xml version="1.0" encoding="UTF-8"?><Bundle xmlns="http://hl7.org/fhir"><type value="collection"/>'
    b'<entry><resource><Patient><id value="p1"/><name><family value="Jansen"/></name></Patient></resource></entry>'
    b'<entry><resource><Observation><status value="final"/><code><coding><system value="http://loinc.org"/>'
    b'<code value="8480-6"/></coding></code><subject><reference value="Patient/p1"/></subject>'
    b'<effectiveDateTime value="2026-01-01"/><valueQuantity><value value="120"/><unit value="mmHg"/></valueQuantity>'
    b"</Observation></resource></entry></Bundle>"
)


def test_the_unharmed_xml_is_read():
    reading = survive(XML)
    assert reading is not None
    assert reading.facts["systolic_bp"].value == 120


@SETTINGS
@given(
    st.sampled_from([RAW, XML, gzip.compress(RAW, mtime=0)]),
    st.lists(
        st.tuples(st.integers(0, 10**6), st.binary(max_size=4), st.integers(0, 20)), min_size=1, max_size=5
    ),
)
def test_bytes_changed_inserted_and_cut(raw, edits):
    damaged = bytearray(raw)
    for position, put, cut in edits:
        start = position % (len(damaged) + 1)
        damaged[start : start + cut] = put
    survive(bytes(damaged))


@SETTINGS
@given(st.binary(max_size=300))
def test_any_bytes(raw):
    survive(raw)
    survive(b"\x1f\x8b" + raw)
    survive(b"<" + raw)
    survive(b'{"resourceType": "Patient", "x": ' + raw)


@SETTINGS
@given(
    st.recursive(
        ODD,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
        max_leaves=8,
    )
)
def test_any_json(tree):
    survive(
        json.dumps({"resourceType": "Patient", "name": tree, "identifier": tree, "birthDate": tree}).encode()
    )
    survive(
        json.dumps(
            bundle(observation(value=tree), observation(code=tree), observation(component=tree))
        ).encode()
    )
