"""The neuron as the bond of its own spike train: from a resonator's numbers to what happens between and at the qubits.

    α → e^{−κt/2} α + ∫ p(t′) e^{−κ(t − t′)/2} dt′          between two qubits, frame rotating at ω0: loss, then D(β)
    K0 = √(1 − E),  K1 = U_reset √E,  E = 1 − exp(−Γ(X̂_θ)Δ)      at a qubit, in the middle of its bin

`subtract` displaces X_θ by v_threshold − v_reset; `zero` swaps the mode with a fresh thermal one, at v_reset. In a rest
the sources are off, and after a `zero` reset the leak too, as in method gksl.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from quspike.kernel import fock_states
from quspike.kernel.detector import click_share, detector_matrix
from quspike.kernel.fock import unpack
from quspike.methods import secular
from quspike.methods.gksl import initial_state, jump_rates
from quspike.methods.method import Params, Setup
from quspike.quantize.numbers.zero_point import Mode, resonator_mode
from quspike.spike_trains.chain import Chain
from quspike.spike_trains.stages import Stage, Turn, Write, damping, square_root

GAUSS = np.polynomial.legendre.leggauss(6)  # of the drive within a step: 1e-15 of a wave of an eighth of a radian


@dataclass(frozen=True)
class Neuron:
    """A resonator between its qubits: κ↓, κ↑ (1/s), and how it is displaced."""

    setup: Setup
    params: Params
    mode: Mode
    down: float
    up: float

    @property
    def levels(self) -> int:
        """N."""
        assert self.setup.truncation is not None
        return self.setup.truncation


def neuron_of(setup: Setup, params: Params) -> Neuron:
    """The neuron of this run."""
    mode = Mode(*(float(value) for value in resonator_mode(setup.one, params["elements"])))
    down, up = jump_rates(setup, params, mode, jnp.zeros(0), (0.0, 0.0, 0.0))
    return Neuron(setup, params, mode, float(down), float(up))


def train_of(setup: Setup, params: Params, duration: float, step: float) -> Chain:
    """The whole chain. duration : s. step : the longest over which the drive is integrated at once, s."""
    neuron = neuron_of(setup, params)
    numbers = params["neuron"]
    width = float(numbers["bin"])
    bins, rest = round(duration / width), round(float(numbers["t_ref"]) / width)
    middles = (np.arange(bins) + 0.5) * width
    edges = np.concatenate([[0.0], middles, [bins * width]])
    moves = moves_between(neuron, edges[:-1], edges[1:], step)
    return Chain(first_state(neuron), moves, writes_at(neuron, middles), rest, width)


def first_state(neuron: Neuron) -> np.ndarray:
    """ρ(0) (N, N), displaced as a whole: nothing moves with its mean here."""
    still = np.asarray(unpack(initial_state(neuron.setup, neuron.params)))
    turn = displacements(neuron.levels, np.array([complex(secular.initial_amplitude(neuron.params, neuron.mode))]))[0]
    return turn @ still @ turn.conj().T


def moves_between(neuron: Neuron, begin: np.ndarray, end: np.ndarray, step: float) -> tuple[tuple[Stage, ...], ...]:
    """What happens from each begin to its end (M,), s: the leak, then the drive that it leaves."""
    free = displacements(neuron.levels, pushes(neuron, begin, end, step))
    still = np.eye(neuron.levels, dtype=complex)
    leaks: dict[float, tuple[Stage, ...]] = {}
    held_too = neuron.setup.reset == "subtract"
    moves = []
    for turn, duration in zip(free, end - begin, strict=True):
        key = float(f"{duration:.12e}")
        if key not in leaks:
            leaks[key] = damping(neuron.levels, neuron.down, neuron.up, key, held_too)
        moves.append((*leaks[key], Turn(np.stack([turn, still]))))
    return tuple(moves)


def pushes(neuron: Neuron, begin: np.ndarray, end: np.ndarray, step: float) -> np.ndarray:
    """β = ∫ p(t) e^{−κ(end − t)/2} dt of each interval (M,), which no kink of a drive cuts a step of."""
    kinks = np.asarray(neuron.setup.inputs.breakpoints(neuron.params), dtype=float)
    kappa = neuron.down - neuron.up
    pieces = [_steps(a, b, kinks, step) for a, b in zip(begin, end, strict=True)]
    owner = np.repeat(np.arange(len(pieces)), [len(p) - 1 for p in pieces])
    left = np.concatenate([p[:-1] for p in pieces]) if pieces else np.zeros(0)
    right = np.concatenate([p[1:] for p in pieces]) if pieces else np.zeros(0)
    half, middle = 0.5 * (right - left), 0.5 * (right + left)
    t = middle[:, None] + half[:, None] * GAUSS[0]
    force = _push(neuron, middle, t) * np.exp(-0.5 * kappa * (end[owner][:, None] - t))
    parts = half * (force @ GAUSS[1])
    return np.bincount(owner, parts.real, len(begin)) + 1j * np.bincount(owner, parts.imag, len(begin))


def _steps(begin: float, end: float, kinks: np.ndarray, step: float) -> np.ndarray:
    inside = kinks[(kinks > begin) & (kinks < end)]
    anchors = np.unique(np.concatenate([[begin], inside, [end]]))
    counts = np.maximum(np.ceil(np.diff(anchors) / step * (1 - 1e-9)).astype(int), 1)
    parts = [np.linspace(a, b, n, endpoint=False) for a, b, n in zip(anchors[:-1], anchors[1:], counts, strict=True)]
    return np.append(np.concatenate(parts) if parts else [], end)


def _push(neuron: Neuron, middle: np.ndarray, t: np.ndarray) -> np.ndarray:
    """p at times t (S, G) of steps with these middles (S,), 1/s."""
    setup, params, mode = neuron.setup, neuron.params, neuron.mode
    pieces = setup.inputs.pieces(params, jnp.asarray(middle))

    def of_step(piece: Any, times: Any) -> Any:
        return jax.vmap(lambda x: secular.push(setup, params, mode, x, piece))(times)

    return np.asarray(jax.vmap(of_step)(pieces, jnp.asarray(t)))  # not compiled: it runs once for each Fock space


def displacements(levels: int, beta: np.ndarray) -> np.ndarray:
    """D(β) = exp(β a† − β* a) of each β (M,): (M, N, N), unitary in the levels kept."""
    root = np.sqrt(np.arange(1, levels))
    values, vectors = np.linalg.eigh(1j * (np.diag(root, -1) - np.diag(root, 1)))
    turned = np.exp(1j * np.angle(beta)[:, None] * np.arange(levels))[:, :, None] * vectors
    return (turned * np.exp(-1j * np.abs(beta)[:, None] * values)[:, None, :]) @ np.conj(np.swapaxes(turned, 1, 2))


def writes_at(neuron: Neuron, times: np.ndarray) -> tuple[Write, ...]:
    """The isometry of each qubit (K); of a quadrature that does not turn, one and the same."""
    if neuron.setup.membrane_kind == "quadrature":
        return (_write(neuron, neuron.setup.quadrature_phase),) * len(times)
    return tuple(_write(neuron, neuron.mode.omega * t + np.pi / 2) for t in times)


def _write(neuron: Neuron, theta: float) -> Write:
    click = click_matrix(neuron)
    phases = np.exp(1j * theta * np.arange(neuron.levels))
    silent, spike = (square_root(m) * np.outer(phases, phases.conj()) for m in (np.eye(neuron.levels) - click, click))
    numbers, mode = neuron.params["neuron"], neuron.mode
    size = float(numbers["v_threshold"] - numbers["v_reset"]) / (2 * mode.v_zpf)
    identity = np.eye(neuron.levels, dtype=complex)
    if neuron.setup.reset == "subtract":
        kick = displacements(neuron.levels, np.array([-size * np.exp(1j * theta)]))[0]
        return Write(np.stack([silent, kick @ spike, identity]))
    return Write(np.stack([silent, spike, identity]), fresh_state(neuron, theta))


def fresh_state(neuron: Neuron, theta: float) -> np.ndarray:
    """What a `zero` reset leaves (N, N): thermal, about v_reset."""
    numbers = neuron.params["neuron"]
    thermal = np.asarray(unpack(fock_states.thermal_state(neuron.levels, float(numbers["reset_occupation"]))))
    mean = float(numbers["v_reset"]) / (2 * neuron.mode.v_zpf) * np.exp(1j * theta)
    turn = displacements(neuron.levels, np.array([mean]))[0]
    return turn @ thermal @ turn.conj().T


def click_matrix(neuron: Neuron) -> np.ndarray:
    """E = 1 − exp(−Γ(X̂)Δ) of the quadrature at θ = 0 (N, N)."""
    numbers, v_zpf = neuron.params["neuron"], neuron.mode.v_zpf
    strength = float(numbers["escape_rate"] * numbers["bin"])
    threshold, width = (float(numbers[name]) / v_zpf for name in ("v_threshold", "escape_width"))
    finest = width / (1 + np.log1p(strength))  # the edge of E is steeper than Γ's where a click is sure

    def clicks(x: np.ndarray) -> np.ndarray:
        return -np.expm1(-strength * np.asarray(click_share(x, threshold, width)))

    return detector_matrix(neuron.levels, clicks, finest)
