"""1,000 trajectories of a Kerr resonator that leaks into a warm line, by jumps and by diffusion.

    H = (K/2)(a†²a² + 2a†a),   L = √κ(n̄+1) a, √κn̄ a†,      K = −κ/20, from a coherent state of 25 quanta to κt = 1

in the frame that rotates at ω0; nothing is driven, so that QuTiP's H and losses are constant, which suits it best. Its
`mcsolve` and `ssesolve` (heterodyne) run in one process, as the race is on one core; with more, both share out their
trajectories (`map = "parallel"`, and as quspike does of itself). Compared are the ensemble's
⟨a†a⟩, Re⟨a⟩ and Im⟨a⟩ at the sample times: the error is their largest deviation from QuTiP's `mesolve`, in standard
errors of the ensemble; equally many trajectories have equal ones.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from quspike.bench.measured_memory import Ensemble
from quspike.bench.race import Rival, Running
from quspike.bench.rivals import installed
from quspike.constants import hbar, k_B, phi0

if TYPE_CHECKING:
    from quspike.run.compile import Problem

TITLES = {
    "trajectories-jump": "1,000 trajectories of a Kerr resonator in quantum jumps; error in standard errors",
    "trajectories-diffusion": "1,000 trajectories of a Kerr resonator that diffuses; error in standard errors",
}
JUMPS = "trajectories-jump"
ACCURATE = 4.5  # standard errors: the largest of some 60 numbers
C, L, R, T = 100e-15, 10e-9, 15.8e3, 0.2  # L in parallel with the junction
OMEGA, KAPPA = (L * C) ** -0.5, 1 / (R * C)
KERR, ALPHA, SAMPLES = -0.05, 5.0, 20  # K in κ
OCCUPATION = 1 / math.expm1(hbar * OMEGA / (k_B * T))
TRAJECTORIES, STEPS = 1000, 100  # steps in 1/κ
SEED = 1  # of QuTiP's: now and then one of its diffusive states overflows at this step
OWN_LEVELS, LEVELS, FINE = 24, 64, 76  # of quspike's moving frame, and of QuTiP's about the origin
PEERS = {"trajectories-jump": 200, "trajectories-diffusion": 40}  # that QuTiP solves


@dataclass(frozen=True)
class Averages:
    """Means over trajectories and their standard errors (3, T): ⟨a†a⟩, Re⟨a⟩, Im⟨a⟩."""

    mean: np.ndarray
    deviation: np.ndarray

    @classmethod
    def of(cls, number: np.ndarray, amplitude: np.ndarray) -> Averages:
        """From trajectories (B, T)."""
        every = np.stack([number, amplitude.real, amplitude.imag])
        return cls(every.mean(axis=1), every.std(axis=1, ddof=1) / math.sqrt(number.shape[0]))

    def error(self, reference: Averages) -> float:
        """The largest deviation in standard errors, after the first time."""
        return float(np.max((np.abs(self.mean - reference.mean) / np.maximum(self.deviation, 1e-12))[:, 1:]))


def problem(name: str, share: float = 1.0, **changes: Any) -> Problem:
    """The problem, or a share of its duration."""
    from quspike.run.compile import compile_run
    from quspike.run.schema import Run

    eta2 = hbar / 2 * (L / C) ** 0.5 / phi0**2
    energy = -2 * KERR * KAPPA * hbar / eta2**2  # K = −½E_Jη⁴/ħ
    inductance = 1 / (1 / L - energy / phi0**2)
    settings: dict[str, Any] = {
        "circuit": f"C1 m 0 {C!r}F\nL1 m 0 {inductance!r}H\nJJ1 m 0 EJ={energy!r}J\nR1 m 0 {R!r}ohm T={T}K",
        "method": "trajectories", "unravelling": name.partition("-")[2], "nonlinearity": "kerr", "classical": False,
        "initial": {"state": "coherent", "alpha": ALPHA}, "duration": share / KAPPA,
        "save_every": share / SAMPLES / KAPPA,
        "dt": 1 / STEPS / KAPPA, "truncation": OWN_LEVELS, "trajectories": TRAJECTORIES,
        "save": {"covariance": True},
    }  # fmt: skip
    return compile_run(Run(**settings | changes))


def trajectory_rivals(name: str, share: float = 1.0) -> list[Rival]:
    """quspike's ensemble, and QuTiP's."""
    missing = None if installed("qutip") else "not installed"
    scaled = f"N = {LEVELS}, {PEERS[name]} trajectories scaled to {TRAJECTORIES:,}"
    peer = "QuTiP mcsolve" if name == JUMPS else "QuTiP ssesolve"
    return [
        Rival(
            "quspike trajectories",
            "ψ in the moving frame",
            f"N = {OWN_LEVELS}, κdt = 0.01",
            "quspike",
            _own(name, share),
        ),
        Rival(peer, "ψ in the rotating frame", scaled, "peer", _peer(name, share), missing, once=True),
    ]


@lru_cache(maxsize=2)
def exact(share: float = 1.0) -> Averages:
    """QuTiP's master equation on more levels."""
    import qutip

    hamiltonian, losses, psi, observables = _operators(FINE)
    options = {"rtol": 1e-8, "atol": 1e-10, "progress_bar": "", "nsteps": 10**6}
    times = np.linspace(0, share, SAMPLES + 1)
    number, a = qutip.mesolve(hamiltonian, psi, times, losses, e_ops=observables, options=options).expect
    means = np.stack([np.real(number), np.real(a), np.imag(a)])
    return Averages(means, np.zeros_like(means))


def _operators(levels: int) -> tuple:
    """H, losses, ψ(0) and [a†a, a], in units of κ."""
    import qutip

    a = qutip.destroy(levels)
    hamiltonian = 0.5 * KERR * a.dag() ** 2 * a**2 + KERR * a.dag() * a
    losses = [math.sqrt(OCCUPATION + 1) * a, math.sqrt(OCCUPATION) * a.dag()]
    return hamiltonian, losses, qutip.coherent(levels, ALPHA, method="analytic").unit(), [a.dag() * a, a]


def _own(name: str, share: float) -> Callable[[ExitStack], Running]:
    def begin(stack: ExitStack) -> Running:
        prepared = problem(name, share)
        return Ensemble(lambda: _averages(prepared.solve()), ("quspike", "jax"), TRAJECTORIES)

    return begin


def _averages(solution: Any) -> Averages:
    """⟨a†a⟩ from the conditional covariance and means of φ and q."""
    phi_zpf, q_zpf = (hbar / (2 * OMEGA * C)) ** 0.5, (hbar * OMEGA * C / 2) ** 0.5
    named = {name: np.asarray(values)[..., 0] for name, values in solution.extra.items()}
    flux, charge = np.asarray(solution.flux)[..., 0], C * np.asarray(solution.voltage)[..., 0]
    squares = (named["flux_variance"] + flux**2) / phi_zpf**2 + (named["charge_variance"] + charge**2) / q_zpf**2
    return Averages.of(0.25 * squares - 0.5, named["amplitude"])


def _peer(name: str, share: float) -> Callable[[ExitStack], Running]:
    return lambda stack: Ensemble(qutip_solver(name, PEERS[name], share), ("qutip",), PEERS[name])


def qutip_solver(name: str, trajectories: int, share: float = 1.0) -> Callable[[], Averages]:
    """QuTiP's ensemble; a call solves it anew."""
    import qutip

    hamiltonian, losses, psi, observables = _operators(LEVELS)
    times = np.linspace(0, share, SAMPLES + 1)
    options: dict[str, Any] = {"keep_runs_results": True, "progress_bar": "", "map": "serial"}
    same: dict[str, Any] = {"e_ops": observables, "ntraj": trajectories, "seeds": SEED}

    def solve() -> Averages:
        if name == JUMPS:
            run = qutip.mcsolve(hamiltonian, psi, times, losses, options=options, **same)
        else:
            own = options | {"dt": 1 / (2 * STEPS), "method": "platen"}
            run = qutip.ssesolve(hamiltonian, psi, times, losses, heterodyne=True, options=own, **same)
        number, a = (np.array(values) for values in run.runs_expect)
        return Averages.of(np.real(number), a)

    return solve
