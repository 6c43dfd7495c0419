"""Writing in the supervision room: cases on the agenda, decisions, meetings."""

from .cases import (
    add_case,
    decide_case,
    drop_case,
    drop_waiting,
    put_case_of_advice,
    put_cases_of_encounter,
    put_required_cases,
    take_back_cases,
)
from .meetings import attend, close_meeting, plan_meetings

__all__ = [
    "add_case",
    "attend",
    "close_meeting",
    "decide_case",
    "drop_case",
    "drop_waiting",
    "plan_meetings",
    "put_case_of_advice",
    "put_cases_of_encounter",
    "put_required_cases",
    "take_back_cases",
]
