"""A draft of an agreement as its pages hold it: what a page says, and what its grid sends."""

from __future__ import annotations

from django.urls import reverse

from anderhalf.apps.network.drafting.grid import read_grid
from anderhalf.apps.network.queries.drafts import base_of, text_of_table

PATHWAY = "heart_failure"


def text(response) -> str:
    """All of a page on one line."""
    return " ".join(response.content.decode().split())


def page(draft, table="referral"):
    """The address of a table of a draft."""
    return reverse("network:draft_table", args=[draft.pk, table])


def sent(draft, table="referral", op="", **cells):
    """The form of a table with some cells changed: ``EX_08__why_nl="…"``, ``RF_26__out_line="…"``."""
    draft.refresh_from_db()
    grid = read_grid(text_of_table(draft, base_of(draft), table))
    data = {f"c-{at}-{number}": cell for at, row in enumerate(grid.rows) for number, cell in enumerate(row)}
    for name, value in cells.items():
        rule, column = name.split("__", 1)
        row = [one[0] for one in grid.rows].index(rule.replace("_", "-"))
        data[f"c-{row}-{grid.header.index(column.replace('out_', 'out:'))}"] = value
    return {**data, "version": draft.version, "op": op}
