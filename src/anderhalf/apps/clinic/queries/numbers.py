"""Whom to call about the dangers of a list: the same numbers as above the danger itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from anderhalf.apps.people.models import Organisation
from anderhalf.apps.record.models import Observation
from anderhalf.apps.record.queries import value_of
from anderhalf.core.pathway.danger import ACTIONS
from anderhalf.presentation.numbers import Number, to_press

from .danger import phones_of
from .wishes import WISHES

CALL_112 = ACTIONS.index("call_112")


def numbers_beside(
    organisation: Organisation, rank: int, *, at: datetime, elsewhere: bool = False
) -> tuple[Number, ...]:
    """The numbers beside a danger of this rank. ``elsewhere``: for who is not of the centre that treats, and may ask
    it while it is open."""
    phones = phones_of(organisation, at=at)
    return to_press(
        call_112=rank == CALL_112,
        cardiologist=phones.cardiologist,
        out_of_hours="" if phones.open_now else phones.out_of_hours,
        centre=phones.centre if elsewhere and phones.open_now else "",
    )


def wishes_among(patients: Iterable[UUID]) -> Mapping[UUID, str]:
    """Of whom it was recorded that a hospital is not wanted, and what a list says of it. One query, however many."""
    latest: dict[tuple[UUID, str], bool] = {}
    rows = Observation.objects.filter(
        patient__in=list(patients), fact__in=WISHES, status=Observation.Status.FINAL
    )
    for row in rows.order_by("at", "recorded_at"):
        latest[row.patient_id, row.fact] = value_of(row) is True
    said = _("Wens of fase vastgelegd: bel eerst de huisarts of de huisartsenpost")
    return {patient: said for (patient, _fact), holds in latest.items() if holds}
