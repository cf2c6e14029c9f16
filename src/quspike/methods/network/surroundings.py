"""What surrounds coupled oscillators: sources that push them, memristors that look at carriers on their branches.

    force A I(t) + P ψ(t) + K_L φ_r,   charge G (u(t) − u(0)),   voltage Σ ± V + o Φ̇ of each dissipator

A carrier is what an oscillator does about the rest that slow sources give it: its amplitudes of flux and voltage on a
branch are what `memory/mean_field` averages a memristor over.
"""

from __future__ import annotations

from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np
from jax import Array

from quspike.constants import phi0
from quspike.memory import mean_field
from quspike.methods.method import Params, Setup
from quspike.methods.network import frame as net
from quspike.methods.network.oscillators import Oscillators, size_of
from quspike.methods.network.sources import first_pieces, flux_rates


@dataclass(frozen=True)
class Surroundings:
    """The numbers of one run, f of its circuit and o of its oscillators."""

    setup: Setup
    params: Params
    f: net.Frame
    o: Oscillators

    def open_inputs(self, held: Array) -> Array:
        """1 for each current, 0 where a neuron's hold cuts it off (I,)."""
        return jnp.prod(1 - self.f.cut * held[None, :], axis=1)

    def driven(self, t, held: Array, piece) -> Array:
        """A I(t) (m,), a held neuron's inputs cut off; A."""
        return self.f.currents @ (self.open_inputs(held) * net.source_currents(self.setup, piece, t))

    def loop_pull(self, psi: Array) -> Array:
        """`K_L φ_r + P ψ` (m,), A: what coils pull with at the rest."""
        return self.f.stiffness @ self.o.rest + self.f.loops.pull @ psi

    def gate_charge(self, t, piece) -> Array:
        """G (u(t) − u(0)) (m,), C."""
        first = net.source_voltages(self.setup, first_pieces(self.setup, self.params), jnp.zeros(()))
        return self.f.gates @ (net.source_voltages(self.setup, piece, t) - first)

    def kinetic(self, t, alpha: Array, piece, turn: Array) -> Array:
        """α with the charge q − G(u(t) − u(0)) that makes voltages, in place of q (m,): what leaks and what is seen."""
        if not self.setup.membrane.gates:
            return alpha
        return alpha - 1j * self.gate_charge(t, piece) / (2 * self.o.q) * turn.conj()

    def branch_sources(self, t, piece) -> Array:
        """`Σ ± V + o Φ̇` of each dissipator (D,), V."""
        volts = net.source_voltages(self.setup, piece, t)
        return self.f.dissipator_sources @ volts + self.f.loops.rates @ flux_rates(self.setup, piece, t)

    def resting(self, t, psi: Array, held: Array, piece) -> Array:
        """φ − φ_r of the rest that slow sources give (m,), Wb: what does not leak."""
        currents, psi = self._slow(t, psi, piece)
        pull = self.f.currents @ (self.open_inputs(held) * currents) + self.loop_pull(psi)
        phases = (self.f.junctions.T @ self.o.rest + self.f.loops.junctions @ psi) / phi0
        pull = pull + self.f.junctions @ (self.f.critical_currents * jnp.sin(phases))
        return -jnp.linalg.solve(self.o.stiffness, pull)

    def swing(self, t, moving: Array, rest: Array, psi: Array, piece, turn: Array) -> tuple[Array, Array, Array]:
        """Of each dissipator's branch: rest flux, and the carrier's flux and voltage amplitudes about it (D,).

        moving : α less that of the rest (m,). rest : φ − φ_r there (m,), Wb.
        """
        still = moving * turn
        flux = self.f.dissipators.T @ (2 * self.o.phi * still)
        volts = self.f.dissipators.T @ (self.f.inverse_capacitance @ (2 * self.o.q * still))
        _, psi = self._slow(t, psi, piece)
        moved = psi[len(self.f.loops.start) :][: len(self.f.loops.start)]
        return self.f.dissipators.T @ (self.o.rest + rest) + self.f.loops.rates @ moved, size_of(flux), size_of(volts)

    def _slow(self, t, psi: Array, piece) -> tuple[Array, Array]:
        """I(t) and ψ(t), sources too fast for a rest left out: their fluxes stand where they stood at t = 0."""
        system, slow = net.system_of(self.setup), self.setup.inputs.is_slow
        currents, fluxes, driven = (
            np.array([float(slow(s, self.setup.oscillation)) for s in sources])
            for sources in (system.currents, system.fluxes, system.integrated)
        )
        keep = np.concatenate([np.ones_like(fluxes), fluxes, driven])
        return net.source_currents(self.setup, piece, t) * currents, psi * keep

    def conductances(self, memory: Array, rest: Array, flux: Array, volts: Array) -> Array:
        """W of each dissipator, averaged over the carrier of its branch (D,), S."""
        memories = iter(range(len(memory)))
        found = [
            mean_field.carrier_conductance(
                d, None if d.law is None else memory[next(memories)], rest[i], flux[i], volts[i],
                self.params["elements"],
            )
            for i, d in enumerate(self.setup.membrane.dissipators)
        ]  # fmt: skip
        return jnp.stack([jnp.asarray(w, dtype=float) for w in found])

    def memory_rates(self, memory: Array, rest: Array, flux: Array, volts: Array) -> Array:
        """dx/dt of each memristor."""
        pairs = zip(self.setup.membrane.memristors, net.remembering(self.setup), strict=True)
        found = [
            mean_field.carrier_rate(d, memory[i], volts[j], self.params["elements"]) for i, (d, j) in enumerate(pairs)
        ]
        return jnp.stack(found) if found else memory

    def rest_memory(self, rest: Array) -> Array:
        """A memory that is its branch's flux sits at the rest flux (memristors,)."""
        pairs = zip(self.setup.membrane.memristors, net.remembering(self.setup), strict=True)
        found = [rest[j] if mean_field.follows_inductor(d) else jnp.zeros(()) for d, j in pairs]
        return jnp.stack(found) if found else jnp.zeros(0)
