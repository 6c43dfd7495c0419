"""Optimal therapy and the echo after it, worked out from the record of one patient or of many."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from anderhalf.apps.people.models import Patient as PatientRow
from anderhalf.core.decisions.facts import FactValue
from anderhalf.core.pathway.followup import is_done, once
from anderhalf.core.pathway.model import Pathway
from anderhalf.core.pathway.titration.observed import observe
from anderhalf.core.pathway.titration.optimal import Therapy, therapy_of

from .gather import gather_many, local, protocol_of

OPTIMAL = "optimal_therapy_3_months"


def therapies(patients: Iterable[PatientRow], pathway: Pathway, *, at: datetime) -> dict[UUID, Therapy]:
    """How the therapy of each patient stands at a moment; empty for a pathway without protocol.

    The number of queries does not grow with the number of patients. The caller has established access.
    """
    protocol = protocol_of(pathway)
    if protocol is None:
        return {}
    moment, found = local(at), {}
    needed = {"weight", *protocol.contraindication_facts}
    for key, patient in gather_many(patients, protocol, facts=needed, on=moment.date()).items():
        latest = observe(protocol.facts, patient.observations, at=moment).latest
        found[key] = therapy_of(protocol, patient, {**patient.facts, **latest}, at=moment)
    return found


def therapy_facts(
    patient: UUID, pathway: Pathway, known: Mapping[str, FactValue], *, at: datetime
) -> dict[str, FactValue]:
    """Whether therapy is optimal for long enough, and whether the echo after it was made.

    What the medication list answers goes before what somebody once answered: that was true on its own day. Only a
    "yes" of after the last step stands, for who judged it knew more than the list.
    """
    protocol = protocol_of(pathway)
    if protocol is None or OPTIMAL not in pathway.dictionary:
        return {}
    on = local(at).date()
    therapy = therapies(PatientRow.objects.filter(pk=patient), pathway, at=at)[patient]
    found: dict[str, FactValue] = {}
    optimal = therapy.optimal_for(protocol.optimal.after_days, on=on)
    said = known.get(OPTIMAL)
    stands = (
        said is not None and said.value is True and said.on is not None
        and therapy.last_step is not None and said.on >= therapy.last_step
    )  # fmt: skip
    if optimal is not None and not stands:
        found[OPTIMAL] = FactValue(optimal, on, "medication")
    begin = therapy.since or therapy.last_step
    for test in once(pathway.follow_up) if begin is not None else ():
        days = [value.on for name in test.measure if (value := known.get(name)) is not None and value.on]
        if test.done is not None and begin is not None and len(days) == len(test.measure):
            found[test.done] = FactValue(is_done(test, min(days), begin), on, "medication")
    return found
