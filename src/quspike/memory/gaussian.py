"""The Gaussian closure of a memory that is an operator: one step beyond mean fields, at the cost of a few averages.

    ⟨WV⟩ = ⟨W⟩⟨V⟩ + ⟨W′⟩Cov(φ, V),     δ⟨WV⟩/δφ = ⟨W′V⟩        over a Gaussian (φ, V), by Stein's lemma
    dx/dt = ⟨f(x, V)⟩                                           over a Gaussian V

φ and V are those of the memristor's own branch. Averages are Gauss–Hermite sums.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from quspike.memory import mean_field
from quspike.quantize.membrane import Dissipator

HERMITE_POINTS, HERMITE_WEIGHTS = np.polynomial.hermite_e.hermegauss(24)
HERMITE_WEIGHTS = HERMITE_WEIGHTS / HERMITE_WEIGHTS.sum()


def closes(d: Dissipator) -> bool:
    """Whether its memory is a flux, whose fluctuations are those of the circuit."""
    return d.law is not None and d.law.control == "flux"


def flux_average(d: Dissipator, elements: Mapping[str, Any], v, x, phi_phi, phi_v):
    """⟨W⟩, ⟨W′⟩ and ⟨W′V⟩ over a Gaussian (φ, V), W′ with respect to the flux of the node or branch."""
    width = jnp.sqrt(jnp.maximum(phi_phi, 1e-60))
    points = x + d.sign * width * HERMITE_POINTS
    values, slopes = jax.vmap(jax.value_and_grad(lambda u: mean_field.conductance(d, u, v, elements)))(points)
    voltages = v + phi_v / width * HERMITE_POINTS
    slopes = d.sign * HERMITE_WEIGHTS * slopes
    return jnp.sum(HERMITE_WEIGHTS * values), jnp.sum(slopes), jnp.sum(slopes * voltages)


def closed_rate(d: Dissipator, elements: Mapping[str, Any], v, x, v_v):
    """⟨f(x, V)⟩ over a Gaussian V."""
    points = v + jnp.sqrt(jnp.maximum(v_v, 0.0)) * HERMITE_POINTS
    return jnp.sum(HERMITE_WEIGHTS * jax.vmap(lambda u: mean_field.rate(d, x, u, elements))(points))
