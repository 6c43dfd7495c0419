"""The DMN Technology Compatibility Kit: decision tables that nobody here wrote.

Every case either passes or lies outside the declared subset for a reason that is printed; a wrong answer
fails. The cases are not part of this project (their licence asks for share-alike): they are looked for in
`$ANDERHALF_SHARED/data/dmn-tck`, by default beside the checkout.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from anderhalf.core.decisions.dmn import DmnFile, read_dmn, write_dmn
from anderhalf.core.decisions.facts import FactValue, FactValueError, Value
from anderhalf.core.decisions.policy import Status
from tests.support.chain import evaluate_all

SHARED = Path(os.environ.get("ANDERHALF_SHARED", Path(__file__).resolve().parents[2].parent / "shared"))
TCK = SHARED / "data" / "dmn-tck"
NS = {"t": "http://www.omg.org/spec/DMN/20160719/testcase"}
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
ON = date(2026, 1, 1)

pytestmark = pytest.mark.skipif(
    not TCK.is_dir(), reason=f"the DMN TCK is not in {TCK} (set ANDERHALF_SHARED)"
)

LEVEL_2_TABLES = (
    "0004-simpletable-U", "0005-simpletable-A", "0006-simpletable-P1", "0007-simpletable-P2",
    "0010-multi-output-U", "0108-first-hitpolicy", "0109-ruleOrder-hitpolicy", "0110-outputOrder-hitpolicy",
    "0111-first-hitpolicy-singleoutputcol", "0112-ruleOrder-hitpolicy-singleinoutcol",
    "0113-outputOrder-hitpolicy-singleinoutcol", "0114-min-collect-hitpolicy", "0115-sum-collect-hitpolicy",
    "0116-count-collect-hitpolicy", "0117-multi-any-hitpolicy", "0118-multi-priority-hitpolicy",
    "0119-multi-collect-hitpolicy",
)  # fmt: skip
LEVEL_3_TABLES = (
    "0004-lending", "0008-listGen", "0017-tableTests", "0020-vacation-days", "0035-test-structure-output",
    "0036-dt-variable-input", "0037-dt-on-bkm-implicit-params", "0038-dt-on-bkm-explicit-params",
    "0039-dt-list-semantics", "0040-singlenestedcontext", "0041-multiple-nestedcontext", "0086-import",
    "0087-chapter-11-example", "0088-no-decision-logic",
)  # fmt: skip


@dataclass(frozen=True)
class Result:
    """One expected answer of one case: "passed", or "outside" or "wrong" with the reason."""

    case: str
    ending: str
    reason: str = ""


class OutsideSubset(Exception):
    """An input or expectation that our tables have no word for."""


def text_value(node: ET.Element) -> Value | None:
    if node.get(f"{XSI}nil") == "true":
        return None
    kind = (node.get(f"{XSI}type") or "xsd:string").rpartition(":")[2]
    text = node.text or ""
    match kind:
        case "string":
            return text
        case "decimal" | "double" | "integer":
            return Decimal(text.strip())
        case "boolean":
            return text.strip() == "true"
        case "date":
            return date.fromisoformat(text.strip())
    raise OutsideSubset(f"a value of type {kind}")


def read_expected(node: ET.Element) -> object:
    """A value, a list of values, or a mapping of components."""
    listed = node.find("t:list", NS)
    if listed is not None:
        return [read_expected(item) for item in listed.findall("t:item", NS)]
    components = node.findall("t:component", NS)
    if components:
        return {component.get("name"): read_expected(component) for component in components}
    value = node.find("t:value", NS)
    return None if value is None else text_value(value)


def read_input(node: ET.Element, name: str) -> Iterator[tuple[str, Value | None]]:
    """The facts of an input node; components become paths."""
    if node.find("t:list", NS) is not None:
        # An answer that depends on it will miss the fact and say so.
        return
    for component in node.findall("t:component", NS):
        yield from read_input(component, f"{name}.{component.get('name')}")
    value = node.find("t:value", NS)
    if value is not None:
        try:
            yield name, text_value(value)
        except OutsideSubset:
            return


def answered(file: DmnFile, inputs: dict[str, Value | None], decision: str) -> object:
    """What our engine answers, in the form in which the TCK writes expectations."""
    table = file.tables[decision]
    facts = {name: FactValue(value, ON) for name, value in inputs.items() if value is not None}
    try:
        decided = evaluate_all(file.tables.values(), facts, on=ON)[table.id]
    except FactValueError:
        # DMN answers null for an input that its own allowed values exclude.
        return None
    if decided.status is Status.NEEDS_DATA:
        raise OutsideSubset(f"needs data: {', '.join(decided.facts_missing)}")
    if decided.status is not Status.DECIDED:
        return None
    outcome = decided.outcome
    single = len(table.outputs) == 1
    if isinstance(outcome, tuple):
        return [next(iter(one.values())) if single else dict(one) for one in outcome]
    return next(iter(outcome.values())) if single else dict(outcome)


def results_of(folder: Path) -> Iterator[Result]:
    """Every expected answer in a folder."""
    [model] = [path for path in folder.glob("*.dmn") if path.stem == folder.name]
    file = read_dmn(model.read_bytes(), filename=model.name)
    outside = {one.decision: one.why for one in file.outside}
    for tests in sorted(folder.glob("*-test-*.xml")):
        for case in ET.parse(tests).getroot().findall("t:testCase", NS):
            inputs: dict[str, Value | None] = {}
            for node in case.findall("t:inputNode", NS):
                inputs.update(read_input(node, str(node.get("name"))))
            for node in case.findall("t:resultNode", NS):
                name = str(node.get("name"))
                title = f"{folder.name} {case.get('id')} {name}"
                if name not in file.tables:
                    yield Result(title, "outside", outside.get(name, "not a decision of this file"))
                    continue
                expected_node = node.find("t:expected", NS)
                assert expected_node is not None
                try:
                    expected = read_expected(expected_node)
                    found = answered(file, inputs, name)
                except OutsideSubset as refused:
                    yield Result(title, "outside", str(refused))
                    continue
                same = found == expected and type(found) is type(expected)
                yield Result(
                    title, "passed" if same else "wrong", "" if same else f"{found!r}, not {expected!r}"
                )


def run(level: int, folders: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> list[Result]:
    results = [result for name in folders for result in results_of(TCK / f"compliance-level-{level}" / name)]
    counts = Counter(result.ending for result in results)
    with capsys.disabled():
        print(
            f"\nDMN TCK level {level}, {len(folders)} folders: {counts['passed']} of {len(results)} answers pass, "
            f"{counts['outside']} outside the subset, {counts['wrong']} wrong"
        )
        for (folder, reason), count in Counter(
            (result.case.partition(" ")[0], result.reason) for result in results if result.ending != "passed"
        ).items():
            print(f"  {folder}: {count} × {reason}")
    assert [result for result in results if result.ending == "wrong"] == []
    return results


def test_all_decision_table_cases_of_level_2_pass(capsys: pytest.CaptureFixture[str]) -> None:
    results = run(2, LEVEL_2_TABLES, capsys)
    assert len(results) == 51
    assert {result.ending for result in results} == {"passed"}


def test_other_level_2_cases_pass_or_lie_outside_for_a_reason(capsys: pytest.CaptureFixture[str]) -> None:
    folders = sorted(path.name for path in (TCK / "compliance-level-2").iterdir() if path.is_dir())
    others = tuple(name for name in folders if name not in LEVEL_2_TABLES)
    assert len(others) == 11
    results = run(2, others, capsys)
    passed = {result.case.partition(" ")[0] for result in results if result.ending == "passed"}
    assert passed == {"0100-feel-constants", "0101-feel-constants", "0102-feel-constants"}
    assert all("formula" in result.reason or "invocation" in result.reason for result in results
               if result.ending == "outside")  # fmt: skip


def test_level_3_table_cases_pass_or_lie_outside_for_a_reason(capsys: pytest.CaptureFixture[str]) -> None:
    results = run(3, LEVEL_3_TABLES, capsys)
    passed = Counter(result.case.partition(" ")[0] for result in results if result.ending == "passed")
    assert passed == {"0004-lending": 1, "0008-listGen": 1, "0017-tableTests": 2}
    assert all(result.reason for result in results if result.ending == "outside")


@pytest.mark.parametrize("folder", LEVEL_2_TABLES)
def test_a_table_written_by_us_answers_as_the_original(folder: str) -> None:
    path = TCK / "compliance-level-2" / folder / f"{folder}.dmn"
    original = read_dmn(path.read_bytes(), filename=path.name)
    again = read_dmn(write_dmn(list(original.tables.values()), name=folder))
    assert list(again.tables.values()) == list(original.tables.values())
