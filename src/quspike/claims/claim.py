"""What a claim is: a sentence, and a check that ends in numbers with bounds. Its verdict is computed from them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PAPER = "Brand, Dibenedetto & Petruccione, arXiv 2506.21363"


@dataclass(frozen=True)
class Number:
    """`low ≤ value ≤ high`: one measured number with its SI unit ("" for a ratio) and the bounds that it must keep.

    Bounds are fixed beforehand, with the reason in the claim's own file; a number without bounds only informs.
    """

    name: str
    value: float
    unit: str = ""
    low: float = -math.inf
    high: float = math.inf

    @property
    def bounded(self) -> bool:
        """True if the number can fail."""
        return math.isfinite(self.low) or math.isfinite(self.high)

    @property
    def holds(self) -> bool:
        """True within the bounds; a nan is within none."""
        return not self.bounded or bool(self.low <= self.value <= self.high)

    @property
    def bound(self) -> str:
        """The bounds as text: "≤ 1e-06", "1 ± 0.1", "≥ 3", or "" without bounds."""
        if math.isfinite(self.low) and math.isfinite(self.high):
            middle, half = (self.low + self.high) / 2, (self.high - self.low) / 2
            return f"{middle:.6g} ± {half:.2g}" if half else f"{middle:.6g}"
        if math.isfinite(self.high):
            return f"≤ {self.high:.4g}"
        return f"≥ {self.low:.4g}" if math.isfinite(self.low) else ""

    def to_dict(self) -> dict[str, Any]:
        """Plain data: an open bound is None, and so is a value that is no number."""
        limits = {
            name: value if math.isfinite(value) else None for name, value in (("low", self.low), ("high", self.high))
        }
        value = self.value if math.isfinite(self.value) else None
        return {"name": self.name, "value": value, "unit": self.unit, **limits, "holds": self.holds}


@dataclass(frozen=True)
class Outcome:
    """What a check has found: its numbers, what they say in words, the arrays behind them and how to draw those."""

    numbers: tuple[Number, ...]
    explanation: str
    data: Mapping[str, Any] = field(repr=False)
    draw: Callable[[Mapping[str, Any]], Figure] = field(repr=False)

    @property
    def passed(self) -> bool:
        """True if every number keeps its bounds, and at least one has some."""
        return any(number.bounded for number in self.numbers) and all(number.holds for number in self.numbers)

    @property
    def verdict(self) -> str:
        """ "pass" or "fail"."""
        return "pass" if self.passed else "fail"

    def figure(self) -> Figure:
        """The figure, drawn from the data."""
        return self.draw(self.data)


@dataclass(frozen=True)
class Claim:
    """One sentence of the paper (`source` says where it stands), and how it is checked."""

    name: str
    sentence: str
    source: str
    check: Callable[[], Outcome]


def order(small: Any, error: Any) -> float:
    """p of `error ∝ small^p`, by least squares on logarithms; nan where a number is not > 0, as that has no order."""
    import numpy as np

    x, y = (np.asarray(values, dtype=float) for values in (small, error))
    if not (np.all(x > 0) and np.all(y > 0)):
        return float("nan")
    return float(np.polyfit(np.log(x), np.log(y), 1)[0])
