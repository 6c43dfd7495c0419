"""Reading results, patients' answers and invitations."""

from .columns import Beside, Choice, Column, Question, TooManyColumns
from .experiences import free_texts
from .invitations import invitation_of, open_invitation, own_invitation
from .results import Difference, Overruled, ResultRow, Results, Trend, results_for
from .scope import Scope, scope_of

__all__ = [
    "Beside",
    "Choice",
    "Column",
    "Difference",
    "Overruled",
    "Question",
    "ResultRow",
    "Results",
    "Scope",
    "TooManyColumns",
    "Trend",
    "free_texts",
    "invitation_of",
    "open_invitation",
    "own_invitation",
    "results_for",
    "scope_of",
]
