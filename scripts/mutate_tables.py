"""Mutation of the decision tables: change one cell at random, and see whether some test fails.

    .venv/bin/python -m scripts.mutate_tables                          # every table, 200 changes each
    .venv/bin/python -m scripts.mutate_tables --table to_do --changes 30 --jobs 2

Each change is tried in a process of its own that holds its own copy of the content (`ANDERHALF_CONTENT`). First the
record of the table is asked (`tests/spec/tables`, which is quick), then, when that notices nothing, the tests of the
handbook that ask the table, until the first failure. A change that no test notices is a survivor; it is printed, with
what `anderhalf agreement check` says of it. Changes that only write the same otherwise are not tried; those by which
nobody can be answered otherwise, as another rule always comes first, are told apart. Figures: docs/mutation.md.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from enum import IntEnum
from importlib.metadata import entry_points
from pathlib import Path

import django
import pytest

from anderhalf.content import load_pathway, read_folder
from anderhalf.content.check import check_folders
from anderhalf.content.paths import ENVIRONMENT_VARIABLE
from anderhalf.content.rule_numbers import is_rules
from anderhalf.content.titration import pathway_facts
from anderhalf.core.decisions.facts import Fact
from anderhalf.core.pathway.model import Pathway
from anderhalf.population.check import casefinding_problems
from tests.support.table_record import differences, load_table, rules_without_a_line

from .same_answers import same_answers
from .table_mutants import Mutant, mutants

ROOT = Path(__file__).resolve().parents[1]
SPEC = "tests/spec"
HF, AF, TITRATION = f"{SPEC}/heart_failure", f"{SPEC}/atrial_fibrillation", f"{SPEC}/titration"
TESTS: Mapping[str, tuple[str, ...]] = {
    "heart_failure/exclusion.csv": (f"{HF}/test_exclusion.py", f"{HF}/test_referral.py"),
    "heart_failure/referral.csv": (f"{HF}/test_referral.py",),
    "heart_failure/to_do.csv": (f"{HF}/test_to_do.py",),
    "heart_failure/stable.csv": (f"{HF}/test_stable.py",),
    "heart_failure/phenotype": (TITRATION,),
    "heart_failure/home_alarms.csv": (f"{TITRATION}/test_alarms.py",),
    "heart_failure/weight_alarms": (f"{TITRATION}/test_alarms.py",),
    "heart_failure/casefinding": ("tests/unit/population",),
    "heart_failure/titration/renal_change.csv": (f"{TITRATION}/test_renal_change.py", TITRATION),
    "heart_failure/titration": (f"{TITRATION}/test_boundaries.py", TITRATION),
    "atrial_fibrillation/home_alarms.csv": (f"{TITRATION}/test_alarms.py",),
    "atrial_fibrillation": (AF,),
}
"""Path of a table, or its beginning -> the tests that ask it, the most telling first."""
OPTIONS = (
    "-x", "-q", "--no-header", "-p", "no:cacheprovider", "-p", "no:xdist", "-m", "not slow",
    "-W", "ignore::pytest.PytestAssertRewriteWarning",
)  # fmt: skip
COLUMNS = (
    "table", "changes", "noticed by the record", "by the handbook only", "by the check only", "means the same",
    "by nothing",
)  # fmt: skip


class Noticed(IntEnum):
    """What noticed a change first, or that there is nothing to notice: nobody can be answered otherwise.

    One is what a process ends with that broke down; that is no answer.
    """

    NO_TEST = 0
    RECORD = 2
    HANDBOOK = 3
    SAME = 4


SAID = {Noticed.HANDBOOK: "handbook only", Noticed.SAME: "means the same", Noticed.NO_TEST: "survives"}


# ---- trying ------------------------------------------------------------


def tests_for(table: str) -> tuple[str, ...]:
    """The test files that ask a table."""
    found = max((key for key in TESTS if table.startswith(key)), key=len, default=None)
    return TESTS[found] if found else (SPEC,)


def runs_for(table: str) -> list[list[str]]:
    """What pytest is asked, the quickest first: a class of drugs has its own lines among the boundaries."""
    first = []
    if "/titration/" in table:
        first = [[f"{TITRATION}/test_boundaries.py", "-k", Path(table).stem]]
    return [*first, list(tests_for(table))]


def noticed_by(mutant: Mutant) -> Noticed:
    """Which test fails with the changed table; runs in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="mutant-") as folder:
        root = copy_with(mutant, Path(folder))
        os.environ[ENVIRONMENT_VARIABLE] = str(root)
        with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere), redirect_stderr(nowhere):
            if _record_fails(mutant.table):
                return Noticed.RECORD
            if _means_the_same(mutant.table, root):
                return Noticed.SAME
            passed = (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)
            survived = all(pytest.main([*OPTIONS, *asked]) in passed for asked in runs_for(mutant.table))
            return Noticed.NO_TEST if survived else Noticed.HANDBOOK


def _record_fails(table: str) -> bool:
    """Whether `tests/spec/tables` fails for one table; as its tests, up to the first difference."""
    try:
        return bool(rules_without_a_line(table)) or any(differences(table))
    except Exception:  # a table that can't be loaded, or asked, is noticed
        return True


def _means_the_same(table: str, root: Path) -> bool:
    """Whether nobody can be answered otherwise by the changed table of this process."""
    after = load_table(table)
    load_table.cache_clear()
    del os.environ[ENVIRONMENT_VARIABLE]
    try:
        return same_answers(load_table(table), after)
    finally:
        load_table.cache_clear()
        os.environ[ENVIRONMENT_VARIABLE] = str(root)


def warm_up() -> None:
    """Read once what every child needs; the tests themselves are read by the child, with its own content."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    for entry in entry_points(group="pytest11"):
        entry.load()


def copy_with(mutant: Mutant, folder: Path) -> Path:
    """The content with one table changed."""
    shutil.copytree(ROOT / "pathways", folder / "pathways")
    shutil.copytree(ROOT / "networks", folder / "networks")
    (folder / "pathways" / mutant.table).write_text(mutant.text, encoding="utf-8")
    return folder


def try_all(found: Sequence[Mutant], jobs: int) -> Iterator[tuple[Mutant, Noticed]]:
    """Each mutant with what noticed it, some at a time. The modules of the service are read once, before."""
    waiting = list(found)
    running: dict[int, Mutant] = {}
    while waiting or running:
        while waiting and len(running) < jobs:
            mutant = waiting.pop(0)
            child = os.fork()
            if child == 0:
                status = 1
                try:
                    status = noticed_by(mutant)
                finally:
                    os._exit(status)
            running[child] = mutant
        child, status = os.wait()
        yield running.pop(child), Noticed(os.waitstatus_to_exitcode(status))


def said_by_check(mutant: Mutant) -> str:
    """The first fault that the static check names in a changed table, or nothing."""
    with tempfile.TemporaryDirectory(prefix="mutant-") as folder:
        root = copy_with(mutant, Path(folder))
        checked = check_folders(
            [root / "pathways" / mutant.table.split("/")[0]], more=(casefinding_problems,)
        )
        return next((problem.fault.message for problem in checked.errors), "")


# ---- what there is ------------------------------------------------------------


def all_tables() -> dict[str, tuple[str, Mapping[str, Fact], bool]]:
    """Path below pathways/ -> text, the facts it may ask, and whether the order of its rules counts."""
    found = {}
    for folder in sorted((ROOT / "pathways").iterdir()):
        if not folder.is_dir():
            continue
        pathway = load_pathway(read_folder(folder), str(folder))
        facts = pathway_facts(pathway)
        policies = dict(_policies(pathway))
        for name, text in pathway.files.items():
            if is_rules(name, text):
                ordered = policies.get(name, "C" if "alarms" in name else "F") == "F"
                found[f"{folder.name}/{name}"] = (text, facts, ordered)
    return found


def _policies(pathway: Pathway) -> Iterator[tuple[str, str]]:
    """The hit policy of each table file, also of one that only another choice of the agreement uses."""
    for name in ("pathway.toml", "casefinding.toml"):
        for table_id, table in tomllib.loads(pathway.files.get(name, "")).get("tables", {}).items():
            yield table["file"], table["hit_policy"]
            for setting in pathway.settings.values():
                for option in setting.options.values():
                    if table_id in option.tables:
                        yield option.tables[table_id], table["hit_policy"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Try every table asked for; prints survivors and figures. Ends with 1 when nothing noticed some change."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--table", action="append", help="a part of the path of a table; may be given again")
    parser.add_argument("--changes", type=int, default=200)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args(arguments)
    os.chdir(ROOT)
    tables = {
        name: rest
        for name, rest in all_tables().items()
        if not options.table or any(part in name for part in options.table)
    }
    warm_up()
    figures = []
    for name, (text, facts, ordered) in tables.items():
        begun = time.monotonic()
        found = mutants(name, text, facts=facts, ordered=ordered, changes=options.changes, seed=options.seed)
        by = Counter[str]()
        for mutant, noticed in try_all(found, options.jobs):
            fault = said_by_check(mutant) if noticed is Noticed.NO_TEST else ""
            by["check" if fault else noticed.name] += 1
            if noticed is not Noticed.RECORD:
                sys.stdout.write(
                    f"{SAID[noticed]}  {name}  {mutant.said}  {f'[check: {fault}]' if fault else ''}\n"
                )
                sys.stdout.flush()
        counts = (by[kind] for kind in ("RECORD", "HANDBOOK", "check", "SAME", "NO_TEST"))
        figures.append((name, len(found), *counts))
        sys.stdout.write(f"{_row(figures[-1])} {time.monotonic() - begun:.0f} s\n")
        sys.stdout.flush()
    sys.stdout.write(f"\n{_row(COLUMNS)}\n{_row(['---'] * len(COLUMNS))}\n")
    sys.stdout.writelines(f"{_row(row)}\n" for row in figures)
    return 1 if any(row[-1] for row in figures) else 0


def _row(cells: Sequence[object]) -> str:
    return f"| {' | '.join(map(str, cells))} |"


if __name__ == "__main__":
    sys.exit(main())
