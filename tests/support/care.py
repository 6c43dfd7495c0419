"""A whole period of care by real actions: referred, accepted, seen, ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from anderhalf.apps.clinic import actions as clinic
from anderhalf.apps.clinic.models import Episode
from anderhalf.apps.people.models import Patient
from anderhalf.apps.referrals import actions as referrals
from anderhalf.apps.referrals.models import Referral


@dataclass
class Care:
    """``care.episode(seen=…, outcome="returned")``: every step at its own moment, by whoever does it."""

    people: Any
    at: datetime

    def patient(self, *, insurer: str = "verzekeraar_noord", **more: Any) -> Patient:
        """A patient with an insurer; ``insurer=""`` for none."""
        return self.people.patient(insurer=self.people.organisation(insurer) if insurer else None, **more)

    def referral(self, *, sent: datetime, patient: Patient | None = None, **more: Any) -> Referral:
        """Sent by the GP to the own centre, against whatever the tables propose: an override of the referrer."""
        return referrals.send(
            by=self.people.viewer("gp"),
            at=sent,
            patient=(patient or self.patient()).pk,
            content=referrals.Content(
                intent=more.pop("intent", "titration"), reason="Hartfalen, graag instellen."
            ),
            chosen_line="intermediate",
            because="kent de patiënt goed",
            **more,
        )

    def accepted(self, *, sent: datetime, patient: Patient | None = None) -> Episode:
        """Taken on by the VS an hour later."""
        referral = self.referral(sent=sent, patient=patient)
        referrals.accept(
            by=self.people.viewer("vs"),
            at=sent + timedelta(hours=1),
            referral=referral.pk,
            because="past hier",
        )
        return Episode.objects.select_related("patient", "centre", "referral").get(referral=referral)

    def episode(
        self,
        *,
        seen: datetime | None = None,
        waited: int = 9,
        outcome: str = "",
        ended: datetime | None = None,
        patient: Patient | None = None,
    ) -> Episode:
        """Seen ``waited`` days after sending; with an ``outcome`` also ended, an hour after the contact."""
        moment = seen or self.at
        found = self.accepted(sent=moment - timedelta(days=waited), patient=patient)
        clinic.record_encounter(by=self.people.viewer("vs"), at=moment, episode=found.pk)
        if outcome:
            clinic.end_episode(
                by=self.people.viewer("vs"),
                at=ended or moment + timedelta(hours=1),
                episode=found.pk,
                outcome=outcome,
                plan="Controle bij de huisarts over drie maanden.",
                next_contact_on=(moment + timedelta(days=30)).date() if outcome == "under_control" else None,
            )
        found.refresh_from_db()
        return found
