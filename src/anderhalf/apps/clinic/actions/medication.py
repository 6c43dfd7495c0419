"""The one way by which the clinic agrees on medication: what something stands against is not started by accident."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from anderhalf.apps.network.queries import drug_names_on, pathways_on
from anderhalf.apps.people.access import Right, check_access
from anderhalf.apps.people.roles import PRESCRIBERS
from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.record import actions as record
from anderhalf.apps.record.actions import BetterMedication, NewObservation
from anderhalf.apps.record.models import MedicationAgreement, Observation
from anderhalf.apps.record.queries import current_medication
from anderhalf.core.pathway.titration.history import last_intake
from anderhalf.presentation.kept_reasons import kept
from anderhalf.presentation.wording import says_something, shortened

from ..errors import MedicationRefused, QuestionFirst, RegisterForbids
from ..models import AdviceChoice, Episode
from ..queries.doses import DoseRefused, check_dose
from ..queries.drugs import drug_of_agreement
from ..queries.listed import history_of
from ..queries.prescribing import Against, against, in_register
from ..titration.gather import classes_of, protocol_of
from ..titration.named import code_of, is_typed, with_codes
from .controls import end_controls
from .danger import watch_for_danger
from .written import settle_text

Kind = MedicationAgreement.Kind
_ROOM = 120
"""Characters for what stood against it, within the reason that is kept."""
WASHOUT = "ace_inhibitor_washout_hours"
"""The setting of the protocol that says how many hours lie between an ACE inhibitor and sacubitril/valsartan."""
_APART = {"arni": "ace_inhibitor", "ace_inhibitor": "arni"}

_BETWEEN = re.compile(r"\s*(?:[,;+/&]|\b(?:en|and|met|with)\b)\s*", re.IGNORECASE)
"""What stands between the names of two drugs in one text."""


def agree(
    episode: Episode, *, by: Viewer, at: datetime, kind: str, drug: str, drug_name: str, reason: str, despite: str = "",
    agreed_with: str = "", on_proposal: bool = False, **more: Any,
) -> MedicationAgreement:  # fmt: skip
    """A medication agreement (see ``record.actions.agree_medication``) that looks first at what stands against it.

    A start, and a higher dose, against which something stands (``queries.prescribing.against``: the card, the register,
    an open danger, another drug) is refused with :class:`QuestionFirst` unless a prescriber says why (``despite``);
    what is absolute asks the specialist who agreed as well (``agreed_with``). Both are kept with the agreement.
    ``on_proposal``: by a press on a proposal, which is the card itself; it never goes past angio-oedema. Lowering,
    stopping, and writing down what is used already are never refused.

    A dose that cannot be, and sacubitril/valsartan within the wash-out of an ACE inhibitor (or the other way round), is
    refused on every road (``MedicationRefused``). What is stopped or changed by another name than it was chosen by is
    the same drug.
    """
    listed = list(current_medication(episode.patient_id, at=at))
    drug, drug_name, more = _as_listed(episode, kind, drug, drug_name, more, listed, at=at)
    _check_dose(episode, kind, drug, drug_name, more, at=at)
    if _goes_up(kind, drug, more, listed):
        look = in_register if on_proposal else against
        every = _every_wanted(episode, drug, drug_name, more, at=at)
        held = list(dict.fromkeys(one for wanted in every for one in look(episode, wanted, at=at)))
        reason = (
            _despite(
                held, by=by, drug=drug, despite=despite, agreed_with=agreed_with, on_proposal=on_proposal
            )
            + reason
        )
    _check_washout(episode, kind, drug, drug_name, more, at=at)
    row = record.agree_medication(
        by=by,
        at=at,
        kind=kind,
        drug=drug,
        drug_name=drug_name,
        reason=reason,
        patient=episode.patient_id,
        **more,
    )
    # What is used may be a danger with what is known: the register, pregnancy, potassium with digoxin.
    watch_for_danger(by=by, at=at, patient=episode.patient_id, facts=[row.drug_class or row.drug])
    return row


def _as_listed(
    episode: Episode, kind: str, drug: str, drug_name: str, more: dict[str, Any],
    listed: Sequence[MedicationAgreement], *, at: datetime,
) -> tuple[str, str, dict[str, Any]]:  # fmt: skip
    """The row of the list that is meant: "Eliquis" stops what was chosen as apixaban."""
    if kind not in (Kind.STOP, Kind.PAUSE, Kind.CHANGE):
        return drug, drug_name, more
    on = timezone.localdate(at)
    running = [row for row in with_codes(listed, on=on) if row.kind != Kind.PAUSE or kind == Kind.STOP]
    if any(row.drug == drug for row in running):
        return drug, drug_name, more
    codes = drug_names_on(episode.network_id, on=on)
    atc = more.get("atc") or code_of(drug_name, codes)
    same = [row for row in running if atc and row.atc == atc]
    if len(same) != 1:
        return drug, drug_name, more
    row = same[0]
    return row.drug, row.drug_name, {**more, "atc": row.atc, "drug_class": row.drug_class}


def _check_dose(
    episode: Episode, kind: str, drug: str, drug_name: str, more: dict[str, Any], *, at: datetime
) -> None:
    """Refuse a dose that no one takes, on whatever road it comes."""
    dose = more.get("dose")
    if kind not in (Kind.START, Kind.CHANGE, Kind.REPORTED) or dose is None:
        return
    row = MedicationAgreement(
        network_id=episode.network_id, drug=drug, drug_name=drug_name, atc=more.get("atc", ""),
        dose_unit=more.get("dose_unit", ""),
    )  # fmt: skip
    try:
        check_dose(
            drug_of_agreement(row, at=at),
            Decimal(dose),
            more.get("times_per_day"),
            every_days=more.get("every_days") or 1,
        )
    except DoseRefused as refused:
        raise MedicationRefused(f"{drug_name}: {refused}") from None


def _check_washout(
    episode: Episode, kind: str, drug: str, drug_name: str, more: dict[str, Any], *, at: datetime
) -> None:
    """Refuse an ACE inhibitor and sacubitril/valsartan within the agreed hours of each other."""
    if kind not in (Kind.START, Kind.CHANGE):
        return
    on, begins = timezone.localdate(at), more["from_at"]
    protocols = [
        found for one in pathways_on(episode.network_id, on=on) if (found := protocol_of(one)) is not None
    ]
    bare = MedicationAgreement(
        network_id=episode.network_id, drug=drug, drug_name=drug_name, atc=more.get("atc", ""),
        drug_class=more.get("drug_class", ""),
    )  # fmt: skip
    (wanted,) = with_codes([bare], on=on)
    for protocol in protocols:
        other = _APART.get(next((key for key in classes_of(wanted, protocol) if key in _APART), ""), "")
        setting = protocol.settings.get(WASHOUT)
        if not other or setting is None:
            continue
        hours = timedelta(hours=int(setting.chosen))
        for row in _latest_of(history_of(episode.patient_id, on=on), until=begins):
            if other not in classes_of(row, protocol):
                continue
            ended = row.kind in (Kind.STOP, Kind.PAUSE)
            if not ended or begins - last_intake(timezone.localtime(row.from_at)) < hours:
                raise MedicationRefused(
                    _(
                        "%(new)s mag pas beginnen %(hours)d uur na de laatste inname van %(old)s "
                        "(kans op angio-oedeem). "
                        "Leg eerst vast wanneer %(old)s is gestopt, en het begin van %(new)s als het zover is."
                    )
                    % {"new": drug_name, "old": row.drug_name, "hours": int(setting.chosen)}
                )


def _latest_of(rows: Iterable[MedicationAgreement], *, until: datetime) -> list[MedicationAgreement]:
    """The last agreement of each drug at a moment."""
    latest: dict[str, MedicationAgreement] = {}
    for row in rows:
        if row.from_at <= until:
            latest[row.drug] = row
    return list(latest.values())


def _every_wanted(
    episode: Episode, drug: str, drug_name: str, more: Mapping[str, Any], *, at: datetime
) -> list[MedicationAgreement]:
    """What is asked about: of a text that names several drugs each of them, at once."""
    row = _wanted(episode, drug, drug_name, more)
    parts = [part.strip() for part in _BETWEEN.split(drug_name) if part.strip()] if is_typed(row) else []
    codes = drug_names_on(episode.network_id, on=timezone.localdate(at)) if len(parts) > 1 else {}
    named = [(part, code_of(part, codes)) for part in parts]
    return [
        row,
        *(
            _wanted(episode, part.lower(), part, {**more, "atc": atc, "drug_class": ""})
            for part, atc in named
            if atc and atc != row.atc
        ),
    ]


def _wanted(episode: Episode, drug: str, drug_name: str, more: Mapping[str, Any]) -> MedicationAgreement:
    """The agreement as it would be, not saved: what is asked about."""
    return MedicationAgreement(
        network_id=episode.network_id, patient_id=episode.patient_id, drug=drug, drug_name=drug_name,
        atc=more.get("atc", ""), drug_class=more.get("drug_class", ""), dose=more.get("dose"),
        dose_unit=more.get("dose_unit", ""), times_per_day=more.get("times_per_day"),
        every_days=more.get("every_days") or 1,
    )  # fmt: skip


def _despite(
    held: Sequence[Against], *, by: Viewer, drug: str, despite: str, agreed_with: str, on_proposal: bool
) -> str:
    """What is kept with the agreement: why all the same, with whom, against what. Refuses what nobody answered for."""
    if not held:
        return ""
    absolute = any(one.absolute for one in held)
    answered = says_something(despite) and by.role in PRESCRIBERS
    if not answered or (absolute and (on_proposal or not says_something(agreed_with))):
        given = says_something(despite)
        if all(one.register for one in held) and (on_proposal or not absolute):
            words = "; ".join(one.words for one in held)
            raise RegisterForbids(words, drug=drug, never=absolute, reason_given=given)
        words = "; ".join(_in_words(one) for one in held)
        raise QuestionFirst(words, drug=drug, absolute=absolute, reason_given=given)
    said = shortened("; ".join(dict.fromkeys(one.words.rstrip(".") for one in held)), _ROOM)
    agreed = f", akkoord: {agreed_with.strip()}" if agreed_with.strip() else ""
    return f"{despite.strip()}{agreed} (ondanks: {said}). "


def _in_words(one: Against) -> str:
    said = _("In het register staat: %(words)s") % {"words": one.words} if one.register else one.words
    return said.rstrip(".")


@transaction.atomic
def correct_agreement(
    *, by: Viewer, at: datetime, agreement: MedicationAgreement, better: BetterMedication | None, because: str,
    despite: str = "", agreed_with: str = "",
    observations: Sequence[NewObservation] = (), not_now: Collection[str] = (),
) -> None:  # fmt: skip
    """Correct an agreement (``better``), or say that it was never made (None).

    A correction by which somebody takes the drug again, or more of it (a stop that never was, a higher dose), is asked
    about like a start: see :func:`agree`. What the reasons say of a danger was asked: ``observations`` are so now, the
    mentions with the keys ``not_now`` are not. Raises ``QuestionFirst``, ``WrittenDanger`` and
    ``record.errors.RecordRefused``.
    """
    episode = (
        Episode.objects.select_related("patient")
        .filter(patient=agreement.patient_id, network=by.network, ended_at__isnull=True)
        .order_by("-started_at")
        .first()
    )
    held: list[Against] = []
    if episode is not None:
        settle_text(
            episode, [because, despite], by=by, at=at, under=Right.WRITE_CLINICAL,
            observations=observations, not_now=not_now,
        )  # fmt: skip
        before, point = _daily(agreement, at=at), transaction.savepoint()
        _correct(by, at, agreement, better, because)
        row = _taken(agreement, at=at)
        if row is not None and _daily(agreement, at=at) > before:
            held = against(episode, row, at=at)
        transaction.savepoint_rollback(point)
    despite_words = _despite(
        held, by=by, drug=agreement.drug, despite=despite, agreed_with=agreed_with, on_proposal=False
    )
    _correct(by, at, agreement, better, despite_words + because)
    if better is None:
        _take_back_controls(by, at, agreement)
    watch_for_danger(
        by=by, at=at, patient=agreement.patient_id, facts=[agreement.drug_class or agreement.drug]
    )


def _correct(
    by: Viewer, at: datetime, agreement: MedicationAgreement, better: BetterMedication | None, because: str
) -> None:
    if better is None:
        record.mark_medication_in_error(by=by, at=at, agreement=agreement.pk, because=because)
    else:
        record.correct_medication(by=by, at=at, agreement=agreement.pk, better=better, because=because)


def _take_back_controls(by: Viewer, at: datetime, agreement: MedicationAgreement) -> None:
    """The controls of a step that never was lapse, once nothing is left of what its proposal agreed."""
    allowed = check_access(by, Right.WRITE_CLINICAL, patient=agreement.patient_id, at=at)
    note = kept("De stap is er niet geweest.")
    end_controls(by=by, at=at, step=agreement, note=note, allowed=allowed)
    for made in AdviceChoice.objects.filter(patient=agreement.patient_id):
        if str(agreement.pk) not in made.medication:
            continue
        if MedicationAgreement.objects.filter(
            pk__in=made.medication, status=Observation.Status.FINAL
        ).exists():
            continue
        for task in made.tasks:
            record.cancel_task(by=by, at=at, task_id=UUID(task), note=note, allowed=allowed)


def _taken(agreement: MedicationAgreement, *, at: datetime) -> MedicationAgreement | None:
    """The row of the list by which this drug is taken now; None while it is not."""
    rows = current_medication(agreement.patient_id, at=at)
    return next((row for row in rows if row.drug == agreement.drug and row.kind != Kind.PAUSE), None)


def _daily(agreement: MedicationAgreement, *, at: datetime) -> Decimal:
    """How much of a drug is taken on a day now: 0 for none, and a little for a dose that nobody knows."""
    row = _taken(agreement, at=at)
    if row is None:
        return Decimal(0)
    return Decimal("0.001") if row.dose is None else row.dose * (row.times_per_day or 1) / row.every_days


def _goes_up(kind: str, drug: str, more: dict[str, Any], listed: Sequence[MedicationAgreement]) -> bool:
    if kind not in (Kind.START, Kind.CHANGE):
        return False
    now = next((row for row in listed if row.drug == drug), None)
    if kind == Kind.START or now is None or now.dose is None or more.get("dose") is None:
        return True
    daily = Decimal(more["dose"]) * (more.get("times_per_day") or 1) / (more.get("every_days") or 1)
    return daily > now.dose * (now.times_per_day or 1) / now.every_days
