"""`quantize`: a circuit's Lagrangian, Hamiltonian, baths, modes, scales and validity, in symbols and in SI."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, overload

from quspike.circuit import Circuit
from quspike.errors import InputError, NotAvailable
from quspike.quantize.membrane import Membrane, element_params, reduce_to_membrane
from quspike.quantize.network import Coordinate, Network, network
from quspike.quantize.numbers.line_boundary import Bath, baths_of
from quspike.quantize.numbers.matrices import check_constraint
from quspike.quantize.numbers.memristance_range import Range
from quspike.quantize.report import scales
from quspike.quantize.report.verdicts import verdicts
from quspike.quantize.symbols.naming import notation
from quspike.quantize.symbols.notation import Notation
from quspike.quantize.symbols.symbolic_network import symbolic_network
from quspike.verdict import Check

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.figure import Figure

    from quspike.drives import Drive
    from quspike.export.qutip import QutipCircuit
    from quspike.quantize.loop_charges.quantized_loops import QuantizedLoops
    from quspike.quantize.spectrum.spectrum import Spectrum
    from quspike.quantize.symbols.variables import Equation, Term

Expr = Any


@overload
def quantize(
    circuit: Circuit | str, coordinates: Literal["node"] = "node", base_dir: str | Path | None = None
) -> QuantizedCircuit: ...
@overload
def quantize(
    circuit: Circuit | str, coordinates: Literal["loop"], base_dir: str | Path | None = None
) -> QuantizedLoops: ...


def quantize(
    circuit: Circuit | str, coordinates: str = "node", base_dir: str | Path | None = None
) -> QuantizedCircuit | QuantizedLoops:
    """`H = ½ (q − G V)ᵀC⁻¹(q − G V) + ½ φᵀL⁻¹φ − Σ E_J cos(φ_b/φ0) + I φ_b + Σ_m [q_m²/2C_m + (F(φ_b) − φ_m)²/2L_m]`.

    Any number of nodes; one of them alone is written φ, q, C_Σ, I_in.

    Parameters
    ----------
    circuit : a Circuit, or a netlist's text.
    coordinates : "node" for the fluxes of nodes, or "loop" for the charges of loops, their dual (`loop_charges`).
    base_dir : the folder that the files of Y elements are relative to; the current one if it is not given.

    Raises
    ------
    InputError : a netlist that is no circuit, a node that nothing holds, a junction whose phase has no capacitance.
    NotAvailable : cards that cannot be quantized yet.

    References
    ----------
    Vool & Devoret, Int. J. Circuit Theory Appl. 45, 897 (2017) for the node-flux method; Yurke & Denker, Phys. Rev. A
    29, 1419 (1984) and Caldeira & Leggett, Ann. Phys. 149, 374 (1983) for the dissipators.
    """
    if not isinstance(circuit, Circuit | str):
        raise InputError("circuit", type(circuit).__name__, "must be a Circuit, or the text of a netlist")
    if coordinates == "loop":
        from quspike.quantize.loop_charges.quantized_loops import quantize_loops

        return quantize_loops(circuit)
    if coordinates != "node":
        raise InputError("coordinates", coordinates, "must be node or loop")
    circuit = Circuit(circuit) if isinstance(circuit, str) else circuit
    membrane, net = _membrane(circuit), network(circuit)
    if net.constrained:
        check_constraint(net, element_params(circuit))
    return QuantizedCircuit(circuit, membrane, net, symbolic_network(net), base_dir)


def _membrane(circuit: Circuit) -> Membrane | None:
    """The circuit as a neuron's one membrane, if it is one."""
    try:
        return reduce_to_membrane(circuit)
    except NotAvailable:
        return None


@dataclass(frozen=True, repr=False)
class QuantizedCircuit:
    """A circuit as a quantum system: formulas are sympy expressions, made when asked for; numbers are SI floats.

    `print` shows it as text, a notebook typesets its Hamiltonian; `to_latex()` and `to_json()` have all of it.
    """

    circuit: Circuit
    membrane: Membrane | None
    network: Network = field(repr=False)
    symbolic: Network = field(repr=False)
    base_dir: str | Path | None = field(default=None, repr=False)
    summed: bool = field(default=False, repr=False)

    @property
    def kind(self) -> str:
        """The neuron that runs: "baseband" (V = q/C, leak κ) or "resonator" (the mode's envelope, leak κ/2).

        "network" if the circuit is more than one membrane.
        """
        return self.membrane.kind if self.membrane else "network"

    @cached_property
    def notation(self) -> Notation:
        """The letters."""
        return notation(self.symbolic, self.elements, self.summed)

    @property
    def abridged(self) -> QuantizedCircuit:
        """The same for a report, many coupled charges in sums over their numbers: `Notation.summed`."""
        return self if self.summed else replace(self, summed=True)

    @property
    def coordinates(self) -> tuple[Coordinate, ...]:
        """The coordinates by name, periodic, extended, baseband, free or frozen; modes of lines not counted in."""
        return self.symbolic.coordinates

    @property
    def elements(self) -> dict[str, dict[str, float]]:
        """Every element's numbers in SI."""
        return element_params(self.circuit)

    @property
    def symbols(self) -> dict[str, Expr]:
        """Symbol by name: `C`, `L`, `R_on`, …, and the variables `phi`, `phidot`, `q` of each coordinate, `t`."""
        from quspike.quantize.symbols.variables import time

        n = self.notation
        own = [time(), *(n.flux(i) for i in range(n.network.size))]
        own += [symbol for i in n.moving for symbol in (n.velocity(i), n.charge(i))]
        return {**n.symbols, **{symbol.name: symbol for symbol in own}}

    @property
    def values(self) -> dict[Expr, float]:
        """SI value by symbol, to substitute into the formulas; what varies in time is not there."""
        return {self.notation.symbols[name]: value for name, value in self.numbers.items()}

    @property
    def numbers(self) -> dict[str, float]:
        """SI value by the symbol's name."""
        lines = {self.notation.names.get((b.element, "Z0")): b.impedance for b in self.baths}
        known = {c.name: lines.get(c.name) if c.value is None else c.value for c in self.notation.constants}
        return {name: value for name, value in known.items() if value is not None}

    @cached_property
    def lagrangian_terms(self) -> tuple[Term, ...]:
        """L term by term: elements, expression, meaning."""
        from quspike.quantize.symbols.lagrangian import lagrangian_terms

        return lagrangian_terms(self.notation)

    @property
    def lagrangian(self) -> Expr:
        """L(φ, φ̇, t) of the conserving elements."""
        from quspike.quantize.symbols.lagrangian import lagrangian

        return lagrangian(self.notation)

    @property
    def momenta(self) -> dict[Expr, Expr]:
        """Each charge, as ∂L/∂φ̇."""
        from quspike.quantize.symbols.charging import momentum

        return {self.notation.charge(i): momentum(self.notation, i) for i in self.notation.moving}

    @property
    def commutators(self) -> dict[tuple[Expr, Expr], Expr]:
        """`[φ, q] = iħ` of each coordinate; of each line's oscillators likewise."""
        from quspike.quantize.symbols.hamiltonian import commutators

        return commutators(self.notation, self.baths)

    @cached_property
    def terms(self) -> tuple[Term, ...]:
        """H_S term by term: the elements it comes from, expression, meaning."""
        from quspike.quantize.symbols.hamiltonian import hamiltonian_terms

        return hamiltonian_terms(self.notation)

    @property
    def hamiltonian(self) -> Expr:
        """H_S(φ, q, t): the circuit without its dissipators."""
        from quspike.quantize.symbols.hamiltonian import hamiltonian

        return hamiltonian(self.notation)

    @cached_property
    def bath_terms(self) -> tuple[Term, ...]:
        """What the dissipators add: a comb each, and the counter-term of a coupling that moves."""
        from quspike.quantize.symbols.hamiltonian import comb_terms

        return comb_terms(self.notation, self.baths)

    @property
    def total_hamiltonian(self) -> Expr:
        """H = H_S and the dissipators' combs."""
        import sympy as sp

        return sp.Add(self.hamiltonian, *(term.expression for term in self.bath_terms))

    @cached_property
    def definitions(self) -> tuple[tuple[Expr, Expr], ...]:
        """What letters stand for: C_Σ, D, coordinates that follow, shares of fluxes, F(φ), F′(φ), W(φ), λ(t)."""
        from quspike.quantize.symbols.definitions import definitions

        return definitions(self.notation, self.baths)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a letter without a formula is."""
        from quspike.quantize.symbols.definitions import notes

        return notes(self.notation)

    @cached_property
    def equations_of_motion(self) -> tuple[Equation, ...]:
        """Heisenberg's equations for each φ and q, Langevin's for the lines: `.equality`, `.meaning`."""
        from quspike.quantize.symbols.motion import equations_of_motion

        return equations_of_motion(self.notation, self.baths)

    @cached_property
    def baths(self) -> tuple[Bath, ...]:
        """The line behind each dissipator."""
        return baths_of(self.notation, self.elements, self.base_dir)

    @property
    def leak_rate(self) -> Range:
        """κ = W/C [1/s] at the least and the largest conductance; of several coordinates the fastest."""
        if self.membrane is None:
            from quspike.quantize.report.network_scales import leak_range_of

            return leak_range_of(self.network, self.elements, self.baths)
        return scales.leak_range(self.membrane, self.elements, self.baths)

    @cached_property
    def modes(self) -> tuple[Any, ...]:
        """A resonator's mode (`ResonatorMode`), none of a baseband membrane; of a network every `NormalMode`."""
        if self.membrane is None:
            from quspike.quantize.numbers.normal_modes import normal_modes

            return normal_modes(self.network, self.elements, base_dir=self.base_dir)
        return scales.modes_of(self.membrane, self.elements, self.baths)

    @cached_property
    def zero_point(self) -> Any:
        """The scales of its quantum and thermal fluctuations (`ZeroPoint`); of a network `ZeroPointScales`."""
        if self.membrane is None:
            from quspike.quantize.numbers.zero_point_scales import zero_point_scales

            return zero_point_scales(self.network, self.elements, base_dir=self.base_dir)
        return scales.zero_point_of(self.membrane, self.elements, self.baths)

    @cached_property
    def validity(self) -> tuple[Check, ...]:
        """The ratios that methods rest on, with bounds and verdicts."""
        if self.membrane is None:
            from quspike.quantize.report.constraint_verdicts import constraint_verdicts
            from quspike.quantize.report.network_scales import network_verdicts

            own = network_verdicts(self.zero_point, self.baths, self.leak_rate, lambda: self.modes)
            return (*own, *constraint_verdicts(self.network, self.elements))
        return verdicts(self.membrane, self.leak_rate, self.modes, self.zero_point, self.baths)

    def impedance(self, omega: Any, plus: str, minus: str = "0", *, memory: dict[str, float] | None = None) -> Any:
        """Z(ω) between two nodes [ohm], complex, at ω [rad/s] of any shape; f(t) = ∫ dω/2π f(ω) e^{−iωt}.

        memory : x of memristors by name, instead of where they start; junctions are inductors at zero flux.
        """
        from quspike.quantize.numbers.admittance import linear_response

        return linear_response(self.circuit, memory=memory, base_dir=self.base_dir).impedance(omega, plus, minus)

    def admittance(self, omega: Any, plus: str, minus: str = "0", *, memory: dict[str, float] | None = None) -> Any:
        """1/Z(ω) [S]. Raises InputError for nodes that voltage sources tie together."""
        from quspike.quantize.numbers.admittance import linear_response

        return linear_response(self.circuit, memory=memory, base_dir=self.base_dir).admittance(omega, plus, minus)

    def spectrum(self, levels: int = 6, tolerance: float = 1e-9, **options: Any) -> Spectrum:
        """Energy levels without dissipators, memristors and drives, each within `tolerance` of the highest transition.

        options : `largest`, how many products of functions may be needed; `shorted`, dissipators that are nearer to a
        short than to an open end. Raises ConvergenceError, and InputError for a circuit without stationary states.
        """
        from quspike.quantize.spectrum.spectrum import spectrum

        return spectrum(self.circuit, levels, tolerance, **options)

    def to_latex(self) -> str:
        """All formulas and numbers, as amsmath displays."""
        from quspike.quantize.report.render_latex import document

        return document(self)

    def to_json(self) -> str:
        """All formulas as strings and all numbers in SI, as JSON."""
        from quspike.quantize.report.render_json import document

        return document(self)

    def __str__(self) -> str:
        from quspike.quantize.report.render_text import document

        return document(self)

    def __repr__(self) -> str:
        names = ", ".join(element.name for element in self.circuit.elements)
        if self.membrane is None:
            return f"QuantizedCircuit({', '.join(f'{c.name} {c.kind}' for c in self.coordinates)}: {names})"
        return f"QuantizedCircuit({self.kind} neuron on node {self.membrane.node}: {names})"

    def _repr_latex_(self) -> str:
        from quspike.quantize.report.render_latex import typeset_hamiltonian

        return typeset_hamiltonian(self)

    def draw(self, path: str | Path | None = None, *, force: bool = False) -> Figure:
        """The schematic, which a notebook shows; with a path, written as .svg, .png or .pdf too: `plot.schematic`."""
        from quspike.plot.schematic import draw_circuit

        return draw_circuit(self.circuit, path, force=force)

    def to_qutip(self, levels: int = 10, drives: Mapping[str, Any] | None = None, **options: Any) -> QutipCircuit:
        """Hamiltonian with its drives, jump operators, voltages and fluxes for QuTiP: `export.qutip`."""
        from quspike.export.qutip import to_qutip

        return to_qutip(self.circuit, levels, drives, **options)

    def to_scqubits(self, script: bool = False) -> str:
        """The circuit for `scqubits.Circuit(…, from_file=False)`, or a script that sets its fluxes and charges too."""
        from quspike.export.scqubits import scqubits_circuit

        exported = scqubits_circuit(self.circuit)
        return exported.script() if script else exported.yaml

    def to_ngspice(self, *, duration: Any, step: Any, drives: Mapping[str, Drive] | None = None, **files: Any) -> str:
        """The classical circuit as a deck for ngspice, memristors as behavioural sources: `export.ngspice`."""
        from quspike.export.ngspice import to_ngspice

        return to_ngspice(self.circuit, duration=duration, step=step, drives=drives, **files)
