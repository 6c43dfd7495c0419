"""What can be wrong with a pathway's case finding: its description, and the tables that only case finding uses."""

from __future__ import annotations

from anderhalf.content.check import Problem, table_problems
from anderhalf.content.faults import ContentErrors
from anderhalf.core.pathway.model import Pathway
from anderhalf.population.criteria import FILE, read_criteria


def casefinding_problems(pathway: Pathway) -> list[Problem]:
    """Every fault in casefinding.toml and in the tables it names; nothing for a pathway without case finding.

    The pathway's own tables are checked with the pathway, not here a second time.
    """
    if FILE not in pathway.files:
        return []
    try:
        criteria = read_criteria(pathway)
    except ContentErrors as errors:
        return [Problem(fault) for fault in errors.faults]
    found: list[Problem] = []
    for name, table in criteria.tables.items():
        if name not in pathway.tables:
            file = criteria.table_files[name]
            found += table_problems(table, file=file, csv_text=pathway.files[file])
    return found
