"""Claims: what may be billed for an episode or an advice, under which contract, and how far that is."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from anderhalf.apps.clinic.models import Episode
from anderhalf.apps.people.models import Network, Organisation, Patient
from anderhalf.apps.referrals.models import Referral

from .states import ClaimStatus


class Claim(models.Model):
    """One service for one referral, with the contract terms that were valid on the day of care.

    Without terms (``problem``) it is blocked and has no amount: care that cannot be claimed is seen, never lost.
    ``terms`` keeps what the contract said that day: titles, reason and source, in both languages.
    """

    class Problem(models.TextChoices):
        NO_INSURER = "no_insurer", _("verzekeraar onbekend")
        NO_CONTRACT = "no_contract", _("geen contract")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="claims")
    episode = models.ForeignKey(
        Episode, null=True, blank=True, on_delete=models.PROTECT, related_name="claims"
    )
    centre = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    insurer = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="claims"
    )
    service = models.CharField(max_length=20)
    direction = models.CharField(max_length=10)
    problem = models.CharField(max_length=20, choices=Problem, blank=True)
    service_code = models.CharField(max_length=30, blank=True)
    amount = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True)
    deductible = models.BooleanField(null=True)
    contract = models.CharField(max_length=60, blank=True)
    terms = models.JSONField(default=dict, blank=True)
    care_on = models.DateField()
    status = models.CharField(max_length=12, choices=ClaimStatus, default=ClaimStatus.READY)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["referral", "service", "care_on"], name="claimed_once"),
            models.CheckConstraint(
                condition=~models.Q(status__in=("ready", "submitted", "paid", "rejected"))
                | models.Q(insurer__isnull=False, amount__isnull=False, deductible__isnull=False),
                name="claim_is_complete",
            ),
        ]
        indexes = [
            models.Index(fields=["network", "status", "care_on"]),
            models.Index(fields=["insurer", "status", "care_on"]),
        ]


class ClaimChange(models.Model):
    """One step of a claim: never overwritten."""

    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="changes")
    status = models.CharField(max_length=12, choices=ClaimStatus)
    at = models.DateTimeField()
    by = models.CharField(max_length=200)
    because = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["id"]
