"""A quantum neuron below its classical threshold spikes by quantum noise alone, at the computed rate, as T → 0.

    rate → Γ0·½erfc[(v_threshold − ⟨X⟩)/√2(σ² + ΔX²)],   ΔX² = V_zpf² coth(ħω0/2kT) → V_zpf²          Γ0 ≪ κ
    the same neuron in classical noise: ΔX² = kT/C → 0, and its rate vanishes with it

A resonator that its drive brings to 60 % of the threshold. The classical neuron never spikes. The quantum one does, at
a rate that stays as it cools; a membrane in classical (Johnson) noise of the same temperature stops. That is noise of
the neuron, and not of its detector, only while the edge σ is sharp beside V_zpf, so that is required; and it is not
heat from the detector, as what clicks give the mode, h = rate·(energy per click)/κħω0 quanta, is little. Spikes are
counted without Monte Carlo (`quspike.methods.escape`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from quspike.claims.claim import PAPER, Claim, Number, Outcome
from quspike.constants import hbar

C, L, R = 100e-15, 10e-9, 31.6e3
OMEGA = (L * C) ** -0.5
KAPPA = 1 / (R * C)
V_ZPF = (hbar * OMEGA / (2 * C)) ** 0.5
THRESHOLD, SHARE = 10e-6, 0.6  # V, and the part of it that the drive reaches
RATE = 1e-3 * KAPPA  # Γ0: a slow detector, which hardly disturbs
WIDTH = 0.05 * V_ZPF  # σ
SHARP = 0.1  # the widest edge, in V_zpf, whose counts are called quantum noise
COLD, WARM = 1e-3, 0.5  # K; warmer, the reset state reaches over the threshold by itself
TEMPERATURES = np.geomspace(COLD, WARM, 15)
THINNED = 5e-3  # of the rate: what clicks of a finite Γ0/κ = 1e-3 change of a thinned count
SATURATED = 1e-3  # of the rate, from 20 mK down, where e^{−ħω0/kT} = 6e-6
HEAT = 1e-2  # quanta that the detector may keep in the mode
AGREE = 0.01  # of the rate, quantum over classical at 0.5 K, where their spreads differ by (ħω0/kT)²/24 = 1 %
STEADY = 0.01  # of the rate: noise of the detector is (σ/V_zpf)²/2 of the spread's square


def check() -> Outcome:
    """Rates at many temperatures, in quantum and in classical noise, and the neuron without any."""
    silent = classical_spikes()
    quantum, energy = np.array([quantum_rate(t) for t in TEMPERATURES]).T
    classical = np.array([classical_rate(t) for t in TEMPERATURES])
    expected = thinned(V_ZPF)
    (at_20, _), (sharper, hotter) = quantum_rate(20e-3), quantum_rate(COLD, WIDTH / 2)
    heat = quantum[0] * energy[0] / (KAPPA * hbar * OMEGA)
    numbers = (
        Number("spikes of the classical neuron in 1 µs", silent, "", 0, 0),
        Number("width of the detector's edge over V_zpf", WIDTH / V_ZPF, "", high=SHARP),
        Number("rate of the quantum neuron at 1 mK", quantum[0], "1/s"),
        Number("over the thinned rate of vacuum noise", quantum[0] / expected, "", 1 - THINNED, 1 + THINNED),
        Number("over its rate at 20 mK", quantum[0] / at_20, "", 1 - SATURATED, 1 + SATURATED),
        Number("rate in classical noise at 1 mK over it, at most", classical[0] / quantum[0], "", high=1e-6),
        Number("quantum over classical rate at 0.5 K", quantum[-1] / classical[-1], "", 1 - AGREE, 1 + AGREE),
        Number("an edge half as wide changes the rate by", abs(sharper / quantum[0] - 1), "", high=STEADY),
        Number("energy that a click gives, over ħω0", energy[0] / (hbar * OMEGA)),
        Number("the same at half the width", hotter / (hbar * OMEGA)),
        Number("quanta that the clicks keep in the mode", heat, "", high=HEAT),
    )
    text = (
        f"Driven to {SHARE:.0%} of its threshold the classical neuron is silent, and in classical noise it falls "
        f"silent as it cools. The quantum neuron goes on at {quantum[0]:.3g} spikes a second: vacuum noise, seen by an "
        f"edge of {WIDTH / V_ZPF:.2f} V_zpf. Each click gives the mode {energy[0] / (hbar * OMEGA):.2f} ħω0, which at "
        f"this rate keeps {heat:.1e} quanta in it."
    )
    data = {
        "temperature": TEMPERATURES,
        "quantum": quantum,
        "classical": classical,
        "vacuum": expected,
        "v_zpf": V_ZPF,
        "mean": SHARE * THRESHOLD,
        "threshold": THRESHOLD,
        "width": WIDTH,
    }
    return Outcome(numbers, text, data, draw)


def neuron(temperature: float, width: float = WIDTH, **changes: Any) -> Any:
    """The resonator as a run; its drive brings the quadrature to SHARE of the threshold."""
    from quspike.drives import Step
    from quspike.run.neuron import Neuron
    from quspike.run.schema import Run

    amplitude = SHARE * THRESHOLD / R  # X = R e at ω0
    spiking = {"spike": "escape", "escape": {"rate": RATE, "width": width}} | changes.pop("spiking", {})
    settings = {"method": "gksl", "duration": 1e-6, "classical": False, "drives": {
        "input": Step(f"{amplitude!r}A", envelope_of=OMEGA / (2 * np.pi))
    }} | changes  # fmt: skip
    return Run(
        circuit=f"C1 m 0 {C}F\nL1 m 0 {L}H\nR1 m 0 {R}ohm T={temperature}K\nI1 0 m input",
        neuron=Neuron(
            "m", membrane="quadrature", quadrature_phase=np.pi / 2, v_threshold=THRESHOLD, t_ref=2e-9, **spiking
        ),
        **settings,
    )


def quantum_rate(temperature: float, width: float = WIDTH) -> tuple[float, float]:
    """Stationary rate (1/s), and the energy that a click gives to the mode (J)."""
    from quspike.analysis.interval_statistics import interval_statistics

    ds = interval_statistics(neuron(temperature, width), "stationary", points=3)
    return float(ds.spike_rate.item()), float(ds.click_energy.item())


def classical_rate(temperature: float) -> float:
    """The rate of the same quadrature in classical noise: an RC membrane of 2R and half the drive, kT/C of noise.

    1/s; where it is too small to be known, the largest that it can be.
    """
    from quspike.analysis.interval_statistics import interval_statistics
    from quspike.errors import ConvergenceError
    from quspike.methods.escape.statistics import RAREST
    from quspike.run.neuron import Neuron
    from quspike.run.schema import Run

    escape = {"rate": RATE, "width": WIDTH}
    run = Run(
        circuit=f"C1 m 0 {C}F\nR1 m 0 {2 * R}ohm T={temperature}K\nI1 0 m {SHARE * THRESHOLD / (2 * R)!r}A",
        neuron=Neuron("m", v_threshold=THRESHOLD, t_ref=2e-9, spike="escape", escape=escape),
        method="brownian", duration=1e-6, classical=False,
    )  # fmt: skip
    try:
        return float(interval_statistics(run, "stationary", points=3).spike_rate.item())
    except ConvergenceError:  # rarer than rounding
        return 0.5 * KAPPA / RAREST


def classical_spikes() -> int:
    """Spikes of the neuron without noise, whose threshold watches its quadrature."""
    from quspike.run.simulate import quiet_run

    plain = {"spike": "expectation", "escape": None}
    run = neuron(COLD, method="classical", spiking=plain, save_every=1e-8)
    return int(quiet_run(run).spike_time.size)


def thinned(std: float) -> float:
    """Γ0 times the share of a Gaussian of this width above the edge, over one plus the time of holds; 1/s."""
    from quspike.methods.escape.detector import Detector

    rate = float(Detector(RATE, THRESHOLD, WIDTH).mean_rate(SHARE * THRESHOLD, std))
    return rate / (1 + rate * 2e-9)


def draw(data: Mapping[str, Any]) -> Any:
    """Figure of the noise at the threshold and of the rates."""
    from quspike.plot.claims.quantum_threshold import plot_quantum_threshold

    return plot_quantum_threshold(data)


CLAIM = Claim(
    "quantum-threshold",
    "A quantum neuron below its classical threshold spikes by quantum noise, at a computed rate that stays as T → 0.",
    f"beyond {PAPER}, whose outlook asks what quantum fluctuations do to a neuron",
    check,
)
