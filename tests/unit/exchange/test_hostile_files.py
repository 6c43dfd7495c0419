"""Files that are broken, hostile or simply not a patient record: refused, with the reason and the place."""

from __future__ import annotations

import gzip
import json
import time
import tracemalloc

import pytest

from anderhalf.exchange.fhir.problems import Reason, RecordRefused
from anderhalf.exchange.fhir.unpack import MIB, Limits
from tests.unit.exchange.builders import PATIENT_URL, bundle, observation, patient, read, resource

PLAIN = json.dumps(bundle(observation()))


def refused(content, **more) -> tuple[Reason, str]:
    with pytest.raises(RecordRefused) as caught:
        read(content, **more)
    return caught.value.reason, caught.value.where


def test_the_plain_file_is_fine_and_so_is_its_gzip():
    assert read(PLAIN).facts["systolic_bp"].value == 120
    assert read(PLAIN, zipped=True).facts == read(PLAIN).facts
    assert read(b"\xef\xbb\xbf" + PLAIN.encode()).facts == read(PLAIN).facts


@pytest.mark.parametrize(
    ("content", "reason", "where"),
    [
        (b"", Reason.EMPTY, ""),
        (b"  \n", Reason.EMPTY, ""),
        (b"hello", Reason.NOT_JSON, "line 1 column 1"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", Reason.NOT_UTF8, "byte 10"),
        (b'{"resourceType": "Bundle",\n "type": }', Reason.NOT_JSON, "line 2 column 10"),
        (b'{"resourceType": "Bundle"} trailing', Reason.NOT_JSON, "line 1 column 28"),
        (b'{"a": "\xff"}', Reason.NOT_UTF8, "byte 7"),
        (b"[]", Reason.NOT_FHIR, ""),
        (b"null", Reason.NOT_FHIR, ""),
        (b'"Bundle"', Reason.NOT_FHIR, ""),
        (b"{}", Reason.NOT_FHIR, "resourceType"),
        (b'{"resourceType": ["Bundle"]}', Reason.NOT_FHIR, "resourceType"),
        (b'{"resourceType": "<script>"}', Reason.NOT_FHIR, "resourceType"),
        (b'{"resourceType": "Library"}', Reason.WRONG_RESOURCE, "resourceType"),
        (b'{"resourceType": "Observation", "status": "final"}', Reason.NO_PATIENT, "Observation"),
        (b'{"resourceType": "Bundle", "type": "history"}', Reason.WRONG_BUNDLE, "Bundle.type"),
        (b'{"resourceType": "Bundle"}', Reason.WRONG_BUNDLE, "Bundle.type"),
        (b'{"resourceType": "Bundle", "type": "searchset", "entry": []}', Reason.EMPTY, "Bundle.entry"),
        (b'{"resourceType": "Bundle", "type": "searchset", "entry": {}}', Reason.WRONG_TYPE, "Bundle.entry"),
        (
            b'{"resourceType": "Bundle", "type": "searchset", "entry": [3]}',
            Reason.WRONG_TYPE,
            "Bundle.entry[0]",
        ),
        (
            b'{"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": {}}]}',
            Reason.NOT_FHIR,
            "Bundle.entry[0].resource.resourceType",
        ),
    ],
)
def test_not_a_record(content, reason, where):
    assert refused(content) == (reason, where)


def test_a_bundle_in_a_bundle_is_refused():
    assert refused(bundle(bundle())) == (Reason.WRONG_RESOURCE, "Bundle.entry[1].resource")


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("NaN", Reason.NOT_A_NUMBER),
        ("-Infinity", Reason.NOT_A_NUMBER),
        ("1e400", Reason.NUMBER_TOO_LONG),
        ("1e-400", Reason.NUMBER_TOO_LONG),
        ("9" * 5000, Reason.NUMBER_TOO_LONG),
        ("0." + "3" * 100, Reason.NUMBER_TOO_LONG),
    ],
)
def test_numbers_that_are_no_measurement(written, reason):
    text = PLAIN.replace('"value": 120', f'"value": {written}')
    assert refused(text) == (reason, "entry[1].resource.valueQuantity.value")


def test_the_same_key_twice_is_refused_with_its_path():
    text = PLAIN.replace('"value": 120', '"value": 120, "code": "kPa"')
    assert refused(text) == (Reason.DUPLICATE_KEY, "entry[1].resource.valueQuantity.code")
    escaped = PLAIN.replace('"value": 120', '"value": 120, "\\u0076alue": 90')
    assert refused(escaped) == (Reason.DUPLICATE_KEY, "entry[1].resource.valueQuantity.value")


def test_a_key_from_the_file_is_made_harmless_in_the_place():
    text = '{"a\\u0000\\u202e' + "x" * 500 + '": 1, "a\\u0000\\u202e' + "x" * 500 + '": 2}'
    _reason, where = refused(text)
    assert where.isprintable()
    assert len(where) <= 60


@pytest.mark.parametrize("opening", ["[", '{"a":', '[{"a":'])
def test_deep_nesting_is_refused_before_parsing(opening):
    reason, where = refused(opening * 200_000)
    assert reason is Reason.TOO_DEEP
    assert where.startswith("line 1 column ")


def test_brackets_inside_text_are_not_nesting():
    assert read(bundle(patient(name=[{"family": '\\"[{' * 200}]), with_patient=False)).patient is not None


def test_200_megabytes_are_refused_unseen():
    assert refused(b"[" * (21 * MIB)) == (Reason.TOO_LARGE, "")
    small = Limits(uploaded_bytes=1000, unpacked_bytes=100)
    assert refused(b" " * 101, limits=small) == (Reason.TOO_LARGE, "")


def test_a_gzip_bomb_stays_small_in_memory():
    bomb = gzip.compress(b" " * (200 * MIB), compresslevel=9)
    assert len(bomb) < MIB
    tracemalloc.start()
    try:
        assert refused(bomb) == (Reason.TOO_LARGE, "")
        assert tracemalloc.get_traced_memory()[1] < 90 * MIB
    finally:
        tracemalloc.stop()


def test_a_bomb_of_many_small_numbers_is_refused():
    text = '{"resourceType": "Patient", "a": [' + "1," * 1_600_000 + "1]}"
    assert refused(text) == (Reason.TOO_MANY, "")


@pytest.mark.parametrize(
    "damaged",
    [
        gzip.compress(PLAIN.encode())[:-5],
        gzip.compress(PLAIN.encode()) + b"rest",
        gzip.compress(PLAIN.encode()) * 2,
        b"\x1f\x8b" + b"\x00" * 40,
        gzip.compress(PLAIN.encode())[:-8] + b"\x00" * 8,
    ],
    ids=["cut off", "something behind it", "two members", "not gzip", "wrong checksum"],
)
def test_damaged_gzip(damaged):
    assert refused(damaged) == (Reason.DAMAGED_GZIP, "")


def test_text_that_tries_to_make_the_scan_quadratic_takes_no_time():
    started = time.monotonic()
    assert refused('"' + '\\"' * 2_000_000)[0] is Reason.NOT_JSON
    assert refused('{"resourceType": "' + "\\\\" * 2_000_000)[0] is Reason.NOT_JSON
    assert time.monotonic() - started < 5


def test_too_many_resources():
    assert refused(bundle(observation(), observation()), limits=Limits(resources=2)) == (
        Reason.TOO_MANY,
        "Bundle.entry[2]",
    )


# ---- whose record is it ----------------------------------------------------------------------------------------


def test_no_patient_and_two_patients():
    assert refused(bundle(observation(), with_patient=False)) == (Reason.NO_PATIENT, "Bundle.entry")
    assert refused(bundle(patient(id="p2"))) == (Reason.SEVERAL_PATIENTS, "Bundle.entry[1].resource")


@pytest.mark.parametrize(
    "subject",
    [
        {"reference": "Patient/p2"},
        {"reference": "https://elsewhere.example/fhir/Patient/p1"},
        {"reference": "urn:uuid:22222222-2222-2222-2222-222222222222"},
        {"reference": "Patient?identifier=http://fhir.nl/fhir/NamingSystem/bsn|999911259"},
        {"identifier": {"system": "http://fhir.nl/fhir/NamingSystem/bsn", "value": "999911259"}},
        {"reference": "Thing/x", "type": "Patient"},
    ],
)
@pytest.mark.parametrize("kind", ["Observation", "MedicationRequest", "Claim"])
def test_anything_of_another_patient_refuses_the_whole_file(kind, subject):
    other = {"resourceType": kind, "subject": subject}
    assert refused(bundle(observation(), other)) == (Reason.OTHER_PATIENT, "Bundle.entry[2].resource.subject")


@pytest.mark.parametrize(
    "subject",
    [
        {"reference": "Patient/p1"},
        {"reference": "Patient/p1/_history/3"},
        {"reference": PATIENT_URL},
        {"reference": "Patient?identifier=urn:local|77"},
        {"identifier": {"system": "urn:local", "value": "77"}},
    ],
)
def test_the_patient_may_be_meant_in_several_ways(subject):
    anna = patient(identifier=[{"system": "urn:local", "value": "77"}])
    content = bundle(observation(subject=subject), with_patient=False)
    content["entry"].append({"fullUrl": PATIENT_URL, "resource": anna})
    assert read(content).facts["systolic_bp"].value == 120


def test_a_single_resource_names_its_patient_for_the_caller_to_check():
    reading = read(observation(), require_patient=False)
    assert reading.patient is None
    assert reading.subject == "Patient/p1"
    assert reading.facts["systolic_bp"].value == 120
    two = bundle(observation(), observation(subject={"reference": "Patient/p2"}), with_patient=False)
    assert refused(two, require_patient=False)[0] is Reason.OTHER_PATIENT


@pytest.mark.parametrize(
    ("birth_date", "reason"),
    [
        ("2023-02-30", Reason.IMPOSSIBLE_DATE),
        ("14-03-1948", Reason.IMPOSSIBLE_DATE),
        ("0001-01-01", Reason.IMPOSSIBLE_DATE),
        ("2026-11-21", Reason.FUTURE_DATE),
        ("2027", Reason.FUTURE_DATE),
        (19480314, Reason.WRONG_TYPE),
    ],
)
def test_an_impossible_birth_date_refuses_the_record(birth_date, reason):
    content = bundle(patient(birthDate=birth_date), with_patient=False)
    assert refused(content) == (reason, "Bundle.entry[0].resource.birthDate")


def test_text_that_cannot_be_stored_is_refused():
    for family in ("a\u0000b", "\ud800", "x" * 5000):
        content = json.dumps(bundle(patient(name=[{"family": family}]), with_patient=False))
        assert refused(content) == (Reason.BAD_TEXT, "Bundle.entry[0].resource.name[0].family")


# ---- XML -------------------------------------------------------------------------------------------------------

XML = '<Bundle xmlns="http://hl7.org/fhir"><type value="collection"/><entry>{}</entry></Bundle>'
XML_PATIENT = '<resource><Patient><id value="p1"/><birthDate value="1948-03-14"/></Patient></resource>'


def test_xml_reads_as_json_does():
    reading = read(XML.format(XML_PATIENT))
    assert (reading.format, reading.kind) == ("xml", "Bundle/collection")
    assert str(reading.patient.birth_date) == "1948-03-14"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<a", Reason.NOT_XML),
        ('<a xmlns="http://hl7.org/fhir"></b>', Reason.NOT_XML),
        ("<html><body/></html>", Reason.NOT_FHIR),
        ('<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', Reason.FORBIDDEN_XML),
        ('<!DOCTYPE a SYSTEM "http://127.0.0.1:1/x.dtd"><a/>', Reason.FORBIDDEN_XML),
        (
            "<!DOCTYPE l [<!ENTITY a 'lol'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>]><Bundle>&b;</Bundle>",
            Reason.FORBIDDEN_XML,
        ),
        ('<Bundle xmlns="http://hl7.org/fhir">&undeclared;</Bundle>', Reason.NOT_XML),
        ('<Bundle xmlns="http://hl7.org/fhir">' + "<entry>" * 100_000, Reason.TOO_DEEP),
        (XML.format(XML_PATIENT.replace("</Patient>", "</Patient><Patient/>")), Reason.WRONG_TYPE),
        (XML.format("<Patient/>"), Reason.WRONG_TYPE),
        (
            XML.format(
                '<resource><Observation><valueQuantity><value value="NaN"/></valueQuantity></Observation></resource>'
            ),
            Reason.NOT_A_NUMBER,
        ),
        (
            XML.format(
                '<resource><Observation><valueQuantity><value value="1_000"/></valueQuantity></Observation></resource>'
            ),
            Reason.NOT_A_NUMBER,
        ),
    ],
)
def test_hostile_xml(text, reason):
    found, where = refused(text)
    assert found is reason
    assert where.startswith("line ")


def test_narrative_is_left_out_but_counts_for_depth():
    narrative = '<text><div xmlns="http://www.w3.org/1999/xhtml">{}</div></text>'
    plain = XML.format(XML_PATIENT.replace("<id", narrative.format("<b>hello</b>") + "<id"))
    assert read(plain).patient is not None
    deep = XML.format(XML_PATIENT.replace("<id", narrative.format("<b>" * 100 + "</b>" * 100) + "<id"))
    assert refused(deep)[0] is Reason.TOO_DEEP


def test_not_about_a_person():
    assert read(
        bundle(resource("Observation", subject={"reference": "Group/g"}, code=None))
    ).facts.keys() == {
        "birth_date",
        "sex",
    }


def test_an_element_repeated_many_times_takes_no_quadratic_time():
    started = time.monotonic()
    text = '<Patient xmlns="http://hl7.org/fhir">' + '<a><b value="x"/></a>' * 150_000 + "</Patient>"
    assert read(text).patient is not None
    assert time.monotonic() - started < 5
