"""Writing about people. Every action checks access, changes, and writes its audit line in one transaction."""

from .accounts import (
    create_account,
    deactivate_account,
    new_temporary_password,
    password_changed,
    reactivate_account,
    reset_account,
    unlock_account,
)
from .alerts import add_alert, end_alert, restore_alert
from .allergies import (
    ask_allergies,
    end_allergy,
    judge_allergy,
    register_allergy,
    reject_allergy,
    restore_allergy,
)
from .consents import add_carer, end_carer, give_consent, open_patient_account
from .deaths import record_death
from .drafts import discard_draft, save_draft
from .emergencies import EMERGENCY_DURATION, ReasonTooShort, break_glass, end_emergency, review_emergency
from .patients import CHANGEABLE, DuplicatePatient, StaleRecord, change_patient, register_patient
from .relations import end_care_relation, open_care_relation
from .submissions import keep_result, submit_once

__all__ = [
    "CHANGEABLE",
    "EMERGENCY_DURATION",
    "DuplicatePatient",
    "ReasonTooShort",
    "StaleRecord",
    "add_alert",
    "add_carer",
    "ask_allergies",
    "break_glass",
    "change_patient",
    "create_account",
    "deactivate_account",
    "discard_draft",
    "end_alert",
    "end_allergy",
    "end_care_relation",
    "end_carer",
    "end_emergency",
    "give_consent",
    "judge_allergy",
    "keep_result",
    "new_temporary_password",
    "open_care_relation",
    "open_patient_account",
    "password_changed",
    "reactivate_account",
    "record_death",
    "register_allergy",
    "register_patient",
    "reject_allergy",
    "reset_account",
    "restore_alert",
    "restore_allergy",
    "review_emergency",
    "save_draft",
    "submit_once",
    "unlock_account",
]
