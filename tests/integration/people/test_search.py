"""A patient is found by how the name sounds and by every way in which a birth date is written; nobody is made twice."""

from __future__ import annotations

import re
from datetime import date
from importlib import import_module
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import connection

from anderhalf.apps.people.models import Patient
from anderhalf.apps.people.queries import find_by_identity, find_patients, possible_duplicates
from tests.support.searching import search

pytestmark = pytest.mark.django_db
# Written with letters and marks apart, as some systems send it.
DECOMPOSED = "Mu\u0308nch"


@pytest.fixture
def registered(people) -> dict[str, Patient]:
    born = iter(date(1940 + number, 5, 5) for number in range(40))

    def one(family_name: str, **more) -> Patient:
        return people.patient(family_name=family_name, birth_date=next(born), **more)

    found = {
        "müller": one("Müller-Ångström"),
        "münch": one(DECOMPOSED),
        "greek": one("Παπαδόπουλος"),
        "hof": one("Hof", prefix="van 't"),
        "dijk": one("Dijk", prefix="van"),
        "brien": one("O'Brien"),
        "søren": one("Sørensen"),
        "strauß": one("Strauß"),
        "date": people.patient(family_name="Datum", birth_date=date(1944, 10, 13)),
    }
    Patient.objects.filter(pk=found["dijk"].pk).update(initials="N.S.")
    found["dijk"].refresh_from_db()
    found["dijk"].save()
    return found


@pytest.mark.parametrize(
    ("typed", "who"),
    [
        ("muller", "müller"),
        ("MÜLLER", "müller"),
        ("mueller", "müller"),
        ("Müller-Ångström", "müller"),
        ("angstrom", "müller"),
        ("mullerangstrom", "müller"),
        ("Münch", "münch"),
        ("munch", "münch"),
        (DECOMPOSED, "münch"),
        ("παπαδοπουλος", "greek"),
        ("ΠΑΠΑΔΌΠΟΥΛΟΣ", "greek"),
        ("van 't hof", "hof"),
        ("'t hof", "hof"),
        ("’t Hof", "hof"),
        ("Hof, T. van 't", "hof"),
        ("Dijk, N.S. van", "dijk"),
        ("n.s. van dijk", "dijk"),
        ("NS dijk", "dijk"),
        ("obrien", "brien"),
        ("o’brien", "brien"),
        ("brien", "brien"),
        ("sorensen", "søren"),
        ("soerensen", "søren"),
        ("strauss", "strauß"),
        ("1944-10-13", "date"),
        ("13-10-1944", "date"),
        ("13.10.1944", "date"),
        ("13101944", "date"),
        ("19441013", "date"),
        ("datum 13-10-1944", "date"),
    ],
)
def test_found_however_it_is_typed(people, registered, typed, who):
    page = find_patients(people.viewer("gp"), typed, people.at)
    assert registered[who] in list(page.object_list)
    assert len(page.object_list) == 1, [one.full_name for one in page.object_list]


@pytest.mark.parametrize("typed", ["ulle", "ijk", "14-10-1944", "31-02-1944", "99999999", "%", "_ijk"])
def test_what_is_none_of_them_is_not_found(people, registered, typed):
    everybody = set(Patient.objects.all())
    found = set(find_patients(people.viewer("gp"), typed, people.at).object_list)
    # A sign alone is no word: it narrows nothing.
    assert found == (everybody if typed == "%" else set())


def test_the_form_on_the_page_itself_finds(people, registered):
    client = people.client("gp")
    page = client.get("/patienten/").content.decode()
    for shown in re.findall(r"<strong>([^<]+)</strong>(, [^<]*)?</a>", page)[:9]:
        typed = "".join(shown).replace("&#x27;", "'").strip()
        again = search(client, "/patienten/", "q", typed).content.decode()
        assert shown[0] in again, typed


def test_a_given_name_stands_where_there_are_no_initials(people):
    for given in ("Anna", "Bert"):
        people.patient(family_name="Bel", given_name=given)
    Patient.objects.update(initials="")
    page = people.client("gp").get("/patienten/").content.decode()
    assert ", Anna" in page
    assert ", Bert" in page


def test_a_second_record_of_the_same_person_is_pointed_out(people, registered):
    someone = registered["müller"]
    for typed in ("muller-angstrom", "MULLER ANGSTROM", "Mueller-Aangstroem"):
        found = possible_duplicates(
            people.viewer("gp"), family_name=typed, birth_date=someone.birth_date, at=people.at
        )
        assert found == [someone]
    by = people.viewer("vs")
    assert find_by_identity(by, family_name="muller-angstrom", birth_date=someone.birth_date) == someone.pk
    assert find_by_identity(by, family_name="muller", birth_date=someone.birth_date) is None


def test_who_was_there_before_is_filled_in_and_many_at_once_too(people, registered):
    keys = dict(Patient.objects.values_list("pk", "search_key"))
    Patient.objects.update(search_key="")
    migration = import_module("anderhalf.apps.people.migrations.0004_search_key")
    migration.fill(apps, SimpleNamespace(connection=connection))
    assert dict(Patient.objects.values_list("pk", "search_key")) == keys
    someone = registered["müller"]
    key = someone.search_key
    someone.pk, someone.bsn_index, someone.search_key = uuid4(), "", ""
    Patient.objects.bulk_create([someone])
    assert Patient.objects.get(pk=someone.pk).search_key == key
