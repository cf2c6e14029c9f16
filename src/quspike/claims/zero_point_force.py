"""A line's zero-point motion leaves a force on an operator memristance: its flux rests where the cutoff puts it.

    shift of ⟨φ⟩   −(ħL⟨W′⟩/2πC) ln ω_c + …        L × the current that the memristor draws at ⟨V⟩ = 0

The line hangs on F(φ̂), F′ = √W, counter-term included. To second order in F the force is the slope of the free energy

    δG(φ̄) = ½∫₀^{ħβ}dτ k(τ) ⟨F(φ(τ))F(φ(0))⟩,     k_n = |ν_n| ω_c/(ω_c + |ν_n|),     ν_n = 2πnkT/ħ

of an oscillator about φ̄. Its flux is Gaussian, so with ρ(τ) = ⟨φ(τ)φ(0)⟩/σ² and F_j = ⟨F He_j(φ/σ)⟩ (Mehler)

    ⟨φ⟩ = −L Σ_j F_j F_{j+1}/(σ j!) K_j,     K_j = ∫dτ k(τ) ρ(τ)^j,

a sum over ν_n that digamma functions close. That is the prediction, and owes nothing to a hierarchy. Classically there
is no such force at any temperature: friction and noise, both ∝ W(φ), leave Gibbs's e^{−φ²/2LkT} as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from math import comb, factorial
from typing import Any

import numpy as np
from numpy.polynomial.hermite_e import hermegauss, hermeval
from scipy.optimize import curve_fit
from scipy.special import psi

from quspike.claims.claim import PAPER, Claim, Number, Outcome
from quspike.constants import hbar, k_B

C, L = 100e-15, 10e-9
OMEGA, IMPEDANCE = (L * C) ** -0.5, (L / C) ** 0.5
FLUX = (hbar * IMPEDANCE) ** 0.5  # Wb: the unit of flux, √2 φ_zpf
OFF, ON = 0.04, 0.1  # κ/ω0 at both ends of the sigmoid, which is one FLUX wide and centred
WARMTH = 0.5  # kT/ħω0
CUTOFFS = np.array([2.0, 4.0, 8.0])  # ω_c/ω0
RINGING = 13.0  # 1/ω0: two periods of the flux about its new place
LEVELS = 8  # the highest two hold 1e-5, and twice as many change the force by 1e-5
NEXT = 0.015  # the next order in κ/ω0 = 0.07, and the poles of the line's noise
FAR = 1e3  # ω_c/ω0 where 1 − πω0/ω_c of the leading logarithm is left
LOGARITHM = 2 * np.pi / FAR
HERMITE = 8  # powers of the correlation, each some tenth of the one before
GAUSS = 60  # points of an average over the flux


def check() -> Outcome:
    """Let the flux go at three cutoffs, and once with a memory that follows its mean."""
    traces = [released(cutoff) for cutoff in CUTOFFS]
    time = traces[0][0]
    found = np.array([rest(t, flux) for t, flux, _ in traces])
    static = np.array([-current[0] for *_, current in traces])
    expected = np.array([shift(cutoff) for cutoff in CUTOFFS])
    slope = np.log(CUTOFFS[-1] / CUTOFFS[-2])
    per_fold, predicted = (np.diff(x)[-1] / slope for x in (found, expected))
    leading = -slope_of_conductance() / (2 * np.pi)
    far = shift(FAR * np.e) - shift(FAR)
    mean_field = np.max(np.abs(released(CUTOFFS[-1], "mean_field")[1]))
    numbers = (
        *(_against(f"shift at ω_c = {c:g} ω0 over its prediction", f / e) for c, f, e in
          zip(CUTOFFS, found, expected, strict=True)),
        _against("shift per e-fold of ω_c, from 4 to 8 ω0, over its prediction", per_fold / predicted),
        Number("current at rest, times L, over the shift", float(np.max(np.abs(static / found))), "", 0.999, 1.001),
        Number("prediction per e-fold at 1000 ω0 over −ħL⟨W′⟩/2πC", far / leading, "", 1 - LOGARITHM, 1 + LOGARITHM),
        Number("prediction per e-fold, from 4 to 8 ω0, over −ħL⟨W′⟩/2πC", predicted / leading),
        Number("shift of a mean-field memory over the operator's", float(mean_field / -found[-1]), "", high=1e-9),
        Number("force at kT = 20 ħω0 over that at 0.5 ħω0, ω_c = 4 ω0", force(4.0, 20.0) / force(4.0, WARMTH)),
    )  # fmt: skip
    text = (
        f"With nothing connected the flux rests at {1e3 * found[0]:.2f}, {1e3 * found[1]:.2f}, {1e3 * found[2]:.2f} · "
        f"10⁻³ √(ħZ) for ω_c/ω0 = 2, 4, 8: within {100 * np.max(np.abs(found / expected - 1)):.1f} % of "
        "second-order perturbation theory, whose slope in ln ω_c becomes −ħL⟨W′⟩/2πC. A mean-field memory does not "
        "move; nor does a classical one at any temperature, since Gibbs's state knows no friction: all of it is ħ."
    )
    data = {
        "time": time,
        "flux": np.stack([flux for _, flux, _ in traces]),
        "cutoff": CUTOFFS,
        "found": found,
        "curve": _curve(),
        "leading": leading,
        "kT": WARMTH,
        "warmth": _warmth(),
    }
    return Outcome(numbers, text, data, draw)


def _against(name: str, ratio: float) -> Number:
    return Number(name, float(ratio), "", 1 - NEXT, 1 + NEXT)


def _curve() -> tuple[np.ndarray, np.ndarray]:
    """ω_c/ω0 and the predicted shift."""
    cutoffs = np.geomspace(1.0, 1000.0, 30)
    return cutoffs, np.array([shift(c) for c in cutoffs])


def _warmth() -> tuple[np.ndarray, np.ndarray]:
    """kT/ħω0 (T,) and the force over ħW′/2πC at each cutoff (K, T)."""
    warmths = np.geomspace(0.05, 20.0, 40)
    return warmths, np.array([[force(c, w) for w in warmths] for c in CUTOFFS])


def force(cutoff: float, warmth: float) -> float:
    """−force over ħW′/2πC where W is linear over the state: the logarithm, and what heat makes of it."""
    return float(np.pi * flux_width(warmth) ** 2 * memory_sum(1, cutoff, warmth))


def _conductance(x: np.ndarray) -> np.ndarray:
    """W(φ) in 1/Z, φ in FLUX."""
    return OFF + (ON - OFF) / (1 + np.exp(-x))


@cache
def _gauss() -> tuple[np.ndarray, np.ndarray]:
    """Points and weights (GAUSS,) of a mean over a normal variable."""
    x, weight = hermegauss(GAUSS)
    return x, weight / np.sum(weight)


def flux_width(warmth: float) -> float:
    """σ of the oscillator's flux, in FLUX."""
    return float((0.5 / np.tanh(0.5 / warmth)) ** 0.5)


def slope_of_conductance(warmth: float = WARMTH) -> float:
    """⟨W′⟩ in equilibrium, 1/(Z FLUX)."""
    x, weight = _gauss()
    s = 1 / (1 + np.exp(-flux_width(warmth) * x))
    return float(np.sum(weight * (ON - OFF) * s * (1 - s)))


def shift(cutoff: float, warmth: float = WARMTH) -> float:
    """⟨φ⟩ in FLUX to second order in F. cutoff : ω_c/ω0. warmth : kT/ħω0."""
    sigma = flux_width(warmth)
    x, weight = _gauss()
    slope = np.sqrt(_conductance(sigma * x))
    f = [sigma * np.sum(weight * slope * hermeval(x, np.eye(HERMITE + 1)[j])) for j in range(HERMITE + 1)]  # F_{j+1}
    terms = [f[j - 1] * f[j] / factorial(j) * memory_sum(j, cutoff, warmth) for j in range(1, HERMITE + 1)]
    return float(-sum(terms) / sigma)


def memory_sum(j: int, cutoff: float, warmth: float) -> float:
    """K_j/ω0: the line's memory of ρ^j = Σ_m (j over m) a^m b^{j−m} e^{−(2m−j)τ}, a = (n + 1)/(2n + 1), b = 1 − a."""
    grow = np.exp(-1 / warmth)
    a, b, total = 1 / (1 + grow), grow / (1 + grow), 0.0
    for m in range(j + 1):
        e = 2 * m - j
        if e:
            amplitude = comb(j, m) * (a**m * b ** (j - m) - a ** (j - m) * b**m)
            total += 2 * warmth * amplitude * e * matsubara_sum(e, cutoff, warmth)
    return float(total)


def matsubara_sum(e: float, cutoff: float, warmth: float) -> float:
    """Σ_{n≥1} ν ω_c/[(ν + ω_c)(ν² + e²)], ν = 2πn kT, in closed form."""
    x, y = cutoff / (2 * np.pi * warmth), abs(e) / (2 * np.pi * warmth)
    logarithm = x * (psi(1 + x) - psi(1 + 1j * y).real)
    return float(cutoff / (cutoff**2 + e**2) * (logarithm + 0.5 * (np.pi * y / np.tanh(np.pi * y) - 1)))


def released(cutoff: float, memory: str = "operator") -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """ω0 t (T,), ⟨φ⟩ in FLUX and L I_M in FLUX of a neuron in equilibrium that was held at φ = 0 and is let go."""
    from quspike.run.compile import compile_run
    from quspike.run.schema import Run

    temperature = WARMTH * hbar * OMEGA / k_B
    mean_field = memory == "mean_field"
    circuit = f"""
C1   m 0 {C}F
L1   m 0 {L}H
MEM1 m 0 model=sigmoid R_on={IMPEDANCE / ON}ohm R_off={IMPEDANCE / OFF}ohm phi_c=0Wb phi_s={FLUX}Wb \
T={temperature}K cutoff={cutoff * OMEGA}rad/s{" bath=drude" if mean_field else ""}
I1   0 m 0A
"""
    run = Run(
        circuit=circuit,
        duration=RINGING / OMEGA,
        save_every=0.1 / OMEGA,
        initial={"state": "thermal"},
        method="moments" if mean_field else "heom",
        memory=memory,
        truncation="auto" if mean_field else LEVELS,
        classical=False,
    )
    solution = compile_run(run).solve()
    traces = solution.time * OMEGA, solution.flux / FLUX, solution.memristor_current * L / FLUX
    return tuple(np.asarray(trace).reshape(len(solution.time)) for trace in traces)  # type: ignore[return-value]


def rest(time: np.ndarray, flux: np.ndarray) -> float:
    """Where the flux comes to rest: the constant beneath its ringdown e^{−γt}(a cos ωt + b sin ωt)."""

    def ringdown(t: Any, middle: float, a: float, b: float, decay: float, omega: float) -> Any:
        return middle + np.exp(-decay * t) * (a * np.cos(omega * t) + b * np.sin(omega * t))

    middle = float(np.mean(flux))
    if middle == 0.0:
        return 0.0
    found, _ = curve_fit(ringdown, time, flux / middle, p0=(1.0, -1.0, 0.0, 0.03, 1.0))
    return float(found[0] * middle)


def draw(data: Mapping[str, Any]) -> Any:
    """Figure of the released flux, of its rest against the cutoff, and of the force against the temperature."""
    from quspike.plot.claims.zero_point_force import plot_zero_point_force

    return plot_zero_point_force(data)


CLAIM = Claim(
    "zero-point-force",
    "The zero-point motion of a quantum line pushes an operator memristance to where no mean-field memory goes.",
    f"{PAPER}, beyond its mean-field memory",
    check,
)
