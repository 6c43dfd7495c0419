"""A letter tells a danger first, in the words of a colleague, and sets no old eGFR beside a newer creatinine."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

import pytest

from anderhalf.apps.clinic import actions as clinic
from anderhalf.apps.clinic import queries
from anderhalf.apps.clinic.actions import EncounterText
from anderhalf.apps.letters import actions
from anderhalf.apps.letters.composing.dangers import POINT
from anderhalf.apps.people.access import Right
from anderhalf.apps.record import actions as record
from anderhalf.apps.record.actions import NewObservation, record_observations
from anderhalf.apps.record.models import Observation
from anderhalf.core.decisions.facts import FactValue
from anderhalf.core.decisions.ranges import Range

pytestmark = pytest.mark.django_db
PLAN = "We bouwen uw medicijnen stap voor stap op. Weeg u elke dag."


def contact(people, episode, at, plan="", **facts):
    episode.refresh_from_db()
    items = [NewObservation(fact=name, value=Decimal(raw), at=at) for name, raw in facts.items()]
    clinic.record_encounter(
        by=people.viewer("vs"), at=at, episode=episode.pk, text=EncounterText(plan=plan), observations=items
    )


def draft(people, episode, at, kind="interim"):
    return actions.draft_letter(by=people.viewer("vs"), at=at, episode=episode.pk, kind=kind)


def whole(letter):
    return "\n".join(section["text"] for section in letter.sections).replace("\xa0", " ")


@pytest.mark.parametrize("kind", ["interim", "return", "forward"])
def test_an_open_danger_stands_first(people, cared_for, at, kind):
    contact(people, cared_for, at - timedelta(hours=1), potassium="5.8")
    letter = draft(people, cared_for, at, kind)
    first = letter.sections[0]["text"].replace("\xa0", " ")
    assert first.startswith("LET OP, gevaar dat op ") and "5,8 mmol/l" in first.splitlines()[1]
    assert "nog niet is afgehandeld" in first


def lines(letter):
    return [
        one[2:] for one in letter.sections[0]["text"].replace("\xa0", " ").splitlines() if one[:2] == POINT
    ]


def measured(people, patient, at, **facts):
    items = [NewObservation(fact=name, value=value, at=at) for name, value in facts.items()]
    record.record_observations(
        by=people.viewer("vs"), at=at, patient=patient, items=items, under=Right.WRITE_CLINICAL
    )


def test_dangers_are_told_by_what_they_ask_for_in_the_words_of_a_colleague(people, cared_for, at):
    when = at - timedelta(hours=1)
    measured(
        people, cared_for.patient_id, when, potassium=Decimal("5.8"), mra=True, nsaid=True,
        creatinine=Decimal(420), chest_pain_at_rest=True,
    )  # fmt: skip
    found, day = lines(draft(people, cared_for, at)), f"{when:%d-%m-%Y}"
    assert found[0] == (
        "Bel 112 of de SEH. Pijn op de borst in rust: denk aan een acuut coronair syndroom. "
        f"Pijn op de borst in rust ({day})."
    )
    assert found[1].startswith("Bel de dienstdoende cardioloog. ")
    assert f"Creatinine 420 µmol/l ({day})" in found[1]
    whole_danger = "\n".join(found)
    assert "Aldosteronantagonist (MRA), NSAID" in whole_danger
    assert not re.search(r"[A-Z]{2,4}-\d|·|WHAMMY|ESC21|Geslacht|: ja\b|Kalium:", whole_danger), whole_danger


def test_a_task_that_the_record_no_longer_shows_is_told_in_the_same_words(people, cared_for, at):
    yes = FactValue(True, at.date())
    clinic.warn_of_unsaved(
        by=people.viewer("vs"), at=at, patient=cared_for.patient_id, typed={},
        unconfirmed={"chest_pain_at_rest": [yes], "systolic_bp": [FactValue(Decimal(78), at.date())]},
    )  # fmt: skip
    measured(people, cared_for.patient_id, at, potassium=Decimal("5.8"))
    found, day = lines(draft(people, cared_for, at + timedelta(minutes=1))), f"{at:%d-%m-%Y}"
    assert "5,8 mmol/l" in found[0], "what is certain stands first"
    assert found[1] == (
        "Nog niet bevestigd; als dit klopt: bel 112 of de SEH. Pijn op de borst in rust: denk aan een acuut coronair "
        f"syndroom. Pijn op de borst in rust ({day})."
    )
    assert not re.search(r"EX-\d|·|ZHN|: ja\b|Als dit klopt: Bel", "\n".join(found))


def test_a_danger_since_the_draft_is_in_what_is_signed(people, cared_for, at):
    letter = draft(people, cared_for, at - timedelta(hours=2))
    assert "LET OP" not in whole(letter)
    contact(people, cared_for, at - timedelta(hours=1), potassium="5.8")
    signed = actions.sign_and_deliver(by=people.viewer("vs"), at=at, letter=letter.pk)
    assert signed.sections[0]["text"].startswith("LET OP") and "5,8 mmol/l" in whole(signed)
    assert whole(signed).count("LET OP") == 1


def test_what_a_signer_types_under_the_danger_stays_when_the_danger_changes(people, cared_for, at):
    contact(people, cared_for, at - timedelta(hours=2), potassium="5.8")
    letter = draft(people, cared_for, at - timedelta(hours=1))
    heading, _point, *rest = letter.sections[0]["text"].splitlines()
    typed = [heading, "Zij wil thuis blijven.", _point, "- Haar zoon weet ervan.", *rest]
    letter = actions.edit_letter(
        by=people.viewer("vs"), at=at - timedelta(hours=1), letter=letter.pk,
        texts={letter.sections[0]["id"]: "\n".join(typed)},
    )  # fmt: skip
    contact(people, cared_for, at - timedelta(minutes=30), potassium="6.6")
    signed = actions.sign_and_deliver(by=people.viewer("vs"), at=at, letter=letter.pk)
    text = signed.sections[0]["text"].replace("\xa0", " ")
    (told,) = lines(signed)
    assert "6,6 mmol/l" in told and text.count("LET OP") == 1
    assert "\n\nZij wil thuis blijven.\n- Haar zoon weet ervan.\n" in text


def test_what_was_done_is_told_and_that_nobody_measured_again(people, cared_for, at):
    contact(people, cared_for, at - timedelta(hours=1), systolic_bp="78")
    found = queries.danger_of(cared_for.patient, cared_for.network_id, at=at)
    clinic.answer_danger(
        by=people.viewer("vs"), at=at, patient=cared_for.patient_id, bases=[one.basis for one in found.signs],
        steps=["called_cardiologist"], called="dr. Dienst", called_at=at, note="opname vandaag",
    )  # fmt: skip
    first = draft(people, cared_for, at).sections[0]["text"]
    assert first.startswith("Gevaar dat is afgehandeld:") and "opname vandaag" in first
    assert "Niet opnieuw gemeten: " in first and "LET OP" not in first


def test_the_words_for_the_patient_are_quoted_after_what_a_colleague_needs(people, cared_for, at):
    contact(people, cared_for, at - timedelta(hours=1), plan=PLAN, potassium="4.6")
    (policy,) = [one["text"] for one in draft(people, cared_for, at).sections if one["id"] == "policy"]
    assert policy.index("Wijzigingen in deze periode") < policy.index("We bouwen uw medicijnen")
    assert f"Zo staat het in het plan van de patiënt: “{PLAN}”" in policy


def test_an_old_egfr_does_not_stand_beside_a_newer_creatinine(people, cared_for, at):
    contact(people, cared_for, at - timedelta(hours=1), creatinine="172")
    text = whole(draft(people, cared_for, at))
    assert "eGFR (CKD-EPI) 52" not in text, "of eight weeks ago"
    assert "eGFR (CKD-EPI), berekend uit de creatinine," in text


def test_two_results_that_contradict_are_both_told_and_none_is_worked_out(people, cared_for, at):
    moment = at - timedelta(hours=1)
    contact(people, cared_for, moment, creatinine="104")
    record_observations(
        by=people.viewer("vs"), at=moment, patient=cared_for.patient_id, under=Right.WRITE_CLINICAL,
        items=[
            NewObservation(fact="egfr", value=value, at=moment)
            for value in (Range.of("<", Decimal(15)), Decimal(14))
        ],
        origin=Observation.Origin.IMPORTED,
    )  # fmt: skip
    text = whole(draft(people, cared_for, at))
    told = "eGFR (CKD-EPI), twee uitslagen die elkaar tegenspreken, "
    assert any(f"{told}{both} ml/min" in text for both in ("< 15 of 14", "14 of < 15"))
    assert "berekend uit de creatinine" not in text
