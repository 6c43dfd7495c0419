"""The answer of a calculator: a range that is a single number when nothing is missing."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal


@dataclass(frozen=True, slots=True)
class Range:
    """Everything the answer can still be, given what is known; `missing` names the facts that would narrow it."""

    low: Decimal
    high: Decimal
    missing: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.high < self.low:
            raise ValueError(f"a range runs upward, not from {self.low} to {self.high}")

    @property
    def is_exact(self) -> bool:
        """Whether the answer is one number."""
        return self.low == self.high

    @property
    def value(self) -> Decimal | None:
        """The number, or None while it is still a range."""
        return self.low if self.is_exact else None

    def rounded(self, decimals: int = 0) -> Range:
        """The same range with both ends rounded half up, for showing."""
        step = Decimal(1).scaleb(-decimals)
        low = self.low.quantize(step, rounding=ROUND_HALF_UP)
        high = self.high.quantize(step, rounding=ROUND_HALF_UP)
        return Range(low, high, self.missing)

    def __str__(self) -> str:
        return str(self.low) if self.is_exact else f"{self.low} – {self.high}"
