"""Which drugs a text of a person names: Dutch, English, trade names, class words, slips; and nothing that is another drug."""

from __future__ import annotations

import pytest

from anderhalf.content import paths
from anderhalf.core.pathway.named import Named, named_in, reaction_in, read_names

NAMES = [
    read_names((paths.pathway_folder(key) / "doses.toml").read_text("utf-8"))
    for key in ("heart_failure", "atrial_fibrillation")
]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Enalapril: angio-oedeem 2019", {"ace_inhibitor:enalapril"}),
        ("ENALAPRIL", {"ace_inhibitor:enalapril"}),
        ("enelapril, dikke lip", {"ace_inhibitor:enalapril"}),
        ("Renitec", {"ace_inhibitor:enalapril"}),
        ("ACE-remmer: hoest", {"ace_inhibitor:"}),
        ("ACE remmers", {"ace_inhibitor:"}),
        ("ACEremmer niet verdragen", {"ace_inhibitor:"}),
        ("allergic to ACE inhibitors", {"ace_inhibitor:"}),
        ("bètablokker", {"beta_blocker:"}),
        ("betablokkers", {"beta_blocker:"}),
        ("metropolol", {"beta_blocker:metoprolol_succinate"}),
        ("Selokeen", {"beta_blocker:metoprolol_succinate"}),
        ("bisoprolol (bètablokker)", {"beta_blocker:bisoprolol"}),
        ("plaspil", {"loop_diuretic:", "mra:"}),
        ("plaspillen geven jeuk", {"loop_diuretic:", "mra:"}),
        ("lisinopirl en metoprolol", {"ace_inhibitor:lisinopril", "beta_blocker:metoprolol_succinate"}),
        ("valsartan", {"arb:valsartan", "arni:sacubitril_valsartan"}),
        ("Losartan", {"arb:losartan"}),
        ("Entresto", {"arni:sacubitril_valsartan"}),
        ("digoxine", {"digoxin:digoxin"}),
        ("spironolacton: gynaecomastie", {"mra:spironolactone"}),
        ("Eliquis", {"anticoagulant:apixaban"}),
        ("DOAC's", {"anticoagulant:"}),
    ],
)
def test_a_text_names_what_a_reader_would_understand(text, expected):
    assert {f"{one.drug_class}:{one.drug}" for one in named_in(text, NAMES)} == expected


@pytest.mark.parametrize(
    "text",
    ["Penicilline: anafylaxie", "peniciline", "noten", "jodium", "amlodipine", "misoprostol", "verapamil", "pollen",
     "hydrochloorthiazide", "diclofenac", "atorvastatine", "pleisters", "omeprazol", "metformine", "latex", ""],
)  # fmt: skip
def test_another_drug_names_none_of_the_pathways(text):
    assert named_in(text, NAMES) == ()


def test_every_drug_of_the_pathways_is_named_by_its_own_labels():
    import tomllib

    for key in ("heart_failure", "atrial_fibrillation"):
        doses = tomllib.loads((paths.pathway_folder(key) / "doses.toml").read_text("utf-8"))
        for drug, entry in doses["drugs"].items():
            for label in entry["label"].values():
                assert Named(entry["class"], drug) in named_in(f"{label}: huiduitslag", NAMES), (drug, label)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Enalapril: angio-oedeem 2019", "angioedema"), ("angioedeem", "angioedema"), ("Angio oedeem", "angioedema"),
        ("Quincke's oedeem", "angioedema"), ("dikke tong na lisinopril", "angioedema"), ("prikkelhoest", "cough"),
        ("anafylactische shock", "anaphylaxis"), ("hyperkaliëmie", "hyperkalaemia"), ("enkeloedeem", ""), ("", ""),
    ],
)  # fmt: skip
def test_the_reaction_is_read_from_the_words(text, expected):
    assert reaction_in(text, NAMES) == expected
