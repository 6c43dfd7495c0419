"""Faults planted in copies of the real content: each is named by file, line and cell, and nothing else is."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from anderhalf.commands.agreement import app
from anderhalf.content.check import Problem, check_folders
from anderhalf.content.paths import content_root
from anderhalf.core.decisions.findings import Severity

from .plants import NETWORK, PATHWAY, PLANTS, STABLE_LINES, Plant


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for part in (PATHWAY, NETWORK):
        shutil.copytree(content_root() / part, tmp_path / part)
    return tmp_path


def check(root: Path) -> list[Problem]:
    """All problems but those of the titration tables, which have a handbook of their own."""
    problems = check_folders([root / PATHWAY, root / NETWORK]).problems
    return [problem for problem in problems if not re.search(r"/titration/.*\.csv$", problem.fault.file)]


def test_the_content_itself_is_clean(copy):
    assert check(copy) == []


@pytest.mark.parametrize("plant", PLANTS.values(), ids=PLANTS.keys())
def test_a_planted_fault_is_named(copy, plant: Plant):
    file = copy / plant.file
    before = file.read_text(encoding="utf-8")
    assert plant.old in before, "the content changed: plant something else"
    after = before.replace(plant.old, plant.new, 1)
    file.write_text(after, encoding="utf-8")
    place = after.index(plant.line_of) if plant.line_of not in ("", "-") else before.index(plant.old)
    line = after[:place].count("\n") + 1
    problems = check(copy)
    found = [
        problem.fault
        for problem in problems
        if plant.message in problem.fault.message and problem.fault.file.endswith(plant.file)
    ]
    assert found, [str(problem.fault) for problem in problems]
    assert found[0].cell == plant.cell
    assert plant.line_of == "-" or found[0].line == line


def test_all_faults_are_reported_at_once(copy):
    for name in (
        "rule without source",
        "AGB code of seven digits",
        "deductible forgotten",
        "share above one",
    ):
        plant = PLANTS[name]
        file = copy / plant.file
        file.write_text(file.read_text(encoding="utf-8").replace(plant.old, plant.new, 1), encoding="utf-8")
    messages = " ".join(problem.fault.message for problem in check(copy))
    for part in ("source is missing", "eight digits", "deductible is missing", "above 1"):
        assert part in messages


def test_a_gap_is_shown_with_an_example_patient(copy):
    file = copy / PATHWAY / "referral.csv"
    before, rule, after = file.read_text(encoding="utf-8").partition("\nRF-26,")
    file.write_text(before + rule + after.replace(",>=125,", ",>=130,", 1), encoding="utf-8")
    gaps = [problem for problem in check(copy) if "no rule holds" in problem.fault.message]
    assert gaps
    for problem in gaps:
        assert problem.severity is Severity.ERROR
        assert (problem.fault.cell, problem.fault.line > 1) == ("nt_probnp", True)
        assert "nt_probnp = 125" in problem.example


def test_a_rule_that_never_answers_is_an_error(copy):
    file = copy / PATHWAY / "phenotype.csv"
    file.write_text(file.read_text(encoding="utf-8").replace("]40..50[", "]35..50["), encoding="utf-8")
    (problem,) = [problem for problem in check(copy) if "hold together" in problem.fault.message]
    assert "lvef = " in problem.example


def test_a_titration_table_is_checked_with_the_rest(copy):
    file = copy / PATHWAY / "titration" / "renal_change.csv"
    text = file.read_text(encoding="utf-8")
    header, first, rest = text.split("\n", 2)
    file.write_text("\n".join([header, first, first, rest]), encoding="utf-8")
    problems = check_folders([copy / PATHWAY]).problems
    found = [problem.fault for problem in problems if problem.fault.file.endswith("renal_change.csv")]
    assert [(fault.line, fault.cell) for fault in found] == [(3, "id")]


def test_an_agreement_answers_the_settings_of_the_titration_protocol(copy):
    file = copy / NETWORK / "network.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('lvef_40 = "esc"', 'egfr_equation = "ckd_epi_2021"', 1), encoding="utf-8")
    assert check(copy) == []
    file.write_text(text.replace('lvef_40 = "esc"', 'egfr_equation = "guess"', 1), encoding="utf-8")
    messages = [problem.fault.message for problem in check(copy)]
    assert any("'guess' is not an option" in message for message in messages), messages


def test_a_csv_that_no_table_uses_is_not_ignored(copy):
    (copy / PATHWAY / "extra.csv").write_text("id\n")
    (problem,) = check(copy)
    assert "no [tables] entry" in problem.fault.message


def test_a_broken_pathway_is_not_blamed_on_the_network(copy):
    (copy / PATHWAY / "stable.csv").unlink()
    problems = check(copy)
    assert all(PATHWAY in problem.fault.file for problem in problems)
    assert any("there is no file stable.csv" in problem.fault.message for problem in problems)


def test_folders_that_are_no_content_are_named(tmp_path):
    (tmp_path / "empty").mkdir()
    messages = [
        problem.fault.message
        for problem in check_folders([tmp_path / "empty", tmp_path / "nowhere"]).problems
    ]
    assert messages == ["this folder holds no pathway.toml and no network.toml", "no such folder"]


def test_the_command_prints_every_fault_and_fails(copy):
    plant = PLANTS["rule without source"]
    file = copy / plant.file
    runner = CliRunner()
    folders = [str(copy / PATHWAY), str(copy / NETWORK)]
    shutil.rmtree(copy / PATHWAY / "titration")
    schedule = copy / PATHWAY / "followup.toml"  # what is withheld on a sick day is a setting of titration
    lines = schedule.read_text(encoding="utf-8").splitlines(keepends=True)
    schedule.write_text("".join(one for one in lines if not one.startswith("withhold")), encoding="utf-8")
    clean = runner.invoke(app, ["check", *folders])
    assert clean.exit_code == 0, clean.output
    assert "0 errors, 0 warnings" in clean.output
    file.write_text(file.read_text(encoding="utf-8").replace(plant.old, plant.new, 1), encoding="utf-8")
    broken = runner.invoke(app, ["check", *folders])
    assert broken.exit_code == 1
    line = next(at for at, text in enumerate(STABLE_LINES, 1) if text.startswith("ST-08,"))
    assert f"stable.csv:{line}: source: rule ST-08: the source is missing" in broken.output.replace("\n", "")


# ---- a dangerous region that no table answers ----


def silent(copy: Path, old: str, new: str, *, file: str = "exclusion.csv") -> list[tuple[str, str]]:
    """(cell, message) of the dangers that nobody answers once a table of the pathway was changed."""
    table = copy / PATHWAY / file
    text = table.read_text(encoding="utf-8")
    assert old in text, "the content changed: plant something else"
    table.write_text(text.replace(old, new, 1), encoding="utf-8")
    problems = check_folders([copy / PATHWAY]).problems
    return [(one.fault.cell, one.fault.message) for one in problems if one.fault.cell.endswith(".danger")]


def test_a_far_end_that_no_rule_answers_is_named_with_fact_value_and_pathway(copy):
    ((cell, message),) = silent(copy, "EX-17,-,-,-,-,-,<=8", "EX-17,-,-,-,-,-,[7..8]")
    assert cell == "respiratory_rate.danger"
    assert "pathway heart_failure: respiratory_rate = 4 /min is a danger" in message
    assert "nothing else known" in message


def test_a_hole_between_two_limits_is_named(copy):
    """Below 8 breaths and from 9 to 11 somebody is called, at 8 nobody."""
    old = "EX-17,-,-,-,-,-,<=8"
    assert silent(copy, old, 'EX-17,-,-,-,-,-,"<8, [9..11]"') == [
        (
            "respiratory_rate.danger",
            "pathway heart_failure: respiratory_rate = 8 /min calls nobody, "
            "and respiratory_rate = 9 /min, which is less far out, does",
        )
    ]


def test_a_danger_that_waits_for_another_fact_is_not_answered(copy):
    (found,) = silent(copy, "EX-17,-,-,-,-,-,<=8", "EX-17,-,true,-,-,-,<=8")
    assert "respiratory_rate = 4 /min" in found[1]


def test_a_red_flag_that_calls_nobody_is_named(copy):
    found = silent(copy, "EX-04,-,-,-,true", "EX-04,-,-,-,false")
    assert ("syncope.danger", "pathway heart_failure: syncope = true is a danger, and with nothing else known no rule "
            "calls anybody") in found  # fmt: skip


def planted(copy: Path, old: str, new: str) -> list[tuple[str, str]]:
    """(cell, message) of what the check says once facts.toml was changed."""
    facts = copy / PATHWAY / "facts.toml"
    text = facts.read_text(encoding="utf-8")
    assert old in text, "the content changed: plant something else"
    facts.write_text(text.replace(old, new, 1), encoding="utf-8")
    problems = check_folders([copy / PATHWAY]).problems
    return [(one.fault.cell, one.fault.message) for one in problems]


DIGOXIN_ENDS = 'danger = ["high"]\nno_danger.low = { nl = "Een lage spiegel'


def test_a_laboratory_value_of_which_no_end_is_called_a_danger_must_say_why_for_each_end(copy):
    """That is how a toxic digoxin level was nowhere a danger: `danger = []` asked for no reason."""
    found = planted(copy, DIGOXIN_ENDS, 'danger = []\nno_danger.low = { nl = "Een lage spiegel')
    messages = [message for cell, message in found if cell == "digoxin_level.no_danger.high"]
    assert len(messages) == 1 and "no_danger.high" in messages[0], found


def test_the_reason_stands_in_both_languages(copy):
    found = planted(copy, DIGOXIN_ENDS, 'danger = ["high"]\nno_danger.low = { nl = "')
    assert not [one for one in found if "no_danger" in one[0]], "a shorter text is a text"
    found = planted(
        copy, 'danger = ["high"]\nno_danger.low = { nl = "', 'danger = ["high"]\nno_danger.low = { de = "'
    )
    assert [cell for cell, _message in found if "no_danger" in cell]


def test_an_end_is_not_both_a_danger_and_none(copy):
    found = planted(copy, DIGOXIN_ENDS, 'danger = ["low", "high"]\nno_danger.low = { nl = "Een lage spiegel')
    assert "digoxin_level.no_danger.low" in {cell for cell, _message in found}


def test_every_measured_number_of_the_repository_answers_for_both_ends(copy):
    """A fact without a limit of age is no way round it, when it is a measurement."""
    found = planted(copy, '[height]\ntype = "number"', '[girth]\ntype = "number"\ngroup = "measurements"\nunit = "cm"\nunit_label = "cm"\n'
                    'range = [10, 300]\nlabel = { nl = "Omvang", en = "Girth" }\nsource = "local"\n\n[height]\ntype = "number"')  # fmt: skip
    assert {cell for cell, _message in found} >= {"girth.no_danger.low", "girth.no_danger.high"}


def test_the_second_pathway_answers_the_dangers_of_the_shared_dictionary(tmp_path):
    for key in ("heart_failure", "atrial_fibrillation"):
        shutil.copytree(content_root() / "pathways" / key, tmp_path / key)
    folder = tmp_path / "atrial_fibrillation"
    assert check_folders([folder]).problems == []
    text = (folder / "exclusion.csv").read_text(encoding="utf-8")
    assert "\nAX-15," in text, "plant something else"
    rows = [row for row in text.split("\n") if not row.startswith("AX-15,")]
    (folder / "exclusion.csv").write_text("\n".join(rows), encoding="utf-8")
    messages = [problem.fault.message for problem in check_folders([folder]).problems]
    assert any(
        "pathway atrial_fibrillation: respiratory_rate = 4 /min is a danger" in message
        for message in messages
    )
    # and what it leaves out, it says why
    toml = folder / "pathway.toml"
    toml.write_text(
        re.sub(r"acute_illness = .*\n", "", toml.read_text(encoding="utf-8"), count=1), encoding="utf-8"
    )
    messages = [problem.fault.message for problem in check_folders([folder]).problems]
    assert any("acute_illness = true is a danger" in message for message in messages)


# ---- a rule that changed since another version ----


def changed_since(copy: Path, old: str, new: str, *, file: str = "exclusion.csv") -> list[tuple[str, str]]:
    """(cell, message) of what the check says of a changed table beside the version it was."""
    table = copy / PATHWAY / file
    text = table.read_text(encoding="utf-8")
    assert old in text, "the content changed: plant something else"
    table.write_text(text.replace(old, new, 1), encoding="utf-8")
    problems = check_folders([copy / PATHWAY], against=content_root() / "pathways").problems
    return [
        (problem.fault.cell, problem.fault.message)
        for problem in problems
        if "decides something else" in problem.fault.message
    ]


def test_a_changed_rule_needs_another_text_in_both_languages_and_another_source(copy):
    found = changed_since(copy, "EX-05,-,-,-,-,<90", "EX-05,-,-,-,-,<92")
    assert {cell for cell, _message in found} == {"source", "why_en", "why_nl"}
    assert all(message.startswith("rule EX-05 ") for _cell, message in found)


def test_a_changed_answer_is_a_changed_rule(copy):
    found = changed_since(
        copy,
        '"""call_112""",Saturatie onder 90%: zuurstof nodig.',
        '"""call_cardiologist""",Saturatie onder 90%: zuurstof nodig.',
    )
    assert {cell for cell, _message in found} == {"source", "why_en", "why_nl"}


def test_a_cell_written_otherwise_is_no_change(copy):
    assert changed_since(copy, "EX-05,-,-,-,-,<90", "EX-05,-,-,-,-,<90.0") == []


def test_a_titration_rule_is_compared_too(copy):
    found = changed_since(
        copy,
        "SGL-43,false,-,-,-,-,-,-,-,<95",
        "SGL-43,false,-,-,-,-,-,-,-,<85",
        file="titration/sglt2_inhibitor.csv",
    )
    assert {cell for cell, _message in found} == {"source", "why_en", "why_nl"}


def test_the_command_compares_with_a_folder(copy):
    table = copy / PATHWAY / "exclusion.csv"
    table.write_text(
        table.read_text(encoding="utf-8").replace("EX-05,-,-,-,-,<90", "EX-05,-,-,-,-,<92", 1),
        encoding="utf-8",
    )
    arguments = ["check", str(copy / PATHWAY), "--against", str(content_root() / "pathways")]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 1
    assert "exclusion.csv:6: source: rule EX-05 decides something else" in done.output.replace("\n", "")
