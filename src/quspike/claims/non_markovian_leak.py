"""What the line's own memory does to the leak and to spikes: with a Drude cutoff the resistor is R and L_s = R/ω_c.

    C dV/dt = I − I_R,   dI_R/dt = ω_c (V/R − I_R)       s² + ω_c s + κω_c = 0,   κ = 1/RC
    leak          κ′ = ½[ω_c − √(ω_c² − 4κω_c)] = κ [1 + κ/ω_c + O((κ/ω_c)²)];   above κ/ω_c = ¼ the membrane rings
    first spike   from rest under a constant I: the root of V(t) = v_th; earlier than the Markov membrane's
                  RC ln(RI/(RI − v_th)), as the line draws nothing before 1/ω_c

Simulated by `moments` with `bath=drude`; the roots of the quadratic stand beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.optimize import brentq

from quspike.claims.claim import PAPER, Claim, Number, Outcome, order
from quspike.claims.problems import changed

C, R = 100e-15, 10e3
KAPPA = 1 / (R * C)
THRESHOLD, CURRENT, HOLD = 20e-6, 3e-9, 1e-9  # V, A, s: R·I is half as high again as the threshold
CIRCUIT = """
C1 m 0  100fF
R1 m 0  10kohm T=20mK bath=drude cutoff={cutoff}rad/s
I1 0 m  input
"""
RATIOS = np.array([0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2])  # κ/ω_c
RINGING = 1.0  # κ/ω_c of a membrane that rings
STEP = 0.002  # 1/κ
SETTLED, END = 7.0, 10.0  # 1/κ: between them only the slow root is left, to e^{−2.2·7} at the largest ratio
SMALL = 0.02  # κ/ω_c up to which the order is fitted
ORDER = 0.04  # the next term, 2(κ/ω_c)², bends the fit by 0.03 there
EXACT = 1e-6  # relative, of the leak and of spike times: the step's own tolerance


def check() -> Outcome:
    """Let membranes leak, then let them spike, at many κ/ω_c."""
    time, decays = decay(RATIOS)
    leaks = np.array([_leak(time, v) for v in decays])
    expected = leak(RATIOS)
    spikes = first_spikes(RATIOS)
    roots = np.array([first_crossing(r) for r in RATIOS])
    markov = R * C * np.log(R * CURRENT / (R * CURRENT - THRESHOLD))
    (ringing,) = decay(np.array([RINGING]))[1]
    fitted = RATIOS <= SMALL
    correction = leaks / KAPPA - 1
    earlier = 1 - spikes / markov
    measured = order(RATIOS[fitted], correction[fitted])
    tenth = int(np.flatnonzero(RATIOS == 0.1)[0])
    numbers = (
        Number("leak against the quadratic's slow root", np.max(np.abs(leaks / expected - 1)), "", high=EXACT),
        Number("order of the leak's correction in κ/ω_c", measured, "", 1 - ORDER, 1 + ORDER),
        Number("correction over κ/ω_c, at the smallest", correction[0] / RATIOS[0], "", 1 - ORDER, 1 + ORDER),
        Number("first spike against its closed form", np.max(np.abs(spikes / roots - 1)), "", high=EXACT),
        Number("first spike earlier by, at κ/ω_c = 0.1", float(earlier[tenth]), "", low=0.0),
        Number("undershoot at κ/ω_c = 1 over V(0)", float(np.min(ringing)), "", high=-0.05),
    )
    text = (
        f"At κ/ω_c = 0.1 the membrane leaks {100 * correction[tenth]:.1f} % faster than 1/RC, and yet spikes "
        f"{100 * earlier[tenth]:.1f} % earlier, because the line draws no current before 1/ω_c. Both corrections are "
        "of first order in κ/ω_c. Above a quarter the line swings back, and the membrane rings below zero: no leaky "
        "integrator is left."
    )
    data = {
        "time": time,
        "decays": decays,
        "ringing": ringing,
        "ratio": RATIOS,
        "correction": correction,
        "expected": expected / KAPPA - 1,
        "earlier": earlier,
        "root_earlier": 1 - roots / markov,
        "kappa": KAPPA,
    }
    return Outcome(numbers, text, data, draw)


def leak(ratio: Any) -> Any:
    """The slow root κ′ of s² − ω_c s + κω_c [1/s]; ratio : κ/ω_c < ¼."""
    cutoff = KAPPA / ratio
    return 0.5 * (cutoff - np.sqrt(cutoff**2 - 4 * KAPPA * cutoff))


def first_crossing(ratio: float) -> float:
    """t at which V(t) = v_th from rest under I [s], with V = RI + A e^{−s₁t} + B e^{−s₂t}, V(0) = 0, V′(0) = I/C."""
    slow, cutoff = leak(ratio), KAPPA / ratio
    fast = cutoff - slow
    rise, level = CURRENT / C, R * CURRENT
    b = (level * slow - rise) / (fast - slow)
    a = -level - b
    return brentq(
        lambda t: level + a * np.exp(-slow * t) + b * np.exp(-fast * t) - THRESHOLD, 0.0, 50 / KAPPA, xtol=1e-22
    )


def decay(ratios: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Times (T,) [s] and V(t)/V(0) (K, T) of membranes that start charged, compiled once."""
    from quspike.run.compile import compile_run
    from quspike.run.schema import Run

    run = Run(
        circuit=_circuit(ratios).replace("input", "0A"),
        duration=END / KAPPA,
        save_every=STEP / KAPPA,
        dt=STEP / KAPPA / 2,
        initial={"voltage": THRESHOLD},
        method="moments",
        classical=False,
    )
    problem = compile_run(run)
    traces = [problem.solve(_with_cutoff(problem.params, r)).voltage[:, 0] for r in ratios]
    return np.asarray(problem.plan.save_times), np.stack([np.asarray(v) for v in traces]) / THRESHOLD


def first_spikes(ratios: np.ndarray) -> np.ndarray:
    """The first spike of the neuron at each κ/ω_c (K,) [s], compiled once."""
    from quspike.drives import Step
    from quspike.run.compile import compile_run
    from quspike.run.neuron import Neuron
    from quspike.run.schema import Run

    run = Run(
        circuit=_circuit(ratios),
        neuron=Neuron("m", v_threshold=THRESHOLD, t_ref=HOLD),
        drives={"input": Step(CURRENT)},
        duration=3 / KAPPA,
        save_every=0.05 / KAPPA,
        dt=STEP / KAPPA / 4,
        method="moments",
        classical=False,
    )
    problem = compile_run(run)
    return np.array([float(problem.solve(_with_cutoff(problem.params, r)).spike_time[0]) for r in ratios])


def _circuit(ratios: np.ndarray) -> str:
    return CIRCUIT.format(cutoff=repr(float(KAPPA / np.min(ratios))))


def _with_cutoff(params: Mapping[str, Any], ratio: float) -> dict[str, Any]:
    return changed(params, elements={"R1": {"cutoff": KAPPA / ratio}})


def _leak(time: np.ndarray, v: np.ndarray) -> float:
    """−d ln V/dt by the ends of the settled part [1/s]."""
    settled = KAPPA * time >= SETTLED
    t, v = time[settled], v[settled]
    return float(np.log(v[0] / v[-1]) / (t[-1] - t[0]))


def draw(data: Mapping[str, Any]) -> Any:
    """Figure of the decays and of both corrections."""
    from quspike.plot.claims.non_markovian_leak import plot_non_markovian_leak

    return plot_non_markovian_leak(data)


CLAIM = Claim(
    "non-markovian-leak",
    "A line with a cutoff remembers: the leak and the spikes of a membrane depart from the Markovian ones.",
    f"{PAPER}, beyond its Markovian bath",
    check,
)
