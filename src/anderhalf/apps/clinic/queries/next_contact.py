"""The next contact as the follow-up schedule proposes it, from what the record knows and what is being changed now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from django.utils import timezone
from django.utils.translation import gettext as _

from anderhalf.apps.people.access import Right, check_access
from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.record.models import MedicationAgreement, Observation
from anderhalf.apps.record.queries import series_of
from anderhalf.core.calendar import is_working_day
from anderhalf.core.pathway.danger import ACTIONS
from anderhalf.core.pathway.followup import NextContact, Reason, Situation, Step, ahead_of
from anderhalf.core.pathway.followup import next_contact as by_schedule
from anderhalf.core.pathway.model import ContactEvent, Pathway
from anderhalf.core.pathway.rechecks import rechecks
from anderhalf.core.pathway.titration import Protocol
from anderhalf.core.pathway.titration.optimal import is_reduced, therapy_of
from anderhalf.presentation.language import day_label
from anderhalf.presentation.wording import without_local

from ..models import Appointment, Encounter, Episode
from ..titration.gather import classes_of, local
from ..titration.words import fact_label, in_sentence
from .advice import known_facts, pathway_of
from .chart import label_of
from .danger import PatientDanger, danger_of, urgent_care
from .proposals import advice_about
from .stable import still_adjusting

Kind = MedicationAgreement.Kind
DISCHARGED = "last_hf_admission_on"


@dataclass(frozen=True, kw_only=True)
class ProposedContact:
    """The next contact, ready to show and to fill in: the day, what kind, why, and what to measure then."""

    on: date
    earliest: date
    """From this day on the control makes sense; `on` is the latest day."""
    kind: str
    title: str
    why: str
    """One sentence: the entry of the schedule, and after a step the classes."""
    measure: list[str]
    tests: list[str]
    """Recurring tests (ECG, iron, …) that are due by then."""
    others: list[str]
    """What else asks for a contact, later."""
    overdue: bool
    """The agreed term has passed."""
    rule: str
    source: str
    local: bool
    """Rests on the network's own agreement."""


def next_contact(
    viewer: Viewer, episode: Episode, *, at: datetime, during: bool = False, steps: Iterable[str] = ()
) -> ProposedContact | None:
    """When this patient should be seen next, and why; None when the pathway has no schedule.

    `during`: a contact is being recorded now, so that earlier steps are controlled by it and only changes of today
    count. `steps` are the classes that are changed on the form and stand in no agreement yet.
    """
    check_access(viewer, Right.VIEW_CLINICAL, patient=episode.patient_id, at=at)
    day = timezone.localdate(at)
    pathway = pathway_of(episode, on=day)
    answered = advice_about(episode, at=at)
    protocol = answered[0] if answered is not None else None
    seen = _last_seen(episode, at=at)
    changed = [Step(one, day) for one in steps]
    if protocol is not None:
        changed += _steps_since(episode, protocol, day if during else seen, at=at)
    situation = _situation(episode, pathway, at=at, seen=seen, during=during, steps=changed)
    if answered is not None:
        titration, about, advice = answered
        waits = [one.not_before.date() for one in advice.proposals if one.not_before is not None]
        reduced = is_reduced(titration, advice.facts.get("lvef"))
        situation = replace(
            situation, ahead=ahead_of(titration, about, advice), not_before=min(waits, default=None),
            optimal_since=therapy_of(titration, about, advice.facts, at=local(at)).since if reduced else None,
        )  # fmt: skip
    elif still_adjusting(episode, at=at):
        situation = replace(situation, ahead=(pathway.key,))
    found = by_schedule(
        pathway.follow_up, situation, on=day, monitoring=protocol.monitoring if protocol is not None else (),
        closed=lambda one: not is_working_day(one),
    )  # fmt: skip
    danger = danger_of(episode.patient, episode.network_id, at=at)
    if danger:
        return _because_of(danger, episode, pathway, at=at)
    return None if found is None else _shown(found, pathway, protocol)


def _because_of(
    danger: PatientDanger, episode: Episode, pathway: Pathway, *, at: datetime
) -> ProposedContact:
    """While a danger is open the next contact is never the one of the schedule."""
    urgent = urgent_care(episode.network_id, at=at)
    latest = urgent.due_at(ACTIONS[-1], local(at)).date()
    sign = danger.signs[0].sign if danger.signs else None
    names = dict.fromkeys(name for one in danger.signs for name, _value in one.values)
    return ProposedContact(
        on=latest, earliest=timezone.localdate(at), kind=Appointment.Kind.PHONE,
        title=_("Er staat gevaar open"),
        why=(label_of(sign.why) if sign is not None else danger.tasks[0].title_shown).rstrip("."),
        measure=[_fact(name, pathway, None) for name in names], tests=[], others=[], overdue=False,
        rule=sign.rule if sign is not None else "",
        source=sign.source if sign is not None else "", local=sign is not None and sign.local,
    )  # fmt: skip


def _last_seen(episode: Episode, *, at: datetime) -> date | None:
    moment = (
        Encounter.objects.filter(episode=episode, at__lte=at)
        .order_by("-at")
        .values_list("at", flat=True)
        .first()
    )
    return timezone.localdate(moment) if moment is not None else None


def _situation(
    episode: Episode,
    pathway: Pathway,
    *,
    at: datetime,
    seen: date | None,
    during: bool,
    steps: Iterable[Step],
) -> Situation:
    day = timezone.localdate(at)
    known = known_facts(
        episode.patient_id, pathway, on=day, birth_date=episode.patient.birth_date, sex=episode.patient.sex
    )
    changes = series_of(episode.patient_id, pathway.dictionary.in_series, on=day)
    known = dict(pathway.dictionary.derive(known, on=day, series=changes))
    left = known.get(DISCHARGED)
    discharged = left.value if left is not None and isinstance(left.value, date) else None
    return Situation(
        discharged_on=discharged,
        seen_since_discharge=during or (discharged is not None and seen is not None and seen >= discharged),
        steps=tuple(dict.fromkeys(steps)),
        measured_on=_measured_on(episode, pathway, at=at),
        rechecks=rechecks(pathway.follow_up.contacts, pathway.facts, known, on=day),
    )


def _steps_since(episode: Episode, protocol: Protocol, seen: date | None, *, at: datetime) -> list[Step]:
    """Changes since the last contact, those of that very day included: they were made during it."""
    since = seen or timezone.localdate(episode.started_at)
    rows = MedicationAgreement.objects.filter(
        patient=episode.patient_id, status=Observation.Status.FINAL, from_at__lte=at,
        from_at__gte=timezone.make_aware(datetime.combine(since, time.min)),
        kind__in=(Kind.START, Kind.CHANGE, Kind.STOP, Kind.PAUSE),
    )  # fmt: skip
    return [
        Step(drug_class, timezone.localdate(row.from_at))
        for row in rows.order_by("from_at")
        for drug_class in classes_of(row, protocol)
    ]


def _measured_on(episode: Episode, pathway: Pathway, *, at: datetime) -> dict[str, date]:
    names = {name for test in pathway.follow_up.tests for name in test.measure}
    found: dict[str, date] = {}
    for name, moment in Observation.objects.filter(
        patient=episode.patient_id, fact__in=names, status=Observation.Status.FINAL, at__lte=at
    ).values_list("fact", "at"):
        day = timezone.localdate(moment)
        found[name] = max(found.get(name, day), day)
    return found


def _shown(found: NextContact, pathway: Pathway, protocol: Protocol | None) -> ProposedContact:
    first = found.because
    return ProposedContact(
        on=found.on, earliest=found.earliest, kind=found.kind, title=label_of(first.title),
        why=_why(first, protocol), overdue=found.overdue, rule=first.rule,
        measure=[_fact(name, pathway, protocol) for name in found.measure],
        tests=[label_of(test.title) for test in found.tests],
        others=[f"{_why(one, protocol)} ({day_label(one.latest)})" for one in found.others],
        source=without_local(first.source),
        local=first.grade == "local",
    )  # fmt: skip


def _why(reason: Reason, protocol: Protocol | None) -> str:
    """`Tijdens opbouwen van medicatie: na elke stap (MRA)`."""
    text = f"{label_of(reason.title)}: {label_of(reason.when)}"
    if reason.event is not ContactEvent.STEP or protocol is None:
        return text
    names = [
        in_sentence(label_of(protocol.drug_class[key].title))
        for key in reason.classes
        if key in protocol.drug_class
    ]
    return f"{text} ({', '.join(names)})" if names else text


def _fact(name: str, pathway: Pathway, protocol: Protocol | None) -> str:
    if protocol is not None and name in protocol.facts:
        return in_sentence(fact_label(protocol, name))
    fact = pathway.facts.get(name)
    return in_sentence(label_of(fact.label)) if fact is not None else name
