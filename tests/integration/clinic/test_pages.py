"""The pages through a signed-in browser's eyes: what is shown to whom, planning, corrections, documents."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from anderhalf.apps.audit.models import AuditLine
from anderhalf.apps.clinic import actions
from anderhalf.apps.clinic.models import Appointment
from anderhalf.apps.record.actions import NewObservation
from anderhalf.apps.record.models import Document, Observation
from tests.support.people import submission

from . import page_care
from .page_care import PDF

at = page_care.at
care = page_care.care


# ---- who sees what ----

CHART_PAGES = ("chart", "encounters", "measurements", "medication", "documents")


FULL, REDUCED, NONE = "full", "reduced", "none"


@pytest.mark.parametrize(
    ("role", "other", "sees"),
    [
        ("vs", False, FULL), ("pa", False, FULL), ("hf_nurse", False, FULL), ("cardiologist", False, FULL),
        ("internist", False, FULL), ("gp", False, REDUCED), ("poh", False, REDUCED), ("paramedic", False, REDUCED),
        ("district_nurse", False, REDUCED), ("enurse", False, REDUCED), ("vs", True, NONE), ("gp", True, NONE),
        ("project_leader", False, NONE), ("billing", False, NONE), ("insurer", False, NONE),
        ("administrator", False, NONE), ("privacy_officer", False, NONE), ("patient", False, NONE),
    ],
)  # fmt: skip
def test_who_sees_the_chart(care, people, role, other, sees):
    client, patient = people.client(role, other=other), care.patient_id
    seen = {name: client.get(reverse(f"clinic:{name}", args=[patient])) for name in CHART_PAGES}
    plan = client.get(reverse("clinic:plan", args=[patient]))
    if sees == FULL:
        assert {response.status_code for response in seen.values()} == {200}
        assert plan.status_code == 200
        return
    assert all(response.status_code in (302, 403) for response in seen.values())
    if sees == REDUCED:
        assert seen["chart"].status_code == 302
        assert seen["chart"].url == reverse("clinic:plan", args=[patient])
        assert "elke ochtend wegen" in plan.content.decode()
        assert "geheim oordeel" not in plan.content.decode()
    else:
        assert plan.status_code == 403
        assert "elke ochtend wegen" not in plan.content.decode()


def test_the_patient_reads_the_own_plan_in_plain_words(care, people):
    user = people.user("patient")
    other = user.patient
    other.user = None
    other.save()
    care.patient.user = user
    care.patient.save()
    client = people.client("patient")
    page = client.get(reverse("clinic:plan", args=[care.patient_id])).content.decode()
    assert "Uw plan" in page
    assert "elke ochtend wegen" in page
    assert "geheim oordeel" not in page
    assert client.get(reverse("clinic:plan", args=[other.pk])).status_code == 403
    assert client.get(reverse("clinic:documents", args=[care.patient_id])).status_code == 403


def test_every_look_leaves_a_line(care, people):
    client = people.client("vs")
    pages = [reverse(f"clinic:{name}", args=[care.patient_id]) for name in (*CHART_PAGES, "plan")]
    pages += [
        reverse("clinic:encounter", args=[care.encounters.get().pk]),
        reverse("clinic:encounter_new", args=[care.pk]),
        reverse("clinic:book", args=[care.pk]),
        reverse("clinic:document", args=[Document.objects.get().pk]),
    ]
    for page in pages:
        before = AuditLine.objects.filter(patient=care.patient_id, action="R").count()
        assert client.get(page).status_code == 200, page
        assert AuditLine.objects.filter(patient=care.patient_id, action="R").count() == before + 1, page


@pytest.mark.parametrize("language", ["nl", "en"])
def test_pages_of_the_centre_are_shown(care, clinic, people, at, language):
    client = people.client("vs", language=language)
    session = clinic.session(day=at.date() + timedelta(days=1 if at.weekday() < 4 else 5))
    appointment = actions.book(by=clinic.vs, at=at, slot=clinic.slot(session).pk, episode=care.pk)
    clinic.episode()
    pages = {
        "clinic:today": [], "clinic:agenda": [], "clinic:sessions_new": [], "clinic:waiting": [], "clinic:in_care": [],
        "clinic:session": [session.pk], "clinic:appointment_move": [appointment.pk],
        "clinic:appointment_cancel": [appointment.pk], "clinic:home_measurement": [care.patient_id],
        "clinic:observation_correct": [Observation.objects.filter(fact="potassium").get().pk],
        "clinic:encounter_correct": [care.encounters.get().pk],
    }  # fmt: skip
    for name, arguments in pages.items():
        response = client.get(reverse(name, args=arguments))
        assert response.status_code == 200, name
        assert "style=" not in response.content.decode().split("<main")[1].split("</main>")[0], name
    assert client.get(reverse("clinic:agenda") + "?weergave=week&dag=nonsense&centrum=x").status_code == 200


def test_the_chart_asks_no_more_for_more_rows(care, clinic, people, at):
    client, page = people.client("vs"), reverse("clinic:chart", args=[care.patient_id])

    def count(address: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    pages = [
        page,
        *(reverse(f"clinic:{name}", args=[care.patient_id]) for name in ("encounters", "measurements")),
    ]
    client.get(page)  # the agreement's content is parsed once and stays parsed
    few = [count(one) for one in pages]
    for number in range(1, 6):
        moment = at - timedelta(hours=number)  # care began five days ago, one hour later
        items = [NewObservation(fact="potassium", value=Decimal("4.5"), at=moment)]
        actions.record_encounter(by=clinic.vs, at=at, episode=care.pk, happened_at=moment, observations=items)
    assert [count(one) for one in pages] == few


# ---- planning ----


def tomorrow(clinic, at):
    """A session on the first day after today that is no holiday and no weekend."""
    from anderhalf.apps.clinic.holidays import holiday_on

    day = at.date() + timedelta(days=1)
    while day.weekday() > 4 or holiday_on(day):
        day += timedelta(days=1)
    return clinic.session(day=day, at=at)


def test_pressing_twice_books_once(clinic, people, at):
    episode, slot = clinic.episode(), clinic.slot(tomorrow(clinic, at))
    client, page = people.client("vs"), reverse("clinic:book", args=[episode.pk])
    assert str(slot.pk) in client.get(page).content.decode()
    data = {"submission": submission(), "slot": str(slot.pk), "kind": "visit"}
    first, second = client.post(page, data), client.post(page, data)
    assert (first.status_code, second.status_code) == (302, 302)
    assert first.url == second.url == reverse("clinic:chart", args=[episode.patient_id])
    assert Appointment.objects.count() == 1


def test_too_late_says_so_and_shows_other_times(clinic, people, at):
    first, second, session = clinic.episode(), clinic.episode(), tomorrow(clinic, at)
    slot = clinic.slot(session)
    actions.book(by=clinic.vs, at=at, slot=slot.pk, episode=first.pk)
    response = people.client("pa").post(
        reverse("clinic:book", args=[second.pk]),
        {"submission": submission(), "slot": str(slot.pk), "kind": "visit"},
    )
    assert response.status_code == 409
    page = response.content.decode()
    assert "net door een ander bezet" in page
    assert str(clinic.slot(session, 1).pk) in page
    assert str(slot.pk) not in page


def test_making_sessions_on_screen(clinic, people, at):
    client, page = people.client("vs"), reverse("clinic:sessions_new")
    data = {
        "submission": submission(), "centre": str(clinic.centre.pk), "professional": str(clinic.vs.professional_id),
        "first_day": (at.date() + timedelta(days=7)).isoformat(), "starts": "09:00", "ends": "12:00",
        "slot_minutes": "30", "kinds": ["visit", "phone"], "weeks": "2",
    }  # fmt: skip
    assert client.post(page, data).status_code == 302
    wrong = client.post(page, data | {"ends": "08:00", "submission": submission()})
    assert wrong.status_code == 422
    assert "einde moet na het begin" in wrong.content.decode()


# ---- corrections, home measurements, documents ----


def test_a_corrected_value_stays_visible_struck_through(care, people):
    client = people.client("vs")
    old = Observation.objects.get(fact="potassium")
    page = reverse("clinic:observation_correct", args=[old.pk])
    assert (
        client.post(page, {"submission": submission(), "what": "correct", "value": "5,0"}).status_code == 422
    )
    data = {"submission": submission(), "what": "correct", "value": "5,0", "because": "verkeerd overgenomen"}
    assert client.post(page, data).status_code == 302
    shown = client.get(reverse("clinic:measurements", args=[care.patient_id])).content.decode()
    assert "<s>4,8</s>" in shown
    assert "verkeerd overgenomen" in shown
    assert "<strong>5,0</strong>" in shown
    again = client.post(page, data | {"submission": submission()})
    assert again.status_code == 422
    assert Observation.objects.filter(fact="potassium").count() == 2


def test_entered_in_error_counts_nowhere(care, people):
    client, old = people.client("vs"), Observation.objects.get(fact="potassium")
    data = {"submission": submission(), "what": "error", "because": "andere patiënt"}
    assert client.post(reverse("clinic:observation_correct", args=[old.pk]), data).status_code == 302
    old.refresh_from_db()
    assert (old.status, old.status_because) == ("entered_in_error", "andere patiënt")
    latest = client.get(reverse("clinic:chart", args=[care.patient_id])).content.decode()
    assert "4,8" not in latest.split('class="latest"')[1].split("</dl>")[0]


@pytest.mark.parametrize("role", ["district_nurse", "enurse", "paramedic", "vs"])
def test_measurements_at_home(care, people, at, role):
    client, page = people.client(role), reverse("clinic:home_measurement", args=[care.patient_id])
    data = {"submission": submission(), "measured_on": at.date().isoformat(), "f_weight": "83,1"}
    assert client.post(page, data).status_code == 302
    assert client.post(page, data).status_code == 302
    row = Observation.objects.get(origin="home")
    assert (row.fact, row.number) == ("weight", Decimal("83.1"))
    ahead = data | {"submission": submission(), "measured_on": (at.date() + timedelta(days=1)).isoformat()}
    assert client.post(page, ahead).status_code == 422
    assert (
        client.post(page, {"submission": submission(), "measured_on": at.date().isoformat()}).status_code
        == 422
    )


@pytest.mark.parametrize("role", ["gp", "poh", "cardiologist", "project_leader"])
def test_who_does_not_enter_home_measurements(care, people, role):
    assert (
        people.client(role).get(reverse("clinic:home_measurement", args=[care.patient_id])).status_code == 403
    )


def test_a_document_is_shown_and_never_run(care, people):
    page = reverse("clinic:document", args=[Document.objects.get().pk])
    response = people.client("vs").get(page)
    assert (response["Content-Type"], response["X-Content-Type-Options"]) == ("application/pdf", "nosniff")
    assert response["Content-Disposition"].startswith("inline")
    assert "sandbox" in response["Content-Security-Policy"]
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert response["Cache-Control"] == "private, no-store"
    assert response.content == PDF
    for role, other in (("gp", False), ("district_nurse", False), ("vs", True), ("project_leader", False)):
        assert people.client(role, other=other).get(page).status_code == 403


def test_the_text_of_a_contact_is_corrected_on_screen(care, people):
    client, encounter = people.client("vs"), care.encounters.get()
    page = reverse("clinic:encounter_correct", args=[encounter.pk])
    data = {"submission": submission(), "version": 1, "complaints": "fietst weer naar de markt", "plan": "elke dag wegen",
            "because": "onvolledig"}  # fmt: skip
    assert client.post(page, data | {"because": ""}).status_code == 422
    assert client.post(page, data).status_code == 302
    shown = client.get(reverse("clinic:encounter", args=[encounter.pk])).content.decode()
    assert "fietst weer naar de markt" in shown
    assert "geheim oordeel" in shown, "the old words can still be read"
    late = client.post(page, data | {"complaints": "van een ander", "submission": submission()})
    assert late.status_code == 422
    assert "fietst weer naar de markt" in late.content.decode()
    assert "van een ander" in late.content.decode()


def test_the_plan_is_written_on_screen(care, people):
    client, page = people.client("vs"), reverse("clinic:plan", args=[care.patient_id])
    care.refresh_from_db()
    data = {"submission": submission(), "version": care.version, "plan": "nieuw plan"}
    assert client.post(page, data).status_code == 302
    late = client.post(page, data | {"plan": "te laat"})
    assert late.status_code == 422
    assert "nieuw plan" in late.content.decode()
    assert "te laat" in late.content.decode()
    assert people.client("gp").post(page, data).status_code == 403


def test_the_answer_of_the_table_is_kept_by_a_press(care, people):
    client = people.client("vs")
    assert client.post(reverse("clinic:stable", args=[care.pk])).status_code == 302
    assert (
        "Laatst vastgelegd op" in client.get(reverse("clinic:chart", args=[care.patient_id])).content.decode()
    )
    assert people.client("cardiologist").post(reverse("clinic:stable", args=[care.pk])).status_code == 403
