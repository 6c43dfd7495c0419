"""Reading referrals. Every query takes the viewer (or a patient whose access the caller established)."""

from ..danger import EMERGENCY
from .details import (
    ThreadLine,
    history_of,
    letter_facts,
    open_of_patient,
    patient_by_bsn,
    patient_to_refer,
    referral_for,
    saved_draft,
    thread_of,
)
from .emergencies import emergencies, emergency
from .lists import (
    Filters,
    accepted_without_episode,
    counts,
    overdue_referrals,
    sent_list,
    worklist,
)
from .waiting import WaitingTime, waiting_norm, waiting_time

__all__ = [
    "EMERGENCY",
    "Filters",
    "ThreadLine",
    "WaitingTime",
    "accepted_without_episode",
    "counts",
    "emergencies",
    "emergency",
    "history_of",
    "letter_facts",
    "open_of_patient",
    "overdue_referrals",
    "patient_by_bsn",
    "patient_to_refer",
    "referral_for",
    "saved_draft",
    "sent_list",
    "thread_of",
    "waiting_norm",
    "waiting_time",
    "worklist",
]
