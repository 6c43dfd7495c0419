"""The documents tell the truth: generated pages are current, links lead somewhere, hazards have their tests, and
what a guide tells to press is on a screen. (README paths, glossary and numbers of decisions: ``test_house.py``.)
"""

from __future__ import annotations

import ast
import html
import re
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
GENERATED = ("states.md", "access.md", "handbook")


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


# generated pages


def test_generated_pages_are_current(tmp_path):
    """``make docs`` would change nothing, and leaves no page behind that has no source any more."""
    subprocess.run(
        [sys.executable, "-m", "scripts.generate_docs", "--to", str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    made = {str(path.relative_to(tmp_path)): path.read_text() for path in tmp_path.rglob("*.md")}
    kept = {
        str(path.relative_to(DOCS)): path.read_text()
        for path in DOCS.rglob("*.md")
        if path.relative_to(DOCS).parts[0] in GENERATED
    }
    assert sorted(made) == sorted(kept)
    stale = [name for name, text in made.items() if kept[name] != text]
    assert not stale, f"run `make docs`: {stale}"


def test_every_state_table_is_drawn():
    drawn = (DOCS / "states.md").read_text()
    tables = [
        str(node.args[0].value)
        for path in (ROOT / "src").rglob("states.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "StateTable" and node.args
    ]
    assert len(tables) >= 4
    assert drawn.count("```mermaid") == len(tables)


def test_the_handbook_shows_every_case_of_the_titration_limits():
    lines = (ROOT / "tests/spec/titration/boundaries.csv").read_text().splitlines()
    page = (DOCS / "handbook/titration/boundaries.md").read_text()
    section = page.split("## Boundary\n", 1)[1].split("\n## ", 1)[0]
    cases = [
        line for line in section.splitlines() if line.startswith("| ") and not line.startswith("| Regimen")
    ]
    assert len(cases) == len([line for line in lines if line.strip()]) - 1


# links


def anchors(path: Path) -> set[str]:
    """What a link may point to in a page: its headings as GitHub spells them, and named places."""
    text = path.read_text()
    headings = re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)
    spelled = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    return spelled | set(re.findall(r'<a id="([^"]+)"', text))


@pytest.mark.parametrize("path", PAGES, ids=relative)
def test_links_between_documents_lead_somewhere(path):
    text = re.sub(r"```.*?```", "", path.read_text(), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        place, _, anchor = target.partition("#")
        to = (path.parent / place).resolve() if place else path
        assert to.exists(), f"{relative(path)}: {target}"
        if anchor and to.suffix == ".md":
            assert anchor in anchors_of(to), f"{relative(path)}: {target}"


@cache
def anchors_of(path: Path) -> frozenset[str]:
    return frozenset(anchors(path))


@pytest.mark.parametrize("name", ["security.md", "privacy.md", "intended-use.md", "operations.md"])
def test_paths_named_in_a_document_exist(name):
    paths = re.findall(r"`((?:src|tests|pathways|networks|scripts)/[\w./-]+)`", (DOCS / name).read_text())
    for path in paths:
        assert (ROOT / path).exists(), path


def test_the_intended_use_names_every_group_of_interactions():
    """What is checked, by the name that the pathway gives it; all else is the pharmacist's."""
    text = (DOCS / "intended-use.md").read_text()
    for key in ("heart_failure", "atrial_fibrillation"):
        content = tomllib.loads((ROOT / "pathways" / key / "interactions.toml").read_text())
        for group in content["groups"].values():
            assert group["label"]["en"] in text, group["label"]["en"]


# hazards

TEST = re.compile(r"`(tests/[^`:]+)::(\w+)(?:\[([^\]`]+)\])?`")
ROADS = tuple(
    f"tests/{folder}/" for folder in ("integration", "spec/cases", "journeys", "conformance", "security")
)
"""Where tests go through a form, an action, an import or a command, as the service does."""
HAZARDS = [
    [cell.strip() for cell in row.strip("|").split("|")]
    for row in (DOCS / "hazards.md").read_text().splitlines()
    if re.match(r"\| H\d+ ", row)
]


def test_hazards_are_numbered_once():
    numbers = [row[0] for row in HAZARDS]
    assert len(numbers) >= 30
    assert len(numbers) == len(set(numbers))


@pytest.mark.parametrize("row", HAZARDS, ids=[row[0] for row in HAZARDS])
def test_a_hazard_has_its_control_and_the_test_that_shows_it(row):
    _number, _hazard, severity, _control, code, shown, _left = row
    assert severity in ("S1", "S2", "S3")
    control = re.search(r"`([^`]+)`", code).group(1)
    assert (ROOT / control).exists(), control
    tests = TEST.findall(shown)
    assert tests and len(tests) == shown.count("::")
    for file, name, case in tests:
        text = (ROOT / file).read_text()
        defined = {node.name for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)}
        assert name in defined, f"{file} has no test {name}"
        assert not case or f'"{case}"' in text, f"{file} has no case {case}"
    if severity == "S3":
        assert tests[0][0].startswith(ROADS), "a test of the road that the service runs stands first"


# guides


@cache
def words_on_screen() -> str:
    """All texts that a screen can show, from templates, code and the agreement."""
    source = ROOT / "src" / "anderhalf"
    files = [*source.rglob("*.html"), *(p for p in source.rglob("*.py") if "migrations" not in p.parts)]
    return html.unescape("\n".join(path.read_text() for path in files))


GUIDES = sorted((DOCS / "gids").glob("*.md"))


@pytest.mark.parametrize("path", GUIDES, ids=[path.stem for path in GUIDES])
def test_what_a_guide_tells_to_press_is_on_a_screen(path):
    """Bold words are buttons and headings; a sentence that ends with a full stop is only loud."""
    labels = [
        label for label in re.findall(r"\*\*([^*]+)\*\*", path.read_text()) if not label.endswith((".", "!"))
    ]
    assert len(labels) >= 4
    for label in labels:
        assert re.search(rf"[\"'>]{re.escape(label)}[\"'<]", words_on_screen()), f"no screen says {label!r}"


# settings


def test_every_setting_of_the_environment_is_described():
    """A variable that the code reads and nobody documents is a secret; one that is only documented is a lie."""
    described = set(re.findall(r"^\| `([A-Z_]+)`", (DOCS / "operations.md").read_text(), flags=re.MULTILINE))
    code = (ROOT / "src/anderhalf/web/settings.py").read_text()
    read = set(re.findall(r"environ\.get\(\"([A-Z_]+)\"", code))
    read |= {f"ANDERHALF_{name.upper()}" for name in re.findall(r"_kept_secret\(\"(\w+)\"\)", code)}
    everything = "\n".join(path.read_text() for path in (ROOT / "src").rglob("*.py"))
    read |= set(re.findall(r"\"(ANDERHALF_[A-Z_]+)\"", everything))
    assert len(read) >= 12
    assert read <= described
    assert all(name in everything or name in read for name in described)
