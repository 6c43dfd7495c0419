"""The practice's lists: what a search found, why, and what is done about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from anderhalf.core.decisions.facts import Fact
from anderhalf.core.pathway.flowchart.words import measured_in_words
from anderhalf.presentation.language import day_label, language

from . import actions, queries
from .actions.searches import FACTS_CHANGED, FOUND
from .errors import CasefindingRefused
from .explaining import (
    ABSENT,
    ASSUMED,
    DERIVED,
    UsedFact,
    criteria_of,
    criteria_of_search,
    explain,
    missing_of,
)
from .forms import InviteForm, SetAsideForm
from .lists import BY_SLUG, LISTS, WorkList
from .models import FoundPerson, Search
from .prefill import full_name, particulars_of
from .running import is_available
from .states import PERSON_STATES, PersonState, SearchState
from .words import counted_reason, file_name, in_words, remarks

View = Callable[..., HttpResponse]
TONES = {
    PersonState.OPEN: "neutral",
    PersonState.INVITED: "info",
    PersonState.REFERRING: "info",
    PersonState.REFERRED: "ok",
    PersonState.NOT_SUITABLE: "neutral",
}
SEARCH_TONES = {
    SearchState.RUNNING: "info",
    SearchState.DONE: "ok",
    SearchState.REFUSED: "danger",
    SearchState.BROKEN_OFF: "danger",
}
SHOWN_ASIDE = 100


@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """The lists of the latest search with how much is to do, and the searches before it."""
    viewer = request.viewer
    searches = list(queries.searches_of(viewer)[:12])
    latest = queries.latest_of(viewer)
    context = {
        "latest": latest,
        "counts": queries.counts_of(viewer, latest) if latest else [],
        "searches": [{"search": one, "tone": SEARCH_TONES[SearchState(one.state)]} for one in searches],
        "available": is_available(),
        "running": next(
            (
                one
                for one in searches
                if one.state == SearchState.RUNNING and not queries.has_stalled(one, at=request.now)
            ),
            None,
        ),
        "not_asked": criteria_notes(latest) if latest else [],
        "known": known_count(latest) if latest else 0,
        "remarks": remarks(latest.read) if latest else [],
    }
    return render(request, "casefinding/overview.html", context)


def criteria_notes(search: Search) -> list[str]:
    """What the published criteria have and an extract cannot answer."""
    return [one.get(language(), "") for one in criteria_of_search(search).not_asked]


@require_GET
def search(request: HttpRequest, search_id: UUID) -> HttpResponse:
    """One search: how far it is, why it was refused, or what was read and set aside."""
    found = queries.search_for(request.viewer, search_id)
    return render(request, "casefinding/search.html", _search_context(found, at=request.now))


@require_GET
def progress(request: HttpRequest, search_id: UUID) -> HttpResponse:
    """The bar alone, which asks for the next one a second later; a finished search reloads the page."""
    found = queries.search_for(request.viewer, search_id)
    response = render(request, "casefinding/_progress.html", _search_context(found, at=request.now))
    if found.state != SearchState.RUNNING:
        response["HX-Refresh"] = "true"
    return response


def _search_context(found: Search, *, at: datetime) -> dict[str, Any]:
    done, total = found.progress.get("done", 0), found.progress.get("total", 1) or 1
    deciding = found.progress.get("phase") == "decide"
    share = (20 + 80 * done // total) if deciding else 10
    read = found.read
    return {
        "search": found,
        "tone": SEARCH_TONES[SearchState(found.state)],
        "running": found.state == SearchState.RUNNING and not queries.has_stalled(found, at=at),
        "broken": found.state == SearchState.BROKEN_OFF or queries.has_stalled(found, at=at),
        "share": min(share, 100),
        "deciding": deciding,
        "refused_file": found.refusal.get("file", ""),
        "refused_why": in_words(found.refusal.get("why", "")),
        "rows": [(file_name(name), number) for name, number in (read.get("rows") or {}).items()],
        "aside": [
            (*counted_reason(text), number)
            for text, number in sorted((read.get("aside") or {}).items(), key=lambda item: -item[1])
        ],
        "aside_total": sum((read.get("aside") or {}).values()),
        "aside_rows": [
            {**row, "why": in_words(row["why"])} for row in (read.get("aside_rows") or [])[:SHOWN_ASIDE]
        ],
        "remarks": remarks(read),
        "known": known_count(found),
        "missing": missing_of(found)[:8],
    }


def known_count(found: Search) -> int | str:
    """How many are known to have heart failure; of nobody it is known when the problems were not there."""
    if "problems" in (found.read.get("missing") or ()):
        return _("onbekend")
    return int(found.counts.get("known", 0))


@require_GET
def worklist(request: HttpRequest, slug: str) -> HttpResponse:
    """One list of the latest search."""
    listed = _list_or_404(slug)
    latest = queries.latest_of(request.viewer)
    if latest is None:
        return redirect("casefinding:overview")
    show = request.GET.get("toon", "open")
    page = queries.people_on(
        request.viewer, latest, listed, show=show, page=request.GET.get("page"), at=request.now
    )
    context = {
        "listed": listed,
        "latest": latest,
        "page": page,
        "rows": [_row(one, listed) for one in page.object_list],
        "show": show,
        "tabs": [
            {"label": label, "url": f"?toon={code}", "current": show == code}
            for code, label in (("open", _("Te doen")), ("done", _("Afgehandeld")), ("all", _("Alles")))
        ],
        "counts": queries.counts_of(request.viewer, latest),
    }
    return render(request, "casefinding/list.html", context)


def _list_or_404(slug: str) -> WorkList:
    if slug not in BY_SLUG:
        raise Http404
    return BY_SLUG[slug]


def _row(person: FoundPerson, listed: WorkList) -> dict[str, Any]:
    explanation = explain(person, listed)
    asked = [explanation.missing, *(facts for _table, facts in explanation.questions)]
    return {
        "person": person,
        "name": full_name(person),
        "tone": TONES[PersonState(person.state)],
        "sex": _sex(person.sex),
        "why": [one.rule.why.get(language(), "") for one in explanation.reasons],
        "so_far": explanation.so_far,
        "missing": list(dict.fromkeys(_label(fact) for facts in asked for fact in facts)),
    }


def _label(fact: Fact) -> str:
    return fact.label.get(language(), fact.name)


def _sex(code: str) -> str:
    return {"male": _("man"), "female": _("vrouw")}.get(code, _("geslacht onbekend"))


@require_GET
def person(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Why somebody was found, and what may be done."""
    return _person_page(request, person_id)


def _person_page(
    request: HttpRequest,
    person_id: UUID,
    *,
    invite_form: InviteForm | None = None,
    aside_form: SetAsideForm | None = None,
    status: int = 200,
) -> HttpResponse:
    found = queries.person_for(request.viewer, person_id, at=request.now)
    listed = BY_SLUG.get(request.GET.get("lijst", ""))
    mine = [one for one in LISTS if one.key in found.lists]
    if listed not in mine:
        listed = mine[0]
    # What the reader came for stands first; the others follow in their own order.
    mine.sort(key=lambda one: one is not listed)
    latest = queries.latest_of(request.viewer)
    context = {
        "person": found,
        "name": full_name(found),
        "sex": _sex(found.sex),
        "has_bsn": bool(particulars_of(found).get("bsn")),
        "listed": listed,
        "outdated": latest is not None and latest.pk != found.search_id,
        "lists": _without_repeats([_explained(found, one) for one in mine]),
        "tone": TONES[PersonState(found.state)],
        "may": {str(state): PERSON_STATES.allows(found.state, state) for state in PersonState},
        "refer": any(one.refer for one in mine),
        "invite_form": invite_form or InviteForm(initial={"on": request.now.date()}),
        "aside_form": aside_form or SetAsideForm(),
        "history": [
            _happened(step)
            for step in sorted(found.steps.all(), key=lambda one: (one.at, one.pk), reverse=True)
        ],
        "next": queries.neighbours(request.viewer, found, listed),
    }
    return render(request, "casefinding/person.html", context, status=status)


def _happened(step: Any) -> dict[str, Any]:
    state = PersonState(step.state)
    title, text = str(state.label), step.note
    if step.note == FOUND:
        title, text = _("gevonden in het uittreksel"), ""
    elif step.note == FACTS_CHANGED:
        title, text = _("opnieuw op de lijst"), _("de gegevens waarop het antwoord rust zijn veranderd")
    elif state == PersonState.OPEN:
        title = _("teruggezet op de lijst")
    elif state == PersonState.INVITED and step.note:
        text = day_label(date.fromisoformat(step.note))
    return {"at": step.at, "title": title, "text": text, "who": step.by, "tone": TONES[state]}


def _explained(found: FoundPerson, listed: WorkList) -> dict[str, Any]:
    explanation = explain(found, listed)
    tables = criteria_of(found).tables
    return {
        "list": listed,
        "so_far": explanation.so_far or found.lists[listed.key].get("certain") is False,
        "reasons": [
            {
                "rule": one.rule,
                "why": one.rule.why.get(language(), ""),
                "facts": [_fact_row(used) for used in one.facts],
            }
            for one in explanation.reasons
        ],
        "missing": [_label(fact) for fact in explanation.missing],
        "questions": [
            (tables[table].title.get(language(), table), [_label(fact) for fact in facts])
            for table, facts in explanation.questions
            if table
        ],
    }


def _without_repeats(parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """An open question that asks for the same facts as a list above it is not written out twice."""
    shown: list[set[str]] = []
    for part in parts:
        part["questions"] = [
            (title, [] if set(labels) in shown else labels) for title, labels in part["questions"]
        ]
        shown += [
            set(labels) for labels in (part["missing"], *(labels for _title, labels in part["questions"]))
        ]
        shown = [one for one in shown if one]
    return parts


def _fact_row(used: UsedFact) -> dict[str, Any]:
    lang = language()
    notes = {
        ABSENT: _("geen regel met deze code, of te lang geleden"),
        DERIVED: _("berekend"),
        ASSUMED: _("uitgangspunt van de zoekactie"),
    }
    return {
        "label": used.fact.label.get(lang, used.fact.name),
        "value": measured_in_words(used.value, used.fact, lang),
        "on": used.on if used.dated and not used.origin else None,
        "note": notes.get(used.origin, "" if used.dated else _("zonder datum")),
    }


def _telling_refusals(view: View) -> View:
    """A refused step becomes a message on the person's page."""

    @wraps(view)
    def wrapped(request: HttpRequest, person_id: UUID) -> HttpResponse:
        try:
            return view(request, person_id)
        except CasefindingRefused as refused:
            messages.error(request, str(refused.text))
            return _to_person(request, person_id)

    return wrapped


def _to_person(request: HttpRequest, person_id: UUID) -> HttpResponse:
    slug = request.POST.get("lijst", "")
    back = f"?lijst={slug}" if slug in BY_SLUG else ""
    return redirect(reverse("casefinding:person", args=[person_id]) + back)


def _version(request: HttpRequest) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


@require_POST
@_telling_refusals
def invite(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Record that the practice invites somebody."""
    form = InviteForm(request.POST)
    if not form.is_valid():
        return _person_page(request, person_id, invite_form=form, status=422)
    actions.invite(
        by=request.viewer,
        at=request.now,
        person_id=person_id,
        version=_version(request),
        on=form.cleaned_data["on"],
    )
    messages.success(request, _("Vastgelegd: uitgenodigd."))
    return _to_person(request, person_id)


@require_POST
@_telling_refusals
def set_aside(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Not suitable, with the reason."""
    form = SetAsideForm(request.POST)
    if not form.is_valid():
        return _person_page(request, person_id, aside_form=form, status=422)
    actions.set_aside(
        by=request.viewer,
        at=request.now,
        person_id=person_id,
        version=_version(request),
        reason=form.cleaned_data["reason"],
    )
    messages.success(request, _("Vastgelegd: niet geschikt. Deze patiënt staat niet meer op de lijst."))
    return _to_person(request, person_id)


@require_POST
@_telling_refusals
def reopen(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Back on the lists."""
    actions.reopen(by=request.viewer, at=request.now, person_id=person_id, version=_version(request))
    messages.success(request, _("De patiënt staat weer op de lijst."))
    return _to_person(request, person_id)


@require_POST
@_telling_refusals
def refer(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """To a referral that is filled in as far as the extract goes."""
    made = actions.start_referral(
        by=request.viewer,
        at=request.now,
        person_id=person_id,
        version=_version(request),
        file_name=_("uittreksel van de praktijk"),
    )
    return redirect(f"{reverse('referrals:new')}?{made['parameter']}={made['key']}")
