"""Networks, organisations, people, and the reasons why one may see the other's record."""

from __future__ import annotations

import uuid

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from .identifiers import EncryptedTextField, validate_agb
from .names import LONGEST_KEY
from .reactions import ReactionKind
from .roles import Role
from .search_key import SearchKeyField


class Network(models.Model):
    """Partners who share one agreement; every other row belongs to exactly one."""

    key = models.SlugField(primary_key=True, max_length=60)
    name = models.CharField(max_length=120)
    demonstration = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name


class Organisation(models.Model):
    """A practice, centre, hospital or other partner. ``key`` is its id in the network's agreement."""

    class Kind(models.TextChoices):
        PRACTICE = "practice", _("huisartsenpraktijk")
        CENTRE = "centre", _("1,5-lijnscentrum")
        HOSPITAL = "hospital", _("ziekenhuis")
        HOME_CARE = "home_care", _("thuiszorg")
        PHARMACY = "pharmacy", _("apotheek")
        PARAMEDICAL = "paramedical", _("paramedische praktijk")
        INSURER = "insurer", _("zorgverzekeraar")
        LABORATORY = "laboratory", _("laboratorium")
        GP_GROUP = "gp_group", _("huisartsengroep")
        PATIENT_GROUP = "patient_group", _("patiëntenorganisatie")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="organisations")
    key = models.SlugField(max_length=60)
    kind = models.CharField(max_length=20, choices=Kind)
    name = models.CharField(max_length=160)
    agb = models.CharField(max_length=8, blank=True, validators=[validate_agb])
    uzovi = models.CharField(max_length=4, blank=True)
    phone = models.CharField(max_length=30, blank=True)
    phone_urgent = models.CharField(max_length=30, blank=True)
    city = models.CharField(max_length=80, blank=True)
    address = models.CharField(max_length=200, blank=True)
    opened_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["network", "key"], name="organisation_key_once_per_network")
        ]

    def __str__(self) -> str:
        return self.name


class User(AbstractUser):
    """An account. Who somebody is lies in ``Professional``, ``Patient`` or ``Carer``."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    language = models.CharField(max_length=5, default="nl", choices=[("nl", "Nederlands"), ("en", "English")])
    must_change_password = models.BooleanField(default=False)

    REQUIRED_FIELDS: list[str] = []


class PersonName(models.Model):
    """Dutch name parts: voorvoegsel apart, so that sorting is by the family name."""

    initials = models.CharField(max_length=20, blank=True)
    given_name = models.CharField(max_length=80, blank=True)
    prefix = models.CharField(max_length=20, blank=True)
    family_name = models.CharField(max_length=120)

    class Meta:
        abstract = True

    @property
    def full_name(self) -> str:
        """Initials, prefix and family name: ``A. de Vries``."""
        return " ".join(
            part for part in (self.initials or self.given_name, self.prefix, self.family_name) if part
        )

    def __str__(self) -> str:
        return self.full_name


class Professional(PersonName):
    """Somebody who works in the network, with or without patients."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="professionals")
    user = models.OneToOneField(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="professional"
    )
    agb = models.CharField(max_length=8, blank=True, validators=[validate_agb])
    big = models.CharField(max_length=11, blank=True)

    class Meta:
        ordering = ["family_name", "initials"]


class Membership(models.Model):
    """The role a professional has in an organisation, for a time. A cardiologist who supervises is a member twice."""

    professional = models.ForeignKey(Professional, on_delete=models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=30, choices=Role)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["professional", "organisation", "role"],
                condition=models.Q(until__isnull=True),
                name="one_open_membership_per_role",
            )
        ]


class Patient(PersonName):
    """A person who receives care. The BSN is encrypted, found by a keyed hash and shown masked."""

    class Sex(models.TextChoices):
        FEMALE = "female", _("vrouw")
        MALE = "male", _("man")
        OTHER = "other", _("anders")
        UNKNOWN = "unknown", _("onbekend")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="patients")
    user = models.OneToOneField(User, null=True, blank=True, on_delete=models.PROTECT, related_name="patient")
    bsn = EncryptedTextField(blank=True)
    bsn_index = models.CharField(max_length=64, blank=True, db_index=True)
    birth_date = models.DateField()
    sex = models.CharField(max_length=10, choices=Sex)
    deceased_on = models.DateField(null=True, blank=True)
    practice = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="registered_patients")
    gp = models.ForeignKey(Professional, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    insurer = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    phone = EncryptedTextField(blank=True)
    email = EncryptedTextField(blank=True)
    address = EncryptedTextField(blank=True)
    search_key = SearchKeyField(max_length=LONGEST_KEY, blank=True, editable=False, default="")
    version = models.PositiveIntegerField(default=1)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ["family_name", "initials"]
        constraints = [
            models.UniqueConstraint(
                fields=["network", "bsn_index"],
                condition=~models.Q(bsn_index=""),
                name="bsn_once_per_network",
            )
        ]
        indexes = [models.Index(fields=["network", "family_name"])]


class AllergyIntolerance(models.Model):
    """What a patient can't have: a drug, a class, or what a text says, with the reaction (FHIR's AllergyIntolerance).

    The one register: the banner shows it and every proposal reads it. ``drug_class`` and ``drug`` are keys of the
    protocol; while they are empty and nobody judged the text, a text that names a drug holds up its class.
    """

    class Kind(models.TextChoices):
        ALLERGY = "allergy", _("allergie")
        INTOLERANCE = "intolerance", _("niet verdragen")
        CONTRAINDICATION = "contraindication", _("contra-indicatie")
        REFUSES = "patient_refuses", _("patiënt wil dit niet")

    Reaction = ReactionKind

    class Verification(models.TextChoices):
        UNCONFIRMED = "unconfirmed", _("nog bevestigen")
        CONFIRMED = "confirmed", _("bevestigd")
        REFUTED = "refuted", _("verworpen")
        ENTERED_IN_ERROR = "entered_in_error", _("foutief ingevoerd")

    class Origin(models.TextChoices):
        TYPED = "typed", _("ingevoerd")
        REFERRAL = "referral", _("uit de verwijzing")
        IMPORTED = "imported", _("uit een ingelezen dossier")

    COUNTING = (Verification.UNCONFIRMED, Verification.CONFIRMED)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="allergies")
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.ALLERGY)
    substance = models.CharField(max_length=200)
    """What it is about, in the words as given."""
    drug_class = models.CharField(max_length=40, blank=True)
    drug = models.CharField(max_length=80, blank=True)
    atc = models.CharField(max_length=10, blank=True)
    reaction = models.CharField(max_length=20, choices=ReactionKind, blank=True)
    text = models.CharField(max_length=300, blank=True)
    """What happened, in the words as given."""
    since = models.DateField(null=True, blank=True)
    verification = models.CharField(max_length=20, choices=Verification, default=Verification.UNCONFIRMED)
    origin = models.CharField(max_length=10, choices=Origin, default=Origin.TYPED)
    original = models.JSONField(default=dict, blank=True)
    referral = models.UUIDField(null=True, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=200)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=200, blank=True)
    ended_because = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name_plural = "allergies and intolerances"
        ordering = ["recorded_at"]
        indexes = [models.Index(fields=["patient", "ended_at"])]

    @property
    def counts(self) -> bool:
        """Whether it stands in the register now."""
        return self.ended_at is None and self.verification in self.COUNTING

    @property
    def to_judge(self) -> bool:
        """Whether somebody still has to say that it is so, and about which drug."""
        return self.verification == self.Verification.UNCONFIRMED

    @property
    def words(self) -> str:
        """``enalapril: angio-oedeem``: for the banner, the letter and whatever is refused because of it."""
        reaction = "" if self.reaction in ("", "other") else str(self.get_reaction_display())
        said: list[str] = []
        for part in filter(None, (reaction, self.text)):
            # what the given words say already is not said twice
            if not any(part.casefold() in before.casefold() for before in (self.substance, *said)):
                said.append(part)
        if not said and self.kind in (self.Kind.CONTRAINDICATION, self.Kind.REFUSES):
            said = [str(self.get_kind_display())]
        return f"{self.substance}: {', '.join(said)}" if said else self.substance


class AllergyChange(models.Model):
    """One step of an entry in the register: who confirmed, rejected or ended it, when, why, and what stood there."""

    allergy = models.ForeignKey(AllergyIntolerance, on_delete=models.CASCADE, related_name="changes")
    what = models.CharField(max_length=20)
    at = models.DateTimeField()
    by = models.CharField(max_length=200)
    because = models.CharField(max_length=200, blank=True)
    before = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["id"]


class AllergiesAsked(models.Model):
    """That a patient was asked for allergies and intolerances; without a row nobody knows whether there are any.

    ``every_class``: somebody of the centre went through all classes of the protocol, and what stands is all there is.
    """

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="allergies_asked")
    every_class = models.BooleanField(default=False)
    at = models.DateTimeField()
    by = models.CharField(max_length=200)

    class Meta:
        ordering = ["-at"]


class Alert(models.Model):
    """Warning or treatment limit that stands in the banner. Ended, never erased."""

    class Kind(models.TextChoices):
        ALERT = "alert", _("waarschuwing")
        TREATMENT_LIMIT = "treatment_limit", _("behandelgrens")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="alerts")
    kind = models.CharField(max_length=20, choices=Kind)
    text = models.CharField(max_length=200)
    since = models.DateField(null=True, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=200)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=200, blank=True)
    ended_because = models.CharField(max_length=200, blank=True)


class Carer(PersonName):
    """An informal carer whom the patient allows to look along."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.OneToOneField(User, null=True, blank=True, on_delete=models.PROTECT, related_name="carer")
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="carers")
    relation = models.CharField(max_length=60)
    phone = EncryptedTextField(blank=True)
    allowed_from = models.DateField()
    allowed_until = models.DateField(null=True, blank=True)


class CareRelation(models.Model):
    """Why people of an organisation (or one professional) may see a record: the behandelrelatie, with begin and end."""

    class Kind(models.TextChoices):
        GP_OF_RECORD = "gp_of_record", _("eigen huisarts")
        REFERRER = "referrer", _("verwijzer")
        REFERRED_TO = "referred_to", _("verwezen naar")
        UNDER_CARE = "under_care", _("in zorg")
        SUPERVISION = "supervision", _("supervisie")
        CARE_TEAM = "care_team", _("zorgteam")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="care_relations")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    professional = models.ForeignKey(
        Professional, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(max_length=20, choices=Kind)
    because = models.CharField(max_length=60, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "kind", "ends_at"]),
            models.Index(fields=["patient", "kind"]),
        ]


class Consent(models.Model):
    """What the patient agreed to or objected to, per purpose; a new row per change."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="consents")
    purpose = models.CharField(max_length=60)
    given = models.BooleanField()
    at = models.DateTimeField()
    recorded_by = models.CharField(max_length=200)
    note = models.CharField(max_length=200, blank=True)


class EmergencyAccess(models.Model):
    """The noodknop: access without a care relation, with a reason, for one hour, reported."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="emergency_accesses")
    professional = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    at = models.DateTimeField()
    expires_at = models.DateTimeField()
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.CharField(max_length=200, blank=True)
    review = models.TextField(blank=True)


class Draft(models.Model):
    """What somebody typed in a form and has not sent yet; kept on the server so that nothing is lost."""

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="drafts")
    form = models.CharField(max_length=60)
    about = models.CharField(max_length=60, blank=True)
    data = EncryptedTextField()
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "form", "about"], name="one_draft_per_form")]


class Submission(models.Model):
    """Key of a form that was submitted, so that pressing twice, or reloading, never does it twice."""

    key = models.UUIDField(primary_key=True)
    owner = models.CharField(max_length=40)
    at = models.DateTimeField()
    result = models.CharField(max_length=200, blank=True)
