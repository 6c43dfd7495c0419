"""A rule that changed and kept its published source becomes the network's own agreement, and back when it is restored."""

from __future__ import annotations

import csv
import io
import shutil

import pytest

from anderhalf.content import content_root, load_pathway, pathway_folder, read_folder
from anderhalf.content.check import check_folders
from anderhalf.content.following import changed_rules, following_faults, with_own_sources

FILES = read_folder(pathway_folder("heart_failure"))
FACTS = load_pathway(FILES, "heart_failure").facts
OLD = FILES["exclusion.csv"]


def changed(rule: str, **cells: str) -> str:
    """The exclusion table with some cells of a rule typed over."""
    header, *rows = list(csv.reader(io.StringIO(OLD)))
    for row in rows:
        if row[0] == rule:
            for column, text in cells.items():
                row[header.index(column)] = text
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([header, *rows])
    return out.getvalue()


def faults(text: str) -> list[tuple[str, str]]:
    found = following_faults({"exclusion.csv": OLD}, {"exclusion.csv": text}, facts=FACTS)
    return [(fault.cell, fault.message) for fault in found]


def row(text: str, rule: str) -> dict[str, str]:
    return next(one for one in csv.DictReader(io.StringIO(text)) if one["id"] == rule)


TEXTS = {
    "why_nl": "Saturatie onder 92%: zuurstof nodig.",
    "why_en": "Saturation below 92%: oxygen is needed.",
}


def test_everything_followed():
    text = changed("EX-05", oxygen_saturation="<92", **TEXTS, source="local; ESC21 Table 21", grade="local")
    assert faults(text) == []


def test_another_source_or_another_place_is_a_new_source():
    for source in ("ESC23", "ESC21 p.3641"):
        assert faults(changed("EX-05", oxygen_saturation="<92", **TEXTS, source=source)) == []


@pytest.mark.parametrize("source", ["ESC21 Table 21", " ESC21  table 21; ", "local; ESC21 Table 21"])
def test_the_old_source_in_other_words_is_no_new_source(source):
    found = faults(changed("EX-05", oxygen_saturation="<92", **TEXTS, source=source))
    assert [cell for cell, _message in found] == ["source"]


def test_a_space_or_a_full_stop_is_no_other_text():
    texts = {
        "why_nl": "Saturatie  onder 90 %: zuurstof nodig!",
        "why_en": "saturation below 90%: oxygen is needed",
    }
    text = changed("EX-05", oxygen_saturation="<92", **texts, source="local", grade="local")
    assert [cell for cell, _message in faults(text)] == ["why_nl", "why_en"]


def test_a_rule_with_another_id_is_recognised_by_its_text():
    text = changed("EX-05", id="EX-55", oxygen_saturation="<92")
    assert [one.rule for one in changed_rules(OLD, text, facts=FACTS)] == ["EX-55"]


def test_a_new_rule_and_a_moved_rule_changed_nothing():
    header, first, second, *rest = OLD.split("\n")
    assert changed_rules(OLD, "\n".join([header, second, first, *rest]), facts=FACTS) == ()
    fresh = second.replace("EX-02", "EX-77").replace("Kortademig in rust", "Nieuw").replace("true", "false")
    assert changed_rules(OLD, "\n".join([header, first, second, fresh, *rest]), facts=FACTS) == ()


def test_a_kept_source_becomes_the_own_agreement():
    made = with_own_sources(OLD, changed("EX-05", oxygen_saturation="<92"), facts=FACTS)
    assert (row(made, "EX-05")["source"], row(made, "EX-05")["grade"]) == ("local; ESC21 Table 21", "local")
    others = [one for one in csv.DictReader(io.StringIO(made)) if one["id"] != "EX-05"]
    assert others == [one for one in csv.DictReader(io.StringIO(OLD)) if one["id"] != "EX-05"]


def test_a_new_source_is_left_alone():
    text = changed("EX-05", oxygen_saturation="<92", source="ESC23")
    assert with_own_sources(OLD, text, facts=FACTS) == text


def test_a_rule_put_back_gets_its_source_back():
    made = with_own_sources(OLD, changed("EX-05", oxygen_saturation="<92"), facts=FACTS)
    back = made.replace("<92", "<90")
    assert row(with_own_sources(OLD, back, facts=FACTS), "EX-05") == row(OLD, "EX-05")


def test_a_text_that_is_no_table_stays_to_the_letter():
    for text in ("", "id\n", 'id,source,grade\n"EX', "a;b\n1;2\n"):
        assert with_own_sources(OLD, text, facts=FACTS) == text


# ---- against a folder ----


def test_a_folder_with_none_of_the_pathways_is_a_fault_and_not_a_pass(tmp_path):
    for nothing in (tmp_path, tmp_path / "missing"):
        (problem,) = check_folders([pathway_folder("heart_failure")], against=nothing).errors
        assert "nothing was compared" in problem.fault.message and str(nothing) in str(problem.fault)


def test_the_folder_may_be_the_pathways_or_what_holds_them(tmp_path):
    shutil.copytree(content_root() / "pathways", tmp_path / "pathways")
    table = tmp_path / "pathways" / "heart_failure" / "exclusion.csv"
    table.write_text(changed("EX-05", oxygen_saturation="<88"), encoding="utf-8")
    for folder in (tmp_path, tmp_path / "pathways"):
        problems = check_folders([pathway_folder("heart_failure")], against=folder).errors
        assert {problem.fault.cell for problem in problems} == {"source", "why_en", "why_nl"}, folder
