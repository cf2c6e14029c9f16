"""The equations of motion: Heisenberg's for the node, and Langevin's for the lines behind its dissipators.

    dφ/dt = ∂H_S/∂q,      dq/dt = −∂H_S/∂φ − Σ I_d
    resistor            I = V/R − ξ                    with a cutoff   dI/dt = ω_c (V/R − ξ − I)
    memristor W(φ)      I = ½{W(φ), V} − F′(φ) ξ       with a cutoff   I = F′ I_0,  dI_0/dt = ω_c (F′ V/Z0 − ξ − I_0)
    memristor W(x, V)   the same with W(x, ⟨V⟩) and λ(t) = √(Z0 W) for F′, and dx/dt = f(x, ⟨V⟩)

ξ is the current noise of the line: S_ξξ(ω) = (ħω/Z0) coth(ħω/2kT). Products of operators are symmetrised. Leave ξ out,
let ⟨V⟩ be V, and this is Kirchhoff's law of the netlist.
"""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from quspike.quantize.hamiltonian import hamiltonian
from quspike.quantize.line_boundary import Bath
from quspike.quantize.line_terms import conductance, cutoff, impedance, memory, strength
from quspike.quantize.notation import Notation
from quspike.quantize.variables import Equation, Expr, charge, flux, function, mean_voltage, time


def equations_of_motion(n: Notation, baths: tuple[Bath, ...]) -> tuple[Equation, ...]:
    """The node's two equations, then those of each line."""
    t, phi, q = time(), function("phi")(time()), function("q")(time())
    h = hamiltonian(n)
    in_time = {flux(): phi, charge(): q}
    drawn = sp.Add(*(current(bath) for bath in baths))
    node = (
        Equation(sp.Eq(sp.Derivative(phi, t), sp.factor_terms(sp.diff(h, charge())).subs(in_time)), "V of the node"),
        Equation(sp.Eq(sp.Derivative(q, t), -sp.diff(h, flux()).subs(in_time) - drawn), "Kirchhoff's current law"),
    )
    return (*node, *(equation for bath in baths for equation in _line(n, bath)))


def current(bath: Bath) -> Expr:
    """I of a dissipator, from the node into it."""
    return function(f"I_{bath.element}")(time())


def _line(n: Notation, bath: Bath) -> Iterator[Equation]:
    if bath.kind == "resistor":
        yield from _resistor(n, bath)
        return
    yield from _memristor(n, bath)
    if bath.kind == "mean_field":
        x, v = memory(n, bath), int(bath.sign) * mean_voltage()
        rate = function(n.of_memristor("f", bath.element))(x, v)
        yield Equation(sp.Eq(sp.Derivative(x, time()), rate), "the memory, driven by expectations")


def _resistor(n: Notation, bath: Bath) -> Iterator[Equation]:
    drawn, edge = voltage() / impedance(n, bath) - _noise(n, bath), cutoff(n, bath)
    if edge is None:
        yield Equation(sp.Eq(current(bath), drawn), "Ohm's law, and the noise of the line")
    else:
        lagging = edge * (drawn - current(bath))
        yield Equation(sp.Eq(sp.Derivative(current(bath), time()), lagging), "R in series with R/ω_c, and noise")


def _memristor(n: Notation, bath: Bath) -> Iterator[Equation]:
    phi, noise, edge = function("phi")(time()), _noise(n, bath), cutoff(n, bath)
    w, coupled = conductance(n, bath, phi), strength(n, bath, phi)
    if edge is None:
        ordered = " (½{W, V})" if bath.kind == "flux" else ""
        yield Equation(
            sp.Eq(current(bath), w * voltage() - coupled * noise), f"the memristor's law{ordered}, and noise"
        )
        return
    line = function(n.of_memristor("I_0", bath.element))(time())
    yield Equation(sp.Eq(current(bath), coupled * line), "the line's current, as the node feels it")
    drawn = coupled * voltage() / impedance(n, bath) - noise - line
    ordered = " (½{F′, V})" if bath.kind == "flux" else ""
    yield Equation(sp.Eq(sp.Derivative(line, time()), edge * drawn), f"the line, with cutoff and noise{ordered}")


def voltage() -> Expr:
    """V(t) = dφ/dt."""
    return function("V")(time())


def _noise(n: Notation, bath: Bath) -> Expr:
    return function(n.of_line("xi", bath.element))(time())
