"""What a measurement costs: its two diffusions against their bound, and how often its noise alone would spike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from quspike.methods.method import Setup, Solution
from quspike.verdict import Check, bounded

BOUND = 1 - 1e-9  # of ħ²/4ηC²: no measurement tells more for less
STRAY = 0.1  # spikes in a run that the noise at rest makes


def measured_checks(solution: Solution) -> list[Check]:
    """The bound of memory and back-action, and the spikes of noise, where a run has them."""
    found = {name: float(value) for name, value in solution.diagnostics.items()}
    if "diffusions_over_bound" not in found:
        return []
    record, flux = found["record_diffusion"], found["flux_diffusion"]
    text = f"over ħ²/4ηC², the least; a memory blurs by {record:.3g} Wb²/s, φ by {flux:.3g} Wb²/s"
    value = found["diffusions_over_bound"]
    checks = [Check("D_record*D_phi", value, BOUND, "ok" if value >= BOUND else "warn", text)]
    if "spikes_at_rest" in found:
        stray = found["spikes_at_rest"] * float(np.max(np.asarray(solution.time)))
        text = f"spikes of one trajectory from noise at rest, {found['spikes_at_rest']:.3g} a second"
        checks.append(bounded("spikes at rest", stray, STRAY, text))
    return checks


def smooth_drift(setup: Setup, params: Mapping[str, Any], solution: Solution) -> float:
    """max |W′⟨V⟩/W| of flux-controlled memories, 1/s: |Ṁ/M| without the record's noise, which has no rate."""
    import jax
    import jax.numpy as jnp

    largest = 0.0
    for i, d in enumerate(setup.one.memristors):
        law, numbers = d.law, params["elements"][d.name]
        if law is None or law.control != "flux":
            continue
        if d.senses == "envelope":  # of a filtered record, which has a rate
            logarithm = np.log(np.asarray(solution.memristance)[..., i])
            if len(solution.time) > 2:
                largest = max(
                    largest, float(np.max(np.abs(np.gradient(logarithm, np.asarray(solution.time), axis=-1))))
                )
            continue
        x = jnp.ravel(jnp.asarray(solution.memory)[..., i])
        slope = jax.vmap(jax.grad(lambda u, law=law, numbers=numbers: jnp.log(law.conductance(u, 0.0, numbers))))(x)
        rate = jnp.abs(slope * jnp.ravel(jnp.asarray(solution.voltage)[..., 0]))
        largest = max(largest, float(jnp.max(rate)))
    return largest
