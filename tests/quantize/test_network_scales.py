"""Leaks and validity numbers of circuits of several coordinates, against digits worked out by hand."""

from __future__ import annotations

import math

import quspike as qs
from quantize.circuits import near
from quspike.quantize.report.network_scales import damping_ranges


def test_the_leak_of_a_network_is_that_of_its_fastest_voltage():
    """Two membranes apart: the larger 1/RC. Through a node without capacitance: 1/(R1 + R2)C.

    Catches: an average, a massless node that is left out with its resistors.
    """
    apart = qs.quantize("C1 a 0 100fF\nR1 a 0 10kohm T=1K\nC2 b 0 50fF\nR2 b 0 40kohm T=1K")
    assert apart.leak_rate == near((1 / 1e-9, 1 / 1e-9), rel=1e-12)
    through = qs.quantize("C1 a 0 100fF\nR1 a x 10kohm T=1K\nR2 x 0 30kohm T=1K\nC2 b 0 1pF\nR3 b 0 1Mohm T=1K")
    assert through.leak_rate == near((1 / 4e-9, 1 / 4e-9), rel=1e-12)


def test_a_memristor_between_two_nodes_leaks_their_difference_twice_as_fast():
    """C on both sides: the difference falls at 2W/C, from 1/R_off to 1/R_on. Catches: W/C, the ends exchanged."""
    pair = qs.quantize("C1 a 0 100fF\nC2 b 0 100fF\nMEM1 a b model=sigmoid R_on=10kohm R_off=100kohm T=20mK")
    assert pair.leak_rate == near((2 * 1e-5 / 100e-15, 2 * 1e-4 / 100e-15), rel=1e-9)


def test_a_mode_is_damped_by_what_stands_across_it():
    """A resonator beside a membrane: κ = W/C of its own memristor, over its range; κ/ω0 the worst.

    Catches: κ/2, the neighbour's conductance counted in, ħ where it does not belong.
    """
    q = qs.quantize(
        "C1 a 0 100fF\nL1 a 0 10nH\nMEM1 a 0 model=sigmoid R_on=10kohm R_off=100kohm T=20mK cutoff=1e12rad/s\n"
        "C2 b 0 1pF\nR2 b 0 1kohm T=20mK cutoff=1e13rad/s"
    )
    (damping,) = damping_ranges(q.zero_point, q.baths)
    assert damping == near((1e-5 / 100e-15, 1e-4 / 100e-15), rel=1e-9)
    checks = {check.name: check for check in q.validity}
    omega = 1 / math.sqrt(10e-9 * 100e-15)
    assert checks["kappa/omega0"].value == near(1e9 / omega, rel=1e-9)
    assert checks["fastest rate/cutoff"].value == near(omega / 1e12, rel=1e-9)
    assert checks["hbar omega0/kT"].value == near(12.0769, rel=1e-4)
    flux = 1.054571817e-34 / 2 * math.sqrt(10e-9 / 100e-15)
    assert checks["phi_zpf/phi_s (MEM1)"].value == near(math.sqrt(flux) / 0.4e-12, rel=1e-6)


def test_scales_are_shown_with_what_holds_their_energy():
    """ω of an LC pair and the element shares. Catches: free charges shown as modes, shares that are no percentages."""
    text = str(qs.quantize("C1 a 0 100fF\nL1 a 0 10nH\nC2 b 0 1pF\nC3 b a 0.001fF"))
    (row,) = (line for line in text.splitlines() if line.strip().startswith("ω₁"))
    assert "3.1622" in row
    assert "energy in L1 50 %, C1 50 %" in row or "energy in C1 50 %, L1 50 %" in row
    assert "ω₂" not in text


def test_a_channel_behind_its_battery_leaks_as_at_rest():
    """Hodgkin and Huxley's membrane at rest: 1 µF leaks through 0.6773 mS, a time constant of 1.477 ms; here in ns.

    By hand, in mS: 0.3 of the leak, 36 · 0.3176769⁴ = 0.3666, 120 · 0.0529325³ · 0.5961208 = 0.01061; the energy falls
    at twice the rate. Catches: W at V = 0, where sodium has all its fast gates open and leaks 7000 times as much, the
    battery turned round, the range of the memristance at V = 0.
    """
    q = qs.quantize(qs.load("examples/action_potential.toml").circuit)
    (mode,) = (m for m in q.modes if m.participation["C1"] > 0.9)
    assert mode.damping == near(2 * 0.677268e9, rel=1e-3)  # the cutoff's inductance slows it by κ/ω_c
    sodium = next(bath for bath in q.baths if bath.element == "MEM_Na")
    assert sodium.conductance[1] == near(12e-3 * 0.0529325**3, rel=1e-5)
    assert "MEM_K, MEM_Na at the voltage of the source in series" in str(q)


def test_a_line_behind_a_small_capacitor_is_a_short_and_damps_little():
    """The readout resonator: to first order in W κ/ω0 is 1.06, as if the line saw all of its voltage; it is 5.2e-4.

    By hand: (ωC_k)² Z0/C_Σ/ω with 10 fF, 50 ohm, 415 fF at 4.5e10 rad/s.
    Catches: a circuit called strongly damped whose modes say otherwise.
    """
    checks = {check.name: check for check in qs.quantize(qs.Circuit.from_file("examples/readout.cir")).validity}
    assert checks["kappa/omega0"].verdict == "warn"
    exact = checks["kappa/omega0, exact"]
    assert exact.value == near(4.4955e10 * 10e-15**2 * 50 / 415e-15, rel=0.05)
    assert "TL1 is nearly a short" in exact.text
    strong = qs.quantize("C1 a 0 100fF\nL1 a 0 10nH\nR1 a 0 1kohm T=1K\nC2 b 0 1pF\nR2 b 0 1kohm T=1K")
    assert "kappa/omega0, exact" not in {check.name for check in strong.validity}
