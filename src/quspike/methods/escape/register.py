"""The master equation of a neuron that clicks, with its register, over a whole run.

    dρ_I/dt = 𝓛0ρ_I + H 𝓙ρ_I(t − t_ref),    dρ_R/dt = 𝓛_hρ_R + 𝓙ρ_I − H 𝓙ρ_I(t − t_ref)             a delay
    dρ_1/dt = 𝓛_hρ_1 + 𝓙ρ_I − (m/t_ref)ρ_1,  dρ_k/dt = 𝓛_hρ_k + (m/t_ref)(ρ_{k−1} − ρ_k)              Erlang-m
    dρ_I/dt = 𝓛0ρ_I + (m/t_ref)ρ_m
    dx/dt = f(x, ⟨V⟩),   dn/dt = Tr Γρ_I,   dφ/dt = ⟨V⟩

Expectations are those of ρ_I and of everything in the register, Tr of all of it being one: a mean-field memory follows
the mean over all neurons that such an ensemble would hold, wherever they are in their cycles. Where nothing moves in a
hold its states are numbers. A delay is solved by the method of steps: what clicked one t_ref ago is known.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from scipy import linalg, sparse
from scipy.integrate import solve_ivp

from quspike.errors import ConvergenceError, NotAvailable
from quspike.methods.escape.hold import held_generator
from quspike.methods.escape.intervals import dense
from quspike.methods.escape.space import Space

RELATIVE, ABSOLUTE = 1e-7, 1e-10
AT_ONCE = 50.0  # radians of what turns whose states are kept together: a few hundred steps


class Ensemble(NamedTuple):
    """integrating, refractory (T, n): ρ_I and all of the register; memory (T, E), flux (T,) Wb, clicks (T,)."""

    integrating: np.ndarray
    refractory: np.ndarray
    memory: np.ndarray
    flux: np.ndarray
    clicks: np.ndarray


@dataclass(frozen=True)
class Register:
    """How y is laid out: ρ_I, `states` of the register of `width` numbers each, E memories, the flux and the count.

    still : what a state of one number stands for (n,), or None where the states are whole. held : 𝓛_h, or None.
    volts : (voltage of y, t) → V, for the flux. scales : of x (E,), so that tolerances fit.
    """

    space: Space
    t_ref: float
    stages: int
    states: int
    still: np.ndarray | None
    held: Any
    volts: Callable[[float, np.ndarray], float]
    scales: np.ndarray
    flux_scale: float

    @property
    def width(self) -> int:
        """Numbers of one state of the register."""
        return 1 if self.still is not None else len(self.space.start)

    def parts(self, y: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """ρ_I (n,), the register's states (states, width), x (E,)."""
        n, end = len(self.space.start), len(self.space.start) + self.states * self.width
        return y[:n], y[n:end].reshape(self.states, self.width), y[end : end + len(self.scales)] * self.scales

    def refractory(self, states: np.ndarray) -> np.ndarray:
        """All that is in the register (n,)."""
        total = np.sum(states, axis=0)
        return total[0] * self.still if self.still is not None else total


def register(space: Space, t_ref: float, stages: int, volts, flux_scale: float) -> Register:
    """The layout for this hold. Raises NotAvailable for a delay in which a state moves under a memory that moves."""
    held = held_generator(space, space.first_memory)
    if not space.frozen and held is not None and space.after is None and t_ref > 0 and not stages:
        remedy = "must be a number of stages with reset subtract and a memory that moves, such as 20: a delay has none"
        raise NotAvailable("[neuron] escape.stages", "auto", remedy)
    still = space.after if held is None and space.after is not None else None
    states = 0 if t_ref == 0 else max(stages, 1)
    return Register(
        space, t_ref, stages if t_ref > 0 else 0, states, still, held, volts, space.memory_scales, flux_scale
    )


def run_register(reg: Register, times: np.ndarray, flux: float) -> Ensemble:
    """From the first state at times[0] = 0 through all of the times (T,), s."""
    space = reg.space
    tail = np.zeros(reg.states * reg.width)
    y = np.concatenate([space.start, tail, space.first_memory / reg.scales, [flux / reg.flux_scale, 0.0]])
    found = np.empty((len(times), len(y)))
    found[0] = y
    past: list[tuple[float, Any]] = []
    released = _release(reg, past)
    step = None
    for begin, end in stretches(reg, times[-1]):
        solution = _solve(reg, begin, end, y, released, step)
        inside = (times > begin) & (times <= end)
        if np.any(inside):
            found[inside] = solution.sol(times[inside]).T
        y, step = solution.y[:, -1], float(np.median(np.diff(solution.t)))
        past[:] = [(start, known) for start, known in past if known.t_max > begin - reg.t_ref] + [(begin, solution.sol)]
    return _ensemble(reg, found)


def stretches(reg: Register, duration: float) -> list[tuple[float, float]]:
    """Between the kinks of the drive, none longer than a delay, or than what is kept of a voltage that turns."""
    edges, spans = reg.space.current.edges, []
    if reg.space.turning:
        spans.append(AT_ONCE / reg.space.turning)
    if reg.t_ref > 0 and not reg.stages:
        spans.append(reg.t_ref)
    inner = [edges[(edges > 0) & (edges < duration)], *(np.arange(span, duration, span) for span in spans)]
    cuts = np.unique(np.concatenate([[0.0, duration], *inner]))
    kept = np.concatenate([[True], np.diff(cuts) > 1e-12 * duration])
    cuts = cuts[kept]
    cuts[-1] = duration
    return list(pairwise(cuts))


def _release(reg: Register, past: list) -> Callable[[float], np.ndarray] | None:
    """t → H 𝓙ρ_I(t − t_ref) (n,), from what was solved already; None where no delay is."""
    if reg.stages or reg.t_ref == 0:
        return None
    moved = None if reg.held is None else linalg.expm(dense(reg.held) * reg.t_ref)
    after = reg.space.after if moved is None or reg.space.after is None else moved @ reg.space.after

    def released(t: float) -> np.ndarray:
        back = t - reg.t_ref
        if back <= 0 or not past:
            return np.zeros_like(reg.space.start)
        place = max(int(np.searchsorted([begin for begin, _ in past], back, side="right")) - 1, 0)
        state = past[place][1](back)[: len(reg.space.start)]
        if after is not None:
            return (reg.space.rate @ state) * after
        return reg.space.clicked(state) if moved is None else moved @ reg.space.clicked(state)

    return released


def _solve(reg: Register, begin: float, end: float, y: np.ndarray, released, step: float | None):
    last = np.nextafter(end, begin)
    first = None if step is None else min(step, end - begin)

    def flow(t: float, y: np.ndarray) -> np.ndarray:
        return _flow(reg, min(t, last), y, released)

    choice: dict[str, Any] = {"method": "DOP853"}
    if reg.space.stiff:
        choice = {"method": "Radau", "jac": lambda t, y: _slope(reg, min(t, last), y)}
    found = solve_ivp(
        flow, (begin, end), y, rtol=RELATIVE, atol=ABSOLUTE, dense_output=True, first_step=first, **choice
    )
    if not found.success:
        raise ConvergenceError(f"between {begin:.3g} s and {end:.3g} s: {found.message}")
    return found


def _flow(reg: Register, t: float, y: np.ndarray, released) -> np.ndarray:
    space = reg.space
    integrating, states, x = reg.parts(y)
    s = space.means(integrating, reg.refractory(states)) if reg.states else space.means(integrating)
    change = space.flow(space.coefficients(t, x, s), integrating)
    rate = float(space.rate @ integrating)
    if not reg.states:
        change = change + space.clicked(integrating)
        moving = states
    elif released is not None:
        back = released(t)
        change = change + back
        moving = _delayed(reg, t, states, x, s, integrating, back)
    else:
        out = states[-1] * (reg.stages / reg.t_ref)
        change = change + (out[0] * reg.still if reg.still is not None else out)
        moving = _staged(reg, t, states, x, s, integrating)
    memory = space.memory(t, x, s) / reg.scales
    return np.concatenate([change, moving.ravel(), memory, [reg.volts(t, s) / reg.flux_scale, rate]])


def _delayed(reg: Register, t: float, states, x, s, integrating, back) -> np.ndarray:
    if reg.still is not None:
        return np.array([reg.space.rate @ integrating - reg.space.trace @ back])
    moved = reg.space.flow(reg.space.held(t, x, s), states[0])
    return moved + reg.space.clicked(integrating) - back


def _staged(reg: Register, t: float, states: np.ndarray, x, s, integrating) -> np.ndarray:
    rate, space = reg.stages / reg.t_ref, reg.space
    entering = np.array([space.rate @ integrating]) if reg.still is not None else space.clicked(integrating)
    flow = rate * (np.vstack([entering / rate, states[:-1]]) - states)
    if reg.still is None:
        held = space.held(t, x, s)
        flow = flow + np.stack([space.flow(held, state) for state in states])
    return flow


def _slope(reg: Register, t: float, y: np.ndarray) -> sparse.csc_matrix:
    """What is stiff of the flow's derivative: diffusion and clicks, of ρ_I and of states that move."""
    space = reg.space
    integrating, states, x = reg.parts(y)
    s = space.means(integrating, reg.refractory(states)) if reg.states else space.means(integrating)
    own = sparse.csr_matrix(space.combined(space.coefficients(t, x, s)))
    rest = sparse.csr_matrix((len(reg.scales) + 2, len(reg.scales) + 2))
    if not reg.states:
        return sparse.block_diag([own, rest], format="csc")
    return sparse.block_diag([_with_register(reg, own, t, x, s), rest], format="csc")


def _with_register(reg: Register, own: sparse.csr_matrix, t: float, x: np.ndarray, s: np.ndarray) -> Any:
    """The blocks of ρ_I and of the register below the diagonal; what comes back from it is left to the iteration."""
    space, rate, one = reg.space, reg.stages / reg.t_ref, sparse.identity(reg.width, format="csr")
    still = reg.still is not None
    held = -rate * one if still else sparse.csr_matrix(space.combined(space.held(t, x, s))) - rate * one
    chain = sparse.kron(sparse.identity(reg.states), held) + rate * sparse.kron(sparse.eye_array(reg.states, k=-1), one)
    entry = sparse.csr_matrix(space.rate[None] if still else _click_matrix(space))
    below = sparse.vstack([entry, sparse.csr_matrix(((reg.states - 1) * reg.width, len(space.start)))])
    return sparse.bmat([[own, None], [below, chain]])


def _click_matrix(space: Space) -> Any:
    return space.reset if space.after is None else sparse.csr_matrix(np.outer(space.after, space.rate))


def _ensemble(reg: Register, found: np.ndarray) -> Ensemble:
    parts = [reg.parts(y) for y in found]
    empty = np.zeros_like(reg.space.start)
    refractory = [reg.refractory(states) if reg.states else empty for _, states, _ in parts]
    return Ensemble(
        np.stack([integrating for integrating, _, _ in parts]),
        np.stack(refractory),
        np.stack([x for _, _, x in parts]),
        found[:, -2] * reg.flux_scale,
        found[:, -1],
    )
