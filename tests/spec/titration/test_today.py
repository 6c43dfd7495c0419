"""What a card calls a matter of today is a danger of the eye: it has a term, and a referral with the same facts says so.

Per rule of the titration tables, of rate control and of the anticoagulant dose whose words say "today" or "at once": the
least facts with which it speaks, and a sign of the eye on those same facts.
"""

from __future__ import annotations

import csv
import re
from datetime import date
from decimal import Decimal

import pytest

from anderhalf.content import pathway_folder
from anderhalf.content.titration import titration_protocol
from anderhalf.core.decisions.facts import FactType, FactValue
from anderhalf.core.pathway.danger import look_for_danger
from anderhalf.core.pathway.interactions import Severity
from tests.support.titration import pathway as published

TODAY = date(2025, 11, 12)
SAYS_TODAY = re.compile(
    r"\b(vandaag|direct|dezelfde dag|dezelfde of de volgende werkdag|binnen een dag|bel nu|spoed|onmiddellijk|meteen)\b",
    re.IGNORECASE,
)
NOT_BY_ITSELF = {
    "STEP-20": "speaks because the eye has a sign already",
    "USE-01": "speaks because the eye has a sign already",
    "STEP-17": "pulse and pressure that contradict each other: the eye tries both readings (test_bad_input.py)",
    "STEP-01": "the eye knows two beta-blockers, two MRAs and two RAS inhibitors; of other classes it is a fault of the list",
}
BESIDE = {
    "hydralazine_nitrate": {"nitrate_or_hydralazine": True, "pde5_or_riociguat": True},
    "ace_inhibitor": {"aliskiren": True}, "arb": {"aliskiren": True}, "arni": {"aliskiren": True},
    "ivabradine": {"strong_cyp3a4_inhibitor": True}, "vericiguat": {"pde5_or_riociguat": True},
    "mra": {"eplerenone": True, "strong_cyp3a4_inhibitor": True},
}  # fmt: skip
"""What makes `interaction = contraindicated` of a class, as facts of the eye."""
IN_USE = {"ace_inhibitor_arb": ("ace_inhibitor", "arb"), "ace_inhibitor_arni": ("ace_inhibitor", "arni")}


def rules_of_today():
    files = {
        "heart_failure": sorted((pathway_folder("heart_failure") / "titration").glob("*.csv")),
        "atrial_fibrillation": [
            pathway_folder("atrial_fibrillation") / name
            for name in ("rate_control.csv", "anticoagulant_dose.csv", "anticoagulation.csv")
        ],
    }
    for pathway, paths in files.items():
        for path in paths:
            for row in csv.DictReader(path.open(encoding="utf-8")):
                if SAYS_TODAY.search(row["why_nl"]) and row["id"] not in NOT_BY_ITSELF:
                    yield pytest.param(pathway, path.stem, row, id=row["id"])


def value_for(cell):
    """A value for which a cell of a table holds."""
    first = cell.split(",")[0].strip()
    if first in ("true", "false"):
        return first == "true"
    if first.startswith('"'):
        return first.strip('"')
    number = Decimal(re.search(r"-?\d+(\.\d+)?", first)[0])
    step = Decimal("0.1") if "." in first else Decimal(1)
    return (
        number - step
        if first.startswith("<") and "=" not in first
        else number + step
        if first[0] in ">]"
        else number
    )


def facts_for(pathway, protocol, table, row):
    """The facts of the eye under which a rule speaks: what is used, and what its cells ask."""
    found = {"age": Decimal(40), "sex": "female"} if row.get("pregnant") == "true" else {}
    for name, cell in row.items():
        if (
            cell in ("-", "", None)
            or name.startswith(("out:", "why", "source", "grade", "on_unknown"))
            or name == "id"
        ):
            continue
        if name == "on_drug":
            if cell == "true":
                found[table] = True
        elif name == "ras_in_use":
            found |= dict.fromkeys(IN_USE[cell.strip('"')], True)
        elif name == "interaction":
            found |= BESIDE[table]
        elif name in pathway.dictionary and cell != "null":
            setting = re.search(r"\{(\w+)\}", cell)
            text = (
                cell
                if setting is None
                else cell.replace(setting[0], str(protocol.settings[setting[1]].chosen))
            )
            found[name] = value_for(text)
    if table == "loop_diuretic":
        found["congestion"] = True
    return found


@pytest.mark.parametrize(("key", "table", "row"), list(rules_of_today()))
def test_what_is_a_matter_of_today_is_a_danger(key, table, row):
    pathway = published(key)
    protocol = titration_protocol(published("heart_failure"))
    given = {
        name: FactValue(str(value) if pathway.facts[name].type is FactType.CODE else value, TODAY, "test")
        for name, value in facts_for(pathway, protocol, table, row).items()
        if name in pathway.dictionary
    }
    found = look_for_danger([pathway], given, on=TODAY)
    assert found.certain, (row["why_nl"], given)


def test_every_exemption_is_a_rule_that_says_today():
    said = {
        row["id"]
        for path in (pathway_folder("heart_failure") / "titration").glob("*.csv")
        for row in csv.DictReader(path.open(encoding="utf-8"))
        if SAYS_TODAY.search(row["why_nl"])
    }
    assert set(NOT_BY_ITSELF) <= said


def test_every_contraindicated_pair_of_the_cards_is_a_danger():
    """By code, as the medication list is read: a pair that is added to interactions.toml needs a sign of the eye."""
    pathway = published("heart_failure")
    protocol = titration_protocol(pathway)
    missing = []
    for pair in (*protocol.interactions.pairs, *protocol.interactions.between):
        if pair.severity is not Severity.CONTRAINDICATED:
            continue
        for about in pair.about:
            for key in pair.beside:
                codes = [*codes_of(protocol, about), *protocol.interactions.groups[key].atc[:1]]
                if not look_for_danger([pathway], held(pathway, codes), on=TODAY).certain:
                    missing.append((pair.id, about, key))
    assert missing == []


def codes_of(protocol, about):
    if about in protocol.interactions.groups:
        return protocol.interactions.groups[about].atc[:1]
    if about in protocol.drugs:
        return (protocol.drugs[about].atc,)
    return next((drug.atc,) for drug in protocol.drugs.values() if drug.drug_class == about)


def held(pathway, codes):
    """The facts that a medication list with these codes answers."""
    return {
        name: FactValue(True, TODAY, "medication")
        for name, fact in pathway.facts.items()
        if any(code.startswith(tuple(fact.codes.get("atc", ()))) for code in codes if fact.codes.get("atc"))
    }
