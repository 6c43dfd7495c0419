"""One patient is one item of a meeting, with the questions; what a call dealt with does not stand as urgent."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone

from anderhalf.apps.clinic import actions as clinic_actions
from anderhalf.apps.clinic import queries as clinic_queries
from anderhalf.apps.supervision import actions
from anderhalf.apps.supervision.models import CaseDiscussion

pytestmark = pytest.mark.django_db


@pytest.fixture
def at():
    """Pages read the real clock, so here everything happens now."""
    return timezone.localtime()


@pytest.fixture
def cases(seen, episode):
    """One contact with a potassium of 6.4: two questions about one patient."""
    seen(potassium="6.4", systolic_bp="118", lvef="33")
    return list(CaseDiscussion.objects.filter(episode=episode).order_by("-urgent", "added_at"))


@pytest.fixture
def meeting(people, clinic, at):
    (made,) = actions.plan_meetings(
        by=people.viewer("vs"), at=at, centre=clinic.centre.pk, first=at + timedelta(minutes=1)
    )
    return made


def main(people, address: str, role: str = "vs") -> str:
    page = people.client(role).get(address).content.decode()
    return page[page.index("<main") :]


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def test_one_contact_puts_one_item_on_the_meeting(people, cases, meeting):
    assert len(cases) >= 2
    minutes = f"ongeveer 6 van de {meeting.minutes} minuten"
    page = main(people, reverse("supervision:meeting", args=[meeting.pk]))
    assert page.count('<li class="agenda-case') == 1 and "1 casus te bespreken" in words(page)
    assert minutes in words(page)
    for case in cases:
        assert reverse("supervision:case", args=[case.pk]) in page, (
            "every question is there, and can be opened"
        )
    assert page.count("Nieuwe patiënt na eerste consult") == 1 and "Kalium boven" in page
    one = words(main(people, reverse("supervision:case", args=[cases[0].pk])))
    assert f"casus 1 van 1, vraag 1 van {len(cases)}" in one
    home = main(people, reverse("home")).partition("Bespreking ")[2]
    assert home.partition("</section>")[0].count(cases[0].patient.full_name) == 1


def test_what_a_call_dealt_with_is_not_urgent_any_more(people, cases, meeting, episode):
    agenda = reverse("supervision:meeting", args=[meeting.pk])
    assert '"flag"' in main(people, agenda) or "eerst" in words(main(people, agenda)).split()
    found = clinic_queries.danger_of(episode.patient, episode.network_id, at=timezone.now())
    now = timezone.now()
    done = clinic_actions.answer_danger(
        by=people.viewer("vs"), at=now, patient=episode.patient_id,
        bases=[one.basis for one in found.signs], steps=["called_112"], called="meldkamer", called_at=now,
    )  # fmt: skip
    assert "eerst" not in words(main(people, agenda)).split()
    assert "eerst" not in words(main(people, reverse("supervision:case", args=[cases[0].pk]))).split()
    clinic_actions.undo_answer(by=people.viewer("vs"), at=timezone.now(), answer=done.pk)
    assert "eerst" in words(main(people, agenda)).split()
