"""What there is to look at in a built demonstration: the ids of one suitable thing per kind of page.

Runs as a process of its own against the service's database (see :func:`find_stage`), because a test that drives a
browser has no Django of its own. What the demonstration never leaves lying about (a letter half written, a measured
value put right) is made here by the same actions that people use.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from .server import Server, run_python


def find_stage(server: Server) -> dict[str, str]:
    """Ids by name (``patient``, ``episode``, ``referral_new``…) of the demonstration that ``server`` serves."""
    text = run_python(
        "from tests.support.stage import set_the_stage; set_the_stage()", environment=server.environment
    )
    return json.loads(text.splitlines()[-1])


def set_the_stage() -> None:
    """Print the ids as JSON on the last line."""
    import django

    django.setup()
    from django.utils import timezone

    print(json.dumps({name: str(value) for name, value in _found(timezone.now()).items()}))


def _found(now: Any) -> dict[str, Any]:
    from django.db.models import Count

    from anderhalf.apps.billing.models import Claim
    from anderhalf.apps.clinic.models import Appointment, ClinicSession, Encounter, Episode
    from anderhalf.apps.insight.models import Invitation
    from anderhalf.apps.letters.models import Letter
    from anderhalf.apps.people.models import Patient
    from anderhalf.apps.record.models import MedicationAgreement, Observation, Task
    from anderhalf.apps.referrals.models import Referral
    from anderhalf.apps.supervision.models import CaseDiscussion, SupervisionMeeting

    oost = {"centre__key": "anderhalf_oost"}
    in_care = Episode.objects.filter(**oost, ended_at=None, first_seen_at__isnull=False)
    episode = max(in_care, key=lambda one: (_richness(one, now), one.started_at))
    returned = (
        Episode.objects.filter(**oost, outcomes__kind="returned", patient__practice__key="praktijk_de_linde")
        .order_by("-ended_at")
        .first()
    )
    waiting = Episode.objects.filter(**oost, ended_at=None, first_seen_at=None).order_by("started_at").first()
    encounter = Encounter.objects.filter(episode=episode).order_by("-at").first()
    claims = Claim.objects.order_by("-pk")
    linde = Referral.objects.filter(patient__practice__key="praktijk_de_linde")
    to_oost = Referral.objects.filter(recipient__key="anderhalf_oost")
    letters = Letter.objects.filter(status__in=("delivered", "read")).order_by("-pk")
    others = in_care.exclude(pk=episode.pk).order_by("-started_at")
    invited = Invitation.objects.filter(used_at=None, expires_at__gt=now).order_by("-sent_at").first()
    if invited is None:
        invited = Invitation.objects.get(episode=_return(now, others[1]))
    found: dict[str, Any] = {
        "patient": episode.patient_id,
        "episode": episode.pk,
        "episode_waiting": waiting.pk,
        "patient_returned": returned.patient_id,
        "episode_returned": returned.pk,
        "patient_linde": Patient.objects.filter(practice__key="praktijk_de_linde", episodes__ended_at=None)
        .exclude(episodes=None)
        .order_by("pk")
        .values_list("pk", flat=True)
        .first(),
        "patient_self": Patient.objects.values_list("pk", flat=True).get(user__username="patient"),
        "encounter": encounter.pk,
        "observation": Observation.objects.filter(encounter=encounter.pk, number__isnull=False)
        .order_by("pk")
        .first()
        .pk,
        "agreement": MedicationAgreement.objects.filter(patient=episode.patient_id, status="final")
        .order_by("-from_at", "pk")
        .values_list("pk", flat=True)
        .first(),
        "patient_danger": Task.objects.filter(
            kind="danger", status="open", owner_organisation__key="anderhalf_oost"
        )
        .order_by("created_at")
        .values_list("patient_id", flat=True)
        .first(),
        "session": ClinicSession.objects.filter(**oost, starts_at__lte=now, cancelled_at=None)
        .annotate(taken=Count("slots__appointments"))
        .order_by("-starts_at", "-taken")
        .first()
        .pk,
        "appointment": Appointment.objects.filter(
            status="booked", slot__starts_at__gt=now, slot__session__centre__key="anderhalf_oost"
        )
        .order_by("slot__starts_at")
        .first()
        .pk,
        "referral_own": linde.exclude(status="draft").order_by("-sent_at").first().pk,
        "referral_sent": to_oost.filter(status="sent").order_by("-sent_at").first().pk,
        "referral_seen": to_oost.filter(status="seen").order_by("-sent_at").first().pk,
        "referral_hospital": Referral.objects.filter(recipient__key="ziekenhuis")
        .order_by("-sent_at")
        .values_list("pk", flat=True)
        .first(),
        "meeting_next": SupervisionMeeting.objects.filter(**oost, status="planned", starts_at__gt=now)
        .order_by("starts_at")
        .values_list("pk", flat=True)
        .first(),
        "meeting_held": SupervisionMeeting.objects.filter(**oost, status="held").first().pk,
        "case_waiting": CaseDiscussion.objects.filter(**oost, status="waiting")
        .values_list("pk", flat=True)
        .first(),
        "case_decided": CaseDiscussion.objects.filter(**oost, status="decided", episode__ended_at=None)
        .first()
        .pk,
        "letter_linde": letters.filter(recipient__key="praktijk_de_linde").first().pk,
        "letter_draft": _draft_letter(now, others[0]),
        "claim": claims.first().pk,
        "draft": _draft_of_agreement(now),
        **_search(now),
        "token": _token(invited),
        "episode_invited": invited.episode_id,
    }
    found["emergency"] = _emergency(now, found["patient_linde"])
    missing = [name for name, value in found.items() if value is None]
    if missing:
        raise LookupError(f"the demonstration has nothing for: {', '.join(missing)}")
    return found


def _richness(episode: Any, now: Any) -> int:
    """How much the chart of this patient has to show over the last half year; doses that changed count double."""
    from anderhalf.apps.record.models import MedicationAgreement

    since = now - timedelta(days=180)
    steps = MedicationAgreement.objects.filter(patient=episode.patient_id, from_at__gt=since).count()
    return 2 * steps + episode.encounters.filter(at__gt=since).count()


def _token(invitation: Any) -> str:
    from anderhalf.apps.insight.links import token_of

    return token_of(invitation.pk)


def _draft_of_agreement(now: Any) -> Any:
    """A change of the agreement that the project leader has begun."""
    from anderhalf.apps.network.actions import start_draft

    because = "De eerste lijn vraagt om een ruimere grens."
    return start_draft(
        by=_viewer("projectleider", now),
        at=now,
        pathway="heart_failure",
        title="Ruimere grens",
        because=because,
    ).pk


def _emergency(now: Any, patient: Any) -> Any:
    """The advice to call 112 that the POH of De Linde got for a patient, and has not said anything about yet."""
    from django.utils import timezone

    from anderhalf.apps.network.queries import pathway_on
    from anderhalf.apps.referrals.actions import record_emergency
    from anderhalf.core.decisions.facts import FactValue
    from anderhalf.core.pathway.referral import route_referral

    poh, on = _viewer("poh", now), timezone.localdate(now)
    pathway = pathway_on(poh.network, "heart_failure", on=on)
    routing = route_referral(pathway, {"chest_pain_at_rest": FactValue(value=True, on=on)}, on=on)
    task = record_emergency(by=poh, at=now, patient=patient, routing=routing)
    return task and task.pk


def _search(now: Any) -> dict[str, Any]:
    """A small extract that De Linde has had searched, and somebody on its lists."""
    from django.utils import timezone

    from anderhalf.apps.casefinding import actions
    from anderhalf.apps.casefinding.models import FoundPerson
    from anderhalf.apps.casefinding.running import run_search, work_folder

    from .extract import extract

    poh = _viewer("poh", now)
    search = actions.begin_search(by=poh, at=now, practice=None)
    folder = work_folder(search.pk)
    (folder / "extract").mkdir()
    for name, text in extract(timezone.localdate(now), named=True).items():
        (folder / "extract" / name).write_text(text)
    run_search(search.pk, folder, by=poh, clock=timezone.now, stage=lambda *given, **more: None)
    found = next(one for one in FoundPerson.objects.filter(search=search) if one.number == "101")
    return {"search": search.pk, "found_person": found.pk}


def _viewer(account: str, now: Any) -> Any:
    from django.utils import timezone

    from anderhalf.apps.people.models import User
    from anderhalf.apps.people.viewer import viewer_of

    return viewer_of(
        User.objects.get(username=account), on=timezone.localdate(now), network_point="", second_factor=True
    )


def _draft_letter(now: Any, episode: Any) -> Any:
    """An interim letter that the VS of Oost has begun."""
    from anderhalf.apps.letters import actions as letters

    return letters.draft_letter(
        by=_viewer("vs", now), at=now, episode=episode.pk, kind="interim", texts={}
    ).pk


def _return(now: Any, episode: Any) -> Any:
    """A patient returned just now: an unread letter at the practice and an open questionnaire."""
    from anderhalf.apps.letters import actions as letters

    letters.close_care(by=_viewer("vs", now), at=now, episode=episode.pk, outcome="returned")
    return episode
