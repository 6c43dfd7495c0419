"""Reading in the clinic. Every query takes the viewer, or data whose access the caller has established."""

from .advice import diagnosis_line, known_facts, limits_of, pathway_of
from .agenda import agenda, appointment, by_day, free_slots, planned_of, session, today
from .beside import Beside, answered_by_list, asked_by, beside, runs_along, widest
from .chart import dose_text, label_of, latest_values, measured, timeline, value_label
from .drugs import Drug, drugs_of, number_label
from .due import DueItem, alarms_since, due_list
from .episodes import (
    belonging_to,
    changed_since,
    education_of,
    encounter,
    encounters_of,
    episode,
    episodes_of,
    observation,
    open_episode_of,
    outcomes_of,
    shown_episode_of,
)
from .next_contact import ProposedContact, next_contact
from .population import Population, population
from .proposals import Card, Proposals, choice_lines, choices_of, proposals, replay_choice
from .stable import decide_stable, stable_advice
from .tolerances import Remembered, tolerances
from .waiting import Due, Waiting, due_contacts, rail_counts, waiting_list, worklist
from .words import (
    changes_in_words,
    drug_lines,
    medication_lines,
    medication_overview,
    observation_lines,
    topics_of,
)

__all__ = [
    "Beside",
    "Card",
    "Drug",
    "Due",
    "DueItem",
    "Population",
    "Proposals",
    "ProposedContact",
    "Remembered",
    "Waiting",
    "agenda",
    "alarms_since",
    "answered_by_list",
    "appointment",
    "asked_by",
    "belonging_to",
    "beside",
    "by_day",
    "changed_since",
    "changes_in_words",
    "choice_lines",
    "choices_of",
    "decide_stable",
    "diagnosis_line",
    "dose_text",
    "drug_lines",
    "drugs_of",
    "due_contacts",
    "due_list",
    "education_of",
    "encounter",
    "encounters_of",
    "episode",
    "episodes_of",
    "free_slots",
    "known_facts",
    "label_of",
    "latest_values",
    "limits_of",
    "measured",
    "medication_lines",
    "medication_overview",
    "next_contact",
    "number_label",
    "observation",
    "observation_lines",
    "open_episode_of",
    "outcomes_of",
    "pathway_of",
    "planned_of",
    "population",
    "proposals",
    "rail_counts",
    "replay_choice",
    "runs_along",
    "session",
    "shown_episode_of",
    "stable_advice",
    "timeline",
    "today",
    "tolerances",
    "topics_of",
    "value_label",
    "waiting_list",
    "widest",
    "worklist",
]
