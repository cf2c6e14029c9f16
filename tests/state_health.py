"""How healthy ρ and its covariance are at every node of a run, for many parameters in one compiled shape."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.flatten_util import ravel_pytree

from quspike.constants import hbar
from quspike.kernel.centre_difference import moments, top_share
from quspike.kernel.centre_states import fock_matrix
from quspike.kernel.fock import unpack
from quspike.kernel.spiking_scan import spiking_scan
from quspike.methods.brownian.records import spread
from quspike.methods.brownian.state import grid_of
from quspike.run.compile import Problem

LOOKED_AT = 24  # nodes of a run at which the eigenvalues of a large ρ are found
LEVELS = 24


class Health(NamedTuple):
    """Worst along the run: |Tr ρ − 1|, smallest eigenvalue, 1 − √det σ/(ħ/2); what the edge holds; the steps' error."""

    trace: float
    smallest: float
    deficit: float
    edge: float
    error: float


def with_numbers(params: Any, numbers: dict[str, float]) -> Any:
    """The same tree with other leaves: `elements.R1.T`. Raises KeyError for one that is not there."""
    changed = jax.tree.map(lambda leaf: leaf, dict(params))
    for path, value in numbers.items():
        *way, last = path.split(".")
        leaf = changed
        for name in way:
            leaf = leaf[name]
        leaf[last] = np.asarray(leaf[last]) * 0 + value
    return changed


def watched(problem: Problem) -> Callable[[Any], Health]:
    """params → Health of the run, every node of the grid looked at; compiled once."""
    setup, plan, method = problem.setup, problem.plan, problem.method
    unravel = ravel_pytree(method.build(setup, problem.params).start)[1]

    def run(params):
        nodes = plan.nodes(setup.inputs.breakpoints(params))
        pieces = setup.inputs.pieces(params, 0.5 * (nodes[:-1] + nodes[1:]))
        machine = method.build(setup, params)
        model = replace(machine.model, observe=lambda t, y, piece, free: ravel_pytree(y)[0])
        neuron = params["neuron"]
        levels = (neuron["v_threshold"], neuron["t_ref"]) if setup.spiking else (None, None)
        track = spiking_scan(model, machine.start, nodes, pieces, *levels, None)
        states = jax.vmap(unravel)(track.records)
        return (_on_a_grid if method.name == "brownian" else _in_fock_space)(setup, states), track.error

    compiled = jax.jit(run)

    def judge(params):
        (rho, trace, covariance, edge), error = compiled(params)
        if not np.all(np.isfinite(rho)):
            return Health(np.nan, np.nan, np.nan, np.inf, np.inf)
        smallest = float(np.linalg.eigvalsh(np.asarray(rho))[:, 0].min())
        return Health(
            float(np.max(np.abs(trace - 1))), smallest, deficit(*covariance), float(np.max(edge)), float(error)
        )

    return judge


def deficit(phi_phi, phi_q, q_q) -> float:
    """The largest 1 − √det σ/(ħ/2)."""
    square = np.asarray(phi_phi) * np.asarray(q_q) - np.asarray(phi_q) ** 2
    return float(np.max(1 - np.sign(square) * np.sqrt(np.abs(square)) / (hbar / 2)))


def _in_fock_space(setup, states):
    """ρ, its trace, its covariance and the two highest populations.

    Of a hierarchy ρ is its first member, on a grid; it and the product of several Fock spaces have no edge to look at
    here, and no covariance.
    """
    rho = (
        states.rho
        if hasattr(states, "rho")
        else unpack(states.packed if hasattr(states, "packed") else states.stack[:, 0])
    )
    trace = jnp.trace(rho, axis1=1, axis2=2).real
    if not hasattr(states, "packed"):
        return rho, trace, (hbar * jnp.ones_like(trace), 0 * trace, hbar * jnp.ones_like(trace)), 0 * trace
    a = np.diag(np.sqrt(np.arange(1.0, rho.shape[-1])), 1)
    mean, square = (jnp.einsum("tmn,nm->t", rho, o) for o in (a, a @ a))
    number = jnp.einsum("tmn,nm->t", rho, a.T @ a).real
    x, p = 2**0.5 * mean.real, 2**0.5 * mean.imag
    xx, pp = number + 0.5 + square.real - x**2, number + 0.5 - square.real - p**2
    edge = jnp.diagonal(rho, axis1=1, axis2=2)[:, -2:].real.sum(axis=1)
    return rho, trace, (hbar * xx, hbar * (square.imag - x * p), hbar * pp), edge


def _on_a_grid(setup, states):
    """ρ in an oscillator of its own width at some nodes, trace, covariance and the grid's edge at all of them."""
    grid = grid_of(setup)
    some = np.unique(np.linspace(0, len(states.means) - 1, LOOKED_AT).astype(int))

    def matrix(y):
        return fock_matrix(grid, y.frame, y.packed, (y.frame.width * y.frame.reach) ** 0.5, LEVELS)

    rho = jax.lax.map(matrix, jax.tree.map(lambda leaf: leaf[some], states))
    trace = jax.vmap(lambda y: moments(grid, y.packed).trace)(states)
    covariance = jax.vmap(lambda y: spread(setup, y))(states)
    edge = jax.vmap(lambda y: top_share(grid, y.packed, 2))(states)
    edge = jnp.maximum(edge, 100 * jnp.abs(trace - 1))  # a run counts a trace that has left the grid so
    return rho, trace, covariance, edge
