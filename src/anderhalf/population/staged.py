"""What was read of an extract or of records: the counts, the reasons, and the files with events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from anderhalf.population.features import EVENT_SCHEMA

NAMED_CODES = 20
"""So many of the codes that nothing asks for are named, those with most rows first."""
ASIDE_SCHEMA = pa.schema(
    [("file", pa.string()), ("line", pa.int64()), ("why", pa.string()), ("shown", pa.string())]
)
ROW_GROUP = 122_880
MAX_LISTED = 200_000
"""Lines listed one by one; those beyond are counted. A list may not take more memory than the extract."""


@dataclass
class Staged:
    """What was read: how many rows, of which file; what was set aside and what nobody asks for."""

    folder: Path
    patients: int = 0
    rows: Counter[str] = field(default_factory=Counter)
    events: int = 0
    aside: Counter[str] = field(default_factory=Counter)
    """Rows set aside per "file: reason"."""
    not_asked: Counter[str] = field(default_factory=Counter)
    """Rows per file whose code the criteria do not ask for."""
    left: int = 0
    """Patients no longer registered."""
    files: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    """Files (by shape) that are not there, or say nothing: what they would hold is unknown of everybody."""
    unused: tuple[str, ...] = ()
    """Files that are there and are none of the five."""
    notes: list[str] = field(default_factory=list)
    """What was taken in a way that a person should know of, as "file: sentence"."""
    codes: dict[str, list[tuple[str, int]]] = field(default_factory=dict)
    """Per file the codes that nothing asks for, with their rows: the first `NAMED_CODES`."""

    def to_dict(self) -> dict[str, object]:
        """JSON-safe."""
        return {
            "patients": self.patients, "rows": dict(self.rows), "events": self.events, "aside": dict(self.aside),
            "not_asked": dict(self.not_asked), "left": self.left, "files": list(self.files),
            "missing": list(self.missing), "unused": list(self.unused), "notes": list(self.notes),
            "codes": {name: [list(pair) for pair in pairs] for name, pairs in self.codes.items()},
        }  # fmt: skip

    @classmethod
    def from_dict(cls, folder: Path, data: Mapping[str, object]) -> Staged:
        """What `to_dict` wrote."""
        return cls(
            folder=folder,
            patients=data["patients"],  # type: ignore[arg-type]
            rows=Counter(data["rows"]),  # type: ignore[arg-type]
            events=data["events"],  # type: ignore[arg-type]
            aside=Counter(data["aside"]),  # type: ignore[arg-type]
            not_asked=Counter(data["not_asked"]),  # type: ignore[arg-type]
            left=data["left"],  # type: ignore[arg-type]
            files=tuple(data["files"]),  # type: ignore[arg-type]
            missing=tuple(data["missing"]),  # type: ignore[arg-type]
            unused=tuple(data["unused"]),  # type: ignore[arg-type]
            notes=list(data["notes"]),  # type: ignore[call-overload]
            codes={name: [(code, rows) for code, rows in pairs] for name, pairs in data["codes"].items()},  # type: ignore[attr-defined]
        )


def write_events(path: Path, events: Sequence[tuple[int, int, int | None, int, int]]) -> None:
    """Events of another origin (FHIR) in the form that `stage_extract` writes: row, feature, day, minute, value."""
    columns = list(zip(*events, strict=True)) or [()] * len(EVENT_SCHEMA)
    table = pa.table(
        [pa.array(column, field.type) for column, field in zip(columns, EVENT_SCHEMA, strict=True)],
        schema=EVENT_SCHEMA,
    )
    table = table.append_column("why", pa.array([0] * len(events), pa.int8()))
    pq.write_table(table, path, row_group_size=ROW_GROUP)


CLUSTERED = 4.0
"""A file whose row groups together span more than this many times the patients is sorted before use."""


def scattered(path: Path, *, patients: int) -> bool:
    """Whether the row groups of this file of events overlap so much that a chunk of patients reads most of them."""
    meta = pq.ParquetFile(path).metadata
    spans = 0
    for at in range(meta.num_row_groups):
        found = meta.row_group(at).column(0).statistics
        if found is not None and found.has_min_max:
            spans += found.max - found.min + 1
    return meta.num_row_groups >= 2 and spans > CLUSTERED * patients
