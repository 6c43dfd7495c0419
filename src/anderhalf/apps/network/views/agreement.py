"""The agreement as its partners read it: who, where, what, which rules, and what they rest on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from anderhalf.apps.people.access import Right, can_access
from anderhalf.apps.people.models import Organisation
from anderhalf.apps.people.roles import Role
from anderhalf.content import Agreement
from anderhalf.core.decisions.model import HitPolicy
from anderhalf.core.pathway.model import Pathway
from anderhalf.presentation.language import language

from .. import queries
from ..models import ContentVersion
from ..words import rule_in_words
from .common import present_agreement, running_pathways


def _role_title(agreement: Agreement, role: str) -> Any:
    if role in agreement.roles:
        return agreement.roles[role].title
    return {"nl": str(Role(role).label)} if role in Role.values else {"nl": role}


def _kind(kind: str) -> str:
    return str(Organisation.Kind(kind).label) if kind in Organisation.Kind.values else kind


def _versions(network: str, present: Agreement, running: Mapping[str, Pathway]) -> list[ContentVersion]:
    """Every published version, called as people call it."""
    found = list(queries.versions_of(network))
    for one in found:
        pathway = running.get(one.key)
        one.title = pathway.title if pathway is not None else present.title  # type: ignore[attr-defined]
    return found


@require_GET
def agreement(request: HttpRequest) -> HttpResponse:
    """Everything on one page: target group, numbers, pilot, centres, roles, tables, privacy, versions, signatures."""
    present = present_agreement(request)
    day = timezone.localdate(request.now)
    running = running_pathways(request, present)
    context = {
        "agreement": present,
        "pathways": running.values(),
        "centres": [
            {
                "centre": centre,
                "open": centre.from_day <= day,
                "hospital": present.organisations.get(centre.hospital),
                "practices": [present.organisations[key] for key in centre.practices_on(day)],
            }
            for centre in present.centres.values()
        ],
        "roles": [
            {"role": role, "organisations": [_kind(kind) for kind in role.organisations]}
            for role in present.roles.values()
        ],
        "goals": [
            {"goal": goal, "indicator": present.indicators.get(goal.indicator)} for goal in present.goals
        ],
        "answer_times": [
            {"time": time, "owner": _role_title(present, time.owner)}
            for time in present.answer_times.values()
        ],
        "evaluations": [{"on": on, "past": on < day} for on in present.pilot.evaluations],
        "purposes": [
            {"purpose": purpose, "roles": [_role_title(present, role) for role in purpose.roles]}
            for purpose in present.privacy.purposes
        ],
        "versions": _versions(request.viewer.network, present, running),
        "today": day,
        "can_change": can_access(request.viewer, Right.EDIT_AGREEMENT),
    }
    return render(request, "network/agreement.html", context)


@require_GET
def table(request: HttpRequest, pathway: str, table: str) -> HttpResponse:
    """One criteria table, rule by rule in plain words, with source and grade; local agreements marked."""
    present = present_agreement(request)
    found = next((one for one in running_pathways(request, present).values() if one.key == pathway), None)
    if found is None or table not in found.tables:
        raise Http404
    shown = found.tables[table]
    reads = language()
    rules = [rule_in_words(rule, shown, found, reads) for rule in shown.rules]
    context = {
        "agreement": present,
        "pathway": found,
        "table": shown,
        "rules": rules,
        "local_count": sum(1 for rule in rules if rule.local),
        "in_order": shown.hit_policy is HitPolicy.FIRST,
        "all_tables": found.tables.values(),
    }
    return render(request, "network/table.html", context)


@require_GET
def training(request: HttpRequest) -> HttpResponse:
    """What everybody must be able to do, and the courses that go with it."""
    present = present_agreement(request)
    mine = request.viewer.role
    context = {
        "agreement": present,
        "mine": mine,
        "courses": [
            {
                "course": course,
                "roles": [_role_title(present, role) for role in course.roles],
                "own": mine in course.roles,
            }
            for course in present.training
        ],
        "competences": [
            {"title": _role_title(present, role), "items": items, "own": role == mine}
            for role, items in present.competences.items()
        ],
    }
    return render(request, "network/training.html", context)


@require_GET
def partners(request: HttpRequest) -> HttpResponse:
    """Who takes part, since when, and how to reach them."""
    present = present_agreement(request)
    day = timezone.localdate(request.now)
    kinds = []
    for kind in Organisation.Kind:
        members = [one for one in present.of_kind(kind) if one.until is None or one.until >= day]
        if members:
            rows = [
                {"partner": one, "active": one.from_day <= day, "centre": present.centre_of(one.id, on=day)}
                for one in sorted(members, key=lambda one: one.name)
            ]
            kinds.append({"label": kind.label, "rows": rows})
    return render(request, "network/partners.html", {"agreement": present, "kinds": kinds})
