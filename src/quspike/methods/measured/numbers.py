"""What a measured run computes with: the static choices of a setup, and its numbers.

    dy = ⟨V⟩dt + dW/√(8kη),      D_record = 1/(8kη),      D_φ = 2kħ²/C²,      D_record·D_φ = ħ²/(4ηC²)

D_record·t is the variance of the integrated record's own noise, D_φ·t the variance that the measurement adds to φ.
Pfeiffer, Egusquiza, Di Ventra, Sanz & Solano, Sci. Rep. 6, 29507 (2016).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp

from quspike.constants import hbar
from quspike.methods import lab_frame, secular
from quspike.methods.method import Params, Setup
from quspike.quantize.membrane import Dissipator
from quspike.quantize.numbers.zero_point import Mode, resonator_mode

LEAK_TIMES = 0.1  # of the membrane's leak time at its first memory: an automatic filter


@dataclass(frozen=True)
class Model:
    """Setup and parameters together with what follows from them.

    drivers : what drives each memristor's memory: the `record` itself, the `filtered` record, the record's `tone` (its
        demodulated amplitude), or what is `expected`, the conditional ⟨V⟩.
    capacitance (F), omega (rad/s; 0 in baseband), mode : of a resonator, or None.
    information : 8kη, 1/(V² s). heating : D_φ, Wb²/s. memory_rate, spike_rate : γ_f of the two filters, 1/s.
    occupation : n̄ of each dissipator, of a resonator.
    """

    setup: Setup
    params: Params
    drivers: tuple[str, ...]
    capacitance: Any
    omega: Any
    mode: Mode | None
    information: Any
    heating: Any
    memory_rate: Any
    spike_rate: Any
    occupation: tuple[Any, ...]

    @property
    def plain(self) -> bool:
        """Whether the filtered record is followed: a memory or the user asks for it."""
        return self.setup.save_record or "filtered" in self.drivers

    @property
    def tone(self) -> bool:
        """Whether the record is demodulated for a memory."""
        return "tone" in self.drivers

    def lag(self, driver: str) -> Any:
        """ω0/γ_f of a memory's filter; 0 where the record itself drives it."""
        return self.omega / self.memory_rate if driver == "filtered" else 0.0

    @property
    def watched(self) -> bool:
        """Whether the threshold watches a filtered record."""
        return self.setup.spiking and self.setup.spike == "record"

    @property
    def clamps(self) -> bool:
        """Whether the node is clamped in a hold."""
        return self.setup.spiking and self.setup.reset == "zero" and not self.setup.resonator


def model_of(setup: Setup, params: Params) -> Model:
    """The numbers of a run."""
    circuit = lab_frame.circuit_numbers(setup, params)
    k, efficiency = params["measurement"]["strength"], params["measurement"]["efficiency"]
    mode = resonator_mode(setup.one, params["elements"]) if setup.resonator else None
    return Model(
        setup=setup,
        params=params,
        drivers=tuple(driver_of(setup, params, d) for d in setup.one.memristors),
        capacitance=circuit.capacitance,
        omega=circuit.omega,
        mode=mode,
        information=8 * k * efficiency,
        heating=2 * k * hbar**2 / circuit.capacitance**2,
        memory_rate=1 / memory_filter(setup, params),
        spike_rate=1 / params["neuron"]["record_filter"] if setup.spike == "record" else 0.0,
        occupation=() if mode is None else tuple(secular.occupations(setup, params, mode)),
    )


def driver_of(setup: Setup, params: Params, d: Dissipator) -> str:
    """What drives a memory: a law linear in V can follow the record itself, unless a filter is given.

    In a resonator any other law has its carrier from a lock-in: a filter that is wide enough to pass ω0 passes the
    noise of that width, too, and a narrower one would hide from it all that it could respond to.
    """
    assert d.law is not None
    if setup.memory != "measured" or d.law.control == "time":
        return "expected"
    linear = d.law.control in ("flux", "charge")
    if d.senses == "envelope" or (setup.resonator and not linear):
        return "tone"
    return "record" if linear and "filter" not in params["measurement"] else "filtered"


def memory_filter(setup: Setup, params: Params):
    """1/γ_f of the record that drives memories and is saved, s: as given, or a tenth of the first leak time C/W."""
    if "filter" in params["measurement"]:
        return params["measurement"]["filter"]
    first = [jnp.asarray(params["initial"]["memory"][d.name]) for d in setup.one.memristors]
    leak = sum(lab_frame.conductances(setup, params, 0.0, first), jnp.zeros(()))
    return LEAK_TIMES * lab_frame.circuit_numbers(setup, params).capacitance / leak
