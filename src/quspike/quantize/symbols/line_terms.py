"""The lines in symbols: what each is tied to, its J(ω), its comb in the Hamiltonian, its counter-terms.

Σ_m [ q_m²/2C_m + (F(φ) − φ_m)²/2L_m ],    Σ_m F²/2L_m = ω_c F²/2Z0,    −(λλ̇/2Z0)φ² for a coupling that moves
"""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from quspike.quantize.network import Branch
from quspike.quantize.numbers.line_boundary import Bath
from quspike.quantize.symbols.branch_flux import branch_flux, branch_of, mean_voltage
from quspike.quantize.symbols.law_formulas import formula
from quspike.quantize.symbols.notation import Notation
from quspike.quantize.symbols.variables import Expr, function, named, time


def branch(n: Notation, bath: Bath) -> Branch:
    """The branch that the line is in place of."""
    return branch_of(n, bath.element, "dissipator")


def flux(n: Notation, bath: Bath) -> Expr:
    """φ_b of the dissipator, in the direction in which it is written."""
    return branch_flux(n, branch(n, bath))


def impedance(n: Notation, bath: Bath) -> Expr:
    """Z0; a resistor's is R."""
    return n.symbol(bath.element, impedance_key(n, bath))


def impedance_key(n: Notation, bath: Bath) -> str:
    """The card's name for it."""
    return "R" if (bath.element, "R") in n.names else "Z0"


def cutoff(n: Notation, bath: Bath) -> Expr | None:
    """ω_c, where there is one."""
    return n.symbol(bath.element, "cutoff") if bath.cutoff is not None else None


def density(n: Notation, bath: Bath) -> Expr:
    """`J(ω) = ω/Z0`, with a cutoff `ω ω_c²/Z0(ω² + ω_c²)`; of a table `ω Re Y(ω)`."""
    omega, edge = sp.Symbol("omega", positive=True), cutoff(n, bath)
    if bath.kind == "table":
        return omega * function(n.of_table("ReY", bath.element))(omega)
    ohmic = omega / impedance(n, bath)
    return ohmic if edge is None else ohmic * edge**2 / (omega**2 + edge**2)


def boundary(n: Notation, bath: Bath, phi: Expr | None = None) -> Expr:
    """What the line is tied to, by its letter: φ, F(φ), λ(t)φ."""
    phi = flux(n, bath) if phi is None else phi
    if bath.linear:
        return phi
    if bath.kind == "flux":
        return function(n.of_memristor("F", bath.element))(phi)
    return strength(n, bath) * phi


def strength(n: Notation, bath: Bath, phi: Expr | None = None) -> Expr:
    """How strongly φ is tied to the line, by its letter: F′(φ), or λ(t) of a coupling that moves."""
    if bath.kind == "flux":
        return function(n.of_memristor("Fprime", bath.element))(flux(n, bath) if phi is None else phi)
    return function(n.of_memristor("lamda", bath.element))(time())


def conductance(n: Notation, bath: Bath, phi: Expr | None = None) -> Expr:
    """W by its letter: W(φ), W(x, ⟨V⟩) or W(t)."""
    w = function(n.of_memristor("W", bath.element))
    if bath.kind == "flux":
        return w(flux(n, bath) if phi is None else phi)
    if bath.kind == "kinematic":
        return w(time())
    return w(memory(n, bath), mean_voltage(n, branch(n, bath)))


def memory(n: Notation, bath: Bath) -> Expr:
    """x(t) of a memristor whose memory is no variable of the Hamiltonian."""
    return function(n.of_memristor("x", bath.element))(time())


def argument(n: Notation, bath: Bath, phi: Expr) -> Expr:
    """The memory of a flux-controlled law at the flux φ: `x0 ± φ`."""
    start = n.symbol(bath.element, "x0") if (bath.element, "x0") in n.names else sp.Integer(0)
    return start + int(bath.sign) * phi


def integral(n: Notation, bath: Bath) -> Expr:
    """`F(φ) = √Z0 ∫₀^φ √W(φ′) dφ′`."""
    inner = sp.Symbol("phiprime", real=True)
    return sp.sqrt(impedance(n, bath)) * sp.Integral(sp.sqrt(conductance(n, bath, inner)), (inner, 0, flux(n, bath)))


def coupling(n: Notation, bath: Bath) -> Expr:
    """What the line is tied to, written out with the law's own constants where it has a formula."""
    if bath.linear:
        return flux(n, bath)
    if bath.moves:
        return sp.sqrt(impedance(n, bath) * conductance(n, bath)) * flux(n, bath)
    here, start = (_antiderivative(n, bath, argument(n, bath, phi)) for phi in (flux(n, bath), sp.Integer(0)))
    if here is None or start is None:
        return integral(n, bath)
    return int(bath.sign) * sp.sqrt(impedance(n, bath)) * (here - start)


def _antiderivative(n: Notation, bath: Bath, x: Expr) -> Expr | None:
    assert bath.law is not None
    known = formula(bath.law, x, n.law_symbols(bath.element))
    return None if known is None else known.antiderivative.subs(list(known.auxiliaries))


def law_conductance(n: Notation, bath: Bath) -> Expr | None:
    """W(φ) written out, where the law has a formula."""
    if bath.kind != "flux" or bath.law is None:
        return None
    known = formula(bath.law, argument(n, bath, flux(n, bath)), n.law_symbols(bath.element))
    return None if known is None else known.conductance


def boundary_energy(n: Notation, bath: Bath) -> Expr:
    """`Σ_m [q_m²/2C_m + (F − φ_m)²/2L_m]`."""
    phi_m, q_m, c_m, l_m = oscillator(n, bath)
    return sp.Sum(q_m**2 / (2 * c_m) + (boundary(n, bath) - phi_m) ** 2 / (2 * l_m), modes(n))


def oscillator(n: Notation, bath: Bath) -> tuple[Expr, Expr, Expr, Expr]:
    """φ_m, q_m, C_m, L_m of the line's oscillator m."""
    m = modes(n)[0]
    bases = (
        sp.IndexedBase(n.of_line(letter, bath.element), real=True) for letter in ("phibath", "qbath", "Cbath", "Lbath")
    )
    phi_m, q_m, c_m, l_m = (base[m] for base in bases)
    return phi_m, q_m, c_m, l_m


def modes(n: Notation) -> tuple[Expr, int, Expr]:
    """m = 1 … N."""
    return sp.Symbol(n.mode_index, integer=True), 1, sp.Symbol("N", integer=True, positive=True)


def counter_energy(n: Notation, bath: Bath) -> Expr:
    """`Σ_m F²/2L_m = ω_c F²/2Z0`; a sum that grows with the comb where there is no cutoff."""
    edge = cutoff(n, bath)
    if edge is not None:
        return edge * boundary(n, bath) ** 2 / (2 * impedance(n, bath))
    return sp.Sum(boundary(n, bath) ** 2 / (2 * oscillator(n, bath)[3]), modes(n))


def drift_energy(n: Notation, bath: Bath) -> Expr:
    """`−(λλ̇/2Z0) φ²`."""
    moving = strength(n, bath)
    return -moving * sp.Derivative(moving, time()) * flux(n, bath) ** 2 / (2 * impedance(n, bath))


def initial_shift(n: Notation, bath: Bath) -> Expr:
    """`F(φ(0))`."""
    own = branch(n, bath)
    begins = {time(): sp.Integer(0)}
    start = branch_flux(n, own, lambda i: function(named("phi", n.subscripts[i]))(0)).subs(begins)
    return boundary(n, bath, start) if not bath.moves else strength(n, bath).subs(begins) * start


def definitions(n: Notation, bath: Bath) -> Iterator[tuple[Expr, Expr]]:
    """What the letters of this line stand for: F through W, W through the law, λ through W."""
    if bath.kind == "flux":
        yield boundary(n, bath), integral(n, bath)
    if not bath.linear:
        yield strength(n, bath), sp.sqrt(impedance(n, bath) * conductance(n, bath))
    written = law_conductance(n, bath)
    if written is not None:
        yield conductance(n, bath), written


def closed_form(n: Notation, bath: Bath) -> Iterator[tuple[Expr, Expr]]:
    """`F(φ) = √Z0 [G(φ) − G(0)]`, G, and what its letters stand for; nothing where the law has no formula."""
    known = None
    if bath.kind == "flux" and bath.law is not None:
        known = formula(bath.law, argument(n, bath, flux(n, bath)), n.law_symbols(bath.element))
    if known is None:
        return
    g = function(n.of_memristor("G", bath.element))
    yield boundary(n, bath), int(bath.sign) * sp.sqrt(impedance(n, bath)) * (g(flux(n, bath)) - g(0))
    own = {x: sp.Symbol(n.of_memristor(x.name, bath.element), **x.assumptions0) for x, _ in known.auxiliaries}
    yield g(flux(n, bath)), known.antiderivative.subs(own)
    for letter, meaning in known.auxiliaries:
        yield own[letter], meaning.subs(known.conductance, conductance(n, bath))
