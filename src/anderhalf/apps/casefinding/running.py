"""Searching an extract: beside the request, in bounded memory, with everything or nothing kept at the end."""

from __future__ import annotations

import importlib.util
import logging
import shutil
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.db import connection

from anderhalf.apps.people.viewer import Viewer

from . import actions
from .explaining import criteria_of_search
from .models import Search

if TYPE_CHECKING:
    from anderhalf.population.criteria import Criteria
    from anderhalf.population.staged import Staged

MEMORY_GB = 0.5
CHUNK = 4_000
MAX_PATIENTS = 60_000
"""More than any practice has registered; a larger population is for the command line."""
MAX_FOUND = 6_000
"""More people on lists than this is no worklist, and a sign that the extract is not what it seems."""
LISTED = 500
"""So many set-aside rows are kept with file and line; all are counted."""
LEFTOVER = 24 * 3600
log = logging.getLogger(__name__)

Stage = Callable[..., "Staged | None"]
"""``f(folder, work, criteria=…, on=…, meet=…)``: reads another kind of extract, or gives None for the five files."""


class TooMany(Exception):
    """More patients, or more found, than belong to one practice."""


def is_available() -> bool:
    """Whether this installation has the engine that reads extracts."""
    return all(importlib.util.find_spec(name) for name in ("duckdb", "pyarrow", "ibis"))


def work_folder(search: UUID) -> Path:
    """An empty folder of this search alone, readable by the service only; leftovers of a killed service go."""
    root = Path(settings.VAR) / "extracts"
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    for old in root.iterdir():
        if time.time() - old.stat().st_mtime > LEFTOVER:
            shutil.rmtree(old, ignore_errors=True)
    folder = root / str(search)
    folder.mkdir(mode=0o700)
    return folder


def search_beside(
    search: UUID,
    folder: Path,
    *,
    by: Viewer,
    clock: Callable[[], datetime],
    stage: Stage,
    unused: Sequence[str] = (),
) -> None:
    """Run the search in a thread of its own (or at once, where ``SEARCH_BESIDE`` is off).

    ``unused`` are the names of files that came with the extract and are none of it.
    """
    if not settings.SEARCH_BESIDE:
        run_search(search, folder, by=by, clock=clock, stage=stage, unused=unused)
        return

    def work() -> None:
        try:
            run_search(search, folder, by=by, clock=clock, stage=stage, unused=unused)
        finally:
            connection.close()

    threading.Thread(target=work, name=f"search-{search}", daemon=True).start()


def run_search(
    search: UUID,
    folder: Path,
    *,
    by: Viewer,
    clock: Callable[[], datetime],
    stage: Stage,
    unused: Sequence[str] = (),
) -> None:
    """Search the files in ``folder``, keep who was found, and throw the files away whatever happens."""
    from anderhalf.population.shapes import ExtractRefused

    try:
        _search(Search.objects.get(pk=search), folder, by=by, clock=clock, stage=stage, unused=unused)
    except ExtractRefused as refused:
        actions.refuse_search(
            by=by, at=clock(), search_id=search, file=Path(refused.file).name, why=refused.why
        )
    except TooMany as refused:
        actions.refuse_search(by=by, at=clock(), search_id=search, file="", why=str(refused))
    except Exception:
        log.exception("search %s broke off", search)
        actions.break_off_search(by=by, at=clock(), search_id=search)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _search(
    search: Search,
    folder: Path,
    *,
    by: Viewer,
    clock: Callable[[], datetime],
    stage: Stage,
    unused: Sequence[str],
) -> None:
    from anderhalf.population.casefind import Chunk, find_cases
    from anderhalf.population.engines import EmbeddedEngine

    from .found import Found, found_in
    from .particulars import cleaned, read_particulars

    criteria = criteria_of_search(search)
    known: dict[str, dict[str, str]] = {}
    people: list[Found] = []

    def meet(number: str, given: dict[str, object]) -> None:
        known[number] = cleaned(given)

    def look(chunk: Chunk) -> None:
        people.extend(found_in(chunk, criteria, on=search.on))
        if len(people) > MAX_FOUND:
            raise TooMany("too many people are on the lists")

    def progress(phase: str, done: int, total: int) -> None:
        actions.tell_progress(by=by, at=clock(), search_id=search.pk, phase=phase, done=done, total=total)

    with closing(EmbeddedEngine(memory_gb=MEMORY_GB, temporary=folder / "spill", threads=2)) as engine:
        report = find_cases(
            folder / "extract",
            folder / "lists",
            criteria=criteria,
            on=search.on,
            engine=engine,
            stage=lambda work: _staged(
                folder, work, criteria, search, stage, meet, engine.connection, unused
            ),
            chunk=CHUNK,
            memory_gb=MEMORY_GB,
            progress=progress,
            look=look,
        )
    wanted = {one.number for one in people}
    if wanted and not known:  # of FHIR records the reader met everybody already
        known = read_particulars(_patients_file(folder / "extract"), wanted)
    actions.finish_search(
        by=by,
        at=clock(),
        search_id=search.pk,
        people=people,
        particulars={number: known[number] for number in wanted if number in known},
        report=report.to_dict(),
        aside=_aside(folder / "lists" / "set_aside.parquet"),
    )


def _staged(
    folder: Path,
    work: Path,
    criteria: Criteria,
    search: Search,
    stage: Stage,
    meet: Callable[[str, dict[str, object]], None],
    connection: Any,
    unused: Sequence[str],
) -> Staged:
    from anderhalf.population.staging import stage_extract

    staged = stage(folder / "extract", work, criteria=criteria, on=search.on, meet=meet)
    if staged is None:
        staged = stage_extract(
            folder / "extract", work, criteria=criteria, on=search.on, connection=connection
        )
    staged.unused = (*staged.unused, *unused)
    if staged.patients > MAX_PATIENTS:
        raise TooMany("more patients than a practice has")
    return staged


def _patients_file(extract: Path) -> Path:
    from anderhalf.population.shapes import find_files

    return find_files(extract).paths["patients"]


def _aside(file: Path) -> list[dict[str, Any]]:
    """The first rows that were set aside, by file and line."""
    import pyarrow.parquet as pq

    if not file.exists():
        return []
    for batch in pq.ParquetFile(file).iter_batches(batch_size=LISTED):
        return batch.to_pylist()
    return []
