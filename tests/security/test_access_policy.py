"""The policy answers alike whichever way it is asked, and only a named relation opens anything."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest
from django.urls import reverse

from anderhalf.apps.people import actions
from anderhalf.apps.people.access import (
    GENERAL_POLICY,
    PATIENT_POLICY,
    AccessDenied,
    Relation,
    Right,
    can_access,
    check_access,
    patients_filter,
    relation_giving,
)
from anderhalf.apps.people.models import CareRelation, EmergencyAccess, Patient
from anderhalf.apps.people.roles import Role
from anderhalf.apps.people.viewer import NOBODY

pytestmark = pytest.mark.django_db
ROLES = [role for role in Role if role is not Role.CARER]


def related(people, patient, kind, where, at, *, days=0, until=None, professional=None):
    return CareRelation.objects.create(
        patient=patient,
        organisation=people.organisation(where),
        kind=kind,
        professional=professional,
        starts_at=at + timedelta(days=days),
        ends_at=until,
    )


@pytest.fixture
def crowd(people, at):
    """Patients in every situation that the policy tells apart."""
    kinds = CareRelation.Kind
    everybody = [people.patient(), people.patient(practice="praktijk_westerhof")]
    for kind, where in product(kinds, ["anderhalf_oost", "anderhalf_west", "ziekenhuis", "thuiszorg"]):
        now, past, future = (people.patient(practice="praktijk_westerhof") for _n in range(3))
        related(people, now, kind, where, at, days=-10)
        related(people, past, kind, where, at, days=-10, until=at - timedelta(days=1))
        related(people, future, kind, where, at, days=1)
        everybody += [now, past, future]
    opened, expired = (
        people.patient(practice="praktijk_westerhof"),
        people.patient(practice="praktijk_westerhof"),
    )
    for role in ("gp", "vs", "cardiologist"):
        professional = people.user(role).professional
        EmergencyAccess.objects.create(
            patient=opened,
            professional=professional,
            reason="spoed",
            at=at,
            expires_at=at + timedelta(hours=1),
        )
        EmergencyAccess.objects.create(
            patient=expired,
            professional=professional,
            reason="spoed",
            at=at - timedelta(hours=2),
            expires_at=at - timedelta(hours=1),
        )
    people.user("patient")
    return [*everybody, opened, expired, people.user("patient").patient]


@pytest.mark.parametrize("role", ROLES)
def test_the_filter_and_the_check_agree_for_every_right_and_patient(people, crowd, at, role):
    viewer = people.viewer(role)
    for right in PATIENT_POLICY:
        listed = set(
            Patient.objects.filter(patients_filter(viewer, right, at=at)).values_list("pk", flat=True)
        )
        allowed = {one.pk for one in crowd if can_access(viewer, right, patient=one.pk, at=at)}
        assert allowed == listed & {one.pk for one in crowd}, right
        if role not in PATIENT_POLICY[right]:
            assert not listed, right


def test_a_viewer_without_a_role_sees_nobody(people, crowd, at):
    for right in PATIENT_POLICY:
        assert not Patient.objects.filter(patients_filter(NOBODY, right, at=at)).exists()
        assert relation_giving(NOBODY, right, patient=crowd[0].pk, at=at) is None
    for right in GENERAL_POLICY:
        assert not can_access(NOBODY, right)


def test_every_right_has_a_row_and_only_one():
    assert set(PATIENT_POLICY) | set(GENERAL_POLICY) == set(Right)
    assert not set(PATIENT_POLICY) & set(GENERAL_POLICY)


def test_who_sees_no_patients_holds_no_right_about_them():
    for role in (Role.PROJECT_LEADER, Role.BILLING, Role.INSURER, Role.ADMINISTRATOR):
        assert not any(role in roles for roles in PATIENT_POLICY.values())


def test_a_relation_of_one_professional_is_not_the_colleague_s(people, at):
    patient = people.patient(practice="praktijk_westerhof")
    cardiologist = people.user("cardiologist").professional
    related(people, patient, CareRelation.Kind.REFERRER, "ziekenhuis", at, professional=cardiologist)
    assert can_access(people.viewer("cardiologist"), Right.IDENTITY, patient=patient.pk, at=at)
    assert not can_access(people.viewer("internist"), Right.IDENTITY, patient=patient.pk, at=at)


def test_what_was_under_care_is_read_but_no_longer_written(people, at):
    patient = people.patient(practice="praktijk_westerhof")
    related(people, patient, "under_care", "anderhalf_oost", at, days=-30, until=at - timedelta(days=1))
    viewer = people.viewer("vs")
    assert check_access(viewer, Right.VIEW_CLINICAL, patient=patient.pk, at=at).endswith(Relation.PAST_CARE)
    with pytest.raises(AccessDenied, match="nu in zorg"):
        check_access(viewer, Right.WRITE_CLINICAL, patient=patient.pk, at=at)


def test_another_network_never_mixes(people, at):
    from anderhalf.apps.people.models import Network

    patient = people.patient()
    Patient.objects.filter(pk=patient.pk).update(network=Network.objects.create(key="elders", name="Elders"))
    for role in ROLES:
        assert not can_access(people.viewer(role), Right.IDENTITY, patient=patient.pk, at=at), role


def test_a_carer_looks_along_until_it_is_ended(people, at):
    patient = people.user("patient").patient
    carer = actions.add_carer(
        by=people.viewer("patient"),
        at=at,
        patient=patient.pk,
        family_name="Naaste",
        relation="dochter",
        username="naaste",
        temporary_password="tijdelijk wachtwoord",
    )
    from anderhalf.apps.people.viewer import viewer_of

    viewer = viewer_of(carer.user, on=at.date())
    assert check_access(viewer, Right.READ_LETTER, patient=patient.pk, at=at) == "carer:read_letter:self"
    assert not can_access(viewer, Right.GIVE_CONSENT, patient=patient.pk, at=at), "a carer decides nothing"
    actions.end_carer(by=people.viewer("patient"), at=at, carer_id=carer.pk)
    carer.user.refresh_from_db()
    assert viewer_of(carer.user, on=at.date()) == NOBODY


def test_switching_to_a_role_that_is_not_yours_changes_nothing(people):
    client = people.client("gp")
    client.post(reverse("switch_role"), {"role": "administrator"})
    assert client.get(reverse("people:accounts")).status_code == 403
