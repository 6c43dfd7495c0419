"""What can be refused in case finding, each with the sentence for the person who tried."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class CasefindingRefused(Exception):
    """A step that may not be taken; ``text`` says why in the reader's language."""

    text: str | Promise = _("Dit kan nu niet.")

    def __init__(self, text: str | Promise = "") -> None:
        super().__init__(str(text or self.text))
        if text:
            self.text = text


class SearchRunning(CasefindingRefused):
    """One search of a practice at a time."""

    text = _("Er loopt al een zoekactie van uw praktijk. Wacht tot die klaar is.")


class NoCriteria(CasefindingRefused):
    """The agreement has nothing to search for."""

    text = _("De afspraak die nu geldt beschrijft niet wie er gezocht worden.")


class NotOfAPractice(CasefindingRefused):
    """The extract belongs to a practice, and this person works in none or did not say in which."""

    text = _("Kies de praktijk waarvan dit uittreksel is.")


class NotInstalled(CasefindingRefused):
    """The engine that reads extracts is an optional part of the installation."""

    text = _(
        "Deze installatie kan geen uittreksels doorzoeken. Vraag de beheerder om het onderdeel “population”."
    )


class UploadRefused(CasefindingRefused):
    """Files that cannot be an extract; nothing of them was kept."""


class ReasonMissing(CasefindingRefused):
    """Setting somebody aside needs a reason."""

    text = _("Schrijf op waarom deze patiënt niet in aanmerking komt.")


class ChangedMeanwhile(CasefindingRefused):
    """A colleague did something in between."""

    text = _(
        "Een collega heeft intussen iets met deze patiënt gedaan. Hieronder staat hoe het er nu voor staat."
    )


class StepNotAllowed(CasefindingRefused):
    """What was done before does not go together with this step."""

    text = _("Deze stap kan niet na wat er al met deze patiënt is gedaan.")
