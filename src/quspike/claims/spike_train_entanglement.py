"""Spike trains that nobody observes are entangled, past with future, and what the neuron leaks disentangles them.

    𝒩 = (‖ρ^{T_past}‖₁ − 1)/2        past: the qubits of the first five bins; future: the neuron that writes the others
    without loss  ½[(Σ√λ)² − 1],      λ the Schmidt values of that cut

A vacuum resonator at 5 mK is rung up by a resonant tone; in each nanosecond a qubit says spike or silence. The tone
stays the same while κ = 1/RC grows, so that a leaky neuron spikes less as well: its expected count stands beside.
Qubits alone, five against the next four, can have no more than the neuron hands on. A reset to zero swaps the mode out,
and what has left knows the path. Vidal & Werner, Phys. Rev. A 65, 032314 (2002).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from quspike.claims.claim import PAPER, Claim, Number, Outcome

CIRCUIT = """
C1 m 0  100fF
L1 m 0  10nH
R1 m 0  {R}ohm T=5mK
I1 0 m  tone
"""
C = 100e-15
KAPPA = np.array([0.0, 1e7, 1e8, 3e8, 1e9])  # 1/s
NOTHING = 1e21  # ohm: a leak that no run of this length notices
BINS, CUT, NEXT, LEVELS = 10, 5, 4, 40
ROUNDING = 2e-6  # root of the weight that the negativity leaves out
LOST = 0.5  # of the entanglement, at least, at κ = 1/ns: the leak takes a quantum of it within a few bins
PATH = 0.5  # a swap leaves less than this: a click and none differ by a mode that has left


def check() -> Outcome:
    """Negativities over κ for both resets, the Schmidt values without loss beside."""
    neuron, qubits, count = np.array([_of_train(kappa) for kappa in KAPPA]).T
    swapped = np.array([train("zero", kappa).negativity(CUT) for kappa in KAPPA])
    spectra = _schmidt()
    closed = 0.5 * (np.sum(np.sqrt(np.maximum(spectra[CUT - 1], 0.0))) ** 2 - 1)
    half = float(np.exp(np.interp(0.5 * neuron[0], neuron[:0:-1], np.log(KAPPA[:0:-1]))))
    numbers = (
        Number("negativity without loss, over that of its Schmidt values", neuron[0] / closed, "", 1 - 1e-5, 1 + 1e-5),
        Number("largest rise of the negativity with loss", float(np.diff(neuron).max()), "", high=ROUNDING),
        Number("of qubits alone, over that with the neuron, at most", float((qubits / neuron).max()), "", high=1.0),
        Number("share of it that is left at κ = 1/ns", neuron[-1] / neuron[0], "", high=LOST),
        Number("reset to zero over subtract, without loss", swapped[0] / neuron[0], "", high=PATH),
        Number("negativity without loss", neuron[0]),
        Number("of qubits alone, without loss", qubits[0]),
        Number("leak that halves it", half, "1/s"),
        Number("expected spikes without loss", count[0]),
        Number("expected spikes at κ = 1/ns", count[-1]),
    )
    text = (
        f"Nobody looks, and the first {CUT} bins are entangled with the neuron by a negativity of {neuron[0]:.2f}, "
        f"with the next {NEXT} bins alone by {qubits[0]:.2f}. A leak of {half:.1e}/s halves it, and 1e+09/s leaves "
        f"{neuron[-1] / neuron[0]:.0%} of it, and {qubits[-1]:.1g} in the qubits, while the expected spikes fall from "
        f"{count[0]:.2f} to {count[-1]:.2f}. A reset that swaps the mode out leaves "
        f"{swapped[0] / neuron[0]:.0%} without any leak: the spike is known to what has left."
    )
    entropies = np.array([_entropy(spectrum) for spectrum in spectra])
    data = {"kappa": KAPPA, "neuron": neuron, "qubits": qubits, "swapped": swapped, "count": count,
            "entropy": entropies, "bin": 1e-9}  # fmt: skip
    return Outcome(numbers, text, data, draw)


def train(reset: str, kappa: float) -> Any:
    """The spike train of one neuron."""
    from quspike.drives import Step
    from quspike.methods.coherent.neuron import train_of
    from quspike.run.compile import compile_run
    from quspike.run.initial import Initial
    from quspike.run.neuron import Neuron
    from quspike.run.schema import Run
    from quspike.spike_trains.state import SpikeTrainState

    run = Run(
        circuit=CIRCUIT.format(R=1 / (float(kappa) * C) if kappa else NOTHING),
        duration=BINS * 1e-9,
        save_every=1e-9,
        method="gksl",
        truncation=LEVELS,
        neuron=Neuron(
            "m", membrane="quadrature", quadrature_phase=np.pi / 2, v_threshold=12e-6, reset=reset,
            spike="coherent", coherent={"bin": 1e-9, "width": 4e-6},
        ),
        drives={"tone": Step(0.55e-9, envelope_of=5.0329e9)},
        initial=Initial(state="vacuum"),
        classical=False,
    )  # fmt: skip
    problem = compile_run(run)
    return SpikeTrainState(train_of(problem.setup, problem.params, run.duration, problem.dt))


def _of_train(kappa: float) -> tuple[float, float, float]:
    """Negativity of the past with the neuron, with the next qubits alone, and the expected count."""
    one = train("subtract", kappa)
    return one.negativity(CUT), one.negativity(CUT, future=NEXT), one.count.mean


def _schmidt() -> list[np.ndarray]:
    from quspike.spike_trains.purity import schmidt_spectra

    return list(schmidt_spectra(train("subtract", 0.0).chain))


def _entropy(spectrum: np.ndarray) -> float:
    from quspike.spike_trains.purity import entropy

    return entropy(spectrum)


def draw(data: Mapping[str, Any]) -> Any:
    """Figure of the negativities over the leak, and of the entropy along the train."""
    from quspike.plot.claims.spike_train_entanglement import plot_spike_train_entanglement

    return plot_spike_train_entanglement(data)


CLAIM = Claim(
    "spike-train-entanglement",
    "Left unobserved, a quantum neuron's spike trains exist in superposition, and its past and future are entangled.",
    f"{PAPER}, outlook",
    check,
)
