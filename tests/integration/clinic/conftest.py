"""A patient who was really referred and accepted, and sessions at the centre."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from anderhalf.apps.clinic import actions
from anderhalf.apps.clinic.models import ClinicSession, Episode, Slot
from anderhalf.apps.people.models import Patient
from anderhalf.apps.referrals import actions as referrals
from anderhalf.apps.referrals.models import Referral


@dataclass
class Clinic:
    """Short words for what a test needs first."""

    people: Any
    at: datetime

    def referred(self, patient: Patient | None = None, *, at: datetime | None = None) -> Referral:
        """A referral from the first line, sent to the own centre against whatever the tables propose."""
        patient = patient or self.people.patient()
        return referrals.send(
            by=self.people.viewer("gp"),
            at=at or self.at - timedelta(days=5),
            patient=patient.pk,
            content=referrals.Content(intent="titration", reason="Hartfalen, graag instellen."),
            chosen_line="intermediate",
            because="kent de patiënt goed",
        )

    def episode(self, patient: Patient | None = None, *, at: datetime | None = None) -> Episode:
        """Accepted by the VS; the episode is open and nothing is planned."""
        referral = self.referred(patient, at=at)
        accepted = (at or self.at - timedelta(days=5)) + timedelta(hours=1)
        referrals.accept(by=self.vs, at=accepted, referral=referral.pk, because="past bij het centrum")
        return Episode.objects.select_related("patient", "centre", "referral").get(referral=referral)

    def session(
        self,
        *,
        day: date | None = None,
        role: str = "vs",
        starts: time = time(13),
        ends: time = time(16),
        **more: Any,
    ) -> ClinicSession:
        """A session of three hours this afternoon, unless told otherwise."""
        made = actions.make_sessions(
            by=self.vs,
            at=more.pop("at", self.at),
            centre=self.centre.pk,
            professional=self.people.viewer(role).professional_id,
            first_day=day or self.at.date(),
            starts=starts,
            ends=ends,
            **more,
        )
        return made.sessions[0]

    def slot(self, session: ClinicSession | None = None, number: int = 0) -> Slot:
        return (session or self.session()).slots.order_by("starts_at")[number]

    def seen(self, **more: Any) -> Episode:
        """An episode with one recorded contact."""
        episode = self.episode()
        actions.record_encounter(by=self.vs, at=self.at, episode=episode.pk, **more)
        episode.refresh_from_db()
        return episode

    @property
    def vs(self) -> Any:
        return self.people.viewer("vs")

    @property
    def centre(self) -> Any:
        return self.people.organisation("anderhalf_oost")


@pytest.fixture
def clinic(people, at) -> Clinic:
    return Clinic(people, at)
