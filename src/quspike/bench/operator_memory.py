"""A driven resonator whose memristance is an operator, as quspike reads it and as QuTiP multiplies it out.

    dρ/dτ = −i[½(p² + x²) + ¼{G, Ġ} − f sin(ντ) x, ρ] + 𝓓[L]ρ,     L = √(2t)[G + (i/4t) Ġ],   Ġ = ½{√W, p}

x = φ̂, p = q̂ and t = kT in units ħ = C = L = 1, G = ∫√W dx, W = w_off + (w_on − w_off)/(1 + e^{−(x−c)/s}). From its
thermal state the mode is driven up to 48 quanta. QuTiP has G as a matrix, and multiplies matrices (`matrix_form`): the
superoperator of as many levels would fill gigabytes. Compared are ⟨V⟩, its standard deviation, the memristance 1/⟨W⟩
and the memristor's current ½⟨{W, V}⟩.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from quspike.bench.race import InProcess, Rival, Running
from quspike.bench.rivals import installed, versions
from quspike.constants import hbar, k_B

if TYPE_CHECKING:
    from quspike.run.schema import Run

TITLE = "driven resonator with an operator memristance, 0 → 48 quanta, 10 oscillations"
OWN = (5.0, 8)  # steps per radian of ω0, points a side: the fastest found with an error below 1e−4
QUTIP = (128, "tsit5", 1e-4)  # levels, solver, tolerance, likewise
CONVERGED = (150, "vern7", 1e-7)
ROOM = 40  # levels beyond, in which functions of φ̂ are taken
C, L, R_OFF, R_ON, PHI_C, PHI_S, T = 100e-15, 10e-9, 31.6e3, 7.9e3, 0.18e-15, 0.27e-15, 0.24
AMPLITUDE, FREQUENCY, DURATION, SAMPLES = 9e-9, 5.0329e9, 2e-9, 40


@dataclass(frozen=True)
class Seen:
    """At the sample times (T,), ħ = C = L = 1: ⟨V⟩, σ_V, 1/⟨W⟩ and ½⟨{W, V}⟩."""

    voltage: np.ndarray
    std: np.ndarray
    memristance: np.ndarray
    current: np.ndarray

    def error(self, reference: Seen) -> float:
        """The largest deviation of any of the four, each over its largest size in the reference."""
        pairs = ((getattr(self, name), getattr(reference, name)) for name in vars(self))
        return max(float(np.max(np.abs(mine - right)) / np.max(np.abs(right))) for mine, right in pairs)


def run(dt: float | None, points: int | None, share: float = 1.0) -> Run:
    """The problem, or a share of its duration, as a quspike Run; dt in s."""
    from quspike.drives import Sine
    from quspike.run.schema import Run

    memristor = f"MEM1 m 0 model=sigmoid R_on={R_ON!r}ohm R_off={R_OFF!r}ohm phi_c={PHI_C!r}Wb phi_s={PHI_S!r}Wb T={T}K"
    return Run(
        circuit=f"C1 m 0 {C!r}F\nL1 m 0 {L!r}H\n{memristor}\nI1 0 m input",
        drives={"input": Sine(f"{AMPLITUDE!r} A", f"{FREQUENCY!r} Hz")},
        method="brownian",
        memory="operator",
        duration=share * DURATION,
        save_every=share * DURATION / SAMPLES,
        dt=dt,
        truncation=points,
        classical=False,
    )


def operator_rivals(share: float = 1.0) -> list[Rival]:
    """quspike at equal error and as it comes, and QuTiP."""
    steps, points = OWN
    dt = (L * C) ** 0.5 / steps
    own, levels = "centre and difference, moving frame", QUTIP[0]
    setting = f"N = {levels}, {QUTIP[1]}, rtol {QUTIP[2]:g}"
    return [
        Rival("quspike brownian", own, f"{steps:g} steps/rad, N = {points}", "quspike", _own(dt, points, share)),
        Rival("quspike brownian", own, "as it comes", "quspike", _own(None, None, share)),
        Rival("QuTiP mesolve", "Fock space, lab frame", setting, "peer", _qutip(share), _missing()),
    ]


def _missing() -> str | None:
    return None if installed("qutip") else "not installed"


def _own(dt: float | None, points: int | None, share: float) -> Callable[[ExitStack], Running]:
    def begin(stack: ExitStack) -> Running:
        import jax

        from quspike.run.compile import compile_run
        from quspike.run.simulate import solve_well

        problem = compile_run(run(dt, points, share))
        if dt is None:
            problem, _ = solve_well(problem, lambda text: None)

        def solve() -> Seen:
            return _seen(jax.block_until_ready(problem.solve()))

        return InProcess(solve, versions("quspike", "jax"))

    return begin


def _seen(solution: Any) -> Seen:
    impedance, volt = (L / C) ** 0.5, (hbar * (C / L) ** 0.5) ** 0.5 / C
    columns = (solution.voltage, solution.voltage_std, solution.memristance, solution.memristor_current)
    scales = (volt, volt, impedance, volt / impedance)
    return Seen(*(np.asarray(values)[:, 0] / scale for values, scale in zip(columns, scales, strict=True)))


def _qutip(share: float) -> Callable[[ExitStack], Running]:
    return lambda stack: InProcess(qutip_solver(*QUTIP, share), versions("qutip"))


@lru_cache(maxsize=1)
def operator_reference(share: float = 1.0) -> Seen:
    """QuTiP with more levels and a tighter tolerance."""
    return qutip_solver(*CONVERGED, share)()


def qutip_solver(levels: int, solver: str, rtol: float, share: float = 1.0) -> Callable[[], Seen]:
    """A solver of the module's equation; a call solves it anew."""
    import qutip

    omega, impedance = (L * C) ** -0.5, (L / C) ** 0.5
    flux = (hbar * impedance) ** 0.5
    thermal, force, ratio = k_B * T / (hbar * omega), AMPLITUDE * flux / (hbar * omega), 2 * math.pi * FREQUENCY / omega
    x, p, root, integral = _matrices(levels + ROOM, impedance, flux)
    rate = (root @ p + p @ root) / 2
    jump = math.sqrt(2 * thermal) * (integral + 1j / (4 * thermal) * rate)
    w = root @ root

    def cut(matrix: np.ndarray) -> Any:
        return qutip.Qobj(matrix[:levels, :levels])

    free = cut((p @ p + x @ x) / 2 + (integral @ rate + rate @ integral) / 4)
    hamiltonian = qutip.QobjEvo([free, [-cut(x), lambda t: force * math.sin(ratio * t)]])
    options = {"method": solver, "rtol": rtol, "atol": 1e-3 * rtol, "nsteps": 10**8, "normalize_output": False,
               "progress_bar": "", "matrix_form": True}  # fmt: skip
    mesolver = qutip.MESolver(hamiltonian, [cut(jump)], options=options)
    observables = [cut(o) for o in (p, p @ p, w, (w @ p + p @ w) / 2)]
    start = qutip.thermal_dm(levels, 1 / math.expm1(1 / thermal), method="analytic")
    times = np.linspace(0, share * omega * DURATION, SAMPLES + 1)

    def solve() -> Seen:
        v, square, conductance, current = (np.real(e) for e in mesolver.run(start, times, e_ops=observables).expect)
        return Seen(v, np.sqrt(square - v**2), 1 / conductance, current)

    return solve


def _matrices(size: int, impedance: float, flux: float) -> tuple[np.ndarray, ...]:
    """x, p, √W and ∫√W dx (size, size), functions of x through its eigenvectors."""
    from scipy.integrate import quad

    low, high, centre, width = impedance / R_OFF, impedance / R_ON, PHI_C / flux, PHI_S / flux

    def slope(u: float) -> float:
        return math.sqrt(low + (high - low) / (1 + math.exp((centre - u) / width)))

    ladder = np.sqrt(np.arange(1, size) / 2)
    x, p = np.diag(ladder, 1) + np.diag(ladder, -1), 1j * (np.diag(ladder, -1) - np.diag(ladder, 1))
    points, vectors = np.linalg.eigh(x)
    root = (vectors * [slope(u) for u in points]) @ vectors.T
    integral = (vectors * [quad(slope, 0, u, epsabs=1e-12, epsrel=1e-12)[0] for u in points]) @ vectors.T
    return x, p, root, integral
