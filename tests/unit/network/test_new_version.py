"""The text of a next version: only what must change is changed, and the result can be read."""

from __future__ import annotations

from datetime import date

import pytest

from anderhalf.apps.network.drafting.new_version import Signature, agreement_files, pathway_files
from anderhalf.apps.network.drafting.toml_text import (
    NotFound,
    literal,
    next_version,
    with_blocks,
    with_entry,
    with_value,
)
from anderhalf.content import load_network, load_pathway, network_folder, pathway_folder, read_folder

SIGNED = [
    Signature(name='dr. "Quote" de Vries', role_nl="cardioloog", role_en="cardiologist", organisation="ziekenhuis", on=date(2025, 11, 12)),
    Signature(name="J. Jansen", role_nl="huisarts", role_en="GP", organisation="huisartsengroep", on=date(2025, 11, 13)),
]  # fmt: skip


def test_a_value_is_set_where_it_stands_and_nowhere_else():
    text = 'version = "1.0.0" # first\n[a]\nversion = "2"\n[[b]]\nversion = "3"\n'
    assert (
        with_value(text, "version", "1.1.0")
        == 'version = "1.1.0" # first\n[a]\nversion = "2"\n[[b]]\nversion = "3"\n'
    )
    assert with_value(text, "version", "9", section="a").splitlines()[2] == 'version = "9"'
    with pytest.raises(NotFound):
        with_value(text, "valid_from", date(2025, 1, 1))
    with pytest.raises(NotFound):
        with_value(text, "version", "1", section="c")


def test_text_is_escaped_so_that_it_cannot_become_something_else():
    assert literal('a "b" \\ c\n[d]') == '"a \\"b\\" \\\\ c [d]"'


def test_blocks_are_replaced_in_place():
    text = 'key = 1\n\n[[approvals]]\nname = "old"\n\n# about sources\n[sources]\nx = 1\n'
    made = with_blocks(text, "approvals", [{"name": "new", "on": date(2025, 1, 2)}])
    assert (
        made
        == 'key = 1\n\n[[approvals]]\nname = "new"\non = 2025-01-02\n\n# about sources\n[sources]\nx = 1\n'
    )
    with pytest.raises(NotFound):
        with_blocks("key = 1\n", "approvals", [])


def test_a_changelog_grows_at_the_top():
    made = with_entry("# Changes\n\n## 1.0.0 (x)\n\n- old\n", "1.1.0 (y)", ["new"])
    assert made == "# Changes\n\n## 1.1.0 (y)\n\n- new\n\n## 1.0.0 (x)\n\n- old\n"
    assert "## 1.1.0" in with_entry("", "1.1.0", ["new"])


@pytest.mark.parametrize(
    ("version", "taken", "made"),
    [("1.0.0", [], "1.1.0"), ("1.0.3", ["1.1.0", "1.2.0"], "1.3.0"), ("2.9.1", ["1.0.0"], "2.10.0")],
)
def test_the_next_version_is_free(version, taken, made):
    assert next_version(version, taken) == made


def test_the_next_version_of_the_demonstration_reads_without_a_fault():
    old = read_folder(pathway_folder("heart_failure"))
    changed = {"referral.csv": old["referral.csv"].replace(">=2000", ">=2500")}
    day = date(2025, 12, 1)
    files = pathway_files(old, changed, version="1.1.0", valid_from=day, signatures=SIGNED, why=["because"])
    pathway = load_pathway(files, "new")
    assert (pathway.version, pathway.valid_from) == ("1.1.0", day)
    assert [one.name for one in pathway.approvals] == ['dr. "Quote" de Vries', "J. Jansen"]
    assert {name for name in old if old[name] != files[name]} == {
        "pathway.toml",
        "CHANGELOG.md",
        "referral.csv",
    }

    network = read_folder(network_folder("voorbeeldstreek"))
    made = agreement_files(
        network, pathway="heart_failure", pathway_version="1.1.0", version="1.1.0", valid_from=day,
        signatures=SIGNED, why=["because"],
    )  # fmt: skip
    agreement = load_network(
        made,
        "new",
        pathways={
            "heart_failure": pathway,
            "atrial_fibrillation": load_pathway(
                read_folder(pathway_folder("atrial_fibrillation")), "atrial_fibrillation"
            ),
        },
    )
    assert (agreement.version, agreement.valid_from) == ("1.1.0", day)
    assert agreement.pathways["heart_failure"].version == "1.1.0"
    assert {one.organisation for one in agreement.approvals} == {"ziekenhuis", "huisartsengroep"}
    assert {name for name in network if network[name] != made[name]} == {"network.toml", "CHANGELOG.md"}
