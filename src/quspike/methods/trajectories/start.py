"""Where a trajectory begins, and where a spike leaves it: pure states whose average is the parent's mixed one.

thermal of n̄ quanta: a coherent state, its amplitude from P(α) = e^{−|α|²/n̄}/πn̄
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax import Array

from quspike.kernel.fock_states import cat_amplitudes
from quspike.methods import lab_frame, secular
from quspike.methods.method import Params, Setup, initial_memories
from quspike.methods.trajectories.state import State, seen_by
from quspike.quantize.numbers.zero_point import Mode


def first_state(setup: Setup, params: Params, mode: Mode, key: Array) -> State:
    """The first state, drawn if it is thermal."""
    assert setup.truncation is not None
    initial, given = params["initial"], dict(setup.state or {})
    beta = jnp.asarray(secular.initial_amplitude(params, mode), complex)
    psi = jnp.zeros(setup.truncation, complex).at[given.get("n") or 0 if setup.initial_state == "fock" else 0].set(1.0)
    if setup.initial_state == "cat":
        psi = cat_amplitudes(setup.truncation, initial["cat_re"] + 1j * initial["cat_im"], given["parity"])
    elif setup.initial_state != "fock":
        beta = beta + thermal_amplitude(key, initial["occupation"])
    memories = initial_memories(setup, params)
    return State(beta, psi, jnp.stack([jnp.asarray(x, float) for x in memories]) if memories else jnp.zeros(0))


def thermal_amplitude(key: Array, occupation) -> Array:
    """α with E|α|² = n̄."""
    normal = jax.random.normal(key, (2,))
    return jnp.sqrt(0.5 * occupation) * (normal[0] + 1j * normal[1])


def reset_state(setup: Setup, params: Params, mode: Mode, t, y: State, piece, key: Array) -> State:
    """`subtract` displaces; `zero` puts in a coherent state of a thermal mode, about the amplitude after the reset."""
    seen = seen_by(setup, params, mode, t, y, piece)
    after = _amplitude_after(setup, params, mode, t, seen.alpha, piece)
    if setup.reset == "subtract":
        return y._replace(beta=y.beta + after - seen.alpha)
    drawn = thermal_amplitude(key, params["neuron"]["reset_occupation"])
    return y._replace(beta=after + drawn + y.alpha - seen.alpha, psi=jnp.zeros_like(y.psi).at[0].set(1.0))


def _amplitude_after(setup: Setup, params: Params, mode: Mode, t, alpha, piece) -> Array:
    """α_V after a spike, as the parent has it."""
    if setup.parent == "gksl":
        return secular.reset_amplitude(setup, params, mode, alpha)
    numbers = lab_frame.circuit_numbers(setup, params)
    turn = jnp.exp(1j * mode.omega * t)
    lab = alpha / turn
    means = jnp.stack([2 * mode.q_zpf * lab.imag, 2 * mode.phi_zpf * lab.real])  # of a charge with the gates' in it
    gates = setup.inputs.gate_charge(params["elements"], piece, t)
    means = lab_frame.reset_means(setup, params, numbers, t, means.at[0].add(-gates), piece).at[0].add(gates)
    return turn * (means[1] / (2 * mode.phi_zpf) + 1j * means[0] / (2 * mode.q_zpf))
