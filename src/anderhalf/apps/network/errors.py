"""What can be refused when the agreement is changed, each with the sentence for the person who tried."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class DraftRefused(Exception):
    """A step with a draft that may not be taken; ``text`` says why in the reader's language."""

    text: str | Promise = _("Dit kan nu niet.")

    def __init__(self, text: str | Promise = "") -> None:
        super().__init__(str(text or self.text))
        if text:
            self.text = text


class NotYourDraft(DraftRefused):
    """Only the author changes a draft."""

    text = _("Alleen wie dit concept begon, wijzigt het. Vraag het die persoon, of begin een eigen concept.")


class StepNotNow(DraftRefused):
    """The state of the draft does not allow this step."""

    text = _("Dit concept is al verder of teruggenomen; bekijk eerst hoe het er nu voor staat.")


class StaleDraft(DraftRefused):
    """Somebody (perhaps yourself, in another window) saved in between."""

    text = _(
        "Dit concept is intussen in een ander venster bewaard. Uw versie staat hieronder en is niet bewaard."
    )


class DraftNotReady(DraftRefused):
    """There are faults, or nothing was changed."""

    text = _("Er staan nog fouten in de tabellen. Herstel die eerst.")


class NothingChanged(DraftRefused):
    """The draft says what runs already."""

    text = _("Dit concept wijzigt nog niets.")


class WrongDate(DraftRefused):
    """A version cannot begin in the past, nor before one that was published for later."""

    text = _("Een versie gaat in op een dag vanaf vandaag.")


class BaseOutdated(DraftRefused):
    """Another version was published since; the draft compares with what no longer runs."""

    text = _("Intussen geldt een nieuwere versie. De auteur neemt die eerst over in het concept.")


class SelfApproval(DraftRefused):
    """An author does not sign their own change."""

    text = _("U schreef deze wijziging zelf. Anderen ondertekenen die, namens de partners.")


class AlreadySigned(DraftRefused):
    """One person, one signature."""

    text = _("U heeft deze wijziging al ondertekend.")


class NotAPartner(DraftRefused):
    """The organisation of this person is not one of the partners that sign the agreement."""

    text = _("Uw organisatie is geen partij die de afspraak ondertekent.")


class NoReason(DraftRefused):
    """Whoever says no, or asks others to sign, says why."""

    text = _("Geef een reden, in ten minste tien tekens.")
