"""An extract is searched: who is on which list, why, by which facts of which day; the rest is counted, not kept."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from anderhalf.apps.audit.models import AuditLine
from anderhalf.apps.casefinding.explaining import decide_again, explain, values_of
from anderhalf.apps.casefinding.lists import BY_KEY, LISTS
from anderhalf.apps.casefinding.models import FoundPerson, Search
from anderhalf.apps.people.models import Patient
from anderhalf.population.worklists import LISTS as POPULATION_LISTS
from benchmarks.population_data import write_extract
from tests.integration.referrals.test_upload import BSN as BSN_SYSTEM
from tests.support.extract import BSN, LISTED

from .conftest import text

pytestmark = pytest.mark.django_db


def test_every_list_of_the_population_is_on_screen():
    assert set(BY_KEY) == set(POPULATION_LISTS)


def test_who_is_on_which_list(search, person):
    found = search()
    assert {one.number: set(one.lists) for one in FoundPerson.objects.all()} == LISTED
    assert found.counts["patients"] == 4
    assert found.read["left"] == 1
    assert (found.version, found.on) == ("1.0.0", timezone.localdate())


def test_what_could_not_be_used_is_counted_and_listed_by_file_and_line(people, search):
    page = text(people.client("poh").get(f"/opsporen/zoekactie/{search().pk}/"))
    for said in (
        "metingen.csv 11 3 cellen waar er 5 horen te staan 103;1744;141",
        "metingen.csv 8 deze patiënt staat niet in het bestand met patiënten 999",
        "metingen.csv 9 de waarde is geen getal veel",
        "metingen.csv 10 de datum is niet te lezen 31-31-2024",
        "Regels niet te gebruiken 4",
    ):
        assert said in page


def test_what_is_missing_most_often_is_said_in_the_language_of_the_reader(people, search):
    address = f"/opsporen/zoekactie/{search().pk}/"
    for language, said, other in (
        ("nl", "Stand van de medicatie", "Status of"),
        ("en", "Blood pressure", "Bloeddruk"),
    ):
        page = text(people.client("poh", language=language).get(address))
        assert said in page and other not in page


def test_the_reasons_are_those_of_the_tables_with_the_facts_and_their_days(people, search, person):
    search()
    today = timezone.localdate()
    someone = person("101")
    explained = explain(someone, BY_KEY["treatment"])
    assert [one.rule.rule_id for one in explained.reasons] == ["TR-A2", "TR-A3", "TR-T4", "TR-T5"]
    no_mra = explained.reasons[2]
    used = {one.fact.name: one for one in no_mra.facts}
    assert (str(used["potassium"].value), used["potassium"].on) == ("4.6", today - timedelta(days=20))
    assert used["mra"].origin == "absent"
    assert no_mra.rule.source.startswith("ESC21")
    page = text(people.client("gp").get(f"/opsporen/persoon/{someone.pk}/?lijst=onvolledig"))
    day = f"{today - timedelta(days=20):%d-%m-%Y}"
    assert "HFrEF zonder MRA" in page
    assert f"Kalium 4,6 mmol/l {day}" in page
    assert "geen regel met deze code, of te lang geleden" in page


def test_as_far_as_is_known_also_has_a_rule(search, person):
    search()
    explained = explain(person("101"), BY_KEY["refer"])
    assert explained.so_far
    assert [one.rule.outputs["line"] for one in explained.reasons] == ["intermediate"]
    assert "nyha" in {fact.name for fact in explained.missing}


def test_who_cannot_be_decided_is_told_what_for(people, search, person):
    search()
    page = text(people.client("poh").get(f"/opsporen/persoon/{person('103').pk}/?lijst=onbeslist"))
    assert "Niet te beslissen" in page
    assert "Wie kan terug naar de huisarts?" in page
    assert "Ejectiefractie (LVEF)" in page
    english = people.client("poh", language="en").get(f"/opsporen/persoon/{person('103').pk}/")
    assert "Ejectiefractie" not in text(english)


def test_the_population_and_the_row_engine_agree_about_everybody(people, upload, tmp_path):
    """A generated practice: what the search said of a person is what the tables say of the facts that were kept."""
    today = timezone.localdate()
    write_extract(tmp_path, patients=1500, until=today.isoformat())
    files = [(file.name, file.read_bytes()) for file in sorted(tmp_path.glob("*.parquet"))]
    upload(people.client("poh"), files)
    found = Search.objects.get()
    assert found.state == "done", found.refusal
    everybody = list(FoundPerson.objects.select_related("search"))
    assert len(everybody) > 100
    assert {name for one in everybody for name in one.lists} >= {
        "refer",
        "possible",
        "treatment",
        "undecided",
    }
    for someone in everybody:
        decisions = decide_again(someone)
        for name, said in someone.lists.items():
            named = set(str(said.get("rules", "")).split())
            fired = {rule.rule_id for table in BY_KEY[name].tables for rule in decisions[table].fired}
            assert named <= fired, (someone.number, name)
        if "treatment" in someone.lists:
            named = set(someone.lists["treatment"]["rules"].split())
            assert named == {rule.rule_id for rule in decisions["treatment"].fired}
        for name, value in values_of(someone).items():
            assert value.on is not None and value.on <= today, name


def test_of_who_was_not_found_nothing_is_kept(search):
    search(named=True)
    kept = json.dumps(
        [*FoundPerson.objects.values("lists", "facts"), *Search.objects.values("read", "counts", "missing")]
    )
    assert {one.number for one in FoundPerson.objects.all()} == {"101", "102", "103"}
    assert "1990" not in kept
    assert not list((Path(settings.VAR) / "extracts").iterdir()), "the extract was left behind"
    assert not Patient.objects.exists()


def test_names_and_bsn_are_encrypted(search):
    search(named=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT number, particulars FROM casefinding_foundperson")
        stored = str(cursor.fetchall())
    assert BSN not in stored
    assert "Uittreksel" not in stored
    assert "'101'" not in stored


def test_a_bsn_that_is_wrong_is_left_out(search, person):
    search(named=True)
    assert json.loads(person("101").particulars)["bsn"] == BSN
    assert "bsn" not in json.loads(person("102").particulars)


def test_a_folder_of_fhir_bundles_is_read_with_the_particulars(people, upload, person):
    today = timezone.localdate()
    patient = {
        "resourceType": "Patient", "id": "p", "gender": "male", "birthDate": "1948-03-14",
        "identifier": [{"system": BSN_SYSTEM, "value": BSN}],
        "name": [{"family": "Voorbeeld", "given": ["Karel"]}],
    }  # fmt: skip
    condition = {
        "resourceType": "Condition", "subject": {"reference": "urn:uuid:p"},
        "recordedDate": (today - timedelta(days=400)).isoformat(),
        "clinicalStatus": {"coding": [{"code": "active", "system": "http://terminology.hl7.org/CodeSystem/condition-clinical"}]},
        "code": {"coding": [{"system": "http://snomed.info/sct", "code": "84114007"}]},
    }  # fmt: skip
    bundle = {
        "resourceType": "Bundle", "type": "collection",
        "entry": [{"fullUrl": "urn:uuid:p", "resource": patient}, {"resource": condition}],
    }  # fmt: skip
    upload(people.client("poh"), {"karel.json": json.dumps(bundle)})
    found = Search.objects.get()
    assert found.state == "done", found.refusal
    assert json.loads(person("karel").particulars)["family_name"] == "Voorbeeld"
    assert "treatment" in person("karel").lists


def test_every_step_of_the_search_and_every_look_leaves_a_line(people, search, person):
    found = search()
    client = people.client("poh")
    client.get("/opsporen/lijst/anderhalve-lijn/")
    client.get(f"/opsporen/persoon/{person('101').pk}/")
    events = list(AuditLine.objects.values_list("event", flat=True))
    for event in ("search_started", "search_finished", "list_viewed", "person_viewed"):
        assert f"casefinding:{event}" in events
    line = AuditLine.objects.filter(event="casefinding:search_finished").get()
    assert str(found.pk) == str(line.object_id)


def test_a_list_asks_no_query_per_person(people, upload, tmp_path):
    write_extract(tmp_path, patients=600, until=timezone.localdate().isoformat())
    upload(people.client("poh"), [(file.name, file.read_bytes()) for file in tmp_path.glob("*.parquet")])
    client = people.client("poh")
    slug = BY_KEY["treatment"].slug
    client.get(f"/opsporen/lijst/{slug}/")
    with CaptureQueriesContext(connection) as asked:
        response = client.get(f"/opsporen/lijst/{slug}/")
    assert response.content.decode().count("/opsporen/persoon/") > 20
    assert len(asked) < 40


def test_the_first_page_names_what_waits(people, search):
    assert "Opgespoord in uw praktijk" not in text(people.client("poh").get("/"))
    search()
    assert "Opgespoord in uw praktijk" in text(people.client("gp").get("/"))
    for role in ("vs", "project_leader", "cardiologist"):
        assert "Opgespoord" not in text(people.client(role).get("/"))


def test_every_list_can_be_opened_in_both_languages(people, search):
    search()
    for language in ("nl", "en"):
        client = people.client("poh", language=language)
        for one in LISTS:
            for show in ("open", "done", "all"):
                assert client.get(f"/opsporen/lijst/{one.slug}/?toon={show}").status_code == 200
    assert people.client("poh").get("/opsporen/lijst/bestaat-niet/").status_code == 404
