"""The protocol as data: what is refused when it is read, and that every rule has somebody it speaks for."""

from __future__ import annotations

import pytest

from anderhalf.content.titration import titration_protocol
from anderhalf.core.decisions.check import check_table
from anderhalf.core.decisions.table import TableErrors
from anderhalf.core.pathway.titration import Dose, Protocol, ProtocolError, read_protocol
from tests.support.titration import pathway, protocol


def read(**changes: str) -> Protocol:
    files = dict(pathway().files)
    for name, text in changes.items():
        files[name] = text
    return read_protocol(files, facts=pathway().dictionary.facts, phenotype=pathway().tables["phenotype"])


def changed(name: str, old: str, new: str) -> dict[str, str]:
    text = pathway().files[name]
    assert old in text
    return {name: text.replace(old, new, 1)}


def test_every_rule_can_speak_and_no_patient_falls_through():
    """Checked by the engine that searches the whole space of facts: no rule is hidden, no case is left open."""
    for table in protocol().tables.values():
        wrong = [finding for finding in check_table(table).findings if finding.severity == "error"]
        assert not wrong, (table.id, [str(finding) for finding in wrong][:3])


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("doses.toml", 'grade = "U"\n', 'grade = "U"\nsteps = []\n', None),
        ("doses.toml", 'class = "ace_inhibitor"', 'class = "ace"', "ace is not a class"),
        ("doses.toml", 'start = "6.25"', 'start = "7"', "start is not one of the steps"),
        ("doses.toml", 'contains = ["perindopril_arginine", "bisoprolol"]', 'contains = ["perindopril_arginine", "bisoprolo"]', "bisoprolo is not a drug"),
        ("titration/protocol.toml", 'default = "310"', 'default = "300"', "300 is not one of"),
        ("titration/protocol.toml", "potassium = 183", "kalium = 183", "kalium is not in the data dictionary"),
        ("titration/protocol.toml", 'classes = ["beta_blocker", "ivabradine", "digoxin"]', 'classes = ["betablocker"]', "unknown classes: betablocker"),
        ("titration/mra.csv", "{mra_stop_creatinine}", "{mra_stop}", "mra_stop"),
        ("titration/protocol.toml", 'STEP-31 = "Asked', '# STEP-31 = "Asked', "unknown_is_no: STEP-31"),
        ("titration/protocol.toml", "BB-12 =", "BB-11 =", "unknown_is_no: BB-11, BB-12"),
    ],
)  # fmt: skip
def test_a_fault_is_refused_with_its_name(name, old, new, message):
    if message is None:
        assert read(**changed(name, old, new)).key == "heart_failure_titration"
        return
    with pytest.raises(ProtocolError, match=message):
        read(**changed(name, old, new))


def test_an_unconfirmed_dose_cannot_become_a_default():
    with pytest.raises(ProtocolError, match="unconfirmed dose"):
        read(**changed("doses.toml", 'agreed = false\nsource = "ATC', 'agreed = true\nsource = "ATC'))


def test_a_fault_in_a_table_has_its_line():
    with pytest.raises(TableErrors, match=r"titration/ace_inhibitor\.csv:2"):
        read(**changed("titration/ace_inhibitor.csv", "ACE-01,true", "ACE-01,yes"))


def test_a_choice_that_does_not_exist_is_refused():
    with pytest.raises(ProtocolError, match="no setting"):
        titration_protocol(pathway(), choices={"nonsense": "1"})
    with pytest.raises(ProtocolError, match="not one of"):
        titration_protocol(pathway(), choices={"mra_stop_creatinine": "999"})


def test_the_hash_follows_texts_and_choices():
    assert protocol().texts_hash == titration_protocol(pathway(), choices={}).texts_hash
    assert protocol().texts_hash != protocol(("mra_stop_creatinine", "354")).texts_hash


@pytest.mark.parametrize(
    ("drug", "start", "target", "steps"),
    [
        ("captopril", "6.25", "50", 4), ("enalapril", "2.5", "10", 4), ("lisinopril", "2.5", "20", 5), ("ramipril", "2.5", "5", 2),
        ("trandolapril", "0.5", "4", 4), ("sacubitril_valsartan", "49", "97", 3), ("bisoprolol", "1.25", "10", 4), ("carvedilol", "3.125", "25", 5),
        ("metoprolol_succinate", "12.5", "200", 5), ("nebivolol", "1.25", "10", 4), ("spironolactone", "25", "50", 3), ("eplerenone", "25", "50", 3),
        ("dapagliflozin", "10", "10", 1), ("empagliflozin", "10", "10", 2), ("candesartan", "4", "32", 4), ("losartan", "50", "150", 4),
        ("valsartan", "40", "160", 3), ("ivabradine", "5", "7.5", 3), ("vericiguat", "2.5", "10", 3), ("digoxin", "62.5", "250", 3),
        ("hydralazine", "37.5", "75", 2), ("furosemide", "20", None, 5), ("bumetanide", "0.5", None, 5), ("torasemide", "5", None, 3),
    ],
)  # fmt: skip
def test_every_drug_of_the_dose_table(drug, start, target, steps):
    """Clinical facts 3.1, start and target as printed there. A loop diuretic is given by effect and has no target."""
    found = protocol().drugs[drug]
    amount = None if found.target is None else str(found.target.amount)
    assert (str(found.start.amount), amount, len(found.steps)) == (start, target, steps)
    listed = {step.amount for step in found.steps} - set(found.derived)
    ends = {found.start.amount, *(() if found.target is None else (found.target.amount,))}
    assert ends <= listed, "start and target are never derived steps"


def test_steps_and_halves():
    from decimal import Decimal

    bisoprolol = protocol().drugs["bisoprolol"]
    five = bisoprolol.dose(Decimal(5))
    assert bisoprolol.next_step(five, None).amount == 10
    assert bisoprolol.previous_step(five, None).amount == Decimal("2.5")
    assert bisoprolol.half(bisoprolol.dose(Decimal("7.5")), None).amount == Decimal("2.5")
    assert bisoprolol.half(bisoprolol.dose(Decimal("1.25")), None) is None
    eplerenone = protocol().drugs["eplerenone"]
    assert eplerenone.half(eplerenone.dose(Decimal(25)), None) == Dose(Decimal(25), Decimal("0.5"))
    arni = protocol().drugs["sacubitril_valsartan"]
    assert arni.dose(Decimal(200)).amount == 97
    assert arni.step_labels["97"] == "97/103"
