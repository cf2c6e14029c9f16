"""The equations of motion: Heisenberg's for each coordinate, and Langevin's for the lines behind its dissipators.

    dφ/dt = ∂H_S/∂q,      dq/dt = −∂H_S/∂φ − Σ_d b I_d,      0 = −∂H_S/∂φ − Σ_d b I_d where there is no charge
    table               I = ∫₀^∞ Y(τ) V(t − τ) dτ − ξ
    resistor            I = V/R − ξ                    with a cutoff   dI/dt = ω_c (V/R − ξ − I)
    memristor W(φ)      I = ½{W(φ), V} − F′(φ) ξ       with a cutoff   I = F′ I_0,  dI_0/dt = ω_c (F′ V/Z0 − ξ − I_0)
    memristor W(x, V)   the same with W(x, ⟨V⟩) and λ(t) = √(Z0 W) for F′, and dx/dt = f(x, ⟨V⟩)

V and φ are those of the dissipator's branch, b its vector. ξ is the current noise of the line: S_ξξ(ω) =
(ħω/Z0) coth(ħω/2kT). Products of operators are symmetrised. Leave ξ out, let ⟨V⟩ be V, and this is Kirchhoff's law of
the netlist.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import sympy as sp

from quspike.quantize.numbers.line_boundary import Bath
from quspike.quantize.symbols import charging, finite_lines
from quspike.quantize.symbols.branch_flux import branch_flux, branch_voltage, mean_voltage
from quspike.quantize.symbols.frozen import held_by_lines, relations
from quspike.quantize.symbols.lagrangian import position_terms
from quspike.quantize.symbols.line_terms import branch, conductance, cutoff, impedance, memory, strength
from quspike.quantize.symbols.notation import Notation, orientation
from quspike.quantize.symbols.variables import Equation, Expr, function, in_time, time

BALANCE, IMPLICIT = "currents balance without a capacitor", ", the junction's too: an implicit function"


def equations_of_motion(n: Notation, baths: tuple[Bath, ...]) -> tuple[Equation, ...]:
    """Two equations for each coordinate, one for each that has no charge, then those of each line."""
    own = (*_coordinates(n, baths), *finite_lines.equations(n))
    return (*own, *(equation for bath in baths for equation in _line(n, bath)))


def current(bath: Bath) -> Expr:
    """I of a dissipator, in the direction in which its branch is written: from the node into it."""
    return function(f"I_{bath.element}")(time())


def _coordinates(n: Notation, baths: tuple[Bath, ...]) -> Iterator[Equation]:
    potential = _by_letter(term.expression for term in position_terms(n))
    for i in n.moving:
        phi, speed = in_time("phi", n.subscripts[i]), charging.velocity(n, i).xreplace(n.in_time)
        yield Equation(sp.Eq(sp.Derivative(phi, time()), speed, evaluate=False), _voltage_of(n, i))
    for i in n.moving:
        q = in_time("q", n.subscripts[i])
        pull = _pull(n, i, potential, baths)
        meaning = "nothing acts: the charge is a constant" if pull == 0 else "Kirchhoff's current law"
        yield Equation(sp.Eq(sp.Derivative(q, time()), pull, evaluate=False), meaning)
    for letter, value in relations(n):
        meaning = BALANCE + (IMPLICIT if value.has(letter) else "")
        yield Equation(sp.Eq(letter, value, evaluate=False).xreplace(n.in_time), meaning)
    for i in held_by_lines(n):
        pull = _pull(n, i, potential, baths)
        yield Equation(sp.Eq(sp.Integer(0), pull, evaluate=False), "Kirchhoff's current law, without a capacitor")


def _by_letter(energies: Iterable[Expr]) -> dict[Expr, list[Expr]]:
    """Energies by the letters that are in them: a chain has hundreds of each, and a letter is in few."""
    found: dict[Expr, list[Expr]] = {}
    for energy in energies:
        for letter in energy.free_symbols:
            found.setdefault(letter, []).append(energy)
    return found


def _pull(n: Notation, i: int, potential: dict[Expr, list[Expr]], baths: tuple[Bath, ...]) -> Expr:
    """`−∂H_S/∂φ_i − Σ_d b_i I_d`."""
    letter = n.flux(i)
    force = sp.Add(*(sp.factor_terms(sp.diff(term, letter)) for term in potential.get(letter, ())))
    own = [(bath, branch(n, bath)) for bath in baths]
    drawn = sp.Add(*(orientation(b) * b.vector[i] * current(bath) for bath, b in own))
    return force.xreplace(n.in_time) - drawn


def _voltage_of(n: Notation, i: int) -> str:
    return "V of the node" if n.alone else f"V of {n.network.coordinates[i].name}"


def _line(n: Notation, bath: Bath) -> Iterator[Equation]:
    if bath.kind == "table":
        yield _delayed(n, bath)
        return
    if bath.kind == "resistor":
        yield from _resistor(n, bath)
        return
    yield from _memristor(n, bath)
    if bath.kind == "mean_field":
        x, v = memory(n, bath), mean_voltage(n, branch(n, bath))
        rate = function(n.of_memristor("f", bath.element))(x, v)
        yield Equation(sp.Eq(sp.Derivative(x, time()), rate), "the memory, driven by expectations")


def _delayed(n: Notation, bath: Bath) -> Equation:
    """`I(t) = ∫ Y(τ) V(t − τ) dτ − ξ(t)`."""
    tau = sp.Symbol("tau", real=True)
    kernel = function(n.of_table("Y", bath.element))(tau)
    before = voltage(n, bath).xreplace({time(): time() - tau})
    drawn = sp.Integral(kernel * before, (tau, 0, sp.oo)) - _noise(n, bath)
    return Equation(sp.Eq(current(bath), drawn), "the table's admittance as a response in time, and noise")


def _resistor(n: Notation, bath: Bath) -> Iterator[Equation]:
    drawn, edge = voltage(n, bath) / impedance(n, bath) - _noise(n, bath), cutoff(n, bath)
    if edge is None:
        yield Equation(sp.Eq(current(bath), drawn), "Ohm's law, and the noise of the line")
    else:
        lagging = edge * (drawn - current(bath))
        yield Equation(sp.Eq(sp.Derivative(current(bath), time()), lagging), "R in series with R/ω_c, and noise")


def _memristor(n: Notation, bath: Bath) -> Iterator[Equation]:
    noise, edge = _noise(n, bath), cutoff(n, bath)
    phi = branch_flux(n, branch(n, bath)).xreplace(n.in_time)
    w, coupled = conductance(n, bath, phi), strength(n, bath, phi)
    if edge is None:
        ordered = " (½{W, V})" if bath.kind == "flux" else ""
        drawn = w * voltage(n, bath) - coupled * noise
        yield Equation(sp.Eq(current(bath), drawn), f"the memristor's law{ordered}, and noise")
        return
    line = function(n.of_memristor("I_0", bath.element))(time())
    yield Equation(sp.Eq(current(bath), coupled * line), "the line's current, as the node feels it")
    drawn = coupled * voltage(n, bath) / impedance(n, bath) - noise - line
    ordered = " (½{F′, V})" if bath.kind == "flux" else ""
    yield Equation(sp.Eq(sp.Derivative(line, time()), edge * drawn), f"the line, with cutoff and noise{ordered}")


def voltage(n: Notation, bath: Bath) -> Expr:
    """V_b(t) = dφ_b/dt of the dissipator."""
    return branch_voltage(n, branch(n, bath))


def _noise(n: Notation, bath: Bath) -> Expr:
    return function(n.of_line("xi", bath.element))(time())
