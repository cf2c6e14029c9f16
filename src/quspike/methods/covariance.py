"""The covariance matrix of flux and charge by name, and its distance from the uncertainty bound.

σ_φφ σ_qq − σ_φq² ≥ (ħ/2)²,    deficit = 1 − √(σ_φφσ_qq − σ_φq²)/(ħ/2)
"""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
from jax import Array

from quspike.constants import hbar


def covariance_of(phi_phi: Array, phi_q: Array, q_q: Array) -> dict[str, Any]:
    """σ_φφ (Wb²), σ_φq (Wb·C) and σ_qq (C²), each (T, 1), and the largest deficit as a diagnostic."""
    deficit = 1 - jnp.sqrt(jnp.maximum(phi_phi * q_q - phi_q**2, 0.0)) / (hbar / 2)
    return {
        "flux_variance": phi_phi,
        "flux_charge_covariance": phi_q,
        "charge_variance": q_q,
        "diagnostics": {"uncertainty_deficit": jnp.max(deficit)},
    }
