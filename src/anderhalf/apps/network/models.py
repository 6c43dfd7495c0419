"""The agreement and pathways as published: immutable versions, found again by date or by hash."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from anderhalf.apps.people.models import Network, Organisation, Professional

from .states import DraftState


class ContentVersion(models.Model):
    """One version of a pathway or agreement: the files themselves, never edited after publication."""

    class Kind(models.TextChoices):
        PATHWAY = "pathway", _("zorgpad")
        AGREEMENT = "agreement", _("afspraak")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="content_versions")
    kind = models.CharField(max_length=10, choices=Kind)
    key = models.CharField(max_length=60)
    version = models.CharField(max_length=40)
    content_hash = models.CharField(max_length=64)
    files = models.JSONField()
    valid_from = models.DateField()
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["network", "kind", "key", "version"], name="version_published_once"
            ),
        ]
        indexes = [models.Index(fields=["network", "kind", "key", "-valid_from"])]


class Approval(models.Model):
    """A partner's signature under a version, by a named person on behalf of an organisation."""

    version = models.ForeignKey(ContentVersion, on_delete=models.PROTECT, related_name="approvals")
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    professional = models.ForeignKey(
        Professional, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    name = models.CharField(max_length=200)
    at = models.DateTimeField()


class Draft(models.Model):
    """A change of a pathway on its way to the partners' signatures: only the table files that differ from ``base``."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="drafts")
    pathway = models.CharField(max_length=60)
    base = models.ForeignKey(ContentVersion, on_delete=models.PROTECT, related_name="drafts")
    title = models.CharField(max_length=120)
    because = models.TextField(blank=True)
    files = models.JSONField(default=dict)
    checks = models.JSONField(default=dict)
    state = models.CharField(max_length=12, choices=DraftState, default=DraftState.DRAFT)
    version = models.PositiveIntegerField(default=1)
    author = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    valid_from = models.DateField(null=True, blank=True)
    published = models.OneToOneField(
        ContentVersion, null=True, blank=True, on_delete=models.PROTECT, related_name="made_from"
    )
    agreement = models.OneToOneField(
        ContentVersion, null=True, blank=True, on_delete=models.PROTECT, related_name="brought_by"
    )

    class Meta:
        indexes = [models.Index(fields=["network", "state", "-changed_at"])]


class DraftStep(models.Model):
    """What happened to a draft: each step is a row, with who, when and why."""

    draft = models.ForeignKey(Draft, on_delete=models.PROTECT, related_name="steps")
    state = models.CharField(max_length=12, choices=DraftState)
    at = models.DateTimeField()
    by = models.CharField(max_length=200)
    note = models.TextField(blank=True)


class DraftApproval(models.Model):
    """A partner's signature under a submitted draft; it falls away when the draft goes back to its author."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="approvals")
    professional = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    """On whose behalf: a partner that the agreement names."""
    role = models.CharField(max_length=20)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["draft", "professional"], name="one_signature_per_person_and_draft"
            ),
        ]
