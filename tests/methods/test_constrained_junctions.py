"""Junctions at nodes without capacitance in the classical method: Kirchhoff with a bisection at every step, ngspice, a
capacitance that goes to zero."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

import quspike as qs
from export.ngspice_runs import run_ngspice
from quspike.constants import phi0, planck
from quspike.errors import InputError, NotAvailable
from quspike.export.ngspice import to_ngspice
from quspike.run.compile import compile_run

C, L, L2, R, E_J, BIAS = 50e-15, 0.5e-9, 4e-9, 2e3, 200e9 * planck, 0.2
NETLIST = f"""
C1 a 0 {C}F
L1 a x {L}H
L2 a 0 {L2}H
JJ1 x 0 EJ={E_J}J
FLUX1 JJ1 {BIAS}Phi0
R1 a 0 {R}ohm T=20mK
I1 0 a pump
I2 0 x probe
"""
DRIVES = {"pump": qs.Sine("100 nA", frequency="18 GHz"), "probe": qs.Sine("60 nA", frequency="31 GHz")}
DURATION = 0.2e-9


def run(netlist: str = NETLIST, **settings):
    settings = {"duration": "0.2 ns", "save_every": "2 ps", "method": "classical"} | settings
    return qs.simulate(netlist, drives=DRIVES, classical=False, **settings)


def pump(t):
    return 100e-9 * np.sin(2 * np.pi * 18e9 * t)


def probe(t):
    return 60e-9 * np.sin(2 * np.pi * 31e9 * t)


def hidden(flux: float, t: float) -> float:
    """φ_x at which the currents of L1, JJ1 and I2 balance."""

    def balance(x: float) -> float:
        return (x - flux) / L + E_J / phi0 * np.sin(x / phi0 + 2 * np.pi * BIAS) - probe(t)

    return float(brentq(balance, flux - 9 * phi0, flux + 9 * phi0, xtol=1e-28, rtol=1e-14))


def kirchhoff(t: float, y: np.ndarray) -> list[float]:
    return [pump(t) - y[0] / C / R - (y[1] - hidden(y[1], t)) / L - y[1] / L2, y[0] / C]


@pytest.fixture(scope="module")
def found():
    return run(dt="0.02 ps")


def test_voltages_and_fluxes_are_kirchhoffs_at_every_node(found):
    """V and φ of both nodes, hidden one by bisection, 2 φ0 of swing: within 1e-6 of their largest.

    Catches: u for w in the sine, a current into the node that feeds the capacitor alone, V_x without the junction's.
    """
    solved = solve_ivp(kirchhoff, (0, DURATION), [0, 0], rtol=1e-10, atol=1e-30, max_step=1e-12, dense_output=True).sol
    times = np.asarray(found.time)[1:-1]
    h = 1e-15
    x = np.array([[hidden(solved(t + s)[1], t + s) for s in (-h, 0, h)] for t in times]).T
    expected = {
        ("voltage", "a"): solved(times)[0] / C,
        ("flux", "a"): solved(times)[1],
        ("flux", "x"): x[1],
        ("voltage", "x"): (x[2] - x[0]) / (2 * h),
    }
    for (name, node), values in expected.items():
        off = found[name].sel(node=node).values[1:-1] - values
        assert np.max(np.abs(off)) < 1e-6 * np.max(np.abs(values)), (name, node)
    assert np.max(np.abs(x[1])) > 1.5 * phi0


def test_a_capacitance_that_goes_to_zero_leads_to_the_constraint():
    """V_a at 0.2, 0.1 fF on the node, extrapolated, is V_a without; each by itself is off, to first order.

    Without a bias, as its sudden start would ring in a capacitor for ever. Catches: a junction beside its inductor
    instead of behind it.
    """
    quiet = NETLIST.replace(f"FLUX1 JJ1 {BIAS}Phi0\n", "")
    volts = [
        run(netlist, dt="0.02 ps").voltage.sel(node="a").values
        for netlist in (*(f"{quiet}C3 x 0 {c}fF\n" for c in (0.2, 0.1)), quiet)
    ]
    exact = volts.pop()
    size = np.max(np.abs(exact))
    off = [np.max(np.abs(v - exact)) / size for v in (*volts, 2 * volts[1] - volts[0])]
    assert off[0] > 1.8 * off[1] > 1e-3, off
    assert off[2] < 0.15 * off[1], off  # the fast mode rings a little, from when the drives begin


def test_ngspice_agrees(found, tmp_path):
    """V_a from the exported deck. Catches: a constraint that no other simulator of Kirchhoff's laws has."""
    deck = to_ngspice(NETLIST, duration="0.2 ns", step="0.01 ps", drives=DRIVES)
    out = run_ngspice(deck, tmp_path)
    volts = np.interp(np.asarray(found.time), out["time"], out["v(a)"])
    exact = found.voltage.sel(node="a").values
    assert np.max(np.abs(volts - exact)) < 1e-3 * np.max(np.abs(exact))


def test_two_junctions_and_a_resistor_share_two_hidden_nodes():
    """x behind coils and junctions, y behind a resistor and a coil to x: V_a, V_b of capacitances there, extrapolated.

    Catches: a junction's current left out of what settles a node that a resistor holds.
    """
    netlist = """
C1 a 0 50fF
C2 b 0 30fF
L1 a x 0.5nH
JJ1 x 0 EJ=100GHz
JJ2 x b EJ=80GHz
L2 x y 1nH
R1 y 0 2kohm T=20mK
I1 0 a pump
I2 0 b probe
"""
    exact = run(netlist).voltage
    near = [run(f"{netlist}C3 x 0 {c}fF\nC4 y 0 {c}fF", dt="0.01 ps").voltage for c in (0.1, 0.05)]
    for node in ("a", "b"):
        wide, close, limit = (v.sel(node=node).values for v in (*near, exact))
        off = [np.max(np.abs(v - limit)) / np.max(np.abs(limit)) for v in (wide, close, 2 * close - wide)]
        assert off[0] > 1.8 * off[1] > 1e-3, off
        assert off[2] < 0.15 * off[1], off  # the fast mode rings a little, from when the drives begin


@pytest.mark.slow
def test_the_final_voltage_has_its_derivative_in_the_hidden_inductance():
    """dV_a/dL1 through the implicit function, against a difference. Catches: Λ taken for a constant."""
    import jax
    import jax.numpy as jnp

    p = compile_run(
        qs.Run(
            circuit=NETLIST, method="classical", classical=False, duration="0.02 ns", save_every="2 ps", drives=DRIVES
        )
    )

    def last(scale):
        elements = dict(p.params["elements"]) | {"L1": {"L": L * scale}}
        return jnp.asarray(p.solve(dict(p.params) | {"elements": elements}).voltage)[-1, 0]

    step = 1e-5
    slope = float(jax.grad(last)(1.0))
    assert slope == pytest.approx(float(last(1 + step) - last(1 - step)) / (2 * step), rel=1e-6)


def test_what_the_constraint_cannot_do_is_refused_by_name():
    """Other methods, a neuron on the hidden node, a junction that is too strong."""
    with pytest.raises(NotAvailable, match="method must be classical, or JJ1 needs a capacitor at its node"):
        run(method="gksl")
    with pytest.raises(InputError, match="node x needs a capacitance to be a neuron's: JJ1 holds it"):
        run(neuron=qs.Neuron("x", v_threshold="10 uV"))
    with pytest.raises(InputError, match=r"JJ1 needs a capacitance .* at node x"):
        run(NETLIST.replace(f"EJ={E_J}J", f"EJ={2 * E_J}J"))
