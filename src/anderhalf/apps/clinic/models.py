"""The clinic: a patient's time in the 1.5 line, bookable time, contacts, education and how it ended."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from anderhalf.apps.people.models import Network, Organisation, Patient, Professional
from anderhalf.apps.record.models import StoredDecision
from anderhalf.apps.referrals.models import Referral
from anderhalf.presentation.language import label_of, moment_label
from anderhalf.presentation.wording import in_sentences

from .states import AppointmentStatus


class Episode(models.Model):
    """A patient's time in the 1.5 line at one centre. ``ended_at`` stays empty while care goes on."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="episodes")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="episodes")
    centre = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="episodes")
    referral = models.OneToOneField(Referral, on_delete=models.PROTECT, related_name="+")
    pathway = models.CharField(max_length=60)
    practitioner = models.ForeignKey(
        Professional, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    started_at = models.DateTimeField()
    first_seen_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    next_contact_on = models.DateField(null=True, blank=True)
    plan = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [
            models.Index(fields=["centre", "ended_at", "next_contact_on"]),
            models.Index(fields=["network", "first_seen_at"]),
        ]


class Outcome(models.Model):
    """How a period or an episode ended: a row per time, newest counts. ``under_control`` leaves the episode open."""

    class Kind(models.TextChoices):
        RETURNED = "returned", _("terug naar de huisarts")
        FORWARDED = "forwarded", _("doorverwezen naar het ziekenhuis")
        UNDER_CONTROL = "under_control", _("onder controle gebleven")
        DECLINED = "declined", _("afgezien van zorg")
        WITHDRAWN = "withdrawn", _("teruggetrokken")
        DECEASED = "deceased", _("overleden")
        MOVED = "moved", _("verhuisd")

    ENDING = ("returned", "forwarded", "declined", "withdrawn", "deceased", "moved")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    episode = models.ForeignKey(Episode, on_delete=models.CASCADE, related_name="outcomes")
    kind = models.CharField(max_length=20, choices=Kind)
    at = models.DateTimeField()
    by = models.CharField(max_length=200)
    reason = models.TextField(blank=True)
    # the plan that goes with a return: what to do, what to aim at, when to call, when to refer again
    plan = models.TextField(blank=True)
    targets = models.TextField(blank=True)
    alarm_limits = models.TextField(blank=True)
    refer_again_when = models.TextField(blank=True)
    decision = models.UUIDField(null=True, blank=True)

    class Meta:
        ordering = ["at"]


class ClinicSession(models.Model):
    """A professional's bookable time at a centre (spreekuur), cut into slots."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="+")
    centre = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="sessions")
    professional = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="sessions")
    stands_in_for = models.ForeignKey(
        Professional, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    slot_minutes = models.PositiveSmallIntegerField()
    kinds = models.JSONField(default=list)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_because = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["starts_at"]
        indexes = [models.Index(fields=["centre", "starts_at"])]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="session_ends_after_start")
        ]


class Slot(models.Model):
    """One bookable moment of a session."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey(ClinicSession, on_delete=models.CASCADE, related_name="slots")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        ordering = ["starts_at"]
        constraints = [models.UniqueConstraint(fields=["session", "starts_at"], name="slot_once_per_session")]


class Appointment(models.Model):
    """A patient in a slot. The database refuses a second live one in the same slot, and of the patient at that time."""

    class Kind(models.TextChoices):
        VISIT = "visit", _("op het centrum")
        PHONE = "phone", _("telefonisch")
        VIDEO = "video", _("videoconsult")
        HOME = "home", _("huisbezoek")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slot = models.ForeignKey(Slot, on_delete=models.PROTECT, related_name="appointments")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="appointments")
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="appointments")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.VISIT)
    status = models.CharField(max_length=20, choices=AppointmentStatus, default=AppointmentStatus.BOOKED)
    booked_at = models.DateTimeField()
    booked_by = models.CharField(max_length=200)
    moved_from = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="moved_to"
    )
    note = models.CharField(max_length=200, blank=True)
    begins_at = models.DateTimeField(null=True, editable=False)
    """The slot's beginning, for the constraint; empty for appointments that stood at one time before it was there."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["slot"],
                condition=Q(status__in=["booked", "arrived", "fulfilled", "no_show"]),
                name="one_live_appointment_per_slot",
            ),
            models.UniqueConstraint(
                fields=["patient", "begins_at"],
                condition=Q(status__in=["booked", "arrived", "fulfilled", "no_show"]),
                name="one_live_appointment_per_patient_and_time",
            ),
        ]
        indexes = [models.Index(fields=["episode", "status"])]


class AppointmentChange(models.Model):
    """One step of an appointment: never overwritten."""

    appointment = models.ForeignKey(Appointment, on_delete=models.CASCADE, related_name="changes")
    status = models.CharField(max_length=20, choices=AppointmentStatus)
    at = models.DateTimeField()
    by = models.CharField(max_length=200)
    because = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["id"]


class Encounter(models.Model):
    """One contact. Its measurements, medication and documents point here; the text is versioned."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="+")
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="encounters")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="encounters")
    appointment = models.OneToOneField(
        Appointment, null=True, blank=True, on_delete=models.PROTECT, related_name="encounter"
    )
    professional = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Appointment.Kind)
    at = models.DateTimeField()
    complaints = models.TextField(blank=True)
    examination = models.TextField(blank=True)
    ecg_findings = models.TextField(blank=True)
    echo_findings = models.TextField(blank=True)
    conclusion = models.TextField(blank=True)
    plan = models.TextField(blank=True)
    next_contact_on = models.DateField(null=True, blank=True)
    next_contact_kind = models.CharField(max_length=10, blank=True)
    version = models.PositiveIntegerField(default=1)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=200)

    class Meta:
        ordering = ["-at"]
        indexes = [models.Index(fields=["patient", "-at"])]


class EncounterVersion(models.Model):
    """The text of an encounter before a correction: the old words stay readable."""

    encounter = models.ForeignKey(Encounter, on_delete=models.CASCADE, related_name="earlier_versions")
    version = models.PositiveIntegerField()
    body = models.JSONField()
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=200)
    replaced_at = models.DateTimeField()
    replaced_because = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["version"]


class EducationGiven(models.Model):
    """A topic of the education list that was discussed, and whether the patient told it back."""

    encounter = models.ForeignKey(Encounter, on_delete=models.CASCADE, related_name="education")
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="education")
    topic = models.CharField(max_length=60)
    teach_back = models.BooleanField(default=False)
    at = models.DateTimeField()
    by = models.CharField(max_length=200)


class DosingAgreement(models.Model):
    """How to go on with a class of drugs, as agreed for this patient. Ended with a reason, never erased.

    What a patient can't have stands in the register (``people.AllergyIntolerance``).
    """

    class Kind(models.TextChoices):
        MAX_TOLERATED = "max_tolerated", _("hoogst verdragen dosis bereikt")
        RESTART_AGREED = "restart_agreed", _("herstart afgesproken")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="dosing_agreements")
    kind = models.CharField(max_length=20, choices=Kind)
    drug_class = models.CharField(max_length=40)
    drug = models.CharField(max_length=80, blank=True)
    since = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=300)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=200)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=200, blank=True)
    ended_because = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["recorded_at"]
        indexes = [models.Index(fields=["patient", "ended_at"])]


class AdviceChoice(models.Model):
    """What a professional did with one titration advice. The advice itself, with its facts, is ``decision``."""

    class Choice(models.TextChoices):
        ACCEPTED = "accepted", _("overgenomen")
        ADAPTED = "adapted", _("aangepast")
        DECLINED = "declined", _("niet gevolgd")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="advice_choices")
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="advice_choices")
    decision = models.OneToOneField(StoredDecision, on_delete=models.PROTECT, related_name="+")
    drug_class = models.CharField(max_length=40)
    proposed = models.CharField(max_length=20)
    rule = models.CharField(max_length=40, blank=True)
    agenda = models.BooleanField(default=False)
    choice = models.CharField(max_length=10, choices=Choice)
    reason = models.CharField(max_length=300, blank=True)
    medication = models.JSONField(default=list)
    tasks = models.JSONField(default=list)
    about = models.CharField(max_length=64, blank=True)
    """Fingerprint of what was answered and the facts that were looked at: another one is a new question."""
    encounter = models.UUIDField(null=True, blank=True, db_index=True)
    at = models.DateTimeField()
    by = models.CharField(max_length=200)
    by_id = models.CharField(max_length=40)

    class Meta:
        ordering = ["-at"]
        indexes = [models.Index(fields=["patient", "-at"])]


class DangerAnswer(models.Model):
    """What somebody did about a danger: whom they called, when, and what was agreed. Never changed; see
    :class:`DangerAnswerWithdrawn` for what was taken back."""

    class Step(models.TextChoices):
        CALLED_112 = "called_112", _("112 gebeld, of naar de SEH gestuurd")
        CALLED_CARDIOLOGIST = "called_cardiologist", _("dienstdoende cardioloog gebeld")
        CALLED_PATIENT = "called_patient", _("patiënt of mantelzorger gesproken")
        REPEAT_LABORATORY = "repeat_laboratory", _("laboratorium herhalen binnen 24 uur")
        STOPPED = "stopped", _("medicatie gestopt, verlaagd of aangepast")
        MEASURED_AGAIN = "measured_again", _("opnieuw gemeten of nagekeken: de waarde klopt niet")
        ACCEPTED = "accepted", _("bekend en besproken: dit hoort bij deze patiënt")

    CALLS = (Step.CALLED_112, Step.CALLED_CARDIOLOGIST, Step.CALLED_PATIENT)
    """Steps of which it is said whom was spoken to, and when."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="danger_answers")
    bases = models.JSONField(default=list)
    """Fingerprints of the dangers that it answers: another value asks anew."""
    signs = models.JSONField(default=list)
    """Those dangers as they were shown: rule, action, why and values."""
    steps = models.JSONField(default=list)
    called = models.CharField(max_length=120, blank=True)
    called_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()
    by = models.CharField(max_length=200)
    by_id = models.CharField(max_length=40)

    class Meta:
        ordering = ["-at"]
        indexes = [models.Index(fields=["patient", "-at"])]

    @property
    def seen(self) -> str:
        """The values that were shown, each once, in the reader's language (before, only the writer's was kept)."""
        kept = [one.get("values", "") for one in self.signs]
        return "; ".join(dict.fromkeys(one if isinstance(one, str) else label_of(one) for one in kept))

    @property
    def what(self) -> str:
        """The steps in words."""
        labels = dict(self.Step.choices)
        return "; ".join(str(labels.get(step, step)) for step in self.steps)

    @property
    def decided(self) -> str:
        """The steps, with whom was spoken and what was written about it, as sentences."""
        parts = [self.what]
        if self.called:
            parts.append(f"{self.called}, {moment_label(self.called_at)}" if self.called_at else self.called)
        return in_sentences(*parts, self.note)


class DangerAnswerWithdrawn(models.Model):
    """That an answer to dangers was taken back: what it settled is open again, with the clock that it had."""

    answer = models.OneToOneField(DangerAnswer, on_delete=models.CASCADE, related_name="withdrawn")
    at = models.DateTimeField()
    by = models.CharField(max_length=200)


class ChoiceWithdrawn(models.Model):
    """That a choice about an advice no longer stands: undone with all it made, or a decline that was opened again."""

    class Kind(models.TextChoices):
        UNDONE = "undone", _("ongedaan gemaakt")
        REOPENED = "reopened", _("heropend")

    choice = models.OneToOneField(AdviceChoice, on_delete=models.CASCADE, related_name="withdrawn")
    kind = models.CharField(max_length=10, choices=Kind)
    at = models.DateTimeField()
    by = models.CharField(max_length=200)
