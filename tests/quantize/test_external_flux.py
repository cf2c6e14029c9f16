"""External flux in its two gauges: by hand, around every loop, and without Φ̇ in the kinetic energy."""

from __future__ import annotations

import random

import numpy as np
import pytest

import quspike as qs
from quantize.random_circuits import random_circuits
from quspike.circuit import Circuit
from quspike.errors import InputError
from quspike.quantize.membrane import element_params
from quspike.quantize.network import network
from quspike.quantize.numbers.matrices import capacitance_matrix, matrices, stiffness_matrix
from quspike.quantize.symbols.external_flux import FluxWeights, flux_pull, flux_weights

SQUID = "JJ1 a 0 EJ=8GHz C=3fF\nJJ2 a 0 EJ=5GHz C=1fF\nFLUX1 JJ1 0.25Phi0"


def weights(netlist: str) -> FluxWeights:
    circuit = qs.Circuit(netlist)
    return flux_weights(network(circuit), element_params(circuit))


def with_fluxes(seed: int, count: int):
    """Random circuits with a flux through every junction that closes a loop, each as its own netlist."""
    found, r = 0, random.Random(seed)
    for lines, circuit in random_circuits(seed, 40 * count, "C C L L JJ R"):
        threaded = []
        for e in circuit.of("JJ"):
            try:
                Circuit("\n".join([*lines, *threaded, f"FLUX{e.name} {e.name} {r.uniform(-1, 1):.4f}Phi0"]))
            except InputError:
                continue
            threaded.append(f"FLUX{e.name} {e.name} {r.uniform(-1, 1):.4f}Phi0")
        if not threaded:
            continue
        circuit = Circuit("\n".join([*lines, *threaded]))
        try:
            yield flux_weights(network(circuit), element_params(circuit))
        except InputError:
            continue
        found += 1
        if found == count:
            return


def test_a_squid_shares_its_flux_by_capacitance():
    """o₁ = C₂/(C₁ + C₂), o₂ = −C₁/(C₁ + C₂) (You, Sauls & Koch). Catches: the shares exchanged, a lost sign."""
    w = weights(SQUID)
    np.testing.assert_allclose(w.of("junction")[:, 0], [1 / 4, -3 / 4], rtol=1e-14)
    np.testing.assert_array_equal(w.of("junction", gauge="static")[:, 0], [1, 0])


@pytest.mark.parametrize("junction", ["JJ1 a 0 EJ=4GHz C=5fF", "JJ1 a 0 EJ=4GHz\nC1 0 a 5fF"])
def test_all_flux_of_a_fluxonium_drives_its_inductor(junction: str):
    """o_J = 0, o_L = −1: the inductor has no capacitance to share with, wherever the junction's own is written.

    Catches: a capacitor across the junction that is left on the far side of the flux, its polarity forgotten.
    """
    w = weights(f"{junction}\nL1 a 0 300nH\nFLUX1 JJ1 0.5Phi0")
    np.testing.assert_allclose(w.of("junction"), [[0.0]], atol=1e-15)
    np.testing.assert_allclose(w.of("inductance"), [[-1.0]], rtol=1e-14)
    np.testing.assert_allclose(w.of("capacitance"), [[0.0]], atol=1e-15)


def test_what_stands_across_two_threaded_junctions_belongs_to_the_first():
    """Loops JJ1–C1 none, JJ2–C1 all of Φ2. Catches: a capacitor that counts both fluxes."""
    w = weights("JJ1 a 0 EJ=8GHz\nJJ2 a 0 EJ=5GHz\nL1 a 0 1nH\nC1 a 0 9fF\nFLUX2 JJ2 0.1Phi0\nFLUX1 JJ1 0.3Phi0")
    assert w.fluxes == ("FLUX1", "FLUX2")
    np.testing.assert_array_equal(w.of("junction", gauge="static"), np.eye(2))
    np.testing.assert_array_equal(w.of("capacitance", gauge="static"), [[1, 0]])


def test_around_every_loop_both_gauges_enclose_the_same_flux():
    """Σ_loop ± o is the same in both, for every cycle of branches: the kernel of B. A loop that JJ1 closes has 1.

    Catches: offsets that are no gauge transformation of each other, a junction that is passed backwards.
    """
    seen = 0
    for w in with_fluxes(11, 60):
        b = np.array([branch.vector for branch in w.network.branches], dtype=float)
        values = np.linalg.svd(b.T)
        cycles = values[2][np.linalg.matrix_rank(b) :]
        np.testing.assert_allclose(cycles @ w.irrotational, cycles @ w.static, atol=1e-10)
        for column, name in enumerate(w.fluxes):
            row = next(
                i for i, x in enumerate(w.network.branches)
                if x.role == "junction" and x.element == w.network.circuit.element(name).params["target"]
            )  # fmt: skip
            others = [i for i, x in enumerate(w.network.branches) if x.role in ("inductance", "junction") and i != row]
            unthreaded = [i for i in others if not w.static[i].any()]
            way, *_ = np.linalg.lstsq(b[unthreaded].T, -b[row], rcond=None)
            if np.abs(b[unthreaded].T @ way + b[row]).max() < 1e-9:
                assert w.irrotational[row, column] + way @ w.irrotational[unthreaded, column] == pytest.approx(1)
                seen += 1
    assert seen > 40


def test_the_irrotational_gauge_leaves_no_rate_of_the_flux_in_the_kinetic_energy():
    """`B C o = 0` on random circuits; the static gauge has it. Catches: weights by inductance, g with a wrong sign."""
    left = 0
    for w in with_fluxes(12, 60):
        elements = element_params(w.network.circuit)
        c = np.array([elements[x.element]["C"] for x in w.network.of("capacitance")]) * 1e15
        b = w.network.incidence("capacitance") * c
        np.testing.assert_allclose(b @ w.of("capacitance"), 0, atol=1e-9)
        left += np.abs(b @ w.of("capacitance", gauge="static")).max() > 1e-9
    assert left > 20


def test_both_gauges_are_one_potential_shifted():
    """K g + B L⁻¹ o_static = B L⁻¹ o_irrotational: θ_static = θ + g Φ. Catches: a shift of the wrong sign."""
    for w in with_fluxes(13, 40):
        elements = element_params(w.network.circuit)
        static, free = (flux_pull(w.network, elements, w.of("inductance", gauge=g)) for g in ("static", "irrotational"))
        scale = np.abs(free).max(initial=1.0)
        np.testing.assert_allclose(
            (stiffness_matrix(w.network, elements) @ w.shift + static) / scale, free / scale, atol=1e-9
        )


def test_flux_weights_are_differentiable():
    """∂o₂/∂C₂ = C₁/(C₁ + C₂)² of a SQUID. Catches: numpy on the way."""
    import jax

    from quspike.precision import enable_x64

    enable_x64()
    circuit = qs.Circuit(SQUID)
    w = network(circuit)

    def share(c: float):
        elements = element_params(circuit)
        elements["JJ2"] = {**elements["JJ2"], "C": c}
        return flux_weights(w, elements).of("junction")[1, 0]

    assert jax.grad(share)(1e-15) * 1e-15 == pytest.approx(3 / 16, rel=1e-10)


def test_a_mode_sees_the_flux_that_its_matrices_say():
    """A junction in a ring with L: the current of the inductor is (φ − Φ)/L in the irrotational gauge."""
    circuit = qs.Circuit("JJ1 a 0 EJ=4GHz C=5fF\nL1 a x 200nH\nL2 x 0 100nH\nFLUX1 JJ1 0.5Phi0")
    w, elements = network(circuit), element_params(circuit)
    m, o = matrices(w, elements), flux_weights(w, elements)
    pull = m.transform.T @ flux_pull(w, elements, o.of("inductance"))
    np.testing.assert_allclose(pull, [[-1 / 300e-9]], rtol=1e-12)
    assert capacitance_matrix(w, elements)[0, 0] == pytest.approx(5e-15)
