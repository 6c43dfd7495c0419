"""What an invented patient uses: what they came with, and the steps of each visit."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from decimal import Decimal

from anderhalf.apps.clinic import actions as clinic
from anderhalf.apps.clinic import queries as clinic_queries
from anderhalf.apps.clinic.actions.medication import agree
from anderhalf.apps.clinic.errors import QuestionFirst
from anderhalf.apps.clinic.models import Encounter
from anderhalf.apps.network.queries import pathway_on
from anderhalf.apps.people.access import Right
from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.record.queries import current_medication

LADDER = (
    (("start", "bisoprolol", "1.25"), ("start", "dapagliflozin", "10")),
    (("start", "enalapril", "2.5"), ("change", "bisoprolol", "2.5")),
    (("start", "spironolactone", "12.5"), ("change", "enalapril", "5")),
    (("change", "bisoprolol", "5"),),
    (("change", "spironolactone", "25"),),
)
_START_DOSES = (("bisoprolol", "1.25"), ("enalapril", "2.5"), ("furosemide", "40"))
# What somebody uses who comes with treatment, as the letter of the same kind says (``cases``).
USED = {
    "known": _START_DOSES,
    "after_admission": _START_DOSES,
    "clinic": (
        ("bisoprolol", "2.5"), ("enalapril", "2.5"), ("spironolactone", "12.5"), ("dapagliflozin", "10"),
    ),
}  # fmt: skip
REASONS = {
    "reported": "gebruikt dit volgens de verwijzing",
    "start": "start volgens protocol",
    "change": "volgende stap, goed verdragen",
}


def _medication(by: Viewer, kind: str, at: datetime, visit: int) -> list[clinic.MedicationStep]:
    pathway = pathway_on(by.network, "heart_failure", on=at.date())
    drugs = clinic_queries.drugs_of(pathway)
    steps = []
    used = tuple(("reported", *drug) for drug in USED.get(kind, ())) if visit == 0 else ()
    for step, key, dose in (*used, *(LADDER[visit] if visit < len(LADDER) else ())):
        drug = drugs[key]
        steps.append(
            clinic.MedicationStep(
                kind=step,
                drug=key,
                drug_name=drug.label["nl"],
                atc=drug.atc,
                drug_class=drug.drug_class,
                dose=Decimal(dose),
                dose_unit=drug.unit,
                times_per_day=drug.per_day or 1,
                reason=REASONS[step],
            )
        )
    return steps


def prescribe(encounter: Encounter, *, by: Viewer, kind: str, at: datetime, visit: int) -> None:
    """The steps of this visit, for somebody who came with a ``kind`` of referral, with what was measured in view.

    What a card, the register or an open danger stands against is left for a later visit. Nothing was written when
    that is said, so it needs no undoing.
    """
    using = {row.drug: row.dose for row in current_medication(encounter.patient_id, at=at)}
    for step in _medication(by, kind, at, visit):
        dose = using.get(step.drug)
        if (dose is None) == (step.kind == "change") or (dose is not None and dose >= (step.dose or 0)):
            continue
        with suppress(QuestionFirst):
            agree(
                encounter.episode, by=by, at=at, from_at=encounter.at,
                encounter=encounter.pk, under=Right.WRITE_CLINICAL, **vars(step),
            )  # fmt: skip
            using[step.drug] = step.dose
