"""A run whose spikes nobody observes: the neuron with its qubits traced out, and what its spike train is.

ρ(t) = Σ_s ρ_s(t)        voltages and fluxes are those of all superposed trains together; no spike has happened
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from quspike.kernel.fock import pack
from quspike.kernel.grid import GridPlan
from quspike.methods import secular
from quspike.methods.coherent.checks import check_step, rate_at_rest
from quspike.methods.coherent.error import train_error
from quspike.methods.coherent.neuron import Neuron, chain_of, moves_between, neuron_of
from quspike.methods.gksl import TOP_LEVELS
from quspike.methods.method import Params, Setup, Solution, initial_memories
from quspike.methods.operator_jumps import observed
from quspike.methods.phase_space import FOCK
from quspike.spike_trains.chain import Chain, Histories, through, traced
from quspike.spike_trains.purity import PURE, impurity
from quspike.spike_trains.state import SpikeTrainState

PATTERNS = 12  # of the likeliest spike trains that a result names
FULL = 1e-5  # of the highest levels: ten times what a run accepts


def solve(setup: Setup, plan: GridPlan, capacity: int, params: Params, key: Any) -> Solution:
    """Averages of the neuron at the saved times, and the train's own numbers; in numpy, nothing is drawn."""
    nodes = np.asarray(plan.nodes(setup.inputs.breakpoints(params)))
    check_step(params, nodes)
    longest = float(np.max(np.diff(nodes)))
    neuron = neuron_of(setup, params)
    chain = chain_of(neuron, float(nodes[-1]), longest)
    states = states_at(neuron, chain, plan.save_times, longest)
    named, train = averages(neuron, states, plan.save_times), SpikeTrainState(chain)
    health = _health(states)
    facts: dict[str, np.ndarray] = {}
    bound, error = 1.0, 0.0
    if health["top_level_population"] <= FULL:  # a fuller space is refused, or grown and asked again
        (facts, bound), error = _of_train(train), train_error(neuron, chain, longest)
    columns = ("voltage", "voltage_std", "flux", "membrane", "memristance", "memory", "memristor_current")
    return Solution(
        time=jnp.asarray(plan.save_times),
        **{name: jnp.asarray(named[name]) for name in columns},
        input_current=setup.inputs.sampled(params, params["elements"], jnp.asarray(plan.save_times)),
        spike_time=jnp.full(1, jnp.nan),
        spike_neuron=jnp.full(1, -1),
        spike_count=jnp.zeros(1, dtype=int),
        diagnostics={
            "error_estimate": jnp.asarray(error),
            "crowded": jnp.zeros(()),
            **health,
            "truncation": jnp.asarray(chain.levels),
            "bond": jnp.asarray(chain.bond),
            "pattern_bound": jnp.asarray(bound),
            "spikes_at_rest": jnp.asarray(rate_at_rest(setup, params)),
            **named["diagnostics"],
        },
        extra=_saved(setup, plan, named, states) | facts,
    )


def _health(states: np.ndarray) -> dict[str, Any]:
    """Whether the states (T, N, N) are density matrices, and fit into their levels."""
    populations = np.einsum("tnn->tn", states).real
    return {
        "finite": jnp.asarray(bool(np.all(np.isfinite(states)))),
        "top_level_population": jnp.asarray(float(populations[:, -TOP_LEVELS:].sum(axis=1).max())),
        "trace_error": jnp.asarray(np.abs(populations.sum(axis=1) - 1).max()),
        "smallest_eigenvalue": jnp.asarray(min(np.linalg.eigvalsh(rho)[0] for rho in states)),
    }


def _saved(setup: Setup, plan: GridPlan, named: dict[str, Any], states: np.ndarray) -> dict[str, Any]:
    """What `[save]` asks for; states for Wigner functions stand in the laboratory."""
    extra = {"amplitude": named["amplitude"]}
    if setup.save_covariance:
        extra |= {name: named[name] for name in ("flux_variance", "flux_charge_covariance", "charge_variance")}
    if setup.save_states:
        extra["states"] = states
    if len(plan.kept):
        angle = float(setup.omega or 0.0) * plan.save_times[plan.kept][:, None] * np.arange(states.shape[-1])
        turn = np.exp(-1j * angle)
        extra[FOCK] = states[plan.kept] * turn[:, :, None] * turn[:, None, :].conj()
    return extra


def states_at(neuron: Neuron, chain: Chain, times: np.ndarray, step: float) -> np.ndarray:
    """ρ of the neuron at these times (T, N, N), its qubits traced out; at a qubit's own time, after it."""
    edges = np.concatenate([[0.0], chain.middles])
    segment = np.searchsorted(edges, times * (1 + 1e-12), side="right") - 1
    begin = np.maximum(edges[segment], np.concatenate([[0.0], times[:-1]]))  # whatever was saved before, if later
    moves = moves_between(neuron, begin, np.maximum(times, begin), step)
    states = np.empty((len(times), chain.levels, chain.levels), dtype=complex)
    first = np.zeros((1 + chain.rest, chain.levels, chain.levels), dtype=complex)
    first[0] = chain.start
    rests = np.arange(1 + chain.rest)
    for n, blocks in enumerate([first] if not chain.bins else _blocks(chain, first)):
        for i in np.flatnonzero(segment == n):
            blocks = through(moves[i], Histories(blocks, rests, rests)).rho
            states[i] = blocks.sum(axis=0)
    return states


def _blocks(chain: Chain, first: np.ndarray) -> Any:
    yield first
    for _, after in traced(chain):
        yield after


def averages(neuron: Neuron, states: np.ndarray, times: np.ndarray) -> dict[str, Any]:
    """The named arrays of a secular method, from the moments of ρ (T, N, N) at these times (s)."""
    setup, params = neuron.setup, neuron.params
    lower = np.diag(np.sqrt(np.arange(1, neuron.levels)), 1)
    a, square, number = (np.einsum("tmn,nm->t", states, op) for op in (lower, lower @ lower, lower.T @ lower))
    n, s = number.real - np.abs(a) ** 2, square - a**2
    memories = [np.full(len(times), float(x)) for x in initial_memories(setup, params)]
    y = jnp.asarray(np.stack([a.real, a.imag, *memories, n, s.real, s.imag], axis=1))
    pieces = setup.inputs.pieces(params, jnp.asarray(times))
    observe = jax.vmap(lambda t, row, piece: secular.observe(setup, params, neuron.mode, t, row, piece))
    named = secular.read(setup, neuron.mode, observe(jnp.asarray(times), y, pieces))
    if setup.membrane_kind == "voltage":
        named["membrane"] = named["voltage"]
    return named | _of_operators(neuron, states, times, named["flux"]) if setup.one.memristors else named


def _of_operators(neuron: Neuron, states: np.ndarray, times: np.ndarray, flux: Any) -> dict[str, Any]:
    """x0 + s⟨φ⟩, 1/⟨W(φ̂)⟩ and ½⟨{W(φ̂), V̂}⟩ of each memristor (T, E)."""
    setup, params, mode = neuron.setup, neuron.params, neuron.mode
    x = jnp.asarray(initial_memories(setup, params))
    found = [np.array(observed(setup, params, mode, t, 0j, x, pack(jnp.asarray(rho))))
             for t, rho in zip(times, states, strict=True)]  # fmt: skip
    _, conductance, current = np.moveaxis(np.array(found), 1, 0)
    sign = np.array([d.sign for d in setup.one.memristors])
    return {"memory": x + sign * flux, "memristance": 1 / conductance, "memristor_current": current}


def _of_train(train: SpikeTrainState) -> tuple[dict[str, np.ndarray], float]:
    """Probabilities, counts, entropies and the likeliest patterns; and what no other pattern is likelier than."""
    likely = train.most_likely(PATTERNS)
    distribution = train.count_distribution()
    found = {
        "bin": train.times,
        "count": np.arange(len(distribution)),
        "spike_probability": train.spike_probability[:, None],
        "count_probability": distribution[:, None],
        "count_mean": np.array([train.count.mean]),
        "count_fano": np.array([train.count.fano]),
        "neuron_entropy": train.neuron_entropies()[:, None],
        "pattern_spikes": likely.patterns.astype(np.int8),
        "pattern_probability": likely.probabilities,
        "pattern_coherence": train.coherence(likely.patterns),
    }
    if impurity(train.chain) <= PURE:
        found["entanglement_entropy"] = train.entropies()[:, None]
    return found, likely.bound
