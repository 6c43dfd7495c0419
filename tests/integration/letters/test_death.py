"""A death is recorded once, and everything knows it: the patient, other care, referral, planning, invitation."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from anderhalf.apps.clinic import actions as clinic_actions
from anderhalf.apps.clinic.errors import PatientDeceased as NothingPlanned
from anderhalf.apps.clinic.models import Episode, Outcome
from anderhalf.apps.insight import actions as insight
from anderhalf.apps.insight.errors import ExperienceRefused
from anderhalf.apps.letters import actions
from anderhalf.apps.letters.errors import DayOfDeathNeeded
from anderhalf.apps.letters.models import Letter
from anderhalf.apps.people.models import Patient
from anderhalf.apps.referrals import actions as referrals
from anderhalf.apps.referrals.errors import PatientDeceased
from tests.integration.letters.test_pages import form_of

pytestmark = pytest.mark.django_db
YESTERDAY = timezone.localdate() - timedelta(days=1)


def close(vs, cared_for, **more):
    url = reverse("letters:close_episode", args=[cared_for.pk])
    page = vs.get(url, {"uitkomst": "anders"})
    return vs.post(
        url, form_of(page) | {"do": "sign", "ending": "deceased", "h_reason": "Overleden.", **more}
    )


def test_closing_as_deceased_asks_the_day(people, cared_for):
    refused = close(people.client("vs"), cared_for)
    assert refused.status_code == 422 and "op welke dag de patiënt is overleden" in refused.content.decode()
    tomorrow = timezone.localdate() + timedelta(days=1)
    ahead = close(people.client("vs"), cared_for, deceased_on=tomorrow.isoformat())
    assert ahead.status_code == 422 and "ligt in de toekomst" in ahead.content.decode()
    before = close(people.client("vs"), cared_for, deceased_on="1901-01-01")
    assert before.status_code == 422 and "voor de geboortedatum" in before.content.decode()
    assert not Letter.objects.exists() and Patient.objects.get(pk=cared_for.patient_id).deceased_on is None


def test_it_is_kept_and_every_page_about_the_patient_says_it(people, cared_for):
    vs = people.client("vs")
    assert close(vs, cared_for, deceased_on=YESTERDAY.isoformat()).status_code == 302
    assert Patient.objects.get(pk=cared_for.patient_id).deceased_on == YESTERDAY
    shown = f"{YESTERDAY.day}-{YESTERDAY.month}-{YESTERDAY.year}", f"{YESTERDAY:%d-%m-%Y}"
    text = (
        people.client("poh")
        .get(reverse("people:patient_details", args=[cared_for.patient_id]))
        .content.decode()
    )
    assert "overleden op" in text and any(day in text for day in shown)


def test_other_care_ends_too(people, clinic, cared_for, at):
    """A second period of care of the same patient, for instance of the other pathway."""
    other = clinic.episode(patient=cared_for.patient)
    actions.close_care(
        by=people.viewer("vs"), at=at, episode=cared_for.pk, outcome="deceased", deceased_on=at.date()
    )
    assert not Episode.objects.filter(patient=cared_for.patient_id, ended_at__isnull=True).exists()
    assert Outcome.objects.get(episode=other).kind == "deceased"


def test_the_action_needs_the_day_too(people, cared_for, at):
    with pytest.raises(DayOfDeathNeeded):
        actions.close_care(by=people.viewer("vs"), at=at, episode=cared_for.pk, outcome="deceased")
    assert Episode.objects.get(pk=cared_for.pk).ended_at is None


def dead(patient):
    Patient.objects.filter(pk=patient.pk).update(deceased_on=date(2025, 10, 1))


def test_nobody_is_referred_planned_or_invited_after_death(people, cared_for, at):
    dead(cared_for.patient)
    with pytest.raises(PatientDeceased):
        referrals.send(
            by=people.viewer("poh"), at=at, patient=cared_for.patient_id,
            content=referrals.Content(intent="diagnosis", reason="Kortademig."),
        )  # fmt: skip
    with pytest.raises(NothingPlanned):
        clinic_actions.schedule_next_contact(
            by=people.viewer("vs"), at=at, episode=cared_for.pk, on=at.date() + timedelta(days=7)
        )
    with pytest.raises(ExperienceRefused):
        insight.invite(by=people.viewer("vs"), at=at, episode=cared_for.pk)
    page = people.client("poh").get(reverse("referrals:new"), {"patient": str(cared_for.patient_id)})
    assert "Deze patiënt is overleden" in page.content.decode()


def test_the_practice_can_record_it_and_only_a_day_that_can_be(people, cared_for):
    poh = people.client("poh")
    url = reverse("people:patient_details", args=[cared_for.patient_id])
    page = poh.get(url)
    posted = form_of(page) | {"deceased_on": "01-01-2031"}
    refused = poh.post(url, posted)
    assert refused.status_code == 422 and "ligt in de toekomst" in refused.content.decode()
    kept = poh.post(url, posted | {"deceased_on": f"{YESTERDAY:%d-%m-%Y}"})
    assert kept.status_code == 302
    assert Patient.objects.get(pk=cared_for.patient_id).deceased_on == YESTERDAY
