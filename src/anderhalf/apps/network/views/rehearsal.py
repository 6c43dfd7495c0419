"""What a draft would have done to the cases of the last year: the matrix, and the anonymous cases behind a cell."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from anderhalf.content import ContentErrors
from anderhalf.core.decisions.model import DecisionTable
from anderhalf.core.pathway.flowchart.words import measured_in_words
from anderhalf.core.pathway.model import Pathway
from anderhalf.presentation.language import label_of, language

from ..drafting.fault_words import in_words
from ..drafting.importing import FileFault, ImportRefused
from ..drafting.population import Population, read_population
from ..drafting.rehearsing import (
    CONFLICT,
    NEEDS_DATA,
    NO_MATCH,
    REFERRAL_TABLES,
    REFUSED,
    Answer,
    Outcome,
    Pair,
    ShownFact,
)
from ..models import Draft
from ..queries.drafts import base_of
from ..queries.rehearsal import Rehearsal, rehearse_draft
from ..words import output_in_words, text_in
from .common import draft_or_404

SHOWN_CASES = 40
MAX_BYTES = 2_000_000


def outcome_text(outcome: Outcome, pathway: Pathway, table: DecisionTable) -> tuple[str, str]:
    """An outcome in two short texts: what, and how soon."""
    marks = {
        NEEDS_DATA: _("eerst gegevens nodig"),
        NO_MATCH: _("geen regel geldt"),
        CONFLICT: _("regels spreken elkaar tegen"),
        REFUSED: _("waarde wordt nu geweigerd"),
    }
    if outcome in marks:
        return marks[outcome], ""
    lang = language()
    if table.id in REFERRAL_TABLES:
        line, urgency = outcome
        term = pathway.urgencies.get(urgency)
        what = {
            "first": _("1e lijn"),
            "intermediate": _("1,5 lijn"),
            "second": _("2e lijn"),
            "emergency": _("spoed"),
        }
        return what.get(line, text_in(pathway.lines.get(line, {}), lang)), text_in(
            term.label, lang
        ) if term else ""
    if len(table.outputs) == len(outcome):
        said = [
            output_in_words(code, spec, pathway, lang)
            for code, spec in zip(outcome, table.outputs, strict=True)
        ]
        return said[0], ", ".join(said[1:])
    return ", ".join(outcome), ""


@require_http_methods(["GET", "POST"])
def rehearsal(request: HttpRequest, draft_id: UUID, table: str) -> HttpResponse:
    """The transition matrix; ``van`` and ``naar`` (numbers of outcomes) show the cases behind one cell.

    A POST with a file rehearses on the people in it instead; they are not kept, so their moves are shown at once.
    """
    draft = draft_or_404(request, draft_id)
    if table not in base_of(draft).tables:
        raise Http404
    try:
        population = _population(request, draft) if request.method == "POST" else None
        made = rehearse_draft(request.viewer, draft, table, at=request.now, population=population)
    except ImportRefused as refused:
        for fault in refused.faults:
            messages.error(request, in_words(fault.message))
        return redirect("network:draft_rehearsal", draft_id=draft.pk, table=table)
    except ContentErrors:
        messages.error(
            request, _("Er staan nog fouten in de tabellen. Herstel die eerst, dan kunt u oefenen.")
        )
        return redirect("network:draft_table", draft_id=draft.pk, table=table)
    chosen = made.running.tables[table]
    labels = [outcome_text(outcome, made.running, chosen) for outcome in made.matrix.outcomes]
    before, after = _number(request, "van", len(labels)), _number(request, "naar", len(labels))
    cases: list[dict[str, Any]] = []
    behind = 0
    if before is not None and after is not None and not made.protected:
        key = (made.matrix.outcomes[before], made.matrix.outcomes[after])
        pairs = [pair for pair in made.pairs if (pair.before.outcome, pair.after.outcome) == key]
        behind = len(pairs)
        cases = [_case(pair, made) for pair in pairs[:SHOWN_CASES]]
    elif made.population is not None and not made.protected:
        pairs = [pair for pair in made.pairs if pair.moves]
        behind = len(pairs)
        cases = [_case(pair, made) for pair in pairs[:SHOWN_CASES]]
    context = {
        "draft": draft,
        "made": made,
        "table": chosen,
        "labels": labels,
        "rows": _rows(made, labels, (before, after)),
        "cases": cases,
        "behind": behind,
        "chosen": (labels[before], labels[after]) if before is not None and after is not None else None,
        "total": _said(made.matrix.total, made),
        "moved_share": made.matrix.moved / made.matrix.total if made.matrix.total else None,
    }
    return render(request, "network/rehearsal.html", context)


def _population(request: HttpRequest, draft: Draft) -> Population:
    upload = request.FILES.get("file")
    if upload is None or (upload.size or 0) > MAX_BYTES:
        raise ImportRefused([FileFault(0, "", _("Kies een bestand van ten hoogste 2 MB."))])
    day = timezone.localdate(request.now)
    return read_population(upload.read(), pathway=base_of(draft), on=day, language=language())


def _number(request: HttpRequest, name: str, below: int) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isdecimal() and int(text) < below else None


def _rows(
    made: Rehearsal, labels: list[tuple[str, str]], chosen: tuple[int | None, int | None]
) -> list[dict[str, Any]]:
    rows = []
    for at, before in enumerate(made.matrix.outcomes):
        cells = []
        for to, after in enumerate(made.matrix.outcomes):
            count = made.matrix.counts.get((before, after), 0)
            cells.append({
                "from": at,
                "to": to,
                "count": count,
                "text": _said(count, made) if count else "",
                "stays": at == to,
                "link": bool(count) and not made.protected and made.population is None,
                "chosen": chosen == (at, to),
            })  # fmt: skip
        # A total would tell the count that is hidden beside it.
        total = None if made.protected else sum(cell["count"] for cell in cells)
        rows.append({"label": labels[at], "cells": cells, "total": total})
    return rows


def _said(count: int, made: Rehearsal) -> str:
    """A count as this reader may see it. A protected one is rounded: what one cell hides, the others and a second
    draft that is just a little different must not tell either."""
    if not made.protected:
        return str(count)
    if count < made.threshold:
        return f"< {made.threshold}"
    return f"± {round(count / made.threshold) * made.threshold}"


def _case(pair: Pair, made: Rehearsal) -> dict[str, Any]:
    asked = _asked(pair.before, made.running) | _asked(pair.after, made.draft)
    return {
        "number": pair.number,
        "before": _answer(pair.before, made.running),
        "after": _answer(pair.after, made.draft),
        # What the deciding rules ask about comes first, the rest can be unfolded.
        "facts": [_shown(one) for one in pair.facts if one.fact.name in asked],
        "more": [_shown(one) for one in pair.facts if one.fact.name not in asked],
    }


def _shown(shown: ShownFact) -> dict[str, Any]:
    lang = language()
    return {
        "label": text_in(shown.fact.label, lang),
        "value": measured_in_words(shown.value, shown.fact, lang),
        "age": shown.age_days,
    }


def _asked(answer: Answer, pathway: Pathway) -> frozenset[str]:
    """The facts that the rules behind an answer ask about, or that it waits for."""
    names = set(answer.missing)
    for table in pathway.tables.values():
        for rule in table.rules:
            if rule.id in answer.rules:
                names.update(name for name, test in rule.cells.items() if not test.any)
    return frozenset(names)


def _answer(answer: Answer, pathway: Pathway) -> dict[str, Any]:
    missing = [label_of(pathway.facts[name].label) for name in answer.missing if name in pathway.facts]
    return {"rules": answer.rules, "missing": missing}
