"""The neuron as the bond of its own spike train: from a resonator's numbers to what happens between and at the qubits.

    α → e^{−κt/2} α + ∫ p(t′) e^{−κ(t − t′)/2} dt′          between two qubits, frame rotating at ω0: loss, then D(β)
    K0 = √(1 − E),  K1 = U_reset √E,  E = 1 − exp(−Γ(X̂_θ)Δ)      at a qubit, in the middle of its bin

`subtract` displaces X_θ by v_threshold − v_reset; `zero` swaps the mode with a fresh thermal one, at v_reset. In a rest
the sources are off, and after a `zero` reset the leak too, as in method gksl.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import jax.numpy as jnp
import numpy as np

from quspike.kernel import fock_states
from quspike.kernel.detector import click_share, detector_matrix
from quspike.kernel.fock import unpack
from quspike.methods import operator_jumps, secular
from quspike.methods.coherent.drive import displacements, pushes
from quspike.methods.coherent.parts import LOSSLESS, Between
from quspike.methods.escape.fock import nonlinear_levels
from quspike.methods.gksl import initial_state, jump_rates
from quspike.methods.method import Params, Setup, initial_memories
from quspike.quantize.numbers.zero_point import Mode, resonator_mode
from quspike.spike_trains.chain import Chain
from quspike.spike_trains.stages import Stage, Turn, Write, damping, square_root


@dataclass(frozen=True)
class Neuron:
    """A resonator between its qubits: κ↓, κ↑ of its resistors (1/s), and how it moves where one loss is not exact."""

    setup: Setup
    params: Params
    mode: Mode
    down: float
    up: float
    between: Between | None

    @property
    def levels(self) -> int:
        """N."""
        assert self.setup.truncation is not None
        return self.setup.truncation


def neuron_of(setup: Setup, params: Params) -> Neuron:
    """The neuron of this run."""
    mode = Mode(*(float(value) for value in resonator_mode(setup.one, params["elements"])))
    if not (setup.one.junctions or setup.one.memristors):
        down, up = (float(rate) for rate in jump_rates(setup, params, mode, jnp.zeros(0), (0.0, 0.0, 0.0)))
        return Neuron(setup, params, mode, down, up, _linear(setup, params, mode, down, up))
    down, up = (float(rate) for rate in operator_jumps.resistor_rates(setup, params, mode))
    jumps = np.concatenate([_ladder(setup, down, up), *_of_operators(setup, params, mode)])
    levels, held_too = nonlinear_levels(setup, params, mode), setup.reset == "subtract"
    leak = float(
        np.sum(np.abs(jumps[:, 0, 1]) ** 2) - np.sum(np.abs(jumps[:, 1, 0]) ** 2)
    )  # κ, or an operator's about 0
    return Neuron(setup, params, mode, down, up, Between(setup, params, mode, leak, levels, jumps, held_too))


def _linear(setup: Setup, params: Params, mode: Mode, down: float, up: float) -> Between | None:
    """One loss and one displacement are exact but between a history that rests and one that the drive makes radiate:
    what the line has heard tells them apart, and that is counted part after part."""
    assert setup.truncation is not None
    numbers = params["neuron"]
    if not float(numbers["t_ref"]) or down * setup.truncation * float(numbers["bin"]) < LOSSLESS:
        return None
    still, jumps = np.zeros(setup.truncation), _ladder(setup, down, up)
    return Between(setup, params, mode, down - up, still, jumps, setup.reset == "subtract", (down, up))


def _of_operators(setup: Setup, params: Params, mode: Mode) -> list[np.ndarray]:
    """√Γ_k G_k of each memristor about no bias, as many as the levels kept have (2N − 1, N, N), 1/√s."""
    assert setup.truncation is not None
    still = operator_jumps.Swing(0.0, jnp.zeros((), dtype=complex))
    every = replace(setup, jumps=setup.truncation - 1)
    pairs = zip(setup.one.memristors, initial_memories(setup, params), strict=True)
    return [np.asarray(operator_jumps.jumps_about(every, params, mode, d, x, still)) for d, x in pairs]


def _ladder(setup: Setup, down: float, up: float) -> np.ndarray:
    """√κ↓ a and √κ↑ a† (J, N, N), 1/√s, without what does nothing."""
    assert setup.truncation is not None
    lower = np.diag(np.sqrt(np.arange(1.0, setup.truncation)), 1)
    found = [np.sqrt(rate) * jump for rate, jump in ((down, lower), (up, lower.T)) if rate > 0]
    return np.array(found).reshape(-1, *lower.shape)


def train_of(setup: Setup, params: Params, duration: float, step: float) -> Chain:
    """The whole chain. duration : s. step : the longest over which the drive is integrated at once, s."""
    return chain_of(neuron_of(setup, params), duration, step)


def chain_of(neuron: Neuron, duration: float, step: float) -> Chain:
    """The same, of a neuron."""
    numbers = neuron.params["neuron"]
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


def moves_between(
    neuron: Neuron, begin: np.ndarray, end: np.ndarray, step: float, coarse: bool = False
) -> tuple[tuple[Stage, ...], ...]:
    """What happens from each begin to its end (M,), s: the leak, then the drive that it leaves; exactly where it is
    linear, but for histories of which one rests. coarse : with steps twice as long, where there are any."""
    if neuron.between is not None:
        return neuron.between.moves(begin, end, step, coarse)
    kappa = neuron.down - neuron.up
    beta, phase = pushes(neuron.setup, neuron.params, neuron.mode, kappa, begin, end, step)
    free = np.exp(1j * phase)[:, None, None] * displacements(neuron.levels, beta)
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
