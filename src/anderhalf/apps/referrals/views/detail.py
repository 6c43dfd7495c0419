"""One referral, for both sides: where it stands, the letter, the values, why this line, the thread, and what to do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import BoundField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from anderhalf.apps.network.queries import NotPublished, pathway_on
from anderhalf.apps.people import queries as people
from anderhalf.apps.record.models import Observation
from anderhalf.apps.record.queries import value_of
from anderhalf.core.pathway.model import Pathway
from anderhalf.presentation.language import language

from .. import actions, agreed, queries
from ..access import can_message, is_requester, steps_now
from ..errors import ReferralRefused, Stale
from ..forms.content import TESTS
from ..forms.layout import GROUP_ORDER, shown_value
from ..forms.supplement import supplement_rows
from ..models import Referral
from ..states import Status
from .answer import Alarm, line_name, pathway_names
from .lists import TONES
from .stored import stored_answer

MAIN_ROAD = (Status.SENT, Status.ACCEPTED, Status.BOOKED, Status.SEEN, Status.CLOSED)
ADVICE_ROAD = (Status.SENT, Status.ANSWERED, Status.CLOSED)


@require_GET
def referral(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """The page; a draft opens in the form."""
    found = queries.referral_for(request.viewer, referral_id, at=request.now)
    if found.status == Status.DRAFT:
        return redirect(f"{_form_address(found)}?verwijzing={found.pk}")
    context = page_context(request, found)
    if can_message(request.viewer, found, at=request.now):
        actions.mark_messages_read(by=request.viewer, at=request.now, referral=found.pk)
    return render(request, "referrals/referral.html", context)


def _form_address(found: Referral) -> str:
    down = found.direction == Referral.Direction.FROM_SECOND_LINE
    return reverse("referrals:down" if down else "referrals:new")


def page_context(request: HttpRequest, found: Referral, **more: Any) -> dict[str, Any]:
    viewer, at = request.viewer, request.now
    pathway = pathway_of(found)
    changes = list(found.changes.all())
    tests = dict(TESTS)
    steps = steps_now(viewer, found, at=at)
    data = request.POST if request.method == "POST" else None
    return {
        "referral": found,
        "about": pathway_names(viewer.network, on=timezone.localdate(at)).get(found.pathway, ""),
        "tone": TONES[Status(found.status)],
        "banner": people.banner_of(viewer, found.patient, at),
        "road": _road(found, changes),
        "timeline": [
            {
                "at": change.at,
                "title": change.get_status_display(),
                "text": change.because,
                "who": change.by,
                "tone": "info" if change is changes[-1] else "",
            }
            for change in reversed(changes)
        ],
        "tests": [tests.get(code, code) for code in found.tests_asked],
        "facts": _facts(found, pathway),
        "answer": stored_answer(found.routing, pathway) if pathway and found.routing else None,
        "chosen_line": line_name(found.chosen_line),
        "proposed_line": line_name(found.proposed_line),
        "overrides": list(found.overrides.all()),
        "term": _term(found, pathway),
        "thread": queries.thread_of(viewer, found),
        "steps": steps,
        "is_requester": is_requester(viewer, found),
        "late": bool(found.answer_before and found.answer_before < at),
        "urgencies": _urgencies(pathway),
        "own_line_proposed": found.proposed_line in ("", "intermediate")
        or (found.proposed_line == "second" and found.recipient.kind == "hospital"),
        "waiting_days": queries.waiting_time(found.recipient_id, at=at),
        "history": [one for one in queries.history_of(found.patient_id) if one.pk != found.pk][:5],
        "supplement_rows": supplement_rows(found, pathway, data, on=timezone.localdate(at))
        if "supplement" in steps
        else [],
        "typed": {},
        "refused": "",
        **more,
    }


def pathway_of(found: Referral) -> Pathway | None:
    on = timezone.localdate(found.sent_at or found.status_since)
    try:
        return pathway_on(found.network_id, found.pathway, on=on)
    except NotPublished:
        return None


def _road(found: Referral, changes: list[Any]) -> list[dict[str, str]]:
    """The main road with how far this referral came; an early end is shown as the last step."""
    reached = {str(change.status): change for change in changes}
    road = list(ADVICE_ROAD if found.intent == Referral.Intent.ADVICE else MAIN_ROAD)
    ended = (
        found.status in (Status.REDIRECTED, Status.WITHDRAWN, Status.ANSWERED) or Status.REDIRECTED in reached
    )
    if ended and found.status != Status.ANSWERED:
        road = [status for status in road if status in reached and status != Status.CLOSED]
        road += [Status.REDIRECTED] if Status.REDIRECTED in reached else []
        road += [found.status] if found.status not in road else []
    elif Status.ANSWERED in reached:
        road = list(ADVICE_ROAD)
    if found.status == Status.MORE_INFORMATION:
        road.insert(1, Status.MORE_INFORMATION)
    steps = []
    for status in road:
        change = reached.get(str(status))
        state = (
            "current"
            if status == found.status
            else ("done" if change and _passed(status, found, road) else "todo")
        )
        if state == "current" and status in (Status.WITHDRAWN, Status.REDIRECTED):
            state = "stopped"
        if state == "current" and status == Status.CLOSED:
            state = "done"
        note = f"{_short(change.at)} · {change.by}" if change and state != "todo" else ""
        steps.append({"label": str(Status(status).label), "state": state, "note": note})
    return steps


def _passed(status: Status, found: Referral, road: list[Status]) -> bool:
    """Whether the referral went beyond this step; going back (a cancelled appointment) undoes later steps."""
    return found.status not in road or road.index(status) < road.index(Status(found.status))


def _short(moment: datetime) -> str:
    return timezone.localtime(moment).strftime("%d-%m %H:%M")


def _facts(found: Referral, pathway: Pathway | None) -> list[dict[str, Any]]:
    """The values of the letter, grouped in the order of the form: what is there on lines of its own, every plain "no"
    of that day together. A date stands with a value from another day than the referral."""
    if pathway is None:
        return []
    latest = {row.fact: row for row in queries.letter_facts(found)}
    sent_on = timezone.localdate(found.sent_at or found.status_since)
    groups: dict[str, dict[str, Any]] = {}
    for name, fact in pathway.facts.items():
        row = latest.get(name)
        value = value_of(row) if row is not None else None
        if row is None or value is None:
            continue
        title = pathway.groups.get(fact.group, {}).get(language(), fact.group)
        group = groups.setdefault(fact.group, {"title": title, "rows": [], "no": []})
        label = fact.label[language()]
        day = timezone.localdate(row.at)
        if value is False and day == sent_on:
            group["no"].append(label[:1].lower() + label[1:] if not label[:2].isupper() else label)
            continue
        group["rows"].append(
            {
                "label": label,
                "value": shown_value(fact, value, language()),
                "on": day if day != sent_on else None,
                "status": row.get_status_display() if row.status != "final" else "",
                "given": _as_given(row, fact.unit),
            }
        )
    order = [key for key in GROUP_ORDER if key in groups] + [key for key in groups if key not in GROUP_ORDER]
    return [groups[key] for key in order]


def _as_given(row: Observation, unit: str | None) -> str:
    """What stood in the uploaded file, when the unit there was another one."""
    if row.unit_as_given == (unit or ""):
        return ""
    text = f"{row.value_as_given} {row.unit_as_given}".strip()
    return _("ingelezen: %(value)s") % {"value": text} if row.origin == "imported" and text else ""


def _term(found: Referral, pathway: Pathway | None) -> str:
    term = pathway.urgencies.get(found.urgency) if pathway else None
    return term.label[language()] if term else ""


def _urgencies(pathway: Pathway | None) -> list[tuple[str, str]]:
    """Terms that a triaging practitioner can choose: those with a day count that fits an appointment."""
    if pathway is None:
        return []
    return [
        (term.code, term.label[language()])
        for term in pathway.urgencies.values()
        if term.days and term.code != "advice"
    ]


# ---- steps ----


def take_step(
    request: HttpRequest, referral_id: UUID, do: Callable[..., Any], done: str, **arguments: Any
) -> HttpResponse:
    """Take a step and say what happened; what is refused comes back with everything that was typed."""
    version = request.POST.get("version", "")
    try:
        do(
            by=request.viewer,
            at=request.now,
            referral=referral_id,
            version=int(version) if version.isdigit() else None,
            **arguments,
        )
    except Stale as stale:
        return refused(request, stale.referral.pk, str(stale), status=409)
    except ReferralRefused as why:
        return refused(request, referral_id, str(why), status=422)
    messages.success(request, done)
    return redirect("referrals:referral", referral_id=referral_id)


def refused(
    request: HttpRequest,
    referral_id: UUID,
    text: str,
    *,
    status: int,
    alarms: Sequence[Alarm] = (),
    questions: Sequence[BoundField] = (),
) -> HttpResponse:
    found = queries.referral_for(request.viewer, referral_id, at=request.now)
    step = request.resolver_match.url_name if request.resolver_match else ""
    typed = {**request.POST.dict(), "step": step}
    context = page_context(request, found, typed=typed, refused=text, questions=questions)
    if alarms:
        on = timezone.localdate(request.now)
        phone = agreed.phone_on_duty(found.network_id, practice=found.patient.practice.key, on=on)
        context |= {"alarms": alarms, "phone": phone}
    return render(request, "referrals/referral.html", context, status=status)


@require_POST
def accept(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """Take the patient on."""
    given = request.POST
    return take_step(
        request,
        referral_id,
        actions.accept,
        _("De verwijzing is aangenomen. De patiënt staat op de wachtlijst."),
        urgency=given.get("urgency", ""),
        because=given.get("because", ""),
    )


@require_POST
def ask(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """Ask the sender for more."""
    text = request.POST.get("question", "")
    return take_step(
        request, referral_id, actions.ask_more, _("Uw vraag is naar de verwijzer gestuurd."), question=text
    )


@require_POST
def redirect_line(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """To the first or second line instead."""
    return take_step(
        request,
        referral_id,
        actions.redirect,
        _("De verwijzer krijgt bericht dat deze patiënt naar een andere lijn gaat."),
        line=request.POST.get("line", ""),
        because=request.POST.get("because", ""),
    )


@require_POST
def answer(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """Answer as advice."""
    text = request.POST.get("answer", "")
    return take_step(request, referral_id, actions.answer_advice, _("Uw advies is verstuurd."), answer=text)


@require_POST
def withdraw(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """Take it back."""
    text = request.POST.get("because", "")
    return take_step(request, referral_id, actions.withdraw, _("De verwijzing is ingetrokken."), because=text)


@require_POST
def close(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """The sender has read the answer, or acted on the redirection."""
    return take_step(request, referral_id, actions.close, _("De verwijzing is afgesloten."))


@require_POST
def seen(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """The hospital saw the patient; its appointments are not kept here."""
    return take_step(request, referral_id, actions.mark_seen, _("Vastgelegd dat de patiënt is gezien."))
