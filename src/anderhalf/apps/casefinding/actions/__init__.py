"""Steps of case finding, one verb each."""

from .people import invite, note_referral, reopen, set_aside, start_referral
from .searches import (
    begin_search,
    break_off_search,
    finish_search,
    refuse_search,
    tell_progress,
)

__all__ = [
    "begin_search",
    "break_off_search",
    "finish_search",
    "invite",
    "note_referral",
    "refuse_search",
    "reopen",
    "set_aside",
    "start_referral",
    "tell_progress",
]
