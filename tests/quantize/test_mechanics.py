"""Lagrangian, Hamiltonian and equations of motion belong together, and are the netlist's own."""

from __future__ import annotations

import pytest
import sympy as sp

import quspike as qs
from quantize.circuits import ADAPTING, EVERYTHING, QUANTUM, near
from quspike.quantize.quantized import QuantizedCircuit

T = sp.Symbol("t", real=True)
PHI = sp.Function("phi", real=True)(T)
CIRCUITS = pytest.mark.parametrize(
    "netlist", [ADAPTING, QUANTUM, EVERYTHING], ids=["adapting", "quantum", "everything"]
)


def function(name: str):
    return sp.Function(name, real=True)(T)


@CIRCUITS
def test_the_hamiltonian_is_the_legendre_transform_of_the_lagrangian(netlist: str):
    """q φ̇ − L with q = ∂L/∂φ̇ is H, but for a function of time alone.

    Catches: the sign of C_g V_g in the charging energy, a junction's capacitance left out of C_Σ, the drive with the
    wrong sign.
    """
    circuit = qs.quantize(netlist)
    phi, velocity, q = (circuit.symbols[name] for name in ("phi", "phidot", "q"))
    ((symbol, momentum),) = circuit.momenta.items()
    assert symbol == q
    (speed,) = sp.solve(sp.Eq(q, sp.diff(circuit.lagrangian, velocity)), velocity)
    assert sp.simplify(momentum - sp.diff(circuit.lagrangian, velocity)) == 0
    transformed = (q * velocity - circuit.lagrangian).subs(velocity, speed)
    rest = sp.simplify(transformed - circuit.hamiltonian.subs(dict(circuit.definitions)))
    assert not rest.has(phi, q)


@CIRCUITS
def test_terms_add_up_and_name_every_element(netlist: str):
    """Catches: a term that is shown and not counted, and an element that is nowhere."""
    circuit = qs.quantize(netlist)
    for terms, whole in (
        (circuit.lagrangian_terms, circuit.lagrangian),
        (circuit.terms, circuit.hamiltonian),
        ((*circuit.terms, *circuit.bath_terms), circuit.total_hamiltonian),
    ):
        assert sp.Add(*(term.expression for term in terms)) == whole
    named = {name for term in (*circuit.terms, *circuit.bath_terms) for name in term.elements}
    assert named == {element.name for element in circuit.circuit.elements}


def test_the_hamiltonian_of_a_gated_membrane_by_hand():
    """(q + C_g V_g)²/2C_Σ: V1 has its + on the gate. Catches: the polarity of the source taken the other way."""
    circuit = qs.quantize("C1 m 0 90fF\nCg m g 10fF\nV1 g 0 gate\nR1 m 0 1kohm")
    q, c_g, total = (circuit.symbols[name] for name in ("q", "C_g", "C_Sigma"))
    assert sp.simplify(circuit.hamiltonian - (q + c_g * function("V_g")) ** 2 / (2 * total)) == 0
    assert circuit.values[total] == near(100e-15)
    reversed_source = qs.quantize("C1 m 0 90fF\nCg m g 10fF\nV1 0 g gate\nR1 m 0 1kohm").hamiltonian
    assert sp.simplify(reversed_source - (q - c_g * function("V_g")) ** 2 / (2 * total)) == 0


def kirchhoff(circuit: QuantizedCircuit) -> sp.Expr:
    """The currents that leave node m, element by element from the netlist; lines without cutoff, no noise."""
    voltage, total = sp.Derivative(PHI, T), 0
    held = {}
    for e in circuit.circuit.of("V"):
        held |= {e.nodes[0]: function("V_g")} if e.nodes[1] == "0" else {e.nodes[1]: -function("V_g")}
    letter = circuit.notation.symbol
    for e in circuit.circuit.elements:
        other = e.nodes[1] if e.nodes[0] == "m" else e.nodes[0]
        away = e.nodes[0] == "m"  # the element's own current leaves the node
        if e.card == "C":
            total += letter(e.name, "C") * sp.Derivative(voltage - held.get(other, 0), T)
        elif e.card == "L":
            total += PHI / letter(e.name, "L")
        elif e.card == "JJ":
            phase = PHI / circuit.symbols["phi_0"]
            critical = letter(e.name, "EJ") / circuit.symbols["phi_0"]
            total += critical * sp.sin(phase) + letter(e.name, "C") * sp.Derivative(voltage, T)
        elif e.card == "R":
            total += voltage / letter(e.name, "R")
        elif e.card == "MEM":
            total += memristor_current(circuit, e, 1 if away else -1)
        elif e.card == "I":
            several = len(circuit.circuit.of("I")) > 1
            name = f"I_in_{e.name[1:]}" if several else "I_in"
            source = function(name) if "drive" in e.params else sp.Symbol(name, real=True)
            total += source if away else -source
    return total


def memristor_current(circuit: QuantizedCircuit, element, sign: int) -> sp.Expr:
    """W·V, from the node's side: V and φ of the element are the node's, reversed where n− is the node."""
    voltage = sp.Derivative(PHI, T)
    several = len(circuit.circuit.of("MEM")) > 1
    w = sp.Function(f"W_{element.name}" if several else "W", real=True)
    if element.params["model"] == "sigmoid":
        p = {k: circuit.notation.symbol(element.name, k) for k in ("R_on", "R_off", "phi_c", "phi_s")}
        start = circuit.notation.symbol(element.name, "x0") if "x0" in element.params else 0
        y = (start + sign * PHI - p["phi_c"]) / p["phi_s"]
        conductance = 1 / p["R_off"] + (1 / p["R_on"] - 1 / p["R_off"]) * (1 + sp.tanh(y / 2)) / 2
    elif element.params["model"] == "casquid":
        conductance = w(T)
    else:
        conductance = w(function(f"x_{element.name}"), sign * voltage)
    return conductance * voltage


def classical_node(circuit: QuantizedCircuit) -> sp.Expr:
    """The currents that leave the node, from the equations of motion: no noise, ⟨V⟩ = V, lines without delay."""
    voltage = sp.Derivative(PHI, T)
    sides = {e.equality.lhs: e.equality.rhs for e in circuit.equations_of_motion}
    for bath in circuit.baths:  # dI/dt ∝ ω_c: an infinitely fast line has its right side at zero
        for left in [side for side in sides if isinstance(side, sp.Derivative)]:
            inner = left.args[0]
            if inner.func.__name__ in (f"I_{bath.element}", f"I_0_{bath.element}", "I_0"):
                sides[inner] = sp.solve(sides.pop(left), inner)[0]
    noise = {e: 0 for side in sides.values() for e in side.atoms(sp.Function) if e.func.__name__.startswith("xi")}
    (q,) = sp.solve(sp.Eq(voltage, sides[voltage]), function("q"))
    into = sides[sp.Derivative(function("q"), T)]
    for _ in range(2):  # I is F′ I_0, and I_0 is known
        into = into.subs({left: right for left, right in sides.items() if not isinstance(left, sp.Derivative)})
    into = into.subs(noise).subs({function("V"): voltage, function("Vmean"): voltage})
    return sp.Derivative(q, T).doit() - written_out(circuit, into)


def written_out(circuit: QuantizedCircuit, expression: sp.Expr) -> sp.Expr:
    """F′, λ and C_Σ through what they stand for; a law with a formula by its formula."""
    in_time = {circuit.symbols["phi"]: PHI}
    for _ in range(2):
        for left, right in circuit.definitions:
            if not right.has(sp.Integral):
                expression = expression.subs(left.subs(in_time), right.subs(in_time))
    return expression


@CIRCUITS
def test_the_classical_limit_is_kirchhoffs_law_of_the_netlist(netlist: str):
    """Currents assembled element by element from the netlist, against ħ → 0 of the equations of motion.

    Catches: a reversed memristor whose flux is not reversed, x0 left out of W(φ), the sign of a source or gate, Z0 left
    in the current of a line, a factor 2 in F′² = Z0 W.
    """
    circuit = qs.quantize(netlist)
    total = dict(circuit.definitions)
    difference = (classical_node(circuit) - kirchhoff(circuit)).subs(total)
    voltage = {function("Vmean"): sp.Derivative(PHI, T)}
    difference = difference.subs(voltage).doit().rewrite(sp.exp)
    assert sp.simplify(difference) == 0


def test_a_cutoff_puts_an_inductance_in_series_with_the_resistor():
    """V = R I + (R/ω_c) dI/dt. Catches: the cutoff on the wrong side of the equation."""
    circuit = qs.quantize("C1 m 0 1fF\nR1 m 0 2kohm T=20mK cutoff=3e12rad/s")
    equation = circuit.equations_of_motion[-1].equality
    current, voltage, r, cutoff = (
        function("I_R1"), function("V"), circuit.symbols["R"], circuit.symbols["omega_c"],
    )  # fmt: skip
    loop = r * current + r / cutoff * equation.rhs - voltage
    assert sp.simplify(loop.subs(function("xi"), 0)) == 0
    assert equation.lhs == sp.Derivative(current, T)
    assert sp.simplify(sp.diff(equation.rhs, function("xi")) + cutoff) == 0


def test_the_total_hamiltonian_of_a_memristor_by_hand():
    """q²/2C − I_in φ + Σ [q_m²/2C_m + (F(φ) − φ_m)²/2L_m]. Catches: the comb tied to φ, a ½ that is lost."""
    circuit = qs.quantize(ADAPTING)
    phi, q, c = (circuit.symbols[name] for name in ("phi", "q", "C"))
    m, n = sp.Symbol("m", integer=True), sp.Symbol("N", integer=True, positive=True)
    phi_m, q_m, c_m, l_m = (sp.IndexedBase(x, real=True)[m] for x in ("phibath", "qbath", "Cbath", "Lbath"))
    flux = sp.Function("F", real=True)(phi)
    comb = sp.Sum(q_m**2 / (2 * c_m) + (flux - phi_m) ** 2 / (2 * l_m), (m, 1, n))
    assert circuit.total_hamiltonian == q**2 / (2 * c) - function("I_in") * phi + comb
    assert circuit.commutators == {
        (phi, q): sp.I * circuit.symbols["hbar"], (phi_m, q_m): sp.I * circuit.symbols["hbar"],
    }  # fmt: skip


def test_no_two_numbers_share_a_letter():
    """Catches: two elements whose names end alike, a capacitor called Sigma, a resistor that reads like R_on."""
    circuit = qs.quantize(
        "C1 m 0 1fF\nCSigma m 0 2fF\nCJ m 0 3fF\nJJ1 m 0 Ic=1nA C=4fF\nRon m 0 5kohm\nR1 m 0 6kohm\n"
        "MEM1 m 0 model=sigmoid R_on=7kohm\nI1 0 m 1nA"
    )
    elements = circuit.circuit.elements
    for key, card in (("C", "C"), ("R", "R"), ("R_on", "MEM"), ("EJ", "JJ")):
        for e in (e for e in elements if e.card == card):
            assert circuit.values[circuit.notation.symbol(e.name, key)] == e.params[key]
    assert circuit.values[circuit.symbols["C_Sigma"]] == near(10e-15)


@pytest.mark.parametrize("given", [None, 7, ["C1 m 0 1pF"]])
def test_what_is_no_circuit_is_refused(given):
    with pytest.raises(qs.InputError, match="circuit must be a Circuit"):
        qs.quantize(given)
