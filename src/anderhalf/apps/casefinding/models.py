"""Searches of a practice's population and the people found: rows of one practice, read by nobody else."""

from __future__ import annotations

import uuid

from django.db import models

from anderhalf.apps.people.identifiers import EncryptedTextField
from anderhalf.apps.people.models import Network, Organisation

from .states import PersonState, SearchState


class Search(models.Model):
    """One extract, searched once. The extract itself is not kept: only the people on the lists are."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="+")
    practice = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    pathway = models.CharField(max_length=60)
    version = models.CharField(max_length=40)
    content_hash = models.CharField(max_length=64)
    on = models.DateField()
    state = models.CharField(max_length=12, choices=SearchState, default=SearchState.RUNNING)
    started_at = models.DateTimeField()
    started_by = models.CharField(max_length=200)
    finished_at = models.DateTimeField(null=True, blank=True)
    progress = models.JSONField(default=dict)
    """Phase, parts done, parts in all, and when that was told."""
    refusal = models.JSONField(default=dict)
    """File and reason, when the extract as a whole could not be used."""
    counts = models.JSONField(default=dict)
    missing = models.JSONField(default=dict)
    read = models.JSONField(default=dict)
    """Rows per file, what was set aside and how often, and the first of it by file and line."""

    class Meta:
        indexes = [models.Index(fields=["practice", "-started_at"])]


class FoundPerson(models.Model):
    """Somebody on a practice's lists, with why. ``search`` is the last search in which this person was found."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="+")
    practice = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    search = models.ForeignKey(Search, on_delete=models.PROTECT, related_name="people")
    number = EncryptedTextField()
    """The practice's own number of this person, as the extract has it."""
    number_index = models.CharField(max_length=64)
    particulars = EncryptedTextField(blank=True)
    """Name and BSN as JSON, when the extract has them."""
    bsn_index = models.CharField(max_length=64, blank=True)
    birth_date = models.DateField(null=True)
    sex = models.CharField(max_length=10, blank=True)
    lists = models.JSONField()
    """List -> what it says: rules, line, urgency, certain, facts missing."""
    facts = models.JSONField()
    """Every fact that the tables could use, with the day it was true: enough to decide again."""
    basis = models.CharField(max_length=64)
    """Hash of what the answers rest on; another one means that the facts have changed."""
    state = models.CharField(max_length=14, choices=PersonState, default=PersonState.OPEN)
    state_since = models.DateTimeField()
    reason = models.CharField(max_length=300, blank=True)
    draft_key = models.CharField(max_length=40, blank=True)
    """Key of the referral's draft that was begun from here."""
    referral = models.UUIDField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practice", "number_index"], name="found_once_per_practice")
        ]
        indexes = [models.Index(fields=["practice", "search", "state"])]


class FoundStep(models.Model):
    """What was done about a found person: each step is a row, with who, when and why."""

    person = models.ForeignKey(FoundPerson, on_delete=models.PROTECT, related_name="steps")
    state = models.CharField(max_length=14, choices=PersonState)
    at = models.DateTimeField()
    by = models.CharField(max_length=200)
    note = models.CharField(max_length=300, blank=True)
