"""Changing the agreement: the drafts, one draft with what differs, and each step with it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anderhalf.core.pathway.model import Pathway
from anderhalf.presentation.language import label_of, language

from .. import actions
from ..drafting.comparing import ChangeKind, RuleChange
from ..drafting.fault_words import in_words
from ..forms.drafts import RejectForm, StartForm, SubmitForm
from ..models import Draft
from ..queries.drafts import base_of, changes_of, drafts_of, signing_of
from ..states import DraftState
from ..words import rule_in_words
from .common import (
    column_title,
    draft_or_404,
    present_agreement,
    running_pathways,
    telling_refusals,
)
from .words import cell_text, findings_in_words

TONES = {
    DraftState.DRAFT: "info",
    DraftState.SUBMITTED: "attention",
    DraftState.PUBLISHED: "ok",
    DraftState.REJECTED: "danger",
    DraftState.WITHDRAWN: "neutral",
}
KIND_TONES = {
    ChangeKind.ADDED: "ok",
    ChangeKind.REMOVED: "danger",
    ChangeKind.CHANGED: "info",
    ChangeKind.MOVED: "attention",
    ChangeKind.WORDED: "neutral",
}


def kind_label(kind: ChangeKind) -> str:
    """What happened to a rule, in a word."""
    return {
        ChangeKind.ADDED: _("nieuw"),
        ChangeKind.REMOVED: _("vervalt"),
        ChangeKind.CHANGED: _("beslist anders"),
        ChangeKind.MOVED: _("andere plaats"),
        ChangeKind.WORDED: _("alleen de tekst"),
    }[kind]


@require_http_methods(["GET", "POST"])
def drafts(request: HttpRequest) -> HttpResponse:
    """All drafts, and the form to begin one."""
    rows = drafts_of(request.viewer)
    agreement = present_agreement(request)
    pathways = running_pathways(request, agreement)
    choices = [(key, label_of(one.title)) for key, one in pathways.items()]
    form = StartForm(request.POST or None, pathways=choices)
    if request.method == "POST" and form.is_valid():
        made = actions.start_draft(by=request.viewer, at=request.now, **form.cleaned_data)
        return redirect("network:draft", draft_id=made.pk)
    context = {
        "form": form,
        "rows": [
            {
                "draft": one,
                "tone": TONES[DraftState(one.state)],
                "pathway": dict(choices).get(one.pathway, one.pathway),
            }
            for one in rows[:100]
        ],
        "agreement": agreement,
    }
    return render(request, "network/drafts.html", context)


@require_GET
def draft(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """One draft: what differs rule by rule, what is wrong, who signed, and what may happen next."""
    return _page(request, draft_or_404(request, draft_id))


def _page(
    request: HttpRequest,
    found: Draft,
    *,
    submit_form: SubmitForm | None = None,
    reject_form: RejectForm | None = None,
) -> HttpResponse:
    base = base_of(found)
    signing = signing_of(request.viewer, found, at=request.now)
    changes = changes_of(found, base)
    signed = {one.organisation.key: one for one in found.approvals.all()}
    context = {
        "draft": found,
        "base": base,
        "tone": TONES[DraftState(found.state)],
        "editable": signing.is_author and found.state == DraftState.DRAFT,
        "signing": signing,
        "parties": [{"party": party, "signature": signed.get(party.key)} for party in signing.parties],
        "tables": [_table_row(base, found, name, changes) for name in base.tables],
        "changes": [
            {
                "table": base.tables[name],
                "rules": None if rules is None else [_in_words(one, base, name) for one in rules],
            }
            for name, rules in changes.items()
        ],
        "elsewhere": [
            {"file": fault["file"], "message": in_words(fault["message"])}
            for fault in found.checks.get("elsewhere", ())
        ],
        "submit_form": submit_form
        or SubmitForm(initial={"because": found.because, "valid_from": found.valid_from or request.now.date()}),
        "reject_form": reject_form or RejectForm(),
        "steps": _steps(found, signing.needed.is_complete),
        "history": [
            {"at": one.at, "title": one.get_state_display(), "text": one.note, "who": one.by,
             "tone": TONES[DraftState(one.state)]}
            for one in found.steps.all().order_by("-at", "-pk")
        ],
    }  # fmt: skip
    return render(request, "network/draft.html", context)


def _table_row(base: Pathway, found: Draft, name: str, changes: Any) -> dict[str, Any]:
    checked = found.checks.get("tables", {}).get(name)
    return {
        "table": base.tables[name],
        "changed": name in changes,
        "count": len(changes[name]) if changes.get(name) else 0,
        "faults": len(checked["faults"]) if checked else 0,
        "findings": findings_in_words(checked, base, name) if checked else [],
        "readable": changes.get(name) is not None,
    }


def _in_words(change: RuleChange, base: Pathway, name: str) -> dict[str, Any]:
    table = base.tables[name]
    rule = change.after or change.before
    return {
        "change": change,
        "kinds": [{"label": kind_label(kind), "tone": KIND_TONES[kind]} for kind in change.kinds],
        "only_moved": change.kinds == (ChangeKind.MOVED,),
        "rule": rule_in_words(rule, table, base, language())
        if rule and not (change.before and change.after)
        else None,
        "cells": [
            {
                "title": column_title(cell.column, base, table),
                "before": cell_text(cell.column, cell.before, base, table),
                "after": cell_text(cell.column, cell.after, base, table),
            }
            for cell in change.cells
        ],
        "texts": [
            {
                "title": column_title(text.column, base, table),
                "before": cell_text(text.column, text.before, base, table),
                "after": cell_text(text.column, text.after, base, table),
                "unchanged": _unchanged(text.column) if text.same and change.before else "",
                # A published source or a text that stayed while the rule decides differently is what to look at.
                "stayed": text.same and ChangeKind.CHANGED in change.kinds,
            }
            for text in change.texts
        ],
    }


def _unchanged(column: str) -> str:
    """That a text column is as it was, in words."""
    return {
        "source": _("bron ongewijzigd"),
        "grade": _("sterkte ongewijzigd"),
    }.get(column, _("tekst ongewijzigd"))


def _steps(found: Draft, complete: bool) -> list[dict[str, str]]:
    order = [DraftState.DRAFT, DraftState.SUBMITTED, DraftState.PUBLISHED]
    labels = [_("wijzigen en oefenen"), _("ondertekenen"), _("geldt")]
    if found.state in (DraftState.REJECTED, DraftState.WITHDRAWN):
        return [
            {"label": labels[0], "state": "done"},
            {"label": str(DraftState(found.state).label), "state": "stopped"},
        ]
    now = order.index(DraftState(found.state))
    last = len(order) - 1
    states = [
        "done" if at < now or now == last else "current" if at == now else "todo" for at in range(len(order))
    ]
    return [{"label": label, "state": state} for label, state in zip(labels, states, strict=True)]


@require_POST
@telling_refusals
def submit(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Ask the partners to sign."""
    found = draft_or_404(request, draft_id)
    form = SubmitForm(request.POST)
    if not form.is_valid():
        return _page(request, found, submit_form=form)
    actions.submit_draft(by=request.viewer, at=request.now, draft_id=found.pk, **form.cleaned_data)
    messages.success(request, _("Ingediend. De partners kunnen nu ondertekenen."))
    return redirect("network:draft", draft_id=found.pk)


@require_POST
@telling_refusals
def take_back(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Make it changeable again."""
    actions.take_back_draft(by=request.viewer, at=request.now, draft_id=draft_or_404(request, draft_id).pk)
    messages.success(request, _("Teruggenomen. Handtekeningen zijn vervallen; u kunt weer wijzigen."))
    return redirect("network:draft", draft_id=draft_id)


@require_POST
@telling_refusals
def withdraw(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Give it up."""
    actions.withdraw_draft(by=request.viewer, at=request.now, draft_id=draft_or_404(request, draft_id).pk)
    messages.success(request, _("Ingetrokken."))
    return redirect("network:drafts")


@require_POST
@telling_refusals
def renew(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Carry it over to the version that runs now."""
    actions.renew_base(by=request.viewer, at=request.now, draft_id=draft_or_404(request, draft_id).pk)
    messages.success(request, _("Het concept gaat nu uit van de versie die geldt."))
    return redirect("network:draft", draft_id=draft_id)


@require_POST
@telling_refusals
def approve(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Sign on behalf of a partner."""
    found = draft_or_404(request, draft_id)
    version = request.POST.get("version", "")
    signed = actions.approve_draft(
        by=request.viewer,
        at=request.now,
        draft_id=found.pk,
        version=int(version) if version.isdecimal() else 0,
    )
    if signed.state == DraftState.PUBLISHED and signed.published is not None:
        messages.success(
            request,
            _("Ondertekend en gepubliceerd: versie %(version)s.") % {"version": signed.published.version},
        )
    else:
        messages.success(request, _("Ondertekend. Er is nog een handtekening nodig."))
    return redirect("network:draft", draft_id=found.pk)


@require_POST
@telling_refusals
def reject(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Say no, with the reason."""
    found = draft_or_404(request, draft_id)
    form = RejectForm(request.POST)
    if not form.is_valid():
        return _page(request, found, reject_form=form)
    actions.reject_draft(
        by=request.viewer, at=request.now, draft_id=found.pk, because=form.cleaned_data["because"]
    )
    messages.success(request, _("Afgewezen. De auteur leest uw reden."))
    return redirect("network:draft", draft_id=found.pk)
