"""Lines of finite length in the methods: their modes, chosen for the run, against ngspice's own line and against
fluctuation and dissipation."""

from __future__ import annotations

import json
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest

import quspike as qs
from export.ngspice_runs import run_ngspice
from quspike.quantize.line_parts import how_many
from quspike.quantize.membrane import element_params
from quspike.quantize.numbers.admittance import linear_response
from quspike.quantize.numbers.equilibrium import fluctuations
from quspike.quantize.numbers.finite_line_modes import line_error, needed
from quspike.run.compile import compile_run

pytestmark = pytest.mark.slow

LINE = """
Ca  a 0 0.4pF
Ra  a 0 50ohm T=300K
TL1 a 0 b 0 Z0=50ohm v=1.2e8m/s length=12mm {modes}
Cb  b 0 0.4pF
Rb  b 0 200ohm T={cold}
I1  0 a input
"""
DECK = """a line of 100 ps
I1 0 a pulse(0 1u 50p 0.001p 1p 10n 20n)
Ca a 0 0.4p
Ra a 0 50
T1 a 0 b 0 Z0=50 TD=100p
Cb b 0 0.4p
Rb b 0 200
.options reltol=1e-6 abstol=1e-16 vntol=1e-12
.tran 0.2p 1n 0 0.2p
.end
"""


def problem(modes: str = "", cold: str = "300K", **settings):
    settings = {"method": "classical", "duration": "1 ns", "save_every": "5 ps"} | settings
    drives = {"input": qs.Step("1 uA", start="50 ps")}
    return compile_run(qs.Run(circuit=LINE.format(modes=modes, cold=cold), drives=drives, classical=False, **settings))


def test_a_pulse_arrives_after_the_delay_and_comes_back(tmp_path: Path):
    """A step of no width into 50 ohm, a mismatched end: within 3e-3 of ngspice's delay line, echoes and all, with the
    modes that the run chose for itself.

    Catches: a delay of half the length, an end of the other sign, the capacitance above the modes left out.
    """
    p = problem()
    found, exact = p.solve(), run_ngspice(DECK, tmp_path)
    assert how_many(p.setup.membrane.network.circuit.element("TL1")) == 19
    t, v = np.asarray(found.time), np.asarray(found.voltage)
    for i, node in enumerate("ab"):
        expected = np.interp(t, exact["time"], exact[f"v({node})"])
        np.testing.assert_allclose(v[:, i], expected, rtol=0, atol=3e-3 * np.ptp(expected))
    early = t < 145e-12
    assert np.abs(v[early, 1]).max() < 1e-3 * v[:, 1].max() < v[t > 180e-12, 1].min() / 100


def test_the_modes_that_are_left_out_cost_what_is_said():
    """|δY| Z0 of comb and ladder against the cotangent, in the limit of many modes. Catches: 1/3π for 2/3π."""
    circuit = "TL1 a 0 b 0 Z0=50ohm v=1.2e8m/s length=12mm modes={n} bath={form}\nCb b 0 1fF\nCa a 0 1fF"
    omega = 2.5 * np.pi * 1e10
    for form, n in (("comb", 40), ("ladder", 200)):
        netlist = circuit.format(n=n, form=form)
        exact, modes = (
            np.linalg.inv(linear_response(netlist, lines=way).impedance_matrix(omega, [("a", "0"), ("b", "0")]))
            for way in ("exact", "modes")
        )
        element = qs.Circuit(netlist).element("TL1")
        error = np.linalg.norm(modes - exact, 2) * 50
        claimed = line_error(element, element_params(qs.Circuit(netlist))["TL1"], omega)
        assert 0.5 < error / claimed < {"comb": 1.06, "ladder": 3.0}[form], (form, error / claimed)
    assert needed(qs.Circuit(LINE.format(modes="", cold="1K")).element("TL1"), 1e11) == 19


def test_noise_travels_along_a_line():
    """Ends at 300 K and 100 K: stationary ⟨V²⟩ within 2e-3 of the sum of what both ends send, by their impedances.

    The white noise of `moments` is classical, and ħω/kT is small here. Catches: one temperature for both ends.
    """
    p = problem("modes=3", "100K", method="moments", duration="1.5 ns", save_every="0.5 ns", dt="0.5 ps")
    found = np.asarray(p.solve().voltage_std)
    with_cutoff = LINE.format(modes="modes=3", cold="100K").replace("T=", "cutoff=1e14rad/s T=")
    noise = fluctuations(with_cutoff, [("a", "0"), ("b", "0")])
    expected = np.sqrt(np.diag(noise.voltage))
    np.testing.assert_allclose(found[-1], expected, rtol=2e-3)
    assert abs(expected[0] / expected[1] - 1) > 0.05


def test_a_run_says_what_its_modes_leave_out():
    """In the verdicts, with a bound that three modes pass."""
    for modes, verdict in (("", "ok"), ("modes=3", "warn")):
        with pytest.warns(qs.ValidityWarning) if modes else nullcontext():
            ds = qs.simulate(
                LINE.format(modes=modes, cold="300K"),
                duration="0.1 ns",
                method="classical",
                drives={"input": qs.Step("1 uA")},
            )
        (check,) = [c for c in json.loads(ds.attrs["validity"]) if c["name"] == "TL1 modes"]
        assert check["verdict"] == verdict
        assert modes or check["value"] == pytest.approx(1e-3, rel=0.01)


def test_fock_space_has_no_room_for_a_line():
    with pytest.raises(qs.InputError, match=r"TL1 must not be in a circuit with method gksl.*TL1\.1"):
        problem(method="gksl")
