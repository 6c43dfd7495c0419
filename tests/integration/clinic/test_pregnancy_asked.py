"""A possible pregnancy is asked of no man and of no woman past the age of the dictionary: on no road, in no pathway."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from anderhalf.apps.clinic import queries
from anderhalf.apps.people.access import Right
from anderhalf.apps.record import actions as record
from anderhalf.core.decisions.facts import FactValue
from anderhalf.core.pathway.danger import look_for_danger
from anderhalf.core.pathway.referral import route_referral
from tests.support.titration import pathway, protocol

FIELD = 'name="f_pregnant"'
ON = date(2026, 11, 29)
FROM_AGE = pathway().facts["pregnant"].not_asked_of.from_age


@pytest.fixture
def at():
    """Pages read the real clock, so here everything happens now."""
    return timezone.localtime()


def born(years: int) -> date:
    return date(timezone.localdate().year - years, 1, 1)


PEOPLE = [("female", 78, False), ("female", FROM_AGE, False), ("male", 35, False), ("male", 78, False),
          ("female", 35, True), ("female", FROM_AGE - 1, True), ("other", 35, True)]  # fmt: skip


def pages(people, episode) -> dict[str, str]:
    vs, gp = people.client("vs"), people.client("gp")
    of = [episode.patient_id]
    return {
        "tolerances": vs.get(reverse("clinic:tolerances", args=of)).content.decode(),
        "referral": gp.get(reverse("referrals:new"), {"patient": str(of[0])}).content.decode(),
    }


@pytest.mark.parametrize(("sex", "years", "asked"), PEOPLE)
def test_on_every_form(clinic, people, sex, years, asked):
    episode = clinic.episode(people.patient(sex=sex, birth_date=born(years)))
    for name, page in pages(people, episode).items():
        assert (FIELD in page) is asked, name


@pytest.mark.parametrize("years", [35, 78])
def test_in_the_contact_that_asks_for_a_second_pathway(clinic, people, at, years):
    episode = clinic.episode(people.patient(sex="female", birth_date=born(years)))
    rhythm = [record.NewObservation(fact="rhythm", value="af", at=at)]
    record.record_observations(
        by=clinic.vs, at=at, patient=episode.patient_id, items=rhythm, under=Right.WRITE_CLINICAL
    )
    page = people.client("vs").get(reverse("clinic:encounter_new", args=[episode.pk])).content.decode()
    assert "Atriumfibrilleren" in page and (FIELD in page) is (years == 35)


def test_a_new_patient_by_birth_date_and_sex_as_typed(people):
    client = people.client("gp")
    typed = {"concept": "8b4a7c1e-2f63-4f0e-9a5b-0c1d2e3f4a5b", "birth_date": "14-03-1948", "action": "route"}
    for sex, asked in (("female", False), ("male", False)):
        page = client.post(reverse("referrals:send"), typed | {"sex": sex}).content.decode()
        assert "f_potassium" in page and (FIELD in page) is asked
    young = client.post(reverse("referrals:send"), typed | {"sex": "female", "birth_date": "14-03-1990"})
    assert FIELD in young.content.decode()


def test_a_yes_that_was_given_stands_and_is_asked_again(clinic, people, at):
    episode = clinic.episode(people.patient(sex="female", birth_date=born(78)))
    yes = [record.NewObservation(fact="pregnant", value=True, at=at)]
    record.record_observations(
        by=clinic.vs, at=at, patient=episode.patient_id, items=yes, under=Right.WRITE_CLINICAL
    )
    assert (
        FIELD
        in people.client("vs").get(reverse("clinic:tolerances", args=[episode.patient_id])).content.decode()
    )
    known = queries.known_facts(
        episode.patient_id, pathway(), on=timezone.localdate(), birth_date=born(78), sex="female"
    )
    assert known["pregnant"].value is True


@pytest.mark.parametrize("key", ["heart_failure", "atrial_fibrillation"])
@pytest.mark.parametrize(("sex", "years", "asked"), PEOPLE)
def test_no_table_waits_for_it(key, sex, years, asked):
    found, day = pathway(key), date(ON.year - years, 1, 1)
    facts = {"sex": FactValue(sex)}
    derived = found.dictionary.derive(facts, on=ON, birth_date=day)
    assert ("pregnant" in derived) is not asked
    danger = look_for_danger([found], facts, on=ON, birth_date=day)
    routing = route_referral(found, facts, on=ON, birth_date=day)
    waits = {*danger.missing, *(one.fact for one in routing.missing)}
    if not asked:
        assert "pregnant" not in waits


def test_the_age_stands_in_one_place():
    assert protocol().pregnancy_not_asked_from_age == FROM_AGE
