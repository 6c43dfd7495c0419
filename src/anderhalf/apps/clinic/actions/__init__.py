"""Writing in the clinic. Every action checks access, changes, and writes its audit line in one transaction."""

from ..followers import AFTER_ADVICE, AFTER_ENCOUNTER, AFTER_END
from .advice import choose_advice
from .appointments import arrived, book, cancel, move, no_show
from .beside import choose_beside
from .corrections import BetterValue, correct_measurement
from .danger import answer_danger, warn_of_unsaved, watch_for_danger, watch_the_register
from .danger_undo import undo_answer
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
from .medication import PRESCRIBERS, correct_agreement
from .not_used import record_not_used
from .parts import EncounterText, MedicationStep, NewDocument, Taught
from .sessions import MadeSessions, cancel_session, make_sessions, substitute
from .tolerances import (
    agree_dosing,
    ask_tolerances,
    end_dosing,
    end_tolerance,
    judge_tolerance,
    reject_tolerance,
    remember_tolerance,
    restore_tolerance,
)
from .undo import reopen_advice, undo_choice
from .watching import LABORATORY_TASKS, awaited, finish_task, review_results
from .written import settle_text

__all__ = [
    "AFTER_ADVICE",
    "AFTER_ENCOUNTER",
    "AFTER_END",
    "LABORATORY_TASKS",
    "PRESCRIBERS",
    "BetterValue",
    "EncounterText",
    "MadeSessions",
    "MedicationStep",
    "NewDocument",
    "Taught",
    "agree_dosing",
    "answer_danger",
    "arrived",
    "ask_tolerances",
    "assess_stable",
    "awaited",
    "book",
    "cancel",
    "cancel_session",
    "choose_advice",
    "choose_beside",
    "correct_agreement",
    "correct_encounter",
    "correct_measurement",
    "end_dosing",
    "end_episode",
    "end_episode_of_withdrawn",
    "end_tolerance",
    "enter_home_measurements",
    "finish_task",
    "judge_tolerance",
    "make_sessions",
    "move",
    "no_show",
    "open_episode_for",
    "record_encounter",
    "record_not_used",
    "reject_tolerance",
    "remember_tolerance",
    "reopen_advice",
    "restore_tolerance",
    "review_results",
    "schedule_next_contact",
    "settle_text",
    "start_episode",
    "substitute",
    "undo_answer",
    "undo_choice",
    "warn_of_unsaved",
    "watch_for_danger",
    "watch_the_register",
    "write_plan",
]
