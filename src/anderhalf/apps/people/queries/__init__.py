"""Reading about people. Every query takes the viewer; opening one patient writes its line in the log."""

from .accounts import (
    DemonstrationAccount,
    accounts,
    accounts_needing_help,
    carers_of,
    demonstration_accounts,
    is_demonstration_user,
)
from .allergies import Register, past_allergies, register_of, registers_of
from .directory import colleagues, has_left, network_gps, organisation, organisations, practices
from .drafts import draft_of, drafts, earlier_result
from .emergencies import emergencies, open_emergencies, unreviewed_emergencies
from .log import LogEntry, who_looked
from .patients import (
    Banner,
    alerts_of,
    banner_of,
    consents_of,
    find_by_identity,
    find_patients,
    has_objected,
    matching_name,
    may_note,
    my_patients,
    opened_patient,
    patient_exists,
    patient_for,
    possible_duplicates,
    relations_of,
)

__all__ = [
    "Banner",
    "DemonstrationAccount",
    "LogEntry",
    "Register",
    "accounts",
    "accounts_needing_help",
    "alerts_of",
    "banner_of",
    "carers_of",
    "colleagues",
    "consents_of",
    "demonstration_accounts",
    "draft_of",
    "drafts",
    "earlier_result",
    "emergencies",
    "find_by_identity",
    "find_patients",
    "has_left",
    "has_objected",
    "is_demonstration_user",
    "matching_name",
    "may_note",
    "my_patients",
    "network_gps",
    "open_emergencies",
    "opened_patient",
    "organisation",
    "organisations",
    "past_allergies",
    "patient_exists",
    "patient_for",
    "possible_duplicates",
    "practices",
    "register_of",
    "registers_of",
    "relations_of",
    "unreviewed_emergencies",
    "who_looked",
]
