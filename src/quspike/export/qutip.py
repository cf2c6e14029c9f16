"""A circuit for QuTiP: its Hamiltonian, what drives it, and what it loses.

    H/ħ = Σ_k (E_k/ħ) |k⟩⟨k| + Σ_s f_s(t) X_s/ħ,      dρ/dt = −i[H/ħ, ρ] + Σ_g 𝓓[L_g] ρ

in rad/s and s, as QuTiP's ħ is 1. Levels are those of `QuantizedCircuit.spectrum`. Operators are over the levels
themselves (`basis="energy"`: what leads out of those kept is lost, so keep more than are populated), or over Fock
states, charges or points of flux of each coordinate (`spectrum.primitive`), where those same levels decay.
Lambert et al., Physics Reports 1153, 1 (2026).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, get_args

import numpy as np

from quspike.circuit import Circuit
from quspike.constants import hbar
from quspike.errors import InputError, NotAvailable
from quspike.export.drive_operators import Coefficient, drive_terms
from quspike.export.jump_operators import jump_matrices
from quspike.quantize.spectrum.primitive import Primitive, primitive
from quspike.quantize.spectrum.spectrum import Spectrum, spectrum

Qobj = Any
Basis = Literal["energy", "charge", "fock", "flux"]
BASES = get_args(Basis)
NOTHING = 1e-12  # of an operator's largest element
DENSE = 500  # rows of an observable


@dataclass(frozen=True)
class QutipCircuit:
    """A circuit as QuTiP's objects, over its lowest levels or over a basis of each coordinate.

    hamiltonian : H/ħ [rad/s], a Qobj, or a QobjEvo where something is driven. jumps : L [s^-½], by the elements that
    they come from. voltages [V] : by node. fluxes [Wb] : by node, of those that inductors tie to ground.
    states : kets of the lowest levels. coordinates : of which the factors of the product are, none of levels.
    spectrum : the levels, and how they were represented.
    """

    hamiltonian: Any
    jumps: Mapping[str, tuple[Qobj, ...]]
    voltages: Mapping[str, Qobj]
    fluxes: Mapping[str, Qobj]
    states: tuple[Qobj, ...]
    coordinates: tuple[str, ...]
    spectrum: Spectrum

    @property
    def jump_operators(self) -> list[Qobj]:
        """All of them, for `c_ops` of `qutip.mesolve`."""
        return [operator for own in self.jumps.values() for operator in own]


def to_qutip(
    circuit: Circuit | str,
    levels: int = 10,
    drives: Mapping[str, Any] | None = None,
    tolerance: float = 1e-9,
    secular: float | None = None,
    basis: Basis = "energy",
) -> QutipCircuit:
    """The circuit with its drives and losses.

    Parameters
    ----------
    circuit : a Circuit, or a netlist's text. levels : how many are kept, or decay.
    drives : by the names that sources give, a drive of quspike or a function of time in s that returns SI; those not
    given are at rest. tolerance : of the levels, in units of the highest transition.
    secular : transitions closer than this decay together [rad/s]; the largest rate of a level by default.
    basis : "energy", the levels; "charge" of periodic coordinates; "fock" or "flux" of extended ones, periodic ones
    beside them in charge states. Their products hold the levels to `tolerance`, and a tensor structure.

    Raises
    ------
    InputError : a drive that the circuit does not name, or of another quantity than its source's; a basis that no
    coordinate has. ConvergenceError : a basis that would be too large.
    NotAvailable : no QuTiP, a dissipator behind a node that has no part in the spectrum, a current source on an island.
    """
    check_name(basis)
    qutip = _qutip()
    circuit = Circuit(circuit) if isinstance(circuit, str) else circuit
    found = spectrum(circuit, levels, tolerance)
    own = over_levels(found) if basis == "energy" else primitive(found, basis, tolerance)
    losses = jump_matrices(circuit, own.levels, secular)
    terms = drive_terms(circuit, own.operators, drives or {})
    made = partial(_operator, qutip, own.sizes)
    bare = made(own.hamiltonian / hbar)
    driven = [[made(matrix / hbar), _coefficient(qutip, value)] for matrix, value in terms]
    u, nodes = own.states, found.nodes
    return QutipCircuit(
        hamiltonian=qutip.QobjEvo([bare, *driven]) if driven else bare,
        jumps={name: tuple(made(u @ matrix @ u.conj().T) for matrix in each) for name, each in losses.items()},
        voltages={node: _observable(qutip, own.sizes, own.operators.voltage(node)) for node in nodes},
        fluxes={n: _observable(qutip, own.sizes, own.operators.flux(n)) for n in nodes if found.has_flux(n)},
        states=tuple(_ket(qutip, own.sizes, state) for state in u.T),
        coordinates=own.names,
        spectrum=found,
    )


def check_name(basis: str) -> None:
    """Raise for a basis that is none."""
    if basis not in BASES:
        raise InputError("basis", basis, f"must be one of {', '.join(BASES)}")


def over_levels(found: Spectrum) -> Primitive:
    """The levels as a basis of themselves."""
    energies = found.levels - found.levels[0]
    return Primitive(np.diag(energies), np.eye(len(energies)), found, found, (len(energies),), ())


def _operator(qutip: Any, sizes: tuple[int, ...], matrix: np.ndarray) -> Qobj:
    """Sparse, without what is zero but for rounding: QuTiP's superoperators have its square of entries."""
    kept = np.abs(matrix) > NOTHING * np.max(np.abs(matrix), initial=0.0)
    return qutip.Qobj(np.where(kept, matrix, 0.0), dims=[list(sizes)] * 2).to("csr")


def _observable(qutip: Any, sizes: tuple[int, ...], matrix: np.ndarray) -> Qobj:
    """Dense where it can be: of what is sparse, QuTiP's arithmetic drops all below 1e-14, and so every flux in Wb."""
    if len(matrix) > DENSE:
        from scipy.sparse import csr_matrix

        matrix = csr_matrix(matrix)
    return qutip.Qobj(matrix, dims=[list(sizes)] * 2)


def _ket(qutip: Any, sizes: tuple[int, ...], state: np.ndarray) -> Qobj:
    return qutip.Qobj(state[:, None], dims=[list(sizes), [1] * len(sizes)])


def _coefficient(qutip: Any, value: Coefficient) -> Any:
    def called(t: float) -> float:
        return value(t)

    return qutip.coefficient(called)


def _qutip() -> Any:
    try:
        import qutip
    except ImportError:
        raise NotAvailable("to_qutip()", "no QuTiP", "needs QuTiP: pip install quspike[heom]") from None
    return qutip
