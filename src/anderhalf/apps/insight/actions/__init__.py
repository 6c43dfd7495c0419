"""Writing in the room of results: inviting a patient to judge the care, the answer, and taking figures along."""

from .experience import answer, invite, invite_after_care
from .exports import log_export

__all__ = ["answer", "invite", "invite_after_care", "log_export"]
