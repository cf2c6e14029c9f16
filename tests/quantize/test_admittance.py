"""The admittance of a quantized circuit is that of the netlist, at every port and frequency."""

from __future__ import annotations

import random

import numpy as np
import pytest

import quspike as qs
from quantize.nodal_analysis import NodalAnalysis
from quantize.random_circuits import random_line_circuits
from quspike.errors import InputError
from quspike.quantize.membrane import element_params
from quspike.quantize.network import network
from quspike.quantize.numbers.admittance import linear_response


def test_two_hundred_netlists_of_coils_and_lines_have_the_admittance_of_nodal_analysis():
    """At a random port of each, to 1e-9: mutual inductances, lines with and without end, cutoffs, voltage sources,
    nodes without capacitance.

    Catches: the term of an eliminated node left out, csc θ with the other sign, k added to 1/L, a cutoff at +iω/ω_c.
    """
    r, compared, eliminated, finite, massless = random.Random(3), 0, 0, 0, 0
    for circuit in random_line_circuits(11, 2000):
        try:
            response = linear_response(circuit)
        except InputError:
            continue
        nodes = r.sample(("0", *circuit.nodes), 2)
        if not np.any(response.matrices.network.port(*nodes)):
            continue
        for omega in 2e9 * np.pi * np.exp(np.array([r.uniform(-2, 4) for _ in range(4)])):
            exact = 1 / NodalAnalysis(circuit, omega).impedance(*nodes)
            assert abs(response.admittance(omega, *nodes) - exact) < 1e-9 * abs(exact), circuit.netlist()
        eliminated += bool(np.any(response.matrices.network.port(*nodes)[response.matrices.followers]))
        finite += bool(response.matrices.network.lines)
        massless += bool(len(response.matrices.massless))
        compared += 1
        if compared == 200:
            break
    assert compared == 200
    assert min(eliminated, finite, massless) >= 20, (eliminated, finite, massless)


def test_a_divider_by_hand():
    """R between 50 Ω line and ground, C beyond: Z = 1/(1/50 + 1/(R + i/ωC)). Catches: e^{+iωt} for one of the two."""
    response = linear_response("TL1 a 0 Z0=50ohm length=inf\nR1 a b 20ohm\nC1 b 0 1pF")
    omega = np.array([1e9, 3e10])
    expected = 1 / (1 / 50 + 1 / (20 + 1j / (omega * 1e-12)))
    np.testing.assert_allclose(response.impedance(omega, "a"), expected, rtol=1e-13)
    assert response.matrices.network.coordinates[0].kind == "frozen"


def test_a_quarter_wave_line_inverts_what_ends_it():
    """Z = Z0²/R at θ = π/2, and R again at θ = π. Catches: v for 1/v, cot of θ/2 in the wrong mode."""
    response = linear_response("TL1 a 0 b 0 Z0=50ohm v=1e8m/s length=5mm\nC1 a 0 1e-18F\nR1 b 0 200ohm")
    quarter = np.pi / 2 * 1e8 / 5e-3
    z = response.impedance(np.array([quarter, 2 * quarter]), "a")
    np.testing.assert_allclose(z, [12.5, 200], rtol=1e-3)


def test_a_memristor_enters_at_the_memory_where_it_stands():
    """W = 1/R_off at small flux, 1/R_on at large. Catches: a memory that is ignored, W(x) for M(x)."""
    netlist = "C1 m 0 1e-18F\nMEM1 m 0 model=sigmoid R_on=1kohm R_off=9kohm phi_c=1fWb phi_s=1e-18Wb T=1K"
    for flux, resistance in ((None, 9e3), (1.0, 1e3)):
        memory = {} if flux is None else {"MEM1": flux}
        assert linear_response(netlist, memory=memory).impedance(1e6, "m").real == pytest.approx(resistance, rel=1e-9)
    with pytest.raises(InputError, match="memory must name a memristor"):
        linear_response(netlist, memory={"MEM2": 1.0})


def test_a_junction_is_an_inductor_of_its_energy():
    """φ0²/E_J, E_J = φ0 I_c. Catches: Φ0 for φ0 = Φ0/2π."""
    inductance = 3.29105976e-16 / 30e-9
    omega = 2e10
    z = linear_response("JJ1 a 0 Ic=30nA C=1e-18F").impedance(omega, "a")
    assert z.imag == pytest.approx(-omega * inductance, rel=1e-3)
    assert linear_response("JJ1 a 0 Ic=30nA C=1fF", junctions=False).impedance(omega, "a") == pytest.approx(
        1j / omega / 1e-15
    )


def test_a_shorted_port_has_no_admittance_and_is_refused():
    response = linear_response("V1 a 0 1V\nR1 a b 1ohm\nC1 b 0 1pF")
    assert response.impedance(1e9, "a") == 0
    with pytest.raises(InputError, match="must not be two nodes that voltage sources tie together"):
        response.admittance(1e9, "a")


def test_a_port_at_a_node_that_is_not_there_is_refused():
    """Catches: Python's own `x not in tuple`."""
    circuit = qs.quantize("C1 a 0 1pF\nL1 a b 1nH\nC2 b 0 1pF")
    for ports in (("c",), ("a", "c")):
        with pytest.raises(InputError, match="node must be one of a, b, or ground 0, but got c"):
            circuit.impedance(1e9, *ports)


def test_the_impedance_has_derivatives_in_every_element():
    """dZ/dC by JAX against a difference. Catches: an element turned into a float on the way."""
    import jax

    from quspike.precision import enable_x64

    enable_x64()
    netlist = "C1 a 0 100fF\nL1 a x 1nH\nL2 x b 2nH\nR1 b 0 50ohm\nTL1 a 0 b 0 Z0=40ohm v=1e8m/s length=3mm"
    w = network(qs.Circuit(netlist))

    varied = (("C1", "C"), ("L2", "L"), ("R1", "R"), ("TL1", "Z0"), ("TL1", "length"))

    def resistance(scales):
        numbers = element_params(w.circuit)
        for scale, (name, key) in zip(scales, varied, strict=True):
            numbers[name][key] = numbers[name][key] * scale
        return linear_response(w, numbers).impedance(5e10, "x").real

    found, step = jax.grad(resistance)(jax.numpy.ones(len(varied))), 1e-5
    for slope, shift in zip(found, step * np.eye(len(varied)), strict=True):
        difference = (resistance(list(1 + shift)) - resistance(list(1 - shift))) / (2 * step)
        assert slope == pytest.approx(difference, rel=1e-6)


@pytest.mark.parametrize(("form", "order"), [("comb", 3), ("ladder", 2)])
def test_a_line_in_modes_becomes_the_line(form: str, order: int):
    """The two-port of N modes or cells, from the matrices of the Hamiltonian, against cot and csc.

    Catches: the capacitance of the modes above N left out (first order), a ladder that begins with a whole cell.
    """
    exact = linear_response("TL1 a 0 b 0 Z0=50ohm v=1e8m/s length=5mm\nC1 a 0 10fF\nR1 b 0 80ohm").impedance(
        2.3e10, "a"
    )
    errors = []
    for n in (16, 32, 64):
        circuit = f"TL1 a 0 b 0 Z0=50ohm v=1e8m/s length=5mm bath={form} modes={n}\nC1 a 0 10fF\nR1 b 0 80ohm"
        errors.append(abs(linear_response(circuit, lines="modes").impedance(2.3e10, "a") - exact))
    slopes = np.log2(np.array(errors)[:-1] / np.array(errors)[1:])
    np.testing.assert_allclose(slopes, order, atol=0.12)


def test_a_quantized_circuit_tells_its_impedance():
    """The membrane of the adapting neuron: 1/(1/R_off − iωC) at small flux. Catches: a memory forgotten."""
    circuit = qs.quantize("C1 m 0 100fF\nMEM1 m 0 model=sigmoid R_on=10kohm R_off=100kohm phi_c=1.5pWb phi_s=0.05pWb")
    omega = np.array([1e8, 1e10])
    np.testing.assert_allclose(circuit.impedance(omega, "m"), 1 / (1e-5 - 1j * omega * 1e-13), rtol=1e-9)
    np.testing.assert_allclose(
        circuit.admittance(omega, "m", memory={"MEM1": 9e-12}), 1e-4 - 1j * omega * 1e-13, rtol=1e-9
    )


def test_a_line_between_resistors_has_no_capacitor():
    """Matched at its far end it is Z0 at any length. Catches: its ends refused for want of a capacitance."""
    matched = linear_response("TL1 a 0 b 0 Z0=50ohm v=1e8m/s length=5mm\nR1 a 0 1kohm\nR2 b 0 50ohm")
    np.testing.assert_allclose(matched.impedance(np.array([1e9, 3e10, 2e11]), "a"), 1 / (1 / 50 + 1 / 1000), rtol=1e-12)
