"""Reading the log: whole-chain proof, and the lines of one patient."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from .actions import GENESIS, line_hash
from .models import AuditLine, ChainHead


@dataclass(frozen=True)
class ChainProof:
    """Result of walking the whole log: ``broken_at`` is the number of the first line that does not fit."""

    lines: int
    broken_at: int | None
    why: str

    @property
    def whole(self) -> bool:
        """True when no line was changed, added out of order or removed."""
        return self.broken_at is None and not self.why


def verify_chain() -> ChainProof:
    """Walk every line in order and compare each hash; reads in batches, memory stays flat."""
    previous = GENESIS
    count = 0
    for line in AuditLine.objects.order_by("number").iterator(chunk_size=2000):
        count += 1
        if line.previous_hash != previous:
            return ChainProof(count, line.number, "regel sluit niet aan op de vorige")
        if line_hash(line) != line.hash:
            return ChainProof(count, line.number, "inhoud van de regel is veranderd")
        previous = line.hash
    head = ChainHead.objects.filter(id=1).first()
    if head is not None and (head.last_hash != previous or head.lines != count):
        return ChainProof(count, None, "er ontbreken regels aan het eind")
    return ChainProof(count, None, "")


def lines_about_patient(*, patient: UUID) -> QuerySet[AuditLine]:
    """All lines about one patient, newest first. The caller decides who may see them."""
    return AuditLine.objects.filter(patient=patient).order_by("-number")


def emergency_lines(*, network: str) -> QuerySet[AuditLine]:
    """Lines written while break-glass was in force, newest first, for the privacy officer."""
    return AuditLine.objects.filter(network=network, emergency=True).order_by("-number")
