"""Zero-point scales of several modes, against closed forms and against the vacuum's own relations."""

from __future__ import annotations

import numpy as np
from scipy.linalg import sqrtm

import quspike as qs
from quantize.circuits import near
from quantize.random_circuits import random_circuits
from quspike.errors import InputError
from quspike.quantize.membrane import element_params
from quspike.quantize.network import network
from quspike.quantize.numbers.normal_modes import normal_modes
from quspike.quantize.numbers.zero_point_scales import zero_point_scales

HBAR = 1.054571817e-34


def test_one_mode_by_hand():
    """φ_zpf = √(ħZ/2) = 1.29e-16 Wb and V_zpf = 4.09 µV of 10 nH and 100 fF. Catches: √(ħ/Ω) without its 2."""
    scales = zero_point_scales("C1 m 0 100fF\nL1 m 0 10nH")
    assert scales.omega[0] == near(1 / np.sqrt(1e-21), 1e-12)
    assert scales.flux[0, 0] == near(1.29e-16, 5e-3)
    assert abs(scales.charge[0, 0]) / 100e-15 == near(4.09e-6, 5e-3)


def test_flux_and_charge_are_conjugate_in_every_circuit():
    """Σ_k 2 φ_k q_k/ħ is the unit matrix where every direction oscillates: [x_i, q_j] = iħδ_ij.

    Catches: C for C⁻¹ in q_zpf, a coordinate eliminated from one of the two only.
    """
    compared = 0
    for _, circuit in random_circuits(31, 300, "C C L L JJ C"):
        try:
            w = network(circuit)
        except InputError:
            continue
        if len(w.indices("free", "baseband")) or not w.size:
            continue
        scales = zero_point_scales(circuit)
        product = 2 * scales.flux @ scales.charge.T / HBAR
        np.testing.assert_allclose(product, np.eye(len(product)), atol=1e-8)
        compared += len(product) > 1
    assert compared > 50


def test_the_frequencies_are_those_of_the_damped_modes_without_loss():
    compared = 0
    for _, circuit in random_circuits(32, 200, "C C L L JJ C"):
        try:
            modes = normal_modes(circuit)
        except InputError:
            continue
        found = zero_point_scales(circuit).omega
        oscillating = [m.frequency.real for m in modes if m.frequency]
        np.testing.assert_allclose(found, oscillating, rtol=1e-7)
        compared += len(found)
    assert compared > 100


def test_weak_damping_is_the_golden_rule():
    """κ of the complex frequency, for two modes and two resistors, to first order. Catches: κ/2 for κ."""
    netlist = "C1 a 0 1pF\nL1 a b 1nH\nC2 b 0 2pF\nL2 b 0 3nH\nR1 a b 1Mohm T=1K\nR2 b 0 2Mohm T=1K cutoff=1e15rad/s"
    scales = zero_point_scales(netlist)
    damped = [m.damping for m in normal_modes(netlist) if m.frequency.real > 1]
    np.testing.assert_allclose(scales.damping.sum(axis=0), damped, rtol=1e-3)


def test_a_transmon_beside_a_resonator_shares_its_phase():
    """⟨φ_b²⟩ = (ħ/2)[C^{−½} (C^{−½}KC^{−½})^{−½} C^{−½}]_bb = Σ_k (b·φ_zpf)², matrices written by hand.

    Catches: Φ0 for φ0, E_J/φ0 for E_J/φ0².
    """
    scales = zero_point_scales("C1 a 0 300fF\nL1 a 0 2nH\nC2 a t 5fF\nJJ1 t 0 EJ=15GHz C=70fF")
    energy, phi0 = 15e9 * 6.62607015e-34, 3.2910597847e-16
    c, k = np.array([[305e-15, -5e-15], [-5e-15, 75e-15]]), np.diag([1 / 2e-9, energy / phi0**2])
    half = np.linalg.inv(sqrtm(c))
    vacuum = HBAR / 2 * half @ np.linalg.inv(sqrtm(half @ k @ half)) @ half
    assert scales.phase.shape == (1, 2)
    assert (scales.phase**2).sum() == near(vacuum[1, 1] / phi0**2, 1e-8)


def test_a_node_held_by_a_resistor_alone_follows_nothing():
    """A massless node takes the flux of the coils that hold it, and none if no coil does."""
    scales = zero_point_scales("C1 a 0 1pF\nL1 a x 1nH\nL2 x 0 3nH\nR1 x y 1kohm T=1K\nR2 y 0 1kohm T=1K")
    by_name = dict(zip(scales.coordinates, scales.flux[:, 0], strict=True))
    assert scales.omega[0] == near(1 / np.sqrt(4e-21), 1e-12)
    assert by_name["x"] == near(by_name["a"] * 3 / 4, 1e-12)
    assert by_name["y"] == 0


def test_scales_have_derivatives():
    """d ln Ω/d ln C = −½ and d ln φ_zpf/d ln C = −¼ of one mode, by JAX. Catches: a float on the way."""
    import jax

    from quspike.precision import enable_x64

    enable_x64()
    w = network(qs.Circuit("C1 a 0 100fF\nL1 a x 1nH\nL2 x 0 2nH"))

    def scales(scale: float):
        numbers = element_params(w.circuit)
        numbers["C1"]["C"] *= scale
        found = zero_point_scales(w, numbers)
        return jax.numpy.log(found.omega[0]), jax.numpy.log(abs(found.flux[0, 0]))

    slopes = jax.jacobian(scales)(1.0)
    np.testing.assert_allclose(slopes, [-0.5, -0.25], rtol=1e-10)
