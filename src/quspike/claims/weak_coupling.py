"""Where the weak-coupling picture stops being true: the secular equation leaks at κ/2, a bare membrane at κ.

    secular GKSL   V(t)/V(0) = e^{−κt/2} cos ω0t                       κ = 1/RC
    the circuit    V(t)/V(0) = e^{−κt/2} [cos ωt − (κ/2ω) sin ωt],  ω² = ω0² − κ²/4

so they agree for κ ≪ ω0, with an error of order κ/ω0; for ω0 → 0, where the circuit is a leaky integrator, V(κt = 2)
is e^{−1} V(0) instead of e^{−2}. Both sides are simulated, the first by secular moments, the second by the circuit's
equations; closed forms stand beside them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from quspike.claims.claim import PAPER, Claim, Number, Outcome, order
from quspike.claims.problems import changed

CIRCUIT = """
C1 m 0  100fF
L1 m 0  1H
R1 m 0  10kohm T=20mK
I1 0 m  0A
"""
C, R = 100e-15, 10e3
KAPPA = 1 / (R * C)
START = 20e-6  # V
LOW, TEN = 1e-3, 10.0  # ω0/κ: no inductor to speak of, and a tenfold separation
RATIOS = np.array(
    [LOW, 0.01, 0.03, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 1.0, 1.5, 2.0, 3.0, 5.0, 7.0, TEN, 14.0, 20.0, 40.0, 80.0]
)
SCALING = 20.0  # ω0/κ from which on the order is fitted
STEP = 0.0025  # 1/κ: thirty to a period of the fastest ringdown
DIGITS = 5e-5  # half of the last of four digits
ORDER = 0.05  # the next order, −π/4 (κ/ω0)², still bends the fit by this much at ω0/κ = 20


def check() -> Outcome:
    """Ring down at many ω0/κ, compiled once for each method."""
    time, secular, circuit = ringdowns(RATIOS)
    at_two = int(np.argmin(np.abs(KAPPA * time - 2)))
    error = np.max(np.abs(secular - circuit), axis=1)
    low, ten = (int(np.flatnonzero(r == RATIOS)[0]) for r in (LOW, TEN))
    fitted = RATIOS >= SCALING
    closed = np.max(np.abs(circuit - exact(time, RATIOS)))
    measured = order(1 / RATIOS[fitted], error[fitted])
    numbers = (
        *_pair("secular V(κt=2)/V(0) as ω0/κ → 0", secular[low, at_two], np.exp(-1.0)),
        *_pair("circuit V(κt=2)/V(0) as ω0/κ → 0", circuit[low, at_two], np.exp(-2.0)),
        *_pair("secular V(κt=2)/V(0) at ω0/κ = 10", secular[ten, at_two], 0.1501),
        *_pair("circuit V(κt=2)/V(0) at ω0/κ = 10", circuit[ten, at_two], 0.1419),
        Number("order of the secular error in κ/ω0", measured, "", 1 - ORDER, 1 + ORDER),
        Number("circuit against its closed form", closed, "", high=1e-5),
    )
    ratio = secular[low, at_two] / circuit[low, at_two]
    text = (
        f"Without an inductor the secular equation, which leaks at κ/2, keeps {ratio:.3f} times too much voltage at "
        f"κt = 2. Its error falls as (κ/ω0)^{measured:.2f}, to {error[-1]:.1e} at ω0/κ = {RATIOS[-1]:g}. A leaky "
        "integrate-and-fire membrane is overdamped, so it runs in the baseband, not in the secular picture."
    )
    data = {
        "time": time,
        "ratio": RATIOS,
        "secular": secular,
        "circuit": circuit,
        "error": error,
        "kappa": KAPPA,
        "at_two": at_two,
    }
    return Outcome(numbers, text, data, draw)


def _pair(name: str, value: float, expected: float) -> tuple[Number, ...]:
    """A number that must agree with `expected` to four digits."""
    return (Number(name, float(value), "", expected - DIGITS, expected + DIGITS),)


def ringdowns(ratios: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Times (T,) and V(t)/V(0) (K, T) of the secular moments and of the circuit's own equations, for each ω0/κ."""
    problems = [compiled(method, float(ratios.max())) for method in ("moments", "classical")]
    traces = []
    for problem in problems:
        each = [changed(problem.params, elements={"L1": {"L": inductance(r)}}) for r in ratios]
        traces.append(np.stack([np.asarray(problem.solve(params).voltage)[:, 0] for params in each]) / START)
    return np.asarray(problems[0].plan.save_times), traces[0], traces[1]


def inductance(ratio: float) -> float:
    """L for ω0 = ratio·κ, H."""
    return 1 / ((ratio * KAPPA) ** 2 * C)


def compiled(method: str, largest: float) -> Any:
    """The ringdown on a grid that resolves the largest ω0/κ."""
    from quspike.run.compile import compile_run
    from quspike.run.schema import Run

    run = Run(
        circuit=CIRCUIT.replace("1H", f"{inductance(largest)}H"),
        duration=4 / KAPPA,
        save_every=STEP / KAPPA,
        dt=STEP / KAPPA,
        initial={"voltage": START},
        method=method,
        classical=False,
    )
    return compile_run(run)


def exact(time: np.ndarray, ratios: np.ndarray) -> np.ndarray:
    """V(t)/V(0) of the parallel RLC circuit in closed form (K, T), over- and underdamped."""
    omega = np.sqrt((ratios * KAPPA) ** 2 - KAPPA**2 / 4 + 0j)[:, None]
    ringing = np.cos(omega * time) - KAPPA / 2 / omega * np.sin(omega * time)
    return (np.exp(-KAPPA * time / 2) * ringing).real


def draw(data: Mapping[str, Any]) -> Any:
    """Figure of the ringdowns and of the error."""
    from quspike.plot.claims.weak_coupling import plot_weak_coupling

    return plot_weak_coupling(data)


CLAIM = Claim(
    "weak-coupling",
    "The model relies on the weak-coupling approximation, limiting it where the coupling is strong.",
    f"{PAPER}, limitations",
    check,
)
