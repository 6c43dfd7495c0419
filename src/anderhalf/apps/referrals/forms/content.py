"""The letter part of the form, by the HASP headings, and what is asked of whom."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anderhalf.apps.people.models import Organisation, Professional
from anderhalf.core.pathway.model import Pathway
from anderhalf.presentation.language import label_of
from anderhalf.presentation.wording import says_something

from ..models import Referral
from ..steps import Content
from .call import CallForm
from .widgets import DayField

TESTS = [
    ("echo", gettext_lazy("echo van het hart")),
    ("ecg", gettext_lazy("ECG")),
    ("laboratory", gettext_lazy("laboratorium")),
    ("holter", gettext_lazy("holter (hartritme over 24 uur of langer)")),
    ("exercise", gettext_lazy("inspanningstest")),
    ("blood_pressure_24h", gettext_lazy("24-uursbloeddruk")),
    ("centre_decides", gettext_lazy("het centrum kiest")),
]
LINES = [
    ("", gettext_lazy("zoals de afspraak voorstelt")),
    ("intermediate", gettext_lazy("1,5 lijn")),
    ("second", gettext_lazy("2e lijn (ziekenhuis)")),
]


class ContentForm(CallForm):
    """Kern of the referral. With ``from_hospital`` it is a referral down and asks the day of discharge."""

    submission = forms.CharField(widget=forms.HiddenInput, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    pathway = forms.ChoiceField(
        label=gettext_lazy("Waarover gaat het?"), widget=forms.RadioSelect, required=False
    )
    intent = forms.ChoiceField(label=gettext_lazy("Wat vraagt u?"), widget=forms.RadioSelect)
    tests_asked = forms.MultipleChoiceField(
        label=gettext_lazy("Welk onderzoek?"),
        choices=TESTS,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    reason = forms.CharField(
        label=gettext_lazy("Reden van verwijzing"),
        help_text=gettext_lazy("Klachten, sinds wanneer, en uw vraag."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=6000,
    )
    treatment_so_far = forms.CharField(
        label=gettext_lazy("Medicatielijst"),
        help_text=gettext_lazy(
            "Alles wat de patiënt nu gebruikt, ook zonder recept: één middel per regel, met de dosis. Zet bij een "
            "middel dat is gestopt ‘gestopt’."
        ),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=6000,
    )
    proposal = forms.CharField(
        label=gettext_lazy("Procedurevoorstel"),
        help_text=gettext_lazy("Wat stelt u voor, en wie doet wat."),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=6000,
    )
    further_information = forms.CharField(
        label=gettext_lazy("Verder van belang"),
        help_text=gettext_lazy(
            "Voorgeschiedenis, andere behandeling, thuissituatie, afspraken over behandelgrenzen."
        ),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=6000,
    )
    discharged_on = DayField(label=gettext_lazy("Datum van ontslag of polibezoek"), required=False)
    on_behalf_of = forms.ChoiceField(label=gettext_lazy("Namens"), required=False)
    recipient = forms.ChoiceField(label=gettext_lazy("Centrum"), required=False)
    patient_informed = forms.BooleanField(
        label=gettext_lazy("De patiënt weet van deze verwijzing en vindt het goed"), required=False
    )
    alive = forms.BooleanField(
        label=gettext_lazy("Nagevraagd: de patiënt leeft, het dossier heeft dit fout"), required=False
    )
    chosen_line = forms.ChoiceField(label=gettext_lazy("Andere lijn kiezen"), choices=LINES, required=False)
    because = forms.CharField(
        label=gettext_lazy("Reden van uw keuze"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=2000,
    )

    def __init__(
        self,
        data: Any = None,
        *,
        from_hospital: bool,
        centres: Iterable[Organisation],
        doctors: Iterable[Professional],
        pathways: Iterable[Pathway],
        **kwargs: Any,
    ) -> None:
        super().__init__(data, **kwargs)
        self.from_hospital = from_hospital
        named = [(one.key, label_of(one.title)) for one in pathways]
        self.fields["pathway"].choices = named
        if len(named) == 1:
            self.fields["pathway"].widget = forms.HiddenInput()
        self.fields["intent"].choices = Referral.Intent.choices
        found = list(centres)
        self.fields["recipient"].choices = [
            ("", _("het centrum van de afspraak")),
            *((str(centre.pk), centre.name) for centre in found),
        ]
        self.fields["on_behalf_of"].choices = [
            ("", _("mijzelf")),
            *((str(d.pk), d.full_name) for d in doctors),
        ]
        for name in (
            "alive",  # it stands above the form, beside what the file says
            "chosen_line",
            "because",
            "called_with",
            "called_agreed",
        ):  # they stand beside the form, under the answer
            self.fields[name].widget.attrs["form"] = "referral-form"
        if not from_hospital:
            del self.fields["discharged_on"]
        self.fields["submission"].initial = self.fields["submission"].initial or str(uuid4())

    def clean(self) -> dict[str, Any]:
        """Diagnosis says which tests; a patient knows of the referral."""
        cleaned = super().clean() or {}
        if cleaned.get("intent") == Referral.Intent.DIAGNOSIS and not cleaned.get("tests_asked"):
            self.add_error("tests_asked", _("Kies welk onderzoek u vraagt, of laat het centrum kiezen."))
        if cleaned.get("chosen_line") and not says_something(cleaned.get("because")):
            self.add_error("because", _("Schrijf op waarom u een andere lijn kiest."))
        if cleaned.get("reason") and not says_something(cleaned["reason"]):
            self.add_error("reason", _("Schrijf de reden van de verwijzing op."))
        return cleaned

    def fill_in_blanks(self) -> None:
        """Take what could not be read as empty: for a draft, and for an emergency, where nothing may be in the way."""
        texts = (
            "reason",
            "treatment_so_far",
            "proposal",
            "further_information",
            "because",
            "called_with",
            "called_agreed",
        )
        blank: dict[str, Any] = dict.fromkeys((*texts, "pathway", "recipient", "on_behalf_of"), "")
        blank |= {
            "intent": Referral.Intent.DIAGNOSIS,
            "tests_asked": [],
            "patient_informed": False,
            "chosen_line": "",
        }
        self.cleaned_data = {**blank, **self.cleaned_data}

    def content(self) -> Content:
        """What was filled in, as the action takes it."""
        given = self.cleaned_data
        tests = given.get("tests_asked") or []
        return Content(
            intent=given["intent"],
            reason=given["reason"],
            treatment_so_far=given["treatment_so_far"],
            proposal=given["proposal"],
            further_information=given["further_information"],
            tests_asked=tuple(tests) if given["intent"] == Referral.Intent.DIAGNOSIS else (),
            patient_informed=bool(given["patient_informed"]),
            discharged_on=given.get("discharged_on"),
            pathway=given["pathway"],
        )

    def chosen(self, name: str) -> UUID | None:
        """The id chosen in ``recipient`` or ``on_behalf_of``."""
        value = self.cleaned_data.get(name)
        return UUID(value) if value else None
