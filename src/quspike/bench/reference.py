"""What is right, from none of quspike's solvers.

Gaussian problems: SciPy's DOP853 at a relative tolerance of 1e−11 on the moment equations, written here once more.
Kerr problems: QuTiP in the displaced frame (`peers/qutip_displaced.py`), which needs few levels, with many and a tight
tolerance; that frame is proved against QuTiP's full Fock space by a test.
"""

from __future__ import annotations

import cmath
from functools import lru_cache

import numpy as np

from quspike.bench.observed import Observed
from quspike.bench.problems import ResonatorProblem, Scaled

TIGHT = 1e-11
LEVELS = 56


@lru_cache(maxsize=8)
def reference(problem: ResonatorProblem) -> Observed:
    """The converged observables of a problem."""
    numbers = problem.scaled()
    if numbers.kerr:
        from quspike.bench.peers.qutip_displaced import displaced

        return displaced(numbers, levels=LEVELS, solver="vern9", rtol=1e-10)()
    return moment_equations(numbers, TIGHT)()


def moment_equations(numbers: Scaled, rtol: float):
    """dα/dτ = −(κ/2)α + i f e^{iτ}, dN/dτ = κ(n̄ − N), dx/dτ = r|α|: SciPy's DOP853; a call solves it anew."""
    from scipy.integrate import solve_ivp

    times = np.linspace(0, numbers.duration, numbers.samples + 1)

    def flow(tau: float, y: np.ndarray) -> list[float]:
        kappa = numbers.kappa(y[3])
        turn = cmath.exp(1j * tau) * numbers.force(tau)
        return [
            -0.5 * kappa * y[0] - turn.imag,
            -0.5 * kappa * y[1] + turn.real,
            kappa * (numbers.occupation - y[2]),
            numbers.x_rate * abs(complex(y[0], y[1])),
        ]

    def solve() -> Observed:
        start = [numbers.displacement, 0.0, 0.0, 0.0]
        y = solve_ivp(flow, (0, times[-1]), start, "DOP853", times, rtol=rtol, atol=1e-3 * rtol).y
        alpha = y[0] + 1j * y[1]
        return Observed.of(alpha, alpha**2, np.abs(alpha) ** 2 + y[2], y[3])

    return solve
