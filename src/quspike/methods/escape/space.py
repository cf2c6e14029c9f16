"""A neuron that clicks, as linear algebra: what each kind of circuit hands to the solvers of this room.

    dy/dt = Σ_i c_i(t, x, s) A_i y         while integrating, without a click: y is ρ_I as real numbers, s what is seen
    dy/dt = Σ_i h_i(t, x, s) A_i y         in the refractory time
    rate = Γ·y;    a click and its reset: y⁺ = R y, of trace Γ·y

With a frozen memory and a constant drive the coefficients are numbers, and all that there is to know about intervals
follows from one matrix.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from quspike.methods.escape.detector import Detector
from quspike.methods.escape.sources import Current

Coefficients = Callable[[float, np.ndarray, np.ndarray], np.ndarray]  # (t, x, s) → c (K,)


@dataclass(frozen=True)
class Space:
    """The matrices of one neuron.

    Attributes
    ----------
    terms : K matrices A_i (n, n), −½{Γ, ·} in one of those that count while integrating alone.
    coefficients, held : c and h (K,) while integrating and in the hold, from t (s), x (E,) and s (k,).
    trace, rate : rows (n,), probability and ⟨Γ⟩ (1/s). signal : rows (k, n) of s, means that memories and
        coefficients follow. seen : rows (n,) of observables by name.
    start : y(0) (n,). after : what every `zero` reset leaves (n,); else reset : R (n, n).
    energy : row (n,), what the detector gives to the circuit, Tr H(√Γρ√Γ − ½{Γ, ρ}), W.
    memory : dx/dt (E,) from (t, x, s). first_memory : x(0) (E,); memory_scales : what counts as much.
        frozen : no memory moves the coefficients.
    current : I(t) of the sources. edge : row (n,), the population where the truncation cuts.
    carrier : ω_d of the frame, rad/s. leak : the rate at which means relax, 1/s. stiff : steps have to be implicit.
    turning : how fast what clicks goes round in this frame, rad/s; 0 where it stands still.
    shown : (x (T, E), y (T, n)) → memories, W (S) and currents (A) of memristors, (T, E) each; None: see the solution.
    """

    terms: tuple[Any, ...]
    coefficients: Coefficients
    held: Coefficients
    trace: np.ndarray
    rate: np.ndarray
    signal: np.ndarray
    seen: dict[str, np.ndarray]
    start: np.ndarray
    detector: Detector
    current: Current
    edge: np.ndarray
    memory: Coefficients
    energy: np.ndarray
    leak: float
    after: np.ndarray | None = None
    reset: Any = None
    carrier: float = 0.0
    first_memory: np.ndarray = field(default_factory=lambda: np.zeros(0))
    memory_scales: np.ndarray = field(default_factory=lambda: np.zeros(0))
    frozen: bool = True
    stiff: bool = False
    turning: float = 0.0
    shown: Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, ...]] | None = None

    def combined(self, coefficients: np.ndarray) -> Any:
        """Σ c_i A_i (n, n)."""
        parts = [c * term for c, term in zip(coefficients, self.terms, strict=True) if c]
        return sum(parts[1:], parts[0]) if parts else 0.0 * self.terms[0]

    def flow(self, coefficients: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Σ c_i A_i y (n,)."""
        total = np.zeros_like(y)
        for c, term in zip(coefficients, self.terms, strict=True):
            if c:
                total += c * (term @ y)
        return total

    def means(self, *states: np.ndarray) -> np.ndarray:
        """s (k,) of all these states together, given that the neuron is in one of them."""
        total = sum(states)
        return self.signal @ total / max(float(self.trace @ total), 1e-300)

    def clicked(self, y: np.ndarray) -> np.ndarray:
        """R y (n,)."""
        return (self.rate @ y) * self.after if self.after is not None else self.reset @ y
