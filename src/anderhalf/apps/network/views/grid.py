"""A table of a draft as a grid: cells checked as they are typed, rows that move, findings on every save."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from anderhalf.content.sources import GRADES
from anderhalf.core.decisions.facts import Fact, FactType
from anderhalf.core.decisions.feel import CellError, format_literal, parse_cell, parse_literal
from anderhalf.core.decisions.model import DecisionTable, OnUnknown
from anderhalf.core.pathway.model import Pathway
from anderhalf.presentation.language import label_of, language
from anderhalf.presentation.units import unit_of

from .. import actions
from ..drafting.fault_words import in_words
from ..drafting.grid import (
    MAX_CELLS,
    Grid,
    GridRefused,
    Place,
    changed,
    filled_in,
    is_fact,
    read_grid,
    write_grid,
)
from ..drafting.typed_cells import UnclearCell, read_cell, shown_cell
from ..errors import NotYourDraft, StaleDraft, StepNotNow
from ..models import Draft
from ..queries.drafts import base_of, text_of_table, used_ids
from ..states import DraftState
from ..words import cell_in_words, output_in_words
from .common import column_title, draft_or_404
from .words import findings_in_words

EXAMPLES: Mapping[str, tuple[str, FactType | None]] = {
    "limit": (">=5.5", FactType.NUMBER), "yes": ("true", None), "no": ("false", None), "unknown": ("null", None),
}  # fmt: skip
"""Cells of which the page says how the reader writes them."""


def _found(request: HttpRequest, draft_id: UUID, table: str) -> tuple[Draft, Pathway]:
    draft = draft_or_404(request, draft_id)
    base = base_of(draft)
    if table not in base.tables:
        raise Http404
    return draft, base


@require_http_methods(["GET", "POST"])
def draft_table(request: HttpRequest, draft_id: UUID, table: str) -> HttpResponse:
    """The grid; a POST saves it, carries out an operation on rows or columns, and shows what the check says."""
    draft, base = _found(request, draft_id, table)
    grid = read_grid(text_of_table(draft, base, table))
    if request.method == "POST":
        grid, unclear = filled_in(grid, request.POST.dict(), kinds=_kinds(grid, base), lang=language())
        if unclear:
            context = _context(request, draft, base, table, grid, unclear=unclear)
            said = _(
                "Niet bewaard: een getal kan op meer dan één manier gelezen worden. Zie de gemerkte cellen."
            )
            messages.error(request, said)
            return render(request, "network/grid.html", context, status=422)
        operation = request.POST.get("op", "")
        version = request.POST.get("version", "")
        try:
            done = changed(grid, operation, taken=used_ids(draft, base, table)) if operation else grid
            saved = actions.save_table(
                by=request.viewer,
                at=request.now,
                draft_id=draft.pk,
                table=table,
                text=write_grid(done),
                version=int(version) if version.isdecimal() else 0,
            )
        except GridRefused:
            messages.error(
                request, _("Dat kan hier niet: een kolom met cellen en de laatste regel blijven staan.")
            )
        except (StaleDraft, StepNotNow, NotYourDraft) as refused:
            # What was typed stays on the screen, for it is nowhere else.
            messages.error(request, str(refused.text))
            return render(
                request, "network/grid.html", _context(request, draft, base, table, grid), status=409
            )
        else:
            if not operation:
                _say_saved(request, saved)
            return redirect("network:draft_table", draft_id=draft.pk, table=table)
    return render(request, "network/grid.html", _context(request, draft, base, table, grid))


def _say_saved(request: HttpRequest, draft: Draft) -> None:
    """That the table is kept; as if all were well only when the check found no error."""
    if draft.checks["errors"]:
        messages.warning(request, _("Bewaard. De controle vond fouten: zie hieronder."))
    else:
        messages.success(request, _("Bewaard en gecontroleerd."))


def _fault_in_words(why: str, fact: Fact | None) -> str:
    """What is wrong with a cell; of a question of yes or no what may be written there."""
    if fact is not None and fact.type is FactType.BOOLEAN:
        return _("Schrijf ja of nee, of onbekend als niemand het weet.")
    return in_words(why)


def _kinds(grid: Grid, base: Pathway) -> dict[str, FactType | None]:
    """The columns of which the cells are shown as the reader writes them: facts by their type, outcomes."""
    facts = {column: base.facts[column].type for column in grid.inputs if column in base.facts}
    return {**facts, **{column: None for column in grid.header if column.startswith("out:")}}


def _unclear(number: str) -> str:
    """What is wrong with a number that can be read in more ways than one."""
    return _(
        "‘%(number)s’ kan op meer dan één manier gelezen worden: schrijf 1250 of 1,25, en in een lijst een spatie na"
        " elke komma"
    ) % {"number": number}


def _context(
    request: HttpRequest,
    draft: Draft,
    base: Pathway,
    name: str,
    grid: Grid,
    *,
    unclear: Mapping[Place, str] | None = None,
) -> dict[str, Any]:
    table = base.tables[name]
    checked = draft.checks.get("tables", {}).get(name)
    findings = findings_in_words(checked, base, name) if checked else []
    wrong: dict[tuple[int, str], str] = {}
    for fault in (checked or {}).get("faults", ()):
        if fault["row"] is not None:
            fact = base.facts.get(fault["column"])
            wrong[fault["row"], fault["column"]] = _fault_in_words(fault["message"], fact)
    kinds, lang, unclear = _kinds(grid, base), language(), unclear or {}
    marked = {found["row"] for found in findings if found["row"] is not None}
    own = draft.author_id == request.viewer.professional_id
    original = {rule.id: rule for rule in table.rules}
    return {
        "draft": draft,
        "base": base,
        "table": table,
        "editable": own and draft.state == DraftState.DRAFT and grid.cells <= MAX_CELLS,
        "too_large": grid.cells > MAX_CELLS,
        "columns": [_column(column, base, table, grid) for column in grid.header],
        "rows": [
            {
                "number": at,
                "id": grid.at(at, "id"),
                "new": grid.at(at, "id") not in original,
                "marked": at in marked,
                "cells": [
                    _cell(at, number, column, text, base, table, wrong.get((at, column), ""))
                    | _as_written(text, column, kinds, lang, unclear.get((at, number), ""))
                    for number, (column, text) in enumerate(zip(grid.header, row, strict=True))
                ],
            }
            for at, row in enumerate(grid.rows)
        ],
        "findings": findings,
        "errors": sum(1 for found in findings if found["error"]),
        "warnings": sum(1 for found in findings if not found["error"]),
        "checked": checked is not None,
        "not_proved": (checked or {}).get("not_proved", ()),
        "more_facts": [
            (fact.name, label_of(fact.label))
            for fact in base.facts.values()
            if fact.name not in grid.header and fact.type is not FactType.TEXT
        ],
        "lists": [
            (column, [shown_cell(one, kinds[column], lang) for one in _suggestions(base.facts[column])])
            for column in grid.inputs
            if column in base.facts
        ],
        "example": {name: shown_cell(cell, kind, lang) for name, (cell, kind) in EXAMPLES.items()},
    }


def _as_written(
    text: str, column: str, kinds: Mapping[str, FactType | None], lang: str, unclear: str
) -> dict[str, str]:
    """How the reader writes a cell; one that is unclear stands as it was typed, with why."""
    if unclear:
        return {"shown": text, "fault": _unclear(unclear)}
    return {"shown": shown_cell(text, kinds[column], lang) if column in kinds else text}


def _column(column: str, base: Pathway, table: DecisionTable, grid: Grid) -> dict[str, Any]:
    fact = base.facts.get(column)
    unused = fact is not None and all(grid.at(at, column).strip() == "-" for at in range(len(grid.rows)))
    unit = unit_of(fact) if fact else ""
    return {
        "name": column,
        "title": column_title(column, base, table),
        "note": unit,
        "kind": _kind(column, base),
        "drop": unused and len(grid.inputs) > 1,
    }


def _kind(column: str, base: Pathway) -> str:
    if column == "id":
        return "id"
    if column.startswith("why_"):
        return "why"
    if column.startswith("out:"):
        return "out"
    if not is_fact(column):
        return "text"
    fact = base.facts.get(column)
    return "code" if fact is not None and fact.values else "fact"


def _suggestions(fact: Fact) -> list[str]:
    if fact.type is FactType.BOOLEAN:
        return ["-", "true", "false", "null"]
    if fact.values:
        return ["-", *(format_literal(code) for code in fact.values), "null"]
    return ["-", "null"]


def _cell(
    row: int, number: int, column: str, text: str, base: Pathway, table: DecisionTable, fault: str
) -> dict[str, Any]:
    choices: list[tuple[str, str]] = []
    if column.startswith("out:"):
        spec = next((one for one in table.outputs if f"out:{one.name}" == column), None)
        if spec is not None and spec.values:
            choices = [
                (format_literal(one), output_in_words(one, spec, base, language())) for one in spec.values
            ]
    elif column == "on_unknown":
        choices = [
            ("", _("als de tabel")),
            (OnUnknown.NEEDS_DATA, _("eerst uitzoeken")),
            (OnUnknown.TREAT_AS_NO_MATCH, _("regel geldt dan niet")),
        ]
    elif column == "grade":
        choices = [(grade, _("eigen afspraak") if grade == "local" else grade) for grade in GRADES]
    if choices and text not in [code for code, _label in choices]:
        choices = [(text, text or "…"), *choices]
    kind = _kind(column, base)
    return {
        "name": f"c-{row}-{number}",
        "column": column,
        "title": column_title(column, base, table),
        "kind": kind,
        "text": text,
        "choices": choices,
        "any": kind in ("fact", "code") and text.strip() == "-",
        "checked": kind in ("fact", "code"),
        "fault": fault,
    }


@require_GET
def cell(request: HttpRequest, draft_id: UUID, table: str) -> HttpResponse:
    """One cell as it is typed: what it means in words, or what is wrong with it."""
    draft, base = _found(request, draft_id, table)
    header = read_grid(text_of_table(draft, base, table)).header
    name, text = next(((key, value) for key, value in request.GET.items() if key.startswith("c-")), ("", ""))
    number = name.rpartition("-")[2]
    column = header[int(number)] if number.isdecimal() and int(number) < len(header) else ""
    fault, words = "", ""
    try:
        if column in base.facts:
            fact = base.facts[column]
            test = parse_cell(read_cell(text, fact.type, language()), fact)
            words = cell_in_words(test, fact, language()) or _("maakt niet uit")
            unknown = [str(one) for one in test.literals if fact.values and one not in fact.values]
            if unknown:
                fault = _("%(what)s staat niet in de lijst van dit gegeven") % {"what": ", ".join(unknown)}
        elif column.startswith("out:"):
            parse_literal(read_cell(text, None, language()))
    except UnclearCell as unclear:
        fault = _unclear(str(unclear))
    except CellError as error:
        fault = _fault_in_words(error.why, base.facts.get(column))
    return render(request, "network/_cell.html", {"fault": fault, "words": words})
