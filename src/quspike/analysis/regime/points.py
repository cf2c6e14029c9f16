"""The neurons of the map: one point is one neuron, named by the five ratios that decide which method holds.

    κ/ω0        how strongly the line is coupled            ħω0/kT     how far from classical the line's noise is
    |Ṁ/M|/ω0    how fast the memristance moves              ω_c/ω0     how fast the line itself answers
    φ_zpf/φ_s   how much of the memristance's own scale a zero-point fluctuation covers

A resonator, driven at its frequency. Its memristor falls to half its resistance as the envelope's flux passes a level,
or where |Ṁ/M|/ω0 is varied follows the oscillation itself; that memory is mean-field, so the circuit is linear given
M(t). With φ_zpf/φ_s > 0 the memristance is W(φ̂) instead, an operator, on the resonator's own flux.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from quspike.constants import hbar, k_B
from quspike.run.initial import Initial
from quspike.run.schema import Run

INDUCTANCE, CAPACITANCE = 10e-9, 100e-15
OMEGA = (INDUCTANCE * CAPACITANCE) ** -0.5  # rad/s
IMPEDANCE = (INDUCTANCE / CAPACITANCE) ** 0.5  # ohm
ZERO_POINT = (hbar * IMPEDANCE / 2) ** 0.5  # Wb
AMPLITUDE = 20e-6  # V
DURATION = 100.0  # 1/ω0
PASSING = 0.3  # of the duration: when the envelope's flux passes the memristor's level
SAVED = 1000

LINEAR = "moments:drude"
"""The reference of linear points: exact given M(t), but for its poles (fluctuation–dissipation to 1e-3)."""
BENT = "brownian:operator"
"""The reference of points whose memristance is an operator: what it leaves out, all white methods leave out too."""


@dataclass(frozen=True)
class Point:
    """One neuron: largest κ/ω0, largest |Ṁ/M|/ω0, ħω0/kT, ω_c/ω0, φ_zpf/φ_s (0: a mean field).

    carrier : the memristance follows the oscillation itself, in place of its envelope.
    """

    coupling: float = 0.01
    drift: float = 0.003
    quanta: float = 0.5
    cutoff: float = 300.0
    bend: float = 0.0
    carrier: bool = False

    @property
    def temperature(self) -> float:
        """K."""
        return hbar * OMEGA / (k_B * self.quanta)

    @property
    def reference(self) -> str:
        """The rung that this point is measured against."""
        return BENT if self.bend else LINEAR

    def run(self) -> Run:
        """The run of this neuron, on the reference's rung."""
        resistance = 2 * IMPEDANCE / self.coupling  # at first; κ/ω0 is largest after the memristance has halved
        memristor = self._operator() if self.bend else self._mean_field()
        circuit = f"""
C1   m 0 {CAPACITANCE}F
L1   m 0 {INDUCTANCE}H
MEM1 m 0 model=sigmoid R_on={resistance / 2}ohm R_off={resistance}ohm {memristor} T={self.temperature}K \
cutoff={self.cutoff * OMEGA}rad/s
I1   0 m input
"""
        method, choice = self.reference.split(":")
        run = Run(
            circuit=circuit,
            drives={"input": _resonant(AMPLITUDE / resistance)},
            initial=Initial(voltage=AMPLITUDE),
            duration=DURATION / OMEGA,
            save_every=DURATION / OMEGA / SAVED,
            method=method,
            memory=choice if self.bend else "mean_field",
            classical=False,
        )
        return run if self.bend else run.replace(circuit=run.circuit.replace("MEM1", bath=choice))

    def _mean_field(self) -> str:
        """W = (1 + s)/R, s a sigmoid in x, x′ = V_A: |Ṁ/M| is largest, V_A/6φ_s, in the middle."""
        width = AMPLITUDE / (6 * self.drift * OMEGA)
        if self.carrier:
            return f"phi_c={width}Wb phi_s={width}Wb senses=voltage"
        return f"phi_c={AMPLITUDE * PASSING * DURATION / OMEGA}Wb phi_s={width}Wb senses=envelope"

    def _operator(self) -> str:
        """W bends most about φ = 0, where the sigmoid is one width from its middle."""
        width = ZERO_POINT / self.bend
        return f"phi_c={width}Wb phi_s={width}Wb"


def _resonant(amplitude: float) -> Any:
    from quspike.drives import Sine

    return Sine(amplitude, frequency=OMEGA / (2 * np.pi), phase=np.pi / 2)


BASE = Point()
NAMES = {
    "coupling": "κ/ω₀",
    "drift": "|Ṁ/M|/ω₀",
    "quanta": "ħω₀/kT",
    "cutoff": "ω_c/ω₀",
    "bend": "φ_zpf/φ_s",
}
CUTS: dict[str, tuple[float, ...]] = {
    "coupling": (0.003, 0.01, 0.03, 0.1, 0.3, 1.0),
    "drift": (0.003, 0.01, 0.03, 0.1, 0.3, 1.0),
    "quanta": (0.1, 0.2, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0),
    "cutoff": (3.0, 10.0, 30.0, 100.0, 300.0, 1000.0),
    "bend": (0.05, 0.1, 0.2, 0.5, 1.0),
}
PLANES: tuple[tuple[str, str], ...] = (("coupling", "quanta"), ("coupling", "drift"), ("coupling", "cutoff"))
"""Pairs of axes that are varied together, over the values of their cuts."""
HEOM_BASE = Point(coupling=0.1, quanta=2.0, cutoff=10.0)
"""The hierarchy's own base point: cold and slow lines, which it is for, and where it is affordable."""
HEOM_CUTS: dict[str, tuple[float, ...]] = {
    "coupling": (0.1, 0.3, 0.6),
    "quanta": (2.0, 5.0),
    "cutoff": (3.0, 10.0, 20.0),
}


def cut_points(cut: str, values: tuple[float, ...], base: Point = BASE) -> list[Point]:
    """The points of one cut through the base; along |Ṁ/M|/ω0 the memristance follows the carrier."""
    return [_set(base, {cut: value}) for value in values]


def plane_points(across: str, up: str) -> list[Point]:
    """The points of a plane through the base, row by row of its second axis."""
    return [_set(BASE, {across: x, up: y}) for y in CUTS[up] for x in CUTS[across]]


def _set(base: Point, values: dict[str, float]) -> Point:
    return replace(base, carrier="drift" in values, **values)
