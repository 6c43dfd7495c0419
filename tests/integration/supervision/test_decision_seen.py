"""What the specialist decided is read in full where the next step is taken, and what is asked names its drug class."""

from __future__ import annotations

import pytest
from django.urls import reverse

from anderhalf.apps.supervision import actions
from anderhalf.apps.supervision.models import CaseDiscussion

pytestmark = pytest.mark.django_db
SAID = (
    "Kalium herhalen over een week. Sacubitril/valsartan nog niet starten. Bij kalium onder 5,0 mmol/l alsnog, "
    "met controle na 1 en na 4 weken; daarboven opnieuw bespreken."
)


@pytest.mark.parametrize("page", ["clinic:proposals", "clinic:chart"])
def test_a_decision_outside_the_meeting_stands_in_full_beside_the_proposals(people, episode, seen, at, page):
    seen(potassium="5.8")
    case = CaseDiscussion.objects.get(episode=episode, rule="high_potassium")
    actions.decide_case(by=people.viewer("cardiologist"), at=at, case=case.pk, decision=SAID)
    shown = people.client("vs").get(reverse(page, args=[episode.patient_id])).content.decode()
    assert SAID in shown and reverse("supervision:case", args=[case.pk]) in shown


@pytest.mark.parametrize("role", ["poh", "gp"])
def test_who_may_not_see_cases_sees_no_decision(people, episode, seen, at, role):
    seen(potassium="5.8")
    case = CaseDiscussion.objects.get(episode=episode, rule="high_potassium")
    actions.decide_case(by=people.viewer("cardiologist"), at=at, case=case.pk, decision=SAID)
    answer = people.client(role).get(reverse("clinic:chart", args=[episode.patient_id]), follow=True)
    assert SAID not in answer.content.decode()
