"""Where the content lives: ANDERHALF_CONTENT, else the checkout we run from, else what was packaged.

The root is the folder that holds `pathways/` and `networks/`.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

ENVIRONMENT_VARIABLE = "ANDERHALF_CONTENT"
_KEY = re.compile(r"[a-z][a-z0-9_]*")


class ContentNotFound(FileNotFoundError):
    """No folder with pathways/ and networks/ where one was expected."""


def content_root() -> Path:
    """The folder that holds pathways/ and networks/; raises ContentNotFound saying where was looked."""
    given = os.environ.get(ENVIRONMENT_VARIABLE)
    if given:
        root = Path(given)
        if not (root / "pathways").is_dir():
            raise ContentNotFound(
                f"{ENVIRONMENT_VARIABLE} is {given}, but there is no pathways/ folder in it"
            )
        return root
    here = Path(__file__).resolve()
    candidates = (here.parents[3], here.parent / "packaged")
    for root in candidates:
        if (root / "pathways").is_dir() and (root / "networks").is_dir():
            return root
    looked = " and ".join(str(root) for root in candidates)
    raise ContentNotFound(f"no pathways/ and networks/ in {looked}; set {ENVIRONMENT_VARIABLE}")


def pathway_folder(key: str) -> Path:
    """The folder of a pathway; raises ContentNotFound."""
    return _existing("pathways", key)


def network_folder(key: str) -> Path:
    """The folder of a network; raises ContentNotFound."""
    return _existing("networks", key)


def all_folders() -> tuple[Path, ...]:
    """Every pathway and network folder, pathways first, by name."""
    root = content_root()
    return tuple(
        folder
        for kind in ("pathways", "networks")
        for folder in sorted((root / kind).iterdir())
        if folder.is_dir() and not folder.name.startswith((".", "_"))
    )


def _existing(kind: str, key: str) -> Path:
    if not _KEY.fullmatch(key):
        raise ContentNotFound(f"{key!r} is not the name of a folder in {kind}/")
    folder = content_root() / kind / key
    if not folder.is_dir():
        raise ContentNotFound(f"there is no folder {folder}")
    return folder
