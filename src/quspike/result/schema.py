"""Every variable of a result: its dimensions, unit and meaning, in one table.

`/classical`, the neuron without quantum mechanics that ran beside the quantum one, obeys the same table.
"""

from __future__ import annotations

from dataclasses import dataclass

SCHEMA = 1
"""Version of this table; a change of meaning raises it."""

BATCH = "trajectory"
"""The dimension that an ensemble puts first."""


@dataclass(frozen=True)
class Variable:
    """One variable of the Dataset; `units` are SI, "1" means that it has none."""

    name: str
    dims: tuple[str, ...]
    units: str
    long_name: str


LABELS = (
    Variable("node", ("node",), "1", "node of the circuit"),
    Variable("element", ("element",), "1", "memristor"),
    Variable("source", ("source",), "1", "source"),
    Variable("neuron", ("neuron",), "1", "neuron"),
    Variable("neuron_node", ("neuron",), "1", "node that carries the membrane"),
    Variable("neuron_membrane", ("neuron",), "1", "what the threshold sees"),
    Variable("memory_units", ("element",), "1", "unit of the memory variable"),
)
"""Coordinates that hold names."""

COORDINATES = (
    Variable("time", ("time",), "s", "time"),
    Variable("v_threshold", ("neuron",), "V", "spike threshold"),
    Variable("v_reset", ("neuron",), "V", "membrane after a spike at the threshold"),
    Variable("interval", ("interval",), "s", "interspike interval"),
    Variable("bin", ("bin",), "s", "middle of the bin whose qubit says spike or silence"),
    Variable("count", ("count",), "1", "number of spikes"),
    Variable("wigner_time", ("wigner_time",), "s", "time of the Wigner function"),
    Variable("wigner_flux", ("wigner_time", "node", "flux_point"), "Wb", "flux of the Wigner function"),
    Variable("wigner_charge", ("wigner_time", "node", "charge_point"), "C", "charge of the Wigner function"),
    Variable("wigner_voltage", ("wigner_time", "node", "charge_point"), "V", "voltage of the Wigner function"),
)
"""Coordinates that hold numbers."""

VARIABLES = (
    Variable("voltage", ("time", "node"), "V", "expectation of the node voltage"),
    Variable("voltage_std", ("time", "node"), "V", "standard deviation of the node voltage"),
    Variable("flux", ("time", "node"), "Wb", "expectation of the node flux"),
    Variable("membrane", ("time", "neuron"), "V", "membrane, as the threshold sees it"),
    Variable("memristance", ("time", "element"), "ohm", "memristance"),
    Variable("memory", ("time", "element"), "the law's own", "memory variable of the memristor"),
    Variable("memristor_current", ("time", "element"), "A", "current through the memristor"),
    Variable("input_current", ("time", "source"), "A", "current that the source delivers"),
    Variable("spike_count", ("neuron",), "1", "number of spikes"),
)
"""What every run gives."""

SPIKES = (
    Variable("spike_time", ("spike",), "s", "time of the spike"),
    Variable("spike_neuron", ("spike",), "1", "neuron that fired: a place in `neurons`"),
    Variable("spike_trajectory", ("spike",), "1", "trajectory of the ensemble in which it fired"),
    Variable("spike_point", ("spike",), "1", "point of the sweep in which it fired"),
)
"""The event table: one row a spike, ordered by point, trajectory and time; never padded."""

ON_REQUEST = {
    "flux_variance": "covariance",
    "flux_charge_covariance": "covariance",
    "charge_variance": "covariance",
    "states": "states",
    "record": "record",
}
"""Variables that are kept when a key of the run file's `[save]` says so."""

EXTRAS = (
    Variable("amplitude", ("time", "node"), "1", "mode amplitude ⟨a⟩ in the frame that rotates at the resonance"),
    Variable("flux_variance", ("time", "node"), "Wb^2", "variance of the node flux"),
    Variable("flux_charge_covariance", ("time", "node"), "Wb C", "symmetrised covariance of node flux and charge"),
    Variable("charge_variance", ("time", "node"), "C^2", "variance of the node charge"),
    Variable(
        "voltage_error", ("time", "node"), "V", "standard error of the node voltage, an average over trajectories"
    ),
    Variable(
        "voltage_std_error", ("time", "node"), "V", "standard error of the standard deviation of the node voltage"
    ),
    Variable("record", ("time", "node"), "V", "filtered record of the voltage's measurement"),
    Variable("states", ("time", "level", "level_"), "1", "density matrix in Fock space"),
    Variable(
        "wigner",
        ("wigner_time", "node", "flux_point", "charge_point"),
        "1/(J s)",
        "Wigner function of flux and charge, whose integral over both is one",
    ),
    Variable("spike_rate", ("time", "neuron"), "1/s", "clicks per time, of all neurons of an ensemble"),
    Variable("integrating", ("time", "neuron"), "1", "probability to be integrating, and not in a hold"),
    Variable("isi_kind", (), "1", "which interval isi_density and survival are of: stationary, next or first"),
    Variable("isi_missing", (), "1", "why there is neither isi_density nor survival"),
    Variable("isi_truncation", (), "1", "Fock levels of the equation of isi_density; a run's averages may have more"),
    Variable("spikes_within", ("neuron",), "1", "probability of a spike within the axis of intervals"),
    Variable("click_energy", ("neuron",), "J", "energy that the detector gives to the circuit, a spike"),
    Variable("hazard", ("interval", "neuron"), "1/s", "rate of the next spike, given that there was none yet"),
    Variable("isi_density", ("interval", "neuron"), "1/s", "density of the next spike after this interval"),
    Variable("survival", ("interval", "neuron"), "1", "probability of no spike within this interval"),
    Variable("spike_probability", ("bin", "neuron"), "1", "probability of a spike in this bin"),
    Variable("count_probability", ("count", "neuron"), "1", "probability of this number of spikes"),
    Variable("count_mean", ("neuron",), "1", "mean number of spikes"),
    Variable("count_fano", ("neuron",), "1", "Fano factor of the number of spikes"),
    Variable("neuron_entropy", ("bin", "neuron"), "1", "von Neumann entropy of the neuron after this bin, in nats"),
    Variable(
        "entanglement_entropy", ("bin", "neuron"), "1", "entanglement of the spikes so far with what follows, in nats"
    ),
    Variable("pattern_spikes", ("pattern", "bin"), "1", "spikes of the likeliest trains: 0 silence, 1 spike"),
    Variable("pattern_probability", ("pattern",), "1", "probability of this spike train"),
    Variable("pattern_coherence", ("pattern", "pattern_"), "1", "coherence between two of the likeliest spike trains"),
)
"""What only some methods give."""

TABLE = {v.name: v for v in (*LABELS, *COORDINATES, *VARIABLES, *SPIKES, *EXTRAS)}


def describe(name: str) -> Variable:
    """The row of `name`; the parts `_real` and `_imag` of a complex variable share one row."""
    row = TABLE.get(name) or TABLE.get(name.removesuffix("_real").removesuffix("_imag"))
    if row is None:
        raise KeyError(f"{name} is not in the table of result variables (quspike/result/schema.py)")
    return row
