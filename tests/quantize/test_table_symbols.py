"""A tabulated admittance in symbols: a line with its own J(ω), a response in time, and Kirchhoff's law."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import sympy as sp

import quspike as qs
from quantize.circuits import near
from quspike.cli.program import run_program
from quspike.quantize.report.network_scales import damping_ranges

T = sp.Symbol("t", real=True)
NETLIST = "C1 a 0 100fF\nL1 a 0 10nH\nY1 b a file=y.csv T=20mK\nC2 b 0 50fF\nR1 b 0 10kohm T=20mK\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """R = 10 kohm in series with R/ω_c, ω_c = 3e11 rad/s, as a table."""
    omega = np.logspace(8, 13, 80)
    y = 1e-4 / (1 - 1j * omega / 3e11)
    rows = "\n".join(f"{w:.12g},{g.real:.12g},{g.imag:.12g}" for w, g in zip(omega, y, strict=True))
    (tmp_path / "y.csv").write_text(f"omega,re,im\n{rows}\n", encoding="utf-8")
    (tmp_path / "netlist.cir").write_text(NETLIST, encoding="utf-8")
    return tmp_path


def test_a_table_is_a_line_with_its_own_spectral_density(folder: Path):
    """J = ω Re Y(ω) of the table, tied to the difference of its nodes. Catches: 1/Y at rest used at every frequency."""
    q = qs.quantize(NETLIST, base_dir=folder)
    (bath,) = (b for b in q.baths if b.element == "Y1")
    omega = np.array([1e9, 3e11, 2e12])
    assert bath.spectral_density(omega) == near(omega * 1e-4 / (1 + (omega / 3e11) ** 2), rel=1e-5)
    assert bath.coupling_operator == q.symbols["phi_a"] - q.symbols["phi_b"]
    assert float(bath.boundary_flux(2e-15)) == 2e-15
    assert np.isinf(bath.counter_stiffness)


def test_the_current_of_a_table_leaves_one_node_and_enters_the_other(folder: Path):
    """I = ∫ Y(τ)(V_a − V_b)(t − τ) dτ − ξ. Catches: V at t, the reversed element's current with its sign kept."""
    q = qs.quantize(NETLIST, base_dir=folder)
    sides = {e.equality.lhs: e.equality.rhs for e in q.equations_of_motion}
    current, tau = sp.Function("I_Y1", real=True)(T), sp.Symbol("tau", real=True)
    y, a, b, xi = (sp.Function(name, real=True) for name in ("Y", "V_a", "V_b", "xi_Y1"))
    assert sides[current] == sp.Integral(y(tau) * (a(T - tau) - b(T - tau)), (tau, 0, sp.oo)) - xi(T)
    charges = [sides[sp.Derivative(sp.Function(f"q_{node}", real=True)(T), T)] for node in "ab"]
    assert [sp.diff(side, current) for side in charges] == [-1, 1]


def test_a_table_damps_at_the_frequency_of_the_mode(folder: Path):
    """κ = Re Y(ω0)/C to first order, here at ω0 = ω_c/9.49, against the value at rest: 1.1 % less.

    Catches: the conductance at rest in its place.
    """
    q = qs.quantize(NETLIST, base_dir=folder)
    ((low, high),) = damping_ranges(q.zero_point, q.baths)
    ratio = 1 / (1 + (10**10.5 / 3e11) ** 2)
    assert low == near(1e-4 / 100e-15 * ratio, rel=1e-5)
    assert high == low


def test_files_lie_beside_the_netlist(folder: Path, capsys: pytest.CaptureFixture[str]):
    """Text, LaTeX and JSON from the command line, called from anywhere. Catches: a file looked for in its folder."""
    for words in ([], ["--format", "latex"], ["--format", "json"]):
        assert run_program(["quantize", str(folder / "netlist.cir"), *words]) == 0
        assert "Y" in capsys.readouterr().out
