"""A driven node whose line remembers, as quspike's hierarchy and as QuTiP's: same exponents, depth and Fock levels.

    H = ω0 a†a + Σ λQ² − (E_J/ħ)[cos(φ/φ0) + ½(φ/φ0)²] − I(t)φ/ħ

with Q = F(φ̂) of an operator memristor and √W φ̂ of a resistor.

QuTiP counts the usual hierarchy, with the counter-term λQ² in H and companions that begin where the line follows Q,

    ρ_n = (−λ{Q, ·})^n ρ,   n counts e^{−γt} alone;

quspike counts how far the line is behind (`kernel/hierarchy.py`). Compared are ⟨φ⟩, ⟨V⟩ and ⟨V²⟩; the error of each is
that against QuTiP with more tiers, more levels and a tighter tolerance.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from quspike.bench.race import InProcess, Rival, Running
from quspike.bench.rivals import installed, versions
from quspike.constants import hbar, phi0

if TYPE_CHECKING:
    from quspike.run.compile import Problem

NAME = "hierarchy"
TITLE = "operator memristance on a line that remembers, kT = 0.8 ħω0, κ/ω0 up to 0.1, 2 oscillations"
DEPTH, LEVELS = 3, 16  # of both
OWN = 1.6e-12  # s, the longest step that is stable
QUTIP = ("tsit5", 1e-2)  # the fastest solver and tolerance found, likewise
CONVERGED = (5, 20, "vern9", 1e-8)
C, L, T, CUTOFF = 100e-15, 10e-9, 0.2, 3.0  # cutoff in ω0
R_OFF, R_ON, AMPLITUDE, FREQUENCY, DURATION, SAMPLES = 31.6e3, 3.16e3, 5e-9, 5.0329e9, 0.4e-9, 40
START = "3 uV"


@dataclass(frozen=True)
class Seen:
    """At the sample times (T,), in zero-point units: ⟨X⟩, ⟨P⟩, ⟨P²⟩."""

    flux: np.ndarray
    voltage: np.ndarray
    square: np.ndarray

    def error(self, reference: Seen) -> float:
        """The largest deviation of any of the three, each over its largest size in the reference."""
        pairs = ((getattr(self, name), getattr(reference, name)) for name in vars(self))
        return max(float(np.max(np.abs(mine - right)) / np.max(np.abs(right))) for mine, right in pairs)


def problem(share: float = 1.0, **settings: Any) -> Problem:
    """The neuron of the race, over a share of its duration."""
    from quspike.drives import Sine
    from quspike.run.compile import compile_run
    from quspike.run.schema import Run

    scale = (hbar * (L / C) ** 0.5 / 2) ** 0.5
    law = f"model=sigmoid R_on={R_ON}ohm R_off={R_OFF}ohm phi_c={2 * scale!r}Wb phi_s={2 * scale!r}Wb"
    circuit = (
        f"C1 m 0 {C!r}F\nL1 m 0 {L!r}H\nMEM1 m 0 {law} T={T}K cutoff={CUTOFF * (L * C) ** -0.5!r}rad/s\nI1 0 m input"
    )
    given = {
        "drives": {"input": Sine(f"{AMPLITUDE!r} A", f"{FREQUENCY!r} Hz")},
        "initial": {"state": "vacuum", "voltage": START},
        "duration": share * DURATION,
        "save_every": share * DURATION / SAMPLES,
    }
    return compile_run(Run(circuit=circuit, method="heom", memory="operator", classical=False, **given | settings))


def hierarchy_rivals(share: float = 1.0) -> list[Rival]:
    """quspike at QuTiP's settings and as it comes, and QuTiP."""
    same = f"depth {DEPTH}, N = {LEVELS}"
    solver, rtol = QUTIP
    own, missing = "line behind F, frame of the mean", None if installed("qutip") else "not installed"
    setting = f"{same}, {solver}, rtol {rtol:g}"
    return [
        Rival("quspike heom", own, f"{same}, dt {OWN * 1e12:g} ps", "quspike", _own(share), missing),
        Rival("quspike heom", own, "as it comes", "quspike", _as_it_comes(share), missing),
        Rival("QuTiP HEOMSolver", "line at F, lab frame", setting, "peer", _qutip(share), missing),
    ]


def _own(share: float) -> Callable[[ExitStack], Running]:
    def begin(stack: ExitStack) -> Running:
        from quspike.methods.heom.prepare import with_depth

        made = problem(share, truncation=LEVELS, dt=OWN)
        return _runner(replace(made, setup=with_depth(made.setup, made.params, DEPTH)))

    return begin


def _as_it_comes(share: float) -> Callable[[ExitStack], Running]:
    def begin(stack: ExitStack) -> Running:
        from quspike.run.simulate import solve_well

        made, _ = solve_well(problem(share), lambda text: None)
        return _runner(made)

    return begin


def _runner(made: Problem) -> InProcess:
    import jax

    return InProcess(lambda: seen_of(made, jax.block_until_ready(made.solve())), versions("quspike", "jax"))


def seen_of(made: Problem, solution: Any) -> Seen:
    """What is compared, of one of quspike's own solutions."""
    from quspike.quantize.numbers.zero_point import resonator_mode

    mode = resonator_mode(made.setup.one, made.params["elements"])
    flux, voltage, std = (np.asarray(v)[:, 0] for v in (solution.flux, solution.voltage, solution.voltage_std))
    return Seen(flux / float(mode.phi_zpf), voltage / float(mode.v_zpf), (voltage**2 + std**2) / float(mode.v_zpf) ** 2)


def _qutip(share: float) -> Callable[[ExitStack], Running]:
    def begin(stack: ExitStack) -> Running:
        return InProcess(qutip_hierarchy(problem(share), LEVELS, DEPTH, *QUTIP, tone), versions("qutip"))

    return begin


@lru_cache(maxsize=1)
def hierarchy_reference(share: float = 1.0) -> Seen:
    """QuTiP with more of everything."""
    depth, levels, solver, rtol = CONVERGED
    return qutip_hierarchy(problem(share), levels, depth, solver, rtol, tone)()


def tone(t: float) -> float:
    """The race's current, A."""
    return AMPLITUDE * math.sin(2 * math.pi * FREQUENCY * t)


def qutip_hierarchy(
    made: Problem, levels: int, depth: int, method: str, rtol: float, current: Callable[[float], float]
) -> Callable[[], Seen]:
    """QuTiP's hierarchy of a compiled `heom` run: its lines, junctions and first state; a call solves it anew.

    Resistors and operator memristors; a vacuum, displaced by the run's first flux and voltage. current : A at t (s).
    QuTiP is given the eigenvectors of X as its basis: there Q is diagonal, and its matrices are a sixth as full.
    """
    import qutip
    from qutip.solver.heom import Bath, BathExponent, HEOMSolver

    from quspike.methods.heom.machine import parts_of

    parts = parts_of(made.setup, made.params)
    omega, phi_zpf, v_zpf = (float(getattr(parts.mode, name)) for name in ("omega", "phi_zpf", "v_zpf"))
    fock = qutip.destroy(levels).full()
    points, vectors = np.linalg.eigh(fock + fock.T)

    def diagonal(values: np.ndarray) -> Any:
        return qutip.Qobj(np.diag(values)).to("CSR")

    a = qutip.Qobj(vectors.T @ fock @ vectors)
    x, momentum = diagonal(points), -1j * (a - a.dag())
    free = a.dag() * a + diagonal(_cosines(parts, points) / omega)
    exponents: list[Any] = []
    polarised: list[tuple[int, float, Any]] = []
    for line, bath, e in zip(made.setup.hierarchy.lines, parts.baths, parts.exponents, strict=True):
        q = diagonal(_coupling(parts, line, points))
        strength, rates, noise = (
            float(bath.coupling) / omega,
            np.asarray(e.rates) / omega,
            np.asarray(e.noise) / omega**2,
        )
        polarised.append((len(exponents), strength, q))
        exponents.append(BathExponent("RI", None, q, noise[0], rates[0], ck2=-strength * rates[0]))
        exponents += [BathExponent("R", None, q, c, v) for c, v in zip(noise[1:], rates[1:], strict=True)]
        free = free + strength * q * q
    hamiltonian = qutip.QobjEvo([free, [-x * (phi_zpf / hbar / omega), lambda t: current(t / omega)]])
    options = {"progress_bar": "", "rtol": rtol, "atol": 1e-2 * rtol, "method": method, "nsteps": 10**7}
    solver = HEOMSolver(hamiltonian, Bath(exponents), depth, options=options)
    flux, voltage = (float(made.params["initial"][name]) for name in ("flux", "voltage"))
    ket = qutip.coherent(levels, flux / (2 * phi_zpf) + 1j * voltage / (2 * v_zpf), method="analytic")
    state = qutip.ket2dm(qutip.Qobj(vectors.T @ ket.full()))
    start = _following(solver.ados.labels, polarised, state)
    times = np.asarray(made.plan.save_times) * omega

    def solve() -> Seen:
        found = solver.run(start, times, e_ops=[x, momentum, momentum * momentum]).expect
        return Seen(*(np.real(values) for values in found))

    return solve


def _cosines(parts: Any, points: np.ndarray) -> np.ndarray:
    """−(E_J/ħ)[cos + ½()²] of all junctions at the points X, 1/s: the mode has their stiffness at zero flux."""
    phase = float(parts.mode.phi_zpf) / phi0 * points
    energy = sum(float(parts.params["elements"][name]["EJ"]) for name in parts.setup.one.junctions)
    return -energy / hbar * (np.cos(phase) + 0.5 * phase**2)


def _coupling(parts: Any, line: Any, points: np.ndarray) -> np.ndarray:
    """Q at the points X: √(ΣW/W_r) X of resistors, F/(φ_zpf √W_r) of an operator memristor, zero at the first flux."""
    members = [parts.setup.one.dissipators[i] for i in line.members]
    elements, phi_zpf = parts.params["elements"], float(parts.mode.phi_zpf)
    if members[0].law is None:
        return math.sqrt(sum(1 / float(elements[d.name]["R"]) for d in members) / line.reference) * points
    (d,) = members
    x0 = float(parts.params["initial"]["memory"][d.name])
    start = float(parts.params["initial"]["flux"])
    values = [float(d.law.coupling(x0 + d.sign * u, elements[d.name])) for u in (*(phi_zpf * points), start)]
    return d.sign * (np.array(values[:-1]) - values[-1]) / (phi_zpf * line.reference**0.5)


def _following(labels: Any, polarised: list, state: Any) -> np.ndarray:
    """The first stack (K, N, N): each line at rest at its Q, as the usual hierarchy counts it."""
    stack = np.zeros((len(labels), *state.shape), dtype=complex)
    answers = {column: (strength, q) for column, strength, q in polarised}
    for i, label in enumerate(labels):
        if any(count and column not in answers for column, count in enumerate(label)):
            continue
        companion = state
        for column, (strength, q) in answers.items():
            for _ in range(label[column]):
                companion = -strength * (q * companion + companion * q)
        stack[i] = companion.full().T  # QuTiP stacks columns
    return stack
