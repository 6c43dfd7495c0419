"""What a cell may say, what it means, and how it is refused."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anderhalf.core.decisions.facts import Fact
from anderhalf.core.decisions.feel import CellError, format_literal, parse_cell, parse_literal, parse_literals
from anderhalf.core.decisions.identity import canonical_cell
from tests.unit.core.decisions.decision_builders import ADMITTED, AGE, NOTE, OEDEMA, POTASSIUM, RHYTHM

D = Decimal


@pytest.mark.parametrize(
    ("fact", "text", "accepted", "rejected"),
    [
        (
            POTASSIUM,
            ">=5.5",
            ["5.5", "5.500000000000000000000000000001"],
            ["5.499999999999999999999999999999"],
        ),
        (POTASSIUM, "> 5.5", ["5.6"], ["5.5"]),
        (POTASSIUM, "<-1", ["-2"], ["-1", "0"]),
        (POTASSIUM, "[4..5]", ["4", "5"], ["3.9", "5.1"]),
        (POTASSIUM, "]4..5[", ["4.1"], ["4", "5"]),
        (POTASSIUM, "(4..5]", ["5"], ["4"]),
        (POTASSIUM, "[ .5 .. 1.5 )", ["0.5"], ["1.5"]),
        (POTASSIUM, "4.0", ["4", "4.00"], ["4.01"]),
        (POTASSIUM, "<3.5, >5.0", ["3.4", "5.1"], ["3.5", "5.0"]),
        (POTASSIUM, "not(<3.5, >5.0)", ["3.5", "5.0"], ["3.4", "5.1"]),
        (POTASSIUM, "4, 5", ["4", "5"], ["4.5"]),
    ],
)
def test_numbers_are_exact_at_thresholds(
    fact: Fact, text: str, accepted: list[str], rejected: list[str]
) -> None:
    cell = parse_cell(text, fact)
    assert [cell.matches(D(number)) for number in accepted] == [True] * len(accepted)
    assert [cell.matches(D(number)) for number in rejected] == [False] * len(rejected)
    assert cell.matches(None) is None


def test_a_sum_of_tenths_is_exactly_on_the_threshold() -> None:
    assert parse_cell("0.3", POTASSIUM).matches(D("0.1") + D("0.2")) is True


@pytest.mark.parametrize(
    ("text", "af", "sinus", "missing"),
    [
        ("-", True, True, True),
        ('"af"', True, False, None),
        ('"af","paced"', True, False, None),
        ('not("af")', False, True, None),
        ("null", False, False, True),
        ("not(null)", True, True, False),
        ('"af", null', True, False, True),
        ('not("af", null)', False, True, False),
    ],
)
def test_missing_is_undecided_unless_the_cell_speaks_of_null(
    text: str, af: bool, sinus: bool, missing: bool | None
) -> None:
    cell = parse_cell(text, RHYTHM)
    assert (cell.matches("af"), cell.matches("sinus"), cell.matches(None)) == (af, sinus, missing)


def test_true_is_not_one_and_dates_compare_as_days() -> None:
    assert parse_cell("true", OEDEMA).matches(True) is True
    assert parse_cell("1", AGE).matches(True) is False
    assert parse_cell(">=1", AGE).matches(True) is False
    day = parse_cell('>=date("2025-01-01")', ADMITTED)
    assert day.matches(date(2025, 1, 1)) is True
    assert day.matches(date(2024, 12, 31)) is False


@pytest.mark.parametrize(
    ("fact", "text", "why"),
    [
        (POTASSIUM, "", "empty"),
        (POTASSIUM, ">=4,8", "write 4.8 with a point"),
        (POTASSIUM, "[4,5..5]", "decimal comma"),
        (POTASSIUM, "4,8", "4, 8 with a space"),
        (POTASSIUM, "=> 5", "not part of a table cell"),
        (POTASSIUM, ">= potassium_limit", "double quotes"),
        (POTASSIUM, "5 + 1", "not part of a table cell"),
        (POTASSIUM, "5 6", "unexpected 6"),
        (POTASSIUM, "[5..4]", "nothing lies in this interval"),
        (POTASSIUM, "(5..5]", "nothing lies in this interval"),
        (POTASSIUM, "[4..5", "not closed"),
        (POTASSIUM, "not(5", "expected )"),
        (POTASSIUM, "5,", "expected a value"),
        (POTASSIUM, '"5"', "is a number"),
        (POTASSIUM, "true", "is a number"),
        (POTASSIUM, "1e3", "unexpected"),
        (POTASSIUM, "NaN", "double quotes"),
        (POTASSIUM, "٤", "not part of a table cell"),
        (POTASSIUM, "__import__('os').system('true')", "not part of a table cell"),
        (POTASSIUM, "exit()", "formulas are not allowed"),
        (POTASSIUM, "4" * 3000, "longer than"),
        (RHYTHM, "af", 'double quotes ("af")'),
        (RHYTHM, '>"af"', "has no order"),
        (RHYTHM, "1", 'did you mean "1"'),
        (OEDEMA, "<true", "has no order"),
        (OEDEMA, "yes", "double quotes"),
        (ADMITTED, 'date("2025-02-30")', "not a day of the calendar"),
        (ADMITTED, 'date("01-02-2025")', "date is written"),
        (ADMITTED, "date(2025)", "date is written"),
        (NOTE, r'"\q"', "not an escape"),
        (NOTE, '"open', "not part of a table cell"),
    ],
)
def test_anything_else_is_refused_with_its_text(fact: Fact, text: str, why: str) -> None:
    with pytest.raises(CellError) as refused:
        parse_cell(text, fact)
    assert why in str(refused.value)
    assert refused.value.text[:20] == text[:20]


@pytest.mark.parametrize("text", ["", "-", "not(1)", ">5", "1, 2", "4,8", "null", "a + b", "[1..2]"])
def test_an_output_is_one_literal(text: str) -> None:
    with pytest.raises(CellError):
        parse_literal(text)


def test_allowed_values_are_a_list_of_literals() -> None:
    assert parse_literals('"a", 2, true') == ("a", D(2), True)
    with pytest.raises(CellError, match="not a list"):
        parse_literals('"a" "b"')


@given(
    st.text()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.booleans()
    | st.dates(min_value=date(1000, 1, 1))
)
def test_every_value_survives_being_written_as_a_literal(value: str | Decimal | bool | date) -> None:
    if len(format_literal(value)) < 2000:
        read = parse_literal(format_literal(value))
        assert read == value
        assert type(read) is type(value)


@given(st.text(max_size=40))
def test_no_text_makes_the_reader_fail_in_another_way(text: str) -> None:
    for fact in (POTASSIUM, RHYTHM, ADMITTED, OEDEMA):
        try:
            parse_cell(text, fact)
        except CellError as error:
            assert error.why


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("<18, >=60", ">=60,<18"),
        ("[4..5], (5..6]", "[4..6]"),
        ("<5, 5", "<=5"),
        ("5.0", "5.00"),
        ("[1..3], [2..5]", "[1..5]"),
        ("100", "[100..100]"),
        ("not( <5 )", "not(<5)"),
        ("-0, .5", "0, 0.5"),
    ],
)
def test_cells_that_mean_the_same_have_one_canonical_form(one: str, other: str) -> None:
    assert canonical_cell(parse_cell(one, POTASSIUM)) == canonical_cell(parse_cell(other, POTASSIUM))


@pytest.mark.parametrize(
    ("one", "other"),
    [("<5", "<=5"), ("[1..2), (2..3]", "[1..3]"), ("5", "not(5)"), ("5", "5, null")],
)
def test_cells_that_differ_have_different_canonical_forms(one: str, other: str) -> None:
    assert canonical_cell(parse_cell(one, POTASSIUM)) != canonical_cell(parse_cell(other, POTASSIUM))
