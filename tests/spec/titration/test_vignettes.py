"""The twenty vignettes of the clinical facts (7.6), as a nurse would read them. V17 to V20 stand below the table."""

from __future__ import annotations

import csv
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from anderhalf.content import load_pathway, pathway_folder, read_folder
from anderhalf.core.decisions.evaluate import evaluate
from anderhalf.core.decisions.facts import FactValue
from anderhalf.core.pathway.titration import Observation, advise
from anderhalf.core.pathway.titration.classes import answer_class
from tests.support.alarms import fired
from tests.support.titration import TODAY, context_of, moment, pathway, patient, proposal, protocol, value_of

ROWS = list(csv.DictReader((Path(__file__).parent / "vignettes.csv").open(encoding="utf-8")))


def given(text: str) -> dict[str, object]:
    pairs = (piece.split("=") for piece in text.split(";") if piece.strip())
    return {name.strip(): value_of(value.strip()) for name, value in pairs}


@pytest.mark.parametrize("row", ROWS, ids=[row["nr"] for row in ROWS])
def test_vignette(row):
    facts = given(row["given"])
    record = {"rapid": facts.pop("rapid")} if "rapid" in facts else None
    if record:
        # Discharge with NT-proBNP 3000, now 2400: 20% down.
        record["last_hf_admission_on"] = TODAY - timedelta(days=21)
        facts["nt_probnp"] = "2400"
        extra = (Observation(fact="nt_probnp", value=Decimal(3000), at=moment(22)),)
    else:
        extra = ()
    found = proposal(row["regimen"], row["class"], record=record, extra=extra, **facts)
    assert found.own_kind.value == row["expected"], (found.rule, found.why)
    assert found.first == row["first"]
    answered = found.decisions[0]
    assert answered.table_version == protocol().version
    if row["dose"]:
        # The class alone: other classes may make this step wait, they never change it.
        alone = patient(row["regimen"], record=record, extra=extra, **facts)
        dose = found.dose_new or _own_dose(alone, row["class"])
        assert dose.amount == Decimal(row["dose"])
    else:
        assert found.dose_new is None


def _own_dose(one, drug_class):
    return answer_class(context_of(one), protocol().drug_class[drug_class]).dose_new


def test_v10_says_until_when():
    found = proposal("enalapril 10 bid 90d until 1d because switch_to_arni", "arni")
    assert found.not_before == moment(1) + timedelta(hours=36)


def test_v13_says_from_when():
    assert proposal("enalapril 5 bid 10d", "ace_inhibitor").not_before == moment(10) + timedelta(days=14)


@pytest.mark.parametrize(("choice", "expected"), [("esc", "hfref"), ("nhg", "hfmref")])
def test_v17_lvef_of_exactly_40_follows_the_agreement(choice, expected):
    chosen = load_pathway(read_folder(pathway_folder("heart_failure")), "test", choices={"lvef_40": choice})
    decision = evaluate(chosen.tables["phenotype"], {"lvef": FactValue(Decimal(40), TODAY)}, on=TODAY)
    assert decision.value("phenotype") == expected


def test_v18_more_than_two_kilos_in_three_days_is_an_alarm():
    assert fired(weights=((3, "80.0"), (0, "82.2")))[0] == ("AL-01", "contact_team")


@pytest.mark.parametrize("rule", ["esc", "adrz"])
def test_v19_exactly_two_kilos_in_three_days_is_no_alarm(rule):
    assert fired(weights=((3, "80.0"), (0, "82.0")), choices=(("weight_alarm", rule),)) == []


def test_v19_the_stricter_local_rule_counts_one_day():
    grown = ((1, "80.0"), (0, "81.1"))
    assert fired(weights=grown, choices=(("weight_alarm", "adrz"),)) == [("AL-02", "contact_team")]
    assert fired(weights=grown) == []


def test_the_whole_list_is_one_proposal_per_class_most_urgent_first():
    advice = advise(
        protocol(), patient("enalapril 5 bid 21d; bisoprolol 5 od 30d", potassium="5.7"), on=TODAY
    )
    assert sorted(each.drug_class for each in advice.proposals) == sorted(protocol().drug_class)
    assert advice.proposals[0].drug_class == "ace_inhibitor"
    assert advice.proposals[0].agenda
    assert pathway().key == "heart_failure"
