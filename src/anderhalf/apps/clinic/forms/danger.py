"""What was done about a danger: steps, whom was spoken to and when."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy

from ..models import DangerAnswer
from .fields import ClinicForm

CLOCKS_DIFFER = timedelta(minutes=10)
"""How far the clock of whoever types may be ahead of ours."""


class DangerForm(ClinicForm):
    """The answer to the dangers that were ticked on the page; ``basis`` are their fingerprints, a box beside each."""

    steps = forms.MultipleChoiceField(
        label=gettext_lazy("Wat hebt u gedaan?"),
        choices=DangerAnswer.Step.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    called = forms.CharField(label=gettext_lazy("Met wie gesproken"), max_length=120, required=False)
    called_time = forms.TimeField(
        label=gettext_lazy("Hoe laat"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"invalid": gettext_lazy("Vul een tijd in als uur:minuten.")},
    )
    note = forms.CharField(label=gettext_lazy("Wat is afgesproken"), max_length=300, required=False)

    def __init__(self, data: Any = None, *, at: datetime, **options: Any) -> None:
        options.setdefault("auto_id", "id_danger_%s")
        super().__init__(data, **options)
        self.at = at
        self.chosen: list[str] = []
        """The dangers that were ticked, by fingerprint."""

    def arguments(self) -> dict[str, Any]:
        """What ``answer_danger`` takes. A time later than now was yesterday's, unless two clocks differ a little."""
        given = self.cleaned_data
        called_at = None
        if given["called_time"] is not None:
            called_at = timezone.localtime(self.at).replace(
                hour=given["called_time"].hour, minute=given["called_time"].minute, second=0, microsecond=0
            )
            ahead = called_at - self.at
            if ahead > CLOCKS_DIFFER:
                called_at -= timedelta(days=1)
            elif ahead > timedelta(0):
                called_at = self.at
        return {
            "steps": given["steps"],
            "called": given["called"],
            "called_at": called_at,
            "note": given["note"],
        }
