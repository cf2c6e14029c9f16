"""A circuit closed by combs and ladders is the circuit: its admittance, its relaxation, its fluctuations."""

from __future__ import annotations

import itertools
import random

import numpy as np
import pytest
from scipy.integrate import quad

from quantize.circuits import near
from quantize.nodal_analysis import NodalAnalysis
from quantize.random_circuits import random_line_circuits
from quspike import Circuit
from quspike.baths.comb import graded_grid, midpoint_grid
from quspike.baths.ladder import ladder
from quspike.constants import hbar, k_B
from quspike.errors import InputError
from quspike.quantize.numbers.admittance import linear_response
from quspike.quantize.numbers.closed_system import closed_system
from quspike.quantize.numbers.equilibrium import fluctuations

# two nodes, three dissipators, one of them at a node without capacitance
NETLIST = """
C1 a 0 100fF
L1 a b 2nH
C2 b 0 150fF
L2 b 0 9nH
R1 a x 200ohm cutoff=4e11rad/s
R2 x 0 300ohm cutoff=6e11rad/s
TL1 b 0 Z0=400ohm length=inf cutoff=5e11rad/s
"""
RISING = 2e10 * np.array([0.5 + 3j, 1.5 + 3j, 3j])  # above the real axis by more than equal cells are apart


def exact(omega: complex, node: str = "a", netlist: str = NETLIST) -> complex:
    """Nodal analysis; a line without end is 1/Z0 there, so its cutoff is written as a resistor's."""
    plain = netlist.replace("TL1 b 0 Z0=400ohm length=inf", "R9 b 0 400ohm")
    return NodalAnalysis(Circuit(plain), omega).impedance(node, "0")


def slopes(errors: list[float]) -> np.ndarray:
    return np.log2(np.array(errors)[:-1] / np.array(errors)[1:])


def errors_of(systems) -> list[float]:
    z = np.array([exact(w) for w in RISING])
    return [np.abs(system.impedance(RISING, "a") / z - 1).max() for system in systems]


def test_combs_become_the_circuit():
    """Equal cells to third order in 1/ω_max, the cutoff being Drude's; growing ones to second order in 1/N.

    Catches: a massless node's springs left out, a branch that is tied by the wrong sign, Im Y taken for Re Y.
    """
    equal = errors_of(closed_system(NETLIST, midpoint_grid(top, int(top / 2e10))) for top in (4e12, 8e12))
    assert equal[-1] < 1e-3
    np.testing.assert_allclose(slopes(equal), 3, atol=0.1)
    growing = errors_of(closed_system(NETLIST, graded_grid(1e9, 1e15, n)) for n in (100, 200, 400))
    np.testing.assert_allclose(slopes(growing), 2, atol=0.1)


def test_ladders_become_the_circuit():
    """Second order in the spacing. Catches: coils numbered from the far end."""

    def of(cells: int):
        step = 0.4e-9 / cells
        lines = {"R1": (200.0, 4e11), "R2": (300.0, 6e11), "TL1": (400.0, 5e11)}
        return closed_system(NETLIST, {name: ladder(z, step, cells, cut) for name, (z, cut) in lines.items()})

    np.testing.assert_allclose(slopes(errors_of(of(n) for n in (100, 200, 400))), 2, atol=0.1)


def baths_of(leaks, form: str, n: int):
    """n cells that grow, or n cells of a line of 0.2 ns for each dissipator."""
    if form == "comb":
        return graded_grid(1e9, 3e15, n)
    numbers = zip(leaks.elements, leaks.conductance, leaks.cutoff, strict=True)
    return {name: ladder(1 / w, 2e-10 / n, n, cutoff) for name, w, cutoff in numbers}


@pytest.mark.parametrize("form", ["comb", "ladder"])
def test_random_circuits_closed_by_growing_combs_or_by_ladders_are_second_order(form: str):
    """At a random node with a capacitance: lines, coupled coils, massless nodes, islands, voltage sources.

    Catches: an island that a port charges left out of Z, a coordinate of a line that is tied to ground.
    """
    r, compared = random.Random(2), 0
    for circuit in random_line_circuits(41, 120, largest=4):
        leaks = [e for e in circuit.elements if e.card == "R" or (e.card == "TL" and len(e.nodes) == 2)]
        for e in leaks:
            circuit = circuit.replace(e.name, cutoff=f"{r.uniform(1, 9)}e11rad/s")
        response = linear_response(circuit, lines="modes")
        at_massless = response.matrices.network.indices("frozen")
        nodes = [
            n for n in circuit.nodes if (u := response.matrices.network.port(n)).any() and not u[at_massless].any()
        ]
        if not nodes or not 1 <= len(leaks) <= 3:
            continue
        node = r.choice(nodes)
        exact = response.impedance(RISING, node)
        systems = [closed_system(circuit, baths_of(response.leaks, form, n)) for n in (50, 100)]
        errors = [np.abs(system.impedance(RISING, node) / exact - 1).max() for system in systems]
        if errors[0] > 1e-10:  # else the port sees no dissipator at all
            assert np.log2(errors[0] / errors[1]) == pytest.approx(2, abs=0.4), circuit.netlist()
            compared += 1
    assert compared > 25


def test_a_membrane_starts_without_a_slip():
    """V(t) = V0 e^{−t/RC} of a charged membrane at rest at some flux, though its bath has thousands of modes.

    Catches: baths that start at φ_m = 0, which pull on the membrane at once.
    """
    system = closed_system("C1 m 0 100fF\nR1 m 0 20kohm cutoff=1e12rad/s", graded_grid(1e7, 1e14, 1000))
    start = system.at_rest(np.array([2.5e-12]))
    speed = np.zeros(len(start))
    speed[0] = 1e-5
    times = np.linspace(0, 6e-9, 61)
    voltage = system.evolve(times, start, speed)[:, 0]
    poles = np.roots([1, 1e12, 1e12 / 2e-9])
    weights = np.linalg.solve([[1, 1], poles], [1, 0])
    np.testing.assert_allclose(voltage, 1e-5 * (weights @ np.exp(np.outer(poles, times))).real, atol=1e-8)
    slip = system.evolve(times, np.concatenate([[2.5e-12], 0 * start[1:]]), speed)[:, 0]
    assert np.abs(slip - voltage).max() > 1e-5


def integral(netlist: str, node: str, temperature: float, power: int, points) -> float:
    """∫_0^∞ dω/π ħω coth(ħω/2kT) Re Z(ω)/ω^power, by adaptive quadrature on the nodal analysis of the netlist."""

    def density(log: float) -> float:
        w = np.exp(log)
        z = exact(w, node, netlist).real
        return w * hbar * w / np.tanh(hbar * w / (2 * k_B * temperature)) * z / w**power / np.pi

    edges = np.log([1e3, *points, 1e17])
    return sum(quad(density, a, b, epsabs=0, epsrel=1e-8, limit=400)[0] for a, b in itertools.pairwise(edges))


@pytest.mark.parametrize(
    ("netlist", "node", "points", "grid"),
    [
        (NETLIST, "a", [1e10, 4e10, 1e11, 3e11], graded_grid(2e10, 3e14, 500)),
        (NETLIST, "b", [1e10, 4e10, 1e11, 3e11], graded_grid(2e10, 3e14, 500)),
        ("C1 a 0 100fF\nR1 a 0 20kohm cutoff=1e12rad/s", "a", [1e8, 1e9, 1e11, 1e12], graded_grid(1e6, 3e14, 1500)),
    ],
)
def test_fluctuations_obey_fluctuation_dissipation(netlist: str, node: str, points, grid):
    """⟨V²⟩ and ⟨φ²⟩ of the closed system are the integrals over Re Z, to 1e-5, at 20 mK and at 1 K.

    Catches: ħΩ/2 without its coth, an ω more or less in ⟨φ²⟩, energy of the drifting mode left out.
    """
    system = closed_system(netlist, grid)
    for temperature in (0.02, 1.0):
        flux, voltage = system.fluctuations(temperature, node)
        assert voltage == near(integral(netlist, node, temperature, 0, points), 1e-5)
        if "L1" in netlist:
            assert flux == near(integral(netlist, node, temperature, 2, points), 1e-5)
        else:
            assert flux == np.inf


def test_the_table_of_membrane_noise():
    """100 fF, 20 kΩ, 20 mK, ω_c = 1e12: 1.88186 µV; 2 kΩ and 10 nH: 4.65142 µV and 1.26323e-16 Wb."""
    system = closed_system("C1 a 0 100fF\nR1 a 0 20kohm cutoff=1e12rad/s", graded_grid(1e6, 3e14, 1500))
    assert system.fluctuations(0.02, "a")[1] ** 0.5 == near(1.88186e-6, 1e-5)
    resonator = closed_system("C1 a 0 100fF\nL1 a 0 10nH\nR1 a 0 2kohm cutoff=1e12rad/s", graded_grid(1e8, 3e14, 1000))
    flux, voltage = resonator.fluctuations(0.02, "a")
    assert voltage**0.5 == near(4.65142e-6, 1e-5)
    assert flux**0.5 == near(1.26323e-16, 1e-5)


SHARP = """
C1 a 0 100fF
L1 a 0 10nH
R1 a 0 {r}ohm cutoff=3e12rad/s T=20mK modes={modes}
"""


@pytest.mark.parametrize("resistance", [2e3, 3e5, 1e7])
def test_a_comb_as_the_card_asks_fits_the_circuit(resistance: float):
    """⟨φ²⟩ and ⟨V²⟩ to 1e-3 with 300 modes, 1e-4 with 900, from κ/ω0 = 0.16 to 3e-5. Catches: an end at ω_c."""
    for modes, tolerance in ((300, 1e-3), (900, 1e-4)):
        found = closed_system(SHARP.format(r=resistance, modes=modes)).fluctuations(0.02, "a")
        exact = fluctuations(SHARP.format(r=resistance, modes=1), [("a", "0")])
        assert found == (near(exact.flux[0, 0], tolerance), near(exact.voltage[0, 0], tolerance))


def test_a_comb_as_the_card_asks_damps_a_sharp_mode():
    """κ/ω0 = 1e-3: the ringing of a pushed resonator over two lifetimes, to 1 % with 500 modes.

    Catches: cells that do not narrow at ω0, of which not one is as fine as κ.
    """
    system = closed_system(SHARP.format(r=3.16e5, modes=500))
    poles = np.roots([1, 3e12, 1e21 + 3e12 / 3.16e-8, 3e12 * 1e21])
    weights = poles * (poles + 3e12) / np.prod(poles[:, None] - poles + np.eye(3), axis=1)
    times = np.linspace(0, 2 * 3.16e-8, 300)
    start = system.at_rest(np.zeros(1))
    speed = np.zeros_like(start)
    speed[0] = 1.0
    found = system.evolve(times, start, speed)[:, 0]
    np.testing.assert_allclose(found, (weights @ np.exp(np.outer(poles, times))).real, atol=0.01)


def test_each_card_has_its_own_bath():
    """A ladder of 50 cells beside a comb of 30 modes. Catches: modes of one card for all."""
    netlist = "C1 a 0 1pF\nR1 a 0 50ohm cutoff=1e12rad/s bath=ladder modes=50\nR2 a 0 1kohm cutoff=1e12rad/s modes=30"
    baths = closed_system(netlist).baths
    assert [place.stop - place.start for place in baths.values()] == [50, 30]
    for wrong, message in (
        ("bath=drude cutoff=1e12rad/s", "R3 bath must be comb or"),
        ("", "R3 cutoff must be given"),
    ):
        with pytest.raises(InputError, match=message):
            closed_system(f"{netlist}\nR3 a 0 1kohm {wrong}")


def test_an_island_keeps_its_charge():
    """Its charge is a parameter, and adds no fluctuation of kT. Catches: a free coordinate among the modes."""
    alone = closed_system("C1 a 0 100fF\nL1 a 0 2nH\nR1 a 0 1kohm cutoff=1e12rad/s", graded_grid(1e9, 3e14, 300))
    beside = closed_system(
        "C1 a 0 90fF\nL1 a 0 2nH\nR1 a 0 1kohm cutoff=1e12rad/s\nC2 a i 20fF\nC3 i 0 20fF", graded_grid(1e9, 3e14, 300)
    )
    assert beside.fluctuations(1.0, "a")[1] == near(alone.fluctuations(1.0, "a")[1], 1e-12)
    assert beside.fluctuations(1.0, "i")[1] == near(alone.fluctuations(1.0, "a")[1] / 4, 1e-12)


def test_what_cannot_be_is_refused():
    grid = midpoint_grid(1e13, 30)
    with pytest.raises(InputError, match="port must be at nodes with a capacitance"):
        closed_system(NETLIST, grid).impedance(1e10j, "x")
    with pytest.raises(InputError, match="baths must be one for each dissipator: R1, R2, TL1, but got R1"):
        closed_system(NETLIST, {"R1": ladder(200.0, 1e-12, 5)})
