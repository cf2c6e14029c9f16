"""External fluxes, offset charges and voltages in loops: against ngspice, against each other, and in any branch."""

from pathlib import Path

import numpy as np
import pytest

import quspike as qs
from export.ngspice_runs import run_ngspice
from quspike.constants import Phi0, e_charge
from quspike.drives.table import Table
from quspike.export.ngspice import to_ngspice
from quspike.run.compile import compile_run

LEAK = "model=sigmoid R_on=2kohm R_off=20kohm phi_c=0.3fWb phi_s=0.1fWb"
RAMP = Table(times=("0 ns", "0.1 ns", "0.4 ns", "0.7 ns"), values=("0 Phi0", "0 Phi0", "0.8 Phi0", "0.3 Phi0"))
TONE = qs.Sine("40 uV", frequency="3 GHz", offset="10 uV")
SQUID = f"""
JJ1 a 0 Ic=30nA C=40fF
JJ2 b 0 Ic=20nA C=60fF
L1 a m 3nH
L2 m b 2nH
C1 m 0 50fF
MEM1 m 0 {LEAK}
MEM2 m a {LEAK}
I1 0 m 20nA
"""
DECKS = {
    "two junctions, a ramp, memristors outside and inside the loop": (SQUID + "FLUX1 JJ1 ramp", {"ramp": RAMP}, "bm"),
    "one junction, constant": (f"JJ1 a 0 Ic=30nA C=60fF\nMEM1 a 0 {LEAK}\nL1 a 0 10nH\nFLUX1 JJ1 0.3Phi0", {}, "a"),
    "a voltage in a loop, a node without capacitance": (
        f"V1 g 0 push\nL1 g x 3nH\nL2 x m 2nH\nJJ1 m 0 Ic=30nA C=60fF\nMEM1 m 0 {LEAK}",
        {"push": TONE},
        "xm",
    ),
    "a voltage between two nodes": (
        f"V1 g h push\nL1 g 0 3nH\nC0 h 0 80fF\nL2 h m 5nH\nC1 m 0 90fF\nMEM1 m 0 {LEAK}",
        {"push": qs.Sine("40 uV", frequency="3 GHz")},
        "ghm",
    ),
    "an offset charge": (
        f"C1 a 0 60fF\nC2 a b 20fF\nC3 b 0 50fF\nJJ1 b 0 Ic=30nA\nL1 a 0 10nH\nMEM1 a 0 {LEAK}\nNG1 b ramp",
        {"ramp": Table(times=("0 ns", "0.1 ns", "0.4 ns", "0.7 ns"), values=("0.5", "0.5", "2", "-3"))},
        "ab",
    ),
}


def problem(circuit, method="classical", **settings):
    settings = {"duration": "0.8 ns", "save_every": "4 ps"} | settings
    return compile_run(qs.Run(circuit=circuit, method=method, classical=False, **settings))


def voltages(circuit, **settings):
    """V of each node by its name."""
    p = problem(circuit, **settings)
    return dict(zip(p.nodes, np.asarray(p.solve().voltage).T, strict=True))


@pytest.mark.parametrize("name", DECKS)
def test_sources_drive_a_circuit_as_they_drive_that_of_ngspice(name: str, tmp_path: Path):
    """Node voltages and memories within 1e-4 of their swing. Catches: a flux or an offset charge of the wrong sign, Φ̇
    that is left out of a memristor's voltage, a constant flux that starts on the coil, ∫V that grows the wrong way.
    """
    circuit, drives, nodes = DECKS[name]
    p = problem(circuit, drives=drives)
    s = p.solve()
    found = run_ngspice(to_ngspice(circuit, duration="0.8 ns", step="0.1 ps", drives=drives), tmp_path)
    times = np.asarray(s.time)
    for node in nodes:
        own = np.asarray(s.voltage)[:, p.nodes.index(node)]
        other = np.interp(times, found["time"], found[f"v({node})"])
        assert np.max(np.abs(other - own)) < 1e-4 * np.ptp(own), node
    for own, element in zip(np.asarray(s.memory).T, p.elements, strict=True):
        other = np.interp(times, found["time"], found[f"v({element.lower()}_x)"]) * 1e-16  # the deck's unit of x
        assert np.max(np.abs(other - own)) < 1e-4 * np.ptp(own), element


CHAIN = f"""
JJ1 a 0 Ic=30nA C=40fF
MEM1 a 0 {LEAK}
JJ2 a b Ic=20nA C=60fF
MEM2 b a {LEAK}
L1 b 0 3nH
C1 b 0 50fF
I1 0 b 10nA
"""


def test_a_flux_drives_a_loop_from_whichever_branch_it_is_put_in():
    """Φ in JJ1 is −Φ in JJ2, which the loop passes the other way, and in a JJ1 whose ends are exchanged: the same
    voltages. Catches: a capacitor or a memristor left beyond the flux, static shares without Φ̇ of the capacitors.
    """
    one = voltages(CHAIN + "FLUX1 JJ1 ramp", drives={"ramp": RAMP})
    opposite = Table(times=RAMP.times, values=tuple(-v for v in RAMP.values), quantity="flux")
    other = voltages(CHAIN + "FLUX2 JJ2 ramp", drives={"ramp": opposite})
    turned = voltages(CHAIN.replace("JJ1 a 0", "JJ1 0 a") + "FLUX1 JJ1 ramp", drives={"ramp": opposite})
    for node, expected in one.items():
        assert np.ptp(expected) > 1e-6
        np.testing.assert_allclose(other[node], expected, rtol=0, atol=1e-9 * np.ptp(expected))
        np.testing.assert_allclose(turned[node], expected, rtol=0, atol=1e-9 * np.ptp(expected))


def test_a_voltage_in_a_loop_is_a_flux_that_grows():
    """2 mV·ps a picosecond: V1 in series with the coil against FLUX with Φ = Vt through the loop. Catches: a sign."""
    leak = f"JJ1 m 0 Ic=30nA C=60fF\nMEM1 m 0 {LEAK}\n"
    slope = Table(times=("0 s", "1 ns"), values=("0 Wb", "0.02 fWb"))
    volts = voltages(leak + "V1 g 0 20nV\nL1 g m 5nH")
    threaded = voltages(leak + "L1 0 m 5nH\nFLUX1 JJ1 slope", drives={"slope": slope})
    np.testing.assert_allclose(volts["m"], threaded["m"], rtol=0, atol=1e-9 * np.ptp(volts["m"]))
    assert np.max(volts["m"]) > 10e-9


OFFSETS = "C1 m 0 60fF\nC2 m a 20fF\nC3 a 0 50fF\nL1 m 0 5nH\nR1 a 0 2kohm T=50mK\nI1 0 m tone\n"
PUSH = {"tone": qs.Sine("20 nA", frequency="4 GHz")}


@pytest.mark.parametrize("method", ["classical", "moments"])
@pytest.mark.parametrize("circuit", [OFFSETS, "C1 a 0 60fF\nR1 a 0 2kohm T=50mK\nI1 0 a tone\n"])
def test_a_constant_offset_charge_drops_out(circuit, method):
    """To the last digit but rounding, with one node and with two. Catches: an island that starts charged."""
    bare = voltages(circuit, method=method, drives=PUSH)
    offset = voltages(circuit + "NG1 a 0.37", method=method, drives=PUSH)
    for node, expected in bare.items():
        np.testing.assert_allclose(offset[node], expected, rtol=0, atol=1e-12 * np.ptp(expected))


@pytest.mark.parametrize("method", ["classical", "moments"])
@pytest.mark.parametrize("circuit", [OFFSETS, "C1 a 0 60fF\nR1 a 0 2kohm T=50mK\nI1 0 a tone\n"])
def test_an_offset_charge_that_moves_is_a_gate(circuit, method):
    """2e n_g(t) is −C_g V_g(t): the same voltages, means and spread. Catches: a factor 2, a sign, jumps included."""
    capacitance = 20e-15
    pairs = {"gate": qs.Step("0.7", start="0.2 ns", stop="0.5 ns")}
    volts = {"gate": qs.Step(-0.7 * 2 * e_charge / capacitance, start="0.2 ns", stop="0.5 ns", quantity="voltage")}
    grounded, gated = f"Cg a 0 {capacitance}F\n", f"Cg a g {capacitance}F\nV1 g 0 gate"
    one = problem(circuit + grounded + "NG1 a gate", method=method, drives=PUSH | pairs).solve()
    other = problem(circuit + gated, method=method, drives=PUSH | volts).solve()
    for field in ("voltage", "voltage_std", "flux"):
        expected = np.asarray(getattr(other, field))
        np.testing.assert_allclose(getattr(one, field), expected, rtol=0, atol=1e-11 * np.max(np.abs(expected)))
    assert np.ptp(np.asarray(one.voltage)[:, -1]) > 1e-6


def test_a_voltage_in_a_loop_moves_the_means_of_a_linear_circuit_and_not_its_spread():
    """`moments`: means are the classical ones, σ is that of the circuit at rest. Catches: ψ in the covariance."""
    circuit = "V1 g 0 push\nL1 g m 5nH\nC1 m 0 60fF\nL2 m b 3nH\nC2 b 0 40fF\nR1 b 0 400ohm T=0.3K"
    driven = {"drives": {"push": TONE}}
    means, classical = (problem(circuit, method=m, **driven).solve() for m in ("moments", "classical"))
    at_rest = problem(circuit.replace("V1 g 0 push\nL1 g m", "L1 0 m"), method="moments").solve()
    expected = np.asarray(classical.voltage)
    np.testing.assert_allclose(means.voltage, expected, rtol=0, atol=1e-9 * np.max(np.abs(expected)))
    np.testing.assert_allclose(means.voltage_std, at_rest.voltage_std, rtol=1e-6)


def test_a_flux_may_jump_unless_a_dissipator_feels_its_rate():
    """A sudden flux leaves charge and phase of a capacitor where they are; through a resistor it would be a kick."""
    jump = {"jump": qs.Step(0.2 * Phi0, start="0.1 ns", quantity="flux")}
    loop = "JJ1 a 0 Ic=30nA C=60fF\nL1 a 0 5nH\nFLUX1 JJ1 jump\n"
    v = voltages(loop + "R1 a 0 2kohm T=1K", drives=jump)["a"]
    assert v[:26] == pytest.approx(0, abs=1e-12)
    assert np.max(v) > 1e-6
    with pytest.raises(qs.InputError, match=r"drive.jump.* must be continuous: .* across R1"):
        problem(loop + "C2 b 0 10fF\nL2 b 0 1nH\nR1 a b 2kohm T=1K", drives=jump)
