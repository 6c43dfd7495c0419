"""What a referral brings counts from the day on which it is accepted: its numbers, and the drugs of its list."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from anderhalf.apps.clinic import queries
from anderhalf.apps.clinic.models import Episode
from anderhalf.apps.clinic.queries.listed import history_of
from anderhalf.apps.people.access import Right
from anderhalf.apps.record import actions as record
from anderhalf.apps.record.models import Task
from anderhalf.apps.referrals import actions as referrals
from tests.spec.cases.test_referral import KNOWN, Desk

pytestmark = pytest.mark.django_db

LIST = (
    "lisinopril 10 mg 1dd1\nspironolacton 25 mg 1dd1\nbisoprolol 2,5\nmetformine 850 2dd\nrode pilletjes 1x"
)


def accepted(people, listed="", **facts) -> Episode:
    """Sent by the practice nurse, accepted by the nurse practitioner."""
    sure = {f"c_{name}": "on" for name in facts}
    sent = Desk(people).sends({**KNOWN, **facts}, intent="titration", treatment_so_far=listed, **sure)
    assert sent is not None
    referrals.accept(by=people.viewer("vs"), at=timezone.now(), referral=sent.pk, because="past hier")
    return Episode.objects.select_related("patient").get(referral=sent)


def rules(episode) -> set[str]:
    found = queries.danger_of(episode.patient, episode.network_id, at=timezone.now())
    return {one.sign.rule for one in found.signs} if found else set()


def card(people, episode, drug_class):
    page = queries.proposals(people.viewer("vs"), episode, at=timezone.now())
    return next(one for one in page.cards if one.drug_class == drug_class)


def writes_down(people, episode, drug, atc, drug_class="", *, kind="reported"):
    record.agree_medication(
        by=people.viewer("vs"), at=timezone.now(), patient=episode.patient_id, kind=kind, drug=drug, drug_name=drug,
        atc=atc, drug_class=drug_class, reason="nagevraagd", from_at=timezone.now(), under=Right.WRITE_CLINICAL,
        stop_reason="unknown" if kind == "stop" else "",
    )  # fmt: skip


def test_a_high_potassium_of_the_referral_is_a_danger_with_a_task_from_acceptance(people):
    episode = accepted(people, LIST, potassium="5.8")
    assert "AL-30" in rules(episode)
    assert Task.objects.filter(patient=episode.patient_id, kind="danger", status="open").exists()


def test_a_potassium_of_5_5_is_none(people):
    assert rules(accepted(people, LIST, potassium="5.5")) == set()


def test_a_complaint_of_the_referral_was_judged_by_triage(people):
    assert rules(accepted(people, orthopnoea=True)) == set()


def test_who_uses_a_drug_by_the_referral_is_not_proposed_to_start_it(people):
    episode = accepted(people, LIST, potassium="5.8")
    assert (card(people, episode, "mra").kind, card(people, episode, "ace_inhibitor").kind) == (
        "decrease",
        "stop",
    )
    other = accepted(people, "metformine 850 2dd", potassium="4.4")
    assert card(people, other, "mra").kind in ("start", "hold", "needs_data")


@pytest.mark.parametrize(
    ("listed", "used"),
    [
        ("Ontwaterd met furosemide i.v.; bisoprolol 2,5 mg", False),
        ("furosemide iv tijdens opname\nbisoprolol 2,5 mg", False),
        ("Ontwaterd met furosemide i.v., nu oraal 40 mg", True),
        ("furosemide 40 mg 1dd", True),
    ],
)
def test_what_was_given_in_hospital_is_not_used_at_home(people, listed, used):
    """No card lowers a furosemide that nobody takes."""
    history = history_of(accepted(people, listed).patient_id, on=timezone.localdate())
    assert any(row.atc == "C03CA01" for row in history) is used


def test_the_drugs_of_the_list_count_for_the_eye(people):
    episode = accepted(people, "enalapril 10 mg, spironolacton 25 mg", potassium="5.5", nsaid=False)
    assert rules(episode) == set()
    Episode.objects.filter(pk=episode.pk).first().referral.__class__.objects.filter(
        pk=episode.referral_id
    ).update(treatment_so_far="enalapril 10 mg, spironolacton 25 mg, naproxen 500 2dd")
    assert "EX-105" in rules(Episode.objects.select_related("patient").get(pk=episode.pk))


def test_a_drug_ends_being_told_when_the_record_holds_it_or_another_of_its_class(people):
    episode = accepted(people, LIST)
    before = card(people, episode, "beta_blocker")
    assert "isoprolol" in before.title
    writes_down(people, episode, "carvedilol", "C07AG02", "beta_blocker")
    assert "EX-96" not in rules(episode), "no second beta-blocker"
    assert "arvedilol" in card(people, episode, "beta_blocker").title


@pytest.mark.parametrize("page", ["clinic:medication", "clinic:encounter_new"])
def test_lines_that_nobody_wrote_down_stay_in_sight(people, page):
    episode = accepted(people, LIST)
    writes_down(people, episode, "lisinopril", "C09AA03", "ace_inhibitor")
    writes_down(people, episode, "spironolactone", "C03DA01", "mra", kind="stop")
    of = episode.patient_id if page == "clinic:medication" else episode.pk
    html = people.client("vs").get(reverse(page, args=[of])).content.decode()
    brought = html[html.index("nog niet vastgelegd") :]
    assert "rode pilletjes 1x" in brought and "bisoprolol 2,5" in brought and "metformine" in brought
    assert "lisinopril 10 mg 1dd1" not in brought and "spironolacton 25 mg 1dd1" not in brought
