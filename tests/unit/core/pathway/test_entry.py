"""What somebody typed is read exactly or refused: never another number than the one that was meant."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anderhalf.content import load_pathway, pathway_folder, read_folder
from anderhalf.core.decisions.facts import Fact, FactType
from anderhalf.core.decisions.ranges import Range
from anderhalf.core.pathway.entry import RefusedValue, recorded, typed_number
from anderhalf.core.pathway.units import amount_of, unit_key

D = Decimal
ANY = Fact(name="any", type=FactType.NUMBER, label={"nl": "Getal", "en": "Number"}, unit="1")
TODAY = date(2026, 11, 28)


@pytest.fixture(scope="module")
def dictionary():
    return load_pathway(read_folder(pathway_folder("heart_failure")), "test").dictionary


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("8900", "8900"),
        ("8,9", "8.9"),
        ("8.9", "8.9"),
        ("8 900", "8900"),
        ("8\u00a0900", "8900"),
        ("8\u202f900,5", "8900.5"),
        ("1.234,5", "1234.5"),
        ("1,234.5", "1234.5"),
        ("1.234.567", "1234567"),
        ("1.234.567,8", "1234567.8"),
        ("12,5", "12.5"),
        ("29,5", "29.5"),
        ("0,350", "0.35"),
        (".5", "0.5"),
        ("8900,125", "8900.125"),
        ("-5", "-5"),
        ("\u22125", "-5"),
        ("5,1000", "5.1"),
        ("5,10000000", "5.1"),
    ],
)
def test_one_reading(typed, meant):
    assert typed_number(ANY, typed) == D(meant)


@pytest.mark.parametrize(
    "typed",
    ["5 4", "1 23", "120/80", "120-80", "5-", "1.2.3", "1,2,3", "1.23,4", "1,234,5", "12.34.567", "5.", "5,", "1e5",
     "٣", "", "0 900", "--5", "> >5", "<", "~5", "8,12345", "1234567890123456", "5 000 4", "1.234 567", "8.900x"],
)  # fmt: skip
def test_no_reading(typed):
    with pytest.raises(RefusedValue) as refused:
        typed_number(ANY, typed)
    assert not refused.value.readings
    assert refused.value.texts["nl"].startswith("Getal: ")
    assert refused.value.texts["en"].startswith("Number: ")


@pytest.mark.parametrize(
    ("typed", "thousands", "decimal"),
    [("8.900", "8900", "8.9"), ("12.500", "12500", "12.5"), ("34,999", "34999", "34.999"), ("1.000", "1000", "1"),
    ],
)  # fmt: skip
def test_two_readings_are_both_offered(typed, thousands, decimal):
    with pytest.raises(RefusedValue) as refused:
        typed_number(ANY, typed)
    assert set(refused.value.readings) == {D(thousands), D(decimal)}
    assert thousands in refused.value.texts["nl"]
    assert decimal.replace(".", ",") in refused.value.texts["nl"]
    assert decimal in refused.value.texts["en"]


@pytest.mark.parametrize(
    ("typed", "sign", "number"),
    [(">90", ">", "90"), ("> 90", ">", "90"), ("<50", "<", "50"), ("≥ 90,5", ">=", "90.5"), ("<=1.5", "<=", "1.5"),
     ("≤35 000", "<=", "35000")],
)  # fmt: skip
def test_a_comparator_makes_a_range(typed, sign, number):
    assert typed_number(ANY, typed) == Range.of(sign, D(number))


def write(number: Decimal, thousands: str, decimal: str) -> str:
    whole, _, fraction = format(number, "f").partition(".")
    grouped = f"{int(whole):,}".replace(",", thousands)
    return grouped + (decimal + fraction if fraction else "")


NUMBERS = st.builds(lambda units, places: D(units).scaleb(-places), st.integers(0, 10**9), st.integers(0, 4))
NOTATIONS = st.sampled_from(
    [("", ","), ("", "."), (".", ","), (",", "."), (" ", ","), (" ", "."), ("\u00a0", ","), ("\u202f", ".")]
)


@given(NUMBERS, NOTATIONS, st.sampled_from(["", "<", ">", "<= ", "≥"]), st.sampled_from(["", " "]))
def test_the_exact_number_or_a_refusal_never_another(number, notation, sign, around):
    typed = around + sign + write(number, *notation) + around
    try:
        found = typed_number(ANY, typed)
    except RefusedValue as refused:
        # Only what another notation reads as another number is refused, and then the right one is offered.
        ends = [end for one in refused.readings for end in (one.ends if isinstance(one, Range) else (one,))]
        assert number in ends
        assert all(isinstance(one, Range) is bool(sign) for one in refused.readings)
        return
    assert (found.ends if isinstance(found, Range) else (found,)) == (number,)
    assert isinstance(found, Range) is bool(sign)


@given(st.text(alphabet="0123456789.,- +<>", max_size=9))
def test_any_text_is_read_in_one_way_or_refused(typed):
    """Whatever is accepted is what each notation that can write it means."""
    try:
        found = typed_number(ANY, typed)
    except RefusedValue:
        return
    number = found.ends[0] if isinstance(found, Range) else found
    digits = typed.strip(" <>=+-")
    meanings = set()
    for thousands, decimal in (("", ","), ("", "."), (".", ","), (",", "."), (" ", ","), (" ", ".")):
        parts = digits.split(decimal)
        groups = parts[0].split(thousands) if thousands else [parts[0]]
        sound = len(parts) <= 2 and all(part.isdigit() for part in (*groups, *parts[1:]) if part)
        if len(groups) > 1:
            sound = sound and len(groups[0]) in (1, 2, 3) and all(len(group) == 3 for group in groups[1:])
            sound = sound and not groups[0].startswith("0")
        if sound and "".join(groups + parts[1:]).isdigit():
            meanings.add(D("0" + "".join(groups) + "." + (parts[1] if len(parts) == 2 else "") + "0"))
    assert meanings == {abs(number)}


@given(
    st.fractions(min_value=0, max_value=10**6), st.builds(lambda n: D(n).scaleb(-3), st.integers(0, 10**9))
)
def test_what_is_recorded_stays_on_its_side_of_every_threshold(exact, threshold):
    found = recorded(exact)
    assert abs(Fraction(found) - exact) <= Fraction(1, 10**4)
    assert (found < threshold, found == threshold) == (exact < threshold, exact == Fraction(threshold))


# ---- with a fact of the dictionary ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["nt_probnp", "creatinine", "potassium", "weight", "egfr", "lvef"])
@pytest.mark.parametrize("typed", ["8.900", "12,500", "5.400", "34.999"])
def test_a_possible_thousands_separator_is_refused_for_every_fact(dictionary, name, typed):
    with pytest.raises(RefusedValue) as refused:
        dictionary.read_text(name, typed)
    low, high = dictionary[name].minimum, dictionary[name].maximum
    assert all(low <= reading <= high for reading in refused.value.readings)


def test_what_it_would_be_is_handed_over_for_whoever_looks_for_danger(dictionary):
    with pytest.raises(RefusedValue) as refused:
        dictionary.read_text("nt_probnp", "8.900")
    assert refused.value.readings == (D(8900), D("8.9"))
    with pytest.raises(RefusedValue) as refused:
        dictionary.read_text("nt_probnp", "8.900", unit="pmol/l")
    assert refused.value.readings == (D("75423.7288"), D("75.4237"))


@pytest.mark.parametrize(("name", "typed", "meant"), [("lvef", "0,35", 35), ("transferrin_saturation", "0.18", 18),
                                                      ("transferrin_saturation", "<0,2", Range.of("<", D(20)))])  # fmt: skip
def test_a_fraction_in_a_field_of_percentages_is_asked(dictionary, name, typed, meant):
    with pytest.raises(RefusedValue) as refused:
        dictionary.read_text(name, typed)
    assert refused.value.readings == (meant,)
    assert "Bedoelt u" in refused.value.texts["nl"]
    number = typed.lstrip("<")
    assert dictionary.read_text(name, number, unit="fractie").value == (
        meant.high if isinstance(meant, Range) else meant
    )


def test_units_beside_each_other(dictionary):
    assert dictionary.offered_units("nt_probnp") == ("ng/l", "pmol/l")
    assert dictionary.offered_units("creatinine") == ("µmol/l", "mg/dl")
    assert dictionary.offered_units("potassium") == ()
    assert dictionary.read_text("nt_probnp", "35", unit="pmol/l").value == D("296.6102")
    assert dictionary.read_text("hba1c", "7,0", unit="%").value == D("53.01")
    assert dictionary.read_text("nt_probnp", ">4000", unit="pmol/l").value == Range.of(">", D("33898.3051"))


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("last_hf_admission_on", "01-01-2030", "ligt in de toekomst"),
        ("last_hf_admission_on", "29-11-2026", "ligt in de toekomst"),
        ("last_hf_admission_on", "01-01-1900", "ligt voor de geboortedatum"),
    ],
)
def test_a_date_that_cannot_be(dictionary, name, typed, said):
    with pytest.raises(RefusedValue) as refused:
        dictionary.read_text(name, typed, on=TODAY, born=date(1950, 2, 1))
    assert said in refused.value.texts["nl"]
    assert dictionary.read_text(name, "28-11-2026", on=TODAY, born=date(1950, 2, 1)).value == TODAY


@pytest.mark.parametrize("born", [date(1900, 1, 1), date(1899, 1, 1), date(1906, 11, 27)])
def test_an_age_that_cannot_be_is_unknown(dictionary, born):
    known = dictionary.derive({}, on=TODAY, birth_date=born)
    assert ("age" in known) is (born.year == 1906)


def test_a_range_is_unusual_only_as_a_whole(dictionary):
    assert dictionary.read_text("potassium", ">6,5").unusual
    assert not dictionary.read_text("egfr", ">90").unusual
    assert not dictionary.read_text("nt_probnp", "<50").unusual
    with pytest.raises(RefusedValue):
        dictionary.read_text("potassium", ">12")


# ---- units -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "spellings",
    [
        ("mL/min/{1.73_m2}", "ml/min/1,73 m²", "ml/min/1,73m2", "mL/min/1.73m2", "mL/min/{1,73_m2}", "ml/min/{1.73m2}",
         "mL/min/1.73m^2", "ml/min/1,73"),
        ("umol/L", "µmol/l", "\u03bcmol/L", "{micromol/l}", "umol/l ", "micromol/L"),
        ("mm[Hg]", "mmHg", "mm Hg", "mmhg"),
        ("/min", "beats/min", "1/min", "{beats}/min", "{Beats}/min", "bpm", "/minute", "slagen/min", "per minuut"),
        ("kg", "Kg", "KG", "kg "),
        ("10*9/L", "10^9/L", "x10^9/l", "×10⁹/l", "10E9/L"),
        ("mmol/L", "{mmol/l}", "mmol / l", "mMol/L"),
    ],
)  # fmt: skip
def test_everyday_spellings_are_one_unit(spellings):
    assert len({unit_key(text) for text in spellings}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [("mL/min", "mL/min/1.73m2"), ("mmol/L", "umol/L"), ("mg/dL", "mg/L"), ("g/dL", "g/L"), ("ng/L", "ng/mL"),
     ("pmol/L", "nmol/L"), ("10*9/L", "10*3/uL"), ("mmol/mol", "mmol/L"), ("m", "mm"), ("%", "1")],
)  # fmt: skip
def test_different_units_stay_different(one, other):
    assert unit_key(one) != unit_key(other)


def test_moles_and_mass(dictionary):
    assert [amount_of(unit) for unit in ("umol/L", "mg/dL", "mmol/mol", "%", "mm[Hg]", "g/dL", "meq/L", "kg/m2")] == [
        "moles", "mass", "moles", None, None, "mass", "moles", "mass",
    ]  # fmt: skip
    assert dictionary.contradicts("creatinine", "14682-9", "mg/dL")
    assert dictionary.contradicts("creatinine", "2160-0", "µmol/l")
    assert not dictionary.contradicts("creatinine", "2160-0", "mg/dl")
    assert not dictionary.contradicts("creatinine", "523", "µmol/l")


def test_every_spelling_of_a_fact_is_one_conversion(dictionary):
    for name, entry in dictionary.entries.items():
        for unit in (entry.fact.unit_label, entry.fact.unit):
            if unit:
                assert dictionary.conversion(name, unit).factor == 1
