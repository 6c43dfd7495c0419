"""Writing the agreement: publishing versions, and changing it by drafts that the partners sign."""

from .approving import approve_draft, reject_draft
from .drafts import renew_base, save_table, start_draft, submit_draft, take_back_draft, withdraw_draft
from .publishing import PublicationRefused, Published, publish, publish_folder

__all__ = [
    "PublicationRefused",
    "Published",
    "approve_draft",
    "publish",
    "publish_folder",
    "reject_draft",
    "renew_base",
    "save_table",
    "start_draft",
    "submit_draft",
    "take_back_draft",
    "withdraw_draft",
]
