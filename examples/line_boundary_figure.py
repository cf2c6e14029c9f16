"""A memristor as the end of a line: Chua's law from a lattice at F(φ), and what a coupling that moves in time does.

python examples/line_boundary_figure.py docs/images/line_boundary.svg

One farad, one ohm and one second are the units; each law's memory swings through most of its range.
"""

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from scipy.integrate import solve_ivp

import quspike.plot.style as style
from quspike.baths.driven_ladder import drive_ladder
from quspike.baths.ladder import Ladder, ladder
from quspike.memristors import get_law
from quspike.quantize.numbers.ideal_boundary import ideal_boundary

Array = np.ndarray
DURATION, LENGTH = 8.0, 5.0
SPACINGS = (25, 50, 100, 200)
HP = {"R_on": 0.5, "R_off": 4.0, "D": 1.0, "mu": 2.6}
LAWS = {
    "sigmoid W(φ)": (get_law("sigmoid"), {"R_on": 0.8, "R_off": 6.0, "phi_c": 0.4, "phi_s": 0.2}, 0.0, 4.0),
    "HP": (get_law("hp"), HP, 0.3, 0.5),
    "HP, Joglekar's window": (get_law("hp", window="joglekar"), HP | {"mu": 4.0, "p": 1.0}, 0.3, 2.0),
}


def drive(t: Array) -> Array:
    """The current into the capacitor."""
    return 0.3 * np.sin(t)


def chua(name: str, times: Array) -> tuple[Array, Array]:
    """V(t) and W(t) from the law as it is written."""
    law, p, x0, _ = LAWS[name]

    def motion(t: float, y: Array) -> list[float]:
        return [drive(t) - float(law.conductance(y[1], y[0], p)) * y[0], float(law.rate(y[1], y[0], p))]

    y = solve_ivp(motion, (0, DURATION), [0.0, x0], method="DOP853", t_eval=times, rtol=1e-8, atol=1e-10).y
    return y[0], np.asarray(law.conductance(y[1], y[0], p))


def at_the_boundary_flux(name: str) -> Callable[[float, float], Any]:
    """F(φ) and F′(φ)."""
    law, p, x0, reach = LAWS[name]
    boundary = ideal_boundary(law, p, x0, 1.0, reach)
    return lambda _, phi: boundary(phi)


def moving(name: str) -> Callable[[float, float], Any]:
    """λ(t)φ and λ(t), with λ² = Z0 W(t) along the true course of W."""
    clock = np.linspace(0, DURATION, 2001)
    strength = np.sqrt(chua(name, clock)[1])

    def coupling(t: float, phi: float) -> tuple[float, float]:
        now = float(np.interp(t, clock, strength))
        return now * phi, now

    return coupling


def voltage(line: Ladder, coupling: Callable[[float, float], Any]) -> tuple[Array, Array]:
    """Times and V(t) of the capacitor on a lattice."""
    times, _, v = drive_ladder(line, 1.0, coupling, drive, DURATION)
    return times, v


def errors(name: str, coupling: Callable[[float, float], Any], whole: bool = False) -> list[float]:
    """The largest error of V over its swing, for each spacing; `whole`: the lattice begins with a whole coil."""
    found = []
    for n in SPACINGS:
        line = ladder(1.0, LENGTH / n, n)
        if whole:
            line = Ladder(np.concatenate([line.inductance[1:2], line.inductance[1:]]), line.capacitance)
        times, v = voltage(line, coupling)
        expected, _ = chua(name, times[::8])
        found.append(float(np.abs(v[::8] - expected).max() / np.ptp(expected)))
    return found


def draw(picture: str) -> None:
    """V(t) for one law, and errors against the spacing for all three; prints the errors."""
    with style.styled():
        figure = Figure(figsize=(2 * style.COLUMN, 2.4), layout="constrained")
        left, right = figure.subplots(1, 2)
        _course(left, "HP, Joglekar's window")
        steps = LENGTH / np.array(SPACINGS)
        for name, colour in zip(LAWS, style.SERIES, strict=False):
            flux, naive = errors(name, at_the_boundary_flux(name)), errors(name, moving(name))
            whole = errors(name, at_the_boundary_flux(name), whole=True)
            print(f"{name:22} half a coil {flux}\n{'':22} a whole one {whole}\n{'':22} λ(t)φ       {naive}")
            right.loglog(steps, flux, "o-", color=colour, ms=3, label=name)
            right.loglog(steps, whole, "s--", color=colour, ms=2.5, lw=0.6)
            right.loglog(steps, naive, "x:", color=colour, ms=4)
        right.set(xlabel="spacing of the lattice, τ (s)", ylabel="largest error of V / swing of V", ylim=(1e-5, 1))
        right.text(steps[-1], 0.42, "λ(t)φ", color=style.QUIET)
        right.text(steps[-1], 1.7e-2, "F(φ), from a whole coil", color=style.QUIET)
        right.text(steps[-1], 4.5e-4, "F(φ), from half a coil", color=style.QUIET)
        right.set_xticks(steps, [f"{step:g}" for step in steps])
        right.minorticks_off()
        right.legend(frameon=False, loc="lower right")
        figure.savefig(picture, metadata={"Date": None} if picture.endswith(".svg") else None)


def _course(axes: Any, name: str) -> None:
    line = ladder(1.0, LENGTH / 100, 100)
    times, true = voltage(line, at_the_boundary_flux(name))
    _, naive = voltage(line, moving(name))
    every = slice(None, None, 8)
    axes.plot(times[every], chua(name, times[every])[0], color=style.CLASSICAL, lw=2.2, alpha=0.5, label="Chua's law")
    axes.plot(times, true, color=style.QUANTUM, label="line at F(φ)")
    axes.plot(times, naive, color=style.QUIET, ls=":", label="line at λ(t)φ")
    axes.set(xlabel="t (s)", ylabel="V (V)")
    axes.legend(frameon=False)


if __name__ == "__main__":
    draw(sys.argv[1])
