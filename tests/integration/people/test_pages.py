"""Every page of the room opens for who may see it, in both languages, and is refused to who may not."""

from __future__ import annotations

import pytest
from django.urls import reverse

from anderhalf.apps.audit.models import AuditLine
from anderhalf.apps.people.models import CareRelation

pytestmark = pytest.mark.django_db

ROLES = [
    "gp",
    "poh",
    "vs",
    "pa",
    "hf_nurse",
    "cardiologist",
    "internist",
    "paramedic",
    "district_nurse",
    "enurse",
    "patient",
    "project_leader",
    "billing",
    "insurer",
    "administrator",
    "privacy_officer",
]


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("role", ROLES)
def test_everybody_has_a_first_page(people, role, language):
    answer = people.client(role, language=language).get("/", follow=True)
    assert answer.request["PATH_INFO"] == ("/mijn/" if role == "patient" else "/")
    assert answer.status_code == 200
    assert b"<h1" in answer.content


@pytest.mark.parametrize("role", ["gp", "vs", "cardiologist", "paramedic", "privacy_officer"])
def test_the_list_of_patients_opens(people, role):
    assert people.client(role).get(reverse("people:patients")).status_code == 200


@pytest.mark.parametrize("role", ["billing", "insurer", "project_leader", "administrator"])
def test_who_sees_no_patients_has_no_list(people, role):
    assert people.client(role).get(reverse("people:patients")).status_code == 403


PATIENT_PAGES = ["people:patient_details", "people:alerts", "people:consents"]


@pytest.mark.parametrize("page", PATIENT_PAGES)
def test_own_practice_opens_and_leaves_a_line(people, a_patient, page):
    answer = people.client("gp").get(reverse(page, args=[a_patient.pk]))
    assert answer.status_code == 200
    assert a_patient.full_name in answer.content.decode()
    line = AuditLine.objects.filter(patient=a_patient.pk).latest("number")
    right = "view_plan" if page == "people:alerts" else "identity"
    assert (line.action, line.role, line.rule) == ("R", "gp", f"gp:{right}:own_practice")


@pytest.mark.parametrize("page", PATIENT_PAGES)
def test_another_practice_is_refused_and_leaves_a_line(people, a_patient, page):
    answer = people.client("gp", other=True).get(reverse(page, args=[a_patient.pk]))
    assert answer.status_code == 403
    assert a_patient.family_name not in answer.content.decode()
    assert AuditLine.objects.filter(event__startswith="refused:", outcome=4).count() == 1


def test_the_centre_sees_a_patient_only_while_related(people, a_patient, at):
    url = reverse("people:patient_details", args=[a_patient.pk])
    client = people.client("vs")
    assert client.get(url).status_code == 403
    CareRelation.objects.create(
        patient=a_patient,
        organisation=people.organisation("anderhalf_oost"),
        kind=CareRelation.Kind.REFERRED_TO,
        starts_at=at,
    )
    assert client.get(url).status_code == 200
    assert people.client("vs", other=True).get(url).status_code == 403


def test_the_patient_reads_the_own_overview_and_log(people):
    client = people.client("patient")
    overview = client.get(reverse("people:my_record"))
    assert overview.status_code == 200
    patient = people.user("patient").patient
    log = client.get(reverse("people:log", args=[patient.pk]))
    assert "opende het dossier" in log.content.decode() or "bekeek" in log.content.decode()


def test_a_patient_does_not_read_another(people, a_patient):
    client = people.client("patient")
    for page in [*PATIENT_PAGES, "people:log"]:
        assert client.get(reverse(page, args=[a_patient.pk])).status_code == 403


@pytest.mark.parametrize("language", ["nl", "en"])
def test_pages_without_a_patient(people, language):
    assert people.client("poh", language=language).get(reverse("people:patient_new")).status_code == 200
    assert people.client("gp", language=language).get(reverse("people:emergency_search")).status_code == 200
    administrator = people.client("administrator", language=language)
    assert administrator.get(reverse("people:accounts")).status_code == 200
    assert administrator.get(reverse("people:account_new")).status_code == 200
    assert (
        people.client("privacy_officer", language=language).get(reverse("people:emergencies")).status_code
        == 200
    )


def test_the_list_asks_no_query_per_patient(people, django_assert_max_num_queries):
    for _number in range(30):
        people.patient()
    client = people.client("gp")
    client.get(reverse("people:patients"))
    with django_assert_max_num_queries(30):
        page = client.get(reverse("people:patients"))
    assert page.content.decode().count("Proefpersoon") == 25
