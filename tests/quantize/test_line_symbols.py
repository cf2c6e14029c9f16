"""Transmission lines of finite length in symbols: the sums, written out, are the matrices with all their modes."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp
from matplotlib.mathtext import MathTextParser

import quspike as qs
from quspike.quantize.network import Network
from quspike.quantize.numbers.matrices import matrices
from quspike.quantize.quantized import QuantizedCircuit
from quspike.quantize.report.render_latex import every_formula
from quspike.quantize.symbols import finite_lines

READOUT = """
JJ1 t 0 EJ=9GHz C=60fF
Cc t a 3fF
TL1 a 0 b 0 Z0=50ohm v=1.2e8m/s length=5mm modes={modes} bath={bath}
Cl b f 8fF
R1 f 0 50ohm T=20mK
V1 g 0 gate
Cg b g 1fF
"""
LINES = pytest.mark.parametrize(
    ("bath", "modes"), [("comb", 1), ("comb", 5), ("ladder", 1), ("ladder", 2), ("ladder", 6)]
)


def written_out(q: QuantizedCircuit) -> tuple[sp.Expr, list, list]:
    """H_S with its sums done, numbers put in; fluxes and charges of coordinates, then of the line's inner ones."""
    n = q.notation
    h = q.hamiltonian.doit()
    (line,) = n.network.lines
    j, chi, _, charge = finite_lines.variables(n, line)
    count = finite_lines.modes_of(n, line)
    fluxes, charges = ([sp.Symbol(f"{x}{k}") for k in range(1, count + 1)] for x in ("x", "p"))
    values = dict(q.values)
    for k in range(count):
        values |= {chi[k + 1]: fluxes[k], charge[k + 1]: charges[k]}
        c = finite_lines.mode_capacitance(n, line, j).subs(j, k + 1)
        values[finite_lines.capacitance_letter(n, line, j).subs(j, k + 1)] = c.xreplace(q.values)
    own = [n.flux(i) for i in range(n.network.size)], [n.charge(i) for i in n.moving]
    return h.xreplace(values), [*own[0], *fluxes], [*own[1], *charges]


@LINES
def test_the_sums_over_modes_are_the_matrices(bath: str, modes: int):
    """∂²H/∂φ∂φ and ∂²H/∂q∂q with every mode, to 1e-12. Catches: (−1)^j at the wrong end, C_j without π², L for L/2."""
    q = qs.quantize(READOUT.format(bath=bath, modes=modes))
    h, fluxes, charges = written_out(q)
    m = matrices(q.network, q.elements)
    h = sp.expand(sp.Add(*(term for term in sp.Add.make_args(h) if not term.has(sp.cos))))
    to_ground = measured_from_ground(m.network, bath)
    back = np.linalg.inv(to_ground)
    stiffness, inverse_capacitance = back.T @ m.stiffness @ back, to_ground @ np.linalg.inv(m.capacitance) @ to_ground.T
    for letters, expected in ((fluxes, stiffness), (charges, inverse_capacitance)):
        found = np.array(sp.hessian(h, letters).evalf(30), dtype=float)
        np.testing.assert_allclose(found / np.abs(expected).max(), expected / np.abs(expected).max(), atol=1e-12)


def measured_from_ground(network: Network, bath: str) -> np.ndarray:
    """x → (θ, χ): matrices measure χ_j against φ_a − (−1)^j φ_b (a ladder's against φ_a), formulas against ground."""
    (line,), found = network.lines, np.eye(network.size)
    inner = [i for i, c in enumerate(network.coordinates) if c.element]
    for j, i in enumerate(inner, start=1):
        found[i] += np.array(line.a) - ((-1) ** j * np.array(line.b) if bath == "comb" else 0)
    return found


@LINES
def test_what_the_modes_leave_is_at_the_ends(bath: str, modes: int):
    """All capacitances of the line add up to that of all its modes: C at ω → 0, where both ends are at one flux.

    Catches: C_+ and C_− exchanged, a sum over j that begins at 0.
    """
    q = qs.quantize(READOUT.format(bath=bath, modes=modes))
    for letter, meaning in q.definitions:
        if letter in q.values:
            assert float(meaning.xreplace(q.values)) == pytest.approx(q.values[letter], rel=1e-12, abs=0)
    whole = q.values[q.notation.symbol("TL1", "C")]
    assert whole == pytest.approx(5e-3 / 1.2e8 / 50, rel=1e-14)


@LINES
def test_lines_of_finite_length_are_shown(bath: str, modes: int):
    """Every formula can be set, and the element shows in text. Catches: an index that no dialect can write."""
    q = qs.quantize(READOUT.format(bath=bath, modes=modes))
    parser = MathTextParser("agg")
    for formula in every_formula(q):
        parser.parse(f"${formula}$")
    assert "TL1" in str(q)
    assert q.to_json()
    assert len(q.coordinates) == 4


def test_an_equation_of_motion_of_the_modes_by_hand():
    """χ̈_j = (2/L C_j)(φ_a − (−1)^j φ_b − χ_j), by hand. Catches: ½ kept in the slope."""
    q = qs.quantize("R1 a 0 1kohm T=1K\nTL1 a 0 b 0 Z0=50ohm v=1e8m/s length=1mm modes=3\nR2 b 0 1kohm T=1K")
    n, t = q.notation, sp.Symbol("t", real=True)
    (line,) = n.network.lines
    j = finite_lines.variables(n, line)[0]
    chi, charge = (sp.Function(f"{name}_j", real=True)(t) for name in ("chi", "qline"))
    sides = {e.equality.lhs: e.equality.rhs for e in q.equations_of_motion}
    difference, b = (sp.Function(f"phi_{name}", real=True)(t) for name in ("a_minus_b", "b"))
    a = difference + b
    c_j = finite_lines.capacitance_letter(n, line, j)
    assert sides[sp.Derivative(chi, t)] == charge / c_j
    expected = 2 * (a - (-1) ** j * b - chi) / n.symbol("TL1", "L")
    assert sp.simplify(sides[sp.Derivative(charge, t)] - expected) == 0


def test_a_flux_that_moves_beside_a_finite_line_is_refused():
    """Its port would have a share of it, which sums over modes do not write. Catches: a Φ that is left out."""
    netlist = READOUT.format(bath="comb", modes=2) + "JJ2 t 0 EJ=5GHz C=3fF\nFLUX1 JJ2 bias"
    with pytest.raises(qs.NotAvailable, match="FLUX1"):
        qs.quantize(netlist)
    assert "FLUX1" in str(qs.quantize(netlist.replace("bias", "0.2Phi0")))
