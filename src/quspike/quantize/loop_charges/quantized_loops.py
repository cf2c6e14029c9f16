"""`quantize(circuit, coordinates="loop")`: the circuit in loop charges, in symbols and in SI."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from quspike.circuit import Circuit
from quspike.quantize.loop_charges.loop_baths import LoopBath, loop_baths
from quspike.quantize.loop_charges.loop_matrices import LoopMatrices, impedance, loop_matrices
from quspike.quantize.loop_charges.loop_modes import mode_frequencies
from quspike.quantize.loop_charges.loops import Loop, LoopNetwork, loop_network
from quspike.quantize.membrane import element_params

if TYPE_CHECKING:
    from quspike.quantize.loop_charges.loop_formulas import LoopFormulas
    from quspike.quantize.symbols.variables import Equation, Term

Expr = Any


def quantize_loops(circuit: Circuit | str) -> QuantizedLoops:
    """`H = ½ Φᵀ𝓛⁻¹Φ + ½ Qᵀ𝓚 Q + V·Q + Σ_m [Φ_m²/2L_m + (F(Q_b) − Q_m)²/2C_m]`, [Q, Φ] = iħ.

    Raises
    ------
    InputError : a junction, a cut set of current sources, a memristor in a loop without inductance.
    NotAvailable : finite lines, tabulated admittances, offset charges.

    References
    ----------
    Ulrich & Hassler, Phys. Rev. B 94, 094505 (2016).
    """
    circuit = Circuit(circuit) if isinstance(circuit, str) else circuit
    return QuantizedLoops(circuit, loop_network(circuit))


@dataclass(frozen=True, repr=False)
class QuantizedLoops:
    """A circuit as charges around loops. Formulas are sympy expressions, made when asked for; numbers are SI floats.

    `print` shows it as text, a notebook typesets its Hamiltonian; `to_latex()` and `to_json()` have all of it.
    """

    circuit: Circuit
    network: LoopNetwork = field(repr=False)

    @property
    def loops(self) -> tuple[Loop, ...]:
        """The loops, each named after the branch that closes it, with its kind."""
        return self.network.loops

    @cached_property
    def matrices(self) -> LoopMatrices:
        """𝓛, 𝓚 and what the sources pull, after the elimination of frozen loops."""
        return loop_matrices(self.network, element_params(self.circuit))

    @cached_property
    def baths(self) -> tuple[LoopBath, ...]:
        """The line behind each dissipator."""
        return loop_baths(self.network, element_params(self.circuit))

    @cached_property
    def modes(self) -> np.ndarray:
        """Complex frequencies of the modes, memristors at the memory where they start [rad/s]."""
        return mode_frequencies(self.matrices)

    def impedance(self, plus: str, minus: str, omega: Any) -> Any:
        """Z(ω) between two nodes [ohm]."""
        return impedance(self.matrices, plus, minus, omega)

    @cached_property
    def formulas(self) -> LoopFormulas:
        """The maker of formulas."""
        from quspike.quantize.loop_charges.loop_formulas import LoopFormulas
        from quspike.quantize.loop_charges.loop_letters import letters_of

        return LoopFormulas(letters_of(self.network), self.baths)

    @property
    def values(self) -> dict[Expr, float]:
        """SI value by symbol; the lines' impedances too, and what stands for a large 𝓛⁻¹."""
        from quspike.quantize.loop_charges.loop_text import values_of

        return values_of(self)

    @cached_property
    def lagrangian_terms(self) -> tuple[Term, ...]:
        """L term by term: elements, expression, meaning."""
        return self.formulas.lagrangian_terms()

    @property
    def lagrangian(self) -> Expr:
        """L(Q, Q̇, t)."""
        return _total(self.lagrangian_terms)

    @property
    def momenta(self) -> dict[Expr, Expr]:
        """Each flux, as ∂L/∂Q̇."""
        return self.formulas.momenta

    @cached_property
    def terms(self) -> tuple[Term, ...]:
        """H_S term by term."""
        return self.formulas.hamiltonian_terms()

    @property
    def hamiltonian(self) -> Expr:
        """H_S(Q, Φ, t)."""
        return _total(self.terms)

    @cached_property
    def bath_terms(self) -> tuple[Term, ...]:
        """What the dissipators add."""
        return self.formulas.bath_terms()

    @property
    def total_hamiltonian(self) -> Expr:
        """H = H_S and the dissipators' combs."""
        return _total((*self.terms, *self.bath_terms))

    @property
    def commutators(self) -> dict[tuple[Expr, Expr], Expr]:
        """`[Q, Φ] = iħ` of each loop with inductance."""
        import sympy as sp

        letters = self.formulas.letters
        pairs = ((letters.charge(i), letters.flux(i)) for i in self.formulas.massive)
        return dict.fromkeys(pairs, sp.I * sp.Symbol("hbar", positive=True))

    @property
    def definitions(self) -> tuple[tuple[Expr, Expr], ...]:
        """What letters stand for."""
        return self.formulas.definitions()

    @property
    def notes(self) -> tuple[str, ...]:
        """What a letter without a formula is."""
        return self.formulas.notes()

    @cached_property
    def equations_of_motion(self) -> tuple[Equation, ...]:
        """Two equations for each loop: `.equality`, `.meaning`."""
        return self.formulas.equations_of_motion()

    def __str__(self) -> str:
        from quspike.quantize.loop_charges.loop_text import document

        return document(self)

    def _repr_latex_(self) -> str:
        from quspike.quantize.loop_charges.loop_latex import typeset

        return typeset(self)

    def to_latex(self) -> str:
        """All formulas and numbers, as amsmath displays."""
        from quspike.quantize.loop_charges.loop_latex import document

        return document(self)

    def to_json(self) -> str:
        """All formulas as strings and all numbers in SI, as JSON."""
        from quspike.quantize.loop_charges.loop_json import document

        return document(self)

    def __repr__(self) -> str:
        return f"QuantizedLoops({', '.join(f'{loop.name} {loop.kind}' for loop in self.loops)})"


def _total(terms: tuple[Term, ...]) -> Expr:
    import sympy as sp

    return sp.Add(*(term.expression for term in terms))
