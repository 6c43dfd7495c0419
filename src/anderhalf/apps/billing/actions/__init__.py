"""Writing in the room of claims: making them from what happened, and moving them on."""

from .claiming import claim_advice, claim_contact, recheck
from .exports import log_export
from .steps import cancel, mark_paid, reject, resubmit, submit

__all__ = [
    "cancel",
    "claim_advice",
    "claim_contact",
    "log_export",
    "mark_paid",
    "recheck",
    "reject",
    "resubmit",
    "submit",
]
