"""Writing in the clinic. Every action checks access, changes, and writes its audit line in one transaction."""

from ..followers import AFTER_ADVICE, AFTER_ENCOUNTER, AFTER_END
from .advice import choose_advice
from .appointments import arrived, book, cancel, move, no_show
from .beside import choose_beside
from .encounters import correct_encounter, enter_home_measurements, record_encounter
from .episodes import (
    assess_stable,
    end_episode,
    end_episode_of_withdrawn,
    open_episode_for,
    schedule_next_contact,
    start_episode,
    write_plan,
)
from .parts import EncounterText, MedicationStep, NewDocument, Taught
from .sessions import MadeSessions, cancel_session, make_sessions, substitute
from .tolerances import ask_tolerances, end_tolerance, remember_tolerance
from .watching import review_results

__all__ = [
    "AFTER_ADVICE",
    "AFTER_ENCOUNTER",
    "AFTER_END",
    "EncounterText",
    "MadeSessions",
    "MedicationStep",
    "NewDocument",
    "Taught",
    "arrived",
    "ask_tolerances",
    "assess_stable",
    "book",
    "cancel",
    "cancel_session",
    "choose_advice",
    "choose_beside",
    "correct_encounter",
    "end_episode",
    "end_episode_of_withdrawn",
    "end_tolerance",
    "enter_home_measurements",
    "make_sessions",
    "move",
    "no_show",
    "open_episode_for",
    "record_encounter",
    "remember_tolerance",
    "review_results",
    "schedule_next_contact",
    "start_episode",
    "substitute",
    "write_plan",
]
