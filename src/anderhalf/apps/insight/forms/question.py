"""The filters of the results page; everything stands in the address, so a view can be shared and found again."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anderhalf.apps.people.forms.fields import picked_date

from ..queries import Beside, Choice, Question, Scope

BESIDE = [
    (Beside.PERIODS, gettext_lazy("Perioden")),
    (Beside.CENTRES, gettext_lazy("Centra")),
    (Beside.PRACTICES, gettext_lazy("Praktijken")),
]
CHOICES = [
    (Choice.REPORT, gettext_lazy("Zoals het verslag")),
    (Choice.YEAR, gettext_lazy("Per jaar")),
    (Choice.HALF, gettext_lazy("Per halfjaar")),
    (Choice.QUARTER, gettext_lazy("Per kwartaal")),
    (Choice.MONTH, gettext_lazy("Per maand")),
    (Choice.FREE, gettext_lazy("Van en tot, met het jaar ervoor")),
]


class QuestionForm(forms.Form):
    """Only what this viewer may choose from is offered; an unknown value in the address counts as not given."""

    naast = forms.ChoiceField(label=gettext_lazy("Naast elkaar"), choices=BESIDE, required=False)
    per = forms.ChoiceField(label=gettext_lazy("Periode"), choices=CHOICES, required=False)
    van = picked_date(label=gettext_lazy("Van"), required=False)
    tot = picked_date(label=gettext_lazy("Tot en met"), required=False)
    centrum = forms.ChoiceField(label=gettext_lazy("Centrum"), required=False)
    praktijk = forms.ChoiceField(label=gettext_lazy("Praktijk"), required=False)

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, known, everything in (
            ("centrum", scope.centres, _("Alle centra")),
            ("praktijk", scope.practices, _("Alle praktijken")),
        ):
            if len(known) > 1:
                field = self.fields[name]
                field.choices = [("", everything), *((one.key, one.name) for one in known)]  # type: ignore[attr-defined]
            else:
                del self.fields[name]
        beside = [(Beside.PERIODS, BESIDE[0][1])]
        beside += [BESIDE[1]] if len(scope.centres) > 1 else []
        beside += [BESIDE[2]] if len(scope.practices) > 1 else []
        self.fields["naast"].choices = beside  # type: ignore[attr-defined]
        if len(beside) == 1:
            del self.fields["naast"]

    def clean(self) -> dict[str, Any]:
        """The first day does not come after the last."""
        cleaned: dict[str, Any] = super().clean() or {}
        start, end = cleaned.get("van"), cleaned.get("tot")
        if start and end and start > end:
            self.add_error("tot", _("Deze dag ligt voor de eerste dag."))
        return cleaned

    def question(self) -> Question:
        """What is asked; faults were shown beside their field and the rest still counts."""
        given = self.cleaned_data
        return Question(
            beside=Beside(given.get("naast") or Beside.PERIODS),
            choice=Choice(given.get("per") or Choice.REPORT),
            start=given.get("van"),
            end=given.get("tot") if "tot" not in self.errors else None,
            centre=given.get("centrum") or "",
            practice=given.get("praktijk") or "",
        )
