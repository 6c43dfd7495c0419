"""A content folder as a mapping of file name to text, and the hash that identifies it."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from pathlib import Path

from anderhalf.content.faults import Faults

SUFFIXES = frozenset({".toml", ".csv", ".md"})
MAX_FILE_BYTES = 2_000_000
SHARED = "shared/"
"""Prefix under which the dictionary of another pathway travels along (see `facts_from`)."""
TRAVEL_ALONG = ("facts.toml", "doses.toml", "interactions.toml")
"""What a dictionary needs: itself, and the lists of drugs that its facts name."""


def read_folder(path: Path) -> Mapping[str, str]:
    """The text files of a pathway or network folder, by name relative to it with forward slashes.

    When pathway.toml names other pathways in `facts_from`, their facts.toml and their lists of drugs come along as
    `shared/<key>/facts.toml` and so on, so that the mapping is complete in itself. Raises ContentErrors for a folder
    that is missing or empty, and for files that are too large or not UTF-8.
    """
    faults = Faults()
    files: dict[str, str] = {}
    if not path.is_dir():
        faults.add(str(path), 0, "", "there is no such folder")
    for file in sorted(path.rglob("*")) if path.is_dir() else ():
        name = file.relative_to(path).as_posix()
        if file.suffix not in SUFFIXES or any(part.startswith((".", "_")) for part in name.split("/")):
            continue
        text = _read(file, name, faults)
        if text is not None:
            files[name] = text
    if path.is_dir() and not files and not faults.found:
        faults.add(str(path), 0, "", "the folder holds no .toml or .csv file")
    for key in _facts_from(files):
        for along in TRAVEL_ALONG:
            shared = path.parent / key / along
            name = f"{SHARED}{key}/{along}"
            text = _read(shared, name, faults) if shared.is_file() else None
            if text is not None:
                files[name] = text
    faults.raise_any()
    return files


def content_hash(files: Mapping[str, str]) -> str:
    """SHA-256 (64 hex digits) over names and texts; line endings and the order of files do not matter."""
    whole = hashlib.sha256()
    for name in sorted(files):
        text = files[name].replace("\r\n", "\n").encode()
        whole.update(f"{len(name.encode())}:{name}:{len(text)}:".encode() + text)
    return whole.hexdigest()


def _read(file: Path, name: str, faults: Faults) -> str | None:
    if file.stat().st_size > MAX_FILE_BYTES:
        faults.add(name, 0, "", f"the file is larger than {MAX_FILE_BYTES} bytes")
        return None
    data = file.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        faults.add(name, line, "", "the file is not UTF-8; save it again as UTF-8")
        return None


def _facts_from(files: Mapping[str, str]) -> tuple[str, ...]:
    try:
        named = tomllib.loads(files.get("pathway.toml", "")).get("facts_from", [])
    except tomllib.TOMLDecodeError:
        return ()  # load_pathway reports it with its line
    return (
        tuple(key for key in named if isinstance(key, str) and key.isidentifier())
        if isinstance(named, list)
        else ()
    )
