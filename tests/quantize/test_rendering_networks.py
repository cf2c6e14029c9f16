"""Circuits of several nodes as text, LaTeX and JSON."""

from __future__ import annotations

import json

import pytest
import sympy as sp
from matplotlib.mathtext import MathTextParser

import quspike as qs
from quantize.dressed_circuits import dressed
from quspike.quantize.report.render_latex import every_formula

PAIR = """
C1   a 0 100fF
C2   b 0 80fF
Cc   a b 5fF
MEM1 b a model=sigmoid T=20mK cutoff=1e12rad/s
R1   b 0 20kohm T=20mK
I1   0 a input
"""
TRANSMON = """
JJ1   a b EJ=9GHz C=2fF
C1    a 0 30fF
C2    b 0 30fF
NG1   b 0.25
JJ2   m 0 EJ=9GHz C=4fF
L1    m 0 2nH
FLUX1 JJ2 bias
R1    m 0 1kohm T=1K
"""


@pytest.mark.parametrize(
    ("netlist", "lines"),
    [
        (
            PAIR,
            (
                "Circuit of 2 coordinates: a, b",
                "L = ½ C₁ φ̇_a² + ½ C₂ φ̇_b² + ½ C_c (φ̇_a − φ̇_b)² + I_in(t) φ_a",
                "q_a = ∂L/∂φ̇_a = (C₁ + C_c) φ̇_a − C_c φ̇_b",
                "H_S = C_Σ,b q_a²/2D + C_c q_a q_b/D + C_Σ,a q_b²/2D − I_in(t) φ_a",
                "D = C_Σ,a C_Σ,b − C_c²",
                "W(φ_a − φ_b) = 1/R_off + (1/R_on − 1/R_off)/(1 + exp(−(φ_b − φ_a − φ_c)/φ_s))",
                "q̇_b = I_MEM1 − I_R1 Kirchhoff's current law",
                "I_MEM1 = F′(φ_a − φ_b) I₀ the line's current, as the node feels it",
                "lines start at φ_m(0), where their branches are: from any other start they would kick the circuit"
                " (initial slip)",
            ),
        ),
        (
            TRANSMON,
            (
                "Circuit of 3 coordinates: a, b-a, m",
                "φ_b node = φ_a + φ_{b−a}",
                "n_{b−a} = q_{b−a}/2e",
                "[φ_a, q_a] = iħ, [φ_{b−a}, q_{b−a}] = iħ, [φ_m, q_m] = iħ, [φ_k, q_k] = iħ",
                "(φ_m − Φ_ext(t))²/2L L1 FLUX1 energy of the inductor's current",
                "q̇_a = 0 nothing acts: the charge is a constant",
            ),
        ),
    ],
    ids=["pair", "transmon"],
)
def test_the_text_of_several_nodes_reads_like_a_textbook(netlist: str, lines: tuple[str, ...]):
    """By hand, columns' widths apart. Catches: a letter that two coordinates share, an index m beside a node m, a
    memristor's flux reversed.
    """
    shown = {" ".join(line.split()) for line in str(qs.quantize(netlist)).splitlines()}
    for line in lines:
        assert line in shown, line


@pytest.mark.slow
def test_every_formula_of_random_circuits_can_be_set():
    """LaTeX through matplotlib's own parser, notebooks' displays closed. Catches: a second subscript, a bare minus."""
    parser = MathTextParser("agg")
    for _, q in dressed(41, 15):
        for formula in every_formula(q):
            parser.parse(f"${formula}$")
        for display in q._repr_latex_().split("$$")[1::2]:
            parser.parse(f"${display.strip()}$")
        assert q.to_latex().count("{") == q.to_latex().count("}")


def test_the_json_of_random_circuits_can_be_read_back():
    """The Hamiltonian from its strings. Catches: a name that sympy takes for a difference, an infinity."""
    for _, q in dressed(42, 15):
        read = json.loads(q.to_json(), parse_constant=lambda word: pytest.fail(word))
        known = dict(q.symbols)
        known |= {
            e.func.__name__: sp.Function(e.func.__name__, real=True)
            for e in q.hamiltonian.atoms(sp.core.function.AppliedUndef)
        }
        terms = [sp.sympify(term["expression"], locals=known) for term in read["hamiltonian"]["terms"]]
        assert sp.expand(sp.Add(*terms) - q.hamiltonian) == 0
        assert [c["name"] for c in read["coordinates"]] == [c.name for c in q.coordinates]
        named = {name for term in read["hamiltonian"]["terms"] for name in term["elements"]}
        assert named <= {e.name for e in q.circuit.elements}


def test_every_element_is_in_some_term_or_said_to_do_nothing():
    """Catches: a coupling, flux or source that the terms leave out."""
    for _, q in dressed(43, 40):
        named = {name for term in (*q.terms, *q.bath_terms) for name in term.elements}
        idle = {e.name for e in q.circuit.elements} - named
        for name in idle:
            e = q.circuit.element(name)
            said = any(name in note for note in q.notes)
            acts = [b for b in q.network.branches if name in dict(b.sources) and b.moves and b.role != "current"]
            assert said or (e.card == "V" and not acts) or _of_idle(q, e, named), (name, q.circuit.netlist())


def _of_idle(q, e, named: set[str]) -> bool:
    """A coupling or a flux of what does nothing itself, a voltage across dissipators alone."""
    if e.card in ("K", "FLUX"):
        return not {str(e.params[key]) for key in ("L1", "L2", "target") if key in e.params} & named
    return e.card == "V" and all(
        b.role == "dissipator"
        for b in q.network.branches
        if e.name in dict(b.sources) and b.moves and b.role != "current"
    )


def test_noise_has_the_letter_of_its_line_and_shared_numbers_their_elements():
    """Z₀ of a line, Z where lines differ; T of all; F² with its exponent. Catches: R in a circuit without resistors."""
    line = str(qs.quantize("C1 a 0 1pF\nC2 a b 1fF\nC3 b 0 1pF\nL1 b 0 1nH\nTL1 a 0 Z0=50ohm length=inf T=20mK"))
    assert "= (ħω/Z₀) coth(ħω/2kT)" in line
    assert " F²" in line
    both = str(qs.quantize("C1 a 0 1pF\nR1 a 0 1kohm T=1K\nC2 b 0 1pF\nR2 b 0 2kohm T=1K"))
    assert "= (ħω/Z) coth(ħω/2kT)" in both
    assert "the noise of a line of impedance Z" in both
    assert any(row.split() == ["T", "=", "1", "K", "R1", "R2"] for row in both.splitlines())
