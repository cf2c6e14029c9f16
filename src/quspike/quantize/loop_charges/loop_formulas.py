"""Lagrangian, Hamiltonian and equations of motion in loop charges, as formulas.

    L = Σ ½ L q̇_b² + Σ M q̇_b q̇_b′ − Σ q_b²/2C − Σ V q_b,      Φ = ∂L/∂Q̇,      [Q, Φ] = iħ
    H = ½ (Φ − G I)ᵀ𝓛⁻¹(Φ − G I) + Σ q_b²/2C + Σ V q_b + Σ_m [Φ_m²/2L_m + (F(q_b) − Q_m)²/2C_m]

q_b = b·Q with the charges of current sources. Loops that capacitors alone hold have been put in terms of the others;
a massless loop that a resistor holds has a charge and no flux.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import sympy as sp

from quspike.circuit.connected import Connected
from quspike.quantize.loop_charges.loop_baths import LoopBath
from quspike.quantize.loop_charges.loop_letters import Letters
from quspike.quantize.loop_charges.loops import LoopBranch
from quspike.quantize.symbols.variables import Equation, Expr, Term, function, time

WRITTEN_OUT = 3  # coupled loops whose inverse inductance is written out; of more it is letters
LONGEST = 40  # operations in one entry of it: what is longer says less than a letter


class LoopFormulas:
    """The formulas of one circuit, each made when asked for."""

    def __init__(self, letters: Letters, baths: tuple[LoopBath, ...]) -> None:
        self.letters, self.network, self.baths = letters, letters.network, baths
        self.massive = [int(i) for i in self.network.indices("extended", "baseband", "free")]

    @cached_property
    def followers(self) -> dict[Expr, Expr]:
        """Charges of frozen loops as functions of the others': where ∂U/∂Q = 0."""
        frozen = [self.letters.charge(int(i)) for i in self.network.indices("frozen")]
        if not frozen:
            return {}
        energy = sp.Add(*(t.expression for t in (*self._plates({}), *self._voltages({}))))
        (found,) = sp.linsolve([sp.diff(energy, q) for q in frozen], frozen)
        return {q: sp.cancel(value) for q, value in zip(frozen, found, strict=True)}

    def through(self, branch: LoopBranch) -> Expr:
        """q_b in terms of the loops that are left."""
        return self._reduced(self.letters.through(branch), self.followers)

    @staticmethod
    def _reduced(charge: Expr, followers: dict[Expr, Expr]) -> Expr:
        found = charge.xreplace(followers)
        return sp.factor(sp.together(found)) if found != charge else charge

    def lagrangian_terms(self) -> tuple[Term, ...]:
        """L term by term."""
        negative = (Term(t.elements, -t.expression, t.meaning) for t in self.potential_terms())
        return (*self._coils(), *negative)

    def potential_terms(self) -> tuple[Term, ...]:
        """U(Q, t): capacitors, those that share a frozen loop in one term, and voltage sources."""
        plates = list(self._plates(self.followers))
        joined = Connected()
        for b in self.network.of("capacitance"):
            joined.join((b.element, *(str(i) for i in self.network.indices("frozen") if b.vector[i])))
        groups: dict[str, list[Term]] = {}
        for term in plates:
            groups.setdefault(joined.root(term.elements[0]), []).append(term)
        return (*map(_merged, groups.values()), *self._voltages(self.followers))

    def _coils(self) -> Iterator[Term]:
        branches = self.network.of("inductance")
        for b in branches:
            own = self.network.circuit.element(b.element).card == "L"
            meaning = "energy of the inductor's current" if own else "energy in the inductance of the cutoff"
            yield Term((b.element,), self.inductance(b) * self.letters.current(b) ** 2 / 2, meaning)
        by_name = {b.element: b for b in branches}
        for k, one, other in self.network.couplings:
            product = self.letters.current(by_name[one]) * self.letters.current(by_name[other])
            yield Term((k, one, other), self.mutual(k, one, other) * product, f"mutual inductance of {one} and {other}")

    def _plates(self, followers: dict[Expr, Expr]) -> Iterator[Term]:
        for b in self.network.of("capacitance"):
            charge = self._reduced(self.letters.through(b), followers)
            if charge != 0:
                energy = charge**2 / (2 * self.letters(b.element, "C"))
                yield Term((b.element,), energy, "field energy of the capacitor")

    def _voltages(self, followers: dict[Expr, Expr]) -> Iterator[Term]:
        for b in self.network.of("voltage"):
            charge = self._reduced(self.letters.through(b), followers)
            if charge != 0:
                drive = self.network.circuit.element(b.element).params.get("drive")
                meaning = f"voltage source ({drive})" if drive else "voltage source"
                yield Term((b.element,), sp.factor_terms(self.letters.source(b.element) * charge), meaning)

    def inductance(self, b: LoopBranch) -> Expr:
        """L of a coil; R/ω_c of a resistor with a cutoff."""
        if self.network.circuit.element(b.element).card == "L":
            return self.letters(b.element, "L")
        return self.resistance(b.element) / self.letters(b.element, "cutoff")

    def resistance(self, element: str) -> Expr:
        """R, or Z0 of a line."""
        return self.letters(element, "R" if (element, "R") in self.letters.names else "Z0")

    def mutual(self, k: str, one: str, other: str) -> Expr:
        """M, or k √(L₁L₂)."""
        if (k, "M") in self.letters.names:
            return self.letters(k, "M")
        return self.letters(k, "k") * sp.sqrt(self.letters(one, "L") * self.letters(other, "L"))

    @cached_property
    def momenta(self) -> dict[Expr, Expr]:
        """Each Φ as ∂L/∂Q̇."""
        energy = sp.Add(*(t.expression for t in self._coils()))
        return {self.letters.flux(i): sp.expand(sp.diff(energy, self.letters.speed(i))) for i in self.massive}

    @cached_property
    def blocks(self) -> list[list[int]]:
        """Loops that share inductance, together."""
        joined = Connected()
        speeds = {self.letters.speed(i): i for i in self.massive}
        for i, momentum in zip(self.massive, self.momenta.values(), strict=True):
            joined.join((str(i), *(str(speeds[s]) for s in momentum.free_symbols if s in speeds)))
        found: dict[str, list[int]] = {}
        for i in self.massive:
            found.setdefault(joined.root(str(i)), []).append(i)
        return list(found.values())

    def kinetic_terms(self) -> Iterator[Term]:
        """`½ (Φ − G I)ᵀ𝓛⁻¹(Φ − G I)`, block by block."""
        for block in self.blocks:
            elements = self._coils_of(block)
            inverse = self.inverse_inductance(block)
            own = [self.letters.flux(i) - self._pull(i) for i in block]
            for a in range(len(block)):
                for b in range(a, len(block)):
                    if inverse[a, b] != 0:
                        term = inverse[a, b] * own[a] * own[b] / (2 if a == b else 1)
                        yield Term(elements, term, "energy of the currents" if a == b else "shared inductance")

    def _pull(self, i: int) -> Expr:
        """G I of one loop: the flux that current sources make in it."""
        at_rest = {self.letters.speed(j): 0 for j in self.massive}
        return self.momenta[self.letters.flux(i)].subs(at_rest)

    def inverse_inductance(self, block: list[int]) -> Expr:
        """𝓛⁻¹ of a block, written out, or as letters where it is large or long."""
        found = self._written_inverse(block)
        if found is not None:
            return found
        return sp.Matrix(len(block), len(block), lambda a, b: self._letter(block[min(a, b)], block[max(a, b)]))

    def _written_inverse(self, block: list[int]) -> Expr | None:
        """None where nobody would read it."""
        if len(block) > WRITTEN_OUT:
            return None
        if str(block) not in self._inverses:
            found = self.block_inductance(block).inv().applyfunc(self._factored)
            short = max(entry.count_ops() for entry in found) <= LONGEST
            self._inverses[str(block)] = found if short else None
        return self._inverses[str(block)]

    def _factored(self, entry: Expr) -> Expr:
        """An entry of 𝓛⁻¹ in factors, with 1 − k² as it is usually written."""
        found = sp.factor(entry)
        for k in (self.letters(k, "k") for k, *_ in self.network.couplings if (k, "k") in self.letters.names):
            without = sp.factor(found * (1 - k**2))
            if without.count_ops() < found.count_ops():
                found = without / (1 - k**2)
        return found

    @cached_property
    def _inverses(self) -> dict[str, Expr | None]:
        """𝓛⁻¹ by block: its factors take long to find."""
        return {}

    def notes(self) -> tuple[str, ...]:
        """Of letters that have no formula."""
        if all(self._written_inverse(block) is not None for block in self.blocks):
            return ()
        return ("L⁻¹ is the inverse of the matrix by which the fluxes above follow from the currents",)

    def _letter(self, i: int, j: int) -> Expr:
        return sp.Symbol(f"Linv{self.letters.subscripts[i]}{self.letters.subscripts[j]}", real=True)

    def block_inductance(self, block: list[int]) -> Expr:
        """𝓛 of a block."""
        rows = [self.momenta[self.letters.flux(i)] for i in block]
        return sp.Matrix([[sp.diff(row, self.letters.speed(j)) for j in block] for row in rows])

    def _coils_of(self, block: list[int]) -> tuple[str, ...]:
        coils = [b for b in self.network.of("inductance") if any(b.vector[i] for i in block)]
        names = [b.element for b in coils]
        couplings = [k for k, one, other in self.network.couplings if one in names or other in names]
        return tuple(dict.fromkeys([*names, *couplings, *(s for b in coils for s, _ in b.sources)]))

    def hamiltonian_terms(self) -> tuple[Term, ...]:
        """H_S term by term."""
        return (*self.kinetic_terms(), *self.potential_terms())

    def bath_terms(self) -> tuple[Term, ...]:
        """A comb for each dissipator, tied to q_b, F(q_b) or λ(t) q_b."""
        return tuple(Term((b.element,), self._comb(b), "line, with its counter-term") for b in self.baths)

    def _comb(self, bath: LoopBath) -> Expr:
        m, tag = sp.Symbol("m", integer=True), f"_{bath.element}" if len(self.baths) > 1 else ""
        flux, charge, coil, plate = (sp.IndexedBase(f"{v}bath{tag}")[m] for v in ("Phi", "Q", "L", "C"))
        count = sp.Symbol("N", integer=True, positive=True)
        inside = flux**2 / (2 * coil) + (self.boundary(bath) - charge) ** 2 / (2 * plate)
        return sp.Sum(inside, (m, 1, count))

    def branch(self, bath: LoopBath) -> LoopBranch:
        """The branch that a line is in place of."""
        return next(b for b in self.network.of("dissipator") if b.element == bath.element)

    def boundary(self, bath: LoopBath) -> Expr:
        """What the line is tied to, by its letter."""
        charge = self.through(self.branch(bath))
        if bath.kind == "resistor":
            return charge
        if bath.kind == "charge":
            return function(self._of("F", bath))(charge)
        return function(self._of("lamda", bath))(time()) * charge

    def memristance(self, bath: LoopBath, charge: Expr) -> Expr:
        """R, M(q) or M(t), by its letter."""
        if bath.kind == "resistor":
            return self.resistance(bath.element)
        return function(self._of("M", bath))(charge if bath.kind == "charge" else time())

    def _of(self, letter: str, bath: LoopBath) -> str:
        memristors = [b for b in self.baths if b.kind != "resistor"]
        return letter if len(memristors) == 1 else f"{letter}_{bath.element}"

    def definitions(self) -> tuple[tuple[Expr, Expr], ...]:
        """What letters stand for: F, M and λ of memristors, frozen charges, 𝓛 where 𝓛⁻¹ is letters."""
        q = sp.Symbol("q", real=True)
        found: list[tuple[Expr, Expr]] = list(self.followers.items())
        for bath in self.baths:
            if bath.kind == "charge":
                found += self._charge_controlled(bath, q)
            elif bath.kind == "mean_field":
                strength = sp.sqrt(self.memristance(bath, q) / self.letters(bath.element, "Z0"))
                found.append((function(self._of("lamda", bath))(time()), strength))
        return tuple(found)

    def _charge_controlled(self, bath: LoopBath, q: Expr) -> Iterator[tuple[Expr, Expr]]:
        """HP between its stops: `M(q) = R_off − ΔR (x0 + k q)`, u = √M, `F = ⅔ (u_0³ − u³)/(ΔR k √Z0)`."""
        r_on, r_off, d, mu, x0 = (self.letters(bath.element, key) for key in ("R_on", "R_off", "D", "mu", "x0"))
        k, z0 = mu * r_on / d**2, self.letters(bath.element, "Z0")
        memristance = r_off - (r_off - r_on) * (x0 + k * q)
        yield self.memristance(bath, q), memristance
        root, start = sp.symbols("u u_0", positive=True)
        yield root, sp.sqrt(self.memristance(bath, q))
        yield start, sp.sqrt(self.memristance(bath, sp.Integer(0)))
        ratio = (start**3 - root**3) / ((r_off - r_on) * k * sp.sqrt(z0))
        yield function(self._of("F", bath))(q), sp.Rational(2, 3) * ratio

    def equations_of_motion(self) -> tuple[Equation, ...]:
        """Hamilton's equations with what the lines take and give: `Φ̇ = −∂U/∂Q − Σ_d b (M q̇_d + F′ e_d)`.

        e_d is the noise voltage of a line, S_ee(ω) = ħω Z0 coth(ħω/2kT). Products of operators are symmetrised. Without
        e, and with means for M(t), this is Kirchhoff's voltage law.
        """
        kinetic = sp.Add(*(t.expression for t in self.kinetic_terms()))
        speeds = {i: sp.diff(kinetic, self.letters.flux(i)) for i in self.massive}
        found = []
        for i, speed in speeds.items():
            left = sp.Derivative(self.letters.in_time(self.letters.charge(i)), time())
            found.append(Equation(sp.Eq(left, self._in_time(speed)), "current of the loop"))
        energies = [t.expression for t in self.potential_terms()]
        kept = [i for i in range(self.network.size) if self.network.loops[i].kind != "frozen"]
        for i in kept:
            q = self.letters.charge(i)
            pull = -sp.Add(*(sp.factor_terms(sp.factor(sp.diff(e, q))) for e in energies)) - self._drag(i)
            left = sp.Derivative(self.letters.in_time(self.letters.flux(i)), time()) if i in speeds else sp.Integer(0)
            found.append(Equation(sp.Eq(left, self._in_time(pull), evaluate=False), "Kirchhoff's voltage law"))
        return tuple(found)

    def _drag(self, i: int) -> Expr:
        """What the dissipators of a loop drop."""
        total = sp.Integer(0)
        for bath in self.baths:
            branch = self.branch(bath)
            charge = self.through(branch)
            current = sp.diff(self._in_time(charge), time())
            noise = function(f"e_{bath.element}" if len(self.baths) > 1 else "e")(time())
            slope = {"resistor": sp.Integer(1), "mean_field": function(self._of("lamda", bath))(time())}.get(
                bath.kind, function(self._of("Fprime", bath))(charge)
            )
            total += branch.vector[i] * (self.memristance(bath, charge) * current + slope * noise)
        return total

    def _in_time(self, expression: Expr) -> Expr:
        letters = [*map(self.letters.charge, range(self.network.size)), *map(self.letters.flux, self.massive)]
        return expression.xreplace({letter: self.letters.in_time(letter) for letter in letters})


def _merged(terms: list[Term]) -> Term:
    """Capacitors between which the charge of one loop divides itself, as one energy."""
    if len(terms) == 1:
        return terms[0]
    elements = tuple(name for term in terms for name in term.elements)
    energy = sp.factor(sp.together(sp.Add(*(term.expression for term in terms))))
    return Term(elements, energy, "field energy of the capacitors")
