"""A request by one professional to another, from draft to closed, with owner and clock."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from anderhalf.apps.people.identifiers import EncryptedTextField
from anderhalf.apps.people.models import Network, Organisation, Patient, Professional
from anderhalf.presentation.language import language

from .states import OWNERS, Status


class NumberSeries(models.Model):
    """The last number handed out to a referral, per network and year; locked while the next one is taken."""

    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["network", "year"], name="one_number_series_per_year")]


class Referral(models.Model):
    """A referral into the 1.5 line, down from the hospital, or on to the hospital (ServiceRequest + Task).

    ``status`` repeats the newest ``StatusChange`` so that worklists need one index; only ``actions`` sets both.
    """

    class Direction(models.TextChoices):
        FROM_FIRST_LINE = "from_first_line", _("vanuit de 1e lijn")
        FROM_SECOND_LINE = "from_second_line", _("vanuit de 2e lijn")
        TO_SECOND_LINE = "to_second_line", _("naar de 2e lijn")

    class Intent(models.TextChoices):
        DIAGNOSIS = "diagnosis", _("diagnostiek")
        TITRATION = "titration", _("medicatie instellen")
        FOLLOW_UP = "follow_up", _("controle")
        ADVICE = "advice", _("advies (meekijkconsult)")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(max_length=20)
    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="referrals")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="referrals")
    pathway = models.CharField(max_length=60)
    direction = models.CharField(max_length=20, choices=Direction)
    intent = models.CharField(max_length=20, choices=Intent)
    tests_asked = models.JSONField(default=list, blank=True)
    requester = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="+")
    requester_organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="sent_referrals"
    )
    on_behalf_of = models.ForeignKey(
        Professional, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    recipient = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="received_referrals")
    # HASP "Kern": four headings
    reason = models.TextField()
    treatment_so_far = models.TextField(blank=True)
    proposal = models.TextField(blank=True)
    further_information = models.TextField(blank=True)
    patient_informed = models.BooleanField(default=False)
    discharged_on = models.DateField(null=True, blank=True)
    # what the agreement proposed and what was chosen
    proposed_line = models.CharField(max_length=20, blank=True)
    chosen_line = models.CharField(max_length=20, blank=True)
    urgency = models.CharField(max_length=30, blank=True)
    see_before = models.DateField(null=True, blank=True)
    routing = models.JSONField(default=dict, blank=True)
    danger = models.PositiveSmallIntegerField(null=True, blank=True)
    """How urgent the worst danger is, for sorting: see ``danger.order_of``. None: there is none."""
    # a danger goes into an ordinary referral only after a call: with whom, when, and what was agreed
    called_with = models.CharField(max_length=120, blank=True)
    called_at = models.DateTimeField(null=True, blank=True)
    called_agreed = models.CharField(max_length=300, blank=True)
    agreement_version = models.CharField(max_length=40, blank=True)
    status = models.CharField(max_length=30, choices=Status)
    status_since = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    answer_before = models.DateTimeField(null=True, blank=True)
    # what stands in the form, only while it is a draft; observations are made of it when it is sent
    form_data = models.JSONField(default=dict, blank=True)
    follows = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="followed_by"
    )
    episode = models.UUIDField(null=True, blank=True, db_index=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["network", "number"], name="referral_number_once")]
        indexes = [
            models.Index(fields=["recipient", "status", "status_since"]),
            models.Index(fields=["requester_organisation", "status", "status_since"]),
            models.Index(fields=["patient", "-status_since"]),
            models.Index(fields=["status", "answer_before"]),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def owner(self) -> str:
        """Whose turn it is now: ``requester``, ``recipient`` or ``nobody``."""
        return OWNERS[self.status]


class StatusChange(models.Model):
    """One step of a referral: never overwritten."""

    referral = models.ForeignKey(Referral, on_delete=models.CASCADE, related_name="changes")
    status = models.CharField(max_length=30, choices=Status)
    at = models.DateTimeField()
    by = models.CharField(max_length=200)
    by_id = models.CharField(max_length=40)
    role = models.CharField(max_length=30, blank=True)
    because = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]


class UnnamedEmergency(models.Model):
    """An emergency of somebody who could not be registered yet, because a name or birth date is missing: the danger
    stands with whatever is known, with a clock, until somebody of the practice writes down what was done."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    draft = models.CharField(max_length=60)
    """The key of the form that it stands in: pressed again, it is the same emergency."""
    person = EncryptedTextField(blank=True)
    """What is known of who it is, in words."""
    title = models.CharField(max_length=200)
    wording = models.JSONField(default=dict, blank=True)
    """The title in the other language: ``{"en": …}``."""
    rules = models.JSONField(default=list, blank=True)
    rank = models.PositiveSmallIntegerField()
    due_at = models.DateTimeField()
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=200)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.CharField(max_length=200, blank=True)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "draft"],
                condition=models.Q(done_at=None),
                name="one_open_unnamed_emergency",
            )
        ]

    @property
    def title_shown(self) -> str:
        """The title in the reader's language."""
        return str(self.wording.get(language(), "")) or self.title


class Override(models.Model):
    """Somebody chose another line than the agreement proposed, and why. Counted in the results."""

    class By(models.TextChoices):
        REFERRER = "referrer", _("verwijzer")
        TRIAGE = "triage", _("triage")

    referral = models.ForeignKey(Referral, on_delete=models.CASCADE, related_name="overrides")
    by_kind = models.CharField(max_length=10, choices=By)
    proposed_line = models.CharField(max_length=20)
    chosen_line = models.CharField(max_length=20)
    reason = models.TextField()
    by = models.CharField(max_length=200)
    by_id = models.CharField(max_length=40)
    at = models.DateTimeField()


class Message(models.Model):
    """A line in the thread about a referral, seen by both sides."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    referral = models.ForeignKey(Referral, on_delete=models.CASCADE, related_name="messages")
    text = models.TextField()
    asked = models.JSONField(default=list, blank=True)
    """What was asked about a danger in the words, and the answer: ``[{"asked": {"nl": …}, "answer": {"nl": …}}]``."""
    author = models.CharField(max_length=200)
    author_id = models.CharField(max_length=40)
    author_organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    read_by = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["at"]
