"""No clinical number, drug or code outside pathways/ and networks/: the code is searched for them.

Searched is every Python file of the program. A finding is
- a number that is compared with, given to or kept under a name of the data dictionary (`potassium > 5.5`,
  `{"potassium": Decimal("5.5")}`, `check(egfr=30)`, `POTASSIUM_LIMIT = 5.5`);
- the name or the ATC code of a drug of `doses.toml`, as a whole text.
Left out is `demonstration/`: it invents patients, and an invented patient has a potassium. What it invents is no limit:
no decision reads it. 0, 1 and -1 are counts, signs and absence; nothing is decided at a potassium of 1.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CODE = ROOT / "src" / "anderhalf"
INVENTED = ("demonstration",)
HARMLESS = frozenset({Decimal(0), Decimal(1), Decimal(-1)})
ATC = re.compile(r"[A-Z][0-9]{2}[A-Z]{2}[0-9]{2}")
GENERAL = frozenset(
    {"age", "drug", "excluded", "paused", "phenotype", "duplicate", "on_drug", "smoking", "sex"}
)
"""Names of facts that are also ordinary words of a program."""
_LETTERS = "weight of the letters of a chart"
_PICTURE = "height of a part of a chart, in points"
_EXAMPLE = "an invented card on the style page, as in the demonstration"
ALLOWED: dict[tuple[str, str], str] = {
    ("presentation/charts/dose_lane.py", "height 40.0"): _PICTURE,
    ("presentation/charts/measure_lane.py", "height 64.0"): _PICTURE,
    ("presentation/charts/lane_parts.py", "weight 650"): _LETTERS,
    ("presentation/charts/timeline.py", "weight 600"): _LETTERS,
    **{
        (f"presentation/charts/{name}.py", "weight 700"): _LETTERS
        for name in ("dose_lane", "measure_lane", "runs", "shares")
    },
    **{
        ("web/style_views.py", f"drug {name!r}"): _EXAMPLE
        for name in ("sacubitril/valsartan", "bisoprolol", "spironolacton", "dapagliflozine")
    },
}
"""(file, finding) -> why it is no clinical constant."""


@cache
def facts() -> frozenset[str]:
    """Every number of the data dictionaries, by name, and the words by which it is known."""
    found: set[str] = set()
    for path in (ROOT / "pathways").glob("*/facts.toml"):
        for name, entry in tomllib.loads(path.read_text(encoding="utf-8")).items():
            if isinstance(entry, dict) and entry.get("type") == "number":
                found.add(name)
    return frozenset(found - GENERAL)


@cache
def drugs() -> frozenset[str]:
    """Names and codes of the drugs."""
    found: set[str] = set()
    for path in (ROOT / "pathways").glob("*/doses.toml"):
        whole = tomllib.loads(path.read_text(encoding="utf-8"))
        for key, entry in whole.get("drugs", {}).items():
            if key == entry["class"]:
                continue  # ivabradine and vericiguat are classes of one drug: the class is a code of the program
            found |= {key, entry["atc"], *entry["label"].values()}
        found |= set(whole.get("combinations", {}))
    return frozenset(found)


def findings(source: str) -> Iterator[tuple[int, str]]:
    """Line and text of everything that looks like a clinical constant."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        yield from _numbers(node)
        text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
        if text and (text in drugs() or ATC.fullmatch(text)):
            yield node.lineno, f"drug {text!r}"


def _numbers(node: ast.AST) -> Iterator[tuple[int, str]]:
    pairs: list[tuple[ast.AST | str, ast.AST | None]] = []
    match node:
        case ast.Compare():
            sides = [node.left, *node.comparators]
            pairs = [(one, other) for one in sides for other in sides if one is not other]
        case ast.Assign():
            pairs = [(target, node.value) for target in node.targets]
        case ast.AnnAssign():
            pairs = [(node.target, node.value)]
        case ast.keyword():
            pairs = [(node.arg or "", node.value)]
        case ast.Dict():
            pairs = [
                (key, value) for key, value in zip(node.keys, node.values, strict=True) if key is not None
            ]
        case ast.Tuple() | ast.List() if len(node.elts) > 1:
            pairs = [(node.elts[0], value) for value in node.elts[1:]]
        case ast.arguments():
            named = [*node.posonlyargs, *node.args][-len(node.defaults) :] if node.defaults else []
            pairs = [(one.arg, value) for one, value in zip(named, node.defaults, strict=True)]
            pairs += [(one.arg, value) for one, value in zip(node.kwonlyargs, node.kw_defaults, strict=True)]
    for name, value in pairs:
        about, number = _fact_in(name), _number(value)
        if about and number is not None and number not in HARMLESS:
            yield getattr(value, "lineno", 0), f"{about} {number}"


def _fact_in(node: ast.AST | str) -> str:
    """The fact that a name, attribute, key or call speaks of; empty when none."""
    words: list[str] = []
    if isinstance(node, str):
        words = [node]
    else:
        for part in ast.walk(node):
            match part:
                case ast.Name():
                    words.append(part.id)
                case ast.Attribute():
                    words.append(part.attr)
                case ast.Constant(value=str()):
                    words.append(part.value)
    for word in words:
        text = f"_{word.lower()}_"
        for name in facts():
            if f"_{name}_" in text:
                return name
    return ""


def _number(node: ast.AST | None) -> Decimal | None:
    """A number as it is written: 5.5, -3, Decimal("5.5"), Decimal(5), or "5.5"."""
    match node:
        case ast.Constant(value=bool()):
            return None
        case ast.Constant(value=int() | float()):
            return Decimal(str(node.value))
        case ast.UnaryOp(op=ast.USub()):
            inner = _number(node.operand)
            return None if inner is None else -inner
        case ast.Call(func=ast.Name(id="Decimal" | "Fraction" | "float" | "int"), args=[argument]):
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                return _text_number(argument.value)
            return _number(argument)
    return None


def _text_number(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def files() -> list[Path]:
    """The program without what invents patients."""
    return [
        path
        for path in sorted(CODE.rglob("*.py"))
        if path.relative_to(CODE).parts[0] not in INVENTED and "migrations" not in path.parts
    ]


def test_no_clinical_constant_outside_pathways_and_networks():
    found = [
        f"{path.relative_to(ROOT)}:{line}: {text}"
        for path in files()
        for line, text in findings(path.read_text(encoding="utf-8"))
        if (str(path.relative_to(CODE)), text) not in ALLOWED
    ]
    assert found == []


def test_what_is_allowed_is_still_there():
    """An exception that nothing needs any more is taken off the list."""
    there = {
        (str(path.relative_to(CODE)), text)
        for path in files()
        for _line, text in findings(path.read_text(encoding="utf-8"))
    }
    assert set(ALLOWED) - there == set()
    assert all(ALLOWED.values())


@pytest.mark.parametrize(
    "planted",
    [
        "if potassium > 5.5: stop()", 'if facts["potassium"].value >= Decimal("5.5"): stop()',
        "POTASSIUM_LIMIT = 5.5", 'LIMITS = {"egfr": 30}', "check(systolic_bp=90)", "def safe(value, potassium_limit=5.5): ...",
        "limit: float = 3\nlowest_egfr: int = 20", 'stop("C03DA01")', 'if drug == "spironolactone": stop()',
        "if 50 <= row.heart_rate <= 60: keep()", 'BOUNDS = [("creatinine", 221, 310)]', 'name = "bisoprolol"',
        "if patient.lvef <= 40.0: hfref()", "if -2 < weight - before['weight'] < 2: fine()", 'start("C09BX02")',
    ],
)  # fmt: skip
def test_a_planted_constant_is_found(planted):
    assert list(findings(planted))


@pytest.mark.parametrize(
    "harmless",
    [
        "if potassium is None: ask()", "count = 5", "if len(rows) > 5: page()", 'facts["potassium"] = value',
        "potassium = read('5.5 is what was typed')", "seconds = 30", "if drug.egfr_known: go()", 'label = "kalium"',
        "decimals = {'columns': 3}", "if weight > drug.heavy_above_kg: more()", "potassium = 0",
    ],
)  # fmt: skip
def test_ordinary_code_is_not(harmless):
    assert list(findings(harmless)) == []
