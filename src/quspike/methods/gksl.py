"""The secular GKSL equation of a resonator in Fock space, junctions included, in the frame displaced by its own mean.

    dρ/dt = −(i/ħ)[H_nl − I(t)φ̂, ρ] + κ(n̄+1) 𝓓[a]ρ + κn̄ 𝓓[a†]ρ,     κ = Σ_e W_e(x_e)/C, each with its own n̄_e(T_e)
    ρ = D(α) ρ′ D†(α),  α = ⟨a⟩                                        frame rotating at ω0: exact, no RWA

With spikes that nobody observes the neuron is the bond of a chain of qubits: `coherent/`.
With memory "operator" a memristor has one jump for each number of quanta in place of a and a†: `operator_jumps.py`.
With memory "measured", or spikes on a record, there are trajectories of it: `measured_fock/`.

Weak coupling, κ ≪ ω0, and a mean-field memory that is slow on the carrier: κ and dx/dt are averaged over it,
as in `secular.py`.
A linear circuit is Gaussian, and `moments` solves it for less; this method is for junctions and for states that no mean
and covariance hold. Gorini, Kossakowski & Sudarshan, J. Math. Phys. 17, 821 (1976); Lindblad, Commun. Math. Phys. 48,
119 (1976).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax.numpy as jnp
from jax import Array

from quspike.constants import hbar, phi0
from quspike.kernel import fock_states
from quspike.kernel.displaced import NonLinearity, co_moving_flow, junction, kerr, secular_junction
from quspike.kernel.fock import moments, once, unpack
from quspike.kernel.spiking_scan import SpikingModel, Track
from quspike.methods import coherent, measured_fock, operator_jumps, secular
from quspike.methods.method import Machine, Params, Setup, Solution
from quspike.methods.network import gksl as network_gksl
from quspike.methods.phase_space import whole_fock
from quspike.quantize.numbers.zero_point import Mode, resonator_mode

TRAIN_LEVELS = 24  # the fewest where superposed spike trains share the levels with operators' jumps
TOP_LEVELS = 2  # watched together: a state of one parity leaves every other level empty
HEALTH = 3  # columns of the records: top-level population, trace − 1, smallest population


class State(NamedTuple):
    """means [Re α, Im α, x …] (2 + E,), and ρ′ packed (N, N), in the frame rotating at ω0."""

    means: Array
    packed: Array

    @property
    def alpha(self) -> Array:
        """⟨a⟩."""
        return self.means[0] + 1j * self.means[1]


def build(setup: Setup, params: Params) -> Machine:
    """The machine over `State`; `setup.truncation` is N."""
    if setup.several:
        return network_gksl.build(setup, params)
    mode = resonator_mode(setup.one, params["elements"])
    nonlinearity = displaced_junctions(setup, params, mode)

    model = SpikingModel(
        flow=lambda t, y, piece, free: _flow(setup, params, mode, nonlinearity, t, y, piece, free),
        membrane=lambda t, y, piece: secular.membrane_value(
            setup, mode, secular.kinetic(setup, params, mode, t, y.alpha, piece)
        ),
        reset=lambda t, y, piece: _reset(setup, params, mode, t, y, piece),
        release=lambda t, y, piece: y,
        observe=lambda t, y, piece, free: _observe(setup, params, mode, t, y, piece, secular.free_drive(setup, free)),
        error=_error(setup, params, mode),
    )
    start = State(secular.start(setup, params, mode)[:-3], initial_state(setup, params))
    return Machine(
        model,
        start,
        lambda records: _read(setup, mode, records),
        lambda *run: _after(setup, mode, *run),
        lambda t, y: whole_fock(y.packed, mode.omega * t),
    )


def _flow(setup: Setup, params: Params, mode: Mode, nonlinearity: NonLinearity | None, t, y: State, piece, free):
    """dy/dt: what the input, the leak and junctions do to α and ρ′, and what a carrier does to memories."""
    y = once(y)
    seen = secular.kinetic(setup, params, mode, t, y.alpha, piece)
    driven = secular.free_drive(setup, free)
    swing = secular.carrier(setup, params, mode, t, seen, piece, driven)
    held = free if setup.spiking and setup.reset == "zero" else jnp.ones_like(free)
    push = driven * secular.push(setup, params, mode, t, piece)
    if setup.memory == "operator":
        about = operator_jumps.swing_of(setup, params, mode, t, seen, piece, driven)
        lost = operator_jumps.loss(setup, params, mode, about, y.means[2:], y.packed)
        d_alpha, d_packed = push + held * lost.drift, held * lost.packed
        if nonlinearity is not None:
            turn = nonlinearity(t, y.alpha, y.packed)
            d_alpha, d_packed = d_alpha + turn.drift, d_packed + turn.packed
    else:
        down, up = jump_rates(setup, params, mode, y.means[2:], swing)
        moved = seen - y.alpha - driven * secular.rest_amplitude(setup, mode, t, piece)
        push = push - 0.5 * held * (down - up) * moved
        d_alpha, d_packed = co_moving_flow(nonlinearity, t, y.alpha, y.packed, held * down, held * up, push)
    memories = secular.memory_rates(setup, params, y.means[2:], swing)
    return once(State(jnp.stack([d_alpha.real, d_alpha.imag, *memories]), d_packed))


def prepare(setup: Setup, params: Params, duration: float) -> Setup:
    """The setup as it is; with an operator memory, with as many kinds of jumps as its first state needs."""
    if setup.spike == "coherent":
        coherent.check(setup, params, duration)
        return setup
    if not setup.several and measured_fock.wanted(setup):
        return measured_fock.prepare(setup, params, duration)
    if setup.several or setup.memory != "operator":
        return setup
    return operator_jumps.prepare(setup, params, initial_state(setup, params))


def solver(setup: Setup) -> Callable[..., Solution] | None:
    """A chain of qubits for spikes that nobody observes; ensembles where a record is asked for; else None."""
    if setup.spike == "coherent":
        return coherent.solve
    return measured_fock.solver(setup) if not setup.several and measured_fock.wanted(setup) else None


def least_levels(setup: Setup, params: Params) -> int:
    """The fewest levels to begin with."""
    return TRAIN_LEVELS if setup.spike == "coherent" and setup.membrane.memristors else 1


def refine(setup: Setup, params: Params, solution: Solution) -> Setup | None:
    """The setup with more kinds of jumps where the last ones of an operator memory were not rare; else None."""
    return operator_jumps.refine(setup, params, solution) if _jumping(setup) else None


def resized(setup: Setup, params: Params) -> Setup:
    """The setup after its Fock space has grown, in which the jumps of an operator memory are faster."""
    return operator_jumps.with_fastest(setup, params) if _jumping(setup) else setup


def error_allowed(setup: Setup) -> float | None:
    """Of the error estimate of an automatic step, where it is another than this method's own; else None."""
    return coherent.ALLOWED if setup.spike == "coherent" else None


def _jumping(setup: Setup) -> bool:
    """True where the jumps of an operator memory are counted as the run goes."""
    return not setup.several and setup.memory == "operator" and setup.spike != "coherent"


def displaced_junctions(setup: Setup, params: Params, mode: Mode) -> NonLinearity | None:
    """What junctions do beyond their part of 1/L: the whole cosine, its secular part, or the Kerr term of that."""
    names = setup.one.junctions
    if not names:
        return None
    energy, eta = sum(params["elements"][name]["EJ"] for name in names) / hbar, mode.phi_zpf / phi0
    if setup.nonlinearity == "full":
        return junction(_levels(setup), energy, eta, mode.omega)
    if setup.nonlinearity == "secular":
        return secular_junction(_levels(setup), energy, eta)
    strength = -0.5 * energy * eta**4
    return kerr(_levels(setup), strength, detuning=strength)


def jump_rates(setup: Setup, params: Params, mode: Mode, x, swing: tuple) -> tuple:
    """κ↓ = Σ κ_e(n̄_e + 1) and κ↑ = Σ κ_e n̄_e, 1/s."""
    rates = secular.loss_rates(setup, params, mode, x, swing)
    quanta = secular.occupations(setup, params, mode)
    up = sum(r * n for r, n in zip(rates, quanta, strict=True))
    return sum(rates) + up, up


def initial_state(setup: Setup, params: Params) -> Array:
    """ρ′(0), packed (N, N): what is left of the initial state about its displacement."""
    levels, given = _levels(setup), dict(setup.state or {})
    if setup.initial_state == "fock":
        return fock_states.number_state(levels, given["n"])
    if setup.initial_state == "cat":
        alpha = params["initial"]["cat_re"] + 1j * params["initial"]["cat_im"]
        return fock_states.cat_state(levels, alpha, given["parity"])
    return fock_states.thermal_state(levels, params["initial"]["occupation"])


def _levels(setup: Setup) -> int:
    assert setup.truncation is not None
    return setup.truncation


def _reset(setup: Setup, params: Params, mode: Mode, t, y: State, piece) -> State:
    """`zero` swaps the mode with a thermal one; `subtract` displaces it, which leaves ρ′ as it is."""
    seen = secular.kinetic(setup, params, mode, t, y.alpha, piece)
    alpha = secular.reset_amplitude(setup, params, mode, seen) + y.alpha - seen
    means = y.means.at[0].set(alpha.real).at[1].set(alpha.imag)
    if setup.reset == "subtract":
        return State(means, y.packed)
    return State(means, fock_states.thermal_state(_levels(setup), params["neuron"]["reset_occupation"]))


def _observe(setup: Setup, params: Params, mode: Mode, t, y: State, piece, driven) -> Array:
    """Columns of `secular.observe`, operators' currents and rarest jumps, health, and the state if it is saved."""
    state = moments(y.packed)
    mean = jnp.stack([y.means[0] + state.a.real, y.means[1] + state.a.imag])
    occupation, anomalous = state.number - jnp.abs(state.a) ** 2, state.aa - state.a**2
    spread = jnp.stack([occupation, anomalous.real, anomalous.imag])
    populations = jnp.diagonal(y.packed)
    health = jnp.stack([jnp.sum(populations[-TOP_LEVELS:]), jnp.sum(populations) - 1, jnp.min(populations)])
    columns = secular.observe(setup, params, mode, t, jnp.concatenate([mean, y.means[2:], spread]), piece, driven)
    if setup.memory == "operator":
        columns = jnp.concatenate(_operators(setup, params, mode, t, y, columns, piece, driven))
    return jnp.concatenate([columns, health, *([y.packed.ravel()] if setup.save_states else [])])


def _operators(setup: Setup, params: Params, mode: Mode, t, y: State, columns: Array, piece, driven) -> list[Array]:
    """The same columns with x and W of operators, then their currents (E,) and the share of their last jumps (1,)."""
    count, x = len(setup.one.memristors), y.means[2:]
    alpha = secular.kinetic(setup, params, mode, t, y.alpha, piece)
    swing = operator_jumps.swing_of(setup, params, mode, t, alpha, piece, driven)
    seen = operator_jumps.observed(setup, params, mode, t, alpha, x, y.packed)
    rare = operator_jumps.left_out(setup, params, mode, swing, x, y.packed)
    memories, conductances, currents = (jnp.asarray(values) for values in seen)
    return [columns[:3], memories, conductances, columns[3 + 2 * count :], currents, jnp.reshape(rare, 1)]


def _split(setup: Setup, records: Array) -> tuple[Array, Array, Array]:
    """(T, k) records as named columns, health (T, 3) and states (T, N, N), empty if not saved."""
    size = _levels(setup) ** 2 if setup.save_states else 0
    split = records.shape[1] - size
    states = unpack(records[:, split:].reshape(-1, _levels(setup), _levels(setup))) if size else records[:, split:]
    return records[:, : split - HEALTH], records[:, split - HEALTH : split], states


def _read(setup: Setup, mode: Mode, records: Array) -> dict[str, Array]:
    columns, _, states = _split(setup, records)
    named = _named(setup, mode, columns)
    return named | {"states": states} if setup.save_states else named


def _named(setup: Setup, mode: Mode, columns: Array) -> dict[str, Any]:
    """Of an operator the current is a mean of its own, and not ⟨W⟩⟨V⟩."""
    if setup.memory != "operator":
        return secular.read(setup, mode, columns)
    own = len(setup.one.memristors) + 1
    return secular.read(setup, mode, columns[:, :-own]) | {"memristor_current": columns[:, -own:-1]}


def _after(setup: Setup, mode: Mode, track: Track, nodes: Array, spikes: Array) -> dict:
    """How healthy ρ was over all steps; the smallest eigenvalue is the final state's, or a population if lower."""
    columns, health, _ = _split(setup, track.records)
    final = jnp.linalg.eigvalsh(unpack(track.final.packed))
    diagnostics = _named(setup, mode, columns)["diagnostics"] | {
        "top_level_population": jnp.max(health[:, 0]),
        "trace_error": jnp.max(jnp.abs(health[:, 1])),
        "smallest_eigenvalue": jnp.minimum(jnp.min(health[:, 2]), final[0]),
        "truncation": jnp.asarray(_levels(setup)),
    }
    if setup.memory == "operator":
        diagnostics |= {"left_out_jumps": jnp.max(columns[:, -1]), "jumps": jnp.asarray(setup.jumps)}
    return {"diagnostics": diagnostics}


def _error(setup: Setup, params: Params, mode: Mode):
    """max of the relative errors of α and x, and of ‖δρ′‖ (Hilbert–Schmidt)."""
    means = secular.error_norm(setup, params, mode)
    return lambda e, y: jnp.maximum(means(e.means, y.means), jnp.sqrt(jnp.sum(e.packed**2)))
