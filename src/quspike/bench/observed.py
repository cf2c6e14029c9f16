"""What every contestant hands in, and how far it is from the reference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Observed:
    """At the sample times (T,): ⟨a⟩ and ⟨a²⟩ in the frame that rotates at ω0, ⟨a†a⟩, and the memory x."""

    a: np.ndarray
    aa: np.ndarray
    number: np.ndarray
    memory: np.ndarray

    @classmethod
    def of(cls, a: Any, aa: Any, number: Any, memory: Any = None) -> Observed:
        """From anything array-like; a memory that is left out stays at 0."""
        a = np.asarray(a, dtype=complex)
        still = np.zeros(len(a)) if memory is None else np.asarray(memory).real
        return cls(a, np.asarray(aa, dtype=complex), np.asarray(number).real, still)

    @classmethod
    def from_json(cls, table: Mapping[str, Any]) -> Observed:
        """From what `peers/process.py` reads: complex numbers as pairs of lists."""
        return cls.of(*(np.array(table[f"{k}_re"]) + 1j * np.array(table[f"{k}_im"]) for k in ("a", "aa", "number")))

    def error(self, reference: Observed) -> float:
        """The largest deviation of any of the four, each over its largest size in the reference."""
        mine, right = asdict(self), asdict(reference)
        largest = {name: float(np.max(np.abs(values))) for name, values in right.items()}
        deviations = {name: float(np.max(np.abs(mine[name] - right[name]))) for name in right}
        return max(deviations[name] / largest[name] for name in right if largest[name] > 0)
