"""The file of interactions: what is refused when it is read, and which pairs are at hand."""

from __future__ import annotations

import pytest

from anderhalf.core.pathway.interactions import InteractionError, Severity, check_about, read_interactions

TEXT = """
[groups.nsaid]
label = { nl = "NSAID", en = "NSAID" }
atc = ["M01A"]
fact = "nsaid"

[groups.verapamil]
label = { nl = "verapamil", en = "verapamil" }
atc = ["C08DA01"]

[[pairs]]
id = "INT-01"
about = ["ace_inhibitor"]
beside = ["nsaid"]
severity = "discuss"
why = { nl = "Stop de NSAID.", en = "Stop the NSAID." }
source = "PMJ-ACE"
grade = "C"

[[pairs]]
id = "INT-02"
about = ["ivabradine", "ace_inhibitor"]
beside = ["verapamil"]
severity = "contraindicated"
why = { nl = "Nooit samen.", en = "Never together." }
source = "SMPC"
grade = "C"
"""


def test_groups_come_from_the_list_or_from_an_answer():
    found = read_interactions(TEXT)
    assert found.present(["M01AB05"]) == {"nsaid"}
    assert found.present(["C08DA01", "A02BC01"]) == {"verapamil"}
    assert found.present([], {"nsaid"}) == {"nsaid"}
    assert found.present(["M01"]) == frozenset(), "half a code is no NSAID"


def test_the_gravest_pair_stands_first():
    found = read_interactions(TEXT)
    assert [pair.id for pair in found.of({"ace_inhibitor"}, {"nsaid", "verapamil"})] == ["INT-02", "INT-01"]
    assert found.of({"mra"}, {"nsaid", "verapamil"}) == ()
    assert found.of({"ivabradine"}, {"nsaid"}) == ()
    assert found.pairs[1].severity is Severity.CONTRAINDICATED


def test_no_file_is_no_interaction():
    assert read_interactions("").of({"ace_inhibitor"}, {"nsaid"}) == ()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('atc = ["M01A"]', "atc = []", "group nsaid: no ATC code"),
        ('atc = ["M01A"]', 'atc = ["diclofenac"]', "is no ATC code"),
        ('beside = ["nsaid"]', 'beside = ["nsiad"]', "INT-01: nsiad is no group"),
        ('severity = "discuss"', 'severity = "maybe"', "INT-01: severity 'maybe'"),
        ('grade = "C"', 'grade = "U"', "INT-01: an unconfirmed interaction"),
        ('source = "PMJ-ACE"', 'source = ""', "INT-01: source is missing"),
        ('en = "Stop the NSAID."', 'fr = "x"', "INT-01: a text in nl and en"),
        ('id = "INT-02"', 'id = "INT-01"', "INT-01 stands there twice"),
    ],
)
def test_a_fault_is_named_with_its_entry(old, new, message):
    with pytest.raises(InteractionError, match=message):
        read_interactions(TEXT.replace(old, new, 1))


def test_a_pair_about_nothing_is_refused():
    with pytest.raises(InteractionError, match="INT-02: ivabradine is no class or drug here"):
        check_about(read_interactions(TEXT), {"ace_inhibitor"})
