"""What the patient can't have, as the referrer knows it: asked or not, and which drug with which reaction."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anderhalf.apps.people.models import AllergyIntolerance
from anderhalf.presentation.fields import in_row

from ..imported import ImportedAllergy, ImportedRecord
from ..steps import Allergy

EMPTY_ROWS = 2
"""Empty rows under what is filled in."""
MOST_ROWS = 60
NONE, KNOWN = "none", "known"
ASKED = (
    ("", gettext_lazy("niet nagevraagd")),
    (NONE, gettext_lazy("nagevraagd: geen")),
    (KNOWN, gettext_lazy("ja, namelijk:")),
)
_WHAT = re.compile(r"^allergy_(\d{1,3})_what$")


class AllergiesForm(forms.Form):
    """Rows of drug and reaction; what an uploaded record says is filled in."""

    use_required_attribute = False
    allergies_asked = forms.ChoiceField(
        label=gettext_lazy("Zijn er allergieën of middelen die niet worden verdragen?"),
        choices=ASKED,
        widget=forms.RadioSelect,
        required=False,
    )
    allergies_file = forms.CharField(widget=forms.HiddenInput, required=False)
    """The upload that was in view when this was filled in: only then a row that is gone was taken away."""

    def __init__(
        self, data: Any = None, *, imported: ImportedRecord | None, initial: Mapping[str, Any], **kwargs: Any
    ) -> None:
        self.read: list[ImportedAllergy] = list(imported.allergies) if imported is not None else []
        rows, asked = (
            _rows_of(data if data is not None else initial),
            str(initial.get("allergies_asked") or ""),
        )
        file = imported.read_at if imported is not None else ""
        if data is None and imported is not None and initial.get("allergies_file") != file:
            there = {what.casefold() for what, _reaction in rows}
            rows += [
                (one.substance, one.reaction) for one in self.read if one.substance.casefold() not in there
            ]
            asked = KNOWN if rows else NONE if imported.no_allergies else asked
        super().__init__(data, initial={"allergies_asked": asked, "allergies_file": file}, **kwargs)
        self._given = rows
        self.numbers = range(min(len(rows) + EMPTY_ROWS, MOST_ROWS))
        for number in self.numbers:
            what, reaction = rows[number] if number < len(rows) else ("", "")
            row = _("Allergie, regel %(n)d") % {"n": number + 1}
            self.fields[f"allergy_{number}_what"] = in_row(
                forms.CharField(label=_("Middel of stof"), max_length=200, required=False, initial=what), row
            )
            reactions = [("", "–"), *AllergyIntolerance.Reaction.choices]
            self.fields[f"allergy_{number}_reaction"] = in_row(
                forms.ChoiceField(label=_("Reactie"), required=False, initial=reaction, choices=reactions),
                row,
            )

    def clean(self) -> dict[str, Any]:
        """A row says what it is about; "none" and a row contradict each other, "yes" needs a row."""
        cleaned = super().clean() or {}
        for number in self.numbers:
            if cleaned.get(f"allergy_{number}_reaction") and not self._what(number):
                self.add_error(f"allergy_{number}_what", _("Vul in om welk middel het gaat."))
        filled = any(self._what(number) for number in self.numbers)
        asked = cleaned.get("allergies_asked")
        if filled and asked == NONE:
            self.add_error(
                "allergies_asked", _("U vulde hieronder iets in. Kies ja, of maak de regels leeg.")
            )
        if asked == KNOWN and not filled:
            self.add_error("allergies_asked", _("Vul in wat de patiënt niet verdraagt."))
        return cleaned

    def _what(self, number: int) -> str:
        return (self.cleaned_data.get(f"allergy_{number}_what") or "").strip()

    def rows(self) -> list[dict[str, Any]]:
        """For the template."""
        return [
            {"what": self[f"allergy_{number}_what"], "reaction": self[f"allergy_{number}_reaction"]}
            for number in self.numbers
        ]

    @property
    def asked(self) -> bool:
        """Whether the referrer asked the patient, or the file says so."""
        return self.cleaned_data.get("allergies_asked") in (NONE, KNOWN)

    def entries(self) -> list[Allergy]:
        """What was filled in; what stands there as the file said it keeps the file's own words."""
        return [
            self._entry(what, self.cleaned_data.get(f"allergy_{number}_reaction") or "")
            for number in self.numbers
            if (what := self._what(number))
        ]

    def now(self) -> list[Allergy]:
        """What stands in the rows while they are filled in, right or not yet: the eye for danger looks at it."""
        return [self._entry(what.strip(), reaction) for what, reaction in self._given if what.strip()]

    def _entry(self, what: str, reaction: str) -> Allergy:
        read = next((one for one in self.read if one.substance == what), None)
        if read is None:
            return Allergy(substance=what, reaction=reaction)
        return Allergy(
            substance=what, reaction=reaction, kind=read.kind, text=read.text, atc=read.atc, since=read.since,
            imported=True, original=read.original(),
        )  # fmt: skip


def _rows_of(given: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The rows that were filled in or posted, in their order; blank ones only between others."""
    numbers = sorted(int(match.group(1)) for name in given if (match := _WHAT.match(name)))
    rows = [
        (str(given.get(f"allergy_{number}_what") or ""), str(given.get(f"allergy_{number}_reaction") or ""))
        for number in numbers
    ]
    while rows and not any(rows[-1]):
        rows.pop()
    return rows
