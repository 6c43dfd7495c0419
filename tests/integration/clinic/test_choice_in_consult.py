"""Choosing about a proposal inside the consult form: carried out only when the measurements of that contact agree."""

from __future__ import annotations

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from anderhalf.apps.clinic import actions, queries
from anderhalf.apps.clinic.models import AdviceChoice, Encounter
from anderhalf.apps.letters.composing import compose
from anderhalf.apps.network.queries import agreement_on
from anderhalf.apps.record.models import MedicationAgreement, Task
from anderhalf.apps.record.queries import current_medication
from tests.support.people import submission

from .titration_care import care  # noqa: F401  the patient on bisoprolol 2.5 mg

WELL = {
    "f_systolic_bp": "118", "f_diastolic_bp": "70", "f_heart_rate": "68", "f_weight": "80", "f_congestion": "false",
    "f_potassium": "4,6", "f_creatinine": "88", "f_beta_blocker_complaints": "none",
}  # fmt: skip


@pytest.fixture
def consult(care, people, monkeypatch):  # noqa: F811
    """``consult(…)`` sends the form with these fields; the answer and what it told."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: care.at)
    client, page = people.client("vs"), reverse("clinic:encounter_new", args=[care.episode.pk])

    def send(**more):
        care.episode.refresh_from_db()
        data = {
            "submission": submission(), "version": care.episode.version, "happened_on": care.at.date().isoformat(),
            "kind": "visit", "adv_beta_blocker_says": care.card("beta_blocker").says,
        } | WELL | more  # fmt: skip
        answer = client.post(page, data)
        return answer, [str(one) for one in get_messages(answer.wsgi_request)]

    def shown() -> str:
        return client.get(page).content.decode()

    send.shown, send.care = shown, care
    return send


def test_the_form_offers_the_choice_and_proposes_the_next_contact(consult):
    shown = consult.shown()
    assert 'name="adv_beta_blocker_choice"' in shown and "Bisoprolol verhogen: 2,5 → 5 mg 1 dd" in shown
    proposed = queries.next_contact(consult.care.vs, consult.care.episode, at=consult.care.at, during=True)
    assert f'value="{proposed.on:%Y-%m-%d}"' in shown and proposed.why in shown


def test_accepted_in_the_form_is_carried_out_with_the_contact(consult):
    answer, told = consult(adv_beta_blocker_choice="accepted")
    assert answer.status_code == 302 and "/consult/" in answer["Location"]
    row = AdviceChoice.objects.get()
    assert (row.choice, row.drug_class, row.encounter) == (
        "accepted",
        "beta_blocker",
        Encounter.objects.get().pk,
    )
    (now,) = [
        one
        for one in current_medication(consult.care.episode.patient_id, at=consult.care.at)
        if one.drug == "bisoprolol"
    ]
    assert (now.dose, now.instructions) == (5, "Neem bisoprolol 5 mg, 1 keer per dag.")
    assert any("Bisoprolol verhogen" in one for one in told)


def test_measurements_that_change_the_proposal_stop_it(consult):
    """The pulse of this very contact forbids the step that was accepted higher up on the form."""
    answer, told = consult(adv_beta_blocker_choice="accepted", f_heart_rate="44", sure_heart_rate="44")
    assert answer.status_code == 302 and "/voorstellen/" in answer["Location"]
    assert Encounter.objects.count() == 1 and not AdviceChoice.objects.exists()
    assert any("er is niets gewijzigd" in one for one in told)


def test_doing_otherwise_asks_why(consult):
    answer, _told = consult(adv_beta_blocker_choice="declined")
    assert answer.status_code == 422 and not Encounter.objects.exists()
    answer, _told = consult(adv_beta_blocker_choice="declined", adv_beta_blocker_reason="moe")
    assert answer.status_code == 302
    assert AdviceChoice.objects.get().reason == "moe"


def test_another_dose_comes_from_the_list(consult):
    why = {"adv_beta_blocker_choice": "adapted", "adv_beta_blocker_reason": "rustig aan"}
    assert consult(**why)[0].status_code == 422
    assert consult(**why, adv_beta_blocker_dose="40|1")[0].status_code == 422
    dose = consult.care.card("beta_blocker").doses[0][0]
    assert consult(**why, adv_beta_blocker_dose=dose)[0].status_code == 302
    assert AdviceChoice.objects.get().choice == "adapted"


def test_a_card_that_was_another_one_when_it_was_read_is_refused(consult):
    answer, _told = consult(
        adv_beta_blocker_choice="accepted", adv_beta_blocker_says="start|BB-01|iets anders"
    )
    assert answer.status_code == 422 and "intussen veranderd" in answer.content.decode()
    assert not Encounter.objects.exists()


def test_what_is_typed_gets_words_for_the_patient_too(consult):
    consult(
        med_0_kind="change", med_0_drug="enalapril", med_0_dose="5", med_0_times="2", med_0_reason="duizelig",
        med_1_kind="stop", med_1_drug="other", med_1_name="naproxen", med_1_reason="belast de nieren",
    )  # fmt: skip
    encounter = Encounter.objects.get().pk
    rows = MedicationAgreement.objects.filter(encounter=encounter).values_list("drug_name", "instructions")
    assert dict(rows) == {
        "enalapril": "Neem enalapril 5 mg, 2 keer per dag.", "naproxen": "Stop met naproxen.",
    }  # fmt: skip


def test_the_letter_tells_what_was_done_otherwise_and_what_is_still_to_be_measured(consult):
    """What the letter proposes comes from what happened: the reason that was typed, the controls that stand open."""
    care = consult.care  # noqa: F811
    care.choose("beta_blocker", "declined", reason="Moe en duizelig")
    accepted = next(
        card
        for card in queries.proposals(care.vs, care.episode, at=care.at).cards
        if card.steps and card.drug_class != "beta_blocker"
    )
    care.choose(accepted.drug_class, "accepted")
    agreement = agreement_on(care.episode.network_id, on=care.at.date())
    made = compose(care.episode, agreement=agreement, kind="interim", at=care.at)
    text = next(one["text"] for one in made.sections if "Anders gedaan" in one["text"])
    assert "bètablokker: verhogen niet gevolgd, moe en duizelig" in text
    assert "Nog te controleren na een wijziging:" in text and "(uiterlijk " in text


def test_a_step_that_never_was_takes_its_control_along(consult):
    care = consult.care  # noqa: F811
    card = next(
        one
        for one in queries.proposals(care.vs, care.episode, at=care.at).cards
        if one.kind in ("start", "increase")
    )
    care.choose(card.drug_class, "accepted")
    choice = AdviceChoice.objects.latest("at")
    assert choice.tasks and choice.medication
    for row in MedicationAgreement.objects.filter(pk__in=choice.medication):
        actions.correct_agreement(
            by=care.vs, at=care.at, agreement=row, better=None, because="verkeerde patiënt"
        )
    assert not Task.objects.filter(pk__in=choice.tasks, status=Task.Status.OPEN).exists()
