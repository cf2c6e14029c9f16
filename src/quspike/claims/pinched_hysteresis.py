"""Pinched hysteresis: the memristor's fingerprint, in the quantum model.

    whole current   I_M = I_in − C d⟨V⟩/dt, all that leaves the node: it is not W(x)⟨V⟩ that is asked to vanish with ⟨V⟩
    collapse        A/V₀I₀ → (4/3) |d ln W/dφ| V₀/ω as ω → ∞ (analysis/frequency_sweep.py)
    null            the same circuit with R_on = R_off, a resistor: a line

The circuit is that of examples/pinched_loop.toml. Three fingerprints of a memristor: its loop is pinched, the lobes
shrink with frequency, and a line is left. Adhikari, Sah, Kim & Chua, IEEE Trans. Circuits Syst. I 60, 3008 (2013).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from quspike.claims.claim import PAPER, Claim, Number, Outcome, order
from quspike.claims.problems import changed

if TYPE_CHECKING:
    from quspike.analysis.hysteresis import Hysteresis
    from quspike.analysis.sine_drive import SineDrive
    from quspike.methods.method import Solution
    from quspike.run.schema import Run

CIRCUIT = """
C1   m 0  100fF
MEM1 m 0  model=sigmoid R_on=10kohm R_off=100kohm phi_c=1.5pWb phi_s=0.4pWb T=20mK cutoff=1e12rad/s
I1   0 m  input
"""
R_ON, R_OFF, PHI_S = 10e3, 100e3, 0.4e-12
RESISTOR = 25e3  # ohm: in the memristor's place, for the null
AMPLITUDE, FREQUENCY, PERIODS = 1e-9, 2e6, 3
FACTORS = np.array([1.0, 4.0, 16.0, 32.0, 64.0])
PINCH = 1e-6  # of the current's swing: what differencing ⟨V⟩ leaves
OPEN = 0.1  # the least area, of V₀I₀: a loop that can be seen
LINE, ROUNDING = 1e-9, 1e-12  # of V₀I₀: what differencing ⟨V⟩ leaves of a resistor's loop, and what rounding does
LAW = 0.05  # how far the two fastest loops may lie from their asymptote, whose next term is (V₀/ωφ_s)² = 0.02
FASTER = -0.9  # −1 at a held V₀, −2 where the capacitor takes the current


def check() -> Outcome:
    """Drive the membrane at five frequencies, then once with a resistor in the memristor's place."""
    run, solved = drive_all()
    *sweep, null = (loop_of(run, *one, "element") for one in solved)
    whole, whole_null = (loop_of(run, *one, "whole") for one in (solved[0], solved[-1]))
    areas = np.array([loop.settled.scaled_area for loop in sweep])
    law = np.array([asymptote(loop) for loop in sweep])
    off_law = float(np.max(np.abs(areas[-2:] / law[-2:] - 1)))
    power = order([loop.frequency for loop in sweep[-2:]], areas[-2:])
    numbers = measures(sweep[0], whole, power, off_law, whole_null, null)
    text = (
        f"At {FREQUENCY / 1e6:g} MHz the loop encloses {areas[0]:.3f} V₀I₀ in two lobes that cross in the origin, by "
        f"Kirchhoff's law to {residual(whole):.0e} of the swing. {FACTORS[-1]:g} times faster {areas[-1]:.2g} is left, "
        f"within {off_law:.1%} of (4/3)|d ln W/dφ|V₀/ω. A resistor in its place: {null.settled.scaled_area:.0e}."
    )
    data = {"loops": sweep, "null": null, "areas": areas, "asymptote": law}
    return Outcome(numbers, text, data, draw)


def measures(
    loop: Hysteresis, whole: Hysteresis, power: float, off_law: float, whole_null: Hysteresis, null: Hysteresis
) -> tuple[Number, ...]:
    """The numbers that the claim stands on."""
    senses = {lobe.circulation for lobe in loop.settled.lobes} - {0}
    return (
        Number("pinch residual of the whole current", residual(whole), "", high=PINCH),
        Number("area of the loop, of V₀I₀", loop.settled.scaled_area, "", low=OPEN),
        Number("form factor of the loop", loop.settled.form_factor),
        Number("senses in which its lobes are run", len(senses), "", 2, 2),
        Number("power of f with which the area falls at last", power, "", high=FASTER),
        Number("areas of the two fastest loops, off their closed form", off_law, "", high=LAW),
        Number("area of a resistor's loop, by Kirchhoff's law", whole_null.settled.scaled_area, "", high=LINE),
        Number("area of a resistor's loop, by Ohm's law", null.settled.scaled_area, "", high=ROUNDING),
    )


def residual(loop: Hysteresis) -> float:
    """The pinch residual; nan where V never vanishes."""
    found = loop.settled.pinch_residual
    return float("nan") if found is None else found


def drive_all() -> tuple[Run, list[tuple[SineDrive, Solution]]]:
    """The run, and its solution at every frequency; last, a resistor's at the lowest. One compilation."""
    from quspike.analysis.frequency_sweep import solve_all, sweep_problem, with_frequency
    from quspike.analysis.sine_drive import sine_drive
    from quspike.drives import Sine
    from quspike.run.schema import Run

    sine = Sine(AMPLITUDE, FREQUENCY)
    run = Run(circuit=CIRCUIT, drives={"input": sine}, duration=PERIODS / FREQUENCY, method="moments", classical=False)
    drive = sine_drive(run)
    problem = sweep_problem(run, drive, FACTORS)
    drives = [replace(drive, frequency=float(factor * FREQUENCY)) for factor in (*FACTORS, FACTORS[0])]
    each = [with_frequency(problem.params, one) for one in drives]
    each[-1] = changed(each[-1], elements={"MEM1": {"R_on": RESISTOR, "R_off": RESISTOR}})
    return problem.run, list(zip(drives, solve_all(problem, each), strict=True))


def loop_of(run: Run, drive: SineDrive, solution: Solution, current: str) -> Hysteresis:
    """The memristor's loops in one solution."""
    from quspike.analysis.element_trace import element_traces
    from quspike.analysis.frequency_sweep import thinned
    from quspike.analysis.hysteresis import measure_trace

    return measure_trace(thinned(element_traces(run, solution, current)["MEM1"], drive), drive)


def asymptote(loop: Hysteresis) -> float:
    """`(4/3) |d ln W/dφ| V₀/ω` at the conductance about which the loop turns."""
    v, i = loop.settled_loop.voltage, loop.settled_loop.current
    conductance = np.sum(i * v) / np.sum(v * v)
    step = 1 / R_ON - 1 / R_OFF
    switched = (conductance - 1 / R_OFF) / step
    log_slope = step * switched * (1 - switched) / PHI_S / conductance
    return float(4 / 3 * log_slope * loop.settled.voltage_scale / (2 * np.pi * loop.frequency))


def draw(data: Mapping[str, Any]) -> Any:
    """Figure of the loops and of their collapse."""
    from quspike.plot.claims.pinched_hysteresis import plot_pinched_hysteresis

    return plot_pinched_hysteresis(data)


CLAIM = Claim(
    "pinched-hysteresis",
    "The quantum model exhibits memristive hysteresis, with the characteristic pinched I–V loop.",
    f"{PAPER}, key results, second",
    check,
)
