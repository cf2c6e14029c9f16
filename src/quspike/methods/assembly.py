"""A Solution from the named columns of a run, or of an ensemble: what every solver does at its end."""

from __future__ import annotations

from collections.abc import Mapping

import jax.numpy as jnp
from jax import Array

from quspike.kernel.grid import GridPlan
from quspike.methods.method import Params, Setup, Solution

COLUMNS = ("voltage", "voltage_std", "flux", "membrane", "memristance", "memory", "memristor_current")
COVARIANCE = ("flux_variance", "flux_charge_covariance", "charge_variance")


def assembled(
    setup: Setup,
    plan: GridPlan,
    params: Params,
    named: Mapping[str, Array],
    spikes: tuple[Array, Array, Array],
    diagnostics: Mapping[str, Array],
) -> Solution:
    """The Solution; named : COLUMNS and what is extra, time first, or in an ensemble the trajectory, then time.

    spikes : times, neurons and counts, the last as many as there are neurons, or one. A current counts in the
    direction of its element; the covariance is left out where nobody asked for it.
    """
    times = jnp.asarray(plan.save_times)
    fields = {name: named[name] for name in COLUMNS}
    fields["memristor_current"] = fields["memristor_current"] * jnp.asarray([d.sign for d in setup.membrane.memristors])
    spike_time, spike_neuron, spike_count = spikes
    if not setup.spiking:
        fields["membrane"], spike_count = fields["membrane"][..., :0], spike_count[..., :0]
    delivered = setup.inputs.sampled(params, params["elements"], times)
    left_out = (*COLUMNS, *(() if setup.save_covariance else COVARIANCE))
    return Solution(
        time=times,
        **fields,
        input_current=jnp.broadcast_to(delivered, (*fields["voltage"].shape[:-2], *delivered.shape)),
        spike_time=spike_time,
        spike_neuron=spike_neuron,
        spike_count=spike_count,
        diagnostics=dict(diagnostics),
        extra={name: values for name, values in named.items() if name not in left_out},
    )


def spikes_of_one(times: Array, counts: Array) -> tuple[Array, Array, Array]:
    """Times (R, S) padded with nan, the only neuron or −1, and counts (R, 1), of each trajectory."""
    return times, jnp.where(jnp.isfinite(times), 0, -1), counts[:, None]


def standard_error(voltage: Array) -> Array:
    """The largest standard error of an ensemble's ⟨V⟩ (R, T, node), V."""
    return jnp.max(jnp.std(voltage, axis=0, ddof=1)) / jnp.sqrt(voltage.shape[0])
