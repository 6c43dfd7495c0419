"""What this room refuses, each with a text for the person who tried."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from anderhalf.presentation.language import label_of, moment_label

from .imported import FROM_FILE

if TYPE_CHECKING:
    from anderhalf.core.pathway.mentions import Mention
    from anderhalf.core.pathway.routing import Routing

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


class ReportedDead(ReferralRefused):
    """The uploaded record says that the patient has died, and nobody said that this is wrong. ``day`` as it stands
    there; a dash when the file has none."""

    def __init__(self, day: str) -> None:
        text = _(
            "Volgens het ingelezen dossier is deze patiënt overleden (%(day)s). Vraag het na: leg het overlijden vast,"
            " of vink aan dat de patiënt leeft."
        )
        super().__init__(text % {"day": day})


class CallNeeded(ReferralRefused):
    """A danger that may not wait for a referral: somebody must be called first, by name. ``routing`` holds it."""

    def __init__(self, routing: Routing, text: str = "") -> None:
        super().__init__(text or _("Bel eerst. Vul daarna in met wie u belde en wat u afsprak."))
        self.routing = routing


class DoubtNeedsCall(CallNeeded):
    """A value that nobody confirmed, mostly one of the file, would be a danger: settle it, or call first."""

    def __init__(self, routing: Routing) -> None:
        facts = routing.pathway.facts
        names = dict.fromkeys(name for sign in routing.danger.if_right for name in sign.if_right)
        what = ", ".join(label_of(facts[name].label) for name in names if name in facts)
        readings = [one for sign in routing.danger.if_right for one in sign.if_right.values()]
        of_file = _(
            "%(what)s: een waarde uit het ingelezen dossier is niet overgenomen en zou gevaar zijn. Vul de waarde in "
            "die klopt, of bel eerst en schrijf op met wie u belde en wat u afsprak."
        )
        unconfirmed = _(
            "%(what)s: als dit klopt is het gevaar, en niemand heeft het bevestigd. Vul in wat klopt, of bel eerst en "
            "schrijf op met wie u belde en wat u afsprak."
        )
        text = of_file if any(one.origin == FROM_FILE for one in readings) else unconfirmed
        super().__init__(routing, text % {"what": what})


class WrittenDanger(ReferralRefused):
    """The text says something that would be a danger, and nobody answered whether it is so now (``asked``)."""

    def __init__(self, routing: Routing, asked: tuple[Mention, ...], text: str) -> None:
        super().__init__(text)
        self.routing, self.asked = routing, asked


class EmergencyOpen(ReferralRefused):
    """An emergency of this patient was not sent and nobody wrote down what was done: that comes first."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Voor deze patiënt staat nog een spoedadvies open. Schrijf daar eerst op wat u hebt gedaan, of vul "
                "hier in met wie u belde en wat u afsprak."
            )
        )


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


class AlreadyPlaced(ReferralRefused):
    """The same message of the same writer stands there since a moment ago."""

    def __init__(self, at: datetime) -> None:
        super().__init__(
            _("Dit bericht staat er al sinds %(when)s. Het is niet nog eens geplaatst.")
            % {"when": moment_label(at)}
        )
        self.at = at
