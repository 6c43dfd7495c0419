"""Danger of one patient, by everything the record knows: the eye of the core, asked for whoever is in care or referred.

Every road looks through here: the page that shows it, the task that somebody must act on, the next contact, the form
with values that were typed and not saved yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_noop as N_  # noqa: N812  gettext's own name for it

from anderhalf.apps.network.queries import NotPublished, agreement_on, pathway_on
from anderhalf.apps.people.models import Organisation, Patient
from anderhalf.apps.people.sex import sex_fact
from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.record.models import DANGER, MedicationAgreement, Task
from anderhalf.apps.record.queries import danger_tasks
from anderhalf.apps.referrals.listed import called_by_fact, names_by_code, pairs_of
from anderhalf.apps.referrals.models import Referral
from anderhalf.apps.referrals.register import facts_of_register, open_readings
from anderhalf.apps.referrals.states import Status
from anderhalf.content.urgent import UrgentCare
from anderhalf.core.decisions.facts import FactValue, FactValues
from anderhalf.core.decisions.ranges import Range
from anderhalf.core.pathway.called import with_drug_names
from anderhalf.core.pathway.danger import EXCLUSION, Danger, look_for_danger, urgency_of
from anderhalf.core.pathway.interactions import Severity
from anderhalf.core.pathway.model import Labels, Pathway
from anderhalf.core.pathway.replaced import given_now
from anderhalf.core.pathway.titration.observed import Observed

from ..models import DangerAnswer, Episode
from ..titration.gather import LONG_AGO, local, observed_of
from .beside import runs_along
from .evidence import SeenSign, seen_sign, shown_with
from .listed import facts_from_list, history_of, running_codes

REPEAT = "repeat_laboratory"
"""Kind of the task to repeat a blood test that was a danger."""
MONITORING = "monitoring"
"""Kind of the tasks that say what to measure after a step."""
FORBIDDEN_PAIR = "contraindicated_pair"
"""The fact that two drugs of the list must not be together, by any interactions.toml of the network."""
IF_RIGHT = N_("Als dit klopt: %(danger)s")
"""How the title of a task begins while nobody confirmed the value."""
WAITS = (Status.SENT, Status.MORE_INFORMATION, Status.ACCEPTED, Status.BOOKED)
"""A referral in one of these has somebody who looks, though care did not begin."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Who looks after a patient now: the centre of the open episode, else the receiver of a referral that waits."""

    organisation: Organisation
    practitioner: UUID | None
    """The professional who treats the patient, as a key."""
    episode: Episode | None
    pathways: tuple[Pathway, ...]


@dataclass(frozen=True, kw_only=True)
class PatientDanger:
    """What holds now and nobody acted on yet, the most urgent first, one per set of facts."""

    signs: tuple[SeenSign, ...]
    danger: Danger
    place: Place
    """Who looks after the patient."""
    shown: frozenset[str] = frozenset()
    """Fingerprints of everything that the record shows, also what somebody dealt with."""
    tasks: tuple[Task, ...] = ()
    """Open tasks about dangers that the record no longer shows (too old by now, or milder since somebody at home typed
    another value): they wait for an answer too."""
    clock: datetime | None = None
    """Before when the first of all open tasks must be dealt with."""

    def __bool__(self) -> bool:
        return bool(self.signs or self.tasks)

    @property
    def rank(self) -> int:
        """The most urgent of what is open; the rank of what is no danger when nothing is."""
        ranks = [*(one.rank for one in self.signs), *(task.rank for task in self.tasks)]
        return min(ranks, default=Task.ORDINARY)


def place_of(patient: UUID, network: str, *, at: datetime) -> Place | None:
    """Who looks after this patient, and which pathways the patient is in; None when nobody does."""
    on = timezone.localdate(at)
    episodes = list(
        Episode.objects.select_related("centre", "patient", "referral")
        .filter(patient=patient, network=network, ended_at__isnull=True)
        .order_by("-started_at")
    )
    waiting = list(
        Referral.objects.filter(patient=patient, network=network, status__in=WAITS)
        .order_by("-sent_at")
        .values_list("pathway", "recipient")
    )
    if not episodes and not waiting:
        return None
    keys = dict.fromkeys([*(one.pathway for one in episodes), *(pathway for pathway, _to in waiting)])
    found = {key: pathway for key in keys if (pathway := _pathway(network, key, on=on)) is not None}
    for episode in episodes:
        found |= {one.key: one for one in runs_along(episode, at=at)}
    first = episodes[0] if episodes else None
    return Place(
        organisation=first.centre if first is not None else Organisation.objects.get(pk=waiting[0][1]),
        practitioner=first.practitioner_id if first is not None else None,
        episode=first,
        pathways=tuple(found.values()),
    )


def cared_for_by(patient: Patient, *, at: datetime) -> Organisation | None:
    """The centre that has this patient in care, else where a referral waits; None when neither."""
    episode = (
        Episode.objects.select_related("centre")
        .filter(patient=patient, network=patient.network_id, ended_at__isnull=True, started_at__lte=at)
        .order_by("-started_at")
        .first()
    )
    if episode is not None:
        return episode.centre
    waiting = (
        Referral.objects.select_related("recipient")
        .filter(patient=patient, network=patient.network_id, status__in=WAITS)
        .order_by("-sent_at")
        .first()
    )
    return waiting.recipient if waiting is not None else None


def _pathway(network: str, key: str, *, on: date) -> Pathway | None:
    try:
        return pathway_on(network, key, on=on)
    except NotPublished:
        return None


def look(
    patient: Patient,
    place: Place,
    *,
    at: datetime,
    typed: FactValues | None = None,
    unconfirmed: Mapping[str, Sequence[FactValue]] | None = None,
) -> tuple[Danger, tuple[SeenSign, ...]]:
    """The dangers of one patient by the pathways they are in, and each set of facts once. The caller checked access.

    Who is not in care yet is only asked what is asked of a referral; alarms of care look at what was recorded since it
    began, and at the numbers of the referral (its complaints were judged by triage).

    ``typed`` are values of a form that is not saved yet; ``unconfirmed`` are those that the form asks about.
    """
    on, pathways = timezone.localdate(at), place.pathways
    facts = {name: fact for pathway in pathways for name, fact in pathway.facts.items()}
    observed = observed_of(patient.pk, facts, at=at)
    known: dict[str, FactValue] = {**observed.latest}
    if (sex := sex_fact(patient.sex)) is not None:
        known["sex"] = sex
    doubtful: dict[str, Sequence[FactValue]] = {**observed.doubtful}
    changing = frozenset().union(*(pathway.dictionary.in_series for pathway in pathways))
    series = {
        name: tuple(FactValue(one.value, timezone.localdate(one.at)) for one in rows)
        for name, rows in observed.series.items()
        if name in changing
    }
    registered, unjudged = facts_of_register(patient.pk, patient.network_id, at=at)
    known |= registered
    doubtful |= open_readings(unjudged, known)
    history = history_of(patient.pk, on=on)
    listed = _listed(patient, pathways, known, history, at=at)
    known |= listed
    for name, value in (typed or {}).items():
        earlier = known.get(name)
        if earlier is None or earlier.on is None or value.on is None or earlier.on <= value.on:
            known[name] = value
            doubtful.pop(name, None)
        series[name] = (*series.get(name, ()), value)
    now = given_now(typed or {}, unconfirmed or {}, known, origin="form")
    for name, values in (unconfirmed or {}).items():  # what is known stays: a doubt never hides a danger
        doubtful[name] = (*doubtful.get(name, ()), *values)
    danger = look_for_danger(
        pathways, known, on=on, birth_date=patient.birth_date, doubtful=doubtful, series=series, now=now,
        contradicting=[name for name in observed.contradicting if name not in {*known, *(unconfirmed or {})}],
    )  # fmt: skip
    danger = with_drug_names(danger, pathways, _called(patient, pathways, history, at=at))
    moments = {name: rows[-1].at.isoformat() for name, rows in observed.series.items()}
    moments |= {name: f"register {value.on}" for name, value in registered.items()}
    moments |= dict.fromkeys(listed, "list")  # the list answers anew every day: that is no other answer
    seen = [
        seen_sign(
            sign, pathways, known, doubtful, moments,
            names=shown_with(sign, pathways, known, series, on=on, birth_date=patient.birth_date),
        )
        for sign in danger.signs
    ]  # fmt: skip
    fresh = _recorded_in_care(observed, place) | {*doubtful, *(typed or {})}
    return danger, _once(one for one in seen if one.sign.table == EXCLUSION or one.measured & fresh)


def _listed(
    patient: Patient,
    pathways: Sequence[Pathway],
    known: FactValues,
    history: Sequence[MedicationAgreement],
    *,
    at: datetime,
) -> dict[str, FactValue]:
    """What the medication list says of the drugs that a danger may ask about, and whether two of them must not be
    together: a pair that sets the term of a referral is a task within the same term in care."""
    on, found = timezone.localdate(at), {}
    for pathway in pathways:
        found |= facts_from_list(pathway, history, known, on=on, at=at)
    pairs = pairs_of(patient.network_id, running_codes(history, at=at), facts={**known, **found}, at=at)
    if any(pair.severity is Severity.CONTRAINDICATED for pair in pairs):
        found[FORBIDDEN_PAIR] = FactValue(True, on, "medication")
    return found


def _called(
    patient: Patient, pathways: Sequence[Pathway], history: Sequence[MedicationAgreement], *, at: datetime
) -> dict[str, list[Labels]]:
    """The names of the drugs that run, by the facts for which they count."""
    names = names_by_code(patient.network_id, running_codes(history, at=at), on=timezone.localdate(at))
    return {fact: drugs for pathway in pathways for fact, drugs in called_by_fact(pathway, names).items()}


def _recorded_in_care(observed: Observed, place: Place) -> set[str]:
    """The facts of which the latest value was recorded since care began, and the numbers that the referral brought: a
    complaint was judged by triage, a potassium of 5.8 waits for somebody who acts on it."""
    if place.episode is None:
        return set()
    began = place.episode.started_at
    sent = place.episode.referral.sent_at or began
    newest = {name: rows[-1] for name, rows in observed.series.items()}
    return {
        name
        for name, one in newest.items()
        if (one.recorded_at or LONG_AGO)
        >= (min(sent, began) if isinstance(one.value, Decimal | Range) else began)
    }


def danger_of(patient: Patient, network: str, *, at: datetime) -> PatientDanger | None:
    """The open danger of a patient; None when nobody looks after them. The caller has checked access."""
    place = place_of(patient.pk, network, at=at)
    if place is None:
        return None
    danger, seen = look(patient, place, at=at)
    settled, waiting = answered(patient.pk) if seen else frozenset(), danger_tasks(patient.pk)
    signs = tuple(one for one in seen if one.basis not in settled)
    return PatientDanger(
        signs=signs,
        danger=danger,
        place=place,
        shown=frozenset(one.basis for one in seen),
        tasks=tuple(one for one in waiting if not says_as_much(seen, one)),
        clock=min((one.due_at for one in waiting if one.due_at is not None), default=None),
    )


def says_as_much(seen: Iterable[SeenSign], task: Task) -> bool:
    """Whether one of these dangers is about the same as a task and not milder."""
    least = urgency_of(task.rank, task.days)
    return any(one.about == task.about and urgency_of(one.rank, one.sign.days) <= least for one in seen)


def is_certain(task: Task) -> bool:
    """Whether a task about a danger is about a value that is so; its Dutch title says when it is not."""
    return not task.title.startswith(IF_RIGHT.partition("%")[0])


def danger_task(viewer: Viewer, task: UUID) -> Task | None:
    """The task when it is an open danger of the viewer's own organisation."""
    return Task.objects.filter(
        pk=task, kind=DANGER, status=Task.Status.OPEN, owner_organisation__in=viewer.organisation_ids
    ).first()


def laboratory_task(viewer: Viewer, task: UUID) -> Task | None:
    """The task when it is an open one about the laboratory, of the viewer's own organisation."""
    return Task.objects.filter(
        pk=task, kind__in=(MONITORING, REPEAT), status=Task.Status.OPEN,
        owner_organisation__in=viewer.organisation_ids,
    ).first()  # fmt: skip


def answered(patient: UUID) -> frozenset[str]:
    """The fingerprints of dangers about which somebody wrote down what was done, and did not take that back."""
    found: set[str] = set()
    rows = DangerAnswer.objects.filter(patient=patient, withdrawn=None)
    for bases in rows.values_list("bases", flat=True):
        found |= set(bases)
    return frozenset(found)


def answers_of(patient: UUID, *, limit: int = 5) -> list[DangerAnswer]:
    """What was done about earlier dangers, newest first; what was taken back among it."""
    rows = DangerAnswer.objects.filter(patient=patient).select_related("withdrawn")
    return list(rows.order_by("-at")[:limit])


def still_holding(patient: UUID, found: PatientDanger | None) -> list[DangerAnswer]:
    """The answers that settle what the record shows still (``danger_of``): dealt with, and not measured again since.
    Newest first."""
    if found is None or not found.shown:
        return []
    rows = DangerAnswer.objects.filter(patient=patient, withdrawn=None).order_by("-at")
    return [one for one in rows if found.shown & set(one.bases)]


def urgent_care(network: str, *, at: datetime) -> UrgentCare:
    """Whom to call and how soon, by the agreement of the day."""
    return agreement_on(network, on=timezone.localdate(at)).urgent


@dataclass(frozen=True, kw_only=True)
class Phones:
    """The numbers to press; empty when the agreement gives none."""

    cardiologist: str
    centre: str
    out_of_hours: str
    out_of_hours_name: Mapping[str, str]
    open_now: bool
    opens_at: datetime | None
    """When somebody of the centre reads again."""


def phones_of(organisation: Organisation, *, at: datetime) -> Phones:
    """Whom somebody can call about a patient of this centre (or hospital), by the agreement of the day."""
    agreement = agreement_on(organisation.network_id, on=timezone.localdate(at))
    centre = next((one for one in agreement.centres.values() if one.organisation == organisation.key), None)
    hospital = agreement.organisations.get(centre.hospital if centre is not None else organisation.key)
    own = agreement.organisations.get(organisation.key)
    urgent = agreement.urgent
    return Phones(
        cardiologist=(hospital.phone_urgent or hospital.phone) if hospital is not None else "",
        centre=own.phone if own is not None else "",
        out_of_hours=urgent.out_of_hours_phone,
        out_of_hours_name=urgent.out_of_hours,
        open_now=urgent.is_open(local(at)),
        opens_at=urgent.next_opening(local(at)),
    )


# ---- working out ----


def _once(signs: Iterable[SeenSign]) -> tuple[SeenSign, ...]:
    """Each set of facts once, with its most urgent rule: two pathways and two limits say the same thing twice. So do
    the rises over two periods of one measurement that must not wait."""
    found: dict[frozenset[str], SeenSign] = {}
    for one in signs:
        own = frozenset(one.sign.facts)
        found.setdefault(one.measured or own if one.sign.table == EXCLUSION else own, one)
    return tuple(found.values())
