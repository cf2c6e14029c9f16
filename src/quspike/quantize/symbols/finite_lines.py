"""A transmission line of finite length in symbols: its ends in C and L, its inner coordinates in one sum.

With C = ℓ/vZ0 and L = Z0ℓ/v of the whole line, port fluxes φ_a, φ_b and modes χ_j (`line_parts`),

    comb     (φ_a − φ_b)²/2L + Σ_{j=1}^{N} [ q_j²/2C_j + (φ_a − (−1)^j φ_b − χ_j)²/L ],     C_j = 2C/π²j²,
             C_± on φ_a ± φ_b, what the modes leave of C/4 and C/12
    ladder   Σ_{j=1}^{N−1} N q_j²/2C + Σ_{j=0}^{N−1} N (χ_{j+1} − χ_j)²/2L,     χ_0 = φ_a, χ_N = φ_b;  C/2N at each end
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from quspike.circuit import Element
from quspike.quantize.line_parts import how_many
from quspike.quantize.network import Branch, Line, Network
from quspike.quantize.symbols.notation import Notation
from quspike.quantize.symbols.variables import Equation, Expr, Term, time

MODES = "modes of the line"


def port_fluxes(n: Notation, line: Line) -> tuple[Expr, Expr]:
    """φ_a and φ_b, each from its + to its −."""
    import sympy as sp

    from quspike.quantize.symbols.branch_flux import source_flux

    nodes, found = n.circuit.element(line.element).nodes, []
    for vector, plus, minus in ((line.a, nodes[0], nodes[1]), (line.b, nodes[2], nodes[3])):
        flux = sp.Add(*(weight * n.flux(i) for i, weight in enumerate(vector) if weight))
        for node, side in ((plus, 1), (minus, -1)):
            flux += sp.Add(*(side * sign * source_flux(n, name) for name, sign in n.network.offsets.get(node, ())))
        found.append(flux)
    return found[0], found[1]


def variables(n: Notation, line: Line) -> tuple[Any, Any, Any, Any]:
    """j, and χ, χ̇, q as families over it."""
    import sympy as sp

    own = (n.of_finite_line(letter, line.element) for letter in ("chi", "chidot", "qline"))
    return sp.Symbol(INDEX, integer=True), *(sp.IndexedBase(name, real=True) for name in own)


INDEX = "j"


def potential_terms(n: Notation) -> Iterator[Term]:
    """What H_S holds of χ and φ: the inductances that see modes."""
    import sympy as sp

    for line in n.network.lines:
        j, chi, _, _ = variables(n, line)
        (phi_a, phi_b), count = port_fluxes(n, line), how_many(_element(n, line))
        inductance = n.symbol(line.element, "L")
        if is_comb(n, line):
            stretched = (phi_a - (-1) ** j * phi_b - chi[j]) ** 2 / inductance
            yield Term((line.element,), sp.Sum(stretched, (j, 1, count)), MODES)
        elif count > 1:
            factor = count / (2 * inductance)
            yield Term((line.element,), factor * (chi[1] - phi_a) ** 2, "first cell of the line")
            if count > 2:
                inner = (chi[j + 1] - chi[j]) ** 2
                yield Term((line.element,), factor * sp.Sum(inner, (j, 1, count - 2)), "cells of the line")
            yield Term((line.element,), factor * (phi_b - chi[count - 1]) ** 2, "last cell of the line")


def charging_terms(n: Notation, moving: bool = False) -> Iterator[Term]:
    """`Σ q_j²/2C_j` of the modes; with `moving` as the Lagrangian has it, `Σ ½ C_j χ̇_j²`."""
    import sympy as sp

    for line in n.network.lines:
        j, _, speed, charge = variables(n, line)
        c, last = capacitance_letter(n, line, j), modes_of(n, line)
        energy = c * speed[j] ** 2 / 2 if moving else charge[j] ** 2 / (2 * c)
        if last:
            yield Term((line.element,), sp.Sum(energy, (j, 1, last)), MODES)


def capacitance_letter(n: Notation, line: Line, j: Any) -> Expr:
    """C_j of a mode, C/N of a cell."""
    import sympy as sp

    if not is_comb(n, line):
        return mode_capacitance(n, line, j)
    return sp.IndexedBase(n.of_finite_line("Cline", line.element), positive=True)[j]


def mode_capacitance(n: Notation, line: Line, j: Any) -> Expr:
    """`C_j = 2C/π²j²` of a comb, C/N of a ladder."""
    import sympy as sp

    whole = n.symbol(line.element, "C")
    if is_comb(n, line):
        return 2 * whole / (sp.pi**2 * j**2)
    return whole / how_many(_element(n, line))


def modes_of(n: Notation, line: Line) -> int:
    """How many inner coordinates the line has."""
    count = how_many(_element(n, line))
    return count if is_comb(n, line) else count - 1


def is_comb(n: Notation, line: Line) -> bool:
    """Whether it is written by its modes; else by cells."""
    return str(_element(n, line).params.get("bath", "comb")) == "comb"


def end_capacitance(n: Notation, branch: Branch) -> Expr:
    """What a line has at its ends: C_± of a comb by its letter, C/2N of a ladder."""
    line = next(line for line in n.network.lines if line.element == branch.element)
    if not is_comb(n, line):
        return n.symbol(line.element, "C") / (2 * how_many(_element(n, line)))
    return n.symbol(line.element, end_letter(n.network, branch))


def end_letter(network: Network, branch: Branch) -> str:
    """`+` of the capacitance on φ_a + φ_b, the first of the line's two; `−` of the other."""
    first = next(b for b in network.by_element[branch.element] if b.role == "capacitance")
    return "plus" if branch is first else "minus"


def definitions(n: Notation) -> Iterator[tuple[Expr, Expr]]:
    """`C_+ = C/4 − Σ_{j odd} C_j`, `C_− = C/12 − Σ_{j even} C_j`, `C_j = 2C/π²j²` of a comb with N modes."""
    import sympy as sp

    for line in n.network.lines:
        if not is_comb(n, line):
            continue
        whole, count = n.symbol(line.element, "C"), how_many(_element(n, line))
        for key, part, first in (("plus", 4, 1), ("minus", 12, 2)):
            taken = sp.Add(*(sp.Rational(2, k * k) for k in range(first, count + 1, 2)))
            yield n.symbol(line.element, key), whole / part - taken * whole / sp.pi**2
        j = variables(n, line)[0]
        yield capacitance_letter(n, line, j), mode_capacitance(n, line, j)


def commutators(n: Notation) -> Iterator[tuple[Expr, Expr]]:
    """χ_j and q_j of each line that has modes."""
    for line in n.network.lines:
        if modes_of(n, line):
            j, chi, _, charge = variables(n, line)
            yield chi[j], charge[j]


def equations(n: Notation) -> Iterator[Equation]:
    """Heisenberg's equations of the modes of a comb, and of the inner nodes of a ladder (χ_0 = φ_a, χ_N = φ_b)."""
    import sympy as sp

    from quspike.quantize.symbols.variables import function

    for line in n.network.lines:
        if not modes_of(n, line):
            continue
        j, chi, _, charge = variables(n, line)
        phi_a, phi_b = (flux.xreplace(n.in_time) for flux in port_fluxes(n, line))
        flux, q = (function(f"{family.label}_{INDEX}")(time()) for family in (chi, charge))
        yield Equation(sp.Eq(sp.Derivative(flux, time()), q / capacitance_letter(n, line, j)), MODES)
        whole, comb = n.symbol(line.element, "L"), is_comb(n, line)
        pull = 2 * (phi_a - (-1) ** j * phi_b - flux) / whole
        cells = how_many(_element(n, line)) * (chi[j + 1] + chi[j - 1] - 2 * flux) / whole
        meaning = MODES if comb else "inner nodes of the line: χ₀ and χ_N are φ at its ends"
        yield Equation(sp.Eq(sp.Derivative(q, time()), pull if comb else cells), meaning)


def _element(n: Notation, line: Line) -> Element:
    return n.circuit.element(line.element)
