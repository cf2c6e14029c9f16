"""Junctions at nodes without capacitance: eliminated where their current has one value, refused by name elsewhere."""

from __future__ import annotations

import random
import re

import numpy as np
import pytest

import quspike as qs
from quantize.nodal_analysis import NodalAnalysis
from quantize.random_circuits import CARDS, random_lines
from quspike.circuit import Circuit
from quspike.constants import hbar, phi0
from quspike.errors import InputError
from quspike.quantize.membrane import element_params
from quspike.quantize.network import network
from quspike.quantize.numbers.admittance import linear_response
from quspike.quantize.numbers.constraint import series_fluxes
from quspike.quantize.numbers.matrices import matrices
from quspike.quantize.numbers.normal_modes import normal_modes

STRAY = "C1 a 0 50fF\nL1 a x 0.5nH\nJJ1 x 0 EJ={}J"
LIMIT = phi0**2 / 0.5e-9  # E_J with L E_J/φ0² = 1
SINGULAR = CARDS | {
    "JJ": lambda r: f"EJ={r.uniform(1, 30):.6g}GHz" + r.choice(["", "", "", f" C={r.uniform(1, 20):.6g}fF"]),
    "L": lambda r: f"{r.uniform(0.2, 4):.6g}nH",
}  # fmt: skip


def matrices_of(netlist: str):
    w = network(qs.Circuit(netlist))
    return matrices(w, element_params(w.circuit))


def test_random_singular_circuits_have_the_admittance_of_nodal_analysis_or_are_refused_with_a_remedy():
    """At a random port of each, to 1e-9; most have nodes without capacitance, a third of them junctions there.

    Catches: a junction's current left out of where an eliminated node is, T of the inductors alone at small signals.
    """
    r, compared, constrained, refused = random.Random(4), 0, 0, list[str]()
    while compared < 250:
        lines = random_lines(r, "C C L L L JJ JJ R V", r.randint(2, 6), SINGULAR)
        try:
            circuit = Circuit("\n".join(lines))
        except InputError:
            continue
        try:
            response = linear_response(circuit)
        except InputError as error:
            refused.append(str(error))
            continue
        nodes = r.sample(("0", *circuit.nodes), 2)
        if not np.any(response.matrices.network.port(*nodes)):
            continue
        for omega in 2e9 * np.pi * np.exp(np.array([r.uniform(0, 4) for _ in range(3)])):
            exact = 1 / NodalAnalysis(circuit, omega).impedance(*nodes)
            assert abs(response.admittance(omega, *nodes) - exact) < 1e-9 * abs(exact), circuit.netlist()
        constrained += bool(response.matrices.network.constrained)
        compared += 1
    assert constrained > 60, constrained
    assert len(refused) > 60
    for message in refused:
        assert re.search(r"nodes? n\d", message), message
        assert re.search("needs a capacitance|add C or L", message), message


def test_the_boundary_of_a_single_value_is_where_the_curve_turns_back():
    """L E_J/φ0² = 1: below it `w + L I_c sin(w/φ0)` rises everywhere, above it falls near w = πφ0.

    Catches: E_J/φ0 for E_J/φ0², a boundary that is let through, 2π.
    """
    w = np.linspace(0, 2 * np.pi * phi0, 100_001)
    for ratio in (0.5, 1 - 1e-4, 1, 1 + 1e-4, 3):
        rises = np.all(np.diff(w + 0.5e-9 * ratio * LIMIT / phi0 * np.sin(w / phi0)) > 1e-15 * phi0)
        if ratio < 1:
            assert rises
            matrices_of(STRAY.format(ratio * LIMIT))
            continue
        assert rises == (ratio == 1)  # it stands still there, for one moment: refused too, as no equation has a slope
        with pytest.raises(InputError, match="else its current is multivalued, but got"):
            matrices_of(STRAY.format(ratio * LIMIT))


def test_what_is_refused_names_junction_node_and_both_remedies():
    """Catches: a remedy that does not help. What it says is done, and the circuit passes."""
    netlist = STRAY.format(1.5 * LIMIT)
    with pytest.raises(InputError) as caught:
        qs.quantize(netlist)
    message = str(caught.value)
    assert message.startswith("JJ1 needs a capacitance (C= on JJ1, or a capacitor at node x; "), message
    assert "or L smaller by more than 1.5 times at node x, L E_J/φ0² < 1" in message
    assert message.endswith("but got 1.5")
    enough = float(re.search(r"([\d.]+) fF", message).group(1)) * 1e-15
    stiffness = 2.5 / 0.5e-9  # 1/L and E_J/φ0²
    assert enough == pytest.approx(hbar**2 / phi0**4 / stiffness, rel=1e-2)  # ⟨φ²⟩ = ½ φ0²: √(L/C) = ħ/4e²
    for remedy in (f"{netlist} C=1fF", f"{netlist}\nC2 x 0 1fF", netlist.replace("0.5nH", "0.33nH")):
        matrices_of(remedy)


@pytest.mark.parametrize(
    ("netlist", "message"),
    [
        ("C1 a 0 1pF\nJJ1 a x EJ=50GHz\nJJ2 x 0 EJ=60GHz", "JJ1 needs .* or an inductor at node x"),
        (
            "C1 a 0 1pF\nL1 a x 1nH\nJJ1 x y EJ=50GHz\nL2 x y 9nH\nJJ2 y 0 EJ=500GHz",
            "JJ1 needs .* at nodes x, y; .* of JJ1, JJ2 together < 1",
        ),
        ("C1 b 0 1fF\nL2 b a 1nH\nJJ1 a 0 EJ=5GHz\nR1 a 0 1kohm T=1K", "JJ1 needs .* node a.* with R1 .* overdamped"),
    ],
)
def test_other_singular_nodes_are_refused_by_name(netlist: str, message: str):
    """Two junctions in series, two nodes that only together are too soft, a resistor beside the junction."""
    with pytest.raises(InputError, match=message):
        matrices_of(netlist)


def test_junctions_in_parallel_count_as_the_one_that_they_are():
    """A SQUID at half a flux quantum is as weak as the difference: 0.8 and 0.7 of the limit pass at Φ0/2, not at 0.

    Catches: energies added whatever the flux, a reversed junction's flux with the wrong sign, a drive taken at rest.
    """
    squid = f"C1 a 0 50fF\nL1 a x 0.5nH\nJJ1 x 0 EJ={0.8 * LIMIT}J\nJJ2 0 x EJ={0.7 * LIMIT}J\nFLUX1 JJ2 "
    matrices_of(squid + "0.5Phi0")
    for flux in ("0Phi0", "1Phi0", "drive"):
        with pytest.raises(InputError, match="of JJ1, JJ2 together < 1"):
            matrices_of(squid + flux)


def test_a_node_behind_two_coupled_coils_is_as_soft_as_both():
    """x between L1 and L2 with M: K_xx = (L1 + L2 − 2M s)/(L1L2 − M²), s = ±1 by their windings. By hand.

    Catches: mutual inductances left out of what holds the node.
    """
    coils = "C1 a 0 50fF\nL1 a x 1nH\nL2 x 0 1nH\nK1 L1 L2 k={}\nJJ1 x 0 EJ={}J"
    for k in (-0.6, 0.3):
        soft = (2 + 2 * k) / (1 - k**2) / 1e-9  # a current into x leaves through both: one along, one against its coil
        matrices_of(coils.format(k, 0.999 * soft * phi0**2))
        with pytest.raises(InputError, match="L E_J/φ0² < 1"):
            matrices_of(coils.format(k, 1.001 * soft * phi0**2))


def test_modes_are_those_of_a_small_capacitance_that_goes_to_zero():
    """ω of the mode against C_ε on the node: the difference is of first order in C_ε, and the fast mode runs away.

    Catches: a junction beside its series inductor instead of behind it.
    """
    netlist = STRAY.format(0.7 * LIMIT)
    (mode,) = normal_modes(netlist)
    series = 0.5e-9 + phi0**2 / (0.7 * LIMIT)
    assert mode.frequency.real == pytest.approx(1 / np.sqrt(series * 50e-15), rel=1e-12)
    off = []
    for epsilon in (1e-18, 1e-19):
        slow, fast = normal_modes(f"{netlist} C={epsilon}F")
        off.append(slow.frequency.real / mode.frequency.real - 1)
        assert fast.frequency.real > 1e13
    assert off[0] / off[1] == pytest.approx(10, rel=1e-2)
    assert mode.participation["JJ1"] == pytest.approx(0.5 * (series - 0.5e-9) / series, rel=1e-12)


def test_the_flux_of_a_junction_behind_an_inductor_is_keplers_equation():
    """δ + β sin δ = u; at u = δ + β sin δ by hand, up to β = 0.9999 and any number of turns, in numpy and JAX.

    Catches: a Newton step too long, which comes back in another period.
    """
    from quspike.precision import enable_x64

    enable_x64()
    import jax.numpy as jnp

    delta = np.linspace(-40, 40, 4001)[:, None]
    for beta in (1e-6, 0.3, 0.99, 0.9999):
        behind, energies = np.array([[beta * phi0**2]]), np.array([1.0])
        u = phi0 * (delta + beta * np.sin(delta))
        slope = np.maximum(1 + beta * np.cos(delta), 1e-12)
        for found in (series_fluxes(behind, energies, u), series_fluxes(behind, energies, jnp.asarray(u))):
            assert np.max(np.abs(np.asarray(found) / phi0 - delta) * slope) < 3e-14


def test_several_junctions_share_an_inductance_and_have_derivatives():
    """w + Λ (E_J/φ0) sin(w/φ0) = u of three, near the limit; dw/du and dw/dL against differences.

    Catches: Λ transposed, the implicit function's derivative with u's phase in place of w's.
    """
    from quspike.precision import enable_x64

    enable_x64()
    import jax
    import jax.numpy as jnp

    mixed = np.array([[1.0, 0.5, -0.2], [0.5, 0.8, 0.1], [-0.2, 0.1, 0.6]])
    energies = np.array([1.0, 0.7, 1.3])
    behind = 0.98 * phi0**2 * mixed / np.linalg.eigvalsh(np.sqrt(energies) * mixed * np.sqrt(energies)[:, None])[-1]
    u = phi0 * np.random.default_rng(1).uniform(-9, 9, (50, 3))
    w = series_fluxes(behind, energies, u)
    np.testing.assert_allclose(w + (energies / phi0 * np.sin(w / phi0)) @ behind, u, atol=1e-14 * phi0)

    def one(scale, energies, u):
        return jnp.sum(jnp.array([1.0, -2.0, 0.7]) * series_fluxes(scale * behind, energies, phi0 * u)) / phi0

    point = (jnp.array(0.9), jnp.asarray(energies), jnp.asarray(u[0] / phi0))
    slopes = jax.jit(jax.grad(one, argnums=(0, 1, 2)))(*point)
    for k, slope in enumerate(slopes):
        for place in np.ndindex(slope.shape):
            step = np.zeros(slope.shape)
            step[place] = 1e-6
            ends = [one(*point[:k], point[k] + sign * step, *point[k + 1 :]) for sign in (1, -1)]
            difference = float(ends[0] - ends[1]) / 2e-6  # rounding: a few 1e-15 over the step
            assert float(slope[place]) == pytest.approx(difference, rel=1e-7, abs=1e-8)


def test_the_verdicts_tell_how_near_a_second_solution_is_and_what_a_stray_capacitance_adds():
    """β of the netlist, and ½ħ(√(1/L + E_J/φ0²) − √(1/L − E_J/φ0²))/√(1 fF) over E_J, by hand; in the text too.

    Catches: β of the first of two junctions, a circuit without such nodes that is warned of them.
    """
    circuit = qs.quantize(STRAY.format(0.4 * LIMIT))
    found = {check.name: check.value for check in circuit.validity}
    assert found["L E_J/phi0^2 (JJ1)"] == pytest.approx(0.4, rel=1e-12)
    shift = hbar / 2 * (np.sqrt(1.4 / 0.5e-9) - np.sqrt(0.6 / 0.5e-9)) / np.sqrt(1e-15)
    assert found["stray shift/E_J (JJ1)"] == pytest.approx(shift / (0.4 * LIMIT), rel=1e-12)
    assert "one value of the flux at nodes without capacitance" in str(circuit)
    assert "implicit function" in circuit.to_latex()
    assert not any("E_J" in check.name for check in qs.quantize(STRAY.format(0.4 * LIMIT) + " C=1fF").validity)
