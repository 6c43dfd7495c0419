"""Birth dates as they are entered: what cannot be is refused, what is rare is asked, and no age is invented.

Many Dutch systems write 01-01-1900 for "unknown"; taken for a birth date it would give every patient an age.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anderhalf.core.pathway.derivations import age_on

OLDEST = 120
"""Years. The highest age of every data dictionary (a test keeps them alike): above it no rule knows what to do."""
ASKED_ABOVE = 105
"""Years. Older than this is possible and so rare that a slip of the pen is likelier: it is asked."""


def check_birth_date(born: date, *, on: date) -> None:
    """Refuse with ``ValidationError`` a birth date in the future or of more than `OLDEST` years ago."""
    if born > on:
        raise ValidationError(_("Deze geboortedatum ligt in de toekomst."))
    if age_on(born, on) > OLDEST:
        raise ValidationError(
            _(
                "Deze geboortedatum kan niet: dan is iemand %(age)d jaar. 01-01-1900 staat in veel systemen"
                " voor onbekend. Zoek de echte datum op."
            )
            % {"age": age_on(born, on)}
        )


class BirthDateMixin(forms.Form):
    """A form with ``birth_date``: a rare age is asked, with ``birth_date_right`` to say that it is so."""

    birth_date_right = forms.BooleanField(label=gettext_lazy("Ja, deze geboortedatum klopt"), required=False)
    asks_birth_date = False
    """Whether the box to confirm is shown."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [name for name in self.fields if name != "birth_date_right"]
        names.insert(names.index("birth_date") + 1, "birth_date_right")
        self.order_fields(names)

    def clean_birth_date_right(self) -> bool:
        """Kept shown once it was ticked."""
        self.asks_birth_date = bool(self.cleaned_data["birth_date_right"])
        return self.asks_birth_date

    def check_birth_date(self, cleaned: dict[str, Any], *, on: date) -> None:
        """Call in ``clean``."""
        born = cleaned.get("birth_date")
        if not isinstance(born, date):
            return
        try:
            check_birth_date(born, on=on)
        except ValidationError as refused:
            self.add_error("birth_date", refused)
            return
        age = age_on(born, on)
        if age > ASKED_ABOVE and not cleaned.get("birth_date_right"):
            self.asks_birth_date = True
            self.add_error("birth_date", _("Dan is iemand %(age)d jaar. Klopt dat?") % {"age": age})
