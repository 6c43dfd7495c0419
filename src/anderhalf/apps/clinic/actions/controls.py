"""The controls after a step, as tasks of the centre: of a card that was accepted, and of a step typed in a contact."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.record import actions as record
from anderhalf.apps.record.models import MedicationAgreement, Observation, Task
from anderhalf.core.pathway.titration import Check, Protocol
from anderhalf.core.pathway.titration.controls import after_step
from anderhalf.presentation.language import in_each_language, label_of

from ..models import Episode
from ..queries.danger import MONITORING
from ..queries.proposals import advice_about
from ..titration import words
from ..titration.gather import classes_of
from ..titration.named import with_codes

Kind = MedicationAgreement.Kind
BY_THE_SCHEDULE = "rule:monitoring"
"""What the log says of a control that a step made by itself."""


def add_control(
    *, by: Viewer, at: datetime, episode: Episode, protocol: Protocol, drug_class: str, check: Check,
    changed: bool = True, step: MedicationAgreement | None = None,
) -> Task:  # fmt: skip
    """One control with its date; ``step`` is the agreement that it follows, when no card made it."""

    def title() -> str:
        labels = [label_of(protocol.facts[name].label) for name in check.facts if name in protocol.facts]
        facts = ", ".join(words.in_sentence(label) for label in labels)
        if not changed:
            return _("Opnieuw meten: %(facts)s") % {"facts": facts}
        return _("Controle %(of)s: %(facts)s") % {
            "of": label_of(protocol.drug_class[drug_class].title),
            "facts": facts,
        }

    def note() -> str:
        then = label_of(check.then)
        return words.period(check.from_on, check.until_on) + (f"; {then}" if then else "")

    return record.add_task(
        by=by, at=at, patient=episode.patient_id, kind=MONITORING, title=in_each_language(title),
        owner_organisation=episode.centre, owner=episode.practitioner_id, due_on=check.until_on,
        about=f"check:{drug_class}", basis=step.pk.hex if step is not None else "",
        note=in_each_language(note),
        allowed=BY_THE_SCHEDULE if step is not None else "",
    )  # fmt: skip


def plan_controls(
    *, by: Viewer, at: datetime, episode: Episode, steps: Sequence[MedicationAgreement]
) -> list[Task]:
    """The laboratory that the protocol asks for after a start or another dose; what was measured since then is done.

    Called when everything of the contact was recorded: a value or a danger of today brings a control forward.
    """
    taken = [row for row in steps if row.kind in (Kind.START, Kind.CHANGE)]
    answered = advice_about(episode, at=at) if taken else None
    if answered is None:
        return []
    protocol, patient, advice = answered
    on, made = timezone.localdate(at), []
    certain = advice.facts.get("danger")
    danger = patient.open_danger or (certain is not None and certain.value is True)
    for row in with_codes(taken, on=on):
        begin = timezone.localdate(row.from_at)
        for key in classes_of(row, protocol):
            for check in after_step(protocol, key, advice.facts, begin=begin, on=on, danger=danger):
                wanted = set(check.facts) & set(protocol.laboratory_facts)
                if wanted - _measured_since(episode, begin, wanted):
                    made.append(
                        add_control(
                            by=by,
                            at=at,
                            episode=episode,
                            protocol=protocol,
                            drug_class=key,
                            check=check,
                            step=row,
                        )
                    )
    return made


def end_controls(*, by: Viewer, at: datetime, step: MedicationAgreement, note: str, allowed: str) -> None:
    """The controls of a typed step that never was lapse."""
    for task in Task.objects.filter(
        patient=step.patient_id, kind=MONITORING, status=Task.Status.OPEN, basis=step.pk.hex
    ):
        record.cancel_task(by=by, at=at, task_id=task.pk, note=note, allowed=allowed)


def _measured_since(episode: Episode, day: date, names: set[str]) -> set[str]:
    rows = Observation.objects.filter(
        patient=episode.patient_id, fact__in=names, status=Observation.Status.FINAL, at__date__gt=day
    )
    return set(rows.values_list("fact", flat=True))
