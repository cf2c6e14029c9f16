"""Spikes of method brownian.

subtract            U = exp(−iC(v_threshold − v_reset)φ̂/ħ): the mean moves, ρ′ stays
zero, resonator     the mode is swapped with a thermal one
zero, baseband      the charge is replaced: ρ(φ) kept, σ_q = C·reset_std, no correlation; at the end of the hold φ is
                    smeared by ħ/2σ_q, so that the channel is completely positive
"""

from __future__ import annotations

import jax.numpy as jnp

from quspike.constants import hbar
from quspike.kernel.centre_states import charge_replaced, flux_smeared, gaussian_state
from quspike.methods import lab_frame
from quspike.methods.brownian.state import State, grid_of, shape_of
from quspike.methods.method import Params, Setup
from quspike.quantize.numbers.zero_point import resonator_mode


def reset(setup: Setup, params: Params, numbers: lab_frame.Circuit, t, y: State, piece) -> State:
    """Just after a spike."""
    means = lab_frame.reset_means(setup, params, numbers, t, y.means, piece)
    if setup.reset == "subtract":
        return State(means, y.shape, y.packed)
    grid = grid_of(setup)
    if setup.resonator:
        width, reach = thermal_frame(setup, params, params["neuron"]["reset_occupation"])
        return State(means, shape_of(width, reach), gaussian_state(grid))
    reach = hbar / (numbers.capacitance * params["neuron"]["reset_std"])
    return State(means, shape_of(y.frame.width, reach), charge_replaced(grid, y.packed))


def release(setup: Setup, params: Params, numbers: lab_frame.Circuit, t, y: State, piece) -> State:
    """At the end of the hold."""
    means = lab_frame.release_means(setup, params, numbers, t, y.means, piece)
    if setup.reset == "subtract" or setup.resonator:
        return State(means, y.shape, y.packed)
    smear = hbar / (2 * numbers.capacitance * params["neuron"]["reset_std"])
    packed, factor = flux_smeared(grid_of(setup), y.packed, smear / y.frame.width)
    return State(means, y.shape.at[0].add(jnp.log(factor)), packed)


def thermal_frame(setup: Setup, params: Params, occupation):
    """a and b of a mode with n̄ quanta, Wb."""
    mode = resonator_mode(setup.one, params["elements"])
    width = mode.phi_zpf * jnp.sqrt(2 * occupation + 1)
    return width, 2 * mode.phi_zpf**2 / width
