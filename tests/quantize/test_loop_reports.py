"""A circuit in loop charges in print: LaTeX that can be set, JSON that can be read back, formulas that can be read."""

from __future__ import annotations

import json
import random

import numpy as np
import pytest
import sympy as sp
from matplotlib.mathtext import MathTextParser
from sympy.core.function import AppliedUndef

from quantize.test_loop_charges import BACKWARDS, COUPLED, SERIES
from quspike.quantize.loop_charges import loop_latex
from quspike.quantize.loop_charges.quantized_loops import quantize_loops
from quspike.quantize.symbols.variables import time

CUTOFF = """
V1 s 0 push
L1 s a 1nH
MEM1 a b model=hp x0=0.3 T=20mK
C1 b 0 1pF
L2 b 0 2nH
K1 L1 L2 k=0.1
R1 b 0 1kohm T=1K cutoff=1e12rad/s
"""
CIRCUITS = pytest.mark.parametrize(
    "netlist", [SERIES, COUPLED, BACKWARDS, CUTOFF], ids=["series", "coupled", "backwards", "cutoff"]
)


@CIRCUITS
def test_every_formula_can_be_set(netlist: str):
    """Each through matplotlib's own TeX parser. Catches: an unbalanced brace, a bare underscore, a lost section."""
    q = quantize_loops(netlist)
    parser = MathTextParser("agg")
    for rows in ("lagrangian", "energies", "commutators", "definitions", "motion", "numbers"):
        for left, right in getattr(loop_latex, rows)(q):
            parser.parse(f"${left} = {right}$")
    assert q.to_latex().count("% ") >= 4
    assert r"\hat{Q}" in q.to_latex()


@CIRCUITS
def test_json_holds_the_same_formulas_and_numbers(netlist: str):
    """H and L read back by sympy, at random charges and fluxes; the values behind their letters; every mode.

    Catches: terms of L under H, a letter that lost its value, a complex number that JSON cannot hold.
    """
    q = quantize_loops(netlist)
    read = json.loads(q.to_json())
    r = random.Random(1)
    values = {name: entry["value"] for name, entry in read["symbols"].items()}
    assert values == {symbol.name: value for symbol, value in q.values.items()}
    for form, formula in (("lagrangian", q.lagrangian), ("hamiltonian", q.hamiltonian)):
        known = {s.name: s for s in formula.free_symbols}
        known |= {f.func.__name__: f.func for f in formula.atoms(AppliedUndef)}
        whole = sp.sympify(read[form]["expression"], locals=known)
        terms = sp.Add(*(sp.sympify(term["expression"], locals=known) for term in read[form]["terms"]))
        functions = {f: r.uniform(-1, 1) * sp.sin(time() + r.uniform(0, 1)) for f in formula.atoms(AppliedUndef)}
        at = {s: q.values.get(s, r.uniform(-1, 1)) for s in formula.free_symbols}
        expected, *both = (float(e.subs(functions).doit().subs(at)) for e in (formula, whole, terms))
        assert both == [pytest.approx(expected, rel=1e-12)] * 2
    found = [complex(mode["real"], mode["imag"]) for mode in read["modes"]]
    np.testing.assert_array_equal(found, q.modes)
    assert {loop["name"] for loop in read["loops"]} == set(q.network.names)


def test_an_inverse_inductance_that_nobody_would_read_is_letters():
    """Two coupled coils written with 1 − k²; with the inductance of a cutoff beside them 𝓛⁻¹ is letters, and noted.

    Catches: formulas of a thousand characters, (1 + k)(k − 1) with the wrong sign, an exponent 3/2 printed as ½ 3.
    """
    short = str(quantize_loops(CUTOFF.replace(" cutoff=1e12rad/s", "")))
    assert "Φ_L1²/(2L₁ (1 − k²)) − k Φ_L1 Φ_L2/(√(L₁ L₂) (1 − k²))" in short
    long = quantize_loops(CUTOFF)
    assert "½ L⁻¹_L1,L1 Φ_L1²" in str(long)
    assert any(note.startswith("L⁻¹ is the inverse") for note in long.notes)
    assert max(map(len, str(long).splitlines())) < 260
