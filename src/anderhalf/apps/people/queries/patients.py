"""Finding and opening patients: only those whom the viewer may see."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.utils import timezone

from anderhalf.apps.audit import actions as audit

from ..access import Right, can_access, check_access, patients_filter
from ..identifiers import looks_like_bsn, mask_bsn, normalise_bsn, search_index
from ..models import Alert, CareRelation, Consent, EmergencyAccess, Patient
from ..names import spellings, words
from ..purposes import is_emergency, purpose_of
from ..roles import Role
from ..viewer import Viewer
from .alike import same_family_name
from .allergies import Register, register_of

PAGE_SIZE = 25
_DATES = (
    re.compile(r"(?P<day>\d{1,2})[-/.](?P<month>\d{1,2})[-/.](?P<year>\d{4})"),
    re.compile(r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})"),
    re.compile(r"(?P<day>\d{2})(?P<month>\d{2})(?P<year>(?:19|20)\d{2})"),
    re.compile(r"(?P<year>(?:19|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})"),
)
"""14-03-1948, 1948-03-14, 14031948 and 19480314."""


@dataclass(frozen=True)
class Banner:
    """What stands above every page about a patient. ``emergency_until`` is filled while the noodknop is in force."""

    patient_id: UUID
    name: str
    sex_label: str
    birth_date: date
    age: int
    bsn_masked: str
    gp_name: str
    practice_name: str
    diagnosis: str = ""
    register: Register = field(default_factory=Register)
    """What the patient can't have; ``state`` says "not asked" as something of its own."""
    alerts: list[str] = field(default_factory=list)
    treatment_limits: list[str] = field(default_factory=list)
    lapsed: dict[str, list[Alert]] = field(default_factory=dict)
    """Warnings and limits that were taken out, per kind; they stay in the head, struck through."""
    deceased_on: date | None = None
    emergency_until: datetime | None = None
    url: str = ""
    clinical: bool = True
    """Whether allergies, warnings and limits are for this viewer to know; not for who only guards the log."""


def find_patients(viewer: Viewer, text: str, at: datetime, page: int | str = 1) -> Page[Patient]:
    """One page of the patients whom the viewer may see, by family name; filtered by ``text``.

    ``text`` is a BSN (whole, compared by its keyed hash), a birth date (14-03-1948, 1948-03-14, 14031948), or words
    that each begin a name part, in any order and with or without accents and signs. Two queries per page, however many
    patients it shows; the look at the list leaves one line in the log.
    """
    found = _matching(_visible(viewer, at).select_related("gp", "practice"), text)
    result = Paginator(found, PAGE_SIZE).get_page(page)
    audit.record(
        by=viewer,
        at=at,
        action="R",
        event="patients.listed",
        object_type="patient_list",
        rule=f"{viewer.role}:{Right.IDENTITY}:list",
        purpose=purpose_of(viewer),
        detail={"page": result.number, "shown": len(result.object_list), "searched": bool(text)},
    )
    return result


def _visible(viewer: Viewer, at: datetime) -> QuerySet[Patient]:
    return Patient.objects.filter(patients_filter(viewer, Right.IDENTITY, at=at)).order_by(
        "family_name", "initials", "pk"
    )


def _matching(found: QuerySet[Patient], text: str) -> QuerySet[Patient]:
    whole = text.strip()
    if looks_like_bsn(whole):
        # Eight digits may be a birth date as well as a number with its first zero left out.
        return found.filter(_by_number(whole))
    for word in text.split():
        word = word.strip(",;")  # noqa: PLW2901  the list shows "Dijk, N.S. van"
        if any(pattern.fullmatch(word) for pattern in _DATES):
            found = found.filter(_born_on(word))
        else:
            found = found.filter(matching_name(word))
    return found


def matching_name(word: str, prefix: str = "") -> Q:
    """Patients one of whose names begins with this word, whatever its accents, capitals and signs.

    ``prefix`` leads from another model to the patient (``"patient__"``).
    """
    whole = Q()
    for spelling in spellings(word):
        whole |= Q(**{f"{prefix}search_key__contains": f" {spelling}"})
    parts = Q()
    for part in words(word):
        parts &= Q(**{f"{prefix}search_key__contains": f" {part}"})
    return whole | parts


def _by_number(text: str) -> Q:
    wanted = _born_on(text)
    with suppress(ValidationError):
        wanted |= Q(bsn_index=search_index(normalise_bsn(text)))
    return wanted


def _born_on(text: str) -> Q:
    """Born on this day; nobody, when it is no day."""
    wanted = Q(pk__in=())
    for pattern in _DATES:
        if match := pattern.fullmatch(text):
            try:
                wanted |= Q(birth_date=date(int(match["year"]), int(match["month"]), int(match["day"])))
            except ValueError:
                continue
    return wanted


def patient_for(
    viewer: Viewer,
    patient_id: UUID,
    right: Right,
    at: datetime,
    *,
    event: str = "patient.viewed",
    object_type: str = "patient",
    object_id: object = "",
) -> Patient:
    """The patient, after checking ``right`` and writing the line that this viewer looked.

    An unknown patient and a patient whom one may not see are refused alike (``AccessDenied``).
    """
    rule = check_access(viewer, right, patient=patient_id, at=at)
    patient = Patient.objects.select_related("gp", "practice", "insurer").get(pk=patient_id)
    audit.record(
        by=viewer,
        at=at,
        action="R",
        event=event,
        object_type=object_type,
        object_id=object_id or patient_id,
        patient=patient_id,
        rule=rule,
        purpose=purpose_of(viewer, rule),
        emergency=is_emergency(rule),
    )
    return patient


def opened_patient(viewer: Viewer, patient_id: UUID, right: Right, at: datetime) -> Patient:
    """The patient, for a page whose own query writes the line in the log. Checks ``right``."""
    check_access(viewer, right, patient=patient_id, at=at)
    return Patient.objects.select_related("gp", "practice", "insurer").get(pk=patient_id)


def banner_of(
    viewer: Viewer, patient: Patient, at: datetime, *, diagnosis: str = "", url: str = ""
) -> Banner:
    """The banner of a patient whom the viewer has opened with :func:`patient_for`. Four queries."""
    today = timezone.localdate(at)
    born = patient.birth_date
    clinical = viewer.role != Role.PRIVACY_OFFICER
    texts: dict[str, list[str]] = {kind: [] for kind in Alert.Kind.values}
    lapsed: dict[str, list[Alert]] = {kind: [] for kind in Alert.Kind.values}
    for alert in patient.alerts.order_by("recorded_at") if clinical else ():
        if alert.ended_at is None:
            texts[alert.kind].append(alert.text)
        else:
            lapsed[alert.kind].append(alert)
    # what was put back, in the same words, is not also shown as taken out
    lapsed = {kind: [one for one in rows if one.text not in texts[kind]] for kind, rows in lapsed.items()}
    emergency = None
    if viewer.professional_id is not None:
        emergency = (
            EmergencyAccess.objects.filter(
                patient=patient, professional=viewer.professional_id, at__lte=at, expires_at__gt=at
            )
            .values_list("expires_at", flat=True)
            .first()
        )
    return Banner(
        patient_id=patient.pk,
        name=patient.full_name,
        sex_label=str(Patient.Sex(patient.sex).label),
        birth_date=born,
        age=today.year - born.year - ((today.month, today.day) < (born.month, born.day)),
        bsn_masked=mask_bsn(patient.bsn),
        gp_name=patient.gp.full_name if patient.gp else "",
        practice_name=patient.practice.name,
        diagnosis=diagnosis,
        register=register_of(patient.pk) if clinical else Register(),
        alerts=texts[Alert.Kind.ALERT],
        treatment_limits=texts[Alert.Kind.TREATMENT_LIMIT],
        lapsed=lapsed,
        deceased_on=patient.deceased_on,
        emergency_until=emergency,
        url=url,
        clinical=clinical,
    )


def my_patients(viewer: Viewer, at: datetime) -> QuerySet[Patient]:
    """The own record of a patient, or those whom a carer looks after."""
    return _visible(viewer, at).select_related("gp", "practice") if viewer.is_self else Patient.objects.none()


def possible_duplicates(viewer: Viewer, *, family_name: str, birth_date: date, at: datetime) -> list[Patient]:
    """Visible patients with the same family name and birth date, to be shown before a second record is made."""
    born = _visible(viewer, at).filter(birth_date=birth_date).select_related("gp")
    return [one for one in born if same_family_name(one, family_name)]


def find_by_identity(
    viewer: Viewer, *, bsn: str = "", family_name: str = "", birth_date: date | None = None
) -> UUID | None:
    """For the noodknop: the one patient of the network with exactly this BSN, or this family name and birth date.

    Gives only the id, never who it is; nothing when more than one person fits. The role must hold BREAK_GLASS.
    """
    check_access(viewer, Right.BREAK_GLASS)
    found = Patient.objects.filter(network=viewer.network)
    if bsn.strip():
        found = found.filter(bsn_index=search_index(normalise_bsn(bsn)))
    elif family_name.strip() and birth_date:
        born = found.filter(birth_date=birth_date).only("pk", "family_name")
        found = found.filter(pk__in=[one.pk for one in born if same_family_name(one, family_name)])
    else:
        return None
    ids = list(found.values_list("pk", flat=True)[:2])
    return ids[0] if len(ids) == 1 else None


def patient_exists(viewer: Viewer, patient_id: UUID) -> bool:
    """For the noodknop: whether this id is a patient of the viewer's network."""
    check_access(viewer, Right.BREAK_GLASS)
    return Patient.objects.filter(pk=patient_id, network=viewer.network).exists()


def alerts_of(viewer: Viewer, patient_id: UUID, at: datetime, *, ended: bool = False) -> QuerySet[Alert]:
    """What stands in the banner, or with ``ended`` what stood there before."""
    check_access(viewer, Right.IDENTITY, patient=patient_id, at=at)
    return Alert.objects.filter(patient=patient_id, ended_at__isnull=not ended).order_by(
        "kind", "recorded_at"
    )


def may_note(viewer: Viewer, patient_id: UUID, at: datetime) -> bool:
    """Whether this viewer may change what stands in the banner: who treats, and who refers and knows the patient."""
    return can_access(viewer, Right.VIEW_PLAN, patient=patient_id, at=at) and any(
        can_access(viewer, right, patient=patient_id, at=at) for right in (Right.WRITE_CLINICAL, Right.REFER)
    )


def may_lift(viewer: Viewer, patient_id: UUID, at: datetime) -> bool:
    """Whether this viewer may take out what protects the patient; for showing the button or whom to ask."""
    return can_access(viewer, Right.LIFT_PROTECTION, patient=patient_id, at=at)


def consents_of(viewer: Viewer, patient_id: UUID, at: datetime) -> QuerySet[Consent]:
    """Every yes and no, newest first."""
    check_access(viewer, Right.IDENTITY, patient=patient_id, at=at)
    return Consent.objects.filter(patient=patient_id).order_by("-at", "-pk")


def has_objected(patient_id: UUID, purpose: str) -> bool:
    """Whether the patient's newest word about a purpose is no. For rooms that must respect it, not for showing."""
    newest = Consent.objects.filter(patient=patient_id, purpose=purpose).order_by("-at", "-pk").first()
    return newest is not None and not newest.given


def relations_of(viewer: Viewer, patient_id: UUID, at: datetime) -> QuerySet[CareRelation]:
    """Who is or was involved, newest first."""
    check_access(viewer, Right.IDENTITY, patient=patient_id, at=at)
    return (
        CareRelation.objects.filter(patient=patient_id)
        .select_related("organisation", "professional")
        .order_by("-starts_at")
    )
