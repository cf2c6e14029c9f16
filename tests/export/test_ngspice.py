"""Decks for ngspice, run by ngspice: against quspike's own neuron, and against Kirchhoff's laws written out by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.special import expit

import quspike as qs
from export.ngspice_runs import run_ngspice
from quspike.cli.program import run_program
from quspike.constants import e_charge, phi0
from quspike.drives import Table
from quspike.errors import InputError, NotAvailable
from quspike.export.ngspice import to_ngspice
from quspike.memristors import LAWS
from quspike.memristors.law import Law
from quspike.run.compile import compile_run

SLOW_TABLE = Table(times=("0 ms", "8 ms", "15 ms", "20 ms"), values=("0 mA", "0.5 mA", "-0.4 mA", "0.1 mA"))
MEMBRANES = {
    "hp": ("C1 m 0 10nF\nMEM1 m 0 model=hp x0=0.3", qs.Sine("80 uA", frequency="5 Hz"), "0.3 s", "0.1 ms"),
    "hp, Joglekar, late sine": (
        "C1 m 0 10nF\nMEM1 m 0 model=hp x0=0.3 window=joglekar p=2",
        qs.Sine("80 uA", frequency="5 Hz", phase="0.4 rad", offset="9 uA", start="0.03 s", stop="0.27 s"),
        "0.3 s", "0.1 ms",
    ),
    "hp, Biolek, upside down": (
        "C1 m 0 10nF\nMEM1 0 m model=hp x0=0.3 window=biolek p=2",
        qs.Sine("80 uA", frequency="5 Hz"), "0.3 s", "0.1 ms",
    ),
    "hp, Prodromakis": (
        "C1 m 0 10nF\nMEM1 m 0 model=hp x0=0.3 window=prodromakis p=1.5 j=0.7",
        qs.Sine("80 uA", frequency="5 Hz"), "0.3 s", "0.1 ms",
    ),
    "vteam, Kvatinsky": (
        "C1 m 0 20pF\nMEM1 m 0 model=vteam x0=0.3 window=kvatinsky w_c=0.3",
        qs.Sine("0.62 mA", frequency="5 MHz"), "0.6 us", "0.1 ns",
    ),
    "vteam, exponential, stopped": (
        "C1 m 0 20pF\nMEM1 m 0 model=vteam x0=0.3 resistance=exponential",
        qs.Step("0.5 mA", start="20 ns", stop="0.5 us"), "0.6 us", "0.02 ns",
    ),
    "yakopcic, table": ("C1 m 0 1uF\nMEM1 m 0 model=yakopcic", SLOW_TABLE, "20 ms", "5 us"),
    "knowm_mss": ("C1 m 0 10nF\nMEM1 m 0 model=knowm_mss", qs.Sine("0.6 mA", frequency="5 kHz"), "0.6 ms", "0.1 us"),
    "pershin_diventra": (
        "C1 m 0 10fF\nMEM1 m 0 model=pershin_diventra alpha=1e12ohm/(V*s)",
        qs.Sine("1.1 mA", frequency="1 GHz"), "2 ns", "0.2 ps",
    ),
    "casquid": ("C1 m 0 1pF\nMEM1 m 0 model=casquid", qs.Sine("1 uA", frequency="5 GHz"), "1 ns", "0.1 ps"),
    "hh_potassium": (
        "C1 m 0 100fF\nMEM1 m 0 model=hh_potassium V_rev=0V V_unit=1uV t_unit=1ns g_max=3.6mS",
        qs.Sine("2 nA", frequency="100 MHz"), "30 ns", "10 ps",
    ),
    "hh_sodium": (
        "C1 m 0 100fF\nMEM1 m 0 model=hh_sodium V_rev=0V V_unit=1uV t_unit=1ns g_max=0.3mS",
        qs.Sine("2 nA", frequency="100 MHz"), "30 ns", "10 ps",
    ),
    "sigmoid, step": (
        "C1 m 0 100fF\nMEM1 m 0 model=sigmoid", qs.Step("0.6 nA", start="5 ns", stop="300 ns"), "400 ns", "0.05 ns",
    ),
    "sigmoid, pulses": (
        "C1 m 0 100fF\nMEM1 m 0 model=sigmoid",
        qs.Pulses("2 nA", width="3 ns", period="20 ns", count=30, start="1 ns"), "400 ns", "0.05 ns",
    ),
    "sigmoid, few pulses at times": (
        "C1 m 0 100fF\nMEM1 m 0 model=sigmoid", qs.Pulses("3 nA", width="3 ns", times=("0 ns", "3 ns", "40 ns")),
        "100 ns", "0.02 ns",
    ),
    "resonator with a junction, carrier": (
        "C1 m 0 100fF\nL1 m 0 10nH\nJJ1 m 0 Lj=40nH C=3fF\nMEM1 m 0 model=sigmoid phi_c=0.2fWb phi_s=0.1fWb R_on=2kohm",
        qs.Step("3 nA", start="0.1 ns", envelope_of="5 GHz"), "3 ns", "0.1 ps",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MEMBRANES)
def test_a_membrane_exported_to_ngspice_runs_like_the_classical_neuron(name: str, tmp_path: Path):
    """V and x within 1e-4 of their swings, for every law, window and kind of drive.

    Catches: a window with a misplaced bracket, x of the wrong unit, a sine that starts before its time, a jump that is
    half a step late.
    """
    elements, drive, duration, step = MEMBRANES[name]
    circuit = f"{elements}\nI1 0 m input"
    run = qs.Run(circuit=circuit, drives={"input": drive}, duration=duration, save_every=step, method="classical")
    s = compile_run(run).solve()
    deck = to_ngspice(circuit, duration=duration, step=step, drives={"input": drive})
    unit = float(deck.partition("the memory of MEM1 over ")[2].partition(":")[0] or 1)
    found, times = run_ngspice(deck, tmp_path), np.asarray(s.time)
    memory = np.asarray(s.memory)[:, 0]
    if found["v(mem1_x)"].max() > 0.99 and unit == 1:
        memory = np.clip(memory, 0, 1)  # what passes a stop by the error of a step counts as at the stop
    for own, other in ((np.asarray(s.voltage)[:, 0], found["v(m)"]), (memory, found["v(mem1_x)"] * unit)):
        swing = np.ptp(own)
        assert swing > 0
        assert np.max(np.abs(np.interp(times, found["time"], other) - own)) < 1e-4 * swing


def test_every_law_has_a_form_for_ngspice():
    """Catches: a law that the comparison above leaves out."""
    assert {name.partition(",")[0] for name in MEMBRANES} >= set(LAWS)
    assert all(type(law).spice is not Law.spice for law in LAWS.values())


NETWORK = """
* two Josephson membranes that a memristor and two coupled coils join, one of them behind a gate
C1   a 0 200fF
C2   b.1 0 150fF
C3   a b.1 20fF
Cg   g a 10fF
V1   g 0 gate
JJ1  a 0 Ic=30nA C=5fF
L1   b.1 0 5nH
L2   a 0 9nH
K1   L1 L2 k=-0.4
R1   b.1 0 2kohm T=1K cutoff=1e12rad/s
TL1  a 0 Z0=3kohm length=inf
MEM1 b.1 a model=sigmoid R_on=500ohm R_off=5kohm phi_c=0.3fWb phi_s=0.2fWb
I1   0 b.1 push
"""


def network_by_hand(t_end: float, times: np.ndarray, push: float, gate: float, f: float) -> np.ndarray:
    """V of a and b: `C dV/dt = i`, `dφ/dt = V`, coils by `L⁻¹φ`, the gate through its capacitor."""
    c = np.array([[200 + 20 + 10 + 5, -20], [-20, 150 + 20]]) * 1e-15
    m = -0.4 * np.sqrt(5e-9 * 9e-9)
    stiffness = np.linalg.inv([[9e-9, m], [m, 5e-9]])

    def rates(t, y):
        v, phi = y[:2], y[2:]
        w = 1 / 5e3 + (1 / 500 - 1 / 5e3) * expit((phi[1] - phi[0] - 0.3e-15) / 0.2e-15)
        through = w * (v[1] - v[0])
        gated = 10e-15 * gate * 2 * np.pi * f * np.cos(2 * np.pi * f * t)
        i = np.array([gated - 30e-9 * np.sin(phi[0] / phi0) - v[0] / 3e3 + through, push - v[1] / 2e3 - through])
        return np.concatenate([np.linalg.solve(c, i - stiffness @ phi), v])

    scales = np.array([1e-6, 1e-6, 1e-16, 1e-16])
    solved = solve_ivp(
        lambda t, z: rates(t, z * scales) / scales, (0, t_end), np.zeros(4), "DOP853", times, rtol=1e-10, atol=1e-10
    )
    return solved.y[:2].T * 1e-6


def test_several_nodes_obey_kirchhoff(tmp_path: Path):
    """Junction, coupled coils, memristor between nodes, lines and a gate, against an integration written out here.

    Catches: the sign of a coupling, a memristor that stands on its head, a junction without its own capacitor.
    """
    drives = {"push": qs.Step("20 nA"), "gate": qs.Sine("300 uV", frequency="3 GHz")}
    found = run_ngspice(to_ngspice(NETWORK, duration="2 ns", step="0.1 ps", drives=drives), tmp_path)
    times = np.linspace(0, 1.999e-9, 500)
    expected = network_by_hand(2e-9, times, 20e-9, 300e-6, 3e9)
    for node, own in (("v(a)", expected[:, 0]), ("v(b_1)", expected[:, 1])):
        deviation = np.interp(times, found["time"], found[node]) - own
        assert np.max(np.abs(deviation)) < 1e-4 * np.ptp(own)


def test_several_nodes_run_like_the_classical_network(tmp_path: Path):
    """The same circuit against quspike's own `classical`, which has it in coordinates: within 1e-4."""
    drives = {"push": qs.Step("20 nA"), "gate": qs.Sine("300 uV", frequency="3 GHz")}
    run = qs.Run(circuit=NETWORK, drives=drives, duration="2 ns", save_every="2 ps", method="classical")
    problem = compile_run(run)
    s = problem.solve()
    found = run_ngspice(to_ngspice(NETWORK, duration="2 ns", step="0.1 ps", drives=drives), tmp_path)
    for node, name in (("a", "v(a)"), ("b.1", "v(b_1)")):
        own = np.asarray(s.voltage)[:, problem.nodes.index(node)]
        other = np.interp(np.asarray(s.time), found["time"], found[name])
        assert np.max(np.abs(other - own)) < 1e-4 * np.ptp(own)


@pytest.mark.parametrize("junction", ["JJ1 a 0 Ic=30nA C=60fF", "JJ1 0 a Ic=30nA\nC1 a 0 60fF"])
def test_a_moving_flux_drives_the_loop_and_not_the_capacitor_across_its_junction(junction: str, tmp_path: Path):
    """`C φ̈_J = −I_c sin(φ_J/φ0) − φ_J/R − (φ_J − Φ)/L`, the junction's polarity taken out. Catches: an emf of the
    wrong sign, a capacitor left on the far side of the flux, a flux that is counted twice.
    """
    resistor = "R1 a 0 5kohm T=1K"
    netlist = f"{junction}\n{resistor}\nL1 a 0 10nH\nFLUX1 JJ1 threading"
    drive = qs.Sine("0.3 Phi0", frequency="2 GHz", offset="0.1 Phi0")
    found = run_ngspice(to_ngspice(netlist, duration="2 ns", step="0.2 ps", drives={"threading": drive}), tmp_path)
    quantum = 2 * np.pi * phi0

    def rates(t, y):
        v, phase = y
        external = 2 * np.pi * (0.1 + 0.3 * np.sin(2 * np.pi * 2e9 * t))
        i = -30e-9 * np.sin(phase) - v / 5e3 - phi0 * (phase - external) / 10e-9
        return [i / 60e-15, v / phi0]

    times = np.linspace(0, 1.999e-9, 400)
    y = solve_ivp(rates, (0, 2e-9), [0.0, 0.1 * quantum / phi0], "DOP853", times, rtol=1e-10, atol=1e-14).y[1]
    own = np.interp(times, found["time"], found["v(jj1_phase)"])
    assert np.max(np.abs(own - y)) < 1e-4 * np.ptp(y)


def test_a_constant_flux_starts_in_its_junction(tmp_path: Path):
    """In a loop of 10 nH with a small junction the phase swings about its equilibrium, released at Φ/φ0."""
    netlist = "JJ1 a 0 Ic=1nA C=60fF\nL1 a 0 10nH\nR1 a 0 1kohm T=1K\nFLUX1 JJ1 0.25Phi0"
    phase = run_ngspice(to_ngspice(netlist, duration="3 ns", step="1 ps"), tmp_path)["v(jj1_phase)"]
    rest = np.pi / 2 - 1e-9 * 10e-9 / phi0
    assert phase[0] == pytest.approx(np.pi / 2, rel=1e-6)
    assert phase[-1] == pytest.approx(rest, abs=2e-4)  # the next order of I_c L/φ0 = 0.03, squared, times cos


def test_a_moving_offset_charge_takes_charge_off_its_island(tmp_path: Path):
    """`C V = q − 2e n(t)` on an island that nothing else acts on. Catches: a factor 2, a sign."""
    netlist = "C1 island 0 50fF\nC2 island 0 30fF\nNG1 island ramp"
    ramp = Table(times=("0 ns", "1 ns", "2 ns"), values=("0.1", "0.35", "0.35"))
    found = run_ngspice(to_ngspice(netlist, duration="2 ns", step="1 ps", drives={"ramp": ramp}), tmp_path)
    assert found["v(island)"][-1] == pytest.approx(-2 * e_charge * 0.25 / 80e-15, rel=1e-6, abs=0)


def test_a_finite_line_reflects(tmp_path: Path):
    """A step through Z0 into a line with 3 Z0 at its end: ½ at first, ½(1 + ½) after a round trip."""
    netlist = "V1 s 0 push\nR1 s a 50ohm T=1K\nTL1 a 0 b 0 Z0=50ohm v=1e8m/s length=0.1m\nR2 b 0 150ohm T=1K"
    deck = to_ngspice(netlist, duration="3 ns", step="1 ps", drives={"push": qs.Step("1 mV", start="0.1 ns")})
    found = run_ngspice(deck, tmp_path)
    at = np.interp([1.5e-9, 2.5e-9], found["time"], found["v(a)"])
    assert at == pytest.approx([0.5e-3, 0.75e-3], rel=1e-6, abs=0)
    assert np.interp([1.0e-9, 1.2e-9], found["time"], found["v(b)"]) == pytest.approx([0, 0.75e-3], rel=1e-6, abs=1e-12)


def test_names_that_spice_would_confuse_are_told_apart(tmp_path: Path):
    """`gnd` is ground for ngspice, and `A` is `a`. Catches: two nodes that become one."""
    netlist = (
        "Iq 0 a 1nA\nIQ 0 A 1nA\nR1 a 0 1kohm T=1K\nR2 A 0 2kohm T=1K\nR3 A gnd 1kohm T=1K\nR4 gnd 0 1kohm T=1K"
    )  # fmt: skip
    deck = to_ngspice(netlist, duration="1 ns", step="1 ps")
    found = run_ngspice(deck, tmp_path)
    assert "* node A_2 is A" in deck
    assert found["v(a)"][-1] == pytest.approx(1e-6)
    assert found["v(a_2)"][-1] == pytest.approx(1e-6)
    assert found["v(gnd_2)"][-1] == pytest.approx(0.5e-6)


@pytest.mark.parametrize(
    ("netlist", "error", "message"),
    [
        ("C1 m 0 1pF\nI1 0 m input", InputError, "drives must have the drive of I1"),
        ("C1 m 0 1pF\nMEM1 m 0 model=sigmoid senses=envelope", NotAvailable, "MEM1 must sense the voltage"),
        ("C1 m 0 1pF\nY1 m 0 file=y.csv T=1K", NotAvailable, "Y1 has no form for ngspice yet"),
    ],
)
def test_what_no_deck_can_say_is_refused_by_name(netlist: str, error: type[Exception], message: str):
    with pytest.raises(error, match=message):
        to_ngspice(netlist, duration="1 ns", step="1 ps")


def test_a_drive_of_the_wrong_quantity_is_refused():
    with pytest.raises(InputError, match="must be a current"):
        to_ngspice("C1 m 0 1pF\nI1 0 m input", duration="1 ns", step="1 ps", drives={"input": qs.Step("1 mV")})


def test_a_run_file_is_exported_by_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """Its drives, its duration and its memories, on stdout. Catches: a memory that starts at the law's default."""
    path = tmp_path / "neuron.toml"
    path.write_text(RUN_FILE, encoding="utf-8")
    assert run_program(["quantize", str(path), "--export", "ngspice"]) == 0
    deck = capsys.readouterr().out
    assert ".tran 1e-09 5e-08 0 1e-09 uic" in deck
    assert "ic=0.5" in deck
    found = run_ngspice(deck, tmp_path)
    assert found["v(m)"].max() > 5e-6
    assert run_program(["quantize", str(tmp_path / "netlist.cir"), "--export", "ngspice"]) == 2
    assert run_program(["quantize", str(path), "--export", "ngspice", "--format", "json"]) == 2


RUN_FILE = """
schema = 1
circuit = '''
C1   m 0 100fF
MEM1 m 0 model=sigmoid T=20mK
I1   0 m input
'''

[drive.input]
kind = "step"
amplitude = "0.1 nA"
start = "5 ns"

[initial]
memory = { MEM1 = "0.5 pWb" }

[run]
method = "classical"
duration = "50 ns"
save_every = "1 ns"
"""
