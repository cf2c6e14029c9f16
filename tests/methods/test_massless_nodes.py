"""Nodes without a capacitance that resistors or memristors hold, in the methods: their voltages settle at once."""

from __future__ import annotations

from pathlib import Path

import jax
import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

import quspike as qs
from export.ngspice_runs import run_ngspice
from quspike.constants import k_B
from quspike.run.compile import compile_run

BRIDGE = """
Ca a 0 100fF
Ra a x 10kohm
Rx x y 5kohm
Ry y 0 20kohm
Rb y b 8kohm
Cb b 0 60fF
Lx x 0 400nH
Rg a 0 100kohm
I1 0 y input
"""
DECK = """two nodes without a capacitor
Ca a 0 100f
Ra a x 10k
Rx x y 5k
Ry y 0 20k
Rb y b 8k
Cb b 0 60f
Lx x 0 400n
Rg a 0 100k
I1 0 y sin(0 1n 200meg)
.options reltol=1e-7 abstol=1e-18 vntol=1e-13
.tran 5p 10n 0 5p uic
.end
"""


def problem(circuit, method="classical", **settings):
    settings = {"duration": "10 ns", "save_every": "0.1 ns"} | settings
    return compile_run(qs.Run(circuit=circuit, method=method, classical=False, **settings))


def test_two_nodes_without_a_capacitor_are_those_of_ngspice(tmp_path: Path):
    """A source, an inductor and four resistors at them: within 1e-3, at nodes with a charge 1e-4.

    Catches: a coil's current left out of the balance, the Schur complement of the other sign.
    """
    p = problem(BRIDGE, drives={"input": qs.Sine("1 nA", frequency="200 MHz")})
    found, exact = p.solve(), run_ngspice(DECK, tmp_path)
    assert p.nodes == ("a", "x", "y", "b")
    for i, (node, tolerance) in enumerate(zip(p.nodes, (1e-4, 1e-3, 1e-3, 1e-4), strict=True)):
        expected = np.interp(np.asarray(found.time), exact["time"], exact[f"v({node})"])
        np.testing.assert_allclose(found.voltage[:, i], expected, rtol=0, atol=tolerance * np.ptp(expected))


def test_a_memristance_that_depends_on_its_voltage_settles_too():
    """Yakopcic's sinh behind a resistor, against scipy with the node's voltage found by bisection at every instant.

    Catches: one step of Newton, W at the voltage of the neighbour.
    """
    circuit = """
    C1 a 0 10nF
    R1 a x 3ohm
    MEM1 x 0 model=yakopcic b=3/V x0=0.4
    I1 0 a input
    """
    s = problem(
        circuit, drives={"input": qs.Sine("0.3 A", frequency="2 MHz")}, duration="1 us", save_every="10 ns"
    ).solve()

    def current(v, x):
        return 0.17 * x * np.sinh(3 * v)

    def node(va, x):
        return brentq(lambda v: current(v, x) - (va - v) / 3, -abs(va) - 1e-9, abs(va) + 1e-9, xtol=1e-14)

    def window(v, x):
        if v >= 0:
            return np.exp(-(x - 0.3)) * ((0.3 - x) / 0.7 + 1) if x >= 0.3 else 1.0
        return np.exp(5 * (x + 0.5 - 1)) * x / 0.5 if x <= 0.5 else 1.0

    def rate(v, x):
        if v > 0.16:
            return 4000 * (np.exp(v) - np.exp(0.16)) * window(v, x)
        return -4000 * (np.exp(-v) - np.exp(0.15)) * window(v, x) if v < -0.15 else 0.0

    def flow(t, y):
        v = node(y[0], y[1])
        return [(0.3 * np.sin(4e6 * np.pi * t) - (y[0] - v) / 3) / 10e-9, rate(v, y[1])]

    t = np.asarray(s.time)
    exact = solve_ivp(flow, (0, t[-1]), [0.0, 0.4], "LSODA", t, rtol=1e-9, atol=1e-11, max_step=2e-9).y
    inner = np.array([node(va, x) for va, x in exact.T])
    assert np.ptp(exact[0]) > 1.5 * np.ptp(inner) > 0.9
    np.testing.assert_allclose(s.voltage[:, 0], exact[0], rtol=0, atol=2e-6 * np.ptp(exact[0]))
    np.testing.assert_allclose(s.voltage[:, 1], inner, rtol=0, atol=1e-5 * np.ptp(inner))


@pytest.mark.slow
def test_noise_through_a_node_without_a_capacitor():
    """10 kohm at 20 mK in series with 30 kohm at 100 mK: ⟨V²⟩ = kT/C at (10·20 + 30·100)/40 mK; at one T, kT C⁻¹.

    Catches: noise of a resistor that ends at the node, and goes nowhere; a current that the node does not pass on.
    """
    series = "Ca a 0 100fF\nRa a x 10kohm T=20mK\nRx x 0 30kohm T=100mK\nCb b 0 1fF\nRb b 0 20kohm T=50mK"
    found = np.asarray(problem(series, "moments", save_every="5 ns").solve().voltage_std)
    np.testing.assert_allclose(found[:, 0] ** 2, k_B * 0.08 / 100e-15, rtol=1e-9)
    star = "Ca a 0 100fF\nRa a x 10kohm T=20mK\nRx x 0 30kohm T=20mK\nCb b 0 60fF\nRb b x 20kohm T=20mK\nCc a b 30fF"
    p = problem(star, "moments", save_every="5 ns")
    s = p.solve()
    c = np.array([[130.0, -30], [-30, 90]]) * 1e-15
    found = np.asarray(s.voltage_std)[:, [p.nodes.index("a"), p.nodes.index("b")]]
    np.testing.assert_allclose(found**2, np.tile(k_B * 0.02 * np.diag(np.linalg.inv(c)), (3, 1)), rtol=1e-9)
    assert float(s.diagnostics["uncertainty_deficit"]) < 1e-9


def test_johnson_noise_passes_such_a_node():
    """The same two resistors in series, 1500 trajectories: ⟨V²⟩ of 80 mK to four standard errors.

    Catches: the noise of the resistor that ends at the node kept from the capacitor.
    """
    p = problem(
        "Ca a 0 100fF\nRa a x 10kohm T=20mK\nRx x 0 30kohm T=100mK\nCb b 0 100fF\nRb b 0 20kohm T=50mK",
        johnson_noise=True, duration="20 ns", save_every="20 ns",
    )  # fmt: skip
    keys = jax.random.split(jax.random.key(7), 1500)
    v = np.asarray(jax.jit(jax.vmap(lambda key: p.solve(p.params, key).voltage[-1, 0]))(keys))
    assert np.var(v) == pytest.approx(k_B * 0.08 / 100e-15, rel=4 * (2 / 1500) ** 0.5)


@pytest.mark.parametrize(
    ("circuit", "settings", "message"),
    [
        (BRIDGE, {"neuron": qs.Neuron("x", v_threshold="1 uV")}, "node x needs a capacitor: a spike"),
        (
            BRIDGE,
            {"method": "gksl", "neuron": qs.Neuron("a", v_threshold="1 uV", membrane="envelope")},
            "node (a|x) ",
        ),
        (
            "Ca a 0 1pF\nRa a x 1kohm T=1K cutoff=1e12rad/s bath=drude\nRx x 0 1kohm T=1K cutoff=1e12rad/s bath=drude",
            {"method": "moments"},
            "node x needs a capacitor, however small",
        ),
    ],
)
def test_what_such_a_node_cannot_do_is_refused_by_name(circuit, settings, message):
    with pytest.raises(qs.InputError, match=message):
        problem(circuit, drives={"input": qs.Step("1 nA")} if "input" in circuit else {}, **settings)
