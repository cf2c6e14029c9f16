"""The quantum neuron becomes the classical memristive one, where coupling is weak and the memory slow.

resonator   The secular moments against the full equations of the classical circuit, both driven at ω0, the membrane
            their envelope. With κ/ω0 → 0 the envelopes meet: what is left is the circuit's own ripple at 2ω0, of order
            κ/ω0. The memristance, driven by the envelope, averages the ripple out to (κ/ω0)²; its error also goes with
            the memory's speed, |Ṁ/M|/κ → 0. The density matrix of the GKSL equation has the mean of the moments, since
            the circuit is linear: checked once, to rounding.
baseband    The circuit is linear given M(t), so the mean obeys the classical equations at any ħ (Ehrenfest): agreement
            is an identity, checked to rounding, and proves nothing about a limit.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np

from quspike.claims import problems
from quspike.claims.claim import PAPER, Claim, Number, Outcome, order
from quspike.claims.problems import changed, spikes

CIRCUIT = """
C1   m 0  100fF
L1   m 0  {inductance}H
MEM1 m 0  model=sigmoid senses=envelope R_on=10kohm R_off=50kohm phi_c=0.15pWb phi_s=0.04pWb T=20mK
I1   0 m  input
"""
C, R_ON = 100e-15, 10e3
KAPPA = 1 / (R_ON * C)  # the largest
PHI_C, PHI_S = 0.15e-12, 0.04e-12
V_THRESHOLD, T_REF, DRIVE = 5e-6, 1e-9, 0.6e-9  # V, s, A: 6 µV in the end, at R_on
NEVER = 1.0  # V: a threshold that an envelope of 30 µV does not reach
RATIOS = 0.4 / 2.0 ** np.arange(5)  # κ/ω0
STEPS = 12  # a radian of the highest ω0: the grid's own error stays below the memristance's at every ratio
SPEEDS = 2.0 ** np.arange(-1, 5)  # the memory's fluxes φ_c and φ_s, times these
AT_RATIO = 0.05  # κ/ω0 of the memory's sweep
FIRST, SECOND = 0.1, 0.3  # how far a fitted order may lie from a whole one: of the envelope, of the memristance
SHIFT = 0.05  # of the shortest interval: every spike, at the weakest coupling
SHOWN = 1  # of the ratios, in the figure
FOCK = 2  # of the ratios, with the density matrix
ROUNDING = 1e-9  # of the threshold


def check() -> Outcome:
    """Sweep κ/ω0 and the memory's speed, with and without spikes; one compilation a method."""
    envelopes = [pair(1 / ratio) for ratio in RATIOS]
    error, m_error = (np.array(values) for values in zip(*(deviations(*both) for both in envelopes), strict=True))
    slow = [pair(1 / AT_RATIO, slowness=s) for s in SPEEDS]
    speed, slow_error = np.array([drift(q) for q, _ in slow]), np.array([deviations(*both)[1] for both in slow])
    firing = [pair(1 / ratio, v_threshold=V_THRESHOLD) for ratio in RATIOS]
    shift = np.array([largest_shift(spikes(q), spikes(c)) for q, c in firing])
    firing_once = solution("gksl", 1 / RATIOS[FOCK], v_threshold=V_THRESHOLD)
    fock = difference(firing_once, firing[FOCK][0], V_THRESHOLD)
    quantum, classical = (problems.adapting(method).solve() for method in ("moments", "classical"))
    baseband = difference(quantum, classical, problems.V_THRESHOLD)
    orders = order(RATIOS, error), order(RATIOS, m_error), order(speed, slow_error)
    numbers = (
        Number("order of the envelope's error in κ/ω0", orders[0], "", 1 - FIRST, 1 + FIRST),
        Number("order of the memristance's error in κ/ω0", orders[1], "", 2 - SECOND, 2 + SECOND),
        Number("order of the memristance's error in |Ṁ/M|/κ", orders[2], "", 1 - SECOND, 1 + SECOND),
        Number(f"envelope's error at κ/ω0 = {RATIOS[-1]:g}", error[-1], "", high=1e-2),
        Number(f"largest shift of a spike at κ/ω0 = {RATIOS[-1]:g}, of an interval", shift[-1], "", high=SHIFT),
        Number(
            f"GKSL's envelope less the moments', at κ/ω0 = {RATIOS[FOCK]:g}, of the threshold", fock, "", high=ROUNDING
        ),
        Number("baseband: ⟨V⟩ less the classical V, of the threshold", baseband, "", high=ROUNDING),
    )
    text = (
        f"The envelope of the driven resonator departs from the classical circuit's by {error[0]:.2g} at κ/ω0 = "
        f"{RATIOS[0]:g} and {error[-1]:.2g} at {RATIOS[-1]:g}, as (κ/ω0)^{orders[0]:.2f}; its memristance as "
        f"(κ/ω0)^{orders[1]:.2f}, and in proportion to the memory's speed. All {len(spikes(firing[-1][0]))} spikes are "
        f"there, within {shift[-1]:.2g} of an interval. In the baseband they agree at any ħ: Ehrenfest's identity."
    )
    errors = {"error": error, "memristance_error": m_error, "shift": shift, "speed": speed, "speed_error": slow_error}
    return Outcome(numbers, text, {"ratio": RATIOS, **errors, **traces(*firing[SHOWN])}, draw)


def traces(quantum: Any, classical: Any) -> dict[str, Any]:
    """What the figure shows of two firing neurons."""
    return {
        "time": np.asarray(quantum.time),
        "quantum": np.asarray(quantum.membrane)[:, 0],
        "classical": np.asarray(classical.membrane)[:, 0],
        "quantum_spikes": spikes(quantum),
        "classical_spikes": spikes(classical),
        "v_threshold": V_THRESHOLD,
        "shown_ratio": RATIOS[SHOWN],
    }


@cache
def compiled(method: str) -> Any:
    """The driven resonator, on a grid that resolves the highest ω0."""
    from quspike.drives import Sine
    from quspike.run.compile import compile_run
    from quspike.run.neuron import Neuron
    from quspike.run.schema import Run

    omega = KAPPA / RATIOS[-1]
    run = Run(
        circuit=CIRCUIT.format(inductance=1 / (omega**2 * C)),
        neuron=Neuron("m", membrane="envelope", v_threshold=V_THRESHOLD, t_ref=T_REF),
        drives={"input": Sine(DRIVE, omega / (2 * np.pi))},
        duration=60e-9,
        save_every=0.05e-9,
        dt=1 / (STEPS * omega),
        method=method,
        classical=False,
    )
    return compile_run(run)


def pair(ratio: float, slowness: float = 1.0, v_threshold: float = NEVER) -> tuple[Any, Any]:
    """The secular and the classical solution at ω0/κ = ratio, driven on resonance."""
    return solution("moments", ratio, slowness, v_threshold), solution("classical", ratio, slowness, v_threshold)


def solution(method: str, ratio: float, slowness: float = 1.0, v_threshold: float = NEVER) -> Any:
    """One method's, with the memory slowed down and a threshold."""
    omega = ratio * KAPPA
    problem = compiled(method)
    elements = {"L1": {"L": 1 / (omega**2 * C)}, "MEM1": {"phi_c": PHI_C * slowness, "phi_s": PHI_S * slowness}}
    drives = {"input": {"frequency": omega / (2 * np.pi)}}
    neuron = {"v_threshold": v_threshold}
    return problem.solve(changed(problem.params, elements=elements, drives=drives, neuron=neuron))


def deviations(quantum: Any, classical: Any) -> tuple[float, float]:
    """max |ΔV_A| of the largest V_A, and max |Δ ln M|."""
    a, b = (np.asarray(s.membrane)[:, 0] for s in (quantum, classical))
    m, n = (np.asarray(s.memristance)[:, 0] for s in (quantum, classical))
    return float(np.max(np.abs(a - b)) / np.max(b)), float(np.max(np.abs(np.log(m / n))))


def drift(solution: Any) -> float:
    """max |Ṁ/M|/κ over the run, κ = 1/(MC)."""
    time, m = np.asarray(solution.time), np.asarray(solution.memristance)[:, 0]
    return float(np.max(np.abs(np.gradient(np.log(m), time)) * m * C))


def largest_shift(quantum: np.ndarray, classical: np.ndarray) -> float:
    """max |Δt| of a spike over the shortest interval; nan if one neuron fires more often than the other."""
    if len(quantum) != len(classical) or len(classical) < 2:
        return float("nan")
    return float(np.max(np.abs(quantum - classical)) / np.min(np.diff(classical)))


def difference(one: Any, other: Any, v_threshold: float) -> float:
    """max |Δ membrane| of two neurons, over their threshold; nan if their spikes differ."""
    a, b = spikes(one), spikes(other)
    if len(a) != len(b) or not np.allclose(a, b, rtol=ROUNDING, atol=0):
        return float("nan")
    return float(np.max(np.abs(np.asarray(one.membrane) - np.asarray(other.membrane))) / v_threshold)


def draw(data: Mapping[str, Any]) -> Any:
    """Figure of an envelope, and of the errors against both small numbers."""
    from quspike.plot.claims.quantum_to_classical import plot_quantum_to_classical

    return plot_quantum_to_classical(data)


CLAIM = Claim(
    "quantum-to-classical",
    "The quantum model reproduces classical dynamics in the weak-coupling, adiabatic limit.",
    f"{PAPER}, key results, first",
    check,
)
