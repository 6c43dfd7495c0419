"""The log of who did what with which record, and why (NEN 7513 fields), as a chain of hashes."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditLine(models.Model):
    """One event. Lines are added and never changed; each carries the hash of the line before it.

    Field names follow NEN 7513 chapter 7 (facts: event, user, object, source) in plain words. ``patient`` is the
    patient's UUID and no foreign key: the log must outlive the record it describes.
    """

    class Action(models.TextChoices):
        CREATE = "C", _("aangemaakt")
        READ = "R", _("ingezien")
        UPDATE = "U", _("gewijzigd")
        DELETE = "D", _("verwijderd")
        EXECUTE = "E", _("uitgevoerd")

    class Outcome(models.IntegerChoices):
        SUCCESS = 0, _("gelukt")
        REFUSED = 4, _("geweigerd")
        FAILED = 8, _("mislukt")

    number = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(db_index=True)
    action = models.CharField(max_length=1, choices=Action)
    event = models.CharField(max_length=60)
    outcome = models.PositiveSmallIntegerField(choices=Outcome, default=Outcome.SUCCESS)
    network = models.CharField(max_length=60, blank=True)
    user = models.CharField(max_length=40, blank=True)
    user_name = models.CharField(max_length=200, blank=True)
    role = models.CharField(max_length=30, blank=True)
    organisation = models.CharField(max_length=200, blank=True)
    on_behalf_of = models.CharField(max_length=200, blank=True)
    purpose = models.CharField(max_length=60, blank=True)
    rule = models.CharField(max_length=120, blank=True)
    emergency = models.BooleanField(default=False)
    patient = models.UUIDField(null=True)
    object_type = models.CharField(max_length=60)
    object_id = models.CharField(max_length=60, blank=True)
    detail = models.JSONField(default=dict)
    network_point = models.CharField(max_length=60, blank=True)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        indexes = [
            models.Index(fields=["patient", "-number"]),
            models.Index(fields=["network", "emergency", "-number"]),
        ]


class ChainHead(models.Model):
    """The last hash of the log: one row, locked while a line is added, so that lines form one chain."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    last_hash = models.CharField(max_length=64)
    lines = models.BigIntegerField(default=0)
