"""The referral form: who (person), what is asked (content), what can't be given (allergies), the pathway's facts."""

from .allergies import AllergiesForm
from .call import EmergencyForm
from .content import ContentForm
from .facts import FactForm
from .person import BsnForm, PersonForm

__all__ = ["AllergiesForm", "BsnForm", "ContentForm", "EmergencyForm", "FactForm", "PersonForm"]
