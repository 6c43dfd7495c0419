"""The forms of this room: they read and check what was typed; what happens with it is in ``actions``."""

from .accounts import AccountForm, CarerForm, PatientAccountForm
from .patients import (
    AlertForm,
    ConsentForm,
    EmergencyForm,
    EmergencySearchForm,
    LogFilterForm,
    ParticularsForm,
    PatientForm,
    ReviewForm,
)

__all__ = [
    "AccountForm",
    "AlertForm",
    "CarerForm",
    "ConsentForm",
    "EmergencyForm",
    "EmergencySearchForm",
    "LogFilterForm",
    "ParticularsForm",
    "PatientAccountForm",
    "PatientForm",
    "ReviewForm",
]
