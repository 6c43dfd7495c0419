"""What is typed in the clinic, checked before an action sees it."""

from .encounter import EncounterForm
from .small import (
    CorrectionForm,
    HomeForm,
    PlanForm,
    ReasonForm,
    SessionForm,
    SlotForm,
    SubstituteForm,
    TextForm,
)
from .titration import BesideForm, ChoiceForm, ConditionsForm, ToleranceForm

__all__ = [
    "BesideForm",
    "ChoiceForm",
    "ConditionsForm",
    "CorrectionForm",
    "EncounterForm",
    "HomeForm",
    "PlanForm",
    "ReasonForm",
    "SessionForm",
    "SlotForm",
    "SubstituteForm",
    "TextForm",
    "ToleranceForm",
]
