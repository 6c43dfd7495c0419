"""DMN files: nothing is lost on the way out and back, and nothing hostile or foreign gets in unseen."""

from dataclasses import replace
from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anderhalf.core.decisions.dmn import DmnError, DmnFile, read_dmn, write_dmn
from anderhalf.core.decisions.dmn_xml import NAMESPACES
from anderhalf.core.decisions.facts import Fact, FactType
from anderhalf.core.decisions.meta import TableErrors
from anderhalf.core.decisions.model import DecisionTable, HitPolicy, OnUnknown, OutputSpec
from anderhalf.core.decisions.table import table_hash
from tests.unit.core.decisions.decision_builders import FACTS, RandomTable, random_tables, table

D = Decimal
DMN_1_3 = "https://www.omg.org/spec/DMN/20191111/MODEL/"


def rich_table() -> DecisionTable:
    """A table that uses everything a table can hold."""
    plain = table(
        """
        id | potassium | rhythm | admitted | out:line | why_nl | why_en | source | grade | on_unknown
        RF:01 | >=5.5, <3.5 | not("af") | >=date("2025-01-01") | "second" | hoog & <laag> | high | ESC "2021" | A | treat_as_no_match
        RF_01 | null | - | - | "first" | | | eigen afspraak | local |
        """,
        outputs={
            "line": OutputSpec(
                name="line", type=FactType.CODE, values=("first", "second"), default="first", unit="lijn",
                labels={"first": {"nl": "1e lijn", "en": "1st line"}}, title={"nl": "Lijn"},
            )
        },
    )  # fmt: skip
    potassium = replace(
        plain.facts["potassium"], unit_label="mmol/l", usual_minimum=D("3.5"), usual_maximum=D("5.50"),
        codes={"loinc": ("2823-3", "6298-4"), "nhg": ("523",)}, source="NHG", help={"nl": "regel 1\nregel\t2\r\n"},
        group="laboratory",
    )  # fmt: skip
    rhythm = replace(
        plain.facts["rhythm"], values={"sinus": {"nl": "sinusritme", "en": "sinus"}, "af": {}, "paced": {}}
    )
    return replace(
        plain, inputs=(potassium, rhythm, plain.facts["admitted"]), on_unknown=OnUnknown.TREAT_AS_NO_MATCH,
        title={"nl": "Verwijzen", "en": "Refer"},
    )  # fmt: skip


def read_one(xml: bytes) -> DecisionTable:
    file = read_dmn(xml)
    assert file.outside == ()
    [found] = file.tables.values()
    return found


def test_nothing_is_lost_in_a_round_trip() -> None:
    original = rich_table()
    again = read_one(write_dmn([original], name="proef"))
    assert again == original
    assert table_hash(again) == table_hash(original)


@given(random_tables())
@settings(max_examples=60, deadline=None)
def test_random_tables_survive_the_round_trip(random: RandomTable) -> None:
    assert read_one(write_dmn([random.table], name="random")) == random.table


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_versions_1_1_to_1_5_are_read(namespace: str) -> None:
    xml = write_dmn([rich_table()], name="x").decode().replace(DMN_1_3, namespace)
    assert read_one(xml.encode()) == rich_table()


def test_what_is_written_is_dmn_1_3_as_editors_expect_it() -> None:
    root = ET.fromstring(write_dmn([rich_table()], name="x"))
    space = {"d": DMN_1_3}
    assert root.tag == f"{{{DMN_1_3}}}definitions"
    grid = root.find("d:decision/d:decisionTable", space)
    assert grid is not None
    assert grid.get("hitPolicy") == "FIRST"
    assert [node.text for node in grid.findall("d:input/d:inputExpression/d:text", space)] == [
        "potassium", "rhythm", "admitted",
    ]  # fmt: skip
    assert grid.findtext("d:rule/d:inputEntry/d:text", namespaces=space) == ">=5.5, <3.5"
    assert grid.findtext("d:output/d:defaultOutputEntry/d:text", namespaces=space) == '"first"'
    ids = [node.get("id") for node in root.iter() if node.get("id")]
    assert len(set(ids)) == len(ids)
    required = {node.get("href") for node in root.iter(f"{{{DMN_1_3}}}requiredInput")}
    assert required == {"#" + str(node.get("id")) for node in root.findall("d:inputData", space)}


def test_tables_that_feed_tables_name_each_other_as_other_tools_do() -> None:
    risk = replace(table('id | age | out:rhythm\nr1 | - | "af"\n'), id="risk")
    final = replace(table('id | rhythm | out:line | out:speed\nr1 | - | "second" | 1\n'), id="final")
    last = replace(table("id | potassium | out:a\nr1 | - | 1\n"), id="last")
    speed = Fact(name="speed", type=FactType.NUMBER, label={})
    last = replace(
        last, inputs=(speed,), rules=tuple(replace(rule, cells={"speed": rule.cells["potassium"]}) for rule in last.rules)
    )  # fmt: skip
    xml = write_dmn([risk, final, last], name="chain")
    assert list(read_dmn(xml).tables.values()) == [risk, final, last]
    root = ET.fromstring(xml)
    names = {node.get("id"): node.get("name") for node in root.iter(f"{{{DMN_1_3}}}decision")}
    assert set(names.values()) == {"rhythm", "final", "last"}
    texts = [node.findtext(f"{{{DMN_1_3}}}text") for node in root.iter(f"{{{DMN_1_3}}}inputExpression")]
    assert texts == ["age", "rhythm", "final.speed"]
    hrefs = [node.get("href") for node in root.iter(f"{{{DMN_1_3}}}requiredDecision")]
    assert [names[str(href)[1:]] for href in hrefs] == ["rhythm", "final"]


def test_a_character_that_xml_cannot_hold_is_refused() -> None:
    bad = replace(rich_table(), title={"nl": "bel \x07"})
    with pytest.raises(DmnError, match="cannot stand in XML"):
        write_dmn([bad], name="x")


def foreign(table_xml: str, *, extra: str = "", namespace: str = DMN_1_3) -> str:
    return f"""<?xml version="1.0"?>
<definitions xmlns="{namespace}" name="m" id="m" namespace="x">
{extra}
<inputData id="i1" name="Leeftijd in jaren"><variable name="Leeftijd in jaren" typeRef="number"/></inputData>
<inputData id="i2" name="Klasse"><variable name="Klasse" typeRef="tKlasse"/></inputData>
<decision id="d" name="Route"><variable name="Route"/>
{table_xml}
</decision></definitions>"""


TABLE = """<decisionTable>
<input id="c1"><inputExpression typeRef="number"><text>Leeftijd in jaren</text></inputExpression></input>
<input id="c2" label="NYHA"><inputExpression><text>Klasse</text></inputExpression></input>
<output id="o" typeRef="string"/>
<rule id="r1"><description>oud</description><inputEntry><text>60,65</text></inputEntry><inputEntry><text/></inputEntry>
<outputEntry><text>"a"</text></outputEntry></rule>
<rule id="r2"><inputEntry><text>&lt; 60</text></inputEntry><inputEntry><text>"I", "II"</text></inputEntry>
<outputEntry><text>"b"</text></outputEntry></rule>
</decisionTable>"""
ITEM = '<itemDefinition name="tKlasse"><typeRef>string</typeRef><allowedValues><text>"I","II","III"</text></allowedValues></itemDefinition>'


def test_a_table_of_another_tool_is_read_with_its_own_types() -> None:
    found = read_one(foreign(TABLE, extra=ITEM).encode())
    age, klass = found.inputs
    assert (age.name, age.type) == ("Leeftijd in jaren", FactType.NUMBER)
    assert (klass.type, tuple(klass.values), klass.label) == (
        FactType.CODE,
        ("I", "II", "III"),
        {"nl": "NYHA"},
    )
    assert found.hit_policy is HitPolicy.UNIQUE
    assert found.outputs[0].name == "Route"
    first = found.rules[0]
    assert first.why == {"nl": "oud"}
    assert first.cells["Leeftijd in jaren"].text == "60, 65"
    assert first.cells["Leeftijd in jaren"].matches(D(65)) is True
    assert first.cells["Klasse"].any


def test_facts_of_the_dictionary_are_used_by_name() -> None:
    xml = TABLE.replace("Leeftijd in jaren", "age").replace("60,65", "60, 65")
    file = read_dmn(foreign(xml, extra=ITEM), facts=FACTS)
    assert file.tables["Route"].inputs[0] is FACTS["age"]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (("<text>60,65</text>", "<text>Leeftijd + 1</text>"), "outside S-FEEL"),
        (("<text>60,65</text>", "<text>&gt; Klasse</text>"), "outside S-FEEL"),
        (('<text>"a"</text>', '<text>"a" + "b"</text>'), "not a literal"),
        (("<text>Klasse</text>", "<text>upper case(Klasse)</text>"), "not the name of an input"),
        (("<text>Klasse</text>", "<text>Leeftijd in jaren</text>"), "stands in two columns"),
        (('typeRef="number"><text>', 'typeRef="duration"><text>'), "is not a number"),
        (("<decisionTable>", '<decisionTable hitPolicy="COLLECT" aggregation="MEAN">'), "hit policy"),
        (("<decisionTable>", '<decisionTable hitPolicy="COLLECT" aggregation="SUM">'), "not a number"),
        (("<inputExpression><text>Klasse</text></inputExpression>", ""), "without an expression"),
    ],
)
def test_what_lies_outside_the_subset_is_listed_with_line_and_reason(
    change: tuple[str, str], why: str
) -> None:
    file: DmnFile = read_dmn(foreign(TABLE.replace(*change), extra=ITEM))
    assert file.tables == {}
    [outside] = file.outside
    assert outside.decision == "Route"
    assert why in outside.why
    assert outside.line > 5


@pytest.mark.parametrize(
    "logic",
    ["<literalExpression><text>1 + 1</text></literalExpression>", "<context/>", "<invocation/>", ""],
)
def test_other_logic_is_outside(logic: str) -> None:
    assert read_dmn(foreign(logic)).outside[0].decision == "Route"


def test_a_literal_decision_is_a_table_with_one_rule() -> None:
    found = read_one(foreign("<literalExpression><text>-50.5</text></literalExpression>").encode())
    assert found.rules[0].outputs == {"Route": D("-50.5")}


def test_wrong_tables_name_the_line() -> None:
    with pytest.raises(TableErrors, match=r"x\.dmn:1\d: id: r1 is the id of two rules"):
        read_dmn(foreign(TABLE.replace('id="r2"', 'id="r1"'), extra=ITEM), filename="x.dmn")
    with pytest.raises(TableErrors, match="another number of cells"):
        read_dmn(foreign(TABLE.replace("<inputEntry><text/></inputEntry>", ""), extra=ITEM))
    with pytest.raises(TableErrors, match="out:Route: 5 is not a text"):
        read_dmn(foreign(TABLE.replace('<text>"a"</text>', "<text>5</text>"), extra=ITEM))
    with pytest.raises(DmnError, match="two decisions are called Route"):
        read_dmn(foreign("").replace("</definitions>", '<decision name="Route"/></definitions>'))


@pytest.mark.parametrize(
    ("xml", "why"),
    [
        ("<!DOCTYPE a><definitions/>", "document type"),
        ('<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>', "document type"),
        ('<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "document type"),
        ("<a>&undefined;</a>", "not well-formed"),
        ("<a><b></a>", "not well-formed"),
        ("", "not well-formed"),
        ("id,age\nr1,-\n", "not well-formed"),
        ("<html/>", "not a DMN 1.1 to 1.5 file; found html"),
        ('<definitions xmlns="https://www.omg.org/spec/DMN/20991231/MODEL/"/>', "not a DMN 1.1 to 1.5 file"),
        ("<a>" * 200, "nested too deeply"),
    ],
)
def test_hostile_and_foreign_files_are_refused(xml: str, why: str) -> None:
    with pytest.raises(DmnError, match=why) as refused:
        read_dmn(xml, filename="x.dmn")
    assert refused.value.filename == "x.dmn"


def test_wrong_encodings_and_sizes_are_refused() -> None:
    with pytest.raises(DmnError):
        read_dmn(b'<?xml version="1.0" encoding="utf-8"?><a>\xff</a>')
    with pytest.raises(DmnError):
        read_dmn(b'<?xml version="1.0" encoding="no-such"?><a/>')
    with pytest.raises(DmnError, match="larger than 20 MB"):
        read_dmn(b" " * 20_000_001)


def test_a_damaged_description_of_a_fact_is_refused() -> None:
    xml = write_dmn([rich_table()], name="x").decode()
    for old, new, what in (
        ('decimals="1"', 'decimals="x"', "potassium"),
        ('type="number" unit', 'type="cat" unit', "potassium"),
        ('minimum="1"', 'minimum="?"', "potassium"),
        ('minimum="1"', 'minimum="NaN"', "potassium"),
        ('on_unknown="treat_as_no_match"', 'on_unknown="guess"', "on_unknown"),
        ('unit="lijn" type="code"', 'unit="lijn" type="cat"', "line"),
    ):
        assert old in xml
        with pytest.raises(DmnError, match=f"description of {what} is damaged"):
            read_dmn(xml.replace(old, new))


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_random_damage_gives_a_named_error_or_a_table(data: st.DataObject) -> None:
    xml = bytearray(write_dmn([rich_table()], name="x"))
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(xml) - 1))
        xml[at : at + data.draw(st.integers(0, 30))] = data.draw(st.binary(max_size=5))
    try:
        read_dmn(bytes(xml))
    except (DmnError, TableErrors) as error:
        assert str(error)
