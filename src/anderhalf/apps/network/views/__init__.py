"""The pages of the agreement: reading it, its A4s, and changing it."""

from .agreement import agreement, partners, table, training
from .drafts import approve, draft, drafts, reject, renew, submit, take_back, withdraw
from .grid import cell, draft_table
from .rehearsal import rehearsal
from .sheet import sheet, sheet_file
from .transfer import export, export_draft, read_file
from .try_out import try_out

__all__ = [
    "agreement",
    "approve",
    "cell",
    "draft",
    "draft_table",
    "drafts",
    "export",
    "export_draft",
    "partners",
    "read_file",
    "rehearsal",
    "reject",
    "renew",
    "sheet",
    "sheet_file",
    "submit",
    "table",
    "take_back",
    "training",
    "try_out",
    "withdraw",
]
