"""What the supervision room refuses; each carries a text that the person at the screen can read."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _


class SupervisionRefused(Exception):
    """Base of everything refused here. ``str()`` is the text for the person, in their language."""


class AlreadyOnAgenda(SupervisionRefused):
    """The patient is waiting to be discussed already; ``case`` is that one."""

    def __init__(self, case: Any) -> None:
        super().__init__(_("Deze patiënt staat al op de agenda van de bespreking."))
        self.case = case


class TextMissing(SupervisionRefused):
    """A question, decision or reason without words."""


class CaseChanged(SupervisionRefused):
    """Somebody decided or changed the case meanwhile; ``present`` is what stands now."""

    def __init__(self, present: Any) -> None:
        super().__init__(_("Iemand anders heeft deze casus intussen gewijzigd. Bekijk wat er nu staat."))
        self.present = present


class MeetingClosed(SupervisionRefused):
    """The meeting was held and closed; its minutes don't change any more."""

    def __init__(self) -> None:
        super().__init__(_("Deze bespreking is al afgesloten."))


class NotEverybodyThere(SupervisionRefused):
    """The agreement says who must be present."""


class CareEnded(SupervisionRefused):
    """Nobody is discussed any more after care ended here."""

    def __init__(self) -> None:
        super().__init__(_("De zorg voor deze patiënt is hier al afgesloten."))


class NotYetHeld(SupervisionRefused):
    """A meeting is closed after it was held."""

    def __init__(self) -> None:
        super().__init__(_("Deze bespreking is nog niet geweest."))


class PlannedInPast(SupervisionRefused):
    """A meeting is planned ahead."""

    def __init__(self) -> None:
        super().__init__(_("Dit moment is al voorbij."))
