"""The agreement can be read by everyone, every table of it, in both languages."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import translation

from anderhalf.apps.network import queries
from anderhalf.apps.network.words import cell_in_words, cited
from anderhalf.apps.people.roles import Role
from anderhalf.core.decisions.facts import Fact, FactType
from anderhalf.core.decisions.feel import parse_cell

pytestmark = pytest.mark.django_db
LVEF = Fact(name="lvef", type=FactType.NUMBER, label={"nl": "LVEF"}, unit="%", unit_label="%")
POTASSIUM = Fact(
    name="potassium", type=FactType.NUMBER, label={"nl": "kalium"}, unit="mmol/L", unit_label="mmol/l"
)
RHYTHM = Fact(
    name="rhythm",
    type=FactType.CODE,
    label={"nl": "ritme"},
    values={"sinus": {"nl": "sinusritme"}, "af": {"nl": "boezemfibrilleren"}},
)
KNOWN = Fact(name="known", type=FactType.BOOLEAN, label={"nl": "bekend"})


@pytest.mark.parametrize(
    ("cell", "fact", "words"),
    [
        ("-", LVEF, ""),
        (">=50", LVEF, "50% of meer"),
        ("<40", LVEF, "minder dan 40%"),
        ("[40..49]", LVEF, "40% tot en met 49%"),
        ("]4.5..5.5[", POTASSIUM, "meer dan 4,5\u00a0mmol/l en minder dan 5,5\u00a0mmol/l"),
        ('"sinus","af"', RHYTHM, "sinusritme of boezemfibrilleren"),
        ('not("af")', RHYTHM, "niet boezemfibrilleren"),
        ("true", KNOWN, "ja"),
        ("null", LVEF, "onbekend"),
    ],
)
def test_a_cell_in_words(cell, fact, words):
    with translation.override("nl"):
        assert cell_in_words(parse_cell(cell, fact), fact, "nl") == words


def test_a_source_is_cited_with_its_place(people, at):
    pathway = queries.pathway_on("voorbeeldstreek", "heart_failure", on=at.date())
    found = cited("local; ESC21 p.3641", pathway.sources)
    assert [(one.id, one.place) for one in found] == [("ESC21", "p.3641")]
    assert found[0].url.startswith("https://")


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_table_opens_and_shows_every_rule(people, at, language):
    client = people.client("poh", language=language)
    pathway = queries.pathway_on("voorbeeldstreek", "heart_failure", on=at.date())
    overview = client.get(reverse("network:agreement")).content.decode()
    for table in pathway.tables.values():
        address = reverse("network:table", args=[pathway.key, table.id])
        assert address in overview
        page = client.get(address).content.decode()
        for rule in table.rules:
            assert f'id="{rule.id}"' in page


def test_local_agreements_are_marked_as_such(people, at):
    table = queries.pathway_on("voorbeeldstreek", "heart_failure", on=at.date()).tables["referral"]
    page = (
        people.client("poh")
        .get(reverse("network:table", args=["heart_failure", "referral"]))
        .content.decode()
    )
    assert page.count("badge local") == sum(1 for rule in table.rules if rule.local)


@pytest.mark.parametrize("role", [role for role in Role.values if role != "carer"])
def test_everyone_may_read_the_agreement(people, role):
    assert people.client(role).get(reverse("network:agreement")).status_code == 200


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("page", ["network:training", "network:partners"])
def test_training_and_partners(people, page, language):
    assert people.client("gp", language=language).get(reverse(page)).status_code == 200


def test_an_unknown_table_is_not_there(people):
    assert people.client("gp").get("/afspraak/heart_failure/bestaat_niet/").status_code == 404
    assert people.client("gp").get("/afspraak/bestaat_niet/referral/").status_code == 404


def test_numbers_keep_their_decimals(people, at):
    agreement = queries.agreement_on("voorbeeldstreek", on=at.date())
    assert all(isinstance(one.expected, Decimal | None) for one in agreement.numbers)
    assert all(isinstance(day, date) for day in agreement.pilot.evaluations)
