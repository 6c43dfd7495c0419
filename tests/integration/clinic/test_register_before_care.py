"""Angio-oedema that entered the register before care began meets a drug of the list: somebody has a task at once."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from anderhalf.apps.clinic.models import Episode
from anderhalf.apps.people import actions as people_actions
from anderhalf.apps.people.access import Right
from anderhalf.apps.record import actions as record
from anderhalf.apps.record.models import Task
from anderhalf.apps.referrals import actions as referrals
from anderhalf.apps.referrals.danger import Call
from anderhalf.apps.referrals.errors import DoubtNeedsCall
from anderhalf.apps.referrals.steps import Allergy
from tests.spec.cases.titration_patient import DAY
from tests.support.care import Care

pytestmark = pytest.mark.django_db
DURING, GONE, BACK = DAY - timedelta(days=60), DAY - timedelta(days=40), DAY - timedelta(days=1)
CALL = Call(with_whom="dr. A. Jansen, cardioloog", agreed="enalapril eerst navragen")


@pytest.fixture
def known(people):
    """Was in care before, uses enalapril, and went back to the practice."""
    people.at = DAY
    care = Care(people, DAY)
    patient = care.patient()
    episode = care.accepted(sent=DURING - timedelta(days=5), patient=patient)
    record.agree_medication(
        by=people.viewer("vs"), at=DURING, patient=patient.pk, kind="start", drug="enalapril", drug_name="enalapril",
        atc="C09AA02", drug_class="ace_inhibitor", reason="hartfalen", from_at=DURING, under=Right.WRITE_CLINICAL,
        dose=Decimal(10), dose_unit="mg", times_per_day=2,
    )  # fmt: skip
    Episode.objects.filter(pk=episode.pk).update(ended_at=GONE)
    return care, patient


def tasks():
    return [one.rules for one in Task.objects.filter(kind="danger", status="open")]


def test_an_entry_from_before_care_leaves_a_task_when_care_begins(known):
    care, patient = known
    gp = care.people.viewer("gp")
    people_actions.register_allergy(
        by=gp, at=GONE, patient=patient.pk, substance="enalapril", drug_class="ace_inhibitor", drug="enalapril",
        reaction="angioedema", text="2025",
    )  # fmt: skip
    Task.objects.all().delete()
    # The list of the record holds enalapril, so a referral asks for the call before it is sent.
    with pytest.raises(DoubtNeedsCall):
        care.referral(sent=BACK, patient=patient)
    referral = care.referral(sent=BACK, patient=patient, call=CALL)
    Task.objects.filter(kind="danger").delete()
    referrals.accept(by=care.people.viewer("vs"), at=DAY, referral=referral.pk, because="past hier")
    assert tasks() == [["EX-70"]]


def test_a_referral_that_brings_it_leaves_a_task_when_it_is_sent(known):
    care, patient = known
    told = Allergy(substance="enalapril", atc="C09AA02", reaction="angioedema", imported=True)
    with pytest.raises(DoubtNeedsCall):
        care.referral(sent=BACK, patient=patient, allergies=(told,))
    care.referral(sent=BACK, patient=patient, allergies=(told,), call=CALL)
    assert tasks() == [["EX-70"]]


def test_without_the_reaction_there_is_no_task(known):
    care, patient = known
    care.referral(sent=BACK, patient=patient, allergies=(Allergy(substance="enalapril", atc="C09AA02"),))
    assert not tasks()
