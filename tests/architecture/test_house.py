"""The house in order: where things are, how large they may be, and rules that a reviewer would otherwise repeat."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "anderhalf"
MODULES = sorted(p for p in SOURCE.rglob("*.py") if "migrations" not in p.parts)


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_no_module_is_longer_than_400_lines(path):
    assert len(path.read_text().splitlines()) <= 400


@pytest.mark.parametrize(
    "path", [p for p in MODULES if "views" in p.name or "views" in p.parts], ids=relative
)
def test_a_view_never_touches_the_database_itself(path):
    """Views ask queries, which take the viewer; ``Model.objects`` in a view would skip the access rules."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Attribute):
            assert node.attr not in ("objects", "_default_manager"), f"{relative(path)}:{node.lineno}"


@pytest.mark.parametrize(
    "path", [p for p in MODULES if p.name.startswith("actions") or "actions" in p.parts], ids=relative
)
def test_actions_say_who_and_when_by_name(path):
    """Public actions take keyword-only arguments, among them ``by``; nothing is written by nobody."""
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and "audit" not in path.parts:
            names = [argument.arg for argument in node.args.kwonlyargs]
            if not names and not node.args.args:
                continue
            assert "by" in names, f"{relative(path)}:{node.lineno} {node.name} has no keyword-only `by`"


@pytest.mark.parametrize("path", [p for p in MODULES if "core" in p.parts], ids=relative)
def test_the_core_has_no_clock_no_chance_and_no_files(path):
    banned = {"random", "time", "secrets", "uuid", "os", "pathlib", "socket", "sqlite3", "shutil"}
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            assert not banned & {alias.name.split(".")[0] for alias in node.names}, (
                f"{relative(path)}:{node.lineno}"
            )
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            assert (node.module or "").split(".")[0] not in banned, f"{relative(path)}:{node.lineno}"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in ("open", "input", "print"), (
                f"{relative(path)}:{node.lineno} touches the world"
            )
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            assert node.func.attr not in ("today", "now", "utcnow"), (
                f"{relative(path)}:{node.lineno} reads a clock"
            )


def test_where_is_paths_of_the_readme_exist():
    text = (ROOT / "README.md").read_text()
    section = text.split("## Where is", 1)[1].split("\n## ", 1)[0]
    paths = re.findall(r"`([\w./-]+/[\w./-]*)", section)
    assert len(paths) >= 8
    for path in paths:
        assert (ROOT / path).exists(), path


def test_every_word_of_the_glossary_is_in_the_code():
    code = "\n".join(p.read_text() for p in MODULES)
    rows = [row.split("|") for row in (ROOT / "GLOSSARY.md").read_text().splitlines() if row.startswith("| ")]
    names = [name for row in rows[1:] for name in re.findall(r"`([\w.]+)`", row[3])]
    assert len(names) > 30
    for name in names:
        assert re.search(rf"\b{re.escape(name.split('.')[-1])}\b", code), name


def test_decision_records_have_unique_numbers():
    numbers = [path.name.split("-")[0] for path in (ROOT / "docs" / "decisions").glob("*.md")]
    assert len(numbers) == len(set(numbers))
    assert all(re.fullmatch(r"\d{4}", number) for number in numbers)


def test_no_inline_style_or_script_in_templates():
    """The content security policy forbids them; a page would silently lose its looks."""
    for path in SOURCE.rglob("templates/**/*.html"):
        text = path.read_text()
        assert not re.search(r"\sstyle=\"", text), relative(path)
        assert not re.search(r"\son(click|change|submit|input|load)=", text), relative(path)
        assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>", text) or 'type="application/json"' in text, (
            relative(path)
        )
