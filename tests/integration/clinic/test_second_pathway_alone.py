"""Somebody referred for atrial fibrillation, without heart failure: the same road on the other pathway's tables."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from anderhalf.apps.clinic import actions, queries
from anderhalf.apps.clinic.models import Encounter, Episode
from anderhalf.apps.clinic.views.beside import panel
from anderhalf.apps.letters import actions as letters
from anderhalf.apps.people.access import Right
from anderhalf.apps.record import actions as record
from anderhalf.apps.record.actions import NewObservation
from anderhalf.apps.record.models import StoredDecision
from anderhalf.apps.referrals import actions as referrals
from anderhalf.apps.referrals.models import Referral
from anderhalf.apps.referrals.steps import Content
from tests.integration.referrals.conftest import form_data
from tests.support.people import submission

AF = "atrial_fibrillation"
PALPITATIONS = {
    "chest_pain_at_rest": False, "dyspnoea_at_rest": False, "hypoperfusion": False, "syncope": False,
    "af_within_48_hours": False, "af_after_cardioversion": False, "systolic_bp": 138, "heart_rate": 118,
    "mehra": "2a", "rate_slowing_drug": False, "wpw_or_family_sudden_death": False,
    "correctable_cause_suspected": False, "mechanical_valve": False, "mitral_stenosis": False,
    "hcm_or_amyloidosis": False, "heart_failure_known": False, "congestion": False, "af_pattern": "persistent",
    "wants_fewer_attacks": False, "rhythm": "af",
}  # fmt: skip

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(people, a_patient) -> Referral:
    answer = people.client("poh").post(
        reverse("referrals:send"),
        form_data(PALPITATIONS, patient=str(a_patient.pk), submission=submission(), pathway=AF, intent="titration",
                  reason="Hartkloppingen, pols 118."),
    )  # fmt: skip
    assert answer.status_code == 302, answer.content.decode()[:2000]
    return Referral.objects.get()


@pytest.fixture
def episode(sent, people, at) -> Episode:
    referrals.accept(by=people.viewer("vs"), at=timezone.now(), referral=sent.pk)
    return Episode.objects.get(referral=sent)


def test_the_form_asks_what_the_chosen_pathway_needs_and_keeps_what_was_typed(people, a_patient):
    client, about = people.client("poh"), {"patient": str(a_patient.pk)}
    first = client.get(reverse("referrals:new"), about).content.decode()
    assert "Waarover gaat het?" in first and "f_nt_probnp" in first and "f_pre_excitation" not in first
    other = client.post(
        reverse("referrals:send"),
        {**about, "pathway": AF, "action": "pathway", "reason": "Dit bleef staan.", "f_heart_rate": "118"},
        follow=True,
    ).content.decode()
    assert "f_pre_excitation" in other and "Dit bleef staan." in other and 'value="118"' in other
    assert not Referral.objects.exists()


def test_its_own_tables_decide(sent):
    assert (sent.pathway, sent.proposed_line, sent.urgency) == (AF, "intermediate", "within_2_weeks")
    assert {row["rule"] for row in sent.routing["reasons"]} == {"AR-14"}
    assert set(StoredDecision.objects.values_list("pathway", "table")) == {
        (AF, "exclusion"),
        (AF, "referral"),
        (AF, "to_do"),
    }


def test_a_draft_that_is_sent_is_decided_by_its_own_pathway(people, a_patient):
    """Also when what is sent does not name it again."""
    given = {"by": people.viewer("poh"), "at": timezone.now(), "patient": a_patient.pk}
    about = {"intent": "titration", "reason": "Hartkloppingen, pols 118."}
    draft = referrals.save(**given, content=Content(**about, pathway=AF))
    items = [
        NewObservation(fact=name, value=Decimal(value) if type(value) is int else value, at=given["at"])
        for name, value in PALPITATIONS.items()
    ]
    sent = referrals.send(**given, content=Content(**about), items=items, referral=draft.pk)
    assert (sent.pk, sent.pathway, sent.routing["pathway"]["key"]) == (draft.pk, AF, AF)


def test_a_red_flag_of_this_pathway_is_an_emergency(people, a_patient):
    answer = people.client("poh").post(
        reverse("referrals:send"),
        form_data(
            {**PALPITATIONS, "dyspnoea_at_rest": True},
            patient=str(a_patient.pk),
            submission=submission(),
            pathway=AF,
        ),
    )
    assert "112" in answer.content.decode() and not Referral.objects.exists()


def test_a_supplement_is_decided_by_the_same_pathway(sent, people):
    referrals.ask_more(
        by=people.viewer("vs"), at=timezone.now(), referral=sent.pk, question="Is er een klepgebrek bekend?"
    )
    valve = NewObservation(fact="mechanical_valve", value=True, at=timezone.now())
    referrals.supplement(
        by=people.viewer("poh"), at=timezone.now(), referral=sent.pk, text="Ja.", items=[valve]
    )
    sent.refresh_from_db()
    assert (sent.pathway, sent.proposed_line) == (AF, "second")
    assert {row["rule"] for row in sent.routing["reasons"]} == {"AR-25"}


def test_lists_say_what_it_is_about(sent, people):
    for role, name in (("vs", "referrals:triage"), ("poh", "referrals:list")):
        assert "Atriumfibrilleren" in people.client(role).get(reverse(name)).content.decode()


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_page_of_the_chart_opens(episode, people, language):
    client = people.client("vs")
    client.post(reverse("set_language"), {"language": language})
    pages = [
        "chart",
        "encounters",
        "measurements",
        "diagnosis",
        "medication",
        "plan",
        "documents",
        "proposals",
    ]
    for name in pages:
        page = client.get(reverse(f"clinic:{name}", args=[episode.patient_id]))
        assert page.status_code == 200, name
    assert client.get(reverse("clinic:encounter_new", args=[episode.pk])).status_code == 200
    assert client.get(reverse("letters:close_episode", args=[episode.pk])).status_code == 200


def test_its_answers_stand_on_the_chart_and_are_asked_in_the_consult(episode, people):
    known(
        people,
        episode,
        now=timezone.now(),
        asthma=False,
        lvef=Decimal(58),
        beta_blocker=False,
        diltiazem_or_verapamil=False,
        pre_excitation=False,
    )
    (own,) = queries.beside(people.viewer("vs"), episode, at=timezone.now())
    assert own.runs and "stable" not in own.decisions and own.decisions["rate_control"].is_decided
    chart = people.client("vs").get(reverse("clinic:chart", args=[episode.patient_id])).content.decode()
    assert "bètablokker starten of verhogen" in chart
    consult = people.client("vs").get(reverse("clinic:encounter_new", args=[episode.pk])).content.decode()
    assert "f_mechanical_valve" in consult and "f_rate_control_stable_months" in consult


def later(minutes=10):
    """After the referral: two results of one minute that differ are both set aside."""
    return timezone.now() + timedelta(minutes=minutes)


def known(people, episode, *, now=None, **facts):
    now = now or later(5)
    record.record_observations(
        by=people.viewer("vs"), at=now, patient=episode.patient_id, under=Right.WRITE_CLINICAL,
        items=[NewObservation(fact=name, value=value, at=now) for name, value in facts.items()],
    )  # fmt: skip


SAFE = {
    "heart_rate": Decimal(76), "mehra": "1", "congestion": False, "hypertension": True, "diabetes": False,
    "stroke_or_tia": False, "vascular_disease": False, "creatinine": Decimal(90), "weight": Decimal(80),
}  # fmt: skip


NOTHING_BESIDE = {
    "dialysis": False,
    "liver_disease": False,
    "doac_strong_inhibitor": False,
    "doac_inducer": False,
}


def test_somebody_without_the_anticoagulant_that_the_score_asks_for_does_not_go_back(episode, people):
    known(people, episode, **SAFE, anticoagulant_drug="none", rate_control_stable_months=Decimal(8))
    decision = queries.stable_advice(people.viewer("vs"), episode, at=later())
    assert (decision.value("advice"), decision.decisive[0].rule_id) == ("stay", "AS-05")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"heart_rate": Decimal(128), "systolic_bp": Decimal(76)}, "verwisseld?"),
        ({"heart_rate": Decimal(44)}, "twee uitslagen op hetzelfde moment"),
    ],
)
def test_a_value_in_doubt_is_no_ground_for_a_step(episode, people, values, said):
    """Pulse and pressure swapped, or two pulses of one minute: unknown, told, and no advice about the pulse."""
    moment = later(5)
    known(people, episode, now=moment, **SAFE, asthma=False, lvef=Decimal(58), beta_blocker=False,
          diltiazem_or_verapamil=False, rate_control_stable_months=Decimal(2))  # fmt: skip
    (good,) = queries.beside(people.viewer("vs"), episode, at=later())
    assert good.decisions["rate_control"].is_decided and not good.problems
    known(people, episode, now=moment + timedelta(minutes=2 * (len(values) - 1)), **values)
    (found,) = queries.beside(people.viewer("vs"), episode, at=later())
    assert not found.decisions["rate_control"].is_decided
    assert "heart_rate" in found.decisions["rate_control"].facts_missing
    shown = panel(found, on=timezone.localdate())
    assert any(said in text for text in shown.doubts)
    assert not queries.stable_advice(people.viewer("vs"), episode, at=later()).is_decided


@pytest.mark.parametrize(
    ("facts", "rule"),
    [
        ({}, "adjusting"),  # a pulse of 118, as it was referred
        ({**SAFE, "anticoagulant_drug": "none", "rate_control_stable_months": Decimal(2)}, "adjusting"),
        (
            {
                **SAFE,
                **NOTHING_BESIDE,
                "anticoagulant_drug": "apixaban",
                "rate_control_stable_months": Decimal(2),
            },
            "under_control",
        ),
    ],
)
def test_the_next_contact_is_near_as_long_as_something_is_adjusted(episode, people, facts, rule):
    known(people, episode, **facts)
    if facts.get("anticoagulant_drug") == "apixaban":
        record.agree_medication(
            by=people.viewer("vs"), at=timezone.now(), patient=episode.patient_id, kind="start", drug="apixaban",
            drug_name="apixaban", reason="huisarts", from_at=timezone.now(), under=Right.WRITE_CLINICAL,
            atc="B01AF02", dose=Decimal(5), dose_unit="mg", times_per_day=2,
        )  # fmt: skip
    following = queries.next_contact(people.viewer("vs"), episode, at=later())
    assert following.rule == rule, queries.stable_advice(
        people.viewer("vs"), episode, at=later()
    ).facts_missing


def test_it_ends_with_a_letter_of_its_own(episode, people):
    vs, later = people.viewer("vs"), timezone.now() + timedelta(days=200)
    actions.record_encounter(
        by=vs, at=timezone.now(), episode=episode.pk,
        text=actions.EncounterText(conclusion="Atriumfibrilleren, pols goed", plan="Terug na 6 maanden"),
    )  # fmt: skip
    assert Encounter.objects.count() == 1
    row, letter = letters.close_care(by=vs, at=later, episode=episode.pk, outcome="returned")
    assert letter.subject.endswith("atriumfibrilleren") and letter.pdf
    assert Episode.objects.get().ended_at is not None
    referral = Referral.objects.get()
    assert (referral.status, row.kind) == ("closed", "returned")
