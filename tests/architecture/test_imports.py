"""The import contracts hold, and each of them bites: a planted violation per contract is caught.

A contract with a misspelt module name passes silently, so believing the contracts without this test is not enough.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]


def planted(contract: dict) -> tuple[str, str]:
    """A module and an import line that break this contract: the lowest layer imports the highest."""
    if contract["type"] == "forbidden":
        return contract["source_modules"][0] + ".planted", f"import {contract['forbidden_modules'][0]}\n"
    names = [name.strip("()") for name in contract["layers"]]
    top = names[0].split("|")[0].strip().strip("()").strip()
    bottom = names[-1].split("|")[0].strip().strip("()").strip()
    prefix = contract.get("containers", [""])[0]
    top_module = f"{prefix}.{top}" if prefix else top
    bottom_module = f"{prefix}.{bottom}" if prefix else bottom
    return bottom_module, f"import {top_module}\n"


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    lint_imports = Path(sys.executable).parent / "lint-imports"
    return subprocess.run(
        [str(lint_imports), "--config", str(folder / "pyproject.toml"), "--no-cache"],
        cwd=folder,
        env={"PYTHONPATH": str(folder / "src"), "PATH": "/usr/bin:/bin", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def copy_of_the_house(tmp_path: Path) -> Path:
    shutil.copytree(
        ROOT / "src",
        tmp_path / "src",
        ignore=shutil.ignore_patterns("__pycache__", "static", "templates", "locale", "migrations"),
    )
    shutil.copy(ROOT / "pyproject.toml", tmp_path / "pyproject.toml")
    return tmp_path


def test_every_contract_holds(copy_of_the_house):
    result = lint(copy_of_the_house)
    assert result.returncode == 0, result.stdout[-3000:]


@pytest.mark.parametrize("contract", CONTRACTS, ids=[c["name"] for c in CONTRACTS])
def test_a_planted_violation_is_caught(contract, copy_of_the_house):
    module, line = planted(contract)
    path = copy_of_the_house / "src" / Path(*module.split("."))
    if path.is_dir():
        file = path / "__init__.py"
    else:
        file = path.with_suffix(".py")
        file.parent.mkdir(parents=True, exist_ok=True)
    # the imported top layer must exist, else the violation would be about nothing
    top = line.split()[1]
    top_path = copy_of_the_house / "src" / Path(*top.split("."))
    if top.startswith("anderhalf") and not top_path.is_dir() and not top_path.with_suffix(".py").exists():
        top_path.with_suffix(".py").write_text("")
    file.write_text((file.read_text() if file.exists() else "") + "\n" + line)
    result = lint(copy_of_the_house)
    assert result.returncode != 0
    assert f"{contract['name']} BROKEN" in result.stdout, result.stdout[-2000:]
