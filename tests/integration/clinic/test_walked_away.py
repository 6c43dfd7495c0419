"""A dangerous value that somebody typed, was asked about and left leaves a task with a clock, as at home."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from anderhalf.apps.clinic import actions
from anderhalf.apps.record.models import Observation, Task
from tests.spec.cases.care import Care
from tests.support.people import submission

PATHWAYS = pytest.mark.parametrize("pathway", ["heart_failure", "atrial_fibrillation"])
VALUES = pytest.mark.parametrize(
    ("fact", "low", "well"), [("systolic_bp", "76", "124"), ("potassium", "6,4", "4,4")]
)


@pytest.fixture
def at():
    """Pages read the real clock, so here everything happens now."""
    return timezone.localtime()


class Desk:
    """The contact form of one patient, filled in by somebody of the centre."""

    def __init__(self, people, at, pathway="heart_failure"):
        self.care, self.at, self.people = Care.begin(people, at, pathway=pathway), at, people
        self.address = reverse("clinic:encounter_new", args=[self.care.episode.pk])

    def save(self, role="hf_nurse", **given):
        """Press "vastleggen" with these fields."""
        self.care.episode.refresh_from_db()
        form = {
            "submission": submission(), "version": self.care.episode.version,
            "happened_on": self.at.date().isoformat(), "kind": "visit",
            "next_contact_on": (self.at.date() + timedelta(days=13)).isoformat(), **given,
        }  # fmt: skip
        return self.people.client(role).post(self.address, form)


@pytest.fixture(params=["heart_failure", "atrial_fibrillation"])
def desk(people, at, request):
    """For both pathways."""
    return Desk(people, at, request.param)


@VALUES
def test_walking_away_from_is_this_right_leaves_a_task_for_who_typed_and_the_role(desk, fact, low, well):
    answer = desk.save(**{f"f_{fact}": low})
    assert answer.status_code == 422 and not Observation.objects.filter(fact=fact).exists()
    (task,) = desk.care.tasks()
    assert task.owner_id == desk.people.viewer("hf_nurse").professional_id and task.role
    assert task.due_at is not None and task.title.startswith("Als dit klopt") and low in task.note
    assert "staat dit als taak op Vandaag" in answer.content.decode()
    today = desk.people.client("vs").get(reverse("home")).content.decode()
    assert reverse("clinic:danger", args=[desk.care.patient.pk]) in today, "a colleague finds it too"


@VALUES
def test_pressing_again_makes_no_second_task_and_the_clock_of_the_first_stays(desk, fact, low, well):
    desk.save(**{f"f_{fact}": low})
    (first,) = desk.care.tasks()
    desk.save(**{f"f_{fact}": low})
    (second,) = desk.care.tasks()
    assert second.pk == first.pk and second.due_at == first.due_at


@VALUES
def test_confirmed_it_becomes_the_danger_itself_with_the_earlier_clock(desk, fact, low, well):
    desk.save(**{f"f_{fact}": low})
    (first,) = desk.care.tasks()
    saved = desk.save(**{f"f_{fact}": low, f"sure_{fact}": low})
    assert saved.status_code == 302
    (now,) = desk.care.tasks()
    assert not now.title.startswith("Als dit klopt") and now.due_at <= first.due_at
    assert Task.objects.get(pk=first.pk).status == Task.Status.CANCELLED


@VALUES
def test_corrected_to_what_is_no_danger_it_ends(desk, fact, low, well):
    desk.save(**{f"f_{fact}": low})
    assert desk.save(**{f"f_{fact}": well}).status_code == 302
    assert desk.care.tasks() == []


@VALUES
def test_saved_without_the_value_it_stays_until_somebody_writes_what_was_done(desk, fact, low, well):
    desk.save(**{f"f_{fact}": low})
    assert desk.save(f_weight="80").status_code == 302
    assert len(desk.care.tasks()) == 1, "emptying the field is no answer"
    found = desk.care.danger()
    actions.answer_danger(
        by=desk.care.vs, at=desk.at, patient=desk.care.patient.pk, bases=[one.basis for one in found.tasks],
        steps=["measured_again"], note="typefout, het was 124",
    )  # fmt: skip
    assert desk.care.tasks() == []


def test_a_correction_that_asks_leaves_a_task_too(people, at):
    care = Care.begin(people, at)
    care.result({"potassium": "4.4"})
    row = Observation.objects.get(fact="potassium")
    address = reverse("clinic:observation_correct", args=[row.pk])
    given = {"submission": submission(), "what": "correct", "value": "6,4", "because": "verkeerd overgenomen"}
    assert people.client("hf_nurse").post(address, given).status_code == 422
    (task,) = care.tasks()
    assert task.owner_id == people.viewer("hf_nurse").professional_id
