"""What the clinic refuses, named for what was refused; each carries a text that the person at the screen can read."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from anderhalf.presentation.language import day_label


class ClinicRefused(Exception):
    """Base of everything the clinic refuses. ``str()`` is the text for the person, in their language."""


class SlotTaken(ClinicRefused):
    """Somebody was first: the database already holds a live appointment in this slot.

    ``episode`` is whose appointment it is, so that pressing twice can be told from being too late.
    """

    def __init__(self, *, appointment: UUID | None = None, episode: UUID | None = None) -> None:
        super().__init__(_("Dit tijdstip is net door een ander bezet. Kies een ander tijdstip."))
        self.appointment, self.episode = appointment, episode


class PatientBusy(ClinicRefused):
    """The patient has another appointment at that time, here or elsewhere in the network."""

    def __init__(self, *, day: str, time: str, professional: str) -> None:
        super().__init__(
            _(
                "Deze patiënt heeft dan al een afspraak: %(day)s om %(time)s bij %(professional)s. "
                "Kies een ander tijdstip, of verzet die afspraak eerst."
            )
            % {"day": day, "time": time, "professional": professional}
        )


class ProfessionalLeft(ClinicRefused):
    """Somebody who does not work there any more gets no new sessions or appointments."""

    def __init__(self, name: str) -> None:
        super().__init__(
            _("%(name)s werkt hier niet meer. Kies iemand anders, of laat het spreekuur overnemen.")
            % {"name": name}
        )


class TaskRefused(ClinicRefused):
    """A task that does not end this way; the text says what is missing."""


class SlotInPast(ClinicRefused):
    """A slot that has begun can't be booked any more."""

    def __init__(self) -> None:
        super().__init__(_("Dit tijdstip is al voorbij. Kies een tijdstip in de toekomst."))


class SessionCancelled(ClinicRefused):
    """The session that the slot belongs to was called off."""

    def __init__(self) -> None:
        super().__init__(_("Dit spreekuur is vervallen. Kies een ander spreekuur."))


class KindNotAllowed(ClinicRefused):
    """The session isn't meant for this kind of contact."""

    def __init__(self, kind: str) -> None:
        super().__init__(_("In dit spreekuur kan geen contact van deze soort: %(kind)s.") % {"kind": kind})


class OtherCentre(ClinicRefused):
    """The slot, session or professional belongs to another centre than the patient's."""

    def __init__(self) -> None:
        super().__init__(_("Dit hoort bij een ander centrum."))


class PatientDeceased(ClinicRefused):
    """Nothing is planned for somebody who died."""

    def __init__(self, on: date) -> None:
        super().__init__(_("Deze patiënt is overleden op %(day)s.") % {"day": day_label(on)})


class EpisodeEnded(ClinicRefused):
    """Nothing can be planned or recorded in an episode that was closed."""

    def __init__(self) -> None:
        super().__init__(_("De zorg in het centrum is voor deze patiënt afgesloten."))


class ReferralNotAccepted(ClinicRefused):
    """Care starts only after triage accepted the referral."""

    def __init__(self) -> None:
        super().__init__(_("Deze verwijzing is nog niet aangenomen."))


class HolidayRefused(ClinicRefused):
    """No sessions on a public holiday."""

    def __init__(self, day: date, name: str) -> None:
        super().__init__(
            _("Op %(day)s is het %(name)s. Kies een andere dag.") % {"day": day_label(day), "name": name}
        )


class SessionRefused(ClinicRefused):
    """A session that can't be: end before start, no slots, in the past, or overlapping another of the same person."""


class StaleVersion(ClinicRefused):
    """Somebody else changed it meanwhile; ``present`` is what stands now, to show beside what was typed."""

    def __init__(self, present: Any) -> None:
        super().__init__(
            _("Iemand anders heeft dit intussen gewijzigd. Bekijk de huidige tekst en voeg uw wijziging toe.")
        )
        self.present = present


class DateRefused(ClinicRefused):
    """A date that can't be: in the future for what happened, in the past for what is planned."""


class OutcomeRefused(ClinicRefused):
    """An outcome without what belongs to it."""


class FileRefused(ClinicRefused):
    """A file that is too large, empty, or not what it says it is."""


class AdviceRefused(ClinicRefused):
    """A choice about a titration advice that lacks something or can't be carried out."""


class AdviceChanged(ClinicRefused):
    """The facts, or the time, give another advice than the one that was shown."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Sinds dit voorstel is er iets veranderd; er is niets gewijzigd. Bekijk eerst het nieuwe voorstel."
            )
        )


class DangerRefused(ClinicRefused):
    """An answer to a danger that lacks something, or about a danger that changed."""


class ToleranceRefused(ClinicRefused):
    """A tolerance without reason, or about a class that the protocol does not have."""


class MedicationRefused(ClinicRefused):
    """A dose that nobody takes, or two drugs too soon after each other."""


class QuestionFirst(ClinicRefused):
    """A start or a higher dose against which something stands: a prescriber answers for it, or it does not happen.

    `absolute`: only with a specialist who agreed, by name. `others`: the same of other drugs of one contact.
    """

    others: tuple[QuestionFirst, ...] = ()

    def __init__(
        self, words: str, *, drug: str = "", absolute: bool = False, reason_given: bool = False
    ) -> None:
        self.words, self.drug, self.absolute = words, drug, absolute
        if absolute:
            told = _(
                "Dit is een contra-indicatie. Beginnen of verhogen kan alleen een voorschrijver (VS, PA of arts), na "
                "overleg met een specialist die ermee instemt: schrijf op wie dat is en wat er is afgesproken."
            )
        elif reason_given:
            told = _(
                "Alleen een voorschrijver (VS, PA of arts) begint of verhoogt dit middel toch, met reden."
            )
        else:
            told = _("Toch beginnen of verhogen kan alleen een voorschrijver, met de reden erbij.")
        super().__init__(f"{words.rstrip('.')}. {told}")


class RegisterForbids(QuestionFirst):
    """A drug that the register of allergies and intolerances forbids, or about which something waits to be judged."""

    def __init__(
        self, words: str, *, drug: str = "", never: bool = False, reason_given: bool = False
    ) -> None:
        super().__init__(words, drug=drug, absolute=never, reason_given=reason_given)
        if never:
            told = _("Een voorstel overnemen kan dan niet. Beoordeel eerst de regel in het register.")
        elif reason_given:
            told = _("Alleen een voorschrijver (VS, PA of arts) begint dit middel toch, met reden.")
        else:
            told = _("Toch beginnen kan alleen een voorschrijver, met de reden erbij.")
        self.args = (_("In het register staat: %(words)s. %(told)s") % {"words": words, "told": told},)


class WrittenDanger(ClinicRefused):
    """The text says something that would be a danger, and nobody answered whether it is so now."""
