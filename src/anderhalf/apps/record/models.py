"""What is known about a patient, whoever wrote it down: measurements, medication, documents, decisions and tasks.

These rows are shared by referrals and clinic. Nothing is overwritten: a correction is a new row that names the old one.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anderhalf.apps.people.identifiers import EncryptedBytesField
from anderhalf.apps.people.models import Network, Organisation, Patient, Professional
from anderhalf.presentation.clocks import at_once, is_late
from anderhalf.presentation.language import language


class Provenance(models.Model):
    """Who recorded something, when, on whose behalf, and where it came from."""

    class Origin(models.TextChoices):
        TYPED = "typed", _("ingevoerd")
        IMPORTED = "imported", _("ingelezen")
        HOME = "home", _("thuismeting")
        PAPER = "paper", _("van papier")

    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=200)
    recorded_by_id = models.CharField(max_length=40)
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    on_behalf_of = models.CharField(max_length=200, blank=True)
    origin = models.CharField(max_length=10, choices=Origin, default=Origin.TYPED)
    original = models.JSONField(default=dict, blank=True)

    class Meta:
        abstract = True


class Observation(Provenance):
    """One value of one fact, true at ``at``. ``number`` is in the dictionary's unit; the unit as given stays beside it.
    With a ``comparator`` it is a limit: the measurement lies above or below ``number``.

    Exactly one of ``number``, ``code``, ``flag``, ``text``, ``day`` is filled, by the fact's type.
    """

    class Status(models.TextChoices):
        FINAL = "final", _("definitief")
        CORRECTED = "corrected", _("gecorrigeerd")
        UNRELIABLE = "unreliable", _("onbetrouwbaar")
        ENTERED_IN_ERROR = "entered_in_error", _("foutief ingevoerd")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="observations")
    fact = models.CharField(max_length=60)
    at = models.DateTimeField()
    number = models.DecimalField(max_digits=12, decimal_places=4, null=True, blank=True)
    comparator = models.CharField(max_length=2, blank=True, default="")
    code = models.CharField(max_length=60, blank=True)
    flag = models.BooleanField(null=True, blank=True)
    text = models.TextField(blank=True)
    day = models.DateField(null=True, blank=True)
    value_as_given = models.CharField(max_length=60, blank=True)
    unit_as_given = models.CharField(max_length=40, blank=True)
    status = models.CharField(max_length=20, choices=Status, default=Status.FINAL)
    status_because = models.CharField(max_length=200, blank=True)
    replaces = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by"
    )
    encounter = models.UUIDField(null=True, blank=True, db_index=True)
    referral = models.UUIDField(null=True, blank=True, db_index=True)
    confirmed = models.BooleanField(default=False)
    """Somebody was asked whether an unlikely value is right, and said yes."""
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["patient", "fact", "-at"])]


class MedicationAgreement(Provenance):
    """Start, change or stop of a drug with its reason (medicatieafspraak, MP9). Each change is a row of its own."""

    class Kind(models.TextChoices):
        START = "start", _("gestart")
        CHANGE = "change", _("gewijzigd")
        STOP = "stop", _("gestopt")
        PAUSE = "pause", _("gepauzeerd")
        REPORTED = "reported", _("gebruikt al")

    class Since(models.TextChoices):
        DAY = "day", _("op de dag")
        MONTH = "month", _("op de maand")
        YEAR = "year", _("op het jaar")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="medication")
    kind = models.CharField(max_length=10, choices=Kind)
    drug = models.CharField(max_length=80)
    drug_name = models.CharField(max_length=120)
    atc = models.CharField(max_length=10, blank=True)
    drug_class = models.CharField(max_length=40, blank=True)
    dose = models.DecimalField(max_digits=9, decimal_places=3, null=True, blank=True)
    dose_unit = models.CharField(max_length=20, blank=True)
    times_per_day = models.PositiveSmallIntegerField(null=True, blank=True)
    every_days = models.PositiveSmallIntegerField(default=1)
    """2 = every other day: the dose is taken ``times_per_day`` times on such a day."""
    stop_reason = models.CharField(max_length=30, blank=True)
    """Why a drug was stopped or paused, as a code of the pathway's protocol; empty when it was not asked."""
    instructions = models.CharField(max_length=200, blank=True)
    from_at = models.DateTimeField()
    """From when this was agreed; for a drug that was used already, when that was told."""
    used_since = models.DateField(null=True, blank=True)
    """Since when a drug that was used already is used, as exactly as ``used_since_is`` says; empty is not known."""
    used_since_is = models.CharField(max_length=5, choices=Since, blank=True)
    reason = models.CharField(max_length=300)
    status = models.CharField(max_length=20, choices=Observation.Status, default=Observation.Status.FINAL)
    status_because = models.CharField(max_length=200, blank=True)
    replaces = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by"
    )
    encounter = models.UUIDField(null=True, blank=True, db_index=True)
    referral = models.UUIDField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["patient", "-from_at"])]


class Document(Provenance):
    """A file about a patient (ECG, echo report, scanned letter): encrypted, with the hash of what came in."""

    class Kind(models.TextChoices):
        ECG = "ecg", _("ECG")
        ECHO = "echo", _("echo")
        LETTER = "letter", _("brief")
        OTHER = "other", _("overig")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="documents")
    kind = models.CharField(max_length=10, choices=Kind)
    title = models.CharField(max_length=120)
    made_on = models.DateField()
    content_type = models.CharField(max_length=60)
    content = EncryptedBytesField()
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    encounter = models.UUIDField(null=True, blank=True)
    referral = models.UUIDField(null=True, blank=True)
    status = models.CharField(max_length=20, choices=Observation.Status, default=Observation.Status.FINAL)


class StoredDecision(models.Model):
    """A decision exactly as it was given: outcome, rules, version, source, facts used, facts missing. Never changed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="decisions")
    pathway = models.CharField(max_length=60)
    table = models.CharField(max_length=60)
    version = models.CharField(max_length=40)
    content_hash = models.CharField(max_length=64)
    at = models.DateTimeField()
    by = models.CharField(max_length=200)
    status = models.CharField(max_length=20)
    decision = models.JSONField()
    referral = models.UUIDField(null=True, blank=True, db_index=True)
    encounter = models.UUIDField(null=True, blank=True, db_index=True)

    class Meta:
        indexes = [models.Index(fields=["network", "table", "-at"])]


NOTE_SEPARATOR = " · "
"""Between the values of a task about a danger, its rule and its sources."""


DANGER = "danger"
"""Kind of the task that a danger makes."""


class Task(models.Model):
    """Something somebody has to do about a patient, by a date; done or cancelled, never deleted.

    A danger has a clock (``due_at``), the role that acts, and a ``rank`` that puts it before everything else.
    """

    ORDINARY = 9
    """Rank of what is no danger."""

    class Status(models.TextChoices):
        OPEN = "open", _("open")
        DONE = "done", _("gedaan")
        CANCELLED = "cancelled", _("vervallen")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="tasks")
    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    owner_organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey(
        Professional, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    due_on = models.DateField(null=True, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=200)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.CharField(max_length=200, blank=True)
    note = models.CharField(max_length=300, blank=True)
    about = models.CharField(max_length=60, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    """The moment before which it must be done, when a day is too coarse."""
    rank = models.PositiveSmallIntegerField(default=ORDINARY)
    """Order in every list: 0 is the most urgent danger."""
    role = models.CharField(max_length=20, blank=True)
    """The role of the agreement that acts; empty when anybody of the owner may."""
    basis = models.CharField(max_length=32, blank=True)
    """Fingerprint of the values that it is about: another value asks anew."""
    rules = models.JSONField(default=list, blank=True)
    """The rules of the agreement that made it."""
    wording = models.JSONField(default=dict, blank=True)
    """Title and note in the other language, for what the service worded: ``{"en": {"title": …, "note": …}}``."""
    days = models.PositiveSmallIntegerField(null=True, blank=True)
    """Days within which the rule itself asks to act; empty when it gives none."""
    told_at_home = models.JSONField(default=dict, blank=True)
    """What somebody typed at home, in their words, per language and fact: said to them until this is done."""

    class Meta:
        indexes = [
            models.Index(
                fields=["owner_organisation", "due_on"],
                condition=Q(status="open"),
                name="open_tasks_of_owner",
            )
        ]

    @property
    def at_once(self) -> bool:
        """Whether the term is the moment itself: then no time of the clock is said."""
        return self.due_at is not None and at_once(self.due_at, self.rank, seen_at=self.created_at)

    def is_late(self, at: datetime) -> bool:
        """Whether it waits longer than its term."""
        return self.due_at is not None and is_late(self.due_at, self.rank, at=at, seen_at=self.created_at)

    @property
    def title_shown(self) -> str:
        """The title in the reader's language; as it was written when nobody translated it."""
        return self._worded("title")

    @property
    def note_shown(self) -> str:
        """The note in the reader's language; as it was written when nobody translated it."""
        return self._note()[0]

    @property
    def why_shown(self) -> str:
        """The rule and its sources, which the note has behind what it says."""
        return self._note()[1]

    def _note(self) -> tuple[str, str]:
        """What the note says to a person, and the rule with its sources."""
        parts = self._worded("note").split(NOTE_SEPARATOR)
        end = next((number for number, part in enumerate(parts) if part in self.rules), len(parts))
        return NOTE_SEPARATOR.join(parts[:end]), NOTE_SEPARATOR.join(parts[end:])

    def _worded(self, field: str) -> str:
        return self.wording.get(language(), {}).get(field) or getattr(self, field)
