"""Nodes without capacitance in a run of several nodes: where they are, and what junctions there draw.

    w + Λ i(w) = u,   u = b·θ + o ψ − B_yᵀK_yy⁻¹A_y I,   i = (E_J/φ0) sin(w/φ0)
    φ_node = N θ + … − K_yy⁻¹(A_y I + B_y i),      V_node = dφ_node/dt

`quantize/numbers/constraint` has the equation, its one solution and its derivative. Λ is zero for junctions at nodes
that have a capacitance. A current into such a node that jumps moves its flux at once: of that V shows no pulse.
"""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import Array

from quspike.constants import phi0
from quspike.quantize.numbers.constraint import series_fluxes
from quspike.quantize.numbers.matrices import Matrices
from quspike.quantize.system import System


class Constraint(NamedTuple):
    """Numbers of the eliminated coordinates y, SI.

    bent : which junctions move them (J′,). behind Λ (J′, J′). energies E_J (J,). feeds (J, I), node_feeds (n, I),
    node_lag (n, J) : what a current into y adds to junctions' fluxes u and to nodes, and what junctions take off them.
    """

    bent: np.ndarray
    behind: Array
    energies: Array
    feeds: Array
    node_feeds: Array
    node_lag: Array


def constraint(system: System, m: Matrices, currents: np.ndarray) -> Constraint:
    """The numbers of these matrices; `currents` : where the system's current sources stand among the branches."""
    network = system.network
    names = [b.element for b in network.of("junction")]
    bent = np.array([names.index(name) for name in network.constrained], dtype=int)
    basis = np.array(network.basis, dtype=float).reshape(len(network.nodes), network.size)
    rows = basis[np.array([network.nodes.index(n) for n in system.nodes], dtype=int)][:, m.followers]
    fed = jnp.asarray(m.follower_inductance) @ network.incidence("current")[m.followers][:, currents]
    return Constraint(
        bent=bent,
        behind=jnp.asarray(m.series_inductance)[np.ix_(bent, bent)],
        energies=jnp.asarray(m.josephson_energies),
        feeds=-network.incidence("junction")[m.followers].T @ fed,
        node_feeds=-rows @ fed,
        node_lag=rows @ jnp.asarray(m.junction_reach),
    )


def tunnelling(c: Constraint, u: Array) -> Array:
    """The current of each junction (J,), A."""
    if len(c.bent):
        u = u.at[c.bent].set(series_fluxes(c.behind, c.energies[c.bent], u[c.bent]))
    return c.energies / phi0 * jnp.sin(u / phi0)


def sagging(c: Constraint, u: Array, currents: Array) -> Array:
    """What currents and junctions add to the fluxes of nodes (n,)."""
    moved = c.node_feeds @ currents
    return moved - c.node_lag @ tunnelling(c, u) if len(c.bent) else moved
