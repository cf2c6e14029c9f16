"""The flux of a branch in symbols: `φ_b = b·φ + Σ ± ∫V dt + Σ o Φ_ext`, and its voltage.

A branch is written in the direction in which its first coordinate counts positive, so that a resistor `0 m` is tied to
φ as one `m 0` is; `orientation` tells where that is against n+ → n−.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import sympy as sp

from quspike.quantize.network import Branch
from quspike.quantize.symbols.capacitance_blocks import coil_groups
from quspike.quantize.symbols.notation import Notation, orientation
from quspike.quantize.symbols.variables import Expr, function, in_time, time

At = Callable[[int], Expr]  # the variable of a coordinate


def branch_of(n: Notation, element: str, role: str) -> Branch:
    """The branch of an element in that role."""
    return next(b for b in n.network.by_element[element] if b.role == role)


def combination(n: Notation, branch: Branch, at: At) -> Expr:
    """`b·x` of a variable of the coordinates, in the direction in which the branch is written."""
    sign = orientation(branch)
    return sp.Add(*(sign * weight * at(i) for i, weight in enumerate(branch.vector) if weight))


def branch_flux(n: Notation, branch: Branch, at: At | None = None) -> Expr:
    """φ_b, by default over the symbols φ."""
    return combination(n, branch, at or n.flux) + orientation(branch) * offset(n, branch)


def branch_velocity(n: Notation, branch: Branch) -> Expr:
    """φ̇_b of a capacitor, voltage sources counted in; an external flux has no rate there (irrotational gauge)."""
    return combination(n, branch, n.velocity) + orientation(branch) * source_voltage(n, branch)


def branch_voltage(n: Notation, branch: Branch) -> Expr:
    """V_b(t) = dφ_b/dt in an equation of motion."""
    voltage = combination(n, branch, lambda i: in_time("V", n.subscripts[i]))
    return voltage + orientation(branch) * (source_voltage(n, branch) + _flux_rate(n, branch))


def mean_voltage(n: Notation, branch: Branch) -> Expr:
    """⟨V_b⟩(t), from n+ to n− of the element."""
    sign = orientation(branch)
    voltage = combination(n, branch, lambda i: in_time("Vmean", n.subscripts[i]))
    return sp.expand(sign * voltage) + source_voltage(n, branch) + _flux_rate(n, branch)


def source_voltage(n: Notation, branch: Branch) -> Expr:
    """`Σ ± V(t)` of the voltage sources between the ends of a branch, n+ to n−."""
    return sp.Add(*(sign * n.source(name) for name, sign in branch.sources))


def offset(n: Notation, branch: Branch) -> Expr:
    """`Σ ± ∫V dt + Σ o Φ_ext`, n+ to n−."""
    voltages = (sign * source_flux(n, name) for name, sign in branch.sources)
    return sp.Add(*voltages, *(weight * n.source(flux) for flux, weight in flux_weights_of(n, branch)))


def source_flux(n: Notation, source: str) -> Expr:
    """`Φ = ∫V dt` of a voltage source: V t if it is constant."""
    voltage = n.source(source)
    return voltage * time() if voltage.is_Symbol else function(f"Phi_{source}")(time())


def flux_weights_of(n: Notation, branch: Branch) -> Iterator[tuple[str, Expr]]:
    """The external fluxes of a branch, with o: whole numbers, or letters."""
    if not n.sharing.fluxes:
        return
    row = n.network.branches.index(branch)
    for flux in n.sharing.fluxes:
        whole = n.sharing.offset(row, flux)
        if whole is None:
            yield flux, n.symbol("w", row, flux)
        elif whole:
            yield flux, sp.Integer(whole)


def _flux_rate(n: Notation, branch: Branch) -> Expr:
    """`Σ o Φ̇_ext` of the fluxes that move."""
    moving = ((weight, n.source(flux)) for flux, weight in flux_weights_of(n, branch))
    return sp.Add(*(w * sp.Derivative(phi, time()) for w, phi in moving if not phi.is_Symbol))


def source_flux_definitions(n: Notation) -> Iterator[tuple[Expr, Expr]]:
    """`dΦ/dt = V(t)` for each voltage source that acts on more than capacitors."""
    moving = {b.element for b in n.network.branches if b.moves}
    coupled = {name for group in coil_groups(n.network) if moving & set(group) for name in group}
    acting = [b for b in n.network.of("inductance") if b.element in coupled]
    acting += [b for b in n.network.of("junction", "dissipator") if b.moves]
    named = {name for b in acting for name, _ in b.sources}
    for name in sorted(named):
        flux = source_flux(n, name)
        if not flux.has(n.source(name)):
            yield sp.Derivative(flux, time()), n.source(name)
