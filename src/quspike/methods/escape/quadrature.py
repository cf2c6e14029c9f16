"""A linear resonator that clicks on a quadrature: the distribution of X_θ obeys an equation of its own, exactly.

    ∂p/∂t = ∂/∂X[(κX/2 − u) p] + (κ/2)(2n̄+1)V_zpf² ∂²p/∂X² − Γ(X) p,      u = 2V_zpf Re(iφ_zpf e/2ħ · e^{−iθ})

since damping, drive and reset move the quadratures of a linear mode without mixing them in the frame that rotates with
the drive, and Γ(X̂) is diagonal in X. It is an RC membrane of twice the resistance, driven by half the current, as hot
as ħω coth(ħω/2kT)/2k. The detector kicks the other quadrature, and so gives ħω V_zpf²⟨(∂√Γ/∂X)²⟩ a second. Nothing is
truncated: the edge may be as sharp as one likes, which in Fock space costs levels.
"""

from __future__ import annotations

import numpy as np

from quspike.constants import hbar
from quspike.methods import secular
from quspike.methods.escape.detector import detector
from quspike.methods.escape.marginal import Diffusion, marginal_space
from quspike.methods.escape.sources import envelope_of
from quspike.methods.escape.space import Space
from quspike.methods.method import Params, Setup
from quspike.quantize.numbers.zero_point import resonator_mode

ON_RESONANCE = 1e-9  # of ω0: rounding of a frequency


def has_marginal(setup: Setup, params: Params) -> bool:
    """True for a linear resonator without memory, driven at ω0, that starts in a Gaussian state and shows X_θ."""
    if setup.membrane_kind != "quadrature":
        return False
    if setup.one.junctions or setup.one.memristors or setup.initial_state not in ("thermal", "vacuum", "coherent"):
        return False
    omega = float(resonator_mode(setup.one, params["elements"]).omega)
    return abs(envelope_of(setup, params, omega)[1] - omega) <= ON_RESONANCE * omega


def quadrature_space(setup: Setup, params: Params) -> Space:
    """The Space of X_θ of a resonator for which `has_marginal` is true."""
    mode, edge = resonator_mode(setup.one, params["elements"]), detector(params)
    envelope, _ = envelope_of(setup, params, float(mode.omega))
    rates = [1 / (float(params["elements"][d.name]["R"]) * float(mode.capacitance)) for d in setup.one.dissipators]
    quanta, kappa = secular.occupations(setup, params, mode), sum(rates)
    occupation = sum(r * float(n) for r, n in zip(rates, quanta, strict=True)) / kappa
    v_zpf, omega, turn = float(mode.v_zpf), float(mode.omega), np.exp(-1j * setup.quadrature_phase)
    std = v_zpf * np.sqrt(2 * occupation + 1)
    push = 2 * v_zpf * float(np.real(1j * float(mode.phi_zpf) / (2 * hbar) * turn))
    neuron, zero = params["neuron"], setup.reset == "zero"
    alpha = complex(secular.initial_amplitude(params, mode))
    flow = Diffusion(
        std=std,
        begin=2 * v_zpf * float(np.real(alpha * turn)),
        begin_std=v_zpf * float(np.sqrt(2 * params["initial"]["occupation"] + 1)),
        back=float(neuron["v_reset"]),
        back_std=v_zpf * float(np.sqrt(2 * neuron["reset_occupation"] + 1)),
        subtract=None if zero else float(neuron["v_threshold"] - neuron["v_reset"]),
        rests=tuple(2 * push * e / kappa for e in envelope.extremes),
        leak=kappa / 2,
        push=max(abs(push * e) for e in envelope.extremes),
        integrating=lambda t, x, s: np.array([kappa / 2, kappa / 2, push * envelope(t) / std, 1.0]),
        held=lambda t, x, s: np.zeros(4) if zero else np.array([kappa / 2, kappa / 2, 0.0, 0.0]),
    )
    none = np.zeros(0)
    kicks = hbar * omega * v_zpf**2
    return marginal_space(flow, edge, envelope, lambda t, x, s: none, none, none, True, kicks)
