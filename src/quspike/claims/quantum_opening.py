"""What of a loop's opening is quantum: the rest that no classical ensemble of the same temperature explains.

    I_M = ½⟨{W(φ̂), V̂}⟩ ≠ W(⟨φ⟩)⟨V⟩
    opening = [I_M(⟨V⟩ = 0, falling) − I_M(⟨V⟩ = 0, rising)] / (max I_M − min I_M)

Three things open a loop. The line lags by 1/ω_c: a mean field shows that. Noise does, since W(φ) and V fluctuate
together about the mean: a classical ensemble on the same line shows that, solved without Monte Carlo. What `heom` has
beyond both is quantum. With every flux in units of the thermal √(LkT) the classical neuron is the same at any T, and
h = ħω0/kT is the one number left. Moyal's product and the line's noise beyond white predict the least power, h²
(`line_ensemble`): what the hierarchy has beyond that must vanish as h⁴.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from scipy.interpolate import CubicSpline

from quspike.claims.claim import PAPER, Claim, Number, Outcome, order
from quspike.claims.line_ensemble import Sigmoid, driven, quantum_noise
from quspike.constants import hbar, k_B

L, C = 10e-9, 100e-15
OMEGA, IMPEDANCE = (L * C) ** -0.5, (L / C) ** 0.5
LAW = Sigmoid(off=0.05, on=0.5, width=0.7)  # κ/ω0 of 0.05 to 0.5 over 0.7 of the thermal flux
CUTOFF = 2.5  # ω_c/ω0
FREQUENCY, AMPLITUDE = 0.5, 0.25  # of the drive: over ω0, and of the current times L over the thermal flux
TIERS = 3  # of `heom`: a fourth changes the quantum part by 0.6 %
QUANTA = {0.5: 24, 0.7: 18}  # ħω0/kT, and Fock levels: the highest two hold 1e-5
PERIODS, SAMPLES, STEPS = 2, 64, 384  # of the drive; points in one, and steps of the ensemble
POLES = 5e-4  # of ⟨V²⟩ and ⟨φ²⟩: those of the hierarchy
ORDER = 0.4  # of h⁴: the powers after it bend the fit, h⁵ at first, as a Drude line's noise is not analytic
LEAST = 5e-3  # a thermal part that can be seen
NUDGE = 1e-2  # of the correction, for its derivative


def check() -> Outcome:
    """One mean field, one classical ensemble, and a hierarchy at two ratios of ħω0 to kT."""
    quanta = np.array(list(QUANTA))
    ensembles = [ensemble(q) for q in quanta]
    classical = opening(*ensembles[0][:2])
    predicted = np.array([added_by(one) for one in ensembles])
    mean_field = loop_of("moments", "mean_field", quanta[0])
    operator = [loop_of("heom", "operator", q) for q in quanta]
    lag, found = opening(*mean_field), np.array([opening(*loop) for loop in operator])
    thermal, part = classical - lag, found - classical
    left = part - predicted
    power, left_power = (power_of(quanta, x) for x in (part, left))
    numbers = (
        Number("opening by the line's lag, with a mean-field memory", lag),
        Number("opening that classical thermal noise adds", thermal, "", low=LEAST),
        Number("opening that is quantum, at ħω0/kT = 0.5", part[0], "", low=0.0),
        Number("the same over the thermal part", part[0] / thermal),
        Number("power of ħω0/kT with which it grows", power),
        Number("predicted by the least order of ħ, at ħω0/kT = 0.5", predicted[0]),
        Number("order of what is left beyond the prediction", left_power, "", 4 - ORDER, 4 + ORDER),
    )
    text = (
        f"A mean field's loop is open by {100 * lag:.2f} % of its swing, as the line lags. Classical noise opens it "
        f"by {100 * thermal:.2f} % more, and quantum mechanics by another {100 * part[0]:.4f} % at ħω₀/kT = 0.5, which "
        f"is {100 * part[0] / thermal:.1f} % of the thermal part. The least order of ħ predicts "
        f"{100 * predicted[0]:.4f} %; the rest falls as (ħω₀/kT)^{left_power:.2f}. The quantum part is real and small."
    )
    data = {
        "classical": ensembles[0][:2],
        "operator": operator[-1],
        "mean_field": mean_field,
        "quanta": quanta,
        "part": part,
        "thermal": thermal,
        "predicted": predicted,
    }
    return Outcome(numbers, text, data, draw)


def opening(voltage: np.ndarray, current: np.ndarray) -> float:
    """I(V = 0, falling) − I(V = 0, rising) over the swing of I, of one period (S + 1,), both ends included.

    Nothing is folded or averaged, and the loop need not close.
    """
    phase = np.linspace(0.0, 1.0, len(voltage))
    v, i = CubicSpline(phase, voltage), CubicSpline(phase, current)
    zeros = v.roots(extrapolate=False)
    extremes = i(np.concatenate([phase[[0, -1]], i.derivative().roots(extrapolate=False)]))
    falling = v(zeros, 1) < 0
    return float((np.mean(i(zeros[falling])) - np.mean(i(zeros[~falling]))) / np.ptp(extremes))


def ensemble(quanta: float) -> tuple[np.ndarray, ...]:
    """V and I_M of the classical ensemble over the last period, and what ħ adds to each at ħω0/kT."""
    from quspike.baths.drude_exponents import choose_few_poles

    ends = np.array([LAW.off, LAW.on]) / IMPEDANCE
    xi, eta, _ = choose_few_poles(C, ends, CUTOFF * OMEGA, scales(quanta)[0], L, POLES)
    noise = quantum_noise(quanta, CUTOFF, xi, eta)
    seen = driven(LAW, CUTOFF, quanta, noise, FREQUENCY, AMPLITUDE, PERIODS, STEPS)
    return tuple(x[:: STEPS // SAMPLES] for x in seen)


def added_by(one: tuple[np.ndarray, ...]) -> float:
    """The predicted quantum part of the opening, to first order in what ħ adds."""
    v, i, dv, di = one
    return (opening(v + NUDGE * dv, i + NUDGE * di) - opening(v - NUDGE * dv, i - NUDGE * di)) / (2 * NUDGE)


def power_of(quanta: np.ndarray, part: np.ndarray) -> float:
    """p of `part ∝ quanta^p` through the first and the last; nan where a part is not > 0."""
    return order(quanta[[0, -1]], part[[0, -1]])


def scales(quanta: float) -> tuple[float, float]:
    """T [K] and the thermal flux √(LkT) [Wb] at ħω0/kT."""
    temperature = hbar * OMEGA / (k_B * quanta)
    return temperature, (L * k_B * temperature) ** 0.5


def loop_of(method: str, memory: str, quanta: float, tiers: int = TIERS) -> tuple[np.ndarray, np.ndarray]:
    """V and I_M over the last period (SAMPLES + 1,) of the neuron at ħω0/kT, in thermal units."""
    from quspike.drives import Sine
    from quspike.methods.heom.prepare import with_depth
    from quspike.run.compile import compile_run
    from quspike.run.schema import Run

    temperature, flux = scales(quanta)
    law = f"R_on={IMPEDANCE / LAW.on}ohm R_off={IMPEDANCE / LAW.off}ohm phi_c=0Wb phi_s={LAW.width * flux}Wb"
    line = f"T={temperature}K cutoff={CUTOFF * OMEGA}rad/s{' bath=drude' if method == 'moments' else ''}"
    period = 2 * np.pi / (FREQUENCY * OMEGA)
    run = Run(
        circuit=f"C1 m 0 {C}F\nL1 m 0 {L}H\nMEM1 m 0 model=sigmoid {law} {line}\nI1 0 m input",
        drives={"input": Sine(AMPLITUDE * flux / L, frequency=1 / period)},
        duration=PERIODS * period,
        save_every=period / SAMPLES,
        initial={"state": "thermal"},
        method=method,
        memory=memory,
        truncation=QUANTA[quanta] if method == "heom" else "auto",
        classical=False,
    )
    problem = compile_run(run)
    if method == "heom":
        problem = replace(problem, setup=with_depth(problem.setup, problem.params, tiers))
    solution = problem.solve()
    v, i = (np.asarray(x)[-SAMPLES - 1 :, 0] for x in (solution.voltage, solution.memristor_current))
    return v / (flux * OMEGA), i * L / flux


def draw(data: Mapping[str, Any]) -> Any:
    """Figure of the loops and of the quantum part against ħω0/kT."""
    from quspike.plot.claims.quantum_opening import plot_quantum_opening

    return plot_quantum_opening(data)


CLAIM = Claim(
    "quantum-opening",
    "Classical noise opens a loop, and quantum mechanics opens it further: by what no classical ensemble has.",
    f"{PAPER}, pinched hysteresis, beyond its classical limit",
    check,
)
