"""What protects a patient is taken away by who may prescribe only; it stays in sight, and can be put back."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from anderhalf.apps.audit.models import AuditLine
from anderhalf.apps.clinic import actions, queries
from anderhalf.apps.clinic.errors import DangerRefused
from anderhalf.apps.clinic.models import AdviceChoice, DosingAgreement
from anderhalf.apps.people import actions as people_actions
from anderhalf.apps.people.access import AccessDenied, Right
from anderhalf.apps.people.models import Alert, AllergiesAsked, AllergyIntolerance
from anderhalf.apps.record import actions as record
from anderhalf.core.pathway.named import Named

from .test_register import Care
from .titration_care import value_of

ENDED = {"because": "berust op verwisseling", "in_error": ""}


@pytest.fixture
def at():
    """Pages read the real clock, so here everything happens now."""
    return timezone.localtime()


@pytest.fixture
def care(clinic, at):
    """A patient in care, all classes asked."""
    return Care(clinic, at).well()


@pytest.fixture
def entry(care):
    """Angio-oedema on enalapril, coded."""
    return actions.remember_tolerance(
        by=care.vs, at=care.at, episode=care.episode.pk, kind="intolerance", drug_class="ace_inhibitor",
        drug="enalapril", reaction="angioedema", reason="gezwollen tong",
    )  # fmt: skip


def signed_in(care, role):
    """A browser of somebody with this role at the centre."""
    return care.clinic.people.client(role)


def head(care, role="vs"):
    """The head above the record as this role reads it."""
    page = signed_in(care, role).get(reverse("clinic:chart", args=[care.patient])).content.decode()
    return page.split('class="banner-facts"')[1].split("</dl>")[0]


@pytest.mark.parametrize("in_error", ["", "1"])
@pytest.mark.parametrize("road", ["clinic:tolerance_end", "people:allergy_end"])
def test_a_nurse_ends_no_intolerance_by_any_road(care, entry, road, in_error):
    browser = signed_in(care, "hf_nurse")
    answer = browser.post(reverse(road, args=[care.patient, entry.pk]), ENDED | {"in_error": in_error})
    assert answer.status_code == 403
    assert "voorschrijven" in answer.content.decode(), "and is told whom to ask"
    entry.refresh_from_db()
    assert entry.counts and "angio-oedeem" in head(care)
    assert AuditLine.objects.filter(outcome=AuditLine.Outcome.REFUSED, event=f"refused:{road}").exists()


def test_the_nurse_sees_no_button_and_reads_whom_to_ask(care, entry):
    address = reverse("clinic:tolerances", args=[care.patient])
    ends = reverse("clinic:tolerance_end", args=[care.patient, entry.pk])
    assert ends in signed_in(care, "vs").get(address).content.decode()
    page = signed_in(care, "hf_nurse").get(address).content.decode()
    assert ends not in page and "Leg het aan een van hen voor" in page


@pytest.mark.parametrize("in_error", ["", "1"])
def test_what_a_prescriber_ends_stays_struck_through_and_can_be_put_back(care, entry, in_error):
    ends = reverse("clinic:tolerance_end", args=[care.patient, entry.pk])
    assert signed_in(care, "vs").post(ends, ENDED | {"in_error": in_error}).status_code == 302
    shown = head(care)
    assert "geen bekend" not in shown and "niet nagevraagd" not in shown
    assert "<s>" in shown and "angio-oedeem" in shown.split("<s>")[1].split("</s>")[0]
    assert care.vs.name in shown and "verwisseling" in shown and f"{care.at:%d-%m-%Y}" in shown
    back = reverse("clinic:tolerance_restore", args=[care.patient, entry.pk])
    assert signed_in(care, "hf_nurse").post(back).status_code == 302, "putting back protects"
    entry.refresh_from_db()
    assert entry.counts and entry.verification == AllergyIntolerance.Verification.CONFIRMED
    assert "<s>" not in head(care)
    assert [step.what for step in entry.changes.all()] == [
        "registered",
        "in_error" if in_error else "ended",
        "restored",
    ]


def test_asked_again_after_an_end_is_still_not_none_known(care, entry):
    actions.end_tolerance(by=care.vs, at=care.at, allergy=entry.pk, because="provocatie negatief")
    actions.ask_tolerances(by=care.vs, at=care.at, episode=care.episode.pk)
    assert "geen bekend" not in head(care) and "provocatie negatief" in head(care)


def told(care, text, reaction=""):
    """An entry that came with the referral and that nobody judged."""
    return people_actions.register_allergy(
        by=care.vs, at=care.at, patient=care.patient, substance=text, reaction=reaction, origin="referral"
    )


def test_a_nurse_confirms_what_the_words_say_and_makes_nothing_less_of_it(care):
    entry = told(care, "enalapril: gezwollen tong")
    nurse = care.clinic.people.viewer("hf_nurse")
    about = {"by": nurse, "at": care.at, "allergy": entry.pk}
    for less in (
        {"about": [], "reaction": "angioedema"},
        {"about": [Named("mra", "")], "reaction": "angioedema"},
        {"about": [Named("ace_inhibitor", "")], "reaction": "cough"},
        {"about": [Named("ace_inhibitor", "")], "reaction": ""},
    ):
        with pytest.raises(AccessDenied):
            actions.judge_tolerance(**about, **less)
    with pytest.raises(AccessDenied):
        actions.reject_tolerance(**about, because="verwisseld")
    actions.judge_tolerance(**about, about=[Named("ace_inhibitor", "")], reaction="angioedema")
    entry.refresh_from_db()
    assert entry.verification == "confirmed" and entry.reaction == "angioedema"


def test_rejecting_takes_a_prescriber_and_a_reason_and_stays_in_sight(care):
    entry = told(care, "penicilline: huiduitslag")
    judge = reverse("clinic:tolerance_judge", args=[care.patient, entry.pk])
    signed_in(care, "vs").post(judge, {"do": "reject", "because": ".", "submission": str(uuid4())})
    entry.refresh_from_db()
    assert entry.counts, "a reason has to say something"
    signed_in(care, "vs").post(
        judge, {"do": "reject", "because": "andere patiënt", "submission": str(uuid4())}
    )
    shown = head(care)
    assert "<s>penicilline" in shown and "andere patiënt" in shown and care.vs.name in shown


@pytest.mark.parametrize("kind", Alert.Kind.values)
def test_a_warning_or_limit_is_ended_by_a_prescriber_and_stays_in_sight(care, kind):
    alert = people_actions.add_alert(
        by=care.vs, at=care.at, patient=care.patient, kind=kind, text="niet reanimeren"
    )
    ends = reverse("people:alert_end", args=[care.patient, alert.pk])
    assert signed_in(care, "hf_nurse").post(ends, ENDED).status_code == 403
    assert signed_in(care, "poh").post(ends, ENDED).status_code == 403
    signed_in(care, "vs").post(ends, {"because": "-"})
    assert Alert.objects.get().ended_at is None, "a reason has to say something"
    signed_in(care, "vs").post(ends, ENDED)
    shown = head(care)
    assert "<s>niet reanimeren</s>" in shown and "verwisseling" in shown
    assert kind == "alert" or "geen vastgelegd" not in shown
    signed_in(care, "hf_nurse").post(reverse("people:alert_restore", args=[care.patient, alert.pk]))
    assert Alert.objects.filter(ended_at__isnull=True, text="niet reanimeren").count() == 1
    assert "<s>" not in head(care)


def test_a_dosing_agreement_is_ended_by_a_prescriber(care):
    row = actions.agree_dosing(
        by=care.vs,
        at=care.at,
        episode=care.episode.pk,
        kind="max_tolerated",
        drug_class="beta_blocker",
        reason="duizelig",
    )
    ends = reverse("clinic:dosing_end", args=[care.patient, row.pk])
    assert signed_in(care, "hf_nurse").post(ends, ENDED).status_code == 403
    assert DosingAgreement.objects.get().ended_at is None
    assert signed_in(care, "vs").post(ends, ENDED).status_code == 302


def measured(care, **facts):
    """Values of now."""
    items = [
        record.NewObservation(fact=name, value=value_of(name, raw), at=care.at) for name, raw in facts.items()
    ]
    record.record_observations(
        by=care.vs, at=care.at, patient=care.patient, items=items, under=Right.WRITE_CLINICAL
    )


def test_a_nurse_closes_a_danger_with_a_call_not_with_known_and_discussed(care):
    measured(care, potassium="6.8")
    nurse = care.clinic.people.viewer("hf_nurse")
    found = queries.danger_of(care.episode.patient, nurse.network, at=care.at)
    about = {"at": care.at, "patient": care.patient, "bases": [one.basis for one in found.signs]}
    call = {"called": "cardioloog Bos", "called_at": care.at - timedelta(minutes=2)}
    for alone in (
        {"steps": ["accepted"], "note": "hoort bij deze patiënt"},
        {"steps": ["accepted", "called_patient"], "note": "hoort bij deze patiënt", **call},
        {"steps": ["measured_again"], "note": "klopt niet"},
        {"steps": ["stopped"], "note": "spironolacton gestopt"},
    ):
        with pytest.raises(DangerRefused, match="voorschrijven"):
            actions.answer_danger(by=nurse, **about, **alone)
    actions.answer_danger(by=nurse, **about, steps=["called_cardiologist"], **call)
    assert not queries.danger_of(care.episode.patient, nurse.network, at=care.at)


def test_a_prescriber_closes_it_without_a_call_but_with_why(care):
    measured(care, potassium="6.8")
    found = queries.danger_of(care.episode.patient, care.vs.network, at=care.at)
    actions.answer_danger(
        by=care.vs, at=care.at, patient=care.patient, bases=[one.basis for one in found.signs], steps=["measured_again"],
        note="gehemolyseerd, opnieuw 4,4",
    )  # fmt: skip


def test_a_card_that_asks_for_less_is_declined_by_a_prescriber(care):
    record.agree_medication(
        by=care.vs, at=care.at, patient=care.patient, kind="start", drug="spironolactone",
        drug_name="spironolacton", atc="C03DA01", drug_class="mra", reason="HFrEF",
        from_at=care.at - timedelta(days=60), under=Right.WRITE_CLINICAL, dose=value_of("weight", "25"), dose_unit="mg",
        times_per_day=1,
    )  # fmt: skip
    measured(care, potassium="5.8")
    card = care.card("mra")
    assert card.protects, card.title
    shown = signed_in(care, "vs").get(reverse("clinic:proposals", args=[care.patient])).content.decode()
    basis = re.search(r'value="mra"><input type="hidden" name="basis" value="([^"]+)"', shown)
    press = {"drug_class": "mra", "basis": basis[1], "choice": "declined", "reason": "eerst herhalen",
             "submission": str(uuid4())}  # fmt: skip
    choose = reverse("clinic:advice_choose", args=[care.episode.pk])
    assert signed_in(care, "hf_nurse").post(choose, press).status_code == 403
    assert not AdviceChoice.objects.exists()
    page = signed_in(care, "hf_nurse").get(reverse("clinic:proposals", args=[care.patient])).content.decode()
    assert "Dat besluit wie mag voorschrijven" in page
    assert signed_in(care, "vs").post(choose, press).status_code == 302
    assert AdviceChoice.objects.get().choice == "declined"


def test_never_asked_stays_never_asked_beside_what_was_ended(care, entry):
    actions.end_tolerance(by=care.vs, at=care.at, allergy=entry.pk, because="verwisseld met broer")
    AllergiesAsked.objects.all().delete()
    shown = head(care)
    assert "niet nagevraagd" in shown and "<s>" in shown and "geen bekend" not in shown
