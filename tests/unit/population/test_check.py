"""`anderhalf agreement check` also reads what case finding asks: every fault by file, line and cell."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from anderhalf.cli import app
from anderhalf.content.paths import content_root
from anderhalf.population.check import casefinding_problems
from anderhalf.population.criteria import FILE
from tests.support.population import criteria

POSSIBLE = "casefinding/possible.csv"


def problems_with(file: str, old: str, new: str):
    pathway = criteria().pathway
    text = pathway.files[file]
    assert old in text
    return casefinding_problems(replace(pathway, files={**pathway.files, file: text.replace(old, new, 1)}))


def test_what_is_there_is_sound() -> None:
    assert casefinding_problems(criteria().pathway) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "cell", "message"),
    [
        (FILE, "range = [0, 100]", 'range = [0, "veel"]', "range", "two numbers"),
        (FILE, "range = [0, 100]", "range = [100, 0]", "range", "two numbers"),
        (FILE, 'codes.icpc = ["R02", "K02", "K07", "A04"]', "codes.icpc = []", "codes", "without a code"),
        (FILE, 'contact = ["admission"]\n', "", "contact", "missing"),
        (FILE, 'title_en = "Sign"', 'title_en = ""', "title_en", "missing"),
        (FILE, "labels.ecg = ", "labels.ecq = ", "ecq", "unknown key"),
        (FILE, 'hit_policy = "C"', 'hit_policy = "Z"', "tables.possible.hit_policy", "is not one of"),
        (FILE, "[absent.problems]", "[absent.problemen]", "absent.problemen", "is not one of"),
        (FILE, "[assumed]", "[assumed", "", "not valid TOML"),
        (POSSIBLE, ",>=2,-,-,", ",>=twee,-,-,", "copd_exacerbations", ""),
        (POSSIBLE, ",>=2,-,-,", ",>=200,-,-,", "copd_exacerbations", ""),
        (POSSIBLE, ",VIP,B", ",,B", "source", "the source is missing"),
        (POSSIBLE, ",VIP,B", ",VIP,U", "grade", "never content"),
        (POSSIBLE, '"""copd_exacerbations"""', '"""copd"""', "out:reason", ""),
    ],
)
def test_a_planted_fault_is_named(file: str, old: str, new: str, cell: str, message: str) -> None:
    found = problems_with(file, old, new)
    assert any(
        problem.fault.file == file
        and problem.fault.line > 0
        and problem.fault.cell.endswith(cell)
        and message in problem.fault.message
        for problem in found
    ), [str(problem.fault) for problem in found]


def test_no_line_can_be_broken_so_that_the_check_itself_breaks() -> None:
    """Every line of casefinding.toml left out, and every value replaced by one of another kind."""
    pathway = criteria().pathway
    lines = pathway.files[FILE].splitlines()
    silent = []
    for at, line in enumerate(lines):
        given = re.match(r"([\w.]+) = ", line)
        wrong = [f"{given[1]} = {value}" for value in ("5", '[5, "q"]', "{a = 1}", "true")] if given else []
        for replaced in ("", *wrong):
            text = "\n".join([*lines[:at], replaced, *lines[at + 1 :]])
            found = casefinding_problems(replace(pathway, files={**pathway.files, FILE: text}))
            if replaced and not found:
                silent.append(replaced)
    assert silent == ["max_age_days = 5", "max_age_days = 5"], "a value of the wrong kind passes unseen"


def test_the_command_names_it(tmp_path: Path) -> None:
    folder = tmp_path / "pathways" / "heart_failure"
    shutil.copytree(content_root() / "pathways" / "heart_failure", folder)
    runner = CliRunner()
    assert runner.invoke(app, ["agreement", "check", str(folder)]).exit_code == 0
    file = folder / POSSIBLE
    file.write_text(file.read_text(encoding="utf-8").replace(",VIP,B", ",,B", 1), encoding="utf-8")
    broken = runner.invoke(app, ["agreement", "check", str(folder)])
    assert broken.exit_code == 1
    assert f"{POSSIBLE}:2: source: rule CF-01: the source is missing" in broken.output.replace("\n", "")
