"""What the reader of results asks, and what a patient answers."""

from .experience import ExperienceForm
from .question import QuestionForm

__all__ = ["ExperienceForm", "QuestionForm"]
