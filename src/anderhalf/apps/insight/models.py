"""Patient experience: an invitation with a one-time link, and the answer."""

from __future__ import annotations

import uuid

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from anderhalf.apps.clinic.models import Episode
from anderhalf.apps.people.models import Network


class Invitation(models.Model):
    """A one-time link to the questionnaire. Only the hash of the link's secret is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="+")
    episode = models.OneToOneField(Episode, on_delete=models.CASCADE, related_name="invitation")
    token_hash = models.CharField(max_length=64, unique=True)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)


class Experience(models.Model):
    """What the patient answered: a mark 0-10, the agreed questions, free text."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="+")
    invitation = models.OneToOneField(Invitation, on_delete=models.PROTECT, related_name="experience")
    mark = models.PositiveSmallIntegerField(validators=[MinValueValidator(0), MaxValueValidator(10)])
    answers = models.JSONField(default=dict)
    text = models.TextField(blank=True)
    at = models.DateTimeField()
