"""A danger that comes in while a referral waits stands above everything on its page, and is dealt with first."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from anderhalf.apps.record.models import Task
from anderhalf.apps.referrals import actions
from anderhalf.apps.referrals.errors import ReferralRefused
from anderhalf.apps.referrals.models import Referral
from tests.spec.cases.test_free_text import Letter, asked

pytestmark = pytest.mark.django_db
SAID = "Meneer is vanmorgen flauwgevallen en heeft pijn op de borst."


@pytest.fixture
def waiting(people):
    letter = Letter(people)
    letter.sends(reason="Graag de medicatie instellen.", chosen_line="intermediate", because="bekend")
    return letter


def tells(people, letter, said=SAID):
    """The practice writes it in the thread, and says that it is so."""
    address, client = reverse("referrals:message", args=[letter.sent.pk]), people.client("poh")
    page = client.post(address, {"text": said})
    questions = asked(page)
    assert questions, page.content.decode()[:2000]
    return client.post(address, {"text": said} | dict.fromkeys(questions, "yes"), follow=True)


def test_the_page_of_the_referral_says_it_with_a_number_to_who_decides_and_to_who_wrote_it(people, waiting):
    tells(people, waiting)
    assert Task.objects.filter(patient=waiting.patient, kind="danger", status="open").exists()
    for role in ("vs", "poh"):
        page = people.client(role).get(reverse("referrals:referral", args=[waiting.sent.pk])).content.decode()
        assert page.index('href="tel:112"') < page.index("Brief"), role
    page = people.client("vs").get(reverse("referrals:referral", args=[waiting.sent.pk])).content.decode()
    assert reverse("clinic:danger", args=[waiting.patient.pk]) in page


@pytest.mark.parametrize(
    ("decide", "more"),
    [("accept", {"because": "past hier"}), ("answer_advice", {"answer": "Ga zo door."}),
     ("redirect", {"line": "first", "because": "kan bij u"})],
)  # fmt: skip
def test_nobody_decides_about_the_referral_before_it_is_dealt_with(people, waiting, decide, more):
    tells(people, waiting)
    vs, referral, at = people.viewer("vs"), waiting.sent.pk, timezone.now()
    with pytest.raises(ReferralRefused, match="gevaar open"):
        getattr(actions, decide)(by=vs, at=at, referral=referral, **more)
    assert Referral.objects.get(pk=referral).status == "sent"
    address = reverse("clinic:danger", args=[waiting.patient.pk])
    shown = people.client("vs").get(address)
    bases = [
        task.basis for task in Task.objects.filter(patient=waiting.patient, kind="danger", status="open")
    ]
    assert shown.status_code == 200 and bases


def test_to_the_hospital_it_may_go_at_once(people, waiting):
    tells(people, waiting)
    found = actions.redirect(
        by=people.viewer("vs"),
        at=timezone.now(),
        referral=waiting.sent.pk,
        line="second",
        because="met spoed gezien",
    )
    assert found.status == "redirected"
