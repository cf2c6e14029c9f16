"""The resonator's secular moments: the first and second moments of the weak-coupling GKSL equation.

    dα/dt = −(κ/2)(α_V − α_dc) + e^{iω0t} [ iφ_zpf I(t) + q_zpf ΔQ_g(t)/C ]/ħ    frame rotating at ω0: exact, no RWA
    dN/dt = −κ N + Σ κ_e n̄_e,   dS/dt = −κ S,                N = ⟨δa†δa⟩, S = ⟨δaδa⟩ (rotating at 2ω0)
    κ = Σ W_eff/C averaged over the carrier (memory/mean_field.py)

ΔQ_g = Q_g(t) − Q_g(0) is what gates have moved, α_V = α + iΔQ_g e^{iω0t}/2q_zpf the amplitude whose charge makes the
voltage: what leaks, and what is seen. So the amplitude leaks at κ/2, half of 1/RC, and closes on the classical neuron
only for κ ≪ ω0. Slow parts of the drive shift the rest flux φ_dc = 2φ_zpf α_dc e^{−iω0t} = L I, where V = 0: α leaks
about it, and the carrier's amplitude is taken about it. A leak about φ = 0 would leave V = (κ/2)LI there for ever.
"""

from __future__ import annotations

import jax.numpy as jnp
from jax import Array

from quspike.constants import hbar
from quspike.kernel.spiking_scan import SpikingModel
from quspike.memory import mean_field
from quspike.methods.covariance import covariance_of
from quspike.methods.method import Machine, Params, Setup, initial_memories, memory_scales
from quspike.quantize.numbers.zero_point import Mode, resonator_mode, thermal_occupation

TINY = 1e-30


def build(setup: Setup, params: Params) -> Machine:
    """y = [Re α, Im α, x …, N, Re S, Im S] in the rotating frame."""
    mode = resonator_mode(setup.one, params["elements"])
    count = len(setup.one.memristors)

    def flow(t, y, piece, free):
        alpha, x = kinetic(setup, params, mode, t, y[0] + 1j * y[1], piece), y[2 : 2 + count]
        driven = free_drive(setup, free)
        swing = carrier(setup, params, mode, t, alpha, piece, driven)
        rates = loss_rates(setup, params, mode, x, swing)
        kappa, heating = sum(rates), sum(r * n for r, n in zip(rates, occupations(setup, params, mode), strict=True))
        held = free if setup.spiking and setup.reset == "zero" else jnp.ones_like(free)
        moving = alpha - driven * rest_amplitude(setup, mode, t, piece)
        d_alpha = driven * push(setup, params, mode, t, piece) - 0.5 * held * kappa * moving
        n, s = y[2 + count], y[3 + count :]
        memory = memory_rates(setup, params, x, swing)
        return jnp.stack([d_alpha.real, d_alpha.imag, *memory, held * (heating - kappa * n), *(-held * kappa * s)])

    model = SpikingModel(
        flow=flow,
        membrane=lambda t, y, piece: membrane_value(
            setup, mode, kinetic(setup, params, mode, t, y[0] + 1j * y[1], piece)
        ),
        reset=lambda t, y, piece: _reset(setup, params, mode, t, y, piece),
        release=lambda t, y, piece: y,
        observe=lambda t, y, piece, free: observe(setup, params, mode, t, y, piece, free_drive(setup, free)),
        error=error_norm(setup, params, mode),
    )
    return Machine(model, start(setup, params, mode), lambda records: read(setup, mode, records))


def start(setup: Setup, params: Params, mode: Mode) -> Array:
    """α(0) from the initial state or means; thermal or vacuum covariance."""
    alpha = initial_amplitude(params, mode)
    occupation = params["initial"].get("occupation", 0.0)
    first = [jnp.real(alpha), jnp.imag(alpha), *initial_memories(setup, params)]
    return jnp.stack([jnp.asarray(v, dtype=float) for v in [*first, occupation, 0.0, 0.0]])


def initial_amplitude(params: Params, mode: Mode):
    """α = φ/2φ_zpf + iq/2q_zpf of the initial means."""
    initial = params["initial"]
    q = mode.capacitance * initial["voltage"]
    return initial["flux"] / (2 * mode.phi_zpf) + 1j * q / (2 * mode.q_zpf)


def free_drive(setup: Setup, free):
    """The input is disconnected in every hold."""
    return free if setup.spiking else jnp.ones_like(free)


def push(setup: Setup, params: Params, mode: Mode, t, piece):
    """e^{iω0t}[iφ_zpf I + q_zpf ΔQ_g/C]/ħ in 1/s: what sources do to α."""
    current = setup.inputs.current(piece, t)
    gate = moved_charge(setup, params, t, piece)
    return jnp.exp(1j * mode.omega * t) * (1j * mode.phi_zpf * current + mode.q_zpf * gate / mode.capacitance) / hbar


def moved_charge(setup: Setup, params: Params, t, piece):
    """ΔQ_g = Q_g(t) − Q_g(0), C: a charge that gates hold for ever is a change of gauge."""
    first = tuple(p[0] for p in setup.inputs.pieces(params, jnp.zeros(1)))
    start = setup.inputs.gate_charge(params["elements"], first, jnp.zeros(()))
    return setup.inputs.gate_charge(params["elements"], piece, t) - start


def kinetic(setup: Setup, params: Params, mode: Mode, t, alpha, piece):
    """α_V, whose charge q + ΔQ_g makes the voltage."""
    if not setup.one.gates:
        return alpha
    return alpha + 1j * moved_charge(setup, params, t, piece) / (2 * mode.q_zpf) * jnp.exp(1j * mode.omega * t)


def carrier(setup: Setup, params: Params, mode: Mode, t, alpha, piece, driven=1.0) -> tuple:
    """(φ_dc, A, V_A): rest flux and the carrier's flux and voltage amplitudes about it; driven : share of the input."""
    swing = alpha - driven * rest_amplitude(setup, mode, t, piece)
    size = jnp.sqrt(swing.real**2 + swing.imag**2 + TINY)
    return driven * rest_flux(setup, mode, piece, t), 2 * mode.phi_zpf * size, 2 * mode.v_zpf * size


def rest_amplitude(setup: Setup, mode: Mode, t, piece):
    """α_dc = φ_dc e^{iω0t}/2φ_zpf, what does not leak."""
    return rest_flux(setup, mode, piece, t) / (2 * mode.phi_zpf) * jnp.exp(1j * mode.omega * t)


def rest_flux(setup: Setup, mode: Mode, piece, t):
    """φ_dc = L I of the slow currents, Wb."""
    return setup.inputs.slow_current(piece, t, _concrete_omega(setup)) / (mode.omega**2 * mode.capacitance)


def _concrete_omega(setup: Setup) -> float:
    """ω0 as a plain number, for the static choice of which sources are slow."""
    assert setup.omega is not None
    return setup.omega


def loss_rates(setup: Setup, params: Params, mode: Mode, x, swing: tuple) -> list:
    """κ_e of each dissipator, 1/s."""
    rest, flux_amplitude, voltage_amplitude = swing
    memories = mean_field.spread(setup.one, x)
    return [
        mean_field.carrier_conductance(d, m, rest, flux_amplitude, voltage_amplitude, params["elements"])
        / mode.capacitance
        for d, m in zip(setup.one.dissipators, memories, strict=True)
    ]


def memory_rates(setup: Setup, params: Params, x, swing: tuple) -> list:
    """dx/dt of each memristor."""
    pairs = zip(setup.one.memristors, x, strict=True)
    return [mean_field.carrier_rate(d, m, swing[2], params["elements"]) for d, m in pairs]


def occupations(setup: Setup, params: Params, mode: Mode) -> list:
    """n̄_e at ω0 for each dissipator's temperature."""
    temperatures = [params["elements"][d.name]["T"] for d in setup.one.dissipators]
    return [thermal_occupation(mode.omega, t) for t in temperatures]


def membrane_value(setup: Setup, mode: Mode, alpha):
    """2|α|V_zpf, or X_θ = 2V_zpf Re(α e^{−iθ})."""
    if setup.membrane_kind == "quadrature":
        return 2 * mode.v_zpf * jnp.real(alpha * jnp.exp(-1j * setup.quadrature_phase))
    return 2 * mode.v_zpf * jnp.sqrt(alpha.real**2 + alpha.imag**2 + TINY)


def reset_amplitude(setup: Setup, params: Params, mode: Mode, alpha):
    """α after a spike: scaled to v_reset (`zero`), or displaced by the jump along the membrane's phase (`subtract`)."""
    neuron = params["neuron"]
    if setup.reset == "zero" or setup.membrane_kind == "envelope":
        return alpha * neuron["v_reset"] / neuron["v_threshold"]
    jump = (neuron["v_threshold"] - neuron["v_reset"]) / (2 * mode.v_zpf)
    return alpha - jump * jnp.exp(1j * setup.quadrature_phase)


def _reset(setup: Setup, params: Params, mode: Mode, t, y: Array, piece) -> Array:
    """`zero` swaps the mode with a thermal one; `subtract` displaces it and keeps its covariance."""
    before = y[0] + 1j * y[1]
    seen = kinetic(setup, params, mode, t, before, piece)
    alpha = reset_amplitude(setup, params, mode, seen) + before - seen
    y = y.at[0].set(alpha.real).at[1].set(alpha.imag)
    if setup.reset == "subtract":
        return y
    return y.at[-3:].set(jnp.stack([params["neuron"]["reset_occupation"], 0.0 * y[0], 0.0 * y[0]]))


def observe(setup: Setup, params: Params, mode: Mode, t, y: Array, piece, driven=1.0) -> Array:
    """[V, φ, membrane, x …, W …, α (2), covariance (3)]."""
    alpha = kinetic(setup, params, mode, t, y[0] + 1j * y[1], piece)
    count = len(setup.one.memristors)
    swing = carrier(setup, params, mode, t, alpha, piece, driven)
    lab = alpha * jnp.exp(-1j * mode.omega * t)
    s = (y[-2] + 1j * y[-1]) * jnp.exp(-2j * mode.omega * t)
    phi_phi, phi_q, q_q = 2 * y[-3] + 1 + 2 * s.real, 2 * s.imag, 2 * y[-3] + 1 - 2 * s.real
    v, phi = 2 * mode.v_zpf * lab.imag, 2 * mode.phi_zpf * lab.real
    rates = loss_rates(setup, params, mode, y[2 : 2 + count], swing)
    w = [r * mode.capacitance for d, r in zip(setup.one.dissipators, rates, strict=True) if d.law is not None]
    x = [
        m + d.sign * swing[0] if mean_field.follows_inductor(d) else m
        for d, m in zip(setup.one.memristors, y[2:], strict=False)
    ]
    seen = membrane_value(setup, mode, alpha)
    return jnp.stack([v, phi, seen, *x, *w, y[0], y[1], phi_phi, phi_q, q_q])


def read(setup: Setup, mode: Mode, records: Array) -> dict[str, Array]:
    """Name the columns of `observe`; the covariance there is in zero-point units."""
    count = len(setup.one.memristors)
    v, x, w = records[:, 0], records[:, 3 : 3 + count], records[:, 3 + count : 3 + 2 * count]
    re, im, phi_phi, phi_q, q_q = jnp.split(records[:, 3 + 2 * count :], 5, axis=1)
    quantum = mode.phi_zpf * mode.q_zpf
    return {
        "voltage": v[:, None],
        "flux": records[:, 1:2],
        "membrane": records[:, 2:3],
        "voltage_std": mode.v_zpf * jnp.sqrt(jnp.maximum(q_q, 0.0)),
        "memory": x,
        "memristance": 1 / w,
        "memristor_current": w * v[:, None],
        "amplitude": re + 1j * im,
        **covariance_of(mode.phi_zpf**2 * phi_phi, quantum * phi_q, mode.q_zpf**2 * q_q),
    }


def error_norm(setup: Setup, params: Params, mode: Mode):
    """max of |δα| in volts and |δx|, relative to their scales."""
    scales = memory_scales(setup, params, setup.scale, 1 / mode.omega)

    def error(e: Array, y: Array):
        size = jnp.sqrt(y[0] ** 2 + y[1] ** 2)
        parts = [jnp.maximum(jnp.abs(e[0]), jnp.abs(e[1])) / jnp.maximum(size, setup.scale / (2 * mode.v_zpf))]
        parts += [jnp.abs(e[2 + i]) / jnp.maximum(scale, 1e-300) for i, scale in enumerate(scales)]
        return jnp.max(jnp.stack(parts))

    return error
