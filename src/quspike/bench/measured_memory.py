"""1,000 trajectories of a resonator whose memristance follows the record of its measured voltage.

    dρ = −i[H, ρ]dt + κ(x)(n̄+1) 𝓓[a]ρ dt + κ(x)n̄ 𝓓[a†]ρ dt + 𝓓[S]ρ dt + √η 𝓗[S]ρ dW,   S = √(2k) V(t)
    dx = dy = ⟨V⟩dt + dW/√(8kη),      κ(x) = (2/C)⟨W(x − ⟨φ⟩ + A cosθ) sin²θ⟩_θ,      A = 2φ_zpf|⟨a⟩|

in the frame that rotates at ω0, V(t) = −iV_zpf(a e^{−iω0t} − h.c.), nothing averaged in the measurement. quspike has
means and covariance; QuTiP's `smesolve` has ρ in Fock space, its rates a coefficient of the Wiener process and of ⟨V⟩
and ⟨φ⟩ (`WienerFeedback`, `ExpectFeedback`), whose integral the coefficient itself adds up. QuTiP solves a few
trajectories, whose time is scaled.

Compared are the ensemble's ⟨V⟩, W and ⟨V²⟩ at the sample times, as means over trajectories: the error is the largest
deviation from the reference in standard errors of both. The reference is quspike at an eighth of the step.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from quspike.bench.race import Rival, Running, Solved
from quspike.bench.rivals import installed, versions
from quspike.constants import hbar, k_B

if TYPE_CHECKING:
    from quspike.run.compile import Problem

NAME, TITLE = "measured", "1,000 trajectories of a resonator whose memory follows its record; error in standard errors"
ACCURATE = 4.5  # standard errors: the largest of some 60 numbers
C, L, R_OFF, R_ON, T = 100e-15, 10e-9, 31.6e3, 3.16e3, 0.02
STRENGTH, EFFICIENCY = 5e8, 0.8  # k V_zpf² in 1/s
OMEGA = (L * C) ** -0.5
PHI_ZPF, V_ZPF = (hbar / (2 * OMEGA * C)) ** 0.5, (hbar * OMEGA / (2 * C)) ** 0.5
AMPLITUDE, DURATION, SAMPLES = 2.5e-9, 2e-9, 20
STEPS = 8  # a radian of ω0, of both
TRAJECTORIES, FINER, MORE = 1000, 8, 8
CARRIER = (np.arange(16) + 0.5) * np.pi / 16  # half a period: cos θ at its other half is the same
LEVELS, PEERS = 20, 20  # QuTiP's Fock levels, and the trajectories that it solves


@dataclass(frozen=True)
class Seen:
    """Means over trajectories and their standard errors (3, T): ⟨V⟩ in V_zpf, W√(L/C), ⟨V²⟩ in V_zpf²."""

    mean: np.ndarray
    deviation: np.ndarray

    @classmethod
    def of(cls, v: np.ndarray, w: np.ndarray, square: np.ndarray) -> Seen:
        """From trajectories (B, T)."""
        every = np.stack([v, w, square])
        return cls(every.mean(axis=1), every.std(axis=1, ddof=1) / math.sqrt(v.shape[0]))

    def error(self, reference: Seen) -> float:
        """The largest deviation in standard errors."""
        both = np.hypot(self.deviation, reference.deviation)[:, 1:]
        return float(np.max(np.abs(self.mean - reference.mean)[:, 1:] / both))


def problem(trajectories: int, finer: int = 1, seed: int = 0, share: float = 1.0) -> Problem:
    """The problem, or a share of its duration, on the steps that both take, or finer ones."""
    from quspike.drives import Sine
    from quspike.run.compile import compile_run
    from quspike.run.measurement import Measurement
    from quspike.run.schema import Run

    law = f"R_on={R_ON!r}ohm R_off={R_OFF!r}ohm phi_c={2 * PHI_ZPF!r}Wb phi_s={2 * PHI_ZPF!r}Wb T={T}K"
    run = Run(
        circuit=f"C1 m 0 {C!r}F\nL1 m 0 {L!r}H\nMEM1 m 0 model=sigmoid {law}\nI1 0 m input",
        drives={"input": Sine(AMPLITUDE, frequency=OMEGA / (2 * math.pi))},
        method="moments",
        memory="measured",
        measurement=Measurement(strength=STRENGTH, efficiency=EFFICIENCY),
        duration=share * DURATION,
        save_every=share * DURATION / SAMPLES,
        dt=1 / (STEPS * OMEGA * finer),
        trajectories=trajectories,
        seed=seed,
        classical=False,
    )
    return compile_run(run)


def measured_rivals(share: float = 1.0) -> list[Rival]:
    """quspike's ensemble, and QuTiP's."""
    setting = f"{STEPS} steps/rad"
    scaled = f"N = {LEVELS}, Rouchon, {setting}, {PEERS} trajectories scaled to {TRAJECTORIES:,}"
    missing = None if installed("qutip") else "not installed"
    return [
        Rival("quspike moments", "means and covariance", setting, "quspike", _own(share)),
        Rival("QuTiP smesolve", "ρ in Fock space, rotating frame", scaled, "peer", _peer(share), missing, once=True),
    ]


@lru_cache(maxsize=1)
def measured_reference(share: float = 1.0) -> Seen:
    """More trajectories of other noise, on finer steps."""
    return _seen(problem(MORE * TRAJECTORIES, FINER, seed=1, share=share))


def _seen(prepared: Problem) -> Seen:
    import jax

    s = jax.block_until_ready(prepared.solve())
    v, std = (np.asarray(values)[..., 0] / V_ZPF for values in (s.voltage, s.voltage_std))
    return Seen.of(v, (L / C) ** 0.5 / np.asarray(s.memristance)[..., 0], v**2 + std**2)


class Ensemble:
    """A contestant that solves `solved` trajectories of `TRAJECTORIES`: its times are scaled."""

    def __init__(self, solve: Callable[[], Any], package: tuple[str, ...], solved: int) -> None:
        self._solve, self._scale, self.versions = solve, TRAJECTORIES / solved, versions(*package)

    def solve(self) -> Solved:
        """One answer."""
        import time

        began, worked = time.perf_counter(), time.process_time()
        found = self._solve()
        wall, cpu = time.perf_counter() - began, time.process_time() - worked
        return Solved(self._scale * wall, self._scale * cpu, found)


def _own(share: float) -> Callable[[ExitStack], Running]:
    def begin(stack: ExitStack) -> Running:
        prepared = problem(TRAJECTORIES, share=share)
        return Ensemble(lambda: _seen(prepared), ("quspike", "jax"), TRAJECTORIES)

    return begin


def _peer(share: float) -> Callable[[ExitStack], Running]:
    return lambda stack: Ensemble(qutip_solver(PEERS, share), ("qutip",), PEERS)


class Memory:
    """√κ(x(t)) as a coefficient: x = ∫⟨V⟩dt + W/√(8kη), in units of V_zpf/ω0, time in 1/ω0.

    W(t) of QuTiP 5.3.1's feedback adds the step's own dW at each call; the increments before t are taken instead.
    """

    def __init__(self, noise: float) -> None:
        self.noise, self.x = noise, 0.0
        self.last, self.index, self.voltage = 0.0, 0, 0.0
        self.given, self.root = (math.nan, math.nan), math.nan

    def __call__(self, t: float, wiener: Any, voltage: float, flux: float) -> float:
        if t == 0:
            self.x, self.index = 0.0, 0
        elif t > self.last:
            index = round(t * STEPS)
            told = float(np.sum(wiener.noise[self.index : index, 0, 0]))
            self.x, self.index = self.x + self.voltage * (t - self.last) + self.noise * told, index
        self.last, self.voltage = t, voltage
        given = self.x - flux, math.hypot(voltage, flux)
        if given != self.given:  # asked for several times a step
            self.given, self.root = given, math.sqrt(self.damping(*given))
        return self.root

    @staticmethod
    def conductance(x: Any) -> Any:
        """W(x)√(L/C)."""
        y = (x * V_ZPF / OMEGA - 2 * PHI_ZPF) / (2 * PHI_ZPF)
        return (L / C) ** 0.5 * (1 / R_OFF + (1 / R_ON - 1 / R_OFF) / (1 + np.exp(-y)))

    @classmethod
    def damping(cls, centre: float, swing: float) -> float:
        """κ/ω0, averaged over a carrier of that swing."""
        return float(2 * np.mean(cls.conductance(centre + swing * np.cos(CARRIER)) * np.sin(CARRIER) ** 2))


def qutip_solver(trajectories: int, share: float = 1.0, method: str = "rouchon") -> Callable[[], Seen]:
    """QuTiP's ensemble; a call solves it anew."""
    solve = qutip_trajectories(trajectories, share, method)
    return lambda: Seen.of(*solve())


def qutip_trajectories(
    trajectories: int, share: float = 1.0, method: str = "rouchon", kerr: float = 0.0, levels: int = LEVELS
) -> Callable[[], tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """⟨V⟩, W and ⟨V²⟩ of each of QuTiP's trajectories (B, T), ħ = ω0 = V_zpf = 1; kerr : χ of χ(a†a + ½a†²a²)."""
    import qutip

    a, k = qutip.destroy(levels), STRENGTH / OMEGA
    ratio = hbar * OMEGA / (k_B * T)
    occupation = 1 / math.expm1(ratio)
    turning = qutip.QobjEvo([[-1j * a, lambda t: np.exp(-1j * t)], [1j * a.dag(), lambda t: np.exp(1j * t)]])
    moments = [a, a * a, a.dag() * a]
    force = AMPLITUDE * PHI_ZPF / (hbar * OMEGA)
    drive = qutip.QobjEvo(
        [
            kerr * (a.dag() * a + 0.5 * a.dag() ** 2 * a**2),
            [-force * a, lambda t: np.sin(t) * np.exp(-1j * t)],
            [-force * a.dag(), lambda t: np.sin(t) * np.exp(1j * t)],
        ]
    )
    memory = Memory(1 / math.sqrt(8 * k * EFFICIENCY))
    flux = qutip.QobjEvo([[a, lambda t: np.exp(-1j * t)], [a.dag(), lambda t: np.exp(1j * t)]])
    expected = qutip.SMESolver.ExpectFeedback
    feedback = {"W": qutip.SMESolver.WienerFeedback(), "V": expected(turning), "F": expected(flux)}

    def root(t: float, W: Any, V: Any, F: Any) -> float:  # the names of QuTiP's feedback
        return memory(t, W, float(np.real(V)), float(np.real(F)))

    losses = [
        qutip.QobjEvo([math.sqrt(occupation + 1) * a, root], args=feedback),
        qutip.QobjEvo([math.sqrt(occupation) * a.dag(), root], args=feedback),
        math.sqrt(2 * k * (1 - EFFICIENCY)) * turning,
    ]
    options = {"method": method, "dt": 1 / STEPS, "progress_bar": "", "keep_runs_results": True}
    looks = [math.sqrt(2 * k * EFFICIENCY) * turning]
    solver = qutip.SMESolver(drive, looks, heterodyne=False, c_ops=losses, options=options)
    start = qutip.thermal_dm(levels, occupation, method="analytic")
    times = np.linspace(0, share * OMEGA * DURATION, SAMPLES + 1)

    def solve() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        def rate(t: float, state: Any) -> float:
            return memory.conductance(memory.x if t > 0 else 0.0)

        result = solver.run(start, times, ntraj=trajectories, e_ops=[*moments, rate], seeds=1)
        mean, pair, number, w = (np.array(e) for e in result.runs_expect)
        back = np.exp(-1j * times)
        v = 2 * np.imag(mean * back)
        return v, w.real, 2 * number.real + 1 - 2 * np.real(pair * back**2)

    return solve
