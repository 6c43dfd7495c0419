"""Two scripts around the crash test, run as processes of their own: set the stage, and look what survived."""

from __future__ import annotations

import json
from datetime import datetime
from zoneinfo import ZoneInfo

PATIENTS = 2500


def set_the_stage() -> None:
    """Migrate, publish the network, make patients and a signed-in practice nurse; print what the test needs."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.utils import timezone

    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    from anderhalf.apps.network.actions import publish_folder
    from anderhalf.apps.people.models import Network, Patient
    from tests.support.people import People

    at = timezone.now().astimezone(ZoneInfo("Europe/Amsterdam"))
    publish_folder(key="voorbeeldstreek", at=at, demonstration=True)
    people = People(Network.objects.get(key="voorbeeldstreek"), at)
    client = people.client("poh")
    practice = people.organisation("praktijk_de_linde")
    patients = Patient.objects.bulk_create(
        Patient(
            network=people.network,
            initials="K.",
            family_name=f"Proef{number}",
            birth_date=at.date().replace(year=1948),
            sex="male",
            practice=practice,
            recorded_at=at,
        )
        for number in range(PATIENTS)
    )
    print(
        json.dumps(
            {
                "session": client.cookies["sessionid"].value,
                "patients": [str(patient.pk) for patient in patients],
            }
        )
    )


def look_what_survived() -> None:
    """Print every referral with its parts, and whether the log is one whole chain."""
    import django

    django.setup()
    from anderhalf.apps.audit.models import AuditLine
    from anderhalf.apps.audit.queries import verify_chain
    from anderhalf.apps.people.models import CareRelation
    from anderhalf.apps.record.models import Observation, StoredDecision
    from anderhalf.apps.referrals.models import Message, Referral

    found = {}
    for referral in Referral.objects.prefetch_related("changes"):
        found[referral.reason] = {
            "id": str(referral.pk),
            "status": referral.status,
            "changes": [change.status for change in referral.changes.all()],
            "observations": Observation.objects.filter(referral=referral.pk).count(),
            "decisions": sorted(
                StoredDecision.objects.filter(referral=referral.pk).values_list("table", flat=True)
            ),
            "relations": CareRelation.objects.filter(
                patient=referral.patient_id, kind=CareRelation.Kind.REFERRED_TO
            ).count(),
            "logged": AuditLine.objects.filter(object_id=str(referral.pk), action="C").exists()
            or AuditLine.objects.filter(object_id=str(referral.pk)).exists(),
        }
    proof = verify_chain()
    print(
        json.dumps(
            {
                "referrals": found,
                "count": Referral.objects.count(),
                "messages": list(Message.objects.values_list("text", flat=True)),
                "whole": proof.whole,
                "why": proof.why,
                "lines": proof.lines,
                "now": datetime.now(ZoneInfo("UTC")).isoformat(),
            }
        )
    )
