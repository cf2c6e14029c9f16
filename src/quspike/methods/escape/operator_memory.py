"""A memristance that is an operator, inside the state of a neuron that clicks.

    dρ/dt ∋ Σ_k (Γ_k 𝓓[G_k] + Γ_−k 𝓓[G_k†])ρ,     G(x0 + sφ̂) = ∫√W dφ = Σ_k G_k,   G_k lowers a†a by k

The jumps of `operator_jumps.py`, about no displacement: G_k is the k-th diagonal above the main one of ⟨m|G(φ̂)|n⟩, and
none is left out. e^{iθn̂}G_k e^{−iθn̂} = e^{−ikθ}G_k, and no phase survives in 𝓓[G_k]: in the frame that rotates with the
drive, at whatever frequency, they are the same, and constant. So nothing remembers beside ρ, the generator is one
matrix, and all intervals exist.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from scipy import sparse

from quspike.kernel.secular_jumps import densities, position_basis, turned
from quspike.memory.operator import conductance_at, coupling_at
from quspike.methods.escape.superoperators import banded_damping
from quspike.methods.method import Params, Setup, initial_memories
from quspike.methods.operator_jumps import jump_rates
from quspike.quantize.membrane import Dissipator
from quspike.quantize.numbers.zero_point import Mode


def operators(setup: Setup) -> bool:
    """True where memristances are operators."""
    return setup.memory == "operator" and bool(setup.one.memristors)


def coupling_matrix(setup: Setup, params: Params, mode: Mode, d: Dissipator, x0: float) -> np.ndarray:
    """⟨m|G(x0 + sφ̂)|n⟩ (N, N), √S·Wb, less its trace, which no commutator sees."""
    assert setup.truncation is not None
    points, basis = position_basis(setup.truncation)
    values = np.asarray(coupling_at(d, x0, float(mode.phi_zpf) * jnp.asarray(points), params["elements"]))
    matrix = (basis.T * values) @ basis
    return matrix - np.trace(matrix) / len(matrix) * np.eye(len(matrix))


def jump_bands(setup: Setup, params: Params, mode: Mode) -> list[tuple[int, np.ndarray]]:
    """√Γ_k G_k of every memristor as (k, its one diagonal), and its reverse with √Γ_−k as −k; 1/√s."""
    bands = []
    for d, x0 in zip(setup.one.memristors, initial_memories(setup, params), strict=True):
        matrix = coupling_matrix(setup, params, mode, d, float(x0))
        rates = jump_rates(mode, len(matrix) - 1, params["elements"][d.name]["T"])
        down, up = (np.sqrt(np.asarray(rate)) for rate in rates)
        bands += [(k, down[k] * np.diag(matrix, k)) for k in range(len(matrix))]
        bands += [(-k, up[k] * np.diag(matrix, k)) for k in range(1, len(matrix))]
    return bands


def dissipator(setup: Setup, params: Params, mode: Mode) -> sparse.csr_matrix:
    """What all operator memristances do to packed matrices (N², N²), 1/s."""
    assert setup.truncation is not None
    return banded_damping(setup.truncation, jump_bands(setup, params, mode))


def resting_conductances(setup: Setup, params: Params, mode: Mode) -> list[float]:
    """⟨0|W(φ̂)|0⟩ of each memristor, S."""
    points, basis = position_basis(1)
    flux, elements = float(mode.phi_zpf) * jnp.asarray(points), params["elements"]
    pairs = zip(setup.one.memristors, initial_memories(setup, params), strict=True)
    return [float(np.asarray(conductance_at(d, x0, flux, elements)) @ basis[:, 0] ** 2) for d, x0 in pairs]


def observed(setup: Setup, params: Params, mode: Mode, states: np.ndarray, angles: np.ndarray) -> tuple:
    """x0 + s⟨φ⟩, ⟨W(φ̂)⟩ (S) and ½⟨{W(φ̂), V̂}⟩ (A) of each memristor, (T, E) each.

    states : packed ρ (T, N²) in a frame that has turned by the angles (T,).
    """
    levels = setup.truncation
    see = jax.jit(jax.vmap(lambda y, angle: densities(turned(y.reshape(levels, levels), angle))))
    points, probability, flow = (np.asarray(part) for part in see(jnp.asarray(states), jnp.asarray(angles)))
    flux, seen = float(mode.phi_zpf) * points[0], []
    for d, x0 in zip(setup.one.memristors, initial_memories(setup, params), strict=True):
        w = np.asarray(conductance_at(d, x0, flux, params["elements"]))
        seen.append((float(x0) + d.sign * (probability @ flux), probability @ w, float(mode.v_zpf) * (flow @ w)))
    return tuple(np.stack(column, axis=1) for column in zip(*seen, strict=True))
