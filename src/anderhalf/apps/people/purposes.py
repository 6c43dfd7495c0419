"""Why somebody looks: the purpose that stands in every line of the log (NEN 7513), in code and in plain words."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from .roles import SELF, Role
from .viewer import Viewer


class Purpose(models.TextChoices):
    """The purposes for which a record may be opened."""

    CARE = "care", _("zorg")
    EMERGENCY = "emergency", _("nood")
    OWN_RECORD = "own_record", _("eigen dossier")
    PRIVACY = "privacy", _("toezicht op inzage")
    ADMINISTRATION = "administration", _("beheer van accounts")
    BILLING = "billing", _("declareren")


class ConsentPurpose(models.TextChoices):
    """What a patient can agree or object to."""

    SHARING = "sharing", _("Mijn gegevens delen met de zorgverleners in dit netwerk die mij behandelen")
    IMPROVEMENT = "improvement", _("Mijn gegevens zonder naam gebruiken om de zorg te verbeteren")
    EXPERIENCE = "experience", _("Mij na afloop vragen hoe ik de zorg vond")


def is_emergency(rule: str) -> bool:
    """True when the rule that gave access is break-glass."""
    return rule.endswith(":emergency")


def purpose_of(viewer: Viewer, rule: str = "") -> str:
    """The purpose of a look by this viewer under this rule."""
    if is_emergency(rule):
        return Purpose.EMERGENCY
    if viewer.role in SELF:
        return Purpose.OWN_RECORD
    if viewer.role == Role.PRIVACY_OFFICER:
        return Purpose.PRIVACY
    if viewer.role == Role.ADMINISTRATOR:
        return Purpose.ADMINISTRATION
    if viewer.role in (Role.BILLING, Role.INSURER):
        return Purpose.BILLING
    return Purpose.CARE
