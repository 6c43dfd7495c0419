"""The table that all peers decide: 12 rules over 6 facts, first match. Illustrative, not a clinical criterion."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from anderhalf.core.decisions.facts import Fact, FactType, FactValue, Value
from anderhalf.core.decisions.feel import Equals, Interval, UnaryTest
from anderhalf.core.decisions.model import DecisionTable, HitPolicy, OutputSpec
from anderhalf.core.decisions.table import TableMeta, read_table

ON = date(2026, 11, 21)


def _number(name: str, low: int, high: int, decimals: int = 0) -> Fact:
    return Fact(
        name=name, type=FactType.NUMBER, label={"nl": name, "en": name}, unit="1", minimum=Decimal(low),
        maximum=Decimal(high), decimals=decimals,
    )  # fmt: skip


FACTS = (
    _number("age", 0, 120),
    _number("lvef", 5, 90),
    _number("nt_probnp", 1, 200_000),
    _number("potassium", 1, 10, 1),
    Fact(
        name="nyha", type=FactType.CODE, label={"nl": "NYHA", "en": "NYHA"},
        values={code: {} for code in ("I", "II", "III", "IV")},
    ),
    Fact(name="admitted", type=FactType.BOOLEAN, label={"nl": "opgenomen", "en": "admitted"}),
)  # fmt: skip
ROWS = """id,age,lvef,nt_probnp,potassium,nyha,admitted,out:line
r01,<18,-,-,-,-,-,"second"
r02,-,-,-,>6.0,-,-,"emergency"
r03,-,-,-,-,"IV",-,"second"
r04,-,<20,-,-,-,-,"second"
r05,-,<=35,-,-,"III",true,"second"
r06,-,-,>=2000,-,"III",-,"intermediate"
r07,-,<=40,-,-,-,true,"intermediate"
r08,-,]40..49],>=125,-,-,-,"intermediate"
r09,>=80,-,>=400,-,-,-,"intermediate"
r10,-,-,>=125,<3.5,-,-,"intermediate"
r11,-,>=50,<125,-,"I","false","first"
r12,-,-,-,-,-,-,"first"
"""


def benchmark_table() -> DecisionTable:
    """The table as this project reads it."""
    lines = []
    for line in ROWS.strip().splitlines():
        cells = [cell.strip('"') if cell == '"false"' else cell for cell in line.split(",")]
        quoted = ['"' + cell.replace('"', '""') + '"' if cell.startswith('"') else cell for cell in cells]
        lines.append(",".join(quoted))
    meta = TableMeta(
        id="bench", version="1", hit_policy=HitPolicy.FIRST,
        outputs={"line": OutputSpec(name="line", values=("emergency", "second", "intermediate", "first"))},
    )  # fmt: skip
    return read_table("\n".join(lines) + "\n", meta=meta, facts={fact.name: fact for fact in FACTS})


def people(count: int, *, seed: int = 1) -> list[dict[str, Value | None]]:
    """Random people; one in seven values is missing, age never."""
    draw = random.Random(seed)
    found = []
    for _ in range(count):
        person: dict[str, Value | None] = {
            "age": Decimal(draw.randint(15, 100)),
            "lvef": Decimal(draw.randint(10, 75)),
            "nt_probnp": Decimal(int(draw.expovariate(1 / 600)) + 5),
            "potassium": Decimal(draw.randint(30, 64)).scaleb(-1),
            "nyha": draw.choice(("I", "II", "III", "IV")),
            "admitted": draw.random() < 0.3,
        }
        for name in list(person)[1:]:
            if draw.random() < 1 / 7:
                person[name] = None
        found.append(person)
    return found


def as_dated_facts(person: Mapping[str, Value | None], *, seed: int) -> dict[str, FactValue]:
    """A person as the row engine takes them, each value measured on some day of the last two years."""
    draw = random.Random(seed)
    return {
        name: FactValue(value, ON - timedelta(draw.randint(0, 730)), "lab")
        for name, value in person.items()
        if value is not None
    }


def plain(person: Mapping[str, Value | None]) -> dict[str, object]:
    """A person as the peers take them: floating point and None."""
    return {name: float(value) if isinstance(value, Decimal) else value for name, value in person.items()}


def as_expression(test: UnaryTest, name: str, *, both: str, equal: str, true: str, false: str) -> str:
    """A cell as an expression of another engine, false when the value is missing."""
    parts = []
    for part in test.parts:
        if isinstance(part, Equals):
            value = part.value
            text = (
                true
                if value is True
                else false
                if value is False
                else f'"{value}"'
                if isinstance(value, str)
                else str(value)
            )
            parts.append(f"{name} {equal} {text}")
        elif isinstance(part, Interval):
            ends = []
            if part.low is not None:
                ends.append(f"{name} {'>=' if part.low_closed else '>'} {part.low}")
            if part.high is not None:
                ends.append(f"{name} {'<=' if part.high_closed else '<'} {part.high}")
            parts.append(f" {both} ".join(ends))
        else:
            raise ValueError("the benchmark's table has no null cells")
    return " or ".join(parts)
