"""Who takes part, and with which settings: for each contestant the fastest that we found with an error below 1e−4.

Solvers, tolerances and levels were searched by hand over those that each peer offers; `docs/benchmarks.md` lists them.
"""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from quspike.bench.observed import Observed
from quspike.bench.peers.process import PeerProcess, peer_python
from quspike.bench.problems import ResonatorProblem
from quspike.bench.race import InProcess, Rival, Running, Solved

NOT_INSTALLED = "not installed (make peers)"


@dataclass(frozen=True)
class Settings:
    """dt in steps per radian of ω0, and levels (None: linear) of quspike; levels, solver and tolerance of the peers.

    qutip : both frames. given : with quspike's equation.
    """

    quspike: tuple[float, int | None]
    qutip: tuple[int, str, float]
    dynamiqs: tuple[int, str, float]
    given: tuple[int, str, float]


CHOSEN = {
    "G": Settings((0.6, None), (126, "tsit5", 1e-4), (126, "Tsit5", 2e-4), (0, "DOP853", 1e-3)),
    "G-frozen": Settings((0.5, None), (126, "tsit5", 1e-4), (126, "Tsit5", 2e-4), (0, "DOP853", 1e-3)),
    "K": Settings((0.5, 26), (122, "tsit5", 1e-4), (122, "Dopri8", 2e-3), (27, "adams", 1e-5)),
    "K-frozen": Settings((0.5, 22), (124, "vern7", 1e-3), (122, "Dopri8", 2e-3), (23, "adams", 1e-5)),
}


def resonator_rivals(problem: ResonatorProblem, lab: bool) -> list[Rival]:
    """The contestants for one problem. lab: QuTiP in the lab frame too, which takes minutes."""
    chosen = CHOSEN[problem.name]
    steps, levels = chosen.quspike
    tuned = f"{steps:g} steps/rad" + (f", N = {levels}" if levels else "")
    dt = 1 / (steps * problem.scaled().omega)
    own = "means and covariance" if problem.method == "moments" else "Fock space, co-moving frame"
    rivals = [
        Rival(f"quspike {problem.method}", own, tuned, "quspike", _quspike(problem, dt, levels)),
        Rival(f"quspike {problem.method}", own, "as it comes", "quspike", _quspike(problem, None, None)),
        _qutip(problem, "rotating", chosen.qutip),
    ]
    if lab:
        rivals.append(_qutip(problem, "lab", chosen.qutip))
    if problem.frozen:
        rivals.append(_dynamiqs(problem, chosen.dynamiqs))
    rivals.append(_given(problem, chosen.given))
    return rivals


def versions(*packages: str) -> dict[str, str]:
    """Installed versions by package."""
    return {name: importlib.metadata.version(name) for name in packages}


def _quspike(problem: ResonatorProblem, dt: float | None, levels: int | None) -> Callable[[ExitStack], Running]:
    def begin(stack: ExitStack) -> Running:
        import jax

        from quspike.run.compile import compile_run
        from quspike.run.simulate import solve_well

        compiled = compile_run(problem.run(dt, levels))
        if dt is None:
            compiled, _ = solve_well(compiled, lambda text: None)

        def solve() -> Observed:
            return observed(problem, jax.block_until_ready(compiled.solve()))

        return InProcess(solve, versions("quspike", "jax"))

    return begin


def observed(problem: ResonatorProblem, solution: Any) -> Observed:
    """A quspike Solution as the four observables: central moments from the covariance of (φ, q)."""
    numbers = problem.scaled()
    extra = {name: np.asarray(values)[:, 0] for name, values in solution.extra.items() if np.ndim(values) == 2}
    a = extra["amplitude"]
    phi_phi = extra["flux_variance"] / numbers.phi_zpf**2
    q_q = extra["charge_variance"] / numbers.q_zpf**2
    phi_q = extra["flux_charge_covariance"] / (numbers.phi_zpf * numbers.q_zpf)
    turn = np.exp(2j * numbers.omega * np.asarray(solution.time))
    anomalous = turn * ((phi_phi - q_q) / 4 + 0.5j * phi_q)
    memory = np.asarray(solution.memory)[:, 0] / numbers.memory_unit if numbers.remembers else None
    return Observed.of(a, a**2 + anomalous, np.abs(a) ** 2 + (phi_phi + q_q - 2) / 4, memory)


def _qutip(problem: ResonatorProblem, frame: str, setting: tuple[int, str, float]) -> Rival:
    def begin(stack: ExitStack) -> Running:
        from quspike.bench.peers.qutip_fock import fock

        levels, solver, rtol = setting
        numbers, matrices = problem.scaled(), problem.frozen  # products of matrices are faster, but feed nothing back
        solve = fock(numbers, levels=levels, frame=frame, solver=solver, rtol=rtol, matrix_form=matrices)
        return InProcess(solve, versions("qutip"))

    return Rival(
        "QuTiP mesolve", f"Fock space, {frame} frame", _spelt(setting), "peer", begin,
        None if installed("qutip") else "not installed", once=frame == "lab",
    )  # fmt: skip


def _given(problem: ResonatorProblem, setting: tuple[int, str, float]) -> Rival:
    """The peer with quspike's equation: SciPy on moment equations, QuTiP on the displaced one."""
    if problem.method == "moments":
        from quspike.bench.reference import moment_equations

        def begin(stack: ExitStack) -> Running:
            return InProcess(moment_equations(problem.scaled(), setting[2]), versions("scipy"))

        return Rival("SciPy solve_ivp", "our moment equations", f"DOP853, rtol {setting[2]:g}", "given", begin)

    def begin_displaced(stack: ExitStack) -> Running:
        from quspike.bench.peers.qutip_displaced import displaced

        levels, solver, rtol = setting
        return InProcess(displaced(problem.scaled(), levels=levels, solver=solver, rtol=rtol), versions("qutip"))

    missing = None if installed("qutip") else "not installed"
    return Rival("QuTiP mesolve", "our displaced equation", _spelt(setting), "given", begin_displaced, missing)


def _dynamiqs(problem: ResonatorProblem, setting: tuple[int, str, float]) -> Rival:
    python = peer_python("dynamiqs")
    levels, method, rtol = setting
    asked = {"numbers": asdict(problem.scaled()), "levels": levels, "frame": "rotating", "method": method, "rtol": rtol}

    def begin(stack: ExitStack) -> Running:
        assert python is not None
        return Elsewhere(stack.enter_context(PeerProcess(python, "dynamiqs_script", asked)), Observed.from_json)

    missing = NOT_INSTALLED if python is None else None
    return Rival("dynamiqs mesolve", "Fock space, rotating frame", _spelt(setting), "peer", begin, missing)


class Elsewhere:
    """A contestant in a process of its own, timed there."""

    def __init__(self, process: PeerProcess, read: Callable[[Mapping[str, Any]], Any]) -> None:
        self._process, self._read, self.versions = process, read, process.versions

    def solve(self) -> Solved:
        """One answer of the process."""
        answer = self._process.solve()
        return Solved(answer["wall"], answer["cpu"], self._read(answer))


def _spelt(setting: tuple[int, str, float]) -> str:
    levels, solver, rtol = setting
    return f"N = {levels}, {solver}, rtol {rtol:g}"


def installed(package: str) -> bool:
    """Whether this environment has the package."""
    try:
        importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True
