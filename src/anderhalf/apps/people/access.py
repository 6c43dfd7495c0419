"""Who may see and do what: the only place where that is decided (DESIGN §5).

``POLICY`` says, per right and role, by which relation with the patient the right is held. A right without a patient
(results, accounts) is held by role alone. Everything that is not in the table is refused.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_  # noqa: N812  gettext's own name for it

from .models import CareRelation, EmergencyAccess, Patient
from .roles import (
    CARE_TEAM,
    CENTRE,
    CLINICIANS,
    FIRST_LINE,
    LEAD_PRACTITIONERS,
    PRESCRIBERS,
    SIGNATORIES,
    SPECIALISTS,
    Role,
)
from .viewer import Viewer


class AccessDenied(PermissionDenied):
    """The viewer may not do this; the message says why, in the reader's language."""


class Right(StrEnum):
    """Everything that can be allowed."""

    IDENTITY = "identity"
    VIEW_REFERRALS = "view_referrals"
    VIEW_PLAN = "view_plan"
    VIEW_CLINICAL = "view_clinical"
    WRITE_CLINICAL = "write_clinical"
    LIFT_PROTECTION = "lift_protection"
    ENTER_MEASUREMENT = "enter_measurement"
    REFER = "refer"
    WRITE_MESSAGE = "write_message"
    TRIAGE = "triage"
    BOOK = "book"
    VIEW_CASE = "view_case"
    DECIDE_CASE = "decide_case"
    READ_LETTER = "read_letter"
    SIGN_LETTER = "sign_letter"
    VIEW_LOG = "view_log"
    GIVE_CONSENT = "give_consent"
    # rights that are not about one patient
    REGISTER_PATIENT = "register_patient"
    SEARCH_PRACTICE = "search_practice"
    BREAK_GLASS = "break_glass"
    REVIEW_EMERGENCIES = "review_emergencies"
    MANAGE_SESSIONS = "manage_sessions"
    LEAD_MEETING = "lead_meeting"
    VIEW_AGREEMENT = "view_agreement"
    EDIT_AGREEMENT = "edit_agreement"
    APPROVE_AGREEMENT = "approve_agreement"
    VIEW_RESULTS = "view_results"
    VIEW_SMALL_COUNTS = "view_small_counts"
    VIEW_CLAIMS = "view_claims"
    MANAGE_ACCOUNTS = "manage_accounts"


class Relation(StrEnum):
    """How a viewer can be related to a patient."""

    OWN_PRACTICE = "own_practice"
    REFERRED_TO = "referred_to"
    UNDER_CARE = "under_care"
    PAST_CARE = "past_care"
    SUPERVISES = "supervises"
    REFERRER = "referrer"
    CARE_TEAM = "care_team"
    SELF = "self"
    EMERGENCY = "emergency"
    NETWORK = "network"


_OWN = frozenset({Relation.OWN_PRACTICE})
_CENTRE_NOW = frozenset({Relation.REFERRED_TO, Relation.UNDER_CARE, Relation.EMERGENCY})
_CENTRE_EVER = _CENTRE_NOW | {Relation.PAST_CARE}
_SPECIALIST = frozenset({Relation.SUPERVISES, Relation.REFERRER, Relation.REFERRED_TO, Relation.EMERGENCY})
_TEAM = frozenset({Relation.CARE_TEAM})
_SELF = frozenset({Relation.SELF})
_NETWORK = frozenset({Relation.NETWORK})


def _grant(
    *pairs: tuple[frozenset[Role] | set[Role], frozenset[Relation]],
) -> dict[Role, frozenset[Relation]]:
    granted: dict[Role, frozenset[Relation]] = {}
    for roles, relations in pairs:
        for role in roles:
            granted[role] = granted.get(role, frozenset()) | relations
    return granted


_EMERGENCY = frozenset({Relation.EMERGENCY})

PATIENT_POLICY: dict[Right, dict[Role, frozenset[Relation]]] = {
    Right.IDENTITY: _grant(
        (FIRST_LINE, _OWN | _EMERGENCY),
        (CENTRE, _CENTRE_EVER),
        (SPECIALISTS, _SPECIALIST | {Relation.PAST_CARE}),
        (CARE_TEAM, _TEAM),
        ({Role.PATIENT, Role.CARER}, _SELF),
        ({Role.PRIVACY_OFFICER}, _NETWORK),
    ),
    Right.VIEW_REFERRALS: _grant(
        (FIRST_LINE, _OWN | _EMERGENCY),
        (CENTRE, _CENTRE_EVER),
        (SPECIALISTS, _SPECIALIST),
        ({Role.PATIENT, Role.CARER}, _SELF),
    ),
    Right.VIEW_PLAN: _grant(
        (FIRST_LINE, _OWN | _EMERGENCY),
        (CENTRE, _CENTRE_EVER),
        (SPECIALISTS, _SPECIALIST),
        (CARE_TEAM, _TEAM),
        ({Role.PATIENT, Role.CARER}, _SELF),
    ),
    Right.VIEW_CLINICAL: _grant((CENTRE, _CENTRE_EVER), (SPECIALISTS, _SPECIALIST)),
    Right.WRITE_CLINICAL: _grant((CENTRE, frozenset({Relation.UNDER_CARE, Relation.EMERGENCY}))),
    # To end or reject what protects a patient: an intolerance, a warning, a limit. Adding is for whoever may note.
    Right.LIFT_PROTECTION: _grant(
        (PRESCRIBERS & FIRST_LINE, _OWN),
        (PRESCRIBERS & CENTRE, _CENTRE_NOW),
        (PRESCRIBERS & SPECIALISTS, _SPECIALIST),
    ),
    Right.ENTER_MEASUREMENT: _grant(
        (CENTRE, frozenset({Relation.UNDER_CARE})),
        (CARE_TEAM, _TEAM),
        ({Role.PATIENT, Role.CARER}, _SELF),
    ),
    Right.REFER: _grant((FIRST_LINE, _OWN), (SPECIALISTS, _NETWORK), (LEAD_PRACTITIONERS, _CENTRE_NOW)),
    Right.WRITE_MESSAGE: _grant(
        (FIRST_LINE, _OWN),
        (CENTRE, _CENTRE_EVER),
        (SPECIALISTS, frozenset({Relation.REFERRER, Relation.REFERRED_TO, Relation.SUPERVISES})),
    ),
    # A specialist judges what was referred to the hospital; referrals/access.py keeps them out of a centre's triage.
    Right.TRIAGE: _grant(
        (LEAD_PRACTITIONERS, frozenset({Relation.REFERRED_TO, Relation.UNDER_CARE})),
        (SPECIALISTS, frozenset({Relation.REFERRED_TO})),
    ),
    Right.BOOK: _grant((CENTRE, frozenset({Relation.REFERRED_TO, Relation.UNDER_CARE}))),
    Right.VIEW_CASE: _grant(
        (CENTRE, _CENTRE_EVER),
        (SPECIALISTS, frozenset({Relation.SUPERVISES})),
    ),
    Right.DECIDE_CASE: _grant((SPECIALISTS, frozenset({Relation.SUPERVISES}))),
    Right.READ_LETTER: _grant(
        (FIRST_LINE, _OWN | _EMERGENCY),
        (CENTRE, _CENTRE_EVER),
        (SPECIALISTS, _SPECIALIST),
        ({Role.PATIENT, Role.CARER}, _SELF),
    ),
    Right.SIGN_LETTER: _grant((LEAD_PRACTITIONERS, frozenset({Relation.UNDER_CARE}))),
    Right.VIEW_LOG: _grant(({Role.PATIENT, Role.CARER}, _SELF), ({Role.PRIVACY_OFFICER}, _NETWORK)),
    Right.GIVE_CONSENT: _grant(
        ({Role.PATIENT}, _SELF), (FIRST_LINE, _OWN), (CENTRE, frozenset({Relation.UNDER_CARE}))
    ),
}

GENERAL_POLICY: dict[Right, frozenset[Role]] = {
    Right.REGISTER_PATIENT: FIRST_LINE | SPECIALISTS,
    # Only within the practices in which the viewer works; casefinding asks for nothing else.
    Right.SEARCH_PRACTICE: FIRST_LINE,
    Right.BREAK_GLASS: FIRST_LINE | CENTRE | SPECIALISTS,
    Right.REVIEW_EMERGENCIES: frozenset({Role.PRIVACY_OFFICER}),
    Right.MANAGE_SESSIONS: CENTRE,
    Right.LEAD_MEETING: CENTRE | SPECIALISTS,
    Right.VIEW_AGREEMENT: frozenset(Role),
    Right.EDIT_AGREEMENT: SIGNATORIES | {Role.PROJECT_LEADER},
    Right.APPROVE_AGREEMENT: SIGNATORIES,
    Right.VIEW_RESULTS: CLINICIANS | {Role.PROJECT_LEADER, Role.INSURER},
    Right.VIEW_SMALL_COUNTS: CENTRE | SPECIALISTS,
    Right.VIEW_CLAIMS: frozenset({Role.BILLING, Role.INSURER}),
    Right.MANAGE_ACCOUNTS: frozenset({Role.ADMINISTRATOR}),
}

REFUSALS = {
    Right.WRITE_CLINICAL: N_("Alleen het centrum dat deze patiënt nu in zorg heeft, legt hier iets vast."),
    Right.LIFT_PROTECTION: N_(
        "Alleen wie mag voorschrijven en deze patiënt behandelt, laat dit vervallen: verpleegkundig specialist, "
        "physician assistant of arts. Leg het aan een van hen voor."
    ),
    Right.SIGN_LETTER: N_(
        "Alleen de verpleegkundig specialist of physician assistant van het centrum tekent deze brief."
    ),
    Right.DECIDE_CASE: N_("Alleen de superviserend cardioloog of internist van dit centrum besluit hier."),
    Right.TRIAGE: N_(
        "Alleen de verpleegkundig specialist of physician assistant van het centrum beoordeelt verwijzingen."
    ),
}


CARE_RELATIONS: dict[Relation, tuple[tuple[str, ...], bool]] = {
    Relation.REFERRED_TO: ((CareRelation.Kind.REFERRED_TO,), True),
    Relation.UNDER_CARE: ((CareRelation.Kind.UNDER_CARE,), True),
    Relation.PAST_CARE: ((CareRelation.Kind.UNDER_CARE,), False),
    Relation.SUPERVISES: ((CareRelation.Kind.UNDER_CARE, CareRelation.Kind.SUPERVISION), True),
    Relation.REFERRER: ((CareRelation.Kind.REFERRER,), False),
    Relation.CARE_TEAM: ((CareRelation.Kind.CARE_TEAM,), True),
}
"""Relations that follow from care relations: of which kinds, and whether they must still be open."""


def _standing(viewer: Viewer, relation: Relation, at: datetime) -> Q | QuerySet[EmergencyAccess]:
    """What makes ``viewer`` stand in a relation that no care relation gives: a filter, or rows that name a patient."""
    match relation:
        case Relation.OWN_PRACTICE:
            return Q(practice__in=viewer.organisation_ids)
        case Relation.SELF:
            return Q(pk__in=viewer.patient_ids)
        case Relation.NETWORK:
            return Q(network=viewer.network)
        case Relation.EMERGENCY:
            return EmergencyAccess.objects.filter(
                professional=viewer.professional_id, at__lte=at, expires_at__gt=at
            )
    raise ValueError(f"unknown relation {relation}")


def _care_relations(viewer: Viewer, relations: frozenset[Relation], at: datetime) -> QuerySet[CareRelation]:
    """The care relations by which ``viewer`` stands in one of ``relations`` to somebody."""
    kinds: dict[bool, set[str]] = {True: set(), False: set()}
    for relation in relations:
        named, still_open = CARE_RELATIONS[relation]
        kinds[still_open].update(named)
    is_open = Q(ends_at__isnull=True) | Q(ends_at__gt=at)
    return CareRelation.objects.filter(
        Q(professional__isnull=True) | Q(professional=viewer.professional_id),
        Q(kind__in=sorted(kinds[False])) | Q(kind__in=sorted(kinds[True])) & is_open,
        organisation__in=viewer.organisation_ids,
        starts_at__lte=at,
    )


def patients_filter(viewer: Viewer, right: Right, *, at: datetime) -> Q:
    """The patients about whom ``viewer`` holds ``right`` at ``at``, as a filter on ``Patient``; nobody when none."""
    allowed = PATIENT_POLICY[right].get(Role(viewer.role), frozenset()) if viewer.role else frozenset()
    by_care = allowed & CARE_RELATIONS.keys()
    standings = [_standing(viewer, relation, at) for relation in sorted(allowed - by_care)]
    if by_care:  # one condition for all: every page counts by it, several times
        standings.append(_care_relations(viewer, by_care, at))
    combined = Q(pk__in=[])
    for one in standings:
        combined |= one if isinstance(one, Q) else Q(Exists(one.filter(patient=OuterRef("pk"))))
    return combined & Q(network=viewer.network)


def relation_giving(viewer: Viewer, right: Right, *, patient: UUID, at: datetime) -> Relation | None:
    """By which relation ``viewer`` holds ``right`` about ``patient``; None when not held."""
    if not viewer.role:
        return None
    allowed = PATIENT_POLICY[right].get(Role(viewer.role), frozenset())
    by_care = _care_standing(viewer, allowed, patient=patient, at=at)
    for relation in sorted(allowed, key=_ORDER.index):
        if relation in CARE_RELATIONS:
            found = relation in by_care
        else:
            standing = _standing(viewer, relation, at)
            if isinstance(standing, Q):
                found = Patient.objects.filter(standing, pk=patient, network=viewer.network).exists()
            else:
                found = standing.filter(patient=patient, patient__network=viewer.network).exists()
        if found:
            return relation
    return None


def _care_standing(
    viewer: Viewer, relations: frozenset[Relation], *, patient: UUID, at: datetime
) -> set[Relation]:
    """Which of ``relations`` follow from the care relations of one patient: the rows are few, so read them once."""
    asked = relations & CARE_RELATIONS.keys()
    if not asked:
        return set()
    own = [
        (one.kind, one.ends_at is None or one.ends_at > at)
        for one in _care_relations_of(patient, network=viewer.network)
        if one.organisation_id in viewer.organisation_ids
        and one.starts_at <= at
        and (one.professional_id is None or one.professional_id == viewer.professional_id)
    ]
    return {
        relation
        for relation in asked
        if any(
            kind in CARE_RELATIONS[relation][0] and (is_open or not CARE_RELATIONS[relation][1])
            for kind, is_open in own
        )
    }


class _Related(NamedTuple):
    kind: str
    organisation_id: UUID
    professional_id: UUID | None
    starts_at: datetime
    ends_at: datetime | None


def _care_relations_of(patient: UUID, *, network: str) -> list[_Related]:
    remembered = _remembered.get()
    if remembered is not None and network in remembered[patient]:
        return remembered[patient][network]
    rows = CareRelation.objects.filter(patient=patient, patient__network=network)
    found = [_Related(*row) for row in rows.values_list(*_Related._fields)]
    if remembered is not None:
        remembered[patient][network] = found
    return found


_remembered: ContextVar[defaultdict[UUID, dict[str, list[_Related]]] | None] = ContextVar(
    "care relations read before", default=None
)


@contextmanager
def care_relations_remembered() -> Iterator[None]:
    """Within, the care relations of a patient are read again only after one of them changed.

    For one long transaction in one process that nobody else writes in, or for the moment in which the frame of one page
    is put together: for longer, a relation that somebody ended elsewhere would go on giving access.
    """
    token = _remembered.set(defaultdict(dict))
    try:
        yield
    finally:
        _remembered.reset(token)


def care_relations_changed(patient: UUID) -> None:
    """Whoever writes a care relation says so."""
    remembered = _remembered.get()
    if remembered is not None:
        remembered.pop(patient, None)


# The ordinary reason is named before the exceptional one, so that break-glass shows only when nothing else explains it.
_ORDER = [
    Relation.SELF,
    Relation.OWN_PRACTICE,
    Relation.UNDER_CARE,
    Relation.SUPERVISES,
    Relation.REFERRED_TO,
    Relation.REFERRER,
    Relation.CARE_TEAM,
    Relation.PAST_CARE,
    Relation.NETWORK,
    Relation.EMERGENCY,
]


def check_access(
    viewer: Viewer, right: Right, *, patient: UUID | None = None, at: datetime | None = None
) -> str:
    """Refuse with a reason unless ``viewer`` holds ``right``; returns the rule that gives it, for the audit line.

    Rights about a patient need ``patient`` and ``at``; general rights need neither.
    """
    if right in GENERAL_POLICY:
        if viewer.role and Role(viewer.role) in GENERAL_POLICY[right]:
            return f"{viewer.role}:{right}"
        raise AccessDenied(_("Uw rol geeft hier geen toegang toe."))
    if patient is None or at is None:
        raise TypeError(f"{right} is about a patient: pass patient and at")
    relation = relation_giving(viewer, right, patient=patient, at=at)
    if relation is None:
        raise AccessDenied(_(REFUSALS.get(right, N_("U heeft geen behandelrelatie met deze patiënt."))))
    return f"{viewer.role}:{right}:{relation}"


def can_access(
    viewer: Viewer, right: Right, *, patient: UUID | None = None, at: datetime | None = None
) -> bool:
    """Yes or no, built on :func:`check_access`."""
    try:
        check_access(viewer, right, patient=patient, at=at)
    except AccessDenied:
        return False
    return True
