"""From a graph to coordinates: kinds that mean what they say, a basis of whole numbers, and no trace of line order."""

from __future__ import annotations

import random

import numpy as np
import pytest

import quspike as qs
from quantize.random_circuits import random_circuits, random_line_circuits
from quspike.errors import InputError
from quspike.quantize.membrane import element_params
from quspike.quantize.network import Network, network
from quspike.quantize.numbers.admittance import linear_response
from quspike.quantize.numbers.matrices import matrices

EVERYTHING = "C C L JJ R I V C"


def networks(seed: int, count: int, cards: str = EVERYTHING):
    """Networks of random circuits that can be quantized."""
    for lines, circuit in random_circuits(seed, count, cards):
        try:
            yield lines, network(circuit)
        except InputError:
            continue


def kinds(netlist: str) -> dict[str, str]:
    return {c.name: c.kind for c in network(qs.Circuit(netlist)).coordinates}


def test_the_coordinates_do_not_depend_on_the_order_of_the_lines():
    """Catches: a spanning tree or a root that the first line chooses."""
    shuffle, found = random.Random(7).shuffle, 0
    for lines, first in networks(1, 400):
        shuffle(lines)
        second = network(qs.Circuit("\n".join(lines)))
        assert (first.coordinates, first.basis, first.branches) == (second.coordinates, second.basis, second.branches)
        found += 1
    assert found > 300


def test_lines_of_finite_length_bring_coordinates_of_their_own_in_any_order():
    """One for each mode, none of them a node's; whatever is written first. Catches: modes numbered by the line read."""
    shuffle = random.Random(8)
    lines = 0
    for circuit in random_line_circuits(5, 200):
        netlist = circuit.netlist().splitlines()
        shuffle.shuffle(netlist)
        first, second = network(circuit), network(qs.Circuit("\n".join(netlist)))
        assert (first.coordinates, first.basis, first.branches) == (second.coordinates, second.basis, second.branches)
        inner = [c.element for c in first.coordinates if c.element]
        for line in first.lines:
            p = circuit.element(line.element).params
            assert inner.count(line.element) == p["modes"] - (p["bath"] == "ladder")
            lines += 1
    assert lines > 100


def test_a_line_holds_its_whole_capacitance_and_inductance_at_rest():
    """Both ends together: C = ℓ/vZ0 against ground; one against the other: L = Z0ℓ/v. For any number of modes.

    Catches: the capacitance of the modes above N left out, stiffness 1/L for the 2/L of a mode.
    """
    for form, n in (("comb", 1), ("comb", 6), ("ladder", 1), ("ladder", 5)):
        w = network(qs.Circuit(f"TL1 a 0 b 0 Z0=50ohm v=1e8m/s length=5mm bath={form} modes={n}\nC1 a b 1fF"))
        m = matrices(w, element_params(w.circuit))
        modes = np.setdiff1d(np.arange(m.size), [w.nodes.index("a"), w.nodes.index("b")])
        ends = np.array([m.port("a"), m.port("b")])[:, :2]
        static = -np.linalg.solve(m.stiffness[np.ix_(modes, modes)], m.stiffness[modes][:, :2])
        t = np.vstack([np.eye(2), static])
        whole = np.linalg.solve(ends, np.array([1.0, 1.0]))
        assert whole @ t.T @ m.capacitance @ t @ whole == pytest.approx(1e-12, rel=1e-12, abs=0)
        one = np.linalg.solve(ends, np.array([1.0, 0.0]))
        assert one @ t.T @ m.stiffness @ t @ one == pytest.approx(1 / 2.5e-9, rel=1e-12)


def test_a_line_that_moves_as_a_whole_has_no_energy_of_flux():
    """No coil moves a free or baseband coordinate, no dissipator a free one, lines of finite length included.

    Catches: modes of a line that are measured against ground, to which an island on a line would be tied by them.
    """
    compared = 0
    for circuit in random_line_circuits(6, 900, largest=4):
        w = network(circuit)
        if w.lines and not len(w.indices("frozen")) and len(free := w.indices("free", "baseband")):
            assert not w.incidence("inductance")[free].any(), circuit.netlist()
            assert not w.incidence("dissipator")[w.indices("free")].any()
            compared += 1
    assert compared > 10


def test_node_fluxes_and_coordinates_are_whole_combinations_of_each_other():
    """det P = ±1 on the nodes that are not held: charges of periodic coordinates stay whole pairs."""
    for _, w in networks(2, 400):
        rows = [row for node, row in zip(w.nodes, w.basis, strict=True) if any(row)]
        distinct = np.array(list(dict.fromkeys(rows)), dtype=float).reshape(len(set(rows)), w.size)
        assert distinct.shape == (w.size, w.size)
        assert abs(np.linalg.det(distinct)) == pytest.approx(1)


def acting(w: Network, i: int) -> set[str]:
    """The roles of the branches that a coordinate moves."""
    return {b.role for b in w.branches if b.vector[i]}


def test_each_kind_is_what_acts_on_it():
    """Where no node lacks a capacitance: free by capacitors alone, periodic by junctions beside, baseband without any
    energy in it but a dissipator or a source. Catches: a resistor across a junction that leaves its phase periodic.
    """
    counted = dict.fromkeys(("periodic", "extended", "baseband", "free"), 0)
    for _, w in networks(3, 800):
        if len(w.indices("frozen")):
            continue
        for i, c in enumerate(w.coordinates):
            roles = acting(w, i) - {"capacitance"}
            counted[c.kind] += 1
            if c.kind == "free":
                assert not roles
            if c.kind == "periodic":
                assert roles == {"junction"}
            if c.kind == "baseband":
                assert roles <= {"dissipator", "current"}
                assert roles
            if c.kind == "extended":
                assert roles & {"inductance", "junction"}
    assert min(counted.values()) > 50


def test_there_are_as_many_directions_without_energy_as_free_and_baseband_coordinates():
    """The kernel of inductors and junctions, found by a singular value decomposition after elimination.

    Catches: an island counted twice, a potential that elimination leaves behind.
    """
    compared = 0
    for _, w in networks(4, 400):
        m = matrices(w, element_params(w.circuit))
        if len(m.massless):
            continue
        potential = np.hstack([m.stiffness * 1e-9, m.junctions])
        rank = np.linalg.matrix_rank(potential, tol=1e-9) if potential.size else 0
        assert m.size - rank == len(w.indices("free", "baseband"))
        compared += 1
    assert compared > 200


def test_frozen_coordinates_have_no_charge_and_all_others_do():
    """C is positive definite on what is left. Catches: plates joined through a held node taken for massless."""
    for _, w in networks(5, 400):
        frozen = w.indices("frozen")
        m = matrices(w, element_params(w.circuit))
        c = w.incidence("capacitance")
        assert not c[frozen].any()
        moving = np.setdiff1d(np.arange(m.size), m.massless)
        assert np.all(np.linalg.eigvalsh(m.capacitance[np.ix_(moving, moving)] * 1e15) > 0)


def test_circuits_that_everybody_knows():
    """By hand: a transmon is periodic, a fluxonium extended, an RC membrane baseband, a floating island free."""
    assert kinds("JJ1 a 0 EJ=10GHz C=50fF") == {"a": "periodic"}
    assert kinds("JJ1 a 0 EJ=4GHz C=5fF\nL1 a 0 300nH") == {"a": "extended"}
    assert kinds("JJ1 a 0 EJ=4GHz C=5fF\nR1 a 0 1kohm T=20mK") == {"a": "extended"}
    assert kinds("C1 m 0 1pF\nR1 m 0 1kohm T=20mK\nI1 0 m 1nA") == {"m": "baseband"}
    assert kinds("C1 a 0 1fF\nC2 b 0 1fF\nJJ1 a b EJ=9GHz C=1fF") == {"a": "free", "b-a": "periodic"}
    zero_pi = "JJ1 a 0 EJ=9GHz C=1fF\nJJ2 b c EJ=9GHz C=1fF\nL1 0 b 1uH\nL2 a c 1uH\nC1 a b 90fF\nC2 0 c 90fF"
    assert kinds(zero_pi) == {"a-c": "extended", "b": "extended", "c": "periodic"}


def test_a_free_coordinate_says_with_which_lines_it_shares_its_charge():
    """An island with two lines on it, one of them to ground's side through capacitors; and one with a line inside.

    Catches: every line of the circuit named, a line that moves as a whole with its island, kinds that share nothing.
    """
    line = "TL{} {} {} {} {} Z0=50ohm v=1e8m/s length=5mm modes=3"
    two = "C1 a 0 1fF\nC2 b 0 1fF\nC3 c 0 1fF\nC4 d 0 1fF\nL1 d 0 1nH\n"
    two += "\n".join([line.format(1, "a", 0, "b", 0), line.format(2, "b", 0, "c", 0), line.format(3, "d", 0, "e", 0)])
    shared = {c.name: (c.kind, c.shared_with) for c in network(qs.Circuit(f"{two}\nR1 e 0 1ohm")).coordinates}
    assert shared["c"] == ("free", ("TL1", "TL2"))
    assert {own for name, (_, own) in shared.items() if name != "c"} == {()}
    inside = f"C1 a 0 1fF\nC2 b 0 1fF\nC3 g 0 1fF\n{line.format(1, 'a', 'g', 'b', 'g')}\nL1 a g 1nH"
    free = [c for c in network(qs.Circuit(inside)).coordinates if c.kind == "free"]
    assert [(c.name, c.shared_with) for c in free] == [("g", ())]
    said = qs.quantize(f"{two}\nR1 e 0 1ohm").to_json()
    assert '"shared_with": [\n        "TL1",\n        "TL2"\n      ]' in said
    assert "their charge is conserved" in said


def test_series_inductors_are_one():
    """A node that only inductors hold is eliminated exactly, and a current into it is divided as they divide it."""
    w = network(qs.Circuit("C1 a 0 1pF\nL1 a x 1nH\nL2 x 0 3nH\nI1 0 x 1nA"))
    assert {c.name: c.kind for c in w.coordinates} == {"a": "extended", "x": "frozen"}
    m = matrices(w, element_params(w.circuit))
    assert m.stiffness == pytest.approx(1 / 4e-9, rel=1e-14)
    assert m.currents[0, 0] == pytest.approx(-3 / 4, rel=1e-14)


def test_coupled_coils_by_hand():
    """L⁻¹ of two coils with M: (L2, −M; −M, L1)/(L1 L2 − M²). Catches: k added to 1/L instead of L."""
    w = network(qs.Circuit("C1 a 0 1pF\nC2 b 0 1pF\nL1 a 0 1nH\nL2 b 0 4nH\nK1 L1 L2 k=0.5"))
    expected = np.array([[4.0, -1.0], [-1.0, 1.0]]) / (4.0 - 1.0) * 1e9
    np.testing.assert_allclose(matrices(w, element_params(w.circuit)).stiffness, expected, rtol=1e-13)


def test_a_gate_pulls_charge_and_not_flux():
    """q = C θ̇ + G V with the source's + on the gate: G = −C_g, as V_m − V_g is across it."""
    w = network(qs.Circuit("C1 m 0 90fF\nCg m g 10fF\nV1 g 0 2mV\nL1 m 0 1nH"))
    m = matrices(w, element_params(w.circuit))
    assert m.gates[0, 0] == pytest.approx(-10e-15, rel=1e-14)
    assert m.capacitance[0, 0] == pytest.approx(100e-15, rel=1e-14)
    assert m.flux_pull[0, 0] == 0.0


@pytest.mark.parametrize(
    ("netlist", "message"),
    [
        ("C1 a 0 1pF\nL1 a x 1nH\nJJ1 x 0 EJ=500GHz", "JJ1 needs a capacitance"),
        ("C1 a 0 1pF\nI1 a x 1nA\nI2 x 0 1nA", "I1 must not drive a node that no other element can carry"),
        ("L1 a b 1nH\nC1 b c 1pF\nI1 a 0 1nA\nI2 c b 1nA", "I1 must not drive a node that no other element can carry"),
        ("JJ1 a 0 EJ=5GHz\nR1 a 0 1kohm T=1K", "JJ1 needs a capacitance"),
        ("TL1 a 0 b c Z0=1ohm v=1m/s length=1m\nC1 a b 1pF\nR1 b c 1ohm", "TL1 must have one node in common as"),
        ("TL1 a 0 b 0 Z0=1ohm v=1m/s length=1m bath=drude\nR1 a b 1ohm", "TL1 bath must be comb or ladder"),
    ],
)
def test_what_has_no_dynamics_is_refused_by_name(netlist: str, message: str):
    with pytest.raises(InputError, match=message):
        linear_response(netlist)


@pytest.mark.parametrize(
    ("netlist", "kind"),
    [
        ("C1 a 0 1pF\nC2 a b 1pF\nC3 b 0 1pF\nL1 a b 1nH", "a loop of capacitors"),
        ("C1 a 0 1pF\nL1 a x 1nH\nL2 x b 1nH\nL3 x 0 1nH\nC2 b 0 1pF", "a cut set of inductors"),
        ("C1 a 0 1pF\nL1 a 0 1nH\nL2 a 0 2nH\nL3 a 0 3nH", "a loop of inductors"),
        ("C1 a i 1pF\nC2 i 0 1pF\nL1 a 0 1nH", "an island"),
    ],
)
def test_awkward_circuits_are_handled(netlist: str, kind: str):
    """A loop of capacitors, a cut set of inductors, an island: nothing is added to them, and their modes come out."""
    w = network(qs.Circuit(netlist))
    m = matrices(w, element_params(w.circuit))
    assert np.all(np.linalg.eigvalsh(m.capacitance * 1e12) > 0), kind
    assert np.all(np.linalg.eigvalsh(m.stiffness * 1e-9) > -1e-12), kind


def refused(netlist: str, message: str, **numbers: dict[str, float]) -> None:
    w = network(qs.Circuit(netlist))
    elements = {name: p | numbers.get(name, {}) for name, p in element_params(w.circuit).items()}
    with pytest.raises(InputError, match=message):
        matrices(w, elements)


def test_matrices_that_are_not_positive_are_refused_with_their_nodes():
    """What no netlist can say, and a sweep or a fit can. Catches: a Cholesky factor's own error, NaN of √L."""
    pair = "C1 a 0 1pF\nC2 b 0 1pF\nL1 a 0 1nH\nL2 b 0 1nH\nK1 L1 L2 M=0.5nH\nC3 c 0 1pF\nL3 c 0 1nH"
    refused(pair, r"^node b must have a positive capacitance matrix, but got eigenvalue -1e-13 F", C2={"C": -1e-13})
    refused(pair, r"^L3 must have a positive inductance \(nodes c and 0\), but got -1e-09 H", L3={"L": -1e-9})
    refused(
        pair, r"^L1, L2 must have a positive inductance matrix \(L1 nodes a and 0; L2 nodes b and 0\)", K1={"M": 2e-9}
    )
    coupled = "C1 a 0 1pF\nC2 a b 9pF\nC3 b 0 1pF\nL1 a 0 1nH"
    refused(coupled, r"^node a, b must have a positive capacitance matrix", C1={"C": -3e-12})


def test_a_mutual_inductance_is_a_number_that_can_be_swept():
    """M of the elements given, not the netlist's; over L's that are given too. Catches: k of the netlist."""
    w = network(qs.Circuit("C1 a 0 1pF\nC2 b 0 1pF\nL1 a 0 1nH\nL2 b 0 4nH\nK1 L1 L2 M=1nH"))
    numbers = element_params(w.circuit)
    numbers["K1"] = {"M": 0.5e-9}
    numbers["L1"] = {"L": 2e-9}
    expected = np.linalg.inv([[2e-9, 0.5e-9], [0.5e-9, 4e-9]])
    np.testing.assert_allclose(matrices(w, numbers).stiffness, expected, rtol=1e-12)
