"""The continuous calculators against published and recomputed examples (clinical facts 7.3 to 7.5)."""

from __future__ import annotations

import csv
from decimal import Decimal

import pytest

from anderhalf.core.pathway.scores import (
    Range,
    ScoreError,
    body_mass_index,
    cockcroft_gault,
    egfr,
    h2fpef_probability,
    read_scores,
)
from tests.support.titration import pathway, protocol, scores


def d(value):
    return None if value is None else Decimal(str(value))


@pytest.mark.parametrize(
    ("creatinine", "age", "sex", "y2009", "y2021"),
    [
        (70, 65, "female", 78.3, 82.7), (88.4, 50, "male", 87.4, 91.7), (88.4, 50, "female", 65.6, 68.6),
        (100, 75, "male", 63.1, 67.7), (100, 75, "female", 47.4, 50.7), (133, 80, "female", 32.4, 34.9),
        (177, 70, "male", 32.8, 35.2), (221, 70, "male", 25.1, 27.0),
    ],
)  # fmt: skip
def test_both_egfr_equations(creatinine, age, sex, y2009, y2021):
    given = {"creatinine": d(creatinine), "age": d(age), "sex": sex}
    assert egfr(scores(), equation="ckd_epi_2009", **given).rounded(1).value == d(y2009)
    assert egfr(scores(), equation="ckd_epi_2021", **given).rounded(1).value == d(y2021)


@pytest.mark.parametrize(
    ("sex", "creatinine", "published"),
    [("male", 50, 140.19), ("male", 100, 87.85), ("female", 50, 126.88), ("female", 100, 66.21)],
)
def test_egfr_2009_published_fixtures_within_half_a_percent(sex, creatinine, published):
    found = egfr(scores(), equation="ckd_epi_2009", creatinine=d(creatinine), age=d(28), sex=sex).value
    assert abs(found - d(published)) <= d(published) * d("0.005")


def test_the_agreement_chooses_the_equation():
    given = {"creatinine": d(100), "age": d(75), "sex": "male"}
    other = read_scores(
        pathway().files["scores.toml"], facts=scores().facts, settings={"egfr_equation": "ckd_epi_2021"}
    )
    assert egfr(scores(), **given).rounded(1).value == d(63.1)
    assert egfr(other, **given).rounded(1).value == d(67.7)
    with pytest.raises(ScoreError, match="not one of"):
        read_scores(pathway().files["scores.toml"], facts=scores().facts, settings={"egfr_equation": "mdrd"})


def test_every_outside_egfr_value(shared_data):
    """546 values of ENGAGE-HF (CKD-EPI 2021, creatinine in mg/dL), each within rounding to a whole number."""
    with (shared_data / "engage-hf" / "egfr.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 546
    for row in rows:
        creatinine = d(row["creatinine"]) * d("88.4")
        found = egfr(
            scores(), equation="ckd_epi_2021", creatinine=creatinine, age=d(row["age"]), sex=row["sex"]
        )
        assert abs(found.value - d(row["egfr"])) < d("0.5"), row


@pytest.mark.parametrize(
    ("sex", "age", "weight", "mg_dl", "published"),
    [("male", 68, 68, 1, 68), ("female", 68, 68, 1, 57.8), ("male", 24, 54, 1, 87), ("female", 24, 54, 1, 73.95), ("male", 68, 68, 5, 13.6)],
)  # fmt: skip
def test_cockcroft_gault_published(sex, age, weight, mg_dl, published):
    found = cockcroft_gault(scores(), creatinine=d(mg_dl) * d("88.4"), age=d(age), weight=d(weight), sex=sex)
    assert found.rounded(2).value == d(published)


@pytest.mark.parametrize(
    ("sex", "age", "weight", "creatinine", "computed"),
    [("female", 80, 60, 133, 28.2), ("female", 82, 58, 110, 31.8), ("male", 75, 70, 120, 46.6), ("female", 81, 70, 120, 35.8)],
)  # fmt: skip
def test_cockcroft_gault_in_micromoles(sex, age, weight, creatinine, computed):
    given = {"creatinine": d(creatinine), "age": d(age), "weight": d(weight), "sex": sex}
    assert cockcroft_gault(scores(), si_form=True, **given).rounded(1).value == d(computed)
    conventional = cockcroft_gault(scores(), **given).value
    assert abs(conventional - d(computed)) <= d(computed) * d("0.005")


@pytest.mark.parametrize(
    ("age", "bmi", "e", "pasp", "af", "percent"), [(32, 24, 3, 25, False, 4.50), (32, 24, 3, 25, True, 20.52), (60, 32, 3, 25, True, 72.19)]
)  # fmt: skip
def test_h2fpef_probability(age, bmi, e, pasp, af, percent):
    found = h2fpef_probability(
        scores(), age=d(age), bmi=d(bmi), e_over_e=d(e), pasp=d(pasp), atrial_fibrillation=af
    )
    assert found.rounded(2).value == d(percent)


def test_bmi():
    assert body_mass_index(scores(), weight=d(80), height=d(178)).rounded(1).value == d(25.2)


class TestRange:
    def test_missing_sex_gives_both_ends(self):
        found = egfr(scores(), creatinine=d(100), age=d(75), sex=None)
        low = egfr(scores(), creatinine=d(100), age=d(75), sex="female").value
        high = egfr(scores(), creatinine=d(100), age=d(75), sex="male").value
        assert (found.low, found.high, found.missing) == (low, high, ("sex",))
        assert found.value is None
        assert "–" in str(found.rounded())

    def test_other_sex_counts_as_unknown(self):
        assert egfr(scores(), creatinine=d(100), age=d(75), sex="other").missing == ("sex",)

    @pytest.mark.parametrize("name", ["creatinine", "age", "weight", "sex"])
    def test_every_missing_input_widens_and_contains_the_answer(self, name):
        given = {"creatinine": d(120), "age": d(75), "weight": d(70), "sex": "male"}
        exact = cockcroft_gault(scores(), **given).value
        found = cockcroft_gault(scores(), **{**given, name: None})
        assert found.low < exact <= found.high
        assert found.missing == (name,)

    def test_unknown_rhythm_widens_h2fpef(self):
        found = h2fpef_probability(
            scores(), age=d(32), bmi=d(24), e_over_e=d(3), pasp=d(25), atrial_fibrillation=None
        )
        assert (found.low.quantize(d("0.1")), found.high.quantize(d("0.1"))) == (d(4.5), d(20.5))

    def test_a_range_runs_upward(self):
        with pytest.raises(ValueError, match="upward"):
            Range(d(2), d(1))


def test_unknown_formula_is_refused():
    with pytest.raises(ScoreError, match="no formula"):
        egfr(scores(), creatinine=d(1), age=d(1), sex="male", equation="mdrd")


def test_the_protocol_can_compute_egfr():
    assert protocol().scores is not None
