"""Letters in HASP headings: composed, signed, delivered in the portal, read."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from anderhalf.apps.clinic.models import Episode
from anderhalf.apps.people.identifiers import EncryptedBytesField
from anderhalf.apps.people.models import Network, Organisation, Patient, Professional

from .states import LetterStatus


class Letter(models.Model):
    """One letter about one patient to one organisation. After signing neither text nor PDF changes."""

    class Kind(models.TextChoices):
        RETURN = "return", _("terugverwijzing")
        FORWARD = "forward", _("verwijzing naar het ziekenhuis")
        INTERIM = "interim", _("tussentijds bericht")
        END = "end", _("einde zorg")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="letters")
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="letters")
    kind = models.CharField(max_length=10, choices=Kind)
    subject = models.CharField(max_length=200)
    sections = models.JSONField(default=list)
    sender = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="+")
    recipient = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="received_letters")
    status = models.CharField(max_length=10, choices=LetterStatus, default=LetterStatus.DRAFT)
    drafted_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True, blank=True)
    signed_by = models.CharField(max_length=200, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    # the agreed moment before which the recipient reads it; past it and unread, it is a task
    read_before = models.DateTimeField(null=True, blank=True)
    pdf = EncryptedBytesField(null=True, blank=True)
    pdf_sha256 = models.CharField(max_length=64, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [
            models.Index(fields=["recipient", "status", "-delivered_at"]),
            models.Index(fields=["sender", "status", "-delivered_at"]),
            models.Index(fields=["patient", "-drafted_at"]),
        ]

    def __str__(self) -> str:
        return self.subject


class LetterChange(models.Model):
    """One step of a letter: never overwritten."""

    letter = models.ForeignKey(Letter, on_delete=models.CASCADE, related_name="changes")
    status = models.CharField(max_length=10, choices=LetterStatus)
    at = models.DateTimeField()
    by = models.CharField(max_length=200)
    organisation = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["id"]
