"""Reports of circuits of hundreds of nodes: made in seconds, short enough to be read, and of the same Hamiltonian."""

from __future__ import annotations

import time

import numpy as np
import pytest
import sympy as sp

import quspike as qs
from quspike.quantize.report import render_latex

NODES = 300


def chain(nodes: int, *, floating: bool = False, gate: bool = False) -> str:
    """Inductors along a line of nodes, which capacitors couple; to ground all of them, or the first alone."""
    lines = [f"C0 n0 0 30fF\nL0 n0 {'n1' if floating else '0'} 2nH"]
    for i in range(1, nodes):
        lines.append(f"Cs{i} n{i - 1} n{i} {2 + i % 3}fF\nL{i} n{i - 1} n{i} 1nH")
        lines += [] if floating else [f"C{i} n{i} 0 {40 + i % 7}fF"]
    return "\n".join([*lines, "Cg n2 g 1fF\nVg g 0 3uV"] if gate else lines)


@pytest.mark.parametrize("floating", [False, True])
def test_a_chain_of_300_coupled_nodes_is_reported_in_seconds(floating: bool):
    """Text, within 15 s of this process and 300 lines. Explicitly it has 45,150 charging terms.

    Catches: an inverse of the capacitance matrix with a letter for each of its entries, a search through all terms for
    each coordinate, lists of hundreds of lines, a floating chain whose coordinates are differences.
    """
    begin = time.process_time()
    text = str(qs.quantize(chain(NODES, floating=floating)))
    assert time.process_time() - begin < 15.0
    assert len(text.splitlines()) < 300
    assert "½ Σ_i Σ_j C⁻¹_i,j q_i q_j" in text
    assert f"charging energy of {NODES} coordinates" in text
    assert "more of these: --format json has all of them" in text


def test_the_summed_charging_energy_is_the_one_of_the_formulas():
    """14 coupled nodes and a gate: the sum, its letters given by their numbers, against 105 terms written out.

    Catches: the sum over i ≠ j counted once, a lost ½, charges without the gate's offset, another order of charges.
    """
    q = qs.quantize(chain(14, gate=True))
    names = [c.name for c in q.coordinates]
    charges = dict(zip(names, np.random.default_rng(1).normal(size=14) * 1e-18, strict=True))
    at_rest = {q.symbols[f"phi_{name}"]: 0.0 for name in names}
    at = q.values | at_rest | {q.symbols[f"q_{name}"]: charge for name, charge in charges.items()}
    expected = sum(float(term.expression.xreplace(at)) for term in q.terms)
    (summed,) = (t.expression for t in q.abridged.terms if t.expression.has(sp.Sum))
    inverse, shifted = sp.IndexedBase("Cinv"), sp.IndexedBase("Q")
    at = {shifted[k]: charges[name] + 1e-15 * 3e-6 * (name == "n2") for k, name in enumerate(names, 1)}
    for a, one in enumerate(names, 1):
        for b, other in enumerate(names, 1):
            at[inverse[a, b]] = q.numbers[f"Cinv_{one}_{other}" if a <= b else f"Cinv_{other}_{one}"]
    assert float(summed.doit().xreplace(at)) == pytest.approx(expected, rel=1e-12, abs=0)
    assert "Q_j is q_j without what sources" in " ".join(q.abridged.notes)


def test_twelve_coupled_nodes_are_written_out():
    """Up to there each term stands by itself, and nothing is left out. Catches: a sum where a formula can be read."""
    text = str(qs.quantize(chain(12)))
    assert "Σ_i" not in text
    assert "more of these" not in text
    assert "C⁻¹_n0,n11" in text


def test_latex_of_a_long_chain_says_what_it_leaves_out():
    """Dots in sums and lists, with how many are missing. Catches: a page of 300 commutators, hats lost on q_i."""
    q = qs.quantize(chain(160))
    tex = q.to_latex()
    assert tex.count("\n") < 300
    assert r"\sum_{i=1}^{160} \sum_{j=1}^{160} C^{-1}_{i,j}\, \hat{q}_{i}\, \hat{q}_{j}" in tex
    assert r"\vdots\quad\text{" in tex
    assert render_latex.typeset_hamiltonian(q).count("hbar") < 20
