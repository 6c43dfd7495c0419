"""One list says which drugs count for a class: the facts of import and extract agree with titration, code by code."""

from __future__ import annotations

import pytest

from anderhalf.content import load_pathway, pathway_folder, read_folder
from anderhalf.content.drugs import codes_in, drug_codes, drug_groups
from anderhalf.content.faults import ContentErrors, Faults
from anderhalf.content.titration import titration_protocol
from anderhalf.core.pathway.facts import FactDictionary
from anderhalf.core.pathway.interactions import read_interactions

FOLDER = pathway_folder("heart_failure")


@pytest.fixture(scope="module")
def pathway():
    return load_pathway(read_folder(FOLDER), str(FOLDER))


def codes_of(groups):
    """Every code of the lists, and the codes beneath a prefix that could be printed on a prescription."""
    for prefix in sorted({one for prefixes in groups.values() for one in prefixes}):
        tails = {7: ("",), 5: ("01", "02", "99"), 4: ("A01", "B52"), 3: ("AA01", "BB02", "FB07"), 1: ()}
        yield from (prefix + tail for tail in tails[len(prefix)])


def test_titration_and_the_facts_place_every_code_the_same(pathway):
    protocol = titration_protocol(pathway)
    groups = drug_groups(pathway.files, Faults())
    classes = {entry.key for entry in protocol.classes} & set(pathway.facts)
    assert {
        "ace_inhibitor",
        "arb",
        "arni",
        "beta_blocker",
        "mra",
        "sglt2_inhibitor",
        "loop_diuretic",
    } <= classes
    asked = 0
    for code in codes_of(groups):
        by_facts = {fact.name for fact in pathway.dictionary.with_code("atc", code)} & classes
        assert by_facts == set(protocol.classes_of_atc(code)) & classes, code
        asked += 1
    assert asked > 150


@pytest.mark.parametrize(
    ("code", "facts"),
    [
        ("C09BA02", {"ace_inhibitor", "thiazide"}),
        ("C09BX01", {"ace_inhibitor", "thiazide"}),
        ("C09BX05", {"ace_inhibitor", "beta_blocker"}),
        ("C09DA01", {"arb", "thiazide"}),
        ("C09DX01", {"arb", "thiazide"}),
        ("C09DX04", {"arni"}),
        ("C09BB10", {"ace_inhibitor", "diltiazem_or_verapamil"}),
        ("C07BB07", {"beta_blocker", "thiazide"}),
        ("C07FB02", {"beta_blocker"}),
        ("C07FX04", {"beta_blocker", "antiplatelet"}),
        ("A10BD15", {"sglt2_inhibitor"}),
        ("A10BD20", {"sglt2_inhibitor"}),
        ("C03EB01", {"loop_diuretic"}),
        ("M01AE01", {"nsaid"}),
        ("B01AC04", {"antiplatelet"}),
        ("B01AC06", {"antiplatelet"}),
        ("C10BX06", {"antiplatelet", "ace_inhibitor"}),
        ("A10BA02", set()),
        ("N02BE01", set()),
    ],
)
def test_a_tablet_counts_for_everything_it_contains(pathway, code, facts):
    asked = {"ace_inhibitor", "arb", "arni", "beta_blocker", "mra", "sglt2_inhibitor", "loop_diuretic", "thiazide",
             "digoxin", "ivabradine", "diltiazem_or_verapamil", "anticoagulant", "antiplatelet", "nsaid"}  # fmt: skip
    assert {one.name for one in pathway.dictionary.with_code("atc", code)} & asked == facts


def test_the_other_pathway_takes_the_same_list(pathway):
    folder = pathway_folder("atrial_fibrillation")
    other: FactDictionary = load_pathway(read_folder(folder), str(folder)).dictionary
    for name in ("beta_blocker", "nsaid", "anticoagulant", "antiplatelet"):
        assert other[name].codes["atc"] == pathway.facts[name].codes["atc"]


def test_a_group_that_is_not_in_the_list_is_named(pathway):
    text = pathway.files["facts.toml"].replace('drugs = ["nsaid"]', 'drugs = ["nsaids"]')
    with pytest.raises(ContentErrors, match="nsaids is no group"):
        load_pathway({**pathway.files, "facts.toml": text}, "planted")


@pytest.mark.parametrize("key", ["heart_failure", "atrial_fibrillation"])
def test_every_group_of_interactions_has_a_drug_that_is_known_by_name(key):
    files = load_pathway(read_folder(pathway_folder(key)), str(pathway_folder(key))).files
    named = set(drug_codes(files).values())
    groups = read_interactions(files["interactions.toml"]).groups.values()
    assert [group.key for group in groups if not any(group.holds(code) for code in named)] == []


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Naproxen 2x500", ("M01AE02",)),
        ("ISOPTIN SR 240", ("C08DA01",)),
        ("Selokeen ZOC", ("C07AB02",)),
        ("sacubitril/valsartan", ("C09DX04",)),
        ("sint-janskruid", ("N06AX25",)),
        ("naproxenachtig", ()),
        ("", ()),
    ],
)
def test_a_name_is_found_as_a_whole_word(pathway, text, codes):
    known = drug_codes(pathway.files) | {"sint janskruid": "N06AX25"}
    assert codes_in(text, known) == codes


@pytest.mark.parametrize(("text", "codes"), [
    ("ketoconazol creme", ("D01AC08",)), ("Ketoconazol 20 mg/g crème 1dd", ("D01AC08",)),
    ("ketoconazol shampoo 2x per week", ("D01AC08",)), ("ketoconazol 2% shampoo", ("D01AC08",)),
    ("diclofenac gel", ("M02AA15",)), ("Voltaren emulgel 1%", ("M02AA15",)), ("ibuprofen gel zo nodig", ("M02AA13",)),
    ("ibuprofen 5% creme", ("M02AA13",)), ("ibuprofeen gel", ("M02AA13",)),
    ("ketoconazol 200 mg", ("J02AB02",)), ("diclofenac 50 mg tablet", ("M01AB05",)), ("ibuprofen 400 mg 3dd", ("M01AE01",)),
    ("ibuprofen tablet, gel erbij", ("M01AE01",)), ("ibuprofen en ketoconazol creme", ("D01AC08", "M01AE01")),
    ("ibuprofen 400 mg en ibuprofen gel", ("M02AA13", "M01AE01")),
])  # fmt: skip
def test_a_form_for_the_skin_is_another_drug(pathway, text, codes):
    assert set(codes_in(text, drug_codes(pathway.files))) == set(codes)


@pytest.mark.parametrize(("text", "codes"), [
    ("clarithromycin 500 mg 2dd", ("J01FA09",)), ("claritromicine", ("J01FA09",)), ("cotrimoxasol 960", ("J01EE01",)),
    ("cotrimoxazole", ("J01EE01",)), ("spironolaktone 25 mg", ("C03DA01",)), ("spironolacton 25", ("C03DA01",)),
    ("spironolakton", ("C03DA01",)), ("ketoconazole 200 mg", ("J02AB02",)), ("ciclosporin", ("L04AD01",)),
    ("furosemde 40 mg en spironolaktone 25 mg", ("C03CA01", "C03DA01")),
])  # fmt: skip
def test_one_letter_wrong_or_the_english_name_is_the_same_drug(pathway, text, codes):
    assert set(codes_in(text, drug_codes(pathway.files))) == set(codes)


@pytest.mark.parametrize("text", ["clotrimazol creme", "hydroxychloroquine 200 mg", "rifaximin", "sirolimus 2 mg",
                                  "nimodipine 30 mg", "de medicatie is onveranderd"])  # fmt: skip
def test_another_drug_is_not_taken_for_a_slip(pathway, text):
    assert codes_in(text, drug_codes(pathway.files)) == ()
