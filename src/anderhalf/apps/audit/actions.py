"""Adding lines to the log. Nothing here changes or removes a line."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Protocol
from uuid import UUID

from django.db import transaction

from .models import AuditLine, ChainHead

GENESIS = "0" * 64

HASHED_FIELDS = (
    "action",
    "event",
    "outcome",
    "network",
    "user",
    "user_name",
    "role",
    "organisation",
    "on_behalf_of",
    "purpose",
    "rule",
    "emergency",
    "patient",
    "object_type",
    "object_id",
    "detail",
    "network_point",
    "previous_hash",
)


class Actor(Protocol):
    """What the log needs to know of whoever acts; ``people.viewer.Viewer`` is one."""

    @property
    def user_id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def role(self) -> str: ...
    @property
    def organisation_name(self) -> str: ...
    @property
    def network(self) -> str: ...
    @property
    def network_point(self) -> str: ...


def line_hash(line: AuditLine) -> str:
    """SHA-256 over the line's meaning; the same line read back from any database gives the same hash."""
    body = {name: getattr(line, name) for name in HASHED_FIELDS}
    body["patient"] = str(line.patient) if line.patient else ""
    body["at"] = line.at.astimezone(UTC).isoformat(timespec="microseconds")
    text = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def record(
    *,
    by: Actor,
    at: datetime,
    action: str,
    event: str,
    object_type: str,
    object_id: Any = "",
    patient: UUID | None = None,
    rule: str = "",
    purpose: str = "",
    outcome: int = AuditLine.Outcome.SUCCESS,
    emergency: bool = False,
    on_behalf_of: str = "",
    detail: dict[str, Any] | None = None,
) -> AuditLine:
    """Add one line to the log, in the caller's transaction, so that change and line stand or fall together.

    ``detail`` must hold no identifiers or clinical text, only names of fields, counts and codes. Call it last in an
    action: it locks the head of the chain until the transaction ends.
    """
    line = AuditLine(
        at=at,
        action=action,
        event=event,
        outcome=int(outcome),
        network=by.network,
        user=by.user_id,
        user_name=by.name,
        role=by.role,
        organisation=by.organisation_name,
        on_behalf_of=on_behalf_of,
        purpose=purpose,
        rule=rule,
        emergency=emergency,
        patient=patient,
        object_type=object_type,
        object_id=str(object_id),
        detail=detail or {},
        network_point=by.network_point,
    )
    kept = _kept.get()
    if kept is not None:
        kept.append(line)
        return line
    with transaction.atomic():
        _append([line])
    return line


@contextmanager
def written_together() -> Iterator[None]:
    """Lines recorded within are kept and added to the chain at the end, in order of time; inside one transaction.

    For work that is one transaction and thousands of lines long. An error within leaves nothing: no change, no line.
    Until the end the lines have no number and cannot be read back.
    """
    kept: list[AuditLine] = []
    token = _kept.set(kept)
    try:
        yield
    finally:
        _kept.reset(token)
    if kept:
        with transaction.atomic():
            _append(sorted(kept, key=lambda line: line.at))


_kept: ContextVar[list[AuditLine] | None] = ContextVar("lines kept to be written together", default=None)


def _append(lines: list[AuditLine]) -> None:
    """Chain ``lines`` to the last one and store them, in the caller's transaction."""
    head = ChainHead.objects.select_for_update().filter(id=1).first()
    if head is None:
        ChainHead.objects.get_or_create(id=1, defaults={"last_hash": GENESIS, "lines": 0})
        head = ChainHead.objects.select_for_update().get(id=1)
    for line in lines:
        line.previous_hash = head.last_hash
        head.last_hash = line.hash = line_hash(line)
    if len(lines) == 1:
        lines[0].save(force_insert=True)
    else:
        AuditLine.objects.bulk_create(lines, batch_size=500)
    head.lines += len(lines)
    head.save(update_fields=["last_hash", "lines"])
