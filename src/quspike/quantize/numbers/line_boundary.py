"""A dissipator is the end of a transmission line: what it is tied to, what it takes and gives at each frequency.

A resistor R is a line of impedance Z0 = R on φ. An ideal memristor W(φ) is a line Z0 on the *boundary flux*

    F(φ) = ∫ √(Z0 W(φ)) dφ,     Φ_line(0, t) = F(φ(t)),     I = F′(φ) (1/Z0) dF/dt = W(φ) V

from a Hamiltonian, without feedback; Z0 is free, as only F²/Z0 counts, and is taken here as the memristance at t = 0. A
memory that is no function of φ (a general law, one that is driven by charge or by the envelope) has no such form: its
coupling is λ(t)φ with λ² = Z0 W, driven by expectations. Yurke & Denker, Phys. Rev. A 29, 1419 (1984); Illuminati,
Patriarca & Sodano, Physica A 211, 449 (1994) for friction that depends on position.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from quspike.baths.comb import Comb, comb, midpoint_grid
from quspike.baths.spectral_density import drude_admittance, ohmic_admittance, spectral_density
from quspike.errors import InputError
from quspike.memristors.law import Law
from quspike.quantize.membrane import Dissipator, Params, dissipator_of
from quspike.quantize.network import Branch
from quspike.quantize.numbers.memristance_range import Range, conductance_range, resting_voltage

if TYPE_CHECKING:
    from quspike.circuit import Element
    from quspike.quantize.numbers.admittance_table import AdmittanceTable
    from quspike.quantize.symbols.notation import Notation

Array = Any
Expr = Any
Kind = Literal["resistor", "table", "flux", "mean_field", "kinematic"]

MEAN_FIELD = "the memory is driven by expectations, so that λ = √(Z₀W) moves in time"
ENVELOPE = "the memory is driven by the envelope, so that λ = √(Z₀W) moves in time"
CHARGE = "in a Hamiltonian of its own the charge is a loop charge, and needs an inductance in series"
KINEMATIC = "W(t) is prescribed: the circuit does not act back on it"
TABLE = "{} is replaced by a sum of positive-real sections, to {:.2g} of |Y|"
DRIFT = "λφ alone would draw the current λλ̇φ/Z₀ beside WV; −(λλ̇/2Z₀)φ² takes it out, up to O(λ̇/λω_c)"


@dataclass(frozen=True)
class Bath:
    """The line behind one dissipator. Numbers in SI; the formulas are sympy expressions, made when asked for.

    kind : "resistor" and "table" (tied to φ), "flux" (to F(φ)), "mean_field" or "kinematic" (to λ(t)φ).
    impedance : Z0 [ohm].
    conductance : least and largest W over the memory's range, at the voltage of the batteries in series [S].
    temperature [K] and cutoff [rad/s] : None if they are not given.
    """

    element: str
    kind: Kind
    impedance: float
    conductance: Range
    temperature: float | None
    cutoff: float | None
    notes: tuple[str, ...] = ()
    sign: float = 1.0
    x0: float = 0.0
    law: Law | None = None
    params: Mapping[str, Any] = field(default_factory=dict, repr=False)
    notation: Notation | None = field(default=None, repr=False, compare=False)
    table: AdmittanceTable | None = field(default=None, repr=False)

    @property
    def linear(self) -> bool:
        """Whether it is tied to φ_b itself: a resistor, or what a table tells."""
        return self.kind in ("resistor", "table")

    @property
    def moves(self) -> bool:
        """Whether the coupling is a function of time, with a counter-term of its own."""
        return self.kind in ("mean_field", "kinematic")

    def line_admittance(self, omega: Array) -> Array:
        """Re Y of the line itself: 1/Z0, with its Drude cutoff, or what fits a table; omega [rad/s], returns [S]."""
        if self.table is not None:
            return np.real(self.table.fit(np.asarray(omega)))
        if self.cutoff is None:
            return ohmic_admittance(omega, 1 / self.impedance)
        return drude_admittance(omega, 1 / self.impedance, self.cutoff)

    def spectral_density(self, omega: Array) -> Array:
        """`J(ω) = ω Re Y(ω)` [S rad/s] of what the line is tied to: φ, F(φ) or λφ; omega [rad/s]."""
        return spectral_density(omega, self.line_admittance(omega))

    def boundary_flux(self, phi: Array) -> Array:
        """F(φ_b) [Wb] at the flux across the element [Wb], F(0) = 0; for a resistor φ_b itself.

        Across is from the first of the element's two coordinates to the second, as the formulas are written.

        Raises InputError for a coupling that moves in time: it is λ(t)φ.
        """
        if self.linear:
            return phi
        if self.kind != "flux" or self.law is None:
            raise InputError(self.element, self.kind, "must have a memory that is the flux for a boundary flux F(φ)")
        coupled = self.law.coupling(self.x0 + self.sign * phi, self.params) - self.law.coupling(self.x0, self.params)
        return self.sign * self.impedance**0.5 * coupled

    def comb(self, omega_max: float, n_modes: int) -> Comb:
        """The line as n_modes oscillators in equal cells up to omega_max [rad/s]; they start at φ_m = F(φ(0))."""
        return comb(*midpoint_grid(omega_max, n_modes), self.line_admittance)

    @property
    def counter_stiffness(self) -> float:
        """`Σ 1/L_m = ω_c/Z0` [1/H]: the counter-term is F²/2 times it; infinite for a line without a cutoff."""
        return math.inf if self.cutoff is None or self.table is not None else self.cutoff / self.impedance

    @property
    def coupling_operator(self) -> Expr:
        """What the line is tied to, written out: φ, F(φ) through the law, or √(Z0 W(x, ⟨V⟩)) φ."""
        from quspike.quantize.symbols.line_terms import coupling

        return coupling(self._letters(), self)

    @property
    def density(self) -> Expr:
        """J(ω) as a formula."""
        from quspike.quantize.symbols.line_terms import density

        return density(self._letters(), self)

    @property
    def counter_term(self) -> Expr:
        """`Σ_m F²/2L_m`, what keeps the line from moving the potential; already inside Σ_m (F − φ_m)²/2L_m."""
        from quspike.quantize.symbols.line_terms import counter_energy

        return counter_energy(self._letters(), self)

    @property
    def initial_shift(self) -> Expr:
        """φ_m(0) = F(φ(0)): where the line's oscillators start, or the membrane begins with a slip."""
        from quspike.quantize.symbols.line_terms import initial_shift

        return initial_shift(self._letters(), self)

    def _letters(self) -> Notation:
        assert self.notation is not None
        return self.notation


def baths_of(notation: Notation, elements: Params, base_dir: str | Path | None = None) -> tuple[Bath, ...]:
    """The line of each dissipator, card by card, by name within. base_dir : where the files of Y elements are."""
    from quspike.quantize.symbols.notation import in_order

    branches = {b.element: b for b in notation.network.of("dissipator") if b.moves}
    found = [e for e in in_order(notation.circuit) if e.name in branches]
    return tuple(
        _table(e, elements[e.name], notation, base_dir)
        if e.card == "Y"
        else _bath(e, branches[e.name], elements, notation)
        for e in found
    )


def _table(e: Element, p: Params, notation: Notation, base_dir: str | Path | None) -> Bath:
    from quspike.quantize.numbers.admittance_table import table_of

    table = table_of(e, base_dir)
    rest = float(np.real(table.fit(0.0)))
    note = TABLE.format(e.params["file"], table.fit.error)
    temperature: Any = p.get("T")
    return Bath(
        e.name, "table", 1 / rest if rest > 0 else math.inf, (rest, rest), temperature, None, (note,),
        notation=notation, table=table,
    )  # fmt: skip


def _bath(e: Element, branch: Branch, elements: Params, notation: Notation) -> Bath:
    from quspike.precision import enable_x64
    from quspike.quantize.symbols.notation import orientation

    d, p, voltage = dissipator_of(e, float(orientation(branch))), elements[e.name], resting_voltage(branch, elements)
    temperature, cutoff = p.get("T"), p.get("cutoff")
    if d.law is None:
        fixed = 1 / p["R"]
        return Bath(d.name, "resistor", p["R"], (fixed, fixed), temperature, cutoff, notation=notation)
    enable_x64()
    x0 = float(d.law.default_memory(p)) if d.x0 is None else d.x0
    at_rest, reach = float(d.law.conductance(x0, voltage, p)), conductance_range(d.law, p, x0, voltage)
    impedance = 1 / at_rest if at_rest > 0 else 1 / reach[1]
    kind, notes = _kind(d)
    return Bath(
        d.name, kind, impedance, reach, temperature, cutoff,
        notes, d.sign, x0, d.law, p, notation,
    )  # fmt: skip


def _kind(d: Dissipator) -> tuple[Kind, tuple[str, ...]]:
    """How the memory enters, and what should be known about it."""
    assert d.law is not None
    if d.law.control == "time":
        return "kinematic", (KINEMATIC, DRIFT)
    if d.senses == "envelope":
        return "mean_field", (ENVELOPE, DRIFT)
    if d.law.control == "flux":
        return "flux", ()
    return "mean_field", (*((CHARGE,) if d.law.control == "charge" else ()), MEAN_FIELD, DRIFT)
