"""The states of a draft, and which step may follow which: code, test and picture come from here."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from anderhalf.core.states import StateTable


class DraftState(models.TextChoices):
    """Where a change of the agreement stands."""

    DRAFT = "draft", _("concept")
    SUBMITTED = "submitted", _("ligt ter ondertekening")
    PUBLISHED = "published", _("ondertekend en gepubliceerd")
    REJECTED = "rejected", _("afgewezen")
    WITHDRAWN = "withdrawn", _("ingetrokken")


DRAFT_STATES = StateTable(
    "draft",
    {
        DraftState.DRAFT: (DraftState.SUBMITTED, DraftState.WITHDRAWN),
        DraftState.SUBMITTED: (DraftState.DRAFT, DraftState.PUBLISHED, DraftState.REJECTED),
        # The author reads why, changes it and submits it again.
        DraftState.REJECTED: (DraftState.DRAFT, DraftState.WITHDRAWN),
        DraftState.PUBLISHED: (),
        DraftState.WITHDRAWN: (),
    },
)
