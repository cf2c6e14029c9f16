"""What a hierarchy shows of itself: means, covariance, memristances, currents, the health of ρ and its companions."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import Array

from quspike.kernel.fock import moments, unpack
from quspike.kernel.spiking_scan import Track
from quspike.memory.operator import conductance_at, is_operator
from quspike.methods import lab_frame
from quspike.methods.covariance import covariance_of
from quspike.methods.heom import lines as heom_lines
from quspike.methods.method import Setup
from quspike.quantize.numbers.zero_point import Mode

TOP_LEVELS = 2
HEALTH = 4  # columns: top-level population, trace − 1, smallest population, last tier


def observe(parts: Any, t, y: Any, piece, free) -> Array:
    """[V, φ, membrane, x …, W …, I_M …, σ_XX, σ_XP, σ_PP, health (4), ρ′ in Fock space if it is to be saved]."""
    from quspike.methods.heom.machine import surroundings

    setup, params, mode = parts.setup, parts.params, parts.mode
    fock = parts.grid.vectors @ y.stack[0] @ parts.grid.vectors.T
    state = moments(fock)
    v = lab_frame.voltage(setup, params, parts.numbers, t, y.means, piece)
    around = surroundings(parts, y.means, y.stack, v)
    seen = lab_frame.shown_membrane(setup, params, parts.numbers, t, y.means, piece, free)
    x = heom_lines.memory_states(setup, y.means)
    shift = jnp.stack([2 * state.a.real, 2 * state.a.imag])
    spread = jnp.stack(
        [
            2 * state.number + 1 + 2 * state.aa.real - shift[0] ** 2,
            2 * state.aa.imag - shift[0] * shift[1],
            2 * state.number + 1 - 2 * state.aa.real - shift[1] ** 2,
        ]
    )
    mine = [i for i, d in enumerate(setup.one.dissipators) if d.law is not None]
    w = _conductances(parts, y, v, x)
    flux = y.means[1] + mode.phi_zpf * shift[0]
    moving = [m + d.sign * mode.phi_zpf * shift[0] if is_operator(setup.memory, d) else m
              for d, m in zip(setup.one.memristors, x, strict=True)]  # fmt: skip
    seen_by = jnp.stack([v + mode.v_zpf * shift[1], flux, seen, *moving, *w, *(around.currents[i] for i in mine)])
    saved = [fock.ravel()] if setup.save_states else []
    return jnp.concatenate([seen_by, spread, _health(parts, y, fock), *saved])


def _conductances(parts: Any, y: Any, v, x: list) -> list:
    """W of each memristor: its expectation where it is an operator, S."""
    setup, params = parts.setup, parts.params
    populations = jnp.diagonal(y.stack[0])
    every = lab_frame.conductances(setup, params, v, x)
    remembered = [w for d, w in zip(setup.one.dissipators, every, strict=True) if d.law is not None]
    found = []
    for d, w, middle in zip(setup.one.memristors, remembered, x, strict=True):
        if is_operator(setup.memory, d):
            about = parts.mode.phi_zpf * parts.grid.x
            w = jnp.sum(conductance_at(d, middle, about, params["elements"]) * populations)
        found.append(w)
    return found


def _health(parts: Any, y: Any, fock: Array) -> Array:
    populations = jnp.diagonal(fock)
    last = y.stack[np.flatnonzero(parts.layout.tier == parts.layout.tier.max())]
    tail = jnp.sqrt(jnp.max(jnp.sum(last**2, axis=(1, 2))) / jnp.sum(y.stack[0] ** 2))
    return jnp.stack([jnp.sum(populations[-TOP_LEVELS:]), jnp.sum(populations) - 1, jnp.min(populations), tail])


def _split(setup: Setup, records: Array) -> tuple[Array, Array, Array]:
    """(T, k) records as their named columns, health (T, 4) and states (T, N, N), empty if not saved."""
    levels = setup.truncation or 0
    size = levels**2 if setup.save_states else 0
    split = records.shape[1] - size
    states = unpack(records[:, split:].reshape(-1, levels, levels)) if size else records[:, split:]
    return records[:, : split - HEALTH], records[:, split - HEALTH : split], states


def read(setup: Setup, mode: Mode, records: Array) -> dict[str, Any]:
    """Name the columns of `observe`."""
    columns, _, states = _split(setup, records)
    count = len(setup.one.memristors)
    x, w, current = (columns[:, 3 + i * count : 3 + (i + 1) * count] for i in range(3))
    phi_phi, phi_q, q_q = jnp.split(columns[:, 3 + 3 * count :], 3, axis=1)
    named = {
        "voltage": columns[:, 0:1],
        "voltage_std": mode.v_zpf * jnp.sqrt(jnp.maximum(q_q, 0.0)),
        "flux": columns[:, 1:2],
        "membrane": columns[:, 2:3],
        "memory": x,
        "memristance": 1 / w,
        "memristor_current": current,
        **covariance_of(mode.phi_zpf**2 * phi_phi, mode.phi_zpf * mode.q_zpf * phi_q, mode.q_zpf**2 * q_q),
    }
    return named | ({"states": states} if setup.save_states else {})


def after(parts: Any, track: Track) -> dict[str, Any]:
    """How healthy ρ and its hierarchy were over all steps; the smallest eigenvalue is the final state's."""
    setup = parts.setup
    _, health, _ = _split(setup, track.records)
    final = parts.grid.vectors @ track.final.stack[0] @ parts.grid.vectors.T
    eigenvalues = jnp.linalg.eigvalsh(unpack(final))
    uncertainty = read(setup, parts.mode, track.records)["diagnostics"]
    return {
        "diagnostics": uncertainty
        | {
            "top_level_population": jnp.max(jnp.abs(health[:, 0])),
            "trace_error": jnp.max(jnp.abs(health[:, 1])),
            "smallest_eigenvalue": jnp.minimum(jnp.min(health[:, 2]), eigenvalues[0]),
            "truncation": jnp.asarray(setup.truncation),
            "hierarchy_depth": jnp.asarray(setup.hierarchy.depth),
            "hierarchy_size": jnp.asarray(parts.layout.size),
            "hierarchy_error": jnp.asarray(setup.hierarchy.error),
            "last_tier": jnp.max(health[:, 3]),
        }
    }
