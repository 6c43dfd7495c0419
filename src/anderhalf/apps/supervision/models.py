"""The weekly hour: meetings, the cases on their agenda, what was decided and by whom."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from anderhalf.apps.clinic.models import Episode
from anderhalf.apps.people.models import Network, Organisation, Patient, Professional
from anderhalf.presentation.language import language


class SupervisionMeeting(models.Model):
    """The case discussion of one centre at one moment."""

    class Status(models.TextChoices):
        PLANNED = "planned", _("gepland")
        HELD = "held", _("gehouden")
        CANCELLED = "cancelled", _("vervallen")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="+")
    centre = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="meetings")
    starts_at = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField(default=60)
    status = models.CharField(max_length=10, choices=Status, default=Status.PLANNED)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-starts_at"]
        constraints = [models.UniqueConstraint(fields=["centre", "starts_at"], name="one_meeting_per_moment")]


class Attendance(models.Model):
    """Who was there."""

    meeting = models.ForeignKey(SupervisionMeeting, on_delete=models.CASCADE, related_name="attendance")
    professional = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=30)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["meeting", "professional"], name="attends_once")]


class CaseDiscussion(models.Model):
    """One patient on the agenda, put there by the VS or by a rule of the agreement, with the decision."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("op de agenda")
        DECIDED = "decided", _("besproken")
        DROPPED = "dropped", _("van de agenda gehaald")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="+")
    centre = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="cases")
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="cases")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="cases")
    meeting = models.ForeignKey(
        SupervisionMeeting, null=True, blank=True, on_delete=models.PROTECT, related_name="cases"
    )
    question = models.TextField()
    wording = models.JSONField(default=dict, blank=True)
    """The question in the other language, for what the service worded: ``{"en": …}``."""
    rule = models.CharField(max_length=60, blank=True)
    urgent = models.BooleanField(default=False)
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=200)
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING)
    decision = models.TextField(blank=True)
    decided_by = models.ForeignKey(
        Professional, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    recorded_by = models.CharField(max_length=200, blank=True)
    follow_up_task = models.UUIDField(null=True, blank=True)
    dropped_because = models.CharField(max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-urgent", "added_at"]
        indexes = [models.Index(fields=["centre", "status", "added_at"])]

    dealt_with = False
    """Set by what reads it: 112 or the cardiologist on duty was called about this patient, and nothing is open."""

    @property
    def comes_first(self) -> bool:
        """Whether it stands as urgent on the agenda."""
        return self.urgent and not self.dealt_with

    @property
    def question_shown(self) -> str:
        """The question in the reader's language; as it was written when nobody translated it."""
        return self.wording.get(language()) or self.question
