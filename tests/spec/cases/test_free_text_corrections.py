"""The reason of a correction is free text too: what it says of a danger is asked."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from anderhalf.apps.clinic import actions
from anderhalf.apps.clinic.errors import WrittenDanger
from anderhalf.apps.clinic.models import Encounter
from anderhalf.apps.record.models import Observation
from tests.spec.cases.care import Care
from tests.spec.cases.test_free_text import asked
from tests.support.people import submission

pytestmark = pytest.mark.django_db
WHY = "Patiënt had net pijn op de borst en kon niet op de weegschaal."


@pytest.fixture
def care(people):
    begun = Care.begin(people, timezone.localtime())
    begun.contact({"weight": 82})
    return begun


def weight(care) -> Observation:
    return Observation.objects.get(patient=care.patient, fact="weight", status="final")


def corrects(care, **more):
    form = {"submission": submission(), "what": "correct", "value": "81", "because": WHY} | more
    address = reverse("clinic:observation_correct", args=[weight(care).pk])
    return care.people.client("vs").post(address, form, follow=True)


def test_the_reason_of_a_corrected_measurement_is_asked(care):
    page = corrects(care)
    questions = asked(page)
    assert page.status_code == 422 and questions and weight(care).number == 82
    assert 'href="tel:112"' in page.content.decode(), "whom to call stands above it"
    corrects(care, **dict.fromkeys(questions, "yes"))
    assert weight(care).number == 81 and care.actions()[0] == "call_112"


def test_what_is_not_so_now_is_kept_and_the_correction_too(care):
    corrects(care, **dict.fromkeys(asked(corrects(care)), "no"))
    assert weight(care).number == 81 and care.tasks() == []


@pytest.mark.parametrize("what", ["unreliable", "error"])
def test_so_is_that_of_a_value_that_is_set_aside(care, what):
    assert corrects(care, what=what, value="").status_code == 422 and weight(care)


def test_no_action_passes_it_by(care):
    with pytest.raises(WrittenDanger):
        actions.correct_measurement(
            by=care.vs, at=timezone.now(), episode=care.episode, observation=weight(care).pk, because=WHY
        )
    assert weight(care).number == 82


def test_the_reason_of_changed_words_is_asked(care):
    found = Encounter.objects.get(episode=care.episode)
    form = {"submission": submission(), "version": found.version, "conclusion": "Stabiel.", "because": WHY}
    address = reverse("clinic:encounter_correct", args=[found.pk])
    page = care.people.client("vs").post(address, form, follow=True)
    assert page.status_code == 422 and asked(page)
    assert Encounter.objects.get(pk=found.pk).conclusion == ""


def test_two_drugs_in_a_reason_are_asked(care):
    pair = "Gebruikt enalapril en Entresto samen."
    page = corrects(care, because=pair)
    assert page.status_code == 422 and len(asked(page)) == 2 and weight(care).number == 82
    corrects(care, because=pair, **dict.fromkeys(asked(page), "no"))
    assert weight(care).number == 81
    corrects(care, because="Gebruikt enalapril en bisoprolol, gaat goed.", value="80")
    assert weight(care).number == 80
