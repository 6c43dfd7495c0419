"""Units are converted exactly, impossible values refused, and what follows from other facts is worked out."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from anderhalf.content import load_pathway, pathway_folder, read_folder
from anderhalf.core.decisions.facts import FactValue
from anderhalf.core.pathway.derivations import age_on
from anderhalf.core.pathway.facts import RefusedValue, UnknownFact, UnknownUnit

ON = date(2025, 3, 3)


@pytest.fixture(scope="module")
def dictionary():
    return load_pathway(read_folder(pathway_folder("heart_failure")), "test").dictionary


@pytest.mark.parametrize(
    ("name", "value", "unit", "expected"),
    [
        ("nt_probnp", "394.39", "pg/mL", "394.39"),
        ("nt_probnp", "14.75", "pmol/L", "125"),
        ("nt_probnp", "14.69", "pmol/L", "124.4915"),
        ("creatinine", "1.00", "mg/dL", "88.4"),
        ("creatinine", "2.5", "mg/dL", "221"),
        ("potassium", "5.04", "meq/L", "5.04"),
        ("potassium", "5.05", "mmol/L", "5.05"),
        ("haemoglobin", "12", "g/dL", "7.4472"),
        ("haemoglobin", "13", "g/dL", "8.0678"),
        ("weight", "220", "[lb_av]", "99.7903"),
        ("height", "1.75", "m", "175"),
        ("glucose", "100", "mg/dL", "5.5507"),
        ("lvef", "39.55254098", "%", "39.5525"),
        ("lvef", "0.35", "1", "35"),
        ("lvef", "0.35", "fractie", "35"),
        ("egfr", "59.6", "ml/min/1,73 m²", "59.6"),
        ("egfr", "29.99999", "mL/min/{1.73_m2}", "29.9999"),
        ("egfr", "30.00001", "mL/min/{1.73_m2}", "30.0001"),
        ("hba1c", "7", "%", "53.01"),
        ("nt_probnp", "35", "pmol/l", "296.6102"),
        ("bnp", "20", "pmol/L", "69.28"),
        ("digoxin_level", "1.5", "nmol/l", "1.1709"),
        ("e_over_e", "12.3", None, "12.3"),
    ],
)
def test_units(dictionary, name, value, unit, expected):
    converted = dictionary.convert(name, Decimal(value), unit)
    assert str(converted) == expected


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("potassium", "mg/dL"),
        ("creatinine", None),
        ("weight", ""),
        ("nt_probnp", "mol"),
        ("bmi", "1"),
        ("egfr", "mL/min"),
    ],
)
def test_an_unknown_unit_names_those_that_are_understood(dictionary, name, unit):
    with pytest.raises(UnknownUnit) as caught:
        dictionary.convert(name, Decimal(1), unit)
    assert caught.value.known == dictionary.units_of(name)
    assert dictionary[name].unit in str(caught.value)


def test_an_unknown_fact_is_named(dictionary):
    with pytest.raises(UnknownFact, match="colour is not a fact"):
        dictionary.convert("colour", Decimal(1), None)


@pytest.mark.parametrize(
    ("name", "typed", "value", "unusual"),
    [
        ("potassium", "4,8", "4.8", False),
        ("potassium", " 4.8 ", "4.8", False),
        ("potassium", "6,6", "6.6", True),
        ("potassium", "1,5", "1.5", True),
        ("potassium", "10", "10", True),
        ("potassium", "6,1", "6.1", True),
        ("nt_probnp", "12 400", "12400", False),
        ("systolic_bp", "90", "90", False),
        ("systolic_bp", "89", "89", True),
    ],
)
def test_what_is_typed(dictionary, name, typed, value, unusual):
    checked = dictionary.read_text(name, typed)
    assert (str(checked.value), checked.unusual) == (value, unusual)
    assert bool(checked.texts) is unusual


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("potassium", "45", "Kalium: 45 kan niet; mogelijk is 1,5 tot 10 mmol/l."),
        ("potassium", "1,4", "mogelijk is 1,5 tot 10"),
        ("lvef", "-5", "mogelijk is 5 tot 90 %"),
        ("potassium", "4,8.1", "is geen getal"),
        ("potassium", "1e1", "is geen getal"),
        ("potassium", "NaN", "is geen getal"),
        ("potassium", "{0}", "‘{0}’ is geen getal"),
        ("potassium", "", "is geen getal"),
        ("nyha", "V", "kies uit I, II, III, IV"),
        ("syncope", "perhaps", "kies ja of nee"),
        ("birth_date", "30-02-1948", "is geen datum"),
        ("birth_date", "14-03-48", "is geen datum"),
    ],
)
def test_what_is_refused_says_what_is_possible(dictionary, name, typed, said):
    with pytest.raises(RefusedValue) as caught:
        dictionary.read_text(name, typed)
    assert said in caught.value.texts["nl"]
    assert caught.value.texts["en"]


@pytest.mark.parametrize("typed", ["14-03-1948", "1948-03-14", "14/3/1948"])
def test_dates_are_read_as_the_dutch_write_them(dictionary, typed):
    assert dictionary.read_text("birth_date", typed).value == date(1948, 3, 14)


def test_codes_find_their_fact(dictionary):
    def names(system, code):
        return [fact.name for fact in dictionary.with_code(system, code)]

    assert names("loinc", "33762-6") == ["nt_probnp"]
    assert names("atc", "C09AA05") == ["ace_inhibitor"]
    assert names("atc", "C09BX02") == ["ace_inhibitor", "beta_blocker", "bisoprolol"]
    assert names("atc", "C03DA54") == ["mra", "sglt2_inhibitor", "eplerenone"]
    assert names("icpc", "T90.02") == ["diabetes"]
    assert names("loinc", "33762") == []
    assert dictionary.value_of_code("nyha", "LA28405-1") == "II"


def facts(**given):
    return {name: FactValue(value, ON) for name, value in given.items()}


@pytest.mark.parametrize(
    ("born", "on", "age"),
    [
        (date(2000, 12, 31), date(2001, 1, 1), 0),
        (date(1948, 3, 14), date(2025, 3, 13), 76),
        (date(1948, 3, 14), date(2025, 3, 14), 77),
        (date(2004, 2, 29), date(2022, 2, 28), 17),
        (date(2004, 2, 29), date(2022, 3, 1), 18),
    ],
)
def test_age(dictionary, born, on, age):
    assert age_on(born, on) == age
    assert dictionary.derive({}, on=on, birth_date=born)["age"].value == age


def test_age_follows_the_calendar_even_when_it_was_typed(dictionary):
    assert dictionary.derive(facts(age=Decimal(50)), on=ON, birth_date=date(1948, 1, 1))["age"].value == 77
    assert dictionary.derive(facts(age=Decimal(50)), on=ON)["age"].value == 50
    assert "age" not in dictionary.derive({}, on=ON, birth_date=ON + timedelta(1))


def test_bmi_needs_both_and_a_recent_weight(dictionary):
    both = facts(weight=Decimal("80.0"), height=Decimal(175))
    assert dictionary.derive(both, on=ON)["bmi"].value == Decimal("26.1224")
    assert "bmi" not in dictionary.derive(facts(weight=Decimal(80)), on=ON)
    assert "bmi" not in dictionary.derive(both, on=ON + timedelta(93))
    assert dictionary.derive(both | facts(bmi=Decimal(30)), on=ON)["bmi"].value == 30


def test_never_admitted_does_not_follow_from_no_date(dictionary):
    assert "hf_admission_ever" not in dictionary.derive({}, on=ON)
    derived = dictionary.derive(facts(last_hf_admission_on=ON - timedelta(10)), on=ON)
    assert derived["hf_admission_ever"].value is True
    assert derived["days_since_hf_admission"].value == 10
    assert derived["days_since_hf_admission"].origin == "derived:days_since"


def test_any_of_several_drugs(dictionary):
    all_no = facts(
        beta_blocker=False, digoxin=False, diltiazem_or_verapamil=False, ivabradine=False, amiodarone=False
    )
    assert dictionary.derive(all_no, on=ON)["rate_slowing_drug"].value is False
    assert dictionary.derive(facts(digoxin=True), on=ON)["rate_slowing_drug"].value is True
    unknown = {name: value for name, value in all_no.items() if name != "amiodarone"}
    assert "rate_slowing_drug" not in dictionary.derive(unknown, on=ON)
    assert "rate_slowing_drug" not in dictionary.derive(all_no, on=ON + timedelta(93))


def test_a_yes_about_one_drug_goes_before_a_no_to_its_group(dictionary):
    def slowing(**given):
        found = dictionary.derive(facts(rate_slowing_drug=False, **given), on=ON)
        return found["rate_slowing_drug"].value

    assert slowing(digoxin=True) is True
    assert slowing() is False and slowing(digoxin=False) is False
    used = {"apixaban": True, "vka": True}
    answered = facts(two_anticoagulants=False, **used)
    assert dictionary.derive(answered, on=ON)["two_anticoagulants"].value is True
    one = facts(two_anticoagulants=False, apixaban=True)
    assert dictionary.derive(one, on=ON)["two_anticoagulants"].value is False
    old = {"rate_slowing_drug": FactValue(True, ON), "digoxin": FactValue(False, ON)}
    assert dictionary.derive(old, on=ON)["rate_slowing_drug"].value is True, "a yes to the group stands"


@pytest.mark.parametrize(
    ("yes", "no", "two"),
    [
        (2, 0, True),
        (2, 3, True),
        (1, 4, False),
        (0, 4, False),
        (1, 3, None),
        (0, 3, None),
        (0, 0, None),
    ],
)
def test_two_anticoagulants_at_once(dictionary, yes, no, two):
    """What nobody answered could be the second one."""
    names = ("apixaban", "vka", "rivaroxaban", "edoxaban", "dabigatran")
    given = {**dict.fromkeys(names[:yes], True), **dict.fromkeys(names[yes : yes + no], False)}
    found = dictionary.derive(facts(**given), on=ON).get("two_anticoagulants")
    assert (found.value if found is not None else None) is two


@pytest.mark.parametrize(
    ("reported", "days_before", "stands"),
    [("40", 30, True), ("40", 31, False), ("90", 1, False), ("90", 0, True)],
)
def test_of_two_kidney_values_of_one_time_the_lower_stands_here_as_in_titration(
    dictionary, reported, days_before, stands
):
    """One term for everybody: what titration stops on may not be an unremarkable value in the referral."""
    facts = {
        "egfr": FactValue(Decimal(reported), ON - timedelta(days=days_before)),
        "creatinine": FactValue(Decimal(95), ON),
        "sex": FactValue("male", ON),
    }
    found = dictionary.derive(facts, on=ON, birth_date=date(1956, 1, 1))["egfr"]
    assert (found.value == Decimal(reported)) is stands, found
