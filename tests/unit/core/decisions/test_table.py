"""Reading a table: all faults at once, each with its place; writing it back; its identity."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings

from anderhalf.core.decisions.model import HitPolicy, OnUnknown, OutputSpec
from anderhalf.core.decisions.table import (
    TableErrors,
    TableMeta,
    read_hit_policy,
    read_meta,
    read_table,
    table_hash,
    write_table,
)
from tests.unit.core.decisions.decision_builders import AGE, FACTS, RandomTable, random_tables, table

META = TableMeta(
    id="referral", version="1.0", hit_policy=HitPolicy.FIRST,
    outputs={"line": OutputSpec(name="line", values=("first", "second"))},
)  # fmt: skip
GOOD = '''id,age,rhythm,out:line,why_nl,why_en,source,grade,on_unknown
r1,>=65,"""af"",""paced""","""second""",ouder,older,NHG 2021,A,treat_as_no_match
r2,-,-,"""first""",anders,else,eigen afspraak,local,
'''


def faults(text: str, meta: TableMeta = META) -> list[str]:
    with pytest.raises(TableErrors) as refused:
        read_table(text, meta=meta, facts=FACTS, filename="referral.csv")
    return [str(fault) for fault in refused.value.faults]


def test_a_good_table_is_read_whole() -> None:
    read = read_table("\ufeff" + GOOD, meta=META, facts=FACTS)
    first, second = read.rules
    assert (first.id, first.source, first.local, second.local) == ("r1", "NHG 2021", False, True)
    assert first.why == {"nl": "ouder", "en": "older"}
    assert first.outputs == {"line": "second"}
    assert read.rule_on_unknown(first) is OnUnknown.TREAT_AS_NO_MATCH
    assert read.rule_on_unknown(second) is OnUnknown.NEEDS_DATA
    assert read.rule("r2") is second


def test_all_faults_are_collected_with_line_and_column() -> None:
    text = '''id,age,rhythm,out:line,on_unknown
r1,>=65 jaar,"""flutter""","""third""",maybe
"r 2","4,8",-,"""first""",
r1,-,-,,
r3,-,-
'''
    assert faults(text) == [
        "referral.csv:2: age: unexpected jaar in the cell: '>=65 jaar'",
        'referral.csv:2: rhythm: "flutter" is not in the list of this fact (sinus, af, paced)',
        'referral.csv:2: out:line: "third" is not allowed here; allowed: "first", "second"',
        "referral.csv:2: on_unknown: 'maybe' is not one of needs_data, treat_as_no_match",
        "referral.csv:3: id: 'r 2' is not an id: letters, digits, and _ . : - inside",
        "referral.csv:3: age: decimal comma: write 4.8 with a point, or 4, 8 with a space for a list: '4,8'",
        "referral.csv:4: out:line: the cell is empty; this output needs a value",
        "referral.csv:5: this row has 3 cells, the header has 5; a cell with a comma inside is written between quotes",
        "referral.csv:4: id: r1 is already the id of the rule on line 2",
    ]


def test_a_decimal_comma_that_split_a_cell_is_recognised() -> None:
    [fault] = faults('id,potassium,age,out:line\nr1,">=5,5",-,"""first"""\n')[:1]
    assert "write 5.5 with a point" in fault
    [fault] = faults('id,potassium,age,out:line\nr1,>=5,5,-,"""first"""\n')
    assert fault.startswith(
        "referral.csv:2: potassium: this row has 5 cells, the header has 4: >=5,5 looks like"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "no header row"),
        ("id,age,out:line\n", "no rules"),
        ("id;age;out:line\nr1;-;1\n", "separated by semicolons"),
        ("age,out:line\n-,1\n", "column id is missing"),
        ("id,age,age,out:line\n", "stands twice"),
        ("id,aeg,out:line\n", "not a fact of the dictionary"),
        ("id,age\n", "no out: column"),
        ("id,age,out:urgency\n", "not declared; known: line"),
        ('id,age,out:line\nr1,"-,"x\n', "not readable CSV"),
        ("id,age,out:line\nr1,-,\0\n", "binary data"),
        ("id," + ",".join(f"x{at}" for at in range(300)) + "\n", "more than 200 columns"),
    ],
)
def test_a_damaged_file_is_refused_with_a_reason(text: str, expected: str) -> None:
    assert expected in "\n".join(faults(text))


def test_a_line_number_counts_lines_of_the_file_not_rows() -> None:
    text = 'id,age,out:line,why_nl\nr1,-,"""first""","twee\nregels"\n\nr2,oud,"""first""",\n'
    assert faults(text)[0].startswith("referral.csv:5: age:")


def test_a_huge_table_is_refused() -> None:
    rows = "".join(f'r{at},-,"""first"""\n' for at in range(5001))
    assert "more than 5000 rules" in faults("id,age,out:line\n" + rows)[0]


def test_an_aggregate_needs_one_numeric_output() -> None:
    meta = replace(META, hit_policy=HitPolicy.COLLECT_SUM, outputs={})
    assert "needs a number" in faults('id,age,out:points\nr1,-,"""a"""\n', meta)[0]
    assert "adds up one output" in faults("id,age,out:a,out:b\nr1,-,1,2\n", meta)[0]


def test_true_is_not_an_allowed_one() -> None:
    meta = replace(META, outputs={"line": OutputSpec(name="line", values=(Decimal(1),))})
    assert "not allowed here" in faults("id,age,out:line\nr1,-,true\n", meta)[0]


@given(random_tables())
@settings(max_examples=60, deadline=None)
def test_a_table_written_as_csv_is_read_back_equal(random: RandomTable) -> None:
    original = random.table
    meta = TableMeta(
        id=original.id, version=original.version, hit_policy=original.hit_policy,
        outputs={spec.name: spec for spec in original.outputs},
    )  # fmt: skip
    again = read_table(write_table(original), meta=meta, facts=FACTS)
    assert again == original
    assert table_hash(again) == table_hash(original)


def test_meta_is_read_and_its_faults_are_named() -> None:
    meta = read_meta(
        {
            "file": "referral.csv", "hit_policy": "f", "title_nl": "Verwijzen", "title_en": "Refer",
            "outputs": {"line": {"values": ["first"], "labels": {"first": {"nl": "1e lijn"}}, "title_nl": "lijn"}},
        },
        table_id="referral", version="2", filename="pathway.toml",
    )  # fmt: skip
    assert meta.hit_policy is HitPolicy.FIRST
    assert meta.title == {"nl": "Verwijzen", "en": "Refer"}
    assert meta.outputs["line"].labels["first"] == {"nl": "1e lijn"}
    assert meta.outputs["line"].title == {"nl": "lijn"}
    with pytest.raises(TableErrors) as refused:
        read_meta(
            {"hit_policy": "X", "on_unkown": "needs_data", "on_unknown": "no",
             "outputs": {"a": {"values": ["x", "x"]}, "b": {"valeus": []}, "c": {"values": [[]]}, "d": 1}},
            table_id="t", version="1", filename="pathway.toml",
        )  # fmt: skip
    text = str(refused.value)
    for part in ("on_unkown: unknown key", "hit_policy: 'X'", "on_unknown: 'no'", "the same value twice",
                 "outputs.b.valeus: unknown key", "outputs.c: [] cannot be an output", "outputs.d"):  # fmt: skip
        assert part in text


def test_hit_policies_are_known_by_letter_and_by_dmn_name() -> None:
    assert read_hit_policy("RULE ORDER") is HitPolicy.RULE_ORDER
    assert read_hit_policy("c+") is HitPolicy.COLLECT_SUM
    assert read_hit_policy("Z") is None


ROWS = """
id | age | rhythm | out:line | why_nl
r1 | <18, >=60 | "af","paced" | "a" | x
r2 | - | - | "b" | y
"""


def test_layout_and_texts_do_not_change_the_identity() -> None:
    other = """
    id | rhythm | age | out:line | why_nl | source
    r1 | "paced", "af" | >=60.0 , <18 | "a" | andere tekst | bron
    r2 | - | - | "b" | z | bron
    """
    assert table_hash(table(ROWS)) == table_hash(table(other))
    assert len(table_hash(table(ROWS))) == 64


@pytest.mark.parametrize(
    ("old", "new"),
    [(">=60", ">60"), ('"af",', ""), ('"b"', '"c"'), ("r2", "r3"), ('"af","paced"', 'not("af","paced")'), ("<18, ", "null, ")],
)  # fmt: skip
def test_every_change_of_meaning_changes_the_identity(old: str, new: str) -> None:
    assert table_hash(table(ROWS)) != table_hash(table(ROWS.replace(old, new)))


def test_policy_order_and_facts_belong_to_the_identity() -> None:
    first = table(ROWS)
    hashes = {
        table_hash(changed)
        for changed in (
            first,
            replace(first, hit_policy=HitPolicy.UNIQUE),
            replace(first, on_unknown=OnUnknown.TREAT_AS_NO_MATCH),
            replace(first, rules=first.rules[::-1]),
            replace(first, inputs=(replace(AGE, unit="mo"), *first.inputs[1:])),
            replace(first, inputs=(replace(AGE, max_age_days=3), *first.inputs[1:])),
        )
    }
    assert len(hashes) == 6
    unique = replace(first, hit_policy=HitPolicy.UNIQUE)
    assert table_hash(unique) == table_hash(replace(unique, rules=unique.rules[::-1]))
    assert table_hash(first) == table_hash(replace(first, version="2", title={"nl": "x"}))
