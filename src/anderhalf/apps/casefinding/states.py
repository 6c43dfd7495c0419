"""How a search ends, and what a practice did about somebody whom it found."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from anderhalf.core.states import StateTable


class SearchState(models.TextChoices):
    """Where a search stands."""

    RUNNING = "running", _("bezig")
    DONE = "done", _("klaar")
    REFUSED = "refused", _("niet te lezen")
    BROKEN_OFF = "broken_off", _("afgebroken")


class PersonState(models.TextChoices):
    """What the practice did about somebody on its lists."""

    OPEN = "open", _("nog te bekijken")
    INVITED = "invited", _("uitgenodigd")
    REFERRING = "referring", _("verwijzing begonnen")
    REFERRED = "referred", _("verwezen")
    NOT_SUITABLE = "not_suitable", _("niet geschikt")


SEARCH_STATES = StateTable(
    "search",
    {
        SearchState.RUNNING: (SearchState.DONE, SearchState.REFUSED, SearchState.BROKEN_OFF),
        SearchState.DONE: (),
        SearchState.REFUSED: (),
        SearchState.BROKEN_OFF: (),
    },
)
PERSON_STATES = StateTable(
    "found_person",
    {
        PersonState.OPEN: (
            PersonState.INVITED,
            PersonState.REFERRING,
            PersonState.REFERRED,
            PersonState.NOT_SUITABLE,
        ),
        PersonState.INVITED: (
            PersonState.REFERRING,
            PersonState.REFERRED,
            PersonState.NOT_SUITABLE,
            PersonState.OPEN,
        ),
        PersonState.REFERRING: (
            PersonState.REFERRED,
            PersonState.INVITED,
            PersonState.NOT_SUITABLE,
            PersonState.OPEN,
        ),
        PersonState.REFERRED: (PersonState.OPEN,),
        PersonState.NOT_SUITABLE: (PersonState.OPEN,),
    },
)
"""Back to ``OPEN`` is a person's own choice, or a later search in which the facts have changed."""
