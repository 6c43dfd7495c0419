"""Reading the agreement: versions by date, drafts on the way, what a change would have done."""

from .versions import (
    NotPublished,
    agreement_on,
    base_pathway,
    drug_names_on,
    look_anew,
    pathway_of_decision,
    pathway_on,
    pathways_on,
    pinned_version,
    version_on,
    versions_of,
    versions_remembered,
)

__all__ = [
    "NotPublished",
    "agreement_on",
    "base_pathway",
    "drug_names_on",
    "look_anew",
    "pathway_of_decision",
    "pathway_on",
    "pathways_on",
    "pinned_version",
    "version_on",
    "versions_of",
    "versions_remembered",
]
