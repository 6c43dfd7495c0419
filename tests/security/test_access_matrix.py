"""Every address of the service, for every role: with a care relation, from another organisation, and without one.

The addresses come from the resolver and the expectations from ``expectations.py``; an address without a row fails.
A refused request shows nothing of the patient, and an answer about a patient leaves its line in the log.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from anderhalf.apps.audit.models import AuditLine
from anderhalf.apps.billing.models import Claim
from anderhalf.apps.casefinding.models import FoundPerson, Search
from anderhalf.apps.clinic import actions as clinic
from anderhalf.apps.clinic.models import DangerAnswer, Slot
from anderhalf.apps.clinic.queries import proposals
from anderhalf.apps.insight import actions as insight
from anderhalf.apps.insight.links import token_of
from anderhalf.apps.letters import actions as letters
from anderhalf.apps.network.actions import publish_folder, start_draft
from anderhalf.apps.people.models import Alert, Carer, CareRelation, EmergencyAccess, Network, Patient, User
from anderhalf.apps.record import actions as record
from anderhalf.apps.record import queries as record_queries
from anderhalf.apps.record.actions import NewObservation
from anderhalf.apps.record.models import Document, Observation
from anderhalf.apps.referrals import actions as referrals
from anderhalf.apps.supervision import actions as supervision
from tests.support.addresses import addresses
from tests.support.care import Care
from tests.support.extract import people_found
from tests.support.people import OTHER_WHERE, TOTP_SECRET, People

from .expectations import EVERYBODY, EXPECTED, Row

pytestmark = pytest.mark.django_db
NAME = "Geheimenburg"
PDF = b"%PDF-1.4\n%%EOF\n"
REFUSED = (403, 404)


@dataclass
class Stage:
    """One patient in care with something of everything, and a signed-in client per role."""

    people: People
    patient: Patient
    ids: dict[str, str]
    clients: dict[tuple[str, bool], Client]

    def client(self, role: str, *, other: bool = False) -> Client:
        """Signed in with the second factor."""
        return self.clients[role, other]

    def user_id(self, role: str, *, other: bool = False) -> str:
        return str(self.people.user(role, other=other).pk)


@pytest.fixture(scope="module")
def stage(django_db_setup, django_db_blocker):
    """Built once; every request of the matrix is undone."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield _build()
        transaction.set_rollback(True)


def _build() -> Stage:
    at = timezone.now() - timedelta(days=3)
    publish_folder(key="voorbeeldstreek", at=at - timedelta(days=400), demonstration=True)
    people = People(Network.objects.get(key="voorbeeldstreek"), at)
    vs, gp = people.viewer("vs"), people.viewer("gp")
    patient = people.patient(
        family_name=NAME, insurer=people.organisation("verzekeraar_noord"), gp=people.user("gp").professional
    )
    _household(people, patient, at)
    episode = Care(people, at).accepted(sent=at - timedelta(days=9), patient=patient)
    about: dict[str, Any] = {"by": vs, "at": at}
    sessions = clinic.make_sessions(
        **about, centre=episode.centre_id, professional=vs.professional_id, first_day=_workday(at), starts=time(9),
        ends=time(12),
    ).sessions  # fmt: skip
    slot = Slot.objects.filter(session=sessions[0]).earliest("starts_at")
    appointment = clinic.book(**about, slot=slot.pk, episode=episode.pk)
    encounter = clinic.record_encounter(
        **about,
        episode=episode.pk,
        text=clinic.EncounterText(conclusion="Hartfalen", plan="Optitratie"),
        observations=[NewObservation(fact="weight", value=Decimal(80), at=at)],
        medication=[
            clinic.MedicationStep(
                kind="reported",
                drug="furosemide",
                drug_name="furosemide",
                reason="gebruikt al",
                atc="C03CA01",
            )
        ],
        documents=[clinic.NewDocument(kind="ecg", title="ECG", made_on=at.date(), content=PDF)],
    )
    case = supervision.add_case(**about, episode=episode.pk, question="Wat nu?")
    meeting = supervision.plan_meetings(**about, centre=episode.centre_id, first=at + timedelta(days=8))[0]
    task = record.add_task(
        **about, patient=patient.pk, kind="follow_up", title="Bellen", owner_organisation=episode.centre
    )
    sent = letters.draft_letter(**about, episode=episode.pk, kind="interim")
    letters.sign_and_deliver(**about, letter=sent.pk)
    begun = letters.draft_letter(**about, episode=episode.pk, kind="interim")
    invitation = insight.invite(**about, episode=episode.pk)
    waiting = referrals.send(
        by=gp,
        at=at + timedelta(hours=1),
        patient=patient.pk,
        content=referrals.Content(intent="advice", reason="Graag advies.", patient_informed=True),
        chosen_line="intermediate",
        because="vraag",
    )
    emergency = record.add_task(
        by=gp, at=at, patient=patient.pk, kind="emergency_advice", title="Spoed: pijn op de borst in rust",
        owner_organisation=patient.practice, rank=0, due_at=at,
    )  # fmt: skip
    tolerance = clinic.remember_tolerance(
        **about, episode=episode.pk, drug_class="mra", kind="intolerance", reason="gynaecomastie"
    )
    card = next(one for one in proposals(vs, episode, at=at).cards if one.asks)
    choice = clinic.choose_advice(
        **about,
        episode=episode.pk,
        drug_class=card.drug_class,
        choice="declined",
        basis=card.basis,
        reason="nu niet",
    )
    dosing = clinic.agree_dosing(
        **about, episode=episode.pk, drug_class="arb", kind="max_tolerated", reason="lage bloeddruk"
    )
    access = EmergencyAccess.objects.create(
        patient=patient,
        professional=people.user("gp", other=True).professional,
        reason="proef",
        at=at - timedelta(days=1),
        expires_at=at - timedelta(hours=23),
    )
    draft = start_draft(
        by=people.viewer("project_leader"),
        at=at,
        pathway="heart_failure",
        title="Een andere grens",
        because="om te proberen",
    )
    found = people_found(people, at, patient)
    ids = {
        "patient_id": patient.pk,
        "episode_id": episode.pk,
        "referral_id": waiting.pk,
        "session_id": sessions[0].pk,
        "appointment_id": appointment.pk,
        "encounter_id": encounter.pk,
        "observation_id": Observation.objects.get(encounter=encounter.pk).pk,
        "document_id": Document.objects.get(patient=patient).pk,
        "task_id": task.pk,
        "emergency_task": emergency.pk,
        "emergency_id": emergency.pk,  # of nobody: an emergency without a name
        "allergy_id": tolerance.pk,
        "dosing_id": dosing.pk,
        "medication_id": record_queries.current_medication(patient.pk, at=at)[0].pk,
        "choice_id": choice.pk,
        "answer_id": DangerAnswer.objects.create(network=patient.network, patient=patient, at=at, by="V.").pk,
        "case_id": case.pk,
        "meeting_id": meeting.pk,
        "letter_id": sent.pk,
        "letter_draft": begun.pk,
        "claim_id": Claim.objects.filter(patient=patient).first().pk,
        "user_id": people.user("gp", other=True).pk,
        "alert_id": Alert.objects.get(patient=patient).pk,
        "carer_id": people.user("carer").carer.pk,
        "access_id": access.pk,
        "token": token_of(invitation.pk),
        "draft_id": draft.pk,
        "search_id": found.search_id,
        "person_id": found.pk,
        "slug": "anderhalve-lijn",
        "pathway": "heart_failure",
        "table": "referral",
        "lang": "nl",
        "form": "csv",
    }
    Claim.objects.filter(patient=patient).update(status="submitted")  # what an insurer may see
    for role in EVERYBODY:
        RecoveryCodes.activate(people.user(role))
    clients = {(role, False): people.client(role) for role in EVERYBODY}
    clients |= {(role, True): people.client(role, other=True) for role in (*OTHER_WHERE, "patient")}
    return Stage(people, patient, {name: str(value) for name, value in ids.items()}, clients)


def _household(people: People, patient: Patient, at: datetime) -> None:
    """The patient's own account, a carer, home care, an alert."""
    for role in ("patient", "carer"):
        user = people._users[role, False] = User.objects.create(username=f"{role}-zelf")
        TOTP.activate(user, TOTP_SECRET)
    patient.user = people._users["patient", False]
    patient.save()
    Carer.objects.create(
        user=people._users["carer", False],
        patient=patient,
        family_name="Naaste",
        relation="dochter",
        allowed_from=date(2024, 1, 1),
    )
    CareRelation.objects.create(
        patient=patient,
        organisation=people.organisation("thuiszorg"),
        kind=CareRelation.Kind.CARE_TEAM,
        starts_at=at,
    )
    Alert.objects.create(
        patient=patient, kind="alert", text="valgevaar", recorded_at=at, recorded_by="T. Test"
    )


def _workday(at: datetime) -> date:
    """A coming day without holiday for a session."""
    day = at.date() + timedelta(days=10)
    while day.weekday() > 4:
        day += timedelta(days=1)
    return day


# ---- the matrix ----

ADDRESSES = addresses()
ROWS = sorted(EXPECTED)
LEAVES_NO_RELATION = "without a care relation"
ELSEWHERE = "from another organisation"
WITH = "with a care relation"


def _path(name: str, stage: Stage) -> str:
    url_name = name.partition("?")[0]
    pattern = ADDRESSES[url_name].pattern
    ids = dict(stage.ids)
    if url_name in ("letters:edit", "letters:preview", "letters:refresh", "letters:sign", "letters:discard"):
        ids["letter_id"] = ids["letter_draft"]
    if url_name == "referrals:emergency":
        ids["task_id"] = ids["emergency_task"]
    if url_name == "network:sheet_file":
        ids["form"] = "pdf"
    path = reverse(url_name, kwargs={key: ids[key] for key in pattern.regex.groupindex})
    query = EXPECTED[name].query.format(patient=stage.patient.pk)
    return f"{path}?{query}" if query else path


def _ask(client: Client, row: Row, path: str, stage: Stage) -> Any:
    if not row.post:
        return client.get(path, follow=not row.public)
    known = {"patient": stage.patient.pk, "key": uuid4()}
    return client.post(path, {key: value.format(**known) for key, value in row.data.items()})


def _leaks(response: Any, patient: Patient) -> list[str]:
    """What of the patient stands in the answer."""
    content = response.getvalue() if response.streaming else response.content
    text = content.decode("utf-8", "replace") + response.get("Location", "")
    return [secret for secret in (NAME, patient.bsn, "penicilline") if secret in text]


def _lines(user: str, patient: Patient) -> int:
    return AuditLine.objects.filter(user=user, patient=patient.pk, outcome=AuditLine.Outcome.SUCCESS).count()


def _cut_every_tie(patient: Patient, people: People) -> None:
    """No relation, another practice, no account: as if nobody here ever knew this person."""
    CareRelation.objects.filter(patient=patient).delete()
    Carer.objects.filter(patient=patient).update(patient=people.patient(practice="praktijk_westerhof"))
    other = people.organisation("praktijk_westerhof")
    Patient.objects.filter(pk=patient.pk).update(practice=other, gp=None, user=None)
    Search.objects.update(practice=other)
    FoundPerson.objects.update(practice=other)


def test_every_address_has_a_row():
    assert {name.partition("?")[0] for name in EXPECTED} == set(ADDRESSES)


@pytest.mark.parametrize("name", ROWS)
def test_access(name, stage):
    row = EXPECTED[name]
    faults = [*_faults_with_relation(name, row, stage), *_faults_elsewhere(name, row, stage)]
    faults += _faults_without_relation(name, row, stage)
    if row.post:
        faults += _faults_of_method(name, stage)
    assert not faults, "\n".join(faults)


def _faults_with_relation(name: str, row: Row, stage: Stage) -> list[str]:
    faults = []
    for role in sorted(EVERYBODY):
        user, path = stage.user_id(role), _path(name, stage)
        client = stage.client(role)
        with transaction.atomic():
            before = _lines(user, stage.patient)
            response = _ask(client, row, path, stage)
            logged = _lines(user, stage.patient) > before
            transaction.set_rollback(True)
        allowed = response.status_code not in REFUSED
        if allowed != (role in row.may):
            faults.append(f"{name} {WITH}: {role} got {response.status_code}")
        elif not allowed and (leaks := _leaks(response, stage.patient)):
            faults.append(f"{name} {WITH}: {role} was refused and read {leaks}")
        elif allowed and response.status_code >= 500:
            faults.append(f"{name} {WITH}: {role} got {response.status_code}")
        elif allowed and row.about and not row.post and response.status_code == 200 and not logged:
            faults.append(f"{name} {WITH}: {role} looked and left no line")
    return faults


def _faults_elsewhere(name: str, row: Row, stage: Stage) -> list[str]:
    """The same role at an organisation that never heard of this patient."""
    faults = []
    for role in sorted({*OTHER_WHERE, "patient"}):
        with transaction.atomic():
            response = _ask(stage.client(role, other=True), row, _path(name, stage), stage)
            transaction.set_rollback(True)
        faults += _judged(f"{name} {ELSEWHERE}", role, row, response, stage.patient, same=row.anyway)
    return faults


def _faults_without_relation(name: str, row: Row, stage: Stage) -> list[str]:
    faults = []
    for role in sorted(EVERYBODY):
        client = stage.client(role)
        with transaction.atomic():
            _cut_every_tie(stage.patient, stage.people)
            response = _ask(client, row, _path(name, stage), stage)
            transaction.set_rollback(True)
        faults += _judged(f"{name} {LEAVES_NO_RELATION}", role, row, response, stage.patient, same=row.anyway)
    return faults


def _judged(
    where: str, role: str, row: Row, response: Any, patient: Patient, *, same: frozenset[str]
) -> list[str]:
    allowed = response.status_code not in REFUSED
    faults = []
    if response.status_code >= 500:
        faults.append(f"{where}: {role} got {response.status_code}")
    if allowed and role not in same:
        faults.append(f"{where}: {role} got {response.status_code}")
    if (leaks := _leaks(response, patient)) and not (row.about and role in same) and role not in row.named:
        faults.append(f"{where}: {role} got {response.status_code} and read {leaks}")
    return faults


def _faults_of_method(name: str, stage: Stage) -> list[str]:
    """A step is never taken by following a link."""
    with transaction.atomic():
        response = stage.client("vs").get(_path(name, stage))
        transaction.set_rollback(True)
    harmless = response.status_code == 405 or (response.status_code == 302 and name in LEADS_BACK)
    return [] if harmless else [f"{name}: GET got {response.status_code}"]


LEADS_BACK = {"referrals:send", "set_language"}
"""Addresses that show a form again after somebody signed in anew; by GET they lead to the page of that form."""


@pytest.mark.parametrize("name", ROWS)
def test_who_is_not_signed_in_is_sent_to_sign_in(name, stage):
    row = EXPECTED[name]
    path = _path(name, stage)
    response = Client().post(path, row.data) if row.post else Client().get(path)
    if row.public:
        assert not response.get("Location", "").startswith(reverse("account_login") + "?"), response[
            "Location"
        ]
        assert not _leaks(response, stage.patient)
    else:
        assert response.status_code == 302
        assert response["Location"].startswith(reverse("account_login"))
        assert not _leaks(response, stage.patient)


def test_the_patients_name_is_really_on_a_page_that_may_show_it(stage):
    """So that "leaks nothing" can't be true because the name is written otherwise."""
    response = stage.client("vs").get(reverse("clinic:chart", args=[stage.patient.pk]))
    assert re.search(NAME, response.content.decode())
