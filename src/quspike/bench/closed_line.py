"""A resonator and 4,000 modes of its line, from a coherent state: ⟨V⟩ and σ_V over 40,000 steps.

    H = q²/2C + φ²/2L + Σ_m [ q_m²/2C_m + (φ/√R − φ_m)²/2L_m ]

The peer diagonalises the whole matrix with LAPACK, which is exact for these modes and knows neither drives nor spikes.
The reference is the same resonator on a Drude line without end (`moments`, 100 Padé poles), to which both recur by
some 1e-4.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import numpy as np

from quspike.bench.race import InProcess, Rival, Running
from quspike.bench.rivals import versions

NAME, TITLE = "line", "a resonator and 4,000 modes of its line: mean and covariance over 40,000 steps"
CIRCUIT = "C1 m 0 100fF\nL1 m 0 10nH\nR1 m 0 20kohm T=20mK cutoff=1e12rad/s {}"
MODES, STEP, DURATION, SAVED = 4000, 1e-12, 40e-9, 40e-12
POLES = 100


@dataclass(frozen=True)
class Trace:
    """⟨V⟩ and σ_V at the saved times (T,) [V]."""

    voltage: np.ndarray
    spread: np.ndarray

    def error(self, reference: Trace) -> float:
        """The larger of both largest deviations, each over its largest value."""
        pairs = ((self.voltage, reference.voltage), (self.spread, reference.spread))
        return max(float(np.max(np.abs(a - b)) / np.max(np.abs(b))) for a, b in pairs)


def problem(method: str, keys: str) -> Any:
    """The compiled run."""
    from quspike.run.compile import compile_run
    from quspike.run.initial import Initial
    from quspike.run.schema import Run

    start = Initial(state="coherent", alpha=2.0)
    times = {"duration": DURATION, "save_every": SAVED, "dt": STEP}
    return compile_run(Run(circuit=CIRCUIT.format(keys), method=method, initial=start, **times))


def line_reference() -> Trace:
    """The line without end."""
    return _trace(problem("moments", "bath=drude").with_setup(poles=POLES).solve())


def line_rivals() -> list[Rival]:
    """quspike step by step; NumPy all at once."""

    def own(stack: ExitStack) -> Running:
        ready = problem("modes", f"modes={MODES}")
        return InProcess(lambda: _trace(ready.solve()), versions("quspike", "jax", "numpy"))

    def whole(stack: ExitStack) -> Running:
        ready = problem("modes", f"modes={MODES}")
        return InProcess(lambda: _diagonalised(ready), versions("numpy"))

    return [
        Rival("quspike `modes`", "40,000 steps", f"{MODES} modes", "quspike", own),
        Rival("NumPy `eigh`", "the whole matrix", f"{MODES} modes", "peer", whole, once=True),
    ]


def _trace(solution: Any) -> Trace:
    return Trace(np.asarray(solution.voltage)[:, 0], np.asarray(solution.voltage_std)[:, 0])


def _diagonalised(ready: Any) -> Trace:
    """Everything over √C φ and q/√C: V(t) = u cos(Ωt) uᵀ … on the initial means and variances."""
    from quspike.baths.bound_modes import thermal_energy
    from quspike.constants import hbar

    c, inductance, w, t = 100e-15, 10e-9, 1 / 20e3, 20e-3
    omega, weight = ready.setup.lines.omega[0], ready.setup.lines.weight[0]
    pulls, root = w**0.5 * weight * omega, np.sqrt(np.append(c, weight / omega))
    k = np.diag(np.append(1 / inductance + w * np.sum(weight * omega), weight * omega))
    k[0, 1:] = k[1:, 0] = -pulls
    squares, shapes = np.linalg.eigh(k / np.outer(root, root))
    frequency = np.sqrt(np.maximum(squares, 0.0))
    phase = np.outer(ready.plan.save_times, frequency)
    by_speed = (np.cos(phase) * shapes[0]) @ shapes.T  # q_0/√C at t, by q_j/√C at 0
    by_place = -(np.sin(phase) * frequency * shapes[0]) @ shapes.T
    by_place[:, 0] += by_place[:, 1:] @ (w**0.5 * root[1:] / root[0])  # the lines start around λφ
    own = hbar / 2 / np.sqrt(inductance * c)
    energy = thermal_energy(omega, t)
    variance = own * (by_speed[:, 0] ** 2 + inductance * c * by_place[:, 0] ** 2)
    variance += by_speed[:, 1:] ** 2 @ energy + by_place[:, 1:] ** 2 @ (energy / omega**2)
    flux = float(ready.params["initial"]["flux"])
    return Trace(by_place[:, 0] * flux, np.sqrt(variance / c))
