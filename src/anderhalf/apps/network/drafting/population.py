"""People from a file, one per row, to rehearse a change on: columns are facts of the pathway. Nothing is kept.

What cannot be read is counted and named by line and column; a row with such a value takes part without it, as unknown.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date

from anderhalf.core.decisions.facts import FactValue
from anderhalf.core.pathway.facts import RefusedValue
from anderhalf.core.pathway.model import Pathway

from .importing import FileFault, ImportRefused
from .rehearsing import Case

MAX_ROWS = 3000
MAX_FAULTS = 50


@dataclass(frozen=True, slots=True)
class Population:
    """The cases of a file, the values that could not be read (the first ones listed), and columns that are no facts."""

    cases: tuple[Case, ...]
    faults: tuple[FileFault, ...]
    unreadable: int
    ignored: tuple[str, ...]
    capped: bool


def read_population(data: bytes, *, pathway: Pathway, on: date, language: str) -> Population:
    """The people of a CSV file with commas or semicolons, as they are on a day; an empty cell is unknown.

    Raises ``ImportRefused`` for a file that is no UTF-8 text, has no header, or no column that is a fact.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ImportRefused([FileFault(line, "", "the file is not UTF-8")]) from None
    first = text.partition("\n")[0]
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=";" if first.count(";") > first.count(",") else ","
    )
    header = [name.strip() for name in next(reader, [])]
    known = {at: name for at, name in enumerate(header) if name in pathway.facts}
    if not known:
        raise ImportRefused([FileFault(1, "", "no column is a fact of this pathway")])
    cases: list[Case] = []
    faults: list[FileFault] = []
    unreadable = 0
    capped = False
    for row in reader:
        if not any(cell.strip() for cell in row):
            continue
        if len(cases) == MAX_ROWS:
            capped = True
            break
        facts: dict[str, FactValue] = {}
        for at, cell in enumerate(row):
            name = known.get(at)
            if name is None or not cell.strip():
                continue
            try:
                facts[name] = FactValue(pathway.dictionary.read_text(name, cell).value, on, "file")
            except RefusedValue as refused:
                unreadable += 1
                if len(faults) < MAX_FAULTS:
                    faults.append(FileFault(reader.line_num, name, refused.texts[language]))
        cases.append(Case(pathway.dictionary.derive(facts, on=on), on))
    ignored = tuple(name for at, name in enumerate(header) if at not in known and name)
    return Population(tuple(cases), tuple(faults), unreadable, ignored, capped)
