"""A patient in care who signs in, and the roads by which a value of theirs enters, as the service runs them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from anderhalf.apps.clinic import actions, queries
from anderhalf.apps.clinic.models import Episode
from anderhalf.apps.people.access import Right
from anderhalf.apps.people.models import Patient
from anderhalf.apps.record import actions as record
from anderhalf.apps.record.models import Observation, Task
from anderhalf.apps.referrals import actions as referrals
from anderhalf.core.decisions.facts import Value
from tests.support.people import submission
from tests.support.titration import value_of


@dataclass
class Care:
    """One patient of the own centre; everything happens at `at`."""

    people: Any
    at: datetime
    episode: Episode

    @classmethod
    def begin(cls, people: Any, at: datetime, *, pathway: str = "heart_failure") -> Care:
        """Referred and accepted twenty days ago."""
        people.viewer("patient")
        return cls._referred(people, at, Patient.objects.get(user=people.user("patient")), pathway)

    @classmethod
    def second(cls, people: Any, at: datetime) -> Care:
        """Another patient of the same centre, without an account."""
        return cls._referred(people, at, people.patient(), "heart_failure")

    @classmethod
    def _referred(cls, people: Any, at: datetime, patient: Patient, pathway: str) -> Care:
        began = at - timedelta(days=20)
        referral = referrals.send(
            by=people.viewer("gp"), at=began, patient=patient.pk, chosen_line="intermediate", because="bekend",
            content=referrals.Content(intent="titration", reason="Graag instellen.", pathway=pathway),
        )  # fmt: skip
        referrals.accept(by=people.viewer("vs"), at=began, referral=referral.pk, because="past hier")
        return cls(people, at, Episode.objects.select_related("patient", "centre").get(referral=referral))

    @property
    def patient(self) -> Patient:
        return self.episode.patient

    @property
    def vs(self) -> Any:
        return self.people.viewer("vs")

    # ---- the roads ----

    def items(self, facts: dict[str, Any], at: datetime) -> list[record.NewObservation]:
        return [record.NewObservation(fact=name, value=value_of(raw), at=at) for name, raw in facts.items()]

    def contact(self, facts: dict[str, Any], *, at: datetime | None = None, kind: str = "visit") -> Any:
        moment = at or self.at
        return actions.record_encounter(
            by=self.vs, at=moment, episode=self.episode.pk, kind=kind, observations=self.items(facts, moment)
        )

    def result(self, facts: dict[str, Any], *, at: datetime | None = None) -> None:
        moment = at or self.at
        record.record_observations(
            by=self.vs, at=moment, patient=self.patient.pk, items=self.items(facts, moment),
            under=Right.WRITE_CLINICAL, origin=Observation.Origin.IMPORTED,
        )  # fmt: skip

    def home(self, facts: dict[str, Any], *, at: datetime | None = None, role: str = "patient") -> None:
        moment = at or self.at
        actions.enter_home_measurements(
            by=self.people.viewer(role), at=moment, patient=self.patient.pk, items=self.items(facts, moment)
        )

    def correction(self, facts: dict[str, Any], *, before: dict[str, Value]) -> None:
        """The values of `facts` take the place of harmless ones that stood there."""
        earlier = self.at - timedelta(minutes=5)
        rows = record.record_observations(
            by=self.vs, at=earlier, patient=self.patient.pk, under=Right.WRITE_CLINICAL,
            items=[record.NewObservation(fact=name, value=before[name], at=earlier) for name in facts],
        )  # fmt: skip
        for row in rows:
            record.correct_observation(
                by=self.vs,
                at=self.at,
                observation_id=row.pk,
                value=value_of(facts[row.fact]),
                because="tikfout",
            )

    def typed_at_home(self, *, language: str = "nl", **facts: Any) -> Any:
        """The patient's own form, pressed once; what is unusual is confirmed only when `sure` is among the facts."""
        sure, measured_on = facts.pop("sure", False), facts.pop("measured_on", self.at.date().isoformat())
        given = {
            f"f_{name}": str(raw).lower() if isinstance(raw, bool) else raw for name, raw in facts.items()
        }
        if sure:
            given |= {f"sure_{name}": str(raw) for name, raw in facts.items()}
        return self.people.client("patient", language=language).post(
            reverse("clinic:home_measurement", args=[self.patient.pk]),
            {"submission": submission(), "measured_on": measured_on, **given},
            follow=True,
        )

    # ---- what came of it ----

    def tasks(self) -> list[Task]:
        return list(Task.objects.filter(kind="danger", status="open").order_by("rank", "due_at"))

    def danger(self, *, at: datetime | None = None) -> Any:
        now = timezone.now()  # pages read the real clock
        moment = now if now - self.at < timedelta(hours=1) else self.at
        return queries.danger_of(self.patient, self.episode.network_id, at=at or moment)

    def actions(self) -> list[str]:
        """What is asked for, the most urgent first."""
        found = self.danger()
        return [one.sign.action for one in found.signs] if found else []
