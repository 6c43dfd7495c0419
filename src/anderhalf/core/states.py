"""A state machine as a table: what may follow what, in one place, for code, test and picture alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


class StepRefused(Exception):
    """``following`` may not come after ``present`` in ``table``."""

    def __init__(self, table: str, present: str, following: str) -> None:
        super().__init__(f"{table}: {present} → {following}")
        self.table, self.present, self.following = table, present, following


@dataclass(frozen=True)
class StateTable:
    """``transitions`` gives for each state the states that may follow; a state without followers is final."""

    name: str
    transitions: Mapping[str, tuple[str, ...]]

    def __post_init__(self) -> None:
        """Every state that is named must have its own row, or the machine has a hole."""
        named = {str(state) for following in self.transitions.values() for state in following}
        missing = named - {str(state) for state in self.transitions}
        if missing:
            raise ValueError(f"state table {self.name}: no row for {sorted(missing)}")

    def check(self, present: str, following: str) -> None:
        """Raise :class:`StepRefused` unless the step is in the table."""
        if following not in self.transitions[present]:
            raise StepRefused(self.name, present, following)

    def allows(self, present: str, following: str) -> bool:
        """Yes or no, for showing or hiding a button."""
        return following in self.transitions[present]

    @property
    def open_states(self) -> tuple[str, ...]:
        """States from which something can still happen."""
        return tuple(str(state) for state, following in self.transitions.items() if following)

    @property
    def final_states(self) -> tuple[str, ...]:
        """States in which nothing more happens."""
        return tuple(str(state) for state, following in self.transitions.items() if not following)

    def mermaid(self, labels: Mapping[str, str]) -> str:
        """The picture for the docs, drawn from the table (Mermaid state diagram)."""
        lines = ["stateDiagram-v2"]
        for state in self.transitions:
            lines.append(f"    {state}: {labels.get(str(state), str(state))}")
        first = next(iter(self.transitions))
        lines.append(f"    [*] --> {first}")
        for state, following in self.transitions.items():
            lines.extend(f"    {state} --> {other}" for other in following)
            if not following:
                lines.append(f"    {state} --> [*]")
        return "\n".join(lines)
