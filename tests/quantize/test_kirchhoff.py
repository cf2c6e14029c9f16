"""The classical limit of the equations of motion is Kirchhoff's law of the netlist, in circuits of several nodes.

Kirchhoff is written here element by element from the netlist, over node fluxes; numbers are exact fractions, so that
sympy finds the difference to be zero and not small.
"""

from __future__ import annotations

import random

import pytest
import sympy as sp

import quspike as qs
from quantize.dressed_circuits import dressed
from quspike.quantize.quantized import QuantizedCircuit

T = sp.Symbol("t", real=True)


def function(name: str):
    return sp.Function(name, real=True)(T)


class Fractions:
    """An exact fraction for every number of a circuit; squares where a root is taken."""

    def __init__(self, q: QuantizedCircuit, seed: int) -> None:
        r, self.q = random.Random(seed), q
        self.values = {}
        for c in q.notation.constants:
            number = sp.Rational(r.randint(2, 30), r.randint(2, 9))
            square = c.quantity in ("inductance", "resistance")
            small = number / 50 if c.key == "k" else number
            self.values[q.symbols[c.name]] = small**2 if square else small
        self.composites()

    def composites(self) -> None:
        """The letters that stand for others: from their definitions, inverses by sympy."""
        n = self.q.notation
        for block in n.blocks:
            matrix = sp.Matrix([[self.capacitance(i, j) for j in block] for i in block])
            inverse = matrix.inv()
            for a, i in enumerate(block):
                for b, j in enumerate(block):
                    for key, value in ((("C", i, j), matrix[a, b]), (("Cinv", i, j), inverse[a, b])):
                        if key in n.names:
                            self.values[n.symbol(*key)] = value
            if ("D", *block) in n.names:
                self.values[n.symbol("D", *block)] = matrix.det()
        self.coils()
        for left, right in self.q.definitions:
            if left.is_Symbol and str(left).startswith("w_"):
                self.values[left] = right.xreplace(self.values)

    def coils(self) -> None:
        """L⁻¹ of coupled coils, from the netlist."""
        n, names = self.q.notation, [e.name for e in self.q.circuit.of("L")]
        inverse = self.inductances(names).inv() if names else sp.Matrix()
        for slot in [slot for slot in n.names if slot[0] == "Linv"]:
            i, j = (names.index(name) for name in slot[1:])
            self.values[n.symbol(*slot)] = inverse[i, j]

    def inductances(self, names: list[str]):
        """The inductance matrix of the coils."""

        def entry(i, j):
            if i == j:
                return self[names[i], "L"]
            for e in self.q.circuit.of("K"):
                if {e.params["L1"], e.params["L2"]} == {names[i], names[j]}:
                    if "M" in e.params:
                        return self[e.name, "M"]
                    return self[e.name, "k"] * sp.sqrt(self[names[i], "L"] * self[names[j], "L"])
            return sp.Integer(0)

        return sp.Matrix(len(names), len(names), entry)

    def capacitance(self, i: int, j: int):
        """C_ij from the netlist: `Σ C (P_+i − P_−i)(P_+j − P_−j)`."""
        total = sp.Integer(0)
        for e in self.q.circuit.of("C", "JJ"):
            if "C" in e.params:
                total += self[e.name, "C"] * difference(self.q, e)[i] * difference(self.q, e)[j]
        return total

    def __getitem__(self, slot: tuple[str, str]):
        return self.values[self.q.notation.symbol(*slot)]

    def source(self, element: str):
        source = self.q.notation.source(element)
        return self.values.get(source, source)


def difference(q: QuantizedCircuit, e) -> list[int]:
    """How the coordinates move n+ against n−."""
    rows = dict(zip(q.network.nodes, q.network.basis, strict=True)) | {"0": (0,) * q.network.size}
    return [a - b for a, b in zip(rows[e.nodes[0]], rows[e.nodes[1]], strict=True)]


class Netlist:
    """Kirchhoff's currents of a netlist over node fluxes ψ, which the coordinates φ_i(t) make, static gauge."""

    def __init__(self, q: QuantizedCircuit, numbers: Fractions) -> None:
        self.q, self.numbers = q, numbers
        self.threads = self.threaded()
        phi = [q.notation.in_time[q.notation.flux(i)] for i in range(q.network.size)]
        shifted = [p + sum(g[i] * self.flux(name) for name, g in self.shifts().items()) for i, p in enumerate(phi)]
        self.psi = {"0": sp.Integer(0)}
        for node, row in zip(q.network.nodes, q.network.basis, strict=True):
            self.psi[node] = sum(w * p for w, p in zip(row, shifted, strict=True)) + self.held(node)

    def held(self, node: str):
        """∫V dt of the voltage sources that tie the node, along its own path of them."""
        total = sp.Integer(0)
        for name, sign in self.q.network.offsets.get(node, ()):
            voltage = self.numbers.source(name)
            constant = not voltage.has(sp.core.function.AppliedUndef)
            total += sign * (voltage * T if constant else sp.Integral(voltage, T))
        return total

    def flux(self, name: str):
        return self.numbers.source(name)

    def threaded(self) -> dict[str, list[tuple[str, int]]]:
        """By element, the external fluxes in it: the junction, and of the first junction what stands right across."""
        found: dict[str, list[tuple[str, int]]] = {}
        order = [b.element for b in self.q.network.of("junction")]
        fluxes = sorted(self.q.circuit.of("FLUX"), key=lambda e: order.index(e.params["target"]))
        taken: list[set[str]] = []
        for flux in fluxes:
            junction = self.q.circuit.element(flux.params["target"])
            found.setdefault(junction.name, []).append((flux.name, 1))
            if set(junction.nodes) in taken:
                continue
            taken.append(set(junction.nodes))
            for e in self.q.circuit.of("C", "R", "MEM", "TL", "I"):
                if set(e.nodes) == set(junction.nodes):
                    found.setdefault(e.name, []).append((flux.name, 1 if e.nodes == junction.nodes else -1))
        return found

    def shifts(self) -> dict[str, list]:
        """g of the irrotational gauge for fluxes that move: no Φ̇ in the kinetic energy, `C g = −B C o`."""
        n, found = self.q.notation, {}
        for flux in self.q.circuit.of("FLUX"):
            if "drive" not in flux.params:
                continue
            moving = list(n.moving)
            matrix = sp.Matrix([[self.numbers.capacitance(i, j) for j in moving] for i in moving])
            right = [sp.Integer(0)] * len(moving)
            for e in self.q.circuit.of("C", "JJ"):
                o = sum(s for name, s in self.threads.get(e.name, ()) if name == flux.name)
                if "C" in e.params and o:
                    for a, i in enumerate(moving):
                        right[a] -= o * self.numbers[e.name, "C"] * difference(self.q, e)[i]
            solved = dict(zip(moving, matrix.LUsolve(sp.Matrix(right)), strict=True))
            found[flux.name] = [solved.get(i, sp.Integer(0)) for i in range(self.q.network.size)]
        return found

    def across(self, e):
        """The flux of an element, n+ to n−."""
        own = sum(sign * self.flux(name) for name, sign in self.threads.get(e.name, ()))
        return self.psi[e.nodes[0]] - self.psi[e.nodes[1]] + own

    def current(self, e):
        """n+ → n− through an element."""
        flux, get = self.across(e), self.numbers
        voltage = sp.diff(flux, T)
        if e.card == "C":
            return get[e.name, "C"] * sp.diff(voltage, T)
        if e.card == "JJ":
            unit = get.values[self.q.symbols["phi_0"]]
            through = get[e.name, "EJ"] / unit * sp.sin(flux / unit)
            return through + (get[e.name, "C"] * sp.diff(voltage, T) if "C" in e.params else 0)
        if e.card in ("R", "TL"):
            return voltage / get[e.name, "R" if e.card == "R" else "Z0"]
        if e.card == "I":
            return get.source(e.name)
        if e.card == "MEM":
            return self.memristance(e, flux, voltage) * voltage
        coils = [x.name for x in self.q.circuit.of("L")]
        row = get.inductances(coils).inv()[coils.index(e.name), :]
        return sum(w * self.across(self.q.circuit.element(name)) for w, name in zip(row, coils, strict=True) if w)

    def memristance(self, e, flux, voltage):
        """W: of the flux, of the memory and the voltage, of time."""
        n, get = self.q.notation, self.numbers
        if e.params["model"] == "sigmoid":
            p = {k: get[e.name, k] for k in ("R_on", "R_off", "phi_c", "phi_s")}
            start = get[e.name, "x0"] if "x0" in e.params else 0
            y = (start + flux - p["phi_c"]) / p["phi_s"]
            return 1 / p["R_off"] + (1 / p["R_on"] - 1 / p["R_off"]) / (1 + sp.exp(-y))
        w = sp.Function(n.of_memristor("W", e.name), real=True)
        if e.params["model"] == "casquid":
            return w(T)
        return w(function(n.of_memristor("x", e.name)), voltage)

    def charges(self, e):
        """The rate of an offset charge, 2e dn_g/dt into its island."""
        return 2 * self.numbers.values[self.q.symbols["e"]] * sp.diff(self.numbers.source(e.name), T)

    def sum_over(self, i: int):
        """The currents that leave the nodes, weighted as coordinate i moves them."""
        rows, total = dict(zip(self.q.network.nodes, self.q.network.basis, strict=True)), sp.Integer(0)
        for e in self.q.circuit.of("C", "L", "JJ", "R", "MEM", "TL", "I"):
            weight = difference(self.q, e)[i]
            total += weight * self.current(e) if weight else 0
        for e in self.q.circuit.of("NG"):
            total += rows[e.nodes[0]][i] * self.charges(e)
        return total


def classical(q: QuantizedCircuit, numbers: Fractions):
    """`0 = …` of each coordinate: q solved for in the first equations and put into the second, noise left out."""
    n = q.notation
    phi = {i: n.in_time[n.flux(i)] for i in range(q.network.size)}
    sides = {e.equality.lhs: e.equality.rhs for e in q.equations_of_motion if e.equality.lhs != 0}
    massless = [e.equality.rhs for e in q.equations_of_motion if e.equality.lhs == 0]
    charge = {i: n.in_time[n.charge(i)] for i in n.moving}
    speeds = {i: sides[sp.Derivative(phi[i], T)].xreplace(numbers.values) for i in n.moving}
    letters = [charge[i] for i in n.moving]
    matrix = sp.Matrix([[sp.diff(speeds[i], c) for c in letters] for i in n.moving])
    rest = sp.Matrix([speeds[i].xreplace(dict.fromkeys(letters, sp.Integer(0))) for i in n.moving])
    momenta = matrix.LUsolve(sp.Matrix([sp.diff(phi[i], T) for i in n.moving]) - rest)
    found = {i: sp.diff(momentum, T) - settled(q, numbers, sides[sp.Derivative(charge[i], T)], sides)
             for i, momentum in zip(n.moving, momenta, strict=True)}  # fmt: skip
    others = [i for i in map(int, q.network.indices("frozen")) if phi[i] not in sides]
    return found | {i: -settled(q, numbers, side, sides) for i, side in zip(others, massless, strict=True)}


def settled(q: QuantizedCircuit, numbers: Fractions, expression, sides):
    """Currents of the lines put in, no noise, ⟨V⟩ = V, each letter as what it stands for."""
    n = q.notation
    currents = {f"I_{bath.element}" for bath in q.baths}
    named = {left: right for left, right in sides.items() if getattr(left.func, "__name__", "") in currents}
    noise = {f: 0 for side in sides.values() for f in side.atoms(sp.core.function.AppliedUndef)
             if f.func.__name__.startswith("xi")}  # fmt: skip
    expression = expression.xreplace(named).subs(noise)
    for left, right in q.definitions:  # a memristor's law
        if left.func.__name__.startswith("W"):
            expression = expression.xreplace({left.xreplace(n.in_time): right.xreplace(n.in_time)})
    voltages = {}
    for i, sub in enumerate(n.subscripts):
        rate = sp.diff(n.in_time[n.flux(i)], T)
        voltages |= {function(f"{letter}_{sub}" if sub else letter): rate for letter in ("V", "Vmean")}
    return expression.xreplace(voltages).xreplace(numbers.values).doit()


def put_in(q: QuantizedCircuit, numbers: Fractions, expression):
    """The coordinates that follow others, and dΦ/dt = V."""
    sides = {e.equality.lhs: e.equality.rhs for e in q.equations_of_motion}
    relations = {phi: sides[phi].xreplace(numbers.values) for phi in q.notation.in_time.values() if phi in sides}
    relations = {phi: right for phi, right in relations.items() if not right.has(phi)}
    follow = {}
    if relations:
        rows, rest = sp.linear_eq_to_matrix([phi - right for phi, right in relations.items()], list(relations))
        follow = dict(zip(relations, rows.LUsolve(rest), strict=True))
    fluxes = {left.args[0]: numbers.source(str(left.args[0].func).removeprefix("Phi_"))
              for left, _ in q.definitions if isinstance(left, sp.Derivative)}  # fmt: skip
    integrals = {flux: sp.Integral(voltage, T) for flux, voltage in fluxes.items()}
    return expression.subs(follow).subs(integrals).doit()


def residues(q: QuantizedCircuit, seed: int):
    """Per coordinate, the difference of both sides: exact."""
    numbers = Fractions(q, seed)
    law, motion = Netlist(q, numbers), classical(q, numbers)
    for i in range(q.network.size):
        difference_ = motion.get(i, sp.Integer(0)) - law.sum_over(i)
        yield sp.expand(put_in(q, numbers, difference_.doit() + implicit_law(q, numbers, i)))


def implicit_law(q: QuantizedCircuit, numbers: Fractions, i: int):
    """`(φ_x − …) Σ 1/L` of an implicit function: the currents out of a node that inductors and junctions hold."""
    phi = q.notation.in_time[q.notation.flux(i)]
    sides = {e.equality.lhs: e.equality.rhs for e in q.equations_of_motion}
    if phi not in sides or not sides[phi].has(phi):
        return sp.Integer(0)
    coils = [e.name for e in q.circuit.of("L")]
    ends = sp.Matrix([difference(q, q.circuit.element(name))[i] for name in coils])
    stiffness = (ends.T * numbers.inductances(coils).inv() * ends)[0]
    return stiffness * (phi - sides[phi].xreplace(numbers.values))


def is_zero(expression) -> bool:
    return expression == 0 or sp.simplify(expression) == 0


TWO_NEURONS = """
C1 a 0 100fF
C2 b 0 80fF
Cc a b 5fF
MEM1 a 0 model=sigmoid x0=0.1pWb T=20mK
MEM2 b a model=sigmoid T=20mK
MEM3 b 0 model=hp T=20mK
I1 0 a input
"""
GATED_TRANSMON_ON_A_RESONATOR = """
JJ1 t 0 EJ=9GHz C=5fF
JJ2 t 0 EJ=7GHz C=2fF
FLUX1 JJ2 bias
Cg t g 1fF
V1 g 0 gate
NG1 t drift
Cc t r 3fF
Cr r 0 400fF
Lr r 0 1nH
R1 r 0 50kohm T=20mK
"""
COUPLED_COILS = """
C1 a 0 100fF
C2 b 0 50fF
C3 c 0 30fF
L1 a x 1nH
L2 x 0 2nH
L3 0 b 3nH
L4 c b 2nH
K1 L1 L3 k=0.3
K2 L3 L2 M=0.1nH
V1 c d 1uV
R1 d 0 2kohm T=1K
"""
TRANSFORMER = """
C1 a 0 100fF
C2 b 0 50fF
L1 0 a 1nH
L2 b 0 2nH
K1 L1 L2 M=-0.4nH
R1 b 0 2kohm T=1K
I1 0 a input
"""
SQUID_WITH_A_RESISTOR = """
JJ1 a 0 EJ=8GHz C=3fF
JJ2 0 a EJ=5GHz C=1fF
FLUX1 JJ1 bias
C1 a 0 50fF
R1 a 0 9kohm T=20mK
"""
FLUXONIUM = """
JJ1 0 a EJ=4GHz
C1 a 0 5fF
L1 a 0 300nH
FLUX1 JJ1 bias
MEM1 0 a model=sigmoid T=20mK
R1 a b 1kohm T=1K
C2 b 0 3fF
"""
FLOATING = """
C1 a 0 2fF
C2 b 0 3fF
JJ1 b a EJ=9GHz C=1fF
C3 b c 1fF
C4 c 0 4fF
R1 c d 1kohm T=1K
R2 d 0 3kohm T=1K
NG1 b 0.3
"""
BEHIND_COILS = """
C1 a 0 50fF
L1 a x 1nH
JJ1 x 0 EJ=30GHz
JJ2 0 x EJ=20GHz
FLUX1 JJ2 bias
L2 x y 2nH
L3 y 0 1nH
JJ3 y b EJ=9GHz
C2 b 0 30fF
I1 0 x input
V1 c 0 gate
L4 x c 3nH
K1 L1 L3 k=0.2
R1 b 0 1kohm T=1K
"""
HAND_PICKED = {
    "two neurons": TWO_NEURONS, "gated transmon": GATED_TRANSMON_ON_A_RESONATOR, "coils": COUPLED_COILS,
    "transformer": TRANSFORMER, "squid": SQUID_WITH_A_RESISTOR, "fluxonium": FLUXONIUM, "floating": FLOATING,
    "behind coils": BEHIND_COILS,
}  # fmt: skip


@pytest.mark.parametrize("netlist", HAND_PICKED.values(), ids=HAND_PICKED)
def test_the_classical_limit_of_hand_picked_circuits_is_kirchhoffs_law(netlist: str):
    """Catches: a branch with its ends exchanged, a memristor between nodes with the flux of one of them, the sign of M,
    Φ̇ left in a node equation, a gate's charge with the wrong sign.
    """
    q = qs.quantize(netlist)
    assert all(is_zero(residue) for residue in residues(q, 1))


def test_the_classical_limit_of_random_circuits_is_kirchhoffs_law():
    """48 circuits of two to five nodes, every card in them. Catches: what no hand-picked circuit happens to have."""
    seen: dict[str, int] = {}
    for k, (lines, q) in enumerate(dressed(21, 48)):
        for card in {e.card for e in q.circuit.elements}:
            seen[card] = seen.get(card, 0) + 1
        for i, residue in enumerate(residues(q, k)):
            assert is_zero(residue), ("\n".join(lines), q.coordinates[i])
    assert set(seen) >= {"C", "L", "K", "JJ", "R", "MEM", "TL", "I", "V", "FLUX", "NG"}, seen


def test_implicit_functions_of_random_circuits_are_kirchhoffs_law_at_their_nodes():
    """12 circuits with junctions at nodes without capacitance, coupled coils, fluxes and sources among them.

    Catches: a junction's current with the wrong sign or weight in the relation, a flux left out of its phase.
    """
    found = 0
    for k, (lines, q) in enumerate(dressed(23, 400, cards="C C L L L JJ JJ R I V")):
        if not q.network.constrained:
            continue
        for i, residue in enumerate(residues(q, k)):
            assert is_zero(residue), ("\n".join(lines), q.coordinates[i])
        found += 1
        if found == 12:
            break
    assert found == 12


def test_a_cutoff_between_two_nodes_is_an_inductance_in_series():
    """V_a − V_b = R I + (R/ω_c) dI/dt, out of a and into b, whichever node the element names first.

    Catches: the current of a reversed resistor into the node that it leaves, R for R/ω_c.
    """
    for ends in ("a b", "b a"):
        q = qs.quantize(f"C1 a 0 1fF\nC2 b 0 2fF\nR1 {ends} 2kohm T=20mK cutoff=3e12rad/s\nR2 b 0 1ohm T=1K")
        sides = {e.equality.lhs: e.equality.rhs for e in q.equations_of_motion}
        current, r, cutoff = function("I_R1"), q.symbols["R_1"], q.symbols["omega_c"]
        loop = r * current + r / cutoff * sides[sp.Derivative(current, T)] - function("V_a") + function("V_b")
        assert sp.simplify(loop.subs(function("xi_R1"), 0)) == 0
        assert sides[sp.Derivative(function("q_a"), T)] == -current
        assert sides[sp.Derivative(function("q_b"), T)] == current - function("I_R2")
