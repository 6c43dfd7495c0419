"""What is typed in the clinic, checked before an action sees it."""

from .danger import DangerForm
from .encounter import EncounterForm
from .medication import MedicationCorrectionForm, read_since
from .small import (
    AboutPatientForm,
    CorrectionForm,
    HomeForm,
    PlanForm,
    ReasonForm,
    SessionForm,
    SlotForm,
    SubstituteForm,
    TaskForm,
    TextForm,
)
from .titration import BesideForm, ChoiceForm, ConditionsForm, JudgeForm, ToleranceForm

__all__ = [
    "AboutPatientForm",
    "BesideForm",
    "ChoiceForm",
    "ConditionsForm",
    "CorrectionForm",
    "DangerForm",
    "EncounterForm",
    "HomeForm",
    "JudgeForm",
    "MedicationCorrectionForm",
    "PlanForm",
    "ReasonForm",
    "SessionForm",
    "SlotForm",
    "SubstituteForm",
    "TaskForm",
    "TextForm",
    "ToleranceForm",
    "read_since",
]
