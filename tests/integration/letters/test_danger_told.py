"""A letter tells a danger first, in the words of a colleague, and sets no old eGFR beside a newer creatinine."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from anderhalf.apps.clinic import actions as clinic
from anderhalf.apps.clinic import queries
from anderhalf.apps.clinic.actions import EncounterText
from anderhalf.apps.letters import actions
from anderhalf.apps.record.actions import NewObservation

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


def test_a_danger_since_the_draft_is_in_what_is_signed(people, cared_for, at):
    letter = draft(people, cared_for, at - timedelta(hours=2))
    assert "LET OP" not in whole(letter)
    contact(people, cared_for, at - timedelta(hours=1), potassium="5.8")
    signed = actions.sign_and_deliver(by=people.viewer("vs"), at=at, letter=letter.pk)
    assert signed.sections[0]["text"].startswith("LET OP") and "5,8 mmol/l" in whole(signed)
    assert whole(signed).count("LET OP") == 1


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
