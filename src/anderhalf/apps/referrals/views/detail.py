"""One referral, for both sides: where it stands, the letter, the values, why this line, the thread, and what to do."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from anderhalf.apps.network.queries import NotPublished, pathway_on
from anderhalf.apps.people import queries as people
from anderhalf.apps.people.access import Right, can_access
from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.record.models import Observation
from anderhalf.apps.record.queries import danger_tasks, value_of
from anderhalf.core.pathway.danger import ACTIONS
from anderhalf.core.pathway.model import Pathway, Urgency
from anderhalf.core.wording import within
from anderhalf.presentation.kept_reasons import shown_reason
from anderhalf.presentation.language import language

from .. import actions, agreed, queries
from ..access import can_message, is_recipient, is_requester, steps_now
from ..forms.content import TESTS
from ..forms.layout import GROUP_ORDER, shown_value
from ..forms.supplement import supplement_form, supplement_rows
from ..listed import unknown_in
from ..models import Referral
from ..states import Status
from .answer import pathway_names, too_long
from .gaps import line_name
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
        **_perhaps_twice(viewer, found, at),
        "banner": people.banner_of(viewer, found.patient, at),
        "road": _road(found, changes),
        "timeline": [
            {
                "at": change.at,
                "title": change.get_status_display(),
                "text": shown_reason(change.because),
                "who": change.by,
                "tone": "info" if change is changes[-1] else "",
            }
            for change in reversed(changes)
        ],
        "tests": [tests.get(code, code) for code in found.tests_asked],
        "facts": _facts(found, pathway),
        "answer": _answer(found, pathway, on=timezone.localdate(at)),
        "unknown": unknown_in(viewer.network, found.treatment_so_far, at=found.sent_at or at)
        if pathway
        else "",
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
        "waiting_days": (waiting := queries.waiting_time(found.recipient_id, at=at)),
        "too_long": too_long(
            _urgency(found, pathway),
            waiting,
            language(),
            own=(own := is_recipient(viewer, found)),
            closed=(closed := None if own else closed_of(found, at=at)),
        ),
        "closed": closed,
        "centre_phone": ""
        if own
        else agreed.urgent_phone(found.network_id, found.recipient.key, on=timezone.localdate(at)),
        "phone": phone_of(found, at=at),
        "open_dangers": (dangers := danger_tasks(found.patient_id)),
        "open_is_112": bool(dangers) and dangers[0].rank == ACTIONS.index("call_112"),
        "may_answer_danger": bool(dangers)
        and (own or can_access(viewer, Right.WRITE_CLINICAL, patient=found.patient_id, at=at)),
        "history": [one for one in queries.history_of(found.patient_id) if one.pk != found.pk][:5],
        "supplement_rows": supplement_rows(found, pathway, data, on=timezone.localdate(at))
        if "supplement" in steps
        else [],
        "typed": {},
        "refused": "",
        **more,
    }


def _answer(found: Referral, pathway: Pathway | None, *, on: date) -> dict[str, Any] | None:
    """The stored answer; what was not asked is only what can still be asked of this patient."""
    if pathway is None or not found.routing:
        return None
    form = supplement_form(found, pathway, None, on=on)
    known = {row.fact for row in queries.letter_facts(found)}
    return stored_answer(found.routing, pathway, askable={*form.used, *form.extra}, known=known)


def closed_of(found: Referral, *, at: datetime) -> agreed.Closed | None:
    """That nobody of the receiving centre is there now, for who writes to it."""
    return agreed.closed_now(found.recipient, practice=found.patient.practice.key, at=at)


def phone_of(found: Referral, *, at: datetime) -> str:
    """The cardiologist on duty for the patient of a referral."""
    practice = found.patient.practice.key
    return agreed.phone_on_duty(found.network_id, practice=practice, on=timezone.localdate(at))


def _perhaps_twice(viewer: Viewer, found: Referral, at: datetime) -> dict[str, Any]:
    """For who judges the referral: that the patient may be registered twice, and the records that they may open."""
    if not is_recipient(viewer, found):
        return {}
    alike = people.perhaps_twice([found.patient_id]).get(found.patient_id, [])
    return {"perhaps_twice": bool(alike), "alike": people.may_be_opened(viewer, alike, at=at)}


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
            group["no"].append(within(label))
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


def _urgency(found: Referral, pathway: Pathway | None) -> Urgency | None:
    return pathway.urgencies.get(found.urgency) if pathway else None


def _term(found: Referral, pathway: Pathway | None) -> str:
    term = _urgency(found, pathway)
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
