"""A letter reads as if a person wrote it: no label with "nee" behind it, no sign between the parts of a diagnosis."""

from __future__ import annotations

import re

import pytest

from anderhalf.apps.clinic import actions as clinic
from anderhalf.apps.letters import actions
from anderhalf.apps.record.actions import NewObservation

pytestmark = pytest.mark.django_db
ASKED = {
    "palliative_phase": False, "congestion": False, "weight_stable": True, "self_care_taught": True, "rhythm": "af",
    "hospital_undesirable": False,
}  # fmt: skip
LIKE_A_COMPUTER = re.compile(
    r"\w (?:nee|ja)(?=[,.\n]|$)|·|\bTrue\b|\bFalse\b|_|\{|\d[.,]\d{3,}", re.MULTILINE
)


@pytest.fixture
def asked(cared_for, people, at):
    clinic.record_encounter(
        by=people.viewer("vs"), at=at, episode=cared_for.pk,
        observations=[NewObservation(fact=name, value=value, at=at) for name, value in ASKED.items()],
    )  # fmt: skip
    return cared_for


@pytest.mark.parametrize("kind", ["interim", "return", "forward", "end"])
def test_no_answer_stands_bare_behind_its_label(asked, people, at, kind):
    letter = actions.draft_letter(by=people.viewer("vs"), at=at, episode=asked.pk, kind=kind)
    whole = "\n".join(section["text"] for section in letter.sections)
    assert LIKE_A_COMPUTER.findall(whole) == [], whole
    assert "Niet: overvuld" in whole and "palliatieve fase" in whole
    assert "Wel: gewicht stabiel en kent alarmsignalen" in whole
    assert "ritme: atriumfibrilleren of -flutter" in whole and "NYHA-klasse II" in whole


def test_limits_are_said_in_a_sentence(asked, people, at):
    letter = actions.draft_letter(by=people.viewer("vs"), at=at, episode=asked.pk, kind="return")
    whole = "\n".join(section["text"] for section in letter.sections)
    assert (
        "- Bovendruk onder 90 of vanaf 180 mmHg" in whole and "Kalium onder 3,5 of boven 5,5 mmol/l" in whole
    )


def test_values_end_as_a_sentence_and_whole_numbers_are_whole(asked, people, at):
    letter = actions.draft_letter(by=people.viewer("vs"), at=at, episode=asked.pk, kind="return")
    whole = "\n".join(section["text"] for section in letter.sections)
    (line,) = [one for one in whole.splitlines() if "Niet: " in one]
    assert line.endswith("."), line
    assert "33,0" not in whole and "33%" in whole.replace("\xa0", "")
    assert "EGFR" not in whole and "eGFR (CKD-EPI) onder" in whole


@pytest.mark.parametrize(
    ("kind", "ends"), [("return", True), ("end", True), ("interim", False), ("forward", False)]
)
def test_a_letter_that_ends_the_care_names_the_practice_to_call(asked, people, at, kind, ends):
    letter = actions.draft_letter(by=people.viewer("vs"), at=at, episode=asked.pk, kind=kind)
    (limits,) = [one["text"] for one in letter.sections if one["id"] == "alarm_limits"] or [""]
    assert ("el het centrum" in limits) is (bool(limits) and not ends)
    if ends and limits:
        assert "Bel uw huisarts (buiten kantooruren de huisartsenpost)." in limits and "Bel 112" in limits
    assert limits or kind != "return"
