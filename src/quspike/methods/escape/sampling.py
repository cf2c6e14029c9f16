"""The same neurons, click by click: trains of spikes drawn at random, to check what is computed without.

voltage    dV = (u − γV)dt + √(2D) dB, exactly between clicks; a click in h with 1 − exp(−½(Γ(V_0) + Γ(V_h)) h)
Fock       ψ(t + h) = e^{−iH_eff h}ψ until ‖ψ‖² falls to a random number; then a, a† or √Γ, chosen by its own rate

A point process step by step, in which every trajectory keeps its own time: the drive does not change. Resets are drawn
from the state that they leave. Nothing here knows a generator, a density or a stationary state. The error is of the
order of (rates·h)².
Dalibard, Castin & Mølmer, Phys. Rev. Lett. 68, 580 (1992).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from scipy import linalg

from quspike.methods.escape.detector import Detector


@dataclass
class Trains:
    """spike times (B, S) s, padded with nan; all clicks are kept up to S of a trajectory."""

    count: int
    capacity: int
    times: np.ndarray = field(init=False)
    spikes: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self.times = np.full((self.count, self.capacity), np.nan)
        self.spikes = np.zeros(self.count, dtype=int)

    def add(self, which: np.ndarray, when: np.ndarray) -> None:
        """Clicks of the trajectories `which` (K,) at the times `when` (K,)."""
        room = self.spikes[which] < self.capacity
        self.times[which[room], self.spikes[which[room]]] = when[room]
        self.spikes[which] += 1

    def intervals(self, skip: int = 0) -> np.ndarray:
        """From one spike to the next, leaving out the first `skip` spikes of each trajectory: (K,) s."""
        gaps = np.diff(self.times[:, skip:], axis=1).ravel()
        return gaps[np.isfinite(gaps)]


@dataclass(frozen=True)
class Walk:
    """One voltage's numbers: γ (1/s), u (V/s), the equilibrium's standard deviation (V), and the reset's.

    begin, back : mean and standard deviation (V) at first, and after a reset; subtract : V, or None.
    t_ref (s), stages : of the hold.
    """

    leak: float
    push: float
    std: float
    begin: tuple[float, float]
    back: tuple[float, float]
    subtract: float | None
    t_ref: float
    stages: int
    detector: Detector


def walk_trains(walk: Walk, trajectories: int, duration: float, step: float, seed: int, capacity: int = 64) -> Trains:
    """Trains of a voltage that diffuses; each keeps its own time, so that a hold ends when it ends."""
    random = np.random.default_rng(seed)
    v = walk.begin[0] + walk.begin[1] * random.standard_normal(trajectories)
    clock, trains = np.zeros(trajectories), Trains(trajectories, capacity)
    rest, h = walk.push / walk.leak, np.full(trajectories, step)
    while np.any(going := (clock < duration) & (trains.spikes < capacity)):
        new = _diffused(random, walk, v, rest, h)
        rate = 0.5 * (walk.detector.at(v) + walk.detector.at(new))
        wait = random.exponential(size=trajectories) / np.maximum(rate, 1e-300)
        which = np.flatnonzero((wait < step) & going)
        share = wait[which] / step
        clicked = v[which] + (new[which] - v[which]) * share
        trains.add(which, clock[which] + wait[which])
        holds = _holds(random, walk.t_ref, walk.stages, len(which))
        v, clock[which] = new, clock[which] + wait[which] + holds - step
        if walk.subtract is None:
            v[which] = walk.back[0] + walk.back[1] * random.standard_normal(len(which))
        else:
            v[which] = _diffused(random, walk, clicked - walk.subtract, 0.0, holds)
        clock = clock + step
    return trains


def _diffused(random: np.random.Generator, walk: Walk, v: np.ndarray, rest: float, time: np.ndarray) -> np.ndarray:
    decay = np.exp(-walk.leak * time)
    noise = walk.std * np.sqrt(-np.expm1(-2 * walk.leak * time))
    return rest + (v - rest) * decay + noise * random.standard_normal(len(v))


def _holds(random: np.random.Generator, t_ref: float, stages: int, count: int) -> np.ndarray:
    """How long holds last: t_ref, or as Erlang has it."""
    return random.gamma(stages, t_ref / stages, count) if stages else np.full(count, t_ref)


@dataclass(frozen=True)
class Jumps:
    """A mode's matrices (N, N): H/ħ, jump operators with their rates in, the click among them last; 1/s.

    first : (random, K) → states (K, N). after : (random, states) → states after a click and its reset.
    """

    hamiltonian: np.ndarray
    jumps: tuple[np.ndarray, ...]
    first: Callable[[np.random.Generator, int], np.ndarray]
    after: Callable[[np.random.Generator, np.ndarray], np.ndarray]
    t_ref: float


def jump_trains(mode: Jumps, trajectories: int, duration: float, step: float, seed: int, capacity: int = 64) -> Trains:
    """Trains of pure states that jump, each in its own time; states stand still in a hold."""
    random = np.random.default_rng(seed)
    loss = 0.5j * sum(jump.conj().T @ jump for jump in mode.jumps)
    whole, half = (linalg.expm(-1j * (mode.hamiltonian - loss) * h).T for h in (step, step / 2))
    psi, trains = mode.first(random, trajectories), Trains(trajectories, capacity)
    left, clock = random.uniform(size=trajectories), np.zeros(trajectories)
    while len(going := np.flatnonzero((clock < duration) & (trains.spikes < capacity))):
        before = psi[going]
        after = before @ whole
        fallen = _norm(after) < left[going]
        psi[going] = after
        clock[going] += step
        which = going[fallen]
        if not len(which):
            continue
        share = _share(_norm(before[fallen]), _norm(after[fallen]), left[which])
        states, clicks = _jump(random, mode, before[fallen] @ half)
        states[~clicks] = states[~clicks] @ half
        clicked = which[clicks]
        clock[clicked] += (share[clicks] - 1) * step
        trains.add(clicked, clock[clicked])
        clock[clicked] += mode.t_ref
        states[clicks] = mode.after(random, states[clicks])
        psi[which] = states
        left[which] = random.uniform(size=len(which)) * np.where(clicks, 1.0, _norm(states))
    return trains


def _norm(psi: np.ndarray) -> np.ndarray:
    return np.sum(psi.real**2 + psi.imag**2, axis=1)


def _share(begin: np.ndarray, end: np.ndarray, level: np.ndarray) -> np.ndarray:
    """Where in the step an exponential from begin to end passes the level."""
    return np.clip(np.log(begin / level) / np.log(begin / end), 0.0, 1.0)


def _jump(random: np.random.Generator, mode: Jumps, psi: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The states after a jump each, of norm one, and which of them were clicks."""
    every = np.stack([psi @ jump.T for jump in mode.jumps])
    rates = np.stack([_norm(states) for states in every])
    sums = np.cumsum(rates, axis=0)
    kind = np.sum(random.uniform(size=len(psi)) * sums[-1] >= sums, axis=0).clip(max=len(mode.jumps) - 1)
    states = every[kind, np.arange(len(psi))]
    return states / np.sqrt(_norm(states))[:, None], kind == len(mode.jumps) - 1
