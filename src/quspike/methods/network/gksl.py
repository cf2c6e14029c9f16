"""Coupled oscillators in Fock space, one for each node, in the frame that is displaced by their own means.

    H = Σ ħω_k a_k†a_k + Σ_{k<l}[E_kl q_k q_l + K_kl φ_kφ_l] − Σ_j E_J[cos ϕ_j + ½c_j(b_j·φ/φ0)²] + φ·(A I + Pψ) − q·EGu
    dρ/dt = −(i/ħ)[H, ρ] + Σ_d (𝓓[L_d↓] + 𝓓[L_d↑])ρ,     L_d↓ = Σ_k b_dk √(W_d E_kk (n̄_dk + 1)) a_k e^{−iω_k t}

E = C⁻¹, ω_k = √(E_kk K_kk) with the junctions' curvature in K, each oscillator in a frame that rotates at its own ω_k:
exact, no RWA. φ counts from where the circuit rests in the fluxes of t = 0, and u from its value then, as a constant
gate voltage or offset charge is a change of gauge. What couples oscillators is kept in H as it is; dissipation is that
of the uncoupled ones, valid for couplings g ≪ ω and κ ≪ ω, and a dissipator between two nodes damps them together,
through one jump operator. With one node this is `gksl`. A `zero` reset swaps the neuron's own oscillator with a thermal
one: what it was entangled with is left mixed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import Array

from quspike.constants import hbar, phi0
from quspike.kernel import coupled_fock as fock
from quspike.kernel import fock_states
from quspike.kernel.fock import unpack
from quspike.kernel.spiking_scan import SpikingModel, Track
from quspike.methods.method import Machine, Params, Setup, initial_memories
from quspike.methods.network import frame as net
from quspike.methods.network.oscillators import State, displacement, error_norm, oscillators, size_of
from quspike.methods.network.sources import integrated_voltages, loop_fluxes, loop_rates
from quspike.methods.network.surroundings import Surroundings
from quspike.quantize.numbers.zero_point import thermal_occupation

TOP_LEVELS = 2
HEALTH = 3


def build(setup: Setup, params: Params) -> Machine:
    """Records: V, φ (n), membrane (K), x, W, I, α (2m), Var V, Var φ (n), health (3)."""
    f = net.frame(setup, params)
    o = oscillators(f)
    machine = _Machine(setup, params, f, o)
    model = SpikingModel(
        rolled=True,
        flow=machine.flow,
        membrane=machine.seen,
        reset=machine.reset,
        release=lambda t, y, piece, released: y._replace(held=jnp.where(released, 0.0, y.held)),
        observe=machine.observe,
        error=error_norm(setup, params, o),
    )
    return Machine(model, machine.start(), machine.read, machine.after)


@dataclass(frozen=True)
class _Machine(Surroundings):
    """The functions of one run, over its numbers."""

    @cached_property
    def levels(self) -> int:
        """N of each oscillator."""
        assert self.setup.truncation is not None
        return self.setup.truncation

    @cached_property
    def modes(self) -> int:
        """m."""
        return len(self.o.omega)

    @cached_property
    def a(self) -> np.ndarray:
        """a_k in the whole space (m, D, D)."""
        return fock.annihilators(self.levels, self.modes)

    @cached_property
    def own(self) -> np.ndarray:
        """The oscillator of each neuron (K,)."""
        network = net.system_of(self.setup).network
        names = [c.node for c in network.coordinates if c.kind == "extended"]
        return np.array([names.index(node) for node in self.setup.neuron_nodes], dtype=int)

    @cached_property
    def quanta(self) -> Array:
        """n̄ of each dissipator at each oscillator's frequency (D, m)."""
        temperatures = [self.params["elements"][d.name]["T"] for d in self.setup.membrane.dissipators]
        return jnp.stack([thermal_occupation(self.o.omega, t) for t in temperatures])

    @cached_property
    def fresh(self) -> Array:
        """n̄ of a thermal oscillator: that of the warmest dissipator (m,)."""
        return jnp.max(self.quanta, axis=0)

    def start(self) -> State:
        """Thermal (or vacuum) oscillators about the initial means, the neuron's own in the state that was asked for."""
        initial, f = self.params["initial"], self.f
        place = f.neurons[:, 0] if len(self.own) else f.nodes[0]
        there = place / (place @ place)
        kicked, moved = displacement(self.setup, self.params, f)
        charge = jnp.linalg.solve(f.inverse_capacitance, initial["voltage"] * there) + kicked
        flux = initial["flux"] * there + moved - self.o.rest
        alpha = flux / (2 * self.o.phi) + 1j * charge / (2 * self.o.q)
        memories = [jnp.asarray(x, dtype=float) for x in initial_memories(self.setup, self.params)]
        memory = jnp.stack(memories) if memories else jnp.zeros(0)
        driven = jnp.zeros(len(net.system_of(self.setup).integrated))
        return State(alpha, memory, driven, 0.0 * self.f.clamps, self.first_density())

    def first_density(self) -> Array:
        """ρ(0) about the means (D, D): a product, of thermal states but for one."""
        initial, given = self.params["initial"], dict(self.setup.state or {})
        quanta = 0.0 * self.fresh if self.setup.initial_state == "vacuum" else self.fresh
        states = [fock_states.thermal_state(self.levels, n) for n in quanta]
        if given.get("place") is not None:
            alpha = initial["cat_re"] + 1j * initial["cat_im"]
            states[given["place"]] = {
                "coherent": lambda: fock_states.number_state(self.levels, 0),
                "fock": lambda: fock_states.number_state(self.levels, given["n"]),
                "cat": lambda: fock_states.cat_state(self.levels, alpha, given["parity"]),
            }[self.setup.initial_state]()
        return fock.kron([unpack(state) for state in states])

    def flow(self, t, y: State, piece, free) -> State:
        """dy/dt: forces move α, couplings and junctions turn ρ about it, dissipators do both."""
        turn = jnp.exp(-1j * self.o.omega * t)
        flux, charge = self.lab(y.alpha, turn)
        psi = loop_fluxes(self.setup, self.f.loops, y.driven, piece, t)
        rest = self.resting(t, psi, y.held, piece)
        moving = self.kinetic(t, y.alpha, piece, turn) - rest / (2 * self.o.phi) * turn.conj()
        swing = self.swing(t, moving, rest, psi, piece, turn)
        w = self.conductances(y.memory, *swing)
        jumps = self.jump_amplitudes(w, y.held, turn)
        junction, forces = self.junctions(flux, psi, y.rho, turn)
        pull = self.o.magnetic @ flux + forces + self.driven(t, y.held, piece) + self.loop_pull(psi)
        pull = pull + self.f.dissipators @ (w * self.branch_sources(t, piece))
        lift = self.o.electric @ charge - self.f.inverse_capacitance @ self.gate_charge(t, piece)
        drift = turn.conj() * (-1j * self.o.phi * pull + self.o.q * lift) / hbar
        down, up = jumps
        damping = 0.5 * (down.conj().T @ (down @ moving) - up.T @ (up.conj() @ moving))
        small = self.a * turn[:, None, None]
        about = self.coupling(small) + junction - self.linear(small, forces) / hbar
        operators = [jnp.tensordot(row, self.a, 1) for row in down]
        operators += [jnp.tensordot(row, np.swapaxes(self.a, 1, 2), 1) for row in up]
        rho = fock.lindblad_rate(about, operators, y.rho)
        driven = integrated_voltages(self.setup, piece, t)
        return State(drift - damping, self.memory_rates(y.memory, *swing), driven, 0.0 * y.held, rho)

    def lab(self, alpha: Array, turn: Array) -> tuple[Array, Array]:
        """⟨φ⟩ − φ_r and ⟨q⟩ (m,)."""
        still = alpha * turn
        return 2 * self.o.phi * still.real, 2 * self.o.q * still.imag

    def linear(self, small: Any, weights: Array) -> Array:
        """Σ_k w_k δφ_k (D, D)."""
        half = jnp.tensordot((weights * self.o.phi).astype(complex), small, 1)
        return half + half.conj().T

    def coupling(self, small: Any) -> Array:
        """Σ_{k<l}[E_kl δq_kδq_l + K_kl δφ_kδφ_l]/ħ, every rotating and counter-rotating part of it (D, D), 1/s."""
        total = jnp.zeros(small.shape[1:], dtype=complex)
        for k in range(self.modes):
            for m in range(k + 1, self.modes):
                places = (small[k] + small[k].conj().T) @ (small[m] + small[m].conj().T)
                momenta = -(small[k] - small[k].conj().T) @ (small[m] - small[m].conj().T)
                magnetic = self.o.magnetic[k, m] * self.o.phi[k] * self.o.phi[m]
                total = total + (magnetic * places + self.o.electric[k, m] * self.o.q[k] * self.o.q[m] * momenta) / hbar
        return total

    def junctions(self, flux: Array, psi: Array, rho: Array, turn: Array) -> tuple[Array, Array]:
        """−Σ E_J[cos(θ + θ_0) + ½cθ²] about the mean in 1/s (D, D), and its mean forces Σ (E_J/φ0) b ⟨sin(…) − cθ⟩
        (m,), A; θ = b·(φ − φ_r)/φ0, θ_0 = (b·φ_r + oψ)/φ0.
        """
        total = jnp.zeros_like(rho)
        forces = jnp.zeros(self.modes)
        small = self.a * turn[:, None, None]
        start = (self.f.junctions.T @ self.o.rest + self.f.loops.junctions @ psi) / phi0
        for j in range(self.f.junctions.shape[1]):
            b, energy, bend = self.f.junctions[:, j], self.f.critical_currents[j] * phi0, self.o.curvature[j]
            mean, eta = b @ flux / phi0, b * self.o.phi / phi0
            shift = self.linear(small, b / phi0)
            wave = jnp.exp(1j * (start[j] + mean)) * fock.wave(self.levels, eta, turn)
            cosine, sine = 0.5 * (wave + wave.conj().T), -0.5j * (wave - wave.conj().T)
            total = total - energy / hbar * (cosine + bend * (0.5 * shift @ shift + mean * shift))
            current = fock.expectation(rho, sine - bend * shift).real - bend * mean * jnp.trace(rho).real
            forces = forces + b * energy / phi0 * current
        return total, forces

    def jump_amplitudes(self, w: Array, held: Array, turn: Array) -> tuple[Array, Array]:
        """L_d↓ and L_d↑ as rows over a_k and a_k† (D, m), 1/√s; none on an oscillator in the hold of a `zero` reset."""
        silent = jnp.zeros(self.modes).at[self.own].max(held * self.f.clamps) if len(self.own) else 0.0
        size = (self.f.dissipators * (jnp.sqrt(jnp.diagonal(self.f.inverse_capacitance)) * (1 - silent))[:, None]).T
        size = size * jnp.sqrt(w)[:, None]
        return size * jnp.sqrt(self.quanta + 1) * turn, size * jnp.sqrt(self.quanta) * turn.conj()

    def seen(self, t, y: State, piece) -> Array:
        """What the thresholds see (K,)."""
        return self.membrane(self.kinetic(t, y.alpha, piece, jnp.exp(-1j * self.o.omega * t)))

    def membrane(self, alpha: Array) -> Array:
        """2|α_k|V_zpf of each neuron's oscillator, or its quadrature X_θ (K,)."""
        volts = 2 * (jnp.diagonal(self.f.inverse_capacitance) * self.o.q)[self.own]
        seen = []
        for k, kind in enumerate(self.setup.membranes):
            own = alpha[self.own[k]]
            phase = self.setup.phases[k]
            seen.append(jnp.real(own * jnp.exp(-1j * phase)) if kind == "quadrature" else size_of(own))
        return volts * jnp.stack(seen) if seen else jnp.zeros(0)

    def reset(self, t, y: State, piece, fires: Array) -> State:
        """`zero` swaps the oscillator with a thermal one, `subtract` displaces it along its phase."""
        neuron, rho = self.params["neuron"], y.rho
        alpha = self.kinetic(t, y.alpha, piece, jnp.exp(-1j * self.o.omega * t))
        behind = y.alpha - alpha
        for k, reset in enumerate(self.setup.resets):
            place, fired = int(self.own[k]), fires[k]
            jump = neuron["v_threshold"][k] - neuron["v_reset"][k]
            kept = alpha[place] * neuron["v_reset"][k] / neuron["v_threshold"][k]
            if reset == "subtract" and self.setup.membranes[k] == "quadrature":
                v_zpf = jnp.diagonal(self.f.inverse_capacitance)[place] * self.o.q[place]
                kept = alpha[place] - jump / (2 * v_zpf) * jnp.exp(1j * self.setup.phases[k])
            alpha = alpha.at[place].set(jnp.where(fired, kept, alpha[place]))
            if reset == "zero":
                rho = jnp.where(fired, fock.replaced(rho, place, self.modes, self.fresh[place]), rho)
        return State(alpha + behind, y.memory, y.driven, jnp.where(fires, 1.0, y.held), rho)

    def observe(self, t, y: State, piece, free) -> Array:
        """What is recorded at each node of the grid."""
        turn = jnp.exp(-1j * self.o.omega * t)
        small = jnp.stack([fock.expectation(y.rho, a) for a in self.a])
        alpha = y.alpha + small
        moving = self.kinetic(t, alpha, piece, turn)
        flux, charge = self.lab(moving, turn)
        psi = loop_fluxes(self.setup, self.f.loops, y.driven, piece, t)
        rest = self.resting(t, psi, y.held, piece)
        swing = self.swing(t, moving - rest / (2 * self.o.phi) * turn.conj(), rest, psi, piece, turn)
        w = self.conductances(y.memory, *swing)
        velocity = self.f.inverse_capacitance @ charge
        volts, fluxes = self.f.nodes @ velocity, self.f.nodes @ (self.o.rest + flux) + self.f.loops.nodes @ psi
        volts = volts + self.f.node_sources @ net.source_voltages(self.setup, piece, t)
        volts = volts + self.f.loops.node_rates @ loop_rates(self.setup, piece, t)
        places, momenta = self.spread(y.rho, small, turn)
        to_volts = self.f.nodes @ self.f.inverse_capacitance
        chosen = net.remembering(self.setup)
        branch = self.f.dissipators.T @ velocity + self.branch_sources(t, piece)
        memory = y.memory + self.rest_memory(swing[0])
        health = jnp.stack([
            jnp.max(fock.top_populations(y.rho, self.modes, TOP_LEVELS)), jnp.trace(y.rho).real - 1,
            jnp.min(jnp.diagonal(y.rho).real),
        ])  # fmt: skip
        return jnp.concatenate([
            volts, fluxes, self.membrane(moving), memory,
            w[chosen], (w * branch)[chosen], alpha.real, alpha.imag,
            jnp.einsum("ni,ij,nj->n", to_volts, momenta, to_volts),
            jnp.einsum("ni,ij,nj->n", self.f.nodes, places, self.f.nodes), health,
        ])  # fmt: skip

    def spread(self, rho: Array, small: Array, turn: Array) -> tuple[Array, Array]:
        """Covariances of φ and of q (m, m), SI."""
        pairs = range(self.modes)
        aa = jnp.array([[fock.expectation(rho, self.a[k] @ self.a[m]) for m in pairs] for k in pairs])
        na = jnp.array([[fock.expectation(rho, self.a[k].T @ self.a[m]) for m in pairs] for k in pairs])
        aa = (aa - jnp.outer(small, small)) * jnp.outer(turn, turn)
        na = (na - jnp.outer(small.conj(), small)) * jnp.outer(turn.conj(), turn)
        vacuum = jnp.eye(self.modes)
        places = (2 * (aa + na).real + vacuum) * jnp.outer(self.o.phi, self.o.phi)
        momenta = (2 * (na - aa).real + vacuum) * jnp.outer(self.o.q, self.o.q)
        return places, momenta

    def read(self, records: Array) -> dict[str, Any]:
        """Name the columns of `observe`."""
        n, k, d, m = len(self.f.nodes), len(self.own), len(self.setup.membrane.memristors), self.modes
        ends = np.cumsum([n, n, k, d, d, d, m, m, n, n])
        v, phi, seen, x, w, current, re, im, volts, fluxes, _ = jnp.split(records, ends, axis=1)
        return {
            "voltage": v,
            "voltage_std": jnp.sqrt(jnp.maximum(volts, 0.0)),
            "flux": phi,
            "membrane": seen,
            "memory": x,
            "memristance": 1 / w,
            "memristor_current": current,
            "flux_variance": fluxes,
            **({"amplitude": re + 1j * im} if n == m else {}),
        }

    def after(self, track: Track, nodes: Array, spikes: Array) -> dict[str, Any]:
        """How healthy ρ was over all steps."""
        health = track.records[:, -HEALTH:]
        lowest = jnp.linalg.eigvalsh(track.final.rho)[0]
        return {
            "diagnostics": {
                "top_level_population": jnp.max(health[:, 0]),
                "trace_error": jnp.max(jnp.abs(health[:, 1])),
                "smallest_eigenvalue": jnp.minimum(jnp.min(health[:, 2]), lowest),
                "truncation": jnp.asarray(self.levels),
            }
        }
