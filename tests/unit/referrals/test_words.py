"""The answer in words, the clock in working days, and which facts stand on the form."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils import translation

from anderhalf.apps.referrals.agreed import after_working_days
from anderhalf.apps.referrals.forms.facts import FactForm
from anderhalf.apps.referrals.forms.layout import FROM_ELSEWHERE, form_facts
from anderhalf.apps.referrals.forms.widgets import read_date
from anderhalf.apps.referrals.routing import route
from anderhalf.apps.referrals.states import OWNERS, REFERRAL_STATES, Status
from anderhalf.apps.referrals.views.gaps import cell_words, either, gap_of, line_name
from anderhalf.content import load_pathway, pathway_folder, read_folder
from anderhalf.core.decisions.facts import FactType, FactValue

ON = date(2025, 11, 12)


@pytest.fixture(scope="module")
def pathway():
    return load_pathway(read_folder(pathway_folder("heart_failure")), origin="test")


@pytest.mark.parametrize(
    ("fact", "cell", "words"),
    [
        ("potassium", ">6.0", "boven 6 mmol/l"),
        ("nt_probnp", ">=125", "vanaf 125 ng/l"),
        ("systolic_bp", "<90", "onder 90 mmHg"),
        ("lvef", "<=35", "tot en met 35 %"),
        ("syncope", "true", "bij ja"),
        ("syncope", "false", "bij nee"),
        ("nyha", '"II", "III"', "bij II of III"),
        ("nyha", 'not("I")', ""),
        ("egfr", "[20..30]", ""),
    ],
)
def test_a_cell_in_words(pathway, fact, cell, words):
    with translation.override("nl"):
        assert cell_words(cell, pathway.facts[fact], "nl") == words


def test_either():
    with translation.override("nl"):
        assert [either(words) for words in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
            "",
            "a",
            "a of b",
            "a, b of c",
        ]


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2025-11-12", 2, "2025-11-14"),
        ("2025-11-13", 2, "2025-11-17"),
        ("2025-11-15", 1, "2025-11-17"),
        ("2025-11-14", 5, "2025-11-21"),
        ("2025-11-12", 0, "2025-11-12"),
        ("2025-12-24", 1, "2025-12-29"),  # over both Christmas days and a weekend
        ("2026-04-24", 1, "2026-04-28"),  # over King's Day
    ],
)
def test_working_days_pass_over_weekends_and_holidays(start, days, end):
    moment = datetime.fromisoformat(f"{start}T09:30:00").replace(tzinfo=UTC)
    assert after_working_days(moment, days).isoformat() == f"{end}T09:30:00+00:00"


@pytest.mark.parametrize("text", ["14-03-2025", "14/3/2025", "14.03.2025", "2025-03-14"])
def test_a_date_is_read_the_ways_people_write_it(text):
    assert read_date(text) == date(2025, 3, 14)


@pytest.mark.parametrize("text", ["14-03-25", "31-02-2025", "vandaag", "", "14-03", "٣-03-2025"])
def test_a_date_that_is_none_is_refused(text):
    with pytest.raises(ValueError):
        read_date(text)


def test_every_fact_that_decides_can_be_filled_in(pathway):
    used, extra = form_facts(pathway)
    asked = {*used, *extra}
    for table in ("exclusion", "referral", "to_do"):
        for fact in pathway.tables[table].inputs:
            derived = pathway.dictionary.entry(fact.name).derived
            sources = derived.inputs if derived else ()
            assert (
                fact.name in asked
                or fact.name in FROM_ELSEWHERE
                or any(s in asked or s in FROM_ELSEWHERE for s in sources)
            ), fact.name
    assert not asked & set(FROM_ELSEWHERE)
    assert len(asked) == len(used) + len(extra)


def test_a_value_from_the_record_is_filled_in_only_while_it_is_recent(pathway):
    known = {"potassium": FactValue(4, date(2025, 11, 1)), "nt_probnp": FactValue(840, date(2025, 1, 1))}
    form = FactForm(pathway=pathway, on=ON, known=known)
    assert form["f_potassium"].value() == "4" and form["d_potassium"].value() == "01-11-2025"
    assert not form["f_nt_probnp"].value()
    assert "te oud" in form.row("nt_probnp").note


def test_an_empty_field_is_unknown_also_when_it_was_filled_in(pathway):
    known = {"potassium": FactValue(4, date(2025, 11, 1)), "nt_probnp": FactValue(840, date(2025, 1, 1))}
    form = FactForm({"f_potassium": ""}, pathway=pathway, on=ON, known=known)
    assert form.is_valid()
    assert "potassium" not in form.facts(), "cleared by the person"
    assert form.facts()["nt_probnp"].on == date(2025, 1, 1), (
        "too old to show, and said to be stale by the table"
    )


def test_a_changed_value_is_new_and_the_same_value_is_not(pathway):
    known = {"potassium": FactValue(4, date(2025, 11, 1))}
    same = FactForm({"f_potassium": "4,0", "d_potassium": "01-11-2025"}, pathway=pathway, on=ON, known=known)
    assert same.is_valid() and same.new_values() == {}
    other = FactForm({"f_potassium": "4,1"}, pathway=pathway, on=ON, known=known)
    assert other.is_valid() and other.new_values()["potassium"].on == ON


@pytest.mark.parametrize(
    ("text", "wrong"),
    [("13-11-2025", "toekomst"), ("12-11-1940", "geboortedatum"), ("gisteren", "geen datum")],
)
def test_the_day_of_a_value_is_checked(pathway, text, wrong):
    form = FactForm(
        {"f_potassium": "4,1", "d_potassium": text}, pathway=pathway, on=ON, born=date(1948, 3, 14)
    )
    assert not form.is_valid() and wrong in form.errors["d_potassium"][0]


def test_a_derived_fact_is_asked_by_what_it_is_made_of(pathway):
    """BMI is not typed: weight and height are."""
    facts = {
        name: FactValue(value, ON)
        for name, value in {
            "dyspnoea_at_rest": False, "chest_pain_at_rest": False, "syncope": False, "hypoperfusion": False,
            "abrupt_deterioration": False, "systolic_bp": 140, "heart_rate": 70, "heart_failure_known": False,
            "new_angina": False, "correctable_cause_suspected": False, "specific_cause_suspected": False,
            "orthopnoea": False, "nyha": "II", "ecg_result": "normal", "rhythm": "sinus", "nt_probnp": 60,
            "natriuretic_lowering_drug": False,
        }.items()
    }  # fmt: skip
    found = route(
        pathway=pathway, facts=facts, intent="diagnosis", from_hospital=False,
        birth_date=date(1948, 3, 14), sex="male", at=datetime(2025, 11, 12, 9, tzinfo=UTC),
    )  # fmt: skip
    assert found.line == "" and {one.fact for one in found.missing if one.blocking} == {"weight", "height"}
    with translation.override("nl"):
        assert gap_of(found.missing[0], pathway, "nl").text in ("Gewicht", "Lengte")


KNOWN = {
    "dyspnoea_at_rest": False, "chest_pain_at_rest": False, "syncope": False, "hypoperfusion": False,
    "systolic_bp": 128, "heart_rate": 76, "oxygen_saturation": 97, "potassium": "4.8", "egfr": 62, "creatinine": 90,
    "heart_failure_known": True, "lvef": 32, "nyha": "II", "rhythm": "sinus",
}  # fmt: skip


@pytest.mark.parametrize(
    "more",
    [
        {}, {"potassium": "5.7"}, {"heart_rate": 47}, {"egfr": 27, "creatinine": 210}, {"congestion": True},
        {"beta_blocker": True}, {"diltiazem_or_verapamil": True}, {"abrupt_deterioration": False},
    ],
)  # fmt: skip
def test_what_would_follow_from_one_answer_is_said_only_when_it_follows_from_that_answer_alone(pathway, more):
    def routed(**answers):
        given = {**KNOWN, **more, **answers}
        facts = {name: FactValue(v if isinstance(v, bool | int) or not v[0].isdigit() else Decimal(v), ON)
                 for name, v in given.items()}  # fmt: skip
        return route(
            pathway=pathway, facts=facts, intent="titration", from_hospital=False, birth_date=date(1948, 3, 14),
            sex="", at=datetime(2025, 11, 12, 9, tzinfo=UTC),
        )  # fmt: skip

    said = 0
    with translation.override("nl"):
        before = routed()
        for missing in before.missing:
            effect = gap_of(missing, pathway, "nl").effect
            if pathway.facts[missing.fact].type is not FactType.BOOLEAN or " wordt dit " not in effect:
                continue
            said += 1
            after = routed(**{missing.fact: effect.startswith("bij ja")})
            if effect.endswith("overleg dezelfde dag"):
                assert len(after.danger.certain) > len(before.danger.certain), (missing.fact, effect)
            else:
                fired = [rule for one in after.decisions.values() for rule in one.fired]
                assert effect.endswith(tuple(line_name(rule.outputs.get("line")) for rule in fired)), effect
    assert said, "the alarm signs that were not asked still say what they mean"


def test_every_state_has_an_owner_and_a_way_out():
    assert set(OWNERS) == set(Status)
    for status in Status:
        final = not REFERRAL_STATES.transitions[status]
        assert (OWNERS[status] == "nobody") == final
