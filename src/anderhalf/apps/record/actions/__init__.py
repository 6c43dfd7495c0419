"""Writing what is known about a patient. Every function checks access, changes, and logs, in one transaction."""

from ..errors import RecordRefused
from .decisions import store_decision
from .documents import add_document
from .medication import BetterMedication, agree_medication, correct_medication, mark_medication_in_error
from .observations import (
    NewObservation,
    correct_observation,
    mark_in_error,
    mark_unreliable,
    record_observations,
)
from .tasks import add_task, cancel_task, complete_task, reopen_task

__all__ = [
    "BetterMedication",
    "NewObservation",
    "RecordRefused",
    "add_document",
    "add_task",
    "agree_medication",
    "cancel_task",
    "complete_task",
    "correct_medication",
    "correct_observation",
    "mark_in_error",
    "mark_medication_in_error",
    "mark_unreliable",
    "record_observations",
    "reopen_task",
    "store_decision",
]
