"""What every step shares: finding and locking the referral, the version check, the row per change, the audit line."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from anderhalf.apps.audit import actions as audit
from anderhalf.apps.people.access import AccessDenied
from anderhalf.apps.people.models import AllergyIntolerance, Organisation, Patient
from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.record import actions as record
from anderhalf.core.pathway.routing import Routing
from anderhalf.presentation.wording import says_something

from .access import is_recipient
from .errors import ReasonNeeded, ReferralRefused, Stale
from .models import Message, Override, Referral, StatusChange
from .numbers import next_number
from .routing import pathway_to_refer
from .states import REFERRAL_STATES, Status

Follower = Callable[..., None]

AFTER_ACCEPT: list[Follower] = []
"""Rooms above this one that have work when a referral is accepted (the clinic opens an episode), each called as
``f(by=…, at=…, referral=…)`` inside the transaction. They register themselves in their ``AppConfig.ready``."""

AFTER_WITHDRAW: list[Follower] = []
"""The same when a referral is withdrawn (the clinic cancels the appointment and ends the episode)."""

AFTER_ANSWER: list[Follower] = []
"""The same when an advice request is answered (billing claims the advice)."""


TEXTS = ("reason", "treatment_so_far", "proposal", "further_information")
"""The fields of a referral in which people write what they see."""


@dataclass(frozen=True, kw_only=True)
class Content:
    """The letter part of a referral, by the HASP headings ("Kern"), and what is asked."""

    intent: str
    reason: str
    treatment_so_far: str = ""
    proposal: str = ""
    further_information: str = ""
    tests_asked: tuple[str, ...] = ()
    patient_informed: bool = True
    discharged_on: date | None = None
    pathway: str = ""
    """What the referral is about, as a key of the agreement; empty leaves it as it is."""

    def with_not_taken_over(self, lines: Sequence[str]) -> Content:
        """The same with what stands in an uploaded record and was not taken over, for whoever reads the letter."""
        if not lines:
            return self
        title = _("Niet overgenomen uit het ingelezen dossier, niet bevestigd:")
        text = "\n".join((title, *lines))
        further = "\n\n".join(part for part in (self.further_information, text) if part)
        return replace(self, further_information=further)

    def texts(self) -> tuple[str, ...]:
        """What people wrote."""
        return tuple(str(getattr(self, name)) for name in TEXTS if hasattr(self, name))

    def fill(self, referral: Referral) -> None:
        """Copy into the row."""
        for name in self.__dataclass_fields__:
            value = getattr(self, name)
            if name == "pathway" and not value:
                continue
            setattr(referral, name, list(value) if name == "tests_asked" else value)


@dataclass(frozen=True, kw_only=True)
class Allergy:
    """Something that the patient can't have, as the referrer tells it; the register keeps it to be confirmed."""

    substance: str
    reaction: str = ""
    kind: str = "allergy"
    text: str = ""
    atc: str = ""
    since: date | None = None
    imported: bool = False
    original: Mapping[str, str] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        """How the register writes where it came from."""
        origins = AllergyIntolerance.Origin
        return str(origins.IMPORTED if self.imported else origins.REFERRAL)

    @property
    def drug_class(self) -> str:
        """None: nobody said yet which class it is about."""
        return ""

    @property
    def drug(self) -> str:
        """None either."""
        return ""

    @property
    def to_judge(self) -> bool:
        """What a referral brings is judged by who treats the patient."""
        return True


def new_row(*, by: Viewer, at: datetime, patient: UUID, direction: str) -> Referral:
    """An unsaved draft from the viewer's organisation, with its number. Refuses a patient of another network."""
    about = Patient.objects.only("network_id").filter(pk=patient, network=by.network).first()
    if about is None or by.professional_id is None:
        raise AccessDenied(_("Deze patiënt is niet bekend in uw netwerk."))
    return Referral(
        number=next_number(by.network, at=at),
        network_id=by.network,
        patient_id=patient,
        direction=direction,
        requester_id=by.professional_id,
        requester_organisation=Organisation.objects.get(pk=by.organisation_ids[0]),
        pathway=pathway_to_refer(by.network, "", on=timezone.localdate(at)).key,
        status=Status.DRAFT,
        status_since=at,
    )


def locked(referral_id: UUID, *, by: Viewer, version: int | None) -> Referral:
    """The referral, locked until the transaction ends. Raises ``AccessDenied`` for another network's (or no) row and
    :class:`Stale` when ``version`` is given and no longer the present one."""
    found = (
        Referral.objects.select_for_update(of=("self",))
        .select_related("recipient", "requester_organisation")
        .filter(pk=referral_id, network=by.network)
        .first()
    )
    if found is None:
        raise AccessDenied(_("Deze verwijzing bestaat niet of is niet voor u."))
    if version is not None and version != found.version:
        raise Stale(found)
    return found


def needed(text: str, message: str, *, error: type[ReferralRefused] = ReasonNeeded) -> str:
    """The text without surrounding white space; refused with ``message`` when it says nothing."""
    text = (text or "").strip()
    if not says_something(text):
        raise error(message)
    return text


def step(
    referral: Referral, status: Status, *, by: Viewer, at: datetime, rule: str, event: str, because: str = ""
) -> Referral:
    """Move to ``status`` when the state table allows it: new version, a row of its own, an audit line."""
    REFERRAL_STATES.check(referral.status, status)
    referral.status, referral.status_since = status, at
    referral.version += 1
    referral.save()
    _row(referral, by=by, at=at, because=because)
    log(referral, by=by, at=at, rule=rule, event=event, detail={"status": str(status)})
    return referral


def first_row(referral: Referral, *, by: Viewer, at: datetime, rule: str) -> None:
    """The row and the audit line of a referral that was just made."""
    _row(referral, by=by, at=at, because="")
    log(
        referral,
        by=by,
        at=at,
        rule=rule,
        event="referral_made",
        action="C",
        detail={"status": referral.status},
    )


def _row(referral: Referral, *, by: Viewer, at: datetime, because: str) -> None:
    StatusChange.objects.create(
        referral=referral,
        status=referral.status,
        at=at,
        by=by.name,
        by_id=by.user_id,
        role=by.role,
        because=because,
    )


def log(
    referral: Referral,
    *,
    by: Viewer,
    at: datetime,
    rule: str,
    event: str,
    action: str = "U",
    detail: dict[str, object] | None = None,
) -> None:
    """One audit line about this referral."""
    audit.record(
        by=by,
        at=at,
        action=action,
        event=event,
        object_type="referral",
        object_id=referral.pk,
        patient=referral.patient_id,
        rule=rule,
        emergency=rule.endswith(":emergency"),
        detail=detail or {},
    )


def keep_override(
    referral: Referral, *, by: Viewer, at: datetime, kind: Override.By, chosen: str, reason: str
) -> Override:
    """Remember that somebody chose another line than the agreement proposed."""
    return Override.objects.create(
        referral=referral,
        by_kind=kind,
        proposed_line=referral.proposed_line,
        chosen_line=chosen,
        reason=reason,
        by=by.name,
        by_id=by.user_id,
        at=at,
    )


def add_line(
    referral: Referral, *, by: Viewer, at: datetime, text: str, asked: Sequence[Any] = ()
) -> Message:
    """The line itself, on the side where the writer works; access was checked by the caller. ``asked`` is what was
    asked and answered about its words."""
    organisation = referral.recipient_id if is_recipient(by, referral) else referral.requester_organisation_id
    return Message.objects.create(
        referral=referral,
        text=text,
        asked=list(asked),
        author=by.name,
        author_id=by.user_id,
        author_organisation_id=organisation,
        at=at,
    )


def store_decision(
    decision: Any, routing: Routing, *, patient: UUID, by: Viewer, at: datetime, referral: UUID | None = None
) -> None:
    """Keep what one table decided, so that it can be explained and replayed."""
    record.store_decision(
        by=by,
        at=at,
        patient=patient,
        pathway=routing.pathway.key,
        table=decision.table_id,
        version=routing.pathway.version,
        content_hash=routing.pathway.hash,
        status=str(decision.status.value),
        decision=decision.to_dict(),
        referral=referral,
    )
