"""What a rule does and what its text says agree, in both languages: the title of a card stands above that text."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from anderhalf.core.pathway.titration import ProposalKind, advise
from tests.support.table_record import load_table, table_files
from tests.support.titration import TODAY, patient, protocol

NO_STEP = r"geen stap|dosis houden|zo houden|\bno step|keep the dose"
LESS = r"halveren|een stap terug|\bhalve\b|step back"
NEVER = r"gecontra-indiceerd|: (vandaag |tijdelijk )*(stoppen|pauzeren)|halveren of stoppen|contraindicated|: (stop|pause)\b|halve or stop"
MORE = r"\b(ophogen|verhogen|starten)\b|\b(raise|start)\b"
AGAINST = {
    "stop": (NO_STEP, LESS, r"tijdelijk|pauz|for a while|\bpause"),
    "pause": (NO_STEP, LESS, r"(?<!tijdelijk )stoppen\b"),
    "decrease": (NO_STEP, NEVER),
    "increase": (NO_STEP, LESS, NEVER),
    "start": (NO_STEP, LESS, NEVER),
    "keep": (LESS, NEVER),
    "hold": (NEVER,),
}
"""Per action what its text may not say, in either language."""
LOWER = "Lager dan deze dosis kan niet"


def contradictions(action: str, texts: dict[str, str]) -> Iterator[str]:
    for pattern in AGAINST.get(action, ()):
        for text in texts.values():
            if found := re.search(pattern, text):
                yield f"{action}: {found.group()!r} in {text!r}"


def rules() -> Iterator[tuple[str, str]]:
    for name in table_files():
        for rule in load_table(name).rules:
            if "action" in rule.outputs and "/titration/" in name:
                yield name, rule.id


@pytest.mark.parametrize(("name", "rule_id"), list(rules()))
def test_the_text_of_a_rule_says_what_its_action_is(name, rule_id):
    (rule,) = [one for one in load_table(name).rules if one.id == rule_id]
    assert not list(contradictions(str(rule.outputs["action"]), dict(rule.why)))


def test_the_text_of_an_interaction_fits_under_every_title():
    """It is added to whatever is stopped, lowered or discussed."""
    found = protocol().interactions
    for pair in (*found.pairs, *found.between):
        for action in ("stop", "decrease"):
            wrong = [one for one in contradictions(action, dict(pair.why)) if re.search(NO_STEP, one)]
            assert not wrong, pair.id


DRUGS = [("enalapril", "2.5 bid"), ("losartan", "25 od"), ("sacubitril_valsartan", "24 bid"),
         ("bisoprolol", "1.25 od"), ("spironolactone", "12.5 od")]  # fmt: skip
LESS_ASKED = [{"before": {"creatinine": "60"}, "creatinine": "100"}, {"systolic_bp": "76", "diastolic_bp": "50"},
              {"heart_rate": "38"}, {"potassium": "5.7"}, {"hypotension_symptoms": True}]  # fmt: skip


def test_at_the_lowest_dose_less_is_a_pause_and_the_card_says_why():
    told = 0
    for (drug, dose), facts in ((one, other) for one in DRUGS for other in LESS_ASKED):
        answered = advise(protocol(), patient(f"{drug} {dose} 60d", **facts), on=TODAY)
        for one in answered.proposals:
            lowers = bool(re.search(LESS, one.why["nl"]))
            if one.kind is ProposalKind.PAUSE and lowers:
                assert LOWER in one.why["nl"] and "no lower dose" in one.why["en"], (drug, one.rule)
                told += 1
            else:
                assert LOWER not in one.why["nl"], (drug, one.rule)
    assert told >= 2
