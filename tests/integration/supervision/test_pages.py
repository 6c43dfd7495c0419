"""The pages of the meeting as a browser gets them."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from anderhalf.apps.people.models import Draft
from anderhalf.apps.record.models import Task
from anderhalf.apps.supervision import actions
from anderhalf.apps.supervision.models import CaseDiscussion, SupervisionMeeting

pytestmark = pytest.mark.django_db


@pytest.fixture
def cases(seen, episode):
    """Two on the agenda, put there by the agreement: potassium first, then the new patient."""
    seen(potassium="5.8", systolic_bp="118", lvef="33")
    return list(CaseDiscussion.objects.filter(episode=episode).order_by("-urgent", "added_at"))


@pytest.fixture
def now_meeting(people, clinic):
    """A meeting later today, by the real clock, as the pages use it."""
    now = timezone.now()
    (made,) = actions.plan_meetings(
        by=people.viewer("vs"), at=now, centre=clinic.centre.pk, first=now + timedelta(seconds=1)
    )
    return made


def decision(case, **more):
    return {
        "decision": "Halveren en over een week opnieuw prikken.",
        "task": "",
        "version": case.version,
        **more,
    }


def test_the_agenda_says_why_with_its_source(people, cases, now_meeting):
    page = people.client("vs").get(reverse("supervision:meetings")).content.decode()
    assert page.index("Kalium boven 5,5 mmol/l") < page.index("Nieuwe patiënt na eerste consult")
    assert "ESC21 p.3670" in page and "lokale afspraak" in page
    assert reverse("supervision:meeting", args=[now_meeting.pk]) in page


def test_one_case_on_one_screen(people, cases):
    client = people.client("cardiologist")
    page = client.get(reverse("supervision:case", args=[cases[0].pk])).content.decode()
    for said in (
        "Kalium boven 5,5 mmol/l",
        "ESC21 p.3670",
        "5,8",
        "<svg",
        "Besluit vastleggen",
        "casus 1 van 1, vraag 1 van 2",
    ):
        assert said in page, said
    assert reverse("supervision:case", args=[cases[1].pk]) in page


def test_no_page_of_the_meeting_names_a_rule_by_its_internal_name(people, cases, now_meeting, episode):
    client = people.client("cardiologist")
    addresses = [
        reverse("supervision:meetings"),
        reverse("supervision:meeting", args=[now_meeting.pk]),
        *(reverse("supervision:case", args=[case.pk]) for case in cases),
        reverse("home"),
    ]
    for address in addresses:
        page = client.get(address).content.decode()
        for case in cases:
            assert case.rule not in page, (address, case.rule)
        assert not re.search(r">[^<]*\blocal;", page), address


def test_the_vs_sees_the_case_and_cannot_decide(people, cases):
    client = people.client("vs")
    page = client.get(reverse("supervision:case", args=[cases[0].pk])).content.decode()
    assert "Besluit vastleggen" not in page and "Van de agenda halen" in page
    assert (
        client.post(reverse("supervision:decide", args=[cases[0].pk]), decision(cases[0])).status_code == 403
    )
    assert CaseDiscussion.objects.get(pk=cases[0].pk).status == "waiting"


def test_deciding_leads_to_the_next_case_and_then_to_the_meeting(people, cases, now_meeting):
    client, due = people.client("cardiologist"), timezone.localdate() + timedelta(days=3)
    first = client.post(
        reverse("supervision:decide", args=[cases[0].pk]),
        decision(cases[0], task="Kalium prikken", task_due_on=due.isoformat()),
    )
    assert first.url == reverse("supervision:case", args=[cases[1].pk])
    second = client.post(reverse("supervision:decide", args=[cases[1].pk]), decision(cases[1]))
    assert second.url == reverse("supervision:meeting", args=[now_meeting.pk])
    task = Task.objects.exclude(kind="danger").get()
    assert (task.title, task.due_on) == ("Kalium prikken", due)
    decided = CaseDiscussion.objects.get(pk=cases[0].pk)
    assert decided.meeting_id == now_meeting.pk
    page = client.get(reverse("supervision:case", args=[cases[0].pk])).content.decode()
    assert "Halveren en over een week" in page and "Kalium prikken" in page
    assert "Halveren en over een week" in client.get(second.url).content.decode()


def test_a_decision_over_another_keeps_what_was_typed(people, cases):
    people.client("internist").post(
        reverse("supervision:decide", args=[cases[0].pk]), decision(cases[0], decision="Stoppen.")
    )
    late = people.client("cardiologist").post(
        reverse("supervision:decide", args=[cases[0].pk]), decision(cases[0])
    )
    text = late.content.decode()
    assert late.status_code == 422 and "Intussen gewijzigd" in text and "Stoppen." in text
    assert CaseDiscussion.objects.get(pk=cases[0].pk).decision == "Stoppen."


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"decision": " "}, "Schrijf het besluit op."),
        ({"task": "Bellen", "task_due_on": "2020-01-01"}, "een dag die nog komt"),
        ({"task": "Bellen", "task_due_on": "morgen"}, "Vul een datum in als dag-maand-jaar."),
        ({"task": "x" * 201}, "200"),
    ],
)
def test_what_is_missing_is_said(people, cases, more, says):
    url = reverse("supervision:decide", args=[cases[0].pk])
    refused = people.client("cardiologist").post(url, decision(cases[0], **more))
    assert refused.status_code == 422 and says in refused.content.decode()
    assert CaseDiscussion.objects.get(pk=cases[0].pk).status == "waiting"
    assert not Task.objects.exclude(kind="danger").exists()


def test_what_was_typed_comes_back_as_a_draft(people, cases):
    client, case = people.client("cardiologist"), cases[0]
    client.post(
        reverse("save_draft"),
        {
            "draft_form": "supervision_decision",
            "draft_about": str(case.pk),
            "decision": "Nog aan het denken",
            "version": 9,
        },
    )
    page = client.get(reverse("supervision:case", args=[case.pk]))
    assert "Nog aan het denken" in page.content.decode()
    assert page.context["form"]["version"].value() == case.version
    client.post(reverse("supervision:decide", args=[case.pk]), decision(case))
    assert not Draft.objects.exists()


def test_adding_a_case_from_the_chart(people, episode):
    client, url = people.client("vs"), reverse("supervision:add", args=[episode.pk])
    assert client.get(url).status_code == 200
    assert client.post(url, {"question": " "}).status_code == 422
    made = client.post(url, {"question": "Ivabradine?", "urgent": "on"})
    case = CaseDiscussion.objects.get()
    assert made.url == reverse("supervision:case", args=[case.pk]) and case.urgent
    assert client.post(url, {"question": "Ivabradine?"}).url == made.url, "twice is once"
    assert CaseDiscussion.objects.count() == 1


def test_dropping_asks_why(people, cases):
    client, url = people.client("vs"), reverse("supervision:drop", args=[cases[0].pk])
    for nothing in ("", " ", "."):
        assert client.post(url, {"because": nothing}).status_code == 422
    assert client.post(url, {"because": "telefonisch opgelost"}).status_code == 302
    assert CaseDiscussion.objects.get(pk=cases[0].pk).dropped_because == "telefonisch opgelost"
    page = client.get(reverse("supervision:case", args=[cases[0].pk])).content.decode()
    assert "telefonisch opgelost" in page


def test_holding_a_meeting(people, now_meeting, cases):
    client = people.client("vs")
    url = reverse("supervision:meeting", args=[now_meeting.pk])
    here = [str(people.viewer(role).professional_id) for role in ("vs", "cardiologist")]
    page = client.get(url).content.decode()
    assert "ongeveer 6 van de 60 minuten" in page and "verpleegkundig specialist" in page
    refused = client.post(reverse("supervision:close", args=[now_meeting.pk]))
    assert refused.status_code == 422 and "Volgens de afspraak is ook aanwezig" in refused.content.decode()
    assert (
        client.post(
            reverse("supervision:attend", args=[now_meeting.pk]), {"present": ["geen-id"]}
        ).status_code
        == 422
    )
    client.post(reverse("supervision:attend", args=[now_meeting.pk]), {"present": here})
    assert now_meeting.attendance.count() == 2
    assert client.post(reverse("supervision:close", args=[now_meeting.pk])).status_code == 302
    assert SupervisionMeeting.objects.get().status == "held"
    again = client.get(url).content.decode()
    assert "afgesloten door" in again and "Bespreking afsluiten" not in again
    assert client.post(reverse("supervision:close", args=[now_meeting.pk])).status_code == 422


def test_planning_a_series(people, clinic):
    client, url = people.client("vs"), reverse("supervision:plan")
    day = timezone.localdate() + timedelta(days=1)
    data = {"centre": str(clinic.centre.pk), "day": day.isoformat(), "starts": "12:30", "times": "3"}
    assert client.post(url, data).status_code == 302
    assert SupervisionMeeting.objects.count() == 3
    for wrong in (
        {"times": "0"},
        {"times": "53"},
        {"day": "2020-01-01"},
        {"centre": str(people.organisation("anderhalf_west").pk)},
    ):
        assert client.post(url, data | wrong).status_code == 422
    assert SupervisionMeeting.objects.count() == 3


@pytest.mark.parametrize(
    ("role", "other"),
    [("gp", False), ("poh", False), ("vs", True), ("patient", False), ("project_leader", False)],
)
def test_other_people_stay_outside(people, cases, now_meeting, episode, role, other):
    client = people.client(role, other=other)
    case = cases[0]
    for url in (
        reverse("supervision:case", args=[case.pk]),
        reverse("supervision:meeting", args=[now_meeting.pk]),
        reverse("supervision:add", args=[episode.pk]),
    ):
        assert client.get(url).status_code == 403, url
    for url in (
        reverse("supervision:decide", args=[case.pk]),
        reverse("supervision:drop", args=[case.pk]),
        reverse("supervision:attend", args=[now_meeting.pk]),
        reverse("supervision:close", args=[now_meeting.pk]),
    ):
        assert client.post(url, decision(case, because="x")).status_code == 403, url
    if role != "vs":
        assert client.get(reverse("supervision:meetings")).status_code == 403
    else:
        assert "Kalium boven 5,5" not in client.get(reverse("supervision:meetings")).content.decode()
    assert CaseDiscussion.objects.get(pk=case.pk).status == "waiting"


def test_in_english_there_is_no_dutch(people, cases, now_meeting, episode):
    client = people.client("cardiologist", language="en")
    agenda = client.get(reverse("supervision:meetings")).content.decode()
    assert "Potassium above 5.5 mmol/l" in agenda and "Kalium" not in agenda
    page = client.get(reverse("supervision:case", args=[cases[0].pk])).content.decode()
    assert "Record decision" in page and "Besluit" not in page
    meeting = client.get(reverse("supervision:meeting", args=[now_meeting.pk])).content.decode()
    assert "Record attendance" in meeting and "Aanwezig" not in meeting
    add = (
        people.client("vs", language="en").get(reverse("supervision:add", args=[episode.pk])).content.decode()
    )
    assert "What do you want to discuss?" in add and "Inbrengen" not in add


def test_the_number_of_queries_does_not_grow_with_the_agenda(
    people, clinic, now_meeting, at, django_assert_max_num_queries
):
    for _number in range(6):
        episode = clinic.episode()
        actions.add_case(by=people.viewer("vs"), at=at, episode=episode.pk, question="Wat nu?")
    client = people.client("vs")
    client.get(reverse("supervision:meetings"))
    with django_assert_max_num_queries(45):
        client.get(reverse("supervision:meetings"))
