"""Faults in content: each names the file, the line, the cell and what is wrong; all are raised together."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, order=True)
class ContentFault:
    """One thing wrong in one place. Line 0 is the file as a whole; `cell` is a column or a TOML key."""

    file: str
    line: int
    cell: str
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.cell}: {self.message}" if self.cell else f"{place}: {self.message}"


class ContentErrors(ValueError):
    """Content that cannot be used, with all its faults in reading order."""

    def __init__(self, faults: Collection[ContentFault]) -> None:
        self.faults = tuple(sorted(set(faults)))
        super().__init__("\n".join(map(str, self.faults)))


@dataclass(slots=True)
class Faults:
    """Collects faults while reading goes on."""

    found: list[ContentFault] = field(default_factory=list)

    def add(self, file: str, line: int, cell: str, message: str) -> None:
        """Note one fault."""
        self.found.append(ContentFault(file, line, cell, message))

    def raise_any(self) -> None:
        """Raise ContentErrors when anything was noted."""
        if self.found:
            raise ContentErrors(self.found)
