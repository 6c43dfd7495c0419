"""The noodknop: with a reason, for one hour, seen on every page, by the patient and by the privacy officer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from anderhalf.apps.audit.models import AuditLine
from anderhalf.apps.people import actions, queries
from anderhalf.apps.people.access import AccessDenied, Right, can_access
from anderhalf.apps.people.models import EmergencyAccess

pytestmark = pytest.mark.django_db
REASON = "Patiënt ligt benauwd op de post en kan niet praten."


@pytest.fixture
def stranger(people):
    """A patient of another practice, known at no centre."""
    return people.patient(practice="praktijk_westerhof", family_name="Zonderling")


def test_it_opens_for_an_hour_and_then_no_more(people, stranger, at):
    viewer = people.viewer("gp")
    assert not can_access(viewer, Right.IDENTITY, patient=stranger.pk, at=at)
    actions.break_glass(by=viewer, at=at, patient=stranger.pk, reason=REASON)
    assert can_access(viewer, Right.IDENTITY, patient=stranger.pk, at=at + timedelta(minutes=59))
    assert not can_access(viewer, Right.IDENTITY, patient=stranger.pk, at=at + timedelta(minutes=60))
    assert not can_access(people.viewer("poh"), Right.IDENTITY, patient=stranger.pk, at=at), (
        "only who pressed"
    )


def test_without_a_real_reason_it_stays_shut(people, stranger, at):
    for reason in ("", "spoed", "   x    "):
        with pytest.raises(actions.ReasonTooShort):
            actions.break_glass(by=people.viewer("gp"), at=at, patient=stranger.pk, reason=reason)
    assert not EmergencyAccess.objects.exists()


@pytest.mark.parametrize(
    "role", ["paramedic", "patient", "billing", "administrator", "project_leader", "insurer"]
)
def test_not_every_role_has_the_button(people, stranger, at, role):
    with pytest.raises(AccessDenied):
        actions.break_glass(by=people.viewer(role), at=at, patient=stranger.pk, reason=REASON)


def test_pressing_twice_opens_once(people, stranger, at):
    first = actions.break_glass(by=people.viewer("gp"), at=at, patient=stranger.pk, reason=REASON)
    later = at + timedelta(minutes=5)
    assert actions.break_glass(by=people.viewer("gp"), at=later, patient=stranger.pk, reason=REASON) == first


def test_nothing_about_the_person_is_shown_before_the_reason(people, stranger):
    client = people.client("gp")
    page = client.get(reverse("people:emergency", args=[stranger.pk])).content.decode()
    assert "Zonderling" not in page
    assert (
        client.post(reverse("people:emergency", args=[stranger.pk]), {"reason": "spoed"}).status_code == 422
    )
    assert client.get(reverse("people:patient_details", args=[stranger.pk])).status_code == 403


def test_the_road_from_search_to_record_and_back(people, stranger):
    client = people.client("gp")
    found = client.post(reverse("people:emergency_search"), {"bsn": stranger.bsn})
    assert found.url == reverse("people:emergency", args=[stranger.pk])
    assert client.post(found.url, {"reason": REASON}).url == reverse("people:patient", args=[stranger.pk])
    page = client.get(reverse("people:patient_details", args=[stranger.pk]))
    assert page.status_code == 200
    assert "noodtoegang tot" in page.content.decode()
    assert "Noodtoegang tot het dossier van" in client.get("/").content.decode(), (
        "on every page while in force"
    )
    line = AuditLine.objects.filter(patient=stranger.pk, event="patient.details_viewed").get()
    assert line.emergency
    assert line.purpose == "emergency"
    client.post(reverse("people:emergency_close", args=[stranger.pk]))
    assert client.get(reverse("people:patient_details", args=[stranger.pk])).status_code == 403
    assert "Noodtoegang tot het dossier van" not in client.get("/").content.decode()


def test_half_a_name_finds_nobody(people, stranger):
    client = people.client("gp")
    url = reverse("people:emergency_search")
    day = stranger.birth_date.strftime("%d-%m-%Y")
    assert client.post(url, {"family_name": "Zonder", "birth_date": day}).status_code == 422
    assert client.post(url, {"family_name": "Zonderling"}).status_code == 422
    assert client.post(url, {"family_name": "Zonderling", "birth_date": day}).status_code == 302


def test_the_patient_and_the_privacy_officer_read_who_and_why(people, at):
    patient = people.user("patient").patient
    now = timezone.now()
    actions.break_glass(by=people.viewer("gp", other=True), at=now, patient=patient.pk, reason=REASON)
    log = people.client("patient").get(reverse("people:log", args=[patient.pk])).content.decode()
    assert REASON in log
    assert people.viewer("gp", other=True).name in log
    officer = people.client("privacy_officer")
    assert REASON in officer.get(reverse("people:emergencies")).content.decode()
    access = EmergencyAccess.objects.get()
    refused = officer.post(reverse("people:emergency_review", args=[access.pk]), {"review": "ok"})
    assert refused.status_code == 302
    assert EmergencyAccess.objects.get().reviewed_at is None
    officer.post(
        reverse("people:emergency_review", args=[access.pk]), {"review": "Terecht gebruikt, post bevestigt."}
    )
    assert EmergencyAccess.objects.get().reviewed_by == people.viewer("privacy_officer").name
    assert queries.unreviewed_emergencies(people.viewer("privacy_officer")) == 0


def test_only_the_privacy_officer_reviews(people, stranger, at):
    access = actions.break_glass(by=people.viewer("gp"), at=at, patient=stranger.pk, reason=REASON)
    for role in ("gp", "vs", "administrator"):
        client = people.client(role)
        assert client.get(reverse("people:emergencies")).status_code == 403
        assert (
            client.post(
                reverse("people:emergency_review", args=[access.pk]), {"review": "x" * 20}
            ).status_code
            == 403
        )
