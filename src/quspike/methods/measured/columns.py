"""What a trajectory leaves at each saved time, as one row, and the names of its columns."""

from __future__ import annotations

from itertools import compress
from typing import Any

import jax.numpy as jnp
from jax import Array

from quspike.methods.covariance import covariance_of
from quspike.methods.measured.memories import conductances, shown
from quspike.methods.measured.numbers import Model
from quspike.methods.measured.state import State, driven, membrane


def width(model: Model) -> int:
    """Numbers in a row."""
    return 6 + 2 * len(model.setup.one.memristors) + int(model.setup.save_record)


def observe(model: Model, t: Any, y: State, piece: Any) -> Array:
    """[V, φ, membrane, σ_VV, σ_φV, σ_φφ, x …, W …, D]; just after a spike, of its own time."""
    t = t if y.time is None else y.time
    remember = [d.law is not None for d in model.setup.one.dissipators]
    share = driven(t, y)
    w = compress(conductances(model, t, y, piece, share), remember)
    record = [y.plain] if model.setup.save_record else []
    first = [y.voltage, y.flux, membrane(model, t, y), y.v_v, y.phi_v, y.phi_phi]
    return jnp.stack([*first, *shown(model, t, y, piece, share), *w, *record])


def read(model: Model, records: Array) -> dict[str, Any]:
    """The columns by name; records (…, T, k)."""
    count = len(model.setup.one.memristors)
    v, phi, seen, v_v, phi_v, phi_phi = (records[..., i : i + 1] for i in range(6))
    x, w = records[..., 6 : 6 + count], records[..., 6 + count : 6 + 2 * count]
    c = model.capacitance
    named = {
        "voltage": v,
        "flux": phi,
        "membrane": seen,
        "voltage_std": jnp.sqrt(jnp.maximum(v_v, 0.0)),
        "memory": x,
        "memristance": 1 / w,
        "memristor_current": w * v,
        **covariance_of(phi_phi, c * phi_v, c**2 * v_v),
    }
    if model.setup.save_record:
        named["record"] = records[..., 6 + 2 * count :]
    return named
