"""The referral form in three parts: who (person), what is asked (content), and the facts of the pathway."""

from .content import ContentForm
from .facts import FactForm
from .person import BsnForm, PersonForm

__all__ = ["BsnForm", "ContentForm", "FactForm", "PersonForm"]
