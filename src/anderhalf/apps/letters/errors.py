"""What the letters room refuses; each carries a text that the person at the screen can read."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _


class LetterRefused(Exception):
    """Base of everything refused here. ``str()`` is the text for the person, in their language."""


class HeadingEmpty(LetterRefused):
    """A required heading of the letter has no text; ``headings`` are their titles."""

    def __init__(self, headings: list[str]) -> None:
        super().__init__(
            _("Deze kopjes zijn nog leeg: %(headings)s. Vul ze in of schrijf waarom niet.")
            % {"headings": ", ".join(headings)}
        )
        self.headings = headings


class LetterChanged(LetterRefused):
    """Somebody changed the draft meanwhile; ``present`` is what stands now."""

    def __init__(self, present: Any) -> None:
        super().__init__(_("Iemand anders heeft deze brief intussen gewijzigd. Bekijk de huidige tekst."))
        self.present = present


class LetterSigned(LetterRefused):
    """A signed letter does not change any more."""

    def __init__(self) -> None:
        super().__init__(
            _("Deze brief is al ondertekend en verandert niet meer. Stuur zo nodig een nieuwe brief.")
        )


class OtherLetter(LetterRefused):
    """The draft is about another episode, or is another kind of letter than the outcome asks for."""

    def __init__(self) -> None:
        super().__init__(_("Deze conceptbrief hoort niet bij deze afsluiting."))


class DayOfDeathNeeded(LetterRefused):
    """Care that ends by death needs the day of death, for everything that follows from it."""

    def __init__(self) -> None:
        super().__init__(_("Vul in op welke dag de patiënt is overleden."))


class AlreadyClosed(LetterRefused):
    """The same form was sent before; what it asked for was done then."""

    def __init__(self) -> None:
        super().__init__(_("Dit is al ondertekend en verstuurd."))
