"""Symbols and matrices say the same of a circuit, whatever the order of its lines, and in seconds."""

from __future__ import annotations

import random
import time

import numpy as np
import pytest
import sympy as sp

import quspike as qs
from quantize.dressed_circuits import dressed
from quspike.constants import e_charge
from quspike.errors import InputError
from quspike.quantize.numbers.matrices import Matrices, matrices
from quspike.quantize.quantized import QuantizedCircuit
from quspike.quantize.symbols import charging
from quspike.quantize.symbols.external_flux import flux_pull, flux_weights

T = sp.Symbol("t", real=True)


def coefficients(q: QuantizedCircuit, quadratic: sp.Expr, letters: list) -> np.ndarray:
    """Numbers of the second derivatives of a quadratic form; letters that stand for others put in."""
    hessian = sp.hessian(quadratic, letters)
    return np.array(hessian.xreplace(q.values).evalf(30), dtype=float).reshape(len(letters), len(letters))


def eliminated(q: QuantizedCircuit, values: dict) -> dict:
    """The coordinates that follow others, as the symbols say it, with numbers; where junctions do not pull at them."""
    fluxes = {q.notation.flux(i) for i in range(q.network.size)}
    relations = {left: right.xreplace(values).evalf(40) for left, right in q.definitions if left in fluxes}
    relations = {left: right.replace(sp.sin, lambda _: sp.Integer(0)) for left, right in relations.items()}
    if not relations:
        return {}
    letters = list(relations)
    rows, rest = sp.linear_eq_to_matrix([letter - right for letter, right in relations.items()], letters)
    return dict(zip(letters, rows.LUsolve(rest), strict=True))


def potential(q: QuantizedCircuit, leave: sp.Expr | None = None) -> sp.Expr:
    """H_S without charging energy and junctions, over the coordinates left, with all numbers but one source."""
    charges = set(q.momenta)
    values = {letter: sp.Float(value, 40) for letter, value in q.values.items() if letter != leave}
    terms = [t.expression for t in q.terms if not t.expression.free_symbols & charges and not t.expression.has(sp.cos)]
    return sp.expand(sp.Add(*terms).xreplace(values).xreplace(eliminated(q, values)))


def left(q: QuantizedCircuit, m: Matrices) -> list:
    return [q.notation.flux(int(i)) for i in m.kept]


def close(found: np.ndarray, expected: np.ndarray, scale: float = 0.0) -> None:
    """Equal to 1e-12 of the scale, by default of the largest number."""
    scale = scale or np.abs(expected).max(initial=0.0) or 1.0
    np.testing.assert_allclose(found / scale, expected / scale, rtol=0, atol=1e-12)


def test_the_charging_energy_is_that_of_the_capacitance_matrix():
    """∂²H/∂q∂q = C⁻¹ of `matrices`; and C of the definitions has the numbers of its letters' inverse.

    Catches: a determinant that is not that of the pair, C⁻¹_ij with its indices in another block, C_Σ with a capacitor
    too few.
    """
    sizes = set()
    for _, q in dressed(31, 60):
        m = matrices(q.network, q.elements)
        moving = [i for i, k in enumerate(m.kept) if q.coordinates[k].kind != "frozen"]
        kinetic = [t.expression for t in q.terms if t.expression.free_symbols & set(q.momenta)]
        found = coefficients(q, sp.Add(*kinetic), list(q.momenta))
        close(found, np.linalg.inv(m.capacitance[np.ix_(moving, moving)]))
        written = sp.Matrix([[sp.diff(p, v) for v in velocities(q)] for p in q.momenta.values()])
        close(np.array(written.xreplace(q.values).evalf(30), dtype=float), m.capacitance[np.ix_(moving, moving)])
        sizes |= {len(block) for block in q.notation.blocks}
    assert sizes >= {1, 2, 3}


def velocities(q: QuantizedCircuit) -> list:
    return [q.notation.velocity(i) for i in q.notation.moving]


def test_every_letter_has_the_number_of_what_it_stands_for():
    """Definitions with numbers put in are `values` of their letters. Catches: w of the static gauge, D for 1/D."""
    shares = 0
    for _, q in dressed(32, 60, cards="C C JJ JJ L R V"):
        for letter, meaning in q.definitions:
            if letter in q.values:
                share = str(letter).startswith("w_")  # a number of order one, which may be a difference that vanishes
                tolerance = {"abs": 1e-13} if share else {"rel": 1e-11, "abs": 0}
                assert float(meaning.xreplace(q.values)) == pytest.approx(q.values[letter], **tolerance)
                shares += share
    assert shares > 10


def test_the_potential_is_that_of_the_stiffness_matrix():
    """∂²H/∂φ∂φ = TᵀKT once what follows is put in. Catches: a relation of the wrong sign, M in place of L⁻¹."""
    followed = 0
    for _, q in dressed(33, 60, cards="C C L L L JJ R V"):
        m = matrices(q.network, q.elements)
        close(coefficients(q, potential(q), left(q, m)), np.asarray(m.stiffness))
        followed += bool(eliminated(q, q.values))
    assert followed > 5


def test_sources_pull_as_their_matrices_say():
    """∂²H/∂q∂V = −C⁻¹G, ∂²H/∂φ∂I = TᵀA, ∂²H/∂φ∂Φ = TᵀB L⁻¹o, and offset charges as their islands are moved.

    Catches: a gate with the wrong sign, a current into the wrong node of an eliminated one, a flux on the wrong coil.
    """
    counted = dict.fromkeys("VIFN", 0)
    for _, q in dressed(34, 60, cards="C C L L JJ JJ I V"):
        m = matrices(q.network, q.elements)
        pull = m.transform.T @ flux_pull(q.network, q.elements, own_gauge(q))
        kept = [list(m.kept).index(i) for i in q.notation.moving]
        inverse = np.linalg.inv(m.capacitance[np.ix_(kept, kept)])
        shift = sp.Add(*(t.expression for t in q.terms if t.expression.free_symbols & set(q.momenta)))
        for k, e in enumerate(q.circuit.of("V")):
            counted["V"] += compared(q, shift, list(q.momenta), e.name, -inverse @ m.gates[kept, k])
        names = [b.element for b in q.network.of("current")]
        for k, name in enumerate(names):
            counted["I"] += compared(q, None, left(q, m), name, m.currents[:, k], 1.0)
        for k, name in enumerate(flux_weights(q.network, q.elements).fluxes):
            stiffest = max((1 / e.params["L"] for e in q.circuit.of("L")), default=1.0)
            counted["F"] += compared(q, None, left(q, m), name, pull[:, k], stiffest)
        for e in q.circuit.of("NG"):
            offset = 2 * e_charge * q.network.node_vector(e.nodes[0])[list(q.notation.moving)]
            counted["N"] += compared(q, shift, list(q.momenta), e.name, -inverse @ offset)
    assert min(counted.values()) > 5, counted


def own_gauge(q: QuantizedCircuit) -> np.ndarray:
    """The offsets that the symbols use: irrotational for a flux that moves, static for a constant one."""
    weights = flux_weights(q.network, q.elements)
    moves = ["drive" in q.circuit.element(name).params for name in weights.fluxes]
    free, static = weights.of("inductance"), weights.of("inductance", gauge="static")
    return np.where(np.array(moves, dtype=bool), free, static)


def compared(q, kinetic: sp.Expr | None, letters: list, element: str, expected: np.ndarray, scale: float = 0.0) -> bool:
    """∂²H/∂letter∂source, of the charging energy or of the potential, against a column; whether there is any."""
    source = q.notation.source(element)
    values = {letter: sp.Float(value, 40) for letter, value in q.values.items() if letter != source}
    expression = potential(q, source) if kinetic is None else sp.expand(kinetic.xreplace(values))
    name = sp.Symbol("source")
    found = [sp.diff(sp.diff(expression, x).subs(source, name), name).subs(T, 0) for x in letters]
    close(np.array([float(value) for value in found]), np.asarray(expected), scale)
    return bool(np.any(expected))


def test_junctions_see_the_branches_that_the_matrices_have():
    """cos(b·φ/φ0), b of `matrices`. Catches: a phase of node fluxes where coordinates are differences."""
    for _, q in dressed(35, 40, cards="C C JJ JJ L"):
        m = matrices(q.network, q.elements)
        cosines = {t.elements[0]: t.expression for t in q.terms if t.expression.has(sp.cos)}
        for k, b in enumerate(q.network.of("junction")):
            if not b.moves:
                continue
            (phase,) = (c.args[0] * q.symbols["phi_0"] for c in cosines[b.element].atoms(sp.cos))
            phase = phase.xreplace(eliminated(q, q.values))  # of nodes without capacitance: where coils alone hold them
            found = np.array([float(sp.diff(phase, x)) for x in left(q, m)])
            np.testing.assert_allclose(np.abs(found @ m.junctions[:, k]), found @ found, rtol=1e-12)
            assert found @ found == pytest.approx(m.junctions[:, k] @ m.junctions[:, k])


def test_the_hamiltonian_of_several_coordinates_is_a_legendre_transform():
    """qᵀφ̇ − L = H but for a function of time, with φ̇ from ∂L/∂φ̇. Catches: ½ lost in a mixed term, an offset twice."""
    for _, q in dressed(36, 15, largest=3):
        values = {letter: sp.nsimplify(value, rational=True) for letter, value in q.values.items()}
        charges, speeds = list(q.momenta), velocities(q)
        solved = sp.solve(
            [sp.Eq(c, sp.diff(q.lagrangian, v).xreplace(values)) for c, v in zip(charges, speeds, strict=True)], speeds
        )
        transformed = sp.Add(*(c * v for c, v in zip(charges, speeds, strict=True))) - q.lagrangian.xreplace(values)
        rest = transformed.subs(solved) - exact(q, values)
        for letter in (*charges, *(q.notation.flux(i) for i in range(q.network.size))):
            assert sp.simplify(sp.diff(rest, letter)) == 0


def exact(q: QuantizedCircuit, values: dict) -> sp.Expr:
    """H with the letters of C⁻¹ as exact inverses."""
    n, own = q.notation, dict(values)
    for block in n.blocks:
        matrix = sp.Matrix([[written(n, i, j, values) for j in block] for i in block])
        inverse = matrix.inv()
        own |= {n.symbol("C", i, j): matrix[a, b] for a, i in enumerate(block) for b, j in enumerate(block)
                if ("C", i, j) in n.names}  # fmt: skip
        own |= {n.symbol("Cinv", i, j): inverse[a, b] for a, i in enumerate(block) for b, j in enumerate(block)
                if ("Cinv", i, j) in n.names}  # fmt: skip
        if ("D", *block) in n.names:
            own[n.symbol("D", *block)] = matrix.det()
    return q.hamiltonian.xreplace(own)


def written(n, i: int, j: int, values: dict) -> sp.Expr:
    pair = (min(i, j), max(i, j))
    return sp.Add(*(w * values[charging.capacitor(n, n.network.branches[row])] for row, w in n.entries.get(pair, ())))


def test_the_text_does_not_depend_on_the_order_of_the_lines():
    """Text, LaTeX and JSON but for the netlist itself. Catches: letters, terms or numbers in the order of the lines."""
    shuffle = random.Random(5).shuffle
    for lines, q in dressed(37, 25):
        shuffle(lines)
        other = qs.quantize("\n".join(lines))
        assert str(other) == str(q)
        assert other.to_latex() == q.to_latex()
        assert other.to_json().replace(shown(other), "") == q.to_json().replace(shown(q), "")


def shown(q: QuantizedCircuit) -> str:
    import json

    return json.dumps(q.circuit.netlist(), ensure_ascii=False)


def test_twelve_coupled_nodes_take_seconds():
    """Text of a circuit of 12 nodes, all coupled by capacitors, junctions and inductors: under 5 s of CPU.

    Catches: an inverse of a symbolic matrix, a simplification of the whole.
    """
    lines = []
    for i in range(12):
        lines += [f"C{i} n{i} 0 {50 + i}fF", f"L{i} n{i} 0 {1 + i}nH", f"R{i} n{i} 0 {10 + i}kohm T=20mK"]
        lines += [f"Cc{i} n{i} n{(i + 1) % 12} 2fF", f"JJ{i} n{i} n{(i + 5) % 12} EJ={3 + i}GHz C=1fF"]
    qs.quantize("C1 a 0 1fF\nL1 a 0 1nH").to_latex()  # sympy is loaded by then
    start = time.process_time()
    q = qs.quantize("\n".join(lines))
    text = str(q)
    assert time.process_time() - start < 5
    assert len(q.momenta) == 12
    assert "C⁻¹_n0,n11" in text


@pytest.mark.parametrize(
    ("netlist", "error", "message"),
    [
        ("C1 a 0 1fF\nV1 g 0 1uV\nCg g a 1fF\nNG1 g 0.5", InputError, "NG1 must name a node that no voltage source"),
        ("V1 a 0 1uV\nR1 a 0 1ohm T=1K", InputError, "a node that no source holds"),
        ("C1 a 0 1fF\nL1 a x 1nH\nL2 x 0 1nH\nNG1 x 0.1", InputError, "NG1 must name a node that a capacitor holds"),
        ("C1 a 0 1pF\nI1 a x 1nA\nI2 x 0 1nA", InputError, "I1 must not drive"),
    ],
)
def test_what_symbols_cannot_say_is_refused_by_name(netlist: str, error: type[Exception], message: str):
    """Catches: a card that is silently left out of the Hamiltonian."""
    with pytest.raises(error, match=message):
        qs.quantize(netlist)


def test_no_rate_of_a_flux_is_left_in_the_hamiltonian():
    """Irrotational gauge: neither Φ̇ nor V̇ in H_S, whatever moves. Catches: a capacitor that keeps Φ̇ of its branch."""
    moving = 0
    for _, q in dressed(38, 40, cards="C C JJ JJ L V I R"):
        assert not q.hamiltonian.has(sp.Derivative)
        assert not q.lagrangian.has(sp.Derivative)
        moving += any("drive" in e.params for e in q.circuit.of("FLUX"))
    assert moving > 5
