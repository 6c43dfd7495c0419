"""Reading referrals. Every query takes the viewer (or a patient whose access the caller established)."""

from ..agreed import numbers_on_duty
from ..danger import EMERGENCY, IN_A_FORM
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
from .drafts import Begun, begun
from .emergencies import emergencies, emergencies_of, emergency, unnamed_emergencies, who_acts
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
    "IN_A_FORM",
    "Begun",
    "Filters",
    "ThreadLine",
    "WaitingTime",
    "accepted_without_episode",
    "begun",
    "counts",
    "emergencies",
    "emergencies_of",
    "emergency",
    "history_of",
    "letter_facts",
    "numbers_on_duty",
    "open_of_patient",
    "overdue_referrals",
    "patient_by_bsn",
    "patient_to_refer",
    "referral_for",
    "saved_draft",
    "sent_list",
    "thread_of",
    "unnamed_emergencies",
    "waiting_norm",
    "waiting_time",
    "who_acts",
    "worklist",
]
