"""Scores made of points, line by line: the published examples, both sides of every limit, and what is missing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from anderhalf.core.decisions.facts import FactValue
from anderhalf.core.pathway.scores import ScoreError, read_scores, score
from tests.support.titration import scores, value_of

ON = date(2026, 11, 20)


def values(**given):
    return {name: FactValue(value_of(value), ON) for name, value in given.items() if value is not None}


def points(score_id, **given):
    found = score(scores(), score_id, values(**given), on=ON).points
    return int(found.low), int(found.high)


NOTHING = {
    "heart_failure_known": False, "hypertension": False, "diabetes": False, "stroke_or_tia": False, "vascular_disease": False,
    "systemic_embolism": False, "coronary_disease": False, "lvef": 55, "age": 40, "sex": "male",
}  # fmt: skip
ALL = dict.fromkeys(
    ("heart_failure_known", "hypertension", "diabetes", "stroke_or_tia", "vascular_disease"), True
)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, 0),
        ({"heart_failure_known": True}, 1),
        ({"lvef": 40}, 1),
        ({"lvef": Decimal("40.1")}, 0),
        ({"lvef": 30, "heart_failure_known": True}, 1),
        ({"coronary_disease": True}, 1),
        ({"coronary_disease": True, "vascular_disease": True}, 1),
        ({"systemic_embolism": True}, 2),
        ({"systemic_embolism": True, "stroke_or_tia": True}, 2),
        ({"heart_failure_known": True, "hypertension": True}, 2),
        ({"heart_failure_known": True, "hypertension": True, "vascular_disease": True}, 3),
        ({"heart_failure_known": True, "hypertension": True, "stroke_or_tia": True}, 4),
        (
            {
                "heart_failure_known": True,
                "hypertension": True,
                "stroke_or_tia": True,
                "vascular_disease": True,
            },
            5,
        ),
        ({**ALL, "age": 64}, 6),
        ({**ALL, "age": 65}, 7),
        ({**ALL, "age": 64, "sex": "female"}, 7),
        ({**ALL, "age": 74, "sex": "female"}, 8),
        ({**ALL, "age": 75, "sex": "female"}, 9),
    ],
)
def test_cha2ds2_vasc(given, expected):
    """Clinical facts 7.1."""
    assert points("cha2ds2_vasc", **{**NOTHING, **given}) == (expected, expected)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, 0),
        ({"hypertension": True}, 1),
        ({"stroke_or_tia": True}, 2),
        ({"age": 74}, 1),
        ({"age": 75}, 2),
        ({**ALL, "stroke_or_tia": False, "age": 65}, 5),
        ({**ALL, "age": 75}, 8),
        ({**ALL, "age": 75, "sex": "female"}, 8),
    ],
)
def test_cha2ds2_va(given, expected):
    """Clinical facts 7.2; sex never counts."""
    assert points("cha2ds2_va", **{**NOTHING, **given}) == (expected, expected)


H2FPEF = {
    "bmi": 24,
    "antihypertensive_drugs": 0,
    "atrial_fibrillation": False,
    "pasp": 25,
    "age": 50,
    "e_over_e": 5,
}


@pytest.mark.parametrize(
    ("given", "expected", "band"),
    [
        ({}, 0, "low"),
        ({"bmi": 30}, 0, "low"), ({"bmi": "30.1"}, 2, "intermediate"),
        ({"antihypertensive_drugs": 1}, 0, "low"), ({"antihypertensive_drugs": 2}, 1, "low"),
        ({"pasp": 35}, 0, "low"), ({"pasp": 36}, 1, "low"),
        ({"age": 60}, 0, "low"), ({"age": 61}, 1, "low"),
        ({"e_over_e": 9}, 0, "low"), ({"e_over_e": "9.1"}, 1, "low"),
        ({"atrial_fibrillation": True, "bmi": 31}, 5, "intermediate"),
        ({"atrial_fibrillation": True, "bmi": 31, "age": 61}, 6, "high"),
        ({"atrial_fibrillation": True, "bmi": 31, "age": 61, "pasp": 40, "e_over_e": 10, "antihypertensive_drugs": 2}, 9, "high"),
    ],
)  # fmt: skip
def test_h2fpef_points(given, expected, band):
    """Clinical facts 2.3 and 7.3; hypertension counts 1 (X13)."""
    found = score(scores(), "h2fpef", values(**{**H2FPEF, **given}), on=ON)
    assert found.points.value == expected
    assert found.band.code == band


def test_h2fpef_missing_is_a_range_not_zero():
    found = score(
        scores(),
        "h2fpef",
        values(**{**H2FPEF, "bmi": 31, "e_over_e": None, "atrial_fibrillation": None}),
        on=ON,
    )
    assert (found.points.low, found.points.high) == (2, 6)
    assert set(found.points.missing) == {"e_over_e", "atrial_fibrillation"}
    assert [band.code for band in found.bands] == ["intermediate", "high"]
    assert found.band is None


PEFF = {
    "septal_e": 8, "lateral_e": 11, "e_over_e": 8, "tr_velocity": "2.5", "gls": 18, "la_volume_index": 25, "lv_mass_index": 80,
    "relative_wall_thickness": "0.40", "wall_thickness": 10, "nt_probnp": 100, "bnp": None, "age": 70, "sex": "male",
    "rhythm": "sinus",
}  # fmt: skip


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, 0),
        ({"e_over_e": 15, "la_volume_index": 35, "nt_probnp": 150}, 5),
        ({"septal_e": "6.9"}, 2), ({"septal_e": 7}, 0), ({"septal_e": "6.9", "age": 75}, 0), ({"septal_e": "4.9", "age": 75}, 2),
        ({"lateral_e": "9.9"}, 2), ({"lateral_e": 10}, 0), ({"lateral_e": "6.9", "age": 75}, 2),
        ({"e_over_e": 9}, 1), ({"e_over_e": "14.9"}, 1), ({"e_over_e": 15}, 2),
        ({"tr_velocity": "2.8"}, 0), ({"tr_velocity": "2.9"}, 2),
        ({"gls": "15.9"}, 1), ({"gls": 16}, 0),
        ({"la_volume_index": 28}, 0), ({"la_volume_index": 29}, 1), ({"la_volume_index": 34}, 1), ({"la_volume_index": 35}, 2),
        ({"la_volume_index": 34, "rhythm": "af"}, 1), ({"la_volume_index": 40, "rhythm": "af"}, 1), ({"la_volume_index": 41, "rhythm": "af"}, 2),
        ({"lv_mass_index": 115}, 1), ({"lv_mass_index": 149}, 1), ({"lv_mass_index": 149, "relative_wall_thickness": "0.43"}, 2),
        ({"lv_mass_index": 95, "sex": "female"}, 1), ({"lv_mass_index": 122, "relative_wall_thickness": "0.43", "sex": "female"}, 2),
        ({"relative_wall_thickness": "0.42"}, 0), ({"relative_wall_thickness": "0.43"}, 1), ({"wall_thickness": 12}, 1),
        ({"nt_probnp": 124}, 0), ({"nt_probnp": 125}, 1), ({"nt_probnp": 220}, 1), ({"nt_probnp": 221}, 2),
        ({"nt_probnp": 364, "rhythm": "af"}, 0), ({"nt_probnp": 365, "rhythm": "af"}, 1), ({"nt_probnp": 661, "rhythm": "af"}, 2),
        ({"nt_probnp": None, "bnp": 80}, 1), ({"nt_probnp": None, "bnp": 81}, 2), ({"nt_probnp": None, "bnp": 241, "rhythm": "af"}, 2),
    ],
)  # fmt: skip
def test_hfa_peff(given, expected):
    """Clinical facts 2.4 and 7.3: at most 2 per domain; either natriuretic peptide is enough."""
    assert points("hfa_peff", **{**PEFF, **given}) == (expected, expected)


def test_hfa_peff_without_any_peptide_is_a_range():
    found = score(scores(), "hfa_peff", values(**{**PEFF, "nt_probnp": None}), on=ON)
    assert (found.points.low, found.points.high) == (0, 2)
    assert set(found.points.missing) == {"nt_probnp", "bnp"}


@pytest.mark.parametrize(
    ("ferritin", "tsat", "expected"),
    [(99, None, (1, 1)), (100, 20, (0, 0)), (100, 19, (1, 1)), (299, 19, (1, 1)), (300, 19, (0, 0)), (150, None, (0, 1)), (None, 19, (0, 1)), (None, 25, (0, 1))],
)  # fmt: skip
def test_iron_deficiency(ferritin, tsat, expected):
    assert points("iron_deficiency", ferritin=ferritin, transferrin_saturation=tsat) == expected


@pytest.mark.parametrize(
    ("hb", "sex", "expected"),
    [("7.4", "female", 1), ("7.5", "female", 0), ("8.0", "male", 1), ("8.1", "male", 0)],
)
def test_anaemia(hb, sex, expected):
    assert points("anaemia", haemoglobin=hb, sex=sex) == (expected, expected)


@pytest.mark.parametrize(
    ("rest", "light", "ordinary", "expected"),
    [(False, False, False, "I"), (False, False, True, "II"), (False, True, True, "III"), (True, True, True, "IV"), (True, None, None, "IV")],
)  # fmt: skip
def test_nyha(rest, light, ordinary, expected):
    given = values(
        symptoms_at_rest=rest, symptoms_on_light_effort=light, symptoms_on_ordinary_effort=ordinary
    )
    assert score(scores(), "nyha", given, on=ON).band.code == expected


@pytest.mark.parametrize(
    ("lowest", "now", "expected"),
    [(38, 42, "no"), (35, 45, "yes"), (36, 45, "no"), (41, 55, "no"), (30, 40, "no"), (40, 50, "yes")],
)
def test_improved_lvef_by_the_universal_definition(lowest, now, expected):
    """Clinical facts 7.3: a rise of exactly 10 counts, 9 does not, 38 to 42 does not."""
    given = values(lvef_lowest_before=lowest, lvef=now, lvef_rise=now - lowest)
    assert score(scores(), "improved_lvef", given, on=ON).band.code == expected


BLED = {
    "systolic_bp": 130, "dialysis": False, "kidney_transplant": False, "creatinine": 90, "liver_disease": False, "stroke_or_tia": False, "stroke": False,
    "major_bleeding": False, "labile_inr": False, "age": 60, "antiplatelet": False, "nsaid": False, "alcohol_units_per_week": 0,
}  # fmt: skip


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, 0), ({"systolic_bp": 160}, 0), ({"systolic_bp": 161}, 1), ({"creatinine": 199}, 0), ({"creatinine": 200}, 1),
        ({"dialysis": True, "creatinine": 500, "kidney_transplant": True}, 1), ({"age": 65}, 0), ({"age": 66}, 1),
        ({"antiplatelet": True, "nsaid": True}, 1), ({"alcohol_units_per_week": 7}, 0), ({"alcohol_units_per_week": 8}, 1),
        ({"labile_inr": True, "major_bleeding": True, "stroke_or_tia": True, "stroke": True, "liver_disease": True}, 4),
        ({"stroke_or_tia": True}, 0),
    ],
)  # fmt: skip
def test_has_bled(given, expected):
    assert points("has_bled", **{**BLED, **given}) == (expected, expected)


def test_a_stale_value_counts_as_missing():
    old = {"potassium": FactValue(Decimal(1), date(2020, 1, 1))} | values(**{**H2FPEF, "bmi": None})
    old["bmi"] = FactValue(Decimal(31), date(2020, 1, 1))
    found = score(scores(), "h2fpef", old, on=ON)
    assert (found.points.low, found.points.high) == (0, 2)


def test_faults_are_named():
    text = """
[scores.x]
title = {nl = "x", en = "x"}
source = "x"
bands = [{from = 0, to = 2, code = "a", nl = "a", en = "a"}]
items = [{id = "i", domain = "d", points = 1, when = {age = ">1"}, nl = "i", en = "i"}]
"""
    with pytest.raises(ScoreError, match="0 to 1"):
        read_scores(text, facts=scores().facts)
    with pytest.raises(ScoreError, match="not in the data dictionary"):
        read_scores(text.replace("age =", "aeg ="), facts=scores().facts)
    with pytest.raises(ScoreError, match="no score"):
        score(scores(), "nothing", {}, on=ON)
