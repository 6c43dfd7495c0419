"""A table from a file that somebody hands in: CSV or DMN. All or nothing, with every fault named."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from anderhalf.core.decisions.dmn import DmnError, read_dmn
from anderhalf.core.decisions.meta import TableErrors
from anderhalf.core.decisions.model import DecisionTable
from anderhalf.core.decisions.table import read_table, write_table
from anderhalf.core.pathway.model import Pathway

from .checking import meta_of
from .fault_words import in_words


@dataclass(frozen=True, slots=True)
class FileFault:
    """Where in the file (line 0: the file as a whole), and what."""

    line: int
    column: str
    message: str


class ImportRefused(ValueError):
    """The file cannot replace the table; nothing was taken over."""

    def __init__(self, faults: list[FileFault]) -> None:
        self.faults = faults
        super().__init__("\n".join(f"{fault.line}: {fault.column}: {fault.message}" for fault in faults))


def read_upload(data: bytes, *, filename: str, base: Pathway, table: str) -> str:
    """The CSV of a table that a file holds. Raises :class:`ImportRefused` naming every fault by line and column.

    A DMN file may hold several decisions; the one with the table's name (or the only one) is taken. Its facts and
    outputs must be those that the pathway knows.
    """
    if filename.lower().endswith((".dmn", ".xml")):
        return _from_dmn(data, filename=filename, base=base, table=table)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        why = _("het bestand is geen UTF-8; bewaar het opnieuw als UTF-8")
        raise ImportRefused([FileFault(line, "", why)]) from None
    return write_table(_checked(text, filename=filename, base=base, table=table))


def _checked(text: str, *, filename: str, base: Pathway, table: str) -> DecisionTable:
    try:
        return read_table(
            text, meta=meta_of(base.tables[table]), facts=base.facts, filename=filename, strict=False
        )
    except TableErrors as errors:
        raise ImportRefused(
            [FileFault(one.line, one.column, in_words(one.message)) for one in errors.faults]
        ) from None


def _from_dmn(data: bytes, *, filename: str, base: Pathway, table: str) -> str:
    try:
        read = read_dmn(data, filename=filename, facts=base.facts)
    except DmnError as error:
        raise ImportRefused([FileFault(error.line, "", in_words(error.why))]) from None
    except TableErrors as errors:
        raise ImportRefused(
            [FileFault(one.line, one.column, in_words(one.message)) for one in errors.faults]
        ) from None
    found = next((one for one in read.tables.values() if one.id == table), None)
    # The only table of a file counts whatever its name; not when another decision of it could not be read.
    if found is None and len(read.tables) == 1 and not read.outside:
        found = next(iter(read.tables.values()))
    if found is None:
        outside = [FileFault(one.line, one.decision, in_words(one.why)) for one in read.outside]
        raise ImportRefused(
            outside or [FileFault(0, "", _("er staat geen beslistabel %(name)s in") % {"name": table})]
        )
    wanted = base.tables[table]
    if found.hit_policy is not wanted.hit_policy:
        why = _("de tabel wordt gelezen als %(found)s, hier hoort %(wanted)s") % {
            "found": found.hit_policy.value,
            "wanted": wanted.hit_policy.value,
        }
        raise ImportRefused([FileFault(0, "", why)])
    # Other tools keep no source, grade or English per rule, nor what it does when a fact is unknown; what the running
    # table says about the same rule is kept.
    known = {rule.id: rule for rule in wanted.rules}
    rules = tuple(
        replace(
            rule,
            source=rule.source or known[rule.id].source,
            grade=rule.grade or known[rule.id].grade,
            why={**known[rule.id].why, **rule.why},
            on_unknown=rule.on_unknown if rule.grade else known[rule.id].on_unknown,
        )
        if rule.id in known
        else rule
        for rule in found.rules
    )
    text = write_table(replace(found, id=table, rules=rules))
    return write_table(_checked(text, filename=filename, base=base, table=table))
