"""The table of cases as it stands outside the project, and its ids."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path

FILE = Path("clinical-cases") / "cases.md"
_ROW = re.compile(r"^\|\s*([A-Z]+[0-9][^|\s]*)\s*\|(.*)\|\s*$")
_ONE = re.compile(r"^([A-Z]+)([0-9]+)([a-z]?)$")


def read_cases(data: Path) -> dict[str, tuple[str, str, str]]:
    """Id -> what is put in, what is right, source. A row of several ids (`D07b/c/d`, `ST4/5/10`) gives each."""
    found: dict[str, tuple[str, str, str]] = {}
    for line in (data / FILE).read_text(encoding="utf-8").splitlines():
        row = _ROW.match(line)
        if row is None:
            continue
        cells = [cell.strip() for cell in row.group(2).split("|")]
        put_in, right = cells[0], cells[2] if len(cells) > 2 else ""
        source = cells[3] if len(cells) > 3 else ""
        for name in _each(row.group(1)):
            found[name] = (put_in, right, source)
    return found


def _each(written: str) -> list[str]:
    """`D07b/c/d` is D07b, D07c and D07d; `ST4/5` is ST4 and ST5; `A06/A07` is both."""
    first, *rest = written.split("/")
    names = [first]
    parts = _ONE.match(first)
    for more in rest:
        if _ONE.match(more):
            names.append(more)
        elif parts is not None and more.isdigit():
            names.append(parts.group(1) + more)
        elif parts is not None:
            names.append(parts.group(1) + parts.group(2) + more)
    return names


def print_table(write: Callable[[str], None], said: Iterable[tuple[str, bool]], data: Path) -> None:
    """One line per case: id, what the service says now, what is right, source. `said` is (id tab text, passed)."""
    known = read_cases(data) if (data / FILE).is_file() else {}
    rows = sorted(dict(said).items(), key=lambda row: _sorted(row[0]))
    right = {text.partition("\t")[0] for text, passed in rows if passed}
    write("")
    write(
        f"Cases decided beforehand: {len(right)} of {len({text.partition(chr(9))[0] for text, _ in rows})} as decided"
    )
    for text, passed in rows:
        name, now = text.split("\t", 1)
        _put_in, wanted, source = known.get(name, ("", "(the file of cases is not here)", ""))
        write(f"  {name:<6} {'ok ' if passed else 'NOT'} now: {now} | right: {wanted} | {source}")


def _sorted(text: str) -> tuple[str, int, str]:
    parts = _ONE.match(text.partition("\t")[0])
    return (parts.group(1), int(parts.group(2)), parts.group(3)) if parts else (text, 0, "")
