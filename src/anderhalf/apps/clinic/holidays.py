"""The names of public holidays in the reader's language; which days they are is in ``core.calendar``."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_  # noqa: N812  gettext's own name for it

from anderhalf.core.calendar import Holiday
from anderhalf.core.calendar import holiday_on as _holiday_on

NAMES = {
    Holiday.NEW_YEAR: N_("Nieuwjaarsdag"),
    Holiday.EASTER_SUNDAY: N_("eerste paasdag"),
    Holiday.EASTER_MONDAY: N_("tweede paasdag"),
    Holiday.KINGS_DAY: N_("Koningsdag"),
    Holiday.LIBERATION_DAY: N_("Bevrijdingsdag"),
    Holiday.ASCENSION_DAY: N_("Hemelvaartsdag"),
    Holiday.WHIT_SUNDAY: N_("eerste pinksterdag"),
    Holiday.WHIT_MONDAY: N_("tweede pinksterdag"),
    Holiday.CHRISTMAS_DAY: N_("eerste kerstdag"),
    Holiday.SECOND_CHRISTMAS_DAY: N_("tweede kerstdag"),
}


def holiday_on(day: date) -> str:
    """The name of the holiday on ``day``, or the empty text."""
    holiday = _holiday_on(day)
    return _(NAMES[holiday]) if holiday else ""
