"""The forms of the meeting: a case for the agenda, a decision, attendance, a series of meetings."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anderhalf.apps.clinic.forms.written import SpokenTextForm
from anderhalf.apps.people.models import Organisation
from anderhalf.core.pathway.model import Pathway
from anderhalf.presentation.fields import ReasonField

INPUT_FORMATS = ["%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y", "%d.%m.%Y"]
MOST_WEEKS = 52


def picked_date(**options: Any) -> forms.DateField:
    """A date with the browser's own calendar; typed as 14-03-2025 works as well."""
    options.setdefault("error_messages", {"invalid": _("Vul een datum in als dag-maand-jaar.")})
    return forms.DateField(
        input_formats=INPUT_FORMATS,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        **options,
    )


class RoomForm(forms.Form):
    """Errors come from the server, in one place and in one language."""

    use_required_attribute = False


class PatientForm(SpokenTextForm, RoomForm):
    """A text about a patient in care: what it says of a danger is asked before it is kept."""

    def __init__(self, data: Any = None, *, pathway: Pathway, at: datetime, **options: Any) -> None:
        super().__init__(data, **options)
        self.described_by, self.at = pathway, at


class CaseForm(PatientForm):
    """What somebody wants to discuss about a patient."""

    written_fields = ("question",)

    question = ReasonField(
        label=_("Wat wilt u bespreken?"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Eén vraag waarop de specialist een besluit kan geven."),
        error_messages={"required": _("Schrijf op wat u wilt bespreken.")},
    )
    urgent = forms.BooleanField(label=_("Bovenaan de agenda zetten"), required=False)


class DecisionForm(PatientForm):
    """What the specialist decides, and the task that follows for the centre."""

    written_fields = ("decision", "task")

    decision = ReasonField(
        label=_("Besluit"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": _("Schrijf het besluit op.")},
    )
    task = forms.CharField(
        label=_("Taak voor het centrum"),
        max_length=200,
        required=False,
        help_text=_("Leeg laten als er niets te doen is."),
    )
    task_due_on = picked_date(label=_("Klaar op"), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)


class DropForm(PatientForm):
    """Why a case need not be discussed."""

    written_fields = ("because",)

    because = ReasonField(
        label=_("Waarom hoeft dit niet besproken te worden?"),
        max_length=200,
        error_messages={"required": _("Schrijf op waarom deze casus niet besproken hoeft te worden.")},
    )


class MeetingsForm(RoomForm):
    """One meeting or a series, as often as the agreement says."""

    centre = forms.ChoiceField(label=_("Centrum"))
    day = picked_date(label=_("Eerste keer"))
    starts = forms.TimeField(label=_("Om"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    times = forms.IntegerField(
        label=_("Aantal keren"),
        min_value=1,
        max_value=MOST_WEEKS,
        initial=8,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )

    def __init__(self, data: Any = None, *, centres: Iterable[Organisation], **options: Any) -> None:
        super().__init__(data, **options)
        self.fields["centre"].choices = [(str(one.pk), one.name) for one in centres]  # type: ignore[attr-defined]

    def first(self) -> datetime:
        """The moment of the first meeting, on the clock of Amsterdam."""
        return timezone.make_aware(datetime.combine(self.cleaned_data["day"], self.cleaned_data["starts"]))

    def chosen_centre(self) -> UUID:
        """The id of the centre."""
        return UUID(self.cleaned_data["centre"])
