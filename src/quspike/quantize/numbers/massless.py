"""Coordinates without a capacitance that resistors hold: they have no charge, and their voltages settle at once.

    0 = Hᵀ(G v + i),  v = E q + H v_h:     v_h = −(HᵀGH)⁻¹Hᵀ(G E q + i),     v = Πᵀ E q − g i,     Π = 1 − G g

H picks these coordinates, g = H (HᵀGH)⁻¹Hᵀ is how they give way, i what else pulls on them, E is C⁻¹ of all others and
zero here. What is left for the charges is the Schur complement Π G of the conductance. Ho, Ruehli & Brennan, IEEE
Trans. Circuits Syst. 22, 504 (1975), where such nodes are algebraic rows.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from quspike.quantize.numbers.matrices import Matrices

Array = Any


def inverse_capacitance(m: Matrices) -> Array:
    """E (m, m) [1/F]: C⁻¹ of what has a charge, zero for what has none."""
    places = np.setdiff1d(np.arange(m.size), m.massless)
    if len(places) == m.size:
        return _inverse(m.capacitance)
    pick = np.eye(m.size)[:, places]
    return pick @ _inverse(pick.T @ m.capacitance @ pick) @ pick.T


def giving(conductance: Array, massless: np.ndarray) -> Array:
    """g (m, m) [ohm], of a G (m, m) [S] that holds every massless coordinate."""
    pick = np.eye(len(conductance))[:, massless]
    return pick @ _inverse(pick.T @ conductance @ pick) @ pick.T


def settled(conductance: Array, massless: np.ndarray) -> Array:
    """Π G (m, m) [S]: the conductance between what has a charge, once the others have settled."""
    return conductance - conductance @ giving(conductance, massless) @ conductance


def _inverse(matrix: Array) -> Array:
    if isinstance(matrix, np.ndarray):
        return np.linalg.inv(matrix)
    import jax.numpy as jnp

    return jnp.linalg.inv(matrix)
