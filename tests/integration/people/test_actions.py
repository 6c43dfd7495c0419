"""Registering, relating, consenting, accounts and the log, through the actions that pages and other rooms use."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import SuspiciousOperation, ValidationError
from django.db import transaction
from django.urls import reverse

from anderhalf.apps.audit.models import AuditLine
from anderhalf.apps.audit.queries import verify_chain
from anderhalf.apps.people import actions, queries
from anderhalf.apps.people.access import AccessDenied, Right, can_access
from anderhalf.apps.people.models import CareRelation, Consent, Patient, User
from tests.support.people import submission

pytestmark = pytest.mark.django_db


def register(people, at, **changes):
    data = {
        "bsn": "999900006",
        "birth_date": date(1950, 5, 1),
        "sex": "female",
        "family_name": "Vries",
        "prefix": "de",
    }
    return actions.register_patient(by=people.viewer(changes.pop("role", "poh")), at=at, **(data | changes))


def test_a_practice_registers_its_own_patient(people, at):
    patient = register(people, at)
    assert patient.practice == people.organisation("praktijk_de_linde")
    assert patient.care_relations.get().kind == CareRelation.Kind.GP_OF_RECORD
    assert can_access(people.viewer("gp"), Right.REFER, patient=patient.pk, at=at)
    line = AuditLine.objects.get(event="patient.registered")
    assert (line.patient, line.rule, line.purpose) == (patient.pk, "poh:register_patient", "care")


def test_not_for_another_practice(people, at):
    with pytest.raises(AccessDenied):
        register(people, at, practice=people.organisation("praktijk_westerhof"))


def test_a_cardiologist_registers_for_a_practice_and_sees_that_patient(people, at):
    with pytest.raises(ValidationError):
        register(people, at, role="cardiologist")
    patient = register(people, at, role="cardiologist", practice=people.organisation("praktijk_de_linde"))
    assert can_access(people.viewer("cardiologist"), Right.IDENTITY, patient=patient.pk, at=at)
    assert can_access(people.viewer("gp"), Right.IDENTITY, patient=patient.pk, at=at)


@pytest.mark.parametrize("role", ["vs", "billing", "administrator", "patient"])
def test_others_do_not_register(people, at, role):
    with pytest.raises(AccessDenied):
        register(people, at, role=role)


@pytest.mark.parametrize("born", [date(2025, 11, 13), date(1890, 1, 1)])
def test_impossible_birth_dates(people, at, born):
    with pytest.raises(ValidationError):
        register(people, at, birth_date=born)
    assert not Patient.objects.exists()


def test_without_a_bsn_more_than_one_may_be_registered(people, at):
    register(people, at, bsn="")
    register(people, at, bsn="", family_name="Ander")
    assert Patient.objects.count() == 2


def test_saving_over_somebody_else_s_change_is_refused(people, at):
    patient = register(people, at)
    by = people.viewer("gp")
    actions.change_patient(by=by, at=at, patient=patient.pk, version=1, changes={"phone": "0990000001"})
    with pytest.raises(actions.StaleRecord) as stale:
        actions.change_patient(by=by, at=at, patient=patient.pk, version=1, changes={"phone": "0990000002"})
    assert stale.value.present.phone == "0990000001"
    with pytest.raises(ValueError, match="not changeable"):
        actions.change_patient(by=by, at=at, patient=patient.pk, version=2, changes={"practice": None})


def test_a_stale_form_keeps_what_was_typed(people, at):
    patient = register(people, at)
    client = people.client("gp")
    page = reverse("people:patient_details", args=[patient.pk])
    data = {"family_name": "Vries", "phone": "0990000009", "version": 1}
    assert client.post(page, data).status_code == 302
    again = client.post(page, data | {"phone": "0990000008"})
    assert again.status_code == 409
    assert "0990000008" in again.content.decode()
    assert Patient.objects.get().phone == "0990000009"


def test_a_form_sent_twice_does_it_once(people, at):
    client = people.client("gp")
    data = {
        "submission": submission(),
        "bsn": "999900006",
        "birth_date": "01051950",
        "sex": "female",
        "family_name": "Vries",
        "practice": str(people.organisation("praktijk_de_linde").pk),
    }
    first = client.post(reverse("people:patient_new"), data)
    second = client.post(reverse("people:patient_new"), data)
    assert first.status_code == second.status_code == 302
    assert Patient.objects.count() == 1


def test_submit_once(people, at):
    by, key = people.viewer("gp"), submission()
    assert actions.submit_once(by=by, at=at, key=key)
    actions.keep_result(by=by, key=key, result="ergens")
    assert not actions.submit_once(by=by, at=at, key=key)
    assert queries.earlier_result(by, key) == "ergens"
    assert queries.earlier_result(people.viewer("poh"), key) == "", "somebody else's result is not told"
    with pytest.raises(SuspiciousOperation):
        actions.submit_once(by=by, at=at, key="geen sleutel")


def test_a_failed_action_frees_its_key(people, at):
    by, key = people.viewer("gp"), submission()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        actions.submit_once(by=by, at=at, key=key)
        raise ZeroDivisionError
    assert actions.submit_once(by=by, at=at, key=key)


def test_relations_open_once_and_end(people, at):
    patient, centre = register(people, at), people.organisation("anderhalf_oost")
    by = people.viewer("gp")
    kind = CareRelation.Kind.REFERRED_TO
    first = actions.open_care_relation(by=by, at=at, patient=patient, organisation=centre, kind=kind)
    again = actions.open_care_relation(by=by, at=at, patient=patient.pk, organisation=centre.pk, kind=kind)
    assert first == again
    assert can_access(people.viewer("vs"), Right.TRIAGE, patient=patient.pk, at=at)
    assert actions.end_care_relation(by=by, at=at, patient=patient, organisation=centre, kind=kind) == 1
    assert actions.end_care_relation(by=by, at=at, patient=patient, organisation=centre, kind=kind) == 0
    assert not can_access(people.viewer("vs"), Right.TRIAGE, patient=patient.pk, at=at)


def test_a_stranger_opens_no_relation_and_neither_does_the_patient(people, at):
    patient = people.user("patient").patient
    centre = people.organisation("anderhalf_oost")
    for viewer in (people.viewer("gp", other=True), people.viewer("vs"), people.viewer("patient")):
        with pytest.raises(AccessDenied):
            actions.open_care_relation(
                by=viewer, at=at, patient=patient, organisation=centre, kind="under_care"
            )
    assert not CareRelation.objects.filter(kind="under_care").exists()


def test_alerts_stand_in_the_banner_until_ended(people, at):
    patient, by = register(people, at), people.viewer("gp")
    alert = actions.add_alert(by=by, at=at, patient=patient, kind="alert", text="  valgevaar ")
    assert actions.add_alert(by=by, at=at, patient=patient, kind="alert", text="Valgevaar") == alert
    assert queries.banner_of(by, patient, at).alerts == ["valgevaar"]
    actions.end_alert(by=by, at=at, alert_id=alert.pk, because="berust op een vergissing")
    assert queries.banner_of(by, patient, at).alerts == []
    assert queries.alerts_of(by, patient.pk, at, ended=True).get().ended_because == "berust op een vergissing"
    with pytest.raises(AccessDenied):
        actions.add_alert(
            by=people.viewer("gp", other=True), at=at, patient=patient, kind="alert", text="nee"
        )


def test_a_consent_is_a_row_per_change(people, at):
    patient = people.user("patient").patient
    by = people.viewer("patient")
    actions.give_consent(by=by, at=at, patient=patient, purpose="sharing", given=True)
    actions.give_consent(by=by, at=at + timedelta(days=1), patient=patient, purpose="sharing", given=False)
    assert [one.given for one in queries.consents_of(by, patient.pk, at)] == [False, True]
    with pytest.raises(ValueError, match="not a valid"):
        actions.give_consent(by=by, at=at, patient=patient, purpose="verkoop", given=True)
    assert Consent.objects.count() == 2


def test_an_account_is_handed_out_with_a_password_shown_once(people, at):
    client = people.client("administrator")
    data = {
        "submission": submission(),
        "username": "a.nieuw",
        "family_name": "Nieuw",
        "role": "poh",
        "organisation": str(people.organisation("praktijk_de_linde").pk),
    }
    page = client.post(reverse("people:account_new"), data)
    user = User.objects.get(username="a.nieuw")
    password = next(word for word in page.content.decode().replace("<", " ").replace(">", " ").split()
                    if word.count("-") == 3 and len(word) == 19)  # fmt: skip
    assert user.check_password(password)
    assert user.must_change_password
    assert client.post(reverse("people:account_new"), data).status_code == 302, (
        "a repeat makes no second account"
    )
    assert client.post(reverse("people:account_new"), data | {"submission": submission()}).status_code == 422
    assert not AuditLine.objects.filter(event="account.created").exclude(patient=None).exists()


@pytest.mark.parametrize("role", ["patient", "carer"])
def test_the_administrator_makes_no_patient_accounts(people, at, role):
    with pytest.raises(AccessDenied):
        actions.create_account(
            by=people.viewer("administrator"),
            at=at,
            username="x.y",
            temporary_password="x",
            organisation=people.organisation("praktijk_de_linde"),
            role=role,
            family_name="X",
        )


def test_the_administrator_has_no_hand_in_patients_accounts(people, at):
    patient_user = people.user("patient")
    for action in (actions.deactivate_account, actions.unlock_account):
        with pytest.raises(AccessDenied):
            action(by=people.viewer("administrator"), at=at, user_id=patient_user.pk)


def test_only_the_administrator_manages_accounts(people, at):
    for role in ("gp", "privacy_officer", "project_leader"):
        with pytest.raises(AccessDenied):
            actions.deactivate_account(by=people.viewer(role), at=at, user_id=people.user("vs").pk)


def test_the_log_names_who_what_and_why_and_filters_by_day(people, at):
    patient = people.user("patient").patient
    queries.patient_for(people.viewer("gp"), patient.pk, Right.IDENTITY, at - timedelta(days=3))
    queries.patient_for(people.viewer("gp"), patient.pk, Right.IDENTITY, at)
    viewer = people.viewer("patient")
    entries = list(queries.who_looked(viewer, patient.pk, at))
    assert [(e.role, e.what, e.why) for e in entries if e.role == "huisarts"] == [
        ("huisarts", "opende het dossier", "zorg")
    ] * 2
    day = at.date() - timedelta(days=3)
    assert len(queries.who_looked(viewer, patient.pk, at, since=day, until=day)) == 1
    with pytest.raises(AccessDenied):
        queries.who_looked(people.viewer("gp"), patient.pk, at)


def test_tampering_with_the_log_is_noticed(people, at):
    patient = people.patient()
    for _look in range(3):
        queries.patient_for(people.viewer("gp"), patient.pk, Right.IDENTITY, at)
    assert verify_chain().whole
    middle = AuditLine.objects.order_by("number")[1]
    AuditLine.objects.filter(pk=middle.pk).update(user_name="iemand anders")
    assert verify_chain().broken_at == middle.number
    AuditLine.objects.filter(pk=middle.pk).update(user_name=middle.user_name)
    assert verify_chain().whole
    AuditLine.objects.filter(pk=middle.pk).delete()
    assert not verify_chain().whole


def test_cutting_off_the_end_of_the_log_is_noticed(people, at):
    patient = people.patient()
    for _look in range(3):
        queries.patient_for(people.viewer("gp"), patient.pk, Right.IDENTITY, at)
    AuditLine.objects.order_by("-number").first().delete()
    assert not verify_chain().whole


def test_an_unknown_patient_is_refused_as_one_who_is_not_yours(people, at):
    with pytest.raises(AccessDenied):
        queries.patient_for(people.viewer("gp"), uuid4(), Right.IDENTITY, at)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("vri", 1),
        ("de vries", 1),
        ("de ander", 0),
        ("01-05-1950", 1),
        ("1-5-1950 vries", 1),
        ("31-02-1950", 0),
        ("ries", 0),
    ],
)
def test_searching_by_name_and_birth_date(people, at, text, found):
    register(people, at, bsn="")
    people.patient(practice="praktijk_westerhof", family_name="Vries")
    assert len(queries.find_patients(people.viewer("gp"), text, at)) == found
