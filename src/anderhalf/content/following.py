"""When the cells of a rule change, its explanation, source and grade must follow.

Compares two versions of a table's text. A rule whose condition or answer became another one needs another explanation
in both languages, and a source that says so: a reference that it did not cite before (another document, or another
place in it), or its own agreement (source and grade `local`). A rule that got another id is recognised by its text.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from anderhalf.content.faults import ContentFault
from anderhalf.content.rule_numbers import is_condition, is_rules, rows_of
from anderhalf.content.sources import LOCAL
from anderhalf.content.toml import LANGUAGES
from anderhalf.core.decisions.facts import Fact
from anderhalf.core.decisions.feel import CellError, parse_cell, parse_literal
from anderhalf.core.decisions.identity import canonical_cell

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Changed:
    """One rule that decides something else than before."""

    rule: str
    line: int
    before: Row
    after: Row

    def same_text(self, language: str) -> bool:
        """Whether its explanation says the same, but for spaces and punctuation."""
        column = f"why_{language}"
        return _plain(self.before.get(column, "")) == _plain(self.after.get(column, ""))

    @property
    def has_new_source(self) -> bool:
        """Whether it cites something that it did not cite before."""
        return bool(_references(self.after.get("source", "")) - _references(self.before.get("source", "")))

    @property
    def is_local(self) -> bool:
        """Whether it is now the network's own agreement."""
        return self.after.get("grade", "") == LOCAL


def changed_rules(old: str, new: str, *, facts: Mapping[str, Fact]) -> tuple[Changed, ...]:
    """The rules of both tables whose condition or answer differs; a cell only written otherwise is no difference."""
    before = {row.get("id", ""): row for _line, row in rows_of(old)}
    after = rows_of(new)
    ids = {row.get("id", "") for _line, row in after}
    by_text = {_plain(row.get("why_nl", "")): row for rule, row in before.items() if rule not in ids}
    found = []
    for line, row in after:
        rule = row.get("id", "")
        earlier = before.get(rule) or by_text.get(_plain(row.get("why_nl", "")))
        if earlier is not None and decides(earlier, facts) != decides(row, facts):
            found.append(Changed(rule, line, earlier, row))
    return tuple(found)


def following_faults(
    old: Mapping[str, str], new: Mapping[str, str], *, facts: Mapping[str, Fact]
) -> list[ContentFault]:
    """Every rule in the table files that changed while its explanation, source or grade stayed behind."""
    return [
        fault
        for name, text in new.items()
        if name in old and old[name] != text and is_rules(name, text)
        for change in changed_rules(old[name], text, facts=facts)
        for fault in _faults(name, change)
    ]


def _faults(file: str, change: Changed) -> Iterator[ContentFault]:
    for language, name in zip(LANGUAGES, ("Dutch", "English"), strict=True):
        if change.same_text(language):
            message = f"rule {change.rule} decides something else, and its explanation in {name} is unchanged"
            yield ContentFault(file, change.line, f"why_{language}", message)
    if not change.is_local and not change.has_new_source:
        message = (
            f"rule {change.rule} decides something else, and its source is unchanged: cite the new source and place, "
            "or make it the network's own agreement (source and grade local)"
        )
        yield ContentFault(file, change.line, "source", message)


def with_own_sources(old: str, new: str, *, facts: Mapping[str, Fact]) -> str:
    """The new table in which a changed rule that kept its published source is the network's own agreement.

    The old source stays behind `local`, as what it was derived from: `local; ESC21 Table 8`. A rule that is again as
    it was gets its source and grade back. Everything else stays to the letter.
    """
    header, *rows = list(csv.reader(io.StringIO(new.removeprefix("\ufeff"), newline=""))) or [[]]
    columns = [name.strip() for name in header]
    if not {"id", "source", "grade"} <= set(columns):
        return new
    before = {row.get("id", ""): row for _line, row in rows_of(old)}
    changes = {change.rule: change for change in changed_rules(old, new, facts=facts)}
    at = {name: columns.index(name) for name in ("id", "source", "grade")}
    made = []
    for row in rows:
        rule = row[at["id"]].strip() if len(row) == len(columns) else ""
        made.append(row)
        change = changes.get(rule)
        own = None
        if change is not None and not change.is_local and not change.has_new_source:
            own = (derived_from(row[at["source"]]), LOCAL)
        elif change is None and rule in before and _was_made_own(row, at, before[rule]):
            own = (before[rule].get("source", ""), before[rule].get("grade", ""))
        if own is not None:
            made[-1] = list(row)
            made[-1][at["source"]], made[-1][at["grade"]] = own
    if made == rows:
        return new
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows([header, *made])
    return out.getvalue()


def derived_from(source: str) -> str:
    """The network's own agreement, derived from a source."""
    rest = [part.strip() for part in source.split(";") if part.strip() and part.split()[0] != LOCAL]
    return "; ".join([LOCAL, *rest])


def _was_made_own(row: list[str], at: Mapping[str, int], before: Row) -> bool:
    now = (row[at["source"]].strip(), row[at["grade"]].strip())
    return now == (derived_from(before.get("source", "")), LOCAL) and before.get("grade") != LOCAL


def decides(row: Row, facts: Mapping[str, Fact]) -> Mapping[str, str]:
    """What a rule asks and answers, by column, in one fixed way of writing."""
    asked = {
        column: _canonical(cell, facts.get(column)) for column, cell in row.items() if is_condition(column)
    }
    answers = {column: _literal(cell) for column, cell in row.items() if column.startswith("out:")}
    return {**{column: cell for column, cell in asked.items() if cell != "-"}, **answers}


def _canonical(cell: str, fact: Fact | None) -> str:
    if fact is None:
        return cell
    try:
        return canonical_cell(parse_cell(cell, fact))
    except CellError:
        return cell


def _literal(cell: str) -> str:
    try:
        value = parse_literal(cell)
    except CellError:
        return cell
    return f"{type(value).__name__} {value.normalize() if hasattr(value, 'normalize') else value}"


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", " ", text).strip().casefold()


def _references(source: str) -> frozenset[str]:
    """What a source text cites, place and all, without the mark of an own agreement."""
    return frozenset(_plain(part) for part in source.split(";") if part.strip() and part.split()[0] != LOCAL)
