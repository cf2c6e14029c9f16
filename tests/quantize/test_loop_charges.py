"""Loop charges: the exact dual of node fluxes, for any graph, down to Kirchhoff's voltage law and Chua's."""

from __future__ import annotations

import random
from itertools import combinations, pairwise, product

import numpy as np
import pytest
import sympy as sp
from scipy.integrate import solve_ivp

import quspike as qs
from quantize.nodal_analysis import NodalAnalysis
from quantize.nodal_pencil import nodal_modes
from quantize.random_circuits import random_circuits
from quspike.circuit import Circuit
from quspike.errors import InputError, NotAvailable
from quspike.memristors import LAWS
from quspike.quantize.loop_charges.loops import loop_network
from quspike.quantize.loop_charges.quantized_loops import QuantizedLoops, quantize_loops
from quspike.quantize.membrane import element_params
from quspike.quantize.numbers.normal_modes import normal_modes
from quspike.quantize.symbols.variables import time
from quspike.run.compile import compile_run

SERIES = "V1 s 0 push\nR1 s a 50ohm T=20mK\nL1 a b 10nH\nC1 b 0 100fF"
COUPLED = """
V1 s 0 push
R1 s a 50ohm T=20mK
L1 a b 10nH
C1 b 0 100fF
C2 b 0 50fF
L2 b c 3nH
C3 c 0 30fF
K1 L1 L2 k=0.2
I1 0 b pump
MEM1 c d model=hp x0=0.3
L3 d 0 1nH
"""

BACKWARDS = """
I1 0 a pump
L1 a b 3nH
L2 c a 5nH
K1 L1 L2 k=-0.3
R1 0 b 70ohm T=1K
R2 c 0 900ohm T=1K
C1 0 c 80fF
V1 0 d push
L4 d c 9nH
"""
CIRCUITS = pytest.mark.parametrize("netlist", [SERIES, COUPLED, BACKWARDS], ids=["series", "coupled", "backwards"])


def quantized(seed: int, count: int, cards: str, largest: int = 6):
    """Random circuits that can be written in loop charges."""
    for lines, circuit in random_circuits(seed, count, cards, largest):
        try:
            yield lines, quantize_loops(circuit)
        except InputError:
            continue


def complete(left: str, right: str, seed: int, cards: str) -> Circuit:
    """K₅ for one set of nodes, K₃₃ for two: graphs that no plane holds, each edge one element or two in parallel."""
    r = random.Random(seed)
    pairs = product(left, right) if right else combinations(left, 2)
    value = {
        "C": lambda: f"{r.uniform(20, 200):.6f}fF",
        "L": lambda: f"{r.uniform(1, 20):.6f}nH",
        "R": lambda: f"{r.uniform(0.1, 2):.6f}kohm T=1K",
    }
    lines = []
    for n, (a, b) in enumerate(pairs):
        for card in dict.fromkeys((cards[n % len(cards)], "C" if n % 4 == 0 else cards[(n + 1) % len(cards)])):
            lines.append(f"{card}{len(lines)} {a} {b} {value[card]()}")
    return Circuit("\n".join(lines))


GRAPHS = {
    "planar ladder": qs.Circuit(
        "C0 a 0 90fF\nL1 a b 3nH\nC1 b 0 50fF\nL2 b c 2nH\nC2 c 0 70fF\nL3 c 0 9nH\nL4 a 0 7nH\nK1 L1 L4 k=-0.3"
    ),
    "planar ladder with resistors": qs.Circuit(
        "C0 a 0 90fF\nL1 a b 3nH\nR1 b 0 2kohm T=1K\nC1 b 0 50fF\nL2 b x 2nH\nR2 x c 10ohm T=1K\nC2 c 0 70fF\n"
        "L3 c 0 9nH"
    ),
    "K5": complete("0abcd", "", 1, "LC"),
    "K5 with resistors": complete("0abcd", "", 2, "LCR"),
    "K33": complete("0ab", "xyz", 3, "CL"),
    "K33 with resistors": complete("0ab", "xyz", 4, "RLC"),
}


@pytest.mark.parametrize("name", GRAPHS)
def test_modes_are_those_of_node_fluxes_and_of_nodal_analysis(name: str):
    """To 1e-10, planar or not, lossless or not: `quantize.normal_modes` in node fluxes, and the nodal pencil.

    Catches: a mutual inductance of the wrong sign, a loop counted twice, meshes taken for cycles.
    """
    circuit = GRAPHS[name]
    found = quantize_loops(circuit).modes
    assert len(found) >= 3
    fluxes = np.array([mode.frequency for mode in normal_modes(circuit)])
    fluxes = fluxes[np.abs(fluxes) > 1e6]
    for others in (fluxes, nodal_modes(circuit, 1e6, 1e16)):
        assert len(others) == len(found)
        for omega in found:
            assert np.min(np.abs(others - omega)) < 1e-10 * abs(omega)


def nodal_impedance(circuit: Circuit, plus: str, minus: str, omega: np.ndarray) -> np.ndarray:
    return np.array([NodalAnalysis(circuit, w).impedance(plus, minus) for w in omega])


def test_every_port_is_that_of_nodal_analysis():
    """Z(ω) to 1e-10 at every node of 300 random circuits with sources, and between two nodes of the graphs above.

    Catches: a source that is left open or shorted, a charge that leaves a loop, frozen loops that are forgotten.
    """
    omega, compared = 2 * np.pi * np.array([1.3e9, 5.7e9, 23e9]) * (1 + 0.01j), 0
    for _, q in quantized(3, 300, "C L L R I V C"):
        for node in q.circuit.nodes:
            expected = nodal_impedance(q.circuit, node, "0", omega)
            if np.all((np.abs(expected) > 1e-6) & (np.abs(expected) < 1e9)):
                np.testing.assert_allclose(q.impedance(node, "0", omega), expected, rtol=1e-10)
                compared += 1
    for circuit in GRAPHS.values():
        one, other = circuit.nodes[:2]
        expected = nodal_impedance(circuit, one, other, omega)
        np.testing.assert_allclose(quantize_loops(circuit).impedance(one, other, omega), expected, rtol=1e-10)
    assert compared > 500


def test_modes_of_random_circuits():
    """Every mode between 1e8/s and 1e14/s is a root of the nodal pencil, and the other way round."""
    compared = 0
    for _, q in quantized(8, 200, "C L L R C"):
        expected = nodal_modes(q.circuit, 1e8, 1e14)
        found = q.modes[(np.abs(q.modes) > 1e8) & (np.abs(q.modes) < 1e14)]
        assert len(found) == len(expected), q.circuit.netlist()
        for omega in found:
            assert np.min(np.abs(expected - omega)) < 1e-7 * abs(omega), q.circuit.netlist()
        compared += len(found)
    assert compared > 300


def test_loops_do_not_depend_on_the_order_of_the_lines():
    """Catches: a spanning tree that the first line chooses."""
    shuffle = random.Random(5).shuffle
    for lines, first in quantized(9, 150, "C L L R I V"):
        shuffle(lines)
        second = loop_network(qs.Circuit("\n".join(lines)))
        assert (first.network.loops, first.network.branches) == (second.loops, second.branches)


def test_current_leaves_every_node_that_it_enters():
    """Kirchhoff's current law for every loop and every source, by the netlist's own nodes; as many loops as cycles."""
    for _, q in quantized(10, 150, "C L L R I V"):
        branches = q.network.branches
        nodes = {node: i for i, node in enumerate(("0", *q.circuit.nodes))}
        leaves = np.zeros((len(nodes), len(branches)))
        for column, branch in enumerate(branches):
            plus, minus = q.circuit.element(branch.element).nodes
            leaves[nodes[plus], column] += 1
            leaves[nodes[minus], column] -= 1
        charges = np.array([b.vector for b in branches]).reshape(len(branches), q.network.size)
        assert not (leaves @ charges).any()
        assert np.linalg.matrix_rank(charges) == q.network.size == len(branches) - np.linalg.matrix_rank(leaves)
        for i, source in enumerate(q.circuit.of("I")):
            into = np.zeros(len(nodes))
            into[nodes[source.nodes[0]]] += 1
            into[nodes[source.nodes[1]]] -= 1
            back = [dict(b.sources).get(source.name, 0) for b in branches]
            np.testing.assert_array_equal(leaves @ back, -into, err_msg=f"{i}")


def test_kinds_by_hand():
    """A loop of capacitors is frozen, of inductors free, of RL baseband, of RC massless, the rest extended."""
    everything = "C1 a 0 1pF\nC2 a 0 2pF\nL1 a b 1nH\nL2 a b 2nH\nR1 b 0 5ohm T=1K\nR2 a 0 1kohm T=1K"
    kinds = {loop.name: loop.kind for loop in quantize_loops(everything).loops}
    assert kinds == {"C2": "frozen", "L2": "free", "R2": "massless", "L1": "baseband"}
    assert {x.kind for x in quantize_loops(SERIES).loops} == {"extended"}


def test_parallel_capacitors_share_the_charge_of_one_loop():
    """𝓚 = 1/(C1 + C2), and a current into their node is divided likewise. Catches: 1/C1 + 1/C2."""
    q = quantize_loops("C1 a 0 1pF\nC2 a 0 3pF\nL1 a 0 1nH\nI1 0 a pump")
    assert q.matrices.elastance == pytest.approx(np.array([[1 / 4e-12]]), rel=1e-14)
    assert q.matrices.charge_pull == pytest.approx(np.array([[-1 / 4e-12]]), rel=1e-14)
    (term,) = (t for t in q.terms if "C1" in t.elements)
    assert term.elements == ("C1", "C2")
    assert q.definitions[0][0] == sp.Symbol("Q_C2", real=True)


def voltages(q: QuantizedLoops) -> dict[str, sp.Expr]:
    """Each element's voltage n+ → n−, from its own law and the netlist, as functions of Q(t)."""
    f, t = q.formulas, time()
    charge = {b.element: f._in_time(f.through(b)) for b in q.network.branches}
    number = f.letters
    found: dict[str, sp.Expr] = {}
    for e in q.circuit.elements:
        if e.card == "C":
            found[e.name] = charge[e.name] / number(e.name, "C")
        if e.card == "L":
            found[e.name] = number(e.name, "L") * sp.diff(charge[e.name], t, 2)
        if e.card == "R":
            found[e.name] = number(e.name, "R") * sp.diff(charge[e.name], t)
        if e.card == "V":
            found[e.name] = number.source(e.name)
        if e.card == "MEM":
            found[e.name] = sp.Function("M", real=True)(charge[e.name]) * sp.diff(charge[e.name], t)
    for e in q.circuit.of("K"):
        one, other = e.params["L1"], e.params["L2"]
        mutual = number(e.name, "k") * sp.sqrt(number(one, "L") * number(other, "L"))
        found[one] += mutual * sp.diff(charge[other], t, 2)
        found[other] += mutual * sp.diff(charge[one], t, 2)
    return found


def noiseless(expression: sp.Expr) -> sp.Expr:
    noise = [f for f in expression.atoms(sp.core.function.AppliedUndef) if f.func.__name__.split("_")[0] == "e"]
    return expression.subs(dict.fromkeys(noise, 0))


@CIRCUITS
def test_the_equations_of_motion_are_kirchhoffs_voltage_law(netlist: str):
    """With Φ = ∂L/∂Q̇ put in, each Φ̇ is the sum of the voltages around its loop; frozen loops add up to zero too.

    Catches: a mutual inductance that is lost, the sign of a source, a current source that pulls on no coil.
    """
    q = quantize_loops(netlist)
    drops, f, t = voltages(q), q.formulas, time()
    speeds = {f.letters.speed(i): sp.diff(f.letters.in_time(f.letters.charge(i)), t) for i in range(q.network.size)}
    for i, loop in enumerate(q.loops):
        around = sum(b.vector[i] * drops[b.element] for b in q.network.branches)
        if loop.kind == "frozen":
            assert sp.simplify(around) == 0
            continue
        if loop.kind == "massless":
            (law,) = (e for e in q.equations_of_motion if e.equality.lhs == 0)
            flux = sp.Integer(0)
        else:
            letter = f.letters.in_time(f.letters.flux(i))
            (law,) = (e for e in q.equations_of_motion if e.equality.lhs == sp.Derivative(letter, t))
            flux = sp.diff(q.momenta[f.letters.flux(i)].subs(speeds), t)
        assert sp.simplify(noiseless(sp.expand(law.equality.rhs - flux + around))) == 0


@CIRCUITS
def test_the_hamiltonian_is_the_legendre_transform_and_the_matrices(netlist: str):
    """H + L = ΣΦQ̇ with Φ = ∂L/∂Q̇, and its second derivatives are 𝓛⁻¹ and 𝓚 in numbers.

    Catches: a factor ½, an inverse of the wrong block, SI values behind the wrong letters.
    """
    q = quantize_loops(netlist)
    f = q.formulas
    put_in = dict(q.momenta)
    legendre = sum(phi * f.letters.speed(i) for i, phi in zip(f.massive, put_in, strict=True)) - q.lagrangian
    at_rest = {f.letters.speed(i): 0 for i in f.massive}
    difference = (q.hamiltonian - legendre).subs(put_in)
    assert sp.simplify(sp.expand(difference - difference.subs(at_rest))) == 0  # what is left depends on sources alone
    fluxes, charges = [f.letters.flux(i) for i in f.massive], [f.letters.charge(int(i)) for i in q.matrices.kept]
    inverse = sp.hessian(q.hamiltonian, fluxes).subs(q.values)
    massive = np.setdiff1d(np.arange(len(charges)), q.matrices.massless)
    inductance = q.matrices.inductance[np.ix_(massive, massive)]
    np.testing.assert_allclose(np.array(inverse, dtype=float), np.linalg.inv(inductance), rtol=1e-10)
    elastance = sp.hessian(q.hamiltonian, charges).subs(q.values)
    np.testing.assert_allclose(np.array(elastance, dtype=float), q.matrices.elastance, rtol=1e-10, atol=1e-3)


def test_a_large_inverse_inductance_is_letters_with_their_numbers():
    """Four loops that share a coil. Catches: numbers in the order of the netlist."""
    lines = [f"L{i} a n{i} {i}nH\nC{i} n{i} 0 {i}pF" for i in range(1, 5)]
    q = quantize_loops("\n".join(["L9 a 0 5nH", *lines]))
    fluxes = [q.formulas.letters.flux(i) for i in q.formulas.massive]
    inverse = np.array(sp.hessian(q.hamiltonian, fluxes).subs(q.values), dtype=float)
    np.testing.assert_allclose(inverse, np.linalg.inv(q.matrices.inductance), rtol=1e-10)


def test_the_boundary_charge_of_hp_is_the_root_of_its_memristance():
    """`Z0 F′² = M(q)`, M from the law's own equations. Catches: √Z0 in the wrong place, k for x."""
    import jax

    q = quantize_loops("V1 s 0 push\nMEM1 s a model=hp x0=0.3\nL1 a 0 1nH")
    (bath,) = q.baths
    assert bath.kind == "charge"
    law, p = LAWS["hp"], bath.params
    drift = p["mu"] * p["R_on"] / p["D"] ** 2
    for charge in np.array([-0.25, 0.0, 0.1, 0.6]) / drift:
        slope = jax.grad(bath.boundary_charge)(charge)
        expected = law.memristance(0.3 + drift * charge, 0.0, p)
        assert bath.impedance * slope**2 == pytest.approx(float(expected), rel=1e-12)


def test_the_formula_of_the_boundary_charge_is_the_number():
    """Its closed form in symbols against the law's. Catches: u and u₀ exchanged."""
    q = quantize_loops("V1 s 0 push\nMEM1 s a model=hp x0=0.3\nL1 a 0 1nH")
    defined = {str(left): right for left, right in q.definitions}
    charge = sp.Symbol("q", real=True)
    letters = {"u": defined["M(q)"], "u_0": defined["M(q)"].subs(charge, 0)}
    written = defined["F(q)"].subs({sp.Symbol(name, positive=True): sp.sqrt(m) for name, m in letters.items()})
    value = float(written.subs(q.values).subs(charge, 1e-5))
    assert value == pytest.approx(float(q.baths[0].boundary_charge(1e-5)), rel=1e-9)


def test_without_its_inductance_the_dual_is_the_classical_membrane():
    """A charge-controlled memristor beside a capacitor, driven: first order in L_s (half of it, half the deviation).

    `𝓛 Q̈ = −𝓚 Q − S Q_I − b M(q) q̇`, M = Z0 F′², against quspike's own membrane in its node's voltage.
    Catches: a pull of the current source of the wrong sign, M at the wrong charge, a coupling that adds λλ̇ q.
    """
    import jax

    amplitude, frequency, capacitance = 80e-6, 200.0, 10e-9
    membrane = "C1 m 0 10nF\nMEM1 m 0 model=hp x0=0.3 mu=4e-13m2/Vs\nI1 0 m input"
    drive = qs.Sine(f"{amplitude} A", frequency=f"{frequency} Hz")
    run = qs.Run(circuit=membrane, drives={"input": drive}, duration="8 ms", save_every="20 us", method="classical")
    s = compile_run(run).solve()
    times, expected = np.asarray(s.time), np.asarray(s.voltage)[:, 0]
    assert np.ptp(np.asarray(s.memory)) > 0.05

    def deviation(henry: float) -> float:
        q = quantize_loops(f"C1 m 0 10nF\nMEM1 m a model=hp x0=0.3 mu=4e-13m2/Vs\nL1 a 0 {henry}H\nI1 0 m input")
        m, (bath,) = q.matrices, q.baths
        slope = jax.jit(jax.grad(bath.boundary_charge))
        through = m.dissipators[:, 0]

        def rates(t, y):
            charge, speed = y[:1], y[1:]
            pumped = amplitude * (1 - np.cos(2 * np.pi * frequency * t)) / (2 * np.pi * frequency)
            memristance = bath.impedance * float(slope(float(through @ charge))) ** 2
            pull = -m.elastance @ charge - m.charge_pull[:, 0] * pumped - through * memristance * (through @ speed)
            return np.concatenate([speed, np.linalg.solve(m.inductance, pull)])

        y = solve_ivp(rates, (0, times[-1]), np.zeros(2), "LSODA", times, rtol=1e-9, atol=1e-18).y[0]
        pumped = amplitude * (1 - np.cos(2 * np.pi * frequency * times)) / (2 * np.pi * frequency)
        sign = -np.sign(m.charge_pull[0, 0])
        return float(np.max(np.abs((pumped - sign * y) / capacitance - expected)))

    deviations = [deviation(henry) for henry in (0.04, 0.02, 0.01)]
    assert deviations[0] < 0.05 * np.ptp(expected)
    for coarse, fine in pairwise(deviations):
        assert coarse / fine == pytest.approx(2, abs=0.1)


def test_a_comb_at_the_boundary_charge_is_chuas_law_of_the_charge():
    """Oscillators tied to F(q), integrated as they stand in H, against `L_s q̈ + M(q) q̇ = V(t)`: first order in 1/ω_max.

    M falls to less than half and comes back, so that a coupling λ(t) q, which adds λλ̇ q/Z0, would be far off.
    Catches: L_m and C_m exchanged, F′ forgotten in the pull on q, √(Z0 M) in place of √(M/Z0).
    """
    import jax.numpy as jnp

    henry, law = 1.0, "model=hp R_on=1ohm R_off=5ohm D=1m mu=1m2/Vs x0=0.3"
    (bath,) = quantize_loops(f"V1 s 0 push\nMEM1 s a {law}\nL1 a 0 {henry}H").baths
    grid = np.linspace(-0.2, 0.65, 20001)
    boundary = np.asarray(bath.boundary_charge(jnp.asarray(grid)))
    memristance = 3.8 - 4.0 * grid  # R_off − ΔR (x0 + q): R_on = 1 ohm, μ = D = 1 make k = 1/C
    slope = np.sqrt(memristance / 3.8)
    times = np.linspace(0.0, 6.0, 601)

    def chua(t, y):
        return [y[1], (0.75 * np.sin(t) - (3.8 - 4.0 * y[0]) * y[1]) / henry]

    expected = solve_ivp(chua, (0, 6), [0.0, 0.0], "DOP853", times, rtol=1e-10, atol=1e-12).y[0]
    assert np.interp(expected.max(), grid, memristance) < 3.8 / 2

    def deviation(omega_max: float) -> float:
        comb = bath.comb(omega_max, int(2 * omega_max))
        steps = int(0.1 * omega_max)  # between two saved times: h ω_max = 0.1
        h = times[1] / steps
        q, speed, modes, speeds, found = 0.0, 0.0, np.zeros(len(comb.omega)), np.zeros(len(comb.omega)), []
        for n in range(len(times)):
            found.append(q)
            for k in range(steps):
                t = times[n] + k * h
                for half, drift in ((0.5, 1.0), (0.5, 0.0)):  # kick, drift, kick: second order in h
                    pull = (np.interp(q, grid, boundary) - modes) / comb.capacitance
                    force = 0.75 * np.sin(t + (1 - drift) * h) - np.interp(q, grid, slope) * pull.sum()
                    speed += half * h * force / henry
                    speeds += half * h * pull / comb.inductance
                    q, modes = q + drift * h * speed, modes + drift * h * speeds
        return float(np.max(np.abs(np.array(found) - expected)))

    deviations = [deviation(omega_max) for omega_max in (50.0, 100.0, 200.0)]
    assert deviations[-1] < 0.02 * np.ptp(expected)
    for coarse, fine in pairwise(deviations):
        assert coarse / fine == pytest.approx(2, abs=0.2)


def test_a_cutoff_is_an_inductance_in_series():
    """`R` with ω_c is R + sR/ω_c, and makes a massless loop one with a flux. Catches: a cutoff that is ignored."""
    omega = np.array([3e9, 2e10])
    q = quantize_loops("C1 a 0 1pF\nR1 a 0 1kohm T=1K cutoff=1e11rad/s")
    assert {x.kind for x in q.loops} == {"extended"}
    expected = 1 / (-1j * omega * 1e-12 + 1 / (1e3 * (1 - 1j * omega / 1e11)))
    np.testing.assert_allclose(q.impedance("a", "0", omega), expected, rtol=1e-12)


def test_text_names_loops_terms_lines_and_modes():
    text = str(quantize_loops(COUPLED))
    for part in ("Circuit of 4 loops", "frozen", "[Q_L1, Φ_L1] = iħ", "C1 C2", "MEM1: a line tied to", "Modes"):
        assert part in text


def test_a_notebook_typesets_the_hamiltonian():
    text = quantize_loops("V1 s 0 push\nMEM1 s a model=hp x0=0.3\nL1 a 0 1nH")._repr_latex_()
    assert text.startswith(
        "$$\n\\hat{H}_{\\mathrm{S}} = \\frac{\\hat{\\Phi}^{2}}{2L} - V_{\\mathrm{in}}(t)\\, \\hat{Q}"
    )
    assert "F(q)" in text


def test_quantize_offers_loop_charges(tmp_path, capsys):
    """`qs.quantize(circuit, coordinates="loop")`, and the command's option."""
    from quspike.cli.program import run_program

    assert isinstance(qs.quantize(SERIES, coordinates="loop"), QuantizedLoops)
    with pytest.raises(InputError, match="coordinates must be node or loop"):
        qs.quantize(SERIES, coordinates="mesh")
    path = tmp_path / "series.cir"
    path.write_text(SERIES, encoding="utf-8")
    assert run_program(["quantize", str(path), "--coordinates", "loop"]) == 0
    assert capsys.readouterr().out == str(quantize_loops(SERIES)) + "\n"
    for form, written in (("latex", quantize_loops(SERIES).to_latex()), ("json", quantize_loops(SERIES).to_json())):
        assert run_program(["quantize", str(path), "--coordinates", "loop", "--format", form]) == 0
        assert capsys.readouterr().out == written + "\n"


@pytest.mark.parametrize(
    ("netlist", "error", "message"),
    [
        ("JJ1 a 0 EJ=9GHz C=1fF\nL1 a 0 1nH", InputError, "JJ1 needs node fluxes"),
        ("C1 a 0 1pF\nMEM1 a 0 model=hp", InputError, "MEM1 needs an inductance in series"),
        ("C1 a 0 1pF\nL1 a 0 1nH\nI1 a b 1nA\nI2 0 b 1nA", InputError, "I1 must not be the only way"),
        ("C1 a 0 1pF\nL1 a 0 1nH\nNG1 a 0.5", NotAvailable, "NG1 has no place in loop charges"),
        (
            "R1 a 0 50ohm\nR2 b 0 50ohm\nTL1 a 0 b 0 Z0=50ohm v=1e8m/s length=1mm",
            NotAvailable,
            "TL1 is not available in",
        ),
        ("C1 a 0 1pF\nL1 a 0 1nH\nNG1 a 0.5", NotAvailable, 'leave out coordinates="loop" for node fluxes'),
    ],
)
def test_what_loop_charges_cannot_say_is_refused_by_name(netlist: str, error: type[Exception], message: str):
    with pytest.raises(error, match=message):
        quantize_loops(netlist)


def test_sources_of_both_kinds_pull_as_kirchhoff_says():
    """A, S and G against a direct sum over branches on random circuits. Catches: frozen loops' share forgotten."""
    for _, q in quantized(12, 60, "C L L I V C"):
        m, elements = q.matrices, element_params(q.circuit)
        direct = np.zeros((q.network.size, len(q.circuit.of("I"))))
        for branch in q.network.of("capacitance"):
            signs = np.array([dict(branch.sources).get(e.name, 0) for e in q.circuit.of("I")], dtype=float)
            direct += np.outer(branch.vector, signs) / elements[branch.element]["C"]
        np.testing.assert_allclose(m.charge_pull, m.transform.T @ direct, rtol=1e-12, atol=1e-3)
