"""Filters of the list of claims."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anderhalf.apps.people.forms.fields import picked_date
from anderhalf.apps.people.models import Organisation

from ..models import Claim
from ..queries import Filters
from ..states import SEEN_BY_INSURER, ClaimStatus


class ClaimFilterForm(forms.Form):
    """Everything stands in the address; what is not offered counts as not given."""

    stand = forms.ChoiceField(label=gettext_lazy("Stand"), required=False)
    verzekeraar = forms.ChoiceField(label=gettext_lazy("Verzekeraar"), required=False)
    centrum = forms.ChoiceField(label=gettext_lazy("Centrum"), required=False)
    van = picked_date(label=gettext_lazy("Zorg van"), required=False)
    tot = picked_date(label=gettext_lazy("Tot en met"), required=False)
    sort = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        insurers: list[Organisation],
        centres: list[Organisation],
        as_insurer: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        states = [s for s in ClaimStatus if not as_insurer or s in SEEN_BY_INSURER]
        self._choices("stand", _("Alle standen"), [(s.value, s.label) for s in states])
        self._choices("centrum", _("Alle centra"), [(one.key, one.name) for one in centres])
        if as_insurer:
            del self.fields["verzekeraar"]
        else:
            self._choices("verzekeraar", _("Alle verzekeraars"), [(one.key, one.name) for one in insurers])

    def _choices(self, name: str, everything: str, choices: list[tuple[str, Any]]) -> None:
        self.fields[name].choices = [("", everything), *choices]  # type: ignore[attr-defined]

    def filters(self, *, problem: str = "") -> Filters:
        """What was asked; faults count as not given."""
        given = self.cleaned_data
        return Filters(
            status=given.get("stand") or "",
            insurer=given.get("verzekeraar") or "",
            centre=given.get("centrum") or "",
            problem=problem if problem in Claim.Problem.values else "",
            start=given.get("van"),
            end=given.get("tot"),
            sort=given.get("sort") or "",
        )
