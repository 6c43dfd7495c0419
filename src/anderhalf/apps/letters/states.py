"""The states of a letter and which may follow which."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from anderhalf.core.states import StateTable


class LetterStatus(models.TextChoices):
    """Where a letter stands."""

    DRAFT = "draft", _("concept")
    SIGNED = "signed", _("ondertekend")
    DELIVERED = "delivered", _("afgeleverd")
    READ = "read", _("gelezen")
    DISCARDED = "discarded", _("niet verstuurd")


LETTER_STATES = StateTable(
    "letter",
    {
        LetterStatus.DRAFT: (LetterStatus.SIGNED, LetterStatus.DISCARDED),
        LetterStatus.SIGNED: (LetterStatus.DELIVERED,),
        LetterStatus.DELIVERED: (LetterStatus.READ,),
        LetterStatus.READ: (),
        LetterStatus.DISCARDED: (),
    },
)
