"""What would be decided for…: a table filled in by hand, beside its rules, with every rule's reason."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from anderhalf.core.decisions.evaluate import evaluate
from anderhalf.core.decisions.explain import Decision, RuleExplanation, RuleState
from anderhalf.core.decisions.model import DecisionTable
from anderhalf.core.pathway.flowchart.words import criterion
from anderhalf.core.pathway.model import Pathway
from anderhalf.presentation.language import language

from ..forms.try_out import PREFIX, TryOutForm
from ..words import cited, output_in_words, text_in
from .common import running_table


@require_GET
def try_out(request: HttpRequest, pathway: str, table: str) -> HttpResponse:
    """The form with the table's facts, and what the table decides with what was filled in so far."""
    agreement, found, chosen = running_table(request, pathway, table)
    on = timezone.localdate(request.now)
    form = TryOutForm(request.GET or None, pathway=found, facts=chosen.inputs, on=on)
    form.is_valid()
    decision = evaluate(chosen, form.values, on=on)
    context = {
        "agreement": agreement,
        "pathway": found,
        "table": chosen,
        "form": form,
        "rows": form.rows(),
        "answer": _answer(decision, found, chosen),
        "filled": len(form.values),
    }
    template = "network/_decided.html" if request.headers.get("HX-Request") else "network/try_out.html"
    return render(request, template, context)


def _answer(decision: Decision, pathway: Pathway, table: DecisionTable) -> dict[str, Any]:
    lang = language()
    outcomes = decision.outcome if isinstance(decision.outcome, tuple) else (decision.outcome,)
    specs = {spec.name: spec for spec in table.outputs}
    said = [
        [
            (text_in(specs[name].title, lang) or name, output_in_words(value, specs[name], pathway, lang))
            for name, value in outcome.items()
            if value is not None
        ]
        for outcome in outcomes
        if outcome
    ]
    status = {
        "decided": _("Beslist"),
        "needs_data": _("Nog niet te beslissen"),
        "no_match": _("Geen enkele regel geldt"),
        "conflict": _("Regels spreken elkaar tegen"),
    }[decision.status.value]
    return {
        "status": status,
        "decided": decision.is_decided and bool(said),
        "nothing": decision.is_decided and not said,
        "outcomes": said,
        "missing": [
            {"label": text_in(pathway.facts[name].label, lang), "target": f"id_{PREFIX}{name}"}
            for name in decision.facts_missing
        ],
        "rules": [
            _rule(rule, pathway, table) for rule in decision.rules if rule.state is not RuleState.NOT_FIRED
        ],
        "others": [
            _rule(rule, pathway, table) for rule in decision.rules if rule.state is RuleState.NOT_FIRED
        ],
    }


def _rule(rule: RuleExplanation, pathway: Pathway, table: DecisionTable) -> dict[str, Any]:
    lang = language()
    state, tone = {
        RuleState.FIRED: (_("geldt"), "ok"),
        RuleState.NOT_FIRED: (_("valt af"), "neutral"),
        RuleState.UNDECIDED: (_("onbeslist"), "attention"),
    }[rule.state]
    because = {RuleState.NOT_FIRED: rule.failed_by, RuleState.UNDECIDED: rule.undecided_by}.get(
        rule.state, ()
    )
    return {
        "id": rule.rule_id,
        "state": state,
        "tone": tone,
        "decisive": rule.decisive,
        "why": text_in(rule.why, lang),
        "sources": cited(rule.source, pathway.sources),
        "local": rule.local,
        "asked": _("valt af op") if rule.state is RuleState.NOT_FIRED else _("hangt af van"),
        "because": [
            criterion(pathway.facts[cell.fact], table.rule(rule.rule_id).cells[cell.fact], lang)
            for cell in rule.cells
            if cell.fact in because
        ],
    }
