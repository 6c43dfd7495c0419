"""What this room refuses, each with a text for the person who tried."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from anderhalf.core.pathway.referral import Routing

    from .models import Referral


class ReferralRefused(Exception):
    """This step can't be taken now; the message says why."""


class Stale(ReferralRefused):
    """Somebody changed the referral since the form was opened. ``referral`` is how it stands now."""

    def __init__(self, referral: Referral) -> None:
        super().__init__(_("Iemand anders heeft deze verwijzing intussen gewijzigd. Uw tekst staat er nog."))
        self.referral = referral


class ReasonNeeded(ReferralRefused):
    """Another choice than the agreement proposes needs a reason."""


class NotToBeSent(ReferralRefused):
    """There is nothing to send: the answer is the first line, or nobody can receive it."""


class EmergencyFound(ReferralRefused):
    """A red flag: act now; nothing is sent or booked. ``routing`` holds the advice."""

    def __init__(self, routing: Routing) -> None:
        super().__init__(_("Spoed: bel nu. De verwijzing is niet verstuurd."))
        self.routing = routing


class CallNeeded(ReferralRefused):
    """A danger that may not wait for a referral: somebody must be called first, by name. ``routing`` holds it."""

    def __init__(self, routing: Routing) -> None:
        super().__init__(_("Bel eerst. Vul daarna in met wie u belde en wat u afsprak."))
        self.routing = routing


class PatientDeceased(ReferralRefused):
    """Nobody is referred after death."""

    def __init__(self, on: date) -> None:
        super().__init__(
            _("Deze patiënt is overleden op %(day)s. Er is niets verstuurd.") % {"day": f"{on:%d-%m-%Y}"}
        )


class FactRefused(ReferralRefused):
    """A value that can't be true: ``fact`` is its name, ``details`` what the message was made of."""

    def __init__(self, fact: str, message: str, **details: Any) -> None:
        super().__init__(message)
        self.fact, self.details = fact, details
